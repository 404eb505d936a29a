"""The life of a move, from the wish to its end, and the way back."""

import math
from collections.abc import Callable
from itertools import pairwise, permutations

import pytest
from support.desk import Desk, credited, refusals

from bridge.agents.agent import Proposal
from bridge.engine.moves import SUGGESTION_LIFE_S
from bridge.guard.grid import Grid
from bridge.guard.guard import Guard
from bridge.guard.limits import HOLD_OFF_S, LIMITS, Profile
from bridge.guard.ramps import ECHO_TIMEOUT_S, Transit
from bridge.guard.write import Purpose
from bridge.guard.writer import Writer
from bridge.mix import messages as m
from bridge.mix.messages import LinkState, Mode, MoveState
from bridge.mix.notices import MoveReported
from bridge.mix.params import MOVABLE, Param

PROPOSED, APPLIED, CONFIRMED, UNCONFIRMED, REVERTED, SKIPPED, EXPIRED = MoveState


def near(value: float) -> object:
    """A value within what float32 and a tenth of a dB allow."""
    return pytest.approx(value, abs=0.06)


# -- forward ------------------------------------------------------------------------------------


def test_in_assist_a_move_is_applied_and_confirmed_by_the_echo() -> None:
    desk = Desk().connect()
    move = desk.move("Vox", Param.GAIN, 2.0)
    assert move == "1-1"
    assert desk.states(move) == [APPLIED, CONFIRMED]
    assert desk.value(3, Param.GAIN) == 2.0
    assert {write.track for write in desk.writes} == {3}


def test_applied_is_told_before_the_first_write_and_the_reason_with_it() -> None:
    desk = Desk().connect()
    desk.wish("Vox", Param.GAIN, 1.0)
    result = desk.do(m.Tick(at=desk.at))
    (report,) = (note for note in result.notices if isinstance(note, MoveReported))
    assert report == MoveReported(
        move="1-1", state=APPLIED, track=3, param=Param.GAIN, from_value=0.0, to_value=1.0,
        reason="it was wished for",
    )  # fmt: skip
    assert [decision.move for decision in result.decisions] == ["1-1"]


def test_a_move_is_a_ramp_of_small_writes_that_ends_at_its_target() -> None:
    desk = Desk().connect()
    desk.move("Vox", Param.GAIN, -3.0)
    values = [write.value for write in desk.writes]
    assert values == sorted(values, reverse=True)
    assert max(a - b for a, b in pairwise(values)) <= 0.5
    assert values[-1] == -3.0
    assert len(values) >= 90


def test_the_profile_off_writes_once() -> None:
    desk = Desk(profile=Profile.OFF).connect()
    desk.move("Vox", Param.GAIN, -9.0)
    assert desk.writes == [m.SetParam(track=3, param=Param.GAIN, value=-9.0, key="Vox")]


def test_one_move_at_a_time_and_not_sooner_than_the_pace() -> None:
    desk = Desk().connect()
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.wish("Bass", Param.GAIN, 1.0)
    desk.run(5.9)
    assert len({report.move for report in desk.reports}) == 1
    desk.run(0.2)
    assert len({report.move for report in desk.reports}) == 2


def test_in_suggest_nothing_is_written_until_a_person_accepts() -> None:
    desk = Desk(mode=Mode.SUGGEST).connect()
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(20.0)
    assert desk.writes == []
    move = desk.last(PROPOSED).move
    assert desk.engine.open_notices() == (desk.last(PROPOSED),)
    desk.accept(move)
    desk.run(3.0)
    assert desk.states(move) == [PROPOSED, APPLIED, CONFIRMED]
    assert desk.engine.open_notices() == ()
    assert desk.value(3, Param.GAIN) == 1.0


def test_a_skipped_suggestion_is_never_written() -> None:
    desk = Desk(mode=Mode.SUGGEST).connect()
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(1.0)
    desk.skip("1-1")
    desk.run(30.0)
    assert desk.states("1-1") == [PROPOSED, SKIPPED]
    assert desk.writes == []


def test_a_suggestion_that_nobody_answers_expires_and_the_next_one_comes() -> None:
    desk = Desk(mode=Mode.SUGGEST).connect()
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.wish("Bass", Param.GAIN, 1.0)
    desk.run(SUGGESTION_LIFE_S + 1.0)
    assert desk.states("1-1") == [PROPOSED, EXPIRED]
    assert desk.states("1-2") == [PROPOSED]


@pytest.mark.parametrize("verb", ["accept", "skip"])
def test_only_the_open_suggestion_can_be_answered(verb: str) -> None:
    desk = Desk(mode=Mode.SUGGEST).connect()
    result = desk.accept("1-9") if verb == "accept" else desk.skip("1-9")
    assert refusals(result) == [f"{verb}: '1-9' is not the open suggestion"]


def test_a_suggestion_accepted_while_a_dump_is_open_waits() -> None:
    desk = Desk(mode=Mode.SUGGEST).connect()
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(1.0)
    desk.do(m.DumpOpened(at=desk.at, count=3))
    assert refusals(desk.accept("1-1")) == ["1-1 waits: the tracks are being read anew; ask again"]
    desk.dump()
    assert refusals(desk.accept("1-1")) == []
    assert desk.states("1-1")[-1] is APPLIED


def test_a_suggestion_that_has_been_overtaken_expires_when_it_is_accepted() -> None:
    desk = Desk(mode=Mode.SUGGEST).connect()
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(1.0)
    desk.engine.mix.confirm(desk.engine.mix.strips[2], Param.GAIN, -5.0, desk.at)
    desk.accept("1-1")
    assert desk.states("1-1") == [PROPOSED, EXPIRED]
    assert desk.last(EXPIRED).reason == "the mix has changed since"


def test_a_suggestion_that_the_guard_forbids_by_now_expires_unheard() -> None:
    desk = Desk(mode=Mode.SUGGEST).connect()
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(1.0)
    desk.engine.guard.strip("Vox").silent.add(Param.GAIN)
    desk.accept("1-1")
    assert desk.last(EXPIRED).reason == "the DAW has not answered the last write to this strip"
    assert desk.writes == []


def test_in_observe_nothing_is_ever_chosen() -> None:
    desk = Desk(mode=Mode.OBSERVE).connect()
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(100.0)
    assert desk.reports == []


@pytest.mark.parametrize("hindrance", ["solo", "stopped", "offline", "empty", "never connected"])
def test_nothing_is_chosen_while_nobody_could_hear_it(hindrance: str) -> None:
    desk = Desk()
    if hindrance == "empty":
        desk.strips.clear()
    if hindrance != "never connected":
        desk.connect()
    desk.wish("Vox", Param.GAIN, 1.0)
    if hindrance == "solo":
        desk.do(m.ParamChanged(at=desk.at, track=1, param=Param.SOLO, value=1.0))
    elif hindrance == "stopped":
        desk.do(m.TransportChanged(at=desk.at, playing=False))
    elif hindrance == "offline":
        desk.link(LinkState.STALE)
    desk.run(100.0)
    assert desk.reports == []


@pytest.mark.parametrize("hindrance", ["solo", "frozen", "stale", "panic", "observe"])
def test_after_a_long_hindrance_the_work_goes_on(hindrance: str) -> None:
    desk = Desk().connect()
    desk.move("Bass", Param.GAIN, 1.0)
    solo = m.ParamChanged(at=desk.at, track=1, param=Param.SOLO, value=1.0)
    begin, end = {
        "solo": (lambda: desk.do(solo), lambda: desk.hand(1, Param.SOLO, 0.0)),
        "frozen": (desk.freeze, lambda: desk.freeze(on=False)),
        "stale": (lambda: desk.link(LinkState.STALE), lambda: desk.link(LinkState.ONLINE)),
        "panic": (desk.panic, desk.rearm),
        "observe": (lambda: desk.choose(Mode.OBSERVE), lambda: desk.choose(Mode.ASSIST)),
    }[hindrance]
    begin()
    desk.run(100.0)
    desk.wish("Vox", Param.GAIN, 1.0)
    end()
    desk.forget()
    desk.run(3.0)
    assert [write.track for write in desk.writes][-1] == 3


# -- the DAW's answers --------------------------------------------------------------------------


def test_a_daw_that_says_nothing_is_asked_once_more_and_then_for_a_dump() -> None:
    desk = Desk(profile=Profile.OFF).connect()
    desk.is_silent = True
    desk.wish("Vox", Param.GAIN, -4.0)
    desk.run(1.0 + 2 * ECHO_TIMEOUT_S)
    assert desk.writes == [m.SetParam(track=3, param=Param.GAIN, value=-4.0, key="Vox")] * 2
    assert desk.states("1-1") == [APPLIED, UNCONFIRMED]
    assert m.RequestDump(number=0) in [c for result in desk.results for c in result.commands]


def test_a_strip_whose_daw_says_nothing_is_left_alone_until_it_speaks() -> None:
    desk = Desk(profile=Profile.OFF).connect()
    desk.is_silent = True
    desk.wish("Vox", Param.GAIN, -4.0)
    desk.run(2.0)
    desk.wish("Vox", Param.GAIN, -2.0)
    desk.is_silent = False
    desk.forget()
    desk.run(20.0)
    assert desk.writes == []
    desk.dump()
    desk.run(10.0)
    assert desk.value(3, Param.GAIN) == -2.0


def stopped_unanswered() -> Desk:
    """A person stops a move after .3 s, beside a DAW that has not answered it."""
    desk = Desk().connect()
    desk.is_silent = True
    desk.wish("Vox", Param.GAIN, -3.0)
    desk.run(0.3)
    assert desk.writes[-1].value < -0.1
    desk.freeze()
    desk.freeze(on=False)
    desk.forget()
    return desk


def test_where_a_move_was_stopped_unanswered_the_daw_is_asked_and_no_other_begins() -> None:
    desk = stopped_unanswered()
    desk.wish("Vox", Param.GAIN, -2.0)
    desk.run(20.0)
    assert desk.writes == []
    asked = [c for result in desk.results for c in result.commands if c == m.RequestDump(number=0)]
    assert len(asked) == 1
    desk.is_silent = False
    desk.strips[2].values[Param.GAIN] = -0.4  # as far as the writes came
    desk.dump()
    desk.run(10.0)
    assert desk.writes[0].value == -0.4


def test_a_dump_that_lacks_a_control_does_not_tell_what_stands_there() -> None:
    desk = stopped_unanswered()
    desk.strips[2].values[Param.GAIN] = -0.4
    lacks = [e for e in desk.dump_events() if getattr(e, "param", None) is not Param.GAIN]
    for event in lacks:
        desk.do(event)
    desk.wish("Vox", Param.GAIN, -2.0)
    desk.run(20.0)
    assert desk.writes == []


def test_a_late_echo_confirms_after_all() -> None:
    desk = Desk(profile=Profile.OFF).connect()
    desk.is_silent = True
    desk.wish("Vox", Param.GAIN, -4.0)
    desk.run(20.0)
    desk.hand(3, Param.GAIN, -4.0)
    assert desk.states("1-1") == [APPLIED, UNCONFIRMED, CONFIRMED]


def test_a_daw_that_does_not_go_as_far_is_taken_at_its_word() -> None:
    desk = Desk(profile=Profile.OFF).connect()
    desk.top = 1.5
    desk.wish("Vox", Param.GAIN, 4.0)
    desk.run(2.0)
    assert desk.last(CONFIRMED).to_value == 1.5
    desk.undo()
    desk.run(1.0)
    assert desk.value(3, Param.GAIN) == 0.0


def test_a_write_that_had_to_wait_is_meant_until_it_is_stopped() -> None:
    desk = Desk(profile=Profile.OFF).connect()
    desk.wish("Vox", Param.GAIN, -4.0)
    desk.is_silent = True
    desk.run(0.1)
    (write,) = desk.writes
    is_wanted = desk.engine.moves.is_wanted
    assert is_wanted(write, desk.at)
    near = m.ParamChanged(at=desk.at, track=3, param=Param.GAIN, value=-3.97)
    desk.do(near)  # an earlier step of a ramp, as near as an echo need be
    assert desk.states("1-1")[-1] is CONFIRMED
    assert is_wanted(write, desk.at)
    desk.hand(3, Param.GAIN, -20.0)
    assert not is_wanted(write, desk.at)


def test_a_write_that_waits_when_a_move_is_stopped_is_not_meant_any_more() -> None:
    desk = Desk(profile=Profile.OFF).connect()
    desk.wish("Vox", Param.GAIN, -4.0)
    desk.is_silent = True
    desk.run(0.1)
    desk.freeze()
    assert not desk.engine.moves.is_wanted(desk.writes[0], desk.at)


def test_a_control_that_is_gone_is_unknown_and_no_hands_work() -> None:
    desk = Desk().connect()
    desk.wish("Vox", Param.EQ_LOW, 2.0)
    desk.run(0.2)
    gone = m.ParamChanged(at=desk.at, track=3, param=Param.EQ_LOW, value=math.nan)
    desk.do(gone)
    assert desk.last(UNCONFIRMED).reason == "its eq/low/gain is gone"
    desk.run(5.0)
    desk.do(gone)  # after the last echo, too
    desk.run(5.0)
    assert desk.agent.hands == []
    desk.wish("Vox", Param.EQ_LOW, 2.0)
    desk.forget()
    desk.run(20.0)
    assert desk.reports == []


def test_a_move_to_a_track_that_is_deleted_ends() -> None:
    desk = Desk().connect()
    desk.wish("Vox", Param.GAIN, 3.0)
    desk.run(0.5)
    del desk.strips[2]
    desk.dump()
    count = len(desk.writes)
    desk.run(10.0)
    assert len(desk.writes) == count
    assert desk.states("1-1")[-1] is UNCONFIRMED
    assert desk.last(UNCONFIRMED).track == 0
    assert refusals(desk.undo("1-1")) == ["undo: the track is gone"]


def test_a_move_goes_on_through_a_dump_that_changes_nothing() -> None:
    desk = Desk().connect()
    desk.wish("Vox", Param.GAIN, 3.0)
    desk.run(0.5)
    desk.dump()
    desk.run(5.0)
    assert desk.states("1-1") == [APPLIED, CONFIRMED]


def test_nothing_is_written_while_a_dump_is_open() -> None:
    desk = Desk().connect()
    desk.wish("Vox", Param.GAIN, 3.0)
    desk.run(0.5)
    desk.do(m.DumpOpened(at=desk.at, count=3))
    desk.forget()
    desk.run(4.0)
    assert desk.writes == []
    desk.dump()
    desk.run(5.0)
    assert desk.value(3, Param.GAIN) == 3.0
    jumps = [b.value - a.value for a, b in pairwise(desk.writes)]
    assert max(jumps) <= 0.5


def test_after_a_reorder_a_move_follows_its_track() -> None:
    desk = Desk().connect()
    desk.move("Vox", Param.GAIN, 2.0)
    desk.strips.reverse()
    desk.dump()
    desk.forget()
    desk.undo()
    desk.run(3.0)
    assert {write.track for write in desk.writes} == {1}
    assert desk.value(1, Param.GAIN) == 0.0


def test_a_rename_outside_a_dump_stops_everything_until_a_dump_says_who_is_who() -> None:
    desk = Desk(uids=True).connect()
    desk.wish("id-Vox", Param.GAIN, 3.0)
    desk.run(0.5)
    desk.strips.reverse()
    desk.forget()
    result = desk.do(m.TrackIdentified(at=desk.at, track=1, uid="id-Vox"))
    assert result.commands == (m.RequestDump(number=0),)
    assert desk.last(UNCONFIRMED).reason == "the tracks are being rearranged"
    again = desk.do(m.TrackIdentified(at=desk.at, track=3, uid="id-Kick"))
    assert again.commands == ()
    refused = desk.undo("1-1")
    assert "the tracks are being read anew" in refusals(refused)[0]
    desk.run(1.0)
    assert refusals(desk.undo("1-1")) == []
    desk.run(3.0)
    assert {write.track for write in desk.writes} == {1}


def test_values_that_come_in_doubt_are_nobodys() -> None:
    desk = Desk().connect()
    desk.do(m.TrackNamed(at=desk.at, track=3, name="Pad"))
    desk.do(m.ParamChanged(at=desk.at, track=3, param=Param.GAIN, value=-30.0))
    assert desk.engine.mix.value(desk.engine.mix.strips[2], Param.GAIN) == 0.0


def test_a_value_of_a_track_that_does_not_exist_is_nobodys() -> None:
    desk = Desk().connect()
    assert desk.hand(3, Param.GAIN, 0.0).commands == ()
    result = desk.do(m.ParamChanged(at=desk.at, track=99, param=Param.GAIN, value=-1.0))
    assert result == type(result)()


def test_the_end_of_a_dump_that_never_began_means_nothing() -> None:
    desk = Desk().connect()
    result = desk.do(m.DumpClosed(at=desk.at, number=7))
    assert result == type(result)()
    assert len(desk.engine.mix.strips) == 3


def test_a_computer_that_slept_asks_for_a_dump_and_makes_no_burst() -> None:
    desk = Desk().connect()
    desk.wish("Vox", Param.GAIN, 3.0)
    desk.run(0.5)
    desk.at += 600.0
    result = desk.do(m.Tick(at=desk.at))
    assert result.commands == (m.RequestDump(number=0),)
    assert desk.states("1-1") == [APPLIED, UNCONFIRMED]
    desk.wish("Bass", Param.GAIN, 1.0)
    desk.run(10.0)
    assert desk.value(2, Param.GAIN) == 1.0


def test_a_tick_that_is_a_little_late_makes_no_jump() -> None:
    desk = Desk().connect()
    desk.wish("Vox", Param.GAIN, 3.0)
    desk.run(0.5)
    before = desk.writes[-1].value
    desk.at += 4.0
    result = desk.do(m.Tick(at=desk.at))
    (write,) = result.commands
    assert isinstance(write, m.SetParam)
    assert write.value - before == pytest.approx(0.5)


# -- the way back -------------------------------------------------------------------------------


def test_undo_takes_back_the_last_move_that_stands() -> None:
    desk = Desk().connect()
    first, second = desk.move("Vox", Param.GAIN, 1.0), desk.move("Bass", Param.GAIN, 2.0)
    desk.undo()
    desk.run(3.0)
    assert (desk.value(2, Param.GAIN), desk.value(3, Param.GAIN)) == (0.0, 1.0)
    desk.undo()
    desk.run(3.0)
    assert desk.value(3, Param.GAIN) == 0.0
    assert desk.states(first)[-1] is desk.states(second)[-1] is REVERTED
    assert refusals(desk.undo()) == ["undo: no move of mine stands"]


def test_undo_takes_back_a_named_move() -> None:
    desk = Desk().connect()
    first, second = desk.move("Vox", Param.GAIN, 1.0), desk.move("Bass", Param.GAIN, 2.0)
    desk.undo(first)
    desk.run(3.0)
    assert (desk.value(2, Param.GAIN), desk.value(3, Param.GAIN)) == (2.0, 0.0)
    assert refusals(desk.undo(first)) == [f"undo: {first} stays: it is reverted"]
    assert desk.states(second)[-1] is CONFIRMED
    assert refusals(desk.undo("7-7")) == ["undo: there is no move '7-7'"]


def test_undo_of_a_move_under_a_later_one_takes_as_much_off() -> None:
    desk = Desk().connect()
    first, second = desk.move("Vox", Param.GAIN, 1.0), desk.move("Vox", Param.GAIN, 2.0)
    desk.undo(first)
    desk.run(3.0)
    assert desk.value(3, Param.GAIN) == near(2.0)
    desk.undo(second)
    desk.run(3.0)
    assert desk.value(3, Param.GAIN) == near(0.0)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_undone_in_any_order_moves_leave_the_control_where_it_was(order: tuple[int, ...]) -> None:
    desk = Desk().connect()
    moves = [desk.move("Vox", Param.GAIN, step) for step in (1.0, 2.0, -0.5)]
    for place in order:
        desk.undo(moves[place])
        desk.run(3.0)
    assert desk.value(3, Param.GAIN) == near(0.0)
    assert not desk.agent.hands


def test_undo_of_a_move_on_its_way_turns_it_around_there() -> None:
    desk = Desk().connect()
    desk.wish("Vox", Param.GAIN, 3.0)
    desk.run(1.0)
    desk.undo()
    desk.run(5.0)
    values = [write.value for write in desk.writes]
    assert max(values) == near(1.5)
    assert desk.value(3, Param.GAIN) == 0.0
    assert max(abs(b - a) for a, b in pairwise(values)) <= 0.5
    assert not desk.agent.hands


def test_an_undo_that_is_interrupted_can_be_undone_again() -> None:
    desk = Desk().connect()
    move = desk.move("Vox", Param.GAIN, 3.0)
    desk.undo()
    desk.run(1.0)
    desk.freeze()
    assert desk.states(move)[-2:] == [REVERTED, UNCONFIRMED]
    assert 0.5 < desk.last(UNCONFIRMED).to_value < 2.5
    desk.freeze(on=False)
    desk.undo()
    desk.run(3.0)
    assert desk.value(3, Param.GAIN) == 0.0


@pytest.mark.parametrize(
    ("arrange", "why"),
    [
        (lambda desk: desk.freeze(), "the mix is frozen"),
        (lambda desk: desk.link(LinkState.STALE), "the DAW does not answer"),
        (lambda desk: desk.safe("Vox"), "its gain is Safe"),
        (lambda desk: desk.do(m.DumpOpened(at=desk.at, count=3)), "the tracks are being read anew"),
    ],
)
def test_an_undo_that_the_guard_forbids_is_refused_with_the_reason(
    arrange: Callable[[Desk], object], why: str
) -> None:
    desk = Desk().connect()
    desk.move("Vox", Param.GAIN, 2.0)
    arrange(desk)
    desk.forget()
    assert refusals(desk.undo()) == [f"undo: Vox gain stays at +2.0 dB: {why}"]
    assert desk.writes == []


def test_an_undo_of_a_pan_that_the_desk_has_lost_is_refused_in_a_sentence() -> None:
    desk = Desk().connect()
    desk.move("Vox", Param.PAN, 0.2)
    desk.do(m.ParamChanged(at=desk.at, track=3, param=Param.PAN, value=math.nan))
    desk.forget()
    (why,) = refusals(desk.undo())
    assert why.startswith("undo: Vox pan stays at an unknown value: ")
    assert desk.writes == []


def test_a_thumb_down_takes_the_move_back() -> None:
    desk = Desk().connect()
    move = desk.move("Vox", Param.GAIN, 2.0)
    result = desk.reward(-1.0, move)
    assert credited(result) == [(move, -1.0)]
    desk.run(3.0)
    assert desk.value(3, Param.GAIN) == 0.0
    assert desk.last(REVERTED).reason == "you did not like it"


def test_a_thumb_down_that_is_shared_takes_nothing_back() -> None:
    desk = Desk(profile=Profile.OFF, interval_s=1.0).connect()
    desk.wish("Vox", Param.GAIN, 2.0)
    desk.wish("Bass", Param.GAIN, 2.0)
    desk.run(2.0)
    result = desk.reward(-1.0)
    assert credited(result) == [("1-2", -1.0)]
    assert [lesson.weight for lesson in desk.agent.lessons] == [0.5, 0.5]
    desk.run(0.5)
    assert (desk.value(2, Param.GAIN), desk.value(3, Param.GAIN)) == (2.0, 2.0)


def test_a_thumb_up_leaves_it() -> None:
    desk = Desk().connect()
    move = desk.move("Vox", Param.GAIN, 2.0)
    desk.reward(1.0, move)
    desk.run(5.0)
    assert desk.value(3, Param.GAIN) == 2.0


@pytest.mark.slow
def test_old_moves_are_forgotten() -> None:
    desk = Desk(profile=Profile.OFF, interval_s=0.02).connect()
    for _ in range(513):
        desk.wish("Vox", Param.GAIN, -1.0)
        desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(60.0)
    assert desk.last(CONFIRMED).move == "1-1026"
    assert desk.engine.moves.get("1-2") is None
    assert desk.engine.moves.get("1-3") is not None


def test_every_parameter_can_be_moved_and_taken_back() -> None:
    desk = Desk().connect()
    for param in MOVABLE:
        step = 0.1 if param is Param.PAN else 1.0
        desk.move("Vox", param, step)
        assert desk.value(3, param) == pytest.approx(step)
        desk.undo()
        desk.run(3.0)
        assert desk.value(3, param) == 0.0


# -- what only a fault elsewhere could bring about ----------------------------------------------


def test_a_move_that_the_door_refuses_was_never_heard() -> None:
    desk = Desk(profile=Profile.OFF).connect()
    too_far = Proposal(
        row=2, param=Param.GAIN, step=90.0, probability=1.0, score=0.1, confidence=0.5,
        reason="a fault of the agent", trace=None,
    )  # fmt: skip
    moves = desk.engine.moves
    move = moves.make(too_far, desk.at)
    assert moves.apply(move, desk.at)
    assert moves.advance(desk.at) == []
    assert move.state is EXPIRED
    assert not move.is_heard


def test_a_value_for_a_track_without_a_number_is_not_written() -> None:
    guard = Guard(LIMITS[Profile.STUDIO])
    guard.is_online = True
    writer = Writer(guard, Grid())
    lost = Transit(
        key="Vox", param=Param.GAIN, start=0.0, target=1.0, began=1.0, duration=0.2,
        purpose=Purpose.UNDO,
    )  # fmt: skip
    writer.begin(lost, 1.0)
    result = writer.advance(1.0, lambda _: None, lambda *_: 0.0, lambda *_: 1.0)
    assert result.commands == []
    assert result.refused == [(lost, "the track is gone")]
    assert writer.is_idle


def test_a_value_that_the_daw_says_for_the_first_time_is_the_snapshot_and_no_hand() -> None:
    desk = Desk()
    for strip in desk.strips:
        strip.values.clear()
    desk.connect()
    desk.hand(3, Param.GAIN, -4.0)
    assert desk.engine.guard.pinned("Vox", Param.GAIN) == -4.0
    desk.move("Vox", Param.GAIN, 1.0)
    desk.panic()
    desk.run(2.0)
    assert desk.value(3, Param.GAIN) == -4.0


def test_a_parameter_is_moved_four_times_a_minute_and_then_waits() -> None:
    desk = Desk(profile=Profile.LIVE).connect()
    for _ in range(5):
        desk.wish("Vox", Param.GAIN, 0.5)
    began = desk.at
    desk.run(55.0)
    assert desk.value(3, Param.GAIN) == 2.0
    desk.run(70.0 - (desk.at - began))
    assert desk.value(3, Param.GAIN) == 2.5


@pytest.mark.parametrize("gesture", ["panic", "undo"])
def test_a_fader_above_the_range_is_moved_and_goes_back_to_where_it_stood(gesture: str) -> None:
    desk = Desk().connect()
    desk.hand(3, Param.GAIN, 9.0)
    desk.run(HOLD_OFF_S + 1.0)
    desk.move("Vox", Param.GAIN, -1.0)
    assert desk.value(3, Param.GAIN) == near(8.0)
    getattr(desk, gesture)()
    desk.run(3.0)
    assert desk.value(3, Param.GAIN) == near(9.0)
