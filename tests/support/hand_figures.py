"""A hand against a ramp of the bridge, counted: `python tests/support/hand_figures.py` prints it.

Each row is one way to the DAW and one kind of hand, in as many phases of the ramp as are asked for.
The tests beside this file hold the same promises phase by phase; this counts them.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bridge.daws.ableton.wire.curves import fader_position
from bridge.mix.messages import MoveState
from bridge.mix.params import Param
from support.ableton.fake import TICK_S, f32
from support.ableton.session import AbletonSession
from support.max.fake import Script
from support.reaper.fake import TURN_S
from support.reaper.session import ReaperSession

SPAN_S = 0.9
"""The phases lie so far apart in all; the ramp of 3 dB is longer."""
PORTS = (9401, 11001, 9400)
ONE = (3.0,)
DRAG = tuple(0.3 + 0.12 * step for step in range(20))
HANDS = {"one value": ONE, "a drag": DRAG}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one hand.

    Attributes:
        has_won: Whether its last value stands in the end.
        late_s: How long after its first value another value than the hand's was written last.
        points: Undo points of ours that were made after it.
        told: Whether the move was told as confirmed all the same.
    """

    has_won: bool
    late_s: float
    points: int
    told: bool


def in_reaper(phase: float, values: tuple[float, ...], *, has_companion: bool) -> Outcome:
    """REAPER: by the companion, or over OSC alone."""
    with TemporaryDirectory() as folder:
        session = ReaperSession(Path(folder), companion=has_companion).run(3.0)
        session.wish("Vox", Param.GAIN, -3.0)
        session.run(0.55 + phase * SPAN_S)
        reaper = session.reaper
        began = reaper.now
        for value in values:
            reaper.drag("Vox", Param.GAIN, value)
            session.run(TURN_S)
        reaper.let_go()
        session.run(5.0)
        ours = [w for w in reaper.written if w.at > began and _is_other(w.value, values)]
        return Outcome(
            has_won=abs(reaper.track("Vox").value(Param.GAIN) - values[-1]) < 1e-4,
            late_s=max((w.at - began for w in ours), default=0.0),
            points=sum(label.startswith("mixbridge") for label in reaper.labels),
            told=any(r.state is MoveState.CONFIRMED for r in session.reports),
        )


def in_live(phase: float, values: tuple[float, ...]) -> Outcome:
    """Live over AbletonOSC, which reads and writes once a tick."""
    session = AbletonSession(is_quick=int(phase * 100) % 2 == 0).run(3.0)
    session.wish("Vox", Param.GAIN, -3.0)
    session.run(0.9 + phase * SPAN_S)
    left = list(values)

    def move() -> None:  # just before Live reads: over a write that waits there, if any
        if left:
            session.live.hand("Vox", Param.GAIN, f32(fader_position(left.pop(0))))

    began = session.live.ticks
    session.on_tick = move
    session.run(8.0)
    raws = tuple(f32(fader_position(value)) for value in values)
    ours = [w for w in session.live.written if w.tick > began + 1 and _is_other(w.value, raws)]
    return Outcome(
        has_won=session.live.track("Vox").volume.raw == raws[-1],
        late_s=max(((w.tick - began - 1) * TICK_S for w in ours), default=0.0),
        points=0,  # Live makes one a write: none after the last of them
        told=any(r.state is MoveState.CONFIRMED for r in session.reports),
    )


def by_hub(phase: float, values: tuple[float, ...]) -> Outcome:
    """The hub alone; the bridge hears of the hand two pulses late, and goes on until then."""
    with Script("mixbridge_hub.js", arguments=PORTS, tracks=("Kick", "Bass")) as hub:
        hub.ready()
        hub.advance(0.1)
        hub.message("/bridge/welcome", "1", 1)
        hub.advance(1.0)
        began, hands, writes, late_steps, late_writes = 6 + int(phase * 15), list(values), 0, 0, 0
        is_before = int(phase * 100) % 2 == 0  # the bridge's value comes before the hand
        for step in range(60):
            is_heard = step > began + 2
            if is_before and not is_heard:
                hub.message("/mix/track/1/gain", -0.2 * step)
            if step == began:
                writes = len(hub.state()["history"])
            if step >= began and hands:
                hub.do("hand", track=1, what="gain", value=fader_position(hands.pop(0)))
            if not is_before and not is_heard:
                hub.message("/mix/track/1/gain", -0.2 * step)
            hub.advance(0.05)
            if step >= began and (more := len(hub.state()["history"]) - writes):
                late_steps, late_writes = step - began + 1, more
        stands = hub.state()["tracks"][0]["gain"]
    return Outcome(
        has_won=abs(stands - fader_position(values[-1])) < 1e-6,
        late_s=0.05 * late_steps,
        points=late_writes,  # Live makes one a write
        told=False,  # the hub tells nothing of moves
    )


def _is_other(value: float, hands: tuple[float, ...]) -> bool:
    """Whether a write is none that puts back what a hand had set."""
    return all(abs(value - hand) > 1e-4 for hand in hands)


LANES: dict[str, Callable[[float, tuple[float, ...]], Outcome]] = {
    "REAPER, companion": lambda phase, values: in_reaper(phase, values, has_companion=True),
    "REAPER, OSC alone": lambda phase, values: in_reaper(phase, values, has_companion=False),
    "Live, AbletonOSC": in_live,
    "Live, hub alone": by_hub,
}


def measure(lane: str, hand: str, times: int) -> str:
    """One row."""
    found = [LANES[lane](n / times, HANDS[hand]) for n in range(times)]
    won, points = sum(each.has_won for each in found), sum(each.points for each in found)
    late_ms = max(each.late_s for each in found) * 1000
    told = sum(each.told for each in found)
    return f"{lane:<19} {hand:<10} {won:>4} of {times:<4} {late_ms:>9.0f} ms {points:>6} {told:>9}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=100)
    times = parser.parse_args().times
    print("way to the DAW      hand       hand stands   our last write  points  confirmed")  # noqa: T201
    for lane in LANES:
        for hand in HANDS:
            print(measure(lane, hand, times), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
