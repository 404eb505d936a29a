"""A person before a phrase: what every row of the study works on.

The start is a phrase that somebody else would have written; the oracle knows the person's mind, and
chooses greedily among the same kinds of candidates.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from bridge.mix.phrases import PHRASE_KINDS, Phrase
from bridge.studies.people import Stranger
from bridge.studies.training.train_phrase import draw_context
from bridge.tasks.phrase.context import Context
from bridge.tasks.phrase.generator import Generator, QGenerator
from bridge.tasks.phrase.grammar import GrammarGenerator
from bridge.tasks.phrase.orders import Order, distinct, make_phrases
from bridge.tasks.phrase.prior import PhrasePrior
from bridge.tasks.phrase.transforms import TRANSFORMATIONS, transform

_LEAST_GAIN: Final = 1.0
"""A start from which the oracle gains less is drawn again: there is nothing to learn there."""

_ORACLE_ROUNDS: Final = 12
_ORACLE_FRESH: Final = 12
_ORACLE_LEAST: Final = 0.02
_CLIPS: Final = 2
_STARTS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """A person before a phrase.

    Attributes:
        person: Who listens.
        context: Kind, key, chords and their clips.
        generator: Who makes phrases.
        prior: What is known of phrases.
        start: The phrase that is there.
        first: The hidden utility of it.
        best: The oracle's.
    """

    person: Stranger
    context: Context
    generator: Generator
    prior: PhrasePrior
    start: Phrase
    first: float
    best: float

    def utility(self, phrase: Phrase) -> float:
        """The hidden utility."""
        return _utility(self.person, phrase, self.context)

    def share(self, phrase: Phrase) -> float:
        """The part of the oracle's gain that a phrase has."""
        return (self.utility(phrase) - self.first) / (self.best - self.first)

    def make(self, order: Order) -> tuple[Phrase, ...]:
        """Have the generator make what is wanted."""
        return make_phrases(order, self.generator, self.prior)


def _utility(person: Stranger, phrase: Phrase, context: Context) -> float:
    return person.utility(person.ear(phrase, context), PHRASE_KINDS.index(context.kind))


def draw_scene(
    prior: PhrasePrior,
    person: Stranger,
    *,
    kind_row: int,
    seed: list[int],
    place: int,
    is_second: bool,
) -> Scene:
    """A song of a person's; `is_second`: the phrases are the grammar's, else the Q-tables'."""
    rng = np.random.default_rng([*seed, place])
    generator: Generator = GrammarGenerator() if is_second else QGenerator(prior.notes)
    for _ in range(_STARTS):
        plain = draw_context(PHRASE_KINDS[kind_row], rng)
        clips = tuple(GrammarGenerator().draw(plain, rng) for _ in range(_CLIPS))
        context = Context(
            kind=plain.kind,
            tonic=plain.tonic,
            scale=plain.scale,
            is_minor=plain.is_minor,
            chords=plain.chords,
            low=plain.low,
            high=plain.high,
            clips=clips,
        )
        start = generator.draw(context, rng)
        if not start.notes:
            continue
        first = _utility(person, start, context)
        scene = Scene(
            person=person,
            context=context,
            generator=generator,
            prior=prior,
            start=start,
            first=first,
            best=first,
        )
        best = _greedy(scene, rng)
        if best - first >= _LEAST_GAIN:
            return Scene(
                person=person,
                context=context,
                generator=generator,
                prior=prior,
                start=start,
                first=first,
                best=best,
            )
    raise AssertionError(f"no start of {_STARTS} leaves anything to gain")


def _greedy(scene: Scene, rng: np.random.Generator) -> float:
    """What somebody reaches who knows the person's mind and always takes the best candidate."""
    phrase, utility = scene.start, scene.first
    for _ in range(_ORACLE_ROUNDS):
        context = scene.context
        made = [
            transform(phrase, context, way, scene.prior.scale, rng)
            for way in range(TRANSFORMATIONS)
        ]
        made += [scene.generator.draw(context, rng) for _ in range(_ORACLE_FRESH)]
        made = list(distinct(made, [phrase, *context.clips]))
        found = [(scene.utility(each), row, each) for row, each in enumerate(made)]
        best, _, candidate = max(found)
        if best - utility < _ORACLE_LEAST:
            break
        phrase, utility = candidate, best
    return utility
