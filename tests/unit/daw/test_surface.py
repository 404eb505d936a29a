"""The `/bridge` namespace of the contract, address by address."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.daw import surface
from bridge.daw.surface import (
    Asked,
    Hello,
    NeutralReward,
    Presses,
    Release,
    decode_request,
    encode_notice,
)
from bridge.errors import DialectError
from bridge.mix.messages import (
    AuditionSwitched,
    CompareSwitched,
    ForgetRequested,
    FreezeSwitched,
    MixEndorsed,
    MixPinned,
    MixRecalled,
    Mode,
    ModeChosen,
    MoveState,
    PanicPressed,
    PersonEvent,
    Rearmed,
    RevertRequested,
    RewardReceived,
    RoleCorrected,
    SafeSwitched,
    Slot,
    StripSwitch,
    StripSwitched,
    SuggestionAccepted,
    SuggestionSkipped,
    TrackWished,
    UndoRequested,
)
from bridge.mix.notices import (
    Actor,
    ChangeNoticed,
    MoveReported,
    Notice,
    QuestionChanged,
    Rateable,
    RateableChanged,
    RequestRefused,
    RewardCredited,
    StatusChanged,
)
from bridge.mix.params import LockClass, Param
from bridge.mix.roles import Role
from bridge.mix.wishes import Wish
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscArg, OscMessage

AT = 8.0


def asked(address: str, *args: OscArg) -> Asked | None:
    return decode_request(OscMessage(address, args), at=AT)


REQUESTS: list[tuple[str, tuple[OscArg, ...], PersonEvent | Hello]] = [
    ("hello", (9500,), Hello(port=9500)),
    ("reward", (1.0,), RewardReceived(at=AT, value=1.0, move="", reward_id="")),
    ("reward", (-1, "m4"), RewardReceived(at=AT, value=-1.0, move="m4", reward_id="")),
    ("reward", (0.5, "m4", "r1"), RewardReceived(at=AT, value=0.5, move="m4", reward_id="r1")),
    ("reward", (0.5, "", "r1"), RewardReceived(at=AT, value=0.5, move="", reward_id="r1")),
    ("accept", ("m4",), SuggestionAccepted(at=AT, move="m4")),
    ("skip", ("m4",), SuggestionSkipped(at=AT, move="m4")),
    ("undo", (), UndoRequested(at=AT, move="")),
    ("undo", ("m4",), UndoRequested(at=AT, move="m4")),
    ("mode", ("gig",), ModeChosen(at=AT, mode=Mode.GIG)),
    ("freeze", (1,), FreezeSwitched(at=AT, on=True)),
    ("freeze", (False,), FreezeSwitched(at=AT, on=False)),
    ("panic", (), PanicPressed(at=AT)),
    ("rearm", (), Rearmed(at=AT)),
    (
        "safe",
        ("Lead Vox", "gain", 1),
        SafeSwitched(at=AT, track="Lead Vox", lock_class=LockClass.GAIN, on=True),
    ),
    ("safe", ("*", "all", 0), SafeSwitched(at=AT, track="*", lock_class=LockClass.ALL, on=False)),
    ("safe", (3, "eq", 1), SafeSwitched(at=AT, track="#3", lock_class=LockClass.EQ, on=True)),
    ("safe", (3.0, "eq", 1), SafeSwitched(at=AT, track="#3", lock_class=LockClass.EQ, on=True)),
    ("safe", ("3", "eq", 1), SafeSwitched(at=AT, track="3", lock_class=LockClass.EQ, on=True)),
    ("role", (3, "bass"), RoleCorrected(at=AT, track="#3", role=Role.BASS)),
    ("role", ("3", "bass"), RoleCorrected(at=AT, track="3", role=Role.BASS)),
    (
        "learn",
        ("3", "eq", 0),
        StripSwitched(
            at=AT, switch=StripSwitch.LEARN, track="3", lock_class=LockClass.EQ, on=False
        ),
    ),
    (
        "act",
        ("*", "all", 1),
        StripSwitched(at=AT, switch=StripSwitch.ACT, track="*", lock_class=LockClass.ALL, on=True),
    ),
    ("audition", ("m4", 1), AuditionSwitched(at=AT, move="m4", on=True)),
    ("compare", (0,), CompareSwitched(at=AT, on=False)),
    ("revert", ("m4",), RevertRequested(at=AT, move="m4")),
    ("pin", ("A",), MixPinned(at=AT, slot=Slot.A)),
    ("recall", ("D",), MixRecalled(at=AT, slot=Slot.D)),
    ("forget", ("song",), ForgetRequested(at=AT, what="song")),
    ("endorse", (), MixEndorsed(at=AT)),
    ("wish", (3, "brighter"), TrackWished(at=AT, track="#3", wish=Wish.BRIGHTER)),
]


@pytest.mark.parametrize(("name", "args", "event"), REQUESTS)
def test_each_request_is_an_event(
    name: str, args: tuple[OscArg, ...], event: PersonEvent | Hello
) -> None:
    assert asked(f"/bridge/{name}", *args) == event


@pytest.mark.parametrize(
    "args",
    [(), (1.0,), (1,), (True,), (None,), (0.3,), (127,), (-1,), (math.nan,), (math.inf,), ("0",),
     ("now", "please"), (0, 0), (0.0, 1.0), ("", 0)],
)  # fmt: skip
def test_panic_is_never_refused_for_its_arguments(args: tuple[OscArg, ...]) -> None:
    assert asked("/bridge/panic", *args) == PanicPressed(at=AT)


PRESSED: list[OscArg] = [1, 1.0, True, None, 0.5, 127, 64.0]
RELEASED: list[OscArg] = [0, 0.0, -0.0, False]
BUTTONS: list[tuple[str, tuple[str, ...], PersonEvent]] = [
    ("panic", (), PanicPressed(at=AT)),
    ("rearm", (), Rearmed(at=AT)),
    ("undo", (), UndoRequested(at=AT, move="")),
    ("undo", ("1-7",), UndoRequested(at=AT, move="1-7")),
    ("accept", (), SuggestionAccepted(at=AT, move="")),
    ("accept", ("1-7",), SuggestionAccepted(at=AT, move="1-7")),
    ("skip", (), SuggestionSkipped(at=AT, move="")),
    ("skip", ("",), SuggestionSkipped(at=AT, move="")),
    ("mode", ("assist",), ModeChosen(at=AT, mode=Mode.ASSIST)),
    ("pin", ("A",), MixPinned(at=AT, slot=Slot.A)),
    ("recall", ("A",), MixRecalled(at=AT, slot=Slot.A)),
    ("revert", ("1-7",), RevertRequested(at=AT, move="1-7")),
    ("forget", ("song",), ForgetRequested(at=AT, what="song")),
]


@pytest.mark.parametrize(("name", "texts", "event"), BUTTONS)
def test_a_button_is_read_in_one_way_everywhere(
    name: str, texts: tuple[str, ...], event: PersonEvent
) -> None:
    address = f"/bridge/{name}"
    assert asked(address, *texts) == event
    for state in PRESSED:
        assert asked(address, *texts, state) == event
        assert asked(address, state, *texts) == event
    for state in RELEASED:
        for args in ((*texts, state), (state, *texts)):
            is_press = name == "panic" and texts
            assert asked(address, *args) == (event if is_press else Release()), args


@pytest.mark.parametrize("state", [-1, -0.5, math.nan, math.inf, -math.inf])
def test_what_no_button_says_is_refused(state: float) -> None:
    for name, texts, _ in BUTTONS:
        if name != "panic":
            with pytest.raises(DialectError, match="expected one state of a button"):
                asked(f"/bridge/{name}", *texts, state)


def test_a_button_has_one_state() -> None:
    for args in ((1, 1), (0, 0), (1, "1-7", 0)):
        with pytest.raises(DialectError, match="expected one state of a button"):
            asked("/bridge/undo", *args)


@pytest.mark.parametrize("value", [0, 0.0, -0.0])
@pytest.mark.parametrize("named", [(), ("",)])
def test_a_reward_of_0_that_names_no_move_judges_nothing(
    value: float, named: tuple[str, ...]
) -> None:
    assert asked("/bridge/reward", value, *named) == NeutralReward(reward_id="")
    assert asked("/bridge/reward", value, "", "r1") == NeutralReward(reward_id="r1")


def test_a_reward_of_0_that_names_a_move_is_a_verdict() -> None:
    event = RewardReceived(at=AT, value=0.0, move="m4", reward_id="")
    assert asked("/bridge/reward", 0.0, "m4") == event


def test_the_same_press_within_a_quarter_of_a_second_is_one() -> None:
    presses = Presses()

    def press(at: float, sender: str = "a", move: str = "") -> bool:
        event = UndoRequested(at=at, move=move)
        return presses.is_new("/bridge/undo", event, sender)

    assert press(1.0)
    assert not press(1.1)
    assert not press(1.249)
    assert press(1.1, sender="b")
    assert press(1.3), "the quarter of a second begins with the press that counted"
    assert not press(1.5)


def test_a_press_that_names_a_move_is_never_a_repetition() -> None:
    presses = Presses()
    for name in ("1-7", "1-7", "1-6"):
        assert presses.is_new("/bridge/undo", UndoRequested(at=1.0, move=name), "a")


def test_panic_and_rearm_make_each_other_new() -> None:
    presses = Presses()
    panic, rearm = "/bridge/panic", "/bridge/rearm"
    assert presses.is_new(panic, PanicPressed(at=1.0), "a")
    assert not presses.is_new(panic, PanicPressed(at=1.05), "a")
    assert presses.is_new(rearm, Rearmed(at=1.1), "b")
    assert presses.is_new(panic, PanicPressed(at=1.15), "a")
    assert presses.is_new(rearm, Rearmed(at=1.2), "b")


def test_what_sets_a_state_is_never_a_repetition() -> None:
    presses = Presses()
    for _ in range(2):
        assert presses.is_new("/bridge/mode", ModeChosen(at=1.0, mode=Mode.GIG), "a")
        assert presses.is_new("/bridge/freeze", FreezeSwitched(at=1.0, on=True), "a")


def test_no_sender_makes_the_memory_of_presses_grow() -> None:
    presses = Presses()
    for sender in range(2000):
        presses.is_new("/bridge/undo", UndoRequested(at=1.0, move=""), sender)
    assert len(presses._last) <= 256


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("/Bridge/Reward", "/bridge/reward"),
        ("/bridge/rewards", "/bridge/reward"),
        ("/bridge/panik", "/bridge/panic"),
        ("/bridge/undo/", "/bridge/undo"),
        ("/bridge/helo", "/bridge/hello"),
        ("/bridge/stat_", "/bridge/stats"),
    ],
)
def test_who_misspells_a_request_is_told_which_may_be_meant(written: str, meant: str) -> None:
    with pytest.raises(DialectError, match=rf"no such request; did you mean {meant}\? expected"):
        asked(written)


def test_nothing_is_guessed_where_nothing_is_near() -> None:
    with pytest.raises(DialectError, match=r"^/bridge/dance: no such request; expected /bridge/"):
        asked("/bridge/dance")


def test_the_counters_are_asked_for_with_or_without_a_port() -> None:
    assert asked("/bridge/stats") == surface.StatsInquiry(port=0)
    assert asked("/bridge/stats", 9500) == surface.StatsInquiry(port=9500)
    assert surface.stat("received", 2**40) == OscMessage("/bridge/stat", ("received", 2**31 - 1))
    assert decode_request(surface.stat("received", 1), at=1.0) is None


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("hello", ()),
        ("hello", (0,)),
        ("hello", (65536,)),
        ("hello", ("9500",)),
        ("reward", ()),
        ("reward", (1.5,)),
        ("reward", (-1.1,)),
        ("reward", ("up",)),
        ("reward", (True,)),
        ("reward", (1.0, 4)),
        ("reward", (1.0, "m4", 7)),
        ("reward", (1.0, "m4", "r" * 256)),
        ("reward", (1.0, "m4", "r1", "x")),
        ("accept", ("m4", "m5")),
        ("accept", ("m4", "m5", 0)),
        ("undo", ("m4", "m5")),
        ("revert", (1,)),
        ("stats", (0,)),
        ("stats", (9500, 1)),
        ("mode", ("karaoke",)),
        ("mode", (1,)),
        ("freeze", ()),
        ("freeze", (2,)),
        ("rearm", ("now",)),
        ("mode", (0,)),
        ("safe", ("Lead", "gain")),
        ("safe", ("Lead", "reverb", 1)),
        ("safe", ("", "gain", 1)),
        ("safe", (0, "gain", 1)),
        ("safe", (2.5, "gain", 1)),
        ("safe", (True, "gain", 1)),
        ("safe", (1, "gain", math.nan)),
        ("freeze", (math.inf,)),
        ("reward", (math.nan,)),
        ("reward", (-math.inf,)),
        ("role", ("Lead", "tuba")),
        ("role", ("Lead",)),
        ("panik", ()),
    ],
)
def test_what_a_request_cannot_mean_is_refused_in_one_sentence(
    name: str, args: tuple[OscArg, ...]
) -> None:
    with pytest.raises(DialectError) as refusal:
        asked(f"/bridge/{name}", *args)
    sentence = str(refusal.value)
    assert sentence.startswith(f"/bridge/{name}: ")
    assert "expected" in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_a_refusal_names_the_argument_and_what_it_may_be() -> None:
    with pytest.raises(DialectError) as refusal:
        asked("/bridge/reward", 1.5)
    assert str(refusal.value) == "/bridge/reward: value: expected a number from -1 to 1; got 1.5."


def test_a_refusal_names_the_arguments_that_may_be_left_out() -> None:
    with pytest.raises(DialectError, match=r"expected value, \[move\], \[reward_id\]; got no arg"):
        asked("/bridge/reward")


def test_a_refusal_does_not_repeat_a_long_text() -> None:
    with pytest.raises(DialectError) as refusal:
        asked("/bridge/mode", "x" * 5000)
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize("name", ["welcome", "move", "rewarded", "status", "heartbeat", "error"])
def test_what_a_bridge_says_is_not_a_request_so_that_two_of_them_cannot_quarrel(name: str) -> None:
    assert asked(f"/bridge/{name}", "whatever") is None


NOTICES: list[tuple[Notice, OscMessage]] = [
    (
        MoveReported(
            move="m4",
            state=MoveState.PROPOSED,
            track=3,
            param=Param.EQ_HIGH,
            from_value=0.0,
            to_value=1.5,
            reason="The vocal is dull.",
        ),
        OscMessage(
            "/bridge/move", ("m4", "proposed", 3, "eq/high/gain", 0.0, 1.5, "The vocal is dull.")
        ),
    ),
    (
        RewardCredited(reward_id="r1", move="", value=1),
        OscMessage("/bridge/rewarded", ("r1", "", 1.0)),
    ),
    (
        StatusChanged(state="stale", text="The DAW is silent."),
        OscMessage("/bridge/status", ("stale", "The DAW is silent.")),
    ),
    (
        ChangeNoticed(actor=Actor.HAND, track=3, param=Param.PAN, from_value=0.0, to_value=-0.5),
        OscMessage("/bridge/change", ("hand", 3, "pan", 0.0, -0.5)),
    ),
    (
        RateableChanged(move="1-2", kind=Rateable.MOVE),
        OscMessage("/bridge/rateable", ("1-2", "move")),
    ),
    (
        QuestionChanged(track=3, role="kick", text="is 'KIn' a kick?"),
        OscMessage("/bridge/question", (3, "kick", "is 'KIn' a kick?")),
    ),
    (RequestRefused(text="No such move."), OscMessage("/bridge/error", ("No such move.",))),
]


@pytest.mark.parametrize(("notice", "message"), NOTICES)
def test_each_notice_is_said_as_the_contract_has_it(notice: Notice, message: OscMessage) -> None:
    assert encode_notice(notice) == message
    (heard,) = decode(encode(encode_notice(notice)))
    assert heard == message
    assert [type(arg) for arg in heard.args] == [type(arg) for arg in message.args]


def test_hello_is_answered_with_version_and_protocol() -> None:
    assert surface.welcome("0.1.0") == OscMessage("/bridge/welcome", ("0.1.0", 1))


def test_a_heartbeat_never_outgrows_its_number() -> None:
    assert surface.heartbeat(2**31 + 5, Mode.ASSIST) == OscMessage(
        "/bridge/heartbeat", (5, "assist")
    )


@given(
    name=st.sampled_from([name for name, _, _ in REQUESTS]),
    args=st.lists(
        st.integers() | st.floats() | st.text() | st.booleans() | st.none(),
        max_size=5,
    ),
)
def test_no_arguments_raise_anything_but_the_dialects_error(
    name: str, args: list[int | float | str | bool | None]
) -> None:
    try:
        asked(f"/bridge/{name}", *args)
    except DialectError as refusal:
        encode(surface.error(str(refusal)))


def test_an_inquiry_names_the_port_of_who_asks_and_a_fact_means_nothing_when_it_comes_in() -> None:
    asked = decode_request(OscMessage("/bridge/inquire", (9500,)), at=1.0)
    assert asked == surface.Inquiry(port=9500)
    assert decode_request(surface.fact("live", "12.1"), at=1.0) is None
