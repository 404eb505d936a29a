"""The study of phrases: its rows are what they say, and the same salt gives the same figures."""

import numpy as np
import pytest

from bridge.errors import ConfigError
from bridge.studies.phrase.strangers import POPULATIONS, draw_stranger
from bridge.studies.phrase.study import lines, main, measure_all
from bridge.studies.training.train_phrase import main as train_main
from bridge.studies.training.train_phrase import train_phrase
from bridge.tasks.phrase.prior import load_phrase_prior

pytestmark = pytest.mark.slow

PRIOR = load_phrase_prior()


@pytest.mark.long
def test_one_person_of_each_population_gives_every_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.studies.phrase.tastes.FROZEN_ROUNDS", 2)  # as a short study
    monkeypatch.setattr("bridge.studies.phrase.study._OFFERS", 3)
    results = measure_all(PRIOR, salt="a1", people=1, teachers=("A/B/C",), workers=1)
    rows = results["tastes"]
    assert [row["population"] for row in rows] == list(POPULATIONS)
    for row in rows:
        assert np.isfinite(row["share"]).all()
        assert row["playable"] == 1.0
        assert row["apart"] >= 0.8
    text = "\n".join(lines(results))
    assert "a new song, nobody answers" in text
    assert "sd apart" in text


def test_strangers_do_not_measure_as_the_learner_does() -> None:
    rng = np.random.default_rng(1)
    person = draw_stranger("shift", PRIOR.scale, rng)
    assert person.is_kinked
    assert person.ear != PRIOR.scale.features


def test_a_salt_that_is_no_number_is_one_sentence() -> None:
    with pytest.raises(ConfigError, match="hexadecimal"):
        main.callback(  # type: ignore[misc]
            people=1, salt="xyz", quick=True, workers=1, prior_file=None, out=None
        )


@pytest.mark.long
def test_training_is_deterministic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.studies.training.train_phrase._DRAWS", 60)  # as a small training
    monkeypatch.setattr("bridge.studies.training.train_phrase._STARTS", 12)
    made = [train_phrase(episodes=3, seed=3, provenance={})[0] for _ in range(2)]
    assert made[0] == made[1]
    assert train_main.name
