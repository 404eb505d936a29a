"""Parameters of which `make quick` and `make check` try the first alone, and `make test` all."""

from collections.abc import Iterable

import pytest


def repeated(values: Iterable[object], *, first: int) -> list[object]:
    """These values for `pytest.mark.parametrize`; those behind the first are marked `repeated`."""
    return [
        value if place < first else pytest.param(value, marks=pytest.mark.repeated)
        for place, value in enumerate(values)
    ]
