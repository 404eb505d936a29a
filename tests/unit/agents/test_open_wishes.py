"""Words for a track: what they teach the factored agent, and how it answers them."""

from dataclasses import replace

import numpy as np
import pytest
from support.mixes import make_mix

from bridge.agents.agent import Proposal
from bridge.agents.errors import DIMENSION
from bridge.agents.factored import FactoredAgent
from bridge.agents.person import Person
from bridge.learning.prior import load_prior
from bridge.mix.params import COLUMN, EQ_BANDS, MOVABLE, Param
from bridge.mix.roles import ROLE_INDEX, Role
from bridge.mix.state import Observation
from bridge.mix.wishes import WISHES, Wish

ALL = np.ones(len(MOVABLE), dtype=np.bool_)
GUITAR = 5


def wishing(wish: Wish, *, mix: Observation, row: int = GUITAR) -> FactoredAgent:
    agent = FactoredAgent(load_prior())
    learnt = agent.learn_from_wish(mix, row, wish, ALL, at=0.0)
    assert learnt is not None
    assert learnt.text == f"you want {mix.names[row]} {wish}"
    return agent


def propose(
    agent: FactoredAgent, mix: Observation, *, but: tuple[int, ...] = (), cautious: bool = False
) -> Proposal | None:
    steps = agent.steps(mix)
    allowed = np.ones(steps.shape, dtype=np.bool_)
    allowed[list(but)] = False
    return agent.propose(mix, steps, allowed, at=0.0, explore=not cautious, cautious=cautious)


def moved(mix: Observation, proposal: Proposal) -> Observation:
    values = mix.values.copy()
    values[proposal.row, COLUMN[proposal.param]] += proposal.step
    return replace(mix, values=values)


@pytest.mark.parametrize("wish", list(Wish))
def test_a_word_is_answered_by_a_move_of_each_of_its_controls(wish: Wish) -> None:
    mix = make_mix()
    agent = wishing(wish, mix=mix)
    for param, amount in WISHES[wish]:
        proposal = propose(agent, mix)
        assert proposal is not None
        assert (proposal.row, proposal.param, proposal.probability) == (GUITAR, param, 1.0)
        assert f"you want {mix.names[GUITAR]} {wish}" in proposal.reason
        before, mix = mix, moved(mix, proposal)
        if param is Param.PAN:
            wider = np.abs(mix.values) - np.abs(before.values)
            assert wider[GUITAR, COLUMN[param]] * amount > 0.0
        else:
            assert proposal.step * amount > 0.0
    after = propose(agent, mix)
    assert after is None or "you want" not in after.reason


@pytest.mark.parametrize("wish", list(Wish))
def test_a_word_teaches_what_is_wanted_of_that_track_and_of_its_role(wish: Wish) -> None:
    mix = make_mix()
    usual = FactoredAgent(load_prior())
    propose(usual, mix)
    taught = wishing(wish, mix=mix)
    tastes = [agent._person.taste for agent in (usual, taught)]
    member, role = (
        after - before
        for before, after in (
            [taste.of_members()[0][GUITAR] for taste in tastes],
            [taste.of_groups()[0][ROLE_INDEX[Role.GUITAR]] for taste in tastes],
        )
    )
    for param, amount in WISHES[wish]:
        columns = [DIMENSION[param], *([DIMENSION[param] + 5] if param in EQ_BANDS else [])]
        assert min(member[columns] * amount) >= 0.0
        assert max(member[columns] / amount) > 0.35
        assert max(role[columns] * amount) > 0.0


def test_what_is_believed_to_be_wanted_even_more_is_not_taken_back() -> None:
    mix = make_mix()
    agent = wishing(Wish.LOUDER, mix=mix)
    for _ in range(3):
        agent.learn_from_wish(mix, GUITAR, Wish.LOUDER, ALL, at=0.0)
    quiet = mix.values.copy()
    quiet[GUITAR, COLUMN[Param.GAIN]] -= 20.0
    before = agent.beliefs()["roles"]["guitar"]["level"]["you"]
    agent.learn_from_wish(replace(mix, values=quiet), GUITAR, Wish.LOUDER, ALL, at=0.0)
    assert agent.beliefs()["roles"]["guitar"]["level"]["you"] == before


def test_controls_that_do_not_teach_are_moved_and_teach_nothing() -> None:
    agent, mix = FactoredAgent(load_prior()), make_mix()
    propose(agent, mix)
    before = agent.beliefs()["roles"]
    agent.learn_from_wish(mix, GUITAR, Wish.LOUDER, np.zeros_like(ALL), at=0.0)
    assert agent.beliefs()["roles"] == before
    proposal = propose(agent, mix)
    assert proposal is not None
    assert "louder" in proposal.reason


def test_a_wish_waits_until_its_track_may_be_moved() -> None:
    mix = make_mix()
    agent = wishing(Wish.SOFTER, mix=mix)
    other = propose(agent, mix, but=(GUITAR,))
    assert other is None or other.row != GUITAR
    proposal = propose(agent, mix)
    assert proposal is not None
    assert proposal.reason == f"you want {mix.names[GUITAR]} softer"


def test_a_dislike_a_hand_another_word_an_endorsed_mix_and_another_song_end_a_wish() -> None:
    mix = make_mix()
    every = np.ones((len(mix.keys), 6), dtype=np.bool_)

    def is_open(agent: FactoredAgent, mix: Observation) -> bool:
        proposal = propose(agent, mix)
        return proposal is not None and "brighter" in proposal.reason

    disliked = wishing(Wish.BRIGHTER, mix=mix)
    first = propose(disliked, mix)
    assert first is not None
    disliked.learn(first, -1.0, weight=1.0, at=0.0, observation=mix, next_allowed=lambda: every)
    by_hand = wishing(Wish.BRIGHTER, mix=mix)
    for param, _ in WISHES[Wish.BRIGHTER]:
        by_hand.learn_from_hand(mix, GUITAR, param, 1.0, at=0.0)
    another = wishing(Wish.BRIGHTER, mix=mix)
    another.learn_from_wish(mix, GUITAR, Wish.LOUDER, ALL, at=0.0)
    endorsed = wishing(Wish.BRIGHTER, mix=mix)
    endorsed.learn_from_mix(mix, every, at=0.0)
    forgotten = wishing(Wish.BRIGHTER, mix=mix)
    forgotten.forget("song")
    assert is_open(wishing(Wish.BRIGHTER, mix=mix), mix)
    for agent in (disliked, by_hand, another, endorsed, forgotten):
        assert not is_open(agent, mix)
    song = replace(mix, keys=tuple(f"other {key}" for key in mix.keys))
    assert not is_open(wishing(Wish.BRIGHTER, mix=mix), song)
    assert propose(wishing(Wish.BRIGHTER, mix=mix), mix, cautious=True) is None


def test_narrower_does_not_go_past_the_centre() -> None:
    mix = make_mix()
    values = mix.values.copy()
    values[GUITAR, COLUMN[Param.PAN]] = 0.05
    mix = replace(mix, values=values)
    proposal = propose(wishing(Wish.NARROWER, mix=mix), mix)
    assert proposal is None or "narrower" not in proposal.reason


def test_a_wish_is_remembered_and_none_leaves_no_trace() -> None:
    mix = make_mix()
    agent = wishing(Wish.DARKER, mix=mix)
    state = agent.state()
    again = FactoredAgent(load_prior())
    again.load_state(state)
    assert again.state() == state
    proposal = propose(again, mix)
    assert proposal is not None
    assert "darker" in proposal.reason
    assert b"wishes" not in Person(load_prior(), seed=0).state()


def test_of_a_track_that_was_never_heard_nothing_is_learnt() -> None:
    mix = make_mix()
    silent = replace(mix, audible=np.zeros(len(mix.keys), dtype=np.bool_))
    agent = FactoredAgent(load_prior())
    assert agent.learn_from_wish(silent, GUITAR, Wish.LOUDER, ALL, at=0.0) is None
