"""The parts of the REAPER dialect: its pattern file, its curves, its texts."""

import math
import re
import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.reaper.fake import SCRIPTS, PatternError, read_patterns

from bridge.daw.dialect import Refusal
from bridge.daws.reaper.wire import companion, rows
from bridge.daws.reaper.wire.companion import UndoWatch, label_of
from bridge.daws.reaper.wire.dialect import ReaperDialect
from bridge.daws.reaper.wire.texts import escape, unescape
from bridge.errors import DialectError
from bridge.mix.messages import MoveRedone, MoveUndone, ParamChanged, SetParam
from bridge.mix.params import EQ_BANDS, MOVABLE, SPECS, Param
from bridge.osc.message import OscMessage

PATTERNS = (SCRIPTS / "mixbridge.ReaperOSC").read_text(encoding="utf-8")


# -- the pattern file -----------------------------------------------------------------------------


def test_every_pattern_has_a_row_and_every_row_a_pattern() -> None:
    patterns, _ = read_patterns(PATTERNS)
    listed = {address for found in patterns.values() for _, address in found}
    table = {row.address for row in ReaperDialect().table.rows}
    known = table | set(rows.HEARD) | set(rows.SAID) | set(rows.TOUCH)
    as_patterns = {re.sub(r"/band/[01]/", "/band/@/", a.replace("{n}", "@")) for a in known}
    assert as_patterns == listed


def test_the_pattern_file_keeps_the_flood_and_the_traps_out() -> None:
    patterns, chosen = read_patterns(PATTERNS)
    assert chosen["DEVICE_TRACK_COUNT"] == str(rows.BANK)
    assert "DEVICE_EQ" not in chosen
    assert {"TRACK_VOLUME_TOUCH", "TRACK_PAN_TOUCH"} <= patterns.keys()
    assert not {"TIME", "BEAT", "FX_PARAM_VALUE"} & patterns.keys()
    assert not any("gain/db" in address for found in patterns.values() for _, address in found)


@pytest.mark.parametrize(
    "line",
    [
        "DEVICE_EQ EXISTING",
        "TRACK_NAME x/track/@/name",
        "TRACK_NAMES s/track/@/name",
        "TRACK_PAN nope",
    ],
)
def test_what_would_void_the_file_in_reaper_is_an_error_here(line: str) -> None:
    with pytest.raises(PatternError):
        read_patterns(f"{PATTERNS}\n{line}\n")


# -- values ---------------------------------------------------------------------------------------


def float32(value: float) -> float:
    return float(struct.unpack(">f", struct.pack(">f", value))[0])


def grid(param: Param) -> list[float]:
    spec = SPECS[param]
    return [spec.minimum + (spec.maximum - spec.minimum) * i / 2000 for i in range(2001)]


def as_written(param: Param, value: float) -> float:
    """What REAPER holds after a write over OSC, and says in its float form."""
    (message,) = ReaperDialect().table.encode(SetParam(track=1, param=param, value=value), at=0.0)
    wire = float32(float(message.args[0]))  # type: ignore[arg-type]
    address = message.address.replace("/raw", "")
    wire = (wire + 1.0) / 2.0 if param is Param.PAN else wire
    (heard,) = ReaperDialect().table.decode(OscMessage(address, (float32(wire),)), at=0.0) or ()
    assert isinstance(heard, ParamChanged)
    return heard.value


def as_text(param: Param, value: float) -> float:
    """What REAPER says in words, with the decimals that it shows."""
    place = "/volume/str" if param is Param.GAIN else f"/fxeq/{rows._BANDS[param]}/gain/str"
    decimals = 2 if param is Param.GAIN else 1
    message = OscMessage(f"/track/1{place}", (f"{value:.{decimals}f}dB",))
    (heard,) = ReaperDialect().table.decode(message, at=0.0) or ()
    assert isinstance(heard, ParamChanged)
    return heard.value


@pytest.mark.parametrize("param", MOVABLE)
def test_a_value_survives_reapers_curves_and_float32_over_its_whole_range(param: Param) -> None:
    ways: list[tuple[str, Callable[[Param, float], float]]] = [("float", as_written)]
    if param is not Param.PAN:
        ways.append(("text", as_text))
    for name, way in ways:
        worst = max(abs(way(param, value) - value) for value in grid(param))
        print(f"{param} as {name}: worst error {worst:.2e} {SPECS[param].unit}")  # noqa: T201
        assert worst <= SPECS[param].tolerance


@pytest.mark.parametrize(
    ("gain_db", "position"), [(-12.0, 0.126), (0.0, 0.5), (6.0, 0.666), (12.0, 0.997)]
)
def test_reaeqs_gain_is_the_one_that_others_measured(gain_db: float, position: float) -> None:
    assert rows.eq_gain_normalised(gain_db) == pytest.approx(position, abs=5e-4)


@given(st.floats(20.5, 23_999.0))
def test_reaeqs_frequency_goes_there_and_back(hz: float) -> None:
    assert rows.eq_freq_hz(rows.eq_freq_normalised(hz)) == pytest.approx(hz, rel=1e-6)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("-3.25dB", -3.25),
        ("+1.0 dB", 1.0),
        ("-inf dB", -150.0),
        ("-inf", -150.0),
        ("-3,25dB", -3.25),
    ],
)
def test_a_read_out_is_read(text: str, level: float) -> None:
    message = OscMessage("/track/2/volume/str", (text,))
    assert ReaperDialect().table.decode(message, at=0.0) == (
        ParamChanged(at=0.0, track=2, param=Param.GAIN, value=level),
    )


@pytest.mark.parametrize("text", ["", "loud", "1e9999dB", "3 dB 4"])
def test_another_text_is_no_level(text: str) -> None:
    unknown, refusal = (
        ReaperDialect().table.decode(OscMessage("/track/2/volume/str", (text,)), at=0.0) or ()
    )
    assert isinstance(unknown, ParamChanged)
    assert math.isnan(unknown.value)
    assert isinstance(refusal, Refusal)


def test_a_meter_is_read_by_the_persons_range() -> None:
    assert rows.vu_dbfs(0.5, (-48.0, 12.0)) == pytest.approx(-18.0)
    assert rows.vu_dbfs(0.0, (-48.0, 12.0)) == -150.0


def test_only_numbers_and_text_are_said_and_never_to_the_master() -> None:
    dialect = ReaperDialect()
    said = [*rows.greeting(), OscMessage(rows.DEVICE_TRACK, (1,))]
    for param in MOVABLE:
        said += dialect.table.encode(SetParam(track=1, param=param, value=0.0), at=0.0)
    assert {type(arg) for message in said for arg in message.args} <= {int, float, str}
    assert dialect.encode(SetParam(track=0, param=Param.GAIN, value=0.0), at=0.0) == ()


# -- texts ----------------------------------------------------------------------------------------


@given(st.text())
def test_any_name_survives_the_lines(name: str) -> None:
    assert unescape(escape(name)) == name
    assert not set(escape(name)) & set("\t\n\r")


@pytest.mark.parametrize(
    "text",
    ["", "mixbridge-state\t2\nend\n", "mixbridge-state\t1\nrun\tx\n", "mixbridge-state\t1\nend\n",
     "mixbridge-state\t1\ntrack\t1\nend\n"],
)  # fmt: skip
def test_half_a_state_or_one_of_another_schema_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(DialectError, match="setup reaper"):
        companion.StateReader().read(text)


def point(watch: UndoWatch, move: str) -> str:
    command = SetParam(track=1, param=Param.GAIN, value=1.0, move=move)
    watch.record(command, label := label_of(command, "Vox"))
    return label


def test_what_was_undone_and_overtaken_is_not_redone() -> None:
    watch = UndoWatch()
    a = point(watch, "1-1")
    assert watch.observe("", a, at=1.0) == [MoveUndone(at=1.0, move="1-1")]
    b = point(watch, "1-2")
    assert watch.observe(b, "", at=2.0) == []
    assert watch.observe("", b, at=3.0) == [MoveUndone(at=3.0, move="1-2")]
    assert watch.observe(b, "", at=4.0) == [MoveRedone(at=4.0, move="1-2")]


def test_a_way_back_of_ours_is_no_point_to_watch() -> None:
    watch = UndoWatch()
    command = SetParam(track=1, param=Param.GAIN, value=1.0, move="1-1 back")
    watch.record(command, label := label_of(command, "Vox"))
    assert watch.observe("", label, at=1.0) == []


def test_the_octaves_of_the_eq_are_told_by_where_the_bands_stand() -> None:
    opening = dict(zip(EQ_BANDS, (100.0, 300.0, 1000.0, 5000.0), strict=True))
    assert all(rows.is_in_reach(param, hz) for param, hz in opening.items())
    assert not rows.is_in_reach(Param.EQ_LOWMID, 2000.0)
    assert not rows.is_in_reach(Param.EQ_LOWMID, math.nan)
