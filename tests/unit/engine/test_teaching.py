"""When a judgement teaches, and how much."""

import numpy as np
import pytest
from support.desk import Lesson, ScriptedAgent

from bridge.agents.agent import Proposal
from bridge.engine.hands import Touch
from bridge.engine.moves import Move
from bridge.engine.teaching import UNHEARD_WEIGHT, Teacher
from bridge.guard.guard import Guard
from bridge.guard.limits import LIMITS, Profile
from bridge.mix.messages import Mode, MoveState
from bridge.mix.params import Param
from bridge.mix.state import MixState


def make_move(*, is_heard: bool) -> Move:
    proposal = Proposal(
        row=0, param=Param.GAIN, step=1.0, probability=1.0, score=0.1, confidence=0.5,
        reason="a wish", trace=None,
    )  # fmt: skip
    return Move(
        id="1-1", key="Vox", param=Param.GAIN, from_value=0.0, to_value=1.0, proposal=proposal,
        state=MoveState.CONFIRMED, at=1.0, is_heard=is_heard,
    )  # fmt: skip


@pytest.fixture
def agent() -> ScriptedAgent:
    return ScriptedAgent()


@pytest.fixture
def teacher(agent: ScriptedAgent) -> Teacher:
    """A teacher of a mix of one strip."""
    mix = MixState()
    mix.open_dump(1)
    mix.record_name(1, "Vox")
    mix.close_dump()
    teacher = Teacher(
        agent=agent, mix=mix, guard=Guard(LIMITS[Profile.STUDIO]), pace_s=6.0, learns=True
    )
    teacher.mode = Mode.ASSIST
    return teacher


def test_a_judgement_of_what_was_heard_teaches_with_its_weight(
    teacher: Teacher, agent: ScriptedAgent
) -> None:
    teacher.judge(make_move(is_heard=True), -0.5, weight=0.25, at=2.0)
    assert agent.lessons == [Lesson(param=Param.GAIN, reward=-0.5, weight=0.25)]
    assert [(x.move, x.reward, x.weight) for x in teacher.lessons] == [("1-1", -0.5, 0.25)]
    assert teacher.credit.is_judged("1-1")


def test_a_judgement_of_what_was_not_heard_weighs_half_and_leaves_room_for_another(
    teacher: Teacher, agent: ScriptedAgent
) -> None:
    move = make_move(is_heard=False)
    teacher.judge(move, 1.0, at=2.0)
    teacher.judge(move, 1.0, at=3.0)
    assert [lesson.weight for lesson in agent.lessons] == [UNHEARD_WEIGHT]
    assert not teacher.credit.is_judged("1-1")


@pytest.mark.parametrize("mode", Mode)
def test_only_gig_mode_learns_nothing(teacher: Teacher, agent: ScriptedAgent, mode: Mode) -> None:
    teacher.mode = mode
    teacher.judge(make_move(is_heard=True), 1.0, at=2.0)
    assert len(agent.lessons) == (mode is not Mode.GIG)
    assert teacher.credit.is_judged("1-1"), "a judgement is spent all the same"


def test_a_touch_of_a_strip_that_is_gone_teaches_nothing(
    teacher: Teacher, agent: ScriptedAgent
) -> None:
    for key in ("Bass", "Vox"):
        teacher.watch(
            Touch(key=key, param=Param.GAIN, start=0.0, value=1.0, told=1.0, at=1.0, move="")
        )
    assert agent.hands == [("Vox", Param.GAIN, 1.0)]


def test_what_the_task_is_offered_has_been_through_the_guard(
    teacher: Teacher, agent: ScriptedAgent
) -> None:
    observation = MixState().observe()
    steps, allowed = teacher.options(observation, 1.0)
    assert steps.shape == allowed.shape == (0, 6)
    assert allowed.dtype == np.bool_
