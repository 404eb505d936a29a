"""A balance that somebody believes in: where it comes from, and how far another mix is from it.

It is the stems as they were exported, a file that says where the controls stand, or, for the band
that comes with the bridge, a mix made by hand. Levels are measured on rendered audio: the loudness
of every strip against the whole mix after BS.1770-4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bridge.errors import AudioError, ConfigError
from bridge.hosts.mixdown import measure_mixes, play_song, skim_song
from bridge.hosts.stem_audio import cut_stems
from bridge.hosts.stems import exported_values, load_stems
from bridge.mix.names import fold_name
from bridge.mix.params import COLUMN, EQ_BANDS, EQ_COLUMNS, MOVABLE, SPECS, Param
from bridge.mix.spectrum import (
    FloatArray,
    eq_curve_db,
    four_bands_db,
    loudness_db,
    to_db,
    to_power,
)
from bridge.sim.band import make_band
from bridge.sim.songs import Song
from bridge.sim.stems import Audio, Stems, Track
from bridge.studies.learning.audience import song_of
from bridge.text_file import shown
from bridge.yaml_file import read_yaml

LOWEST: Final[FloatArray] = np.array([SPECS[param].minimum for param in MOVABLE])
"""(6,) the least value of each control."""

HIGHEST: Final[FloatArray] = np.array([SPECS[param].maximum for param in MOVABLE])
"""(6,) the greatest."""

_MOST_FAULTS: Final = 20
_GATE_LUFS: Final = -70.0
_GRAIN: Final = 64
"""Samples; the stretch that is heard begins at a multiple of it, of which a block has many."""

_STRIDE: Final = 4

_FILLED_DB: Final = -20.0
"""A band with less than 1 % of a track's power is not one that anybody would turn."""

# The band of seed 0, mixed by hand before any agent was let near it: fader, pan, four EQ bands.
_BAND: Final[dict[str, tuple[float, ...]]] = {
    "Kick": (-4.0, 0.0, 1.5, -3.0, 1.0, 0.0),
    "Snare": (-4.5, -0.1, 0.0, 1.0, 1.5, 0.0),
    "Hats": (-9.0, 0.35, 0.0, 0.0, -1.0, 0.0),
    "Bass": (-8.0, 0.0, 0.0, -2.0, 0.0, 0.0),
    "Guitar": (-10.0, -0.55, -2.0, 0.0, 1.5, 0.0),
    "Keys": (-11.0, 0.5, -1.5, -1.0, 0.0, 0.0),
    "Pad": (-13.0, -0.3, -3.0, 0.0, 0.0, 0.0),
    "Lead Vox": (-3.5, 0.0, 0.0, -1.0, 2.0, 1.0),
    "Backing Vox": (-10.0, 0.4, 0.0, -1.5, 0.0, 1.0),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Balance:
    """Stems and where the controls should stand.

    Attributes:
        stems: What is heard of the song; every name once.
        song: The same by its spectra; it starts at `values`.
        values: (tracks, 6) in the order of `MOVABLE`.
        levels_lu: (tracks,) how loud each strip is against the mix there.
        is_filled: (tracks, 4) in which EQ bands each track has anything.
    """

    stems: Stems
    song: Song
    values: FloatArray
    levels_lu: FloatArray
    is_filled: NDArray[np.bool_]


def load_balance(folder: Path | None, file: Path | None, *, seconds: float) -> Balance:
    """The stems of a folder (None: the band) at the balance of a file (None: see the module).

    Only the loudest `seconds` of the song are kept, and of the tracks those that are heard there.
    Those of a folder lie in a file of their own from then on, for as long as they are used: all
    processes read it, and none holds it in memory.

    Raises:
        AudioError: As `load_stems` does, or if fewer than two tracks are heard.
        ConfigError: If the file cannot be read or does not fit the stems.
    """
    stems = make_band() if folder is None else load_stems(folder)
    values = exported_values(stems)
    if file is not None:
        values = read_balance(file, stems.names, values)
    elif folder is None:
        values = np.array([_BAND[name] for name in stems.names])
    start, count = _loudest(stems, values, seconds)
    if folder is None:
        audio = np.asarray(stems.audio)[:, start : start + count].copy()
        return _audible(replace(stems, audio=audio), values)
    return _audible(cut_stems(stems, start=start, count=count), values)


def read_balance(file: Path, names: Sequence[str], exported: FloatArray) -> FloatArray:
    """(tracks, 6) of a YAML or JSON file; what it does not name stays as in `exported`.

    Raises:
        ConfigError: One sentence for each thing that is wrong.
    """
    try:
        tree, lines = read_yaml(file, example="Lead Vox: {gain_db: -3}", option="--balance")
        strips = _STRIPS.validate_python(tree)
    except ValidationError as error:
        raise ConfigError("\n".join(_sentences(file, error, lines))) from None
    rows = {fold_name(name): row for row, name in enumerate(names)}
    values = exported.copy()
    named: dict[int, str] = {}
    for name, strip in strips.items():
        row = rows.get(fold_name(name))
        if row is None:
            text = f"{shown(file)}: there is no track {shown(repr(name))} among the stems"
            raise ConfigError(f"{text} (line {lines[name]}); {_meant(name, names)}")
        if row in named:
            text = f"{named[row]!r} and {name!r} are one track, {names[row]}"
            raise ConfigError(f"{shown(file)}: {text} (line {lines[name]}): leave one out.")
        named[row] = name
        eq = strip.eq
        pan = values[row, COLUMN[Param.PAN]] if strip.pan is None else strip.pan
        values[row] = (strip.gain_db, pan, eq.low, eq.lowmid, eq.highmid, eq.high)
    return values


def find_errors(balance: Balance, values: FloatArray) -> dict[str, float]:
    """How far a mix (tracks, 6) is from a balance: means of sizes.

    Returns:
        ``level_lu``: Of each track's loudness against the mix, on rendered audio. ``tone_db``: of
        how the EQ changes the bands that a track fills, beyond its whole level, which the fader
        can mend as well. ``eq_db``: of the EQ's own controls in those bands. ``pan``: of each pan.
    """
    off = np.abs(values - balance.values)
    band_off, off_db = (
        found - believed
        for found, believed in zip(
            _spectrum(balance, values), _spectrum(balance, balance.values), strict=True
        )
    )
    is_filled = balance.is_filled
    return {
        "level_lu": float(np.abs(_levels_lu(balance.stems, values) - balance.levels_lu).mean()),
        "tone_db": float(np.abs(band_off - off_db[:, None])[is_filled].mean()),
        "eq_db": float(off[:, EQ_COLUMNS][is_filled].mean()),
        "pan": float(off[:, COLUMN[Param.PAN]].mean()),
    }


def _spectrum(balance: Balance, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Levels in the four bands (tracks, 4), and loudness (tracks,), after the EQ: dB."""
    octaves_db = balance.song.source_db + eq_curve_db(values[:, EQ_COLUMNS])
    return four_bands_db(octaves_db), loudness_db(octaves_db)


def _levels_lu(stems: Stems, values: FloatArray) -> FloatArray:
    """(tracks,) how loud each strip is against the mix; a silent one counts as -70 LUFS."""
    (mix,) = measure_mixes(stems, [values])
    return np.maximum(mix.strips_lufs, _GATE_LUFS) - mix.lufs


def _loudest(stems: Stems, values: FloatArray, seconds: float) -> tuple[int, int]:
    """First sample and length of the stretch of so many seconds in which the balance is loudest."""
    length = round(seconds * stems.sample_rate)
    if length >= stems.samples:
        return 0, stems.samples
    sums = []
    stride = _STRIDE if stems.heard_at else 1  # of a long song less will do
    blocks = (
        skim_song(stems, values, stride=stride)
        if stems.heard_at
        else (heard for (heard,) in play_song(stems, [values]))
    )
    for block in blocks:
        power = np.square(block).sum(axis=1)
        sums.append(np.add.reduceat(power, np.arange(0, power.size, _GRAIN // stride)))
    until = np.concatenate(([0.0], np.cumsum(np.concatenate(sums))))
    grains = length // _GRAIN
    start = int((until[grains:] - until[:-grains]).argmax()) * _GRAIN
    return min(start, stems.samples - length), length


def _audible(stems: Stems, values: FloatArray) -> Balance:
    """Those of the tracks that are above the gate of BS.1770, -70 LUFS, in the balance."""
    (mix,) = measure_mixes(stems, [values])
    is_heard = np.isfinite(mix.strips_lufs)
    if is_heard.sum() < 2:
        raise AudioError(
            f"Only {is_heard.sum()} of {is_heard.size} tracks can be heard: a balance needs two "
            "or more; export the stems with their faders up."
        )
    rows = np.flatnonzero(is_heard)
    kept = replace(
        stems,
        names=tuple(stems.names[row] for row in rows),
        roles=tuple(stems.roles[row] for row in rows),
        audio=_rows_of(stems.audio, rows),
        places=tuple(stems.place(int(row)) for row in rows),
        left_out=(
            *stems.left_out,
            *(f"{stems.names[row]} (silent there)" for row in np.flatnonzero(~is_heard)),
        ),
    )
    song = song_of(kept, values[rows])
    share_db = four_bands_db(song.source_db) - to_db(to_power(song.source_db).sum(axis=1))[:, None]
    return Balance(
        stems=kept,
        song=song,
        values=values[rows],
        levels_lu=_levels_lu(kept, values[rows]),
        is_filled=share_db >= _FILLED_DB,
    )


def _rows_of(
    audio: Audio | tuple[Track, ...], rows: NDArray[np.int64]
) -> Audio | tuple[Track, ...]:
    """Some of the tracks."""
    return tuple(audio[row] for row in rows) if isinstance(audio, tuple) else audio[rows]


# -- the file -------------------------------------------------------------------------------------

_STRICT: Final = ConfigDict(extra="forbid", allow_inf_nan=False)
_GAIN, _PAN, _EQ = SPECS[Param.GAIN], SPECS[Param.PAN], SPECS[EQ_BANDS[0]]


_EqGain = Annotated[float, Field(ge=_EQ.minimum, le=_EQ.maximum)]


class _Eq(BaseModel):
    model_config = _STRICT

    low: _EqGain = 0.0
    lowmid: _EqGain = 0.0
    highmid: _EqGain = 0.0
    high: _EqGain = 0.0


class _Strip(BaseModel):
    model_config = _STRICT

    gain_db: Annotated[float, Field(ge=_GAIN.minimum, le=_GAIN.maximum)] = 0.0
    pan: Annotated[float, Field(ge=_PAN.minimum, le=_PAN.maximum)] | None = None
    eq: _Eq = _Eq()


_STRIPS: Final = TypeAdapter(dict[str, _Strip])


def _sentences(file: Path, error: ValidationError, lines: Mapping[str, int]) -> list[str]:
    """What is wrong, one sentence a place."""
    sentences = []
    for fault in error.errors()[:_MOST_FAULTS]:
        line = lines.get(".".join(map(str, fault["loc"])))
        where = f" (line {line})" if line else ""
        place = ": ".join(str(part) for part in fault["loc"] if part != "[key]")
        if fault["type"] == "extra_forbidden":
            what = "unknown key; expected gain_db, pan, and eq with low, lowmid, highmid, high"
        elif fault["type"] in ("dict_type", "model_type", "model_attributes_type"):
            what = "expected a group, such as 'Lead Vox: {gain_db: -3, pan: 0.2, eq: {low: -2}}'"
        else:
            what = f"{fault['msg'][0].lower()}{fault['msg'][1:]}, got {shown(repr(fault['input']))}"
        sentences.append(
            ": ".join(part for part in (shown(file), place, what) if part) + where + "."
        )
    return sentences


def _meant(name: str, names: Sequence[str]) -> str:
    """Which of the names may have been meant."""
    close = get_close_matches(name, names, n=1)
    return f"did you mean {close[0]!r}?" if close else f"they are {', '.join(names)}."
