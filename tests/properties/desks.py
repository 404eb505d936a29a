"""Beside any real desk, and whatever hands do there, the bridge keeps its promises.

The worlds of a plain run are few; ``MIXBRIDGE_DESKS=10000`` plays as many as that, a tenth of a
second of processor time each. A failure names
its seed and features: ``PYTHONPATH=.:tests/unit python tests/unit/desk_search.py --seed SEED
--features FEATURES --story`` tells that world line by line.
"""

import os

import pytest
from desk_judge import Promise
from desk_model import GRIDS, Feature, coherent
from desk_search import some_features, words
from desk_world import World
from hypothesis import given, settings
from hypothesis import strategies as st

DESKS = int(os.environ.get("MIXBRIDGE_DESKS", "150"))
SHARDS = 10
HAND = frozenset({Feature.HAND_4})


def check(seed: int, features: frozenset[Feature]) -> World:
    """Play a world; every promise must hold."""
    world = World(seed, features).run()
    assert not world.faults, f"--seed {seed} --features {words(world.features)}\n" + "\n".join(
        map(str, world.faults)
    )
    return world


@pytest.mark.parametrize("feature", Feature)
def test_each_way_of_being_real_keeps_every_promise(feature: Feature) -> None:
    applied = sum(check(seed, frozenset({feature})).applied for seed in range(2))
    assert applied > 0, "nothing was tried"


@pytest.mark.parametrize("feature", Feature)
def test_each_keeps_them_with_a_hand_there(feature: Feature) -> None:
    check(1, frozenset({feature}) | HAND)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_any_features_together_keep_them(shard: int) -> None:
    applied = 0
    for seed in range(shard, DESKS, SHARDS):
        applied += check(seed, some_features(seed)).applied
    assert applied > DESKS / SHARDS, "so much went on that nothing was tried"


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    features=st.frozensets(st.sampled_from(Feature), max_size=8).map(coherent),
)
def test_whatever_is_combined_keeps_them(seed: int, features: frozenset[Feature]) -> None:
    check(seed, features)


@pytest.mark.parametrize("grid", GRIDS)
def test_on_any_grid_moves_are_confirmed(grid: Feature) -> None:
    worlds = [check(seed, frozenset({grid})) for seed in range(3)]
    applied = sum(world.applied for world in worlds)
    assert sum(world.confirmed for world in worlds) >= 0.8 * applied > 0


def test_every_promise_has_a_name() -> None:
    assert len({promise.value for promise in Promise}) == len(Promise)
