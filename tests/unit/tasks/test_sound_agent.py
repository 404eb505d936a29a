"""The sound agent on toy synths: what it reaches, what it never does, and what it remembers."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import PriorError, RefusedError
from bridge.learning.q_learning import FloatArray
from bridge.sim.synths import MAKES, SAMPLE_RATE, Synth, draw_synth
from bridge.tasks.sound.agent import Heard, SoundAgent, SoundMove
from bridge.tasks.sound.note import Note, measure_note
from bridge.tasks.sound.prior import SoundPrior, SoundRole, load_sound_prior


@pytest.fixture(scope="module")
def prior() -> SoundPrior:
    return load_sound_prior()


class Bench:
    """A synth, a patch and a target of the same synth."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.synth: Synth = draw_synth(MAKES[seed % 3], self.rng)
        self.positions: FloatArray = self.rng.uniform(0.1, 0.7, len(self.synth.names))
        goal = self.rng.uniform(0.1, 0.7, len(self.synth.names))
        self.target = self.play(goal)
        self.heard = self.play(self.positions)

    def play(self, positions: FloatArray) -> Note:
        return measure_note(self.synth.render(positions, self.rng), SAMPLE_RATE)

    def work(self, agent: SoundAgent, notes: int) -> list[tuple[SoundMove, Heard]]:
        done = []
        for _ in range(notes):
            move = agent.propose(self.positions, self.heard)
            if move is None:
                break
            moved = move.apply(self.positions)
            after = self.play(moved)
            result = agent.learn(move, self.positions, self.heard, after)
            done.append((move, result))
            if result.is_kept and move.turns:
                self.positions, self.heard = moved, after
        return done


def begin(prior: SoundPrior, seed: int) -> tuple[Bench, SoundAgent]:
    bench, agent = Bench(seed), SoundAgent(prior, seed=seed)
    agent.attend("synth", bench.synth.names)
    agent.aim(bench.target)
    return bench, agent


def test_fifteen_notes_bring_three_makes_near_to_a_target(prior: SoundPrior) -> None:
    rests = []
    for seed in range(6):
        bench, agent = begin(prior, seed)
        first = agent.distance(bench.heard)
        bench.work(agent, 15)
        rests.append(agent.distance(bench.heard) / first)
    assert np.mean(rests) < 0.2
    assert max(rests) < 0.8


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), limit=st.sampled_from([0.35, 0.05]))
def test_no_move_goes_further_than_it_may(prior: SoundPrior, seed: int, limit: float) -> None:
    bench, agent = begin(prior, seed)
    knobs = agent.attend("synth", bench.synth.names, limit=limit)
    may_move = {knob.index for knob in knobs}
    resonance = bench.synth.meanings.index("resonance")
    for move, _ in bench.work(agent, 6):
        for turn in move.turns:
            assert turn.index in may_move
            assert abs(turn.end - turn.start) <= limit + 1e-12
            assert 0.0 <= turn.end <= 1.0
            if turn.index == resonance:
                assert turn.end <= max(0.8, turn.start) + 1e-12
    assert bench.synth.meanings.index("level") not in may_move


def test_a_reason_says_what_is_off_and_what_is_turned(prior: SoundPrior) -> None:
    bench, agent = begin(prior, 1)
    move = agent.propose(bench.positions, bench.heard)
    assert move is not None
    assert move.reason.startswith("this is ")
    assert " than the target: " in move.reason
    assert all(bench.synth.names[turn.index] in move.reason for turn in move.turns)


def test_a_reason_says_what_the_device_shows(prior: SoundPrior) -> None:
    bench, agent = begin(prior, 1)
    agent.attend("synth", bench.synth.names, shown={n: f"{n} Hz" for n in range(99)})
    move = agent.propose(bench.positions, bench.heard)
    assert move is not None
    assert move.turns
    for turn in move.turns:
        name = bench.synth.names[turn.index]
        assert f"{name} {turn.start:.2f} ({turn.index} Hz) -> {turn.end:.2f}" in move.reason


def test_a_move_that_is_too_loud_goes_back_whatever_it_gained(prior: SoundPrior) -> None:
    bench, agent = begin(prior, 2)
    move = agent.propose(bench.positions, bench.heard)
    assert move is not None
    louder = Note(**{n: getattr(bench.target, n) for n in Note.__slots__ if n != "level_db"},
                  level_db=bench.heard.level_db + 4.0)  # fmt: skip
    result = agent.learn(move, bench.positions, bench.heard, louder)
    assert (result.is_kept, result.gain > 0.0) == (False, True)
    assert result.reason == "it went back: the note became 4.0 dB louder"
    for _ in range(2):  # do the notes of this device differ by as much by themselves?
        again = agent.propose(bench.positions, bench.heard)
        assert again is not None
        assert again.turns == ()
        agent.learn(again, bench.positions, bench.heard, louder)
    move = agent.propose(bench.positions, bench.heard)
    assert move is not None
    assert move.turns
    assert "louder" not in agent.learn(move, bench.positions, bench.heard, louder).reason


def test_near_the_target_it_listens_to_three_more_notes_and_rests(prior: SoundPrior) -> None:
    bench, agent = begin(prior, 3)
    for _ in range(3):  # a few notes may be near by luck
        move = agent.propose(bench.positions, bench.target)
        assert move is not None
        assert move.turns == ()
        assert agent.learn(move, bench.positions, bench.target, bench.target).is_kept
    assert agent.propose(bench.positions, bench.target) is None
    assert agent.rest == "this is as near to the target as one note is to itself"


def test_a_replay_from_a_state_is_the_same_to_the_bit(prior: SoundPrior) -> None:
    bench, agent = begin(prior, 4)
    bench.work(agent, 2)
    agent.aim(None)
    agent.judge(bench.heard, bench.target, 1.0)
    state = agent.state()
    copy = SoundAgent(prior, seed=99)
    copy.load_state(state)
    assert copy.state() == state
    for each in (agent, copy):
        each.aim(bench.target)
    moves = [each.propose(bench.positions, bench.heard) for each in (agent, copy)]
    assert moves[0] is not None
    assert moves[1] is not None
    assert (moves[0].turns, moves[0].reason) == (moves[1].turns, moves[1].reason)
    after = bench.play(moves[0].apply(bench.positions))
    for each, move in zip((agent, copy), moves, strict=True):
        each.learn(move, bench.positions, bench.heard, after)
        each.aim(None)
    offers = [each.offer(bench.positions, bench.heard) for each in (agent, copy)]
    assert [move.turns for move in offers[0]] == [move.turns for move in offers[1]]
    assert agent.state() == copy.state()


def test_what_was_learnt_upon_another_prior_keeps_the_taste_alone(prior: SoundPrior) -> None:
    bench, agent = begin(prior, 4)
    agent.aim(None)
    agent.judge(bench.heard, bench.target, 1.0)
    body = json.loads(agent.state())
    body["prior"] = "of another"
    copy = SoundAgent(prior)
    copy.load_state(json.dumps(body).encode())
    assert copy.beliefs() == agent.beliefs()
    with pytest.raises(RefusedError, match="No device is in focus"):
        copy.propose(bench.positions, bench.heard)


@pytest.mark.parametrize("state", [b"", b"[]", b'{"schema": 7}', b'{"schema": 1}'])
def test_a_state_that_cannot_be_read_is_one_sentence(prior: SoundPrior, state: bytes) -> None:
    with pytest.raises(PriorError, match="What was learnt about sounds cannot be read"):
        SoundAgent(prior).load_state(state)


def brighter(note: Note, octaves: float) -> Note:
    values = {name: getattr(note, name) for name in Note.__slots__}
    return Note(**{**values, "bright_oct": note.bright_oct + octaves})


def test_picks_of_brighter_sounds_teach_that_brighter_is_liked(prior: SoundPrior) -> None:
    bench, agent = Bench(5), SoundAgent(prior)
    agent.attend("synth", bench.synth.names, role=SoundRole.LEAD)
    before = agent.taste.target()[0].copy()
    for _ in range(8):
        agent.choose([bench.heard, brighter(bench.heard, 1.0), brighter(bench.heard, -1.0)], 1)
    mean, _ = agent.taste.target()
    assert mean[0] > before[0] + 0.2
    assert np.abs(mean[1:] - before[1:]).max() < 0.1
    assert agent.beliefs()["roles"]["lead"]["brightness"]["words"] == (
        "you like leads brighter than usual"
    )


def test_more_than_half_of_what_was_picked_at_one_synth_counts_at_the_next(
    prior: SoundPrior,
) -> None:
    bench, agent = Bench(5), SoundAgent(prior)
    agent.attend("synth", bench.synth.names, role=SoundRole.LEAD)
    before = agent.taste.target()[0][0]
    for _ in range(8):
        agent.choose([bench.heard, brighter(bench.heard, 1.0), brighter(bench.heard, -1.0)], 1)
    here = agent.taste.target()[0][0]
    agent.attend("another", bench.synth.names, role=SoundRole.LEAD)
    assert agent.taste.target()[0][0] - before > 0.5 * (here - before)


def test_a_thumb_down_and_a_hand_back_say_the_same(prior: SoundPrior) -> None:
    means = []
    for teach in (
        lambda agent, a, b: agent.judge(a, b, -1.0),
        lambda agent, a, b: agent.correct(b, a),
    ):
        bench, agent = Bench(5), SoundAgent(prior)
        agent.attend("synth", bench.synth.names)
        before = agent.taste.target()[0][0]
        teach(agent, bench.heard, brighter(bench.heard, 1.0))
        means.append(agent.taste.target()[0][0] - before)
    assert means[0] < 0.0
    assert means[1] < 0.0


def test_an_answer_about_two_equal_sounds_teaches_nothing(prior: SoundPrior) -> None:
    bench, agent = Bench(5), SoundAgent(prior)
    agent.attend("synth", bench.synth.names)
    before = agent.taste.target()[0].copy()
    agent.judge(bench.heard, bench.heard, 1.0)
    assert agent.taste.target()[0] == pytest.approx(before, abs=1e-5)


def test_variants_of_an_offer_differ(prior: SoundPrior) -> None:
    bench, agent = Bench(7), SoundAgent(prior)
    agent.attend("synth", bench.synth.names)
    first, second = agent.offer(bench.positions, bench.heard)
    ways = [move.apply(bench.positions) for move in (first, second)]
    assert np.abs(ways[0] - ways[1]).sum() >= 0.1


def test_a_pick_that_was_not_offered_is_refused(prior: SoundPrior) -> None:
    bench, agent = Bench(7), SoundAgent(prior)
    agent.attend("synth", bench.synth.names)
    with pytest.raises(RefusedError, match="The pick 3 is none of 0 to 1"):
        agent.choose([bench.heard, bench.target], 3)


def test_without_learning_no_answer_and_no_note_changes_anything(prior: SoundPrior) -> None:
    bench, agent = Bench(8), SoundAgent(prior, is_learning=False)
    agent.attend("synth", bench.synth.names)
    beliefs = agent.beliefs()
    agent.aim(bench.target)
    bench.work(agent, 5)
    agent.judge(bench.heard, bench.target, 1.0)
    assert agent.beliefs() == beliefs
    assert json.loads(agent.state())["steps"] == []


def test_what_failed_towards_a_target_makes_the_variants_towards_a_taste_no_smaller(
    prior: SoundPrior,
) -> None:
    bench, agent = begin(prior, 2)
    off = 3.0 if bench.heard.bright_oct > bench.target.bright_oct else -3.0
    far = replace(bench.heard, bright_oct=bench.heard.bright_oct + off)
    for _ in range(12):
        move = agent.propose(bench.positions, bench.heard)
        assert move is not None
        agent.learn(move, bench.positions, bench.heard, far if move.turns else bench.heard)
    agent.aim(None)
    offered = agent.offer(bench.positions, bench.heard)
    assert max(abs(turn.end - turn.start) for move in offered for turn in move.turns) > 0.12
