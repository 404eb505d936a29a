"""Draw the faces of the devices: `python -m max_patches.draw` writes the pictures in docs/.

It shows each box of the presentation view where Live shows it, with the colours of Live's Mid Dark
theme and a common font in the place of Live's own; what stands in the displays is an example.
"""

from pathlib import Path
from typing import Any, Final

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from bridge.agents.reasons import Claim, reason
from bridge.mix.params import Param
from max_patches.devices import hub, track
from max_patches.inventory import FOLDER
from max_patches.patching import DEVICE_HEIGHT, Patch

DOCS: Final = FOLDER.parent / "docs"
_TITLE: Final = 18
_SCALE: Final = 3  # pixels of the picture to one of Live's
_THEME: Final = {
    "live_surface": "#464646",
    "live_title": "#2e2e2e",
    "live_control_bg": "#2d2d2d",
    "live_control_fg": "#d2d2d2",
    "live_control_fg_off": "#8b8b8b",
    "live_control_selection": "#ffad56",
    "live_contrast_frame": "#242424",
    "live_lcd_bg": "#1b1b1b",
    "live_lcd_control_fg": "#ffad56",
    "live_lcd_control_fg_zombie": "#9a9a9a",
    "live_lcd_title": "#f0f0f0",
    "live_freeze_color": "#5fb3ff",
}
EXAMPLES: Final[dict[str, dict[str, str]]] = {
    "mixbridge Hub": {
        "version": "mixbridge 0.1.0 at port 11001",
        "count": "14 tracks   9 heard   1 held by Live",
        "status": "the DAW at 127.0.0.1:11000 is there",
        "state": "proposed",
        "knobs": "no knobs",
        "move": "Lead Vox   fader   -6.0 dB to -4.5 dB",
        "reason": reason(
            (Claim(name="Lead Vox", param=Param.GAIN, error=-3.1, change=1.5, answers=12),),
            habit="",
            is_try=False,
        ),
    },
    "mixbridge Track": {"track": "Lead Vox", "level": "-18.3 RMS   -6.4 peak"},
}
BANDS_DB: Final = (-71, -62, -44, -31, -26, -24, -29, -36, -41, -55)


def draw(patch: Patch, path: Path) -> None:
    """Draw a device's face, with Live's title bar over it, to a PNG."""
    height = DEVICE_HEIGHT + _TITLE
    figure = plt.figure(figsize=(patch.width / 100, height / 100), dpi=100 * _SCALE)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, patch.width), ylim=(DEVICE_HEIGHT, -_TITLE))
    axes.axis("off")
    _rectangle(axes, [0, -_TITLE, patch.width, height], _THEME["live_surface"], 0)
    _rectangle(axes, [0, -_TITLE, patch.width, _TITLE], _THEME["live_title"], 0)
    _write(axes, patch.name, [18, -_TITLE, patch.width, _TITLE], 10, "#e8e8e8", 0)
    _rectangle(axes, [6, -_TITLE + 5, 8, 8], _THEME["live_control_selection"], 4)
    for box in (entry["box"] for entry in patch.boxes):
        if box.get("presentation"):
            _draw_box(axes, box, EXAMPLES[patch.name])
    figure.savefig(path)
    plt.close(figure)


def _draw_box(axes: Axes, box: dict[str, Any], examples: dict[str, str]) -> None:
    rect = box["presentation_rect"]
    kind = box["maxclass"]
    if kind == "panel":
        _rectangle(axes, rect, _colour(box, "bgfillcolor"), box["rounded"])
    elif kind == "live.comment":
        text = examples.get(box["varname"], box.get("text", ""))
        align = box["textjustification"]
        _write(axes, text, rect, box["fontsize"], _colour(box, "textcolor"), align)
    elif kind == "multislider":
        x, y, width, height = rect
        low, high = box["setminmax"]
        step = width / box["size"]
        for place, level in enumerate(BANDS_DB):
            tall = height * (level - low) / (high - low)
            bar = [x + place * step + 1, y + height - tall, step - 2, tall]
            _rectangle(axes, bar, _colour(box, "slidercolor"), 0)
    elif kind == "live.tab":
        _draw_tab(axes, box)
    elif kind == "umenu":
        _rectangle(axes, rect, _THEME["live_control_bg"], 3, _THEME["live_contrast_frame"])
        _write(axes, examples["knobs"], rect, box["fontsize"], _THEME["live_control_fg"], 0)
    elif box["varname"] == "Connected":
        _rectangle(axes, rect, _colour(box, "activebgoncolor"), rect[2] / 2)
    else:
        _rectangle(axes, rect, _colour(box, "activebgcolor"), 3, _colour(box, "bordercolor"))
        _write(axes, box["text"], rect, box["fontsize"], _THEME["live_control_fg"], 1)


def _draw_tab(axes: Axes, box: dict[str, Any]) -> None:
    x, y, width, height = box["presentation_rect"]
    names = box["saved_attribute_attributes"]["valueof"]["parameter_enum"]
    step = width / len(names)
    for place, name in enumerate(names):
        is_chosen = place == 1
        colour = _colour(box, "activebgoncolor" if is_chosen else "activebgcolor")
        rect = [x + place * step, y, step - 2, height]
        _rectangle(axes, rect, colour, 3, _colour(box, "bordercolor"))
        _write(axes, name, rect, box["fontsize"], "#1b1b1b" if is_chosen else "#d2d2d2", 1)


def _colour(box: dict[str, Any], attribute: str) -> str:
    expression: str = box["saved_attribute_attributes"][attribute]["expression"]
    return _THEME[expression.removeprefix("themecolor.")]


def _rectangle(
    axes: Axes, rect: list[float], colour: str, rounded: float, border: str | None = None
) -> None:
    x, y, width, height = rect
    style = f"round,pad=0,rounding_size={rounded}" if rounded else "square,pad=0"
    axes.add_patch(
        FancyBboxPatch(
            (x, y), width, height, boxstyle=style, facecolor=colour, edgecolor=border or "none",
            linewidth=0.7,
        )
    )  # fmt: skip


def _write(
    axes: Axes, text: str, rect: list[float], size: float, colour: str, justification: int
) -> None:
    x, y, width, height = rect
    at = (x + 2, x + width / 2, x + width - 2)[justification]
    lines = _wrap(text, width, size)
    top = y + height / 2 + size * 0.36 if len(lines) == 1 else y + 2
    axes.text(
        at, top, "\n".join(lines), color=colour, fontsize=size * 0.72, family="DejaVu Sans",
        ha=("left", "center", "right")[justification],
        va="baseline" if len(lines) == 1 else "top", linespacing=1.25,
    )  # fmt: skip


def _wrap(text: str, width: float, size: float) -> list[str]:
    room = width / (size * 0.52)
    lines = [""]
    for word in text.split(" "):
        if len(lines[-1]) + len(word) + 1 > room and lines[-1].strip():
            lines.append(word)
        else:
            lines[-1] += f" {word}" if lines[-1] else word
    return lines


if __name__ == "__main__":
    draw(hub(), DOCS / "ableton-hub.png")
    draw(track(), DOCS / "ableton-track.png")
