"""Random sessions with desks in any state: what is ever written, and where."""

import random
import re
from contextlib import suppress
from typing import Final

from bridge.daws.desk.study.fake import NAMES, FakeDesk, Told
from bridge.daws.desk.study.verdict import Verdict
from bridge.daws.desk.wire.dialect import DeskDialect
from bridge.daws.desk.wire.writes import is_write
from bridge.errors import DialectError
from bridge.mix import messages as m
from bridge.mix.params import Param
from bridge.osc.message import OscArg, OscMessage

_WRITABLE: Final = re.compile(r"/ch/\d\d/(mix/fader|mix/pan|eq/[1-4]/g)")
_SESSIONS: Final = 120
"""Sessions of the never-list for each of ``--moves``."""


def never(moves: int) -> Verdict:
    """15: whatever stands and is asked for, only faders, pans, EQ gains of inputs are written."""
    dice, elsewhere, written, asked = random.Random(1), 0, 0, 0  # noqa: S311 - chance of a test
    sessions = moves * _SESSIONS
    for _ in range(sessions):
        said, commands = _random_session(dice)
        asked += commands
        sets = [each for each in said if each.args and each.address != "/meters"]
        written += len(sets)
        elsewhere += sum(_WRITABLE.fullmatch(each.address) is None for each in sets)
    figure = f"{elsewhere} elsewhere; {sessions} sessions, {asked} asked for, {written} written"
    return Verdict(not elsewhere and written > 0, figure)


def _random_session(dice: random.Random) -> tuple[list[OscMessage], int]:
    """A small desk in any state that changes under commands; all that was said to it."""
    model = dice.choice((*("XR12",) * 6, "XR18", "X18", "X32", "M32R"))  # small ones are quick
    names = [name if dice.random() < 0.2 else "" for name in NAMES]
    desk = FakeDesk(model=model, hard_groups=dice.random() < 0.5).plug(names)
    _shake(desk, dice, 60)
    dialect, at = DeskDialect(), 0.0
    said = [*dialect.encode(m.RequestDump(number=1), at=at)]
    commands = done = 0
    for turn in range(60):
        at += 0.04
        said += dialect.ask(at=at)
        while done < len(said):
            client = "writes" if is_write(said[done]) else "bridge"
            told = desk.receive(client, said[done], at)
            done += 1
            if turn > 30 and dice.random() < 0.05:
                told += _shake(desk, dice, 1)
            for _, answer in told:
                with suppress(DialectError):
                    dialect.decode(answer, at=at)
                said += dialect.ask(at=at)
        if turn > 20:
            commands += 1
            command = m.SetParam(
                track=dice.randint(-1, 40), param=dice.choice(list(Param)),
                value=dice.choice((-70.0, -12.0, -0.3, 0.0, 0.4, 1.0, 5.0)),
                is_last=dice.random() < 0.5,
            )  # fmt: skip
            with suppress(DialectError):
                said += dialect.encode(command, at=at)
    return [*said, *dialect.farewell()], commands


def _shake(desk: FakeDesk, dice: random.Random, count: int) -> Told:
    """Somebody sets this and that; what the desk tells the bridge of it."""
    told: Told = []
    for address in dice.choices(tuple(desk.values), k=count):
        held = desk.values[address]
        value: OscArg = dice.choice(NAMES) if isinstance(held, str) else dice.randint(0, 5)
        if isinstance(held, float):
            value = dice.random()
        told += [each for each in desk.hand(address, value, 0.0) if each[0] == "bridge"]
    return told
