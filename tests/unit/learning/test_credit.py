"""Which move a judgement belongs to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.learning.credit import EARLIEST_S, LATEST_S, Credit, CreditWindow


@pytest.fixture
def window() -> CreditWindow:
    """A move "a" was heard at 100 s."""
    window = CreditWindow()
    window.record_heard("a", 100.0)
    return window


def test_a_judgement_that_names_a_move_belongs_to_it_however_late(window: CreditWindow) -> None:
    assert window.assign("a", 9999.0) == (Credit("a", 1.0),)


@pytest.mark.parametrize(
    ("delay_s", "is_credited"),
    [
        (0.0, False),
        (EARLIEST_S - 0.01, False),
        (EARLIEST_S + 0.01, True),
        (LATEST_S, True),
        (8.01, False),
    ],
)
def test_a_nameless_one_must_come_within_the_window(
    window: CreditWindow, delay_s: float, is_credited: bool
) -> None:
    assert window.assign("", 100.0 + delay_s) == ((Credit("a", 1.0),) if is_credited else ())


def test_two_moves_in_the_window_share_it_newest_last(window: CreditWindow) -> None:
    window.record_heard("b", 102.0)
    assert window.assign("", 103.0) == (Credit("a", 0.5), Credit("b", 0.5))


def test_a_move_takes_one_judgement(window: CreditWindow) -> None:
    window.record_judged("a")
    assert window.is_judged("a")
    assert window.assign("", 101.0) == ()
    assert window.assign("a", 101.0) == ()


def test_a_judged_move_takes_no_share(window: CreditWindow) -> None:
    window.record_judged("a")
    window.record_heard("b", 100.0)
    assert window.assign("", 101.0) == (Credit("b", 1.0),)


def test_a_program_that_answers_faster_than_anybody_can_means_the_newest_move() -> None:
    window = CreditWindow(pace_s=EARLIEST_S - 0.01)
    window.record_heard("a", 100.0)
    window.record_heard("b", 100.05)
    assert window.assign("", 100.06) == (Credit("b", 1.0),)
    window.record_judged("b")
    assert window.assign("", 100.07) == ()
    assert CreditWindow(pace_s=EARLIEST_S - 0.01).assign("", 0.0) == ()


def test_after_a_pause_only_the_name_judges_what_was_heard_before(window: CreditWindow) -> None:
    window.pause(101.0)
    assert window.assign("", 102.0) == ()
    assert window.assign("a", 102.0) == (Credit("a", 1.0),)
    window.record_heard("b", 101.5)
    assert window.assign("", 102.0) == (Credit("b", 1.0),)


def test_old_moves_are_forgotten() -> None:
    window = CreditWindow()
    for number in range(1025):
        window.record_heard(str(number), 100.0)
        window.record_judged(str(number))
    assert not window.is_judged("0")
    assert window.is_judged("1")


@given(
    heard=st.lists(st.floats(0, 20), max_size=8),
    judged=st.sets(st.integers(0, 7)),
    paused_at=st.floats(0, 20),
    at=st.floats(0, 30),
)
def test_the_shares_of_one_judgement_never_exceed_it(
    heard: list[float], judged: set[int], paused_at: float, at: float
) -> None:
    window = CreditWindow()
    for number, when in enumerate(heard):
        window.record_heard(str(number), when)
    for number in judged:
        window.record_judged(str(number))
    window.pause(paused_at)
    credits = window.assign("", at)
    assert sum(credit.weight for credit in credits) == pytest.approx(1.0 if credits else 0.0)
    assert not judged & {int(credit.move) for credit in credits}
    assert all(heard[int(credit.move)] >= paused_at for credit in credits)
