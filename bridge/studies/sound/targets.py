"""Towards a target: how much of the distance is left after so many notes, by agent and by rival.

Every rival hears the same notes' features and the same Huber distance. They may move every knob
with a role to anywhere at once; the agent may not go further than .35 of a way, nor turn a
resonance beyond .8, nor become 3 dB louder.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bridge.install.extras import optional_library
from bridge.learning.q_learning import FloatArray
from bridge.sim.synths import MAKES as KNOWN_MAKES
from bridge.sim.synths import SAMPLE_RATE, draw_synth
from bridge.studies.sound.session import AnySynth, Player, Sound
from bridge.studies.sound.strangers import MAKES, draw_strange_synth
from bridge.tasks.sound.agent import SoundAgent
from bridge.tasks.sound.cells import STEPS
from bridge.tasks.sound.distance import distance
from bridge.tasks.sound.note import Note, measure_note
from bridge.tasks.sound.prior import SoundPrior
from bridge.tasks.sound.roles import find_knobs

BUDGETS: Final = (5, 10, 20, 40, 60)
"""Notes after which the rest of the distance is reported."""

WORLDS: Final = ("standard", "odd curves", "trained makes")
_LEAST_START: Final = 1.0
"""A start nearer than this to its target is drawn again."""

_SILENCE: Final = 100.0
_POPULATION: Final = 8
_SIGMA: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Task:
    """One search.

    Attributes:
        player: The synth.
        start: (parameters,) where its knobs stand.
        knobs: (knobs,) which of them have a role.
        heard: The note at the start.
        target: The note to come near to.
        sound: The same, for the report.
        first: (2,) the distances at the start, for the report.
        rng: For the agent.
        goal: (parameters,) where the knobs stood when the target was recorded; None: another patch.
    """

    player: Player
    start: FloatArray
    knobs: FloatArray
    heard: Note
    target: Note
    sound: Sound
    first: FloatArray
    rng: np.random.Generator
    goal: FloatArray | None = None


def draw_task(prior: SoundPrior, world: str, number: int, salt: int) -> Task:
    """A synth, a start and a reachable target; the same for every agent."""
    rng = np.random.default_rng([salt, WORLDS.index(world), number])
    synth = _draw_synth(world, number, rng)
    player = Player(
        synth=synth,
        scale=prior.scale,
        rng=np.random.default_rng([salt, number, 1]),
        judge_rng=np.random.default_rng([salt, number, 2]),
    )
    knobs = np.array([knob.index for knob in find_knobs(synth.names)])
    while True:
        start, wanted = rng.random((2, len(synth.names)))
        # Only what may be moved differs.
        goal = start.copy()
        goal[knobs] = wanted[knobs]
        heard, first = player.play(start), player.sound(start)
        sound = player.record(goal)
        if heard is None or first is None or sound is None:
            continue
        distances = first.distances(sound)
        if distances[0] >= _LEAST_START:
            return Task(
                player=player,
                start=start,
                knobs=knobs,
                heard=heard,
                target=measure_note(sound.wave, SAMPLE_RATE),
                sound=sound,
                first=distances,
                rng=np.random.default_rng([salt, number, 3]),
                goal=goal,
            )


def _draw_synth(world: str, number: int, rng: np.random.Generator) -> AnySynth:
    if world == "trained makes":
        return draw_synth(KNOWN_MAKES[number % len(KNOWN_MAKES)], rng)
    make = MAKES[number % len(MAKES)]
    return draw_strange_synth(make, rng, is_odd=world == "odd curves")


# Each yields, after every note, where the knobs stand that it holds for the best.
Searcher = Callable[[Task, SoundPrior], Iterator[FloatArray]]


def search_by_agent(
    task: Task, prior: SoundPrior, *, is_learning: bool = True, has_joint_steps: bool = True
) -> Iterator[FloatArray]:
    """The agent of the product."""
    agent = SoundAgent(
        prior,
        seed=int(task.rng.integers(2**32)),
        is_learning=is_learning,
        has_joint_steps=has_joint_steps,
    )
    agent.attend("synth", task.player.synth.names)
    agent.aim(task.target)
    positions, heard = task.start, task.heard
    while True:
        move = agent.propose(positions, heard)
        if move is not None:
            moved = move.apply(positions)
            after = task.player.play(moved)
            if after is None:
                agent.learn_silence(move)
            elif agent.learn(move, positions, heard, after).is_kept:
                positions, heard = moved, after
        yield positions


def _cost(task: Task, positions: FloatArray) -> float:
    note = task.player.play(positions)
    if note is None:
        return _SILENCE
    scale = task.player.scale
    return distance(scale.features(note) - scale.features(task.target))


def _start_cost(task: Task) -> float:
    scale = task.player.scale
    return distance(scale.features(task.heard) - scale.features(task.target))


def search_at_random(task: Task, _prior: SoundPrior) -> Iterator[FloatArray]:
    """Random patches, the best is kept."""
    best, cost = task.start, _start_cost(task)
    while True:
        tried = task.start.copy()
        tried[task.knobs] = task.rng.random(task.knobs.size)
        found = _cost(task, tried)
        if found < cost:
            best, cost = tried, found
        yield best


def climb(task: Task, _prior: SoundPrior) -> Iterator[FloatArray]:
    """Hill climbing: small random changes of all knobs, kept where they help."""
    best, cost = task.start, _start_cost(task)
    while True:
        tried = best.copy()
        tried[task.knobs] += task.rng.normal(0.0, 0.15, task.knobs.size)
        tried = np.clip(tried, 0.0, 1.0)
        found = _cost(task, tried)
        if found < cost:
            best, cost = tried, found
        yield best


def search_by_bandit(task: Task, _prior: SoundPrior) -> Iterator[FloatArray]:
    """A bandit over the single steps: UCB1 (Auer et al. 2002) on what each step earned."""
    best, cost = task.start, _start_cost(task)
    arms = task.knobs.size * STEPS.size
    earned, tries = np.zeros(arms), np.zeros(arms)
    while True:
        bonus = np.sqrt(0.5 * np.log(tries.sum() + 1.0) / np.maximum(tries, 1e-9))
        value = np.where(tries > 0, earned / np.maximum(tries, 1.0) + bonus, np.inf)
        arm = int(task.rng.choice(np.flatnonzero(value == value.max())))
        knob, step = divmod(arm, STEPS.size)
        tried = best.copy()
        tried[task.knobs[knob]] = np.clip(tried[task.knobs[knob]] + STEPS[step], 0.0, 1.0)
        found = _cost(task, tried)
        earned[arm] += float(np.clip(cost - found, -1.0, 1.0))
        tries[arm] += 1.0
        if found < cost:
            best, cost = tried, found
        yield best


def search_by_cma(task: Task, _prior: SoundPrior) -> Iterator[FloatArray]:
    """CMA-ES from where the knobs stand, population 8, on [0, 1]; the best is kept."""
    cma = optional_library("cma", extra="research")
    best, cost = task.start, _start_cost(task)
    options = {
        "popsize": _POPULATION, "bounds": [0.0, 1.0], "seed": int(task.rng.integers(1, 2**31)),
        "verbose": -9,
    }  # fmt: skip
    search = cma.CMAEvolutionStrategy(task.start[task.knobs], _SIGMA, options)
    while True:
        candidates, costs = search.ask(), []
        for candidate in candidates:
            tried = task.start.copy()
            tried[task.knobs] = np.clip(candidate, 0.0, 1.0)
            costs.append(_cost(task, tried))
            if costs[-1] < cost:
                best, cost = tried, costs[-1]
            yield best
        search.tell(candidates, costs)


def know_goal(task: Task, _prior: SoundPrior) -> Iterator[FloatArray]:
    """No search: the target's own knobs. What they leave is how far its notes differ."""
    while True:
        yield task.start if task.goal is None else task.goal


SEARCHERS: Final[Mapping[str, Searcher]] = {
    "agent": search_by_agent,
    "table alone": lambda task, prior: search_by_agent(task, prior, has_joint_steps=False),
    "learning off": lambda task, prior: search_by_agent(task, prior, is_learning=False),
    "CMA-ES": search_by_cma,
    "hill climbing": climb,
    "bandit": search_by_bandit,
    "random": search_at_random,
    "own knobs": know_goal,
}


def measure_search(
    prior: SoundPrior, world: str, number: int, salt: int, name: str
) -> dict[str, Any]:
    """One search: what is left of both distances after each budget, and where it ended."""
    task = draw_task(prior, world, number, salt)
    rests, known = [], {task.start.tobytes(): task.first}
    began = time.perf_counter()
    for note, positions in enumerate(SEARCHERS[name](task, prior), start=1):
        if note in BUDGETS:
            key = positions.tobytes()
            if key not in known:
                sound = task.player.sound(positions)
                known[key] = sound.distances(task.sound) if sound else task.first
            rests.append((known[key] / task.first).tolist())
        if note == BUDGETS[-1]:
            break
    return {
        "agent": name,
        "world": world,
        "number": number,
        "start": float(task.first[0]),
        "rest": [rest[0] for rest in rests],
        "mel": [rest[1] for rest in rests],
        "seconds": time.perf_counter() - began,
    }


def repeat_distance(prior: SoundPrior, world: str, number: int, salt: int) -> float:
    """How far a patch that is heard twice is from itself."""
    task = draw_task(prior, world, number, salt)
    heard, again = task.heard, task.player.play(task.start)
    if again is None:
        return 0.0
    return distance(prior.scale.features(heard) - prior.scale.features(again))
