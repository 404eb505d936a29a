import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_message import OscMessage as PythonOscMessage

from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscArg, OscBundle, OscMessage

float32 = st.floats(width=32, allow_nan=False, allow_infinity=False)
text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
address = st.from_regex(r"/[a-z0-9_/.-]{1,30}", fullmatch=True)
arg = st.integers(-(2**31), 2**31 - 1) | float32 | text


@given(address, st.lists(arg, max_size=8))
def test_python_osc_reads_what_is_said(address: str, args: list[int | float | str | bool]) -> None:
    heard = PythonOscMessage(encode(OscMessage(address, tuple(args))))
    assert (heard.address, heard.params) == (address, args)


@given(address, st.lists(arg, max_size=8))
def test_what_is_said_is_read_back(address: str, args: list[int | float | str | bool]) -> None:
    message = OscMessage(address, tuple(args))
    assert decode(encode(message)) == [message]


def test_a_fader_move_is_said_as_the_specification_has_it() -> None:
    assert encode(OscMessage("/mix/track/1/gain", (0.5,))) == (
        b"/mix/track/1/gain\0\0\0,f\0\0\x3f\0\0\0"
    )


def test_a_number_of_numpy_is_a_float() -> None:
    assert encode(OscMessage("/a", (np.float64(0.5),))) == encode(OscMessage("/a", (0.5,)))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e39, 2**31, -(2**31) - 1])
@pytest.mark.parametrize("others", [(), ("text",), (1, 2.0)])
def test_a_number_that_the_wire_cannot_carry_is_refused(
    value: float, others: tuple[int | float | str, ...]
) -> None:
    with pytest.raises(ValueError, match="int32 or finite float32"):
        encode(OscMessage("/a", (*others, value)))


def test_a_numpy_nan_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        encode(OscMessage("/a", (np.float64("nan"),)))


@pytest.mark.parametrize("value", [True, False, None, (1,)])
def test_an_argument_of_another_type_is_refused(value: OscArg) -> None:
    with pytest.raises(ValueError, match="int, float, str or bytes"):
        encode(OscMessage("/a", (value,)))


@pytest.mark.parametrize("message", [OscMessage("/a", ("a\0b",)), OscMessage("/a\0b")])
def test_text_with_a_zero_character_is_refused(message: OscMessage) -> None:
    with pytest.raises(ValueError, match="zero character"):
        encode(message)


@pytest.mark.parametrize("address", ["", "mix", "/ü"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        encode(OscMessage(address))


def test_a_bundle_arrives_as_its_messages_in_order() -> None:
    messages = (OscMessage("/a", (1,)), OscMessage("/b", (0.5, "x")), OscMessage("/c"))
    datagram = encode(OscBundle(messages))
    assert datagram.startswith(b"#bundle\0" + b"\0" * 7 + b"\1")
    assert tuple(decode(datagram)) == messages
