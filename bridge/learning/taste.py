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

from bridge.learning.carrying import CARRIES_LITTLE, Past

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


@dataclass(frozen=True, slots=True, kw_only=True)
class AsFound:
    """What it says of members that somebody found them where they are.

    Attributes:
        place_sd: (dimensions,) how near to where it was found a member is wanted; infinite where
            that says nothing.
        member_sd: (dimensions,) how much members differ from their group where they are wanted
            about as found.
        is_group_unknown: (groups,) whose members may be wanted anywhere: of them only where they
            were found says anything, whoever the person is.
    """

    place_sd: FloatArray
    member_sd: FloatArray
    is_group_unknown: NDArray[np.bool_]


class Taste:
    """The belief about one person, and the evidence that it rests on.

    Args:
        prior: What is believed of anybody.
        as_found: What a place says of somebody who wants members about as they were found; None:
            nothing.
        carries: How likely a person carries how much to the next song; see `Past`.
    """

    def __init__(
        self,
        prior: TastePrior,
        as_found: AsFound | None = None,
        carries: FloatArray = CARRIES_LITTLE,
    ) -> None:
        self.prior = prior
        self._as_found = as_found
        groups, dimensions = prior.mean.shape
        self.past = Past(prior.mean, prior.covariance, carries)
        self.members: tuple[str, ...] = ()
        self.groups: IntArray = np.zeros(0, dtype=np.int64)
        self.precision = np.zeros((0, dimensions))
        self.weighted = np.zeros((0, dimensions))
        self.answers = np.zeros((groups, dimensions), dtype=np.int64)
        self._places = np.zeros((0, dimensions))
        self._found_shares = np.zeros(dimensions)
        self._ways: tuple[IntArray, FloatArray] | None = None
        self._reliance = 1.0
        self._groups_belief: tuple[FloatArray, FloatArray] | None = None
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
            self._places = np.full_like(self.precision, np.nan)
        elif np.array_equal(groups, self.groups):
            return
        self.groups = groups.copy()
        self._groups_belief = None

    def _end_song(self) -> None:
        precision, weighted = self._song_evidence(self.groups, self.precision, self.weighted)
        if precision.any():
            self.past.end_song(precision, weighted)

    def _song_evidence(
        self, groups: IntArray, member_precision: FloatArray, member_weighted: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """What the members of a song say about their groups, (groups, dimensions) each."""
        shrink = 1.0 / (1.0 + member_precision * self._member_variance(groups))
        precision = np.zeros(self.answers.shape)
        weighted = np.zeros(self.answers.shape)
        np.add.at(precision, groups, member_precision * shrink)
        np.add.at(weighted, groups, member_weighted * shrink)
        return precision, weighted

    def learn_song(self, name: str, groups: IntArray, values: FloatArray, sd: FloatArray) -> None:
        """Learn from another song that is as this person wants it.

        Args:
            name: What it is called, to forget it by.
            groups: (members,) the group of each of its members.
            values: (members, dimensions) where each is wanted; NaN unknown.
            sd: (members, dimensions) how sure that is.
        """
        precision = np.where(np.isnan(values), 0.0, sd**-2.0)
        weighted = np.nan_to_num(values) * precision
        self.past.learn_named(name, *self._song_evidence(groups, precision, weighted))
        self._groups_belief = None

    def answers_about(self, group: int, dimension: int) -> int:
        """How many answers, and songs with a name, stand behind what is believed of a group."""
        return int(self.answers[group, dimension]) + self.past.songs_about(group, dimension)

    def forget_song(self, name: str) -> bool:
        """Drop what `learn_song` has learnt from a song of that name; False: there is none."""
        self._groups_belief = None
        return self.past.forget_named(name)

    def _member_variance(self, groups: IntArray) -> FloatArray:
        """(members, dimensions) how much each may differ from its group, squared."""
        of_groups = np.broadcast_to(self.prior.member_sd, self.answers.shape)
        return np.asarray(of_groups[groups] ** 2)

    def find(self, places: FloatArray, shares: FloatArray) -> None:
        """Say where the members were found, before anybody moved them.

        Args:
            places: (members, dimensions) the taste of somebody who wants each as it was found; NaN
                unknown.
            shares: (dimensions,) how likely it is that this person wants members about as found,
                and not as their group.
        """
        self._places, self._found_shares = places, shares
        self._belief = None

    def rely(self, reliance: float) -> None:
        """Let all evidence count so much, 0 to 1: a coin's answers are forgotten afterwards."""
        if reliance != self._reliance:
            self._reliance = reliance
            self._groups_belief = None

    def of_groups(self) -> tuple[FloatArray, FloatArray]:
        """Mean and variance (groups, dimensions) of what this person wants of each group."""
        mean, variance = self._beliefs()[:2]
        return mean, variance

    def of_members(self) -> tuple[FloatArray, FloatArray]:
        """Mean and variance (members, dimensions) of what this person wants of each member."""
        mean, variance = self._beliefs()[2:4]
        return mean, variance

    def of_pictures(self) -> tuple[FloatArray, FloatArray]:
        """As `of_members`, (2, members, dimensions): as their group, and about as found."""
        mean, variance = self._beliefs()[4:]
        return mean, variance

    def _beliefs(self) -> tuple[FloatArray, ...]:
        if self._groups_belief is None:
            self._groups_belief = self._infer_groups()
            self._belief = None
        if self._belief is None:
            self._belief = (*self._groups_belief, *self._infer_members(*self._groups_belief))
        return self._belief

    def _infer_groups(self) -> tuple[FloatArray, FloatArray]:
        precision, weighted = self._song_evidence(
            self.groups, self._reliance * self.precision, self._reliance * self.weighted
        )
        expected, before = self.past.forecast(self._reliance)
        inverse = np.linalg.inv(before)
        diagonal = np.einsum("gd,gh->dgh", precision, np.eye(precision.shape[0]))
        covariance = np.linalg.inv(inverse + diagonal)
        pull = (inverse @ expected.T[..., None])[..., 0] + weighted.T
        group_mean = (covariance @ pull[..., None])[..., 0].T
        return group_mean, np.diagonal(covariance, axis1=1, axis2=2).T

    def _infer_members(
        self, group_mean: FloatArray, group_variance: FloatArray
    ) -> tuple[FloatArray, ...]:
        """Mean and variance of the members, of both pictures together and of each."""
        own_precision, own_weighted = (
            self._reliance * self.precision,
            self._reliance * self.weighted,
        )
        # A member hears of its group from all the others: its own evidence is taken out first,
        # and then put back without the detour.
        own_ways, anchor = self._pictures()
        shrink = 1.0 / (1.0 + own_precision * own_ways[0])
        mean, variance = group_mean[self.groups], group_variance[self.groups]
        others = 1.0 / variance - own_precision * shrink
        others_mean = (mean / variance - own_weighted * shrink) / others
        places = np.where(np.isnan(self._places), 0.0, self._places)
        spread = 1.0 / others + own_ways
        precision = 1.0 / spread + anchor + own_precision
        means = (others_mean / spread + anchor * places + own_weighted) / precision
        shares = np.stack([1.0 - self._found_shares, self._found_shares])[:, None]
        member_mean = (shares * means).sum(axis=0)
        between = (shares * (means - member_mean) ** 2).sum(axis=0)
        member_variance = (shares / precision).sum(axis=0) + between
        return member_mean, member_variance, means, 1.0 / precision

    def _pictures(self) -> tuple[FloatArray, FloatArray]:
        """(2, members, dimensions) how much members differ, and how much their places say.

        As variances and precisions; the first picture is that members are wanted as their group,
        the second that they are wanted about as they were found.
        """
        found = self._as_found
        if self._ways is None or self._ways[0] is not self.groups:
            ways = np.stack([self._member_variance(self.groups)] * 2)
            if found is not None:
                ways[1] = np.maximum(ways[1], found.member_sd**2)
            self._ways = self.groups, ways
        variance = self._ways[1]
        anchor = np.zeros_like(variance)
        if found is not None:
            np.multiply(found.place_sd**-2, ~np.isnan(self._places), out=anchor[1])
            np.multiply(anchor[1], found.is_group_unknown[self.groups, None], out=anchor[0])
        return variance, anchor

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
        self._groups_belief = None

    def forget_members(self) -> None:
        """Drop what this song has said; what earlier songs said of the groups stays."""
        self.precision[:] = 0.0
        self.weighted[:] = 0.0
        self.answers[~self.past.is_known] = 0
        self._groups_belief = None

    def _add(self, row: int, dimension: int, *, precision: float, weighted: float) -> None:
        self.precision[row, dimension] += precision
        self.weighted[row, dimension] += weighted
        self.answers[self.groups[row], dimension] += 1
        self._groups_belief = None

    def state(self) -> dict[str, Any]:
        """The evidence, as plain data; the prior is not in it."""
        return {
            "answers": _sparse(self.answers),
            "found_shares": self._found_shares.tolist(),
            "groups": self.groups.tolist(),
            "members": list(self.members),
            "past": self.past.state(),
            "places": _sparse(self._places, np.argwhere(~np.isnan(self._places))),
            "precision": _sparse(self.precision),
            "weighted": _sparse(self.weighted),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Take over what `state` gave."""
        self.members = tuple(state["members"])
        self.groups = np.array(state["groups"], dtype=np.int64)
        shape = (len(self.members), self.answers.shape[1])
        self._places = _dense(state.get("places", []), shape, empty=np.nan)
        self._found_shares = np.array(state.get("found_shares", self._found_shares))
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
        self._groups_belief = None


def _sparse(array: NDArray[Any], places: IntArray | None = None) -> list[list[float]]:
    """[row, column, value] of all that is not zero: most of a taste is never asked about."""
    rows, columns = (np.argwhere(array) if places is None else places).T
    return [
        [row, column, value]
        for row, column, value in zip(
            rows.tolist(), columns.tolist(), array[rows, columns].tolist(), strict=True
        )
    ]


def _dense(entries: list[list[float]], shape: tuple[int, ...], *, empty: float = 0.0) -> FloatArray:
    array = np.full(shape, empty)
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
