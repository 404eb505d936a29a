"""Who is who: an identity for each strip of a dump, from what the DAW said of it."""

from collections.abc import Mapping, Sequence
from itertools import chain, count
from unicodedata import normalize


def keys_of(
    incoming: Sequence[tuple[str, str]], known: Sequence[tuple[str, str, str]]
) -> list[str]:
    """An identity for each strip of a dump, no two the same.

    The DAW's own, where it said one; else the name, made unique in order. A name that is spelled
    with other code points now (macOS takes accents apart) is the one that was there before. Where
    a datagram was lost, a strip keeps the identity of its place, unless its name or another strip
    speaks against.

    Args:
        incoming: What the dump said of each: the DAW's identity and the name, empty for nothing.
        known: The same of the strips before, and the identity that each had.
    """
    keys = [""] * len(incoming)
    taken: set[str] = set()
    spelled = {composed(key): key for _, _, key in known}

    def assign(place: int, key: str) -> None:
        if key and not keys[place] and key not in taken:
            keys[place] = key
            taken.add(key)

    for place, (uid, _) in enumerate(incoming):
        assign(place, uid)
    pairs = list(enumerate(zip(incoming, known, strict=False)))
    for place, ((uid, name), (old_uid, old_name, old_key)) in pairs:
        if old_uid and composed(name) == composed(old_name) and not uid:
            assign(place, old_key)
    for place, (_, name) in enumerate(incoming):
        if name and not keys[place]:
            assign(place, _unused(name, taken, spelled))
    for place, ((_, name), (_, _, old_key)) in pairs:
        if not name:
            assign(place, old_key)
    for place in range(len(incoming)):
        if not keys[place]:
            assign(place, _unused(f"Track {place + 1}", taken, spelled))
    return keys


def composed(key: str) -> str:
    """The form in which identities are compared: accents joined to their letters (NFC)."""
    return key if key.isascii() else normalize("NFC", key)


def stored_key(key: str, kept: Mapping[str, object]) -> str:
    """The key under which something is kept of a strip, whose name may be spelled otherwise now."""
    if key in kept or key.isascii():
        return key
    wanted = composed(key)
    return next((other for other in kept if composed(other) == wanted), key)


def _unused(name: str, taken: set[str], spelled: Mapping[str, str]) -> str:
    """`name`, or else with the first number that makes it another; as it was spelled before."""
    numbered = (f"{name}#{number}" for number in count(2))
    forms = (spelled.get(composed(key), key) for key in chain([name], numbered))
    return next(key for key in forms if key not in taken)
