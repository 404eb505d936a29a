"""Tone against a track's own sound, and that an EQ that does harm is left alone."""

from dataclasses import replace

import numpy as np
import pytest
from support.mixes import make_mix, with_eq

from bridge.agents.cells import EQ_STEPS_DB, OWN, STEP_PARAMS
from bridge.agents.factored import FactoredAgent
from bridge.agents.own_sound import OWN_COLUMNS, own_errors, with_own_sounds
from bridge.agents.person import Person
from bridge.agents.view import observe
from bridge.learning.prior import load_prior
from bridge.mix.params import EQ_BANDS, EQ_COLUMNS
from bridge.mix.spectrum import FloatArray, four_bands_db, to_db, to_power
from bridge.mix.state import Observation
from bridge.sim.listeners import Hearing, Listener
from bridge.sim.songs import SimulatedMix, Song, make_song

IS_EQ = np.array([param in EQ_BANDS for param in STEP_PARAMS])


def dull_mix() -> Observation:
    """Tracks that are far off their roles' tone, as sources are, with nothing turned."""
    mix = make_mix()
    colour = np.zeros_like(mix.source_db)
    colour[:, 6:] = -6.0
    return replace(mix, source_db=mix.source_db + colour)


def eq_moves(agent: FactoredAgent, mix: Observation, *, answer: float, count: int) -> list[float]:
    """The scores of so many EQ moves that are answered alike, each taken back."""
    scores = []
    allowed = np.tile(IS_EQ, (len(mix.keys), 1))
    for _ in range(count):
        steps = agent.steps(mix)
        proposal = agent.propose(mix, steps, allowed, at=0.0, explore=True, cautious=False)
        if proposal is None:
            scores.append(0.0)
            continue
        scores.append(proposal.score)
        agent.learn(
            proposal, answer, weight=1.0, at=0.0, observation=mix, next_allowed=lambda: allowed
        )
    return scores


class OwnSoundListener(Listener):
    """Wants the tone that every source has, and judges nothing else."""

    def __init__(self, rng: np.random.Generator) -> None:
        super().__init__(Hearing(weights=(0.0, 0.0, 0.35, 0.0, 0.0, 0.0, 0.15, 0.0)), rng)

    def _wants_of(self, song: Song) -> tuple[FloatArray, FloatArray, FloatArray]:
        level, _, width = super()._wants_of(song)
        bands = four_bands_db(song.source_db)
        return level, bands - to_db(to_power(bands).sum(-1))[:, None], width


def eq_worths(seed: int) -> FloatArray:
    """(moves, 2) of one song in some state: what EQ moves are forecast to be worth, and are."""
    rng = np.random.default_rng(seed)
    listener, song = OwnSoundListener(rng), make_song(rng, tracks=16)
    mix, tracks = SimulatedMix(song, meter_noise_db=0.0), 16
    turned = np.round(rng.normal(0.0, 1.5, (tracks, 4))) * (rng.random((tracks, 4)) < 0.5)
    mix.values[:, EQ_COLUMNS] = 2.0 * turned
    person, seen = Person(load_prior(), seed=0), mix.observe(rng)
    for _ in range(23):
        seen = mix.observe(rng)
    known = np.zeros((tracks, OWN_COLUMNS.stop))  # all that is wanted is the own sound
    view = observe(seen, person, known)
    good, harm = person.tables[OWN].expect(*view.spreads[OWN])
    moved = np.tile(mix.values, (tracks, 4, 2, 1, 1))
    for row in range(tracks):
        for band in range(4):
            moved[row, band, :, row, EQ_COLUMNS.start + band] += EQ_STEPS_DB
    after = listener.utilities(song, moved.reshape(-1, *mix.values.shape))
    true = (after - listener.utility(song, mix.values)) / listener.threshold
    return np.column_stack([(good - harm).ravel(), true])


def test_with_its_eq_flat_a_track_is_where_its_own_sound_is() -> None:
    assert np.abs(own_errors(dull_mix())).max() == 0.0


def test_a_turned_band_is_off_by_what_it_was_turned() -> None:
    error = own_errors(with_eq(make_mix(), 4, 1, 4.0))
    assert error[4, 1] > 2.0
    assert np.abs(error[[0, 1, 2, 3, 5, 6]]).max() == 0.0


def test_the_own_sounds_table_finds_too_much_as_bad_as_too_little() -> None:
    table = with_own_sounds(load_prior()).tables[OWN]
    assert table == pytest.approx(table[..., ::-1, ::-1])


@pytest.mark.slow
def test_what_eq_moves_are_worth_to_who_wants_own_sounds_is_forecast_in_size() -> None:
    forecast, true = np.concatenate([eq_worths(seed) for seed in range(40)]).T
    assert 0.7 < (forecast @ true) / (forecast @ forecast) < 1.4
    assert np.corrcoef(forecast, true)[0, 1] > 0.5


def test_dislikes_of_eq_moves_end_them_and_speak_for_the_own_sound() -> None:
    agent, mix = FactoredAgent(load_prior()), dull_mix()
    scores = eq_moves(agent, mix, answer=-1.0, count=25)
    assert scores[0] > 0.3
    assert scores[-1] < 0.3 * scores[0]
    role, own, _ = agent._person.pictures["eq"].shares
    assert own > role


def test_likes_of_eq_moves_towards_the_role_speak_for_the_role() -> None:
    agent, mix = FactoredAgent(load_prior()), dull_mix()
    eq_moves(agent, mix, answer=1.0, count=12)
    role, own, _ = agent._person.pictures["eq"].shares
    assert role > 0.8 > own


def test_what_an_eq_move_does_to_levels_is_no_reason_for_it() -> None:
    # Every fader 9 dB too low: more of any band would bring the level nearer.
    agent = FactoredAgent(load_prior())
    mix = make_mix()
    values = mix.values.copy()
    values[0, 0] -= 9.0
    quiet = replace(mix, values=values)
    allowed = np.tile(IS_EQ, (len(mix.keys), 1))
    allowed[1:] = False

    def best(at: Observation) -> float:
        found = agent.propose(at, agent.steps(at), allowed, at=0.0, explore=False, cautious=False)
        return 0.0 if found is None else found.score

    assert best(quiet) <= best(mix) + 0.6


def test_pictures_are_kept_and_an_older_memory_without_them_is_read() -> None:
    person = Person(load_prior(), seed=0)
    person.pictures["eq"].judge(np.array([0.9, 0.1, 0.4]), weight=1.0)
    again = Person.from_state(person.state(), load_prior())
    assert again.pictures["eq"].shares == pytest.approx(person.pictures["eq"].shares)
    assert again.state() == person.state()
    older = person.state().replace(b'"pictures"', b'"unknown"')
    assert Person.from_state(older, load_prior()).pictures["eq"].evidence.tolist() == [0, 0, 0]
    person.forget("all")
    assert person.pictures["eq"].evidence.tolist() == [0.0, 0.0, 0.0]


def test_no_question_is_asked_of_an_eq_until_it_is_known_which_picture_holds() -> None:
    person = Person(load_prior(), seed=0)
    assert person.resolved()[IS_EQ].max() == 0.0
    assert person.resolved()[~IS_EQ].min() == 1.0
    for _ in range(12):
        person.pictures["eq"].judge(np.array([0.9, 0.1, 0.4]), weight=1.0)
    assert person.resolved()[IS_EQ].min() > 0.5
