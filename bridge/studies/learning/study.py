"""How near to a listener's taste each agent comes: ``mixbridge study learning``.

Nobody who is listening here was met in training: listeners, songs, meters and thumbs are drawn from
a salt that is made when the study starts, printed and saved. Beside the agent play those that it
must beat, and itself with learning off.
"""

import importlib.util
import json
import os
import secrets
from collections.abc import Iterator, Sequence
from concurrent.futures import as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

import click

from bridge import __version__
from bridge.errors import ConfigError
from bridge.install.installation import install_command
from bridge.learning.prior import load_prior
from bridge.studies.learning.figures import Record, decision_p99_ms, draw_curves, lift, summarise
from bridge.studies.learning.roster import (
    AGENT,
    AGENTS,
    DQN,
    LEARNING_OFF,
    NO_EQ,
    POPULATIONS,
    Visit,
    receive,
)
from bridge.studies.learning.session import CONDITIONS
from bridge.studies.learning.table import table
from bridge.studies.pool import cluster_option, pool_of

TRACKS: Final = (16, 8, 32)
"""The first is the size of the picture and of the controls."""

_MAIN: Final = (AGENT, LEARNING_OFF, NO_EQ, "rules+undo")
_CONTROLLED: Final = (AGENT, LEARNING_OFF, NO_EQ)
_USUAL: Final = "usual"
_KEY: Final = ("agent", "population", "tracks", "condition", "listener")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be measured.

    Attributes:
        salt: What every listener, song and thumb is drawn from.
        listeners: Of each population, size and condition.
        agents: Keys of `AGENTS`.
        populations: Keys of `POPULATIONS`.
        tracks: Sizes of the songs.
        conditions: Keys of `CONDITIONS`; the unusual ones are played by the agent with and without
            learning, for the first population and size.
        thumbs: The first song ends after so many thumbs ...
        moves: ... or so many moves.
        prior_file: The prior's file; None: the shipped one.
        dqn_steps: Moves of training that a neural network is given, one network a size of song.
    """

    salt: str
    listeners: int = 40
    agents: tuple[str, ...] = tuple(AGENTS)
    populations: tuple[str, ...] = tuple(POPULATIONS)
    tracks: tuple[int, ...] = TRACKS
    conditions: tuple[str, ...] = tuple(CONDITIONS)
    thumbs: int = 100
    moves: int = 400
    prior_file: Path | None = None
    dqn_steps: int = 60_000

    def visits(self, done: set[tuple[Any, ...]], folder: Path | None = None) -> Iterator[Visit]:
        """Every listener's visit, without the agents who are `done` with them.

        The neural networks are in `folder`, where there are any.
        """
        for tracks, population, condition, listener in self._places():
            agents = self.agents
            if condition != _USUAL:
                agents = tuple(name for name in agents if name in _CONTROLLED)
            place = (population, tracks, condition, listener)
            left = tuple(name for name in agents if (name, *place) not in done)
            if left:
                yield Visit(
                    salt=self.salt,
                    population=population,
                    tracks=tracks,
                    condition=condition,
                    listener=listener,
                    agents=left,
                    thumbs=self.thumbs,
                    moves=self.moves,
                    frozen_moves=frozen_moves(tracks),
                    prior_file=self.prior_file,
                    network_file=network_file(folder, tracks) if folder and DQN in left else None,
                )

    def _places(self) -> Iterator[tuple[int, str, str, int]]:
        for tracks in self.tracks:
            for population in self.populations:
                for condition in self.conditions:
                    is_first = tracks == self.tracks[0] and population == self.populations[0]
                    if condition == _USUAL or is_first:
                        for listener in range(self.listeners):
                            yield tracks, population, condition, listener

    def heading(self) -> dict[str, Any]:
        """What must be the same for episodes to be continued."""
        return {
            "salt": self.salt,
            "thumbs": self.thumbs,
            "moves": self.moves,
            "prior": load_prior(self.prior_file).checksum,
            "dqn_steps": self.dqn_steps,
            "version": __version__,
        }


def frozen_moves(tracks: int) -> int:
    """How many moves the second song has, and the oracle: 50, 100, 200 for 8, 16, 32 tracks."""
    return round(6.25 * tracks)


def measure(plan: Plan, folder: Path, *, workers: int, cluster: str = "") -> dict[str, Any]:
    """Play all that is not yet in `folder`, and save episodes, results and picture there.

    Returns:
        What is in `results.json`.

    Raises:
        ConfigError: If the folder holds another study or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if DQN in plan.agents:
            _train_networks(plan, folder)
        records = _play(plan, folder, workers=workers, cluster=cluster)
        results = gather(plan, records)
        text = json.dumps(results, indent=1, sort_keys=True) + "\n"
        (folder / "results.json").write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{folder}: the study cannot be saved: {error.strerror}.") from error
    _draw(plan, folder, records)
    return results


def _draw(plan: Plan, folder: Path, records: Sequence[Record]) -> None:
    tracks = plan.tracks[0]
    usual = [r for r in records if r["condition"] == _USUAL and r["tracks"] == tracks]
    try:
        if usual:
            draw_curves(folder / "curve.png", usual, tracks=tracks, thumbs=plan.thumbs)
    except ImportError:
        click.echo(f"No picture: it needs matplotlib: {install_command('notebook')}", err=True)


def gather(plan: Plan, records: Sequence[Record]) -> dict[str, Any]:
    """All figures of all groups, in the order of the plan."""
    groups: dict[tuple[Any, ...], list[Record]] = {}
    for record in sorted(records, key=lambda record: int(record["listener"])):
        groups.setdefault(tuple(record[name] for name in _KEY[:-1]), []).append(record)
    rows = []
    for (agent, *place), own in groups.items():
        row = dict(zip(_KEY[:-1], (agent, *place), strict=True)) | summarise(own)
        without = groups.get((LEARNING_OFF, *place))
        if without and agent == AGENT:
            row["lift"] = lift(own, without)
        row["decision_p99_ms"] = decision_p99_ms(own)
        rows.append(row)
    order = (plan.tracks, plan.populations, plan.conditions, plan.agents)
    names = ("tracks", "population", "condition", "agent")
    rows.sort(key=lambda row: [o.index(row[name]) for o, name in zip(order, names, strict=True)])
    return {"study": plan.heading() | {"listeners": plan.listeners}, "rows": rows}


# -- playing, and going on where a study was interrupted -------------------------------------------


def network_file(folder: Path, tracks: int) -> Path:
    """Where the neural network for songs of that size is."""
    return folder / f"dqn-{tracks}.zip"


def _train_networks(plan: Plan, folder: Path) -> None:
    from bridge.studies.learning.dqn import train

    for tracks in plan.tracks:
        path = network_file(folder, tracks)
        if not path.exists():
            click.echo(f"Training a DQN for {tracks} tracks, {plan.dqn_steps} moves.", err=True)
            train(tracks=tracks, steps=plan.dqn_steps).save(path)


def _play(plan: Plan, folder: Path, *, workers: int, cluster: str) -> list[Record]:
    path = folder / "episodes.jsonl"
    done, records = _resume(plan, path)
    visits = list(plan.visits(done, folder))
    total = sum(len(visit.agents) for visit in visits)
    with path.open("a", encoding="utf-8") as file, _progress(total) as advance:
        for found in _receive_all(visits, workers, cluster):
            for record in found:
                _write_line(file, record)
            records.extend(found)
            advance(len(found))
    wanted = {key for visit in plan.visits(set()) for key in _keys_of(visit)}
    return [record for record in records if _key(record) in wanted]


def _receive_all(visits: Sequence[Visit], workers: int, cluster: str) -> Iterator[list[Record]]:
    if workers == 1 and not cluster:
        yield from map(receive, visits)
        return
    with pool_of(workers, cluster) as pool:
        for future in as_completed([pool.submit(receive, visit) for visit in visits]):
            yield future.result()


def _resume(plan: Plan, path: Path) -> tuple[set[tuple[Any, ...]], list[Record]]:
    """What is done already; a last line that was cut short is taken off."""
    heading = plan.heading()
    lines = read_episodes(path)
    if lines and lines[0] != heading:
        differing = [name for name in heading if lines[0].get(name) != heading[name]]
        raise ConfigError(
            f"{path}: holds a study with another {', '.join(differing)}; "
            "give another --out, or what that study was started with."
        )
    records = lines[1:]
    with path.open("w", encoding="utf-8") as file:
        for line in (heading, *records):
            _write_line(file, line)
    return {_key(record) for record in records}, records


def read_episodes(path: Path) -> list[dict[str, Any]]:
    """The heading and all whole episodes of a study; nothing where there is no file."""
    if not path.exists():
        return []
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            lines.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return lines


def _write_line(file: TextIO, line: dict[str, Any]) -> None:
    file.write(json.dumps(line, separators=(",", ":")) + "\n")
    file.flush()


def _key(record: Record) -> tuple[Any, ...]:
    return tuple(record[name] for name in _KEY)


def _keys_of(visit: Visit) -> Iterator[tuple[Any, ...]]:
    for agent in visit.agents:
        yield agent, visit.population, visit.tracks, visit.condition, visit.listener


@contextmanager
def _progress(total: int) -> Iterator[Any]:
    """A bar where there is a terminal and rich, else a line now and then; gives `advance(n)`."""
    try:
        from rich.console import Console
        from rich.progress import Progress
    except ImportError:
        console = None
    else:
        console = Console(stderr=True)
    if console is not None and console.is_terminal:
        with Progress(console=console) as bar:
            sessions = bar.add_task("Sessions", total=total)
            yield lambda count: bar.advance(sessions, count)
        return
    played = 0

    def advance(count: int) -> None:
        nonlocal played
        before, played = played, played + count
        if before * 10 // total != played * 10 // total:
            click.echo(f"{played} of {total} sessions", err=True)

    yield advance


# -- the command ----------------------------------------------------------------------------------


@click.command()
@click.option("--listeners", type=click.IntRange(2, 1000), help="Of each group; 40, quick 8.")
@click.option("--salt", help="What everything is drawn from; without it a new one is made.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("study-learning"))
@click.option("--quick", is_flag=True, help="Under two minutes: 16 tracks, few listeners.")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes; one a core.")
@cluster_option
@click.option("--prior", "prior_file", type=click.Path(path_type=Path), help="Another prior.")
@click.option(
    "--tracks", type=click.IntRange(2, 64), multiple=True, help="Only songs of this size."
)
@click.option(
    "--agent", "agents", type=click.Choice(list(AGENTS)), multiple=True, help="Only this agent."
)
@click.option(
    "--population",
    "populations",
    type=click.Choice(list(POPULATIONS)),
    multiple=True,
    help="Only these people.",
)
@click.option(
    "--condition",
    "conditions",
    type=click.Choice(list(CONDITIONS)),
    multiple=True,
    help="Only this condition.",
)
def main(
    *,
    listeners: int | None,
    salt: str | None,
    out: Path,
    quick: bool,
    workers: int | None,
    cluster: str,
    prior_file: Path | None,
    tracks: tuple[int, ...],
    agents: tuple[str, ...],
    populations: tuple[str, ...],
    conditions: tuple[str, ...],
) -> None:
    """How near to a listener's taste each agent comes, on people it has never met.

    An interrupted study goes on where it was: give the same --out.
    """
    if DQN in agents and not _has_networks():
        raise ConfigError(f"The row dqn needs more: {install_command('research')}")
    plan = Plan(
        salt=salt or _salt_of(out) or secrets.token_hex(8),
        listeners=listeners or (8 if quick else 40),
        agents=agents or (_MAIN if quick else _all_agents()),
        populations=populations or tuple(POPULATIONS),
        tracks=tracks or (TRACKS[:1] if quick else TRACKS),
        conditions=conditions or ((_USUAL,) if quick else tuple(CONDITIONS)),
        prior_file=prior_file,
    )
    click.echo(f"Salt {plan.salt}; the same salt gives the same figures.")
    results = measure(plan, out, workers=workers or os.cpu_count() or 1, cluster=cluster)
    for line in table(results):
        click.echo(line)
    click.echo(f"\nSaved in {out}: results.json, curve.png, episodes.jsonl")


def _all_agents() -> tuple[str, ...]:
    """Every agent; without the neural network where its libraries are missing, and that is said."""
    if _has_networks():
        return tuple(AGENTS)
    click.echo(f"Without the row dqn, which needs more: {install_command('research')}", err=True)
    return tuple(name for name in AGENTS if name != DQN)


def _has_networks() -> bool:
    return all(map(importlib.util.find_spec, ("gymnasium", "stable_baselines3")))


def _salt_of(folder: Path) -> str | None:
    lines = read_episodes(folder / "episodes.jsonl")
    return str(lines[0]["salt"]) if lines else None
