"""Whole mixes to choose from: what they may be, and what a pick among them teaches."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from support.mixes import BAND, make_mix

from bridge.agents.agent import Proposal
from bridge.agents.factored import FactoredAgent
from bridge.agents.features import measure
from bridge.learning.prior import load_prior
from bridge.mix.params import COLUMN, EQ_BANDS, Param
from bridge.mix.state import Observation

Mixes = tuple[tuple[Proposal, ...], ...]
GUITAR = 5


def agent_of(seed: int = 0, *, is_learning: bool = True) -> FactoredAgent:
    return FactoredAgent(load_prior(), seed=seed, is_learning=is_learning)


def offer(
    agent: FactoredAgent, mix: Observation, *, barred: int | None = None, most: int = 8
) -> Mixes:
    def options(seen: Observation) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        steps = agent.steps(seen)
        allowed = np.ones(steps.shape, dtype=np.bool_)
        if barred is not None:
            allowed[barred] = False
        return steps, allowed

    return agent.offer_mixes(mix, options, count=3, most=most)


def after(mix: Observation, moves: tuple[Proposal, ...]) -> Observation:
    values = mix.values.copy()
    for move in moves:
        values[move.row, COLUMN[move.param]] += move.step
    return replace(mix, values=values)


def believed(agent: FactoredAgent, mix: Observation) -> float:
    """How loud the guitar is wanted, dB against the average listener."""
    person = agent._person
    person.taste.attend(mix.keys, mix.roles)
    return float(person.taste.of_members()[0][GUITAR, 0])


@pytest.mark.parametrize("seed", range(3))
def test_mixes_differ_move_each_control_once_and_are_no_louder(seed: int) -> None:
    mix = make_mix(BAND, seed=seed)
    mixes = offer(agent_of(seed), mix)
    assert 2 <= len(mixes) <= 3
    before = measure(mix).loudness
    for moves in mixes:
        assert 1 <= len(moves) <= 8
        assert len({(move.row, move.param) for move in moves}) == len(moves)
        assert measure(after(mix, moves)).loudness <= before + 1e-9
    assert len({tuple((m.row, m.param, m.step) for m in moves) for moves in mixes}) == len(mixes)


def test_what_may_not_be_moved_is_in_no_mix() -> None:
    mixes = offer(agent_of(), make_mix(), barred=GUITAR)
    assert mixes
    assert all(move.row != GUITAR for moves in mixes for move in moves)


def test_a_mix_has_no_more_moves_than_asked_for() -> None:
    assert all(len(moves) <= 2 for moves in offer(agent_of(), make_mix(), most=2))


@pytest.mark.slow
def test_the_order_is_left_to_chance_and_a_seed_repeats_it() -> None:
    mix = make_mix()

    def sizes(seed: int) -> list[list[tuple[int, str, float]]]:
        return [[(m.row, m.param, m.step) for m in moves] for moves in offer(agent_of(seed), mix)]

    assert sizes(3) == sizes(3)
    firsts = {str(sizes(seed)[0]) for seed in range(4)}
    assert len(firsts) > 1


def test_asking_for_mixes_teaches_nothing_but_the_next_draw() -> None:
    mix, agent, other = make_mix(), agent_of(), agent_of()
    offer(agent, mix)
    steps = other.steps(mix)
    other.propose(mix, steps, steps != 0.0, at=0.0, explore=False, cautious=False)
    assert agent.beliefs() == other.beliefs()


@pytest.mark.slow
def test_picks_lead_to_what_is_picked() -> None:
    """A person who wants the guitar far louder picks the mix in which it is loudest."""
    mix, agent = make_mix(), agent_of()
    mixes = offer(agent, mix)
    first = believed(agent, mix)
    for _ in range(6):
        mixes = offer(agent, mix)
        levels = [0.0, *(after(mix, m).values[GUITAR, COLUMN[Param.GAIN]] for m in mixes)]
        levels[0] = mix.values[GUITAR, COLUMN[Param.GAIN]]
        agent.learn_from_pick(mixes, int(np.argmax(levels)))
    assert believed(agent, mix) > first + 0.5


def test_a_pick_teaches_nothing_where_learning_is_off() -> None:
    mix, agent = make_mix(), agent_of(is_learning=False)
    mixes = offer(agent, mix)
    before = believed(agent, mix)
    agent.learn_from_pick(mixes, 1)
    assert believed(agent, mix) == before


@pytest.mark.slow
def test_picks_by_a_coin_are_trusted_less_and_less() -> None:
    mix, agent, rng = make_mix(), agent_of(), np.random.default_rng(1)
    first = agent.beliefs()["consistency"]
    for _ in range(12):
        mixes = offer(agent, mix)
        agent.learn_from_pick(mixes, int(rng.integers(len(mixes) + 1)))
    assert agent.beliefs()["consistency"] < first


def test_what_was_taught_by_picks_is_kept_to_the_bit() -> None:
    mix, agent, again = make_mix(), agent_of(), agent_of()
    agent.learn_from_pick(offer(agent, mix), 1)
    again.load_state(agent.state())
    assert again.state() == agent.state()
    assert [len(moves) for moves in offer(again, mix)] == [len(m) for m in offer(agent, mix)]


@pytest.mark.slow
def test_an_eq_move_of_a_mix_teaches_both_pictures_of_tone() -> None:
    mix, agent = make_mix(), agent_of(4)
    for _ in range(6):
        mixes = offer(agent, mix)
        if any(move.param in EQ_BANDS for moves in mixes for move in moves):
            break
    eq = next(move for moves in mixes for move in moves if move.param in EQ_BANDS)
    person = agent._person
    before = person.taste.precision.copy()
    agent.learn_from_pick(((eq,),), 1)
    assert np.count_nonzero((person.taste.precision != before)[eq.row]) >= 2
