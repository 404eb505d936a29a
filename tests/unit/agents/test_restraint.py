"""When the agent holds back: unanswered ways, disliked questions, failed families, rest."""

import json
from dataclasses import replace

import numpy as np
import pytest
from support.mixes import make_mix, with_gain

from bridge.agents.cells import STEP_PARAMS, STEPS
from bridge.agents.factored import FactoredAgent
from bridge.agents.restraint import FARTHEST, SILENT, Restraint
from bridge.learning.prior import load_prior
from bridge.mix.params import COLUMN, Param
from bridge.mix.state import Observation
from bridge.sim.songs import SimulatedMix, make_song
from bridge.studies.learning.session import open_guard

SURE = {"gain": 0.1, "eq": 0.1, "pan": 0.1}
LOUDER, SOFTER = 3, 0


def steps_of(mix: Observation) -> np.ndarray:
    return np.tile(STEPS, (len(mix.keys), 1))


def wants(agent: FactoredAgent, mix: Observation, allowed: np.ndarray) -> bool:
    steps = agent.steps(mix)
    return agent.propose(mix, steps, allowed, at=0.0, explore=False, cautious=False) is not None


def moved_once() -> tuple[Restraint, Observation]:
    """A restraint that has seen the first fader go up by 3 dB, as was proposed."""
    restraint, mix = Restraint(), make_mix()
    restraint.watch(mix)
    restraint.propose(mix, 0, Param.GAIN, 3.0)
    after = with_gain(mix, 0, 3.0)
    restraint.watch(after)
    return restraint, after


def test_what_nobody_answered_is_not_turned_back() -> None:
    restraint, mix = moved_once()
    is_open = restraint.open_moves(mix.values, steps_of(mix), SURE)
    assert not is_open[0, SOFTER]
    assert is_open[0, LOUDER]
    assert is_open[1:].all()


def test_an_answer_opens_the_way_again() -> None:
    restraint, mix = moved_once()
    restraint.answer()
    assert restraint.open_moves(mix.values, steps_of(mix), SURE).all()


def test_what_nobody_answered_is_not_yet_liked_after_a_restart() -> None:
    restraint, mix = moved_once()
    restraint.judge_question(-1.0, weight=1.0)
    restraint.endorse(np.where(mix.values == mix.values[0, 0], np.nan, mix.values))
    again = Restraint()
    again.load_state(json.loads(json.dumps(restraint.state())))
    assert again.state() == restraint.state()
    again.watch(mix)
    assert not again.open_moves(mix.values, steps_of(mix), SURE)[0, SOFTER]


def test_what_was_proposed_and_not_done_closes_nothing() -> None:
    restraint, mix = Restraint(), make_mix()
    restraint.watch(mix)
    restraint.propose(mix, 0, Param.GAIN, 3.0)
    restraint.watch(mix)
    assert restraint.open_moves(mix.values, steps_of(mix), SURE).all()


def test_an_answer_opens_the_way_where_learning_is_off_too() -> None:
    agent, mix = FactoredAgent(load_prior(), is_learning=False), with_gain(make_mix(), 0, -9.0)
    allowed = np.tile([param is Param.GAIN for param in STEP_PARAMS], (len(mix.keys), 1))
    proposal = agent.propose(mix, agent.steps(mix), allowed, at=0.0, explore=True, cautious=False)
    assert proposal is not None
    after = with_gain(mix, proposal.row, 12.0 * np.sign(proposal.step))
    assert not wants(agent, after, allowed & (agent.steps(mix) * proposal.step < 0.0))
    agent.learn(proposal, 1.0, weight=1.0, at=0.0, observation=after, next_allowed=lambda: allowed)
    assert wants(agent, after, allowed & (agent.steps(mix) * proposal.step < 0.0))


def test_a_failing_family_is_made_smaller_and_then_left_alone() -> None:
    restraint, mix = Restraint(), make_mix()
    restraint.watch(mix)
    doubted = restraint.open_moves(mix.values, steps_of(mix), SURE | {"gain": 0.5})
    assert doubted[0, :4].tolist() == [False, True, True, False]
    failed = restraint.open_moves(mix.values, steps_of(mix), SURE | {"gain": SILENT})
    assert not failed[:, :4].any()
    assert failed[:, 4:].all()


def test_questions_that_are_disliked_are_asked_less_and_liked_ones_go_on() -> None:
    restraint = Restraint()
    assert restraint.eagerness == 1.0
    for _ in range(25):
        restraint.judge_question(-1.0, weight=1.0)
    assert restraint.eagerness == 0.0
    for _ in range(25):
        restraint.judge_question(1.0, weight=1.0)
    assert restraint.eagerness == 1.0


def test_questions_end_with_the_answers_of_a_song_and_a_correction_asks_on() -> None:
    restraint, mix = Restraint(), make_mix()
    restraint.watch(mix)
    for _ in range(40):
        restraint.count_answer()
    assert restraint.patience == 1.0
    for _ in range(60):
        restraint.count_answer()
    assert restraint.patience == 0.0
    assert "asked enough" in restraint.why_rest(make_mix(), SURE)
    again = Restraint()
    again.load_state(json.loads(json.dumps(restraint.state())))
    assert again.patience == 0.0
    restraint.correct()
    assert restraint.patience == 1.0
    again.watch(replace(mix, keys=tuple(f"new {key}" for key in mix.keys)))
    assert again.patience == 1.0


@pytest.mark.parametrize(("answers", "asks"), [(0, True), (100, False)])
def test_after_a_hundred_answers_only_sure_moves_are_made(answers: int, asks: bool) -> None:
    agent, rng = FactoredAgent(load_prior()), np.random.default_rng(4)
    mix = SimulatedMix(make_song(rng, tracks=8))
    guard = open_guard(mix)
    seen = mix.observe(rng)
    agent.propose(seen, steps_of(seen), steps_of(seen) > 99.0, at=0.0, explore=True, cautious=False)
    restraint = agent._person.restraint
    for _ in range(answers):
        restraint.count_answer()
    questions = 0
    for _ in range(80):
        seen = mix.observe(rng)
        steps, allowed = guard.shape(seen, agent.steps(seen), STEP_PARAMS, at=0.0)
        proposal = agent.propose(seen, steps, allowed, at=0.0, explore=True, cautious=False)
        restraint.answer()
        if proposal is not None:
            questions += proposal.trace.is_asked
            mix.move(proposal.row, proposal.param, proposal.step)
    assert bool(questions) is asks


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_an_hour_without_an_answer_turns_no_control_back_and_ends_in_rest(seed: int) -> None:
    song = make_song(np.random.default_rng(seed), tracks=8)
    mix, agent = SimulatedMix(song), FactoredAgent(load_prior(), seed=seed)
    guard, rng = open_guard(mix), np.random.default_rng(seed)
    ways: dict[tuple[int, Param], set[float]] = {}
    late = 0
    for at in range(600):
        seen = mix.observe(rng)
        steps, allowed = guard.shape(seen, agent.steps(seen), STEP_PARAMS, at=6.0 * at)
        proposal = agent.propose(seen, steps, allowed, at=6.0 * at, explore=True, cautious=False)
        if proposal is not None:
            late += at >= 300
            way = ways.setdefault((proposal.row, proposal.param), set())
            way.add(float(np.sign(proposal.step)))
            mix.move(proposal.row, proposal.param, proposal.step)
    assert all(len(way) == 1 for way in ways.values())
    assert late <= 3  # a meter that wavers may still bring one
    gone = np.abs(mix.values - song.start_values)
    assert gone[:, COLUMN[Param.GAIN]].max() <= FARTHEST[Param.GAIN] + 1e-9
    assert agent.rest != ""


def test_without_levels_it_rests_until_the_song_plays() -> None:
    mix = make_mix()
    silent = replace(mix, level_db=np.full_like(mix.level_db, np.nan))
    assert "play the song" in Restraint().why_rest(silent, SURE)
    assert "until the mix changes" in Restraint().why_rest(mix, SURE)


def test_a_run_of_dislikes_ends_in_silence_with_a_sentence_and_a_new_song_begins_anew() -> None:
    agent, mix = FactoredAgent(load_prior()), make_mix(seed=1)
    mix = with_gain(with_gain(mix, 0, -9.0), 1, 9.0)
    allowed = np.tile([param is Param.GAIN for param in STEP_PARAMS], (len(mix.keys), 1))
    count = 0
    for _ in range(80):
        proposal = agent.propose(
            mix, agent.steps(mix), allowed, at=0.0, explore=True, cautious=False
        )
        if proposal is None:
            break
        count += 1
        agent.learn(
            proposal, -1.0, weight=1.0, at=0.0, observation=mix, next_allowed=lambda: allowed
        )
    assert count < 60
    assert "faders" in agent.rest
    assert not wants(agent, mix, allowed)
    other = replace(mix, keys=tuple(f"new {key}" for key in mix.keys))
    assert wants(agent, other, allowed)


def test_an_endorsed_mix_is_left_as_it_is() -> None:
    agent, mix = FactoredAgent(load_prior()), make_mix(seed=2)
    odd = with_gain(with_gain(mix, 0, -5.0), 4, 6.0)
    everything = np.ones((len(mix.keys), 14), dtype=np.bool_)

    assert wants(agent, odd, everything)
    learnt = agent.learn_from_mix(odd, np.ones((len(mix.keys), 6), dtype=np.bool_), at=0.0)
    assert learnt is not None
    assert "7 tracks" in learnt.text
    assert not wants(agent, odd, everything)
    assert wants(agent, with_gain(odd, 0, 9.0), everything)


def test_an_endorsed_mix_says_which_picture_of_tone_holds() -> None:
    agent, mix = FactoredAgent(load_prior()), make_mix()
    colour = np.zeros_like(mix.source_db)
    colour[:, 6:] = -9.0
    dull = replace(mix, source_db=mix.source_db + colour)
    agent.learn_from_mix(dull, np.ones((len(mix.keys), 6), dtype=np.bool_), at=0.0)
    role, own, _ = agent._person.pictures["eq"].shares
    assert own > 0.75 > role


def test_controls_that_do_not_teach_are_no_lesson_of_an_endorsed_mix() -> None:
    agent, mix = FactoredAgent(load_prior()), with_gain(make_mix(), 0, -6.0)
    before = agent.beliefs()["roles"]["lead"]["level"]["you"]
    teaches = np.ones((len(mix.keys), 6), dtype=np.bool_)
    teaches[:, COLUMN[Param.GAIN]] = False
    agent.learn_from_mix(mix, teaches, at=0.0)
    assert agent.beliefs()["roles"]["lead"]["level"]["you"] == before
    assert agent.learn_from_mix(mix, np.zeros_like(teaches), at=0.0) is None
