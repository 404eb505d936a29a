"""What people ask to hear and to have back: auditions, comparing, A to D; and what they allow."""

import json

from support.desk import Desk, refusals

from bridge.engine.detours import COMPARE_LIFE_S
from bridge.mix import messages as m
from bridge.mix.messages import Mode, MoveState, Slot, StripSwitch
from bridge.mix.notices import Actor, ChangeNoticed
from bridge.mix.params import LockClass, Param

CONFIRMED, REVERTED, UNCONFIRMED = MoveState.CONFIRMED, MoveState.REVERTED, MoveState.UNCONFIRMED
PROPOSED, SKIPPED = MoveState.PROPOSED, MoveState.SKIPPED


def suggested(desk: Desk, step: float = 1.0) -> str:
    """The name of a suggestion for the vocal's fader."""
    desk.wish("Vox", Param.GAIN, step)
    desk.run(1.0)
    return desk.last(PROPOSED).move


def moved(desk: Desk, step: float = 1.0, *, track: str = "Vox") -> str:
    """The name of a move that was made."""
    desk.wish(track, Param.GAIN, step)
    desk.run(10.0)
    return desk.last(CONFIRMED).move


def audition(desk: Desk, move: str, *, on: bool) -> list[str]:
    return refusals(desk.do(m.AuditionSwitched(at=desk.at, move=move, on=on)))


def compare(desk: Desk, *, on: bool) -> list[str]:
    return refusals(desk.do(m.CompareSwitched(at=desk.at, on=on)))


def vox(desk: Desk) -> float:
    return desk.value(3, Param.GAIN)


# -- auditions ----------------------------------------------------------------------------------


def test_an_audition_is_heard_and_goes_back_and_decides_nothing() -> None:
    desk = Desk(mode=Mode.SUGGEST).connect()
    move = suggested(desk)
    assert audition(desk, move, on=True) == []
    desk.run(2.0)
    assert vox(desk) == 1.0
    audition(desk, move, on=False)
    desk.run(2.0)
    assert vox(desk) == 0.0
    assert desk.states(move) == [PROPOSED]
    assert desk.agent.lessons == []


def test_what_is_accepted_while_it_is_heard_stays() -> None:
    desk = Desk(mode=Mode.SUGGEST).connect()
    move = suggested(desk)
    audition(desk, move, on=True)
    desk.run(2.0)
    desk.forget()
    desk.accept(move)
    desk.run(2.0)
    assert vox(desk) == 1.0
    assert desk.states(move) == [MoveState.APPLIED, CONFIRMED]
    assert desk.writes == []


def test_what_is_accepted_on_its_way_arrives() -> None:
    desk = Desk(mode=Mode.SUGGEST).connect()
    move = suggested(desk, 3.0)
    audition(desk, move, on=True)
    desk.run(0.5)
    desk.accept(move)
    desk.run(4.0)
    assert vox(desk) == 3.0
    assert desk.states(move)[-1] is CONFIRMED


def test_what_is_skipped_or_expires_while_it_is_heard_goes_back() -> None:
    desk = Desk(mode=Mode.SUGGEST).connect()
    move = suggested(desk)
    audition(desk, move, on=True)
    desk.run(2.0)
    desk.skip(move)
    desk.run(2.0)
    assert vox(desk) == 0.0
    move = suggested(desk)
    audition(desk, move, on=True)
    desk.run(70.0)
    assert vox(desk) == 0.0


def test_a_hand_keeps_what_it_does_to_an_auditioned_fader() -> None:
    desk = Desk(mode=Mode.SUGGEST).connect()
    move = suggested(desk)
    audition(desk, move, on=True)
    desk.run(2.0)
    desk.hand(3, Param.GAIN, -7.0)
    desk.run(5.0)
    assert vox(desk) == -7.0


def test_an_audition_that_freeze_keeps_in_the_mix_can_be_undone_later() -> None:
    desk = Desk(mode=Mode.SUGGEST).connect()
    move = suggested(desk)
    audition(desk, move, on=True)
    desk.run(2.0)
    desk.freeze()
    assert desk.states(move)[-1] is UNCONFIRMED
    desk.freeze(on=False)
    desk.undo(move)
    desk.run(2.0)
    assert vox(desk) == 0.0


def test_a_remote_that_knows_no_names_means_the_open_suggestion() -> None:
    desk = Desk(mode=Mode.SUGGEST).connect()
    suggested(desk)
    assert audition(desk, "", on=True) == []
    desk.run(2.0)
    assert vox(desk) == 1.0
    desk.accept("")
    desk.run(2.0)
    assert desk.last(CONFIRMED).to_value == 1.0


def test_only_the_open_suggestion_can_be_auditioned() -> None:
    desk = Desk(mode=Mode.SUGGEST).connect()
    assert audition(desk, "1-9", on=True) == ["audition: '1-9' is not the open suggestion"]
    assert audition(desk, "1-9", on=False) == []


# -- comparing ----------------------------------------------------------------------------------


def test_comparing_brings_the_snapshot_and_then_the_mix_again() -> None:
    desk = Desk().connect()
    move = moved(desk)
    assert compare(desk, on=True) == []
    desk.run(2.0)
    assert vox(desk) == 0.0
    compare(desk, on=False)
    desk.run(2.0)
    assert vox(desk) == 1.0
    assert desk.states(move)[-1] is CONFIRMED


def test_comparing_ends_by_itself_and_nothing_is_chosen_meanwhile() -> None:
    desk = Desk().connect()
    moved(desk)
    desk.wish("Bass", Param.GAIN, 1.0)
    compare(desk, on=True)
    desk.run(COMPARE_LIFE_S - 1.0)
    assert desk.value(2, Param.GAIN) == 0.0
    desk.run(3.0)
    assert vox(desk) == 1.0


def test_an_undo_while_comparing_is_of_the_mix() -> None:
    desk = Desk().connect()
    move = moved(desk)
    compare(desk, on=True)
    desk.run(2.0)
    desk.undo(move)
    desk.run(5.0)
    assert vox(desk) == 0.0
    assert desk.states(move)[-1] is REVERTED


def test_what_a_hand_moves_while_comparing_does_not_come_back() -> None:
    desk = Desk().connect()
    moved(desk)
    compare(desk, on=True)
    desk.run(2.0)
    desk.hand(3, Param.GAIN, -5.0)
    compare(desk, on=False)
    desk.run(3.0)
    assert vox(desk) == -5.0


def test_what_a_lock_keeps_from_coming_back_is_told() -> None:
    desk = Desk().connect()
    move = moved(desk)
    compare(desk, on=True)
    desk.run(2.0)
    desk.safe("Vox", "gain")
    desk.run(2.0)
    assert vox(desk) == 0.0
    assert desk.last(UNCONFIRMED).to_value == 0.0
    assert desk.states(move)[-1] is UNCONFIRMED


def test_there_is_nothing_to_compare_in_a_mix_that_was_not_moved() -> None:
    assert compare(Desk().connect(), on=True) == [
        "compare: the mix is as it was: there is nothing to compare"
    ]


# -- A to D, and back from here -----------------------------------------------------------------


def test_a_pinned_mix_comes_back_with_its_moves() -> None:
    desk = Desk().connect()
    first = moved(desk)
    desk.do(m.MixPinned(at=desk.at, slot=Slot.A))
    second = moved(desk, track="Bass")
    desk.undo(first)
    desk.run(3.0)
    assert (vox(desk), desk.value(2, Param.GAIN)) == (0.0, 1.0)
    desk.do(m.MixRecalled(at=desk.at, slot=Slot.A))
    desk.run(3.0)
    assert (vox(desk), desk.value(2, Param.GAIN)) == (1.0, 0.0)
    assert desk.states(first)[-1] is CONFIRMED
    assert desk.states(second)[-1] is REVERTED
    desk.undo(first)
    desk.run(3.0)
    assert vox(desk) == 0.0


def test_a_recall_leaves_what_a_hand_has_moved_since() -> None:
    desk = Desk().connect()
    moved(desk)
    desk.do(m.MixPinned(at=desk.at, slot=Slot.B))
    desk.hand(3, Param.GAIN, -8.0)
    desk.run(3.0)
    desk.do(m.MixRecalled(at=desk.at, slot=Slot.B))
    desk.run(3.0)
    assert vox(desk) == -8.0


def test_an_empty_slot_cannot_be_recalled() -> None:
    desk = Desk().connect()
    result = desk.do(m.MixRecalled(at=desk.at, slot=Slot.D))
    assert refusals(result) == ["recall: nothing is pinned to D"]


def test_revert_from_here_takes_back_a_move_and_all_later_ones_and_judges_none() -> None:
    desk = Desk().connect()
    kept = moved(desk)
    first = moved(desk)
    later = moved(desk, track="Bass")
    desk.do(m.RevertRequested(at=desk.at, move=first))
    desk.run(5.0)
    assert (vox(desk), desk.value(2, Param.GAIN)) == (1.0, 0.0)
    assert [desk.states(each)[-1] for each in (kept, first, later)] == [
        CONFIRMED, REVERTED, REVERTED,
    ]  # fmt: skip
    assert desk.agent.lessons == []
    result = desk.do(m.RevertRequested(at=desk.at, move=first))
    assert refusals(result) == [f"revert: no move of mine stands from {first} on"]


# -- what is allowed ----------------------------------------------------------------------------


def switch(desk: Desk, what: StripSwitch, track: str, *, on: bool) -> list[str]:
    event = m.StripSwitched(at=desk.at, switch=what, track=track, lock_class=LockClass.GAIN, on=on)
    return refusals(desk.do(event))


def test_without_act_a_track_is_only_suggested_even_in_assist() -> None:
    desk = Desk().connect()
    assert switch(desk, StripSwitch.ACT, "Vox", on=False) == []
    move = suggested(desk)
    desk.run(5.0)
    assert vox(desk) == 0.0
    desk.accept(move)
    desk.run(3.0)
    assert vox(desk) == 1.0
    switch(desk, StripSwitch.ACT, "Vox", on=True)
    moved(desk)
    assert vox(desk) == 2.0


def test_without_learn_a_track_teaches_nothing() -> None:
    desk = Desk().connect()
    switch(desk, StripSwitch.LEARN, "Vox", on=False)
    move = moved(desk)
    desk.reward(1.0, move)
    desk.hand(3, Param.GAIN, -3.0)
    desk.run(3.0)
    assert (desk.agent.lessons, desk.agent.hands) == ([], [])
    desk.hand(2, Param.GAIN, -3.0)
    desk.run(3.0)
    assert desk.agent.hands == [("Bass", Param.GAIN, -3.0)]


def test_what_is_allowed_outlives_the_session_and_old_memories_are_read() -> None:
    desk = Desk().connect()
    old = desk.engine.memory()
    assert "no_act" not in json.loads(old)
    switch(desk, StripSwitch.ACT, "Vox", on=False)
    memory = desk.engine.memory()
    again = Desk()
    again.engine.load_memory(memory)
    again.connect()
    assert not again.engine.guard.may(StripSwitch.ACT, "Vox", Param.GAIN)
    assert again.engine.guard.may(StripSwitch.ACT, "Vox", Param.PAN)
    assert again.engine.memory() == memory
    Desk().engine.load_memory(old)


def test_forgetting_is_kept_or_refused() -> None:
    desk = Desk().connect()
    assert desk.do(m.ForgetRequested(at=desk.at, what="all")).is_memory_changed
    result = desk.do(m.ForgetRequested(at=desk.at, what="tuba"))
    assert "got 'tuba'" in refusals(result)[0]


def test_a_hand_is_told_once_it_has_settled() -> None:
    desk = Desk().connect()
    desk.hand(3, Param.GAIN, -2.0)
    desk.hand(3, Param.GAIN, -4.0)
    desk.run(3.0)
    told = [note for note in desk.notices if isinstance(note, ChangeNoticed)]
    assert told == [
        ChangeNoticed(actor=Actor.HAND, track=3, param=Param.GAIN, from_value=0.0, to_value=-4.0)
    ]
