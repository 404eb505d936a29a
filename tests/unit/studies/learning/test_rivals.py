from dataclasses import replace

import numpy as np
import pytest

from bridge.agents.agent import Agent, Proposal
from bridge.agents.errors import find_errors
from bridge.agents.factored import FactoredAgent
from bridge.agents.features import measure
from bridge.agents.tuning import Tuning
from bridge.learning.prior import Prior, load_prior
from bridge.mix.params import COLUMN, MOVABLE, SPECS, Param
from bridge.mix.roles import ROLE_INDEX, ROLES, Role
from bridge.mix.state import Observation
from bridge.sim.songs import SimulatedMix, make_song
from bridge.studies.learning.rivals import (
    UNTAUGHT,
    Chance,
    LinUcb,
    MindReader,
    Nothing,
    Rival,
    Rules,
    fit_weights,
    without_tables,
)

pytestmark = pytest.mark.slow

ENDS = ("minimum", "maximum")


@pytest.fixture(scope="module")
def prior() -> Prior:
    return load_prior()


@pytest.fixture
def mix() -> SimulatedMix:
    return SimulatedMix(make_song(np.random.default_rng(3), tracks=8), meter_noise_db=0.0)


def look(mix: SimulatedMix) -> Observation:
    return mix.observe(np.random.default_rng(0))


def ask(
    agent: Agent, observation: Observation, *, forbidden: Param | None = None
) -> Proposal | None:
    column = [COLUMN[param] for param in agent.step_params]
    least, most = (np.array([getattr(SPECS[p], end) for p in MOVABLE]) for end in ENDS)
    values = observation.values[:, column]
    steps = np.clip(values + agent.steps(observation), least[column], most[column]) - values
    allowed = np.abs(steps) > 1e-9
    allowed[:, [param is forbidden for param in agent.step_params]] = False
    return agent.propose(observation, steps, allowed, at=0.0, explore=True, cautious=False)


def tell(
    agent: Agent,
    proposal: Proposal,
    reward: float,
    observation: Observation,
    *,
    weight: float = 1.0,
) -> None:
    allowed = np.ones((len(observation.keys), 14), dtype=np.bool_)
    agent.learn(
        proposal,
        reward,
        weight=weight,
        at=0.0,
        observation=observation,
        next_allowed=lambda: allowed,
    )


def test_nothing_leaves_the_mix_alone(mix: SimulatedMix) -> None:
    assert ask(Nothing(), look(mix)) is None


def test_chance_makes_only_allowed_moves_and_any_of_them(mix: SimulatedMix) -> None:
    agent, observation = Chance(seed=1), look(mix)
    moves = [ask(agent, observation, forbidden=Param.PAN) for _ in range(300)]
    params = {move.param for move in moves if move}
    assert params == {*agent.step_params} - {Param.PAN}


def test_the_rules_mend_the_worst_error_first(mix: SimulatedMix) -> None:
    mix.values[2, COLUMN[Param.GAIN]] -= 25.0
    move = ask(Rules(), look(mix))
    assert move is not None
    assert (move.row, move.param, move.step) == (2, Param.GAIN, 3.0)


def test_the_rules_stop_when_no_step_mends_anything(mix: SimulatedMix) -> None:
    agent = Rules()
    for _ in range(400):
        move = ask(agent, look(mix))
        if move is None:
            break
        mix.move(move.row, move.param, move.step)
    observation = look(mix)
    error, _ = find_errors(measure(observation), observation, np.zeros((8, 6)))
    assert move is None
    assert np.abs(error[:, 0]).max() <= 0.5 + 1e-6


def test_heeding_rules_leave_a_control_alone_once_it_was_disliked(mix: SimulatedMix) -> None:
    mix.values[2, COLUMN[Param.GAIN]] -= 25.0
    agent, observation = Rules(is_heeding=True), look(mix)
    move = ask(agent, observation)
    assert move is not None
    tell(agent, move, -1.0, observation)
    later = ask(agent, observation)
    assert later is not None
    assert (later.row, later.param) != (2, Param.GAIN)


def test_a_new_song_is_a_new_start_for_heeding_rules(mix: SimulatedMix) -> None:
    mix.values[2, COLUMN[Param.GAIN]] -= 25.0
    agent, observation = Rules(is_heeding=True), look(mix)
    move = ask(agent, observation)
    assert move is not None
    tell(agent, move, -1.0, observation)
    elsewhere = replace(observation, keys=tuple(f"{key}'" for key in observation.keys))
    again = ask(agent, elsewhere)
    assert again is not None
    assert (again.row, again.param) == (2, Param.GAIN)


def test_a_mind_reader_makes_the_move_that_is_liked_best(mix: SimulatedMix) -> None:
    agent = MindReader(lambda mixes: -np.abs(mixes[:, 1, COLUMN[Param.PAN]] - 0.2))
    mix.values[1, COLUMN[Param.PAN]] = 0.0
    move = ask(agent, look(mix))
    assert move is not None
    assert (move.row, move.param, move.step) == (1, Param.PAN, 0.2)


def test_a_mind_reader_stops_where_nothing_is_liked_better(mix: SimulatedMix) -> None:
    assert ask(MindReader(lambda mixes: np.zeros(len(mixes))), look(mix)) is None


@pytest.mark.long
def test_the_linear_bandit_starts_by_wanting_what_the_prior_wants(
    prior: Prior, mix: SimulatedMix
) -> None:
    observation = look(mix)
    bandit = ask(LinUcb(fit_weights(prior), least_score=0.0), observation)
    assert bandit is not None
    agent = FactoredAgent(prior, tuning=Tuning(least_score=-np.inf), is_learning=False)
    steps = agent.steps(observation)
    only = np.zeros(steps.shape, dtype=np.bool_)
    only[bandit.row] = [param is bandit.param for param in agent.step_params]
    said = agent.propose(observation, steps, only, at=0.0, explore=False, cautious=False)
    assert said is not None
    assert said.score > 0.0


def test_what_the_linear_bandit_was_told_is_bad_rests_and_is_worth_less(
    mix: SimulatedMix,
) -> None:
    weights = np.zeros(7 * 6 + 6 * len(ROLES))
    weights[7 * 6 + 6 * ROLE_INDEX[Role.LEAD]] = 1.0  # leads are wanted louder
    bandit = LinUcb(weights, alpha=0.1, ridge=10.0, least_score=0.0)
    agent, observation = bandit, look(mix)
    only = np.zeros((8, 14), dtype=np.bool_)
    only[0, agent.step_params.index(Param.GAIN) + 3] = True

    def ask_again() -> Proposal | None:
        steps = agent.steps(observation)
        return agent.propose(observation, steps, only, at=0.0, explore=True, cautious=False)

    first = ask_again()
    assert first is not None
    assert (first.param, first.step) == (Param.GAIN, 3.0)
    assert first.score == pytest.approx(1.0, abs=0.2)  # with the bonus of doubt
    tell(agent, first, -1.0, observation, weight=0.2)
    assert [ask_again() for _ in range(15)] == [None] * 15
    again = ask_again()
    assert again is not None
    assert again.score < first.score - 0.2


def test_without_tables_every_move_is_worth_nothing_at_first(
    prior: Prior, mix: SimulatedMix
) -> None:
    move = ask(FactoredAgent(without_tables(prior), tuning=UNTAUGHT), look(mix))
    assert move is not None
    assert move.score == 0.0


@pytest.mark.parametrize("rival", [Nothing(), Chance(seed=0), Rules()])
def test_rivals_keep_nothing_and_have_no_opinion_of_hands(rival: Rival, mix: SimulatedMix) -> None:
    state = rival.state()
    rival.load_state(state)
    assert (state, rival.beliefs()) == (b"", {})
    assert rival.learn_from_hand(look(mix), 0, Param.GAIN, 0.0, at=0.0) is None
