"""The phrase agent: chooses which phrases to make and to offer, and learns what a person likes.

Making is not here: `order` says what is wanted, whoever makes it (`bridge.tasks.phrase.orders`, or
a program of the person's), and `offer` ranks what came. All candidates are ranked by the same
taste, whoever made them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bridge.errors import PriorError, RefusedError
from bridge.learning.carrying import CARRIES_MUCH
from bridge.learning.comparisons import ComparedTaste, costs
from bridge.learning.q_learning import FloatArray
from bridge.mix.phrases import PHRASE_KINDS, Phrase, PhraseKind
from bridge.tasks.phrase.context import Context
from bridge.tasks.phrase.features import NAMES
from bridge.tasks.phrase.orders import FRESH, Order
from bridge.tasks.phrase.prior import LEAST_GAIN, PhrasePrior
from bridge.tasks.phrase.words import PLURALS, describe_change, word

VARIANTS: Final = 3
APART_SD: Final = 0.8
"""Two variants of one offer differ at least by so much, if there are such."""

_STATE_SCHEMA: Final = 1
_PICK_WEIGHT: Final = 0.8
"""A pick is several comparisons, and they are no independent ones."""

_HAND_WEIGHT: Final = 0.8
_SAMPLES: Final = 4
"""Wishes that this person may have, towards each of which phrases are made."""

_SURE: Final = 1.0
"""A belief is put in words from so many standard deviations on: right five times of six."""

_SAID_SD: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chosen:
    """A candidate that is worth an offer.

    Attributes:
        phrase: What it plays.
        gain: By how much it is expected to be nearer to what this person wants.
        reason: In words.
    """

    phrase: Phrase
    gain: float
    reason: str


class PhraseAgent:
    """See the module's page.

    Args:
        prior: What is known of phrases and people.
        seed: Of the agent's only randomness.
        is_learning: False: learn nothing, choose by what is known.
    """

    def __init__(self, prior: PhrasePrior, *, seed: int = 0, is_learning: bool = True) -> None:
        self.taste = ComparedTaste(prior.taste, carries=CARRIES_MUCH)
        self._prior = prior
        self._rng = np.random.default_rng(seed)
        self._is_learning = is_learning
        self._context = Context(kind=PhraseKind.BASS)
        self._picks = np.zeros(len(PHRASE_KINDS), dtype=np.int64)

    def attend(self, context: Context, name: str) -> None:
        """Set the context that phrases have to fit, and its name."""
        self._context = context
        self.taste.attend(name, self._row)

    @property
    def kind(self) -> PhraseKind:
        """What is played in the context that is attended to."""
        return self._context.kind

    @property
    def _row(self) -> int:
        return PHRASE_KINDS.index(self._context.kind)

    def features(self, phrase: Phrase) -> FloatArray:
        """(6,) a phrase's features in standard deviations."""
        return self._prior.scale.features(phrase, self._context)

    # -- what is wanted ------------------------------------------------------------------------

    def order(self, current: Phrase) -> Order:
        """What to make from what is there: towards wishes that this person may have."""
        wishes = [self.taste.target()[0]]
        wishes += [self.taste.sample(self._rng) for _ in range(_SAMPLES - 1)]
        seed = int(self._rng.integers(2**31))
        return Order(
            context=self._context,
            current=current,
            wishes=tuple(tuple(np.round(wish, 3).tolist()) for wish in wishes),
            fresh=FRESH,
            seed=seed,
        )

    def offer(
        self, current: Phrase, candidates: Sequence[Phrase], *, count: int = VARIANTS
    ) -> tuple[Chosen, ...]:
        """Variants A, B, C: the first is what is believed to be liked best, others explore.

        Args:
            current: What is there; `EMPTY` for nothing.
            candidates: What was made for it.
            count: How many are wanted; fewer come where too few differ.
        """
        if not candidates:
            return ()
        found = np.array([self.features(phrase) for phrase in candidates])
        mean = self.taste.target()[0]
        wishes = [mean] + [self.taste.sample(self._rng) for _ in range(count - 1)]
        rows: list[int] = []
        for wish in wishes:
            order = np.argsort(costs(found - wish).sum(axis=1), kind="stable")
            row = next((int(r) for r in order if self._is_apart(found, int(r), rows)), None)
            if row is not None:
                rows.append(row)
        here = self.features(current) if current.notes else None
        before = float(costs((here if here is not None else np.zeros(mean.size)) - mean).sum())
        return tuple(
            Chosen(
                phrase=candidates[row],
                gain=before - float(costs(found[row] - mean).sum()),
                reason=self._reason(found[row], here),
            )
            for row in rows
        )

    @staticmethod
    def _is_apart(found: FloatArray, row: int, rows: Sequence[int]) -> bool:
        return all(float(np.linalg.norm(found[row] - found[other])) >= APART_SD for other in rows)

    def best(self, current: Phrase, candidates: Sequence[Phrase]) -> Chosen | None:
        """The one that is expected to be liked better than what is there; None: none is."""
        offered = self.offer(current, candidates, count=1)
        return offered[0] if offered and offered[0].gain > LEAST_GAIN else None

    # -- what a person says --------------------------------------------------------------------

    def choose(self, phrases: Sequence[Phrase], choice: int) -> None:
        """Learn from a pick.

        Args:
            phrases: What was there, then the variants.
            choice: Which was picked, 0 for what was there.

        Raises:
            RefusedError: If it is none of them.
        """
        if not 0 <= choice < len(phrases):
            raise RefusedError(f"The pick {choice} is none of 0 to {len(phrases) - 1}.")
        if not phrases[choice].notes:
            return  # silence is no phrase: it says nothing of what is wanted instead
        self._picks[self._row] += 1
        found = [self.features(phrase) for phrase in phrases]
        for row, other in enumerate(found):
            if row != choice and phrases[row].notes:
                self._prefer(found[choice], other, weight=_PICK_WEIGHT)

    def judge(self, before: Phrase, after: Phrase, value: float) -> None:
        """Learn from a thumb, or an undo (-1), for a phrase in place of another; -1 to +1."""
        if value == 0.0 or not before.notes or not after.notes:
            return
        first, then = self.features(before), self.features(after)
        better, worse = (then, first) if value > 0.0 else (first, then)
        self._prefer(better, worse, weight=0.5 + 0.5 * min(abs(value), 1.0))

    def correct(self, before: Phrase, after: Phrase) -> None:
        """Learn from a hand that changed the notes of a phrase of ours."""
        if before.notes and after.notes:
            self._prefer(self.features(after), self.features(before), weight=_HAND_WEIGHT)

    def _prefer(self, better: FloatArray, worse: FloatArray, *, weight: float) -> None:
        if self._is_learning:
            self.taste.compare(better, worse, weight=weight)
            self.taste.count(better - worse)

    # -- words ---------------------------------------------------------------------------------

    def _reason(self, features: FloatArray, here: FloatArray | None) -> str:
        kind = self._context.kind
        if here is None:
            mean = self._prior.taste.mean[self._row]
            return f"{describe_change(kind, features - mean)} than most {PLURALS[kind]}"
        return describe_change(kind, features - here)

    def believed(self, kind: PhraseKind) -> str:
        """What is believed of this person beyond the average one, in a sentence; or empty."""
        row = PHRASE_KINDS.index(kind)
        mean, variance = self.taste.taste.of_groups()
        off = mean[row] - self._prior.taste.mean[row]
        order = np.argsort(-np.abs(off), kind="stable")
        words = [
            word(kind, int(column), is_more=bool(off[column] > 0.0))
            for column in order
            if abs(off[column]) >= max(_SAID_SD, _SURE * np.sqrt(variance[row, column]))
        ]
        return f"you like {PLURALS[kind]} {', '.join(words)} than most people" if words else ""

    def beliefs(self) -> dict[str, Any]:
        """Per kind and feature: the average person, this one, how sure; and in words."""
        prior = self._prior.taste
        mean, variance = self.taste.taste.of_groups()
        anybody = np.diagonal(prior.covariance, axis1=1, axis2=2).T
        sure = 1.0 - np.sqrt(variance / anybody)
        kinds: dict[str, Any] = {}
        for row, kind in enumerate(PHRASE_KINDS):
            kinds[kind] = {
                "picks": int(self._picks[row]),
                "words": self.believed(kind),
            } | {
                feature: {
                    "average": round(float(prior.mean[row, column]), 2),
                    "sure": round(float(sure[row, column]), 3),
                    "you": round(float(mean[row, column]), 2),
                }
                for column, feature in enumerate(NAMES[kind])
            }
        return {"consistency": round(self.taste.consistency.share, 3), "kinds": kinds}

    # -- memory --------------------------------------------------------------------------------

    def state(self) -> bytes:
        """All that was learnt, as canonical JSON."""
        body = {
            "picks": self._picks.tolist(),
            "prior": self._prior.checksum,
            "rng": self._rng.bit_generator.state,
            "schema": _STATE_SCHEMA,
            "taste": self.taste.state(),
        }
        return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()

    def load_state(self, state: bytes) -> None:
        """Restore what `state` returned.

        Raises:
            PriorError: If it cannot be read, in one sentence.
        """
        try:
            body = json.loads(state)
            if body["schema"] != _STATE_SCHEMA:
                raise ValueError(f"schema {body['schema']!r}")
            self._rng.bit_generator.state = body["rng"]
            self._picks = np.array(body["picks"], dtype=np.int64)
            self.taste.load_state(body["taste"])
        except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
            raise PriorError(
                f"What was learnt about phrases cannot be read ({error!r}); "
                "import an export of it, or forget the phrases."
            ) from error
