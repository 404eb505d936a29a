"""How much of what repeats `make quick`, `make check`, `make test` and `make soak` play."""

import os
from collections.abc import Iterable

import pytest


def share(whole: int) -> int:
    """How many repetitions of something random: a quarter, or with ``MIXBRIDGE_SOAK=1`` all."""
    return whole if os.environ.get("MIXBRIDGE_SOAK") == "1" else whole // 4


def repeated(values: Iterable[object], *, first: int) -> list[object]:
    """These values for `pytest.mark.parametrize`; those behind the first are marked `long`.

    `make quick` and `make check` leave those out.

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
