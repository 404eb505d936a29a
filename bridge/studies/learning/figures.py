"""What episodes come to: means, intervals, lifts, dislikes; and the picture of the curves.

Fractions are of the gain that a greedy oracle makes of the same song in as many moves as the second
song has. A session that ended early keeps its last value.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.mix.spectrum import FloatArray

Record = dict[str, Any]
"""One episode as `bridge.studies.learning.roster.receive` gives it."""

THUMBS: Final = (10, 25, 50, 100)
MOVES: Final = (50, 100, 200)

_RESAMPLES: Final = 2000
_DISLIKED: Final = -1.0
_CLEARLY_DISLIKED: Final = -3.0
_LEFT_WORSE: Final = -1e-6


def at(record: Record, axis: str, count: int) -> float:
    """The fraction after `count` thumbs (axis `by_thumb`) or moves (`by_move`).

    >>> at({"by_thumb": [0.1, 0.2], "ending": 0.3}, "by_thumb", 2)
    0.2
    >>> at({"by_thumb": [0.1, 0.2], "ending": 0.3}, "by_thumb", 50)
    0.3
    """
    series = record[axis]
    if count == 0:
        return 0.0
    return float(series[count - 1] if count <= len(series) else record["ending"])


def disliked(record: Record, moves: int, *, least: float = -1.0) -> float:
    """The share of the first own moves whose true change was below `least` noticeable ones."""
    changes = np.array(record["changes"][:moves])
    return float((changes < least).mean()) if changes.size else 0.0


def interval(values: FloatArray, *, seed: int = 0) -> tuple[float, float]:
    """The 95 % bootstrap interval of a mean (percentile method, Efron & Tibshirani 1993)."""
    rng = np.random.default_rng(seed)
    means = values[rng.integers(0, values.size, (_RESAMPLES, values.size))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def spread(values: Iterable[float]) -> dict[str, float]:
    """Mean, 10th percentile and 95 % interval over listeners."""
    array = np.array(list(values))
    low, high = interval(array)
    figures = {"mean": array.mean(), "p10": np.percentile(array, 10), "low": low, "high": high}
    return {name: round(float(value), 4) for name, value in figures.items()}


_LIFTED: Final[dict[str, Callable[[Record], float]]] = {
    "50": lambda record: at(record, "by_thumb", 50),
    "100": lambda record: at(record, "by_thumb", 100),
    "frozen": lambda record: float(record["frozen"]),
}


def lift(records: Sequence[Record], without: Sequence[Record]) -> dict[str, dict[str, float]]:
    """What learning adds for the same listeners: mean difference and its standard error."""
    other = {record["listener"]: record for record in without}
    pairs = [(record, other[record["listener"]]) for record in records]
    found = {}
    for name, value in _LIFTED.items():
        differences = np.array([value(on) - value(off) for on, off in pairs])
        error = differences.std(ddof=1) / np.sqrt(differences.size) if differences.size > 1 else 0.0
        found[name] = {"mean": round(float(differences.mean()), 4), "se": round(float(error), 4)}
    return found


def summarise(records: Sequence[Record]) -> dict[str, Any]:
    """The figures of one agent with one population, size and condition.

    Dislikes are counted on the true change of the agent's own moves, whether or not they were
    answered; the undos, which mostly undo harm, are not among them. ``heard_disliked`` is their
    share of the moves that can be heard at all, in the first and in the second fifty, and
    ``heard_dislikes`` how many of them one listener hears among the first hundred: an agent that
    rests sooner makes fewer, though the last ones that it makes are no surer.
    """
    changes = [np.array(record["changes"]) for record in records]
    first_50 = np.concatenate([change[:50] for change in changes])
    first_100 = np.concatenate([change[:100] for change in changes])
    endings = [value for record in records for value in (record["ending"], record["frozen"])]
    return {
        "listeners": len(records),
        "thumbs": {str(k): spread(at(record, "by_thumb", k) for record in records) for k in THUMBS},
        "moves": {str(k): spread(at(record, "by_move", k) for record in records) for k in MOVES},
        "frozen": spread(record["frozen"] for record in records),
        "disliked_50": _share(first_50 < _DISLIKED),
        "disliked_100": _share(first_100 < _DISLIKED),
        "clearly_disliked_100": _share(first_100 < _CLEARLY_DISLIKED),
        "effective_100": round(float((np.abs(first_100) > 1.0).sum() / len(records)), 1),
        "heard_disliked_50": _audible_disliked(first_50),
        "heard_disliked_100": _audible_disliked(
            np.concatenate([change[50:100] for change in changes])
        ),
        "heard_dislikes": round(float((first_100 < _DISLIKED).sum() / len(records)), 1),
        "worst_db": round(max(float(record["worst_db"]) for record in records), 1),
        "worst_change": round(min(float(c.min(initial=0.0)) for c in changes), 1),
        "left_worse": _share(np.array(endings) < _LEFT_WORSE),
        "thumbs_used": round(float(np.mean([len(record["by_thumb"]) for record in records])), 1),
        "moves_used": round(float(np.mean([len(record["by_move"]) for record in records])), 1),
    }


def decision_p99_ms(records: Iterable[Record]) -> float:
    """The 99th percentile over all looks of all sessions."""
    times = np.concatenate(
        [np.array(record["decision_us"], dtype=np.float64) for record in records]
    )
    return round(float(np.percentile(times, 99)) / 1000.0, 3) if times.size else 0.0


def _audible_disliked(changes: FloatArray) -> float:
    return _share(changes[np.abs(changes) > -_DISLIKED] < 0.0)


def _share(hits: NDArray[np.bool_]) -> float:
    return round(float(hits.mean()), 4) if hits.size else 0.0


# -- the picture ----------------------------------------------------------------------------------

_COLOURS: Final = {
    "agent": "#b2182b",
    "learning off": "#ef8a62",
    "linucb": "#5e3c99",
    "rules+undo": "#2166ac",
    "rules": "#67a9cf",
    "oracle": "#222222",
}
_GREY: Final = "#999999"
_TITLES: Final = {
    "std": "the people of the prior",
    "shift": "people who hear differently",
    "diverse": "people of diverse tastes",
    "human": "people spread as in real mixes",
}


def draw_curves(path: Path, records: Sequence[Record], *, tracks: int, thumbs: int) -> None:
    """Save the picture: fraction of the oracle's gain over thumbs, a panel for each population."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    populations = [name for name in _TITLES if any(r["population"] == name for r in records)]
    figure, panels = plt.subplots(
        1, len(populations), figsize=(5.2 * len(populations), 4.6), sharey=True, squeeze=False
    )
    for panel, population in zip(panels[0], populations, strict=True):
        here = [record for record in records if record["population"] == population]
        ends = {}
        for name in dict.fromkeys(record["agent"] for record in here):
            own = [record for record in here if record["agent"] == name]
            curve = [
                np.mean([at(record, "by_thumb", k) for record in own]) for k in range(thumbs + 1)
            ]
            is_main = name == "agent"
            colour = _COLOURS.get(name, _GREY)
            panel.plot(curve, color=colour, linewidth=2.4 if is_main else 1.3)
            ends[name] = (float(curve[-1]), colour)
        _label(panel, ends, thumbs)
        panel.set_title(f"{population}: {_TITLES[population]}", fontsize=10)
        panel.set_xlabel("thumbs")
        panel.set_xlim(0, thumbs * 1.32)
        panel.set_xticks(np.linspace(0, thumbs, 5))
        panel.set_ylim(-0.3, 1.05)
        panel.grid(alpha=0.25)
        panel.spines[["top", "right"]].set_visible(False)
    panels[0][0].set_ylabel("share of the oracle's gain")
    listeners = 1 + max(record["listener"] for record in records)
    figure.suptitle(
        f"{tracks} tracks, mean of {listeners} simulated listeners; "
        "a session that ended early keeps its last value",
        fontsize=10,
    )
    figure.tight_layout()
    figure.savefig(path, dpi=130)
    plt.close(figure)


_LEAST_APART: Final = 0.045


def _label(panel: Any, ends: dict[str, tuple[float, str]], thumbs: int) -> None:  # noqa: ANN401 - matplotlib is not typed here
    """Write each line's name at its end, moved apart where they would overlap."""
    height = -0.28
    for name, (value, colour) in sorted(ends.items(), key=lambda end: end[1][0]):
        height = max(value, height)
        panel.text(thumbs * 1.02, height, name, color=colour, fontsize=8, va="center")
        height += _LEAST_APART
