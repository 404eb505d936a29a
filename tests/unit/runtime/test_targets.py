"""A sound file that a person names is heard beside the loop; every way it can go is an event."""

import asyncio

import pytest

from bridge.errors import BridgeError
from bridge.mix.device_events import Note, TargetHeard
from bridge.runtime.targets import Targets

NOTE = Note(
    attack_s=0.01,
    length_s=0.5,
    bright_oct=1.0,
    body_db=-6.0,
    rough=-30.0,
    motion_oct=0.1,
    level_db=-12.0,
)


def silent(path: str) -> Note:
    raise BridgeError(f"{path}: no note was heard.")


def broken(path: str) -> Note:
    raise ZeroDivisionError(path)


async def listen(measure: object) -> TargetHeard:
    told: asyncio.Queue[TargetHeard] = asyncio.Queue()
    Targets(told.put_nowait, measure).listen("/a.wav")  # type: ignore[arg-type]
    return await asyncio.wait_for(told.get(), 60.0)


def test_what_was_heard_of_a_file_is_an_event() -> None:
    target = asyncio.run(listen(lambda _: NOTE))
    assert (target.path, target.trouble, target.bright_oct) == ("/a.wav", "", 1.0)


@pytest.mark.parametrize(
    ("measure", "trouble"),
    [
        (silent, "/a.wav: no note was heard."),
        (broken, "/a.wav could not be read; see the log."),
        (None, "/a.wav: nothing here can read sound files."),
    ],
)
def test_what_cannot_be_heard_is_told_in_a_sentence(measure: object, trouble: str) -> None:
    assert asyncio.run(listen(measure)).trouble == trouble
