"""What a note sounds like: six features, from audio in frames of 20 ms.

Ears elsewhere (a Max device, an effect in REAPER) measure the same six and report them; where
audio itself is at hand this module is the ear. Frames of 100 ms lose the attack and end a search at
.19 of the distance in place of .03 (measured on toy synths, 20 each).
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.errors import AudioError
from bridge.learning.q_learning import FloatArray
from bridge.mix.spectrum import OCTAVES_HZ
from bridge.tasks.sound.chord import chord_words, find_chord

FRAME_S: Final = 0.02
"""How often a note is measured, seconds."""

LISTENED_S: Final = 1.3
"""A note is listened to for so long from its onset, seconds: as long as those of the training."""

LONGEST_S: Final = 30.0
"""A target is one note: what is longer is a recording."""

_FINE_S: Final = 0.001
"""How exactly the onset of a note is found in audio that begins before it, seconds."""

_SILENT_DB: Final = -70.0
"""Below this peak level in a frame, dBFS, nothing was heard."""

_ATTACK_DB: Final = -3.0
_LENGTH_DB: Final = -20.0
_AUDIBLE_DB: Final = -30.0
"""Frames so far below the loudest say nothing of the tone."""

_BODY_HZ: Final = 177.0
"""The upper edge of the octave at 125 Hz."""

_BODY_FLOOR_DB: Final = -30.0
_ONSET_RISE_DB: Final = 9.0
"""A note that begins while another sounds rises by so much."""

_ONSET_GAP_S: Final = 0.12
_HEARD_RANGE_DB: Final = 40.0
"""What is so far below the loudest frame counts as silence between notes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What was heard of one note.

    Attributes:
        attack_s: From the onset until it is 3 dB under its peak.
        length_s: From the onset until it is 20 dB under its peak for good.
        bright_oct: Mean log2 of the frequency of its octaves in kHz, weighted with their power.
        body_db: The share of the power below 177 Hz, dB, -30 to 0.
        rough: Flatness of its spectrum, 100 Hz to 8 kHz, dB: -60 (a pure tone) to 0 (white noise).
        motion_oct: How far brightness moves during the note, octaves (standard deviation).
        level_db: The loudest frame, dBFS; for the guard, not for the distance.
    """

    attack_s: float
    length_s: float
    bright_oct: float
    body_db: float
    rough: float
    motion_oct: float
    level_db: float

    def raw(self) -> FloatArray:
        """(6,) in the order of `bridge.tasks.sound.distance.FEATURES`, times and motion as log2."""
        return np.array(
            [
                self.bright_oct,
                math.log2(max(self.attack_s, 0.005)),
                math.log2(max(self.length_s, 0.02)),
                self.body_db,
                self.rough,
                math.log2(self.motion_oct + 0.05),
            ]
        )


def measure_note(audio: NDArray[np.floating], sample_rate: float) -> Note:
    """Measure one note; the audio begins before or at its onset.

    Args:
        audio: (samples,) or (samples, channels), full scale 1.
        sample_rate: Hz, 8,000 at least.

    Raises:
        AudioError: If nothing is heard, or a sample is not a number.
    """
    wave = np.asarray(audio, dtype=np.float64)
    wave = wave.mean(axis=1) if wave.ndim == 2 else wave
    if not np.isfinite(wave).all():
        raise AudioError("The note has samples that are not numbers; render it again.")
    hop = max(round(FRAME_S * sample_rate), 1)
    count = wave.size // hop
    level_db = _levels_db(wave[: count * hop].reshape(count, hop))
    if count < 2 or level_db.max() < _SILENT_DB:
        raise AudioError(
            f"No note was heard: the loudest 20 ms are below {_SILENT_DB:.0f} dBFS; "
            "check that the track sounds and is not muted."
        )
    peak = int(level_db.argmax())
    onset, attack_s, length_s = _times(level_db, peak)
    powers, octaves, freq = _spectra(wave, hop, count, sample_rate)
    power = powers.sum(axis=1)
    is_audible = (power > power.max() * 10.0 ** (_AUDIBLE_DB / 10.0)) & (np.arange(count) >= onset)
    bright = octaves @ np.log2(OCTAVES_HZ / 1000.0) / (octaves.sum(axis=1) + 1e-15)
    total = octaves[is_audible].sum(axis=0)
    low = powers[is_audible][:, freq < _BODY_HZ].sum() / powers[is_audible].sum()
    return Note(
        attack_s=attack_s,
        length_s=length_s,
        bright_oct=float(total @ np.log2(OCTAVES_HZ / 1000.0) / total.sum()),
        body_db=max(10.0 * math.log10(low + 1e-9), _BODY_FLOOR_DB),
        rough=_flatness_db(powers[is_audible], freq),
        motion_oct=float(np.sqrt(np.cov(bright[is_audible], aweights=power[is_audible] ** 0.5)))
        if is_audible.sum() > 2
        else 0.0,
        level_db=float(level_db.max()),
    )


def find_onset(wave: FloatArray, sample_rate: float) -> int:
    """The sample of a mono recording at which its note begins, to a millisecond."""
    step = max(round(_FINE_S * sample_rate), 1)
    count = wave.size // step
    if count == 0:
        return 0
    peaks = np.abs(wave[: count * step].reshape(count, step)).max(axis=1)
    least = peaks.max() * 10.0 ** (-_HEARD_RANGE_DB / 20.0)
    return step * int(np.argmax(peaks >= least))  # 0 where a sample is no number


def cut_note(audio: NDArray[np.floating], sample_rate: float) -> FloatArray:
    """The mono part of a recording from the onset of its note on, `LISTENED_S` at most.

    The frames of a measurement begin at the onset then, wherever the recording does: a short attack
    that is cut by a frame's edge is measured up to three times as long.
    """
    wave = np.asarray(audio, dtype=np.float64)
    wave = wave.mean(axis=1) if wave.ndim == 2 else wave
    begin = find_onset(wave, sample_rate)
    return np.asarray(wave[begin : begin + round(LISTENED_S * sample_rate)])


def measure_target(audio: NDArray[np.floating], sample_rate: float, *, source: str) -> Note:
    """Measure the note that a sound is to come near to.

    Raises:
        AudioError: If it is silent, longer than `LONGEST_S`, or more than one note, in a row or
            at once.
    """
    samples = len(audio)
    if samples > LONGEST_S * sample_rate:
        raise AudioError(
            f"{source}: a target is one note of at most {LONGEST_S:.0f} s, got "
            f"{samples / sample_rate:.0f} s; cut out the note that you mean."
        )
    wave = cut_note(audio, sample_rate)
    try:
        note = measure_note(wave, sample_rate)
    except AudioError as error:
        raise AudioError(f"{source}: no target: {error}") from error
    onsets = count_onsets(audio, sample_rate)
    if onsets > 1:
        raise AudioError(
            f"{source}: a target is one note, got about {onsets}; cut out the note that you mean."
        )
    if chord := find_chord(wave, sample_rate):
        raise AudioError(
            f"{source}: a target is one note, got a chord of {chord_words(chord)}; "
            "record the same sound with a single key."
        )
    return note


def count_onsets(audio: NDArray[np.floating], sample_rate: float) -> int:
    """How many notes begin in it, one after the other: rises of 9 dB above the lowest since."""
    wave = np.asarray(audio, dtype=np.float64)
    wave = wave.mean(axis=1) if wave.ndim == 2 else wave
    hop = max(round(FRAME_S * sample_rate), 1)
    count = wave.size // hop
    level_db = _levels_db(wave[: count * hop].reshape(count, hop))
    level_db = np.maximum(level_db, level_db.max() - _HEARD_RANGE_DB)
    onsets, lowest, last = 0, float(level_db.max()) - _HEARD_RANGE_DB, -count
    for frame, level in enumerate(level_db.tolist()):
        if (frame - last) * FRAME_S <= _ONSET_GAP_S:
            lowest = level  # the same note, still on its way up
        elif level >= lowest + _ONSET_RISE_DB:
            onsets, lowest, last = onsets + 1, level, frame
        else:
            lowest = min(lowest, level)
    return onsets


def _levels_db(frames: FloatArray) -> FloatArray:
    return np.asarray(10.0 * np.log10((frames**2).mean(axis=1) + 1e-12))


def _times(level_db: FloatArray, peak: int) -> tuple[int, float, float]:
    """The frame of the onset, the attack and the length in seconds."""
    top = float(level_db[peak])
    onset = int(np.flatnonzero(level_db >= top + _LENGTH_DB - 20.0)[0])
    risen = int(np.flatnonzero(level_db >= top + _ATTACK_DB)[0])
    attack = float(risen - onset)
    if risen > onset:  # between two frames, by the straight line
        below, above = level_db[risen - 1], level_db[risen]
        attack = risen - 1 - onset + float((top + _ATTACK_DB - below) / max(above - below, 1e-9))
    last = int(np.flatnonzero(level_db >= top + _LENGTH_DB)[-1])
    length = float(last + 1 - onset)
    if last + 1 < level_db.size:
        above, below = level_db[last], level_db[last + 1]
        length += float((above - top - _LENGTH_DB) / max(above - below, 1e-9))
    return onset, (max(attack, 0.0) + 0.5) * FRAME_S, length * FRAME_S


def _spectra(
    wave: FloatArray, hop: int, count: int, sample_rate: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Powers (frames, bins) of windows of 60 ms, the same in octaves, and the bins in Hz."""
    size = 3 * hop
    padded = np.concatenate([np.zeros(hop), wave[: count * hop], np.zeros(2 * hop)])
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop][:count]
    spectra = np.fft.rfft(frames * np.hanning(size), axis=1)
    powers = spectra.real**2 + spectra.imag**2
    freq = np.fft.rfftfreq(size, 1.0 / sample_rate)
    octave = np.clip(np.rint(np.log2(np.maximum(freq, 20.0) / OCTAVES_HZ[0])), 0, 9).astype(int)
    bands = np.zeros((freq.size, OCTAVES_HZ.size))
    bands[np.arange(freq.size), octave] = 1.0
    return powers, powers @ bands, np.asarray(freq, dtype=np.float64)


def _flatness_db(powers: FloatArray, freq: FloatArray) -> float:
    """The geometric over the arithmetic mean of the spectrum, dB."""
    mean = powers[:, (freq > 100.0) & (freq < 8000.0)].mean(axis=0) + 1e-15
    flat_db = 10.0 * (np.log10(mean).mean() - math.log10(mean.mean()))
    return float(max(flat_db, -60.0))
