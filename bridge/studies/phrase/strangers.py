"""People that the phrase task has never met: no training code may import this module.

Those of `shift` measure a phrase otherwise (counts in place of logarithms, another ladder of
metric weights, spans in place of leaps), find small errors no errors, and agree on other wishes.
"""

from typing import Final

import numpy as np

from bridge.learning.q_learning import FloatArray
from bridge.mix.phrases import BEATS_A_BAR, PHRASE_KINDS, Phrase, PhraseKind
from bridge.sim.taste_listeners import draw_phrase_listener
from bridge.studies.people import Ear, Stranger
from bridge.studies.training.train_phrase import draw_context
from bridge.tasks.phrase.context import Context
from bridge.tasks.phrase.features import Scale
from bridge.tasks.phrase.grammar import GrammarGenerator

POPULATIONS: Final = ("std", "shift", "diverse")
_DIVERSE: Final = 1.5
_CALIBRATION: Final = 150

# Metric weights after Longuet-Higgins & Lee (1984), as distances from the strongest.
_LEVELS: Final = (0, 4, 3, 4, 2, 4, 3, 4, 1, 4, 3, 4, 2, 4, 3, 4)

# Wishes of `shift`, (kinds, measures of `own_measures`), in deviations: busier, wilder and less
# repeated than the average person that the prior knows.
_SHIFTED: Final[FloatArray] = np.array(
    [
        [0.5, 0.4, 0.6, -0.3, 0.2, 0.5],
        [-0.6, 0.5, 0.4, -0.6, -0.3, 0.2],
        [0.3, -0.4, 0.3, 0.4, 0.2, 0.4],
        [0.4, 0.5, 0.6, 0.2, 0.4, -0.2],
    ]
)


def draw_stranger(population: str, scale: Scale, rng: np.random.Generator) -> Stranger:
    """A person of one of `POPULATIONS`."""
    if population == "shift":
        own = rng.normal(0.0, 0.5, _SHIFTED.shape[1])
        kinds = rng.normal(0.0, 0.6, _SHIFTED.shape)
        return Stranger(
            ear=calibrated_ear(),
            ideal=_SHIFTED + own + kinds,
            weight=np.exp(rng.normal(0.0, 0.3, _SHIFTED.shape[1])),
            is_kinked=True,
        )
    listener = draw_phrase_listener(rng, spread=_DIVERSE if population == "diverse" else 1.0)
    return Stranger(
        ear=scale.features, ideal=listener.ideal, weight=listener.weight, is_kinked=False
    )


def own_measures(phrase: Phrase, context: Context) -> FloatArray:
    """(6,) what `shift` goes by, raw: none of it is measured as the learner measures it."""
    notes = phrase.notes
    starts = sorted({round(note.start * 4) for note in notes})
    bars: list[tuple[int, ...]] = [
        tuple(step % 16 for step in starts if step // 16 == bar) for bar in range(phrase.bars)
    ]
    pitches = sorted(note.pitch for note in notes)
    tenth = len(pitches) // 10
    loud = [note.velocity for note in notes]
    common = [
        len(notes) / phrase.bars,
        sum(_LEVELS[step % 16] for step in starts) / len(starts),
    ]
    if context.kind is PhraseKind.DRUMS:
        late = [note.start * 4 - round(note.start * 4) for note in notes]
        spread = [float(max(loud) - min(loud)), 100.0 * float(np.mean(late))]
        last = sum(note.velocity < 60 for note in notes) / len(notes)
    else:
        spread = [
            float(pitches[-1 - tenth] - pitches[tenth]),
            float(np.median(pitches)),
        ]
        outside = sum(
            note.length for note in notes if note.pitch % 12 not in context.chord(note.start).tones
        )
        last = outside / sum(note.length for note in notes)
    return np.array([*common, *spread, len(set(bars)) / phrase.bars, last])


def calibrated_ear() -> Ear:
    """`own_measures` in deviations over many phrases of a kind."""
    rng, generator = np.random.default_rng(7), GrammarGenerator()
    mean, sd = {}, {}
    for kind in PHRASE_KINDS:
        contexts = [draw_context(kind, rng) for _ in range(12)]
        raw = np.array(
            [
                own_measures(generator.draw(contexts[k % 12], rng), contexts[k % 12])
                for k in range(_CALIBRATION)
            ]
        )
        mean[kind], sd[kind] = raw.mean(axis=0), np.maximum(raw.std(axis=0), 1e-3)
    return lambda phrase, context: (
        (own_measures(phrase, context) - mean[context.kind]) / sd[context.kind]
    )


def bars_of(phrase: Phrase) -> list[tuple[tuple[float, int], ...]]:
    """What is played in each bar, without velocities: to find repeats."""
    return [
        tuple(
            (note.start % BEATS_A_BAR, note.pitch)
            for note in phrase.notes
            if int(note.start // BEATS_A_BAR) == bar
        )
        for bar in range(phrase.bars)
    ]
