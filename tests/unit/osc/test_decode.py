import math
import random
import re
import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder

from bridge.errors import OscDecodeError
from bridge.osc.decode import (
    MAX_ADDRESS_BYTES,
    MAX_ARGS,
    MAX_DATAGRAM_BYTES,
    MAX_DEPTH,
    MAX_MESSAGES,
    decode,
    decode_each,
)
from bridge.osc.encode import encode
from bridge.osc.message import OscMessage

FADER = encode(OscMessage("/mix/track/1/gain", (-6.0,)))
PAN = encode(OscMessage("/mix/track/1/pan", (0.5,)))
NOW = struct.pack(">Q", 1)


def bundle(*elements: bytes, time_tag: bytes = NOW) -> bytes:
    sized = (struct.pack(">i", len(element)) + element for element in elements)
    return b"#bundle\0" + time_tag + b"".join(sized)


def padded(text: bytes) -> bytes:
    return text + b"\0" * (4 - len(text) % 4)


def nested(depth: int) -> bytes:
    datagram = FADER
    for _ in range(depth):
        datagram = bundle(datagram)
    return datagram


def is_accepted(datagram: bytes) -> bool:
    """Whether it is decoded; anything else than the one exception fails the test."""
    try:
        decode(datagram)
    except OscDecodeError:
        return False
    return True


# -- what is accepted --------------------------------------------------------------------------


def test_a_message_is_read() -> None:
    assert decode(FADER) == [OscMessage("/mix/track/1/gain", (-6.0,))]


def test_a_bundle_is_flattened_in_its_order() -> None:
    datagram = bundle(FADER, bundle(PAN, bundle(FADER)), PAN)
    fader, pan = decode(FADER)[0], decode(PAN)[0]
    assert decode(datagram) == [fader, pan, fader, pan]


def test_an_empty_bundle_says_nothing() -> None:
    assert decode(bundle()) == []


def test_every_accepted_type_is_read() -> None:
    args = struct.pack(">iqfd", -7, 2**40, 0.5, 0.1) + padded(b"Lead")
    datagram = padded(b"/all") + padded(b",ihfdsTFNI") + args
    assert decode(datagram) == [
        OscMessage("/all", (-7, 2**40, 0.5, 0.1, "Lead", True, False, None, None))
    ]


def test_a_message_without_type_tags_has_no_arguments() -> None:
    assert decode(padded(b"/bridge/panic")) == [OscMessage("/bridge/panic")]


def test_a_utf8_track_name_is_read() -> None:
    assert decode(encode(OscMessage("/n", ("Flügel 🎹",))))[0].args == ("Flügel 🎹",)


# -- named regressions: datagrams that are known to stop other decoders ---------------------------


@pytest.mark.parametrize("size", [-4, -1, 0, 1, 2, 3, 5, 2**31 - 1, -(2**31)])
def test_a_bundle_element_of_an_impossible_size_is_refused(size: int) -> None:
    datagram = b"#bundle\0" + NOW + struct.pack(">i", size) + FADER
    with pytest.raises(OscDecodeError, match="bundle element"):
        decode(datagram)


def test_a_bundle_for_the_future_is_taken_now() -> None:
    in_the_year_2036 = struct.pack(">Q", 2**64 - 1)
    began = time.thread_time()
    assert decode(bundle(FADER, time_tag=in_the_year_2036)) == decode(FADER)
    assert time.thread_time() - began < 1.0


@pytest.mark.parametrize("pattern", ["*" * 28, "{,}" * 26, "[a-z]", "?", "#", "a b", "a,b"])
def test_an_address_with_pattern_characters_is_refused(pattern: str) -> None:
    datagram = padded(b"/agent/" + pattern.encode()) + padded(b",")
    with pytest.raises(OscDecodeError, match="address"):
        decode(datagram)


def test_3200_nested_bundles_are_refused() -> None:
    with pytest.raises(OscDecodeError):
        decode(nested(3200))


def test_bundles_are_read_to_the_depth_that_is_promised_and_no_deeper() -> None:
    assert decode(nested(MAX_DEPTH)) == decode(FADER)
    with pytest.raises(OscDecodeError, match="nested"):
        decode(nested(MAX_DEPTH + 1))


def test_a_latin1_track_name_is_usable() -> None:
    datagram = padded(b"/mix/track/1/name") + padded(b",s") + padded("Flügel".encode("latin-1"))
    assert decode(datagram) == [OscMessage("/mix/track/1/name", ("Flügel",))]


@pytest.mark.parametrize("tag", ["f", "d"])
@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_a_number_that_is_not_finite_is_left_to_who_knows_what_it_is_of(
    tag: str, value: float
) -> None:
    datagram = padded(b"/mix/track/1/gain") + padded(f",{tag}".encode())
    (message,) = decode(datagram + struct.pack(f">{tag}", value))
    assert repr(message.args) == repr((value,))


def test_the_largest_datagram_of_udp_is_read_and_a_larger_one_refused() -> None:
    name = encode(OscMessage("/mix/track/1/name", ("x" * 90,)))
    whole = bundle(*[name] * (65_507 // (len(name) + 4) - 1))
    assert 65_000 < len(whole) <= 65_507
    assert len(decode(whole)) > 500
    with pytest.raises(OscDecodeError, match=str(MAX_DATAGRAM_BYTES)):
        decode(bytes(MAX_DATAGRAM_BYTES + 1))


def test_a_float_that_is_not_there_is_refused() -> None:
    with pytest.raises(OscDecodeError, match="ends within argument 1"):
        decode(padded(b"/mix/track/1/gain") + padded(b",f"))


# -- what else is refused ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\0",
        b"\0\0\0\0",
        b"/a",
        b"/abc",  # not terminated
        b"mix\0,\0\0\0",  # no slash
        b"/\0\0\0,\0\0\0",  # no name
        b"/\xfc\0\0,\0\0\0",  # not ASCII
        b"/a\0x,\0\0\0",  # padding that is not zero
        b"/a\0\0i\0\0\0\0\0\0\1",  # type tags without a comma
        b"/a\0\0,ii\0\0\0\0\1",  # an argument missing
        b"/a\0\0,\0\0\0\0\0\0\1",  # an argument too many
        b"/a\0\0,s\0\0abcd",  # text without an end
        b"/a\0\0,m\0\0\0\0\0\0",  # MIDI
        b"/a\0\0,[i]\0\0\0\0\0\0\0\1",  # an array
        b"/a\0\0,t\0\0\0\0\0\0\0\0\0\1",  # a time tag
        b"#bundle\0",
        b"#bundle\0\0\0\0\0",
        b"#bundle\0\0\0\0\0\0\0\0\1\0\0",
        b"#bundlf\0\0\0\0\0\0\0\0\1",
    ],
)
def test_what_is_not_osc_is_refused(datagram: bytes) -> None:
    with pytest.raises(OscDecodeError):
        decode(datagram)


BAD = padded(b"/mix/track/2/gain") + padded(b",m") + bytes(4)


@pytest.mark.parametrize(
    ("datagram", "address"),
    [
        (bundle(FADER, BAD, PAN), "/mix/track/2/gain"),
        (bundle(FADER, bundle(BAD), PAN), "/mix/track/2/gain"),
        (bundle(FADER, padded(b"/bad") + padded(b",f"), PAN), "/bad"),
        (bundle(FADER, padded(b"no slash"), PAN), ""),
        (bundle(FADER, padded(b"/a*") + padded(b","), PAN), ""),
        (bundle(FADER, b"#bundle\0", PAN), "#bundle"),
        (bundle(FADER, PAN) + struct.pack(">i", 400), "#bundle"),
        (bundle(FADER, nested(MAX_DEPTH), PAN), "#bundle"),
    ],
)
def test_one_bad_element_costs_that_element(datagram: bytes, address: str) -> None:
    messages, (fault,) = decode_each(datagram)
    assert messages == decode(bundle(FADER, PAN))
    assert fault.address == address.replace("#bundle", "")
    assert fault.reason.endswith(".")
    with pytest.raises(OscDecodeError, match=re.escape(fault.reason)):
        decode(datagram)


@pytest.mark.parametrize("datagram", [b"/bridge/panic", b"/bridge/panic\0", BAD[:-1], BAD[:-4]])
def test_a_datagram_that_is_cut_off_still_has_its_address(datagram: bytes) -> None:
    messages, (fault,) = decode_each(datagram)
    assert not messages
    assert fault.address in ("/bridge/panic", "/mix/track/2/gain")
    assert fault.data == datagram


def test_faults_are_no_more_than_messages_may_be() -> None:
    messages, faults = decode_each(bundle(*[b"/a\0\0,m\0\0"] * (MAX_MESSAGES + 500)))
    assert not messages
    assert len(faults) == MAX_MESSAGES + 1


def test_an_address_may_be_long_but_not_longer() -> None:
    longest = b"/" + b"a" * (MAX_ADDRESS_BYTES - 1)
    assert decode(padded(longest) + padded(b","))[0].address == longest.decode()
    with pytest.raises(OscDecodeError, match="address"):
        decode(padded(longest + b"a") + padded(b","))


def test_arguments_may_be_many_but_not_more() -> None:
    assert len(decode(padded(b"/a") + padded(b"," + b"T" * MAX_ARGS))[0].args) == MAX_ARGS
    with pytest.raises(OscDecodeError, match="arguments"):
        decode(padded(b"/a") + padded(b"," + b"T" * (MAX_ARGS + 1)))


def test_messages_of_a_datagram_may_be_many_but_not_more() -> None:
    small = b"/a\0\0,\0\0\0"
    assert len(decode(bundle(*[small] * MAX_MESSAGES))) == MAX_MESSAGES
    with pytest.raises(OscDecodeError, match="messages"):
        decode(bundle(*[small] * (MAX_MESSAGES + 1)))


def test_a_refusal_is_one_sentence() -> None:
    with pytest.raises(OscDecodeError) as refusal:
        decode(padded(b"/a") + padded(b",m"))
    assert str(refusal.value) == "Type tags are of i f s b h d T F N I; got 'm'."


# -- whatever comes --------------------------------------------------------------------------------


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(datagram: bytes) -> None:
    is_accepted(datagram)


def test_no_mutated_datagram_raises_anything_else_or_takes_long() -> None:
    rng = random.Random(20)
    seeds = [
        FADER,
        bundle(FADER, PAN),
        nested(3),
        encode(OscMessage("/mix/track/2/bands", tuple(float(-i) for i in range(10)))),
        encode(OscMessage("/bridge/reward", (1.0, "m12", "Flügel"))),
    ]
    accepted, slowest_s = 0, 0.0
    for _ in range(20_000):
        datagram = bytearray(rng.choice(seeds))
        for _ in range(rng.randint(1, 4)):
            place = rng.randrange(len(datagram))
            match rng.randrange(4):
                case 0:
                    datagram[place] = rng.randrange(256)
                case 1:
                    datagram[place : place + 4] = struct.pack(
                        ">i", rng.choice([-4, 0, 4, 2**31 - 1])
                    )
                case 2:
                    del datagram[place : place + rng.choice([1, 4])]
                case 3:
                    datagram[place:place] = datagram[: rng.choice([4, 16, 64])]
            datagram = datagram or bytearray(4)
        began = time.thread_time()
        accepted += is_accepted(bytes(datagram))
        slowest_s = max(slowest_s, time.thread_time() - began)
    assert 1000 < accepted < 19_000, "both kinds must be among them"
    assert slowest_s < 0.2


def test_the_largest_datagram_is_decoded_within_a_few_milliseconds() -> None:
    texts = padded(b"/a") + padded(b"," + b"s" * MAX_ARGS) + padded(b"x" * 27) * MAX_ARGS
    tiny = b"/a\0\0,\0\0\0"
    for datagram in (texts, bundle(*[tiny] * MAX_MESSAGES), bundle(*[bundle()] * 400)):
        assert len(datagram) <= MAX_DATAGRAM_BYTES
        began = time.thread_time()
        decode(datagram)
        assert time.thread_time() - began < 0.1


# -- an independent sender --------------------------------------------------------------------

float32 = st.floats(width=32, allow_nan=False, allow_infinity=False)
text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
address = st.from_regex(r"/[a-z0-9_/.-]{1,30}", fullmatch=True)
arg = st.integers(-(2**31), 2**31 - 1) | float32 | text | st.booleans()


@given(address, st.lists(arg, max_size=8))
def test_what_python_osc_says_is_read(address: str, args: list[int | float | str | bool]) -> None:
    builder = OscMessageBuilder(address)
    for value in args:
        builder.add_arg(value)
    message = OscMessage(address, tuple(args))
    sent = builder.build()
    outer = OscBundleBuilder(IMMEDIATELY)
    outer.add_content(sent)
    outer.add_content(sent)
    assert decode(sent.dgram) == [message]
    assert decode(outer.build().dgram) == [message, message]


@pytest.mark.parametrize("size", [0, 1, 4, 5, 196])
def test_a_blob_comes_back_as_its_bytes(size: int) -> None:
    message = OscMessage("/meters/13", (bytes(range(size)), 7))
    assert decode(encode(message)) == [message]


@pytest.mark.parametrize("size", [-1, 1, 5, 2**31 - 1])
def test_a_blob_that_is_longer_than_its_message_is_refused(size: int) -> None:
    with pytest.raises(OscDecodeError, match="blob of argument 1"):
        decode(padded(b"/m") + padded(b",b") + struct.pack(">i", size))
