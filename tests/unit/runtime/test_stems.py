from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.errors import AudioError
from bridge.mix.roles import Role
from bridge.runtime import stems as stems_module
from bridge.runtime.stems import load_session, load_stems


def _record(
    folder: Path, name: str, *, rate: int = 48_000, samples: int = 48_000, channels: int = 1
) -> None:
    audio = np.full((samples, channels), 0.25)
    audio[:, 1:] = 0.75
    soundfile.write(folder / name, audio, rate)


def _refusal(folder: Path) -> str:
    with pytest.raises(AudioError) as refusal:
        load_stems(folder)
    text = str(refusal.value)
    assert "\n" not in text
    assert text.endswith(".")
    return text


def test_wav_and_flac_become_strips_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("02 Bass DI.flac", "01_Kick.wav", "lead vox.WAV", "notes.txt"):
        if name.endswith("txt"):
            (tmp_path / name).write_text("not audio")
        else:
            _record(tmp_path, name)
    stems = load_stems(tmp_path)
    assert stems.names == ("Kick", "Bass DI", "lead vox")
    assert stems.roles == (Role.KICK, Role.BASS, Role.LEAD)
    assert stems.audio.shape == (3, 48_000)
    assert stems.audio.dtype == np.float32
    assert stems.sample_rate == 48_000


def test_stereo_is_folded_to_the_mean_of_its_channels(tmp_path: Path) -> None:
    _record(tmp_path, "Keys.wav", channels=2)
    assert load_stems(tmp_path).audio[0] == pytest.approx(np.full(48_000, 0.5), abs=1e-4)


def test_a_few_missing_samples_are_filled_with_silence(tmp_path: Path) -> None:
    _record(tmp_path, "Kick.wav", samples=52_000)
    _record(tmp_path, "Snare.wav", samples=50_000)
    assert load_stems(tmp_path).audio[1, 49_999:50_001] == pytest.approx([0.25, 0.0], abs=1e-4)


def test_a_name_that_is_a_number_stays(tmp_path: Path) -> None:
    _record(tmp_path, "808.wav")
    assert load_stems(tmp_path).names == ("808",)


def test_namesakes_are_told_apart_by_a_number(tmp_path: Path) -> None:
    for name in ("01 Gtr.wav", "02 Gtr (2).wav", "03 gtr.wav", "04 Gtr.flac"):
        _record(tmp_path, name)
    assert load_stems(tmp_path).names == ("Gtr", "Gtr (2)", "gtr (3)", "Gtr (4)")


def test_no_such_folder_is_one_sentence(tmp_path: Path) -> None:
    assert "no folder" in _refusal(tmp_path / "missing")


def test_an_empty_folder_is_one_sentence(tmp_path: Path) -> None:
    assert "no stems" in _refusal(tmp_path)


def test_different_lengths_name_both_files(tmp_path: Path) -> None:
    _record(tmp_path, "Kick.wav")
    _record(tmp_path, "Snare.wav", samples=96_000)
    text = _refusal(tmp_path)
    assert "Kick.wav has 1.00 s" in text
    assert "Snare.wav 2.00 s" in text


def test_different_sample_rates_name_both_files(tmp_path: Path) -> None:
    _record(tmp_path, "Kick.wav")
    _record(tmp_path, "Snare.wav", rate=44_100)
    text = _refusal(tmp_path)
    assert "Kick.wav has 48000 Hz" in text
    assert "Snare.wav 44100 Hz" in text


def test_a_sample_rate_without_room_for_the_eq_is_refused(tmp_path: Path) -> None:
    _record(tmp_path, "Kick.wav", rate=16_000)
    assert "16000 Hz" in _refusal(tmp_path)


def test_a_file_that_is_no_audio_is_named(tmp_path: Path) -> None:
    (tmp_path / "Kick.wav").write_bytes(b"RIFF and nothing more")
    assert "Kick.wav cannot be read as audio" in _refusal(tmp_path)


def test_a_moment_of_audio_is_no_stem(tmp_path: Path) -> None:
    _record(tmp_path, "Kick.wav", samples=100)
    assert "Kick.wav has 0.00 s" in _refusal(tmp_path)


def test_samples_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    audio = np.zeros(48_000, dtype=np.float32)
    audio[5] = np.nan
    soundfile.write(tmp_path / "Kick.wav", audio, 48_000, "FLOAT")
    assert "no numbers" in _refusal(tmp_path)


def test_more_audio_than_fits_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _record(tmp_path, "Kick.wav")
    monkeypatch.setattr(stems_module, "MAX_SAMPLES", 47_999)
    assert "more than" in _refusal(tmp_path)


def test_own_stems_begin_as_they_were_exported(tmp_path: Path) -> None:
    _record(tmp_path, "Kick.wav")
    stems, values = load_session(tmp_path, seed=1)
    assert stems.names == ("Kick",)
    assert not values.any()


def test_the_band_begins_with_a_rough_mix() -> None:
    stems, values = load_session(None, seed=1)
    assert values.shape == (9, 6)
    assert np.abs(values).sum() > 0.0
    assert stems.audio.shape[0] == 9
