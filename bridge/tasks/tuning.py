"""What was chosen about the factored agent, and not learnt: its hyper-parameters."""

from dataclasses import dataclass, replace

from bridge.learning.prior import Prior


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """How the factored agent weighs what it knows.

    The defaults are what ``mixbridge study tune agent --trials 30 --listeners 6`` chose, rounded to
    two digits; see `bridge.studies.tune`.

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
    forgiven: float = 0.79
    scale: float = 1.05
    doubt: float = 5.8
    own_way: float = 0.95

    def widen(self, prior: Prior) -> Prior:
        """The prior as this agent believes it."""
        taste = replace(
            prior.taste,
            covariance=prior.taste.covariance * self.doubt,
            member_sd=prior.taste.member_sd * self.own_way,
        )
        return replace(prior, taste=taste)
