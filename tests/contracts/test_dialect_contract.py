"""What every dialect owes to the engine; each in the registry is held to it against its DAW.

A new dialect is covered by being registered, and by a DAW in memory that speaks it (`daws.py`).
"""

import contextlib
import math
import re
from collections.abc import Callable
from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.ableton.daw import AbletonDaw
from support.daws import SONG, ArdourDaw, Conversation, Daw, GenericDaw
from support.desk_daw import DeskDaw
from support.reaper.daw import ReaperDaw

from bridge import daws as registry
from bridge.daw.dialect import Dialect, RowDialect
from bridge.daws import make_dialect
from bridge.errors import DialectError
from bridge.mix.messages import (
    DawEvent,
    DumpClosed,
    DumpOpened,
    ParamChanged,
    RequestDump,
    SetParam,
)
from bridge.mix.params import MOVABLE, SPECS, SWITCHES, Param, same_value
from bridge.mix.state import METER_COLUMNS
from bridge.osc.message import OscMessage

AT = 12.5
DAWS: dict[str, Callable[[], Daw]] = {
    "generic": GenericDaw,
    "ardour": ArdourDaw,
    "reaper": ReaperDaw,
    "ableton": AbletonDaw,
    "desk": DeskDaw,
}
# A synth has one part that is no strip of a mix: `tests/unit/daws/test_zyn.py`.
assert set(registry.DAWS) - set(DAWS) == {"zyn"}
A_WHILE_S = 10.0
"""A DAW that has to be asked is asked at least so often."""

A_FEW = 25
"""Examples of what begins with a whole conversation: each takes a tenth of a second."""


@st.composite
def param_and_value(draw: st.DrawFn) -> tuple[Param, float]:
    param = draw(st.sampled_from(MOVABLE))
    return param, draw(st.floats(SPECS[param].minimum, SPECS[param].maximum))


@pytest.fixture(params=sorted(DAWS), scope="module")
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def dialect(name: str) -> Dialect:
    return make_dialect(name)


def talk(name: str) -> Conversation:
    """A fresh dialect with its DAW, connected."""
    return Conversation(make_dialect(name), DAWS[name]()).connect()


def names(talked: Conversation) -> list[str]:
    """The strips that the bridge knows, without the DAW's master and channels without a name."""
    known = [strip.name for strip in talked.mix.strips if strip.name != "Master"]
    return [name for name in known if not re.fullmatch(r"Ch \d\d", name)]


def meant(name: str, param: Param, value: float) -> float:
    """What a control holds where it is asked for a value: 0 dB is no place of a desk's fader."""
    nearest = make_dialect(name).capabilities.nearest
    return nearest(param, value) if nearest else value


def test_it_has_the_name_that_it_is_registered_under(dialect: Dialect, name: str) -> None:
    assert dialect.name == name
    assert 1 <= dialect.port <= 65535


def test_asked_for_a_dump_it_tells_every_strip_and_what_that_holds(name: str) -> None:
    talked = talk(name)
    assert names(talked) == list(SONG)
    known = MOVABLE if talked.dialect.capabilities.has_eq else (Param.GAIN, Param.PAN)
    for strip in SONG:
        for param in known:
            assert talked.held(strip, param) == pytest.approx(meant(name, param, 0.0), abs=1e-5)


def test_a_dump_has_one_end_that_echoes_the_number_asked_for(name: str) -> None:
    talked = talk(name)
    ends = [event for event in talked.events if isinstance(event, DumpClosed)]
    assert [end.number for end in ends] == [talked.dumps]


def test_a_second_dump_tells_the_same_again(name: str) -> None:
    talked = talk(name)
    before = talked.mix.values.copy()
    talked.connect()
    np.testing.assert_array_equal(talked.mix.values, before)
    assert not talked.mix.is_dump_open


def test_a_daw_that_was_restarted_is_greeted_anew(name: str) -> None:
    talked = talk(name)
    talked.daw = DAWS[name]()
    talked.hear(talked.daw.insert(0, "Another"))
    talked.connect()
    talked.wait(4.0)
    assert names(talked) == ["Another", *SONG]


@settings(max_examples=A_FEW)
@given(strip=st.sampled_from(SONG), move=param_and_value())
def test_a_write_arrives_where_it_is_meant_and_is_acknowledged(
    name: str, strip: str, move: tuple[Param, float]
) -> None:
    talked = talk(name)
    param, value = move
    talked.events.clear()
    talked.write(strip, param, value)
    value = meant(name, param, value)
    assert same_value(param, talked.daw.value(strip, param), value)
    heard = [event for event in talked.events if isinstance(event, ParamChanged)]
    number = talked.known(strip).number
    assert any(
        (event.track, event.param) == (number, param) and same_value(param, event.value, value)
        for event in heard
        if not math.isnan(event.value)
    ) or same_value(param, value, meant(name, param, 0.0))
    others = [(other, p) for other in SONG for p in MOVABLE if (other, p) != (strip, param)]
    for other, p in others:
        assert talked.daw.value(other, p) == pytest.approx(meant(name, p, 0.0), abs=1e-5)


@settings(max_examples=A_FEW)
@given(strip=st.sampled_from(SONG), move=param_and_value())
def test_a_hand_is_heard(name: str, strip: str, move: tuple[Param, float]) -> None:
    talked = talk(name)
    param, value = move
    talked.hear(talked.daw.hand(strip, param, value))
    for _ in range(round(A_WHILE_S / 0.5)):
        if same_value(param, talked.held(strip, param), meant(name, param, value)):
            return
        talked.wait(0.5)
    assert same_value(param, talked.held(strip, param), meant(name, param, value))


def test_a_renumbered_strip_never_gets_anothers_write(name: str) -> None:
    """A write is tried after each word of the DAW on its new layout, where the engine would."""
    talked = talk(name)
    said = talked.daw.insert(0, "Another")
    for _ in range(2000):
        if not talked.mix.is_dump_open and talked.mix.find("Another"):
            break
        if said:
            talked.take(said.pop(0))
        else:
            said = list(chain(*map(talked.daw.hear, talked.dialect.ask(at=talked.at))))
            talked.at += 0.05
        if not talked.mix.is_dump_open:
            strip = talked.known("Lead")
            write = SetParam(track=strip.number, param=Param.GAIN, value=-7.0, key=strip.key)
            for message in talked.dialect.encode(write, at=talked.at):
                talked.daw.hear(message)
    assert talked.mix.find("Another")
    talked.wait(2.0)
    talked.write("Lead", Param.GAIN, -7.0)
    held = [talked.daw.value(strip, Param.GAIN) for strip in talked.daw.names]
    assert held == pytest.approx([0.0, 0.0, 0.0, -7.0], abs=0.01)


def test_a_removed_strip_is_gone_and_the_others_go_on(name: str) -> None:
    talked = talk(name)
    talked.hear(talked.daw.remove("Kick"))
    talked.wait(4.0)
    assert names(talked) == ["Bass", "Lead"]
    talked.write("Lead", Param.PAN, -0.5)
    assert talked.daw.value("Lead", Param.PAN) == pytest.approx(-0.5, abs=0.001)
    assert talked.daw.value("Bass", Param.PAN) == pytest.approx(0.0, abs=0.001)


def test_to_a_silent_daw_it_does_not_talk_without_end(name: str) -> None:
    talked = talk(name)
    talked.is_cut = True
    talked.command(RequestDump(number=2))
    talked.said.clear()
    talked.wait(10.0)
    assert len(talked.said) <= 500


def test_the_same_conversation_says_the_same(name: str) -> None:
    first, second = talk(name), talk(name)
    assert first.said == second.said
    assert first.events == second.events


def test_levels_find_their_columns(name: str) -> None:
    talked = talk(name)
    talked.hear(talked.daw.meter("Bass", -12.0))
    talked.wait(0.2)
    columns = talked.levels[talked.known("Bass").number]
    can = talked.dialect.capabilities
    assert (0 in columns) == can.has_rms
    assert (1 in columns) == can.has_peaks
    assert (METER_COLUMNS - 1 in columns) == can.has_spectra
    assert columns[1] == pytest.approx(-12.0, abs=0.1)


@pytest.mark.parametrize("value", [math.nan, math.inf, 1e6])
@pytest.mark.parametrize("param", MOVABLE)
def test_what_no_control_can_hold_is_never_said(name: str, param: Param, value: float) -> None:
    talked = talk(name)
    with pytest.raises(DialectError):
        talked.write("Bass", param, value)


@pytest.mark.parametrize("param", SWITCHES)
def test_the_bridge_has_no_words_for_mute_and_solo(name: str, param: Param) -> None:
    talked = talk(name)
    with pytest.raises(DialectError, match="no words"):
        talked.write("Bass", param, 1.0)


text = st.text(st.characters(categories=["L", "N", "P"]), max_size=40)
arguments = st.lists(st.integers() | st.floats() | text | st.booleans() | st.none(), max_size=12)


@given(address=st.from_regex(r"/[a-z0-9/]{1,30}", fullmatch=True), args=arguments)
def test_an_address_that_is_not_the_daws_is_unknown(
    dialect: Dialect, address: str, args: list[int | float | str | bool | None]
) -> None:
    with contextlib.suppress(DialectError):
        assert dialect.decode(OscMessage(address, tuple(args)), at=AT) in (None, ())
    assert dialect.level_slot(f"/zz{address}", len(args)) is None


@settings(max_examples=A_FEW)
@given(data=st.data(), args=arguments)
def test_nothing_that_the_daw_says_wrongly_raises_anything_but_the_dialects_error(
    name: str, data: st.DataObject, args: list[int | float | str | bool | None]
) -> None:
    talked = talk(name)
    talked.daw.insert(1, "Another")
    said = [*talked.said, *chain(*map(talked.daw.hear, talked.said))]
    addresses = sorted({message.address for message in said})
    message = OscMessage(data.draw(st.sampled_from(addresses)), tuple(args))
    with contextlib.suppress(DialectError):
        talked.dialect.decode(message, at=talked.at)
    talked.dialect.ask(at=talked.at)


# -- what is a table survives the way there and back ---------------------------------------------

ROWS = [made for made in map(make_dialect, registry.DAWS) if isinstance(made, RowDialect)]
events = st.one_of(
    st.builds(DumpOpened, at=st.just(AT), count=st.integers(0, 1024)),
    st.builds(
        ParamChanged,
        at=st.just(AT),
        track=st.integers(1, 1024),
        param=st.sampled_from(SWITCHES),
        value=st.sampled_from([0.0, 1.0]),
    ),
)


@pytest.mark.parametrize("rows", ROWS, ids=lambda rows: rows.name)
@given(event=events)
def test_an_event_of_the_rows_survives_the_way_to_the_bridge(
    rows: RowDialect, event: DawEvent
) -> None:
    (message,) = rows.encode_event(event)
    assert rows.decode(message, at=AT) == (event,)


@pytest.mark.parametrize("rows", ROWS, ids=lambda rows: rows.name)
@given(track=st.integers(1, 1024), move=param_and_value())
def test_a_value_of_the_rows_survives_the_way_to_the_daw(
    rows: RowDialect, track: int, move: tuple[Param, float]
) -> None:
    param, value = move
    (message,) = rows.encode(SetParam(track=track, param=param, value=value), at=AT)
    (heard,) = rows.decode_command(message)
    assert isinstance(heard, SetParam)
    assert (heard.track, heard.param) == (track, param)
    assert same_value(param, heard.value, value)
