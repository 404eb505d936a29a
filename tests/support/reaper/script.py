# ruff: noqa: N802 - ReaScript's own names
"""The part of REAPER's ReaScript API that the scripts use, above a `reaper_fake.FakeReaper`.

Facts are of ``sdk/reaper_plugin_functions.h`` (REAPER SDK, 7.78):

- ``GetTrackEnvelopeByName`` knows an envelope by the name that REAPER shows, which a language pack
  translates; ``GetTrackEnvelopeByChunkName`` by its own ("<VOLENV2", "<PANENV2").
- ``GetTrackAutomationMode`` is of the track "regardless of global override";
  ``GetGlobalAutomationOverride`` is -1 for none and 5 for "bypass".
- A track that is not there any more is no MediaTrack: the call fails, and so does the script.
- ``I_AUTOMODE`` 5 is latch preview, which the header's list does not name.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridge.mix.params import Param
from support.reaper.items import ItemsApi
from support.reaper.midi_items import MidiApi
from support.reaper.patterns import KINDS, Track

if TYPE_CHECKING:
    from support.reaper.fake import FakeReaper

ENVELOPES = {"<VOLENV2": "Volume", "<PANENV2": "Pan"}
PARAMS_OF_EQ = 3 * len(KINDS) + 1


class ReaScript(ItemsApi, MidiApi):
    """The functions of the table `reaper`, each call counted.

    Attributes:
        calls: How often each function was called.
        language: What a language pack calls "Volume" and "Pan".
    """

    def __init__(self, reaper: "FakeReaper") -> None:
        self.reaper = reaper
        self.calls: Counter[str] = Counter()
        self.language: dict[str, str] = {}

    def table(self) -> dict[str, Callable[..., Any]]:
        """Every function by its name."""
        names = [name.removeprefix("api_") for name in dir(self) if name.startswith("api_")]
        return {name: self.counted(name, getattr(self, f"api_{name}")) for name in names}

    def counted(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function`, which counts and refuses tracks that are not there."""

        def call(*args: Any) -> Any:  # noqa: ANN401
            self.calls[name] += 1
            if name != "ValidatePtr2" and any(
                isinstance(arg, Track) and arg not in self.reaper.tracks for arg in args
            ):
                raise ValueError(f"bad argument to {name} (MediaTrack expected)")
            return function(*args)

        return call

    # -- the program ---------------------------------------------------------------------------

    def api_GetResourcePath(self) -> str:
        return str(self.reaper.resource)

    def api_GetAppVersion(self) -> str:
        return "7.79/fake"

    def api_time_precise(self) -> float:
        return self.reaper.now

    def api_RecursiveCreateDirectory(self, path: str, _: int) -> int:
        Path(path).mkdir(parents=True, exist_ok=True)
        return 1

    def api_EnumProjects(self, _: int) -> tuple[str, str]:
        return f"project {self.reaper.project}", self.reaper.project

    def api_GetPlayState(self) -> int:
        return int(self.reaper.is_playing)

    def api_GetProjectStateChangeCount(self, _: int) -> int:
        return self.reaper.change_count

    def api_get_config_var_string(self, name: str) -> tuple[bool, str]:
        known = dict(zip(("vuminvol", "vumaxvol"), self.reaper.meter_range, strict=True))
        return name in known, str(known.get(name, ""))

    def api_GetExtState(self, section: str, key: str) -> str:
        return self.reaper.ext_states.get((section, key), "")

    def api_SetExtState(self, section: str, key: str, value: str, _: bool) -> None:
        self.reaper.ext_states[section, key] = value

    def api_AddRemoveReaScript(self, _: bool, __: int, path: str, ___: bool) -> int:
        return 1 if Path(path).is_file() else 0

    def api_set_action_options(self, _: int) -> None:
        pass

    def api_gmem_attach(self, _: str) -> None:
        pass

    def api_gmem_read(self, index: int) -> float:
        return self.reaper.gmem.get(int(index), 0.0)

    # -- tracks --------------------------------------------------------------------------------

    def api_CountTracks(self, _: int) -> int:
        return len(self.reaper.tracks)

    def api_GetTrack(self, _: int, index: int) -> Track | None:
        tracks = self.reaper.tracks
        return tracks[int(index)] if 0 <= index < len(tracks) else None

    def api_ValidatePtr2(self, _: int, pointer: object, kind: str) -> bool:
        assert kind == "MediaTrack*"
        return pointer in self.reaper.tracks

    def api_GetTrackGUID(self, track: Track) -> str:
        return track.guid

    def api_GetTrackName(self, track: Track) -> tuple[bool, str]:
        return True, track.name

    def api_GetTrackUIVolPan(self, track: Track) -> tuple[bool, float, float]:
        return True, track.volume, track.pan

    def api_IsTrackSelected(self, track: Track) -> bool:
        return track.is_selected

    def api_GetTrackStateChunk(self, track: Track, _: str, __: bool) -> tuple[bool, str]:
        frozen = "  <FREEZE 1 0\n  >\n" if track.is_frozen else ""
        return True, f'<TRACK {track.guid}\n  NAME "{track.name}"\n{frozen}>\n'

    def api_GetMediaTrackInfo_Value(self, track: Track, key: str) -> float:
        known = {
            "D_VOL": track.volume,
            "D_PAN": track.pan,
            "I_PANMODE": track.pan_mode,
            "I_AUTOMODE": track.auto_mode,
            "B_MUTE": track.mute,
            "I_SOLO": track.solo,
            "I_FREEMODE": 2 * track.has_lanes,
        }
        return float(known[key])

    def api_SetMediaTrackInfo_Value(self, track: Track, key: str, value: float) -> bool:
        param = {"D_VOL": Param.GAIN, "D_PAN": Param.PAN}[key]
        if param is Param.GAIN:
            track.volume = value
        else:
            track.pan = value
        self.reaper.record(track, param, "companion")
        return True

    def api_Track_GetPeakInfo(self, track: Track, channel: int) -> float:
        return track.peaks[int(channel)]

    def api_TrackList_AdjustWindows(self, _: bool) -> None:
        pass

    # -- automation ----------------------------------------------------------------------------

    def api_GetGlobalAutomationOverride(self) -> int:
        return self.reaper.automation_override

    def api_CountTrackEnvelopes(self, track: Track) -> int:
        return len(track.envelopes)

    def api_GetTrackEnvelopeByName(self, track: Track, name: str) -> str | None:
        shown = {self.language.get(each, each): each for each in track.envelopes}
        return shown.get(name)

    def api_GetTrackEnvelopeByChunkName(self, track: Track, name: str) -> str | None:
        found = ENVELOPES.get(name, "")
        return found if found in track.envelopes else None

    def api_GetFXEnvelope(self, track: Track, fx: int, index: int, create: bool) -> str | None:
        assert not create
        if fx < len(track.chain):
            return "FX" if int(index) in track.chain[int(fx)].envelopes else None
        return "EQ" if "EQ" in track.envelopes else None

    # -- ReaEQ ---------------------------------------------------------------------------------

    def api_TrackFX_GetEQ(self, track: Track, instantiate: bool) -> int:
        assert not instantiate
        return len(track.chain) if track.has_eq else -1

    def api_TrackFX_GetEnabled(self, track: Track, _: int) -> bool:
        return track.is_eq_on

    def api_TrackFX_GetNumParams(self, track: Track, fx: int) -> int:
        return len(track.chain[int(fx)].values) if fx < len(track.chain) else PARAMS_OF_EQ

    def api_GetLastTouchedFX(self) -> tuple[bool, int, int, int]:
        tracks = self.reaper.tracks
        touched = self.reaper.touched_eq
        if touched not in tracks:
            return False, 0, 0, 0
        return True, tracks.index(touched) + 1, 0, 1

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
        self.reaper.record(track, param, "companion")
        self.reaper.change_count += 1
        return True

    # -- synths --------------------------------------------------------------------------------

    def api_TrackFX_GetInstrument(self, track: Track) -> int:
        return next((n for n, fx in enumerate(track.chain) if fx.is_instrument), -1)

    def api_TrackFX_GetCount(self, track: Track) -> int:
        return len(track.chain)

    def api_TrackFX_GetFXGUID(self, track: Track, fx: int) -> str | None:
        return track.chain[int(fx)].guid if 0 <= fx < len(track.chain) else None

    def api_TrackFX_GetFXName(self, track: Track, fx: int) -> tuple[bool, str]:
        return True, track.chain[int(fx)].name

    def api_TrackFX_GetParamName(self, track: Track, fx: int, index: int) -> tuple[bool, str]:
        return True, track.chain[int(fx)].names[int(index)]

    def api_TrackFX_GetParameterStepSizes(
        self, track: Track, fx: int, index: int
    ) -> tuple[bool, float, float, float, bool]:
        steps = track.chain[int(fx)].steps.get(int(index), 0)
        return steps > 0, 1.0 / max(steps - 1, 1), 0.0, 0.0, steps == 2

    def api_TrackFX_GetParamNormalized(self, track: Track, fx: int, index: int) -> float:
        return track.chain[int(fx)].values[int(index)]

    def api_TrackFX_GetFormattedParamValue(
        self, track: Track, fx: int, index: int
    ) -> tuple[bool, str]:
        return True, f"{track.chain[int(fx)].values[int(index)] * 100:.0f} %"

    def api_TrackFX_SetParamNormalized(
        self, track: Track, fx: int, index: int, value: float
    ) -> bool:
        synth = track.chain[int(fx)]
        if int(index) in synth.stubborn:
            return False
        synth.values[int(index)] = value
        self.reaper.change_count += 1
        self.reaper.turned.append((track.name, synth.names[int(index)], value))
        return True

    # -- undo ----------------------------------------------------------------------------------

    def api_Undo_BeginBlock2(self, _: int) -> None:
        self.reaper.depth += 1

    def api_Undo_EndBlock2(self, _: int, label: str, __: int) -> None:
        self.reaper.depth -= 1
        assert self.reaper.depth == 0
        self.reaper.commit(label)

    def api_Undo_OnStateChangeEx2(self, _: int, label: str, __: int, ___: int) -> None:
        assert self.reaper.depth == 0
        self.reaper.commit(label)

    def api_Undo_CanUndo2(self, _: int) -> str | None:
        return self.reaper.undo_name or None

    def api_Undo_CanRedo2(self, _: int) -> str | None:
        return self.reaper.redo_name or None
