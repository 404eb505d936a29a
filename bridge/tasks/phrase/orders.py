"""What a worker is asked to make, and how it makes it: heavy work that is no decision."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from bridge.errors import RefusedError
from bridge.learning.comparisons import costs
from bridge.learning.q_learning import FloatArray
from bridge.mix.phrases import EMPTY, PHRASE_KINDS, Phrase, PhraseKind, decode_phrase
from bridge.tasks.phrase.context import Chord, Context
from bridge.tasks.phrase.generator import Generator
from bridge.tasks.phrase.prior import PhrasePrior
from bridge.tasks.phrase.transforms import transform

FRESH: Final = 12
"""New phrases of one order."""

_LONGEST_WAY: Final = 6
"""Changes in a row: with three in place of six, people were at .93 of the oracle after ten picks,
and not at 1.02 (nine of them; paired difference .08, standard error .04)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which phrases are wanted.

    Attributes:
        context: What they are to fit.
        current: What they are made from; empty where there is nothing yet.
        wishes: (6,) features that this person may want, standard deviations, one a row.
        fresh: How many new phrases beside them.
        seed: Of all chance in it: the same order gives the same phrases.
    """

    context: Context
    current: Phrase
    wishes: tuple[tuple[float, ...], ...] = field(default=())
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
                "wishes": self.wishes,
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


def context_of(body: Mapping[str, Any]) -> Context:
    """A context from `context_body`."""
    return Context(
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


def decode_order(text: str) -> Order:
    """An order from its text.

    Raises:
        RefusedError: If it is none.
    """
    try:
        body = json.loads(text)
        return Order(
            context=context_of(body),
            current=decode_phrase(body["current"]) if body["current"] else EMPTY,
            wishes=tuple(tuple(float(each) for each in wish) for wish in body["wishes"]),
            fresh=int(body["fresh"]),
            seed=int(body["seed"]),
        )
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise RefusedError(f"phrase: {text[:40]!r} is no order of phrases ({error!r})") from error


def make_phrases(order: Order, generator: Generator, prior: PhrasePrior) -> tuple[Phrase, ...]:
    """Make what is wanted; all different, none as it was, none a copy of the person's clips.

    New phrases, and for each wish what comes nearer to it from what is there, and from the nearest
    of the new ones.
    """
    rng = np.random.default_rng(order.seed)
    context, scale = order.context, prior.scale
    drawn = [generator.draw(context, rng) for _ in range(order.fresh)]
    found = [(scale.features(phrase, context), phrase) for phrase in drawn if phrase.notes]
    made = list(drawn)
    for each in order.wishes:
        wish = np.array(each)
        made += _approach(order.current, wish, order, prior, rng)
        if found:
            nearest = min(range(len(found)), key=lambda k: costs(found[k][0] - wish).sum())
            made += _approach(found[nearest][1], wish, order, prior, rng)
    return distinct(made, [order.current, *context.clips])


def _approach(
    phrase: Phrase, wish: FloatArray, order: Order, prior: PhrasePrior, rng: np.random.Generator
) -> Iterator[Phrase]:
    """What comes nearer to a wish, step by step, as long as the Q-table knows a way."""
    if not phrase.notes:
        return
    context, row = order.context, PHRASE_KINDS.index(order.context.kind)
    for _ in range(_LONGEST_WAY):
        way = prior.way(row, prior.scale.features(phrase, context) - wish)
        if way is None:
            return
        phrase = transform(phrase, context, way, prior.scale, rng)
        yield phrase


def distinct(phrases: Sequence[Phrase], known: Sequence[Phrase]) -> tuple[Phrase, ...]:
    """Those that have notes, differ from each other and are none of the known ones."""
    seen = {phrase.notes for phrase in known}
    kept = []
    for phrase in phrases:
        if phrase.notes and phrase.notes not in seen:
            seen.add(phrase.notes)
            kept.append(phrase)
    return tuple(kept)
