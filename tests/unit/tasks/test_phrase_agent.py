"""The phrase agent: it offers what differs, learns what is picked, and says so."""

import numpy as np
import pytest

from bridge.errors import PriorError, RefusedError
from bridge.mix.phrases import EMPTY, PHRASE_KINDS, Phrase, PhraseKind
from bridge.tasks.phrase.agent import APART_SD, PhraseAgent
from bridge.tasks.phrase.context import Context, context_in_key
from bridge.tasks.phrase.generator import QGenerator
from bridge.tasks.phrase.orders import make_phrases
from bridge.tasks.phrase.prior import load_phrase_prior

PRIOR = load_phrase_prior()
GENERATOR = QGenerator(PRIOR.notes)


def song(tonic: int = 0) -> Context:
    return context_in_key(PhraseKind.BASS, tonic=tonic, is_minor=True, degrees=[0, 5, 3, 4])


def make(agent: PhraseAgent, current: Phrase) -> tuple[Phrase, ...]:
    return make_phrases(agent.order(current), GENERATOR, PRIOR)


def teach(agent: PhraseAgent, picks: int = 8, feature: int = 3, sign: float = -1.0) -> Phrase:
    """A person who wants only one thing: low, or whatever feature it is."""
    current = GENERATOR.draw(song(), np.random.default_rng(4))
    for _ in range(picks):
        offered = agent.offer(current, make(agent, current))
        phrases = [current, *(each.phrase for each in offered)]
        choice = int(np.argmax([sign * agent.features(each)[feature] for each in phrases]))
        agent.choose(phrases, choice)
        current = phrases[choice]
    return current


def test_variants_of_an_offer_differ() -> None:
    agent = PhraseAgent(PRIOR)
    agent.attend(song(), "a song")
    offered = agent.offer(EMPTY, make(agent, EMPTY))
    found = [agent.features(each.phrase) for each in offered]
    assert len(offered) == 3
    gaps = [np.linalg.norm(a - b) for row, a in enumerate(found) for b in found[:row]]
    assert min(gaps) >= APART_SD
    assert all(each.reason for each in offered)


def test_eight_picks_give_a_belief_in_words_where_the_next_song_begins() -> None:
    agent = PhraseAgent(PRIOR, seed=1)
    agent.attend(song(), "a song")
    teach(agent)
    assert "lower" in agent.believed(PhraseKind.BASS)
    assert agent.beliefs()["kinds"]["bass"]["picks"] == 8
    agent.attend(song(5), "another song")
    (first,) = agent.offer(EMPTY, make(agent, EMPTY), count=1)
    assert agent.features(first.phrase)[3] < -0.5


def test_a_kind_teaches_of_others_only_what_people_share() -> None:
    agent = PhraseAgent(PRIOR, seed=1)
    agent.attend(song(), "a song")
    teach(agent)
    beliefs = agent.beliefs()["kinds"]
    moved = {k: abs(beliefs[k]["register"]["you"] - beliefs[k]["register"]["average"])
             for k in ("bass", "melody")}  # fmt: skip
    assert moved["bass"] > moved["melody"]


def test_without_learning_nothing_is_believed() -> None:
    agent = PhraseAgent(PRIOR, is_learning=False)
    agent.attend(song(), "a song")
    teach(agent)
    assert agent.believed(PhraseKind.BASS) == ""


def test_a_correction_teaches_as_a_pick_does() -> None:
    agent = PhraseAgent(PRIOR)
    agent.attend(song(), "a song")
    low, high = song().ladder[2], song().ladder[-3]
    first = GENERATOR.draw(song(), np.random.default_rng(1))
    moved = [Phrase(16.0, tuple(n._replace(pitch=p) for n in first.notes)) for p in (low, high)]
    before = agent.taste.target()[0][3]
    agent.correct(moved[1], moved[0])
    assert agent.taste.target()[0][3] < before
    agent.judge(moved[0], moved[1], 0.0)  # neither good nor bad


def test_silence_is_no_answer_about_phrases() -> None:
    agent = PhraseAgent(PRIOR)
    agent.attend(song(), "a song")
    phrases = [each.phrase for each in agent.offer(EMPTY, make(agent, EMPTY))]
    state = agent.taste.target()[0].tolist()
    agent.choose([EMPTY, *phrases], 0)
    assert agent.taste.target()[0].tolist() == state
    with pytest.raises(RefusedError, match="none of 0 to 3"):
        agent.choose([EMPTY, *phrases], 4)


def test_a_memory_is_taken_over_to_the_byte_and_a_broken_one_refused() -> None:
    agent = PhraseAgent(PRIOR, seed=3)
    agent.attend(song(), "a song")
    teach(agent, picks=2)
    other = PhraseAgent(PRIOR)
    other.load_state(agent.state())
    assert other.state() == agent.state()
    with pytest.raises(PriorError, match="cannot be read"):
        other.load_state(b'{"schema": 99}')


def test_the_prior_knows_every_kind() -> None:
    assert set(PRIOR.notes) == set(PHRASE_KINDS)
