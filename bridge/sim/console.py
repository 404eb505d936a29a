"""A mixing console: strips of real audio with EQ, fader, pan, mute and solo, and their meters.

The way of a signal: stem, four-band EQ, fader (with mute and solo), meter, pan. So the meters are
post-fader and pre-pan. The pan law is constant power, -3 dB in the centre: left is cos and right is
sin of (pan + 1) x 45 degrees.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from bridge.mix.params import COLUMN, SILENCE_DB, SPECS, SWITCHES, Param
from bridge.mix.spectrum import OCTAVES_HZ, FloatArray, to_db
from bridge.sim.equaliser import Equaliser
from bridge.sim.stems import Stems

LONGEST_STRETCH_S: Final = 0.25
"""Of a longer step only the end is played and measured, which bounds the work of a fast console."""

_GESTURE_S: Final = 0.4
_FADER_RAMP_S: Final = 0.005
_WINDOW_S: Final = 0.17
_FRAMES_A_SECOND: Final = 20


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


class Console:
    """A desk that plays stems in a loop; rows count from 0.

    Attributes:
        stems: What it plays.
        values: (tracks, 6) in the order of `MOVABLE`: what the controls hold.
        mute: (tracks,) whether a strip is muted.
        solo: (tracks,) whether a strip is soloed; if any is, only those are heard.
    """

    def __init__(self, stems: Stems, values: FloatArray) -> None:
        tracks = len(stems.names)
        self.stems = stems
        self.values = values.astype(np.float64, copy=True)
        self.mute = np.zeros(tracks, dtype=np.bool_)
        self.solo = np.zeros(tracks, dtype=np.bool_)
        self._position = 0
        self._equalisers = [Equaliser(stems.sample_rate) for _ in range(tracks)]
        self._level = self._levels()
        self._gestures: dict[tuple[int, Param], _Gesture] = {}
        self._changed: set[tuple[int, Param]] = set()
        self._spectrum = _OctaveMeter(tracks, stems.sample_rate)

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

    def take_changes(self) -> list[tuple[int, Param]]:
        """The controls that have changed since this was last asked."""
        changed = sorted(self._changed)
        self._changed.clear()
        return changed

    def play(self, step_s: float) -> FloatArray:
        """Let `step_s` seconds of the song pass, and measure them.

        Returns:
            (tracks, 12) dBFS, post-fader: RMS, peak and ten octave bands, of at most the last
            `LONGEST_STRETCH_S`. The powers of the bands add up to that of the RMS.
        """
        self._move_hands(step_s)
        stems = self.stems
        step = max(1, round(step_s * stems.sample_rate))
        stretch = min(step, round(LONGEST_STRETCH_S * stems.sample_rate))
        if stretch < step:
            self._spectrum.forget()
        end = self._position + step
        where = np.arange(end - stretch, end) % stems.audio.shape[1]
        self._position = end % stems.audio.shape[1]

        level = self._levels()
        ramp = np.minimum(np.arange(stretch) / (_FADER_RAMP_S * stems.sample_rate), 1.0)
        heard = np.empty((len(stems.names), stretch))
        for row, equaliser in enumerate(self._equalisers):
            filtered = equaliser.filter(stems.audio[row].take(where), self.values[row, 2:])
            heard[row] = filtered * (self._level[row] + ramp * (level[row] - self._level[row]))
        self._level = level
        return self._spectrum.measure(heard)

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
    """RMS, peak and octave bands of what the strips play."""

    def __init__(self, tracks: int, sample_rate: int) -> None:
        self._window = round(_WINDOW_S * sample_rate)
        self._hop = sample_rate // _FRAMES_A_SECOND
        self._hann = np.hanning(self._window)
        self._past = np.zeros((tracks, self._window))
        freq = np.fft.rfftfreq(self._window, 1.0 / sample_rate)
        # The lowest band begins at 0 Hz and the highest ends at half the sample rate, so that
        # nothing that is heard is missing from the sum.
        edges = np.searchsorted(freq, OCTAVES_HZ[1:] / np.sqrt(2.0))
        self._starts = np.concatenate(([0], edges))

    def forget(self) -> None:
        """The song has jumped: what was played before does not belong to what comes."""
        self._past = self._past[:, :0]

    def measure(self, heard: FloatArray) -> FloatArray:
        """(tracks, 12) of the newest audio (tracks, samples); see `Console.play`.

        The shares of the bands come from Hann windows of 0.17 s, every 0.05 s, that may reach back
        into what was played before; the shares are then scaled to the power of `heard`.
        """
        audio = np.concatenate((self._past, heard), axis=1)
        self._past = audio[:, -self._window :]
        count = max(1, heard.shape[1] // self._hop)  # from the newest back
        frames = sliding_window_view(audio, self._window, axis=1)[:, :: -self._hop][:, :count]
        bins = np.abs(np.fft.rfft(frames * self._hann)) ** 2
        bands = np.add.reduceat(bins.sum(axis=1), self._starts, axis=1)
        power = np.mean(heard**2, axis=1, keepdims=True)
        total = bands.sum(axis=1, keepdims=True)
        share = np.divide(bands, total, out=np.full_like(bands, 0.1), where=total > 0.0)
        peak = np.abs(heard).max(axis=1, keepdims=True) ** 2
        return to_db(np.concatenate((power, peak, power * share), axis=1))


def fader_gain(gain_db: FloatArray) -> FloatArray:
    """Linear gain of a fader position; `SILENCE_DB` is closed."""
    return np.where(gain_db <= SILENCE_DB, 0.0, 10.0 ** (gain_db / 20.0))


def pan_gains(pan: float) -> tuple[float, float]:
    """Linear gains of left and right at a pan position, -1 to +1."""
    angle = (pan + 1.0) * np.pi / 4.0
    return float(np.cos(angle)), float(np.sin(angle))


def render_strip(stems: Stems, row: int, values: FloatArray) -> FloatArray:
    """One whole strip after EQ and fader, mono (samples,), as it sounds in the loop."""
    equaliser = Equaliser(stems.sample_rate)
    strip = stems.audio[row]
    equaliser.filter(strip[-stems.sample_rate :], values[row, 2:])  # what rings into the beginning
    return equaliser.filter(strip, values[row, 2:]) * fader_gain(values[row, COLUMN[Param.GAIN]])


def render(stems: Stems, values: FloatArray) -> NDArray[np.float32]:
    """The whole song through the console at `values` (tracks, 6): stereo (samples, 2).

    Nothing limits it: where the mix exceeds full scale, so do the samples.
    """
    mix = np.zeros((stems.audio.shape[1], 2))
    for row in range(len(stems.names)):
        left_right = pan_gains(values[row, COLUMN[Param.PAN]])
        mix += render_strip(stems, row, values)[:, None] * left_right
    return mix.astype(np.float32)
