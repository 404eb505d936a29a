"""How late notes leave for the MIDI port: ``mixbridge study phrase-port``.

The player runs as in the bridge, into a port that keeps the time of each message: first alone, then
while phrases are made without a pause, which the bridge does only after a pick: in the bridge's
worker process, and for comparison on a thread of this one. With
``--jack`` a virtual port on a running JACK server is used as well. What a synth makes of it is
measured by the tests (`tests/e2e/test_phrase_port.py`).
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Final

import click
import numpy as np

from bridge.learning.q_learning import FloatArray
from bridge.midi.clock import TempoClock
from bridge.midi.player import Player, Song
from bridge.midi.ports import Output, open_ports
from bridge.mix.content_events import Job
from bridge.mix.device_events import TaskName
from bridge.mix.phrases import PhraseKind, PhraseNote, phrase_of
from bridge.runtime.worker_process import WorkerProcess
from bridge.tasks.phrase.agent import PhraseAgent
from bridge.tasks.phrase.context import context_in_key
from bridge.tasks.phrase.generator import QGenerator
from bridge.tasks.phrase.prior import load_phrase_prior
from bridge.tasks.phrase.task import MAKE, do_job
from bridge.tasks.registry import TASKS

BPM: Final = 120.0
_BARS: Final = 2


class KeptPort:
    """A port that keeps when each message came, and may pass it on."""

    def __init__(self, port: Output | None = None) -> None:
        self.sent: list[tuple[float, list[int]]] = []
        self._port = port

    def send(self, data: list[int]) -> None:
        """Keep a message."""
        if self._port is not None:
            self._port.send(data)
        self.sent.append((time.monotonic(), data))

    def close(self) -> None:
        """Close what it passes on to."""
        if self._port is not None:
            self._port.close()


def play_sixteenths(port: Output, seconds: float, *, bpm: float = BPM) -> list[float]:
    """Play sixteenths for a while; how late each message left, seconds."""
    notes = [PhraseNote(step / 4, 60 + step % 12, 0.125, 100) for step in range(_BARS * 16)]
    clock = TempoClock(bpm=bpm, began_at=time.monotonic())
    player = Player(port, lambda _: Song(clock=clock, is_running=None, jumps=0))
    player.play(phrase_of(notes, _BARS * 4.0), 0)
    time.sleep(seconds)
    player.close()
    return list(player.late_s)


@contextmanager
def _making(do: Callable[[Job], object], close: Callable[[], None]) -> Iterator[None]:
    """Ask for phrases again and again meanwhile, on another thread."""
    rng = np.random.default_rng(1)
    agent = PhraseAgent(load_phrase_prior())
    context = context_in_key(PhraseKind.BASS, tonic=9, is_minor=True, degrees=(0, 5, 3, 4))
    agent.attend(context, "song")
    current = QGenerator(load_phrase_prior().notes).draw(context, rng)
    is_over = threading.Event()

    def ask() -> None:
        while not is_over.is_set():
            do(Job(task=TaskName.PHRASE, name=MAKE, text=agent.order(current).text))

    do(Job(task=TaskName.PHRASE, name=MAKE, text=agent.order(current).text))  # it has started
    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
        close()


@click.command()
@click.option("--seconds", type=click.FloatRange(1.0, 600.0), default=20.0, show_default=True)
@click.option("--jack", is_flag=True, help="Into a virtual port, if a MIDI system is there.")
def main(*, seconds: float, jack: bool) -> None:
    """How late the notes of a phrase leave the bridge."""
    work = WorkerProcess()
    worker = partial(work.do, TASKS[TaskName.PHRASE].worker)
    for words, meanwhile in (
        ("alone", nullcontext()),
        ("while the worker process makes phrases", _making(worker, work.close)),
        ("while a thread of this process makes phrases", _making(do_job, lambda: None)),
    ):
        port = KeptPort(open_ports().publish("mixbridge phrases") if jack else None)
        with meanwhile:
            late_ms = 1e3 * np.array(play_sixteenths(port, seconds))
        port.close()
        _print(words, late_ms, [at for at, data in port.sent if data[0] & 0xF0 == 0x90])


def _print(words: str, late_ms: FloatArray, onsets: list[float]) -> None:
    click.echo(f"{late_ms.size} messages at {BPM:g} bpm, sixteenths, {words}:")
    for name, value in (
        ("late, median", np.median(late_ms)),
        ("late, 99 %", np.quantile(late_ms, 0.99)),
        ("late, worst", late_ms.max()),
        ("intervals, standard deviation", 1e3 * np.diff(onsets).std()),
    ):
        click.echo(f"  {value:>8.3f} ms  {name}")
