"""What a bridge beside a desk is held to, each with its figure, against the desk in memory.

The desk is made from the public tables, with the echo of each firmware, lost and late datagrams,
links, groups and scenes; time is virtual. No real desk was ever asked (docs/desks.md).
"""

import struct
import time
from collections.abc import Callable
from itertools import cycle
from typing import Final

import click

from bridge.daws.desk.study.fake import NAMES
from bridge.daws.desk.study.never import never
from bridge.daws.desk.study.outside import found, process, strangers
from bridge.daws.desk.study.stage import Stage
from bridge.daws.desk.study.verdict import Verdict, x32, xr18
from bridge.daws.desk.wire import laws
from bridge.mix import messages as m
from bridge.mix.messages import LinkState, Mode, MoveState
from bridge.mix.params import LockClass, Param
from bridge.mix.roles import Role
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscArg, OscMessage

_QUIET_S: Final = 8.0


def make_moves(stage: Stage, count: int) -> None:
    """Let the bridge make so many moves, one after the other."""
    params = cycle((Param.GAIN, Param.EQ_LOW, Param.GAIN, Param.PAN, Param.EQ_HIGH))
    strips, signs = cycle(range(1, stage.desk.channels + 1)), cycle((-1.0, 1.0, -1.0))
    for done in range(count):
        param = next(params)
        stage.wish(next(strips), param, next(signs) * (0.05 if param is Param.PAN else 0.5))
        stage.until(lambda done=done: len(stage.moves(MoveState.APPLIED)) > done, 40.0)  # type: ignore[misc]
    stage.let_pass(4.0)


def to_online(_: int) -> Verdict:
    """1: from the first word to online, 32 named strips."""
    with Stage(x32()) as stage:
        online = stage.connect()
        stage.let_pass(_QUIET_S)
        asked = [at for at, said in stage.said if not said.args]
        per_s = max(sum(at <= each < at + 1.0 for each in asked) for at in asked)
    with Stage(x32(), delay_s=0.03) as stage:
        stage.let_pass(4.0)
        asked = [at for at, said in stage.said if not said.args and said.address[1] in "acdbf"]
        flight = max(sum(at <= each < at + 0.0595 for each in asked) for at in asked)
    figure = f"{online:.2f} s; {per_s} questions a second, {flight} in flight at most"
    return Verdict(online <= 2.0 and per_s <= 400 and flight <= 16, figure)


def what_is_held(_: int) -> Verdict:
    """2: names, faders, pans and EQs are what the desk holds."""
    wrong = worst = 0.0
    for desk in (x32(), xr18()):
        for number in range(1, desk.channels + 1):
            for tail in ("mix/fader", "mix/pan", "eq/1/g", "eq/4/g"):
                address = f"/ch/{number:02}/{tail}"
                desk.values[address] = desk.grid(address, 0.3 + number / 80.0)
        with Stage(desk) as stage:
            stage.ready()
            for number in range(1, desk.channels + 1):
                base = f"/ch/{number:02}"
                wrong += stage.engine.mix.strips[number - 1].name != NAMES[number - 1]
                for param, tail in (
                    (Param.GAIN, "mix/fader"), (Param.PAN, "mix/pan"),
                    (Param.EQ_LOW, "eq/1/g"), (Param.EQ_HIGH, "eq/4/g"),
                ):  # fmt: skip
                    held = laws.read(param, desk.number(f"{base}/{tail}"))
                    off = abs(stage.value(number, param) - held) / laws.step(param, held)
                    worst = max(worst, off)
    return Verdict(not wrong and worst <= 1.0, f"{wrong:.0f} names wrong, {worst:.3f} steps off")


def writes(moves: int) -> Verdict:
    """3: where, how fast and how far is written."""
    with Stage(x32(), mode=Mode.ASSIST, interval_s=5.0) as stage:
        stage.ready()
        make_moves(stage, moves)
        others = [
            each for each in stage.writes if not each[1].endswith(("/mix/fader", "/mix/pan", "/g"))
        ]
        jump, off, last = 0.0, 0.0, dict[str, float]()
        each_s = max(
            sum(o[1] == w[1] and w[0] <= o[0] < w[0] + 1.0 for o in stage.writes)
            for w in stage.writes
        )
        all_s = max(sum(w[0] <= o[0] < w[0] + 1.0 for o in stage.writes) for w in stage.writes)
        for _, address, position in stage.writes:
            kinds = ((Param.GAIN, "/fader"), (Param.PAN, "/pan"), (Param.EQ_LOW, "/g"))
            param = next(param for param, tail in kinds if address.endswith(tail))
            top = laws.LAWS[param].places - 1
            off = max(off, abs(position * top - round(position * top)))
            value = laws.read(param, position)
            jump = max(jump, abs(value - last.get(address, value)))
            last[address] = value
    figure = (
        f"{len(others)} elsewhere, jumps up to {jump:.2f}, {off:.4f} of a place, "
        f"{each_s} a second, {all_s} in all"
    )
    is_slow = each_s <= 25 and all_s <= 60
    return Verdict(not others and jump <= 0.5 and off < 0.01 and is_slow, figure)


def confirmed(moves: int) -> Verdict:
    """4: every move ends, with a tenth lost and 30 ms late."""
    ended = hands = made = 0
    for seed in range(2):
        lossy = {"delay_s": 0.03, "loss": 0.1, "seed": seed}
        with Stage(x32(), mode=Mode.ASSIST, interval_s=5.0, **lossy) as stage:  # type: ignore[arg-type]
            stage.connect(20.0)
            stage.let_pass(15.0)
            make_moves(stage, moves)
            made += moves
            ended += len(stage.moves(MoveState.CONFIRMED))
            hands += len(stage.hands)
    return Verdict(ended == made and not hands, f"{ended} of {made} confirmed, {hands} hands")


def false_hands(moves: int) -> Verdict:
    """5: no firmware's echo is a hand."""
    hands = made = 0
    for make in (x32, xr18):
        for echo in ({}, {"tells_writers": True}, {"tells_writers": True, "floors": True}):
            with Stage(make(**echo), mode=Mode.ASSIST, interval_s=5.0) as stage:
                stage.ready()
                make_moves(stage, moves)
                made, hands = made + moves, hands + len(stage.hands)
    return Verdict(not hands, f"{hands} in {made} moves")


def a_hand(_: int) -> Verdict:
    """6: 20 values of a hand in .6 s, during a ramp."""
    with Stage(x32(), mode=Mode.ASSIST) as stage:
        stage.ready()
        stage.wish(2, Param.GAIN, -0.5)
        stage.until(lambda: bool(stage.moves(MoveState.APPLIED)))
        stage.let_pass(0.1)
        begun = stage.at
        for step in range(20):
            stage.hand_db(2, -0.4 * step)
            stage.let_pass(0.03)
        stage.wish(2, Param.GAIN, -0.5)
        stage.let_pass(9.9)
        late = [each for each in stage.writes if each[0] > begun + 0.05]
        figure = f"{len(late)} writes after 50 ms, {len(stage.agent.hands)} lesson"
        return Verdict(not late and len(stage.agent.hands) == 1, figure)


def recalls(_: int) -> Verdict:
    """7: a scene during a ramp, announced or not, with loss."""
    late = lessons = wrong = 0
    for make in (x32, xr18):
        for is_announced in (True, False):
            with Stage(make(), mode=Mode.ASSIST) as stage:
                stage.ready()
                stage.wish(2, Param.GAIN, -0.5)
                stage.until(lambda: bool(stage.moves(MoveState.APPLIED)))
                stage.let_pass(0.1)
                begun, stage.loss = stage.at, 0.4
                numbers = range(1, stage.desk.channels + 1)
                scene: dict[str, OscArg] = {f"/ch/{n:02}/mix/fader": 0.4 + n / 100 for n in numbers}
                stage.load(scene, is_announced=is_announced)
                stage.let_pass(0.04)
                stage.loss = 0.0
                stage.let_pass(_QUIET_S)
                late += sum(each[0] > begun + 0.05 for each in stage.writes)
                lessons += len(stage.agent.hands)
                pinned = (stage.engine.guard.pinned(stage.key(n), Param.GAIN) for n in numbers)
                faders = (stage.desk.fader_db(n) for n in numbers)
                wrong += sum(abs(a - b) > 0.01 for a, b in zip(pinned, faders, strict=True))
    figure = f"{late} writes after 50 ms, {lessons} lessons, {wrong} faders not the new snapshot"
    return Verdict(not (late or lessons or wrong), figure)


def swapped_names(_: int) -> Verdict:
    """8: a scene that swaps names."""
    with Stage(x32()) as stage:
        stage.ready()
        at = stage.loop.time()
        stage.press(m.SafeSwitched(at=at, track="#1", lock_class=LockClass.ALL, on=True))
        stage.press(m.RoleCorrected(at=at, track="#11", role=Role.BASS))
        stage.let_pass(0.5)
        names: dict[str, OscArg] = {"/ch/01/config/name": "Vox", "/ch/11/config/name": "Kick"}
        stage.load(names, is_announced=True)
        stage.let_pass(_QUIET_S)
        roles = stage.engine.mix.strips[0].role, stage.engine.mix.strips[10].role
        safe = stage.engine.guard.safe_classes(stage.key(1)) == [LockClass.ALL]
        figure = f"roles are {roles[0]} and {roles[1]}, channel 1 is {'' if safe else 'not '}Safe"
        return Verdict(roles == (Role.LEAD, Role.KICK) and safe, figure)


def a_pair(_: int) -> Verdict:
    """9: a linked pair, moved by the bridge and by a person."""
    desk = x32()
    desk.values["/config/chlink/5-6"] = 1
    with Stage(desk, mode=Mode.ASSIST) as stage:
        stage.ready()
        stage.wish(5, Param.GAIN, -0.5)
        stage.until(lambda: bool(stage.moves(MoveState.CONFIRMED)))
        is_same = desk.values["/ch/06/mix/fader"] == desk.values["/ch/05/mix/fader"]
        for step in range(10):
            stage.hand_db(6, -1.0 - 0.4 * step)
            stage.let_pass(0.05)
        stage.let_pass(3.0)
        figure = f"{len(stage.hands)} hand, the partner is {'right' if is_same else 'wrong'}"
        return Verdict(is_same and len(stage.hands) == 1, figure)


def groups(_: int) -> Verdict:
    """10: a mute group and a DCA, both readings."""
    silent = hands = moves = 0
    for is_hard in (False, True):
        desk = x32(hard_groups=is_hard)
        for number in range(1, 5):
            desk.values[f"/ch/{number:02}/grp/mute"] = 1
            desk.values[f"/ch/{number + 4:02}/grp/dca"] = 1
        with Stage(desk, mode=Mode.ASSIST) as stage:
            stage.ready()
            stage.hand("/config/mute/1", 1)
            for step in range(16):
                stage.hand("/dca/1/fader", 0.75 - 0.05 * step)
                stage.let_pass(0.03)
            stage.let_pass(1.0)
            for number in (*range(1, 9), *range(1, 9)):
                stage.wish(number, Param.GAIN, 0.5)
                stage.let_pass(1.5)
                stage.agent.wishes.clear()
            silent += sum(strip.mute for strip in stage.engine.mix.strips[:8])
            hands += len(stage.hands)
            moves += len(stage.writes)
    return Verdict(
        silent == 16 and not hands and not moves,
        f"{silent} of 16 silent, {hands} hands, {moves} moves",
    )


def silence(_: int) -> Verdict:
    """11: silent for 6 s, and switched off and on."""
    with Stage(x32(), mode=Mode.ASSIST) as stage:
        stage.ready()
        stage.desk.is_on = False
        stage.desk.reboot()
        gone = stage.at
        stale = stage.until(lambda: stage.runner.link.state is LinkState.STALE, 6.0) - gone
        stage.wish(1, Param.GAIN, -0.5)
        stage.let_pass(6.0)
        written = len(stage.writes)
        stage.desk.is_on = True
        back = stage.at
        online = stage.connect(10.0) - back
        stage.hand_db(7, -20.0)
        stage.let_pass(2.0)
        is_told = abs(stage.value(7, Param.GAIN) + 20.0) < 0.1
    figure = f"stale after {stale:.1f} s, {written} writes, online {online:.1f} s after it is back"
    return Verdict(not written and is_told and online < 5.0, figure)


def places(_: int) -> Verdict:
    """13: others have all places; a hand shows it, or else the first ramp of the bridge's own."""
    said = written = ramp = 0
    way = 0.0
    for make, loss in ((x32, 0.0), (xr18, 0.0), (x32, 0.1)):
        for has_hand in (True, False):
            desk = make()
            desk.clients = {f"tablet {number}": 1e9 for number in range(desk.places)}
            with Stage(desk, mode=Mode.ASSIST, loss=loss) as stage:
                stage.connect(20.0)
                stage.let_pass(15.0 if loss else 6.0)
                for step in range(4) if has_hand else ():
                    stage.hand_db(3, -12.0 - step)
                    stage.let_pass(9.0)
                before = desk.fader_db(1)
                for _ in range(4):
                    stage.wish(1, Param.GAIN, -0.5)
                    stage.let_pass(6.0)
                said += f"all {desk.places} places" in stage.engine.status[1]
                if has_hand:
                    written += len(stage.writes)
                else:
                    ramp = max(ramp, len(stage.writes))
                    way = max(way, abs(before - desk.fader_db(1)))
    figure = (
        f"said {said} times of 6; {written} writes after a hand, {ramp} ({way:.2f} dB) where "
        f"nobody has moved anything yet"
    )
    return Verdict(said == 6 and not written and ramp <= 13 and way <= 0.5, figure)


def wedges(_: int) -> Verdict:
    """14: sends into wedges, behind the fader and behind the EQ."""
    desk = x32()
    desk.values["/bus/02/config/name"] = "Wedge 2"
    for channel, tap in ((1, 4), (2, 3), (3, 1)):
        address = f"/ch/{channel:02}/mix/02/level"
        desk.values[address] = desk.grid(address, 0.6)
        desk.values[f"/ch/{channel:02}/mix/01/type"] = tap
    with Stage(desk) as stage:
        stage.ready()
        barred = [sorted(map(str, stage.barred(channel))) for channel in (1, 2, 3)]
        is_named = stage.barred(1).get(LockClass.GAIN) == "also moves Wedge 2"
    figure = f"post: {barred[0]}, pre: {barred[1]}, before the EQ: {barred[2]}"
    return Verdict(barred == [["eq", "gain"], ["eq"], []] and is_named, figure)


def meters(moves: int) -> Verdict:
    """16: 32 strips at 20 Hz; an hour of it with as many moves as `_MOVES`."""
    desk = x32()
    with Stage(desk) as stage:
        stage.ready()
        levels = [-20.0 - number / 10.0 for number in range(48)]
        blob = struct.pack("<i48f", 48, *(10.0 ** (level / 20.0) for level in levels))
        datagram = encode(OscMessage("/meters/13", (blob,)))
        stage.runner.meters.take(at=stage.loop.time())
        count, began = moves * 72_000 // _MOVES, time.process_time()
        for _ in range(count):
            (message,) = decode(datagram)
            stage.runner.receive_daw(message, ("192.168.1.64", 10023), stage.loop.time())
            stage.runner.meters.sample()
        share = 20.0 * (time.process_time() - began) / count
        event = stage.runner.meters.take(at=stage.loop.time())
    heard = struct.unpack("<384f", event.levels)[1::12] if event else ()
    faders = laws.fader_db(767 / 1023)
    off = max(abs(a - b - faders) for a, b in zip(heard, levels[:32], strict=True))
    return Verdict(
        share <= 0.05 and off <= 0.1, f"{share:.1%} of a core over {count} blobs, {off:.3f} dB off"
    )


def first_suggestion(_: int) -> Verdict:
    """Power-on to the first suggestion."""
    desk = x32()
    desk.is_on = False
    with Stage(desk, mode=Mode.SUGGEST) as stage:
        stage.let_pass(5.0)
        desk.is_on, on = True, stage.at
        stage.wish(1, Param.GAIN, -0.5)
        after = stage.until(lambda: bool(stage.moves(MoveState.PROPOSED)), 30.0) - on
    return Verdict(after <= 15.0, f"{after:.1f} s after the desk answers")


CHECKS: Final[tuple[tuple[str, Callable[[int], Verdict]], ...]] = (
    ("1  online", to_online), ("2  what is held", what_is_held), ("3  writes", writes),
    ("4  lost and late", confirmed), ("5  false hands", false_hands), ("6  a hand", a_hand),
    ("7  scenes", recalls), ("8  swapped names", swapped_names), ("9  linked pair", a_pair),
    ("10 groups", groups), ("11 silence", silence), ("12 strangers", strangers),
    ("13 places taken", places), ("14 wedges", wedges), ("15 never written", never),
    ("16 meters", meters), ("17 none, one, two", found), ("   first suggestion", first_suggestion),
)  # fmt: skip


CLOCKED: Final = (("   from start", process),)
"""What the load of this machine decides as well: printed, and no test."""

_MOVES: Final = 84


@click.command(help=__doc__)
@click.option(
    "--moves",
    type=click.IntRange(1),
    default=_MOVES,
    show_default=True,
    help="Moves of each check that makes some; the default makes 504 in check 5.",
)
@click.option("--only", default="", help="A word in the check's name.")
def main(moves: int, only: str) -> None:
    """Print every check with its figure."""
    kept = 0
    checks = [each for each in (*CHECKS, *CLOCKED) if only in each[0]]
    for name, check in checks:
        verdict = check(moves)
        kept += verdict.is_kept
        word = "kept" if verdict.is_kept else "NOT KEPT"
        click.echo(f"{name:<20} {word:<9} {verdict.figure}")
    click.echo(f"{kept} of {len(checks)} are kept.")
