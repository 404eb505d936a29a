"""A desk of either family in memory, as the public tables describe it, with its clients and time.

The tables are P.-G. Maillot's "Unofficial X32/M32 OSC Remote Protocol" and Behringer's "X AIR
Remote Control Protocol"; docs/desks.md says where they differ, and what is not known.

Pure: whoever drives it says what time it is and carries its messages. It is at least as difficult
as the real thing: it has a grid and refuses what is out of range, tells a writer of its own writes
or does not, has few places, forgets who does not renew, links, leads and mutes, loads scenes in a
burst, and can be silent or be switched off and on.
"""

import math
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from bridge.osc.message import OscArg, OscMessage

Told = list[tuple[str, OscMessage]]
"""Messages of the desk, each with the client that it is for."""

LASTS_S: Final = 10.0
METER_S: Final = 0.05
NAMES: Final = (
    "Kick", "Snare", "Hi Hat", "Tom 1", "Tom 2", "OH", "Bass", "E-Gtr", "A-Gtr", "Keys", "Lead Vox",
    "BV 1", "BV 2", "Trumpet", "Sax", "Violin", "Perc", "Cajon", "Synth", "Organ", "Cello", "Flute",
    "Banjo", "Mandolin", "Congas", "Choir", "Shaker", "Strings", "Gtr 2", "Gtr 3", "BV 3",
    "Accordion",
)  # fmt: skip
_EQ = ((1, 100.0), (2, 400.0), (2, 2000.0), (4, 8000.0))
_CHANNELS: Final = {"XR12": 12, "MR12": 12}
_BUSES: Final = {"XR16": 4, "XR12": 2, "MR12": 2}
_PLACES: Final = {"fader": 1024, "pan": 101, "level": 161, "g": 121, "f": 201, "q": 72}


def float32(value: float) -> float:
    """A float as the wire carries it."""
    return float(struct.unpack(">f", struct.pack(">f", value))[0])


def db_of(position: float) -> float:
    """The level of a fader at a position, by the four lines of the manual."""
    if position <= 0.0:
        return -math.inf
    if position >= 0.5:
        return 40.0 * position - 30.0
    if position >= 0.25:
        return 80.0 * position - 50.0
    if position >= 0.0625:
        return 160.0 * position - 70.0
    return 480.0 * position - 90.0


def position_of(level_db: float) -> float:
    """The inverse of `db_of`."""
    if level_db >= -10.0:
        return (level_db + 30.0) / 40.0
    if level_db >= -30.0:
        return (level_db + 50.0) / 80.0
    if level_db >= -60.0:
        return (level_db + 70.0) / 160.0
    return max(0.0, (level_db + 90.0) / 480.0)


@dataclass(slots=True)
class FakeDesk:
    """A desk.

    Attributes:
        model: As ``/xinfo`` says it.
        firmware: Likewise.
        name: The person's.
        tells_writers: A write is told to its own sender, too.
        floors: The grid rounds down, as the manual's formula has it, not to the nearest.
        hard_groups: A mute group switches its members' own mute.
        values: What stands at each address.
        meters_dbfs: The level of each channel before its fader.
        clients: When each client's place ends.
        written: All that clients have set: when, by whom, where, what.
        is_on: Nothing is heard or said while it is off.
        unknown: Beginnings of addresses that this firmware does not know.
    """

    model: str = "X32"
    firmware: str = "4.06"
    name: str = "X32-02-4A-53"
    tells_writers: bool = False
    floors: bool = False
    hard_groups: bool = False
    values: dict[str, OscArg] = field(default_factory=dict)
    meters_dbfs: dict[int, float] = field(default_factory=dict)
    clients: dict[str, float] = field(default_factory=dict)
    written: list[tuple[float, str, str, OscArg]] = field(default_factory=list)
    is_on: bool = True
    unknown: tuple[str, ...] = ()
    _meters: dict[str, tuple[str, float]] = field(default_factory=dict)
    _metered_at: float = -math.inf

    # -- what there is ---------------------------------------------------------------------------

    @property
    def is_x32(self) -> bool:
        """Which family it is of."""
        return self.model.startswith(("X32", "M32"))

    @property
    def channels(self) -> int:
        """How many it has."""
        return 32 if self.is_x32 else _CHANNELS.get(self.model, 16)

    @property
    def places(self) -> int:
        """How many clients it tells of changes."""
        return 4 if self.is_x32 else 8

    @property
    def buses(self) -> int:
        """How many it has."""
        return 16 if self.is_x32 else _BUSES.get(self.model, 6)

    @property
    def dcas(self) -> int:
        """How many it has."""
        return 8 if self.is_x32 else 4

    @property
    def to_main(self) -> str:
        """Tail of the switch to the main mix."""
        return "mix/st" if self.is_x32 else "mix/lr"

    def plug(self, names: Iterable[str] = NAMES) -> "FakeDesk":
        """A desk with a band on it, and everything in the middle."""
        labels = [*names, *[""] * self.channels][: self.channels]
        for number, label in enumerate(labels, start=1):
            self._add_strip(f"/ch/{number:02}", label)
        self._add_strip("/auxin/01" if self.is_x32 else "/rtn/aux", "")
        for bus in range(1, self.buses + 1):
            self.values[self.bus(bus) + "/config/name"] = ""
        for group in range(1, self.dcas + 1):
            self.values[f"/dca/{group}/fader"] = self.grid("/dca/1/fader", 0.75)
            self.values[f"/dca/{group}/on"] = 1
            self.values[f"/dca/{group}/config/name"] = ""
        for group in range(1, (6 if self.is_x32 else 4) + 1):
            self.values[f"/config/mute/{group}"] = 0
        for pair in range(1, self.channels, 2):
            self.values[f"/config/chlink/{pair}-{pair + 1}"] = 0
        for what in ("eq", "dyn", "fdrmute"):
            self.values[f"/config/linkcfg/{what}"] = 1
        self.values["/config/amixenable/X"] = self.values["/config/amixenable/Y"] = 0
        self.values["/-show/prepos/current" if self.is_x32 else "/-snap/index"] = 1
        self.values["/-stat/lock"] = 0
        for number in range(100) if self.is_x32 else ():
            self.values[f"/-show/showfile/scene/{number:03}/name"] = f"Scene {number}"
        if not self.is_x32:
            self.values["/-snap/name"] = "Scene 1"
        for number in range(1, 5):
            self.values[f"/fx/{number}/source/l"] = 12 + number if self.is_x32 else 0
        return self

    def bus(self, number: int) -> str:
        """The address of a bus."""
        return f"/bus/{number:02}" if self.is_x32 else f"/bus/{number}"

    def _add_strip(self, base: str, label: str) -> None:
        strip: dict[str, OscArg] = {
            "config/name": label, "mix/fader": 0.75, "mix/on": 1, "mix/pan": 0.5, self.to_main: 1,
            "grp/dca": 0, "grp/mute": 0, "eq/on": 1, "automix/group": 0,
        }  # fmt: skip
        for band, (kind, freq) in enumerate(_EQ, start=1):
            strip |= {
                f"eq/{band}/type": kind,
                f"eq/{band}/f": math.log(freq / 20.0) / math.log(1000.0),
                f"eq/{band}/g": 0.5,
                f"eq/{band}/q": 0.46,
            }
        for bus in range(1, self.buses + 1):
            strip |= {f"mix/{bus:02}/level": 0.0, f"mix/{bus:02}/on": 1}
            if bus % 2 or not self.is_x32:
                strip[f"mix/{bus:02}/type"] = 3
        for tail, value in strip.items():
            self.values[f"{base}/{tail}"] = self.grid(f"{base}/{tail}", value)

    def grid(self, address: str, value: OscArg) -> OscArg:
        """What is held where `value` is asked for."""
        if not isinstance(value, float):
            return value
        top = _PLACES.get(address.rpartition("/")[2], 1024) - 1
        place = math.floor(value * top) if self.floors else math.floor(value * top + 0.5)
        return float32(min(max(place, 0), top) / top)

    def fader_db(self, channel: int) -> float:
        """What a channel's fader holds, dB."""
        return db_of(self.number(f"/ch/{channel:02}/mix/fader"))

    def number(self, address: str) -> float:
        """The number that stands at an address."""
        value = self.values[address]
        return float(value) if isinstance(value, int | float) else math.nan

    # -- clients ---------------------------------------------------------------------------------

    def receive(self, client: str, message: OscMessage, at: float) -> Told:
        """A client says something; returns what the desk says to whom."""
        if not self.is_on or message.address.startswith(self.unknown or ("?",)):
            return []
        address, args = message.address, message.args
        if address in ("/xinfo", "/info", "/status"):
            return [(client, self._about(address))]
        if address in ("/xremote", "/xremotenfb"):
            self._expire(at)
            if client in self.clients or len(self.clients) < self.places:
                self.clients[client] = at + LASTS_S
            return []
        if address == "/unsubscribe":
            self.clients.pop(client, None)
            self._meters.pop(client, None)
            return []
        if address == "/meters" and args and isinstance(args[0], str):
            self._meters[client] = args[0], at + LASTS_S
            return []
        if not args:
            return [(client, answer) for answer in self._get(address)]
        if self._is_refused(address, args[0]):
            return []
        self.written.append((at, client, address, args[0]))
        return self._set(address, args[0], at, writer=client)

    def _about(self, address: str) -> OscMessage:
        ip = "192.168.1.64"
        if address == "/xinfo":
            return OscMessage(address, (ip, self.name, self.model, self.firmware))
        if address == "/info":
            return OscMessage(address, ("V2.05", "osc-server", self.model, self.firmware))
        return OscMessage(address, ("active", ip, "osc-server"))

    def _get(self, address: str) -> Iterator[OscMessage]:
        if address == "/config/chlink" and not self.is_x32:
            pairs = range(1, self.channels, 2)
            links = tuple(self.values[f"/config/chlink/{odd}-{odd + 1}"] for odd in pairs)
            yield OscMessage(address, links)
        elif address in self.values:
            yield OscMessage(address, (self.values[address],))

    def _is_refused(self, address: str, value: OscArg) -> bool:
        if address.startswith(("/-action/", "/-snap/load")):
            return False
        held = self.values.get(address)
        if held is None or isinstance(held, str) is not isinstance(value, str):
            return True
        return isinstance(value, float) and not 0.0 <= value <= 1.0

    def _expire(self, at: float) -> None:
        self.clients = {each: ends for each, ends in self.clients.items() if ends > at}
        self._meters = {each: (b, ends) for each, (b, ends) in self._meters.items() if ends > at}

    def _notify(self, addresses: Iterable[str], at: float, *, but: str = "") -> Told:
        self._expire(at)
        return [
            (client, message)
            for address in addresses
            for client in self.clients
            if client != but or self.tells_writers
            for message in self._said(address)
        ]

    def _said(self, address: str) -> Iterator[OscMessage]:
        if address.startswith("/config/chlink/") and not self.is_x32:
            yield from self._get("/config/chlink")
        else:
            yield OscMessage(address, (self.values[address],))

    # -- what changes ----------------------------------------------------------------------------

    def _set(self, address: str, value: OscArg, at: float, *, writer: str = "") -> Told:
        before = dict(self.values)
        self._assign(address, value)
        changed = [each for each, held in self.values.items() if held != before.get(each)]
        own = [each for each in changed if each == address]
        others = [each for each in changed if each != address]
        return [*self._notify(own, at, but=writer), *self._notify(others, at)]

    def _assign(self, address: str, value: OscArg) -> None:
        if isinstance(self.values.get(address), float) and isinstance(value, int):
            value = float(value)
        self.values[address] = self.grid(address, value)
        base, tail = "/".join(address.split("/", 3)[:3]), address.split("/", 3)[-1]
        if base.startswith("/ch/"):
            self._copy_to_partner(base, tail)
        if base == "/config/chlink" and value == 1:
            odd = int(tail.split("-")[0])
            self._link(odd)
        if base == "/config/mute" and self.hard_groups:
            bit = 1 << (int(tail) - 1)
            for number in range(1, self.channels + 1):
                if int(self.number(f"/ch/{number:02}/grp/mute")) & bit:
                    self.values[f"/ch/{number:02}/mix/on"] = int(not value)

    def _link(self, odd: int) -> None:
        for tail in [each.split("/", 3)[3] for each in self.values if each.startswith("/ch/01/")]:
            if not tail.startswith(("config/", "mix/pan")):
                self.values[f"/ch/{odd + 1:02}/{tail}"] = self.values[f"/ch/{odd:02}/{tail}"]
        self.values[f"/ch/{odd:02}/mix/pan"] = 0.0
        self.values[f"/ch/{odd + 1:02}/mix/pan"] = 1.0

    def _copy_to_partner(self, base: str, tail: str) -> None:
        number = int(base[4:])
        odd = number - (number + 1) % 2
        if self.values.get(f"/config/chlink/{odd}-{odd + 1}") != 1:
            return
        partner = odd if number != odd else odd + 1
        is_fader = tail in ("mix/fader", "mix/on", "grp/dca", "grp/mute")
        is_send = tail.startswith("mix/") and tail.count("/") == 2
        is_eq = tail.startswith("eq/")
        copies = (
            is_send
            or (is_fader and self.values["/config/linkcfg/fdrmute"] == 1)
            or (is_eq and self.values["/config/linkcfg/eq"] == 1)
        )
        if copies:
            self.values[f"/ch/{partner:02}/{tail}"] = self.values[f"{base}/{tail}"]

    def hand(self, address: str, value: OscArg, at: float) -> Told:
        """Somebody at the desk itself moves a control."""
        return self._set(address, value, at)

    def hand_db(self, channel: int, level_db: float, at: float) -> Told:
        """Somebody moves a fader."""
        return self.hand(f"/ch/{channel:02}/mix/fader", position_of(level_db), at)

    def load(self, scene: dict[str, OscArg], at: float, *, is_announced: bool) -> Told:
        """A scene is recalled: everything at once, and everyone is told in a burst."""
        told: list[str] = []
        if is_announced:
            sign = "/-show/prepos/current" if self.is_x32 else "/-snap/index"
            self.values[sign] = int(self.number(sign)) + 1
            told.append(sign)
        for address, value in scene.items():
            value = self.grid(address, value)
            if self.values[address] != value:
                self.values[address] = value
                told.append(address)
        return self._notify(told, at)

    def reboot(self) -> None:
        """It forgets who was there; what it holds, it keeps."""
        self.clients.clear()
        self._meters.clear()

    # -- time ------------------------------------------------------------------------------------

    def tick(self, at: float) -> Told:
        """Time passes: the meters of whoever asked."""
        if not self.is_on or at - self._metered_at < METER_S - 1e-9:
            return []
        self._metered_at = at
        self._expire(at)
        return [
            (client, OscMessage(bank, (self.blob(bank),)))
            for client, (bank, _) in self._meters.items()
            if not bank.startswith(self.unknown or ("?",))
        ]

    def blob(self, bank: str) -> bytes:
        """The levels of a bank, as they stand on the wire."""
        count = {"/meters/13": 48, "/meters/0": 70, "/meters/1": 40 if not self.is_x32 else 96}.get(
            bank, 4
        )
        levels = [self.meters_dbfs.get(number, -90.0) for number in range(1, count + 1)]
        if self.is_x32:
            return struct.pack(f"<i{count}f", count, *(10.0 ** (level / 20.0) for level in levels))
        return struct.pack(f"<i{count}h", count, *(round(level * 256.0) for level in levels))
