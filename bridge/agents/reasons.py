"""Reasons and beliefs, in the words of a mix engineer.

A reason is made of claims: what is wrong now, and that the move makes it less wrong. Which claims
a move has, and how much each is worth, `bridge.agents.terms` finds from the score of the move.
"""

import re
from dataclasses import dataclass
from typing import Final

from bridge.agents.errors import DIMENSION, DIMENSIONS
from bridge.mix.params import EQ_BANDS, Param
from bridge.mix.wishes import Wish

_BAND_WORDS: Final[dict[Param, str]] = dict(
    zip(EQ_BANDS, ("lows", "low mids", "high mids", "highs"), strict=True)
)
_DIMENSION_WORDS: Final = ("level", *_BAND_WORDS.values(), "width")
_NOTABLE: Final = (0.5, 0.5, 0.5, 0.5, 0.5, 0.05)
"""A smaller difference from the average listener is not worth a sentence."""

_PLURAL: Final = re.compile(r"(?<![sui])s$", re.IGNORECASE)
"""The end of a name in the plural: Hats, Keys and Drums, but not Bass, Chorus or Iris."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One thing that is wrong with a track, which the move makes less wrong.

    Attributes:
        name: The track's name.
        param: `Param.GAIN` for its level, an EQ band for its tone, `Param.PAN` for its width.
        error: Where it is less where it is wanted: dB, and for the width 0 to 1.
        change: What the move changes of it, in the same unit; it has the other sign.
        is_moved: Whether the move is about exactly this; else it comes about on the side.
        answers: How many answers of this person stand behind what is wanted.
    """

    name: str
    param: Param
    error: float
    change: float = 0.0
    is_moved: bool = True
    answers: int = 0

    def words(self) -> str:
        """The claim as a clause.

        >>> Claim(name="Lead", param=Param.GAIN, error=-3.1, change=3.0, is_moved=True,
        ...       answers=6).words()
        'Lead is about 3 dB too quiet for your taste'
        """
        whose = "for your taste" if self.answers else "for most listeners"
        text = f"{self.name} {_fault(self)} {whose}"
        return text if self.is_moved else f"{text}, and this {_side_effect(self)}"


def reason(claims: tuple[Claim, ...], *, habit: str, is_try: bool) -> str:
    """Why a move was chosen, in one sentence.

    Args:
        claims: What it mends, the most important first; empty where it mends no known error.
        habit: What to say then: what is known of such moves in such mixes.
        is_try: Whether it was chosen to learn rather than because it is surely good.
    """
    said = "; ".join(claim.words() for claim in claims) or habit
    ground = [_ground(claims[0].answers)] if claims else []
    if is_try:
        ground.append("a try: I am not sure")
    return f"{said} ({', '.join(ground)})" if ground else said


def habit(name: str, param: Param, step: float) -> str:
    """What to say of a move that is liked in mixes like this one, whatever the errors are.

    Args:
        name: The track's name.
        param: What is moved.
        step: How far, in the parameter's unit; for pan how much wider it gets.

    >>> habit("Kick", Param.EQ_HIGH, 2.0)
    'Kick with more highs is mostly liked in a mix like this one'
    """
    if param is Param.GAIN:
        how = "a little louder" if step > 0.0 else "a little softer"
    elif param is Param.PAN:
        how = "a little wider" if step > 0.0 else "a little narrower"
    else:
        how = f"with {'more' if step > 0.0 else 'less'} {_BAND_WORDS[param]}"
    return f"{name} {how} is mostly liked in a mix like this one"


def across_in_words(name: str) -> str:
    """What to say of a pan that goes inwards since its track may be wanted on the other side.

    >>> across_in_words("Keys")
    'you may want Keys on the other side'
    """
    return f"you may want {name} on the other side"


def granted_in_words(name: str, wish: Wish, param: Param, step: float) -> str:
    """Why a move is made that a person has asked for in a word.

    >>> granted_in_words("Vox", Wish.BRIGHTER, Param.EQ_HIGH, 2.0)
    'you want Vox brighter: more highs'
    >>> granted_in_words("Vox", Wish.LOUDER, Param.GAIN, 3.0)
    'you want Vox louder'
    """
    said = f"you want {name} {wish}"
    if param in EQ_BANDS:
        return f"{said}: {'more' if step > 0.0 else 'less'} {_BAND_WORDS[param]}"
    if param is Param.GAIN and wish not in (Wish.LOUDER, Wish.SOFTER):
        return f"{said}: {'louder' if step > 0.0 else 'softer'}"
    return said


def _fault(claim: Claim) -> str:
    verb = "are" if _PLURAL.search(claim.name) else "is"
    if claim.param is Param.GAIN:
        return f"{verb} {_about_db(claim.error)} too {'loud' if claim.error > 0.0 else 'quiet'}"
    if claim.param is Param.PAN:
        side = "wide" if claim.error > 0.0 else "narrow"
        percent = round(abs(claim.error) * 100)
        size = f"about {percent} %" if percent >= 1 else "slightly"
        return f"{verb} panned {size} too {side}"
    verb = "have" if verb == "are" else "has"
    amount = "much" if claim.error > 0.0 else "little"
    return f"{verb} {_about_db(claim.error)} too {amount} in the {_BAND_WORDS[claim.param]}"


def _side_effect(claim: Claim) -> str:
    size = abs(claim.change)
    far = f" by {size:.1f} dB" if size >= 0.1 else " a little"
    return f"{'raises' if claim.change > 0.0 else 'lowers'} it in the mix{far}"


def _about_db(error_db: float) -> str:
    size = abs(error_db)
    if size < 0.25:
        return "slightly"
    return f"about {size:.1f} dB" if size < 1.95 else f"about {size:.0f} dB"


def _ground(answers: int) -> str:
    if answers == 0:
        return "no answers from you on this yet"
    return f"from {answers} of your answers" if answers > 1 else "from one of your answers"


def belief_in_words(role: str, dimension: int, difference: float, *, is_sure: bool = True) -> str:
    """A belief as a sentence without its full stop.

    >>> belief_in_words("lead", 0, 2.04)
    'lead: 2.0 dB louder than most listeners like'
    >>> belief_in_words("kick", 3, 0.1)
    'kick: high mids as most listeners like'
    """
    if not is_sure:
        return f"{role}: not sure of the {_DIMENSION_WORDS[dimension]} yet"
    if abs(difference) < _NOTABLE[dimension]:
        return f"{role}: {_DIMENSION_WORDS[dimension]} as most listeners like"
    if DIMENSIONS[dimension] == "width":
        side = "wider" if difference > 0.0 else "narrower"
        return f"{role}: {abs(difference) * 100:.0f} % {side} than most listeners like"
    if dimension == DIMENSION[Param.GAIN]:
        side = "louder" if difference > 0.0 else "softer"
        return f"{role}: {abs(difference):.1f} dB {side} than most listeners like"
    side = "more" if difference > 0.0 else "less"
    band = _DIMENSION_WORDS[dimension]
    return f"{role}: {abs(difference):.1f} dB {side} {band} than most listeners like"
