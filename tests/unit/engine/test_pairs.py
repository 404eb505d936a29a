"""Split stereo pairs beside a DAW: both halves go together, as one move."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.desk import Desk, refusals

from bridge.guard.company import TOGETHER_S
from bridge.guard.limits import HOLD_OFF_S, LIMITS, Profile
from bridge.journal.event_codec import record_json
from bridge.mix import messages as m
from bridge.mix.messages import LinkState, Mode, MoveState
from bridge.mix.params import COLUMN, EQ_BANDS, MOVABLE, Param

PROPOSED, APPLIED, CONFIRMED, UNCONFIRMED, REVERTED, SKIPPED, EXPIRED = MoveState
NAMES = ("OH L", "Bass", "OH R")
LEFT, BASS, RIGHT = 1, 2, 3


def near(value: float) -> object:
    return pytest.approx(value, abs=0.06)


def make_desk(desk: Desk | None = None, *, offset: float = -2.0) -> Desk:
    """A pair whose halves differ by `offset`, as their microphones do."""
    desk = desk or Desk(*NAMES)
    for param in (Param.GAIN, *EQ_BANDS):
        desk.strips[RIGHT - 1].values[param] = offset
    return desk.connect()


def offset(desk: Desk, param: Param = Param.GAIN) -> float:
    return desk.value(RIGHT, param) - desk.value(LEFT, param)


def on_its_way(desk: Desk, step: float = 2.5) -> str:
    """A move that has gone half its way on both halves."""
    desk.move("OH L", Param.GAIN, 0.5)
    desk.forget()
    desk.wish("OH L", Param.GAIN, step)
    while not desk.reports:
        desk.run(0.1)
    desk.run(1.0)
    return desk.last(APPLIED).move


class LinkedDesk(Desk):
    """A desk that moves the right half along with the left one by itself."""

    def __init__(self, follow: Callable[[float, float], float], *, lag_s: float = 0.0) -> None:
        super().__init__(*NAMES)
        self._follow, self._lag_s = follow, lag_s

    def _obey(self, command: m.Command) -> None:
        if isinstance(command, m.SetParam) and command.track == LEFT:
            before = self.strips[LEFT - 1].values[command.param]
            right = self.strips[RIGHT - 1].values
            right[command.param] += self._follow(before, command.value)
            super()._obey(command)
            self.at += self._lag_s
            self._later(
                m.ParamChanged(
                    at=self.at, track=RIGHT, param=command.param, value=right[command.param]
                )
            )
            self.at -= self._lag_s
            return
        super()._obey(command)


# -- together -----------------------------------------------------------------------------------


@pytest.mark.parametrize("param", [Param.GAIN, *EQ_BANDS])
def test_a_move_goes_to_both_halves_and_keeps_what_is_between_them(param: Param) -> None:
    desk = make_desk()
    move = desk.move("OH L", param, 1.5)
    assert desk.value(LEFT, param) == near(1.5)
    assert desk.value(RIGHT, param) == near(-0.5)
    assert desk.states(move) == [APPLIED, CONFIRMED]
    assert {write.move for write in desk.writes} == {move}


def test_a_move_of_both_is_one_decision_one_row_and_says_both_names() -> None:
    desk = make_desk()
    move = desk.move("OH L", Param.GAIN, 1.5)
    (decision,) = (each for result in desk.results for each in result.decisions)
    assert (decision.key, decision.other_half) == ("OH L", "OH R")
    assert '"other_half":"OH R"' in record_json(decision)
    (row,) = desk.engine.ledger.rows()
    assert (row.track, row.strips) == ("OH L + OH R", ("OH L", "OH R"))
    report = desk.last(CONFIRMED)
    assert (report.move, report.track, report.other_half) == (move, LEFT, RIGHT)
    assert (report.other_from, report.other_to) == (-2.0, near(-0.5))


def test_a_move_of_one_strip_is_recorded_as_ever() -> None:
    desk = make_desk()
    desk.move("Bass", Param.GAIN, 1.5)
    (decision,) = (each for result in desk.results for each in result.decisions)
    assert "other_half" not in record_json(decision)
    assert desk.engine.ledger.rows()[0].track == "Bass"


def test_the_first_time_the_other_half_waits_and_then_both_go_in_step() -> None:
    desk = make_desk()
    desk.wish("OH L", Param.GAIN, 1.0)
    desk.run(TOGETHER_S)
    assert {write.track for write in desk.writes} == {LEFT}
    desk.run(10.0)
    desk.forget()
    desk.move("OH L", Param.GAIN, 1.0)
    left = [write.value for write in desk.writes if write.track == LEFT]
    right = [write.value for write in desk.writes if write.track == RIGHT]
    assert [value + 2.0 for value in left] == pytest.approx([value + 4.0 for value in right])
    assert [write.track for write in desk.writes[:2]] == [LEFT, RIGHT]


def test_no_other_move_comes_while_the_other_half_waits() -> None:
    desk = make_desk(Desk(*NAMES, interval_s=0.3))
    desk.wish("OH L", Param.GAIN, 0.5)
    desk.wish("Bass", Param.GAIN, 0.5)
    desk.run(TOGETHER_S)
    assert {write.track for write in desk.writes} == {LEFT}
    desk.run(2.0)
    assert [desk.value(track, Param.GAIN) for track in (LEFT, BASS, RIGHT)] == near_all(
        0.5, 0.5, -1.5
    )


def near_all(*values: float) -> object:
    return pytest.approx(list(values), abs=0.06)


def test_neither_half_is_moved_by_itself_nor_panned() -> None:
    desk = make_desk()
    for key, param in [("OH R", Param.GAIN), ("OH R", Param.EQ_LOW), ("OH R", Param.PAN)]:
        desk.agent.wishes = [(key, param, 0.1 if param is Param.PAN else 1.0)]
        desk.run(20.0)
    desk.agent.wishes = [("OH L", Param.PAN, 0.1)]
    desk.run(20.0)
    assert desk.writes == []


# -- back ---------------------------------------------------------------------------------------


def test_one_undo_takes_both_halves_back() -> None:
    desk = make_desk()
    move = desk.move("OH L", Param.GAIN, 1.5)
    assert not refusals(desk.undo())
    desk.run(10.0)
    assert (desk.value(LEFT, Param.GAIN), desk.value(RIGHT, Param.GAIN)) == near_all(0.0, -2.0)
    assert desk.states(move)[-1] is REVERTED


def test_one_thumb_is_one_lesson_and_takes_both_back() -> None:
    desk = make_desk()
    move = desk.move("OH L", Param.GAIN, 1.5)
    desk.reward(-1.0, move)
    desk.run(10.0)
    assert len(desk.agent.lessons) == 1
    assert (desk.value(LEFT, Param.GAIN), desk.value(RIGHT, Param.GAIN)) == near_all(0.0, -2.0)


def test_undo_of_a_move_under_a_later_one_takes_as_much_off_both() -> None:
    desk = make_desk()
    first = desk.move("OH L", Param.GAIN, 1.5)
    desk.move("OH L", Param.GAIN, 1.0)
    desk.undo(first)
    desk.run(10.0)
    assert (desk.value(LEFT, Param.GAIN), desk.value(RIGHT, Param.GAIN)) == near_all(1.0, -1.0)


def test_undo_on_the_way_turns_both_around() -> None:
    desk = make_desk()
    move = on_its_way(desk)
    desk.undo(move)
    desk.run(10.0)
    assert (desk.value(LEFT, Param.GAIN), desk.value(RIGHT, Param.GAIN)) == near_all(0.5, -1.5)


def test_panic_and_a_comparison_bring_both_back() -> None:
    desk = make_desk()
    desk.move("OH L", Param.GAIN, 1.5)
    desk.do(m.CompareSwitched(at=desk.at, on=True))
    desk.run(5.0)
    assert (desk.value(LEFT, Param.GAIN), desk.value(RIGHT, Param.GAIN)) == near_all(0.0, -2.0)
    desk.do(m.CompareSwitched(at=desk.at, on=False))
    desk.run(5.0)
    assert (desk.value(LEFT, Param.GAIN), desk.value(RIGHT, Param.GAIN)) == near_all(1.5, -0.5)
    desk.panic()
    desk.run(5.0)
    assert (desk.value(LEFT, Param.GAIN), desk.value(RIGHT, Param.GAIN)) == near_all(0.0, -2.0)


# -- hands --------------------------------------------------------------------------------------


@pytest.mark.parametrize("track", [LEFT, RIGHT])
def test_a_hand_on_one_half_stops_both(track: int) -> None:
    desk = make_desk()
    move = on_its_way(desk)
    desk.hand(track, Param.GAIN, -7.0)
    other = RIGHT if track == LEFT else LEFT
    stood = desk.value(other, Param.GAIN)
    desk.forget()
    desk.wish("OH L", Param.GAIN, 1.0)
    desk.run(HOLD_OFF_S - 1.0)
    assert desk.writes == []
    assert desk.value(other, Param.GAIN) == stood
    assert refusals(desk.undo(move)) == [f"undo: {move} stays: a hand has moved it since"]
    desk.panic()
    desk.run(5.0)
    assert (desk.value(track, Param.GAIN), desk.value(other, Param.GAIN)) == (-7.0, stood)


def test_a_hand_while_the_other_half_waits_leaves_it_where_it_is() -> None:
    desk = make_desk()
    desk.wish("OH L", Param.GAIN, 1.0)
    desk.run(TOGETHER_S)
    desk.hand(LEFT, Param.GAIN, -5.0)
    desk.run(5.0)
    assert {write.track for write in desk.writes} == {LEFT}
    assert desk.last(UNCONFIRMED).other_to == -2.0


def test_a_freeze_while_the_other_half_waits_can_be_undone() -> None:
    desk = make_desk()
    desk.wish("OH L", Param.GAIN, 1.0)
    desk.run(TOGETHER_S)
    desk.freeze()
    move = desk.last(UNCONFIRMED)
    assert move.to_value > 0.5
    assert move.other_to == -2.0
    desk.freeze(on=False)
    desk.undo(move.move)
    desk.run(5.0)
    assert (desk.value(LEFT, Param.GAIN), desk.value(RIGHT, Param.GAIN)) == near_all(0.0, -2.0)


# -- the guard ----------------------------------------------------------------------------------


@pytest.mark.parametrize("track", ["OH L", "OH R"])
def test_where_one_half_is_safe_neither_is_moved(track: str) -> None:
    desk = make_desk()
    desk.safe(track, "gain")
    desk.wish("OH L", Param.GAIN, 1.0)
    desk.run(20.0)
    assert desk.writes == []


def test_a_lock_on_one_half_on_the_way_stops_both() -> None:
    desk = make_desk()
    move = on_its_way(desk)
    desk.safe("OH R", "gain")
    desk.run(10.0)
    assert offset(desk) == near(-2.0)
    assert desk.value(LEFT, Param.GAIN) < 2.5
    assert desk.states(move)[-1] is UNCONFIRMED
    (text,) = refusals(desk.undo(move))
    assert text.endswith("its gain is Safe (OH R)")


def test_a_half_without_an_eq_keeps_the_other_from_being_equalised() -> None:
    desk = Desk(*NAMES)
    for band in EQ_BANDS:
        del desk.strips[RIGHT - 1].values[band]
    desk.connect()
    desk.wish("OH L", Param.EQ_LOW, 1.0)
    desk.run(20.0)
    assert desk.writes == []


def test_the_step_is_as_long_as_both_halves_have_room() -> None:
    desk = make_desk(offset=4.5)
    desk.move("OH L", Param.GAIN, 3.0)
    assert (desk.value(LEFT, Param.GAIN), desk.value(RIGHT, Param.GAIN)) == near_all(1.5, 6.0)


def test_a_pair_is_moved_as_often_as_one_control() -> None:
    desk = make_desk(Desk(*NAMES, interval_s=2.0))
    for _ in range(6):
        desk.wish("OH L", Param.GAIN, 0.5)
    desk.run(40.0)
    assert len({report.move for report in desk.reports}) == 4


# -- what a person is asked ---------------------------------------------------------------------


def test_a_suggestion_is_heard_and_taken_on_both_halves() -> None:
    desk = make_desk(Desk(*NAMES, mode=Mode.SUGGEST))
    desk.wish("OH L", Param.GAIN, 1.0)
    desk.run(7.0)
    move = desk.last(PROPOSED).move
    for is_on, left in [(True, 1.0), (False, 0.0)]:
        desk.do(m.AuditionSwitched(at=desk.at, move=move, on=is_on))
        desk.run(4.0)
        assert (desk.value(LEFT, Param.GAIN), offset(desk)) == near_all(left, -2.0)
    desk.accept(move)
    desk.run(4.0)
    assert (desk.value(LEFT, Param.GAIN), offset(desk)) == near_all(1.0, -2.0)
    assert desk.states(move)[-1] is CONFIRMED


# -- a DAW that links them itself ---------------------------------------------------------------


@pytest.mark.parametrize("lag_s", [0.0, 0.2])
def test_what_the_daw_moves_along_is_not_moved_twice(lag_s: float) -> None:
    desk = make_desk(LinkedDesk(lambda before, after: after - before, lag_s=lag_s))
    move = desk.move("OH L", Param.GAIN, 2.0)
    assert {write.track for write in desk.writes} == {LEFT}
    assert (desk.value(LEFT, Param.GAIN), desk.value(RIGHT, Param.GAIN)) == near_all(2.0, 0.0)
    assert desk.states(move) == [APPLIED, CONFIRMED]
    desk.undo()
    desk.run(10.0)
    assert {write.track for write in desk.writes} == {LEFT}
    assert (desk.value(LEFT, Param.GAIN), desk.value(RIGHT, Param.GAIN)) == near_all(0.0, -2.0)


def test_a_link_that_is_taken_away_is_noticed() -> None:
    desk = LinkedDesk(lambda before, after: after - before)
    make_desk(desk)
    desk.move("OH L", Param.GAIN, 1.0)
    desk._follow = lambda before, after: 0.0
    desk.move("OH L", Param.GAIN, 1.0)
    assert (desk.value(LEFT, Param.GAIN), desk.value(RIGHT, Param.GAIN)) == near_all(2.0, 0.0)


# -- whatever happens ---------------------------------------------------------------------------

_ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["gain", "eq", "bass", "undo", "bad", "panic", "freeze", "compare", "dump", "offline"]
        ),
        st.floats(-2.0, 2.0),
        st.floats(0.0, 3.0),
    ),
    max_size=8,
)


@pytest.mark.slow
@given(acts=_ACTS, profile=st.sampled_from([Profile.STUDIO, Profile.LIVE]))
@settings(max_examples=15, deadline=None)
def test_without_hands_the_halves_are_never_further_apart(
    acts: list[tuple[str, float, float]], profile: Profile
) -> None:
    desk = make_desk(Desk(*NAMES, profile=profile, interval_s=1.0))
    for param in (Param.GAIN, Param.EQ_LOW):
        desk.move("OH L", param, 0.5)  # from now on both go in step
    for act, size, pause_s in acts:
        _act(desk, act, size)
        desk.run(pause_s)
        for param in MOVABLE:
            span = LIMITS[profile].span[COLUMN[param]] + 0.06
            assert abs(desk.value(LEFT, param)) <= span
    desk.link(LinkState.ONLINE)
    desk.run(20.0)
    for param in (Param.GAIN, Param.EQ_LOW):
        assert offset(desk, param) == near(-2.0)


def _act(desk: Desk, act: str, size: float) -> None:
    params = {
        "gain": ("OH L", Param.GAIN),
        "eq": ("OH L", Param.EQ_LOW),
        "bass": ("Bass", Param.GAIN),
    }
    if act in params:
        desk.wish(*params[act], size)
    elif act == "undo":
        desk.undo()
    elif act == "bad":
        desk.reward(-1.0)
    elif act == "panic":
        desk.panic()
        desk.run(3.0)
        desk.rearm()
    elif act == "freeze":
        desk.freeze()
        desk.freeze(on=False)
    elif act == "compare":
        desk.do(m.CompareSwitched(at=desk.at, on=size > 0.0))
    elif act == "dump":
        desk.dump()
    else:
        desk.link(LinkState.STALE)
        desk.link(LinkState.ONLINE)
