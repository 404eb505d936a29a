"""What the factored agent has learnt of one person, and how that is kept.

Kept is only what differs from the prior, with the prior's checksum, as canonical JSON: equal bytes
mean equal beliefs, and a later version can read it.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.agents.as_found import DIMENSION_OF, SHARES, as_found, shares_of
from bridge.agents.cells import FAMILIES, OWN, STEP_PARAMS
from bridge.agents.errors import DIMENSIONS, TARGET
from bridge.agents.open_wishes import OpenWishes
from bridge.agents.own_sound import OWN_COLUMNS, with_own_sounds
from bridge.agents.reasons import belief_in_words
from bridge.agents.restraint import Restraint
from bridge.agents.sides import Sides
from bridge.agents.strengths import Strengths
from bridge.errors import PriorError
from bridge.learning.pictures import Pictures
from bridge.learning.prior import Prior
from bridge.learning.q_learning import FloatArray, IntArray, QTable
from bridge.learning.taste import Consistency, Taste
from bridge.mix.params import EQ_BANDS, MOVABLE
from bridge.mix.roles import ROLES, Role
from bridge.mix.state import Observation

STATE_SCHEMA: Final = 1

TABU_DECISIONS: Final = 15
"""A move that was just disliked is not tried again for so many decisions; fewer, where the answers
have been those of a coin: then half of what was disliked was good."""

_OTHER: Final = ROLES.index(Role.OTHER)

SURE_ENOUGH: Final = 0.1
"""Where less of the doubt than this is gone, nothing is said of what a person wants."""

_OTHER_PRIOR: Final = (
    "Your taste was kept. What moves are worth was learnt from another prior, and starts anew."
)


PICTURES: Final = {
    "gain": np.array([0.9, 0.1]),
    "eq": np.array([0.62, 0.3, 0.08]),
    "pan": np.array([0.9, 0.1]),
}
"""By family of moves: how likely each of its tables holds for anybody, and last that none does.
Of the EQ the first is the role's tone, the second the track's own."""

TABLES: Final = {"gain": ("gain",), "eq": ("eq", OWN), "pan": ("pan",)}
"""By family of moves: which tables those are."""


class Person:
    """One person, as far as they are known; starts as anybody.

    Args:
        prior: What is believed of anybody.
        seed: Of the agent's only randomness.

    Attributes:
        tables: What moves are worth, by family; starts as the prior's.
        taste: Where this person wants things.
        consistency: How far their thumbs can be trusted.
        strengths: Whether the strength of their thumbs says how much they heard.
        pictures: Which of the pictures of what people want holds for this one, by family.
        finding: Whether strips are wanted as their roles are or about as found, by family.
        found: (tracks, 6) the controls when the song began.
        sides: On which side of the centre the tracks are wanted.
        restraint: What was moved since they last answered, and how they like to be asked.
        wishes: What is still to be done for words about tracks.
        decisions: How many decisions were made.
        first_loudness_db: How loud the mix was when it was first seen, dBFS.
        rng: The agent's chance; it is part of what is kept, so that a replay draws the same.
    """

    def __init__(self, prior: Prior, *, seed: int) -> None:
        self.prior = prior = with_own_sounds(prior)
        self.rng = np.random.Generator(np.random.PCG64(seed))
        self.tables = {
            name: QTable(prior.tables[name].reshape(-1, shape[-1]))
            for name, shape in FAMILIES.items()
        }
        self.taste = Taste(prior.taste, as_found(prior.taste.mean.shape[1]))
        self.consistency = Consistency()
        self.strengths = Strengths()
        self.pictures = {name: Pictures(shares) for name, shares in PICTURES.items()}
        self.finding = _new_finding()
        self.found = np.zeros((0, len(MOVABLE)))
        self.sides = Sides()
        self.restraint = Restraint()
        self.wishes = OpenWishes()
        self.decisions = 0
        self.first_loudness_db = 0.0
        self._note = ""
        self._tabu: dict[tuple[str, int], int] = {}

    def values(self) -> dict[str, FloatArray]:
        """What moves are worth now, by family: (cells, actions)."""
        return {name: table.values for name, table in self.tables.items()}

    def shares(self) -> dict[str, float]:
        """How likely it is that each of the tables holds for this person."""
        return {
            table: float(share)
            for family, tables in TABLES.items()
            for table, share in zip(tables, self.pictures[family].shares, strict=False)
        }

    def doubts(self) -> dict[str, float]:
        """By family of moves, how likely it is that its forecasts do not hold for this person."""
        return {family: float(pictures.shares[-1]) for family, pictures in self.pictures.items()}

    def resolved(self) -> FloatArray:
        """(14,) how far it is known which picture holds for each move, 0 (any may) to 1."""
        clear = {
            family: np.clip((pictures.shares[:-1].max() - 0.7) / 0.25, 0.0, 1.0)
            for family, pictures in self.pictures.items()
        }
        return np.array([clear["eq"] if param in EQ_BANDS else 1.0 for param in STEP_PARAMS])

    def attend(self, observation: Observation, loudness_db: float) -> None:
        """See who is in the mix now, which is so loud; other tracks are another song."""
        if observation.keys != self.taste.members:
            self._begin_song(loudness_db, observation.values)
        self.taste.attend(observation.keys, observation.roles)

    def _begin_song(self, loudness_db: float, values: FloatArray) -> None:
        """Another song: where it starts, and every family of moves has another chance."""
        self.first_loudness_db = loudness_db
        self.found = values.copy()
        self.sides.begin_song(len(values))
        self.wishes.clear()
        for pictures in self.pictures.values():
            pictures.renew()

    def find(self, places: FloatArray, roles: IntArray) -> None:
        """Say where (tracks, dimensions) the strips were found, as tastes; NaN unknown."""
        off = places - self.prior.taste.mean[roles]
        self.taste.find(places, shares_of(off[roles != _OTHER], self.finding))

    def judge_tones(self, error: FloatArray, sd: FloatArray, is_known: NDArray[np.bool_]) -> None:
        """Which picture of tone an endorsed mix (tracks, 4 bands) speaks for."""
        mean, variance = self.taste.of_members()
        likely = []
        for columns in (slice(1, 5), OWN_COLUMNS):
            spread = variance[:, columns] + sd[:, columns] ** 2
            off = (error[:, columns] - mean[:, columns]) ** 2 / spread
            likely.append(-0.5 * float((off + np.log(spread))[is_known].sum()))
        self.pictures["eq"].weigh(np.array([*likely, max(likely)]))

    def dislike(self, key: str, move: int) -> None:
        """Remember a move of a track that was just disliked."""
        rest = round(TABU_DECISIONS * self.consistency.credence)
        self._tabu[key, move] = self.decisions + rest

    def disliked(self) -> list[tuple[str, int]]:
        """Which moves of which tracks were disliked a short while ago, in order."""
        return [what for what, until in sorted(self._tabu.items()) if until >= self.decisions]

    def forget(self, what: str) -> bool:
        """Forget a role, what was special in this ``song``, a finished mix by its name, or ``all``.

        False for anything else.
        """
        self.wishes.clear()
        if what == "song":
            self.taste.forget_members()
            self.sides.begin_song(len(self.found))
            self._tabu.clear()
        elif what == "all":
            for role in range(len(ROLES)):
                self._forget_role(role)
            self.taste.past.forget_all()
            self.consistency = Consistency()
            self.strengths = Strengths()
            self.pictures = {name: Pictures(shares) for name, shares in PICTURES.items()}
            self.finding = _new_finding()
            self.sides = Sides()
            self.sides.begin_song(len(self.found))
            self.taste.rely(self.consistency.reliance)
            self._tabu.clear()
            self._note = ""
        elif what in tuple(ROLES):
            self._forget_role(ROLES.index(Role(what)))
        else:
            return self.taste.forget_song(what)
        return True

    def _forget_role(self, role: int) -> None:
        self.taste.forget_group(role)
        for name, table in self.tables.items():
            width = int(np.prod(FAMILIES[name][1:-1]))
            cells = slice(role * width, (role + 1) * width)
            table.values[cells] = self.prior.tables[name].reshape(table.values.shape)[cells]
            table.visits[cells] = 0

    def beliefs(self) -> Mapping[str, Any]:
        """Per role and dimension: what the average person wants, what this one, how sure."""
        prior = self.prior.taste
        mean, variance = (part[:, : len(DIMENSIONS)] for part in self.taste.of_groups())
        usual = prior.mean[:, : len(DIMENSIONS)]
        difference = mean - usual
        anybody = np.diagonal(prior.covariance, axis1=1, axis2=2).T[:, : len(DIMENSIONS)]
        sure = 1.0 - np.sqrt(variance / anybody)
        average = usual + TARGET
        return {
            "mixes": list(self.taste.past.names),
            "carries": round(self.taste.past.share, 3),
            "consistency": round(self.consistency.share, 3),
            "note": self._note,
            "roles": {
                str(role): {
                    name: {
                        "answers": self.taste.answers_about(row, column),
                        "average": round(float(average[row, column]), 2),
                        "is_sure": bool(sure[row, column] >= SURE_ENOUGH),
                        "sure": round(float(sure[row, column]), 3),
                        "words": belief_in_words(
                            role,
                            column,
                            float(difference[row, column]),
                            is_sure=bool(sure[row, column] >= SURE_ENOUGH),
                        ),
                        "you": round(float(average[row, column] + difference[row, column]), 2),
                    }
                    for column, name in enumerate(DIMENSIONS)
                }
                for row, role in enumerate(ROLES)
            },
        }

    def state(self) -> bytes:
        """All of this, as canonical JSON."""
        body = {
            "agent": "factored",
            "consistency": self.consistency.weights.tolist(),
            "decisions": self.decisions,
            "finding": {name: p.evidence.tolist() for name, p in self.finding.items()},
            "first_loudness_db": self.first_loudness_db,
            "found": [[None if np.isnan(v) else v for v in row] for row in self.found.tolist()],
            "pictures": {name: p.evidence.tolist() for name, p in self.pictures.items()},
            "prior": self.prior.checksum,
            "restraint": self.restraint.state(),
            "rng": self.rng.bit_generator.state,
            "schema": STATE_SCHEMA,
            "tables": {name: _changes(table) for name, table in self.tables.items()},
            "tabu": [[key, move, self._tabu[key, move]] for key, move in self.disliked()],
            "taste": self.taste.state(),
        }
        if sides := self.sides.state():
            body["sides"] = sides
        if strengths := self.strengths.state():
            body["strengths"] = strengths
        if wishes := self.wishes.state():
            body["wishes"] = wishes  # what nobody has used is not there, as before there were any
        return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_state(cls, state: bytes, prior: Prior) -> "Person":
        """What `state` kept.

        What was learnt upon another prior keeps taste and trust, which are about the person; the
        changes of the tables, which are about that prior's values, are left behind.

        Raises:
            PriorError: If it cannot be read, in one sentence.
        """
        try:
            body = json.loads(state)
            agent, schema = body["agent"], body["schema"]
            if (agent, schema) == ("factored", STATE_SCHEMA):
                return cls._from_body(body, prior)
        except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
            raise PriorError(
                "what was learnt cannot be read: a part is missing or of the wrong form "
                f"({error!r}); import an export of it, or start with a new store."
            ) from error
        raise PriorError(
            f"what was learnt is of agent {agent!r}, schema {schema!r}; this is agent 'factored', "
            f"schema {STATE_SCHEMA}: use the agent and the version that wrote it."
        )

    @classmethod
    def _from_body(cls, body: dict[str, Any], prior: Prior) -> "Person":
        person = cls(prior, seed=0)
        person.rng.bit_generator.state = body["rng"]
        person.taste.load_state(body["taste"])
        person.consistency.weights = np.array(body["consistency"], dtype=np.float64)
        for name, evidence in body.get("pictures", {}).items():
            person.pictures[name].evidence = np.array(evidence, dtype=np.float64)
        for name, evidence in body.get("finding", {}).items():
            person.finding[name].evidence = np.array(evidence, dtype=np.float64)
        if "found" in body:
            person.found = np.array(body["found"], dtype=np.float64).reshape(-1, len(MOVABLE))
        else:  # before it was remembered where a song began
            person.found = np.full((len(person.taste.members), len(MOVABLE)), np.nan)
        if "restraint" in body:
            person.restraint.load_state(body["restraint"])
        person.sides.load_state(body.get("sides"), len(person.taste.members))
        person.strengths.load_state(body.get("strengths"))
        person.wishes.load_state(body.get("wishes", []))
        person.taste.rely(person.consistency.reliance)
        person.decisions = int(body["decisions"])
        person.first_loudness_db = float(body["first_loudness_db"])
        person._tabu = {(key, int(move)): int(until) for key, move, until in body["tabu"]}
        if body["prior"] == prior.checksum:
            for name, changes in body["tables"].items():
                _apply(changes, person.tables[name])
        else:
            person._note = _OTHER_PRIOR
        return person


def _new_finding() -> dict[str, Pictures]:
    return {family: Pictures(SHARES) for family in DIMENSION_OF}


def _changes(table: QTable) -> list[list[float]]:
    """[cell, action, value, visits] of all that was updated."""
    cells, actions = np.nonzero(table.visits)
    columns = (cells, actions, table.values[cells, actions], table.visits[cells, actions])
    return [list(entry) for entry in zip(*(c.tolist() for c in columns), strict=True)]


def _apply(changes: list[list[float]], table: QTable) -> None:
    for cell, action, value, visits in changes:
        table.values[int(cell), int(action)] = value
        table.visits[int(cell), int(action)] = visits
