"""The belief about one person's taste: a Gaussian over groups and their members.

What is believed, per dimension (a level, a band's tone, a width) and independent of the others::

    taste of a member  =  taste of its group  +  what is special about this member in this song
    groups             ~  Normal(mean, covariance)     correlated: who likes one thing bright ...
    members            ~  Normal(0, member_sd^2)

Every answer becomes one Gaussian piece of evidence about one member: a hand's correction directly,
a thumb by moment matching (assumed-density filtering, as TrueSkill does): the exact posterior of a
thumb is computed on a grid and the Gaussian with its mean and variance is kept. All that has been
learnt is therefore two numbers a member and dimension, precision and precision times mean, and the
posterior is a pure function of them: state in, state out, bit for bit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.learning.carrying import Past

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_EVEN: Final[FloatArray] = np.linspace(-3.5, 3.5, 29)
_GRID_WEIGHTS: Final[FloatArray] = np.exp(-0.5 * _EVEN**2) / np.exp(-0.5 * _EVEN**2).sum()
# Scaled to a variance of exactly 1: an answer that says nothing must change nothing.
_GRID: Final[FloatArray] = _EVEN / np.sqrt(_GRID_WEIGHTS @ _EVEN**2)

# A piece of evidence never makes us less sure: the Gaussian that is kept could not be normalised.
_LEAST_PRECISION: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class TastePrior:
    """What is believed of anybody before their first answer.

    Attributes:
        mean: (groups, dimensions) the average person.
        covariance: (dimensions, groups, groups) how people differ, and which groups differ alike.
        song_sd: (dimensions,) how much one person of the training wanted a group different from
            song to song; what carries is learnt instead, see `bridge.learning.carrying`.
        member_sd: (dimensions,) or (groups, dimensions) how much members of one group differ
            within a song.
    """

    mean: FloatArray
    covariance: FloatArray
    song_sd: FloatArray
    member_sd: FloatArray


class Taste:
    """The belief about one person, and the evidence that it rests on."""

    def __init__(self, prior: TastePrior) -> None:
        self.prior = prior
        groups, dimensions = prior.mean.shape
        self.past = Past(prior.mean, prior.covariance)
        self.members: tuple[str, ...] = ()
        self.groups: IntArray = np.zeros(0, dtype=np.int64)
        self.precision = np.zeros((0, dimensions))
        self.weighted = np.zeros((0, dimensions))
        self.answers = np.zeros((groups, dimensions), dtype=np.int64)
        self._reliance = 1.0
        self._belief: tuple[FloatArray, ...] | None = None

    def attend(self, members: tuple[str, ...], groups: IntArray) -> None:
        """Say who is in the song now. Another list of members is another song.

        What was special in the last song stays behind; what it said about the groups is kept.
        A member whose group was corrected takes its evidence along.
        """
        if members != self.members:
            self._end_song()
            self.members = members
            self.precision = np.zeros((len(members), self.answers.shape[1]))
            self.weighted = np.zeros_like(self.precision)
        elif np.array_equal(groups, self.groups):
            return
        self.groups = groups.copy()
        self._belief = None

    def _end_song(self) -> None:
        precision, weighted = self._song_evidence(self.precision, self.weighted)
        if precision.any():
            self.past.end_song(precision, weighted)

    def _song_evidence(
        self, member_precision: FloatArray, member_weighted: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """What the members of this song say about their groups, (groups, dimensions) each."""
        shrink = 1.0 / (1.0 + member_precision * self._member_variance())
        precision = np.zeros(self.answers.shape)
        weighted = np.zeros(self.answers.shape)
        np.add.at(precision, self.groups, member_precision * shrink)
        np.add.at(weighted, self.groups, member_weighted * shrink)
        return precision, weighted

    def _member_variance(self) -> FloatArray:
        """(members, dimensions) how much each may differ from its group, squared."""
        of_groups = np.broadcast_to(self.prior.member_sd, self.answers.shape)
        return np.asarray(of_groups[self.groups] ** 2)

    def rely(self, reliance: float) -> None:
        """Let all evidence count so much, 0 to 1: a coin's answers are forgotten afterwards."""
        if reliance != self._reliance:
            self._reliance = reliance
            self._belief = None

    def of_groups(self) -> tuple[FloatArray, FloatArray]:
        """Mean and variance (groups, dimensions) of what this person wants of each group."""
        mean, variance, _, _ = self._beliefs()
        return mean, variance

    def of_members(self) -> tuple[FloatArray, FloatArray]:
        """Mean and variance (members, dimensions) of what this person wants of each member."""
        _, _, mean, variance = self._beliefs()
        return mean, variance

    def _beliefs(self) -> tuple[FloatArray, ...]:
        if self._belief is None:
            self._belief = self._infer()
        return self._belief

    def _infer(self) -> tuple[FloatArray, ...]:
        own_precision, own_weighted = (
            self._reliance * self.precision,
            self._reliance * self.weighted,
        )
        precision, weighted = self._song_evidence(own_precision, own_weighted)
        expected, before = self.past.forecast(self._reliance)
        inverse = np.linalg.inv(before)
        diagonal = np.einsum("gd,gh->dgh", precision, np.eye(precision.shape[0]))
        covariance = np.linalg.inv(inverse + diagonal)
        pull = (inverse @ expected.T[..., None])[..., 0] + weighted.T
        group_mean = (covariance @ pull[..., None])[..., 0].T
        group_variance = np.diagonal(covariance, axis1=1, axis2=2).T
        # A member hears of its group from all the others: its own evidence is taken out first,
        # and then put back without the detour.
        shrink = 1.0 / (1.0 + own_precision * self._member_variance())
        mean, variance = group_mean[self.groups], group_variance[self.groups]
        others = 1.0 / variance - own_precision * shrink
        others_mean = (mean / variance - own_weighted * shrink) / others
        spread = 1.0 / others + self._member_variance()
        member_precision = 1.0 / spread + own_precision
        member_mean = (others_mean / spread + own_weighted) / member_precision
        return group_mean, group_variance, member_mean, 1.0 / member_precision

    def judge(
        self, row: int, dimension: int, likelihood: Callable[[FloatArray], FloatArray]
    ) -> None:
        """Learn from an answer about one member.

        Args:
            row: Which member.
            dimension: Which dimension of its taste.
            likelihood: The probability of the answer for each of an array of tastes.
        """
        means, variances = self.of_members()
        mean, variance = float(means[row, dimension]), float(variances[row, dimension])
        tastes = mean + np.sqrt(variance) * _GRID
        weights = _GRID_WEIGHTS * likelihood(tastes)
        weights = weights / weights.sum()
        new_mean = float(weights @ tastes)
        new_variance = float(weights @ (tastes - new_mean) ** 2)
        precision = max(1.0 / new_variance - 1.0 / variance, _LEAST_PRECISION)
        weighted = new_mean * (1.0 / variance + precision) - mean / variance
        self._add(row, dimension, precision=precision, weighted=weighted)

    def correct(self, row: int, dimension: int, *, value: float, sd: float) -> None:
        """Learn from a hand: this member is wanted at `value`, give or take `sd`."""
        self._add(row, dimension, precision=sd**-2, weighted=value * sd**-2)

    def forget_group(self, group: int) -> None:
        """Drop all evidence about a group and its members in this song."""
        self.past.forget(group)
        self.answers[group] = 0
        is_member = self.groups == group
        self.precision[is_member] = self.weighted[is_member] = 0.0
        self._belief = None

    def forget_members(self) -> None:
        """Drop what this song has said; what earlier songs said of the groups stays."""
        self.precision[:] = 0.0
        self.weighted[:] = 0.0
        self.answers[~self.past.is_known] = 0
        self._belief = None

    def _add(self, row: int, dimension: int, *, precision: float, weighted: float) -> None:
        self.precision[row, dimension] += precision
        self.weighted[row, dimension] += weighted
        self.answers[self.groups[row], dimension] += 1
        self._belief = None

    def state(self) -> dict[str, Any]:
        """The evidence, as plain data; the prior is not in it."""
        return {
            "answers": _sparse(self.answers),
            "groups": self.groups.tolist(),
            "members": list(self.members),
            "past": self.past.state(),
            "precision": _sparse(self.precision),
            "weighted": _sparse(self.weighted),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Take over what `state` gave."""
        self.members = tuple(state["members"])
        self.groups = np.array(state["groups"], dtype=np.int64)
        shape = (len(self.members), self.answers.shape[1])
        self.precision = _dense(state["precision"], shape)
        self.weighted = _dense(state["weighted"], shape)
        if "past" in state:
            self.past.load_state(state["past"])
        else:  # before the share that carries was learnt
            self.past.forget_all()
            self.past.end_song(
                _dense(state["past_precision"], self.answers.shape),
                _dense(state["past_weighted"], self.answers.shape),
            )
        self.answers = _dense(state["answers"], self.answers.shape).astype(np.int64)
        self._belief = None


def _sparse(array: NDArray[Any]) -> list[list[float]]:
    """[row, column, value] of all that is not zero: most of a taste is never asked about."""
    rows, columns = np.nonzero(array)
    return [
        [row, column, value]
        for row, column, value in zip(
            rows.tolist(), columns.tolist(), array[rows, columns].tolist(), strict=True
        )
    ]


def _dense(entries: list[list[float]], shape: tuple[int, ...]) -> FloatArray:
    array = np.zeros(shape)
    for row, column, value in entries:
        array[int(row), int(column)] = value
    return array


class Consistency:
    """How far this person's thumbs can be trusted, learnt from the thumbs.

    Each of five people answers in accordance with what they hear in that share of the cases; the
    one whose answers are those of a coin teaches nothing, which is what protects a good mix from
    a listener who presses at random.
    """

    SHARES: Final[FloatArray] = np.array([0.5, 0.65, 0.8, 0.9, 0.97])
    _PRIOR: Final[FloatArray] = np.array([0.06, 0.1, 0.24, 0.4, 0.2])

    def __init__(self) -> None:
        self.weights = self._PRIOR.copy()

    @property
    def share(self) -> float:
        """The share of answers that is expected to be meant, 0.5 (a coin) to 0.97."""
        return float(self.weights @ self.SHARES)

    @property
    def trust(self) -> float:
        """How much an answer says: 0 (a coin's) to 1."""
        return 2.0 * self.share - 1.0

    @property
    def reliance(self) -> float:
        """How far to rely on what was taught: less than 1 where trust fell below the usual."""
        usual = 2.0 * float(self._PRIOR @ self.SHARES) - 1.0
        return min(self.trust / usual, 1.0)

    @property
    def credence(self) -> float:
        """How far to act upon the next answer, 0 to 1: falls sooner than `reliance` does."""
        return self.reliance**3

    def judge(self, agreement: float, *, weight: float) -> None:
        """Learn from one answer.

        Args:
            agreement: The probability that a perfectly consistent person had answered so.
            weight: How surely it was an answer to this, 0 to 1.
        """
        likelihood = self.SHARES * agreement + (1.0 - self.SHARES) * (1.0 - agreement)
        weights = self.weights * (weight * likelihood + (1.0 - weight) * 0.5)
        self.weights = weights / weights.sum()
