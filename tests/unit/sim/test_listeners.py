from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.mix.params import COLUMN, EQ_BANDS, Param
from bridge.mix.roles import ROLE_INDEX, Role
from bridge.mix.spectrum import FloatArray, eq_curve_db, loudness_db, to_db, to_power
from bridge.sim.listeners import FLIPS, SPEAKS, Hearing, Listener, draw_listener, oracle
from bridge.sim.songs import Song, make_song

GAIN, PAN = COLUMN[Param.GAIN], COLUMN[Param.PAN]


def song(seed: int = 1, *, tracks: int = 16) -> Song:
    return make_song(np.random.default_rng(seed), tracks=tracks)


def listener(seed: int = 5) -> Listener:
    return draw_listener(np.random.default_rng(seed))


def finished(heard: Song, by: Listener) -> FloatArray:
    return oracle(heard, by, moves=60).values.copy()


@pytest.mark.parametrize("seed", range(8))
def test_raising_a_buried_lead_is_an_improvement(seed: int) -> None:
    heard, person = song(seed), listener(seed)
    lead = int(np.flatnonzero(heard.roles == ROLE_INDEX[Role.LEAD])[0])
    buried = finished(heard, person)
    buried[lead, GAIN] -= 12.0
    raised = buried.copy()
    raised[lead, GAIN] += 3.0
    gained = person.utility(heard, raised) - person.utility(heard, buried)
    assert gained > 3.0 * person.threshold


@given(seed=st.integers(0, 1000), change_db=st.floats(-4.0, 4.0))
@settings(max_examples=30)
def test_turning_everything_up_or_down_changes_nothing(seed: int, change_db: float) -> None:
    heard, person = song(seed), listener(seed)
    usual = heard.start_values.copy()
    power = to_power(loudness_db(heard.source_db) + usual[:, GAIN]).sum()
    usual[:, GAIN] -= 18.0 + to_db(power)
    moved = usual.copy()
    moved[:, GAIN] += change_db
    change = person.utility(heard, moved) - person.utility(heard, usual)
    assert abs(change) < person.threshold / 10.0


def test_nobody_is_won_by_a_mix_that_is_only_much_louder() -> None:
    heard, person = song(), listener()
    loud = heard.start_values.copy()
    loud[:, GAIN] += 20.0
    assert person.utility(heard, loud) < person.utility(heard, heard.start_values)


def test_a_mix_that_leans_to_one_side_is_worse() -> None:
    heard, person = song(), listener()
    mix = finished(heard, person)
    leaning = mix.copy()
    leaning[:, PAN] = np.abs(mix[:, PAN])
    assert person.utility(heard, leaning) < person.utility(heard, mix) - 3.0 * person.threshold


def test_what_sounds_the_same_without_eq_is_liked_better() -> None:
    heard = song()
    person = Listener(Hearing(song_share=0.0), np.random.default_rng(1))
    bent = heard.start_values.copy()
    bent[3, COLUMN[Param.EQ_LOW]] = -9.0
    source_db = heard.source_db - eq_curve_db(bent[:, 2:])
    compensated = replace(heard, source_db=source_db)
    lost = person.utility(heard, heard.start_values) - person.utility(compensated, bent)
    assert lost > person.threshold


@pytest.mark.parametrize("band", EQ_BANDS)
@pytest.mark.parametrize("step_db", [-10.0, 10.0])
def test_violent_eq_is_disliked(band: Param, step_db: float) -> None:
    heard, person = song(), listener()
    mix = finished(heard, person)
    bent = mix.copy()
    bent[:, COLUMN[band]] = step_db
    assert person.utility(heard, bent) < person.utility(heard, mix) - 10.0 * person.threshold


def test_many_mixes_at_once_are_judged_like_one_by_one() -> None:
    heard, person = song(), listener()
    rng = np.random.default_rng(0)
    mixes = heard.start_values + rng.normal(0.0, 0.3, (5, 16, 6))
    one_by_one = [person.utility(heard, mix) for mix in mixes]
    assert person.utilities(heard, mixes) == pytest.approx(np.array(one_by_one), abs=1e-9)


def test_a_closed_fader_is_judged_and_not_a_number_missing() -> None:
    heard, person = song(), listener()
    closed = heard.start_values.copy()
    closed[:4, GAIN] = -150.0
    assert np.isfinite(person.utility(heard, closed))


def test_a_track_alone_is_masked_by_nothing() -> None:
    heard, person = song(tracks=1), listener()
    assert np.isfinite(person.utility(heard, heard.start_values))


def test_the_same_seed_is_the_same_person_and_another_is_not() -> None:
    heard = song()
    mix = heard.start_values
    assert listener(1).utility(heard, mix) == listener(1).utility(heard, mix)
    assert listener(1).utility(heard, mix) != listener(2).utility(heard, mix)


def test_hearing_another_song_in_between_changes_no_judgement() -> None:
    heard, person = song(1), listener()
    before = person.utility(heard, heard.start_values)
    person.utility(song(2), song(2).start_values)
    assert person.utility(heard, heard.start_values) == before


def test_what_was_heard_before_does_not_colour_a_new_song() -> None:
    first, second = song(1), song(2)
    person = listener()
    person.utility(first, first.start_values)
    after_another = person.utility(second, second.start_values)
    assert after_another == listener().utility(second, second.start_values)


def test_people_of_a_wider_population_disagree_more() -> None:
    heard = song()
    mix = finished(heard, listener())

    def spread(hearing: Hearing) -> float:
        people = [Listener(hearing, np.random.default_rng(seed)) for seed in range(40)]
        return float(np.mean([-person.utility(heard, mix) for person in people]))

    assert spread(Hearing(level_sd=5.0, tone_sd=4.0)) > 1.2 * spread(Hearing())


@pytest.mark.parametrize("tracks", [8, 16])
def test_the_oracle_only_ever_improves_a_mix_and_ends_far_better(tracks: int) -> None:
    heard, person = song(4, tracks=tracks), listener(4)
    best = oracle(heard, person, moves=100)
    utilities = np.array(best.utilities)
    assert (np.diff(utilities) > 0.0).all()
    assert utilities[0] == person.utility(heard, heard.start_values)
    assert utilities[-1] == pytest.approx(person.utility(heard, best.values))
    assert utilities[-1] - utilities[0] > 50.0 * person.threshold


def test_the_oracle_makes_no_more_moves_than_it_may() -> None:
    heard, person = song(), listener()
    assert len(oracle(heard, person, moves=3).utilities) == 4
    assert np.array_equal(oracle(heard, person, moves=0).values, heard.start_values)


def thumbs(change: float, *, count: int = 4000, flips: float = FLIPS) -> list[float | None]:
    person, rng = listener(), np.random.default_rng(0)
    after = change * person.threshold
    return [person.judge(0.0, after, rng, flips=flips) for _ in range(count)]


def test_about_two_of_five_moves_get_a_thumb() -> None:
    share = np.mean([thumb is not None for thumb in thumbs(2.0)])
    assert share == pytest.approx(SPEAKS, abs=0.03)


def test_larger_changes_are_answered_more_often() -> None:
    small, large = ([t for t in thumbs(change) if t is not None] for change in (0.2, 6.0))
    assert len(large) > 1.5 * len(small)


@pytest.mark.parametrize("flips", [0.0, 0.1, 0.5, 0.9])
def test_clear_changes_are_answered_wrongly_as_often_as_thumbs_are_flipped(flips: float) -> None:
    said = [thumb for thumb in thumbs(8.0, flips=flips) if thumb is not None]
    assert np.mean([thumb < 0.0 for thumb in said]) == pytest.approx(flips, abs=0.03)


def test_a_change_that_cannot_be_heard_is_a_coin_flip() -> None:
    said = [thumb for thumb in thumbs(0.0) if thumb is not None]
    assert np.mean(np.array(said) > 0.0) == pytest.approx(0.5, abs=0.05)


def test_answers_take_between_half_a_second_and_five() -> None:
    person, rng = listener(), np.random.default_rng(0)
    delays = [person.delay_s(rng) for _ in range(500)]
    assert 0.5 <= min(delays) < 1.0
    assert 4.5 < max(delays) <= 5.0
