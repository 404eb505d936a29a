"""The shipped prior: what simulated listeners taught before this person's first answer.

One JSON file: schema version, where it comes from, tables and taste, and a checksum over all of
that. No pickle: a file that somebody sends may be read without running it.
"""

import hashlib
import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.errors import PriorError
from bridge.learning.taste import TastePrior

FloatArray = NDArray[np.float64]

SCHEMA: Final = 2
"""Raised whenever a reader of the older form would misread the newer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """What an agent starts from.

    Attributes:
        tables: Q-values by family of actions; the shape is the agent's own.
        taste: The belief about anybody.
        provenance: Command, seeds, date and version that made it.
        checksum: SHA-256 over everything else; what is learnt names the prior it rests on.
    """

    tables: dict[str, FloatArray]
    taste: TastePrior
    provenance: dict[str, Any]
    checksum: str


def encode_prior(
    *,
    tables: dict[str, FloatArray],
    taste: TastePrior,
    provenance: dict[str, Any],
) -> bytes:
    """The file's bytes. Numbers are rounded to 4 decimals: finer differences are noise."""
    body = {
        "provenance": provenance,
        "schema": SCHEMA,
        "tables": {name: _plain(table) for name, table in tables.items()},
        "taste": {name: _plain(getattr(taste, name)) for name in TastePrior.__slots__},
    }
    return _canonical({"checksum": hashlib.sha256(_canonical(body)).hexdigest(), **body}) + b"\n"


def decode_prior(data: bytes, *, source: str, command: str = "train-prior") -> Prior:
    """A prior from its file's bytes; errors name the file, `source`, and the study that makes it.

    Raises:
        PriorError: If it is not JSON, of another schema, incomplete, damaged or not finite.
    """
    try:
        body = json.loads(data)
        schema, checksum = body["schema"], body.pop("checksum")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise PriorError(
            f"{source}: expected a prior in JSON, got something else ({error!r}); "
            f"make one with `mixbridge study {command}`."
        ) from error
    if schema != SCHEMA:
        raise PriorError(
            f"{source}: this version reads priors of schema {SCHEMA}, got {schema!r}; "
            f"train it anew with `mixbridge study {command}`."
        )
    if hashlib.sha256(_canonical(body)).hexdigest() != checksum:
        raise PriorError(
            f"{source}: the checksum does not match, so the file is damaged or was edited; "
            f"take a fresh copy or train it anew with `mixbridge study {command}`."
        )
    try:
        prior = _from_body(body, checksum)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise PriorError(
            f"{source}: a part of the prior is missing or of the wrong form ({error!r}); "
            f"train it anew with `mixbridge study {command}`."
        ) from error
    return prior


def _from_body(body: dict[str, Any], checksum: str) -> Prior:
    taste = TastePrior(
        **{name: _array(body["taste"][name]) for name in TastePrior.__slots__},
    )
    return Prior(
        tables={name: _array(table) for name, table in body["tables"].items()},
        taste=taste,
        provenance=dict(body["provenance"]),
        checksum=checksum,
    )


def load_prior(
    path: Path | None = None, *, shipped: str = "prior.json", command: str = "train-prior"
) -> Prior:
    """The prior in a file, or the shipped one of that name, which `command` makes.

    Raises:
        PriorError: If it cannot be read or used.
    """
    source = files("bridge") / "data" / shipped if path is None else path
    try:
        data = source.read_bytes()
    except OSError as error:
        raise PriorError(
            f"{source}: the prior cannot be read ({error.strerror}); "
            "name another file, or none for the shipped one."
        ) from error
    return decode_prior(data, source=str(source), command=command)


def _plain(array: FloatArray) -> dict[str, Any]:
    return {"shape": list(array.shape), "values": np.round(array.ravel(), 4).tolist()}


def _array(plain: dict[str, Any]) -> FloatArray:
    array = np.array(plain["values"], dtype=np.float64).reshape(plain["shape"])
    if not np.isfinite(array).all():
        raise ValueError("a number is not finite")
    return array


def _canonical(body: dict[str, Any]) -> bytes:
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
