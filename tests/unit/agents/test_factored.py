"""The factored agent: what it proposes, what it learns, what it never does."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.mixes import make_mix, with_gain

from bridge.agents.agent import Proposal
from bridge.agents.cells import STEP_PARAMS, WIDTH_EDGES
from bridge.agents.errors import DIMENSION
from bridge.agents.factored import FactoredAgent
from bridge.agents.person import Person
from bridge.agents.view import observe
from bridge.errors import PriorError
from bridge.learning.prior import Prior, load_prior
from bridge.mix.params import COLUMN, Param
from bridge.mix.roles import ROLE_INDEX, ROLES, Role
from bridge.mix.state import Observation


@pytest.fixture(scope="module")
def prior() -> Prior:
    return load_prior()


def everything(mix: Observation) -> np.ndarray:
    return np.ones((len(mix.keys), 14), dtype=np.bool_)


def only(mix: Observation, param: Param, row: int | None = None) -> np.ndarray:
    allowed = everything(mix) & np.array([p is param for p in STEP_PARAMS])
    if row is not None:
        allowed[np.arange(len(mix.keys)) != row] = False
    return allowed


def propose(
    agent: FactoredAgent,
    mix: Observation,
    allowed: np.ndarray | None = None,
    *,
    explore: bool = False,
    cautious: bool = False,
) -> Proposal | None:
    mask = everything(mix) if allowed is None else allowed
    return agent.propose(mix, agent.steps(mix), mask, at=0.0, explore=explore, cautious=cautious)


def judge(
    agent: FactoredAgent,
    mix: Observation,
    proposal: Proposal,
    reward: float,
    *,
    weight: float = 1.0,
) -> None:
    agent.learn(
        proposal,
        reward,
        weight=weight,
        at=0.0,
        observation=mix,
        next_allowed=lambda: everything(mix),
    )


def level_belief(agent: FactoredAgent, role: str) -> float:
    return float(agent.beliefs()["roles"][role]["level"]["you"])


def test_a_buried_lead_is_raised_and_the_reason_says_so(prior: Prior) -> None:
    proposal = propose(FactoredAgent(prior), with_gain(make_mix(), 0, -9.0))
    assert proposal is not None
    assert (proposal.row, proposal.param) == (0, Param.GAIN)
    assert proposal.step > 0.0
    assert proposal.score > 0.0
    assert proposal.reason.startswith("Lead 0 is about ")
    assert "dB too quiet for most listeners (no answers from you on this yet)" in proposal.reason


def test_a_lead_that_drowns_the_band_is_lowered(prior: Prior) -> None:
    mix = with_gain(make_mix(), 0, 9.0)
    proposal = propose(FactoredAgent(prior), mix, only(mix, Param.GAIN, 0))
    assert proposal is not None
    assert proposal.step < 0.0


def test_thumbs_down_to_a_louder_lead_teach_that_it_is_wanted_softer(prior: Prior) -> None:
    agent, mix = FactoredAgent(prior), with_gain(make_mix(), 0, -6.0)
    at_first = level_belief(agent, "lead")
    proposal = propose(agent, mix, only(mix, Param.GAIN, 0))
    assert proposal is not None
    judge(agent, mix, proposal, -1.0)
    once = level_belief(agent, "lead")
    judge(agent, mix, proposal, -1.0)
    assert level_belief(agent, "lead") < once < at_first


def test_a_thumb_up_and_a_thumb_down_teach_opposite_things(prior: Prior) -> None:
    mix, beliefs = with_gain(make_mix(), 4, -5.0), {}
    for reward in (1.0, -1.0):
        agent = FactoredAgent(prior)
        proposal = propose(agent, mix, only(mix, Param.GAIN, 4))
        assert proposal is not None
        judge(agent, mix, proposal, reward)
        beliefs[reward] = level_belief(agent, "guitar")
    assert beliefs[1.0] > level_belief(FactoredAgent(prior), "guitar") > beliefs[-1.0]


def test_a_judgement_that_counts_half_teaches_less(prior: Prior) -> None:
    mix, beliefs = with_gain(make_mix(), 0, -6.0), {}
    for weight in (1.0, 0.5):
        agent = FactoredAgent(prior)
        proposal = propose(agent, mix, only(mix, Param.GAIN, 0))
        assert proposal is not None
        judge(agent, mix, proposal, -1.0, weight=weight)
        beliefs[weight] = level_belief(agent, "lead")
    assert beliefs[1.0] < beliefs[0.5] < level_belief(FactoredAgent(prior), "lead")


def test_a_disliked_move_is_not_tried_again_soon(prior: Prior) -> None:
    agent, mix = FactoredAgent(prior, step_size=0.0), with_gain(make_mix(), 0, -12.0)
    first = propose(agent, mix)
    assert first is not None
    judge(agent, mix, first, -1.0)
    for _ in range(15):
        again = propose(agent, mix)
        if again is not None:
            assert (again.row, again.param, again.step) != (first.row, first.param, first.step)


def test_what_a_coin_disliked_does_not_rest(prior: Prior) -> None:
    sure, coin = Person(prior, seed=0), Person(prior, seed=0)
    for turn in range(40):
        sure.consistency.judge(0.9, weight=1.0)
        coin.consistency.judge(0.9 if turn % 2 else 0.1, weight=1.0)
    for person in (sure, coin):
        person.dislike("lead", 3)
        person.decisions += 1
    assert sure.disliked() == [("lead", 3)]
    assert coin.disliked() == []


def test_a_hand_teaches_where_its_owner_wants_the_track(prior: Prior) -> None:
    agent, mix = FactoredAgent(prior), with_gain(make_mix(), 0, 6.0)
    learnt = agent.learn_from_hand(mix, 0, Param.GAIN, float(mix.values[0, 0]), at=0.0)
    assert learnt is not None
    assert "lead" in learnt.text
    assert level_belief(agent, "lead") > level_belief(FactoredAgent(prior), "lead") + 1.0


def test_a_hand_on_a_switch_or_an_unheard_track_teaches_nothing(prior: Prior) -> None:
    agent, mix = FactoredAgent(prior), make_mix()
    before = agent.state()
    assert agent.learn_from_hand(mix, 0, Param.MUTE, 1.0, at=0.0) is None
    assert agent.learn_from_hand(silent(mix), 0, Param.GAIN, -3.0, at=0.0) is None
    assert json.loads(agent.state())["taste"]["precision"] == []
    assert json.loads(before)["taste"]["precision"] == []


def silent(mix: Observation) -> Observation:
    return replace(
        mix,
        source_db=np.full_like(mix.source_db, np.nan),
        level_db=np.full_like(mix.level_db, np.nan),
        audible=np.zeros_like(mix.audible),
        reads=np.zeros_like(mix.reads),
    )


def test_nothing_known_is_no_move(prior: Prior) -> None:
    assert propose(FactoredAgent(prior), silent(make_mix()), explore=True) is None


def test_no_tracks_is_no_move(prior: Prior) -> None:
    assert propose(FactoredAgent(prior), make_mix(()), explore=True) is None


def test_without_spectra_no_eq_is_moved(prior: Prior) -> None:
    mix = with_gain(make_mix(), 0, -9.0)
    deaf = replace(mix, source_db=np.full_like(mix.source_db, np.nan))
    agent = FactoredAgent(prior)
    assert propose(agent, deaf) is not None
    assert all(propose(agent, deaf, only(deaf, param)) is None for param in STEP_PARAMS[4:12])


def test_a_daw_without_eq_gets_no_eq_moves(prior: Prior) -> None:
    mix = make_mix()
    mix.values[:, 2:] = np.nan
    assert all(propose(FactoredAgent(prior), mix, only(mix, p)) is None for p in STEP_PARAMS[4:12])


def test_in_a_gig_nothing_is_moved_that_this_person_has_not_answered(prior: Prior) -> None:
    mix = with_gain(make_mix(), 0, -9.0)
    agent = FactoredAgent(prior)
    assert propose(agent, mix, cautious=True) is None
    hint = with_gain(mix, 0, 9.0)
    for _ in range(3):
        agent.learn_from_hand(hint, 0, Param.GAIN, float(hint.values[0, 0]), at=0.0)
    proposal = propose(agent, mix, cautious=True)
    assert proposal is not None
    assert (proposal.row, proposal.param) == (0, Param.GAIN)
    assert proposal.confidence >= 0.25


def test_without_learning_nothing_is_learnt(prior: Prior) -> None:
    agent, mix = FactoredAgent(prior, is_learning=False), with_gain(make_mix(), 0, -9.0)
    proposal = propose(agent, mix)
    assert proposal is not None
    before = learnt(agent)
    judge(agent, mix, proposal, -1.0)
    assert agent.learn_from_hand(mix, 0, Param.GAIN, 0.0, at=0.0) is None
    assert learnt(agent) == before


def learnt(agent: FactoredAgent) -> dict[str, object]:
    """The state but for what was asked and not answered, which is no lesson."""
    return {name: part for name, part in json.loads(agent.state()).items() if name != "restraint"}


@pytest.mark.slow
@given(
    st.integers(0, 2**32),
    st.lists(st.booleans(), min_size=7 * 14, max_size=7 * 14),
    st.booleans(),
    st.booleans(),
)
@settings(max_examples=60)
def test_a_masked_move_is_never_made(
    seed: int, mask: list[bool], explore: bool, cautious: bool
) -> None:
    rng = np.random.default_rng(seed)
    mix = make_mix(tuple(ROLES[i] for i in rng.integers(0, len(ROLES), 7)))
    mix.values[:] = rng.uniform([-60, -1, -12, -12, -12, -12], [6, 1, 12, 12, 12, 12], (7, 6))
    mix.values[rng.random((7, 6)) < 0.1] = np.nan
    mix.source_db[rng.random(7) < 0.2] = np.nan
    mix.level_db[rng.random(7) < 0.2] = np.nan
    mix.audible[rng.random(7) < 0.2] = False
    agent = FactoredAgent(load_prior(), epsilon=0.5, seed=seed)
    allowed = np.array(mask).reshape(7, 14)
    steps = agent.steps(mix) * rng.choice([0.0, 0.3, 1.0], (7, 14))
    for _ in range(3):
        proposal = agent.propose(mix, steps, allowed, at=0.0, explore=explore, cautious=cautious)
        if proposal is None:
            continue
        columns = [c for c, param in enumerate(STEP_PARAMS) if param is proposal.param]
        assert any(
            allowed[proposal.row, c] and steps[proposal.row, c] == proposal.step != 0.0
            for c in columns
        )
        assert mix.audible[proposal.row]
        assert np.isfinite(mix.values[proposal.row, COLUMN[proposal.param]])
        assert 0.0 < proposal.probability <= 1.0
        assert 0.0 <= proposal.confidence <= 1.0
        judge(agent, mix, proposal, float(rng.choice([-1.0, 0.4, 1.0])))


def play(agent: FactoredAgent, *, moves: int, seed: int) -> list[object]:
    """A session with noise for meters and thumbs; returns all that was said."""
    rng = np.random.default_rng(seed)
    said: list[object] = []
    mix = with_gain(make_mix(), 0, -8.0)
    for _ in range(moves):
        noisy = replace(mix, source_db=mix.source_db + rng.normal(0.0, 1.0, mix.source_db.shape))
        proposal = propose(agent, noisy, explore=True)
        said.append(proposal and replace(proposal, trace=None))
        if proposal is None:
            continue
        values = mix.values.copy()
        values[proposal.row, COLUMN[proposal.param]] += proposal.step
        mix = replace(mix, values=values)
        if rng.random() < 0.5:
            judge(agent, mix, proposal, float(rng.choice([-1.0, 1.0])))
        if rng.random() < 0.1:
            agent.learn_from_hand(mix, 2, Param.GAIN, float(mix.values[2, 0]), at=0.0)
    return said


@pytest.mark.parametrize("discount", [0.0, 0.9])
def test_a_session_goes_on_from_its_state_bit_for_bit(prior: Prior, discount: float) -> None:
    agent = FactoredAgent(prior, epsilon=0.3, discount=discount, seed=4)
    play(agent, moves=25, seed=1)
    again = FactoredAgent(prior, epsilon=0.3, discount=discount, seed=99)
    again.load_state(agent.state())
    assert again.state() == agent.state()
    assert play(again, moves=25, seed=2) == play(agent, moves=25, seed=2)
    assert again.state() == agent.state()


def test_the_state_is_small_canonical_json(prior: Prior) -> None:
    agent = FactoredAgent(prior)
    play(agent, moves=60, seed=3)
    state = agent.state()
    plain = json.dumps(json.loads(state), sort_keys=True, separators=(",", ":")).encode()
    assert plain == state
    assert len(state) < 20_000


def test_upon_another_prior_the_taste_is_kept_and_the_tables_start_anew(prior: Prior) -> None:
    agent = FactoredAgent(prior)
    play(agent, moves=40, seed=3)
    other = FactoredAgent(replace(prior, checksum="another"))
    other.load_state(agent.state())
    assert other.beliefs()["roles"] == agent.beliefs()["roles"]
    assert "another prior" in other.beliefs()["note"]
    assert set(map(tuple, json.loads(other.state())["tables"].values())) == {()}


@pytest.mark.parametrize("state", [b"", b"{}", b"[]", b'{"agent":"flat","schema":1}'])
def test_a_state_that_cannot_be_read_is_one_sentence_and_changes_nothing(
    prior: Prior, state: bytes
) -> None:
    agent = FactoredAgent(prior)
    play(agent, moves=5, seed=3)
    before = agent.state()
    with pytest.raises(PriorError, match="what was learnt"):
        agent.load_state(state)
    assert agent.state() == before


def test_beliefs_are_json_and_name_every_role(prior: Prior) -> None:
    beliefs = json.loads(json.dumps(FactoredAgent(prior).beliefs()))
    assert set(beliefs["roles"]) == set(Role)
    assert beliefs["roles"]["lead"]["level"]["answers"] == 0
    assert ROLE_INDEX[Role.KICK] == 0


def test_without_a_spectrum_no_eq_is_moved(prior: Prior) -> None:
    mix = make_mix((Role.KICK, Role.BASS, Role.LEAD))
    deaf = replace(mix, source_db=np.full_like(mix.source_db, np.nan), level_sd_db=np.full(3, 3.0))
    for track in range(3):
        boosted = replace(deaf, values=deaf.values + 9.0 * (np.arange(6) == 2 + track))
        proposal = propose(FactoredAgent(prior, epsilon=1.0), boosted)
        assert proposal is None or proposal.param in (Param.GAIN, Param.PAN)


def test_a_level_that_is_guessed_moves_a_fader_later_than_one_that_was_read(prior: Prior) -> None:
    mix = with_gain(make_mix((Role.KICK, Role.BASS, Role.LEAD, Role.KEYS)), 2, -6.0)
    guessed = replace(mix, level_sd_db=np.full(4, 3.0))
    read, unsure = (
        propose(FactoredAgent(prior, epsilon=0.0), seen, only(seen, Param.GAIN, 2))
        for seen in (mix, guessed)
    )
    assert read is not None
    assert unsure is None or unsure.score < read.score


@pytest.mark.parametrize("pan", [0.0, 0.05, 0.1, 0.3])
def test_no_track_is_believed_to_be_wanted_far_beyond_the_centre(prior: Prior, pan: float) -> None:
    mix, person = make_mix(), Person(prior, seed=0)
    mix.values[:, COLUMN[Param.PAN]] = pan
    observe(mix, person)
    for row in range(len(mix.keys)):
        person.taste.correct(row, DIMENSION[Param.PAN], value=-0.8, sd=0.05)
    _, weights = observe(mix, person).spreads["pan"]
    # A little further, since the track may be on the wrong side.
    beyond = np.searchsorted(WIDTH_EDGES, pan + 0.05)
    assert weights[:, beyond + 1 :] == pytest.approx(0.0)
    assert weights[:, beyond] == pytest.approx(1.0, abs=0.05)


def test_a_hand_before_the_first_decision_teaches(prior: Prior) -> None:
    agent, mix = FactoredAgent(prior), make_mix()
    assert agent.learn_from_hand(mix, 2, Param.PAN, 0.3, at=0.0) is not None
    assert propose(agent, mix) is not None
