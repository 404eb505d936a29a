"""The demo of phrases: it plays, writes its report, and takes a person's picks."""

import json
from pathlib import Path

import numpy as np
import pytest

from bridge.demo.phrase import PICKS, play_phrase_demo, roll
from bridge.demo.phrase_band import draw_song
from bridge.midi.files import read_midi
from bridge.mix.phrases import PhraseNote, phrase_of

pytestmark = pytest.mark.slow


def test_eight_picks_are_believed_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = play_phrase_demo(tmp_path, seed=0)
    assert len(summary["picks"]) == PICKS
    assert summary["believed"].startswith("you like bass lines")
    names = {file.name for file in tmp_path.iterdir()}
    assert {"start.wav", "picked.wav", "another-song.wav", "picked.mid", "offer.svg"} <= names
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert summary["believed"] in page
    assert (tmp_path / "offer.svg").read_text(encoding="utf-8").strip() in page
    assert json.loads((tmp_path / "summary.json").read_text())["seed"] == 0
    assert read_midi(tmp_path / "picked.mid").notes
    assert "its first offer" in capsys.readouterr().out


def test_a_person_may_keep_what_is_there(tmp_path: Path) -> None:
    asked: list[int] = []

    def keep(count: int) -> int:
        asked.append(count)
        assert (tmp_path / "offer A.mid").exists()
        assert {"offer A.wav", "offer C.wav", "now.wav", "now.mid"} <= {
            each.name for each in tmp_path.iterdir()
        }
        return 0

    summary = play_phrase_demo(tmp_path, seed=1, ask=keep)
    assert asked == [3] * PICKS
    assert summary["picks"] == [0] * PICKS
    assert summary["person"] is None


def test_the_roll_has_a_row_a_pitch() -> None:
    song = draw_song(np.random.default_rng(1))
    text = roll(
        phrase_of([PhraseNote(0.0, 40, 1.0, 90), PhraseNote(1.0, 45, 0.25, 90)], 16.0), song
    )
    high, low = text.splitlines()
    assert high.split()[0] == "45"
    assert low.split()[1].startswith("#---")
