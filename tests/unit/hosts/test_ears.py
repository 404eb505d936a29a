"""Ears without JACK: what is said, and which settings there are."""

import asyncio
import logging
import sys
import tempfile
from pathlib import Path

import pytest

from bridge.config import load
from bridge.errors import ConfigError
from bridge.hosts.ears import Ears, ears_source, event_of, open_ears
from bridge.hosts.jack import server_name
from bridge.mix.device_events import NoteHeard
from bridge.mix.messages import DawComplained
from bridge.tasks.sound.ear import EarNote
from bridge.tasks.sound.note import Note


@pytest.mark.parametrize(
    ("daw", "given", "source"),
    [
        ("zyn", "auto", "zynaddsubfx"),
        ("zyn", "off", ""),
        ("generic", "auto", ""),
        ("generic", "jack:Surge XT", "Surge XT"),
    ],
)
def test_what_is_listened_to(daw: str, given: str, source: str) -> None:
    assert ears_source(load(None, {"daw.dialect": daw, "ears.source": given})) == source


@pytest.mark.parametrize("given", ["jack", "jack:", "card", "jack: x"])
def test_another_source_is_refused_in_one_sentence(given: str) -> None:
    with pytest.raises(
        ConfigError, match=r"^command line: ears\.source: expected auto, off, or jack"
    ):
        load(None, {"ears.source": given})


NOTE = Note(
    attack_s=0.01, length_s=0.5, bright_oct=-2.0, body_db=-3.0, rough=-20.0, motion_oct=0.1,
    level_db=-12.0,
)  # fmt: skip


def test_a_note_is_one_of_the_track_in_focus_and_a_chord_is_none() -> None:
    note = event_of(EarNote(note=NOTE, began=0), 5.0, track=2, seq=7)
    assert isinstance(note, NoteHeard)
    assert (note.at, note.track, note.seq, note.bright_oct) == (5.0, 2, 7, -2.0)
    chord = event_of(EarNote(note=NOTE, began=0, chord=(48, 52, 55)), 5.0, track=2, seq=7)
    assert chord == DawComplained(
        at=5.0, text="C, E and G at once are no single note: play one key at a time"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="jackd is started on POSIX only")
def test_a_server_of_ours_takes_the_lowest_name_that_is_free(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with server_name("a") as first:
        with server_name("a") as second, server_name("b") as other:
            assert (first, second, other) == ("a-1", "a-2", "b-1")
        with server_name("a") as again:
            assert again == "a-2"
    with server_name("a") as again:
        assert again == "a-1"


class _Runner:
    class dialect:  # noqa: N801 - as the runner has it
        class capabilities:  # noqa: N801
            plays_notes = True


def test_without_the_extra_the_log_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "jack", None)
    with caplog.at_level(logging.WARNING):
        settings = load(None, {"daw.dialect": "zyn"})
        assert open_ears(_Runner(), settings) is None  # type: ignore[arg-type]
    assert "This needs jack, which cannot be imported" in caplog.text
    assert "[ears]" in caplog.text


def test_without_a_jack_it_says_so_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("jack")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "mixbridge-nobody")

    async def listen() -> str:
        ears = Ears(_Runner(), "zynaddsubfx")  # type: ignore[arg-type]
        while not ears.text:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(ears.close)
        return ears.text

    assert asyncio.run(listen()).startswith("JACK does not run: start it")
