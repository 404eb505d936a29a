"""The laws of a desk's controls, its meters, its bands, and what is found in a network."""

import contextlib
import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.daws.desk.finding import FoundDesk, describe, ports_of, read_answer
from bridge.daws.desk.study.fake import db_of, float32
from bridge.daws.desk.wire import laws
from bridge.daws.desk.wire.bands import Band, find_bands
from bridge.daws.desk.wire.levels import read_levels
from bridge.daws.desk.wire.tables import EQ_TYPES, X32, XAIR, channels_of, family_of, firmware_of
from bridge.errors import DialectError
from bridge.mix.params import EQ_BANDS, SILENCE_DB, Param
from bridge.osc.encode import encode
from bridge.osc.message import OscMessage

PARAMS = (Param.GAIN, Param.PAN, *EQ_BANDS)


@given(position=st.floats(0.001, 1.0))
def test_a_fader_is_where_the_manual_says(position: float) -> None:
    assert laws.fader_db(position) == pytest.approx(db_of(position))
    assert laws.fader_position(db_of(position)) == pytest.approx(position, abs=1e-9)


@pytest.mark.parametrize(("level_db", "held"), [(0.0, -0.01), (-5.0, -5.01), (10.0, 10.0)])
def test_what_the_manual_says_that_a_fader_holds(level_db: float, held: float) -> None:
    assert laws.nearest(Param.GAIN, level_db) == pytest.approx(held, abs=0.005)


def test_the_bottom_of_a_fader_is_silence() -> None:
    assert laws.fader_db(0.0) == SILENCE_DB
    assert laws.write(Param.GAIN, SILENCE_DB) == 0.0


@given(param=st.sampled_from(PARAMS), share=st.floats(0.0, 1.0))
def test_a_place_is_held_as_it_is_whether_a_desk_rounds_or_floors(
    param: Param, share: float
) -> None:
    law = laws.LAWS[param]
    value = laws.read(param, share)
    place = laws.write(param, value) * (law.places - 1)
    wire = float32(laws.on_wire(param, value)) * (law.places - 1)
    assert round(place) == pytest.approx(place, abs=1e-6)
    assert math.floor(wire) == round(wire) == round(place)


@given(param=st.sampled_from(PARAMS), value=st.floats(-59.0, 9.9))
def test_the_nearest_place_is_within_a_step_and_stays_where_it_is(
    param: Param, value: float
) -> None:
    value = value if param is Param.GAIN else value / 70.0
    held = laws.nearest(param, value)
    assert abs(held - value) <= laws.step(param, value) / 2.0 + 1e-9
    assert laws.nearest(param, held) == pytest.approx(held)


def test_levels_of_either_family_are_read() -> None:
    x32 = struct.pack("<i3f", 3, 1.0, 0.1, 0.0)
    assert read_levels(x32, "<f4") == pytest.approx([0.0, -20.0, SILENCE_DB])
    xair = struct.pack("<i3h", 3, 0, -20 * 256, -128 * 256)
    assert read_levels(xair, "<i2") == pytest.approx([0.0, -20.0, -128.0])


@given(blob=st.binary(max_size=64), kind=st.sampled_from(["<f4", "<i2"]))
def test_any_bytes_are_levels_or_are_refused_in_words(blob: bytes, kind: str) -> None:
    with contextlib.suppress(DialectError):
        assert np.all(read_levels(blob, kind) >= SILENCE_DB)


def test_a_blob_that_is_shorter_than_it_says_is_refused() -> None:
    with pytest.raises(DialectError, match="expected 3 numbers of 4 bytes"):
        read_levels(struct.pack("<i2f", 3, 0.5, 0.5), "<f4")


def test_bands_serve_by_frequency_and_kind_and_each_only_once() -> None:
    low, bell, high = (EQ_TYPES.index(kind) for kind in ("LShv", "PEQ", "HShv"))
    bands = {
        1: Band(kind=low, freq_hz=80.0),
        2: Band(kind=bell, freq_hz=120.0),
        3: Band(kind=bell, freq_hz=2500.0),
        4: Band(kind=high, freq_hz=2000.0),
    }
    assert find_bands(bands) == {Param.EQ_LOW: 2, Param.EQ_HIGHMID: 3} | {}


def test_models_are_told_apart() -> None:
    x32 = ("X32", "X32C", "X32P", "X32RACK", "X32CORE", "M32", "M32C", "M32R")
    xair = ("XR12", "XR16", "XR18", "X18", "MR12", "MR18")
    assert {family_of(model) for model in x32} == {X32}
    assert {family_of(model) for model in xair} == {XAIR}
    assert family_of("WING") is None
    assert channels_of(XAIR, "XR12") == 12
    assert firmware_of("4.06-09") == (4, 6)
    assert firmware_of("?") == (0, 0)


def found(model: str, last: int) -> FoundDesk:
    return FoundDesk(
        address=(f"192.168.1.{last}", 10023), name=f"{model}-{last}", model=model, firmware="4.06"
    )


def test_an_answer_says_which_desk_it_is() -> None:
    answer = encode(OscMessage("/xinfo", ("192.168.1.64", "FOH", "X32", "4.06")))
    assert read_answer(answer, ("10.0.0.7", 10023)) == FoundDesk(
        address=("10.0.0.7", 10023), name="FOH", model="X32", firmware="4.06", ip="192.168.1.64"
    )
    assert read_answer(b"nonsense", ("10.0.0.7", 1)) is None
    assert read_answer(encode(OscMessage("/xinfo", (1,))), ("10.0.0.7", 1)) is None


def test_what_is_found_is_a_sentence() -> None:
    assert describe([found("X32", 64)], "") == ""
    assert "2 desks answer: X32 X32-64 at 192.168.1.64:10023" in describe(
        [found("X32", 64), found("XR18", 65)], ""
    )
    assert "no desk answers at foh.local" in describe([], "foh.local")
    assert "firewall" in describe([], "")
    assert "WING" in describe([found("WING", 9)], "")


def test_both_families_are_asked_unless_the_settings_name_a_port() -> None:
    assert ports_of(10023) == (10023, 10024)
    assert ports_of(10024) == (10024,)
