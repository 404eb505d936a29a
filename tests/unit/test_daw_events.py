"""What the DAW says and what it means: slow hands, grids, company, other mixes, doubtful strips."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.desk import Desk

from bridge.mix import messages as m
from bridge.mix.messages import Mode, MoveState
from bridge.mix.notices import Actor, ChangeNoticed
from bridge.mix.params import SPECS, Param

VOX = 3


def changes(desk: Desk, actor: Actor = Actor.HAND) -> list[ChangeNoticed]:
    """What was said to have been moved, and by whom."""
    return [
        note for note in desk.notices if isinstance(note, ChangeNoticed) and note.actor is actor
    ]


def drag(desk: Desk, param: Param, step: float, count: int, rate: float) -> float:
    """A hand takes a control of the vocal along; returns where it ends."""
    value = desk.value(VOX, param)
    for _ in range(count):
        value += step
        desk.hand(VOX, param, value)
        desk.run(1.0 / rate)
    return value


# -- hands -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("param", "step"), [(Param.GAIN, -0.004), (Param.PAN, 0.0006), (Param.EQ_HIGH, 0.03)]
)
@pytest.mark.parametrize("rate", [5.0, 30.0, 100.0])
def test_a_way_in_steps_that_nobody_can_hear_is_one_hand(
    param: Param, step: float, rate: float
) -> None:
    desk = Desk(mode=Mode.OBSERVE).connect()
    end = drag(desk, param, step, 120, rate)
    desk.run(2.0)
    (change,) = changes(desk)
    assert change.from_value == 0.0
    assert change.to_value == pytest.approx(end)
    assert desk.agent.hands == [("Vox", param, pytest.approx(end))]
    desk.panic()
    desk.run(2.0)
    assert desk.value(VOX, param) == pytest.approx(end)


@settings(max_examples=60)
@given(
    st.lists(st.floats(-0.2, 0.2).filter(lambda step: abs(step) > 0.003), min_size=1, max_size=60),
    st.floats(5.0, 100.0),
)
def test_any_way_ends_as_one_jump_to_the_same_place_does(steps: list[float], rate: float) -> None:
    walked, jumped = Desk(mode=Mode.OBSERVE).connect(), Desk(mode=Mode.OBSERVE).connect()
    value = 0.0
    for step in steps:
        value += step
        walked.hand(VOX, Param.GAIN, value)
        walked.run(1.0 / rate)
    jumped.hand(VOX, Param.GAIN, value)
    for desk in (walked, jumped):
        desk.run(3.0)
    if abs(value) > SPECS[Param.GAIN].tolerance:
        assert len(changes(walked)) == 1
        assert walked.agent.hands == jumped.agent.hands
    assert walked.engine.guard.pinned("Vox", Param.GAIN) == pytest.approx(
        jumped.engine.guard.pinned("Vox", Param.GAIN), abs=SPECS[Param.GAIN].tolerance
    )


def test_the_first_step_of_a_hand_stops_a_ramp_however_small_it_is() -> None:
    desk = Desk().connect()
    desk.move("Vox", Param.GAIN, 1.013)  # the bridge has seen that this DAW answers exactly
    desk.wish("Vox", Param.GAIN, -3.0)
    desk.run(1.0)
    desk.hand(VOX, Param.GAIN, desk.value(VOX, Param.GAIN) + 0.004)
    desk.forget()
    desk.run(0.9)
    assert desk.writes == []


def test_a_jitter_within_the_tolerance_is_no_hand_and_moves_come_again() -> None:
    desk = Desk().connect()
    desk.hand(VOX, Param.GAIN, 0.02)
    desk.run(2.0)
    assert changes(desk) == []
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(8.0)
    assert desk.value(VOX, Param.GAIN) == pytest.approx(1.02, abs=0.01)


def test_a_hand_that_a_write_of_ours_has_crossed_gets_its_value_back() -> None:
    desk = Desk().connect()
    desk.wish("Vox", Param.GAIN, 3.0)
    desk.run(1.0)
    ours = desk.writes[-1].value
    desk.do(m.ParamChanged(at=desk.at, track=VOX, param=Param.GAIN, value=-4.0))
    desk.strips[VOX - 1].values[Param.GAIN] = ours  # it got there after the hand
    desk.do(m.ParamChanged(at=desk.at, track=VOX, param=Param.GAIN, value=ours))
    desk.run(1.0)
    assert desk.value(VOX, Param.GAIN) == -4.0
    assert desk.writes[-1].move == ""


def test_an_answer_that_only_came_late_is_not_written_against() -> None:
    desk = Desk().connect()
    desk.wish("Vox", Param.GAIN, 3.0)
    desk.run(1.0)
    ours = desk.writes[-1].value
    desk.hand(VOX, Param.GAIN, -4.0)
    desk.forget()
    desk.do(m.ParamChanged(at=desk.at, track=VOX, param=Param.GAIN, value=ours))
    desk.run(5.0)
    assert desk.writes == []
    assert desk.engine.mix.value(desk.engine.mix.strips[VOX - 1], Param.GAIN) == -4.0


# -- what is not known, and what is closed -------------------------------------------------------


def test_a_closed_fader_is_opened_by_nobody_but_a_person() -> None:
    desk = Desk().connect()
    move = desk.move("Vox", Param.GAIN, 2.0)
    desk.hand(VOX, Param.GAIN, -150.0)
    desk.forget()
    desk.wish("Vox", Param.GAIN, 3.0)
    desk.run(30.0)
    desk.undo(move)
    desk.panic()
    desk.run(2.0)
    assert [write for write in desk.writes if write.track == VOX] == []


def test_what_is_not_known_any_more_is_not_written_until_it_is_said_again() -> None:
    desk = Desk().connect()
    desk.move("Vox", Param.GAIN, 1.0)
    desk.do(m.ParamChanged(at=desk.at, track=VOX, param=Param.GAIN, value=math.nan))
    desk.forget()
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(20.0)
    desk.panic()
    desk.run(2.0)
    assert desk.writes == []
    desk.rearm()
    desk.hand(VOX, Param.GAIN, 1.0)  # it stands where the bridge had put it
    desk.panic()
    desk.run(2.0)
    assert desk.value(VOX, Param.GAIN) == 0.0


def test_what_another_value_was_found_for_belongs_to_nobody_and_teaches_nothing() -> None:
    desk = Desk().connect()
    desk.move("Vox", Param.GAIN, 1.0)
    desk.do(m.ParamChanged(at=desk.at, track=VOX, param=Param.GAIN, value=math.nan))
    desk.hand(VOX, Param.GAIN, -9.0)
    desk.run(2.0)
    desk.panic()
    desk.run(2.0)
    assert desk.value(VOX, Param.GAIN) == -9.0
    assert desk.agent.hands == []
    for note in desk.notices:
        if isinstance(note, ChangeNoticed):
            assert math.isfinite(note.from_value)
            assert math.isfinite(note.to_value)


def test_a_strip_that_has_not_said_what_it_is_called_is_not_written() -> None:
    desk = Desk("Kick", "", "Vox").connect()
    desk.wish("Track 2", Param.GAIN, 1.0)
    desk.run(10.0)
    assert desk.writes == []
    desk.strips[1].name = "Bass"
    desk.dump()
    desk.agent.wishes.clear()
    assert desk.move("Bass", Param.GAIN, 1.0)


# -- grids ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("step_db", [0.04, 0.1, 0.5])
def test_a_desk_that_rounds_makes_no_hands_and_every_move_is_confirmed(step_db: float) -> None:
    desk = _RoundingDesk(lambda value: round(value / step_db) * step_db).connect()
    for step in (0.9, -2.3, 3.0, -0.4, 1.7, -2.9, 0.6):
        desk.wish("Vox", Param.GAIN, step)
        desk.run(14.0)
    assert changes(desk) == []
    assert desk.agent.hands == []
    made = {report.move for report in desk.reports if report.state is MoveState.APPLIED}
    assert len(made) == 7
    for move in made:
        assert desk.states(move)[-1] is MoveState.CONFIRMED


class _RoundingDesk(Desk):
    """A desk that holds the nearest place of its scale."""

    def __init__(self, hold: Callable[[float], float]) -> None:
        super().__init__()
        self._hold = hold

    def _obey(self, command: m.Command) -> None:
        if isinstance(command, m.SetParam) and command.param is Param.GAIN:
            value = self._hold(command.value)
            self.strips[command.track - 1].values[command.param] = value
            self._later(
                m.ParamChanged(at=self.at, track=command.track, param=Param.GAIN, value=value)
            )
        else:
            super()._obey(command)


# -- company -------------------------------------------------------------------------------------


class _LinkedDesk(Desk):
    """A desk whose bass follows its vocal, by a rule."""

    def __init__(self, follow: Callable[[float, float], float]) -> None:
        super().__init__()
        self._follow = follow

    def _obey(self, command: m.Command) -> None:
        super()._obey(command)
        if isinstance(command, m.SetParam) and command.track == VOX:
            value = self._follow(self.strips[1].values[command.param], command.value)
            self.strips[1].values[command.param] = value
            self._later(m.ParamChanged(at=self.at, track=2, param=command.param, value=value))


@pytest.mark.parametrize("rule", ["copy", "shift", "half", "double"])
def test_what_the_desk_moves_along_with_ours_is_no_hand(rule: str) -> None:
    rules: dict[str, Callable[[float, float], float]] = {
        "copy": lambda _, leader: leader,
        "shift": lambda _, leader: leader - 6.0,
        "half": lambda _, leader: leader / 2.0,
        "double": lambda _, leader: leader * 2.0,
    }
    desk = _LinkedDesk(rules[rule])
    desk.strips[1].values[Param.GAIN] = -6.0 if rule == "shift" else 0.0
    desk.connect()
    desk.move("Vox", Param.GAIN, 3.0)
    desk.run(3.0)
    assert changes(desk) == []
    assert desk.agent.hands == []
    desk.panic()
    desk.run(4.0)
    assert desk.value(VOX, Param.GAIN) == pytest.approx(0.0, abs=0.06)
    assert changes(desk) == []
    assert desk.agent.hands == []


def test_a_mirrored_pan_is_company_too() -> None:
    desk = _LinkedDesk(lambda _, leader: -leader).connect()
    desk.move("Vox", Param.PAN, 0.2)
    desk.run(3.0)
    assert changes(desk) == []


def test_where_a_follower_is_safe_its_leader_is_not_moved() -> None:
    desk = _LinkedDesk(lambda _, leader: leader).connect()
    desk.move("Vox", Param.GAIN, 1.0)
    desk.run(3.0)
    desk.safe("Bass", "gain")
    desk.forget()
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(30.0)
    assert desk.writes == []


def test_a_hand_on_another_strip_while_ours_moves_is_a_hand() -> None:
    desk = Desk().connect()
    desk.wish("Vox", Param.GAIN, 3.0)
    desk.run(1.2)
    for value in (0.5, 1.0, 1.4):
        desk.hand(2, Param.GAIN, value)
        desk.run(0.1)
    desk.run(6.0)
    assert [(change.track, change.to_value) for change in changes(desk)] == [(2, 1.4)]


# -- other mixes -----------------------------------------------------------------------------------


def test_a_scene_that_is_told_value_by_value_teaches_nothing_and_is_read_anew() -> None:
    desk = Desk("Kick", "Snare", "Bass", "Gtr", "Keys", "Vox").connect()
    desk.move("Vox", Param.GAIN, 1.0)
    desk.forget()
    for track in range(1, 7):
        desk.hand(track, Param.GAIN, -3.0 - track)
        desk.hand(track, Param.PAN, 0.1 * track)
        desk.run(0.1)
    desk.run(0.5)
    assert [c for r in desk.results for c in r.commands if isinstance(c, m.RequestDump)]
    desk.run(5.0)
    assert changes(desk) == []
    assert desk.agent.hands == []
    assert desk.writes == []
    desk.panic()
    desk.run(2.0)
    assert desk.value(6, Param.GAIN) == -9.0


def test_a_group_that_one_hand_moves_is_no_other_mix() -> None:
    desk = Desk("Kick", "Snare", "Bass", "Gtr", "Keys", "Vox").connect()
    for step in range(1, 6):
        for track in (1, 2, 3):
            desk.hand(track, Param.GAIN, -0.4 * step)
        desk.run(0.05)
    desk.run(3.0)
    assert {change.track for change in changes(desk)} == {1, 2, 3}


# -- who is who ----------------------------------------------------------------------------------


def dumps_asked(desk: Desk) -> int:
    """How often a dump was asked for."""
    return sum(isinstance(c, m.RequestDump) for r in desk.results for c in r.commands)


def test_a_name_beyond_the_last_strip_is_asked_about_once_and_then_ignored() -> None:
    desk = Desk().connect()
    for _ in range(20):
        desk.do(m.TrackNamed(at=desk.at, track=4, name="Master"))
        desk.run(1.0)
    assert dumps_asked(desk) == 1
    assert desk.move("Vox", Param.GAIN, 1.0)


def test_a_name_that_is_said_against_every_dump_is_believed_at_last() -> None:
    desk = Desk().connect()
    for _ in range(20):
        desk.do(m.TrackNamed(at=desk.at, track=VOX, name="Master"))
        desk.run(1.0)
    assert dumps_asked(desk) == 3
    desk.forget()
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(10.0)
    assert desk.writes == [], "what may be the master is Safe"


def test_an_identity_that_comes_back_to_a_place_is_asked_about_again() -> None:
    desk = Desk("Kick", "Bass", "Vox", uids=True).connect()
    desk.do(m.TrackIdentified(at=desk.at, track=1, uid="id-Vox"))
    desk.run(1.0)  # the dump denies it
    desk.strips.reverse()
    desk.do(m.TrackIdentified(at=desk.at, track=1, uid="id-Vox"))
    desk.run(1.0)
    assert dumps_asked(desk) == 2
    assert [strip.name for strip in desk.engine.mix.strips] == ["Vox", "Bass", "Kick"]
