"""Complaints: what is wrong with what comes in, logged once a reason and sender, then counted.

A desk that says something wrong says it a hundred times a second. The first time is a line in the
log; what is like it follows as a number. Memory and lines are bounded whoever sends whatever:
reasons are remembered up to a number, and only so many lines are written a minute.
"""

import logging
import math
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from bridge.daw import surface
from bridge.daw.dialect import Dialect, Listed
from bridge.daw.hints import closest
from bridge.mix.device_events import DeviceParamChanged
from bridge.mix.devices import Rack
from bridge.mix.messages import DawEvent, DumpOpened, MetersRead
from bridge.mix.state import METER_COLUMNS, MixState
from bridge.osc.decode import Fault
from bridge.runtime.counters import Counters

Address = tuple[str, int]

REPEAT_S: Final = 60.0
"""What goes on is counted in a line this often."""

_MOST_REASONS: Final = 256
_MOST_PORTS: Final = 3
"""Programs of one machine that are told apart: one that opens a port a message is not many."""

_LINES: Final = 100
_LINES_PER_S: Final = _LINES / 60.0
"""A person who tries addresses out gets a line for each; a flood of them is cut here."""

_VALUES: Final = re.compile(r"[;,]? got .*|\d+", re.DOTALL)

_log = logging.getLogger("bridge.wire")


class Bucket:
    """Lets through `burst` at once, and `per_s` a second in the long run."""

    def __init__(self, *, per_s: float, burst: int) -> None:
        self._per_s = per_s
        self._burst = float(burst)
        self._left = float(burst)
        self._at = -math.inf

    def spend(self, at: float) -> bool:
        """Whether one more may pass at `at`, monotonic seconds."""
        if math.isfinite(self._at):
            self._left = min(self._burst, self._left + max(0.0, at - self._at) * self._per_s)
        self._at = at
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True

    @property
    def is_spent(self) -> bool:
        """Whether the last one that passed was the last for now."""
        return self._left < 1.0


@dataclass(slots=True)
class _Reason:
    text: str
    logged_at: float = -math.inf
    ports: set[int] = field(default_factory=set)
    unlogged: int = 0


class Complaints:
    """The log of what is wrong with what comes in."""

    def __init__(self) -> None:
        self._reasons: OrderedDict[tuple[str, str], _Reason] = OrderedDict()
        self._lines = Bucket(per_s=_LINES_PER_S, burst=_LINES)

    def record(
        self, text: str, sender: Address, at: float, *, detail: Callable[[], str] = lambda: ""
    ) -> None:
        """Log `text`, or count it where its like was logged of this sender.

        Args:
            text: One sentence. Two that differ in numbers and in what they got are of one reason.
            sender: Who sent it.
            at: Monotonic seconds.
            detail: What else to log the first time; only asked for then.
        """
        key = _VALUES.sub("", text), sender[0]
        reason = self._reasons.get(key)
        if reason is None:
            reason = self._reasons[key] = _Reason(text)
            if len(self._reasons) > _MOST_REASONS:
                self._reasons.popitem(last=False)
        host, port = sender
        is_new = port not in reason.ports and len(reason.ports) < _MOST_PORTS
        if not is_new or not self._lines.spend(at):
            reason.unlogged += 1
            return
        reason.ports.add(port)
        reason.logged_at = at
        _log.warning("From %s:%d: %s%s", host, port, text, detail())

    def report_repeats(self, at: float) -> None:
        """Log how often what was logged has come again, each reason once in `REPEAT_S`."""
        for (_, host), reason in self._reasons.items():
            if not reason.unlogged or at - reason.logged_at < REPEAT_S or not self._lines.spend(at):
                continue
            _log.warning("From %s: %d more like this: %s", host, reason.unlogged, reason.text)
            reason.logged_at, reason.unlogged = at, 0


class DawComplaints:
    """What is wrong with what the DAW says: counted, and logged by `log`."""

    def __init__(self, log: Complaints, counters: Counters, dialect: Dialect, daw: Address) -> None:
        self._log = log
        self._counters = counters
        self._dialect = dialect
        self._daw = daw
        self._told_count = 0  # of the dump that is being said

    def misunderstood(self, text: str, sender: Address, at: float) -> None:
        """Record a value that can mean nothing; `text` says why."""
        self._counters.misunderstood += 1
        self._log.record(text, sender, at)

    def undecodable(self, fault: Fault, sender: Address, at: float) -> None:
        """Record an element of a datagram that is no OSC; the endpoint has counted it."""
        what = fault.address or "a datagram"
        begin = fault.data.hex(" ", 4)
        self._log.record(f"{what}: {fault.reason}", sender, at, detail=lambda: f" It is {begin}")

    def unknown(self, address: str, sender: Address, at: float, *, is_online: bool) -> None:
        """Record an address that nobody knows; log it where it may be meant for us.

        DAWs and remotes say much that is not. But as long as no DAW is understood, what it says
        shows why.
        """
        self._counters.unknown += 1
        if is_online and address[:5].lower() != "/mix/":
            return

        def hint() -> str:
            known = self._dialect.addresses if isinstance(self._dialect, Listed) else ()
            near = closest(address, (*known, *surface.REQUESTS))
            return f"; did you mean {near}?" if near else ""

        text = f"{address}: no such address in the dialect {self._dialect.name}"
        self._log.record(text, sender, at, detail=hint)

    def check_track(self, event: DawEvent, mix: MixState) -> None:
        """Record an event that is about a strip which the DAW does not have, by its own count.

        Call it when `mix` has taken the event over.
        """
        if isinstance(event, DumpOpened):
            self._told_count = event.count
        else:
            self._check_number(getattr(event, "track", 0), mix, event.at)

    def check_device(self, event: DawEvent, rack: Rack) -> None:
        """Record a value of a device or a parameter that no dump has told of."""
        if not isinstance(event, DeviceParamChanged) or rack.is_dump_open:
            return
        device = rack.by_number(event.device)
        if device is None or event.param not in device.specs:
            self._counters.beyond += 1
            what = f"parameter {event.param} of device {event.device}"
            text = f"the dump did not list {what}; messages about it are ignored"
            self._log.record(text, self._daw, event.at)

    def check_levels(self, event: MetersRead, mix: MixState) -> None:
        """Record levels of strips that the DAW does not have; call it when no event waits."""
        self._check_number(len(event.levels) // (4 * METER_COLUMNS), mix, event.at)

    def _check_number(self, track: int, mix: MixState, at: float) -> None:
        count = max(len(mix.strips), self._told_count if mix.is_dump_open else 0)
        if track > count > 0:
            self._counters.beyond += 1
            text = f"there are {count} tracks; messages about track {track} are ignored"
            self._log.record(text, self._daw, at)
