"""The figures of `bridge.studies.learning.study` as a table of text."""

from collections.abc import Iterator
from typing import Any, Final

_HEAD: Final = (
    f"{'agent':<13}{'@10':>6}{'@25':>6}{'@50':>6}{'@100':>6}  {'95 % of @100':<13}{'p10':>6}"
    f"{'50mv':>7}{'100mv':>7}{'song 2':>8}{'dis50':>7}{'dis100':>8}{'heard50':>9}{'2nd 50':>8}"
    f"{'number':>8}{'clear':>7}{'worst dB':>10}{'worse':>7}{'p99 ms':>8}"
)


def table(results: dict[str, Any]) -> Iterator[str]:
    """The results as lines of text."""
    place = None
    for row in results["rows"]:
        here = (row["tracks"], row["population"], row["condition"])
        if here != place:
            place = here
            people = f"{row['listeners']} listeners"
            yield ""
            yield f"{row['tracks']} tracks, {row['population']}, {row['condition']}, {people}"
            yield _HEAD
        yield _line(row)
        if "lift" in row:
            parts = (f"{k} {v['mean']:+.3f} +- {v['se']:.3f}" for k, v in row["lift"].items())
            yield f"{'':13}over learning off: {', '.join(parts)}"


def _line(row: dict[str, Any]) -> str:
    thumbs, moves = row["thumbs"], row["moves"]
    fractions = "".join(f"{thumbs[k]['mean']:6.2f}" for k in ("10", "25", "50", "100"))
    low_high = f"{thumbs['100']['low']:.2f}..{thumbs['100']['high']:.2f}"
    names = ("disliked_50", "disliked_100", "heard_disliked_50", "heard_disliked_100")
    disliked = "".join(
        f"{row[name]:{width}.0%}" for name, width in zip(names, (7, 8, 9, 8), strict=True)
    )
    disliked += f"{row['heard_dislikes']:8.1f}{row['clearly_disliked_100']:7.0%}"
    return (
        f"{row['agent']:<13}{fractions}  {low_high:<13}{thumbs['100']['p10']:6.2f}"
        f"{moves['50']['mean']:7.2f}{moves['100']['mean']:7.2f}{row['frozen']['mean']:8.2f}"
        f"{disliked}{row['worst_db']:10.1f}{row['left_worse']:7.0%}{row['decision_p99_ms']:8.2f}"
    )
