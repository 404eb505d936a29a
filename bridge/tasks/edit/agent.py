"""The edit agent: which candidates this person would accept, and with which pads and fades.

For each role and kind of edit this person has a size from which on an edit is worth it. It is
believed as a taste is (`bridge.learning.taste`), and the table holds what an offer earns by how far
a size is above it: +1 for a yes, -1 for a no. Offered is what is expected to earn something.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import erf, exp, hypot, inf, log, sqrt
from typing import Any, Final

import numpy as np

from bridge.errors import PriorError
from bridge.learning.bins import bin_weights
from bridge.learning.carrying import CARRIES_MUCH
from bridge.learning.q_learning import FloatArray, IntArray, QTable
from bridge.learning.taste import Consistency, Taste
from bridge.tasks.edit.candidates import LEAST_PAD_S, Candidate, Settings
from bridge.tasks.edit.geometry import KIND_INDEX, KINDS, Kind
from bridge.tasks.edit.prior import (
    BINS,
    EDIT_ROLE_INDEX,
    EDIT_ROLES,
    ERROR_EDGES,
    SCALES,
    SETTINGS,
    SETTINGS_OF,
    EditPrior,
    EditRole,
)

EAGER: Final = 60
"""Among so many first answers an offer may be expected to earn a little less than nothing."""

EAGER_VALUE: Final = -0.16
_JUDGEMENT_SD: Final = 0.35
"""How sharply a person is thought to judge, in steps; people differ by half of it anyway."""

_STEP_SIZE: Final = 0.02
_HAND_SD: Final = {"strength": 0.1}
"""How reliable a hand is, in the units of a setting's belief, ..."""

_OTHER_HAND_SD: Final = 0.5
"""... and one on an edge or a fade."""

_STRENGTH_SD: Final = 0.25
"""Hits that are moved further or less far than wanted by so much are often refused."""

_DEPTH_SD: Final = 0.15
"""How sharply a person is thought to judge how quiet a pause is, in tens of dB."""

_EXPLORED: Final = 0.7
"""Among the first answers the strength is tried so many standard deviations to either side."""

_MOST_SHALLOW_DB: Final = 4.0
_LEAST_STRENGTH: Final = 0.2

_STATE_SCHEMA: Final = 1


class EditAgent:
    """Learns what one person calls worth an edit.

    Args:
        prior: What is known of people.
        is_learning: False: everybody is the average person for ever.
    """

    def __init__(self, prior: EditPrior, *, is_learning: bool = True) -> None:
        self._prior = prior
        self._table = QTable(prior.offers)
        # What is worth an edit is a way of working: people carry more of it than of a mix.
        self._taste = Taste(prior.taste, carries=CARRIES_MUCH)
        self._consistency = Consistency()
        self._is_learning = is_learning
        self.answers = 0

    def attend(self, tracks: Sequence[tuple[str, EditRole]]) -> None:
        """Set the tracks: identity and role of each. Other tracks mean another song."""
        self._taste.attend(
            tuple(key for key, _ in tracks),
            np.array([EDIT_ROLE_INDEX[role] for _, role in tracks], dtype=np.int64),
        )

    # -- what to offer ----------------------------------------------------------------------------

    def value(self, row: int, candidate: Candidate) -> float:
        """What offering an edit of the track in that row is expected to earn, -1 to +1."""
        cells, weights = self._cells(row, candidate)
        good, harm = self._table.expect(cells, weights)
        chance = 0.5 + 0.5 * float(good[0] - harm[0])
        return 2.0 * chance * self._depth_chance(row, candidate, explore=self._is_eager) - 1.0

    def _depth_chance(self, row: int, candidate: Candidate, *, explore: bool) -> float:
        """How likely a pause is quiet enough for this person; 1 for all that is no pause."""
        if candidate.under_db == inf:
            return 1.0
        mean, sd = self._believed(row, "depth_db")
        mean -= sd if explore else 0.0
        over = (candidate.under_db / 10.0 - mean) / hypot(sd, _DEPTH_SD)
        return float(_normal(np.array(over)))

    def _believed(self, row: int, setting: str) -> tuple[float, float]:
        """Mean and standard deviation of a setting, in the units of its belief."""
        means, variances = self._taste.of_members()
        column = _column(setting)
        return float(means[row, column]), sqrt(variances[row, column])

    def probability(self, row: int, candidate: Candidate) -> float:
        """How likely a yes is, 0 to 1."""
        return min(max(0.5 + 0.5 * self.value(row, candidate), 0.0), 1.0)

    @property
    def least_value(self) -> float:
        """What an offer must be expected to earn now."""
        return EAGER_VALUE if self._is_eager else 0.0

    @property
    def _is_eager(self) -> bool:
        """Whether answers are still so few that something is tried to learn from it."""
        return self._is_learning and self.answers < EAGER

    def is_offered(self, row: int, candidate: Candidate) -> bool:
        """Whether an edit is worth asking about."""
        return self.value(row, candidate) > self.least_value

    def _cells(self, row: int, candidate: Candidate) -> tuple[IntArray, FloatArray]:
        kind = KIND_INDEX[candidate.kind]
        means, variances = self._taste.of_members()
        error = SCALES[candidate.kind].steps(candidate.size) - means[row, kind]
        weights = bin_weights(
            np.array([error]), np.array([sqrt(variances[row, kind])]), ERROR_EDGES
        )
        return kind * BINS + np.arange(BINS), weights[0]

    # -- what is learnt ---------------------------------------------------------------------------

    def learn(
        self, row: int, candidates: Sequence[Candidate], value: float, *, weight: float = 1.0
    ) -> None:
        """Learn from one answer about one edit, or about a set of equal kind that counts as one.

        Args:
            row: The row of the track.
            candidates: What was offered.
            value: +1 for a yes, -1 for a no, or between.
            weight: How surely it was an answer to this, 0 to 1.
        """
        if not (self._is_learning and candidates and value):
            return
        kind = candidates[0].kind
        steps = np.array([SCALES[kind].steps(candidate.size) for candidate in candidates])
        deep = np.mean([self._depth_chance(row, one, explore=False) for one in candidates])
        large = np.mean([self._agreement(row, kind, size) for size in steps])
        yes = float(deep * large)
        self._consistency.judge(yes if value > 0.0 else 1.0 - yes, weight=weight)
        self._taste.rely(self._consistency.reliance)
        share = 0.5 + 0.5 * self._consistency.trust * weight * abs(value)

        def likelihood(thresholds: FloatArray) -> FloatArray:
            above = (steps[:, None] - thresholds) / _JUDGEMENT_SD
            agrees = deep * _normal(above).mean(axis=0)
            agrees = agrees if value > 0.0 else 1.0 - agrees
            return np.asarray(share * agrees + (1.0 - share) * (1.0 - agrees))

        self._taste.judge(row, KIND_INDEX[kind], likelihood)
        self._judge_settings(row, candidates, value, likely=float(large), share=share)
        middle = candidates[int(np.argsort(steps)[len(steps) // 2])]
        cells, weights = self._cells(row, middle)
        self._table.update(
            cells, weights, 0, reward=value, next_value=0.0, step_size=_STEP_SIZE * weight,
            discount=0.0,
        )  # fmt: skip
        self.answers += 1

    def _judge_settings(
        self,
        row: int,
        candidates: Sequence[Candidate],
        value: float,
        *,
        likely: float,
        share: float,
    ) -> None:
        """Learn from an answer how far hits move, or how quiet a pause has to be.

        Args:
            row: The row of the track.
            candidates: What was offered.
            value: Above 0 for a yes.
            likely: How likely a yes was because of the sizes alone, 0 to 1.
            share: How likely the answer is meant, 0.5 to 1.
        """
        if candidates[0].kind is Kind.TIMING:
            setting, at = "strength", np.array([one.strength for one in candidates])

            def fits(wanted: FloatArray) -> FloatArray:
                off = (at[:, None] - np.clip(wanted, 0.0, 1.0)) / _STRENGTH_SD
                return np.asarray(np.exp(-0.5 * off**2).mean(axis=0))

        else:
            mean, sd = self._believed(row, "depth_db")
            # A pause that is quiet enough for anybody says nothing of how quiet it has to be.
            most = mean + 3.0 * hypot(sd, _DEPTH_SD)
            setting = "depth_db"
            at = np.array([one.under_db / 10.0 for one in candidates])
            if at.min() > most:
                return
            at = np.minimum(at, most)

            def fits(wanted: FloatArray) -> FloatArray:
                return np.asarray(_normal((at[:, None] - wanted) / _DEPTH_SD).mean(axis=0))

        def likelihood(wanted: FloatArray) -> FloatArray:
            agrees = likely * fits(wanted)
            agrees = agrees if value > 0.0 else 1.0 - agrees
            return np.asarray(share * agrees + (1.0 - share) * (1.0 - agrees))

        self._taste.judge(row, _column(setting), likelihood)

    def _agreement(self, row: int, kind: Kind, steps: float) -> float:
        means, variances = self._taste.of_members()
        column = KIND_INDEX[kind]
        sd = sqrt(variances[row, column] + _JUDGEMENT_SD**2)
        return 0.5 + 0.5 * erf((steps - means[row, column]) / (sd * sqrt(2.0)))

    def correct(self, row: int, setting: str, value: float) -> None:
        """Learn from a hand that changed how an edit of ours was made: one of `SETTINGS`."""
        if self._is_learning and setting in SETTINGS:
            self._taste.correct(
                row, _column(setting), value=encode_setting(setting, value),
                sd=_HAND_SD.get(setting, _OTHER_HAND_SD),
            )  # fmt: skip

    def settings(self, row: int) -> Settings:
        """How this person likes edits of a track made."""
        own = {
            setting: decode_setting(setting, self._believed(row, setting)[0])
            for setting in SETTINGS
        }
        return Settings(**own)

    def tried_settings(self, row: int) -> Settings:
        """With which settings edits are offered now: among the first answers some are tried.

        The strength alternates between both sides of what is believed, and pauses are looked for
        that are less deep than that, by one standard deviation each.
        """
        settings = self.settings(row)
        if not self._is_eager:
            return settings
        mean, sd = self._believed(row, "strength")
        side = _EXPLORED if self._setting_answers(row, "strength") % 2 == 0 else -_EXPLORED
        _, depth_sd = self._believed(row, "depth_db")
        return replace(
            settings,
            strength=decode_setting("strength", mean + side * sd),
            shallow_db=min(10.0 * depth_sd, _MOST_SHALLOW_DB),
        )

    def _setting_answers(self, row: int, setting: str) -> int:
        return self._taste.answers_about(int(self._taste.groups[row]), _column(setting))

    def learnt_settings(self, row: int, kind: Kind) -> Mapping[str, float]:
        """The settings of a kind about which this person has said something."""
        settings = self.settings(row)
        return {
            setting: getattr(settings, setting)
            for setting in SETTINGS_OF[kind]
            if self._setting_answers(row, setting)
        }

    # -- what is believed -------------------------------------------------------------------------

    def beliefs(self) -> Mapping[str, Any]:
        """The size from which this person wants an edit, by role and kind."""
        means, variances = self._taste.of_groups()
        return {
            role: {
                kind: {
                    "answers": self._taste.answers_about(row, column),
                    "from": round(SCALES[kind].size(float(means[row, column])), 3),
                    "sd_steps": round(float(np.sqrt(variances[row, column])), 3),
                    "unit": SCALES[kind].unit,
                }
                | {
                    setting: round(decode_setting(setting, float(means[row, _column(setting)])), 3)
                    for setting in SETTINGS_OF[kind]
                    if self._taste.answers_about(row, _column(setting))
                }
                for column, kind in enumerate(KINDS)
                if self._taste.answers_about(row, column)
            }
            for row, role in enumerate(EDIT_ROLES)
            if self._taste.answers[row].any()
        }

    def threshold(self, row: int, kind: Kind) -> tuple[float, int]:
        """The size from which this person seems to want an edit, and the answers for it."""
        means, _ = self._taste.of_members()
        group = int(self._taste.groups[row])
        column = KIND_INDEX[kind]
        size = SCALES[kind].size(float(means[row, column]))
        return size, self._taste.answers_about(group, column)

    def state(self) -> bytes:
        """All that has been learnt, as canonical JSON."""
        body = {
            "answers": self.answers,
            "consistency": self._consistency.weights.tolist(),
            "prior": self._prior.checksum,
            "schema": _STATE_SCHEMA,
            "table": (self._table.values - self._prior.offers).ravel().tolist(),
            "taste": self._taste.state(),
        }
        return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()

    def load_state(self, state: bytes) -> None:
        """Restore what `state` returned.

        Raises:
            PriorError: If it cannot be read.
        """
        try:
            body = json.loads(state)
            schema = body["schema"]
            if schema != _STATE_SCHEMA:
                raise PriorError(
                    f"What was learnt of edits has schema {schema!r}, expected {_STATE_SCHEMA}; "
                    "use the version that wrote it."
                )
            self._taste.load_state(body["taste"])
            self._consistency.weights = np.array(body["consistency"])
            learnt = np.array(body["table"]).reshape(self._prior.offers.shape)
            self._table = QTable(self._prior.offers + learnt)
            self.answers = int(body["answers"])
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            raise PriorError(
                f"What was learnt of edits cannot be read ({error!r}); it is left aside."
            ) from error
        self._taste.rely(self._consistency.reliance)


def _normal(values: FloatArray) -> FloatArray:
    """The normal distribution function, by the logistic one that is nearest to it."""
    return np.asarray(1.0 / (1.0 + np.exp(-1.702 * np.clip(values, -40.0, 40.0))))


def _column(setting: str) -> int:
    """The dimension of a setting in a taste."""
    return len(KINDS) + SETTINGS.index(setting)


def encode_setting(setting: str, value: float) -> float:
    """A setting in the units of its belief; see `EditPrior.taste`."""
    if setting == "strength":
        return value
    return value / 10.0 if setting == "depth_db" else log(max(value, 1e-4))


def decode_setting(setting: str, value: float) -> float:
    """The inverse of `encode_setting`, within what is sensible."""
    if setting == "strength":
        return min(max(value, _LEAST_STRENGTH), 1.0)
    if setting == "depth_db":
        return min(max(10.0 * value, 20.0), 40.0)
    least = LEAST_PAD_S if setting.startswith("pad") else 0.002
    return min(max(exp(value), least), 1.0)
