"""What one gesture is worth: ``mixbridge study gestures``.

A listener teaches a fresh agent on one song, each time in one way alone: thumbs, words about
tracks, picks among variants of the whole mix, or an endorsed mix. After so many gestures two things
are measured, as shares of a greedy engineer's gain: where the mix is then, and where the agent
brings the same song from its rough mix when nobody answers. The second is what was learnt.

All ways have the same listeners and songs, so that differences are paired. Nothing here is tuned.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
import numpy as np

from bridge import __version__
from bridge.agents.agent import Proposal
from bridge.agents.factored import FactoredAgent
from bridge.learning.prior import load_prior
from bridge.mix.params import COLUMN, MOVABLE, SPECS, Param
from bridge.mix.spectrum import FloatArray
from bridge.mix.wishes import WISHES, Wish
from bridge.sim.listeners import EAR_NOISE_JND, oracle
from bridge.sim.songs import SimulatedMix
from bridge.studies.command import salt_of, save, study_options
from bridge.studies.learning.roster import POPULATIONS, Visit, meet
from bridge.studies.learning.session import CONDITIONS, Session, Stage, open_guard
from bridge.studies.learning.study import frozen_moves
from bridge.studies.people import FLIPS
from bridge.studies.pool import cluster_option, pool_of

THUMBS: Final = (10, 25, 50)
WORDS: Final = (1, 5, 10)
PICKS: Final = (1, 3, 5, 10)
YARDSTICK: Final = "25 thumbs"

_VARIANTS: Final = 3
_MOST_MOVES: Final = 8
"""As many as `bridge.engine.mix_offers` asks for."""

_REST: Final = 400
"""A session ends after so many moves."""
_READS: Final = 24
"""So many readings of the meters come before each gesture."""

_ALL: Final = np.ones(len(MOVABLE), dtype=np.bool_)

Row = dict[str, float | str | int]
_Shares = dict[str, tuple[float, float]]


class Room:
    """A listener, a song and a fresh agent.

    Args:
        visit: Who listens to what.
    """

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.listener, self.song, _ = meet(visit)
        self.stage = Stage(self.song, self.listener, oracle_moves=visit.frozen_moves)
        self.conditions = CONDITIONS[visit.condition]

    def agent(self) -> FactoredAgent:
        """A fresh agent."""
        return FactoredAgent(
            load_prior(self.visit.prior_file), seed=self.visit.seed("agent") % 2**32
        )

    def again(self, agent: FactoredAgent) -> float:
        """The share that an agent reaches on the song when nobody answers; it ends the agent."""
        seed = [self.visit.seed("again")]
        session = Session(agent, self.stage, self.conditions, seed=seed, is_undone=False)
        return session.watch(moves=self.visit.frozen_moves).ending

    def share(self, mix: SimulatedMix) -> float:
        """Where a mix is now."""
        return self.stage.fraction(self.stage.utility(mix.values))


def thumbs(room: Room, count: int) -> tuple[float, float]:
    """Where the mix is after thumbs, and what the agent does of itself afterwards."""
    agent, seed = room.agent(), [room.visit.seed("first")]
    session = Session(agent, room.stage, room.conditions, seed=seed, is_undone=True)
    ending = session.listen(thumbs=count, moves=_REST).ending if count else 0.0
    return ending, room.again(agent)


def endorsed(room: Room, share: float) -> tuple[float, float]:
    """The same after one press beside the first mix of an engineer that reaches that share."""
    found = oracle(room.song, room.listener, moves=room.visit.frozen_moves)
    reached = [room.stage.fraction(utility) >= share - 1e-9 for utility in found.utilities]
    made = reached.index(True)
    mix = SimulatedMix(room.song, meter_noise_db=room.conditions.meter_noise_db)
    agent, rng = room.agent(), room.visit.rng("meters")
    _read(mix, rng)
    guard = open_guard(mix)
    rough = mix.last_observation()
    steps, allowed = guard.shape(rough, agent.steps(rough), agent.step_params, at=0.0)
    agent.propose(rough, steps, allowed, at=0.0, explore=False, cautious=False)  # the song begins
    mix.values = oracle(room.song, room.listener, moves=made).values.copy()
    seen = mix.last_observation()
    agent.learn_from_mix(seen, np.tile(_ALL, (len(seen.keys), 1)), at=0.0)
    return room.share(mix), room.again(agent)


def words(room: Room, count: int) -> tuple[float, float]:
    """The same after so many words, each the one that helps most, and the moves for them."""
    mix, agent = _begin(room)
    rng = room.visit.rng("meters")
    for _ in range(count):
        _read(mix, rng)
        best = _best_word(room, mix.values)
        if best is None:
            break
        row, wish = best
        agent.learn_from_wish(mix.last_observation(), row, wish, _ALL, at=0.0)
        for _ in WISHES[wish]:
            proposal = _propose(agent, mix)
            if proposal is None or not proposal.reason.startswith("you want"):
                break
            mix.move(proposal.row, proposal.param, proposal.step)
    return room.share(mix), room.again(agent)


def picks(room: Room, count: int) -> tuple[float, float]:
    """The same after so many picks among variants of the whole mix, and what stood."""
    mix, agent = _begin(room)
    rng, ear = room.visit.rng("meters"), room.visit.rng("picks")
    guard = open_guard(mix)
    for _ in range(count):
        _read(mix, rng)
        offered = agent.offer_mixes(
            mix.last_observation(),
            lambda seen: guard.shape(seen, agent.steps(seen), agent.step_params, at=0.0),
            count=_VARIANTS,
            most=_MOST_MOVES,
        )
        if not offered:
            break
        mixes = np.stack([mix.values, *(_after(mix.values, each) for each in offered)])
        choice = _pick(room, mixes, ear)
        agent.learn_from_pick(offered, choice)
        mix.values = mixes[choice].copy()
    return room.share(mix), room.again(agent)


def _begin(room: Room) -> tuple[SimulatedMix, FactoredAgent]:
    return SimulatedMix(room.song, meter_noise_db=room.conditions.meter_noise_db), room.agent()


def _read(mix: SimulatedMix, rng: np.random.Generator) -> None:
    for _ in range(_READS):
        mix.observe(rng)


def _propose(agent: FactoredAgent, mix: SimulatedMix) -> Proposal | None:
    seen, guard = mix.last_observation(), open_guard(mix)
    steps, allowed = guard.shape(seen, agent.steps(seen), agent.step_params, at=0.0)
    return agent.propose(seen, steps, allowed, at=0.0, explore=False, cautious=False)


def _best_word(room: Room, values: FloatArray) -> tuple[int, Wish] | None:
    """The track and word that a listener would gain most by; None where none is worth saying."""
    asked = [(row, wish) for row in range(len(values)) for wish in Wish]
    mixes = np.repeat(values[None], len(asked), axis=0)
    for mix, (row, wish) in zip(mixes, asked, strict=True):
        for param, amount in WISHES[wish]:
            spec, column = SPECS[param], COLUMN[param]
            way = 1.0
            if param is Param.PAN:
                way = -1.0 if mix[row, column] < 0.0 else 1.0
                amount = max(amount, -abs(mix[row, column]))
            mix[row, column] = np.clip(mix[row, column] + way * amount, spec.minimum, spec.maximum)
    utilities = room.stage.utilities(mixes)
    best = int(utilities.argmax())
    gain = float(utilities[best]) - room.stage.utility(values)
    return asked[best] if gain > room.listener.threshold else None


def _after(values: FloatArray, mix: Sequence[Proposal]) -> FloatArray:
    moved = values.copy()
    for each in mix:
        moved[each.row, COLUMN[each.param]] += each.step
    return moved


def _pick(room: Room, mixes: FloatArray, rng: np.random.Generator) -> int:
    """The best as it is heard, with the ear's noise; in a tenth of the cases any other."""
    heard = room.stage.utilities(mixes)
    heard = heard + rng.normal(0.0, EAR_NOISE_JND * room.listener.threshold, len(heard))
    best = int(heard.argmax())
    if rng.random() < FLIPS:
        return int(rng.choice([k for k in range(len(heard)) if k != best]))
    return best


def _ways() -> Iterator[tuple[str, Callable[[Room], tuple[float, float]]]]:
    yield "nothing", partial(thumbs, count=0)
    for way, word, counts in (
        (thumbs, "thumb", THUMBS),
        (words, "word", WORDS),
        (picks, "pick", PICKS),
    ):
        for count in counts:
            yield _named(count, word), partial(way, count=count)
    yield "a mix half as good, endorsed", partial(endorsed, share=0.5)
    yield "a finished mix, endorsed", partial(endorsed, share=1.0)


def _named(count: int, word: str) -> str:
    return f"{count} {word}{'s' if count > 1 else ''}"


def receive(visit: Visit) -> _Shares:
    """Let one listener teach in every way: the two shares of each."""
    room = Room(visit)
    return {name: way(room) for name, way in _ways()}


def gather(found: Sequence[_Shares]) -> list[Row]:
    """Of every way: both shares, and what was learnt against 25 thumbs, with standard errors."""
    rows: list[Row] = []
    yardstick = np.array([shares[YARDSTICK][1] for shares in found])
    for name in found[0]:
        now, again = np.array([shares[name] for shares in found]).T
        more = again - yardstick
        rows.append(
            {
                "way": name,
                "listeners": len(found),
                "now": round(float(now.mean()), 3),
                "again": round(float(again.mean()), 3),
                "more": round(float(more.mean()), 3),
                "error": round(float(more.std(ddof=min(1, len(more) - 1)) / len(more) ** 0.5), 3),
            }
        )
    return rows


def table(rows: Sequence[Row]) -> Iterator[str]:
    """The figures as lines of text."""
    yield f"{'':30}{'the mix now':>12}{'same song again':>17}   against {YARDSTICK}"
    for row in rows:
        yield (
            f"{row['way']:30}{row['now']:12.2f}{row['again']:17.2f}"
            f"   {row['more']:+.3f} +- {row['error']:.3f}"
        )


def measure(
    visits: Sequence[Visit], *, workers: int, cluster: str, out: Path | None
) -> dict[str, Any]:
    """Let every listener teach in every way; after each of them `out` has the figures so far."""
    found: dict[int, _Shares] = {}
    results: dict[str, Any] = {}
    first = visits[0]
    with pool_of(workers, cluster) as pool:
        at_work = {pool.submit(receive, visit): visit.listener for visit in visits}
        for future in as_completed(at_work):
            found[at_work[future]] = future.result()
            click.echo(f"{len(found)} of {len(visits)} listeners", err=True)
            results = {
                "study": {
                    "salt": first.salt,
                    "population": first.population,
                    "tracks": first.tracks,
                    "prior": load_prior(first.prior_file).checksum,
                    "version": __version__,
                },
                "rows": gather([found[number] for number in sorted(found)]),
            }
            save(results, out)
    return results


@click.command()
@click.option("--listeners", type=click.IntRange(2, 1000), help="20, quick 4.")
@click.option(
    "--population", type=click.Choice(list(POPULATIONS)), default="human", show_default=True
)
@click.option("--tracks", type=click.IntRange(2, 64), default=16, show_default=True)
@study_options
@cluster_option
def main(
    *,
    listeners: int | None,
    population: str,
    tracks: int,
    salt: str | None,
    quick: bool,
    workers: int | None,
    prior_file: Path | None,
    out: Path | None,
    cluster: str,
) -> None:
    """What a thumb, a word, a pick and an endorsed mix teach, on the same songs."""
    salt = salt_of(salt)
    click.echo(f"Salt {salt}; the same salt gives the same figures.")
    visits = [
        Visit(
            salt=salt,
            population=population,
            tracks=tracks,
            condition="usual",
            listener=number,
            agents=(),
            thumbs=max(THUMBS),
            moves=_REST,
            frozen_moves=frozen_moves(tracks),
            prior_file=prior_file,
        )
        for number in range(listeners or (4 if quick else 20))
    ]
    results = measure(visits, workers=workers or os.cpu_count() or 1, cluster=cluster, out=out)
    for line in table(results["rows"]):
        click.echo(line)
