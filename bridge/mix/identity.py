"""Who is who: an identity for each strip of a dump, from what the DAW said of it."""

from collections.abc import Sequence
from itertools import chain, count


def keys_of(
    incoming: Sequence[tuple[str, str]], known: Sequence[tuple[str, str, str]]
) -> list[str]:
    """An identity for each strip of a dump, no two the same.

    The DAW's own, where it said one; else the name, made unique in order. Where a datagram was
    lost, a strip keeps the identity of its place, unless its name or another strip speaks against.

    Args:
        incoming: What the dump said of each: the DAW's identity and the name, empty for nothing.
        known: The same of the strips before, and the identity that each had.
    """
    keys = [""] * len(incoming)
    taken: set[str] = set()

    def take(place: int, key: str) -> None:
        if key and not keys[place] and key not in taken:
            keys[place] = key
            taken.add(key)

    for place, (uid, _) in enumerate(incoming):
        take(place, uid)
    pairs = list(enumerate(zip(incoming, known, strict=False)))
    for place, ((uid, name), (old_uid, old_name, old_key)) in pairs:
        if old_uid and name == old_name and not uid:
            take(place, old_key)
    for place, (_, name) in enumerate(incoming):
        if name and not keys[place]:
            take(place, _unused(name, taken))
    for place, ((_, name), (_, _, old_key)) in pairs:
        if not name:
            take(place, old_key)
    for place in range(len(incoming)):
        if not keys[place]:
            take(place, _unused(f"Track {place + 1}", taken))
    return keys


def _unused(name: str, taken: set[str]) -> str:
    """`name`, or else with the first number that makes it another."""
    numbered = (f"{name}#{number}" for number in count(2))
    return next(key for key in chain([name], numbered) if key not in taken)
