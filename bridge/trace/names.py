"""Hides names in a trace: each becomes a pseudonym that plays the same role in a mix.

A name gets its pseudonym when it is first met and keeps it: "Anna's vocals" is "Lead 3" throughout,
in the DAW's messages, in requests, and in the sentences that the bridge says. The pseudonym is Safe
by name where the name is, and its role is guessed alike, so that a replay behaves as the run did.
"""

import hashlib
import re
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Final

from bridge.daw.contents import PREFIX as CONTENT_PREFIX
from bridge.daw.dialect import Dialect
from bridge.daw.surface import PREFIX, REQUESTS
from bridge.errors import DialectError, OscDecodeError
from bridge.mix.messages import (
    ForgetRequested,
    PersonEvent,
    RoleCorrected,
    SafeSwitched,
    StripSwitched,
    TrackNamed,
)
from bridge.mix.roles import Role, guess_role, is_untouchable
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscArg, OscMessage

_NO_NAMES: Final = re.compile(r"device|plugin|param|action|version|log")
"""Addresses whose texts are the DAW's own vocabulary, which a dialect must understand."""

_ROUTE: Final = re.compile(r"[A-Z]{1,2}|end_\w+")
"""Words of Ardour's list of routes: a kind, or the end."""

_UNTOUCHABLE: Final = "Click"
_WORDS: Final[dict[Role, str]] = {
    role: next(
        (w for w in (role.value.title(), "Vox", "Choir", "Track") if guess_role(w) is role), "Track"
    )
    for role in Role
}


_NUMBERS: Final = re.compile(rb"/[!-+\--~]*\0+(,[ifdhTFNI]*\0|$)")
"""A message whose arguments are numbers, if any: it is kept as it came, whatever they are."""

_BUNDLE: Final = b"#bundle\0"
_BUNDLE_HEAD: Final = 16  # the mark and a time tag

_PATHS: Final = re.compile(r"""[^"'\s:{}\[\],]*[/\\][^"{}\[\]]*""")
"""A path in a text: it has a slash in it, and ends with the text or its quote."""


class NameMask:
    """Pseudonyms for the names of one session.

    Args:
        dialect: Tells which messages name a strip; nobody else's.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._masks: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None

    def pseudonym(self, name: str) -> str:
        """What a name is called in the trace."""
        if not name or name in self._masks.values():
            return name
        known = self._masks.get(name)
        if known is None:
            word = _UNTOUCHABLE if is_untouchable(name) else _WORDS[guess_role(name)]
            known = self._masks[name] = f"{word} {len(self._masks) + 1}"
            longest_first = sorted(self._masks, key=len, reverse=True)
            inner = "|".join(map(re.escape, longest_first))
            self._pattern = re.compile(rf"(?<!\w)(?:{inner})(?!\w)")
        return known

    def text(self, text: str) -> str:
        """A text with every known name in it masked."""
        if text in self._masks:
            return self._masks[text]
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda found: self._masks[found[0]], text)

    def incoming(self, osc: bytes) -> bytes:
        """A datagram that came, masked; empty where it cannot be read."""
        return self._masked(osc, self._incoming_message)

    def outgoing(self, osc: bytes) -> bytes:
        """A datagram that was sent, masked."""
        return self._masked(osc, self._outgoing_message)

    def request(self, request: PersonEvent) -> PersonEvent:
        """A request of the page or a pad, masked."""
        if isinstance(request, SafeSwitched | StripSwitched | RoleCorrected):
            return replace(request, track=self._track(request.track))
        if isinstance(request, ForgetRequested):
            return replace(request, what=self.text(request.what))
        return request

    def _masked(self, osc: bytes, mask: Callable[[OscMessage], OscMessage]) -> bytes:
        if _NUMBERS.match(osc):
            return osc
        try:
            if osc.startswith(_BUNDLE):
                elements = (self._masked(each, mask) for each in _elements(osc))
                return osc[:_BUNDLE_HEAD] + b"".join(
                    struct.pack(">i", len(each)) + each for each in elements
                )
            (message,) = decode(osc)
            return encode(mask(message))
        except (OscDecodeError, ValueError, struct.error):
            return b""  # whatever stands in it, nobody can say that it holds no name

    def _incoming_message(self, message: OscMessage) -> OscMessage:
        address = message.address
        if address.startswith(PREFIX):
            return self._request_message(message)
        if address.startswith(CONTENT_PREFIX):
            return _mapped(message, self._content)
        if not any(isinstance(arg, str) for arg in message.args):
            return message
        if address == "/reply":
            return _mapped(message, lambda t: t if _ROUTE.fullmatch(t) else self.pseudonym(t))
        if _NO_NAMES.search(address):
            return _mapped(message, self.text)
        if "name" in address:
            return _mapped(message, self.pseudonym)
        with suppress(DialectError):
            for event in self._dialect.decode(message, at=0.0) or ():
                if isinstance(event, TrackNamed):
                    self.pseudonym(event.name)
        return _mapped(message, self.text)

    def _outgoing_message(self, message: OscMessage) -> OscMessage:
        is_content = message.address.startswith((CONTENT_PREFIX, f"{PREFIX}move/content"))
        return _mapped(message, self._content if is_content else self.text)

    def _content(self, text: str) -> str:
        """A text of a content without the folders and names of files; the same one stays the same.

        What else stands in it is notes and numbers, which a task must understand.
        """
        return _PATHS.sub(_hidden, self.text(text))

    def _request_message(self, message: OscMessage) -> OscMessage:
        request = REQUESTS.get(message.address)
        names_track = request and request.arguments and request.arguments[0].field == "track"
        first = message.args[0] if message.args else None
        if names_track and isinstance(first, str):
            return OscMessage(message.address, (self._track(first), *message.args[1:]))
        return _mapped(message, self.text)

    def _track(self, track: str) -> str:
        return track if track == "*" or track.isdecimal() else self.pseudonym(track)


def _hidden(path: re.Match[str]) -> str:
    """A path as a name of its own, with its suffix."""
    digest = hashlib.blake2b(path[0].encode(), digest_size=6).hexdigest()
    suffix = re.search(r"\.\w{1,8}$", path[0])
    return f"/file-{digest}{suffix[0] if suffix else ''}"


def _elements(bundle: bytes) -> Iterator[bytes]:
    """The elements of a bundle, as bytes.

    Raises:
        ValueError: If their sizes are not those of the bundle.
    """
    place = _BUNDLE_HEAD
    while place < len(bundle):
        (size,) = struct.unpack_from(">i", bundle, place)
        place += 4 + size
        if size <= 0 or place > len(bundle):
            raise ValueError("an element goes beyond its bundle")
        yield bundle[place - size : place]


def _mapped(message: OscMessage, change: Callable[[str], str]) -> OscMessage:
    args: tuple[OscArg, ...] = tuple(
        change(arg) if isinstance(arg, str) else arg for arg in message.args
    )
    return OscMessage(message.address, args)
