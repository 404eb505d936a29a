"""Thumbs: what a good or bad is about now, and the request that it becomes.

Pads, keys and scripts have no card that says what they judge. So they name what the bridge offered
when they were pressed: the open suggestion, or the newest move as the ledger has it. A nameless
judgement could reach an older move.
"""

from typing import Final

from bridge.engine.engine import Engine
from bridge.mix.messages import PersonEvent, RewardReceived, SuggestionAccepted, SuggestionSkipped
from bridge.mix.notices import Rateable, RateableChanged

NOTHING_TO_RATE: Final = "there is nothing to rate now; your answer was not sent"


def find_rateable(engine: Engine) -> RateableChanged:
    """What a thumb is about now: the open suggestion, else the newest move that can be judged."""
    if suggestion := engine.moves.suggestion:
        return RateableChanged(move=suggestion.id, kind=Rateable.SUGGESTION)
    if variant := engine.work.offers.suggestion:
        return RateableChanged(move=variant.id, kind=Rateable.SUGGESTION)
    if row := engine.ledger.rateable:
        return RateableChanged(move=row.id, kind=Rateable.MOVE)
    return RateableChanged(move="", kind=Rateable.NOTHING)


def answer_of(about: RateableChanged, value: float, *, at: float) -> PersonEvent | None:
    """The request that a thumb of +1 or -1 becomes; None where there is nothing to rate."""
    match about.kind:
        case Rateable.SUGGESTION if value > 0.0:
            return SuggestionAccepted(at=at, move=about.move)
        case Rateable.SUGGESTION:
            return SuggestionSkipped(at=at, move=about.move)
        case Rateable.MOVE:
            return RewardReceived(at=at, value=value, move=about.move, reward_id="")
        case Rateable.NOTHING:
            return None
