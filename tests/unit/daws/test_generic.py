"""The `/mix` namespace of the contract, address by address."""

import math

import pytest

from bridge.daw.dialect import Listed, Refusal
from bridge.daw.generic import GenericDialect
from bridge.daw.scale import read_level
from bridge.daws import make_dialect
from bridge.errors import ConfigError, DialectError
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
from bridge.mix.params import SILENCE_DB, Param
from bridge.mix.roles import Role
from bridge.osc.message import OscArg, OscMessage

AT = 3.0
GENERIC = GenericDialect()

SAID: list[tuple[str, OscArg, DawEvent]] = [
    ("/mix/tracks", 9, DumpOpened(at=AT, count=9)),
    ("/mix/synced", 7, DumpClosed(at=AT, number=7)),
    ("/mix/transport/playing", 1, TransportChanged(at=AT, playing=True)),
    ("/mix/track/3/id", "{A-1}", TrackIdentified(at=AT, track=3, uid="{A-1}")),
    ("/mix/track/3/name", "Lead Vox", TrackNamed(at=AT, track=3, name="Lead Vox")),
    ("/mix/track/3/role", "lead", RoleGiven(at=AT, track=3, role=Role.LEAD)),
]
VALUES: list[tuple[str, OscArg, Param, float]] = [
    ("/mix/track/12/gain", -6.5, Param.GAIN, -6.5),
    ("/mix/track/12/pan", -0.25, Param.PAN, -0.25),
    ("/mix/track/12/eq/low/gain", 1.5, Param.EQ_LOW, 1.5),
    ("/mix/track/12/eq/lowmid/gain", 1.5, Param.EQ_LOWMID, 1.5),
    ("/mix/track/12/eq/highmid/gain", 1.5, Param.EQ_HIGHMID, 1.5),
    ("/mix/track/12/eq/high/gain", 1.5, Param.EQ_HIGH, 1.5),
]
READ: list[tuple[str, OscArg, Param, float]] = [
    ("/mix/track/12/send/1/level", -6.5, Param.SEND_1, -6.5),
    ("/mix/track/12/send/4/level", float("-inf"), Param.SEND_4, SILENCE_DB),
]
SWITCHED: list[tuple[str, OscArg, Param, float]] = [
    ("/mix/track/12/mute", 1, Param.MUTE, 1.0),
    ("/mix/track/12/solo", 0, Param.SOLO, 0.0),
]


@pytest.mark.parametrize(("address", "arg", "event"), SAID)
def test_each_address_of_the_daw_is_an_event(address: str, arg: OscArg, event: DawEvent) -> None:
    assert GENERIC.decode(OscMessage(address, (arg,)), at=AT) == (event,)
    assert GENERIC.encode_event(event) == (OscMessage(address, (arg,)),)


@pytest.mark.parametrize(("address", "arg", "param", "value"), VALUES + SWITCHED + READ[:1])
def test_each_control_of_a_strip_is_a_change(
    address: str, arg: OscArg, param: Param, value: float
) -> None:
    event = ParamChanged(at=AT, track=12, param=param, value=value)
    assert GENERIC.decode(OscMessage(address, (arg,)), at=AT) == (event,)
    assert GENERIC.encode_event(event) == (OscMessage(address, (arg,)),)


@pytest.mark.parametrize(("address", "arg", "param", "value"), VALUES)
def test_each_movable_control_is_set_where_it_is_said(
    address: str, arg: OscArg, param: Param, value: float
) -> None:
    command: Command = SetParam(track=12, param=param, value=value)
    assert GENERIC.encode(command, at=0.0) == (OscMessage(address, (arg,)),)
    assert GENERIC.decode_command(OscMessage(address, (arg,))) == (command,)


@pytest.mark.parametrize(("address", "arg", "param", "value"), READ)
def test_a_send_is_read_and_has_no_command(
    address: str, arg: OscArg, param: Param, value: float
) -> None:
    event = ParamChanged(at=AT, track=12, param=param, value=value)
    assert GENERIC.decode(OscMessage(address, (arg,)), at=AT) == (event,)
    assert GENERIC.decode_command(OscMessage(address, (arg,))) == ()


def test_a_dump_is_asked_for_by_number() -> None:
    assert GENERIC.encode(RequestDump(number=4), at=0.0) == (OscMessage("/mix/refresh", (4,)),)


@pytest.mark.parametrize(
    ("address", "arg", "value"),
    [
        ("/mix/track/1/gain", -6, -6.0),
        ("/mix/track/1/gain", -200.0, SILENCE_DB),
        ("/mix/track/1/pan", 1.0000001, 1.0),
        ("/mix/track/1/mute", True, 1.0),
        ("/mix/track/1/mute", False, 0.0),
        ("/mix/track/1/mute", 1.0, 1.0),
    ],
)
def test_what_is_unambiguous_is_understood(address: str, arg: OscArg, value: float) -> None:
    (event,) = GENERIC.decode(OscMessage(address, (arg,)), at=AT)
    assert isinstance(event, ParamChanged)
    assert (event.value, type(event.value)) == (value, float)


def test_a_whole_float_is_understood_as_a_number_of_tracks() -> None:
    assert GENERIC.decode(OscMessage("/mix/tracks", (8.0,)), at=AT) == (DumpOpened(at=AT, count=8),)


def test_a_closed_fader_is_said_as_silence() -> None:
    event = ParamChanged(at=AT, track=1, param=Param.GAIN, value=float("-inf"))
    assert GENERIC.encode_event(event) == (OscMessage("/mix/track/1/gain", (SILENCE_DB,)),)


def test_a_name_that_would_drive_a_terminal_is_made_harmless() -> None:
    (event,) = GENERIC.decode(OscMessage("/mix/track/1/name", ("Kick\x1b[2J\n",)), at=AT)
    assert event == TrackNamed(at=AT, track=1, name="Kick [2J ")


@pytest.mark.parametrize(
    ("address", "args"),
    [
        ("/mix/tracks", (1025,)),
        ("/mix/tracks", (-1,)),
        ("/mix/tracks", (2.5,)),
        ("/mix/tracks", (True,)),
        ("/mix/tracks", ()),
        ("/mix/track/1/meter", (-20.0, math.nan)),
        ("/mix/track/1/meter", (math.inf, -10.0)),
        ("/mix/synced", (2**31,)),
        ("/mix/track/1/name", (1,)),
        ("/mix/track/1/name", ("x" * 256,)),
        ("/mix/track/1/role", ("tuba",)),
        ("/mix/track/0/gain", (0.0,)),
        ("/mix/track/1025/gain", (0.0,)),
        ("/mix/track/1/meter", (-20.0,)),
        ("/mix/track/0/meter", (-20.0, -10.0)),
        ("/mix/track/1/bands", (-20.0,) * 9),
        ("/mix/track/1/bands", ("x",) * 10),
    ],
)
def test_what_an_address_cannot_mean_is_refused_by_name(
    address: str, args: tuple[OscArg, ...]
) -> None:
    with pytest.raises(DialectError) as refusal:
        GENERIC.decode(OscMessage(address, args), at=AT)
    assert str(refusal.value).startswith(f"{address}: expected")


@pytest.mark.parametrize(
    ("param", "args"),
    [
        (Param.GAIN, ("loud",)),
        (Param.GAIN, (True,)),
        (Param.GAIN, (100.0,)),
        (Param.GAIN, (math.inf,)),
        (Param.GAIN, (math.nan,)),
        (Param.GAIN, (-6.0, -6.0)),
        (Param.GAIN, (None,)),
        (Param.GAIN, ()),
        (Param.PAN, (1.5,)),
        (Param.PAN, (-math.inf,)),
        (Param.EQ_LOW, (-60.0,)),
        (Param.EQ_HIGH, ("-inf",)),
        (Param.MUTE, (math.nan,)),
        (Param.SOLO, ("on",)),
    ],
)
def test_a_control_whose_value_cannot_be_meant_is_unknown_and_the_refusal_says_why(
    param: Param, args: tuple[OscArg, ...]
) -> None:
    address = f"/mix/track/4/{param}"
    unknown, refusal = GENERIC.decode(OscMessage(address, args), at=AT) or ()
    assert isinstance(unknown, ParamChanged)
    assert (unknown.at, unknown.track, unknown.param) == (AT, 4, param)
    assert math.isnan(unknown.value)
    assert isinstance(refusal, Refusal)
    assert refusal.text.startswith(f"{address}: expected")


def test_a_refusal_says_what_was_expected_and_got() -> None:
    _, refusal = GENERIC.decode(OscMessage("/mix/track/1/pan", (1.5,)), at=AT) or ()
    assert refusal == Refusal("/mix/track/1/pan: expected a number from -1 to 1; got 1.5.")


@pytest.mark.parametrize(
    "said",
    [
        -math.inf, "-inf", "-Inf", " -INF dB", "-infinity", "-oo", "-\u221e", "\u2212\u221e dB",
        "-1.#INF", "-1.#INF00", -400.0, "-inf dBFS",
    ],
)  # fmt: skip
def test_minus_infinity_is_silence(said: OscArg) -> None:
    (event,) = GENERIC.decode(OscMessage("/mix/track/2/gain", (said,)), at=AT) or ()
    assert event == ParamChanged(at=AT, track=2, param=Param.GAIN, value=SILENCE_DB)


@pytest.mark.parametrize("said", ["inf", "+inf", "--inf", "-info", "- inf db x", "-6.0", ""])
def test_no_other_text_is_a_level(said: str) -> None:
    assert read_level(said) is None


@pytest.mark.parametrize("switch", [Param.MUTE, Param.SOLO])
@pytest.mark.parametrize(
    ("said", "held"), [(0, 0.0), (0.0, 0.0), (False, 0.0), (2, 1.0), (5, 1.0), (6.0, 1.0),
                       (0.5, 1.0), (-1, 1.0), (True, 1.0), (127, 1.0)],
)  # fmt: skip
def test_a_switch_is_on_at_any_number_but_0(switch: Param, said: OscArg, held: float) -> None:
    message = OscMessage(f"/mix/track/2/{switch}", (said,))
    assert GENERIC.decode(message, at=AT) == (
        ParamChanged(at=AT, track=2, param=switch, value=held),
    )


def test_a_dump_may_end_without_the_number_of_its_question() -> None:
    assert GENERIC.decode(OscMessage("/mix/synced"), at=AT) == (DumpClosed(at=AT, number=0),)


def test_it_names_what_it_understands() -> None:
    assert isinstance(GENERIC, Listed)
    assert {"/mix/tracks", "/mix/track/{n}/gain", "/mix/track/{n}/meter", "/mix/tap"} <= {
        *GENERIC.addresses
    }
    assert "/mix/refresh" not in GENERIC.addresses


@pytest.mark.parametrize(
    "address",
    [
        "/mix",
        "/mix/track/1",
        "/mix/track/01/gain",
        "/mix/track/x/gain",
        "/mix/track/1/eq/mid/gain",
        "/mix/track/1/gain/2",
        "/mix/refresh",
        "/live/song",
    ],
)
def test_an_address_that_it_does_not_know_says_nothing(address: str) -> None:
    assert GENERIC.decode(OscMessage(address, (1.0,)), at=AT) is None


def test_the_daw_is_never_set_by_what_it_says_itself() -> None:
    assert GENERIC.decode_command(OscMessage("/mix/track/1/mute", (1,))) == ()
    assert GENERIC.decode_command(OscMessage("/mix/track/1/name", ("x",))) == ()


def test_levels_have_slots_and_other_messages_none() -> None:
    assert GENERIC.level_slot("/mix/track/7/meter", 2) == (7, 0, 2)
    assert GENERIC.level_slot("/mix/track/7/bands", 10) == (7, 2, 10)
    assert GENERIC.level_slot("/mix/track/7/bands", 9) is None
    assert GENERIC.level_slot("/mix/track/1025/meter", 2) is None
    assert GENERIC.level_slot("/mix/track/7/gain", 1) is None


def test_an_unknown_dialect_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ConfigError, match=r"expected one of .*generic.*; got 'protools'"):
        make_dialect("protools")
