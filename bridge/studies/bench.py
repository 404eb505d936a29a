"""All figures of speed in one run, side by side: ``make bench``."""

from collections.abc import Callable
from typing import Final

import click

from bridge.studies import bench_daemon, bench_decision, bench_wire
from bridge.studies.bench_wire import Result

_PARTS: Final[tuple[tuple[str, Callable[[], list[Result]]], ...]] = (
    ("Messages taken in", bench_wire.run),
    ("A running bridge, from outside", bench_daemon.run),
    ("A decision and a thumb, the engine alone", bench_decision.run),
)


@click.command()
def main() -> None:
    """Measure everything and print it; it takes about a minute and wants an idle machine."""
    for title, run in _PARTS:
        click.echo(f"\n{title}")
        for result in run():
            click.echo(f"  {result.value:>12,.4g} {result.unit:<12} {result.label}")


if __name__ == "__main__":
    main()
