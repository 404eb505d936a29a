"""The port of phrases in a running bridge: whatever ends a phrase ends every note of it."""

import asyncio
import atexit
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.desk import Desk
from support.rtmidi_fake import MidiSystem

from bridge.daw.generic import GenericDialect
from bridge.midi.phrase_port import PORT, PhrasePort
from bridge.mix.content_events import ContentKind, PlayContent
from bridge.mix.device_events import TaskName
from bridge.mix.notices import Notice, Offered, StatusChanged, WorkChanged
from bridge.mix.phrases import PhraseNote, phrase_of
from bridge.runtime.runner import Runner

PHRASE = phrase_of([PhraseNote(k / 4, 40 + k, 4.0 - k / 4, 90) for k in range(15)], 4.0)
"""Wherever it begins, a note begins soon."""

PATIENCE_S = 60.0


@pytest.fixture
def computer(monkeypatch: pytest.MonkeyPatch) -> MidiSystem:
    system = MidiSystem()
    monkeypatch.setitem(sys.modules, "rtmidi", system.library)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: True)
    return system


def sounding(computer: MidiSystem) -> set[int]:
    held: set[int] = set()
    for name, (status, pitch, *_) in computer.sent:
        assert name == PORT
        if status & 0xF0 == 0x90:
            held.add(pitch)
        elif status & 0xF0 == 0x80:
            held.discard(pitch)
    return held


def end(computer: MidiSystem, folder: Path, how: Callable[[PhrasePort], None]) -> list[int]:
    """Let a phrase sound, and end it; the last message."""

    async def run() -> None:
        runner = Runner(
            engine=Desk().connect().engine, dialect=GenericDialect(), daw=("127.0.0.1", 9),
            session=1, read_every_s=1.0,
        )  # fmt: skip
        port = PhrasePort(runner, folder)
        port.open()
        runner.notify(WorkChanged(task=TaskName.PHRASE, track="Bass", device=""))
        assert port._opening is not None
        await port._opening
        port.play(PlayContent(kind=ContentKind.CLIP, key="a", track=2, text=PHRASE.text))
        while not sounding(computer):
            assert await asyncio.to_thread(computer.is_sent.wait, PATIENCE_S)
            computer.is_sent.clear()
        how(port)
        last.append(computer.sent[-1][1][:2])
        assert sounding(computer) == set()
        await port.close()

    last: list[list[int]] = []
    asyncio.run(run())
    return last[0]


@pytest.mark.parametrize(
    "notice",
    [
        Offered(offer="o1", moves=()),
        WorkChanged(task=TaskName.EDIT, track="Bass", device=""),
        StatusChanged(state="panic", text=""),
        StatusChanged(state="frozen", text=""),
        StatusChanged(state="offline", text=""),
        StatusChanged(state="stale", text=""),
    ],
    ids=lambda notice: getattr(notice, "state", type(notice).__name__),
)
def test_all_notes_end_with(computer: MidiSystem, tmp_path: Path, notice: Notice) -> None:
    assert end(computer, tmp_path, lambda port: port.notify(notice)) == [0xB0, 123]


def test_all_notes_end_when_nothing_is_to_be_heard_any_more(
    computer: MidiSystem, tmp_path: Path
) -> None:
    silent = PlayContent(kind=ContentKind.CLIP, key="a", track=2, text="")
    assert end(computer, tmp_path, lambda port: port.play(silent)) == [0xB0, 123]


def test_all_notes_end_with_the_process(
    computer: MidiSystem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_exit: list[Callable[[], None]] = []
    monkeypatch.setattr(atexit, "register", at_exit.append)

    def leave(_port: PhrasePort) -> None:
        for each in at_exit:
            each()

    assert end(computer, tmp_path, leave) == [0xB0, 123]
