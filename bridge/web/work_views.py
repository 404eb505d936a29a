"""What the page shows of the tasks, as JSON; pure functions of a view."""

import math
from typing import Any, Final

from bridge.engine.work_view import KnobView, VariantView, WorkView
from bridge.mix.device_events import KnobWord, TaskName
from bridge.tasks.registry import TASKS

_OF_THE_MIX: Final = {
    TaskName.MIX: ("Mix", "moves faders, pans and EQ towards what you like"),
    TaskName.OFF: ("Off", "nothing is worked on"),
}
_KNOB_WORDS: Final = {
    KnobWord.ENVELOPE: "envelope amount",
    KnobWord.LFO: "LFO depth",
    KnobWord.NEVER: "never move it",
    KnobWord.AUTO: "as its name says",
}


def task_words() -> dict[str, list[str]]:
    """Title of every task that there is, and what it does, by its name."""
    rows = {name: (row.title, row.text) for name, row in TASKS.items()}
    return {name.value: list(words) for name, words in (_OF_THE_MIX | rows).items()}


def knob_words() -> dict[str, str]:
    """What a person may say that a knob is, and its words."""
    return {word.value: _KNOB_WORDS.get(word, word.value) for word in KnobWord}


def work_to_json(work: WorkView) -> dict[str, Any]:
    """Everything but the knobs' positions changes seldom; all of it is small."""
    return {
        "task": work.task.value,
        "known": [task.value for task in work.known],
        "track": work.track,
        "device": work.device,
        "places": [
            {"number": number, "track": track, "devices": list(devices)}
            for number, track, devices in work.places
        ],
        "offer": work.offer,
        "variants": [_variant(variant) for variant in work.variants],
        "knobs": [_knob(knob) for knob in work.knobs],
        "lock": work.lock,
        "rest": work.rest,
        "target": work.target,
        "finds": [
            {"name": find.name, "text": find.text, "likely": round(find.likelihood, 2)}
            for find in work.finds
        ],
        "believed": work.believed,
        "band": [{"role": role, "text": text} for role, text in work.band],
        "tempo": work.tempo_bpm if work.tempo_bpm > 0.0 else None,
    }


def _variant(variant: VariantView) -> dict[str, Any]:
    return {
        "id": variant.id,
        "changes": list(variant.changes),
        "why": variant.reason,
        "sure": round(variant.confidence, 2),
        "heard": variant.is_heard,
        "wasHeard": variant.was_heard,
        "contents": [
            {
                "kind": change.kind.value,
                "id": change.key,
                "before": change.before,
                "after": change.after,
                "sketch": sketch
                and {"from": sketch.start_s, "to": sketch.end_s, "levels": list(sketch.levels)},
            }
            for change, sketch in zip(variant.contents, variant.sketches, strict=True)
        ],
    }


def _knob(knob: KnobView) -> dict[str, Any]:
    return {
        "index": knob.index,
        "name": knob.name,
        "words": knob.words,
        "at": _share(knob.position),
        "low": _share(knob.low),
        "high": _share(knob.high),
        "role": knob.role,
        "taught": knob.is_taught,
    }


def _share(value: float) -> float | None:
    return round(value, 3) if math.isfinite(value) else None
