"""The second picture of levels and widths: a strip is wanted about where it was found."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.mixes import make_mix, with_gain

from bridge.agents.as_found import DIMENSION_OF, SHARES, places_of, shares_of
from bridge.agents.errors import DIMENSION, find_errors
from bridge.agents.factored import FactoredAgent
from bridge.agents.features import FloatArray, measure
from bridge.learning.pictures import Pictures
from bridge.learning.prior import Prior, load_prior
from bridge.mix.params import COLUMN, Param
from bridge.mix.roles import ROLES, Role
from bridge.mix.state import Observation

LEVEL, WIDTH = DIMENSION[Param.GAIN], DIMENSION[Param.PAN]
GAIN, PAN = COLUMN[Param.GAIN], COLUMN[Param.PAN]
NAMELESS = (Role.LEAD, Role.KICK, Role.BASS, Role.OTHER, Role.OTHER)
TRACKS = 7


@pytest.fixture(scope="module")
def prior() -> Prior:
    return load_prior()


def places(mix: Observation, found: FloatArray) -> FloatArray:
    features = measure(mix)
    error, _ = find_errors(features, mix, np.zeros((len(mix.keys), 10)))
    return places_of(mix, features, error, found)


@settings(max_examples=40, deadline=None)
@given(
    moves=st.lists(st.floats(-12.0, 12.0), min_size=TRACKS, max_size=TRACKS),
    pans=st.lists(st.floats(-1.0, 1.0), min_size=TRACKS, max_size=TRACKS),
)
def test_where_a_strip_was_found_stays_whatever_is_moved(
    moves: list[float], pans: list[float]
) -> None:
    mix = make_mix()
    values = mix.values.copy()
    values[:, GAIN] += moves
    values[:, PAN] = pans
    now = places(replace(mix, values=values), mix.values)
    columns = [LEVEL, WIDTH]
    assert now[:, columns] == pytest.approx(places(mix, mix.values)[:, columns], abs=1e-6)


def test_as_found_is_where_it_is_until_something_moves() -> None:
    mix = make_mix()
    features = measure(mix)
    error, _ = find_errors(features, mix, np.zeros((len(mix.keys), 10)))
    assert places(mix, mix.values)[:, LEVEL] == pytest.approx(error[:, LEVEL])
    assert np.isnan(places(mix, mix.values)[:, 1:5]).all()


def test_a_closed_fader_says_nothing_of_where_it_is_wanted() -> None:
    mix = make_mix()
    found = mix.values.copy()
    found[1, GAIN] = -150.0
    assert np.isnan(places(mix, found)[1, LEVEL])
    assert np.isfinite(places(mix, found)[[0, 2, 3, 4, 5, 6], LEVEL]).all()


def test_a_value_that_the_daw_did_not_say_says_nothing() -> None:
    mix = make_mix()
    found = mix.values.copy()
    found[1] = np.nan
    assert np.isnan(places(mix, found)[1]).all()


def shares(off: FloatArray) -> FloatArray:
    return shares_of(off, {family: Pictures(SHARES) for family in DIMENSION_OF})


def test_a_mix_found_far_from_usual_speaks_for_its_own_levels() -> None:
    near, far = np.zeros((2, 12, 10))
    near[:, LEVEL], far[:, LEVEL] = 3.0, 9.0
    assert shares(near)[LEVEL] < SHARES[1] < shares(far)[LEVEL] < 1.0
    assert not shares(far)[1:5].any()
    assert shares(np.full((12, 10), np.nan))[LEVEL] == pytest.approx(SHARES[1])


def watch(agent: FactoredAgent, mix: Observation, *, cautious: bool = False) -> object:
    allowed = np.ones((len(mix.keys), 14), dtype=np.bool_)
    return agent.propose(mix, agent.steps(mix), allowed, at=0.0, explore=False, cautious=cautious)


def test_a_strip_without_a_role_is_believed_to_be_wanted_about_where_it_was(prior: Prior) -> None:
    far = with_gain(make_mix(NAMELESS), 3, -12.0)
    agent = FactoredAgent(prior)
    watch(agent, far)
    wanted = agent._person.taste.of_members()[0][:, LEVEL]
    assert wanted[3] < wanted[4] - 4.0
    assert wanted[0] == pytest.approx(prior.taste.mean[ROLES.index(Role.LEAD), LEVEL], abs=1.5)


def test_where_a_strip_was_found_is_no_answer_of_this_person(prior: Prior) -> None:
    agent = FactoredAgent(prior)
    far = with_gain(make_mix(NAMELESS), 3, -12.0)
    before = agent.beliefs()
    assert watch(agent, far, cautious=True) is None
    assert agent.beliefs() == before


def test_dislikes_of_what_the_role_asks_for_speak_for_the_mix_as_it_was(prior: Prior) -> None:
    mix = with_gain(with_gain(with_gain(make_mix(), 0, -7.0), 1, 6.0), 2, -6.0)
    agent = FactoredAgent(prior, epsilon=0.0)
    gain = np.zeros((len(mix.keys), 14), dtype=np.bool_)
    gain[:, :4] = True
    first = agent._person.finding["gain"].shares[1]
    for _ in range(6):
        proposal = agent.propose(mix, agent.steps(mix), gain, at=0.0, explore=True, cautious=False)
        if proposal is not None:
            agent.learn(
                proposal, -1.0, weight=1.0, at=0.0, observation=mix, next_allowed=lambda: gain
            )
    assert agent._person.finding["gain"].shares[1] > first + 0.1
    agent.forget("all")
    assert agent._person.finding["gain"].shares[1] == pytest.approx(first)


def test_a_state_of_before_this_was_learnt_is_read(prior: Prior) -> None:
    agent = FactoredAgent(prior)
    mix = make_mix()
    watch(agent, mix)
    body = json.loads(agent.state())
    for old in ("finding", "found"):
        del body[old]
    for old in ("places", "found_shares"):
        del body["taste"][old]
    again = FactoredAgent(prior)
    again.load_state(json.dumps(body).encode())
    watch(again, mix)
    assert np.isnan(again._person.found).all()
    assert np.isfinite(again._person.taste.of_members()[0]).all()
