"""A mixing console: strips of real audio with EQ, fader, pan, mute and solo, and their meters.

The way of a signal: stem, four-band EQ, fader (with mute and solo), meter, pan. So the meters are
post-fader and pre-pan; those of a stereo strip add the powers of its two channels. `pan_gains` says
what a pan does to a mono strip and to a stereo one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from bridge.mix.items import decode_item
from bridge.mix.params import COLUMN, EQ_COLUMNS, SILENCE_DB, SPECS, SWITCHES, Param
from bridge.mix.spectrum import OCTAVES_HZ, FloatArray, to_db
from bridge.sim.equaliser import Equaliser
from bridge.sim.stems import Audio, Stems
from bridge.sim.takes import render_pieces

LONGEST_STRETCH_S: Final = 0.25
"""Of a longer step only the end is played and measured, which bounds the work of a fast console."""

_GESTURE_S: Final = 0.4
_FADER_RAMP_S: Final = 0.005
_WINDOW_S: Final = 0.17
_FRAMES_A_SECOND: Final = 20
_ROWS_AT_ONCE: Final = 16
"""Channels whose spectra are in memory at the same time."""


@dataclass(slots=True, kw_only=True)
class _Gesture:
    """A hand on a control, on its way."""

    start: float
    target: float
    elapsed_s: float = 0.0


def clamped(param: Param, value: float) -> float:
    """The value that the console holds when asked for `value`: what its controls can do."""
    if param in SWITCHES:
        return float(value >= 0.5)
    lowest = SILENCE_DB if param is Param.GAIN else SPECS[param].minimum
    return min(max(value, lowest), SPECS[param].maximum)


@dataclass(slots=True, kw_only=True)
class ConsoleItem:
    """An audio item of a strip: its row, its text (`bridge.mix.items`), and what it plays."""

    row: int
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleClip:
    """A clip of notes of a strip: its row, its name and its text (`bridge.mix.phrases`)."""

    row: int
    name: str
    text: str


class Console:
    """A desk that plays stems in a loop; rows count from 0.

    Attributes:
        stems: What it plays.
        values: (tracks, 6) in the order of `MOVABLE`: what the controls hold.
        mute: (tracks,) whether a strip is muted.
        solo: (tracks,) whether a strip is soloed; if any is, only those are heard.
        items: Audio items by their keys. A strip that has some plays them and nothing else.
        files: What they play from: mono, at the rate of the stems, by path.
        clips: Clips of notes by their keys; they are only reported.
        bpm: Of the song; NaN unknown. Its first bar begins at `first_bar_s`.
    """

    def __init__(self, stems: Stems, values: FloatArray) -> None:
        tracks = len(stems.names)
        self.stems = stems
        self.items: dict[str, ConsoleItem] = {}
        self.clips: dict[str, ConsoleClip] = {}
        self.files: dict[str, Audio] = {}
        self.bpm, self.first_bar_s = float("nan"), 0.0
        self.values = values.astype(np.float64, copy=True)
        self.mute = np.zeros(tracks, dtype=np.bool_)
        self.solo = np.zeros(tracks, dtype=np.bool_)
        self._position = 0
        self._equalisers = [Equaliser(stems.sample_rate) for _ in range(tracks)]
        channels = [stems.channels(row) for row in range(tracks)]
        self._first = np.cumsum([0, *channels])
        self._level = self._levels()
        self._gestures: dict[tuple[int, Param], _Gesture] = {}
        self._changed: set[tuple[int, Param]] = set()
        self._spectrum = _OctaveMeter(channels, stems.sample_rate)

    def value(self, row: int, param: Param) -> float:
        """What a control holds; 0 or 1 for a switch."""
        if param is Param.MUTE:
            return float(self.mute[row])
        if param is Param.SOLO:
            return float(self.solo[row])
        return float(self.values[row, COLUMN[param]])

    def set(self, row: int, param: Param, value: float) -> None:
        """Turn a control at once, as far as it goes."""
        held = clamped(param, value)
        if held == self.value(row, param):
            return
        if param is Param.MUTE:
            self.mute[row] = bool(held)
        elif param is Param.SOLO:
            self.solo[row] = bool(held)
        else:
            self.values[row, COLUMN[param]] = held
        self._changed.add((row, param))

    def hand(self, row: int, param: Param, value: float) -> None:
        """A person moves a control: a switch at once, a fader or a knob over 0.4 s of the song.

        While the hand is on it, it wins over whatever `set` asks for.
        """
        if param in SWITCHES:
            self.set(row, param, value)
            return
        self._gestures[row, param] = _Gesture(start=self.value(row, param), target=value)

    def set_item(self, key: str, text: str) -> None:
        """Let other pieces stand in an item, and play them from now on.

        Raises:
            DialectError: If the text is none of an item; `KeyError` where there is no such item or
                file.
        """
        item = self.items[key]
        for piece in decode_item(text):
            self.files[piece.source]
        item.text = text
        self.render_items(item.row)

    def render_items(self, row: int) -> None:
        """Play the items of a strip anew."""
        texts = [item.text for item in self.items.values() if item.row == row]
        pieces = tuple(piece for text in texts for piece in decode_item(text))
        wave = render_pieces(pieces, self.files, self.stems.duration_s)
        if isinstance(self.stems.audio, np.ndarray):
            self.stems.audio[row] = wave

    def pop_changes(self) -> list[tuple[int, Param]]:
        """The controls that have changed since this was last asked."""
        changed = sorted(self._changed)
        self._changed.clear()
        return changed

    def play(self, step_s: float) -> FloatArray:
        """Let `step_s` seconds of the song pass, and measure them.

        Returns:
            (tracks, 12) dBFS, post-fader: RMS, peak and ten octave bands, of at most the last
            `LONGEST_STRETCH_S`. The powers of the bands add up to that of the RMS. Of a stereo
            strip it is the power of both channels, and the higher peak.
        """
        self._move_hands(step_s)
        stems = self.stems
        step = max(1, round(step_s * stems.sample_rate))
        stretch = min(step, round(LONGEST_STRETCH_S * stems.sample_rate))
        if stretch < step:
            self._spectrum.forget()
        end = self._position + step
        self._position = end % stems.samples

        level = self._levels()
        ramp = np.minimum(np.arange(stretch) / (_FADER_RAMP_S * stems.sample_rate), 1.0)
        heard = np.empty((self._first[-1], stretch))
        for row, equaliser in enumerate(self._equalisers):
            wave = stems.read(row, end - stretch, stretch)
            filtered = equaliser.filter(wave, self.values[row, EQ_COLUMNS])
            gain = self._level[row] + ramp * (level[row] - self._level[row])
            heard[self._first[row] : self._first[row + 1]] = filtered * gain
        self._level = level
        return self._spectrum.measure(heard)

    def seek(self, sample: int) -> None:
        """Go on from another place of the song."""
        self._position = sample % self.stems.samples
        self._spectrum.forget()

    def _move_hands(self, step_s: float) -> None:
        for (row, param), gesture in list(self._gestures.items()):
            gesture.elapsed_s = round(gesture.elapsed_s + step_s, 9)
            way = min(gesture.elapsed_s / _GESTURE_S, 1.0)
            self.set(row, param, gesture.start + way * (gesture.target - gesture.start))
            if way >= 1.0:
                del self._gestures[row, param]

    def _levels(self) -> FloatArray:
        """(tracks,) the linear gain of fader, mute and solo."""
        open_ = ~self.mute & (self.solo | ~self.solo.any())
        return fader_gain(self.values[:, COLUMN[Param.GAIN]]) * open_


class _OctaveMeter:
    """RMS, peak and octave bands of what the strips play.

    Args:
        channels: How many each strip has.
        sample_rate: Hz.
    """

    def __init__(self, channels: Sequence[int], sample_rate: int) -> None:
        self._first = np.cumsum([0, *channels[:-1]])
        self._window = round(_WINDOW_S * sample_rate)
        self._hop = sample_rate // _FRAMES_A_SECOND
        self._hann = np.hanning(self._window)
        self._past = np.zeros((sum(channels), self._window))
        freq = np.fft.rfftfreq(self._window, 1.0 / sample_rate)
        # The lowest band begins at 0 Hz and the highest ends at half the sample rate, so that
        # nothing that is heard is missing from the sum.
        edges = np.searchsorted(freq, OCTAVES_HZ[1:] / np.sqrt(2.0))
        self._starts = np.concatenate(([0], edges))

    def forget(self) -> None:
        """The song has jumped: what was played before does not belong to what comes."""
        self._past = self._past[:, :0]

    def measure(self, heard: FloatArray) -> FloatArray:
        """(tracks, 12) of the newest audio (channels, samples); see `Console.play`.

        The shares of the bands come from Hann windows of 0.17 s, every 0.05 s, that may reach back
        into what was played before; the shares are then scaled to the power of `heard`.
        """
        audio = np.concatenate((self._past, heard), axis=1)
        self._past = audio[:, -self._window :]
        count = max(1, heard.shape[1] // self._hop)  # from the newest back
        frames = sliding_window_view(audio, self._window, axis=1)[:, :: -self._hop][:, :count]
        bands = np.concatenate(
            [
                self._bands(frames[row : row + _ROWS_AT_ONCE])
                for row in range(0, len(frames), _ROWS_AT_ONCE)
            ]
        )
        # A strip's channels are added up in power.
        bands = np.add.reduceat(bands, self._first, axis=0)
        power = np.mean(heard**2, axis=1, keepdims=True)
        power = np.add.reduceat(power, self._first, axis=0)
        total = bands.sum(axis=1, keepdims=True)
        share = np.divide(bands, total, out=np.full_like(bands, 0.1), where=total > 0.0)
        peak = np.abs(heard).max(axis=1, keepdims=True) ** 2
        peak = np.maximum.reduceat(peak, self._first, axis=0)
        return to_db(np.concatenate((power, peak, power * share), axis=1))

    def _bands(self, frames: FloatArray) -> FloatArray:
        """(channels, 10) power in each octave of frames (channels, count, window)."""
        bins = np.abs(np.fft.rfft(frames * self._hann)) ** 2
        return np.asarray(np.add.reduceat(bins.sum(axis=1), self._starts, axis=1))


def fader_gain(gain_db: FloatArray) -> FloatArray:
    """Linear gain of a fader position; `SILENCE_DB` is closed."""
    return np.where(gain_db <= SILENCE_DB, 0.0, 10.0 ** (gain_db / 20.0))


def pan_gains(pan: float, channels: int = 1, place: float | None = None) -> FloatArray:
    """Linear gains (channels, 2) of a strip's channels to left and right at a pan, -1 to +1.

    With t = (pan + 1) x 45 degrees:

    - mono: constant power, left cos t and right sin t; -3 dB in the centre.
    - stereo: a balance of constant power, left to left with sqrt(2) cos t and right to right with
      sqrt(2) sin t: as it is in the centre, one channel alone at +3 dB at an end. What has as much
      power left as right keeps its power at any pan.
    - stereo that holds one source, which is at `place`: the two channels are turned by the angle
      between `place` and `pan`. That is what the mono law does with its source; it keeps the power
      of whatever else the channels hold, and at `place` it leaves them as they are.

    Raises:
        ValueError: If there are other channels than 1 or 2.
    """
    angle = (pan + 1.0) * np.pi / 4.0
    if channels == 1:
        return np.array([[np.cos(angle), np.sin(angle)]])
    if channels != 2:
        raise ValueError(f"A strip has 1 channel or 2, not {channels}.")
    if place is None:
        return np.asarray(np.diag([np.cos(angle), np.sin(angle)]) * np.sqrt(2.0))
    turn = angle - (place + 1.0) * np.pi / 4.0
    cos, sin = np.cos(turn), np.sin(turn)
    return np.asarray([[cos, sin], [-sin, cos]], dtype=np.float64)
