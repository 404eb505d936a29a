# ruff: noqa: N802 - ReaScript's own names, and a list that is read better as a text
"""A REAPER in memory, built from what is known of the real one; see docs/reaper.md.

It has tracks with GUIDs, a named stack of undo with redo, an OSC surface that follows a pattern
file, and the part of ReaScript's API that the scripts use. Time passes in turns of 1/30 s.
"""

import copy
import math
import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from bridge.daw import reaper_rows as rows
from bridge.mix.params import EQ_BANDS, SILENCE_DB, Param
from bridge.osc.encode import encode
from bridge.osc.message import OscArg, OscMessage

SCRIPTS = Path(__file__).parents[2] / "reaper_scripts"
TURN_S = 1.0 / 30.0
MAX_MESSAGE_BYTES = 1024
KINDS = {
    Param.EQ_LOW: (1, 0),
    Param.EQ_LOWMID: (2, 0),
    Param.EQ_HIGHMID: (2, 1),
    Param.EQ_HIGH: (4, 0),
}
OPENING_HZ = (100.0, 300.0, 1000.0, 5000.0)
PAN_MODES = {0: "Balance (classic)", 3: "Balance", 5: "Stereo pan", 6: "Dual pan"}

# The keys of REAPER's own default pattern file that matter here, and the flags of its language.
KNOWN_KEYS = frozenset(
    """
    ACTION ANY_SOLO BEAT DEVICE_EQ DEVICE_FX_COUNT DEVICE_FX_FOLLOWS DEVICE_FX_INST_PARAM_COUNT
    DEVICE_FX_PARAM_COUNT DEVICE_MARKER_COUNT DEVICE_RECEIVE_COUNT DEVICE_REGION_COUNT
    DEVICE_ROTARY_CENTER DEVICE_SEND_COUNT DEVICE_TRACK_BANK_FOLLOWS DEVICE_TRACK_BANK_SELECT
    DEVICE_TRACK_COUNT DEVICE_TRACK_FOLLOWS DEVICE_TRACK_SELECT FX_EQ_BAND_FREQ FX_EQ_BAND_GAIN
    FX_EQ_BAND_Q FX_EQ_HISHELF_FREQ FX_EQ_HISHELF_GAIN FX_EQ_HISHELF_Q FX_EQ_LOSHELF_FREQ
    FX_EQ_LOSHELF_GAIN FX_EQ_LOSHELF_Q FX_PARAM_VALUE MASTER_PAN MASTER_VOLUME MASTER_VU
    MASTER_VU_L MASTER_VU_R PAUSE PLAY REAPER_TRACK_FOLLOWS RECORD STOP TEMPO TIME TRACK_MUTE
    TRACK_NAME TRACK_NUMBER TRACK_PAN TRACK_PAN_MODE TRACK_PAN_TOUCH TRACK_SELECT TRACK_SOLO
    TRACK_VOLUME TRACK_VOLUME_TOUCH TRACK_VU TRACK_VU_L TRACK_VU_R
    """.split()  # noqa: SIM905
)
SETTINGS = re.compile(r"(DEVICE|REAPER)_\w+ (?P<value>[A-Z0-9_.]+)$")


class PatternError(ValueError):
    """REAPER would void the whole file, silently."""


def read_patterns(text: str) -> tuple[dict[str, list[tuple[str, str]]], dict[str, str]]:
    """Patterns by key, as (flag, address), and settings; as strict as REAPER, and loud."""
    patterns: dict[str, list[tuple[str, str]]] = {}
    chosen: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        key, *words = line.split()
        if key not in KNOWN_KEYS:
            raise PatternError(f"unknown key {key}")
        if SETTINGS.match(line) and not words[0][0].islower():
            if key == "DEVICE_EQ" and words[0] != "INSERT":
                raise PatternError("DEVICE_EQ knows INSERT only")
            chosen[key] = words[0]
            continue
        for word in words:
            flag, address = word[0], word[1:]
            if flag not in "nfbtrsi" or not address.startswith("/"):
                raise PatternError(f"{key}: {word}")
            if address.count("@") > 16 or len(words) > 16:
                raise PatternError(f"{key}: too many wildcards or patterns")
            patterns.setdefault(key, []).append((flag, address))
    return patterns, chosen


@dataclass(eq=False)
class Track:
    """A track; volume and meters are amplitudes, EQ values are ReaEQ's own positions."""

    name: str
    guid: str
    volume: float = 1.0
    pan: float = 0.0
    pan_mode: int = 3
    auto_mode: int = 0
    envelopes: set[str] = field(default_factory=set)
    mute: bool = False
    solo: bool = False
    is_selected: bool = False
    has_eq: bool = True
    is_eq_on: bool = True
    off_bands: set[tuple[int, int]] = field(default_factory=set)
    gains: dict[tuple[int, int], float] = field(
        default_factory=lambda: dict.fromkeys(KINDS.values(), 0.5)
    )
    freqs: dict[tuple[int, int], float] = field(
        default_factory=lambda: {
            kind: rows.eq_freq_normalised(hz)
            for kind, hz in zip(KINDS.values(), OPENING_HZ, strict=True)
        }
    )
    peaks: tuple[float, float] = (0.0, 0.0)

    def value(self, param: Param) -> float:
        """What a control holds, in the units of the core."""
        match param:
            case Param.GAIN:
                return 20.0 * math.log10(self.volume) if self.volume > 0 else SILENCE_DB
            case Param.PAN:
                return self.pan
            case Param.MUTE | Param.SOLO:
                return float(self.mute if param is Param.MUTE else self.solo)
        return rows.eq_gain_db(self.gains[KINDS[param]])

    def put(self, param: Param, value: float) -> None:
        """Set a control, in the units of the core."""
        match param:
            case Param.GAIN:
                self.volume = 10.0 ** (value / 20.0)
            case Param.PAN:
                self.pan = value
            case Param.MUTE:
                self.mute = value != 0.0
            case Param.SOLO:
                self.solo = value != 0.0
            case _:
                self.gains[KINDS[param]] = rows.eq_gain_normalised(value)


class _Form(NamedTuple):
    address: str
    key: str
    flag: str
    bell: int


@dataclass(frozen=True)
class Written:
    """A value that came from outside, by whichever lane."""

    guid: str
    param: Param
    value: float
    lane: str


class FakeReaper:
    """REAPER with a project, its OSC surface and what scripts can call.

    Attributes:
        written: Every value that came from the bridge.
        is_port_taken: Another program had the OSC port: nothing is heard or said.
        resource: The resource folder, for scripts.
        gmem: The shared memory of the scripts and the probe.
    """

    def __init__(
        self,
        names: Iterable[str] = (),
        *,
        resource: Path = Path("nowhere"),
        pattern_text: str = "",
        meter_range: tuple[float, float] = (-62.0, 6.0),
        has_late_socket: bool = True,
    ) -> None:
        self._guids = 0
        text = pattern_text or (SCRIPTS / "mixbridge.ReaperOSC").read_text(encoding="utf-8")
        self.patterns, self.chosen = read_patterns(text)
        self.tracks = [self._new(name) for name in names]
        self.resource = resource
        self.meter_range = meter_range
        self.written: list[Written] = []
        self.is_port_taken = False
        self.is_playing = True
        self.project = "song.rpp"
        self.now = 1000.0
        self.gmem: dict[int, float] = {}
        self.ext_states: dict[tuple[str, str], str] = {}
        self.change_count = 0
        self._points: list[tuple[str, list[Track]]] = [("", self._copy())]
        self._at_point = 0
        self._depth = 0
        self._cache: dict[str, OscArg] = {}
        self._forms_of: dict[int, list[_Form]] = {}
        self._told_phantoms: set[int] = set()
        self._written: set[str] = set()
        self._device_track = 0
        self._turns = 0
        if has_late_socket:  # the first dump is lost, and remembered as said
            self._say_changes()

    # -- the project and its undo --------------------------------------------------------------

    def _new(self, name: str) -> Track:
        self._guids += 1
        return Track(name, guid=f"{{{self._guids:08X}-FACE}}")

    def track(self, name: str) -> Track:
        (found,) = (track for track in self.tracks if track.name == name)
        return found

    def _copy(self) -> list[Track]:
        return [copy.deepcopy(track) for track in self.tracks]

    def commit(self, label: str) -> None:
        """A new point of undo; what was undone cannot be redone any more."""
        self.change_count += 1
        self._points = [*self._points[: self._at_point + 1], (label, self._copy())]
        self._at_point += 1

    def hand(self, name: str, param: Param, value: float) -> None:
        """A person moves a control; the other selected tracks go with it."""
        target = self.track(name)
        self._gang(target, param, value)
        self.commit("Adjust track controls")

    def _gang(self, target: Track, param: Param, value: float) -> list[Track]:
        ganged = [target]
        is_ganged = target.is_selected and param in (Param.GAIN, Param.PAN)
        for other in self.tracks if is_ganged else ():
            if other.is_selected and other is not target:
                other.put(param, other.value(param) + value - target.value(param))
                ganged.append(other)
        target.put(param, value)
        return ganged

    def reorder(self, names: Iterable[str]) -> None:
        self.tracks = [self.track(name) for name in names]
        self.commit("Reorder tracks")

    def insert(self, place: int, name: str) -> None:
        self.tracks.insert(place, self._new(name))
        self.commit("Insert track")

    def remove(self, name: str) -> None:
        self.tracks.remove(self.track(name))
        self.commit("Remove track")

    def select(self, *names: str) -> None:
        for track in self.tracks:
            track.is_selected = track.name in names
        self.change_count += 1

    @property
    def undo_name(self) -> str:
        return self._points[self._at_point][0]

    @property
    def redo_name(self) -> str:
        after = self._at_point + 1
        return self._points[after][0] if after < len(self._points) else ""

    @property
    def labels(self) -> list[str]:
        """The points that undo can go through, oldest first."""
        return [label for label, _ in self._points[1 : self._at_point + 1]]

    def undo(self) -> None:
        self._go_to(self._at_point - 1)

    def redo(self) -> None:
        self._go_to(self._at_point + 1)

    def _go_to(self, point: int) -> None:
        self._at_point = point
        now = {track.guid: track for track in self.tracks}
        self.tracks = []
        for kept in self._points[point][1]:
            track = now.get(kept.guid, kept)
            peaks, is_selected = track.peaks, track.is_selected
            track.__dict__.update(copy.deepcopy(kept).__dict__)
            track.peaks, track.is_selected = peaks, is_selected
            self.tracks.append(track)
        self.change_count += 1

    # -- the OSC surface -----------------------------------------------------------------------

    def hear_osc(self, messages: Iterable[OscMessage]) -> None:
        """One datagram; a message that is too long takes the rest of it along."""
        for message in messages:
            if self.is_port_taken or len(encode(message)) > MAX_MESSAGE_BYTES:
                return
            if all(type(arg) in (int, float, str) for arg in message.args):
                self._obey(message)

    def _obey(self, message: OscMessage) -> None:
        found = self._match(message.address)
        if found is None or len(message.args) != 1:
            return
        key, flag, numbers = found
        arg = message.args[0]
        if key == "ACTION" and arg == 41743:
            self._cache.clear()
            self._told_phantoms.clear()
        elif key == "DEVICE_TRACK_COUNT" and isinstance(arg, int):
            self.chosen[key] = str(arg)
        elif key == "DEVICE_TRACK_SELECT" and isinstance(arg, int):
            self._device_track = arg
        elif numbers and 1 <= numbers[0] <= len(self.tracks) and isinstance(arg, float):
            self._write(self.tracks[numbers[0] - 1], key, numbers, flag, arg, message.address)
        elif numbers == [0]:
            raise AssertionError(f"the master was written: {message}")

    def _write(
        self, target: Track, key: str, numbers: list[int], flag: str, arg: float, address: str
    ) -> None:
        if key == "TRACK_VOLUME" and flag == "f":
            param, value = Param.GAIN, arg
        elif key == "TRACK_PAN":
            param, value = Param.PAN, arg if flag == "f" else 2.0 * arg - 1.0
        elif key.startswith("FX_EQ") and key.endswith("GAIN") and flag == "n" and target.has_eq:
            param = self._eq_param(key, numbers)
            value = rows.eq_gain_db(arg)
        else:
            return
        for track in self._gang(target, param, value):
            self.written.append(Written(track.guid, param, track.value(param), "osc"))
        self.change_count += 1
        self._written.add(address)

    def _match(self, address: str) -> tuple[str, str, list[int]] | None:
        for key, patterns in self.patterns.items():
            for flag, pattern in patterns:
                found = re.fullmatch(re.escape(pattern).replace("@", "([0-9]+)"), address)
                if found:
                    return key, flag, [int(number) for number in found.groups()]
        return None

    @staticmethod
    def _eq_param(key: str, numbers: list[int]) -> Param:
        band = key.removeprefix("FX_EQ_").rpartition("_")[0]
        bell = numbers[1] if band == "BAND" else 0
        return {"LOSHELF": EQ_BANDS[0], "BAND": EQ_BANDS[1 + bell], "HISHELF": EQ_BANDS[3]}[band]

    def _forms(self, number: int) -> list[_Form]:
        """The addresses of one place of the bank."""
        if number not in self._forms_of:
            self._forms_of[number] = [
                _Form(address.replace("@", str(bell)), key, flag, bell)
                for key, patterns in self.patterns.items()
                for flag, pattern in patterns
                if pattern.startswith("/track/@/")
                if not key.endswith("TOUCH") and not pattern.endswith("/raw")
                for address in [pattern.replace("@", str(number), 1)]
                for bell in (range(2) if "BAND" in key else (0,))
            ]
        return self._forms_of[number]

    def _say_changes(self) -> list[OscMessage]:
        """What differs from what was said; meters at every second turn."""
        said: list[OscMessage] = []
        for number in range(1, int(self.chosen["DEVICE_TRACK_COUNT"]) + 1):
            track = self.tracks[number - 1] if number <= len(self.tracks) else None
            if track is None and number in self._told_phantoms:
                continue
            for form in self._forms(number):
                arg = self._says(track, number, form)
                if arg is not None:
                    self._say(form.address, arg, said)
            (self._told_phantoms.add if track is None else self._told_phantoms.discard)(number)
        device = str(self._device_track) if self._device_track else ""
        for flag, pattern in self.patterns.get("TRACK_NUMBER", ()):
            if "@" not in pattern and flag == "s":
                self._say(pattern, device, said)
        for _, pattern in self.patterns.get("PLAY", ()):
            self._say(pattern, float(self.is_playing), said)
        self._written.clear()
        return said

    def _say(self, address: str, arg: OscArg, said: list[OscMessage]) -> None:
        is_later = self._turns % 2 and "/vu" in address
        if self._cache.get(address) == arg or is_later:
            return
        self._cache[address] = arg
        if address not in self._written:  # the form that was written is not echoed
            said.append(OscMessage(address, (arg,)))

    def _says(self, track: Track | None, number: int, form: _Form) -> OscArg | None:
        key = form.key
        if key.startswith("FX_EQ"):
            if track is None or not track.has_eq:
                return None
            kind = KINDS[self._eq_param(key, [0, form.bell])]
            value = (track.freqs if key.endswith("FREQ") else track.gains)[kind]
            return f"{rows.eq_gain_db(value):.1f}dB" if form.flag == "s" else value
        if key.startswith("TRACK_VU"):
            return self._vu(track.peaks[key.endswith("R")] if track else 0.0)
        if key == "TRACK_VOLUME":
            level = track.value(Param.GAIN) if track else SILENCE_DB
            if form.flag != "s":
                return level
            return f"{level:.2f}dB" if level > SILENCE_DB else "-inf dB"
        if track is None:
            padding: dict[str, OscArg] = {"TRACK_NAME": f"Track {number}", "TRACK_NUMBER": ""}
            return padding.get(key, PAN_MODES[3] if key == "TRACK_PAN_MODE" else 0.0)
        return {
            "TRACK_NAME": track.name,
            "TRACK_NUMBER": str(number),
            "TRACK_PAN": (track.pan + 1.0) / 2.0,
            "TRACK_PAN_MODE": PAN_MODES[track.pan_mode],
            "TRACK_MUTE": float(track.mute),
            "TRACK_SOLO": float(track.solo),
            "TRACK_SELECT": float(track.is_selected),
        }[key]

    def _vu(self, amplitude: float) -> float:
        low, high = self.meter_range
        level = 20.0 * math.log10(amplitude) if amplitude > 0 else -150.0
        return min(max((level - low) / (high - low), 0.0), 1.0)

    # -- time ----------------------------------------------------------------------------------

    def turn(self) -> list[OscMessage]:
        """One turn of REAPER's main thread; what the surface says in it."""
        self.now += TURN_S
        self._turns += 1
        return [] if self.is_port_taken else self._say_changes()

    # -- ReaScript -----------------------------------------------------------------------------

    def api(self) -> dict[str, Callable[..., Any]]:
        """The functions of the table `reaper` that the scripts use."""
        names = [name for name in dir(self) if name.startswith("api_")]
        return {name.removeprefix("api_"): getattr(self, name) for name in names}

    def api_GetResourcePath(self) -> str:
        return str(self.resource)

    def api_GetAppVersion(self) -> str:
        return "7.79/fake"

    def api_time_precise(self) -> float:
        return self.now

    def api_RecursiveCreateDirectory(self, path: str, _: int) -> int:
        Path(path).mkdir(parents=True, exist_ok=True)
        return 1

    def api_EnumProjects(self, _: int) -> tuple[str, str]:
        return "project", self.project

    def api_GetPlayState(self) -> int:
        return int(self.is_playing)

    def api_GetProjectStateChangeCount(self, _: int) -> int:
        return self.change_count

    def api_get_config_var_string(self, name: str) -> tuple[bool, str]:
        known = dict(zip(("vuminvol", "vumaxvol"), self.meter_range, strict=True))
        return name in known, str(known.get(name, ""))

    def api_GetExtState(self, section: str, key: str) -> str:
        return self.ext_states.get((section, key), "")

    def api_SetExtState(self, section: str, key: str, value: str, _: bool) -> None:
        self.ext_states[section, key] = value

    def api_AddRemoveReaScript(self, _: bool, __: int, path: str, ___: bool) -> int:
        return 1 if Path(path).is_file() else 0

    def api_set_action_options(self, _: int) -> None:
        pass

    def api_CountTracks(self, _: int) -> int:
        return len(self.tracks)

    def api_GetTrack(self, _: int, index: int) -> Track:
        return self.tracks[int(index)]

    def api_GetTrackGUID(self, track: Track) -> str:
        return track.guid

    def api_GetTrackName(self, track: Track) -> tuple[bool, str]:
        return True, track.name

    def api_GetTrackUIVolPan(self, track: Track) -> tuple[bool, float, float]:
        return True, track.volume, track.pan

    def api_IsTrackSelected(self, track: Track) -> bool:
        return track.is_selected

    def api_GetMediaTrackInfo_Value(self, track: Track, key: str) -> float:
        return float(
            {
                "I_PANMODE": track.pan_mode,
                "I_AUTOMODE": track.auto_mode,
                "B_MUTE": track.mute,
                "I_SOLO": track.solo,
            }[key]
        )

    def api_SetMediaTrackInfo_Value(self, track: Track, key: str, value: float) -> bool:
        param = {"D_VOL": Param.GAIN, "D_PAN": Param.PAN}[key]
        assert track in self.tracks
        if param is Param.GAIN:
            track.volume = value
        else:
            track.pan = value
        self.written.append(Written(track.guid, param, track.value(param), "companion"))
        return True

    def api_GetTrackEnvelopeByName(self, track: Track, name: str) -> str | None:
        return name if name in track.envelopes else None

    def api_GetFXEnvelope(self, track: Track, _: int, __: int, ___: bool) -> str | None:
        return "EQ" if "EQ" in track.envelopes else None

    def api_Track_GetPeakInfo(self, track: Track, channel: int) -> float:
        return track.peaks[int(channel)]

    def api_TrackFX_GetEQ(self, track: Track, _: bool) -> int:
        return 0 if track.has_eq else -1

    def api_TrackFX_GetEnabled(self, track: Track, _: int) -> bool:
        return track.is_eq_on

    def api_TrackFX_GetNumParams(self, _: Track, __: int) -> int:
        return 3 * len(KINDS) + 1

    def api_TrackFX_GetEQParam(
        self, track: Track, _: int, index: int
    ) -> tuple[bool, int, int, int, float]:
        band, what = divmod(int(index), 3)
        if band == len(KINDS):
            return True, -1, 0, 1, 0.5
        kind = list(KINDS.values())[band]
        return True, *kind, what, (track.freqs[kind], track.gains[kind], 0.25)[what]

    def api_TrackFX_GetEQBandEnabled(self, track: Track, _: int, kind: int, band: int) -> bool:
        return (kind, band) not in track.off_bands

    def api_TrackFX_SetEQParam(
        self, track: Track, _: int, kind: int, band: int, what: int, value: float, is_norm: bool
    ) -> bool:
        assert is_norm
        assert what == 1
        track.gains[int(kind), int(band)] = value
        (param,) = (param for param, place in KINDS.items() if place == (int(kind), int(band)))
        self.written.append(Written(track.guid, param, track.value(param), "companion"))
        self.change_count += 1
        return True

    def api_TrackList_AdjustWindows(self, _: bool) -> None:
        pass

    def api_Undo_BeginBlock2(self, _: int) -> None:
        self._depth += 1

    def api_Undo_EndBlock2(self, _: int, label: str, __: int) -> None:
        self._depth -= 1
        assert self._depth == 0
        self.commit(label)

    def api_Undo_CanUndo2(self, _: int) -> str | None:
        return self.undo_name or None

    def api_Undo_CanRedo2(self, _: int) -> str | None:
        return self.redo_name or None

    def api_gmem_attach(self, _: str) -> None:
        pass

    def api_gmem_read(self, index: int) -> float:
        return self.gmem.get(int(index), 0.0)


class LuaScript:
    """One of the scripts, run by a real Lua 5.4 inside a `FakeReaper`."""

    def __init__(self, reaper: FakeReaper, name: str, **globals_: object) -> None:
        from lupa.lua54 import LuaRuntime

        self.reaper = reaper
        self.faults: list[str] = []
        self._lua = LuaRuntime(unpack_returned_tuples=True)
        self._deferred: deque[Any] = deque()
        self._at_exit: list[Any] = []
        table = {**reaper.api(), "defer": self._deferred.append, "atexit": self._at_exit.append}
        self._lua.globals()["reaper"] = self._lua.table_from(table)
        for key, value in globals_.items():
            self._lua.globals()[key] = (
                self._lua.table_from(value) if isinstance(value, dict) else value
            )
        self._lua.globals()["dofile"](str(SCRIPTS / f"mixbridge_{name}.lua"))

    @property
    def is_running(self) -> bool:
        return bool(self._deferred)

    def tick(self) -> None:
        """What was deferred, once."""
        for _ in range(len(self._deferred)):
            self._deferred.popleft()()

    def stop(self) -> None:
        """REAPER ends the script, with what it wanted done at its exit."""
        self._deferred.clear()
        for leave in self._at_exit:
            leave()

    def kill(self) -> None:
        """It is gone, without a word."""
        self._deferred.clear()


class Folder:
    """The daemon's end of the companion's files, without the daemon: what changed, as messages."""

    def __init__(self, resource: Path) -> None:
        self._folder = resource / "mixbridge"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._texts: dict[str, str] = {}

    def read(self) -> list[OscMessage]:
        said = []
        for name in ("state", "levels"):
            path = self._folder / f"{name}.txt"
            text = path.read_text(encoding="utf-8") if path.exists() else ""
            if text and text != self._texts.get(name):
                said.append(OscMessage(f"/companion/{name}", (text,)))
            self._texts[name] = text
        return said

    def write(self, message: OscMessage) -> None:
        path = self._folder / "commands.txt"
        path.write_text(str(message.args[0]), encoding="utf-8")
