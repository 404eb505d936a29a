"""The picture of a session: levels before and after, and how the moves were taken."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from bridge.install.extras import demo_library
from bridge.mix.spectrum import FloatArray

_INK: Final = "#263238"
_QUIET: Final = "#90a4ae"
_GRID: Final = "#e3e8eb"
_NEAR: Final = "#00796b"
_BLUE: Final = "#1565c0"
_DISLIKED: Final = "#c62828"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How a session went.

    Attributes:
        rewards: What each move earned, -1 to +1; 0 where it was not judged.
        distances: How far the mix was from the listener's taste, 1 at the start: first the start,
            then after each move. Empty where nobody knows, as with a person.
        rules_distance: The same for the static rules alone.
    """

    rewards: tuple[float, ...]
    distances: tuple[float, ...] = ()
    rules_distance: float | None = None


def draw_report(
    file: Path,
    *,
    names: Sequence[str],
    levels_lu: Sequence[FloatArray],
    progress: Progress,
) -> None:
    """Draw the picture as PNG.

    Args:
        file: Where to.
        names: The strips'.
        levels_lu: Before and after: (tracks,) loudness re mix, NaN for silence.
        progress: How the session went; the distance has a panel where it is known.

    Raises:
        AudioError: If matplotlib is missing.
        OSError: If the file cannot be written.
    """
    style = {
        "font.size": 10.0,
        "text.color": _INK,
        "axes.labelcolor": _INK,
        "axes.edgecolor": _QUIET,
        "axes.titlesize": 11.0,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.color": _INK,
        "ytick.color": _INK,
        "grid.color": _GRID,
    }
    with demo_library("matplotlib").rc_context(style), warnings.catch_warnings():
        # A name in a script that the font lacks is drawn as boxes, and no more said of it.
        warnings.filterwarnings("ignore", message="Glyph")
        # The figure itself, without pyplot: no window, and no state of the library's own.
        height = max(5.4, 1.6 + 0.36 * len(names))
        figure = demo_library("matplotlib.figure").Figure(
            figsize=(12.0, height), layout="constrained"
        )
        figure.get_layout_engine().set(w_pad=0.12, h_pad=0.12)
        levels, right = figure.subfigures(1, 2, width_ratios=(5, 4))
        _draw_levels(levels.subplots(), names, *levels_lu)
        if progress.distances:
            rewards, distance = right.subplots(2, 1, sharex=True)
            _draw_rewards(rewards, progress.rewards)
            _draw_distance(distance, progress)
            distance.set_xlabel("moves")
        else:
            rewards = right.subplots()
            _draw_rewards(rewards, progress.rewards)
            rewards.set_xlabel("moves")
        figure.savefig(str(file), format="png", dpi=130)


def _draw_levels(
    axes: Any,  # noqa: ANN401 - matplotlib is not loaded before it is needed
    names: Sequence[str],
    before_lu: FloatArray,
    after_lu: FloatArray,
) -> None:
    """One line a strip: a ring where it was, a dot where it is."""
    rows = np.arange(len(names))
    axes.hlines(rows, before_lu, after_lu, color=_QUIET, linewidth=2.5, zorder=2)
    axes.plot(
        before_lu, rows, "o", color=_QUIET, markerfacecolor="white", markersize=9, label="before"
    )
    axes.plot(after_lu, rows, "o", color=_BLUE, markersize=9, label="after")
    for row, change_lu in enumerate(after_lu - before_lu):
        text = f"{change_lu:+.1f}".replace("-", "\N{MINUS SIGN}")
        said = text if np.isfinite(change_lu) else "silent"
        axes.annotate(said, (1.0, row), xycoords=("axes fraction", "data"), ha="right", va="center")
    known = np.concatenate((before_lu, after_lu))
    known = known[np.isfinite(known)]
    low, high = (known.min(), known.max()) if known.size else (-20.0, 0.0)
    axes.set_xlim(low - 2.0, high + 4.0)  # the changes stand at the right
    axes.set_ylim(len(names) - 0.5, -0.7)
    axes.set_yticks(rows, [name.replace("$", r"\$") for name in names])  # no formulas
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    axes.set_title("Loudness of each strip")
    axes.set_xlabel("LU against the whole mix; the change at the right")
    axes.legend(loc="lower left", ncols=2, frameon=False, bbox_to_anchor=(0.45, 1.0))


def _draw_rewards(axes: Any, rewards: Sequence[float]) -> None:  # noqa: ANN401 - see _draw_levels
    """The sum of rewards, with a mark at every thumb."""
    earned = np.concatenate(([0.0], np.cumsum(rewards)))
    moves = np.arange(earned.size)
    judged = np.concatenate(([0.0], rewards))
    axes.plot(moves, earned, color=_INK, linewidth=1.4, zorder=2)
    for liked, colour, label in (
        (judged > 0.0, _NEAR, "liked"),
        (judged < 0.0, _DISLIKED, "disliked"),
    ):
        axes.plot(
            moves[liked], earned[liked], "o", color=colour, markersize=5, label=label, zorder=3
        )
    axes.set_title("Reward so far")
    axes.grid()
    axes.set_axisbelow(True)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.legend(loc="best", frameon=False)


def _draw_distance(axes: Any, progress: Progress) -> None:  # noqa: ANN401 - see _draw_levels
    """The way to the listener's taste, with the static rules beside it."""
    axes.plot(progress.distances, color=_NEAR, linewidth=2.0, label="with thumbs")
    if progress.rules_distance is not None:
        axes.axhline(
            progress.rules_distance, color=_QUIET, linestyle="--", label="static rules alone"
        )
    axes.set_ylim(0.0, 1.08 * max(*progress.distances, progress.rules_distance or 0.0, 1.0))
    axes.set_title("Distance from the listener's taste")
    axes.set_ylabel("of the start")
    axes.grid()
    axes.set_axisbelow(True)
    axes.legend(loc="best", frameon=False)
