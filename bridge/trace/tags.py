"""Tags that a DAW repeats: a question carries one, and its answers are known by it.

A tag is made of the time and a count, so that a bridge that plays a trace asks the same questions
under other tags. Here the n-th answer to a question of then becomes the n-th answer to that
question now.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final

from bridge.errors import OscDecodeError
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscArg, OscMessage

_TAG: Final = re.compile(r"(\d+-\d+)([<>])")

_Question = tuple[tuple[str, tuple[object, ...]], ...]


class Tags:
    """Knows the tags of then, and learns those of now.

    Args:
        sent: Every datagram that was sent then, in order.
    """

    def __init__(self, sent: Iterable[bytes]) -> None:
        self._then: dict[str, tuple[_Question, int]] = {}
        self._now: defaultdict[_Question, list[str]] = defaultdict(list)
        counts: Counter[_Question] = Counter()
        for osc in sent:
            if found := _tagged(osc):
                tag, question = found
                self._then[tag] = question, counts[question]
                counts[question] += 1

    def asked(self, osc: bytes) -> None:
        """A datagram is sent now."""
        if self._then and (found := _tagged(osc)):
            tag, question = found
            self._now[question].append(tag)

    def renewed(self, osc: bytes) -> bytes:
        """A datagram that came then, under the tag of now; unchanged where it has none."""
        if not self._then or not osc.startswith(b"/") or not _TAG.search(osc.decode("latin-1")):
            return osc
        try:
            (message,) = decode(osc)
            return encode(OscMessage(message.address, tuple(map(self._renewed, message.args))))
        except (OscDecodeError, ValueError):
            return osc

    def _renewed(self, arg: OscArg) -> OscArg:
        found = _TAG.fullmatch(arg) if isinstance(arg, str) else None
        if found is None or found[1] not in self._then:
            return int(arg) if isinstance(arg, bool) else arg
        question, place = self._then[found[1]]
        now = self._now[question]
        return now[place] + found[2] if place < len(now) else arg


def _tagged(osc: bytes) -> tuple[str, _Question] | None:
    """The tag of a bundle whose first and last message carry it, and what stands between."""
    if not osc.startswith(b"#bundle"):
        return None
    try:
        messages = decode(osc)
    except OscDecodeError:
        return None
    ends = [_TAG.fullmatch(str(each.args[-1])) for each in (messages[0], messages[-1]) if each.args]
    if len(messages) < 2 or len(ends) < 2 or ends[0] is None or ends[1] is None:
        return None
    if ends[0][1] != ends[1][1]:
        return None
    between = tuple(
        (each.address, tuple(arg for arg in each.args if not isinstance(arg, float)))
        for each in messages[1:-1]
    )
    return ends[0][1], between


def is_tag(arg: object) -> bool:
    """Whether an argument is a tag."""
    return isinstance(arg, str) and _TAG.fullmatch(arg) is not None
