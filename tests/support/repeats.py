"""Parameters of which `make quick` and `make check` try only the first, and `make test` all."""

from collections.abc import Iterable

import pytest


def repeated(values: Iterable[object], *, first: int) -> list[object]:
    """These values for `pytest.mark.parametrize`; those behind the first are marked `long`.

    A value that is a tuple is one of each argument.
    """
    return [
        value
        if place < first
        else pytest.param(
            *(value if isinstance(value, tuple) else (value,)), marks=pytest.mark.long
        )
        for place, value in enumerate(values)
    ]
