"""The generators: what they draw can be played, fits, differs, and follows the person's clips."""

from dataclasses import replace

import numpy as np
import pytest

from bridge.errors import RefusedError
from bridge.guard.phrases import most_sounding, refuse_clip, refuse_phrase
from bridge.learning.comparisons import costs
from bridge.mix.phrases import PHRASE_KINDS, Phrase, PhraseKind, PhraseNote, phrase_of
from bridge.studies.training.train_phrase import draw_context
from bridge.tasks.phrase.context import Context, context_in_key, find_key, find_pads, read_context
from bridge.tasks.phrase.features import NAMES, raw_features
from bridge.tasks.phrase.generator import Generator, QGenerator, greedy_score, train
from bridge.tasks.phrase.grammar import GrammarGenerator
from bridge.tasks.phrase.orders import Order, decode_order, make_phrases
from bridge.tasks.phrase.prior import load_phrase_prior
from bridge.tasks.phrase.transforms import TRANSFORMATIONS, transform

PRIOR = load_phrase_prior()
GENERATORS = {"Q": QGenerator(PRIOR.notes), "grammar": GrammarGenerator()}


def context(kind: PhraseKind, seed: int = 1) -> Context:
    return draw_context(kind, np.random.default_rng(seed))


@pytest.mark.parametrize("kind", PHRASE_KINDS)
@pytest.mark.parametrize("name", GENERATORS)
def test_every_phrase_can_be_played(name: str, kind: PhraseKind) -> None:
    generator: Generator = GENERATORS[name]
    rng = np.random.default_rng(3)
    for seed in range(20):
        where = context(kind, seed)
        phrase = generator.draw(where, rng)
        if phrase.notes:
            assert not refuse_phrase(phrase, low=where.low, high=where.high)
            assert phrase.length == where.length
            if kind is not PhraseKind.DRUMS:
                classes = {(note.pitch - where.tonic) % 12 for note in phrase.notes}
                assert classes <= set(where.scale)


def test_the_same_seed_gives_the_same_phrases() -> None:
    where = context(PhraseKind.BASS)
    order = Order(context=where, current=phrase_of([], 16.0), seed=7)
    made = [make_phrases(order, GENERATORS["Q"], PRIOR) for _ in range(2)]
    assert made[0] == made[1]
    assert len({phrase.notes for phrase in made[0]}) == len(made[0])


@pytest.mark.parametrize("name", GENERATORS)
def test_what_is_made_for_a_wish_is_nearer_to_it_than_what_is_drawn(name: str) -> None:
    where, wish = context(PhraseKind.BASS), (-1.0, 1.0, 0.5, -1.0, 0.0, 0.5)
    current = GENERATORS[name].draw(where, np.random.default_rng(5))

    def nearest(order: Order) -> float:
        made = make_phrases(order, GENERATORS[name], PRIOR)
        found = np.array([PRIOR.scale.features(phrase, where) for phrase in made])
        return float(costs(found - np.array(wish)).sum(axis=1).min())

    for begun in (current, phrase_of([], 16.0)):
        drawn = Order(context=where, current=begun, seed=2)
        assert nearest(replace(drawn, wishes=(wish,))) < 0.7 * nearest(drawn)


def test_an_order_survives_its_text() -> None:
    clip = GENERATORS["grammar"].draw(context(PhraseKind.MELODY), np.random.default_rng(1))
    where = context_in_key(
        PhraseKind.MELODY, tonic=3, is_minor=True, degrees=[0, 5], clips=[clip], bars=8
    )
    order = Order(context=where, current=clip, wishes=((1.0,) * 6, (-0.5,) * 6), fresh=4, seed=9)
    assert decode_order(order.text) == order
    with pytest.raises(RefusedError, match="no order"):
        decode_order('{"kind": "bass"}')


def test_training_learns_the_rules() -> None:
    rng = np.random.default_rng(1)
    contexts = [context(PhraseKind.BASS, seed) for seed in range(4)]
    values, paid = train(PhraseKind.BASS, contexts, phrases=120, rng=rng)
    assert np.mean(paid[-20:]) > np.mean(paid[:20]) + 4.0
    shipped = greedy_score(PhraseKind.BASS, PRIOR.notes[PhraseKind.BASS], contexts[0])
    assert shipped > greedy_score(PhraseKind.BASS, np.zeros_like(values), contexts[0]) + 10.0


def test_a_persons_clips_pull_what_is_drawn_towards_them() -> None:
    plain = context_in_key(PhraseKind.BASS, tonic=0, is_minor=False, degrees=[0])
    eighths = phrase_of([PhraseNote(k / 2, 36, 0.4, 100) for k in range(32)], 16.0)
    steady = context_in_key(
        PhraseKind.BASS, tonic=0, is_minor=False, degrees=[0], clips=[eighths, eighths]
    )

    def off_beat(where: Context) -> float:
        rng = np.random.default_rng(5)
        drawn = [GENERATORS["Q"].draw(where, rng) for _ in range(60)]
        return float(np.mean([sum(n.start * 4 % 2 for n in p.notes) / len(p.notes) for p in drawn
                              if p.notes]))  # fmt: skip

    assert off_beat(steady) < 0.7 * off_beat(plain)


@pytest.mark.parametrize("kind", PHRASE_KINDS)
@pytest.mark.parametrize("way", range(TRANSFORMATIONS))
def test_a_transformation_goes_its_way(kind: PhraseKind, way: int) -> None:
    rng, moved = np.random.default_rng(2), []
    for seed in range(8):
        where = context(kind, seed)
        phrase = GENERATORS["Q"].draw(where, rng)
        after = transform(phrase, where, way, PRIOR.scale, rng)
        assert not refuse_phrase(after, low=where.low, high=where.high)
        change = PRIOR.scale.features(after, where) - PRIOR.scale.features(phrase, where)
        moved.append(change[way // 2] * (1 if way % 2 else -1))
    assert np.mean(moved) >= 0.0
    assert min(moved) >= 0.0


def test_features_say_what_a_phrase_is_like() -> None:
    where = context_in_key(PhraseKind.BASS, tonic=0, is_minor=False, degrees=[0])
    on = phrase_of([PhraseNote(float(k), 36, 0.5, 100) for k in range(16)], 16.0)
    off = phrase_of([PhraseNote(k + 0.75, 36, 0.2, 100) for k in range(16)], 16.0)
    names = NAMES[PhraseKind.BASS]
    first, second = (dict(zip(names, raw_features(p, where), strict=True)) for p in (on, off))
    assert first["syncopation"] < 0.1 < 0.9 < second["syncopation"]
    assert first["repetition"] == 1.0
    assert first["tension"] == 0.0
    assert raw_features(phrase_of([], 16.0), where).tolist() == [0.0] * 6


# -- what the clips say ---------------------------------------------------------------------------


def scale_clip(tonic: int, steps: tuple[int, ...]) -> Phrase:
    notes = [PhraseNote(float(k), 48 + tonic + step, 1.0, 90) for k, step in enumerate(steps)]
    return phrase_of(notes, 8.0)


def test_the_key_is_found() -> None:
    clip = scale_clip(2, (0, 4, 7, 0, 5, 9, 7, 0))
    found = read_context(PhraseKind.BASS, [], [clip])
    assert (found.tonic, found.is_minor, found.is_key_known) == (2, False, True)
    assert found.key == "D major"


def test_without_a_sure_key_the_scale_is_the_notes_that_occur() -> None:
    clip = scale_clip(0, (0, 1, 0, 1))
    found = read_context(PhraseKind.MELODY, [clip], [])
    assert not found.is_key_known
    assert {(pitch - found.tonic) % 12 for pitch in found.ladder} == set(found.scale)
    assert {(found.tonic + step) % 12 for step in found.scale} == {0, 1}


def test_an_empty_clip_has_no_key() -> None:
    with pytest.raises(RefusedError, match="it is empty"):
        find_key(np.zeros(12))


def drum_clip(*pads: int) -> Phrase:
    return phrase_of([PhraseNote(float(k), pad, 0.2, 90) for k, pad in enumerate(pads * 2)], 16.0)


def test_pads_are_found_by_general_midi_or_by_what_is_used() -> None:
    assert find_pads([drum_clip(36, 38, 42)]) == (36, 38, 42)
    assert find_pads([drum_clip(35, 40)]) == (35, 40, 42)
    assert find_pads([drum_clip(1, 3, 7)]) == (1, 3, 7)
    with pytest.raises(RefusedError, match="I know none of the pads"):
        find_pads([drum_clip(1, 3)])


# -- the guard ------------------------------------------------------------------------------------


def test_the_guard_bounds_pitch_and_polyphony() -> None:
    assert "empty" in refuse_clip(phrase_of([], 4.0).text, [])
    assert "no phrase" not in refuse_clip(phrase_of([PhraseNote(0.0, 60, 1.0, 90)], 4.0).text, [])
    cluster = phrase_of([PhraseNote(0.0, 40 + k, 1.0, 90) for k in range(17)], 4.0)
    assert most_sounding(cluster.notes) == 17
    assert "at most 16" in refuse_clip(cluster.text, [])
    low = phrase_of([PhraseNote(0.0, 10, 1.0, 90)], 4.0)
    high = phrase_of([PhraseNote(0.0, 80, 1.0, 90)], 4.0)
    assert "range of this track" in refuse_clip(low.text, [high.text, "not ours to read"])
    assert "expected" in refuse_clip("la la", [])
