"""The generator: tabular Q-learning over notes, and draws from what it has learnt.

The table plays the games of `bridge.tasks.phrase.games`. A phrase is drawn with the probabilities
``exp(Q / temperature) x (1 + counts)``: the counts are of the steps in the person's own clips,
which keeps what is drawn near to them (KL control as in Jaques et al., "Sequence Tutor", ICML 2017,
with counts in place of a network). Every draw has a style of its own (temperature, rests, form,
register, touch), so that one table gives phrases that differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from bridge.learning.q_learning import FloatArray, QTable
from bridge.mix.phrases import Phrase, PhraseKind, PhraseNote, phrase_of
from bridge.tasks.phrase.context import HAT, KICK, SNARE, STEP, STEPS_A_BAR, Context
from bridge.tasks.phrase.games import (
    CUT,
    GAMES,
    INVERSIONS,
    METRICS,
    Game,
    Hand,
    score,
    voicing,
)

DISCOUNT: Final = 0.9
_STEP_SIZE: Final = 0.1
_EPSILON: Final = 0.15
_FORMS: Final = ("AAAA", "AAAB", "AABA", "ABAB", "ABAC", "AABC", "ABCD", "ABCD")
_CLIP_WEIGHT: Final = 0.7
_LONGEST: Final = 16
"""Sixteenths that a note is held at most."""


class Generator(Protocol):
    """Whatever makes phrases for a context."""

    def draw(self, context: Context, rng: np.random.Generator) -> Phrase:
        """One phrase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What makes one draw another than the next.

    Attributes:
        temperature: Above 1 the rules count less.
        rest: Added to the value of a rest.
        off: Added to the value of an onset off the beat.
        register: Where in the range it begins, 0 to 1.
        form: Which bars are alike.
        touch: Share of the time to the next onset that a note sounds.
        velocity: Of an accent.
        contrast: How much softer what is off the beat is played.
        ghosts: Probability of a ghost note where the drums rest.
        swing: By how much of a sixteenth every second one comes late.
    """

    temperature: float
    rest: float
    off: float
    register: float
    form: str
    touch: float
    velocity: int
    contrast: float
    ghosts: float
    swing: float


def draw_style(rng: np.random.Generator) -> Style:
    """Any style."""
    return Style(
        temperature=float(rng.uniform(0.25, 0.9)),
        rest=float(rng.normal(2.2, 1.2)),
        off=float(rng.normal(0.0, 0.9)),
        register=float(rng.random()),
        form=_FORMS[int(rng.random() * len(_FORMS))],
        touch=float(rng.uniform(0.35, 1.0)),
        velocity=int(rng.integers(88, 116)),
        contrast=float(rng.uniform(0.0, 0.4)),
        ghosts=float(max(rng.normal(0.0, 0.12), 0.0)),
        swing=float(max(rng.normal(0.05, 0.2), 0.0)),
    )


class QGenerator:
    """Draws phrases from tables that have learnt the rules.

    Args:
        tables: (states, actions) values by kind.
    """

    def __init__(self, tables: Mapping[PhraseKind, FloatArray]) -> None:
        self._tables = tables
        self._counts: tuple[tuple[str, ...], FloatArray, FloatArray] = ((), np.ones(0), np.ones(0))

    def draw(self, context: Context, rng: np.random.Generator) -> Phrase:
        """See `Generator.draw`."""
        return self.draw_in_style(context, draw_style(rng), rng)

    def draw_in_style(self, context: Context, style: Style, rng: np.random.Generator) -> Phrase:
        """One phrase of a style."""
        return render(context, style, self.play(context, style, rng), rng)

    def play(self, context: Context, style: Style, rng: np.random.Generator) -> Hand:
        """Play the game once; bars of one letter of the form are played alike."""
        game, values = GAMES[context.kind], self._tables[context.kind]
        by_metric, by_last = self._count(game, context)
        hand = game.begin(context, style.register)
        chances = rng.random(context.bars * STEPS_A_BAR)
        bars: dict[str, list[int]] = {}
        while not hand.is_over:
            letter = style.form[hand.step // STEPS_A_BAR % len(style.form)]
            if letter in bars:
                for action in bars[letter]:
                    game.apply(hand, action)
                continue
            actions = []
            for _ in range(STEPS_A_BAR):
                logits = values[game.cell(hand)] / style.temperature
                logits = logits + by_metric[hand.metric] + by_last[hand.last]
                logits[0] += style.rest
                if hand.metric >= 2:
                    logits[1:] += style.off
                weights = np.exp(logits - logits.max()).cumsum()
                action = int(weights.searchsorted(chances[hand.step] * weights[-1]))
                game.apply(hand, action)
                actions.append(action)
            bars[letter] = actions
        return hand

    def _count(self, game: Game, context: Context) -> tuple[FloatArray, FloatArray]:
        """Log counts of actions by metric weight and by the last action, of the clips."""
        key = (str(context.kind), *(clip.version for clip in context.clips))
        if key != self._counts[0]:
            by_metric = np.ones((METRICS, game.actions))
            by_last = np.ones((game.actions, game.actions))
            for clip in context.clips:
                for hand, action in game.read(clip, context):
                    by_metric[hand.metric, action] += 1.0
                    by_last[hand.last, action] += 1.0
            weight = _CLIP_WEIGHT if context.clips else 0.0
            tables = [
                weight * np.log(counts / counts.sum(axis=1, keepdims=True))
                for counts in (by_metric, by_last)
            ]
            self._counts = (key, tables[0], tables[1])
        return self._counts[1], self._counts[2]


def train(
    kind: PhraseKind, contexts: Sequence[Context], *, phrases: int, rng: np.random.Generator
) -> tuple[FloatArray, list[float]]:
    """Learn a kind's table by Q-learning.

    Args:
        kind: Which game.
        contexts: Keys and chords to play in, in turn.
        phrases: Episodes.
        rng: Of its exploration.

    Returns:
        The values, and what the rules paid for each episode.
    """
    game = GAMES[kind]
    table = QTable(np.zeros((game.cells, game.actions)))
    weight, paid = np.ones(1), []
    for number in range(phrases):
        hand = game.begin(contexts[number % len(contexts)], float(rng.random()))
        cell, total = np.array([game.cell(hand)]), 0.0
        while not hand.is_over:
            action = (
                int(rng.random() * game.actions)
                if rng.random() < _EPSILON
                else int(table.values[cell[0]].argmax())
            )
            reward = game.apply(hand, action)
            total += reward
            is_last = hand.step >= contexts[number % len(contexts)].bars * STEPS_A_BAR
            following = np.array([0 if is_last else game.cell(hand)])
            best = 0.0 if is_last else float(table.values[following[0]].max())
            table.update(
                cell,
                weight,
                action,
                reward=reward,
                next_value=best,
                step_size=_STEP_SIZE,
                discount=DISCOUNT,
            )
            cell = following
        paid.append(total)
    return table.values, paid


def greedy_score(kind: PhraseKind, values: FloatArray, context: Context) -> float:
    """What the rules pay for the table's best phrase."""
    game, actions = GAMES[kind], []
    hand = game.begin(context, 0.5)
    while not hand.is_over:
        actions.append(int(values[game.cell(hand)].argmax()))
        game.apply(hand, actions[-1])
    return score(kind, actions, context)


# -- from a game to notes -------------------------------------------------------------------------


def render(context: Context, style: Style, hand: Hand, rng: np.random.Generator) -> Phrase:
    """The notes of a game that was played."""
    if context.kind is PhraseKind.DRUMS:
        return phrase_of(_drum_notes(context, style, hand, rng), context.length)
    if context.kind is PhraseKind.CHORDS:
        return phrase_of(_chord_notes(context, style, hand), context.length)
    return phrase_of(_line_notes(context, style, hand), context.length)


def _velocity(style: Style, step: int) -> int:
    softer = style.contrast * (0.0, 0.3, 0.7, 1.0)[0 if step % 16 == 0 else _weight(step)]
    return max(1, min(127, round(style.velocity * (1.0 - softer))))


def _weight(step: int) -> int:
    return 1 if step % 4 == 0 else 2 if step % 2 == 0 else 3


def _late(style: Style, step: int) -> float:
    return step * STEP + (style.swing * STEP if step % 2 else 0.0)


def _line_notes(context: Context, style: Style, hand: Hand) -> list[PhraseNote]:
    notes, played = [], hand.played
    for row, (step, _, place) in enumerate(played):
        end = played[row + 1][0] if row + 1 < len(played) else hand.step
        held = max(min(end - step, _LONGEST) * style.touch, 0.5)
        start = step * STEP
        notes.append(PhraseNote(start, context.ladder[place], held * STEP, _velocity(style, step)))
    return notes


def _chord_notes(context: Context, style: Style, hand: Hand) -> list[PhraseNote]:
    notes, played = [], hand.played
    span = max(context.high - context.low - 16, 0)
    low = context.low + round(style.register * span)
    for row, (step, action, _) in enumerate(played):
        if action == CUT:
            continue
        end = played[row + 1][0] if row + 1 < len(played) else hand.step
        held = max(min(end - step, _LONGEST) * style.touch, 0.5)
        pitches = voicing(
            context,
            step * STEP,
            (action - 2) % INVERSIONS,
            seventh=action - 2 >= INVERSIONS,
            low=low,
        )
        velocity = _velocity(style, step)
        notes += [PhraseNote(step * STEP, pitch, held * STEP, velocity) for pitch in pitches]
    return notes


def _drum_notes(
    context: Context, style: Style, hand: Hand, rng: np.random.Generator
) -> list[PhraseNote]:
    hits = {step: action for step, action, _ in hand.played}
    wobble = rng.normal(0.0, 4.0, (hand.step, 3))
    chances = rng.random(hand.step)
    notes = []
    for step in range(hand.step):
        action = hits.get(step, 0)
        for drum in (KICK, SNARE, HAT):
            if action >> drum & 1:
                loud = _velocity(style, step) + round(float(wobble[step, drum]))
                loud = min(max(loud, 54), 127)
                notes.append(PhraseNote(_late(style, step), context.pads[drum], 0.25, loud))
        if not action & 2 and chances[step] < style.ghosts:
            notes.append(PhraseNote(_late(style, step), context.pads[SNARE], 0.125, 38))
    return notes
