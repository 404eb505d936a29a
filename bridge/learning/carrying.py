"""What earlier songs say of the next: a person's part of a taste, and a song's.

What somebody wants of a group in one song is partly theirs, and partly that song's::

    taste in a song  =  the person's part  +  the song's part
    of the variance between people         share              1 - share

How large the share is differs between people, so it is learnt: every song that begins is a test of
what the last ones forecast, and the shares that forecast well gain weight (Bayesian model
averaging over a grid). People in studios keep little: of the level of a role .11 of the variance
(95 % -.02 to .30), of whole groups of roles .08 to .25, in 90 mixes of 13 songs by 46 people
(`bridge/data/human/SOURCE.md`).

Songs that have a name, finished mixes that somebody brought, are kept apart, so that each can be
forgotten without the others.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.learning.q_learning import FloatArray

SHARES: Final[FloatArray] = np.array([0.05, 0.15, 0.3, 0.6, 0.9])
"""How much of a taste a person may carry from song to song."""

CARRIES_LITTLE: Final[FloatArray] = np.array([0.2, 0.25, 0.25, 0.2, 0.1])
"""How likely each of `SHARES` is before any song, as people mix."""

CARRIES_MUCH: Final[FloatArray] = np.array([0.02, 0.03, 0.1, 0.25, 0.6])
"""The same for a style, such as that of phrases and sounds, or a way of working, such as edits; a
guess."""

_LEAST_PRECISION: Final = 1e-3
"""A group that a song said less about is no test of a forecast."""

_DEPENDENT: Final = 0.5
"""Groups and dimensions of one song are no independent tests: each counts so much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """What a song with a name said.

    Attributes:
        precision: (groups, dimensions) of the evidence about its groups.
        weighted: (groups, dimensions) precision times mean.
        evidence: (shares,) as `Past.evidence`, of this song alone.
    """

    precision: FloatArray
    weighted: FloatArray
    evidence: FloatArray


class Past:
    """The evidence of all songs but this one, as each of `SHARES` reads it.

    Args:
        mean: (groups, dimensions) the average person.
        covariance: (dimensions, groups, groups) how tastes in one song differ between people.
        carries: (shares,) how likely each share is before any song.

    Attributes:
        precision: (shares, groups, dimensions) of the evidence about the person's part, but of
            songs with a name.
        weighted: (shares, groups, dimensions) precision times mean.
        evidence: (shares,) natural logarithms of how well each share has forecast new songs, but
            songs with a name.
    """

    def __init__(
        self, mean: FloatArray, covariance: FloatArray, carries: FloatArray = CARRIES_LITTLE
    ) -> None:
        self._carries = carries
        self._mean = mean
        self._covariance = covariance
        self._inverse = np.linalg.inv(covariance)
        self._variance = np.diagonal(covariance, axis1=1, axis2=2).T
        self.precision = np.zeros((SHARES.size, *mean.shape))
        self.weighted = np.zeros_like(self.precision)
        self.evidence = np.zeros(SHARES.size)
        self._named: dict[str, _Named] = {}

    @property
    def weights(self) -> FloatArray:
        """(shares,) how likely each share is for this person; sums to 1."""
        evidence = self.evidence
        for song in self._named.values():
            evidence = evidence + song.evidence
        size = self._carries * np.exp(evidence - evidence.max())
        return np.asarray(size / size.sum())

    @property
    def share(self) -> float:
        """How much of a taste this person is expected to carry to the next song, 0 to 1."""
        return float(self.weights @ SHARES)

    @property
    def is_known(self) -> NDArray[np.bool_]:
        """(groups, dimensions) whether an earlier song has said anything."""
        return np.asarray(self._all()[0].any(axis=0))

    @property
    def names(self) -> tuple[str, ...]:
        """The songs that have a name, in the order in which they were learnt."""
        return tuple(self._named)

    def songs_about(self, group: int, dimension: int) -> int:
        """How many songs with a name have said something of a group."""
        return sum(bool(song.precision[group, dimension] > 0.0) for song in self._named.values())

    def _all(self) -> tuple[FloatArray, FloatArray]:
        """`precision` and `weighted` with the songs that have a name."""
        precision, weighted = self.precision, self.weighted
        for song in self._named.values():
            shrink = self._shrink(song.precision)
            precision = precision + song.precision * shrink
            weighted = weighted + song.weighted * shrink
        return precision, weighted

    def _shrink(self, precision: FloatArray) -> FloatArray:
        """(shares, groups, dimensions) what is left of a song's evidence for the person's part."""
        of_song = (1.0 - SHARES)[:, None, None] * self._variance
        return np.asarray(1.0 / (1.0 + precision * of_song))

    def forecast(self, reliance: float) -> tuple[FloatArray, FloatArray]:
        """Mean (groups, dimensions) and covariance (dimensions, groups, groups) of the next song.

        Args:
            reliance: How much the evidence counts, 0 to 1.
        """
        all_precision, all_weighted = self._all()
        if not all_precision.any():
            return self._mean, self._covariance
        weights = self.weights
        precision = np.einsum("s,sgd->gd", weights, all_precision)
        weighted = np.einsum("s,sgd->gd", weights, all_weighted)
        return self._forecast(self.share, reliance * precision, reliance * weighted)

    def _forecast(
        self, share: float, precision: FloatArray, weighted: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        inverse = self._inverse / share
        diagonal = np.einsum("gd,gh->dgh", precision, np.eye(len(precision)))
        covariance = np.linalg.inv(inverse + diagonal)
        pull = (inverse @ self._mean.T[..., None])[..., 0] + weighted.T
        mean = (covariance @ pull[..., None])[..., 0].T
        return mean, covariance + (1.0 - share) * self._covariance

    def end_song(self, precision: FloatArray, weighted: FloatArray) -> None:
        """Keep what a song has said of its groups, (groups, dimensions) each."""
        self.evidence += self._test(precision, weighted)
        for row, share in enumerate(SHARES.tolist()):
            shrink = 1.0 / (1.0 + precision * (1.0 - share) * self._variance)
            self.precision[row] += precision * shrink
            self.weighted[row] += weighted * shrink
        self.evidence -= self.evidence.max()

    def learn_named(self, name: str, precision: FloatArray, weighted: FloatArray) -> None:
        """Keep what a song with a name has said; one of that name is replaced."""
        self.forget_named(name)
        evidence = self._test(precision, weighted)
        self._named[name] = _Named(precision=precision, weighted=weighted, evidence=evidence)

    def forget_named(self, name: str) -> bool:
        """Drop what a song with that name has said; False where there is none."""
        return self._named.pop(name, None) is not None

    def _test(self, precision: FloatArray, weighted: FloatArray) -> FloatArray:
        """(shares,) how well each share has forecast a song, as `evidence`."""
        evidence = np.zeros(SHARES.size)
        before, before_weighted = self._all()
        if not before.any():
            return evidence
        is_said = precision > _LEAST_PRECISION
        found = weighted[is_said] / precision[is_said]
        for row, share in enumerate(SHARES.tolist()):
            mean, covariance = self._forecast(share, before[row], before_weighted[row])
            variance = np.diagonal(covariance, axis1=1, axis2=2).T + 1.0 / np.maximum(
                precision, _LEAST_PRECISION
            )
            off = (found - mean[is_said]) ** 2 / variance[is_said]
            evidence[row] -= _DEPENDENT * 0.5 * (off + np.log(variance[is_said])).sum()
        return evidence

    def forget(self, group: int) -> None:
        """Drop what was said of a group."""
        self.precision[:, group] = self.weighted[:, group] = 0.0
        for song in self._named.values():
            song.precision[group] = song.weighted[group] = 0.0

    def forget_all(self) -> None:
        """Drop everything."""
        self.precision[:] = self.weighted[:] = self.evidence[:] = 0.0
        self._named.clear()

    def state(self) -> dict[str, Any]:
        """The evidence, as plain data."""
        shares, groups, dimensions = np.nonzero(self.precision)
        values = (
            self.precision[shares, groups, dimensions],
            self.weighted[shares, groups, dimensions],
        )
        columns = (shares, groups, dimensions, *values)
        said = [list(entry) for entry in zip(*(c.tolist() for c in columns), strict=True)]
        state = {"evidence": self.evidence.tolist(), "said": said}
        if self._named:  # what nobody has used is not there, as before there were any
            state["named"] = [
                {"evidence": song.evidence.tolist(), "name": name, "said": _sparse(song)}
                for name, song in self._named.items()
            ]
        return state

    def load_state(self, state: dict[str, Any]) -> None:
        """Take over what `state` gave."""
        self.forget_all()
        self.evidence[:] = state["evidence"]
        for share, group, dimension, precision, weighted in state["said"]:
            self.precision[int(share), int(group), int(dimension)] = precision
            self.weighted[int(share), int(group), int(dimension)] = weighted
        for song in state.get("named", []):
            named = _Named(
                precision=np.zeros_like(self._mean),
                weighted=np.zeros_like(self._mean),
                evidence=np.array(song["evidence"], dtype=np.float64),
            )
            for group, dimension, precision, weighted in song["said"]:
                named.precision[int(group), int(dimension)] = precision
                named.weighted[int(group), int(dimension)] = weighted
            self._named[str(song["name"])] = named


def _sparse(song: _Named) -> list[list[float]]:
    """[group, dimension, precision, weighted] of all that a song with a name has said."""
    places = np.nonzero(song.precision)
    columns = (*places, song.precision[places], song.weighted[places])
    return [list(entry) for entry in zip(*(c.tolist() for c in columns), strict=True)]
