"""The demo of phrases on the page: the embedded console has a band, and a bridge writes its bass.

The console is a process of its own and reports a clip of each track. The page plays a variant with
the others, and a person picks by keys. When it ends, the report says what is believed, and has
another song's first offer.
"""

import json
from pathlib import Path
from typing import Final

import numpy as np

from bridge.demo.demo import console_process, port_of
from bridge.demo.options import DemoOptions, settings_of
from bridge.demo.page import sit
from bridge.demo.phrase import (
    KIND,
    Session,
    finish,
    first_song,
    make_folder,
    print_end,
    report_folder,
)
from bridge.demo.phrase_band import BPM, PARTS, clips_of, render_parts
from bridge.install.extras import demo_library
from bridge.mix.content_events import OWN_CLIP
from bridge.mix.device_events import TaskName
from bridge.mix.messages import Mode
from bridge.mix.phrases import Phrase, decode_phrase
from bridge.runtime.runner import Runner
from bridge.sim.console import Console, ConsoleClip
from bridge.sim.stems import SAMPLE_RATE, Stems
from bridge.tasks.phrase.agent import PhraseAgent
from bridge.tasks.phrase.prior import load_phrase_prior

_TRACK: Final = "Bass"
_HINT: Final = (
    "On the page: Suggestions. Listen here plays a bass line with the band; 1 2 3 picks, 0 keeps."
)


def make_band_console(seed: int) -> Console:
    """A console with drums, keys and a bass, and a clip of each."""
    song, start = first_song(seed)
    stems = Stems(
        names=tuple(PARTS),
        roles=tuple(PARTS.values()),
        audio=render_parts(song, start),
        sample_rate=SAMPLE_RATE,
    )
    console = Console(stems, np.zeros((len(PARTS), 6)))
    console.bpm = BPM
    for row, (name, phrase) in enumerate(clips_of(song, start).items()):
        console.clips[f"{name} 1"] = ConsoleClip(row=row, name=f"{name} 1", text=phrase.text)
    return console


class _Watch:
    """What a session on the page has come to."""

    def __init__(self, start: Phrase) -> None:
        self.offer: tuple[tuple[str, Phrase], ...] = ()
        self.picked = start
        self.state = b""

    def check(self, runner: Runner) -> "_Watch":
        """See `bridge.demo.page.sit`."""
        work = runner.engine.work
        if not self.offer and (offer := work.offers.open):
            self.offer = tuple(
                (move.variant.reason, decode_phrase(move.variant.changes[0].after))
                for move in offer.moves
                if move.variant.changes
            )
        for content in work.contents.contents:
            if content.key.startswith(OWN_CLIP) and content.text:
                self.picked = decode_phrase(content.text)
        self.state = work.focus.tasks[TaskName.PHRASE].state()
        return self


def run_phrase_page(folder: Path | None, *, browser: bool, seed: int) -> int:
    """Serve the page until Ctrl-C, and write the report; returns the exit code.

    Args:
        folder: For the report; None: a new one here.
        browser: Open a browser; else only say where the page is.
        seed: Of the song and the bridge.

    Raises:
        BridgeError: If a library or a port is missing, or the folder cannot be written.
    """
    demo_library("soundfile")  # better now than after the session
    folder = (folder or report_folder()).resolve()
    make_folder(folder)
    song, start = first_song(seed)
    watch = _Watch(start)
    with console_process(["--band", "--seed", str(seed)]) as console:
        options = DemoOptions(page=True, browser=browser, seed=seed)
        settings = settings_of(options, port_of(console), folder)
        settings = settings.model_copy(update={"mode": Mode.SUGGEST})
        sit(
            settings,
            browser=browser,
            task=TaskName.PHRASE,
            track=_TRACK,
            hint=_HINT,
            check=watch.check,
        )
    agent = PhraseAgent(load_phrase_prior(), seed=seed)
    agent.load_state(json.dumps(json.loads(watch.state)["agent"]).encode())
    picks = agent.beliefs()["kinds"][KIND]["picks"]
    session = Session(seed=seed, song=song, start=start, picked=watch.picked, offer=watch.offer)
    print_end(folder, finish(folder, agent, session, picks=picks))
    return 0
