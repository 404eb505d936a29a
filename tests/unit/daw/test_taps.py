"""Taps: pre-fader levels by a track's own id become post-fader levels of its number."""

import math

import pytest

from bridge.daw.dialect import LevelReading
from bridge.daw.generic import GenericDialect
from bridge.daw.taps import FRESH_S, HELLO_S
from bridge.errors import DialectError
from bridge.mix.messages import TrackBarred
from bridge.mix.params import SILENCE_DB, LockClass
from bridge.osc.message import OscArg, OscMessage

AT = 4.0
LEVELS = (-20.0, -8.0, *[-30.0] * 10)


def a_desk(gain_db: float = -6.0, mute: int = 0) -> list[OscMessage]:
    return [
        OscMessage("/mix/tracks", (2,)),
        OscMessage("/mix/track/1/id", ("17",)),
        OscMessage("/mix/track/2/id", ("42",)),
        OscMessage("/mix/track/2/gain", (gain_db,)),
        OscMessage("/mix/track/2/mute", (mute,)),
        OscMessage("/mix/synced", (0,)),
    ]


def heard_after(said: list[OscMessage], tapped: OscArg = 42) -> list[LevelReading]:
    dialect = GenericDialect()
    for message in said:
        dialect.decode(message, at=AT)
    news = dialect.decode(OscMessage("/mix/tap", (tapped, 1, *LEVELS)), at=AT)
    assert news is not None
    return [each for each in news if isinstance(each, LevelReading)]


def test_a_taps_levels_are_those_of_its_track_after_the_fader() -> None:
    (reading,) = heard_after(a_desk())
    assert reading.slot == (2, 0, 12)
    assert reading.levels_dbfs == pytest.approx([level - 6.0 for level in LEVELS])


def test_a_muted_track_is_silent() -> None:
    (reading,) = heard_after(a_desk(mute=1))
    assert set(reading.levels_dbfs) == {SILENCE_DB}


def test_an_id_may_be_text_and_one_that_nobody_has_is_heard_without_a_place() -> None:
    assert len(heard_after(a_desk(), tapped="42")) == 1
    assert heard_after(a_desk(), tapped=43) == []


def test_a_new_dump_gives_the_ids_new_numbers() -> None:
    swapped = [
        OscMessage("/mix/tracks", (2,)),
        OscMessage("/mix/track/1/id", ("42",)),
        OscMessage("/mix/track/2/id", ("17",)),
        OscMessage("/mix/synced", (0,)),
    ]
    (reading,) = heard_after([*a_desk(), *swapped])
    assert reading.slot.track == 1
    assert reading.levels_dbfs == pytest.approx(LEVELS)
    assert heard_after([*a_desk(), swapped[0]]) == []


def test_a_tap_is_there_while_it_speaks() -> None:
    taps = GenericDialect().taps
    assert taps.decode(OscMessage("/mix/tap/hello", (42, "Bass", "1.0")), at=AT) == ()
    assert not taps.is_fresh("42", AT)
    taps.decode(OscMessage("/mix/tap", (42, 1, *LEVELS)), at=AT)
    assert taps.is_fresh("42", AT + FRESH_S)
    assert not taps.is_fresh("42", AT + FRESH_S + 0.01)
    assert taps.count(AT + HELLO_S) == (1, 0)
    assert taps.count(AT + HELLO_S + 0.01) == (0, 0)
    assert taps.decode(OscMessage("/mix/tap/bye", (42,)), at=AT) == ()
    assert (taps.count(AT), taps.is_fresh("42", AT)) == ((0, 0), False)


def test_taps_that_no_hub_has_told_their_id_are_counted_apart() -> None:
    taps = GenericDialect().taps
    for name in ("Kick", "Bass"):
        taps.decode(OscMessage("/mix/tap/hello", (0, name, "1.0")), at=AT)
    assert taps.count(AT) == (0, 2)


@pytest.mark.parametrize(
    ("address", "args"),
    [
        ("/mix/tap", (42, 1, -20.0)),
        ("/mix/tap", (42, 1, *[math.nan] * 12)),
        ("/mix/tap", (42, "one", *LEVELS)),
        ("/mix/tap", (True, 1, *LEVELS)),
        ("/mix/tap", ()),
        ("/mix/tap/hello", (42, 1.0, "1.0")),
        ("/mix/tap/hello", (42,)),
        ("/mix/tap/bye", ("",)),
    ],
)
def test_what_no_tap_can_mean_is_refused(address: str, args: tuple[OscArg, ...]) -> None:
    with pytest.raises(DialectError, match=f"{address}: expected"):
        GenericDialect().decode(OscMessage(address, args), at=AT)


@pytest.mark.parametrize("kind", [LockClass.GAIN, LockClass.PAN, LockClass.EQ])
@pytest.mark.parametrize("reason", ["is automated", ""])
def test_a_class_that_the_daw_bars_is_told_with_its_reason(kind: LockClass, reason: str) -> None:
    event = TrackBarred(at=AT, track=3, lock_class=kind, reason=reason)
    message = OscMessage(f"/mix/track/3/barred/{kind}", (reason,))
    assert GenericDialect().decode(message, at=AT) == (event,)
    assert GenericDialect().encode_event(event) == (message,)
    if not reason:
        assert GenericDialect().decode(OscMessage(message.address), at=AT) == (event,)
