"""Faults planted on a person's stems: what the stem itself has of them is not counted."""

import numpy as np
import pytest
from support.repeats import repeated

from bridge.mix.roles import Role
from bridge.sim.stems import SAMPLE_RATE
from bridge.sim.takes import Fault, Planting, make_take
from bridge.studies.edit.detect import count
from bridge.studies.edit.stems import find_grid, measure_stem, plant_late_hits
from bridge.tasks.edit.candidates import Candidate, Grid, deviations
from bridge.tasks.edit.geometry import Edit, Kind

CLEAN = Planting(late_share=0.0, pauses=2, joins=0, edges=0, holes=0)
NONE = np.zeros(0)


def pause(start_s: float, end_s: float) -> Candidate:
    edit = Edit(kind=Kind.GAP, start_s=start_s, end_s=end_s)
    return Candidate(edit=edit, size=end_s - start_s)


def test_a_pause_of_the_stems_own_is_neither_right_nor_wrong() -> None:
    fault = Fault(kind="gap", start_s=10.0, end_s=12.0, size=2.0)
    offers = [pause(10.1, 11.9), pause(20.0, 22.0)]
    assert count(Role.BASS, [fault], offers, NONE)["offered"] == {"gap": [1, 2]}
    own = [pause(19.9, 22.5)]
    counts = count(Role.BASS, [fault], offers, NONE, own=own)
    assert counts["offered"] == {"gap": [0, 1]}
    assert counts["planted"] == {"gap": [1, 1]}
    # A planted pause that lies in a quiet place of the stem is still found.
    counts = count(Role.BASS, [fault], offers, NONE, own=[pause(9.0, 13.0)])
    assert counts["planted"] == {"gap": [1, 1]}
    assert counts["offered"] == {"gap": [1, 2]}


def test_the_grid_of_steady_onsets_is_found_and_none_in_loose_ones() -> None:
    onsets = 0.73 + 0.25 * np.arange(64)
    grid = find_grid(onsets)
    assert grid is not None
    assert np.abs(deviations(onsets, grid)).max() < 0.002
    loose = np.sort(np.random.default_rng(1).uniform(0.0, 20.0, 64))
    assert find_grid(loose) is None
    assert find_grid(onsets[:8]) is None


def test_late_hits_are_planted_where_the_sound_says() -> None:
    rng = np.random.default_rng(2)
    wave = (1e-4 * rng.standard_normal(20 * SAMPLE_RATE)).astype(np.float32)
    onsets = 1.0 + 0.5 * np.arange(36)
    for at in onsets:
        wave[round(at * SAMPLE_RATE)] = 1.0
    planted, lates = plant_late_hits(wave, onsets, Grid(bpm=120.0, first_bar_s=1.0), rng)
    assert len(lates) >= 2
    assert np.count_nonzero(planted > 0.9) == onsets.size
    for late in lates:
        assert planted[round(late.start_s * SAMPLE_RATE)] == 1.0
        assert 18.0 <= late.size <= 60.0


@pytest.mark.slow
@pytest.mark.parametrize("role", repeated([Role.SNARE, Role.KEYS], first=1))
def test_a_clean_stem_gives_few_wrong_offers(role: Role) -> None:
    take = make_take(role, [9, 1], CLEAN)
    counts = measure_stem(7, wave=take.wave, rate=SAMPLE_RATE, role=role, number=0)
    assert counts["has_grid"] is (True if role is Role.SNARE else None)
    assert counts["cut_ms"] == 0.0
    assert sum(wrong for wrong, _ in counts["offered"].values()) <= 2
    found, planted = (sum(each) for each in zip(*counts["planted"].values(), strict=True))
    assert found >= 0.7 * planted
