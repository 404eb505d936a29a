"""Training the sound task, as far as the time of a test allows."""

import json
from pathlib import Path

import numpy as np
import pytest

from bridge.errors import PriorError
from bridge.learning.prior import encode_prior, load_prior
from bridge.sim.taste_listeners import SOUND_IDEALS
from bridge.studies.training.train_sound import fit_tables, fit_taste, record_samples
from bridge.tasks.sound.cells import BINS, THIRDS
from bridge.tasks.sound.distance import FEATURES
from bridge.tasks.sound.prior import load_sound_prior
from bridge.tasks.sound.roles import ROLE_ROW, KnobRole

pytestmark = pytest.mark.slow

CUTOFF, ATTACK = ROLE_ROW[KnobRole.CUTOFF], ROLE_ROW[KnobRole.ATTACK]


@pytest.mark.long
def test_training_is_the_same_from_the_same_seed() -> None:
    tables = [fit_tables(record_samples(3, seed=2)) for _ in range(2)]
    for name in tables[0]:
        assert np.array_equal(tables[0][name], tables[1][name]), name


def test_the_shipped_table_knows_what_an_engineer_knows() -> None:
    prior = load_sound_prior()
    slope = prior.effects.slope.mean(axis=1)
    assert slope[CUTOFF, FEATURES.index("brightness")] > 0.8
    assert slope[ATTACK, FEATURES.index("attack")] > 1.5
    # Much too dull with the cutoff low: a long step up is worth more than any down.
    cell = (FEATURES.index("brightness") * BINS + 0) * THIRDS
    down, _, up, far_up = prior.steps[cell, 4 * CUTOFF : 4 * CUTOFF + 4]
    assert far_up > up > 0.0 > down


def test_the_shipped_prior_says_how_it_was_made() -> None:
    provenance = load_prior(shipped="sound_prior.json").provenance
    assert str(provenance["command"]).startswith("mixbridge study train-sound --synths ")
    assert {"date", "seed", "synths", "version"} <= set(provenance)


def test_the_taste_is_the_average_of_the_training_people() -> None:
    taste = fit_taste(seed=1)
    assert taste.mean == pytest.approx(SOUND_IDEALS, abs=0.1)


def test_a_prior_of_another_form_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "prior.json"
    tables = {"steps": np.zeros((2, 2))}
    file.write_bytes(encode_prior(tables=tables, taste=fit_taste(seed=1), provenance={}))
    with pytest.raises(PriorError, match=r"'steps' should be \(162, 48\), got \(2, 2\)"):
        load_sound_prior(file)
    file.write_text(json.dumps({"schema": 2}))
    with pytest.raises(PriorError, match="make one with `mixbridge study train-sound`"):
        load_sound_prior(file)
