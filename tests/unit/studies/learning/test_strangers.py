from collections.abc import Callable

import numpy as np
import pytest

from bridge.mix.params import COLUMN, Param
from bridge.mix.roles import ROLE_INDEX, Role
from bridge.sim.listeners import Listener, draw_listener, oracle
from bridge.sim.songs import make_song
from bridge.studies.learning.strangers import draw_diverse, draw_shifted

pytestmark = pytest.mark.slow

GAIN = COLUMN[Param.GAIN]

strangers = pytest.mark.parametrize("draw", [draw_shifted, draw_diverse])


@strangers
def test_strangers_are_the_same_people_from_the_same_seed(
    draw: Callable[[np.random.Generator], Listener],
) -> None:
    song = make_song(np.random.default_rng(1))
    one, same, other = (draw(np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one.utility(song, song.start_values) == same.utility(song, song.start_values)
    assert one.utility(song, song.start_values) != other.utility(song, song.start_values)


@strangers
def test_strangers_too_do_not_care_for_the_overall_level(
    draw: Callable[[np.random.Generator], Listener],
) -> None:
    song, person = make_song(np.random.default_rng(2)), draw(np.random.default_rng(2))
    softer = song.start_values.copy()
    softer[:, GAIN] -= 3.0
    change = person.utility(song, softer) - person.utility(song, song.start_values)
    assert abs(change) < person.threshold / 10.0


@strangers
@pytest.mark.parametrize("seed", range(4))
def test_strangers_want_to_hear_the_lead(
    draw: Callable[[np.random.Generator], Listener], seed: int
) -> None:
    song, person = make_song(np.random.default_rng(seed)), draw(np.random.default_rng(seed))
    lead = int(np.flatnonzero(song.roles == ROLE_INDEX[Role.LEAD])[0])
    buried = oracle(song, person, moves=60).values.copy()
    buried[lead, GAIN] -= 12.0
    raised = buried.copy()
    raised[lead, GAIN] += 3.0
    assert person.utility(song, raised) > person.utility(song, buried) + person.threshold


def test_many_mixes_at_once_are_judged_like_one_by_one_by_other_ears_too() -> None:
    song, person = make_song(np.random.default_rng(3)), draw_shifted(np.random.default_rng(3))
    mixes = song.start_values + np.random.default_rng(0).normal(0.0, 0.3, (5, 16, 6))
    one_by_one = [person.utility(song, mix) for mix in mixes]
    assert person.utilities(song, mixes) == pytest.approx(np.array(one_by_one), abs=1e-9)


@strangers
def test_a_mix_for_the_known_population_suits_strangers_only_in_part(
    draw: Callable[[np.random.Generator], Listener],
) -> None:
    fractions = []
    for seed in range(6):
        song, person = (
            make_song(np.random.default_rng(seed), tracks=8),
            draw(np.random.default_rng(100 + seed)),
        )
        known = oracle(song, draw_listener(np.random.default_rng(seed)), moves=50).values
        own = oracle(song, person, moves=50).utilities
        fractions.append((person.utility(song, known) - own[0]) / (own[-1] - own[0]))
    assert 0.0 < np.mean(fractions) < 0.85
