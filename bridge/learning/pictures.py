"""Several pictures of what a person wants: which of them forecasts this person's thumbs.

Where nobody knows which model of people holds for this one, all are kept, and each thumb speaks for
those that expected it (Bayesian model averaging). One of the pictures may be that none of them
holds: a family of moves whose forecasts are no better than that is not to be made.
"""

from typing import Final

import numpy as np

from bridge.learning.q_learning import FloatArray

_MEANT: Final = 0.75
"""A thumb agrees with the true picture so often at most: people slip, and hear little."""

_MEMORY: Final = 0.98
"""What one answer leaves of what earlier ones said: people, and mixes, change."""

_MOST: Final = 6.0


class Pictures:
    """How likely each of several pictures is.

    Args:
        prior: (pictures,) before the first answer; sums to 1.

    Attributes:
        evidence: (pictures,) what the answers have said for each, natural logarithms of likelihood;
            it is replaced by another array, never changed in place.
    """

    def __init__(self, prior: FloatArray) -> None:
        self._prior = np.log(prior)
        self.evidence = np.zeros_like(self._prior)
        self._shares: tuple[FloatArray, FloatArray] | None = None

    @property
    def shares(self) -> FloatArray:
        """(pictures,) how likely each is; sums to 1."""
        if self._shares is None or self._shares[0] is not self.evidence:
            size = np.exp(self._prior + self.evidence - (self._prior + self.evidence).max())
            self._shares = self.evidence, np.asarray(size / size.sum())
        return self._shares[1]

    def judge(self, agreement: FloatArray, *, weight: float) -> None:
        """Learn from one answer.

        Args:
            agreement: (pictures,) the probability of the answer if this picture held, by somebody
                who never slips.
            weight: How surely it was an answer to this, 0 to 1.
        """
        likely = _MEANT * agreement + (1.0 - _MEANT) * (1.0 - agreement)
        said = np.log(weight * likely + (1.0 - weight) * 0.5)
        self.weigh(said)

    def renew(self) -> None:
        """Doubt the family no more than at first: the last picture, of none, starts anew."""
        evidence = self.evidence.copy()  # another array: shares are kept by it
        evidence[-1] = min(evidence[-1], evidence[:-1].max())
        self.evidence = evidence

    def weigh(self, said: FloatArray) -> None:
        """Add a piece of evidence: (pictures,) natural logarithms of its likelihood."""
        evidence = _MEMORY * self.evidence + said
        # Only differences mean anything.
        self.evidence = np.maximum(evidence - evidence.max(), -_MOST)
