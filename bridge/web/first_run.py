"""The first run: what the page shows of each DAW, and how far the way to it has come."""

from typing import Any

from bridge.daw.row import load_part
from bridge.daws import DAWS
from bridge.runtime.runner import Runner


def daws_to_json() -> list[dict[str, Any]]:
    """What the page shows of every DAW, from the rows of the registry."""
    return [
        {
            "name": row.name,
            "title": row.title,
            "needs": row.needs,
            "steps": list(row.steps),
            "docs": row.docs,
        }
        for row in sorted(DAWS.values(), key=lambda row: not row.setup)  # the known ones first
    ]


def find_daws() -> dict[str, str]:
    """Say of every DAW that is found on this machine where it is; by name, a phrase each."""
    found = {row.name: load_part(row.find)() for row in DAWS.values() if row.find}
    return {name: where for name, where in found.items() if where}


def way_to_json(runner: Runner, at: float) -> dict[str, Any]:
    """How far the way to the DAW has come.

    Args:
        runner: The bridge.
        at: Monotonic seconds.

    Returns:
        `heard`: whether the DAW speaks now; `strange`: messages that were not understood, as long
        as it never has; `link`: the state of the link; `missing`: what its dump has not said;
        `text`: what the DAW does; both in words.
    """
    counters, link = runner.counters, runner.link
    strange = counters.unknown + counters.misunderstood + counters.undecodable
    return {
        "heard": link.is_alive(at),
        "strange": 0 if link.has_spoken else strange,
        "link": link.state.value,
        "missing": link.missing,
        "text": link.text,
    }
