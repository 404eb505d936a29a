"""The rows of devices: what is understood, what is refused, and that nothing but numbers leaves."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.daw.devices import (
    decode_device,
    decode_device_write,
    encode_device_event,
    encode_device_write,
)
from bridge.daw.dialect import Refusal
from bridge.daw.generic import GenericDialect
from bridge.errors import DialectError
from bridge.mix.device_events import (
    Curve,
    DeviceEvent,
    DeviceIdentified,
    DeviceNamed,
    DeviceParamChanged,
    DeviceParamDescribed,
    DeviceParamWorded,
    DevicePlaced,
    NoteHeard,
    PlayNote,
    SetDeviceParam,
)
from bridge.mix.messages import TrackIdentified
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscArg, OscMessage

NUMBERS = st.integers(1, 256)
NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=40
)
FLOAT32 = st.floats(
    width=32, allow_nan=False, allow_infinity=False, min_value=-(2.0**100), max_value=2.0**100
)
SPEC = ("Cutoff", 20.0, 20000.0, "Hz", "log", 0)


@st.composite
def described(draw: st.DrawFn) -> DeviceParamDescribed:
    curve = draw(st.sampled_from(Curve))
    least = draw(st.integers(1 if curve is Curve.LOG else -1000, 1000))
    return DeviceParamDescribed(
        at=1.0,
        device=draw(NUMBERS),
        param=draw(NUMBERS),
        name=draw(NAMES),
        minimum=float(least),
        maximum=float(least + draw(st.integers(1, 1000))),
        unit=draw(NAMES | st.just("")),
        curve=curve,
        steps=draw(st.sampled_from([0, 2, 128])),
    )


EVENTS: st.SearchStrategy[DeviceEvent] = st.one_of(
    st.builds(DeviceIdentified, at=st.just(1.0), device=NUMBERS, uid=NAMES),
    st.builds(DeviceNamed, at=st.just(1.0), device=NUMBERS, name=NAMES),
    st.builds(DevicePlaced, at=st.just(1.0), device=NUMBERS, track=st.integers(1, 1024)),
    st.builds(DeviceParamChanged, at=st.just(1.0), device=NUMBERS, param=NUMBERS, value=FLOAT32),
    described(),
)


def wire(message: OscMessage) -> OscMessage:
    back = next(iter(decode(encode(message))))
    assert isinstance(back, OscMessage)
    return back


@given(EVENTS)
def test_what_a_daw_says_of_a_device_comes_back(event: DeviceEvent) -> None:
    assert decode_device(wire(encode_device_event(event)), at=1.0) == (event,)


@given(device=NUMBERS, param=NUMBERS, value=FLOAT32)
def test_a_write_arrives_as_it_was_asked_for(device: int, param: int, value: float) -> None:
    command = SetDeviceParam(device=device, param=param, value=value)
    assert decode_device_write(wire(encode_device_write(command))) == command


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e39])
def test_what_is_no_number_never_leaves(value: float) -> None:
    with pytest.raises(DialectError, match="expected a finite number"):
        encode_device_write(SetDeviceParam(device=1, param=1, value=value))


@pytest.mark.parametrize("args", [(math.nan,), (math.inf,), ("loud",), (), (1.0, 2.0), (None,)])
def test_a_value_that_can_mean_nothing_makes_the_parameter_unknown(
    args: tuple[OscArg, ...],
) -> None:
    heard = decode_device(OscMessage("/mix/device/2/param/3", args), at=1.0)
    assert heard is not None
    unknown, refusal = heard
    assert isinstance(unknown, DeviceParamChanged)
    assert (unknown.device, unknown.param) == (2, 3)
    assert math.isnan(unknown.value)
    assert isinstance(refusal, Refusal)
    assert refusal.text.startswith("/mix/device/2/param/3: expected a finite number; got ")


@pytest.mark.parametrize(
    ("address", "args"),
    [
        ("/mix/device/0/name", ("Zyn",)),
        ("/mix/device/257/name", ("Zyn",)),
        ("/mix/device/1/param/0", (0.5,)),
        ("/mix/device/1/param/257/spec", SPEC),
        ("/mix/device/1/name", (5,)),
        ("/mix/device/1/track", (0,)),
        ("/mix/device/1/track", ("Bass",)),
        ("/mix/device/1/param/1/spec", SPEC[:-1]),
        ("/mix/device/1/param/1/spec", ("", *SPEC[1:])),
        ("/mix/device/1/param/1/spec", ("x", 1.0, 1.0, "", "lin", 0)),
        ("/mix/device/1/param/1/spec", ("x", 2.0, 1.0, "", "lin", 0)),
        ("/mix/device/1/param/1/spec", ("x", 0.0, 1.0, "", "log", 0)),
        ("/mix/device/1/param/1/spec", ("x", math.nan, 1.0, "", "lin", 0)),
        ("/mix/device/1/param/1/spec", ("x", 0.0, math.inf, "", "lin", 0)),
        ("/mix/device/1/param/1/spec", ("x", 0.0, 1.0, "", "cubic", 0)),
        ("/mix/device/1/param/1/spec", ("x", 0.0, 1.0, "", "lin", 1)),
        ("/mix/device/1/param/1/spec", ("x", 0.0, 1.0, "", "lin", -3)),
    ],
)
def test_what_can_mean_nothing_is_refused_in_a_sentence(
    address: str, args: tuple[OscArg, ...]
) -> None:
    with pytest.raises(DialectError, match=f"^{address}: expected "):
        decode_device(OscMessage(address, args), at=1.0)


@pytest.mark.parametrize("address", ["/mix/device/1", "/mix/device/x/name", "/mix/device/1/colour"])
def test_an_address_of_no_row_is_not_understood(address: str) -> None:
    assert GenericDialect().decode(OscMessage(address, ("x",)), at=1.0) is None


def test_the_generic_dialect_speaks_the_rows_and_plays_no_notes() -> None:
    dialect = GenericDialect()
    spec = OscMessage("/mix/device/1/param/2/spec", SPEC)
    (event,) = dialect.decode(spec, at=1.0) or ()
    assert isinstance(event, DeviceParamDescribed)
    assert dialect.encode_event(event) == (spec,)
    command = SetDeviceParam(device=1, param=2, value=440.0)
    assert dialect.encode_device(command, at=1.0) == (
        OscMessage("/mix/device/1/param/2", (440.0,)),
    )
    with pytest.raises(DialectError, match="no words for"):
        dialect.encode_device(PlayNote(device=1, pitch=48, velocity=100, length_s=0.5), at=1.0)


def test_a_note_of_a_track_that_is_known_is_heard() -> None:
    dialect = GenericDialect()
    dialect.decode(OscMessage("/mix/tracks", (1,)), at=0.0)
    assert dialect.decode(OscMessage("/mix/track/1/id", ("b",)), at=0.0) == (
        TrackIdentified(at=0.0, track=1, uid="b"),
    )
    said = ("b", 7, 0.02, 0.5, -1.5, -6.0, -30.0, 0.25)
    features = {
        "attack_s": 0.02,
        "length_s": 0.5,
        "bright_oct": -1.5,
        "body_db": -6.0,
        "rough": -30.0,
        "motion_oct": 0.25,
    }
    (note,) = dialect.decode(OscMessage("/mix/tap/note", (*said, -12.0)), at=1.0) or ()
    assert note == NoteHeard(at=1.0, track=1, seq=7, **features, level_db=-12.0)
    (bare,) = dialect.decode(OscMessage("/mix/tap/note", said), at=1.0) or ()
    assert isinstance(bare, NoteHeard)
    assert math.isnan(bare.level_db)
    unknown = OscMessage("/mix/tap/note", ("nobody", *said[1:]))
    assert dialect.decode(unknown, at=1.0) == ()


@pytest.mark.parametrize(
    ("place", "value"), [(2, math.nan), (3, -1.0), (4, math.inf), (5, 90.0), (7, "x"), (1, 0.5)]
)
def test_a_note_that_cannot_be_is_refused(place: int, value: OscArg) -> None:
    args: list[OscArg] = ["b", 7, 0.02, 0.5, -1.5, -6.0, -30.0, 0.25]
    args[place] = value
    with pytest.raises(DialectError, match=r"^/mix/tap/note: expected a track's id, a number, "):
        GenericDialect().decode(OscMessage("/mix/tap/note", tuple(args)), at=1.0)


def test_what_a_device_shows_for_a_value_is_read_and_said() -> None:
    shown = DeviceParamWorded(at=1.0, device=2, param=7, value=0.5, words="1.2 kHz")
    message = encode_device_event(shown)
    assert message == OscMessage("/mix/device/2/param/7/words", (0.5, "1.2 kHz"))
    assert decode_device(message, at=1.0) == (shown,)


@pytest.mark.parametrize("args", [(), (0.5,), ("a", "b"), (0.5, ""), (0.5, 1), (math.nan, "x")])
def test_words_without_a_value_are_refused(args: tuple[OscArg, ...]) -> None:
    message = OscMessage("/mix/device/2/param/7/words", args)
    with pytest.raises(DialectError, match="expected a value and what the device shows for it"):
        decode_device(message, at=1.0)
