"""All figures of speed in one run, side by side: ``make bench``."""

from collections.abc import Callable
from typing import Final

import click

from bridge.studies.bench import daemon as bench_daemon
from bridge.studies.bench import decision as bench_decision
from bridge.studies.bench import intake as bench_intake
from bridge.studies.bench import messages as bench_wire
from bridge.studies.bench import stems as bench_stems
from bridge.studies.bench.messages import Result

_PARTS: Final[tuple[tuple[str, Callable[[], list[Result]]], ...]] = (
    ("Messages taken in", bench_wire.run),
    ("Messages taken in by a running bridge", bench_intake.run),
    ("A running bridge, from outside", bench_daemon.run),
    ("A decision and a thumb, the engine alone", bench_decision.run),
    ("A song of your own in the demo", bench_stems.run),
)

_GOALS: Final = {
    "mixbridge run: without loss": "10 times python-osc, half of the bare loop",
    "start to ready": "1.5",
    "resident memory, idle": "80",
    "CPU, idle": "1",
    "reward, answered from disk, idle, median": "twice the bare echo",
    "reward, answered from disk, under 20,000/s, p99": "twice the bare echo",
    "decision, 32 tracks, p99": "1,000",
    "decision, 128 tracks, p99": "1,000",
    "24 stereo tracks of 4 minutes: start until it mixes": "5",
    "24 stereo tracks of 4 minutes: peak memory": "400",
}
"""What was aimed at, in the unit of the line."""


@click.command()
def main() -> None:
    """Measure everything and print it; it takes some minutes and wants an idle machine."""
    for title, run in _PARTS:
        click.echo(f"\n{title}")
        for result in run():
            goal = _GOALS.get(result.label)
            aim = f"  (goal {goal})" if goal else ""
            click.echo(f"  {result.value:>12,.4g} {result.unit:<12} {result.label}{aim}")
