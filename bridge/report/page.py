"""The report of one session as one HTML file: no script, nothing that is loaded from elsewhere."""

import base64
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final

from bridge.daws import DAWS
from bridge.errors import AudioError, ConfigError
from bridge.install.extras import demo_library
from bridge.mix.params import MOVABLE, PARAM_WORDS, SPECS, Param, in_words, same_value
from bridge.report.chart import Line, line_chart
from bridge.report.record import SessionRecord
from bridge.report.tables import Table, make_tables
from bridge.text_file import shown

_STATES: Final = {
    "proposed": "suggested, not answered",
    "applied": "on its way",
    "confirmed": "in the mix",
    "unconfirmed": "in the mix, not confirmed by the DAW",
    "reverted": "taken back",
    "skipped": "skipped",
    "expired": "expired",
}
_ACTORS: Final = {"bridge": "Bridge", "hand": "Your hand", "daw": "DAW"}
_DIMENSIONS: Final = {
    "level": "level", "low": "lows", "lowmid": "low mids", "highmid": "high mids",
    "high": "highs", "width": "width",
}  # fmt: skip
_SPAN: Final = {"dB": 24.0, "": 2.0}
"""The whole way of a picture of a change, in the unit of its values: what the studio's limits let
happen, and the whole of a pan."""

_TASTE_SPAN: Final = {"dB": 12.0, "": 1.0}
"""The same of a belief: few people differ more from most listeners."""

_NOTABLE: Final = {"dB": 0.3, "": 0.03}
"""A smaller change of a belief is not worth a line."""

_AUDIO: Final = ("before", "after")
_MINUS: Final = "\N{MINUS SIGN}"

_STYLE: Final = """
:root { color-scheme: light dark; --ground: #f3f5f6; --panel: #fff; --edge: #cfd7dc;
  --text: #14191d; --soft: #46535d; --mark: #0b7565; --bad: #b3261e; --way: #b5d6d9; }
@media (prefers-color-scheme: dark) { :root { --ground: #12161a; --panel: #1a2026; --edge: #303a43;
  --text: #eef2f4; --soft: #b4bfc8; --mark: #5bd1bd; --bad: #ff8f85; --way: #2c4a51; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1080px; padding: 24px 16px 64px; background: var(--ground);
  color: var(--text); font: 16px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 32px 0 8px; }
p { margin: 4px 0; max-width: 74ch; } .soft { color: var(--soft); }
.card { background: var(--panel); border: 1px solid var(--edge); border-radius: 12px;
  padding: 12px 16px; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; } th { text-align: left; font-weight: 600; }
th, td { padding: 5px 12px 5px 0; vertical-align: top; border-bottom: 1px solid var(--edge); }
tr:last-child td { border-bottom: 0; }
.number { white-space: nowrap; font-variant-numeric: tabular-nums; }
.why { min-width: 28ch; } .bad { color: var(--bad); } .good { color: var(--mark); }
.bar { position: relative; height: 16px; min-width: 160px; }
.bar i { position: absolute; } .bar .rail { left: 0; right: 0; top: 7px; height: 2px;
  background: var(--edge); } .bar .zero { left: 50%; top: 2px; width: 1px; height: 12px;
  background: var(--soft); } .bar .way { top: 5px; height: 6px; background: var(--way); }
.bar .from, .bar .to { top: 2px; width: 12px; height: 12px; margin-left: -6px; border-radius: 50%;
  border: 2px solid var(--mark); background: var(--panel); } .bar .to { background: var(--mark); }
.line { position: relative; height: 56px; margin: 0 10px; border-bottom: 2px solid var(--edge); }
.line span { position: absolute; transform: translateX(-50%); font-size: .8rem; line-height: 1; }
.line .up { bottom: 26px; color: var(--mark); } .line .down { bottom: 12px; color: var(--bad); }
.line .none { bottom: -1px; color: var(--soft); }
.ends { display: flex; justify-content: space-between; font-size: .85rem; }
@media (max-width: 640px) { .stack thead { display: none; } .stack table, .stack tbody, .stack tr,
  .stack td { display: block; border: 0; padding: 0; }
  .stack td:nth-child(-n+2) { display: inline; margin-right: 1ch; color: var(--soft); }
  .stack tr { padding: 8px 0; border-bottom: 1px solid var(--edge); } }
svg { display: block; width: 100%; min-width: 560px; max-width: 720px; height: auto; }
.audio { display: flex; flex-wrap: wrap; gap: 8px 24px; } audio { vertical-align: middle; }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What a demo knows of its session beyond the journal.

    Attributes:
        audio: The mix ``before`` and ``after`` as data URLs.
        distances: How far the mix was from the listener's taste, 1 at the start and then after each
            move; empty where nobody knows, as with a person.
        rules_distance: The same for the static rules alone.
    """

    audio: Mapping[str, str]
    distances: Sequence[float] = ()
    rules_distance: float | None = None


def make_page(record: SessionRecord, *, name: str, demo: Demo | None = None) -> str:
    """The report of a session.

    Args:
        record: The session.
        name: Of the store, for the title.
        demo: What a demo adds.
    """
    tables = {table: _rows(columns) for table, columns in make_tables([record]).items()}
    title = f"Session {record.number} of {name}"
    body = [
        f'<p class="soft">{escape(_subtitle(record))}</p>',
        f"<p>{escape(_summary(tables))}</p>",
        *(f'<p class="card">{escape(note)}</p>' for note in record.notes),
        section("Listen", players(demo.audio) if demo else ""),
        section("The way to the listener's taste", _way(demo)),
        section("What changed", _changes(tables["mix"])),
        section("Your answers", _answers(tables["moves"])),
        section("Every move", _moves(tables["moves"])),
        section("What is believed of your taste, before and after", _beliefs(tables["beliefs"])),
    ]
    return make_document(title, body)


def make_document(title: str, parts: Iterable[str]) -> str:
    """A whole HTML file of a title and parts in HTML; empty parts are left out."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'; media-src data:\">"
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body><main>\n<h1>{escape(title)}</h1>\n{chr(10).join(filter(None, parts))}\n"
        "</main></body></html>\n"
    )


def write_page(page: str, path: Path) -> None:
    """Write a report.

    Raises:
        ConfigError: If the file cannot be written.
    """
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{shown(path)}: cannot be written: {error.strerror}.") from None


def demo_beside(store: Path) -> Demo | None:
    """What a demo has left beside its store; None where there is none."""
    files = [store.with_name(f"{when}.wav") for when in _AUDIO]
    try:
        summary = json.loads(store.with_name("summary.json").read_text(encoding="utf-8"))
        return Demo(
            audio={when: data_url(file) for when, file in zip(_AUDIO, files, strict=True)},
            distances=tuple(map(float, summary["distances"])),
            rules_distance=summary["rules_distance"],
        )
    except (OSError, ValueError, LookupError, TypeError):
        return None


def data_url(file: Path) -> str:
    """A WAV file as a data URL: MP3, a tenth of the size, where that can be made here."""
    try:
        soundfile = demo_library("soundfile")
        samples, rate = soundfile.read(file, dtype="float32")
        packed = io.BytesIO()
        soundfile.write(packed, samples, rate, format="MP3")
        content, kind = packed.getvalue(), "mpeg"
    except (AudioError, RuntimeError, ValueError):  # no library, or one that writes no MP3
        content, kind = file.read_bytes(), "wav"
    return f"data:audio/{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _rows(table: Table) -> list[dict[str, Any]]:
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


def section(title: str, content: str) -> str:
    """A part of a document under a title; empty where there is no content."""
    return f"<h2>{escape(title)}</h2>\n{content}" if content else ""


def _table(name: str, heads: Iterable[str], rows: Iterable[str], *, kind: str = "") -> str:
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    return (
        f'<div class="card {kind}" role="region" aria-label="{name}" tabindex="0">'
        f"<table><thead><tr>{head}</tr></thead><tbody>\n{chr(10).join(rows)}\n</tbody></table></div>"
    )


def _cells(*cells: str) -> str:
    return f"<tr>{''.join(cells)}</tr>"


def _cell(text: str, kind: str = "") -> str:
    attribute = f' class="{kind}"' if kind else ""
    return f"<td{attribute}>{escape(text.replace('-', _MINUS) if kind == 'number' else text)}</td>"


# -- the parts -------------------------------------------------------------------------------------


def _subtitle(record: SessionRecord) -> str:
    dialect = record.settings["daw"]["dialect"]
    daw = DAWS[dialect].title if dialect in DAWS else dialect
    end = (
        f" to {record.ended:%H:%M}" if record.ended else ", which has not ended well or still runs"
    )
    when = f"{record.started:%Y-%m-%d %H:%M}{end} UTC"
    return f"{when} · {daw} · began in {record.settings['mode']} · mixbridge {record.version}"


def _summary(tables: Mapping[str, list[dict[str, Any]]]) -> str:
    own = [row for row in tables["moves"] if row["actor"] == "bridge"]
    others = len(tables["moves"]) - len(own)
    liked, disliked = (
        sum(1 for row in own if (row["reward"] or 0.0) * sign > 0.0) for sign in (1.0, -1.0)
    )
    text = (
        f"The bridge chose {_count(len(own), 'move')}: {liked} liked, {disliked} not liked, "
        f"{len(own) - liked - disliked} without an answer."
    )
    if others:
        text += f" Hands and the DAW made {_count(others, 'move')}."
    return text


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def players(audio: Mapping[str, str], *, note: str = "All are equally loud.") -> str:
    """Audio to be played, by name, with a note below it; the values are data URLs."""
    labels = "".join(
        f'<label>{name.capitalize()} <audio controls src="{url}"></audio></label>'
        for name, url in audio.items()
    )
    return f'<div class="card audio">{labels}</div><p class="soft">{escape(note)}</p>'


def chart_card(name: str, chart: str) -> str:
    """A chart in a frame; a narrow window moves it sideways."""
    return f'<div class="card" role="region" aria-label="{name}" tabindex="0">{chart}</div>'


def _way(demo: Demo | None) -> str:
    if demo is None or not demo.distances:
        return ""
    lines = [Line(name="with thumbs", points=list(enumerate(demo.distances)), colour="#0f8f7d")]
    if (rules := demo.rules_distance) is not None:
        ends = [(0.0, rules), (len(demo.distances) - 1.0, rules)]
        lines.append(Line(name="static rules alone", points=ends, is_dashed=True))
    title = "Distance from the listener's taste after each move, 1 at the start"
    chart = line_chart(lines, title=title, x_label="moves", y_label="of the start", from_zero=True)
    legend = "How far the mix is from what the simulated listener wants; 1 at the start."
    return f'<p class="soft">{legend}</p>{chart_card("Distance", chart)}'


def _changes(rows: Iterable[dict[str, Any]]) -> str:
    changed = [row for row in rows if _is_changed(row)]
    if not changed:
        return ""
    lines = [
        _cells(
            _cell(row["track"]),
            _cell(PARAM_WORDS[Param(row["param"])]),
            _cell(f"{_value(row['param'], row['start'])} → {_value(row['param'], row['end'])}",
                  "number"),
            f"<td>{_bar(row['end'] - row['start'], 0.0, _SPAN[row['unit']])}</td>",
        )
        for row in changed
    ]  # fmt: skip
    legend = (
        '<p class="soft">Every control that differs from the snapshot, whoever moved it. '
        "Ring: where it was. Dot: where it is. Each side of the picture is 12 dB, or half of "
        "the pan range.</p>"
    )
    return legend + _table("Changes", ("track", "control", "from and to", "how far"), lines)


def _is_changed(row: Mapping[str, Any]) -> bool:
    start, end = row["start"], row["end"]
    if not (math.isfinite(start) and math.isfinite(end)):
        return False
    return not same_value(Param(row["param"]), start, end)


def _value(param: str | None, value: float | None) -> str:
    if value is None or not math.isfinite(value):
        return "?"
    if param in {each.value for each in MOVABLE}:
        return in_words(Param(param), value)
    return f"{value:.2f}"


def _bar(to: float, start: float, span: float) -> str:
    """A picture of two values beside 0, which is in the middle of the span."""
    a, b = (50.0 + 100.0 * max(-0.5, min(0.5, value / span)) for value in (start, to))
    low, high = min(a, b), max(a, b)
    return (
        '<div class="bar" aria-hidden="true"><i class="rail"></i><i class="zero"></i>'
        f'<i class="way" style="left:{low:.1f}%;width:{high - low:.1f}%"></i>'
        f'<i class="from" style="left:{a:.1f}%"></i><i class="to" style="left:{b:.1f}%"></i></div>'
    )


def _answers(rows: Iterable[dict[str, Any]]) -> str:
    own = [row for row in rows if row["actor"] == "bridge"]
    if not own:
        return ""
    last = max(row["at_s"] for row in own) or 1.0
    marks = "".join(
        f'<span class="{kind}" style="left:{100.0 * row["at_s"] / last:.1f}%">{sign}</span>'
        for row in own
        for kind, sign in (_mark(row["reward"]),)
    )
    return (
        '<p class="soft">▲ good, ▼ bad, · no answer; from left to right as the moves came.</p>'
        f'<div class="card"><div class="line" aria-hidden="true">{marks}</div>'
        f'<div class="ends soft"><span>{_clock(0.0)}</span><span>{_clock(last)}</span></div></div>'
    )


def _mark(reward: float | None) -> tuple[str, str]:
    if not reward:
        return "none", "·"
    return ("up", "▲") if reward > 0.0 else ("down", "▼")


def _clock(at_s: float) -> str:
    minutes, seconds = divmod(int(at_s), 60)
    return f"{minutes}:{seconds:02}"


def _moves(rows: Iterable[dict[str, Any]]) -> str:
    lines = [_move(row) for row in rows]
    heads = ("time", "who", "what", "why", "answer", "result")
    return (
        _table("Moves", heads, lines, kind="stack")
        if lines
        else '<p class="card">Nothing was moved.</p>'
    )


def _move(row: Mapping[str, Any]) -> str:
    param = row["param"]
    words = PARAM_WORDS[Param(param)] if param in SPECS else str(param)
    to = row["to_value"] if row["granted_value"] is None else row["granted_value"]
    answer = {"none": "", "up": "▲ good", "down": "▼ bad"}[_mark(row["reward"])[0]]
    became = [_STATES.get(row["state"] or "", row["state"] or ""), row["outcome"] or ""]
    return _cells(
        _cell(_clock(row["at_s"]), "number"),
        _cell(_ACTORS.get(row["actor"], row["actor"])),
        f'<td>{escape(str(row["track"] or "?"))} {escape(words)} <span class="number">'
        f"{_typeset(_value(param, row['from_value']))} → {_typeset(_value(param, to))}</span></td>",
        _cell(row["reason"] or "", "why"),
        _cell(answer, "good" if answer.endswith("good") else "bad"),
        _cell(": ".join(filter(None, became))),
    )


def _typeset(text: str) -> str:
    return escape(text.replace("-", _MINUS))


def _beliefs(rows: Iterable[dict[str, Any]]) -> str:
    pairs: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for row in rows:
        pairs.setdefault((row["role"], row["dimension"]), {})[row["when"]] = row
    lines = [
        _belief(role, dimension, pair["before"], pair["after"])
        for (role, dimension), pair in pairs.items()
        if len(pair) > 1 and _is_learnt(pair["before"], pair["after"])
    ]
    if not lines:
        return '<p class="card">Nothing new was learnt.</p>'
    legend = (
        '<p class="soft">Compared with what most listeners want (the line in the middle). Ring: '
        "believed before. Dot: believed after. Only beliefs that the session changed are shown.</p>"
    )
    heads = ("role", "of its", "before", "after", "picture", "answers", "how sure")
    return legend + _table("Beliefs", heads, lines)


def _is_learnt(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    moved = abs(after["you"] - before["you"]) >= _NOTABLE[after["unit"]]
    return bool(moved or after["answers"] > before["answers"])


def _belief(role: str, dimension: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    unit = after["unit"]
    was, now = (each["you"] - each["average"] for each in (before, after))
    return _cells(
        _cell(role),
        _cell(_DIMENSIONS.get(dimension, dimension)),
        *(_cell(_difference(value, unit), "number") for value in (was, now)),
        f"<td>{_bar(now, was, _TASTE_SPAN[unit])}</td>",
        _cell(f"{before['answers']} → {after['answers']}", "number"),
        _cell(f"{100.0 * after['sure']:.0f} %", "number"),
    )


def _difference(value: float, unit: str) -> str:
    if unit:
        return f"{value:+.1f} {unit}" if abs(value) >= 0.05 else f"0.0 {unit}"
    percent = round(100.0 * value)
    return f"{percent:+d} %" if percent else "0 %"
