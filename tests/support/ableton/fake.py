"""AbletonOSC's behaviour and a Live set, from its source (0ca6821) and measurements of it.

In memory and without a clock: whoever uses it calls `tick` every 100 ms. What matters is kept: one
read of the socket a tick, 256 datagrams at most between two, answers only to port 11001 of whoever
asked, listeners bound to a track with the index that it had once, one failing message that ends the
tick's read and the rest of its bundle, setters that are strict about types and ranges, and a log
that grows with every word while its level is "info".

What Live refuses by type is as users reported its words. That it refuses what is out of range, or
a write to what a macro holds, was not shown here: the strict reading is taken, and docs/ableton.md
says how to check it. The hub's rules are those of our script in `max_patches`; Max hands it a name
as a list of atoms (Cycling '74's reference of `LiveAPI`), so that numbers and spaces change.
"""

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from bridge.daws.ableton.wire.curves import fader_db
from bridge.mix.params import EQ_BANDS, Param
from bridge.osc.decode import decode
from bridge.osc.message import OscArg, OscMessage
from support.ableton.audio_clip import LiveAudioClip

TICK_S = 0.1
SOCKET_HOLDS = 256
"""Small datagrams that Linux's default buffer keeps: of 300, and of 2,000, AbletonOSC read 256."""
LARGEST_REPLY = 9_216
"""macOS's default for a datagram (net.inet.udp.maxdgram); elsewhere it is 65,507."""
ME = "127.0.0.1"

# Type, frequency (0 to 1) and on, of each band as the set's author left it.
BANDS = (
    (2, 0.2992), (3, 0.4793), (3, 0.6885), (5, 0.8687),
    (3, 0.9), (3, 0.9), (3, 0.9), (7, 0.9),
)  # fmt: skip
GAIN_NAMES = dict(zip(EQ_BANDS, (f"{band} Gain A" for band in "1234"), strict=True))


def f32(value: float) -> float:
    """As Live holds it."""
    return float(struct.unpack("f", struct.pack("f", value))[0])


class Written(NamedTuple):
    """A value that was set: which track really got it, and what it held until then."""

    uid: str
    param: Param
    value: float
    before: float
    tick: int


@dataclass(eq=False)
class Parameter:
    """A parameter of a mixer or a device."""

    name: str
    raw: float
    low: float
    high: float
    is_held: bool = False
    """Mapped to a macro: a write does nothing."""
    words: tuple[str, ...] = ()
    """Of each of its steps, where it has some."""

    def put(self, value: object) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"Python argument types in None.None(DeviceParameter, {value!r})")
        if not self.low <= value <= self.high:
            raise ValueError("Invalid value. Check the parameters range with min/max")
        if not self.is_held:
            self.raw = f32(round(value) if self.words else value)

    @property
    def is_quantized(self) -> bool:
        return bool(self.words)

    @property
    def text(self) -> str:
        """What Live shows."""
        return self.words[round(self.raw - self.low)] if self.words else f"{100 * self.raw:.0f} %"


@dataclass(eq=False)
class Device:
    """A device on a track."""

    class_name: str
    name: str
    parameters: list[Parameter]

    def named(self, name: str) -> Parameter:
        return next(parameter for parameter in self.parameters if parameter.name == name)


def eq_eight(*, resonance: str = "Resonance") -> Device:
    """An EQ Eight with its first four bands on; Live 12.4 calls a band's resonance Q."""
    found = [
        Parameter("Device On", 1.0, 0.0, 1.0),
        Parameter("Output", 0.0, -12.0, 12.0),
        Parameter("Scale", 1.0, -2.0, 2.0),
        Parameter("Adaptive Q", 1.0, 0.0, 1.0),
    ]
    for number, (kind, freq) in enumerate(BANDS, start=1):
        for side in "AB":
            found += [
                Parameter(f"{number} Filter On {side}", float(number <= 4), 0.0, 1.0),
                Parameter(f"{number} Filter Type {side}", float(kind), 0.0, 7.0),
                Parameter(f"{number} Frequency {side}", f32(freq), 0.0, 1.0),
                Parameter(f"{number} Gain {side}", 0.0, -15.0, 15.0),
                Parameter(f"{number} {resonance} {side}", f32(0.376666), 0.0, 1.0),
            ]
    return Device("Eq8", "EQ Eight", found)


def utility() -> Device:
    """Some other device."""
    return Device("StereoGain", "Utility", [Parameter("Device On", 1.0, 0.0, 1.0)])


def wavetable(name: str = "Wavetable") -> Device:
    """A Wavetable, as far as it matters: names and ranges as control surfaces list them."""
    return Device(
        "InstrumentVector",
        name,
        [
            Parameter("Device On", 1.0, 0.0, 1.0, words=("Off", "On")),
            Parameter("Osc 1 Transp", 0.0, -24.0, 24.0, words=tuple(map(str, range(-24, 25)))),
            Parameter("Filter 1 Type", 0.0, 0.0, 4.0, words=("LP", "HP", "BP", "Notch", "Morph")),
            Parameter("Filter 1 Freq", f32(0.6), 0.0, 1.0),
            Parameter("Filter 1 Res", f32(0.2), 0.0, 1.25),
            Parameter("Amp Attack", f32(0.1), 0.0, 1.0),
            Parameter("Amp Decay", f32(0.4), 0.0, 1.0),
            Parameter("Amp Sustain", f32(0.7), 0.0, 1.0),
            Parameter("Amp Release", f32(0.3), 0.0, 1.0),
            Parameter("Volume", f32(0.5), 0.0, 1.0),
        ],
    )


def plug_in(*names: str) -> Device:
    """A plug-in: it shows what the person has configured."""
    found = [Parameter("Device On", 1.0, 0.0, 1.0, words=("Off", "On"))]
    return Device("PluginDevice", "Zed", found + [Parameter(n, 0.5, 0.0, 1.0) for n in names])


@dataclass(eq=False)
class LiveClip:
    """A MIDI clip in a slot; a note is pitch, start, length, velocity and mute."""

    length: float
    name: str = ""
    notes: list[tuple[int, float, float, float, bool]] = field(default_factory=list)


_IDS = count(11)


@dataclass(eq=False)
class LiveTrack:
    """A track of a set."""

    name: str
    devices: list[Device] = field(default_factory=lambda: [eq_eight()])
    mute: bool = False
    solo: bool = False
    meter: float = 0.0
    uid: str = ""
    has_midi: bool = True
    is_frozen: bool = False
    clips: list["LiveClip | LiveAudioClip | None"] = field(default_factory=lambda: [None] * 4)
    volume: Parameter = field(
        default_factory=lambda: Parameter("Track Volume", f32(0.85), 0.0, 1.0)
    )
    panning: Parameter = field(default_factory=lambda: Parameter("Track Panning", 0.0, -1.0, 1.0))

    def __post_init__(self) -> None:
        self.uid = self.uid or str(next(_IDS))

    @property
    def eq(self) -> Device | None:
        return next((device for device in self.devices if device.class_name == "Eq8"), None)

    def parameter(self, param: Param) -> Parameter:
        if param is Param.GAIN:
            return self.volume
        if param is Param.PAN:
            return self.panning
        assert self.eq
        return self.eq.named(GAIN_NAMES[param])

    def value(self, param: Param) -> float:
        """In the units of the core."""
        raw = self.parameter(param).raw
        return fader_db(raw) if param is Param.GAIN else raw


class FakeLive:
    """A set, and AbletonOSC inside it.

    Attributes:
        said: What was sent since it was last taken: datagram and the IP it goes to, port 11001.
        written: Every value that was set over OSC, of faders, pans and EQ bands.
        strayed: Other parameters that were set.
        lost: Datagrams for which the socket had no room.
        logged: Lines of abletonosc.log.
        most_read: Datagrams of the fullest tick.
        is_modal: A menu or a dialogue is open: nothing is read.
        missing: Addresses that this AbletonOSC does not know yet.
        is_reloaded: Someone sent /live/api/reload: every address is unknown.
        is_absent: AbletonOSC is not selected: nobody listens.
        is_old: A version of 2023: no track_data, and tags are not repeated.
    """

    def __init__(self, names: Iterable[str] = ("Kick", "Bass", "Lead")) -> None:
        self.tracks = [LiveTrack(name) for name in names]
        self.is_playing = True
        self.is_modal = self.is_reloaded = self.is_absent = self.is_old = False
        self.said: list[tuple[bytes, str]] = []
        self.written: list[Written] = []
        self.strayed: list[str] = []
        self.heard: list[OscMessage] = []
        self.lost = self.logged = self.ticks = self.most_read = 0
        self.log_level = "info"
        self.history: list[tuple[Parameter, float, float]] = []
        self._redo: list[tuple[Parameter, float, float]] = []
        self._queue: list[tuple[bytes, str]] = []
        self._last_sender = ME
        self._listeners: dict[tuple[str, int], tuple[LiveTrack, tuple[OscArg, ...]]] = {}
        self.missing: set[str] = set()
        self._handlers: dict[str, Callable[[tuple[OscArg, ...]], tuple[OscArg, ...] | None]] = {}
        self._add_handlers()

    # -- the set -------------------------------------------------------------------------------

    @property
    def names(self) -> list[str]:
        return [track.name for track in self.tracks]

    def track(self, name: str) -> LiveTrack:
        return next(track for track in self.tracks if track.name == name)

    def hand(self, name: str, param: Param, raw: float) -> None:
        """A person moves a control, in Live's own values."""
        self._change(self.track(name).parameter(param), raw)

    def undo(self) -> None:
        """Cmd-Z: takes the last change back, whoever made it."""
        parameter, before, after = self.history.pop()
        parameter.raw = before
        self._redo.append((parameter, before, after))

    def redo(self) -> None:
        parameter, before, after = self._redo.pop()
        parameter.raw = after
        self.history.append((parameter, before, after))

    def open_set(self, names: Iterable[str]) -> None:
        """Another set: Live loads its scripts anew, and AbletonOSC says that it has started."""
        self.tracks = [LiveTrack(name) for name in names]
        self.start()

    def start(self) -> None:
        """AbletonOSC starts, as it does with Live, a set or its own selection."""
        self._queue.clear()
        self._listeners.clear()
        self.log_level, self._last_sender = "info", ME
        self.is_absent = self.is_reloaded = False
        self._say("/live/startup", ())
        self._say("/live/application/get/average_process_usage", ())

    def _change(self, parameter: Parameter, value: object) -> None:
        before = parameter.raw
        parameter.put(value)
        if parameter.raw != before:
            self.history.append((parameter, before, parameter.raw))
            self._redo.clear()
        for (topic, index), (track, extra) in self._listeners.items():
            if getattr(track, topic) is parameter:
                self._say(f"/live/track/get/{topic}", (index, *extra, parameter.raw))

    # -- the wire ------------------------------------------------------------------------------

    def receive(self, datagram: bytes, sender: str = ME) -> None:
        """A datagram arrives at port 11000."""
        if self.is_absent:
            return
        if len(self._queue) >= SOCKET_HOLDS:
            self.lost += 1
            return
        self._queue.append((datagram, sender))

    def tick(self, react: Callable[[], None] | None = None) -> None:
        """A tenth of a second has passed on Live's main thread.

        Args:
            react: Is called after each datagram; what it sends is read in this tick as well.
        """
        self.ticks += 1
        if self.is_modal or self.is_absent:
            return
        read = 0
        while self._queue:
            datagram, sender = self._queue.pop(0)
            read += 1
            self.most_read = max(self.most_read, read)
            self._last_sender = sender
            try:
                for message in decode(datagram):
                    self._process(message, sender)
            except Exception as fault:
                self._error(f"Error handling OSC message: {fault}")
                return  # the rest waits for the next tick
            if react:
                react()

    def take_said(self, listener: str = ME) -> list[OscMessage]:
        """What reached port 11001 of a machine; what went to others is gone."""
        said, self.said = self.said, []
        return [m for datagram, ip in said if ip == listener for m in decode(datagram)]

    def _process(self, message: OscMessage, sender: str) -> None:
        self.heard.append(message)
        assert message.address != "/live/api/reload", "never send it"
        is_known = not self.is_reloaded and message.address not in self.missing
        handler = self._handlers.get(message.address) if is_known else None
        if handler is None or (self.is_old and message.address == "/live/song/get/track_data"):
            self._error(f"Unknown OSC address: {message.address}")
            return
        answer = handler(message.args)
        self._log()
        if answer is not None:
            if self.is_old and message.address == "/live/song/get/is_playing":
                answer = answer[:1]
            self._say(message.address, answer, sender)

    def _log(self) -> None:
        self.logged += self.log_level in ("debug", "info")

    def _error(self, text: str) -> None:
        self._say("/live/error", (text,))

    def _say(self, address: str, args: tuple[OscArg, ...], ip: str | None = None) -> None:
        datagram = encode_reply(address, args)
        if len(datagram) > LARGEST_REPLY:
            raise OSError("Message too long")
        self.said.append((datagram, ip or self._last_sender))

    # -- handlers ------------------------------------------------------------------------------

    def _add_handlers(self) -> None:
        add = self._handlers
        add["/live/song/get/is_playing"] = lambda args: (self.is_playing, *args)
        add["/live/song/get/num_tracks"] = lambda _: (len(self.tracks),)
        add["/live/song/get/track_data"] = self._track_data
        add["/live/song/get/track_names"] = lambda _: tuple(self.names)
        add["/live/application/get/version"] = lambda _: (12, 1)
        add["/live/api/get/log_level"] = lambda _: (self.log_level,)
        add["/live/api/set/log_level"] = self._set_log_level
        for topic in ("volume", "panning"):
            self._add_mixer(topic)
        add["/live/track/get/devices/class_name"] = lambda args: (
            int(_number(args[0])), *(device.class_name for device in self._at(args).devices)
        )  # fmt: skip
        for what, attribute in (
            ("name", "name"),
            ("value", "raw"),
            ("min", "low"),
            ("max", "high"),
            ("is_quantized", "is_quantized"),
        ):
            self._add_device_list(what, attribute)
        add["/live/device/get/class_name"] = lambda args: (
            *map(int, map(_number, args[:2])), self._device(args).class_name, *args[2:]
        )  # fmt: skip
        add["/live/device/get/name"] = lambda args: (
            *map(int, map(_number, args[:2])), self._device(args).name
        )  # fmt: skip
        add["/live/device/get/parameter/value_string"] = lambda args: (
            *map(int, map(_number, args[:3])), self._parameter(args).text
        )  # fmt: skip
        add["/live/device/get/parameter/name"] = lambda args: (
            *map(int, map(_number, args[:3])), self._parameter(args).name
        )  # fmt: skip
        add["/live/device/get/parameter/value"] = lambda args: (
            *map(int, map(_number, args[:3])), self._parameter(args).raw
        )  # fmt: skip
        add["/live/device/set/parameter/value"] = self._set_parameter
        add["/live/track/set/mute"] = self._set_mute
        self._add_clips()

    def _add_clips(self) -> None:
        add = self._handlers
        add["/live/track/get/has_midi_input"] = lambda args: (*args, self._at(args).has_midi)
        add["/live/track/get/clips/name"] = lambda args: (
            *args, *(clip.name if clip else None for clip in self._at(args).clips)
        )  # fmt: skip
        add["/live/track/get/clips/length"] = lambda args: (
            *args, *(clip.length if clip else None for clip in self._at(args).clips)
        )  # fmt: skip
        add["/live/clip_slot/get/has_clip"] = lambda args: (
            *args, self._at(args).clips[int(_number(args[1]))] is not None
        )  # fmt: skip
        add["/live/clip_slot/create_clip"] = self._create_clip
        add["/live/clip_slot/delete_clip"] = self._delete_clip
        add["/live/clip/set/name"] = lambda args: setattr(self._clip(args), "name", args[2])
        for name in LiveAudioClip.READABLE:
            add[f"/live/clip/get/{name}"] = lambda args, name=name: (  # type: ignore[misc]
                *args, self._any_clip(args).get(name)
            )  # fmt: skip
        for name in LiveAudioClip.WRITABLE:
            add[f"/live/clip/set/{name}"] = lambda args, name=name: (  # type: ignore[misc]
                self._any_clip(args).put(name, args[2])
            )  # fmt: skip
        add["/live/clip/get/notes"] = self._notes
        add["/live/clip/add/notes"] = self._add_notes
        add["/live/clip/remove/notes"] = self._remove_notes

    def _any_clip(self, args: tuple[OscArg, ...]) -> LiveAudioClip:
        clip = self._at(args).clips[int(_number(args[1]))]
        if not isinstance(clip, LiveAudioClip):
            raise AttributeError("'NoneType' object has no attribute 'file_path'")
        return clip

    def _clip(self, args: tuple[OscArg, ...]) -> LiveClip:
        clip = self._at(args).clips[int(_number(args[1]))]
        if not isinstance(clip, LiveClip):
            raise AttributeError("'NoneType' object has no attribute 'get_notes_extended'")
        return clip

    def _create_clip(self, args: tuple[OscArg, ...]) -> None:
        slots, place = self._at(args).clips, int(_number(args[1]))
        if slots[place] is not None:
            raise RuntimeError("Clip slot already has a clip")
        slots[place] = LiveClip(_number(args[2]))

    def _delete_clip(self, args: tuple[OscArg, ...]) -> None:
        self._clip(args)
        self._at(args).clips[int(_number(args[1]))] = None

    def _within(self, args: tuple[OscArg, ...]) -> list[tuple[int, float, float, float, bool]]:
        low, span, start, length = map(_number, args[2:6])
        return [
            note
            for note in self._clip(args).notes
            if low <= note[0] < low + span and start <= note[1] < start + length
        ]

    def _notes(self, args: tuple[OscArg, ...]) -> tuple[OscArg, ...]:
        values: tuple[OscArg, ...] = tuple(value for note in self._within(args) for value in note)
        return (*args[:2], *values)

    def _add_notes(self, args: tuple[OscArg, ...]) -> None:
        values = args[2:]
        for start in range(0, len(values), 5):
            pitch, begin, length, velocity, mute = values[start : start + 5]
            note = (int(_number(pitch)), f32(_number(begin)), f32(_number(length)),
                    _number(velocity), bool(mute))  # fmt: skip
            self._clip(args).notes.append(note)

    def _remove_notes(self, args: tuple[OscArg, ...]) -> None:
        gone = self._within(args)
        clip = self._clip(args)
        clip.notes = [note for note in clip.notes if note not in gone]

    def _add_mixer(self, topic: str) -> None:
        def get(args: tuple[OscArg, ...]) -> tuple[OscArg, ...]:
            return (int(_number(args[0])), getattr(self._at(args), topic).raw)

        def put(args: tuple[OscArg, ...]) -> None:
            track = self._at(args)
            self._write(track, Param.GAIN if topic == "volume" else Param.PAN, args[1])

        def listen(args: tuple[OscArg, ...]) -> None:
            track, index = self._at(args), int(_number(args[0]))
            self._listeners[topic, index] = (track, args[1:])
            self._say(f"/live/track/get/{topic}", (index, *args[1:], getattr(track, topic).raw))

        self._handlers[f"/live/track/get/{topic}"] = get
        self._handlers[f"/live/track/set/{topic}"] = put
        self._handlers[f"/live/track/start_listen/{topic}"] = listen

    def _add_device_list(self, what: str, attribute: str) -> None:
        def get(args: tuple[OscArg, ...]) -> tuple[OscArg, ...]:
            parameters = self._device(args).parameters
            return (*map(int, map(_number, args[:2])), *(getattr(p, attribute) for p in parameters))

        self._handlers[f"/live/device/get/parameters/{what}"] = get

    def _track_data(self, args: tuple[OscArg, ...]) -> tuple[OscArg, ...]:
        low, high, *properties = args
        end = len(self.tracks) if high == -1 else int(_number(high))
        known: dict[str, Callable[[LiveTrack], OscArg]] = {
            "track.is_frozen": lambda track: track.is_frozen,
            "track.name": lambda track: track.name,
            "track.mute": lambda track: track.mute,
            "track.solo": lambda track: track.solo,
            "track.output_meter_level": lambda track: track.meter,
        }
        return tuple(
            known[str(name)](self.tracks[place])
            for place in range(int(_number(low)), end)
            for name in properties
        )

    def _set_log_level(self, args: tuple[OscArg, ...]) -> None:
        assert args[0] in ("debug", "info", "warning", "error", "critical")
        self.log_level = str(args[0])

    def _set_parameter(self, args: tuple[OscArg, ...]) -> None:
        device, parameter = self._device(args), self._parameter(args)
        for param, name in GAIN_NAMES.items():
            if device is self._at(args).eq and parameter.name == name:
                self._write(self._at(args), param, args[3])
                return
        self._change(parameter, args[3])
        self.strayed.append(f"{device.class_name} {parameter.name}")

    def _write(self, track: LiveTrack, param: Param, value: OscArg) -> None:
        parameter = track.parameter(param)
        before = parameter.raw
        self._change(parameter, value)
        self.written.append(Written(track.uid, param, f32(_number(value)), before, self.ticks))

    def _set_mute(self, args: tuple[OscArg, ...]) -> None:
        if isinstance(args[1], float):
            raise TypeError("Python argument types in None.None(Track, float)")
        self._at(args).mute = bool(args[1])

    def _at(self, args: tuple[OscArg, ...]) -> LiveTrack:
        return self.tracks[int(_number(args[0]))]

    def _device(self, args: tuple[OscArg, ...]) -> Device:
        return self._at(args).devices[int(_number(args[1]))]

    def _parameter(self, args: tuple[OscArg, ...]) -> Parameter:
        return self._device(args).parameters[int(_number(args[2]))]


def as_in_max(name: str) -> str:
    """A name as Max hands it to a script: a list of atoms, in which a number is no text."""
    words = []
    for word in name.split():
        try:
            value = float(word)
        except ValueError:
            words.append(word)
        else:
            words.append(str(int(value)) if value.is_integer() else str(value))
    return " ".join(words)


class FakeHub:
    """Our device on the master: tells ids and names in order, and what is automated.

    Attributes:
        spell: How a name comes back from Live's API in Max.
    """

    def __init__(self, live: FakeLive) -> None:
        self.live = live
        self.spell = as_in_max
        self.bars: dict[tuple[str, str], str] = {}
        self._told: list[tuple[str, str]] | None = None

    def look(self) -> list[OscMessage]:
        """What it says by itself: everything, when the list of tracks is another."""
        now = [(track.uid, track.name) for track in self.live.tracks]
        if now == self._told:
            return []
        self._told = now
        return list(self.dump())

    def dump(self) -> Iterator[OscMessage]:
        yield OscMessage("/mix/tracks", (len(self.live.tracks),))
        for number, track in enumerate(self.live.tracks, start=1):
            place = f"/mix/track/{number}"
            yield OscMessage(f"{place}/id", (track.uid,))
            yield OscMessage(f"{place}/name", (self.spell(track.name),))
            yield OscMessage(f"{place}/gain", (track.value(Param.GAIN),))
            yield OscMessage(f"{place}/pan", (track.panning.raw,))
            yield OscMessage(f"{place}/mute", (int(track.mute),))
            for (uid, kind), reason in self.bars.items():
                if uid == track.uid:
                    yield OscMessage(f"{place}/barred/{kind}", (reason,))
        yield OscMessage("/mix/synced", (0,))


def tap(track: LiveTrack, peak_dbfs: float, seq: int = 1) -> OscMessage:
    """What a track device says of a sound."""
    levels = (peak_dbfs - 3.0, peak_dbfs, *[peak_dbfs - 13.0] * 10)
    return OscMessage("/mix/tap", (int(track.uid), seq, *levels))


def encode_reply(address: str, args: tuple[OscArg, ...]) -> bytes:
    """As AbletonOSC's copy of python-osc writes it: booleans and nothing have no bytes."""
    tags, body = ",", b""
    for arg in args:
        if arg is None or isinstance(arg, bool):
            tags += "N" if arg is None else "T" if arg else "F"
        elif isinstance(arg, int):
            tags, body = tags + "i", body + struct.pack(">i", arg)
        elif isinstance(arg, float):
            tags, body = tags + "f", body + struct.pack(">f", arg)
        elif isinstance(arg, bytes):
            tags, body = (
                tags + "b",
                body + struct.pack(">i", len(arg)) + arg + b"\0" * (-len(arg) % 4),
            )
        else:
            assert isinstance(arg, str), arg  # AbletonOSC sends no blobs
            tags, body = tags + "s", body + _padded(arg)
    return _padded(address) + _padded(tags) + body


def _padded(text: str) -> bytes:
    raw = text.encode()
    return raw + b"\0" * (4 - len(raw) % 4)


def _number(arg: OscArg) -> float:
    if arg is None or isinstance(arg, str | bytes):
        raise TypeError(f"expected a number, got {arg!r}")
    return arg
