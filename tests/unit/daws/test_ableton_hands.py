"""A hand against a ramp in Live over AbletonOSC, in every phase, also between look and write."""

import random

import pytest
from support.ableton.fake import LiveTrack, Written, f32
from support.ableton.session import AbletonSession
from support.repeats import repeated

from bridge.daws.ableton.wire.curves import fader_position
from bridge.mix import messages as m
from bridge.mix.messages import MoveState
from bridge.mix.params import Param
from bridge.osc.decode import decode

pytestmark = pytest.mark.slow

REACTIONS = pytest.mark.parametrize("is_quick", [True, False], ids=["quick", "a tick late"])
PARAMS = pytest.mark.parametrize("param", [Param.GAIN, Param.PAN, Param.EQ_LOW])


def raw_of(param: Param, value: float) -> float:
    return f32(fader_position(value) if param is Param.GAIN else value)


def unit(param: Param) -> float:
    return 0.1 if param is Param.PAN else 1.0


def is_write_waiting(session: AbletonSession) -> bool:
    """Whether a write of ours is in Live's socket, unread."""
    queue = session.live._queue
    return any("/set/" in m.address for datagram, _ in queue for m in decode(datagram))


class Ramp:
    """A session in the middle of a ramp of the bridge's on Vox."""

    def __init__(self, param: Param, *, is_quick: bool, phase: int) -> None:
        self.param = param
        self.session = AbletonSession(is_quick=is_quick).run(3.0)
        self.session.wish("Vox", param, -3.0 * unit(param))
        self.session.run(0.9 + phase * 0.1)
        self.hands: list[float] = []
        self.moved_at = 0
        self.last_at = 0
        self.session.on_tick = self._move

    def _move(self) -> None:
        """The hand moves just before Live reads: over a write that waits there, if any."""
        if self.hands:
            self.last_at = self.session.live.ticks + 1
            self.moved_at = self.moved_at or self.last_at
            self.session.live.hand("Vox", self.param, raw_of(self.param, self.hands.pop(0)))

    def assert_won(self, value: float) -> None:
        self.session.run(6.0)
        live = self.session.live
        parameter = live.track("Vox").parameter(self.param)
        assert parameter.raw == raw_of(self.param, value)
        late = [w for w in live.written if w.tick > self.last_at + 3]
        assert late == []
        assert not [r for r in self.session.reports if r.state is MoveState.CONFIRMED]
        self.session.assert_same()


@REACTIONS
@PARAMS
@pytest.mark.parametrize("phase", repeated(range(8), first=2))
@pytest.mark.parametrize("value", [2.0, -0.37, 0.02], ids=["away", "along the ramp", "back"])
def test_a_single_hand_wins_in_every_phase(
    is_quick: bool, param: Param, phase: int, value: float
) -> None:
    ramp = Ramp(param, is_quick=is_quick, phase=phase)
    ramp.hands = [value * unit(param)]
    ramp.assert_won(value * unit(param))
    if value == 2.0:
        assert [hand[2] for hand in ramp.session.agent.hands] == pytest.approx(
            [value * unit(param)], abs=0.01
        )


@REACTIONS
@PARAMS
@pytest.mark.parametrize("phase", range(5))
def test_a_drag_wins_in_every_phase_and_is_not_fought(
    is_quick: bool, param: Param, phase: int
) -> None:
    ramp = Ramp(param, is_quick=is_quick, phase=phase)
    ramp.hands = [unit(param) * (1.0 + 0.1 * n) for n in range(12)]
    ramp.assert_won(unit(param) * 2.1)
    fought = [w for w in ramp.session.live.written if w.tick > ramp.moved_at + 1]
    assert len(fought) <= (0 if is_quick else 2)


def test_a_hand_that_a_write_has_overwritten_is_put_back_in_the_next_tick() -> None:
    ramp = Ramp(Param.GAIN, is_quick=False, phase=0)
    while not is_write_waiting(ramp.session):
        ramp.session.run(0.1)
    ramp.hands = [2.0]
    ramp.session.run(0.1)
    parameter = ramp.session.live.track("Vox").volume
    assert parameter.raw != raw_of(Param.GAIN, 2.0)
    ramp.session.run(0.1)
    assert parameter.raw == raw_of(Param.GAIN, 2.0)
    ramp.assert_won(2.0)
    assert [hand[2] for hand in ramp.session.agent.hands] == pytest.approx([2.0], abs=0.01)


# -- storms ---------------------------------------------------------------------------------------


class Storm:
    """Tracks that come, go and move for a while beside a bridge at work, without the hub."""

    def __init__(self, seed: int, *, is_quick: bool) -> None:
        self.dice = random.Random(seed)
        names = [f"Voice {n}" for n in range(self.dice.choice((3, 5, 16)))]
        self.session = AbletonSession(*names, is_quick=is_quick)
        self.live = self.session.live
        for track in self.live.tracks:
            track.volume.raw = f32(self.dice.uniform(0.5, 0.85))
        self.added = 0
        self.session.run(3.0)

    def blow(self, seconds: float) -> None:
        end = self.session.at + seconds
        while self.session.at < end:
            if strips := self.session.engine.mix.strips:
                key = self.dice.choice(strips).key
                wish = (key, Param.GAIN, self.dice.choice((-1.5, 1.5)))
                self.session.agent.wishes[:] = [wish]
            self.session.run(self.dice.choice((0.3, 0.5, 1.0)))
            if self.dice.random() < 0.6:
                for _ in range(10):  # with a write of ours in the socket, if there is one soon
                    if is_write_waiting(self.session):
                        break
                    self.session.run(0.1)
                self.rearrange()

    def rearrange(self) -> None:
        tracks = self.live.tracks
        match self.dice.randrange(4):
            case 0:
                self.added += 1
                tracks.insert(self.dice.randrange(len(tracks) + 1), LiveTrack(f"New {self.added}"))
            case 1 if len(tracks) > 2:
                tracks.pop(self.dice.randrange(len(tracks)))
            case _:
                self.dice.shuffle(tracks)


@REACTIONS
@pytest.mark.parametrize("seed", repeated(range(8), first=1))
def test_in_a_storm_of_tracks_what_met_another_is_put_back_and_is_no_lesson(
    seed: int, is_quick: bool
) -> None:
    storm = Storm(seed, is_quick=is_quick)
    session = storm.session
    storm.blow(45.0)
    session.person(m.FreezeSwitched(at=session.at, on=True))
    session.run(12.0)
    session.assert_same()
    assert session.agent.hands == []
    assert session.agent.lessons == []
    there = {track.uid for track in session.live.tracks}
    astray: dict[str, Written] = {}
    ticks = [0]
    for write in session.live.written:
        first = astray.get(write.uid)
        if first is not None and write.value == first.before:
            assert write.tick - first.tick <= 1
            ticks.append(write.tick - first.tick)
            del astray[write.uid]
        elif write.uid in there and (write.uid, write.param, write.value) not in session.meant:
            astray.setdefault(write.uid, write)
    assert astray == {}
    print(f"{len(ticks) - 1} writes met another track; back after {max(ticks)} ticks at most")  # noqa: T201
