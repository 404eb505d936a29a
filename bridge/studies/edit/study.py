"""How well faults are found, and which of them a person wants edited: ``mixbridge study edit``.

Takes and people are drawn from a salt that is made when the study starts and printed; the people
are those of `bridge.studies.edit.strangers`, which no training code can import.
"""

import os
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
import numpy as np

from bridge.mix.roles import Role
from bridge.sim.takes import TAKE_ROLES
from bridge.studies.command import mean_se, salt_of, save, study_options
from bridge.studies.edit.detect import measure_detection, measure_kit
from bridge.studies.edit.learn import SONGS, Song, make_song, measure_person
from bridge.studies.edit.settings import MANNERS, measure_settings
from bridge.studies.edit.stems import measure_stem, read_stems
from bridge.studies.edit.strangers import POPULATIONS
from bridge.studies.pool import cluster_option, pool_of
from bridge.tasks.edit.prior import EditPrior, load_edit_prior

_KINDS: Final = ("timing", "gap", "head", "tail", "fade", "join", "hole")
_CLICKS: Final = ("fade", "join")
_COLUMNS: Final = ("found", "accepted", "utility")
_OFF: Final = "learning off"
_SECONDS_AN_ANSWER: Final = 3


def measure_all(
    prior: EditPrior,
    *,
    salt: str,
    takes: int,
    people: int,
    songs: int,
    stems: Path | None,
    workers: int,
    cluster: str = "",
) -> dict[str, Any]:
    """All figures; `salt` is hexadecimal."""
    seed = int(salt, 16)
    with pool_of(workers, cluster) as pool:
        finds = [
            pool.submit(measure_detection, role, number, seed)
            for role in TAKE_ROLES
            for number in range(takes)
        ]
        kits = [pool.submit(measure_kit, number, seed) for number in range(min(takes, 4))]
        recorded = [pool.submit(partial(measure_stem, **stem), seed) for stem in read_stems(stems)]
        made = [pool.submit(make_song, number, seed) for number in range(songs if people else 0)]
        drawn = [song.result() for song in made]
        answers = [
            pool.submit(
                measure_person, prior, population, number, seed, _choose(drawn, number, seed)
            )
            for population in POPULATIONS
            for number in range(people)
        ]
        ways = [
            pool.submit(measure_settings, prior, manner, number, seed)
            for manner in MANNERS
            for number in range(people)
        ]
        return {
            "salt": salt,
            "prior": prior.checksum,
            "detection": [find.result() for find in finds],
            "kits": [kit.result() for kit in kits],
            "stems": [stem.result() for stem in recorded],
            "offers": sum(len(song.offers) for song in drawn) / max(len(drawn), 1),
            "settings": [row for rows in ways for row in rows.result()],
            "people": [row for rows in answers for row in rows.result()],
        }


def _choose(songs: Sequence[Song], number: int, seed: int) -> list[Song]:
    """Three songs of all, in an order of this person's."""
    order = np.random.default_rng([seed, number, 8]).permutation(len(songs))
    return [songs[place] for place in order[:SONGS]]


# -- the tables -----------------------------------------------------------------------------------


def lines(results: dict[str, Any]) -> Iterator[str]:
    """The results as text, with standard errors."""
    yield from _found_lines("Planted faults", results["detection"])
    if results["kits"]:
        kits = results["kits"]
        together, alone = (max(abs(kit[name]) for kit in kits) for name in ("together", "alone"))
        yield (
            f"Mono sum of a kit of three microphones after its late hits were moved: changes by "
            f"{together:.2f} dB at most where all move together ({alone:.2f} dB if one is moved)."
        )
    if results["stems"]:
        yield ""
        yield from _found_lines("Faults planted on your stems", results["stems"])
        striking = [stem for stem in results["stems"] if stem["has_grid"] is not None]
        steady = sum(stem["has_grid"] for stem in striking)
        yield (
            f"Late hits were planted on {steady} of {len(striking)} drums and plucked strings: the "
            "others keep to no grid. What a stem itself has of faults is not counted."
        )
    yield from _people_lines(results)
    yield from _setting_lines(results["settings"])


def _found_lines(title: str, rows: list[dict[str, Any]]) -> Iterator[str]:
    if not rows:
        return
    yield f"{title}: found of planted, wrong of offered"
    yield f"{'':14}" + "".join(f"{kind:>16}" for kind in _KINDS) + f"{'attack cut':>12}"
    for role in dict.fromkeys(row["role"] for row in rows):
        yield _found_line(role, [row for row in rows if row["role"] == role])
    yield _found_line("all", rows)
    clicks = _sum(rows, "planted", _CLICKS), _sum(rows, "offered", _CLICKS)
    yield (
        f"Clicks and bad joins: {clicks[0][0]} of {clicks[0][1]} found, "
        f"{clicks[1][0]} of {clicks[1][1]} offers wrong."
    )
    drums = [row for row in rows if row["role"] not in (Role.KEYS, Role.LEAD, Role.BASS)]
    lates = _sum(drums, "planted", ("timing",)), _sum(drums, "offered", ("timing",))
    yield (
        f"Late hits of drums and plucked strings: {lates[0][0]} of {lates[0][1]} found, "
        f"{lates[1][0]} of {lates[1][1]} offers wrong."
    )
    took = np.mean([row["ms_per_s"] for row in rows])
    if took > 0.0:
        yield f"Hearing and finding takes {took:.1f} ms of a processor for a second of audio."


def _sum(rows: list[dict[str, Any]], key: str, kinds: Sequence[str]) -> tuple[int, int]:
    counts = [row[key].get(kind, (0, 0)) for row in rows for kind in kinds]
    return sum(count[0] for count in counts), sum(count[1] for count in counts)


def _found_line(name: str, rows: list[dict[str, Any]]) -> str:
    cells = []
    for kind in _KINDS:
        found, planted = _sum(rows, "planted", (kind,))
        wrong, offered = _sum(rows, "offered", (kind,))
        cells.append(f"{found}/{planted}, {wrong}/{offered}" if planted or offered else "-")
    cut = sum(row["cut_ms"] for row in rows)
    return f"{name:14}" + "".join(f"{cell:>16}" for cell in cells) + f"{cut:>9.1f} ms"


def _people_lines(results: dict[str, Any]) -> Iterator[str]:
    for population in POPULATIONS:
        here = [row for row in results["people"] if row["population"] == population]
        if not here:
            continue
        yield ""
        yield f"A frozen third song of {results['offers']:.0f} candidates, {population}"
        yield (
            f"{'':26}" + "".join(f"{column:>14}" for column in _COLUMNS)
            + f"{'lift':>14}{'asked an accept':>17}{'20th accept':>13}"
        )  # fmt: skip
        off = {row["number"]: row["utility"] for row in here if row["agent"] == _OFF}
        for name in dict.fromkeys(row["agent"] for row in here):
            own = [row for row in here if row["agent"] == name]
            cells = [mean_se([row[column] for row in own]) for column in _COLUMNS]
            cells.append(mean_se([row["utility"] - off[row["number"]] for row in own]))
            text = f"{name:26}" + "".join(f"{cell:>14}" for cell in cells)
            if "twentieth" in own[0]:
                per = np.mean([row["per_accepted"] for row in own])
                after = np.mean([row["twentieth"] for row in own])
                text += f"{per:>17.2f}{after:>7.0f} answers"
            yield text
    if results["people"]:
        yield f"An answer takes a person about {_SECONDS_AN_ANSWER} s."


def _setting_lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield "How edits are made, off what a hidden person wants, by offers of each kind"
    counts = sorted({row["offers"] for row in rows})
    for name, scale, unit in (("strength", 100.0, "%"), ("depth_db", 1.0, "dB")):
        yield f"{name + ', ' + unit:26}" + "".join(f"{f'after {count}':>14}" for count in counts)
        for manner in MANNERS:
            own = [row for row in rows if row["manner"] == manner]
            cells = [
                mean_se([scale * row[name] for row in own if row["offers"] == count])
                for count in counts
            ]
            yield f"{manner:26}" + "".join(f"{cell:>14}" for cell in cells)


# -- the command ----------------------------------------------------------------------------------


@click.command()
@click.option("--takes", type=click.IntRange(0, 1000), help="Of each role; 12, quick 3.")
@click.option("--people", type=click.IntRange(0, 1000), help="Of each population; 60, quick 12.")
@click.option("--songs", type=click.IntRange(SONGS, 100), help="To draw three from; 6, quick 3.")
@click.option("--stems", type=click.Path(path_type=Path), help="Plant on these stems as well.")
@study_options
@cluster_option
def main(
    *,
    takes: int | None,
    people: int | None,
    songs: int | None,
    stems: Path | None,
    salt: str | None,
    quick: bool,
    workers: int | None,
    prior_file: Path | None,
    out: Path | None,
    cluster: str,
) -> None:
    """How well planted faults are found, and which of them a person wants edited."""
    salt = salt_of(salt)
    click.echo(f"Salt {salt}; the same salt gives the same figures.")
    results = measure_all(
        load_edit_prior(prior_file),
        salt=salt,
        takes=(3 if quick else 12) if takes is None else takes,
        people=(12 if quick else 60) if people is None else people,
        songs=(SONGS if quick else 6) if songs is None else songs,
        stems=stems,
        workers=workers or os.cpu_count() or 1,
        cluster=cluster,
    )
    for line in lines(results):
        click.echo(line)
    save(results, out)
