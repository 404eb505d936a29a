"""Which edits to offer: three songs of real candidates, a hidden person, and a third of the way.

In two songs the person answers what is offered; in the third nobody answers, and what is offered
there is judged: how much of what they want it finds, and how much of it they want.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np

from bridge.learning.q_learning import FloatArray
from bridge.sim.stems import SAMPLE_RATE
from bridge.sim.takes import TAKE_ROLES, Planting, make_take
from bridge.studies.edit.detect import grid_of, listen, match
from bridge.studies.edit.strangers import FLIPS, POPULATIONS, Stranger, draw_stranger
from bridge.tasks.edit.agent import EditAgent
from bridge.tasks.edit.candidates import Candidate, Settings, find_candidates
from bridge.tasks.edit.geometry import KIND_INDEX, KINDS
from bridge.tasks.edit.prior import (
    EDIT_ROLE_INDEX,
    EDIT_ROLES,
    SCALES,
    EditPrior,
    EditRole,
    edit_role,
)

SONGS: Final = 3
UNWANTED_COST: Final = 0.7
MANY: Final = Planting(
    late_share=0.25, late_ms=(11.0, 60.0), pauses=6, pause_s=(0.5, 5.0), joins=4, edges=4, holes=3
)
"""What is planted in a song of this study: about 160 candidates in seven tracks."""

_TWENTIETH: Final = 20
_BINS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A candidate of a song.

    Attributes:
        row: Its track.
        candidate: What could be done.
        is_fault: Whether it is about a planted fault; what is not, nobody wants.
    """

    row: int
    candidate: Candidate
    is_fault: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Song:
    """A song as the agents see it: the roles of its tracks, and all candidates in random order."""

    roles: tuple[EditRole, ...]
    offers: tuple[Offered, ...]


def make_song(number: int, salt: int) -> Song:
    """Play seven takes, hear them, and collect what might be edited."""
    rng = np.random.default_rng([salt, number, 7])
    offers = []
    for row, role in enumerate(TAKE_ROLES):
        take = make_take(role, [salt, 10_000 + number, row], MANY)
        track = listen(take.wave, SAMPLE_RATE, take.pieces, role=role)
        found = match(take.faults, find_candidates(track, grid_of(take), Settings()))
        offers += [Offered(row=row, candidate=one, is_fault=is_right)
                   for one, is_right in found.candidates]  # fmt: skip
    order = rng.permutation(len(offers))
    return Song(
        roles=tuple(edit_role(role) for role in TAKE_ROLES),
        offers=tuple(offers[place] for place in order),
    )


class Chooser(Protocol):
    """Who decides what is offered."""

    def begin(self, song: int, roles: Sequence[EditRole]) -> None:
        """Another song."""

    def is_offered(self, offer: Offered) -> bool:
        """Whether to ask about it."""

    def learn(self, offer: Offered, value: float) -> None:
        """What the person said of it."""


class _ByTaste:
    def __init__(self, prior: EditPrior, *, is_learning: bool = True) -> None:
        self._agent = EditAgent(prior, is_learning=is_learning)

    def begin(self, song: int, roles: Sequence[EditRole]) -> None:
        self._agent.attend([(f"{song}.{row}", role) for row, role in enumerate(roles)])

    def is_offered(self, offer: Offered) -> bool:
        return self._agent.is_offered(offer.row, offer.candidate)

    def learn(self, offer: Offered, value: float) -> None:
        self._agent.learn(offer.row, [offer.candidate], value)


class _ByRules:
    """Average thresholds, as a dialog comes with."""

    def begin(self, song: int, roles: Sequence[EditRole]) -> None:
        pass

    def is_offered(self, offer: Offered) -> bool:
        return SCALES[offer.candidate.kind].steps(offer.candidate.size) > 0.0

    def learn(self, offer: Offered, value: float) -> None:
        pass


class _ShowAll(_ByRules):
    def is_offered(self, offer: Offered) -> bool:
        return True


class _Bandit:
    """A mean of what was earned per kind, role and size; shows what was never tried."""

    def __init__(self) -> None:
        self._roles: Sequence[EditRole] = ()
        shape = (len(EDIT_ROLES), len(KINDS), _BINS)
        self._sums, self._counts = np.zeros(shape), np.zeros(shape)

    def begin(self, song: int, roles: Sequence[EditRole]) -> None:
        self._roles = roles

    def _place(self, offer: Offered) -> tuple[int, int, int]:
        kind = offer.candidate.kind
        steps = SCALES[kind].steps(offer.candidate.size)
        bin_ = int(np.searchsorted([-1.0, -0.33, 0.33, 1.0], steps))
        return EDIT_ROLE_INDEX[self._roles[offer.row]], KIND_INDEX[kind], bin_

    def is_offered(self, offer: Offered) -> bool:
        place = self._place(offer)
        return bool(self._counts[place] == 0.0 or self._sums[place] > 0.0)

    def learn(self, offer: Offered, value: float) -> None:
        place = self._place(offer)
        self._sums[place] += value
        self._counts[place] += 1.0


CHOOSERS: Final[Mapping[str, Callable[[EditPrior], Chooser]]] = {
    "taste": _ByTaste,
    "learning off": lambda prior: _ByTaste(prior, is_learning=False),
    "rules": lambda _: _ByRules(),
    "bandit": lambda _: _Bandit(),
    "show all": lambda _: _ShowAll(),
}
ORACLE: Final = "oracle"


def measure_person(
    prior: EditPrior, population: str, number: int, salt: int, songs: Sequence[Song]
) -> list[dict[str, Any]]:
    """One hidden person with every chooser: what the frozen third song has, and the way there."""
    seed = [salt, POPULATIONS.index(population), number]
    person = draw_stranger(population, np.random.default_rng(seed), songs=SONGS)
    wanted = [_wishes(person, place, song, [*seed, place]) for place, song in enumerate(songs)]
    if not wanted[-1].any():
        return []
    rows = []
    for name, make in CHOOSERS.items():
        for answers in ("usual", "coin", "inverted") if name == "taste" else ("usual",):
            rng = np.random.default_rng([*seed, 100])
            label = name if answers == "usual" else f"{name}, {answers} answers"
            row = _run(make(prior), songs, wanted, answers, rng)
            rows.append({"agent": label, "population": population, "number": number} | row)
    oracle = _figures(np.ones(int(wanted[-1].sum()), dtype=bool), int(wanted[-1].sum()))
    return [*rows, {"agent": ORACLE, "population": population, "number": number} | oracle]


def _wishes(person: Stranger, place: int, song: Song, seed: list[int]) -> FloatArray:
    """(offers,) whether each is wanted."""
    rng = np.random.default_rng(seed)
    return np.array(
        [
            person.wants(
                place,
                EDIT_ROLE_INDEX[song.roles[offer.row]],
                KIND_INDEX[offer.candidate.kind],
                SCALES[offer.candidate.kind].steps(offer.candidate.size),
                rng,
            )
            and offer.is_fault
            for offer in song.offers
        ]
    )


def _run(
    chooser: Chooser,
    songs: Sequence[Song],
    wanted: Sequence[FloatArray],
    answers: str,
    rng: np.random.Generator,
) -> dict[str, float]:
    asked = accepted = 0
    twentieth: int | None = None
    for place, song in enumerate(songs[:-1]):
        chooser.begin(place, song.roles)
        for offer, wish in zip(song.offers, wanted[place], strict=True):
            if not chooser.is_offered(offer):
                continue
            asked += 1
            accepted += bool(wish)
            if accepted == _TWENTIETH and twentieth is None:
                twentieth = asked
            chooser.learn(offer, _answer(bool(wish), answers, rng))
    chooser.begin(len(songs) - 1, songs[-1].roles)
    shown = np.array([chooser.is_offered(offer) for offer in songs[-1].offers])
    figures = _figures(wanted[-1][shown], int(wanted[-1].sum()))
    figures["asked"] = asked
    figures["per_accepted"] = asked / max(accepted, 1)
    figures["twentieth"] = float(twentieth if twentieth is not None else asked)
    return figures


def _answer(is_wanted: bool, answers: str, rng: np.random.Generator) -> float:
    if answers == "coin":
        return float(rng.choice([-1.0, 1.0]))
    is_yes = is_wanted != (rng.random() < FLIPS)
    return (1.0 if is_yes else -1.0) * (-1.0 if answers == "inverted" else 1.0)


def _figures(shown_wanted: FloatArray, wanted: int) -> dict[str, float]:
    """Of what was shown, whether each was wanted; and how many were wanted in all."""
    hits, shown = int(shown_wanted.sum()), int(shown_wanted.size)
    return {
        "found": hits / wanted,
        "accepted": hits / shown if shown else 1.0,
        "utility": (hits - UNWANTED_COST * (shown - hits)) / wanted,
    }
