"""Chords are told from single notes, however many oscillators a note has."""

import numpy as np
import pytest
from numpy.typing import NDArray

from bridge.errors import AudioError
from bridge.learning.q_learning import FloatArray
from bridge.tasks.sound.chord import chord_words, find_chord
from bridge.tasks.sound.ear import Ear
from bridge.tasks.sound.note import measure_target

RATE = 24_000


def played(*keys: float, partials: int = 6, seconds: float = 0.8) -> FloatArray:
    """Keys (MIDI numbers) at once, each with so many harmonics."""
    time = np.arange(round(seconds * RATE)) / RATE
    wave = np.zeros(time.size)
    for key in keys:
        freq_hz = 440.0 * 2.0 ** ((key - 69.0) / 12.0)
        for k in range(1, partials + 1):
            wave += np.sin(2.0 * np.pi * k * freq_hz * time + k) / k
    return np.asarray(0.1 * wave * np.exp(-time / 0.5))


@pytest.mark.parametrize("low", [43, 48, 57, 64])
@pytest.mark.parametrize("chord", [(0, 4, 7), (0, 3, 7), (0, 3), (0, 4), (0, 9), (0, 4, 7, 11)])
def test_a_chord_is_found_by_its_keys(low: int, chord: tuple[int, ...]) -> None:
    keys = tuple(low + step for step in chord)
    assert find_chord(played(*keys), RATE) == keys


@pytest.mark.parametrize("low", [36, 48, 60])
@pytest.mark.parametrize(
    "layers",
    [(0,), (0, 0.12), (0, 12), (0, 7), (-12, 0, 7), (0, 12, 24)],
    ids=["plain", "detuned", "octave", "fifth", "sub and fifth", "organ"],
)
def test_what_one_key_of_a_patch_plays_is_no_chord(low: int, layers: tuple[float, ...]) -> None:
    assert find_chord(played(*(low + step for step in layers)), RATE) == ()


def test_a_note_whose_lowest_harmonics_are_missing_is_one_note() -> None:
    time = np.arange(RATE) / RATE
    wave = sum(np.sin(2.0 * np.pi * 110.0 * k * time) / k for k in range(3, 12))
    assert find_chord(np.asarray(wave), RATE) == ()


def test_noise_bells_and_clicks_are_no_chord() -> None:
    rng = np.random.default_rng(3)
    time = np.arange(RATE) / RATE
    bell = sum(np.sin(2.0 * np.pi * 200.0 * r * time) for r in (1.0, 2.76, 5.4, 8.93))
    sounds: list[NDArray[np.float64]] = [
        rng.normal(0.0, 0.1, RATE), np.asarray(bell), np.zeros(RATE), np.ones(10), np.zeros(0),
    ]  # fmt: skip
    assert [find_chord(sound, RATE) for sound in sounds] == [()] * len(sounds)


def test_a_chord_in_words_has_each_name_once() -> None:
    assert chord_words((48, 52, 55, 60)) == "C, E and G"
    assert chord_words((48, 60)) == "C"


def test_a_chord_is_no_target() -> None:
    with pytest.raises(AudioError) as refused:
        measure_target(played(48, 52, 55), RATE, source="wanted.wav")
    assert str(refused.value) == (
        "wanted.wav: a target is one note, got a chord of C, E and G; "
        "record the same sound with a single key."
    )
    assert measure_target(played(48), RATE, source="wanted.wav").length_s > 0.2


def heard(*chords: tuple[float, ...], splits: bool = True) -> list[tuple[int, ...]]:
    """What an ear says of these, one after the other."""
    ear, rest = Ear(RATE, splits=splits), np.zeros(round(0.4 * RATE))
    found = []
    for keys in chords:
        fade = np.clip(np.linspace(10.0, 0.0, round(0.8 * RATE)), 0.0, 1.0)
        found += ear.feed(np.concatenate([rest, played(*keys) * fade, rest, rest]))
    return [each.chord for each in found]


def test_an_ear_marks_a_chord_and_takes_no_note_for_one() -> None:
    assert heard((48,), (48, 52, 55), (50,)) == [(), (48, 52, 55), ()]


def test_a_chord_that_sounds_whatever_is_played_is_what_a_key_of_the_patch_sounds_like() -> None:
    minor = [tuple(low + step for step in (0, 3, 7)) for low in (48, 50, 53, 55)]
    assert heard(*minor) == [*minor[:3], ()]


def test_a_synth_that_is_asked_for_single_notes_plays_no_chords() -> None:
    assert heard((48, 52, 55), splits=False) == [()]
