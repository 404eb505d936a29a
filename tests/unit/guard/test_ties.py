"""What shows that a control goes along with another, and what a doubt leaves behind."""

import math

import pytest

from bridge.guard.guard import Guard
from bridge.guard.limits import LIMITS, Profile
from bridge.guard.ties import Lead, Span, Tie, Ties
from bridge.mix.params import Param

GAIN = Param.GAIN
NEAR = 0.05


class Song:
    """A leader that goes from one place to the next, and a control that may go along."""

    def __init__(self, *, at: float = 0.0) -> None:
        self.ties = Ties()
        self.at = self.stands = at

    def ramp(self, *steps: tuple[float, float], held: float, near: float = NEAR) -> float:
        """The leader goes to each first value, and the control holds the second one then."""
        began, start = self.at, Span(self.stands, self.stands)
        for stands, value in steps:
            self.at += 0.1
            lead = Lead(
                began=began, start=start, span=Span(stands, stands), answer=stands,
                ways={1.0 if steps[-1][0] > start.low else -1.0},
            )  # fmt: skip
            self.ties.record(
                "Kick", GAIN, before=held, value=value, at=self.at, near=near, leads={"Vca": lead}
            )
            held, self.stands = value, stands
        return held

    def found(self, end: float) -> list[Tie]:
        """The ties that show, with the leader at its end."""
        self.at += 1.0
        self.stands = end
        return [tie for tie in self.ties.found("Kick", GAIN, {"Vca": end}) if tie.is_shown]


def test_a_ratio_shows_in_one_ramp_of_many_steps() -> None:
    song = Song()
    steps = [(0.1 * each, 0.03 * each) for each in range(1, 11)]
    song.ramp(*steps, held=0.0)
    (tie,) = song.found(1.0)
    assert tie.leader == "Vca"
    assert tie.steps == 10


def test_steps_of_a_grid_are_added_up_over_ramps() -> None:
    song = Song()
    held = song.ramp((0.2, 0.1), (0.5, 0.2), held=0.0, near=0.1)
    assert song.found(0.5) == []
    song.ramp((0.9, 0.3), held=held, near=0.1)
    (tie,) = song.found(1.0)
    assert (tie.steps, tie.began) == (3, pytest.approx(0.1))


def test_one_step_forth_and_one_back_show_a_tie() -> None:
    song = Song()
    held = song.ramp((0.3, 0.5), held=0.0, near=0.5)
    assert song.found(0.5) == []
    song.ramp((0.2, 0.0), held=held, near=0.5)
    assert len(song.found(0.0)) == 1


def test_a_hand_of_another_pace_shows_none() -> None:
    song = Song()
    late = [(0.5 + 0.05 * each, 0.1 * each) for each in range(1, 10)]
    song.ramp(*late, held=0.0)
    assert song.found(1.0) == []


def test_who_stops_while_the_leader_goes_on_shows_none() -> None:
    song = Song()
    song.ramp(*[(0.1 * each, 0.1 * each) for each in range(1, 5)], held=0.0)
    assert song.found(3.0) == []


def test_what_moves_twice_while_the_leader_stands_shows_none() -> None:
    song = Song()
    steps = [(0.1 * (each // 2), 0.02 * each) for each in range(2, 22)]
    song.ramp(*steps, held=0.02)
    assert song.found(1.0) == []


def test_a_step_without_a_leader_begins_the_count_anew() -> None:
    song = Song()
    held = song.ramp((0.2, 0.1), (0.5, 0.2), held=0.0, near=0.1)
    song.ties.record("Kick", GAIN, before=held, value=0.3, at=5.0, near=0.1, leads={})
    song.at = 6.0
    song.ramp((0.9, 0.4), held=0.3, near=0.1)
    assert song.found(1.0) == []


def test_a_write_between_two_ramps_keeps_the_count_and_not_the_place() -> None:
    song = Song()
    song.ramp((0.2, 0.1), (0.5, 0.2), held=0.0, near=0.1)
    song.found(0.5)
    song.ties.part("Kick", GAIN)
    song.ramp((0.8, 5.1), (1.1, 5.2), (1.5, 5.3), held=5.0, near=0.1)
    (tie,) = song.found(1.5)
    assert tie.steps == 5


def test_what_shows_a_tie_goes_with_a_new_name() -> None:
    song = Song()
    song.ramp(*[(0.1 * each, 0.1 * each) for each in range(1, 11)], held=0.0)
    song.ties.rename("Vca", "Drums")
    song.ties.rename("Kick", "BD")
    assert [tie.leader for tie in song.ties.found("BD", GAIN, {"Drums": 1.0})] == ["Drums"]


@pytest.mark.parametrize(("step", "is_likely"), [(0.1, True), (0.4, True), (4.0, False)])
def test_a_step_as_long_as_the_leaders_may_be_its(step: float, *, is_likely: bool) -> None:
    song = Song()
    song.ramp((0.1, step), held=0.0, near=max(step, NEAR))
    assert song.ties.is_likely("Kick", GAIN, "Vca") is is_likely


def test_a_hand_that_was_none_gives_back_what_was_pinned() -> None:
    guard = Guard(LIMITS[Profile.STUDIO])
    guard.pin("Kick", GAIN, 0.0)
    guard.claim("Kick", GAIN)
    doubts = [1.0, 1.1, 1.2]
    for at, value in enumerate(doubts):
        guard.pin("Kick", GAIN, value, doubted_at=float(at))
    assert not guard.is_ours("Kick", GAIN)
    guard.withdraw_hand("Kick", GAIN, since=5.0)
    assert guard.pinned("Kick", GAIN) == doubts[-1]
    guard.withdraw_hand("Kick", GAIN, since=2.0)
    assert guard.pinned("Kick", GAIN) == doubts[1]
    assert not guard.is_ours("Kick", GAIN)
    guard.withdraw_hand("Kick", GAIN, since=0.0)
    assert guard.pinned("Kick", GAIN) == 0.0
    assert guard.is_ours("Kick", GAIN)


def test_a_sure_hand_is_never_withdrawn() -> None:
    guard = Guard(LIMITS[Profile.STUDIO])
    guard.pin("Kick", GAIN, 0.0)
    guard.pin("Kick", GAIN, 1.0, doubted_at=1.0)
    guard.pin("Kick", GAIN, 2.0)
    guard.withdraw_hand("Kick", GAIN, since=0.0)
    assert guard.pinned("Kick", GAIN) == 2.0


@pytest.mark.parametrize("is_answer_lost", [True, False])
def test_a_step_whose_leaders_answer_was_lost_counts(*, is_answer_lost: bool) -> None:
    ties, held = Ties(), 0.0
    for each in range(1, 9):
        is_lost = is_answer_lost and each in (4, 7)
        answer, asked = (each - 1.0, each) if is_lost else (each, math.nan)
        lead = Lead(
            began=0.0, start=Span(0.0, 0.0), span=Span(answer, each), ways={1.0},
            answer=answer, asked=asked,
        )  # fmt: skip
        ties.record(
            "Kick", GAIN, before=held, value=0.3 * each, at=0.02 * each, near=0.3,
            leads={"Vca": lead},
        )  # fmt: skip
        held = 0.3 * each
    (tie,) = ties.found("Kick", GAIN, {"Vca": 8.0})
    assert (tie.steps, tie.is_shown) == (8, True)


def stepped(order: list[int]) -> list[Tie]:
    """The leader goes up by 1 at a time, and the control is told to stand at .3 of that."""
    ties, held = Ties(), 0.0
    for index, each in enumerate(order, start=1):
        stands = max(order[:index])
        lead = Lead(
            began=0.0, start=Span(0.0, 0.0), span=Span(stands, stands), answer=stands, ways={1.0}
        )
        ties.record(
            "Kick", GAIN, before=held, value=0.3 * each, at=0.02 * index, near=0.3,
            leads={"Vca": lead},
        )  # fmt: skip
        held = 0.3 * each
    return [tie for tie in ties.found("Kick", GAIN, {"Vca": max(order)}) if tie.is_shown]


def test_a_value_that_comes_late_takes_nothing_from_what_was_shown() -> None:
    (tie,) = stepped([1, 2, 3, 5, 4, 6, 7, 9, 8, 10])
    assert tie.steps == 8


def test_who_goes_back_while_the_leader_goes_on_shows_none() -> None:
    assert stepped([1, 2, 3, 4, 5, 6, 5, 4, 3, 2]) == []


def test_a_ramp_back_begins_where_the_last_one_has_ended() -> None:
    song = Song()
    held = song.ramp(*[(0.1 * each, 0.03 * each) for each in range(1, 6)], held=0.0)
    song.at += 1.0
    song.ramp((0.5, 0.13), (0.4, 0.12), (0.3, 0.09), held=held, near=0.03)
    (tie,) = song.found(0.3)
    assert tie.steps > 5


@pytest.mark.parametrize(("last", "is_tied"), [(6.0, True), (5.9, False)], ids=["end", "hand"])
def test_who_has_come_to_the_end_of_a_fader_is_tied_though_its_leader_goes_on(
    last: float, is_tied: bool
) -> None:
    song = Song()
    song.ramp(*[(0.1 * each, 5.0 + 0.19 * each) for each in range(1, 6)], (0.6, last), held=5.0)
    assert bool(song.found(2.0)) is is_tied


def test_steps_too_small_to_count_add_up_until_something_else_moves_the_control() -> None:
    ties = Ties()
    assert math.isnan(ties.add_up("Kick", GAIN, 0.0, 0.0015))
    assert ties.add_up("Kick", GAIN, 0.0015, 0.003) == 0.0
    assert math.isnan(ties.add_up("Kick", GAIN, 0.003, 0.0045))
    ties.part("Kick", GAIN)
    assert math.isnan(ties.add_up("Kick", GAIN, 0.0045, 0.006))


def test_one_step_beside_a_long_way_shows_none() -> None:
    song = Song()
    song.ramp((-0.2, -0.04), held=0.0, near=0.04)
    assert song.found(-0.5) == []


def test_a_tie_that_one_step_contradicts_stays_in_doubt() -> None:
    song = Song()
    held = song.ramp(*((0.1 * each, 0.05 * each) for each in range(1, 5)), held=0.0, near=0.02)
    assert song.ties.is_likely("Kick", GAIN, "Vca")
    song.ramp((0.5, 0.6), held=held, near=0.02)
    assert song.ties.is_likely("Kick", GAIN, "Vca")
    assert song.found(0.5) == []
