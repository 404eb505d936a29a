"""Words for how somebody wants a track: what each of them moves, and how far.

People agree on the direction of such words more than on anything else about EQ. Of some 1,700 EQ
settings that people made for a word (Cartwright and Pardo 2013, ISMIR, say how such are collected)
92 % of those for "bright" tilt the spectrum upwards, by 1 dB an octave on average, and 77 % of
those for "warm" downwards, by .5, with a bump at 250 to 500 Hz. The bands here lie two octaves
apart, and the two that matter most are moved. The amounts of all other words are our choice: what
most listeners notice of one track in a mix.
"""

from enum import StrEnum
from typing import Final

from bridge.mix.params import Param


class Wish(StrEnum):
    """How a track is wanted, against how it is now."""

    BRIGHTER = "brighter"
    DARKER = "darker"
    WARMER = "warmer"
    THINNER = "thinner"
    LOUDER = "louder"
    SOFTER = "softer"
    FORWARD = "forward"
    BACK = "back"
    WIDER = "wider"
    NARROWER = "narrower"


Amounts = tuple[tuple[Param, float], ...]
"""Parameters, and how far each goes: dB, and for the pan how much wider, of 1."""


def _opposite(amounts: Amounts) -> Amounts:
    return tuple((param, -amount) for param, amount in amounts)


_BRIGHTER: Final[Amounts] = ((Param.EQ_HIGH, 3.0), (Param.EQ_LOW, -3.0))
_WARMER: Final[Amounts] = ((Param.EQ_LOWMID, 2.5), (Param.EQ_HIGH, -1.5))
_LOUDER: Final[Amounts] = ((Param.GAIN, 3.0),)
_FORWARD: Final[Amounts] = ((Param.GAIN, 3.0), (Param.EQ_HIGHMID, 2.0))
_WIDER: Final[Amounts] = ((Param.PAN, 0.3),)

WISHES: Final[dict[Wish, Amounts]] = {
    Wish.BRIGHTER: _BRIGHTER,
    Wish.DARKER: _opposite(_BRIGHTER),
    Wish.WARMER: _WARMER,
    Wish.THINNER: _opposite(_WARMER),
    Wish.LOUDER: _LOUDER,
    Wish.SOFTER: _opposite(_LOUDER),
    Wish.FORWARD: _FORWARD,
    Wish.BACK: _opposite(_FORWARD),
    Wish.WIDER: _WIDER,
    Wish.NARROWER: _opposite(_WIDER),
}
"""What each word moves, the most important control first."""
