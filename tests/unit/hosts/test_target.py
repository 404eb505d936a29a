"""The sound file that a person names: one note is heard, everything else is one sentence."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bridge.errors import AudioError
from bridge.hosts.target import measure_file

soundfile = pytest.importorskip("soundfile")
RATE = 44100


def tone(seconds: float, freq_hz: float = 220.0) -> NDArray[np.float64]:
    at = np.arange(round(seconds * RATE)) / RATE
    return np.asarray(0.5 * np.sin(2.0 * np.pi * freq_hz * at) * np.exp(-3.0 * at))


def written(folder: Path, audio: NDArray[np.float64]) -> str:
    path = folder / "wanted.wav"
    soundfile.write(str(path), audio, RATE)
    return str(path)


def test_a_brighter_note_is_heard_as_one(tmp_path: Path) -> None:
    dull = measure_file(written(tmp_path, tone(1.0, 110.0)))
    bright = measure_file(written(tmp_path, tone(1.0, 3520.0)))
    assert bright.bright_oct > dull.bright_oct + 3.0
    assert dull.body_db > bright.body_db


@pytest.mark.parametrize(
    ("audio", "why"),
    [
        (np.zeros(RATE), "No note was heard"),
        (tone(31.0), "at most 30 s, got 31 s"),
        (np.concatenate([tone(0.7)] * 4), "got about 4"),
        (sum(tone(1.0, k * f) / k for f in (131, 165, 196) for k in (1, 2, 3)) / 5, "C, E and G"),
    ],
)
def test_what_is_not_one_note_is_refused(
    tmp_path: Path, audio: NDArray[np.float64], why: str
) -> None:
    path = written(tmp_path, audio)
    with pytest.raises(AudioError, match=why) as refused:
        measure_file(path)
    assert str(refused.value).startswith(path)


def test_what_is_no_sound_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="there is no such file"):
        measure_file(str(tmp_path / "nothing.wav"))
    with pytest.raises(AudioError, match="there is no such file"):
        measure_file(str(tmp_path))
    (tmp_path / "text.wav").write_text("no sound")
    with pytest.raises(AudioError, match="cannot be read as sound"):
        measure_file(str(tmp_path / "text.wav"))
