"""The file of a trace: JSON lines that a person can read, and that a crash leaves readable.

The first line is a header: ``mixbridge-trace`` (the number of this format), the version, the
dialect, and the settings that matter; a file that a second run was appended to has a second one.
Every further line is a record:

- ``{"t": 1.204, "dir": "in", "peer": "127.0.0.1:9401", "osc": "2f6d...", "says": [...]}``: a
  datagram. ``t`` is in seconds since the header, ``osc`` its bytes in hexadecimal, and ``says`` the
  same for a reader: an address and its arguments, several of them for a bundle.
- ``{"t": 2.5, "dir": "asked", "event": "PanicPressed", "fields": {...}}``: what a person asked for
  on the page or a pad, which is no datagram.
- ``{"t": 9.0, "note": "..."}``: a sentence, such as that the limit of the size was reached.
"""

import gzip
import json
import math
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bridge.errors import JournalError, OscDecodeError, TraceError
from bridge.journal.event_codec import decode_event, kind_of, record_json
from bridge.mix.messages import PersonEvent
from bridge.osc.decode import decode
from bridge.runtime.udp import Address

FORMAT: Final = 1
MARK: Final = "mixbridge-trace"
IN: Final = "in"
OUT: Final = "out"
ASKED: Final = "asked"

_WEEK_S: Final = 7 * 24 * 3600.0
_MOST_BYTES: Final = 1_000_000_000
_GZIP: Final = b"\x1f\x8b"
_SHOWN_CHARACTERS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Datagram:
    """One datagram; `t` in seconds since the header, `is_sent` by the bridge."""

    t: float
    is_sent: bool
    peer: Address
    osc: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person asked for beside OSC; `t` in seconds since the header."""

    t: float
    kind: str
    fields: Mapping[str, Any]

    def event(self, at: float) -> PersonEvent:
        """The request, as one that was made at `at`, monotonic seconds.

        Raises:
            JournalError: If this version does not know it.
            TypeError: If it is nothing that a person asks for.
        """
        event = decode_event(self.kind, json.dumps({**self.fields, "at": at}), None)
        if not isinstance(event, PersonEvent):
            raise TypeError(f"{self.kind} is not a request of a person")
        return event


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One run of a bridge: its header, and what was recorded, in order."""

    header: Mapping[str, Any]
    records: tuple[Datagram | Asked, ...]
    notes: tuple[str, ...]


def header_line(fields: Mapping[str, object]) -> bytes:
    """The line that a trace begins with."""
    return _line({MARK: FORMAT, **fields})


def datagram_line(t: float, direction: str, peer: Address, osc: bytes) -> bytes:
    """The line of a datagram."""
    where = f"{peer[0]}:{peer[1]}"
    return _line(
        {"t": round(t, 6), "dir": direction, "peer": where, "osc": osc.hex(), "says": _says(osc)}
    )


def asked_line(t: float, request: PersonEvent) -> bytes:
    """The line of what a person asked for on the page or a pad."""
    fields = json.loads(record_json(request))
    del fields["at"]
    return _line({"t": round(t, 6), "dir": ASKED, "event": kind_of(request), "fields": fields})


def text_line(t: float, text: str) -> bytes:
    """The line of a sentence."""
    return _line({"t": round(t, 6), "note": text})


def read_trace(path: Path) -> list[Part]:
    """Read a trace, packed by gzip or not, one part a run.

    Raises:
        TraceError: If it cannot be read: what is wrong, and in which line.
    """
    text = _text(path)
    parts: list[tuple[dict[str, Any], list[Datagram | Asked], list[str]]] = []
    for number, (line, is_whole) in enumerate(_lines(text), start=1):
        try:
            fields = _object(line)
            if MARK in fields:
                parts.append((_header(fields), [], []))
                continue
            if not parts:
                raise ValueError("expected the header of a trace")
            _, records, notes = parts[-1]
            if isinstance(note := fields.get("note"), str):
                notes.append(note)
            else:
                records.append(_read(fields))
        except (ValueError, KeyError, TypeError) as error:
            if not is_whole and parts:  # the bridge, or the computer, ended within the line
                parts[-1][2].append(f"line {number} is not complete and was left out")
                break
            raise TraceError(
                f"{path}, line {number}: {_why(error)}; got {_shown(line)}. "
                f"Is it a whole file of 'mixbridge run --trace'?"
            ) from None
    if not parts:
        raise TraceError(f"{path}: the trace is empty: expected a file of 'mixbridge run --trace'.")
    return [Part(header=h, records=tuple(r), notes=tuple(n)) for h, r, n in parts]


def _text(path: Path) -> bytes:
    """The whole file, unpacked where gzip has packed it."""
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES + 1)
        if text.startswith(_GZIP):
            with gzip.open(path) as file:
                text = file.read(_MOST_BYTES + 1)
    except (EOFError, zlib.error):
        raise TraceError(f"{path}: the trace cannot be unpacked: the file is damaged.") from None
    except OSError as error:
        why = error.strerror or str(error)
        raise TraceError(f"{path}: the trace cannot be read: {why}.") from None
    if len(text) > _MOST_BYTES:
        raise TraceError(
            f"{path}: the trace is larger than {_MOST_BYTES // 1_000_000} MB: cut it, from the "
            f"header on, to the part that matters."
        )
    return text


def _lines(text: bytes) -> Iterator[tuple[bytes, bool]]:
    """Every line, and whether it was written to its end."""
    *whole, rest = text.split(b"\n")
    yield from ((line, True) for line in whole)
    if rest:
        yield rest, False


def _object(line: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("expected a line of JSON") from None
    if not isinstance(fields, dict):
        raise TypeError("expected a JSON object")
    return fields


def _header(fields: dict[str, Any]) -> dict[str, Any]:
    if fields[MARK] != FORMAT:
        raise ValueError(f"expected a trace of format {FORMAT}; this version reads no other")
    for name in ("dialect", "daw", "listen"):
        if not isinstance(fields.get(name), str):
            raise ValueError(f"expected a header with {name!r}")
    for name in ("daw", "listen"):
        fields[name] = _address(fields[name])
    if not isinstance(fields.get("settings"), dict) or type(fields.get("session")) is not int:
        raise ValueError("expected a header with 'settings' and 'session'")
    return fields


def _read(fields: dict[str, Any]) -> Datagram | Asked:
    t, direction = fields["t"], fields["dir"]
    if isinstance(t, bool) or not isinstance(t, int | float) or not 0.0 <= t <= _WEEK_S:
        raise ValueError("expected 't', seconds since the header, a week at most")
    if direction == ASKED:
        asked = Asked(t=float(t), kind=str(fields["event"]), fields=dict(fields["fields"]))
        try:
            asked.event(0.0)
        except (JournalError, TypeError):
            raise ValueError(f"expected a request of this version, not {asked.kind}") from None
        return asked
    if direction not in (IN, OUT):
        raise ValueError(f"expected 'dir' to be {IN}, {OUT} or {ASKED}")
    return Datagram(
        t=float(t),
        is_sent=direction == OUT,
        peer=_address(fields["peer"]),
        osc=bytes.fromhex(fields["osc"]),
    )


def _address(text: object) -> Address:
    host, _, port = str(text).rpartition(":")
    if not host or not port.isascii() or not port.isdecimal() or int(port) > 65535:
        raise ValueError("expected an address such as 127.0.0.1:9401")
    return host, int(port)


def _why(error: Exception) -> str:
    return f"expected {error}" if isinstance(error, KeyError) else str(error)


def _shown(line: bytes) -> str:
    shown = line[:_SHOWN_CHARACTERS].decode("utf-8", errors="replace")
    return repr(shown) + ("..." if len(line) > _SHOWN_CHARACTERS else "")


def _says(osc: bytes) -> list[object]:
    """A datagram in words; empty where it is no OSC."""
    try:
        messages = decode(osc)
    except OscDecodeError:
        return []
    said: list[object] = [[message.address, *_plain(message.args)] for message in messages]
    return said


def _plain(args: Iterable[object]) -> Iterator[object]:
    """Arguments as JSON has them: floats shortened to what float32 holds."""
    for arg in args:
        if isinstance(arg, float):
            yield float(f"{arg:.7g}") if math.isfinite(arg) else repr(arg)
        elif isinstance(arg, bytes):
            yield f"blob of {len(arg)} bytes"
        else:
            yield arg


def _line(fields: Mapping[str, object]) -> bytes:
    text = json.dumps(fields, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", errors="replace") + b"\n"
