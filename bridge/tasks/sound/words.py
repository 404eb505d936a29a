"""Sounds in an engineer's words: what is off, and what is turned."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from bridge.learning.q_learning import FloatArray
from bridge.tasks.sound.distance import FEATURES, LESS_WORDS, MORE_WORDS, Scale

_AUDIBLE_SD: Final = 0.15
"""What is nearer than this is said to be alike."""

_MOST_NAMED: Final = 2


def describe_error(error: FloatArray, scale: Scale, *, than: str) -> str:
    """What is off most, such as "0.8 octaves duller than the target"; empty where nothing is.

    Args:
        error: (6,) what was heard less what is wanted, standard deviations.
        scale: What one standard deviation is.
        than: What it is compared with.
    """
    order = np.argsort(-np.abs(error), kind="stable")
    parts = [
        _part(int(row), float(error[row] * scale.sd[row]))
        for row in order[:_MOST_NAMED]
        if abs(error[row]) >= _AUDIBLE_SD
    ]
    return f"{' and '.join(parts)} than {than}" if parts else ""


def _part(row: int, size: float) -> str:
    word = (MORE_WORDS if size > 0.0 else LESS_WORDS)[row]
    match FEATURES[row]:
        case "brightness":
            return f"{abs(size):.1f} octaves {word}"
        case "attack" | "length":
            return f"{2.0 ** abs(size):.1f} times {word}"
        case "body" | "roughness":
            return f"{abs(size):.0f} dB {word}"
        case _:
            return word


def describe_change(change: FloatArray) -> str:
    """What a change of the features (6,) does, such as "brighter, shorter"; for A, B and C."""
    order = np.argsort(-np.abs(change), kind="stable")
    words = [
        (MORE_WORDS if change[row] > 0.0 else LESS_WORDS)[row]
        for row in order[:_MOST_NAMED]
        if abs(change[row]) >= _AUDIBLE_SD
    ]
    return ", ".join(words) or "about the same"


def describe_turns(turns: Sequence[tuple[str, float, str, float]]) -> str:
    """Which knobs turn from where to where: "Filter Freq 0.41 (1.2 kHz) -> 0.53".

    Args:
        turns: Of each knob its name, where it stands, what the device shows there, where it goes.
    """
    return ", ".join(
        f"{name} {start:.2f}{f' ({shows})' if shows else ''} -> {end:.2f}"
        for name, start, shows, end in turns
    )
