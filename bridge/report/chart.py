"""Line charts as SVG, by hand: a picture needs no library of 80 MB."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

_WIDTH: Final = 720
_HEIGHT: Final = 260
_LEFT: Final = 52
_RIGHT: Final = 160
_TOP: Final = 12
_BOTTOM: Final = 44
_TICKS: Final = 5

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a chart.

    Attributes:
        name: Stands at its end.
        points: x and y, in the chart's units; x rises.
        colour: As CSS has it; None: that of the text.
        is_dashed: Whether it is a line to compare with.
    """

    name: str
    points: Sequence[Point]
    colour: str | None = None
    is_dashed: bool = False


def line_chart(
    lines: Sequence[Line],
    *,
    title: str,
    x_label: str,
    y_label: str,
    is_log: bool = False,
    from_zero: bool = False,
) -> str:
    """Draw lines over one another.

    Args:
        lines: Each with at least one point; all values finite.
        title: What is seen, for people who see it not.
        x_label: What goes to the right.
        y_label: What goes up.
        is_log: Whether x is logarithmic; it must be above 0 then.
        from_zero: Whether the 0 of y is shown in any case.

    Returns:
        An SVG element that can stand alone or in a page; text has the colour that is around it.
    """
    points = [point for line in lines for point in line.points]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    y_ticks = _ticks([*ys, *([0.0] if from_zero else [])])
    x_low, x_high = _span(xs)
    x_ticks = [x for x in _ticks(xs, is_log=is_log) if x_low <= x <= x_high]
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM

    def place_x(x: float) -> float:
        low, high, value = (math.log(v) if is_log else v for v in (x_low, x_high, x))
        return _LEFT + (right - _LEFT) * (value - low) / (high - low)

    def place_y(y: float) -> float:
        return bottom - (bottom - _TOP) * (y - y_ticks[0]) / (y_ticks[-1] - y_ticks[0])

    parts = [f"<title>{escape(title)}</title>"]
    for y in y_ticks:
        parts.append(_rule((_LEFT, place_y(y)), (right, place_y(y))))
        parts.append(_text(_LEFT - 8, place_y(y) + 4, _number(y), anchor="end"))
    for x in x_ticks:
        parts.append(_text(place_x(x), bottom + 18, _number(x), anchor="middle"))
    parts.append(_text((_LEFT + right) / 2, _HEIGHT - 6, x_label, anchor="middle"))
    parts.append(
        f'<text transform="translate(14 {(_TOP + bottom) / 2}) rotate(-90)" '
        f'text-anchor="middle">{escape(y_label)}</text>'
    )
    below = -math.inf
    for line in sorted(lines, key=lambda line: place_y(line.points[-1][1])):
        parts.append(_path(line, [(place_x(x), place_y(y)) for x, y in line.points]))
        below = max(below + 15.0, place_y(line.points[-1][1]))  # names keep apart
        parts.append(_path(line, [(right + 8.0, below), (right + 26.0, below)]))
        parts.append(_text(right + 32, below + 4.0, line.name))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        'font-family="system-ui, sans-serif" font-size="13" fill="currentColor">'
        f"{''.join(parts)}</svg>\n"
    )


def _ticks(values: Sequence[float], *, is_log: bool = False) -> list[float]:
    """Round numbers around values: the first is below all, the last is above."""
    low, high = min(values), max(values)
    if is_log:
        first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
        return [10.0**power for power in range(first, max(last, first + 1) + 1)]
    rough = (high - low) / _TICKS or 1.0
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1.0, 2.0, 5.0, 10.0) if size * factor >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [step * number for number in range(first, max(last, first + 1) + 1)]


def _span(values: Sequence[float]) -> tuple[float, float]:
    """The least and the greatest value; something beyond it where they are one."""
    low, high = min(values), max(values)
    return (low, high) if high > low else (low, low + max(1.0, abs(low)))


def _path(line: Line, points: Sequence[Point]) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dash = ' stroke-dasharray="6 5"' if line.is_dashed else ""
    colour = line.colour or "currentColor"
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>'


def _number(value: float) -> str:
    return f"{value:.6g}".replace("-", "\N{MINUS SIGN}")


def _rule(start: Point, end: Point) -> str:
    return (
        f'<line x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}" '
        'stroke="currentColor" stroke-opacity=".2"/>'
    )


def _text(x: float, y: float, text: str, *, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
