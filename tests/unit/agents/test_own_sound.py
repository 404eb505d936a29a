"""Tone against a track's own sound, and that an EQ that does harm is left alone."""

from dataclasses import replace

import numpy as np
import pytest
from support.mixes import make_mix, with_eq

from bridge.agents.cells import OWN, STEP_PARAMS
from bridge.agents.factored import FactoredAgent
from bridge.agents.own_sound import own_errors, with_own_sounds
from bridge.agents.person import Person
from bridge.learning.prior import load_prior
from bridge.mix.params import EQ_BANDS
from bridge.mix.state import Observation

IS_EQ = np.array([param in EQ_BANDS for param in STEP_PARAMS])


def dull_mix() -> Observation:
    """Tracks that are far off their roles' tone, as sources are, with nothing turned."""
    mix = make_mix()
    colour = np.zeros_like(mix.source_db)
    colour[:, 6:] = -6.0
    return replace(mix, source_db=mix.source_db + colour)


def eq_moves(agent: FactoredAgent, mix: Observation, *, answer: float, count: int) -> list[float]:
    """The scores of so many EQ moves that are answered alike, each taken back."""
    scores = []
    allowed = np.tile(IS_EQ, (len(mix.keys), 1))
    for _ in range(count):
        steps = agent.steps(mix)
        proposal = agent.propose(mix, steps, allowed, at=0.0, explore=True, cautious=False)
        if proposal is None:
            scores.append(0.0)
            continue
        scores.append(proposal.score)
        agent.learn(
            proposal, answer, weight=1.0, at=0.0, observation=mix, next_allowed=lambda: allowed
        )
    return scores


def test_with_its_eq_flat_a_track_is_where_its_own_sound_is() -> None:
    assert np.abs(own_errors(dull_mix())).max() == 0.0


def test_a_turned_band_is_off_by_what_it_was_turned() -> None:
    error = own_errors(with_eq(make_mix(), 4, 1, 4.0))
    assert error[4, 1] > 2.0
    assert np.abs(error[[0, 1, 2, 3, 5, 6]]).max() == 0.0


def test_the_own_sounds_table_finds_too_much_as_bad_as_too_little() -> None:
    table = with_own_sounds(load_prior()).tables[OWN]
    assert table == pytest.approx(table[..., ::-1, ::-1])


def test_dislikes_of_eq_moves_end_them_and_speak_for_the_own_sound() -> None:
    agent, mix = FactoredAgent(load_prior()), dull_mix()
    scores = eq_moves(agent, mix, answer=-1.0, count=25)
    assert scores[0] > 0.3
    assert scores[-1] < 0.3 * scores[0]
    role, own, _ = agent._person.pictures["eq"].shares
    assert own > role


def test_likes_of_eq_moves_towards_the_role_speak_for_the_role() -> None:
    agent, mix = FactoredAgent(load_prior()), dull_mix()
    eq_moves(agent, mix, answer=1.0, count=12)
    role, own, _ = agent._person.pictures["eq"].shares
    assert role > 0.8 > own


def test_what_an_eq_move_does_to_levels_is_no_reason_for_it() -> None:
    # Every fader 9 dB too low: more of any band would bring the level nearer.
    agent = FactoredAgent(load_prior())
    mix = make_mix()
    values = mix.values.copy()
    values[0, 0] -= 9.0
    quiet = replace(mix, values=values)
    allowed = np.tile(IS_EQ, (len(mix.keys), 1))
    allowed[1:] = False

    def best(at: Observation) -> float:
        found = agent.propose(at, agent.steps(at), allowed, at=0.0, explore=False, cautious=False)
        return 0.0 if found is None else found.score

    assert best(quiet) <= best(mix) + 0.6


def test_pictures_are_kept_and_an_older_memory_without_them_is_read() -> None:
    person = Person(load_prior(), seed=0)
    person.pictures["eq"].judge(np.array([0.9, 0.1, 0.4]), weight=1.0)
    again = Person.from_state(person.state(), load_prior())
    assert again.pictures["eq"].shares == pytest.approx(person.pictures["eq"].shares)
    assert again.state() == person.state()
    older = person.state().replace(b'"pictures"', b'"unknown"')
    assert Person.from_state(older, load_prior()).pictures["eq"].evidence.tolist() == [0, 0, 0]
    person.forget("all")
    assert person.pictures["eq"].evidence.tolist() == [0.0, 0.0, 0.0]


def test_no_question_is_asked_of_an_eq_until_it_is_known_which_picture_holds() -> None:
    person = Person(load_prior(), seed=0)
    assert person.resolved()[IS_EQ].max() == 0.0
    assert person.resolved()[~IS_EQ].min() == 1.0
    for _ in range(12):
        person.pictures["eq"].judge(np.array([0.9, 0.1, 0.4]), weight=1.0)
    assert person.resolved()[IS_EQ].min() > 0.5
