"""Reliability: what was forecast is set against what came, and what is right lies on the line."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from bridge.learning.prior import load_prior
from bridge.studies.training.reliability import curve, join, listen, log_loss, main


def test_the_curve_has_what_was_forecast_beside_what_came() -> None:
    forecasts = np.array([(0.61, 1.0), (0.69, 0.0), (0.65, 1.0), (0.2, 0.0), (1.0, 1.0)])
    assert curve(forecasts) == [
        pytest.approx((0.2, 0.0, 1)),
        pytest.approx((0.65, 2.0 / 3.0, 3)),
        pytest.approx((1.0, 1.0, 1)),
    ]


def test_a_coin_costs_what_a_coin_costs_and_a_wrong_certainty_more() -> None:
    assert log_loss(np.array([(0.5, 1.0), (0.5, 0.0)])) == pytest.approx(np.log(2.0))
    sure = log_loss(np.array([(0.9, 0.0)]))
    assert sure > np.log(2.0) > log_loss(np.array([(0.9, 1.0)]))


@pytest.mark.slow
def test_all_priors_forecast_the_same_thumbs_and_the_one_that_plays_has_no_say() -> None:
    shipped = load_prior()
    narrow = replace(
        shipped, taste=replace(shipped.taste, covariance=shipped.taste.covariance * 0.1)
    )
    both = listen(shipped, {"a": shipped, "b": narrow}, 3, 1, tracks=3)
    alone = listen(shipped, {"a": shipped}, 3, 1, tracks=3)
    assert (both["a"] == alone["a"]).all()
    assert (both["a"][:, 1] == both["b"][:, 1]).all()
    assert (both["a"][:, 0] != both["b"][:, 0]).any()
    assert (np.abs(both["a"][:, 0] - 0.5) < 0.5).all()
    assert len(join([both, alone | {"b": both["b"]}])["a"]) == 2 * len(alone["a"])


@pytest.mark.slow
def test_the_command_prints_the_table_and_saves_the_picture(tmp_path: Path) -> None:
    out = tmp_path / "found"
    options = ["--salt", "a1", "--makes", "2", "--tracks", "3", "--workers", "1"]
    done = CliRunner().invoke(main, [*options, "--out", str(out)], catch_exceptions=False)
    assert "log loss" in done.output
    found = json.loads((out / "reliability.json").read_text())
    assert found["salt"] == "a1"
    assert sum(count for *_, count in found["curves"]["shipped"]) > 0
    assert (out / "reliability.png").stat().st_size > 1000
