"""What every dialect owes to the engine and to a simulated DAW; each in the registry is held to it.

A new dialect is covered by being registered.
"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.daw.dialect import Dialect
from bridge.daw.registry import DIALECTS, make_dialect
from bridge.daw.scale import MAX_TRACKS
from bridge.errors import DialectError
from bridge.mix.messages import (
    Command,
    DawEvent,
    DumpClosed,
    DumpOpened,
    ParamChanged,
    RequestDump,
    RoleGiven,
    SetParam,
    TrackIdentified,
    TrackNamed,
    TransportChanged,
)
from bridge.mix.params import MOVABLE, SPECS, SWITCHES, Param, same_value
from bridge.mix.roles import Role
from bridge.mix.state import METER_COLUMNS
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscMessage

AT = 12.5

track = st.integers(1, MAX_TRACKS)
int32 = st.integers(-(2**31), 2**31 - 1)
text = st.text(st.characters(categories=["L", "N", "P"]), max_size=40)
switch_event = st.builds(
    ParamChanged,
    at=st.just(AT),
    track=track,
    param=st.sampled_from(SWITCHES),
    value=st.sampled_from([0.0, 1.0]),
)
other_event = st.one_of(
    st.builds(DumpOpened, at=st.just(AT), count=st.integers(0, MAX_TRACKS)),
    st.builds(DumpClosed, at=st.just(AT), number=int32),
    st.builds(TrackIdentified, at=st.just(AT), track=track, uid=text),
    st.builds(TrackNamed, at=st.just(AT), track=track, name=text),
    st.builds(RoleGiven, at=st.just(AT), track=track, role=st.sampled_from(Role)),
    st.builds(TransportChanged, at=st.just(AT), playing=st.booleans()),
)


@st.composite
def param_and_value(draw: st.DrawFn) -> tuple[Param, float]:
    param = draw(st.sampled_from(MOVABLE))
    return param, draw(st.floats(SPECS[param].minimum, SPECS[param].maximum))


@pytest.fixture(params=sorted(DIALECTS), scope="module")
def dialect(request: pytest.FixtureRequest) -> Dialect:
    return make_dialect(request.param)


def over_the_wire(message: OscMessage) -> OscMessage:
    (heard,) = decode(encode(message))
    return heard


def heard_by_bridge(dialect: Dialect, event: DawEvent) -> list[DawEvent]:
    return [
        heard
        for message in dialect.encode_event(event)
        for heard in dialect.decode(over_the_wire(message), at=AT)
    ]


def heard_by_daw(dialect: Dialect, command: Command) -> list[Command]:
    return [
        heard
        for message in dialect.encode(command)
        for heard in dialect.decode_command(over_the_wire(message))
    ]


def test_it_has_the_name_that_it_is_registered_under(dialect: Dialect) -> None:
    assert make_dialect(dialect.name).name == dialect.name


@given(event=switch_event | other_event)
def test_an_event_survives_the_way_to_the_bridge(dialect: Dialect, event: DawEvent) -> None:
    assert heard_by_bridge(dialect, event) == [event]


@given(track=track, move=param_and_value())
def test_a_value_survives_the_way_to_the_bridge(
    dialect: Dialect, track: int, move: tuple[Param, float]
) -> None:
    param, value = move
    event = ParamChanged(at=AT, track=track, param=param, value=value)
    (heard,) = heard_by_bridge(dialect, event)
    assert isinstance(heard, ParamChanged)
    assert (heard.track, heard.param) == (track, param)
    assert same_value(param, heard.value, value)


@given(track=track, move=param_and_value())
def test_a_value_survives_the_way_to_the_daw(
    dialect: Dialect, track: int, move: tuple[Param, float]
) -> None:
    param, value = move
    (heard,) = heard_by_daw(dialect, SetParam(track=track, param=param, value=value))
    assert isinstance(heard, SetParam)
    assert (heard.track, heard.param) == (track, param)
    assert same_value(param, heard.value, value)


@given(number=int32)
def test_a_request_for_a_dump_survives_the_way_to_the_daw(dialect: Dialect, number: int) -> None:
    assert heard_by_daw(dialect, RequestDump(number=number)) == [RequestDump(number=number)]


@given(track=track)
def test_levels_find_all_their_columns_and_each_once(dialect: Dialect, track: int) -> None:
    levels = [-float(column) for column in range(METER_COLUMNS)]
    table: dict[int, float] = {}
    for message in dialect.encode_levels(track, levels):
        heard = over_the_wire(message)
        slot = dialect.level_slot(heard.address, len(heard.args))
        assert slot is not None
        assert (slot.track, slot.width) == (track, len(heard.args))
        columns = range(slot.first_column, slot.first_column + slot.width)
        assert not table.keys() & set(columns)
        table |= {
            column: float(arg)
            for column, arg in zip(columns, heard.args, strict=True)
            if isinstance(arg, float)
        }
    capabilities = dialect.capabilities
    assert (0 in table) == capabilities.has_levels
    assert (METER_COLUMNS - 1 in table) == capabilities.has_spectra
    assert all(level == levels[column] for column, level in table.items())


@pytest.mark.parametrize("value", [math.nan, math.inf, 1e6])
@pytest.mark.parametrize("param", MOVABLE)
def test_what_no_control_can_hold_is_never_said(
    dialect: Dialect, param: Param, value: float
) -> None:
    with pytest.raises(DialectError):
        dialect.encode(SetParam(track=1, param=param, value=value))


@pytest.mark.parametrize("param", SWITCHES)
def test_the_bridge_has_no_words_for_mute_and_solo(dialect: Dialect, param: Param) -> None:
    with pytest.raises(DialectError, match="no words"):
        dialect.encode(SetParam(track=1, param=param, value=1.0))


@given(
    address=st.from_regex(r"/[a-z0-9/]{1,30}", fullmatch=True),
    args=st.lists(st.integers() | st.floats(allow_nan=False) | text | st.booleans() | st.none()),
)
def test_nothing_that_is_heard_raises_anything_but_the_dialects_error(
    dialect: Dialect, address: str, args: list[int | float | str | bool | None]
) -> None:
    message = OscMessage(address, tuple(args))
    assert dialect.decode(message, at=AT) == ()
    assert dialect.decode_command(message) == ()
    assert dialect.level_slot(address, len(args)) is None
