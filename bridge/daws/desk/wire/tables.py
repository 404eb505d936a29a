"""The two families of desks as tables: what there is of each, and where it stands.

Sources: Maillot's "Unofficial X32/M32 OSC Remote Protocol" (4.06-09) and Behringer's "X AIR Remote
Control Protocol" (1.11). Both families share the tails of an input's addresses.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from bridge.mix.params import Param

EQ_TYPES: Final = ("LCut", "LShv", "PEQ", "VEQ", "HShv", "HCut")
SEND_TAPS: Final = ("IN/LC", "<-EQ", "EQ->", "PRE", "POST", "GRP")
BEFORE_EQ: Final = frozenset({0, 1})
"""Taps of a send that an input's EQ does not reach."""

AFTER_FADER: Final = frozenset({4, 5})
"""Taps of a send that follow an input's fader; a sub-group is fed after it."""

WORDS: Final[Mapping[str, int]] = MappingProxyType(
    {"OFF": 0, "ON": 1, "X": 1, "Y": 2}
    | {word.upper(): number for words in (EQ_TYPES, SEND_TAPS) for number, word in enumerate(words)}
)
"""Numbers of the words that a desk has for its switches and kinds, in capitals.

A desk takes both and is said to tell numbers alone; whoever believes that reads a word as unknown.
"""

NAME: Final = "config/name"
FADER: Final = "mix/fader"
ON: Final = "mix/on"
PAN: Final = "mix/pan"
DCA: Final = "grp/dca"
MUTE: Final = "grp/mute"
EQ_ON: Final = "eq/on"
AUTOMIX: Final = "automix/group"

WRITTEN: Final[dict[Param, str]] = {Param.GAIN: FADER, Param.PAN: PAN}
"""What is ever written of an input, beside the gain of an EQ band (`eq_gain`)."""

BANDS: Final = (1, 2, 3, 4)


def eq_gain(band: int) -> str:
    """Where the gain of an EQ band stands."""
    return f"eq/{band}/g"


def eq_shape(band: int) -> tuple[str, str]:
    """Where the type and the frequency of an EQ band stand."""
    return f"eq/{band}/type", f"eq/{band}/f"


ALL_LINKS: Final = "/config/chlink"
"""X Air tells of all pairs in one message (seen on an XR16 by J. Skeet, DemoCode `DigiMixer`)."""


def link_of(place: int) -> str:
    """Where it stands whether an input, by its place from 0, is half of a pair.

    >>> link_of(4), link_of(5)
    ('/config/chlink/5-6', '/config/chlink/5-6')
    """
    odd = place - place % 2 + 1
    return f"{ALL_LINKS}/{odd}-{odd + 1}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Family:
    """One family of desks.

    Attributes:
        name: ``x32`` or ``xair``.
        title: What a person calls it.
        port: Where it listens.
        channels: How many inputs, unless the model has fewer (`channels_of`).
        aux: The line inputs beside the channels, by address.
        to_main: Tail of an input's switch to the main mix.
        buses: How many mix buses an input has a send to that may feed a monitor.
        bus: Address of a bus by its number.
        send_taps: Tails of a send that may say where it taps; firmware differs.
        taps_in_pairs: Only odd sends say where they tap, for two.
        fx_sources: Addresses that say which bus feeds an effect.
        dcas: How many.
        mute_groups: How many.
        automix: How many channels can be members.
        links: What is asked for to learn which channels are linked (`link_of`).
        link_faders: Whether linked channels share the fader.
        link_eq: Whether they share the EQ.
        scene: Address of the number of the scene, to be asked.
        scene_name: Address of its name, by that number.
        recalls: Addresses that are told when another scene comes.
        meters: The banks of levels that have all inputs first, the cheapest first; and how many
            of their numbers are levels of inputs.
        meter_format: How the numbers of a level blob stand (numpy).
        places: How many clients are told of changes.
        oldest: The oldest firmware that the facts were seen with.
    """

    name: str
    title: str
    port: int
    channels: int
    aux: tuple[str, ...]
    to_main: str
    buses: int
    bus: str
    send_taps: tuple[str, ...]
    taps_in_pairs: bool
    fx_sources: tuple[str, ...]
    dcas: int
    mute_groups: int
    automix: int
    links: tuple[str, ...]
    link_faders: str
    link_eq: str
    scene: str
    scene_name: str
    recalls: frozenset[str]
    meters: Mapping[str, int]
    meter_format: str
    places: int
    oldest: tuple[int, int]


_XREMOTE_X32: Final = 4
_XREMOTE_XAIR: Final = 8

X32: Final = Family(
    name="x32",
    title="X32 or M32",
    port=10023,
    channels=32,
    aux=tuple(f"/auxin/{number:02}" for number in range(1, 9)),
    to_main="mix/st",
    buses=16,
    bus="/bus/{:02}",
    send_taps=("type",),
    taps_in_pairs=True,
    fx_sources=tuple(f"/fx/{number}/source/l" for number in range(1, 5)),
    dcas=8,
    mute_groups=6,
    automix=8,
    links=tuple(link_of(place) for place in range(0, 32, 2)),
    link_faders="/config/linkcfg/fdrmute",
    link_eq="/config/linkcfg/eq",
    scene="/-show/prepos/current",
    scene_name="/-show/showfile/scene/{:03}/name",
    recalls=frozenset(
        {
            "/-show/prepos/current", "/-action/goscene", "/-action/gosnippet", "/-action/gocue",
            "/-undo/time", "/load",
        }
    ),
    meters=MappingProxyType({"/meters/13": 40, "/meters/0": 40, "/meters/1": 32}),
    meter_format="<f4",
    places=_XREMOTE_X32,
    oldest=(4, 0),
)  # fmt: skip

XAIR: Final = Family(
    name="xair",
    title="X Air or MR",
    port=10024,
    channels=16,
    aux=("/rtn/aux",),
    to_main="mix/lr",
    buses=6,
    bus="/bus/{}",
    send_taps=("type", "tap"),
    taps_in_pairs=False,
    fx_sources=(),
    dcas=4,
    mute_groups=4,
    automix=16,
    links=(ALL_LINKS,),
    link_faders="/config/linkcfg/fdrmute",
    link_eq="/config/linkcfg/eq",
    scene="/-snap/index",
    scene_name="/-snap/name",
    recalls=frozenset({"/-snap/index", "/-snap/name", "/-snap/load"}),
    meters=MappingProxyType({"/meters/1": 17}),
    meter_format="<i2",
    places=_XREMOTE_XAIR,
    oldest=(1, 12),
)

FAMILIES: Final = (X32, XAIR)
_SMALLER: Final = {"XR12": 12, "MR12": 12}


def family_of(model: str) -> Family | None:
    """The family that a model belongs to, as ``/xinfo`` says it; None where it is none of these."""
    name = model.strip().upper()
    if name.startswith(("X32", "M32")):
        return X32
    if name.startswith(("XR", "MR")) or name == "X18":
        return XAIR
    return None


def channels_of(family: Family, model: str) -> int:
    """How many channels a model has."""
    return _SMALLER.get(model.strip().upper(), family.channels)


def firmware_of(text: str) -> tuple[int, int]:
    """The first two numbers of a firmware's version; zeros where there are none.

    >>> firmware_of("4.06-09"), firmware_of("V1.17"), firmware_of("beta")
    ((4, 6), (1, 17), (0, 0))
    """
    found = re.search(r"(\d{1,6})\.(\d{1,6})", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)
