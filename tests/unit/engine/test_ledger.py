"""The one record of moves and answers: what was done and said stays, what stands is known."""

import pytest
from support.desk import Desk

from bridge.engine.ledger import REMEMBERED, Ledger, Row
from bridge.guard.limits import Profile
from bridge.mix import messages as m
from bridge.mix.messages import LinkState, Mode, MoveState
from bridge.mix.notices import MoveReported, RewardCredited
from bridge.mix.params import Param


def desk() -> Desk:
    return Desk(mode=Mode.ASSIST).connect()


def row(desk: Desk, move: str) -> Row:
    found = desk.engine.ledger.get(move)
    assert found is not None
    return found


def compare(desk: Desk, *, on: bool) -> None:
    desk.do(m.CompareSwitched(at=desk.at, on=on))


def test_a_move_is_recorded_with_what_was_done_why_and_when() -> None:
    sitting = desk()
    began = sitting.at
    name = sitting.move("Vox", Param.GAIN, 2.0)
    made = row(sitting, name)
    assert (made.track, made.param, made.from_value, made.to_value) == ("Vox", "gain", 0.0, 2.0)
    assert (made.actor, made.reason) == ("bridge", "it was wished for")
    assert made.audible_at is not None
    assert began <= made.at <= made.audible_at
    assert [stage.state for stage in made.life] == [MoveState.APPLIED, MoveState.CONFIRMED]


def test_what_the_daw_grants_is_what_was_done() -> None:
    sitting = Desk(profile=Profile.OFF).connect()
    sitting.top = 1.5
    assert row(sitting, sitting.move("Vox", Param.GAIN, 4.0)).to_value == 1.5


def test_a_comparison_that_is_interrupted_by_panic_rewrites_no_move() -> None:
    sitting = desk()
    names = [sitting.move(track, Param.GAIN, 2.0) for track in ("Kick", "Vox")]
    compare(sitting, on=True)
    sitting.run(0.1)
    compare(sitting, on=False)
    sitting.run(0.1)
    sitting.panic()
    sitting.run(3.0)
    for name in names:
        made = row(sitting, name)
        assert (made.from_value, made.to_value, made.state) == (0.0, 2.0, MoveState.REVERTED)
        assert made.outcome == "panic"
    told = [report for report in sitting.reports if report.state is MoveState.REVERTED]
    for report in map(sitting.engine.ledger.as_done, told):
        assert (report.from_value, report.to_value) == (0.0, 2.0)


@pytest.mark.parametrize("compared_for", [0.0, 0.1, 2.0])
@pytest.mark.parametrize("back_for", [None, 0.0, 0.05, 0.5])
def test_no_move_stands_after_a_panic_whatever_was_compared(
    compared_for: float, back_for: float | None
) -> None:
    sitting = desk()
    names = [sitting.move(track, Param.GAIN, 2.0) for track in ("Kick", "Vox")]
    compare(sitting, on=True)
    sitting.run(compared_for)
    if back_for is not None:
        compare(sitting, on=False)
        sitting.run(back_for)
    sitting.panic()
    sitting.run(3.0)
    assert [sitting.value(track, Param.GAIN) for track in (1, 3)] == [0.0, 0.0]
    assert [row(sitting, name).state for name in names] == [MoveState.REVERTED] * 2


def test_what_is_left_of_an_interrupted_way_back_is_told_beside_what_was_done() -> None:
    sitting = desk()
    name = sitting.move("Vox", Param.GAIN, 3.0)
    sitting.undo(name)
    sitting.run(0.4)
    sitting.freeze()
    made = row(sitting, name)
    assert (made.from_value, made.to_value) == (0.0, 3.0)
    assert made.stands
    assert made.left_value is not None
    assert 0.0 < made.left_value < 3.0
    assert made.left_value == pytest.approx(sitting.value(3, Param.GAIN), abs=0.11)


def test_panic_takes_back_all_but_what_is_safe_and_says_so() -> None:
    sitting = desk()
    kept = sitting.move("Kick", Param.EQ_LOW, 2.0)
    gone = sitting.move("Vox", Param.GAIN, 2.0)
    sitting.safe("Kick", "eq")
    sitting.panic()
    sitting.run(3.0)
    assert row(sitting, kept).state is MoveState.CONFIRMED
    assert sitting.value(1, Param.EQ_LOW) == 2.0
    assert row(sitting, gone).state is MoveState.REVERTED
    state, text = sitting.engine.status
    assert state == "panic"
    assert text.startswith("all but Kick EQ (Safe) is back at the snapshot")


def test_panic_says_that_everything_is_back_where_it_is_and_that_the_daw_is_gone() -> None:
    sitting = desk()
    sitting.move("Vox", Param.GAIN, 2.0)
    sitting.panic()
    assert sitting.engine.status[1] == "back at the snapshot; nothing moves until you rearm"
    sitting.link(LinkState.STALE, "the DAW has fallen silent")
    assert sitting.engine.status[1].endswith("until you rearm; the DAW has fallen silent")


def test_an_answer_is_noted_then_saved_and_no_confirmation_erases_it() -> None:
    sitting = desk()
    sitting.wish("Vox", Param.GAIN, 2.0)
    sitting.run(0.3)
    (name,) = [report.move for report in sitting.reports if report.state is MoveState.APPLIED]
    sitting.reward(1.0, name, "early")
    assert row(sitting, name).state is MoveState.APPLIED, "the DAW has not confirmed it yet"
    sitting.run(3.0)
    made = row(sitting, name)
    assert made.state is MoveState.CONFIRMED
    assert made.answer is not None
    assert (made.answer.value, made.answer.is_saved) == (1.0, False)
    sitting.engine.ledger.record_saved("early")
    answer = row(sitting, name).answer
    assert answer is not None
    assert answer.is_saved
    assert sitting.engine.ledger.answers == [answer]


def test_bad_before_the_daw_confirms_is_counted() -> None:
    sitting = desk()
    sitting.wish("Vox", Param.GAIN, 2.0)
    sitting.run(0.3)
    sitting.reward(-1.0, sitting.reports[-1].move)
    sitting.run(3.0)
    tally = sitting.engine.ledger.tally
    assert (tally.moves, tally.liked, tally.disliked, tally.answers) == (1, 0, 1, 1)


def test_only_the_newest_move_is_offered_and_never_an_older_one_after_it() -> None:
    sitting = desk()
    ledger = sitting.engine.ledger
    assert ledger.rateable is None
    sitting.move("Kick", Param.GAIN, 1.0)
    newest = sitting.move("Vox", Param.GAIN, 2.0)
    assert ledger.rateable is not None
    assert ledger.rateable.id == newest
    sitting.reward(-1.0, newest)
    assert ledger.rateable is None
    sitting.run(3.0)
    assert ledger.rateable is None


def test_nothing_is_offered_in_panic_and_a_suggestion_is_no_move() -> None:
    sitting = desk()
    sitting.move("Vox", Param.GAIN, 2.0)
    sitting.panic()
    assert sitting.engine.ledger.rateable is None
    sitting = Desk(mode=Mode.SUGGEST).connect()
    sitting.wish("Vox", Param.GAIN, 2.0)
    sitting.run(7.0)
    assert sitting.engine.moves.suggestion is not None
    assert sitting.engine.ledger.rateable is None
    assert sitting.engine.ledger.tally.moves == 0
    (suggested,) = sitting.engine.ledger.rows()
    assert suggested.was_suggested


def test_hands_have_rows_of_their_own() -> None:
    sitting = desk()
    sitting.hand(1, Param.PAN, 0.5)
    sitting.run(3.0)
    (moved,) = sitting.engine.ledger.rows()
    assert (moved.actor, moved.track, moved.from_value, moved.to_value) == (
        "hand",
        "Kick",
        0.0,
        0.5,
    )
    assert not moved.stands


def test_who_asks_again_gets_what_has_changed_since() -> None:
    sitting = desk()
    name = sitting.move("Vox", Param.GAIN, 2.0)
    ledger = sitting.engine.ledger
    assert [each.id for each in ledger.since(0)] == [name]
    seen = ledger.version
    assert ledger.since(seen) == ()
    sitting.reward(1.0, name)
    assert [each.id for each in ledger.since(seen)] == [name]


def test_old_rows_are_dropped_and_still_counted() -> None:
    ledger = Ledger()
    for number in range(REMEMBERED + 10):
        applied = MoveReported(
            move=f"1-{number}", state=MoveState.APPLIED, track=1, param=Param.GAIN,
            from_value=0.0, to_value=1.0, reason="",
        )  # fmt: skip
        said = RewardCredited(reward_id=f"r{number}", move=f"1-{number}", value=1.0)
        ledger.record(float(number), [applied, said], str)
    assert len(ledger.rows()) == REMEMBERED
    assert ledger.tally.moves == ledger.tally.liked == ledger.tally.answers == REMEMBERED + 10
