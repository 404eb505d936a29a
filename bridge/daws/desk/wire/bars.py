"""Why an input of a desk is left alone: what a move of it would do to others, in a few words.

A person on a stage hears a wedge, not the main mix: a send behind the fader follows our fader, and
a send behind the EQ follows our EQ, whether it is before the fader or not.
"""

import math
import re
from collections.abc import Iterator
from typing import Final

from bridge.daws.desk.wire import tables as t
from bridge.daws.desk.wire.console import Console
from bridge.mix.messages import SOON
from bridge.mix.params import LockClass

_NOT_MUSIC: Final = re.compile(
    r"\b(talk ?ba?c?k|tb|click|clk|guide|cue|time ?code|ltc|smpte|pb|play ?backs?|tracks?|i ?pads?|"
    r"lap ?top|walk ?in|dj|mc|host|lectern|pulpit|pastor|preacher|speaker|speech|announcer?|spare|"
    r"amb|ambien[ct]e?|aud|audience|crowd)\b",
    re.IGNORECASE,
)
"""Speech, playback and what is not part of a band's mix: a person's alone on a desk."""

_EFFECT: Final = re.compile(
    r"\b(fx|efx|rev|verb|reverb|plate|dly|delay|echo|slap|chorus|flang\w*)\b", re.IGNORECASE
)
"""Names of buses that feed an effect, where the desk does not say what its effects listen to.

A hall or a room is as well a place that hears the bus.
"""

_SEAM: Final = re.compile(r"[\W_]+|(?<=\D)(?=\d)|(?<=\d)(?=\D)|(?<=[a-z])(?=[A-Z])")


def in_words(name: str) -> str:
    """A name of twelve characters as words: it has no room for blanks.

    >>> in_words("PB_L1"), in_words("WalkIn"), in_words("FX2-Rev")
    ('PB L 1', 'Walk In', 'FX 2 Rev')
    """
    return _SEAM.sub(" ", name).strip()


_GROUPS: Final = f"{SOON} until its groups are read"
WAITS: Final = f"{SOON} until its sends are read"


def bars_of(console: Console, place: int) -> dict[LockClass, str]:
    """Why each class of an input's parameters may not be written; empty where all may."""
    why = _whole(console, place)
    if why:
        return {LockClass.ALL: why}
    barred: dict[LockClass, str] = {}
    base = console.bases[place]
    if console.is_linked(place):
        barred[LockClass.PAN] = "is that of a stereo pair"
        if not console.switch(console.family.link_faders, unknown=True):
            barred[LockClass.GAIN] = "is half of a pair whose faders are not linked"
        if not console.switch(console.family.link_eq, unknown=True):
            barred[LockClass.EQ] = "is half of a pair whose EQs are not linked"
    group = console.number(f"{base}/{t.AUTOMIX}")
    if group in (1.0, 2.0):
        enabled = f"/config/amixenable/{'XY'[int(group) - 1]}"
        if console.switch(enabled, unknown=True):
            barred[LockClass.GAIN] = "is the automix's"
    if console.options.monitors == "protect":
        places = (place, place + 1) if console.is_linked(place) else (place,)
        for each in places:
            for kind, reason in _monitor_bars(console, each):
                barred.setdefault(kind, reason)
    return barred


def _whole(console: Console, place: int) -> str:
    """Why nothing of an input is written; empty where something may be."""
    base, name = console.bases[place], console.given_name(place)
    if not console.is_link_known(place):
        return f"{SOON} until the desk says which channels are linked"
    if console.is_follower(place):
        return f"goes with {console.given_name(place - 1) or console.label(place - 1)}"
    if not console.is_wanted(place):
        return "is not chosen in desk.strips" if name else "has no name on the desk"
    tails = (t.DCA, t.MUTE, console.family.to_main)
    if not all(console.is_known(f"{base}/{tail}") for tail in tails):
        return _GROUPS
    if not console.switch(f"{base}/{console.family.to_main}", unknown=True):
        return "is not on the main mix"
    if found := _NOT_MUSIC.search(in_words(name)):
        return f"is {found[0].lower()}, which is a person's alone"
    return ""


def sends_of(console: Console, base: str) -> Iterator[tuple[int, str]]:
    """Each send of an input to a bus, with the address that it begins with."""
    return ((bus, f"{base}/mix/{bus:02}") for bus in range(1, console.family.buses + 1))


def is_live(console: Console, send: str) -> bool:
    """Whether a send has a level and is on."""
    level = console.number(f"{send}/level")
    return level > 0.0 and console.switch(f"{send}/on", unknown=True)


def tap_addresses(console: Console, base: str, bus: int) -> list[str]:
    """Where a send may say where it taps the input."""
    family = console.family
    teller = bus - (bus + 1) % 2 if family.taps_in_pairs else bus
    return [f"{base}/mix/{teller:02}/{tail}" for tail in family.send_taps]


def is_effect_bus(console: Console, bus: int) -> bool:
    """Whether a bus feeds an effect, as far as the desk or the bus's name says."""
    sources = [console.number(address) for address in console.family.fx_sources]
    if float(bus) in sources:
        return True
    return bool(_EFFECT.search(in_words(bus_name(console, bus))))


def bus_name(console: Console, bus: int) -> str:
    """What the desk calls a bus; empty where it has no name."""
    return console.text(f"{console.family.bus.format(bus)}/{t.NAME}")


def _monitor_bars(console: Console, place: int) -> Iterator[tuple[LockClass, str]]:
    base = console.bases[place]
    for _, send in sends_of(console, base):
        if not console.is_known(f"{send}/level"):
            yield LockClass.GAIN, WAITS
            yield LockClass.EQ, WAITS
            return
    for bus, send in sends_of(console, base):
        if not is_live(console, send) or is_effect_bus(console, bus):
            continue
        name = bus_name(console, bus) or f"bus {bus}"
        taps = [console.number(address) for address in tap_addresses(console, base, bus)]
        known = [int(tap) for tap in taps if not math.isnan(tap)]
        tap = known[0] if known else -1
        if not 0 <= tap < len(t.SEND_TAPS):
            tap = min(t.AFTER_FADER)  # the worst, where nobody says
        if tap in t.AFTER_FADER:
            yield LockClass.GAIN, f"also moves {name}"
        if tap not in t.BEFORE_EQ:
            yield LockClass.EQ, f"also moves {name}"
