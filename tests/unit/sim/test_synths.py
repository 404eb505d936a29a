"""Toy synths: what their knobs do to a note."""

import numpy as np
import pytest

from bridge.sim.synths import MAKES, SAMPLE_RATE, Curve, Synth, draw_synth
from bridge.studies.sound import strangers
from bridge.tasks.sound.note import Note, measure_note


def play(synth: Synth, **knobs: float) -> Note:
    """A note with all knobs in the middle but these; effects that blur a measurement are off."""
    quiet = {"lfo": 0.0, "noise": 0.0, "detune": 0.0, "attack": 0.0, "envelope": 0.0}
    patch = {**quiet, **knobs}
    positions = np.array([patch.get(meaning, 0.5) for meaning in synth.meanings])
    return measure_note(synth.render(positions, np.random.default_rng(1)), SAMPLE_RATE)


@pytest.fixture(params=MAKES)
def synth(request: pytest.FixtureRequest) -> Synth:
    return draw_synth(request.param, np.random.default_rng(3))


def test_cutoff_brightens_and_attack_slows(synth: Synth) -> None:
    assert play(synth, cutoff=0.9).bright_oct > play(synth, cutoff=0.3).bright_oct + 0.3
    assert play(synth, attack=0.9).attack_s > 3.0 * play(synth, attack=0.1).attack_s


def test_sub_fills_noise_roughens_and_release_lengthens(synth: Synth) -> None:
    assert play(synth, sub=1.0).bright_oct < play(synth, sub=0.0).bright_oct
    assert play(synth, noise=1.0, cutoff=0.9).rough > play(synth, cutoff=0.9).rough + 5.0
    assert play(synth, release=1.0).length_s > play(synth, release=0.0).length_s + 0.1


def test_level_is_in_decibels(synth: Synth) -> None:
    assert play(synth, level=1.0).level_db - play(synth, level=0.5).level_db == pytest.approx(
        synth.curves["level"].at(1.0) - synth.curves["level"].at(0.5)
    , abs=0.01)  # fmt: skip


def test_the_same_chance_gives_the_same_note(synth: Synth) -> None:
    positions = np.full(len(synth.names), 0.5)
    first, again = (synth.render(positions, np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(first, again)
    assert np.isfinite(first).all()


@pytest.mark.parametrize("is_odd", [False, True])
@pytest.mark.parametrize("make", strangers.MAKES)
def test_a_strange_make_sounds_wherever_its_knobs_stand(make: str, *, is_odd: bool) -> None:
    rng = np.random.default_rng(4)
    synth = strangers.draw_strange_synth(make, rng, is_odd=is_odd)
    for position in (0.1, 0.5, 1.0):
        wave = synth.render(np.full(len(synth.names), position), rng)
        assert np.isfinite(wave).all()
        assert 0.003 < np.abs(wave).max() < 10.0


def test_a_curve_may_be_even_in_ratio_bent_or_flat_at_its_ends() -> None:
    assert Curve(low=10.0, high=1000.0, is_log=True).at(0.5) == pytest.approx(100.0)
    assert Curve(low=0.0, high=1.0, bend=2.0).at(0.5) == 0.25
    assert Curve(low=0.0, high=1.0, is_s=True).at(0.1) == pytest.approx(0.028)
    assert Curve(low=0.0, high=1.0).at(7.0) == 1.0
