"""Work on phrases over OSC alone: a DAW with one clip, another generator, a person, a file."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.rig import SONG, Bridge, Desk, ending, sitting_at

from bridge.midi.files import read_midi
from bridge.mix.phrases import PhraseNote, phrase_of

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

BASS = next(number for number, track in enumerate(SONG, start=1) if "Bass" in track)


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[Bridge]:
    with ending(Bridge(tmp_path, mode="suggest", guard={"profile": "studio"})) as bridge:
        yield bridge


def begin(desk: Desk) -> dict[str, object]:
    """Ask for a bass line; what is wanted, as other generators are told."""
    notes = [PhraseNote(beat * 1.0, (33, 36, 40, 43)[beat % 4], 0.5, 100) for beat in range(16)]
    clip = phrase_of(notes, 16.0)
    desk.say("/mix/content", "clip", "verse", BASS, "Verse", clip.text)
    desk.say("/bridge/mode", "suggest")
    desk.say("/bridge/task", "phrase")
    desk.say("/bridge/focus", "Bass")
    text = str(desk.hear("/bridge/wanted", "phrase", "make").args[2])
    wanted: dict[str, object] = json.loads(text)
    return wanted


def test_a_phrase_is_offered_picked_written_as_a_file_and_replayed(bridge: Bridge) -> None:
    with sitting_at(bridge) as desk:
        wanted = begin(desk)
        assert (wanted["kind"], wanted["bars"]) == ("bass", 4)
        offer = desk.hear("/bridge/offer")
        name, count, *moves = offer.args
        assert count == len(moves) == 3
        desk.say("/bridge/phrases", "liar", "la la")
        assert "liar" in str(desk.hear("/bridge/error").args[0])
        desk.say("/bridge/choose", name, 2)
        confirmed = desk.hear_move("confirmed", moves[1])
        assert confirmed.param.startswith("clip/mixbridge/")
        desk.hear("/bridge/offer")
    file = bridge.store.parent / "phrases" / f"Bass {moves[1]}.mid"
    assert read_midi(file).notes
    told = subprocess.run(
        [sys.executable, "-m", "bridge", "replay", str(bridge.store)],
        capture_output=True, text=True, timeout=120.0, check=False,
    )  # fmt: skip
    assert "Identical, bit for bit" in told.stdout, told.stdout + told.stderr
