"""Towards a taste: how much of an oracle's gain people reach by picks, and in a new song.

The taste is learnt on the Q-tables' phrases. Then comes a new song, in which nobody answers: once
with the same generator, once with the grammar, whose phrases the learner has never met.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import numpy as np

from bridge.guard.phrases import refuse_phrase
from bridge.learning.q_learning import QTable
from bridge.mix.phrases import PHRASE_KINDS, Phrase
from bridge.studies.people import PICKERS, pick
from bridge.studies.phrase.session import Scene, draw_scene
from bridge.studies.phrase.strangers import bars_of, draw_stranger
from bridge.tasks.phrase.agent import PhraseAgent
from bridge.tasks.phrase.context import STEPS_A_BAR
from bridge.tasks.phrase.games import GAMES
from bridge.tasks.phrase.generator import DISCOUNT, QGenerator, draw_style, render
from bridge.tasks.phrase.orders import Order
from bridge.tasks.phrase.prior import PhrasePrior
from bridge.tasks.phrase.transforms import TRANSFORMATIONS, transform

PICKS: Final = (5, 10, 20, 40)
FROZEN_ROUNDS: Final = 12
_LOST: Final = 0.02
"""Left worse than found: by more than this share of the oracle's gain."""

_POLICY_DRAWS: Final = 60
_NOTE_STEP_SIZE: Final = 0.1

Row = dict[str, Any]
Later = tuple[tuple[Scene, float], ...]
"""New songs, and what is reached there by whoever has learnt nothing."""


def measure_tastes(
    prior: PhrasePrior, population: str, number: int, seed: int, names: list[str]
) -> list[Row]:
    """The rows of one person; `number` says which, and which kind of phrase they ask for."""
    key = [seed, sum(map(ord, population)), number]
    rng = np.random.default_rng(key)
    person = draw_stranger(population, prior.scale, rng)
    kind_row = number % len(PHRASE_KINDS)
    song, same, other = (
        draw_scene(prior, person, kind_row=kind_row, seed=key, place=place, is_second=place == 2)
        for place in range(3)
    )
    later = tuple(
        (scene, _alone(PhraseAgent(prior, seed=key[-1], is_learning=False), scene))
        for scene in (same, other)
    )
    rows = []
    for name in names:
        row = TEACHERS[name](prior, song, later, key)
        rows.append({"population": population, "number": number, "agent": name, **row})
    return rows


class _Offers:
    """What the offers of one session were like."""

    def __init__(self) -> None:
        self.apart: list[float] = []
        self.bars = self.repeats = self.playable = self.made = self.kept = self.asked = 0

    def count(self, agent: PhraseAgent, scene: Scene, phrases: list[Phrase]) -> None:
        own = {bar for clip in scene.context.clips for bar in bars_of(clip)}
        found = [agent.features(phrase) for phrase in phrases]
        gaps = [
            float(np.linalg.norm(one - two)) for row, one in enumerate(found) for two in found[:row]
        ]
        self.apart += gaps
        context = scene.context
        for phrase in phrases:
            self.made += 1
            self.playable += not refuse_phrase(phrase, low=context.low, high=context.high)
            self.bars += phrase.bars
            self.repeats += sum(bar in own for bar in bars_of(phrase) if bar)

    def row(self) -> Row:
        return {
            "apart": float(np.mean(self.apart)) if self.apart else 0.0,
            "repeats": self.repeats / max(self.bars, 1),
            "playable": self.playable / max(self.made, 1),
            "kept": self.kept / max(self.asked, 1),
        }


def _by_agent(
    prior: PhrasePrior,
    song: Scene,
    later: Later,
    key: list[int],
    *,
    is_learning: bool = True,
    picker: str = "usual",
    count: int = 3,
) -> Row:
    agent = PhraseAgent(prior, seed=key[-1], is_learning=is_learning)
    rng = np.random.default_rng([*key, 5])
    agent.attend(song.context, "song")
    current, shares, offers = song.start, [], _Offers()
    for number in range(1, PICKS[-1] + 1):
        variants = agent.offer(current, song.make(agent.order(current)), count=count)
        phrases = [current, *(each.phrase for each in variants)]
        choice = PICKERS[picker]([song.utility(each) for each in phrases], rng)
        if count > 1:
            agent.choose(phrases, choice)
            offers.count(agent, song, phrases[1:])
        else:
            agent.judge(current, phrases[-1], 1.0 if choice else -1.0)
        offers.asked += 1
        offers.kept += choice == 0
        current = phrases[choice]
        if number in PICKS:
            shares.append(song.share(current))
    row: Row = {"share": shares, "is_worse": shares[-1] < -_LOST, **offers.row()}
    if (is_learning and picker == "usual") or picker != "usual":
        for name, (scene, unlearned) in zip(("frozen", "second"), later, strict=True):
            row[name] = _alone(agent, scene)
            row[f"{name}_unlearned"] = unlearned
    return row


def _alone(agent: PhraseAgent, scene: Scene) -> float:
    """Share of the oracle's gain that an agent reaches by what it believes, unanswered."""
    agent.attend(scene.context, f"another {id(scene)}")
    current = scene.start
    for _ in range(FROZEN_ROUNDS):
        best = agent.best(current, scene.make(agent.order(current)))
        if best is not None:
            current = best.phrase
    return scene.share(current)


def _by_bandit(_prior: PhrasePrior, song: Scene, _later: Later, key: list[int]) -> Row:
    """A bandit over the transformations: three that were picked most, with optimism."""
    rng = np.random.default_rng([*key, 6])
    earned, tries = np.zeros(TRANSFORMATIONS), np.zeros(TRANSFORMATIONS)
    current, shares = song.start, []
    for number in range(1, PICKS[-1] + 1):
        value = earned / np.maximum(tries, 1.0) + np.sqrt(0.5 / (tries + 0.5))
        arms = np.lexsort((rng.random(TRANSFORMATIONS), -value))[:3].tolist()
        phrases = [
            current,
            *(transform(current, song.context, arm, song.prior.scale, rng) for arm in arms),
        ]
        choice = pick([song.utility(each) for each in phrases], rng)
        for row, arm in enumerate(arms, start=1):
            tries[arm] += 1.0
            earned[arm] += 1.0 if row == choice else 0.0
        current = phrases[choice]
        if number in PICKS:
            shares.append(song.share(current))
    return {"share": shares, "is_worse": shares[-1] < -_LOST}


def _by_note_q(prior: PhrasePrior, song: Scene, _later: Later, key: list[int]) -> Row:
    """The textbook reading: thumbs on whole phrases are the reward of their notes.

    What is reported is the policy: how much better its draws are than before any thumb.
    """
    rng = np.random.default_rng([*key, 7])
    kind, game = song.context.kind, GAMES[song.context.kind]
    table = QTable(prior.notes[kind])
    generator = QGenerator({kind: table.values})
    shares = []
    before = _policy(generator, song)
    utility = song.first
    for number in range(1, PICKS[-1] + 1):
        style = draw_style(rng)
        played = generator.play(song.context, style, rng)
        phrase = render(song.context, style, played, rng)
        if phrase.notes:
            found = song.utility(phrase)
            thumb = 1.0 if pick([utility, found], rng) else -1.0
            actions = {step: action for step, action, _ in played.played}
            hand = game.begin(song.context, style.register)
            visited = []
            for step in range(song.context.bars * STEPS_A_BAR):
                visited.append((game.cell(hand), actions.get(step, 0)))
                game.apply(hand, visited[-1][1])
            following = 0.0
            for row, (cell, action) in enumerate(reversed(visited)):
                table.update(
                    np.array([cell]),
                    np.ones(1),
                    action,
                    reward=thumb if row == 0 else 0.0,
                    next_value=following,
                    step_size=_NOTE_STEP_SIZE,
                    discount=DISCOUNT,
                )
                following = float(table.values[cell].max())
            utility = max(utility, found) if thumb > 0.0 else utility
        if number in PICKS:
            shares.append((_policy(generator, song) - before) / (song.best - song.first))
    return {"share": shares, "is_worse": shares[-1] < -_LOST}


def _policy(generator: QGenerator, song: Scene) -> float:
    """The mean hidden utility of what a generator draws; the same chance each time."""
    rng = np.random.default_rng(11)
    drawn = [generator.draw(song.context, rng) for _ in range(_POLICY_DRAWS)]
    return float(np.mean([song.utility(each) for each in drawn if each.notes]))


def _by_chance(_prior: PhrasePrior, song: Scene, _later: Later, key: list[int]) -> Row:
    """Three fresh phrases; the person picks, or keeps."""
    rng = np.random.default_rng([*key, 8])
    current, shares = song.start, []
    for number in range(1, PICKS[-1] + 1):
        order = Order(
            context=song.context,
            current=current,
            fresh=3,
            seed=int(rng.integers(2**31)),
        )
        phrases = [current, *song.make(order)]
        current = phrases[pick([song.utility(each) for each in phrases], rng)]
        if number in PICKS:
            shares.append(song.share(current))
    return {"share": shares, "is_worse": shares[-1] < -_LOST}


TEACHERS: Final[Mapping[str, Callable[..., Row]]] = {
    "A/B/C": _by_agent,
    "one and a thumb": partial(_by_agent, count=1),
    "learning off": partial(_by_agent, is_learning=False),
    "bandit": _by_bandit,
    "fresh ones": _by_chance,
    "note-level Q": _by_note_q,
    "coin's picks": partial(_by_agent, picker="coin"),
    "inverted picks": partial(_by_agent, picker="inverted"),
}
