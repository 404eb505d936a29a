"""How a hidden person wants edits made: how near the learnt settings come to it.

The person answers offers about late hits and pauses; some also correct by hand. Offers are drawn,
not heard: what is measured is the learning alone.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bridge.studies.edit.strangers import FLIPS
from bridge.tasks.edit.agent import EditAgent
from bridge.tasks.edit.candidates import Candidate, Settings
from bridge.tasks.edit.geometry import Edit, Kind
from bridge.tasks.edit.prior import SCALES, EditPrior, EditRole

MANNERS: Final = ("answers", "answers and hand", "coin")
"""How a person teaches: yes and no alone; also a hand on every third accepted hit; at random."""

OFFERS: Final = 40
SETTINGS: Final = ("strength", "depth_db")
_SIZES_SD: Final = 1.0
_UNDER_DB: Final = (18.0, 42.0)
_HAND_SHARE: Final = 1.0 / 3.0
_HAND_SD: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """How one person wants hits moved (0 to 1, and how much more or less is fine), and pauses."""

    strength: float
    tolerance: float
    depth_db: float

    def fits(self, candidate: Candidate, rng: np.random.Generator) -> bool:
        """Whether they would have an edit made so, were it large enough."""
        if candidate.kind is Kind.TIMING:
            return abs(candidate.strength - self.strength) < self.tolerance
        return bool(candidate.under_db > self.depth_db + rng.normal(0.0, 1.0))


def measure_settings(prior: EditPrior, manner: str, number: int, salt: int) -> list[dict[str, Any]]:
    """One hidden person: how far off each setting is before, after 10, 20 and 40 offers of each."""
    rng = np.random.default_rng([salt, MANNERS.index(manner), number, 21])
    wish = _Wish(
        strength=float(rng.uniform(0.3, 1.0)),
        tolerance=float(rng.uniform(0.15, 0.3)),
        depth_db=float(rng.uniform(21.0, 32.0)),
    )
    agent = EditAgent(prior)
    agent.attend([("a", EditRole.DRUMS)])
    rows = []
    for offers in range(OFFERS + 1):
        if offers in (0, 10, 20, OFFERS):
            rows.append(
                _errors(agent, wish) | {"manner": manner, "number": number, "offers": offers}
            )
        for kind in (Kind.TIMING, Kind.GAP):
            candidate = _draw(kind, agent.tried_settings(0), rng)
            if candidate is not None and agent.is_offered(0, candidate):
                _answer(agent, candidate, wish, manner, rng)
    return rows


def _draw(kind: Kind, settings: Settings, rng: np.random.Generator) -> Candidate | None:
    """What might be found in a song; a pause only where it is found with these settings."""
    size = SCALES[kind].size(float(rng.normal(0.5, _SIZES_SD)))
    if kind is Kind.TIMING:
        edit = Edit(kind=kind, start_s=1.0, by_s=-1e-3 * size * settings.strength)
        return Candidate(edit=edit, size=size)
    under_db = float(rng.uniform(*_UNDER_DB))
    if under_db < settings.depth_db - settings.shallow_db:
        return None
    return Candidate(edit=Edit(kind=kind, start_s=1.0, end_s=2.0), size=size, under_db=under_db)


def _answer(
    agent: EditAgent, candidate: Candidate, wish: _Wish, manner: str, rng: np.random.Generator
) -> None:
    steps = SCALES[candidate.kind].steps(candidate.size)
    is_yes = steps > rng.normal(0.0, 0.25) and wish.fits(candidate, rng)
    if rng.random() < FLIPS:
        is_yes = not is_yes
    if manner == "coin":
        is_yes = bool(rng.random() < 0.5)
    agent.learn(0, [candidate], 1.0 if is_yes else -1.0)
    is_hit = candidate.kind is Kind.TIMING
    if manner == "answers and hand" and is_yes and is_hit and rng.random() < _HAND_SHARE:
        agent.correct(
            0, "strength", float(np.clip(wish.strength + rng.normal(0.0, _HAND_SD), 0, 1))
        )


def _errors(agent: EditAgent, wish: _Wish) -> dict[str, Any]:
    settings = agent.settings(0)
    return {name: abs(getattr(settings, name) - getattr(wish, name)) for name in SETTINGS}
