"""Towards a taste: how much of an oracle's gain people reach by picks, and on another synth.

A person hears what is there and two variants, and picks (two seconds a note: 40 picks are four
minutes). The oracle is greedy on the hidden utility, knob by knob. Then another make of
synth, the same person, and nobody answers: what was learnt of the taste has to do.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bridge.errors import AudioError
from bridge.learning.q_learning import FloatArray
from bridge.sim.synths import SAMPLE_RATE, Wave
from bridge.sim.taste_listeners import draw_sound_listener
from bridge.studies.people import PICKERS, Ear, Picker, Stranger, pick
from bridge.studies.sound.session import Player
from bridge.studies.sound.strangers import (
    MAKES,
    calibrated_ear,
    draw_shifted_ideal,
    draw_strange_synth,
)
from bridge.tasks.sound.agent import SoundAgent
from bridge.tasks.sound.cells import STEPS
from bridge.tasks.sound.note import measure_note
from bridge.tasks.sound.prior import SOUND_ROLES, SoundPrior
from bridge.tasks.sound.roles import find_knobs
from bridge.tasks.sound.search import MOST_RISE_DB

PICKS: Final = (5, 10, 20, 40)
POPULATIONS: Final = ("std", "shift", "diverse")
FROZEN_NOTES: Final = 30
_DIVERSE: Final = 1.5
_LEAST_GAIN: Final = 1.0
"""A start from which the oracle gains less is drawn again: there is nothing to learn there."""

_ORACLE_ROUNDS: Final = 4
_ORACLE_LEAST: Final = 0.02
_SILENT: Final = 1e-3
_SILENCE: Final = -50.0
_LOST: Final = 0.02
"""Left worse than found: by more than this share of the oracle's gain."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """A person before a synth.

    Attributes:
        person: Who listens.
        role: What the sound plays, a row of `SOUND_ROLES`.
        player: The synth.
        start: (parameters,) where its knobs stand.
        first: The hidden utility there.
        oracle: (parameters,) where the oracle's knobs stand.
        best: The hidden utility there.
    """

    person: Stranger
    role: int
    player: Player
    start: FloatArray
    first: float
    oracle: FloatArray
    best: float

    def utility(self, positions: FloatArray) -> float:
        """The hidden utility of a patch; very low for silence."""
        return _utility(self.person, self.role, self.player, positions)

    def share(self, positions: FloatArray) -> float:
        """The part of the oracle's gain that a patch has."""
        return (self.utility(positions) - self.first) / (self.best - self.first)


def _utility(
    person: Stranger, role: int, player: Player, positions: FloatArray, *, notes: int = 2
) -> float:
    # The same chance for every patch: what differs is the patch.
    rng = np.random.default_rng(11)
    waves = [player.synth.render(positions, rng) for _ in range(notes)]
    if max(float(np.abs(wave).max()) for wave in waves) < _SILENT:
        return _SILENCE
    return person.utility(np.mean([person.ear(wave) for wave in waves], axis=0), role)


def draw_person(prior: SoundPrior, population: str, rng: np.random.Generator) -> Stranger:
    """A person of one of `POPULATIONS`."""

    def six(wave: Wave) -> FloatArray:
        return prior.scale.features(measure_note(wave, SAMPLE_RATE))

    if population == "shift":
        ideal, weight = draw_shifted_ideal(rng)
        ear: Ear = calibrated_ear(np.random.default_rng(7))
        return Stranger(ear=ear, ideal=ideal, weight=weight, is_kinked=True)
    listener = draw_sound_listener(rng, spread=_DIVERSE if population == "diverse" else 1.0)
    return Stranger(ear=six, ideal=listener.ideal, weight=listener.weight, is_kinked=False)


def draw_scene(
    prior: SoundPrior, person: Stranger, *, number: int, place: int, seed: list[int]
) -> Scene:
    """A synth and a start from which there is something to gain; `place` 1 is another make."""
    rng = np.random.default_rng([*seed, number, place])
    role = number % len(SOUND_ROLES)
    while True:
        synth = draw_strange_synth(MAKES[(number // 2 + place) % len(MAKES)], rng)
        player = Player(
            synth=synth,
            scale=prior.scale,
            rng=np.random.default_rng([*seed, number, place, 1]),
            judge_rng=np.random.default_rng([*seed, number, place, 2]),
        )
        start = rng.random(len(synth.names))
        if player.play(start) is None:
            continue
        first = _utility(person, role, player, start)
        oracle = _greedy(person, role, player, start, first)
        best = _utility(person, role, player, oracle)
        if best - first >= _LEAST_GAIN:
            return Scene(
                person=person,
                role=role,
                player=player,
                start=start,
                first=first,
                oracle=oracle,
                best=best,
            )


def _greedy(
    person: Stranger, role: int, player: Player, start: FloatArray, first: float
) -> FloatArray:
    """Where an engineer ends who knows the person's mind and goes from knob to knob, greedily."""
    knobs = [knob.index for knob in find_knobs(player.synth.names)]
    positions, utility = start, first
    for _ in range(_ORACLE_ROUNDS):
        before = utility
        for knob in knobs:
            for step in STEPS:
                moved = positions.copy()
                moved[knob] = np.clip(moved[knob] + step, 0.0, 1.0)
                heard = _utility(person, role, player, moved, notes=1)
                if heard > utility:
                    utility, positions = heard, moved
        if utility - before < _ORACLE_LEAST:
            break
    return positions


def _teach(
    agent: SoundAgent, scene: Scene, picker: Picker, rng: np.random.Generator
) -> tuple[list[float], float]:
    """Shares after each budget of picks, and how many offers were refused as a whole."""
    player = scene.player
    positions, heard = scene.start, player.play(scene.start)
    if heard is None:
        raise AudioError("The start of a scene is silent.")
    shares, refused = [], 0
    utility = scene.first
    for number in range(1, PICKS[-1] + 1):
        patches, notes, utilities = [positions], [heard], [utility]
        for move in agent.offer(positions, heard):
            moved = move.apply(positions)
            note = player.play(moved)
            if note is not None and agent.learn_variant(move, positions, heard, note):
                patches.append(moved)
                notes.append(note)
                utilities.append(scene.utility(moved))
        if len(patches) > 1:
            choice = picker(utilities, rng)
            agent.choose(notes, choice)
            refused += choice == 0
            positions, heard, utility = patches[choice], notes[choice], utilities[choice]
        if number in PICKS:
            shares.append(scene.share(positions))
    return shares, refused / PICKS[-1]


def _settle(agent: SoundAgent, scene: Scene, budgets: Sequence[int]) -> list[float]:
    """Shares after each of these budgets of notes, while nobody answers."""
    player = scene.player
    positions, heard = scene.start, player.play(scene.start)
    shares = []
    for note in range(1, budgets[-1] + 1):
        move = agent.propose(positions, heard) if heard is not None else None
        if move is not None and heard is not None:
            moved = move.apply(positions)
            after = player.play(moved)
            if after is not None and agent.learn(move, positions, heard, after).is_kept:
                positions, heard = moved, after if move.turns else heard
        if note in budgets:
            shares.append(scene.share(positions))
    return shares


def measure_tastes(
    prior: SoundPrior, population: str, number: int, salt: int, names: Sequence[str]
) -> list[dict[str, Any]]:
    """One person with each of these `TEACHERS`: shares by picks, and on another synth."""
    seed = [salt, POPULATIONS.index(population)]
    person = draw_person(prior, population, np.random.default_rng([*seed, number]))
    first, other = (
        draw_scene(prior, person, number=number, place=place, seed=seed) for place in (0, 1)
    )
    return [
        {"agent": name, "population": population, "number": number}
        | TEACHERS[name](prior, first, other, number, seed)
        for name in names
    ]


def _by_agent(
    prior: SoundPrior,
    scene: Scene,
    other: Scene,
    number: int,
    seed: list[int],
    *,
    picker: str = "usual",
    is_learning: bool = True,
) -> dict[str, Any]:
    agent = SoundAgent(prior, seed=number, is_learning=is_learning)
    role = SOUND_ROLES[scene.role]
    agent.attend("first", scene.player.synth.names, role=role)
    rng = np.random.default_rng([*seed, number, 5])
    shares, refused = _teach(agent, scene, PICKERS[picker], rng)
    result: dict[str, Any] = {"share": shares, "refused": refused, "is_worse": shares[-1] < -_LOST}
    if picker == "usual":
        for key, taught in (("frozen", agent), ("unlearned", SoundAgent(prior, seed=number))):
            taught.attend("second", other.player.synth.names, role=role)
            (result[key],) = _settle(taught, other, (FROZEN_NOTES,))
    return result


def _by_oracle(
    prior: SoundPrior, first: Scene, other: Scene, number: int, _seed: list[int]
) -> dict[str, Any]:
    """No picks: the agent is given the oracle's own sound on each synth as its target."""
    found = []
    for scene, budgets in ((first, PICKS), (other, (FROZEN_NOTES,))):
        agent = SoundAgent(prior, seed=number)
        agent.attend("synth", scene.player.synth.names, role=SOUND_ROLES[scene.role])
        agent.aim(scene.player.play(scene.oracle))
        found.append(_settle(agent, scene, budgets))
    shares, (frozen,) = found
    fresh = SoundAgent(prior, seed=number)
    fresh.attend("synth", other.player.synth.names, role=SOUND_ROLES[other.role])
    (unlearned,) = _settle(fresh, other, (FROZEN_NOTES,))
    return {
        "share": shares,
        "is_worse": shares[-1] < -_LOST,
        "frozen": frozen,
        "unlearned": unlearned,
    }


def _by_thumb(
    prior: SoundPrior, scene: Scene, _other: Scene, number: int, seed: list[int]
) -> dict[str, Any]:
    """One variant, kept or not: as many notes teach half as many picks."""
    agent = SoundAgent(prior, seed=number)
    agent.attend("first", scene.player.synth.names, role=SOUND_ROLES[scene.role])
    rng, player = np.random.default_rng([*seed, number, 5]), scene.player
    positions, heard, utility = scene.start, player.play(scene.start), scene.first
    shares = []
    for count in range(1, PICKS[-1] + 1):
        moves = agent.offer(positions, heard, count=1) if heard is not None else ()
        for move in moves:
            moved = move.apply(positions)
            note = player.play(moved)
            if note is None or heard is None:
                continue
            if agent.learn_variant(move, positions, heard, note):
                found = scene.utility(moved)
                is_liked = pick([utility, found], rng) == 1
                agent.judge(heard, note, 1.0 if is_liked else -1.0)
                if is_liked:
                    positions, heard, utility = moved, note, found
        if count in PICKS:
            shares.append(scene.share(positions))
    return {"share": shares, "is_worse": shares[-1] < -_LOST}


def _by_chance(
    prior: SoundPrior, scene: Scene, _other: Scene, number: int, seed: list[int]
) -> dict[str, Any]:
    """Two random variants, each with two random steps; the person picks."""
    return _by_steps(prior, scene, number, seed, is_bandit=False)


def _by_bandit(
    prior: SoundPrior, scene: Scene, _other: Scene, number: int, seed: list[int]
) -> dict[str, Any]:
    """A bandit over the single steps: two that were picked most, with optimism for the rest."""
    return _by_steps(prior, scene, number, seed, is_bandit=True)


def _by_steps(
    _prior: SoundPrior, scene: Scene, number: int, seed: list[int], *, is_bandit: bool
) -> dict[str, Any]:
    rng, player = np.random.default_rng([*seed, number, 6]), scene.player
    knobs = [knob.index for knob in find_knobs(player.synth.names)]
    arms = len(knobs) * STEPS.size
    earned, tries = np.zeros(arms), np.zeros(arms)
    positions, heard, utility = scene.start, player.play(scene.start), scene.first
    shares = []
    for count in range(1, PICKS[-1] + 1):
        patches, notes, utilities, used = [positions], [heard], [utility], [-1]
        value = earned / np.maximum(tries, 1.0) + np.sqrt(0.5 / (tries + 0.5))
        value = value if is_bandit else np.zeros(arms)
        order = np.lexsort((rng.random(arms), -value))
        for arm in order[:2].tolist():
            moved = positions.copy()
            for each in (arm,) if is_bandit else (arm, int(rng.integers(arms))):
                knob, step = divmod(each, STEPS.size)
                moved[knobs[knob]] = np.clip(moved[knobs[knob]] + STEPS[step], 0.0, 1.0)
            note = player.play(moved)
            if note is not None and heard is not None:
                if note.level_db > heard.level_db + MOST_RISE_DB:
                    continue
                patches.append(moved)
                notes.append(note)
                utilities.append(scene.utility(moved))
                used.append(arm)
        choice = pick(utilities, rng) if len(patches) > 1 else 0
        for row, arm in enumerate(used[1:], start=1):
            tries[arm] += 1.0
            earned[arm] += 1.0 if row == choice else -0.5
        positions, heard, utility = patches[choice], notes[choice], utilities[choice]
        if count in PICKS:
            shares.append(scene.share(positions))
    return {"share": shares, "is_worse": shares[-1] < -_LOST}


TEACHERS: Final[Mapping[str, Callable[..., dict[str, Any]]]] = {
    "A/B/C": _by_agent,
    "learning off": lambda *args: _by_agent(*args, is_learning=False),
    "oracle's sound": _by_oracle,
    "one and a thumb": _by_thumb,
    "bandit": _by_bandit,
    "random": _by_chance,
    "coin's picks": lambda *args: _by_agent(*args, picker="coin"),
    "inverted picks": lambda *args: _by_agent(*args, picker="inverted"),
}
