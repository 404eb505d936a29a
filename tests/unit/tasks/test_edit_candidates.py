"""The detectors on takes with planted faults. The figures are those of ``mixbridge study edit``."""

import numpy as np
import pytest
from support.repeats import repeated

from bridge.mix.roles import Role
from bridge.sim.stems import SAMPLE_RATE
from bridge.sim.takes import Planting, make_take
from bridge.studies.edit.detect import count, grid_of, listen, measure_kit
from bridge.tasks.edit.candidates import Grid, Settings, deviations, find_candidates
from bridge.tasks.edit.geometry import Kind
from bridge.tasks.edit.hearing import find_onsets, measure_levels, measure_take

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("role", repeated([Role.KICK, Role.BASS, Role.GUITAR], first=1))
def test_planted_faults_are_found_and_no_attack_is_cut(role: Role) -> None:
    take = make_take(role, [71, 2])
    track = listen(take.wave, SAMPLE_RATE, take.pieces, role=role)
    found = find_candidates(track, grid_of(take), Settings())
    counts = count(role, take.faults, found, take.onsets_s)
    for kind, (hits, planted) in counts["planted"].items():
        assert hits >= planted - 1, kind
    assert counts["cut_ms"] == 0.0
    assert sum(wrong for wrong, _ in counts["offered"].values()) <= 1


def test_without_a_grid_no_hit_is_late() -> None:
    take = make_take(Role.SNARE, [5, 1])
    track = listen(take.wave, SAMPLE_RATE, take.pieces, role=Role.SNARE)
    kinds = {one.kind for one in find_candidates(track, None, Settings())}
    assert Kind.TIMING not in kinds
    assert Kind.GAP in kinds


def test_moving_a_whole_kit_preserves_its_mono_sum() -> None:
    changes = measure_kit(0, 3)
    assert abs(changes["together"]) <= 0.1


def test_every_pad_is_kept_whatever_the_settings_say() -> None:
    take = make_take(Role.BASS, [9, 1], Planting(joins=0, edges=0, holes=0))
    track = listen(take.wave, SAMPLE_RATE, take.pieces, role=Role.BASS)
    greedy = Settings(pad_before_s=0.0, pad_after_s=0.0)
    for one in find_candidates(track, None, greedy):
        if one.kind is Kind.GAP:
            following = take.onsets_s[take.onsets_s >= one.edit.end_s]
            assert following.min() - one.edit.end_s >= 0.005


def test_a_late_player_is_not_late() -> None:
    grid = Grid(bpm=120.0, first_bar_s=0.0)
    onsets = np.arange(0.0, 8.0, 0.25) + 0.03
    onsets[7] += 0.03
    late = deviations(onsets, grid)
    assert late[7] == pytest.approx(0.03)
    assert np.abs(np.delete(late, 7)).max() < 1e-9


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_onsets_are_placed_at_any_rate(rate: int) -> None:
    wave = np.zeros(2 * rate, dtype=np.float32)
    rng = np.random.default_rng(0)
    for at in (0.5, 1.0, 1.5):
        burst = rng.standard_normal(rate // 10) * np.exp(-np.arange(rate // 10) / (0.02 * rate))
        wave[round(at * rate) : round(at * rate) + burst.size] += 0.3 * burst.astype(np.float32)
    assert find_onsets(wave, rate) == pytest.approx([0.5, 1.0, 1.5], abs=0.004)


@pytest.mark.parametrize("samples", [0, 1, 100, 3000])
def test_silence_and_near_silence_have_no_findings(samples: int) -> None:
    heard = measure_take(np.zeros(samples, dtype=np.float32), SAMPLE_RATE)
    assert heard.onsets_s.size == 0
    assert (
        measure_levels(np.zeros(samples, dtype=np.float32), SAMPLE_RATE).max(initial=-120.0) < -99
    )
