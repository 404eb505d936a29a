"""What was chosen about the factored agent, and not learnt: its hyper-parameters."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bridge.learning.prior import Prior
from bridge.mix.roles import ROLES, Role

_NAMELESS_SD: Final = np.array([3.5, 3.0, 3.0, 3.0, 3.0, 0.18])
"""A track whose name says no role may be wanted anywhere: about the spread over all roles."""

_LEAST_OWN_SD: Final = np.array([1.5, 0.0, 0.0, 0.0, 0.0, 0.1])
"""Tracks of one role differ by this at least, whatever the training says: dB, and of 1 for the
width. Its listeners want every guitar of a song at one level; people do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """How the factored agent weighs what it knows.

    The defaults are what ``mixbridge study tune agent --trials 30 --listeners 6`` chose, rounded to
    two digits; see `studies.training.tune`. All but `forgiven`, which that chose as .79: more than
    half of the questions were disliked then. It was lowered by hand, at a cost after 50 thumbs.

    Attributes:
        least_score: A move that is expected to earn less just noticeable changes than this is not
            worth a person's attention.
        harm_counts: A sure move is worth making even if harm counts so many times more; 0 or above.
        unheard_harm_counts: The same where nobody answers, and nothing is taken back.
        forgiven: The share of the harm that a listener who can be trusted takes back, 0 to 1.
        scale: How a thumb follows a value: P(up) = 1 / (1 + exp(-scale * value)).
        doubt: People differ more than those of the prior's training: their variance is so many
            times as large.
        own_way: Tracks of one role differ so many times as much as the prior says.
    """

    least_score: float = 0.17
    harm_counts: float = 1.0
    unheard_harm_counts: float = 0.45
    forgiven: float = 0.3
    scale: float = 1.05
    doubt: float = 5.8
    own_way: float = 0.95

    def widen(self, prior: Prior) -> Prior:
        """The prior as this agent believes it."""
        groups, dimensions = prior.taste.mean.shape
        own_sd = np.maximum(prior.taste.member_sd * self.own_way, _LEAST_OWN_SD[:dimensions])
        member_sd = np.tile(own_sd, (groups, 1))
        member_sd[ROLES.index(Role.OTHER)] = _NAMELESS_SD[:dimensions]
        taste = replace(
            prior.taste,
            covariance=prior.taste.covariance * self.doubt,
            member_sd=member_sd,
        )
        return replace(prior, taste=taste)
