"""What is measured of a note, and which targets are refused."""

import numpy as np
import pytest

from bridge.errors import AudioError
from bridge.learning.q_learning import FloatArray
from bridge.tasks.sound.note import count_onsets, measure_note, measure_target

RATE = 24_000


def tone(
    freq_hz: float, *, attack_s: float = 0.005, held_s: float = 0.5, total_s: float = 1.0
) -> FloatArray:
    """A sine with a straight attack, that stops within 10 ms."""
    time = np.arange(round(total_s * RATE)) / RATE
    envelope = np.minimum(time / attack_s, 1.0) * np.clip((held_s - time) / 0.01, 0.0, 1.0)
    return np.asarray(0.5 * envelope * np.sin(2.0 * np.pi * freq_hz * time))


def test_a_higher_tone_is_brighter_by_its_octaves() -> None:
    low, high = measure_note(tone(125.0), RATE), measure_note(tone(1000.0), RATE)
    assert high.bright_oct - low.bright_oct == pytest.approx(3.0, abs=0.1)
    assert (low.body_db, high.body_db) == (pytest.approx(0.0, abs=0.3), -30.0)


def test_attack_and_length_are_in_seconds() -> None:
    slow = measure_note(tone(440.0, attack_s=0.2), RATE)
    # A straight rise is 3 dB under its top at .71 of the way.
    assert slow.attack_s == pytest.approx(0.71 * 0.2, abs=0.02)
    assert slow.length_s == pytest.approx(0.5, abs=0.03)


def test_noise_is_rough_and_a_tone_is_not() -> None:
    noise = np.random.default_rng(1).normal(0.0, 0.1, RATE)
    assert measure_note(noise, RATE).rough > -3.0
    assert measure_note(tone(440.0), RATE).rough < -30.0


def test_level_changes_no_feature() -> None:
    note, quiet = (measure_note(gain * tone(220.0), RATE) for gain in (1.0, 0.1))
    assert quiet.raw() == pytest.approx(note.raw(), abs=0.01)
    assert note.level_db - quiet.level_db == pytest.approx(20.0, abs=1e-6)


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000, 96_000])
def test_the_sample_rate_changes_little(rate: int) -> None:
    def click(at: int) -> FloatArray:
        time = np.arange(at) / at
        return np.asarray(np.exp(-time / 0.1) * np.sin(2.0 * np.pi * 330.0 * time))

    reference = measure_note(click(RATE), RATE)
    other = measure_note(click(rate), rate)
    assert other.raw()[:4] == pytest.approx(reference.raw()[:4], abs=0.25)


@pytest.mark.parametrize(
    ("audio", "sentence"),
    [
        (np.zeros(RATE), r"^bass\.wav: no target: No note was heard: .* is not muted\.$"),
        (np.full(RATE, np.nan), r"samples that are not numbers"),
        (np.zeros(0), r"No note was heard"),
        (np.ones(31 * RATE), r"at most 30 s, got 31 s; cut out the note"),
        (np.concatenate([tone(110.0), tone(220.0), tone(330.0)]), r"one note, got about 3"),
    ],
)
def test_a_target_that_is_no_note_is_refused_in_one_sentence(
    audio: FloatArray, sentence: str
) -> None:
    with pytest.raises(AudioError, match=sentence):
        measure_target(audio, RATE, source="bass.wav")


def test_one_note_in_stereo_is_a_target() -> None:
    stereo = np.column_stack([tone(110.0), tone(110.0)])
    assert measure_target(stereo, RATE, source="bass.wav") == measure_note(tone(110.0), RATE)
    assert count_onsets(stereo, RATE) == 1
