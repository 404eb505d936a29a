"""Workers for the tests of the process that does jobs."""

import os
import threading
from pathlib import Path

from bridge.errors import AudioError
from bridge.mix.content_events import Job


def spell(job: Job) -> bytes:
    """Whatever was asked, backwards, with the process that did it."""
    return f"{job.text[::-1]} {os.getpid()}".encode()


_DONE: list[str] = []


def keep(job: Job) -> bytes:
    """What this process was asked so far."""
    _DONE.append(job.text)
    return " ".join(_DONE).encode()


def refuse(_job: Job) -> bytes:
    """No result, with a reason."""
    raise AudioError("take.wav: is silent.")


def fail(_job: Job) -> bytes:
    """A fault."""
    raise ZeroDivisionError("of the worker")


def die(_job: Job) -> bytes:
    """The process ends."""
    os._exit(3)


def die_once(job: Job) -> bytes:
    """The process ends the first time; `text` is a file that tells the times apart."""
    mark = Path(job.text)
    if not mark.exists():
        mark.touch()
        os._exit(3)
    return b"done"


def hang(job: Job) -> bytes:
    """Begin, and never end; `text` is a named pipe that is told."""
    with open(job.text, "w", encoding="utf-8") as pipe:
        pipe.write("begun\n")
    threading.Event().wait()
    return b""
