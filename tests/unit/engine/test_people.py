"""What people do: hands, thumbs, panic, freeze, locks, roles, modes; and what is remembered."""

import json
from unicodedata import normalize

import pytest
from support.desk import Desk, Lesson, credited, refusals, sentences

from bridge.engine.hands import SETTLE_S
from bridge.errors import PriorError
from bridge.guard.limits import HOLD_OFF_S, Profile
from bridge.mix import messages as m
from bridge.mix.messages import LinkState, Mode, MoveState
from bridge.mix.notices import MoveReported
from bridge.mix.params import LockClass, Param
from bridge.mix.roles import Role
from bridge.mix.state import StripState

APPLIED, CONFIRMED, UNCONFIRMED = MoveState.APPLIED, MoveState.CONFIRMED, MoveState.UNCONFIRMED
REVERTED, EXPIRED = MoveState.REVERTED, MoveState.EXPIRED


def strip(desk: Desk, name: str) -> StripState:
    """A strip as the engine knows it."""
    (found,) = desk.engine.mix.find(name)
    return found


def safe(desk: Desk, name: str) -> list[str]:
    """What is Safe of a strip."""
    return [str(c) for c in desk.engine.guard.safe_classes(strip(desk, name).key)]


# -- hands --------------------------------------------------------------------------------------


def test_a_hand_stops_a_ramp_in_that_very_step() -> None:
    desk = Desk().connect()
    desk.wish("Vox", Param.GAIN, 3.0)
    desk.run(1.0)
    result = desk.hand(3, Param.GAIN, -4.0)
    assert result.commands == ()
    desk.forget()
    desk.run(9.0)
    assert desk.writes == []
    assert desk.value(3, Param.GAIN) == -4.0


def test_a_hand_on_another_control_of_the_strip_stops_it_too() -> None:
    desk = Desk().connect()
    desk.wish("Vox", Param.GAIN, 3.0)
    desk.run(1.0)
    desk.hand(3, Param.EQ_LOW, -4.0)
    assert desk.last(UNCONFIRMED).reason == "your hand took over"
    desk.forget()
    desk.run(9.0)
    assert desk.writes == []


def test_a_touched_strip_is_left_alone_and_the_others_are_not() -> None:
    desk = Desk().connect()
    desk.hand(3, Param.PAN, 0.5)
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(HOLD_OFF_S - 0.1)
    assert desk.writes == []
    desk.run(10.0)
    assert desk.value(3, Param.GAIN) == 1.0
    desk.hand(3, Param.PAN, 0.0)
    desk.wish("Bass", Param.GAIN, 1.0)
    desk.run(7.0)
    assert desk.value(2, Param.GAIN) == 1.0


def test_a_hand_closes_the_suggestion_for_its_strip_alone() -> None:
    desk = Desk(mode=Mode.SUGGEST).connect()
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(1.0)
    desk.hand(2, Param.GAIN, -1.0)
    assert desk.engine.moves.suggestion is not None
    desk.hand(3, Param.PAN, 0.5)
    assert desk.last(EXPIRED).reason == "your hand took over"


def test_a_hand_teaches_once_it_has_settled() -> None:
    desk = Desk(mode=Mode.OBSERVE).connect()
    for value in (-1.0, -2.0, -3.0):
        desk.hand(3, Param.GAIN, value)
        desk.run(0.5)
    assert desk.agent.hands == []
    desk.run(SETTLE_S)
    assert desk.agent.hands == [("Vox", Param.GAIN, -3.0)]
    assert [lesson.move for result in desk.results for lesson in result.lessons] == [""]


def test_a_hand_of_which_the_task_has_no_opinion_is_no_lesson() -> None:
    desk = Desk().connect()
    desk.hand(3, Param.PAN, -0.5)
    desk.run(2.0)
    assert desk.agent.hands == [("Vox", Param.PAN, -0.5)]
    assert all(result.lessons == () for result in desk.results)


def test_a_hand_that_comes_back_to_where_it_began_teaches_nothing() -> None:
    desk = Desk().connect()
    desk.hand(3, Param.GAIN, -3.0)
    desk.hand(3, Param.GAIN, 0.0)
    desk.run(2.0)
    assert desk.agent.hands == []


def test_a_hand_on_a_track_that_is_gone_teaches_nothing() -> None:
    desk = Desk().connect()
    desk.hand(3, Param.GAIN, -3.0)
    del desk.strips[2]
    desk.dump()
    desk.run(2.0)
    assert desk.agent.hands == []


def test_a_hand_back_to_the_start_counts_as_undo() -> None:
    desk = Desk().connect()
    move = desk.move("Vox", Param.GAIN, 2.0)
    desk.hand(3, Param.GAIN, 0.0)
    desk.run(2.0)
    assert desk.states(move)[-1] is REVERTED
    assert desk.last(REVERTED).reason == "you took it back by hand"
    assert desk.agent.lessons == [Lesson(param=Param.GAIN, reward=-1.0)]
    assert refusals(desk.undo(move)) == [f"undo: {move} stays: a hand has moved it since"]


def test_a_hand_against_a_move_judges_it_even_if_it_stops_half_way() -> None:
    desk = Desk().connect()
    move = desk.move("Vox", Param.GAIN, 2.0)
    desk.hand(3, Param.GAIN, 1.0)
    desk.run(2.0)
    assert desk.states(move)[-1] is CONFIRMED
    assert [lesson.reward for lesson in desk.agent.lessons] == [-1.0]


@pytest.mark.parametrize("value", [4.0, 3.0])
def test_a_hand_that_goes_on_in_the_moves_direction_does_not_judge_it(value: float) -> None:
    desk = Desk().connect()
    desk.move("Vox", Param.GAIN, 2.0)
    desk.hand(3, Param.GAIN, value)
    desk.run(2.0)
    assert desk.agent.lessons == []
    assert len(desk.agent.hands) == 1


def test_a_hand_that_comes_late_or_after_a_thumb_judges_nothing() -> None:
    desk = Desk().connect()
    desk.move("Vox", Param.GAIN, 2.0)
    desk.run(20.0)
    desk.hand(3, Param.GAIN, 0.0)
    desk.run(15.0)
    move = desk.move("Vox", Param.GAIN, 2.0)
    desk.reward(1.0, move)
    desk.hand(3, Param.GAIN, 0.0)
    desk.run(2.0)
    assert [lesson.reward for lesson in desk.agent.lessons] == [1.0]


def test_the_third_move_taken_back_by_hand_makes_it_safe_with_a_sentence() -> None:
    desk = Desk().connect()
    for _ in range(3):
        assert safe(desk, "Vox") == []
        desk.wish("Vox", Param.GAIN, 2.0)
        desk.run(20.0)
        desk.hand(3, Param.GAIN, 0.0)
        desk.run(SETTLE_S)
    assert safe(desk, "Vox") == ["gain"]
    assert sentences(desk.results[-1]) == ["Vox gain is Safe now: you took back three moves of it"]
    assert desk.results[-1].is_memory_changed


def test_three_moves_taken_back_over_a_long_time_lock_nothing() -> None:
    desk = Desk().connect()
    for _ in range(3):
        desk.wish("Vox", Param.GAIN, 2.0)
        desk.run(20.0)
        desk.hand(3, Param.GAIN, 0.0)
        desk.run(280.0)
    assert safe(desk, "Vox") == []


def test_a_hand_that_a_dump_tells_of_wins_as_well() -> None:
    desk = Desk().connect()
    move = desk.move("Vox", Param.GAIN, 2.0)
    desk.strips[2].values[Param.GAIN] = -7.0
    desk.dump()
    assert refusals(desk.undo(move)) == [f"undo: {move} stays: a hand has moved it since"]
    desk.panic()
    desk.run(2.0)
    assert desk.value(3, Param.GAIN) == -7.0


def test_another_mix_is_taken_over_and_teaches_nothing() -> None:
    desk = Desk().connect()
    move = desk.move("Vox", Param.GAIN, 2.0)
    for strip, gain in zip(desk.strips, (-3.0, -9.0, -12.0), strict=True):
        strip.values[Param.GAIN] = gain
    desk.dump()
    desk.run(30.0)
    assert desk.agent.hands == []
    assert refusals(desk.undo(move)) == [f"undo: {move} stays: a hand has moved it since"]
    desk.panic()
    desk.run(2.0)
    assert [desk.value(track, Param.GAIN) for track in (1, 2, 3)] == [-3.0, -9.0, -12.0]


def test_after_another_mix_was_loaded_its_sound_is_heard_anew() -> None:
    desk = Desk().connect()
    for strip in desk.strips:
        strip.values[Param.GAIN] -= 4.0
    desk.dump()
    assert not desk.engine.mix.observe().audible.any()


# -- thumbs -------------------------------------------------------------------------------------


def test_a_thumb_without_a_name_goes_to_what_was_just_heard() -> None:
    desk = Desk().connect()
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(2.0)
    assert credited(desk.reward(0.5)) == [("1-1", 0.5)]
    assert desk.agent.lessons == [Lesson(param=Param.GAIN, reward=0.5)]


def test_a_thumb_that_comes_too_late_is_credited_to_nobody() -> None:
    desk = Desk().connect()
    desk.move("Vox", Param.GAIN, 1.0)
    desk.run(20.0)
    assert credited(desk.reward(1.0)) == [("", 1.0)]
    assert desk.agent.lessons == []


def test_a_named_thumb_is_never_too_late_and_counts_once() -> None:
    desk = Desk().connect()
    move = desk.move("Vox", Param.GAIN, 1.0)
    desk.run(600.0)
    assert credited(desk.reward(1.0, move)) == [(move, 1.0)]
    assert credited(desk.reward(1.0, move)) == [("", 1.0)]
    assert len(desk.agent.lessons) == 1


def test_a_thumb_for_a_move_that_never_was_is_kept_and_refused() -> None:
    desk = Desk().connect()
    result = desk.reward(1.0, "9-9")
    assert refusals(result) == ["reward: there is no move '9-9'; it is kept, credited to none"]
    assert credited(result) == [("", 1.0)]


@pytest.mark.parametrize("pause", ["freeze", "panic", "stale", "mode", "layout"])
def test_after_a_pause_a_nameless_thumb_judges_nothing_from_before(pause: str) -> None:
    desk = Desk().connect()
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(1.0)
    match pause:
        case "freeze":
            desk.freeze()
        case "panic":
            desk.panic()
        case "stale":
            desk.link(LinkState.STALE)
        case "mode":
            desk.choose(Mode.ASSIST)
        case _:
            desk.strips.reverse()
            desk.dump()
    desk.run(0.5)
    assert credited(desk.reward(1.0)) == [("", 1.0)]
    assert credited(desk.reward(1.0, "1-1")) == [("1-1", 1.0)]


def test_zero_says_nothing_but_is_a_judgement() -> None:
    desk = Desk().connect()
    move = desk.move("Vox", Param.GAIN, 1.0)
    assert credited(desk.reward(0.0, move)) == [(move, 0.0)]
    assert desk.agent.lessons == []
    assert credited(desk.reward(1.0, move)) == [("", 1.0)]


def test_yes_and_no_to_a_suggestion_teach_half_and_hearing_it_teaches_again() -> None:
    desk = Desk(mode=Mode.SUGGEST).connect()
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(1.0)
    desk.accept("1-1")
    desk.run(3.0)
    desk.reward(1.0, "1-1")
    desk.wish("Bass", Param.PAN, 0.1)
    desk.run(7.0)
    desk.skip("1-2")
    assert desk.agent.lessons == [
        Lesson(param=Param.GAIN, reward=1.0, weight=0.5),
        Lesson(param=Param.GAIN, reward=1.0),
        Lesson(param=Param.PAN, reward=-1.0, weight=0.5),
    ]


@pytest.mark.parametrize(("value", "state"), [(0.6, "applied"), (-1.0, "skipped")])
def test_a_thumb_without_a_name_answers_the_open_suggestion(value: float, state: str) -> None:
    desk = Desk(mode=Mode.SUGGEST).connect()
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(1.0)
    told = desk.reward(value)
    assert credited(told) == [("1-1", value)]
    assert [notice.state for notice in told.notices if isinstance(notice, MoveReported)] == [state]
    assert desk.agent.lessons == [
        Lesson(param=Param.GAIN, reward=1.0 if value > 0.0 else -1.0, weight=0.5)
    ]


def test_a_thumb_without_a_name_is_about_what_was_just_heard_before_any_suggestion() -> None:
    desk = Desk(mode=Mode.SUGGEST).connect()
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(1.0)
    desk.accept("1-1")
    desk.wish("Bass", Param.GAIN, 1.0)
    desk.run(6.5)
    assert desk.engine.moves.suggestion is not None
    assert credited(desk.reward(1.0)) == [("1-1", 1.0)]
    assert desk.engine.moves.suggestion is not None


def test_a_button_let_go_answers_no_suggestion() -> None:
    desk = Desk(mode=Mode.SUGGEST).connect()
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(1.0)
    assert credited(desk.reward(0.0)) == [("", 0.0)]
    assert desk.engine.moves.suggestion is not None


def test_a_suggestion_is_judged_once_however_often_a_thumb_names_it() -> None:
    desk = Desk(mode=Mode.SUGGEST).connect()
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(1.0)
    for _ in range(3):
        desk.reward(1.0, "1-1")
    desk.skip("1-1")
    assert len(desk.agent.lessons) == 1


def test_a_suggestion_that_has_expired_was_never_heard() -> None:
    desk = Desk(mode=Mode.SUGGEST).connect()
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(70.0)
    desk.reward(1.0, "1-1")
    assert [lesson.weight for lesson in desk.agent.lessons] == [0.5]


def test_an_undo_counts_against_the_move_once() -> None:
    desk = Desk().connect()
    desk.move("Vox", Param.GAIN, 1.0)
    desk.undo()
    assert [lesson.reward for lesson in desk.agent.lessons] == [-1.0]
    move = desk.move("Bass", Param.GAIN, 1.0)
    desk.reward(1.0, move)
    desk.undo(move)
    assert [lesson.reward for lesson in desk.agent.lessons] == [-1.0, 1.0]


@pytest.mark.parametrize("is_gig", [True, False])
def test_gig_mode_or_learning_switched_off_learns_nothing(is_gig: bool) -> None:
    mode = Mode.GIG if is_gig else Mode.ASSIST
    desk = Desk(mode=mode, learning_enabled=is_gig).connect()
    move = desk.move("Vox", Param.GAIN, 1.0)
    assert credited(desk.reward(-1.0, move)) == [(move, -1.0)]
    desk.hand(2, Param.GAIN, -5.0)
    desk.run(5.0)
    assert desk.value(3, Param.GAIN) == 0.0
    assert desk.agent.lessons == desk.agent.hands == []
    assert desk.agent.explored[-1] is False
    assert desk.agent.cautious[-1] is is_gig


def test_gig_mode_makes_half_steps() -> None:
    desk = Desk(mode=Mode.GIG).connect()
    desk.move("Vox", Param.GAIN, 3.0)
    assert desk.value(3, Param.GAIN) == 1.5


# -- panic and freeze ---------------------------------------------------------------------------


def test_panic_fades_to_the_snapshot_in_one_second_and_latches() -> None:
    desk = Desk().connect()
    first, second = desk.move("Vox", Param.GAIN, 2.0), desk.move("Bass", Param.PAN, -0.2)
    desk.forget()
    began = desk.at
    desk.panic()
    assert desk.engine.status[0] == "panic"
    desk.run(0.5)
    assert 0.5 < desk.value(3, Param.GAIN) < 1.5
    desk.run(0.55)
    assert desk.at - began < 1.1
    assert (desk.value(3, Param.GAIN), desk.value(2, Param.PAN)) == (0.0, 0.0)
    assert desk.states(first)[-1] is desk.states(second)[-1] is REVERTED
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.forget()
    desk.run(60.0)
    assert desk.writes == []
    desk.rearm()
    assert desk.engine.status[0] == "online"
    desk.run(10.0)
    assert desk.value(3, Param.GAIN) == 1.0


def test_a_second_press_is_at_once() -> None:
    desk = Desk().connect()
    desk.move("Vox", Param.GAIN, 2.0)
    desk.panic()
    desk.run(0.1)
    result = desk.panic()
    assert result.commands == (m.SetParam(track=3, param=Param.GAIN, value=0.0, key="Vox"),)


def test_panic_catches_a_move_on_its_way() -> None:
    desk = Desk().connect()
    desk.wish("Vox", Param.GAIN, 3.0)
    desk.run(1.0)
    desk.panic()
    desk.run(1.1)
    assert desk.value(3, Param.GAIN) == 0.0
    assert desk.states("1-1") == [APPLIED, UNCONFIRMED, REVERTED]


def test_panic_ends_a_move_that_has_hardly_begun() -> None:
    desk = Desk().connect()
    desk.wish("Vox", Param.GAIN, 3.0)
    desk.do(m.Tick(at=desk.at))
    desk.panic()
    desk.run(2.0)
    assert desk.states("1-1") == [APPLIED, UNCONFIRMED, REVERTED]
    assert desk.value(3, Param.GAIN) == 0.0


def test_panic_closes_the_suggestion() -> None:
    desk = Desk(mode=Mode.SUGGEST).connect()
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(1.0)
    desk.panic()
    assert desk.last(EXPIRED).reason == "panic"


def test_panic_leaves_what_a_hand_has_set_and_what_is_safe() -> None:
    desk = Desk().connect()
    desk.move("Vox", Param.GAIN, 2.0)
    desk.move("Bass", Param.GAIN, 2.0)
    desk.hand(3, Param.GAIN, 1.0)
    desk.safe("Bass", "gain")
    desk.panic()
    desk.run(3.0)
    assert (desk.value(2, Param.GAIN), desk.value(3, Param.GAIN)) == (2.0, 1.0)


@pytest.mark.parametrize("button", ["mode", "freeze", "unfreeze", "stale", "other Safe", "thumb"])
def test_no_other_button_stops_the_fade_of_panic(button: str) -> None:
    desk = Desk().connect()
    move = desk.move("Vox", Param.GAIN, 2.0)
    desk.panic()
    desk.run(0.3)
    match button:
        case "mode":
            desk.choose(Mode.OBSERVE)
        case "freeze" | "unfreeze":
            desk.freeze(on=button == "freeze")
        case "stale":
            desk.link(LinkState.STALE)
        case "other Safe":
            desk.safe("Vox", "pan")
        case _:
            desk.reward(-1.0, move)
    desk.run(1.0)
    assert desk.value(3, Param.GAIN) == 0.0


def test_a_hand_stops_the_fade_of_panic_on_its_strip() -> None:
    desk = Desk().connect()
    desk.move("Vox", Param.GAIN, 2.0)
    desk.panic()
    desk.run(0.3)
    desk.hand(3, Param.GAIN, -8.0)
    desk.run(3.0)
    assert desk.value(3, Param.GAIN) == -8.0


def test_rearm_stops_the_fade_where_it_is() -> None:
    desk = Desk().connect()
    desk.move("Vox", Param.GAIN, 2.0)
    desk.panic()
    desk.run(0.5)
    desk.rearm()
    desk.forget()
    desk.run(3.0)
    assert desk.writes == []
    assert 0.5 < desk.value(3, Param.GAIN) < 1.5


def test_panic_is_asserted_again_after_a_dump() -> None:
    desk = Desk().connect()
    desk.move("Vox", Param.GAIN, 2.0)
    desk.is_silent = True
    desk.panic()
    desk.run(5.0)
    assert desk.value(3, Param.GAIN) == 2.0
    desk.is_silent = False
    desk.dump()
    desk.run(2.0)
    assert desk.value(3, Param.GAIN) == 0.0


def test_panic_is_sent_even_to_a_daw_that_does_not_answer() -> None:
    desk = Desk().connect()
    desk.move("Vox", Param.GAIN, 2.0)
    desk.link(LinkState.STALE)
    desk.panic()
    desk.run(2.0)
    assert desk.value(3, Param.GAIN) == 0.0


def test_panic_in_doubt_waits_for_the_dump_and_then_finds_the_right_track() -> None:
    desk = Desk().connect()
    desk.move("Vox", Param.GAIN, 2.0)
    desk.strips.reverse()
    desk.do(m.DumpOpened(at=desk.at, count=3))
    desk.forget()
    desk.panic()
    desk.run(0.5)
    assert desk.writes == []
    desk.dump()
    desk.run(2.0)
    assert {write.track for write in desk.writes} == {1}
    assert desk.value(1, Param.GAIN) == 0.0


def test_freeze_stops_everything_where_it_is_until_it_is_lifted() -> None:
    desk = Desk().connect()
    desk.wish("Vox", Param.GAIN, 3.0)
    desk.run(1.0)
    assert desk.freeze().commands == ()
    assert desk.engine.status == ("frozen", "everything stays as it is until you unfreeze")
    desk.wish("Bass", Param.GAIN, 1.0)
    desk.forget()
    desk.run(60.0)
    assert desk.writes == []
    desk.freeze(on=False)
    desk.run(10.0)
    assert desk.value(2, Param.GAIN) == 1.0


def test_after_an_unfreeze_that_nobody_needed_a_move_goes_on() -> None:
    desk = Desk().connect()
    desk.wish("Vox", Param.GAIN, 3.0)
    desk.run(1.0)
    desk.freeze(on=False)
    desk.run(3.0)
    assert desk.value(3, Param.GAIN) == 3.0


# -- modes and links ----------------------------------------------------------------------------


def test_after_half_an_hour_without_anybody_assist_becomes_suggest() -> None:
    desk = Desk().connect()
    desk.run(29 * 60.0)
    desk.hand(1, Param.GAIN, -1.0)
    desk.run(29 * 60.0)
    assert desk.engine.mode is Mode.ASSIST
    desk.run(90.0)
    assert desk.engine.mode is Mode.SUGGEST
    told = [text for result in desk.results for text in sentences(result)]
    assert told[-1] == "nobody has answered for half an hour: from now on I only suggest"


def test_gig_mode_needs_nobody() -> None:
    desk = Desk(mode=Mode.GIG).connect()
    desk.run(120 * 60.0)
    assert desk.engine.mode is Mode.GIG


def test_the_status_is_told_when_it_changes_and_only_then() -> None:
    desk = Desk()
    desk.connect()
    assert [s for result in desk.results for s in sentences(result)] == [
        "nothing has been heard of the DAW yet",
        "the DAW is there",
    ]
    assert sentences(desk.link(LinkState.STALE, "it fell silent")) == ["it fell silent"]
    assert sentences(desk.link(LinkState.STALE, "it fell silent")) == []


def test_a_link_that_goes_down_stops_a_move_and_closes_a_suggestion() -> None:
    desk = Desk().connect()
    desk.wish("Vox", Param.GAIN, 3.0)
    desk.run(1.0)
    desk.link(LinkState.STALE, "it fell silent")
    assert desk.last(UNCONFIRMED).reason == "it fell silent"
    desk.forget()
    desk.run(30.0)
    assert desk.writes == []


def test_an_idle_engine_wants_no_tick_until_something_waits() -> None:
    desk = Desk(mode=Mode.OBSERVE).connect()
    assert desk.engine.deadline is None
    desk.hand(1, Param.GAIN, -1.0)
    assert desk.engine.deadline == desk.at + SETTLE_S


def test_the_beliefs_are_the_tasks() -> None:
    assert Desk().engine.beliefs() == {"lessons": 0}


# -- locks and roles ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Click", "MASTER", "Talkback", "TB mic", "Ref mix"])
def test_what_nobody_should_move_is_safe_by_its_name(name: str) -> None:
    desk = Desk(name, "Vox").connect()
    assert safe(desk, name) == ["all"]
    assert safe(desk, "Vox") == []
    desk.wish(name, Param.GAIN, 1.0)
    desk.run(20.0)
    assert desk.writes == []


@pytest.mark.parametrize("name", ["Main Vocal", "Main Vox Dbl", "Master of Puppets Gtr"])
def test_a_track_that_is_only_called_main_may_be_moved(name: str) -> None:
    assert safe(Desk(name).connect(), name) == []


def test_a_person_may_free_the_click_and_it_stays_free() -> None:
    desk = Desk("Click").connect()
    desk.safe("Click", on=False)
    desk.dump()
    assert safe(desk, "Click") == []
    desk.move("Click", Param.GAIN, 1.0)


def test_a_track_that_is_renamed_to_click_is_safe_from_then_on() -> None:
    desk = Desk("Track 4", uids=True).connect()
    desk.strips[0].name = "Click"
    desk.dump()
    assert safe(desk, "Click") == ["all"]


@pytest.mark.parametrize("track", ["3", "#3", "vox", "Vox", " Vox", "*"])
def test_a_lock_is_set_by_number_name_or_star(track: str) -> None:
    desk = Desk().connect()
    result = desk.safe(track, "gain")
    assert result.is_memory_changed
    assert safe(desk, "Vox") == ["gain"]
    assert safe(desk, "Bass") == (["gain"] if track == "*" else [])


def test_a_lock_stops_a_move_on_its_way() -> None:
    desk = Desk().connect()
    desk.wish("Vox", Param.GAIN, 3.0)
    desk.run(1.0)
    assert desk.safe("Vox", "gain").commands == ()
    assert desk.last(UNCONFIRMED).reason == "it is Safe now"
    desk.forget()
    desk.run(30.0)
    assert desk.writes == []


def test_a_lock_of_everything_holds_for_tracks_to_come() -> None:
    desk = Desk().connect()
    desk.safe("*", "pan")
    desk.strips.append(Desk("Late").strips[0])
    desk.dump()
    assert safe(desk, "Late") == ["pan"]
    desk.safe("*", "pan", on=False)
    desk.strips.append(Desk("Later").strips[0])
    desk.dump()
    assert safe(desk, "Late") == safe(desk, "Later") == []


def test_a_lock_or_role_of_no_track_is_refused() -> None:
    desk = Desk().connect()
    assert refusals(desk.safe("Tuba")) == ["safe: there is no track 'Tuba'"]
    assert refusals(desk.safe("#9")) == ["safe: there is no track number 9"]
    role = m.RoleCorrected(at=desk.at, track="Tuba", role=Role.BASS)
    assert refusals(desk.do(role)) == ["role: there is no track 'Tuba'"]
    everyone = m.RoleCorrected(at=desk.at, track="*", role=Role.BASS)
    assert refusals(desk.do(everyone)) == ["role: there is no track '*'"]
    assert refusals(Desk().safe("*")) == []


def test_locks_and_roles_survive_a_dump_in_another_order_and_a_rename() -> None:
    desk = Desk(uids=True).connect()
    desk.safe("Vox", "eq")
    desk.do(m.RoleCorrected(at=desk.at, track="Vox", role=Role.BACKING))
    desk.strips[2].name = "Bob"
    desk.strips.reverse()
    desk.dump()
    assert safe(desk, "Bob") == ["eq"]
    assert strip(desk, "Bob").role is Role.BACKING
    assert safe(desk, "Bass") == []


def test_a_persons_word_for_a_role_stands_whatever_the_daw_says() -> None:
    desk = Desk().connect()
    desk.do(m.RoleGiven(at=desk.at, track=3, role=Role.FX))
    assert strip(desk, "Vox").role is Role.FX
    desk.do(m.RoleCorrected(at=desk.at, track="3", role=Role.LEAD))
    desk.do(m.RoleGiven(at=desk.at, track=3, role=Role.FX))
    assert strip(desk, "Vox").role is Role.LEAD
    desk.strips[2].role = Role.FX
    desk.dump()
    assert strip(desk, "Vox").role is Role.LEAD
    desk.do(m.RoleGiven(at=desk.at, track=99, role=Role.FX))


def test_a_track_that_comes_back_keeps_its_locks_and_is_pinned_anew() -> None:
    desk = Desk().connect()
    desk.safe("Vox", "pan")
    gone = desk.strips.pop()
    desk.dump()
    gone.values[Param.GAIN] = -9.0
    desk.strips.append(gone)
    desk.dump()
    assert safe(desk, "Vox") == ["pan"]
    desk.panic()
    desk.run(2.0)
    assert desk.value(3, Param.GAIN) == -9.0


# -- what outlives a session --------------------------------------------------------------------


def test_locks_and_roles_outlive_the_session() -> None:
    desk = Desk("Vox", "Click").connect()
    desk.safe("Vox", "eq")
    desk.safe("Click", on=False)
    desk.do(m.RoleCorrected(at=desk.at, track="Vox", role=Role.BACKING))
    later = Desk("Click", "Vox")
    later.engine.load_memory(desk.engine.memory())
    later.connect()
    assert safe(later, "Vox") == ["eq"]
    assert safe(later, "Click") == []
    assert strip(later, "Vox").role is Role.BACKING
    assert later.engine.memory() == desk.engine.memory()


def test_locks_and_roles_are_kept_by_name_however_a_system_spells_it() -> None:
    composed, apart = "Flächen", normalize("NFD", "Flächen")
    desk = Desk(composed).connect()
    desk.safe(apart, "eq")
    desk.do(m.RoleCorrected(at=desk.at, track=apart, role=Role.FX))
    desk.do(
        m.StripSwitched(
            at=desk.at,
            switch=m.StripSwitch.ACT,
            track=apart,
            lock_class=LockClass.PAN,
            on=False,
        )
    )
    later = Desk(apart)
    later.engine.load_memory(desk.engine.memory())
    later.connect()
    assert safe(later, apart) == ["eq"]
    assert strip(later, composed).role is Role.FX
    later.do(m.RoleCorrected(at=later.at, track=composed, role=Role.PAD))
    memory = json.loads(later.engine.memory())
    assert memory["roles"] == {composed: "pad"}
    assert memory["safe"] == {apart: ["eq"]}
    assert memory["no_act"] == {apart: ["pan"]}


def test_locks_of_tracks_that_are_not_there_are_kept() -> None:
    desk = Desk("Vox").connect()
    desk.safe("Vox", "eq")
    other = Desk("Tuba")
    other.engine.load_memory(desk.engine.memory())
    other.connect()
    back = Desk("Vox")
    back.engine.load_memory(other.engine.memory())
    back.connect()
    assert safe(back, "Vox") == ["eq"]


def test_a_track_that_was_deleted_keeps_its_lock_in_the_memory() -> None:
    desk = Desk().connect()
    desk.safe("Vox", "eq")
    desk.strips.pop()
    desk.dump()
    assert json.loads(desk.engine.memory())["safe"]["Vox"] == ["eq"]


@pytest.mark.parametrize(
    "memory",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b'{"roles":{},"safe":{}}',
        b'{"roles":{"Vox":"tuba"},"safe":{},"task":{"lessons":1}}',
        b'{"roles":{},"safe":{"Vox":["everything"]},"task":{"lessons":1}}',
        b'{"roles":[],"safe":{},"task":{"lessons":1}}',
        b'{"roles":{},"safe":{},"task":{}}',
        b"[" * 100_000,
        b"\xff",
    ],
)
def test_a_broken_memory_is_refused_in_one_sentence(memory: bytes) -> None:
    with pytest.raises(PriorError, match=r"^[^\n]+$"):
        Desk().engine.load_memory(memory)


def test_the_same_events_give_the_same_results_bit_for_bit() -> None:
    def session() -> Desk:
        desk = Desk(profile=Profile.LIVE).connect()
        desk.move("Vox", Param.GAIN, 2.0)
        desk.reward(-1.0)
        desk.hand(2, Param.GAIN, -3.0)
        desk.run(20.0)
        return desk

    one, other = session(), session()
    assert one.results == other.results
    assert one.engine.memory() == other.engine.memory()


def test_a_lock_by_hand_that_a_person_lifts_takes_three_more_to_come_back() -> None:
    desk = Desk().connect()
    for _ in range(4):
        desk.wish("Vox", Param.GAIN, 2.0)
        desk.run(20.0)
        desk.hand(3, Param.GAIN, 0.0)
        desk.run(SETTLE_S)
        desk.safe("Vox", "gain", on=False)
    told = [text for result in desk.results for text in sentences(result)]
    assert len([text for text in told if "is Safe now" in text]) == 1


def test_a_panic_that_had_to_wait_begins_where_the_dump_says() -> None:
    desk = Desk().connect()
    desk.wish("Vox", Param.GAIN, 2.0)
    desk.run(2.3)
    desk.do(m.TrackNamed(at=desk.at, track=1, name="Drum"))
    desk.strips[0].name = "Drum"
    desk.panic()
    desk.forget()
    desk.dump()
    desk.run(2.0)
    assert desk.writes[0].value == pytest.approx(2.0, abs=0.05)
    assert desk.value(3, Param.GAIN) == 0.0


# -- what was taken back is left alone -------------------------------------------------------------


def made_again(desk: Desk, step: float = 2.0, seconds: float = 40.0) -> bool:
    """Whether the agent, which wants it again at once, gets its way."""
    seen = len(desk.reports)
    desk.wish("Vox", Param.GAIN, step)
    desk.run(seconds)
    return any(report.state is APPLIED for report in desk.reports[seen:])


@pytest.mark.parametrize("thumb", [None, 1.0])
def test_a_move_that_was_undone_is_not_made_again_even_if_it_was_liked(thumb: float | None) -> None:
    desk = Desk().connect()
    move = desk.move("Vox", Param.GAIN, 2.0)
    if thumb is not None:
        desk.reward(thumb, move)
    desk.undo(move)
    desk.run(3.0)
    assert not made_again(desk)
    desk.agent.wishes.clear()
    assert not made_again(desk, 1.0), "nor a smaller one that way"
    desk.agent.wishes.clear()
    assert made_again(desk, -1.0), "the other way is another move"


def test_a_move_that_was_disliked_is_not_made_again_until_something_was_learnt() -> None:
    desk = Desk().connect()
    desk.reward(-1.0, desk.move("Vox", Param.GAIN, 2.0))
    desk.run(3.0)
    assert not made_again(desk)
    desk.agent.wishes.clear()
    assert made_again(desk, 1.0), "a smaller one is another move"
    desk.undo()
    desk.run(3.0)
    desk.reward(-1.0, desk.move("Bass", Param.GAIN, 2.0))
    desk.run(3.0)
    desk.agent.wishes.clear()
    assert not made_again(desk), "that way was undone"
    desk = Desk().connect()
    desk.reward(-1.0, desk.move("Vox", Param.GAIN, 2.0))
    desk.reward(1.0, desk.move("Bass", Param.GAIN, 2.0))
    desk.run(3.0)
    assert made_again(desk)


def test_what_was_undone_may_be_made_again_once_the_mix_or_the_belief_is_another() -> None:
    desk = Desk().connect()
    desk.undo(desk.move("Vox", Param.GAIN, 2.0))
    desk.run(3.0)
    assert not made_again(desk)
    desk.hand(3, Param.GAIN, -3.0)
    desk.run(15.0)
    assert any(report.state is APPLIED for report in desk.reports[-2:])
    desk = Desk().connect()
    desk.undo(desk.move("Vox", Param.GAIN, 2.0))
    desk.run(3.0)
    desk.reward(1.0, desk.move("Vox", Param.GAIN, -1.0))
    desk.undo()
    desk.run(3.0)
    assert made_again(desk), "what is resting now is the other direction"


def test_what_was_undone_in_the_daw_rests_as_well() -> None:
    desk = Desk().connect()
    move = desk.move("Vox", Param.GAIN, 2.0)
    desk.do(m.MoveUndone(at=desk.at, move=move))
    desk.hand(3, Param.GAIN, 0.0)
    desk.run(15.0)
    assert not made_again(desk)


def test_a_send_that_somebody_turns_stops_nothing_and_teaches_nothing() -> None:
    desk = Desk().connect()
    desk.wish("Vox", Param.GAIN, 2.0)
    desk.run(0.2)
    desk.hand(3, Param.SEND_1, -6.0)
    desk.run(3.0)
    assert desk.reports[-1].state is MoveState.CONFIRMED
    assert desk.agent.hands == []
