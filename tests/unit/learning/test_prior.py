"""The prior's file: what is written is read, and what is wrong is one sentence."""

import json
from pathlib import Path

import numpy as np
import pytest

from bridge.agents.cells import SHAPES
from bridge.errors import PriorError
from bridge.learning.prior import Prior, decode_prior, encode_prior, load_prior
from bridge.learning.taste import TastePrior

TASTE = TastePrior(
    mean=np.array([[0.5, -1.0]]),
    covariance=np.array([[[4.0]], [[1.0]]]),
    song_sd=np.array([0.5, 0.1]),
    member_sd=np.array([0.5, 0.1]),
)
TABLES = {"gain": np.array([[0.25, -0.5], [1.0, 0.0]])}


def encode() -> bytes:
    return encode_prior(tables=TABLES, taste=TASTE, provenance={"seed": 1})


def test_what_is_written_is_read() -> None:
    prior = decode_prior(encode(), source="here")
    assert prior.tables["gain"].tolist() == TABLES["gain"].tolist()
    assert prior.taste.covariance.tolist() == TASTE.covariance.tolist()
    assert prior.provenance == {"seed": 1}


def test_the_same_prior_has_the_same_bytes() -> None:
    assert encode() == encode()


def test_the_shipped_prior_loads_and_says_where_it_comes_from() -> None:
    prior = load_prior()
    assert {name: table.shape for name, table in prior.tables.items()} == SHAPES
    assert {"command", "date", "listeners", "seed", "version"} <= set(prior.provenance)


def changed(**entries: object) -> bytes:
    return json.dumps(json.loads(encode()) | entries).encode()


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "expected a prior in JSON"),
        (b"[]", "expected a prior in JSON"),
        (b"{}", "expected a prior in JSON"),
        (b"\xff\x00", "expected a prior in JSON"),
        (changed(schema=99), "reads priors of schema 2, got 99"),
        (changed(provenance={}), "the checksum does not match"),
    ],
)
def test_a_file_that_is_no_prior_is_one_sentence(data: bytes, complaint: str) -> None:
    with pytest.raises(PriorError, match=complaint) as caught:
        decode_prior(data, source="prior.json")
    assert "prior.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_numbers_that_are_not_finite_are_refused() -> None:
    bad = encode_prior(
        tables={"gain": np.array([[np.inf]])},
        taste=TASTE,
        provenance={},
    )
    with pytest.raises(PriorError, match="not finite"):
        decode_prior(bad, source="here")


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(PriorError, match="cannot be read"):
        load_prior(tmp_path / "none.json")


def test_a_prior_is_frozen() -> None:
    assert Prior.__dataclass_params__.frozen  # type: ignore[attr-defined]
