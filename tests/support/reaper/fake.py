"""A REAPER in memory, built from what is known of the real one; see docs/reaper.md.

It has tracks with GUIDs, a named stack of undo with redo, an OSC surface that follows a pattern
file, and ReaScript for the scripts (`reaper_script`). Time passes in turns of 1/30 s; a person's
hand comes between two of them.

The rules of the surface are those of Cockos' source of it (``reaper_csurf/csurf_osc.cpp`` of the
REAPER SDK, version of 2026-07); the names are of its functions:

- `UpdateSurfaceTrack`: an empty place of the bank says a name ("Track 9"), its number, silence and
  a pan mode, as a track does. Only the EQ is said of real tracks alone, and of those without a
  ReaEQ by defaults: 0 Hz, half a gain, switched off. A track that is named as its number, or not
  at all, is "Track 9" too. Track 0, the master, says its EQ at each dump.
- `SetSurfaceVal`: what is said is kept by address, and not said again while it is the same. The
  form that was written is neither said nor kept; so after a write REAPER still thinks that its old
  value was said, and does not say that one when a hand brings it back.
- `SetSurfaceVolumeImpl`: a fader's text has two decimals, an EQ's gain what ReaEQ shows: one.
- A hand is said when it moves, not at the end of the turn, and the surface reads its socket once a
  turn (`Run`): a hand that our write overwrites is heard, and then our value.
- `CSURF_EXT_RESET`: action 41743 forgets what was said and says everything.
"""

import copy
import math
import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from bridge.daws.reaper.wire import rows
from bridge.mix.params import EQ_BANDS, SILENCE_DB, Param
from bridge.osc.encode import encode
from bridge.osc.message import OscArg, OscMessage
from support.reaper.patterns import KINDS, PAN_MODES, PatternError, Track, read_patterns
from support.reaper.script import ReaScript

__all__ = ["FakeReaper", "Folder", "LuaScript", "PatternError", "Written", "read_patterns"]

SCRIPTS = Path(__file__).parents[3] / "reaper_scripts"
TURN_S = 1.0 / 30.0
MAX_MESSAGE_BYTES = 1024


class _Form(NamedTuple):
    address: str
    key: str
    flag: str
    bell: int


@dataclass(frozen=True)
class Written:
    """A value that came from outside, by whichever lane, and what stood there until then."""

    guid: str
    param: Param
    value: float
    lane: str
    before: float
    at: float


class FakeReaper:
    """REAPER with a project, its OSC surface and what scripts can call.

    Attributes:
        written: Every value that came from the bridge.
        is_port_taken: Another program had the OSC port: nothing is heard or said.
        resource: The resource folder, for scripts.
        gmem: The shared memory of the scripts and the probe.
        script: What scripts can call.
        automation_override: The global one; -1 for none.
        touched_eq: The track whose ReaEQ a hand touched last.
        depth: Open blocks of undo.
        turned: Every parameter of a synth that the companion has set: track, name and value.
        has_track_eq: The surface says the EQ of all tracks, as it does since REAPER 7.74.
    """

    def __init__(
        self,
        names: Iterable[str] = (),
        *,
        resource: Path = Path("nowhere"),
        pattern_text: str = "",
        meter_range: tuple[float, float] = (-62.0, 6.0),
        has_late_socket: bool = True,
        has_track_eq: bool = True,
    ) -> None:
        self._guids = 0
        self.has_track_eq = has_track_eq
        text = pattern_text or (SCRIPTS / "mixbridge.ReaperOSC").read_text(encoding="utf-8")
        self.patterns, self.chosen = read_patterns(text)
        self.tracks = [self._new(name) for name in names]
        self.resource = resource
        self.meter_range = meter_range
        self.turned: list[tuple[str, str, float]] = []
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
        self.depth = 0
        self.automation_override = -1
        self.touched_eq: Track | None = None
        self.script = ReaScript(self)
        self._held: dict[tuple[str, Param], float] = {}
        self._cache: dict[str, OscArg] = {}
        self._forms_of: dict[int, list[_Form]] = {}
        self._told_phantoms: set[int] = set()
        self._written = ""  # the address that is being written
        self._unsaid: dict[str, OscArg] = {}  # what was written, by the form that is not said
        self._is_turning = False
        self._heard: list[list[OscMessage]] = []
        self._said: list[OscMessage] = []  # since the last turn
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
        self.drag(name, param, value)
        self.let_go()

    def drag(self, name: str, param: Param, value: float) -> None:
        """A person moves a control and holds it: there is no point of undo yet."""
        target = self.track(name)
        if param in EQ_BANDS:
            self.touched_eq = target
        self._say_of(self._gang(target, param, value))

    def let_go(self) -> None:
        """A person lets a control go."""
        self.commit("Adjust track controls")

    def record(self, track: Track, param: Param, lane: str) -> None:
        """A value was written from outside."""
        where = (track.guid, param)
        before = self._held.get(where, math.nan)
        self.written.append(Written(*where, track.value(param), lane, before, self.now))
        self._say_of([track])

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
        self._arrange("Reorder tracks")

    def insert(self, place: int, name: str) -> None:
        self.tracks.insert(place, self._new(name))
        self._arrange("Insert track")

    def remove(self, name: str) -> None:
        self.tracks.remove(self.track(name))
        self._arrange("Remove track")

    def _arrange(self, label: str) -> None:
        self.commit(label)
        self._say_of(self.tracks, is_list=True)

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
        self._say_of(self.tracks, is_list=True)

    # -- the OSC surface -----------------------------------------------------------------------

    def hear_osc(self, messages: Iterable[OscMessage]) -> None:
        """One datagram, read in the next turn; a message too long takes the rest along."""
        if not self.is_port_taken:
            self._heard.append(list(messages))

    def _read_socket(self) -> None:
        datagrams, self._heard = self._heard, []
        for messages in datagrams:
            for message in messages:
                if len(encode(message)) > MAX_MESSAGE_BYTES:
                    break
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
            self._said += self._say_changes()
        elif key == "DEVICE_TRACK_COUNT" and isinstance(arg, int):
            self.chosen[key] = str(arg)
        elif key == "DEVICE_TRACK_SELECT" and isinstance(arg, int):
            self._device_track = arg  # and `SetActiveTrackChange` says all of it
            if 1 <= arg <= len(self.tracks):
                self._say_place(arg, self._said)
        elif numbers == [0]:
            raise AssertionError(f"the master was written: {message}")
        elif numbers and 1 <= numbers[0] <= len(self.tracks) and isinstance(arg, float):
            self._written = message.address
            self._write(self.tracks[numbers[0] - 1], key, numbers, flag, arg)
            self._written = ""

    def _write(self, target: Track, key: str, numbers: list[int], flag: str, arg: float) -> None:
        if key == "TRACK_VOLUME" and flag == "f":
            param, value = Param.GAIN, arg
        elif key == "TRACK_PAN":
            param, value = Param.PAN, arg if flag == "f" else 2.0 * arg - 1.0
        elif key.startswith("FX_EQ") and key.endswith("GAIN") and flag == "n" and target.has_eq:
            param = self._eq_param(key, numbers)
            value = rows.eq_gain_db(arg)
        else:
            return
        self.change_count += 1
        before = {track.guid: track.value(param) for track in self.tracks}
        for track in self._gang(target, param, value):
            self._held[track.guid, param] = before[track.guid]
            self.record(track, param, "osc")

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
        """The addresses of one place of the bank; the EQ comes last, and alone of the master."""
        if number not in self._forms_of:
            forms = [
                _Form(address.replace("@", str(bell)), key, flag, bell)
                for key, patterns in self.patterns.items()
                for flag, pattern in patterns
                if pattern.startswith("/track/@/")
                if not key.endswith("TOUCH") and not pattern.endswith("/raw")
                if number or key.startswith("FX_EQ")
                for address in [pattern.replace("@", str(number), 1)]
                for bell in (range(2) if "BAND" in key else (0,))
            ]
            self._forms_of[number] = sorted(forms, key=lambda form: form.key.startswith("FX_EQ"))
        return self._forms_of[number]

    def _say_of(self, tracks: Iterable[Track], *, is_list: bool = False) -> None:
        """Something of these tracks, or their list, has changed."""
        if self.is_port_taken:
            return
        if is_list:
            self._said += self._say_changes()
            return
        for track in tracks:
            if track in self.tracks:
                self._say_place(self.tracks.index(track) + 1, self._said)

    def _say_changes(self, *, has_meters: bool = False) -> list[OscMessage]:
        """What differs from what was said."""
        said: list[OscMessage] = []
        for number in range(int(self.chosen["DEVICE_TRACK_COUNT"]) + 1):
            is_empty = number > len(self.tracks)
            if is_empty and number in self._told_phantoms:
                continue
            self._say_place(number, said, has_meters=has_meters)
            (self._told_phantoms.add if is_empty else self._told_phantoms.discard)(number)
        device = str(self._device_track) if self._device_track else ""
        for flag, pattern in self.patterns.get("TRACK_NUMBER", ()):
            if "@" not in pattern and flag == "s":
                self._say(pattern, device, said)
        for _, pattern in self.patterns.get("PLAY", ()):
            self._say(pattern, float(self.is_playing), said)
        return said

    def _say_place(self, number: int, said: list[OscMessage], *, has_meters: bool = False) -> None:
        track = self.tracks[number - 1] if 1 <= number <= len(self.tracks) else None
        for form in self._forms(number):
            if form.key.startswith("TRACK_VU") and not has_meters:
                continue
            arg = self._says(track, number, form)
            if arg is not None:
                self._say(form.address, arg, said)

    def _say(self, address: str, arg: OscArg, said: list[OscMessage]) -> None:
        if address == self._written:
            self._unsaid[address] = arg
        elif self._cache.get(address) != arg and not (
            self._is_turning and self._unsaid.get(address) == arg
        ):
            self._cache[address] = arg
            said.append(OscMessage(address, (arg,)))

    def _says(self, track: Track | None, number: int, form: _Form) -> OscArg | None:
        key = form.key
        if key.startswith("FX_EQ"):
            return None if track is None and number else self._says_eq(track, form)
        if key.startswith("TRACK_VU"):
            return self._vu(track.peaks[key.endswith("R")] if track else 0.0)
        if key == "TRACK_VOLUME":
            level = track.value(Param.GAIN) if track else SILENCE_DB
            if form.flag != "s":
                return level
            return f"{level:.2f}dB" if level > SILENCE_DB else "-inf dB"
        padding: dict[str, OscArg] = {
            "TRACK_NAME": f"Track {number}",
            "TRACK_NUMBER": str(number),
            "TRACK_PAN": 0.5,
        }
        if track is None:
            return padding.get(key, PAN_MODES[3] if key == "TRACK_PAN_MODE" else 0.0)
        is_named = track.name not in ("", str(number))
        return {
            "TRACK_NAME": track.name if is_named else padding["TRACK_NAME"],
            "TRACK_NUMBER": str(number),
            "TRACK_PAN": (track.pan + 1.0) / 2.0,
            "TRACK_PAN_MODE": PAN_MODES[track.pan_mode],
            "TRACK_MUTE": float(track.mute),
            "TRACK_SOLO": float(track.solo),
            "TRACK_SELECT": float(track.is_selected),
        }[key]

    def _says_eq(self, track: Track | None, form: _Form) -> OscArg | None:
        """What the surface says of a ReaEQ; of a track without one, the master's too, defaults."""
        key = form.key
        if not self.has_track_eq:
            return None
        eq = track if track is not None and track.has_eq else None
        if key == "FX_EQ_BYPASS":
            return float(eq.is_eq_on) if eq else 0.0
        kind = KINDS[self._eq_param(key, [0, form.bell])]
        if key.endswith("BYPASS"):
            return float(kind not in eq.off_bands) if eq else None
        if key.endswith("FREQ"):
            return eq.freqs[kind] if eq else 0.0
        if form.flag != "s":
            return eq.gains[kind] if eq else 0.5
        return f"{rows.eq_gain_db(eq.gains[kind]):.1f}dB" if eq else "0dB"

    def _vu(self, amplitude: float) -> float:
        low, high = self.meter_range
        level = 20.0 * math.log10(amplitude) if amplitude > 0 else -150.0
        return min(max((level - low) / (high - low), 0.0), 1.0)

    # -- time ----------------------------------------------------------------------------------

    def turn(self) -> list[OscMessage]:
        """One turn of REAPER's main thread; what the surface has said since the last one."""
        self.now += TURN_S
        self._turns += 1
        if self.is_port_taken:
            return []
        self._read_socket()
        said, self._said = self._said, []
        self._is_turning = True
        said += self._say_changes(has_meters=not self._turns % 2)
        self._is_turning = False
        self._held = {
            (track.guid, param): track.value(param)
            for track in self.tracks
            for param in (Param.GAIN, Param.PAN, *EQ_BANDS)
        }
        return said


class LuaScript:
    """One of the scripts, run by a real Lua 5.4 inside a `FakeReaper`."""

    def __init__(self, reaper: FakeReaper, name: str, **globals_: object) -> None:
        from lupa.lua54 import LuaRuntime

        self.reaper = reaper
        self.faults: list[str] = []
        self._lua = LuaRuntime(unpack_returned_tuples=True)
        self._deferred: deque[Any] = deque()
        self._at_exit: list[Any] = []
        table = {
            **reaper.script.table(),
            "defer": reaper.script.counted("defer", self._deferred.append),
            "atexit": self._at_exit.append,
        }
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
        for name in ("state", "levels", "devices"):
            path = self._folder / f"{name}.txt"
            text = path.read_text(encoding="utf-8") if path.exists() else ""
            if text and text != self._texts.get(name):
                said.append(OscMessage(f"/companion/{name}", (text,)))
            self._texts[name] = text
        return said

    def write(self, message: OscMessage) -> None:
        path = self._folder / "commands.txt"
        path.write_text(str(message.args[0]), encoding="utf-8")
