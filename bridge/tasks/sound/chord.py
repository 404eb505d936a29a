"""Whether several keys sound at once: the notes of a chord, by their harmonics.

A note is a frequency whose octave sounds as well. Where all that sounds is a multiple
of one frequency it is one note, however many oscillators it has. Octaves and fifths are one note as
well: many patches have them in a single key.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.learning.q_learning import FloatArray

_BEGIN_S: Final = 0.03
_LENGTH_S: Final = 0.5
_SHORTEST_S: Final = 0.25
"""What is shorter tells no two keys of a bass apart, whose partials are 10 Hz from each other."""

_LOWEST_HZ: Final = 40.0
_HIGHEST_HZ: Final = 4000.0
_HIGHEST_NOTE_HZ: Final = 1100.0
_AUDIBLE_DB: Final = -40.0
_STANDS_OUT_DB: Final = 12.0
_WEAKEST_NOTE_DB: Final = -20.0
"""A key of a chord is so much weaker than the loudest partial at most."""

_MOST_PEAKS: Final = 60
_HARMONICS: Final = 2
_PLAIN: Final = (0, 7)
"""Semitones, without octaves, that a patch has in one key."""

_SEMITONES_OFF: Final = 0.4
_TUNED: Final = 0.25
"""Keys are whole semitones apart, as far as half a second tells."""

_EXPLAINED: Final = 0.85
"""Where one frequency has so many of the partials as multiples, it is one note."""

_COVERED: Final = 0.8
"""So much of the power is in the partials of the keys; bells, drums and noises have others."""

_DIVISORS: Final = (1, 2, 3, 4, 5, 6)


_NAMES: Final = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


def chord_words(keys: tuple[int, ...]) -> str:
    """A chord for a person, such as ``C, E and G``; octaves have other numbers in other DAWs."""
    *first, last = dict.fromkeys(_NAMES[key % 12] for key in keys)
    return f"{', '.join(first)} and {last}" if first else last


def find_chord(wave: NDArray[np.floating], sample_rate: float) -> tuple[int, ...]:
    """The keys (MIDI numbers) of a chord; empty where one note sounds, or none that has a pitch.

    Args:
        wave: (samples,) mono from the onset on; `_LENGTH_S` of it are looked at.
        sample_rate: Hz.
    """
    begin, most = round(_BEGIN_S * sample_rate), round(_LENGTH_S * sample_rate)
    part = np.asarray(wave[begin : begin + most], dtype=np.float64)
    if part.size < _SHORTEST_S * sample_rate:
        return ()
    freqs, levels_db = _peaks(part, sample_rate)
    width_hz = sample_rate / part.size
    if freqs.size < 2 * _HARMONICS or _is_one(freqs, width_hz):
        return ()
    notes = _notes(freqs, levels_db, width_hz)
    fits = np.any([_fits(freqs, note, width_hz) for note in notes], axis=0)
    power = 10.0 ** (levels_db / 10.0)
    if len(notes) < 2 or power[fits].sum() < _COVERED * power.sum():
        return ()  # one note, or what has no pitch
    keys = [69.0 + 12.0 * np.log2(note / 440.0) for note in notes]
    steps = np.array(keys) - keys[0]
    is_tuned = np.abs(steps - np.rint(steps)) <= _TUNED
    if not is_tuned.all() or all(_is_plain(step) for step in steps.tolist()):
        return ()
    return tuple(round(key) for key in keys)


def _is_plain(semitones: float) -> bool:
    return any(abs((semitones - plain + 6.0) % 12.0 - 6.0) <= _SEMITONES_OFF for plain in _PLAIN)


def _peaks(part: FloatArray, sample_rate: float) -> tuple[FloatArray, FloatArray]:
    """The partials that stand out: frequencies in rising order, and levels below the loudest."""
    size = 4 * int(2 ** np.ceil(np.log2(part.size)))
    power = np.abs(np.fft.rfft(part * np.blackman(part.size), size)) ** 2
    level_db = 10.0 * np.log10(power + 1e-20)
    level_db -= level_db.max()
    step_hz = sample_rate / size
    inner = level_db[1:-1]
    is_peak = (inner > level_db[:-2]) & (inner >= level_db[2:]) & (inner > _AUDIBLE_DB)
    place = np.flatnonzero(is_peak) + 1
    place = place[(place * step_hz >= _LOWEST_HZ) & (place * step_hz <= _HIGHEST_HZ)]
    # A partial is a hill as wide as the window makes it, and no part of a noise.
    far = round(4.0 * sample_rate / part.size / step_hz)
    around = np.minimum(
        level_db[np.maximum(place - far, 0)], level_db[np.minimum(place + far, level_db.size - 1)]
    )
    place = place[level_db[place] - around >= _STANDS_OUT_DB]
    loudest = np.sort(place[np.argsort(-level_db[place], kind="stable")][:_MOST_PEAKS])
    before, here, after = (level_db[loudest + shift] for shift in (-1, 0, 1))
    curve = np.minimum(before - 2.0 * here + after, -1e-9)
    return (loudest + 0.5 * (before - after) / curve) * step_hz, here


def _is_one(freqs: FloatArray, width_hz: float) -> bool:
    """Whether nearly all partials are multiples of one frequency."""
    for lowest in freqs[:3]:
        for divisor in _DIVISORS:
            base = _refine(freqs, lowest / divisor, width_hz)
            if base >= _LOWEST_HZ / 2 and _fits(freqs, base, width_hz).mean() >= _EXPLAINED:
                return True
    return False


def _refine(freqs: FloatArray, base: float, width_hz: float) -> float:
    """A base frequency by the multiples of it that sound, from the lowest up."""
    for most in (2, 4, 8, 16):
        number = np.maximum(np.rint(freqs / base), 1.0)
        is_in = (number <= most * 2) & (np.abs(freqs - number * base) <= _tolerance(base, width_hz))
        if is_in.any():
            base = float((freqs[is_in] * number[is_in]).sum() / (number[is_in] ** 2).sum())
    return base


def _tolerance(base: float, width_hz: float) -> float:
    return min(0.75 * width_hz + 0.004 * base, 0.2 * base)


def _fits(freqs: FloatArray, base: float, width_hz: float) -> NDArray[np.bool_]:
    """Which partials are multiples of a frequency."""
    number = np.maximum(np.rint(freqs / base), 1.0)
    off = np.abs(freqs - number * base)
    return np.asarray(off <= np.minimum(0.75 * width_hz + 0.003 * freqs, 0.2 * base))


def _notes(freqs: FloatArray, levels_db: FloatArray, width_hz: float) -> list[float]:
    """The frequencies of the notes, lowest first."""
    notes: list[float] = []
    is_free = np.ones(freqs.size, dtype=bool)
    for row, freq in enumerate(freqs):
        if freq > _HIGHEST_NOTE_HZ:
            break
        if not is_free[row] or levels_db[row] < _WEAKEST_NOTE_DB:
            continue
        tolerance = 0.75 * width_hz + 0.004 * freq
        rows = [int(np.abs(freqs - k * freq).argmin()) for k in range(1, _HARMONICS + 1)]
        is_there = [abs(freqs[r] - k * freq) <= tolerance for k, r in enumerate(rows, start=1)]
        own = sum(bool(is_free[r]) for r in rows)
        if not all(is_there) or own < _HARMONICS - 1:
            continue
        notes.append(_refine(freqs, float(freq), width_hz))
        is_free &= ~_fits(freqs, notes[-1], width_hz)
    return notes
