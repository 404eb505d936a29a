"""Reasons: why a move, in a sentence that a mix engineer would say."""

from typing import Final

from bridge.mix.params import EQ_BANDS, Param
from bridge.tasks.errors import DIMENSION, DIMENSIONS

_BAND_WORDS: Final[dict[Param, str]] = dict(
    zip(EQ_BANDS, ("lows", "low mids", "high mids", "highs"), strict=True)
)
_NOTABLE: Final = (0.5, 0.5, 0.5, 0.5, 0.5, 0.05)
"""A smaller difference from the average listener is not worth a sentence."""


def reason(name: str, param: Param, *, error: float, belief: float, answers: int) -> str:
    """Why a track should be moved.

    Args:
        name: The track's name.
        param: What would be moved.
        error: Where it is less where it is wanted, in the parameter's unit.
        belief: How far this person is believed to differ from the average listener there.
        answers: How many answers of this person stand behind that.

    >>> reason("Lead", Param.GAIN, error=-3.1, belief=0.4, answers=4)
    'Lead sits 3.1 dB under where I believe you want it (average listener; 4 of your answers)'
    """
    return f"{name} {_complaint(param, error)} ({_ground(param, belief, answers)})"


def _complaint(param: Param, error: float) -> str:
    if param is Param.GAIN:
        side = "over" if error > 0.0 else "under"
        return f"sits {abs(error):.1f} dB {side} where I believe you want it"
    if param is Param.PAN:
        side = "wider" if error > 0.0 else "narrower"
        return f"is {abs(error) * 100:.0f} % {side} than I believe you want it"
    amount = "more" if error > 0.0 else "less"
    return f"has {abs(error):.1f} dB {amount} {_BAND_WORDS[param]} than I believe you want"


def _ground(param: Param, belief: float, answers: int) -> str:
    if answers == 0:
        return "average listener; no answer of yours yet"
    count = f"{answers} of your answers" if answers > 1 else "1 of your answers"
    return f"{_difference(param, belief)}; {count}"


def _difference(param: Param, belief: float) -> str:
    if abs(belief) < 2.0 * _NOTABLE[DIMENSION[param]]:
        return "average listener"
    if param is Param.PAN:
        return f"you like it {'wider' if belief > 0.0 else 'narrower'} than average"
    if param is Param.GAIN:
        return f"you like it {abs(belief):.0f} dB {'louder' if belief > 0.0 else 'softer'}"
    return f"you like {'more' if belief > 0.0 else 'less'} {_BAND_WORDS[param]} there than average"


def belief_in_words(role: str, dimension: int, difference: float) -> str:
    """A belief as a sentence.

    >>> belief_in_words("lead", 0, 2.04)
    'you want lead 2.0 dB louder than the average listener'
    """
    if abs(difference) < _NOTABLE[dimension]:
        what = DIMENSIONS[dimension]
        return f"you want the {what} of {role} like the average listener"
    if dimension == 5:
        side = "wider" if difference > 0.0 else "narrower"
        return f"you want {role} {abs(difference) * 100:.0f} % {side} than the average listener"
    if dimension == 0:
        side = "louder" if difference > 0.0 else "softer"
        return f"you want {role} {abs(difference):.1f} dB {side} than the average listener"
    side = "more" if difference > 0.0 else "less"
    band = DIMENSIONS[dimension]
    return f"you want {abs(difference):.1f} dB {side} {band} in {role} than the average listener"
