"""The worker of the edit task: what it hears of a file, and what it refuses in a sentence."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.errors import AudioError, BridgeError
from bridge.hosts import item_hearing
from bridge.hosts.item_hearing import measure_item
from bridge.mix.content_events import Job
from bridge.mix.device_events import TaskName
from bridge.mix.items import Piece
from bridge.tasks.edit.listening import decode_answer, request_of

RATE = 48_000


def job_of(path: object, *, rate: int = RATE, length_s: float = 0.5) -> Job:
    piece = Piece(source=str(path), position_s=0.0, length_s=length_s, offset_s=0.25)
    return request_of(str(path), rate, [piece]).job()


def write(path: Path, *, rate: int = RATE, channels: int = 1, seconds: float = 1.0) -> Path:
    tone = 0.5 * np.sin(2.0 * np.pi * 220.0 * np.arange(round(seconds * rate)) / rate)
    soundfile.write(str(path), np.stack([tone] * channels, axis=1), rate)
    return path


@pytest.mark.parametrize("channels", [1, 2])
def test_levels_and_edges_come_out_of_the_bytes(tmp_path: Path, channels: int) -> None:
    answer = decode_answer(measure_item(job_of(write(tmp_path / "a.wav", channels=channels))))
    assert answer.heard.length_s == pytest.approx(1.0)
    assert np.allclose(answer.heard.level_db, -9.0, atol=0.6)
    ((span, (start, end)),) = answer.edges.items()
    assert span == (0.25, 0.5)
    assert start.step == pytest.approx(end.step, rel=0.2)


def test_a_file_is_heard_once_until_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = []
    measure = item_hearing.measure_take
    monkeypatch.setattr(
        item_hearing, "measure_take", lambda *args: heard.append(1) or measure(*args)
    )
    path = write(tmp_path / "a.wav")
    for length_s in (0.5, 0.4):
        measure_item(job_of(path, length_s=length_s))
    assert len(heard) == 1
    write(path, seconds=1.2)
    measure_item(job_of(path))
    assert len(heard) == 2


def test_bad_files_are_refused_in_a_sentence_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.mp3").write_bytes(b"ID3")
    (tmp_path / "a.txt").write_bytes(b"x")
    (tmp_path / "bad.wav").write_bytes(b"RIFFxxxx")
    write(tmp_path / "44.wav", rate=44_100)
    write(tmp_path / "long.wav")
    monkeypatch.setattr(item_hearing, "LONGEST_S", 0.9)
    for name, why in (
        ("none.wav", "there is no such file here"),
        ("a.mp3", "is compressed"),
        ("a.txt", "expected a WAV, AIFF, CAF or FLAC file, got .txt"),
        ("bad.wav", "cannot be read as audio"),
        ("long.wav", "I listen to 60 at most"),
    ):
        with pytest.raises(AudioError, match=why):
            measure_item(job_of(tmp_path / name))
    monkeypatch.undo()
    with pytest.raises(AudioError, match="has 44100 samples a second, the song 48000"):
        measure_item(job_of(tmp_path / "44.wav"))
    for path in ("//server/a.wav", "\\\\server\\a.wav", "smb://a/b.wav"):
        with pytest.raises(AudioError, match="is on a network"):
            measure_item(job_of(path))
    with pytest.raises(AudioError, match="no such file"):
        measure_item(job_of("a.wav"))
    for text in ("", "[]", json.dumps({"path": 1})):
        with pytest.raises(BridgeError, match="expected a job"):
            measure_item(Job(task=TaskName.EDIT, name="hear", text=text))
