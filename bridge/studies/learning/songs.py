"""Whether the bridge finds the balances of songs that people mixed: ``mixbridge study songs``.

Each song is a folder of stems, or a project of LMMS, which renders its tracks to stems; names stay
as their authors left them. The balance is the author's own. What happens to it is what `study
recover` does, and what is told is what the listener misses, song by song.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click
import numpy as np

from bridge.errors import ConfigError
from bridge.studies.learning.recover import recover_all
from bridge.studies.learning.recovery import THUMBS, Plan, material
from bridge.studies.learning.roster import AGENT, LEARNING_OFF, NO_EQ
from bridge.studies.pool import cluster_option
from bridge.text_file import shown

SHORTIES: Final = Path("/usr/share/lmms/projects/shorties")
"""Short songs that come with LMMS (Debian: lmms-common), by several authors."""

PROJECTS: Final = (".mmp", ".mmpz")
"""The endings of LMMS's projects."""

_LMMS_S: Final = 900
_TRIES: Final = 3
"""LMMS 1.2 crashes now and then (SIGSEGV), and renders the same song next time."""
_AGENTS: Final = (AGENT, LEARNING_OFF, NO_EQ, "rules+undo")
_HEAD: Final = (
    f"{'song':<22}{'tracks':>7}  {'agent':<13}"
    + "".join(f"{f'@{count}':>7}" for count in THUMBS[1:])
    + f"{'worst':>8}{'left worse':>12}"
)


def stems_of(song: Path, folder: Path) -> Path:
    """The folder of a song's stems; a project of LMMS is rendered below `folder`, once.

    Raises:
        ConfigError: If the song is neither, or LMMS is missing or fails.
    """
    if song.is_dir():
        return song
    if song.suffix.lower() not in PROJECTS or not song.is_file():
        raise ConfigError(
            f"{shown(song)}: expected a folder of stems or a project of LMMS (.mmp, .mmpz)."
        )
    stems = folder / "stems" / song.stem
    if not stems.is_dir():
        unfinished = stems.with_name(f"{stems.name}.unfinished")
        _render(song, unfinished)
        unfinished.rename(stems)
    return stems


def _render(project: Path, folder: Path) -> None:
    if shutil.which("lmms") is None:
        raise ConfigError(
            f"{shown(project)}: LMMS is needed to render it (Debian: apt install lmms)."
        )
    command = ["lmms", "rendertracks", str(project), "--format", "wav", "--output", str(folder)]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "HOME": str(folder.parent)}
    exit_code = -1
    for _ in range(_TRIES):
        shutil.rmtree(folder, ignore_errors=True)  # what a crash has left is half a song
        folder.mkdir(parents=True)
        try:
            exit_code = subprocess.run(  # noqa: S603 - a person's own song
                [*command, "--allowroot"],
                env=environment,
                capture_output=True,
                check=False,
                timeout=_LMMS_S,
            ).returncode
        except subprocess.TimeoutExpired:
            raise ConfigError(
                f"{shown(project)}: LMMS has not rendered it within {_LMMS_S} s."
            ) from None
        if exit_code >= 0:
            break
    if exit_code or not any(folder.iterdir()):
        raise ConfigError(f"{shown(project)}: LMMS cannot render it (exit code {exit_code}).")


def summarise(records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What one agent's sessions on one song, or on all, come to.

    Args:
        records: As `bridge.studies.learning.recovery.recover` gives them.

    Returns:
        ``missed`` after each number of thumbs, the ``worst`` at any time of any session, and how
        many of the sessions were ``left_worse``, each as a share of what was missed at first.
    """
    missed = {
        str(count): [record["errors"][str(count)]["missed"] for record in records]
        for count in THUMBS[1:]
    }
    return {
        "missed": {count: round(float(np.mean(values)), 4) for count, values in missed.items()},
        "worst": round(max(float(record["most_missed"]) for record in records), 4),
        "left_worse": sum(value > 1.0 for value in missed[str(THUMBS[-1])]),
        "sessions": len(records),
    }


def table(results: Mapping[str, Any]) -> Iterator[str]:
    """The results as lines of text."""
    yield ""
    yield "What the listener misses of the author's balance, share of what was missed at first"
    yield _HEAD
    for song in (*results["songs"], results["all"]):
        for agent, row in song["agents"].items():
            figures = "".join(f"{value:7.2f}" for value in row["missed"].values())
            worse = f"{row['left_worse']} of {row['sessions']}"
            yield (
                f"{song['name'][:21]:<22}{song['tracks']:>7}  {agent:<13}{figures}"
                f"{row['worst']:8.2f}{worse:>12}"
            )


def gather(songs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """All songs' figures, and those of all sessions together.

    Args:
        songs: By name how many ``tracks`` are heard, and the ``sessions``' records.
    """
    rows, sessions = [], []
    for name, found in songs.items():
        sessions.extend(found["sessions"])
        rows.append(_row(name, found["tracks"], found["sessions"]))
    mean = round(float(np.mean([row["tracks"] for row in rows])))
    return {"songs": rows, "all": _row("all songs", mean, sessions)}


def _row(name: str, tracks: int, records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    agents = {
        agent: summarise([record for record in records if record["agent"] == agent])
        for agent in _AGENTS
    }
    return {"name": name, "tracks": tracks, "agents": agents}


@click.command()
@click.argument("songs", nargs=-1, type=click.Path(path_type=Path))
@click.option("--seeds", type=click.IntRange(1, 1000), default=3, show_default=True)
@click.option("--seconds", type=click.FloatRange(3, 3600), default=30.0, show_default=True)
@click.option("--workers", type=click.IntRange(1, 256), help="Processes; one a core.")
@cluster_option
@click.option("--prior", "prior_file", type=click.Path(path_type=Path), help="Another prior.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("study-songs"))
def main(
    *,
    songs: tuple[Path, ...],
    seeds: int,
    seconds: float,
    workers: int | None,
    cluster: str,
    prior_file: Path | None,
    out: Path,
) -> None:
    """Move songs that people mixed away from their balance, and measure what thumbs mend.

    SONGS are folders of stems and projects of LMMS; without any, the short songs that come with
    LMMS. Faders are moved by 4 dB, pans by .3 and EQ bands by 4 dB (standard deviations).
    """
    projects = songs or tuple(
        sorted(each for each in SHORTIES.glob("*") if each.suffix.lower() in PROJECTS)
    )
    if not projects:
        raise ConfigError(
            f"{SHORTIES}: no songs (Debian: apt install lmms); or name some: folders of stems, or "
            "projects of LMMS."
        )
    found = {}
    for song in projects:
        folder = stems_of(song, out)
        click.echo(f"{song.stem}", err=True)
        plan = Plan(
            folder=folder,
            seconds=seconds,
            agents=_AGENTS,
            prior_file=prior_file,
            is_rendered=False,
        )
        balance = material(plan)
        records = recover_all(
            plan,
            balance,
            range(1, seeds + 1),
            workers=workers or os.cpu_count() or 1,
            cluster=cluster,
        )
        found[song.stem] = {
            "tracks": len(balance.stems.names),
            "sessions": [record for found_here in records for record in found_here],
        }
    results = gather(found)
    for line in table(results):
        click.echo(line)
    try:
        out.mkdir(parents=True, exist_ok=True)
        text = json.dumps(results | {"found": found}, indent=1) + "\n"
        (out / "results.json").write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"{shown(out)}: the results cannot be saved: {error.strerror}."
        ) from error
    click.echo(f"\nSaved in {out}: results.json")
