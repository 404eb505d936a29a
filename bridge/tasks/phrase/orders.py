"""What a worker is asked to make, and how it makes it: heavy work that is no decision."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from bridge.mix.phrases import Phrase
from bridge.tasks.phrase.context import Context
from bridge.tasks.phrase.features import Scale
from bridge.tasks.phrase.generator import Generator
from bridge.tasks.phrase.transforms import transform_along

FRESH: Final = 12
"""New phrases of one order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which phrases are wanted.

    Attributes:
        context: What they are to fit.
        current: What they are made from; empty where there is nothing yet.
        ways: Transformations of `current`, one sequence a phrase; see `transforms.transform`.
        fresh: How many new phrases beside them.
        seed: Of all chance in it: the same order gives the same phrases.
    """

    context: Context
    current: Phrase
    ways: tuple[tuple[int, ...], ...] = field(default=())
    fresh: int = FRESH
    seed: int = 0


def make_phrases(order: Order, generator: Generator, scale: Scale) -> tuple[Phrase, ...]:
    """Make what is wanted; all different, none as it was, none a copy of the person's clips."""
    rng = np.random.default_rng(order.seed)
    made = [
        transform_along(order.current, order.context, ways, scale, rng)
        for ways in order.ways
        if order.current.notes
    ]
    made += [generator.draw(order.context, rng) for _ in range(order.fresh)]
    return distinct(made, [order.current, *order.context.clips])


def distinct(phrases: Sequence[Phrase], known: Sequence[Phrase]) -> tuple[Phrase, ...]:
    """Those that have notes, differ from each other and are none of the known ones."""
    seen = {phrase.notes for phrase in known}
    kept = []
    for phrase in phrases:
        if phrase.notes and phrase.notes not in seen:
            seen.add(phrase.notes)
            kept.append(phrase)
    return tuple(kept)
