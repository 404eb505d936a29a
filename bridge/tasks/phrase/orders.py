"""What a worker is asked to make, and how it makes it: heavy work that is no decision."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from bridge.errors import RefusedError
from bridge.mix.phrases import EMPTY, Phrase, PhraseKind, decode_phrase
from bridge.tasks.phrase.context import Chord, Context
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

    @property
    def text(self) -> str:
        """The order as JSON, for a worker; `decode_order` reads it."""
        return json.dumps(
            {
                **context_body(self.context),
                "current": self.current.text if self.current.notes else "",
                "fresh": self.fresh,
                "seed": self.seed,
                "ways": self.ways,
            },
            separators=(",", ":"),
            sort_keys=True,
        )


def context_body(context: Context) -> dict[str, Any]:
    """A context as JSON."""
    return {
        "bars": context.bars,
        "chords": [[chord.root, sorted(chord.tones)] for chord in context.chords],
        "clips": [clip.text for clip in context.clips],
        "high": context.high,
        "is_key_known": context.is_key_known,
        "is_minor": context.is_minor,
        "kind": context.kind,
        "low": context.low,
        "pads": context.pads,
        "scale": context.scale,
        "tonic": context.tonic,
    }


def decode_order(text: str) -> Order:
    """An order from its text.

    Raises:
        RefusedError: If it is none.
    """
    try:
        body = json.loads(text)
        context = Context(
            kind=PhraseKind(body["kind"]),
            bars=int(body["bars"]),
            tonic=int(body["tonic"]),
            scale=tuple(body["scale"]),
            is_minor=bool(body["is_minor"]),
            is_key_known=bool(body["is_key_known"]),
            chords=tuple(Chord(root, frozenset(tones)) for root, tones in body["chords"]),
            low=int(body["low"]),
            high=int(body["high"]),
            pads=(int(body["pads"][0]), int(body["pads"][1]), int(body["pads"][2])),
            clips=tuple(decode_phrase(clip) for clip in body["clips"]),
        )
        return Order(
            context=context,
            current=decode_phrase(body["current"]) if body["current"] else EMPTY,
            ways=tuple(tuple(int(way) for way in ways) for ways in body["ways"]),
            fresh=int(body["fresh"]),
            seed=int(body["seed"]),
        )
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise RefusedError(f"phrase: {text[:40]!r} is no order of phrases ({error!r})") from error


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
