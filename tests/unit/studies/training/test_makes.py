"""Makes of listeners and songs: each is another, and each is the same again from its number."""

import numpy as np

from bridge.sim.listeners import Hearing, Listener, draw_listener
from bridge.sim.songs import make_song
from bridge.studies.training.makes import USUAL, Make, draw_make


def judged(make: Make) -> float:
    """What one of its people thinks of the rough mix of one of its songs."""
    rng = np.random.default_rng(1)
    listener = make.listener(rng)
    song = make.song(rng, tracks=4)
    return listener.utility(song, song.start_values)


def test_a_make_is_the_same_again_from_seed_and_number_and_no_other_is() -> None:
    first, again = judged(draw_make(7, 0)), judged(draw_make(7, 0))
    assert first == again
    assert len({first, judged(draw_make(7, 1)), judged(draw_make(8, 0))}) == 3


def test_makes_hear_weigh_and_differ_in_their_own_way() -> None:
    hearings = [draw_make(7, number).hearing for number in range(40)]
    assert any(hearing.masking == 0.0 for hearing in hearings)
    assert any(0.0 in hearing.weights for hearing in hearings)
    assert all(hearing.weights[0] == 1.0 for hearing in hearings)
    spreads = [hearing.level_sd for hearing in hearings]
    assert max(spreads) > 2.0 * min(spreads)


def test_the_usual_make_is_the_listener_and_the_song_that_all_are_drawn_around() -> None:
    first, second = np.random.default_rng(3), np.random.default_rng(3)
    listener, song = USUAL.listener(first), USUAL.song(first, tracks=4)
    usual, as_ever = draw_listener(second), make_song(second, tracks=4)
    assert (song.source_db == as_ever.source_db).all()
    assert (song.start_values == as_ever.start_values).all()
    assert listener.utility(song, song.start_values) == usual.utility(as_ever, as_ever.start_values)


def test_a_tolerant_make_minds_an_error_less() -> None:
    song = make_song(np.random.default_rng(3), tracks=4)
    costs = [
        -Listener(Hearing(tolerance=wide), np.random.default_rng(1)).utility(
            song, song.start_values
        )
        for wide in (0.5, 1.0, 2.0)
    ]
    assert costs[0] > costs[1] > costs[2] > 0.0
