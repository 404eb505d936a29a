"""What a finished mix teaches the factored agent, and how it is forgotten."""

from dataclasses import replace

import numpy as np
from support.mixes import make_mix, with_eq, with_gain

from bridge.agents.factored import FactoredAgent
from bridge.learning.prior import load_prior
from bridge.mix.params import COLUMN, Param
from bridge.mix.roles import ROLE_INDEX, Role
from bridge.mix.state import Observation

LEAD = 0


def level(agent: FactoredAgent, role: str = "lead") -> float:
    return float(agent.beliefs()["roles"][role]["level"]["you"])


def named(mix: Observation, name: str) -> Observation:
    """The same mix as another song."""
    return replace(mix, keys=tuple(f"{name} {key}" for key in mix.keys))


def test_a_loud_lead_of_a_finished_mix_is_learnt_and_said() -> None:
    agent, mix = FactoredAgent(load_prior()), with_gain(make_mix(), LEAD, 6.0)
    before = level(agent)
    words = agent.learn_song("Old", mix, knows_eq=False)
    assert level(agent) > before + 0.2
    assert any("lead" in text and "louder" in text for text in words)
    assert agent.songs == ("Old",)
    assert agent.beliefs()["mixes"] == ["Old"]
    assert agent.beliefs()["roles"]["lead"]["level"]["answers"] == 1


def test_several_mixes_that_agree_say_more_than_one() -> None:
    agent, levels = FactoredAgent(load_prior()), []
    for number in range(4):
        agent.learn_song(
            str(number), named(with_gain(make_mix(), LEAD, 6.0), str(number)), knows_eq=False
        )
        levels.append(level(agent))
    assert levels == sorted(levels)
    assert agent.beliefs()["carries"] > 0.33


def test_what_was_learnt_is_heard_in_the_next_song() -> None:
    taught, usual = FactoredAgent(load_prior()), FactoredAgent(load_prior())
    for number in range(4):
        mix = named(with_gain(make_mix(seed=number), LEAD, 6.0), str(number))
        taught.learn_song(str(number), mix, knows_eq=False)
    song = named(make_mix(seed=9), "new")
    steps = taught.steps(song)
    allowed = np.zeros(steps.shape, dtype=np.bool_)
    allowed[LEAD, :4] = True
    proposal = taught.propose(song, steps, allowed, at=0.0, explore=False, cautious=False)
    assert proposal is not None
    assert proposal.step > 0.0
    assert "for your taste" in proposal.reason
    assert usual.propose(song, steps, allowed, at=0.0, explore=False, cautious=False) is None


def test_a_mix_is_forgotten_by_name_as_if_it_had_not_been() -> None:
    agent = FactoredAgent(load_prior())
    agent.learn_song("A", make_mix(), knows_eq=False)
    before = agent.state()
    agent.learn_song("B", named(with_gain(make_mix(), LEAD, 6.0), "b"), knows_eq=False)
    assert agent.forget("B")
    assert agent.state() == before
    assert not agent.forget("B")
    assert agent.forget("all")
    assert agent.songs == ()


def test_what_was_learnt_is_kept_bit_for_bit() -> None:
    agent, again = FactoredAgent(load_prior()), FactoredAgent(load_prior())
    agent.learn_song("A", with_gain(make_mix(), LEAD, 6.0), knows_eq=True)
    again.load_state(agent.state())
    assert again.state() == agent.state()
    assert again.beliefs() == agent.beliefs()


def test_the_song_that_is_being_mixed_is_none_of_it() -> None:
    agent, mix = FactoredAgent(load_prior()), make_mix()
    agent.learn_from_hand(with_gain(mix, 1, 3.0), 1, Param.GAIN, 0.0, at=0.0)
    members = agent._person.taste.members
    agent.learn_song("A", named(mix, "a"), knows_eq=False)
    assert agent._person.taste.members == members
    assert agent.forget("song")
    assert agent.songs == ("A",)


def test_the_eq_of_exported_stems_is_part_of_their_sound() -> None:
    mix = with_eq(make_mix(), LEAD, 3, 4.0)
    lead = ROLE_INDEX[Role.LEAD]
    own = []
    for knows_eq in (False, True):
        agent = FactoredAgent(load_prior())
        agent.learn_song("A", mix, knows_eq=knows_eq)
        own.append(float(agent._person.taste.of_groups()[0][lead, 9]))
    assert own[0] == 0.0
    assert own[1] > 0.05


def test_a_wide_stereo_track_says_nothing_of_the_pan_and_other_nothing_at_all() -> None:
    mix = make_mix((Role.LEAD, Role.KICK, Role.KEYS, Role.OTHER))
    values = mix.values.copy()
    values[2, COLUMN[Param.PAN]] = np.nan
    agent = FactoredAgent(load_prior())
    agent.learn_song("A", replace(mix, values=values), knows_eq=False)
    answers = agent.beliefs()["roles"]
    assert answers["keys"]["width"]["answers"] == 0
    assert answers["keys"]["level"]["answers"] == answers["lead"]["width"]["answers"] == 1
    assert answers["other"]["level"]["answers"] == 0
