"""Whether the bridge finds a balance again: ``mixbridge study recover``.

Faders, pans and EQ of a balance are moved away by known amounts; a listener who believes in the
balance gives thumbs; what is left of the error is measured after 0, 10, 25 and 50 of them, levels
on the rendered audio. Beside the agent play itself with learning off, the static rules with and
without undo, and a greedy oracle that reads the listener's mind and has no other moves.
"""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import click
import numpy as np
from numpy.typing import NDArray

from bridge import __version__
from bridge.errors import ConfigError
from bridge.learning.prior import load_prior
from bridge.mix.params import MOVABLE
from bridge.mix.spectrum import FloatArray
from bridge.studies.learning.balance import Balance
from bridge.studies.learning.figures import spread
from bridge.studies.learning.recovery import MOVES, RULES, THUMBS, Offsets, Plan, material, recover
from bridge.studies.pool import cluster_option, pool_of

_ERRORS: Final = {
    "level_lu": ("Level against the mix, LU (BS.1770-4, rendered audio)", 2),
    "tone_db": ("Tone, dB (the EQ's effect on the bands that a track fills, level taken out)", 2),
    "eq_db": ("EQ controls, dB (bands that a track fills)", 2),
    "pan": ("Pan, of 1 from the centre to a side", 3),
    "missed": ("What the listener misses, share of what was missing at first", 2),
}
_LAST: Final = str(THUMBS[-1])


def measure(plan: Plan, seeds: Sequence[int], *, workers: int, cluster: str = "") -> dict[str, Any]:
    """Play every seed; returns what is saved.

    Raises:
        AudioError: If the stems cannot be used.
        ConfigError: If the balance does not fit them.
        PriorError: If the prior cannot be used.
    """
    balance = material(plan)
    checksum = load_prior(plan.prior_file).checksum
    with click.progressbar(length=len(seeds), label="Mixing", file=sys.stderr) as bar:
        records = []
        for found in recover_all(plan, balance, seeds, workers=workers, cluster=cluster):
            records.extend(found)
            bar.update(1)
    strips = zip(balance.stems.names, balance.stems.roles, strict=True)
    return {
        "study": {
            "stems": str(plan.folder) if plan.folder else "the band",
            "balance": [
                {"name": name, "role": str(role)}
                | dict(zip(map(str, MOVABLE), balance.values[row].tolist(), strict=True))
                for row, (name, role) in enumerate(strips)
            ],
            "left_out": list(balance.stems.left_out),
            "seconds": round(balance.stems.duration_s, 3),
            "offsets_sd": asdict(plan.offsets),
            "seeds": list(seeds),
            "most_moves": MOVES,
            "prior": checksum,
            "version": __version__,
        },
        "rows": gather(plan, records),
        "sessions": records,
    }


def gather(plan: Plan, records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of every agent: each error after each number of thumbs, and what else the table says.

    ``left_worse`` and ``nearer_than_rules`` are the shares of seeds whose error in the end is more
    than at first, and less than that of the static rules.
    """
    rules = [record for record in records if record["agent"] == RULES]
    rows = []
    for name in plan.agents:
        own = [record for record in records if record["agent"] == name]
        row: dict[str, Any] = {"agent": name}
        for error in _ERRORS:
            found = {count: _column(own, error, count) for count in map(str, THUMBS)}
            row[error] = {count: spread(values) for count, values in found.items()}
            row[error]["left_worse"] = _share(found[_LAST] > found["0"])
            row[error]["nearer_than_rules"] = _share(found[_LAST] < _column(rules, error, _LAST))
        for count in ("thumbs", "moves"):
            row[count] = round(float(np.mean([record[count] for record in own])), 1)
        rows.append(row)
    return rows


def _column(records: Sequence[dict[str, Any]], error: str, count: str) -> FloatArray:
    """One error after so many thumbs, of every seed."""
    return np.array([record["errors"][count][error] for record in records])


def _share(hits: NDArray[np.bool_]) -> float:
    return round(float(hits.mean()), 4)


def table(results: dict[str, Any]) -> Iterator[str]:
    """The results as lines of text."""
    seeds = len(results["study"]["seeds"])
    for error, (title, digits) in _ERRORS.items():
        yield ""
        yield f"{title}: mean error left over {seeds} seeds (95 % interval)"
        heads = "".join(f"{f'{count} thumbs':>23}" for count in THUMBS)
        yield f"{'agent':<13}{heads}{'left worse':>12}{'beats rules':>13}{'thumbs':>8}{'moves':>7}"
        for row in results["rows"]:
            figures = row[error]
            cells = "".join(f"{_cell(figures[str(count)], digits):>23}" for count in THUMBS)
            counts = f"{row['thumbs']:>8.0f}{row['moves']:>7.0f}"
            shares = f"{figures['left_worse']:>12.0%}{figures['nearer_than_rules']:>13.0%}"
            yield f"{row['agent']:<13}{cells}{shares}{counts}"


def _cell(figures: dict[str, float], digits: int) -> str:
    mean, low, high = (f"{figures[name]:.{digits}f}" for name in ("mean", "low", "high"))
    return f"{mean} ({low}..{high})"


def recover_all(
    plan: Plan, balance: Balance, seeds: Sequence[int], *, workers: int, cluster: str = ""
) -> Iterator[list[dict[str, Any]]]:
    """The records of every seed (`recovery.recover`), in as many processes or by a cluster.

    The workers of a cluster must see the files of a folder's stems at the same place.
    """
    if workers == 1 and not cluster:
        yield from (recover(plan, seed) for seed in seeds)
        return
    with pool_of(min(workers, len(seeds)), cluster) as pool:
        # A folder's stems are files that all read; the band is made anew sooner than it is sent.
        shared = balance if plan.folder is not None else None
        yield from pool.map(recover, [plan] * len(seeds), seeds, [shared] * len(seeds))


@contextmanager
def _saving(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(f"{out}: the results cannot be saved: {error.strerror}.") from error


@click.command()
@click.option(
    "--stems", type=click.Path(path_type=Path), metavar="DIR", help="Your own multitrack."
)
@click.option(
    "--balance",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="YAML or JSON, by track: gain_db, pan, and eq with low, lowmid, highmid, high.",
)
@click.option("--seeds", type=click.IntRange(2, 1000), default=10, show_default=True)
@click.option("--gain-db", type=click.FloatRange(0, 20), default=4.0, show_default=True)
@click.option("--pan", type=click.FloatRange(0, 1), default=0.3, show_default=True)
@click.option("--eq-db", type=click.FloatRange(0, 12), default=4.0, show_default=True)
@click.option("--seconds", type=click.FloatRange(3, 3600), default=30.0, show_default=True)
@click.option("--workers", type=click.IntRange(1, 256), help="Processes; one a core.")
@cluster_option
@click.option("--prior", "prior_file", type=click.Path(path_type=Path), help="Another prior.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("study-recover.json"), show_default=True
)
def main(
    *,
    stems: Path | None,
    file: Path | None,
    seeds: int,
    gain_db: float,
    pan: float,
    eq_db: float,
    seconds: float,
    workers: int | None,
    cluster: str,
    prior_file: Path | None,
    out: Path,
) -> None:
    """Move a balance away by known amounts, and measure how much of that the thumbs mend.

    The balance is your stems as they were exported, or what --balance says of them; without --stems
    it is a small band's. --gain-db, --pan and --eq-db are the standard deviations of what is done
    to every fader, pan and EQ band. Only the loudest --seconds are heard.
    """
    if gain_db == pan == eq_db == 0.0:
        raise ConfigError("Nothing is moved away: give --gain-db, --pan or --eq-db more than 0.")
    with _saving(out):
        out.touch()  # better now than after the work
    plan = Plan(
        folder=stems,
        file=file,
        seconds=seconds,
        offsets=Offsets(gain_db=gain_db, pan=pan, eq_db=eq_db),
        prior_file=prior_file,
    )
    balance = material(plan)
    strips = zip(balance.stems.names, balance.stems.roles, strict=True)
    click.echo(f"Tracks: {', '.join(f'{name} ({role})' for name, role in strips)}")
    for line in balance.stems.lines():
        click.echo(line)
    results = measure(
        plan, range(1, seeds + 1), workers=workers or os.cpu_count() or 1, cluster=cluster
    )
    for line in table(results):
        click.echo(line)
    with _saving(out):
        out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    click.echo(f"\nSaved in {out}")
