"""What a value on the wire can mean, in whichever dialect it comes."""

import math

import pytest

from bridge.daw.dialect import RowDialect
from bridge.daw.generic import GenericDialect
from bridge.daw.scale import TRACK, is_on
from bridge.daws.ardour.wire.dialect import ArdourDialect
from bridge.daws.reaper.wire.dialect import ReaperDialect
from bridge.mix.messages import ParamChanged
from bridge.mix.params import SWITCHES, Param
from bridge.osc.message import OscArg, OscMessage

TABLES = [GenericDialect(), ReaperDialect().table, ArdourDialect()._rows]
ON: list[OscArg] = [1, 2, 5, 6, 0.5, -1, True]
OFF: list[OscArg] = [0, 0.0, -0.0, False]
UNREADABLE: list[OscArg] = ["on", "", None, math.nan]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize("param", SWITCHES)
def test_a_switch_is_on_at_any_number_but_0_in_every_dialect(
    table: RowDialect, param: Param
) -> None:
    (row,) = (row for row in table.rows if row.message is ParamChanged and row.param is param)
    address = row.address.replace("{n}", "3")
    for args, value in ((ON, 1.0), (OFF, 0.0)):
        for arg in args:
            heard = table.decode(OscMessage(address, (arg,)), at=0.0)
            assert heard == (ParamChanged(at=0.0, track=3, param=param, value=value),)
    for arg in UNREADABLE:
        event, _ = table.decode(OscMessage(address, (arg,)), at=0.0) or ()
        assert isinstance(event, ParamChanged)
        assert math.isnan(event.value)


def test_a_switch_that_cannot_be_read_counts_as_on() -> None:
    assert all(map(is_on, [*ON, *UNREADABLE]))
    assert not any(map(is_on, OFF))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (2, "#2"), (2.0, "#2"), ("2", "2"), ("#2", "#2"), ("*", "*"), ("Lead Vox", "Lead Vox"),
        (True, None), (2.5, None), (0, None), (-1, None), (2000, None), (math.nan, None),
        (math.inf, None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_a_track_is_a_number_or_a_text_and_the_two_stay_apart(
    said: OscArg, meant: str | None
) -> None:
    assert TRACK.read(said) == meant
