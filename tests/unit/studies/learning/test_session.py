from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from bridge.agents.agent import Agent, Proposal
from bridge.mix.params import COLUMN, Param
from bridge.mix.spectrum import FloatArray
from bridge.mix.state import Observation
from bridge.sim.listeners import draw_listener, oracle
from bridge.sim.songs import SimulatedMix, make_song
from bridge.studies.learning.session import (
    CONDITIONS,
    Conditions,
    Episode,
    Session,
    Stage,
    play_frozen,
)


class Wiggle:
    """An agent that moves the first fader down and up, and writes down what it is told."""

    step_params = (Param.GAIN,)

    def __init__(self, *, step_db: float = -3.0, most: int = 10_000) -> None:
        self.step_db = step_db
        self.left = most
        self.taught: list[tuple[float, float]] = []
        self.answered: list[tuple[int, int]] = []
        """Which proposal each answer was for, and how many had been made by then."""
        self.seen: list[Observation] = []
        self.explored: list[bool] = []

    def steps(self, observation: Observation) -> FloatArray:
        return np.full((len(observation.keys), 1), self.step_db)

    def propose(
        self,
        observation: Observation,
        steps: FloatArray,
        allowed: NDArray[np.bool_],
        *,
        explore: bool,
        **_: object,
    ) -> Proposal | None:
        self.seen.append(observation)
        self.explored.append(explore)
        if self.left == 0 or not allowed[0, 0]:
            return None
        self.left -= 1
        step = float(steps[0, 0])
        return Proposal(
            row=0, param=Param.GAIN, step=step, probability=1.0, score=0.0, confidence=0.0,
            reason="", trace=len(self.seen),
        )  # fmt: skip

    def learn(self, proposal: Proposal, reward: float, *, weight: float, **_: object) -> None:
        self.taught.append((reward, weight))
        self.answered.append((proposal.trace, len(self.seen)))


@pytest.fixture(scope="module")
def stage() -> Stage:
    song = make_song(np.random.default_rng(1), tracks=8)
    return Stage(song, draw_listener(np.random.default_rng(1)), oracle_moves=40)


def session(
    agent: Wiggle,
    stage: Stage,
    conditions: Conditions = CONDITIONS["usual"],
    *,
    is_undone: bool = True,
    next_stage: Stage | None = None,
) -> Session:
    return Session(
        cast("Agent", agent),
        stage,
        conditions,
        seed=[3],
        is_undone=is_undone,
        next_stage=next_stage,
    )


def test_the_song_as_found_is_zero_and_the_oracles_mix_is_one(stage: Stage) -> None:
    best = oracle(stage.song, stage.listener, moves=40)
    assert stage.fraction(stage.utility(stage.song.start_values)) == pytest.approx(0.0)
    assert stage.fraction(stage.utility(best.values)) == pytest.approx(1.0)


def test_a_session_ends_when_the_thumbs_are_spent(stage: Stage) -> None:
    episode = session(Wiggle(step_db=-1.0), stage).listen(thumbs=5, moves=1000)
    assert len(episode.by_thumb) == 5


def test_a_session_ends_when_the_moves_are_spent_and_undos_are_moves(stage: Stage) -> None:
    always_wrong = replace(CONDITIONS["usual"], flips=0.0)
    agent = Wiggle()
    episode = session(agent, stage, always_wrong).listen(thumbs=1000, moves=30)
    assert 30 <= len(episode.by_move) <= 31
    undos = len(episode.by_move) - len(episode.changes)
    assert undos == sum(reward < 0.0 for reward, _ in agent.taught) > 0


def test_a_session_ends_when_the_agent_has_nothing_to_propose(stage: Stage) -> None:
    agent = Wiggle(most=3)
    episode = session(agent, stage, is_undone=False).listen(thumbs=1000, moves=1000)
    assert len(episode.changes) == 3
    assert len(agent.seen) == 43


def test_without_undo_what_was_disliked_stays(stage: Stage) -> None:
    episode = session(Wiggle(), stage, is_undone=False).listen(thumbs=8, moves=1000)
    assert len(episode.by_move) == len(episode.changes)


def test_what_was_taken_back_leaves_no_trace(stage: Stage) -> None:
    agent = Wiggle(step_db=-2.0)
    episode = session(agent, stage, Conditions(flips=0.0)).listen(thumbs=10, moves=1000)
    undone = sum(reward < 0.0 for reward, _ in agent.taught)
    assert undone > 2
    mix = stage.song.start_values.copy()
    mix[0, COLUMN[Param.GAIN]] -= 2.0 * (len(episode.changes) - undone)
    assert episode.ending == pytest.approx(stage.fraction(stage.utility(mix)))


def test_strengths_that_say_nothing_are_any_and_the_signs_stay(stage: Stage) -> None:
    agents = Wiggle(step_db=-0.5), Wiggle(step_db=-0.5)
    graded, anything = Conditions(flips=0.0), Conditions(flips=0.0, is_strength_random=True)
    for agent, conditions in zip(agents, (graded, anything), strict=True):
        session(agent, stage, conditions, is_undone=False).listen(thumbs=40, moves=200)
    strengths = [[abs(reward) for reward, _ in agent.taught] for agent in agents]
    assert all(0.25 <= strength <= 1.0 for strength in strengths[1])
    assert len(set(strengths[1])) == len(strengths[1]) == 40
    assert len(set(strengths[0])) < 40


def test_named_thumbs_have_full_weight_however_fast_the_pace(stage: Stage) -> None:
    agent = Wiggle(step_db=-0.5)
    session(agent, stage, Conditions(pace_s=0.5)).listen(thumbs=10, moves=200)
    assert {weight for _, weight in agent.taught} == {1.0}


def test_unnamed_thumbs_at_a_fast_pace_are_shared_between_moves(stage: Stage) -> None:
    agent = Wiggle(step_db=-0.5)
    session(agent, stage, CONDITIONS["fast"]).listen(thumbs=10, moves=200)
    weights = [weight for _, weight in agent.taught]
    assert min(weights) < 0.5
    assert all(0.0 < weight <= 1.0 for weight in weights)


def test_answers_come_seconds_after_their_move(stage: Stage) -> None:
    agent = Wiggle(step_db=-0.5)
    session(agent, stage, Conditions(pace_s=0.5)).listen(thumbs=15, moves=200)
    later = [made - which for which, made in agent.answered]
    assert min(later) >= 0
    assert 5 <= max(later) <= 10


def test_at_a_fast_pace_only_what_is_surely_disliked_is_taken_back(stage: Stage) -> None:
    agent = Wiggle(step_db=-0.5)
    episode = session(agent, stage, Conditions(pace_s=3.0, is_named=False)).listen(
        thumbs=60, moves=400
    )
    down = [weight for reward, weight in agent.taught if reward < 0.0]
    sure = sum(weight > 0.5 for weight in down)
    assert 0 < sure < len(down)
    assert len(episode.by_move) - len(episode.changes) == sure


def test_a_move_is_judged_once(stage: Stage) -> None:
    agent = Wiggle(step_db=-0.5)
    session(agent, stage, CONDITIONS["fast"]).listen(thumbs=20, moves=200)
    judged = [which for which, _ in agent.answered]
    assert len(judged) == len(set(judged)) > 20


def test_a_frozen_session_teaches_nothing_explores_nothing_and_takes_nothing_back(
    stage: Stage,
) -> None:
    agent = Wiggle(step_db=-0.5)
    episode = session(agent, stage).watch(moves=20)
    assert agent.taught == []
    assert not any(agent.explored)
    assert len(episode.by_move) == len(episode.changes) == 20
    assert episode.by_thumb == []


def test_the_agent_is_told_wrong_roles_only_where_that_is_the_condition(stage: Stage) -> None:
    told, misled = Wiggle(most=1), Wiggle(most=1)
    session(told, stage).watch(moves=1)
    session(misled, stage, replace(CONDITIONS["usual"], wrong_roles=1.0)).watch(moves=1)
    assert np.array_equal(told.seen[0].roles, stage.song.roles)
    assert (misled.seen[0].roles != stage.song.roles).all()


def test_the_same_seed_is_the_same_session_bit_for_bit(stage: Stage) -> None:
    def record() -> dict[str, Any]:
        record = session(Wiggle(), stage).listen(thumbs=10, moves=100).record()
        return {name: figure for name, figure in record.items() if name != "decision_us"}

    assert record() == record()


def test_a_listener_of_another_mind_judges_by_another_scale(stage: Stage) -> None:
    other = Stage(stage.song, draw_listener(np.random.default_rng(9)), oracle_moves=40)
    changed = session(Wiggle(step_db=-1.0), stage, next_stage=other, is_undone=False)
    same = session(Wiggle(step_db=-1.0), stage, is_undone=False)
    a, b = changed.listen(thumbs=8, moves=500), same.listen(thumbs=8, moves=500)
    assert a.by_thumb[:4] == b.by_thumb[:4]
    assert a.by_thumb[4:] != b.by_thumb[4:]


def test_the_worst_move_is_told_in_db_of_one_fader(stage: Stage) -> None:
    best = oracle(stage.song, stage.listener, moves=40).values
    off = best.copy()
    off[0, COLUMN[Param.GAIN]] -= 6.0
    lost = stage.utility(best) - stage.utility(off)
    assert 0.5 < lost / stage.least_db < 40.0
    episode = session(Wiggle(), stage, is_undone=False).watch(moves=4)
    assert episode.worst_db >= 0.0


def test_a_record_is_plain_numbers() -> None:
    episode = Episode(by_move=[0.12345], by_thumb=[], changes=[-1.2345], worst_db=1.234, ending=0.5)
    assert episode.record() == {
        "by_move": [0.123],
        "by_thumb": [],
        "changes": [-1.23],
        "worst_db": 1.23,
        "ending": 0.5,
        "decision_us": [],
    }


def test_playing_alone_ends_after_its_moves_and_changes_nothing_of_the_song(stage: Stage) -> None:
    before = stage.song.start_values.copy()
    values = play_frozen(cast("Agent", Wiggle(step_db=-0.5)), SimulatedMix(stage.song), moves=7)
    assert values[0, 0] == pytest.approx(before[0, 0] - 3.5)
    assert np.array_equal(stage.song.start_values, before)
