"""Training: deterministic from its seed, and what it finds is what an engineer would expect."""

import numpy as np
import pytest

from bridge.agents.cells import SHAPES
from bridge.learning.prior import decode_prior, load_prior
from bridge.mix.roles import ROLE_INDEX, Role
from bridge.studies.training.train_prior import train_prior

pytestmark = pytest.mark.slow


@pytest.mark.long
def test_the_same_seed_trains_the_same_prior_and_another_one_another() -> None:
    first, again, other = (train_prior(range(2), seed=seed, provenance={}) for seed in (5, 5, 6))
    assert first == again != other
    prior = decode_prior(first, source="here")
    assert {name: table.shape for name, table in prior.tables.items()} == SHAPES
    assert prior.provenance == {"seed": 5}


@pytest.mark.long
def test_a_prior_over_makes_doubts_as_much_as_makes_left_out_of_it_demand() -> None:
    made = train_prior(range(2), seed=5, provenance={}, makes=2, left_out=1)
    prior = decode_prior(made, source="here")
    losses = prior.provenance["log_losses"]
    assert losses[str(prior.provenance["doubt"])] == min(losses.values())
    usual = decode_prior(train_prior(range(2), seed=5, provenance={}), source="here")
    assert (prior.tables["gain"] != usual.tables["gain"]).any()


def test_the_taste_that_is_found_is_a_distribution() -> None:
    taste = load_prior().taste
    assert (np.linalg.eigvalsh(taste.covariance) > 0.0).all()
    assert (taste.song_sd > 0.0).all()
    assert (taste.member_sd > 0.0).all()


@pytest.mark.parametrize("role", [Role.LEAD, Role.KICK, Role.BASS, Role.GUITAR, Role.KEYS])
def test_what_is_too_soft_is_worth_raising_and_what_is_too_loud_lowering(role: Role) -> None:
    # (audibility, drift, level error, action): averaged over where the mix may stand.
    values = load_prior().tables["gain"][ROLE_INDEX[role]].mean(axis=(0, 1))
    lower, raise_ = values[:, 0], values[:, -1]
    assert raise_[3] > 0.0 > lower[3]
    assert lower[-4] > 0.0 > raise_[-4]


def test_what_stands_right_is_best_left_alone() -> None:
    for role in (Role.LEAD, Role.KICK, Role.SNARE, Role.BASS):
        values = load_prior().tables["gain"][ROLE_INDEX[role]].mean(axis=(0, 1))
        middle = values[values.shape[0] // 2]
        assert (middle < 0.5).all()
