"""Look for the smallest real desk beside which a promise breaks.

PYTHONPATH=.:tests python tests/support/desk_model/search.py                  each feature alone
... --desks 500 --all                                                     any three difficulties
... --desks 500 --all --most 9                                            any nine
... --desks 500 --like x32-wifi                                           one kind of desk
... --seed 12 --features grid-half,vca --story                            one world, told
"""

# ruff: noqa: T201

import argparse
import math
import random
import sys
import time
from collections import Counter

from support.desk_model.judge import Promise
from support.desk_model.model import GRIDS, HAND_STEPS_DB, LIKE, Feature, coherent
from support.desk_model.world import World

_GRIDS = {*GRIDS, Feature.GRID_PAN}

PROGRESS = 250
"""So many worlds are played between two lines of progress."""


def some_features(seed: int, most: int = 3) -> frozenset[Feature]:
    """One to `most` features that exclude each other nowhere."""
    dice = random.Random(f"{seed}/features")
    usual = [each for each in Feature if each is not Feature.OFF_GRID]
    features = coherent(frozenset(dice.sample(usual, dice.randint(1, most))))
    is_off = bool(features & _GRIDS) and dice.random() < 0.3  # it means nothing without a grid
    return features | {Feature.OFF_GRID} if is_off else features


def broken(seed: int, features: frozenset[Feature]) -> set[Promise]:
    """What breaks in a world."""
    return set(World(seed, features).run().judge.faults)


def smallest(seed: int, features: frozenset[Feature], promise: Promise) -> frozenset[Feature]:
    """The features without which the promise holds; all others switched off."""
    for feature in sorted(features):
        if promise in broken(seed, features - {feature}):
            features -= {feature}
    return features


def words(features: frozenset[Feature]) -> str:
    """Features as `--features` takes them."""
    return ",".join(sorted(features)) or "none"


def parse(text: str) -> frozenset[Feature]:
    """The reverse of `words`."""
    return frozenset(Feature(word) for word in text.split(",") if word not in ("", "none"))


def search(
    desks: int,
    fixed: frozenset[Feature] | None,
    first: int = 0,
    minutes: float = math.inf,
    most: int = 3,
) -> int:
    """Play many worlds; print how often each promise broke, and the smallest world for each."""
    counts: Counter[Promise] = Counter()
    found: dict[Promise, tuple[int, frozenset[Feature]]] = {}
    applied = confirmed = worlds = hands = noticed = 0
    end = time.monotonic() + 60.0 * minutes
    for seed in range(first, first + desks):
        played = seed - first
        if time.monotonic() > end:
            desks = played
            break
        if played and played % PROGRESS == 0:
            print(f"{played} of {desks}: {worlds} break a promise", file=sys.stderr, flush=True)
        features = some_features(seed, most) if fixed is None else fixed
        world = World(seed, features).run()
        applied, confirmed = applied + world.applied, confirmed + world.confirmed
        worlds += bool(world.judge.faults)
        hands, noticed = hands + world.judge.hands, noticed + world.judge.noticed
        for promise in world.judge.faults:
            counts[promise] += 1
            best = found.get(promise)
            if best is None or len(features) < len(best[1]):
                found[promise] = seed, features
    name = f"any features, {most} at most" if fixed is None else words(fixed)
    faulty = ", ".join(f"{promise.name} {counts[promise]}" for promise in Promise)
    kept = f"{worlds} break a promise: {faulty}" if worlds else "all kept"
    print(f"{name}: {desks} desks, {applied} moves, {confirmed} confirmed, ", end="")
    print(f"{noticed} lessons of {hands} hands; {kept}")
    for promise, (seed, features) in found.items():
        least = smallest(seed, features, promise)
        fault = World(seed, least).run().judge.faults[promise]
        print(f"    --seed {seed} --features {words(least)}\n        {fault}")
    return len(counts)


def main() -> int:
    """See above."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--desks", type=int, default=20)
    parser.add_argument("--features", default=None)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--most", type=int, default=3)
    parser.add_argument("--like", choices=LIKE, default=None)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--story", action="store_true")
    options = parser.parse_args()
    if options.seed is not None:
        features = parse(options.features or "")
        world = World(options.seed, features, story=print if options.story else None).run()
        print(*world.faults, sep="\n")
        return len(world.faults)
    if options.all or options.features is not None or options.like:
        chosen = None if options.all else LIKE.get(options.like) or parse(options.features)
        return search(options.desks, chosen, options.first, options.minutes, options.most)
    hands = frozenset({Feature.HAND_4})
    alone = [frozenset[Feature](), *(frozenset({each}) for each in Feature)]
    beside = [frozenset({each}) | hands for each in Feature if each not in HAND_STEPS_DB]
    return sum(search(options.desks, features) for features in (*alone, *beside))


if __name__ == "__main__":
    sys.exit(main())
