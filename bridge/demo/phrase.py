"""The demo of phrases: a band plays, three bass lines come up, and after eight picks it is known.

Band, generator and, with ``--headless``, the person are ours: nothing need be installed beyond the
extra `demo`. The variants of an offer lie in the folder as MIDI files while they wait for a pick.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any, Final

import click
import numpy as np

from bridge import __version__
from bridge.demo.phrase_band import BPM, draw_song, render_song
from bridge.errors import AudioError
from bridge.install.extras import demo_library
from bridge.midi.files import write_midi
from bridge.mix.phrases import EMPTY, PHRASE_KINDS, Phrase, PhraseKind
from bridge.report.page import chart_card, data_url, make_document, players, section, write_page
from bridge.report.rolls import piano_rolls
from bridge.sim.stems import SAMPLE_RATE
from bridge.sim.taste_listeners import draw_phrase_listener
from bridge.tasks.phrase.agent import Chosen, PhraseAgent
from bridge.tasks.phrase.context import Context
from bridge.tasks.phrase.generator import QGenerator
from bridge.tasks.phrase.orders import make_phrases
from bridge.tasks.phrase.prior import load_phrase_prior

PICKS: Final = 8
_KIND: Final = PhraseKind.BASS
_LETTERS: Final = "ABC"

Ask = Callable[[int], int]
"""A person's pick: 1 to the number of variants, or 0."""


def run_phrase_demo(*, headless: bool, seed: int = 0, folder: Path | None = None) -> int:
    """Play the demo, print what happens, and write the report; returns the exit code.

    Raises:
        BridgeError: If a library is missing or the folder cannot be written; one sentence.
    """
    demo_library("soundfile")  # better now than after the session
    folder = folder or Path(f"demo-phrase-{datetime.now().astimezone():%Y%m%d-%H%M%S}")
    summary = play_phrase_demo(folder, seed=seed, ask=None if headless else _ask)
    click.echo(f"What I believe now: {summary['believed'] or 'nothing that differs from most'}.")
    names = (
        *("start.wav", "picked.wav", "another-song.wav", "picked.mid", "another-song.mid"),
        *("offer.svg", "summary.json", "report.html"),
    )
    written = ", ".join(name for name in names if (folder / name).exists())
    click.echo(f"The report is in {folder}: {written}")
    return 0


def _ask(count: int) -> int:
    """Ask until a number comes that can be meant."""
    choices = click.Choice([str(number) for number in range(count + 1)])
    text = f"      {' '.join(str(number) for number in range(1, count + 1))} picks, 0 keeps"
    return int(click.prompt(text, type=choices, show_choices=False))


def play_phrase_demo(folder: Path, *, seed: int, ask: Ask | None = None) -> dict[str, Any]:
    """One session; returns the summary, as in `summary.json`.

    Args:
        folder: For the report, and the variants that wait for a pick.
        seed: Of the song and the simulated person.
        ask: Answers an offer; None: a simulated person does.

    Raises:
        AudioError: If the folder cannot be written.
        JournalError: If a MIDI file cannot be written.
    """
    prior = load_phrase_prior()
    generator = QGenerator(prior.notes)
    rng = np.random.default_rng([seed, 1])
    person = draw_phrase_listener(np.random.default_rng([seed, 2]))
    row = PHRASE_KINDS.index(_KIND)
    agent = PhraseAgent(prior, seed=seed)
    song = draw_song(rng)
    agent.attend(song, "song")
    start = generator.draw(song, rng)
    click.echo(f"A song in {song.key}, {BPM:g} bpm; the bass plays:")
    click.echo(roll(start, song))

    def pick(phrases: Sequence[Phrase]) -> int:
        if ask is not None:
            return ask(len(phrases) - 1)
        return int(np.argmax([person.utility(agent.features(each), row) for each in phrases]))

    def make(current: Phrase) -> tuple[Phrase, ...]:
        return make_phrases(agent.order(current), generator, prior)

    current, picks, offer = _offer(agent, make, pick, start, song, folder if ask else None)
    believed = agent.believed(_KIND)
    another = draw_song(rng)
    agent.attend(another, "another song")
    first = agent.offer(EMPTY, make(EMPTY))[0]
    click.echo(f"Another song, in {another.key}; its first offer:")
    click.echo(roll(first.phrase, another))
    summary = {
        "believed": believed,
        "beliefs": agent.beliefs()["kinds"][_KIND],
        "key": song.key,
        "another_key": another.key,
        "person": None if ask else person.ideal[row].round(2).tolist(),
        "first_offer": agent.features(first.phrase).round(2).tolist(),
        "picks": picks,
        "seed": seed,
        "version": __version__,
    }
    lines = {
        "start": (song, start),
        "picked": (song, current),
        "another-song": (another, first.phrase),
    }
    _write(folder, lines, summary, offer, song)
    return summary


def _offer(
    agent: PhraseAgent,
    make: Callable[[Phrase], tuple[Phrase, ...]],
    pick: Callable[[Sequence[Phrase]], int],
    current: Phrase,
    song: Context,
    folder: Path | None,
) -> tuple[Phrase, list[int], tuple[Chosen, ...]]:
    """Offer `PICKS` times; returns what stands at the end, the picks and the first offer."""
    picks: list[int] = []
    first: tuple[Chosen, ...] = ()
    for number in range(1, PICKS + 1):
        offered = agent.offer(current, make(current))
        first = first or offered
        _show(number, offered, song, folder)
        phrases = [current, *(each.phrase for each in offered)]
        choice = pick(phrases)
        agent.choose(phrases, choice)
        picks.append(choice)
        current = phrases[choice]
        click.echo(f"      picked: {_LETTERS[choice - 1] if choice else 'what was there'}")
    return current, picks, first


def _show(number: int, offered: Sequence[Chosen], song: Context, folder: Path | None) -> None:
    for letter, chosen in zip(_LETTERS, offered, strict=False):
        click.echo(f"{number:>4}  {letter}: {chosen.reason}")
        if folder is not None:
            click.echo(roll(chosen.phrase, song))
            write_midi(folder / f"offer {letter}.mid", chosen.phrase, name=letter, bpm=BPM)


def roll(phrase: Phrase, context: Context) -> str:
    """A piano roll in letters: a row a pitch that is played, a column a sixteenth."""
    columns = round(context.length * 4)
    rows = []
    for pitch in sorted({note.pitch for note in phrase.notes}, reverse=True):
        cells = [" " if column % 16 else "|" for column in range(columns)]
        for note in phrase.notes:
            if note.pitch == pitch:
                begin = round(note.start * 4)
                end = max(round((note.start + note.length) * 4), begin + 1)
                for column in range(begin, min(end, columns)):
                    cells[column] = "#" if column == begin else "-"
        rows.append(f"      {pitch:>3} {''.join(cells)}|")
    return "\n".join(rows)


# -- the report -----------------------------------------------------------------------------------


def _write(
    folder: Path,
    lines: dict[str, tuple[Context, Phrase]],
    summary: dict[str, Any],
    offer: tuple[Chosen, ...],
    song: Context,
) -> None:
    soundfile = demo_library("soundfile")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, (context, phrase) in lines.items():
            wave = render_song(context, phrase)
            soundfile.write(str(folder / f"{name}.wav"), wave, SAMPLE_RATE, subtype="PCM_24")
            if name != "start":
                write_midi(folder / f"{name}.mid", phrase, name="Bass", bpm=BPM)
        rolls = piano_rolls(
            [
                (f"{letter}: {each.reason}", each.phrase)
                for letter, each in zip(_LETTERS, offer, strict=False)
            ],
            length=song.length,
        )
        (folder / "offer.svg").write_text(rolls, encoding="utf-8")
        write_page(_page(folder, summary, rolls), folder / "report.html")
        text = json.dumps(summary, indent=2, sort_keys=True)
        (folder / "summary.json").write_text(f"{text}\n", encoding="utf-8")
    except (OSError, RuntimeError) as error:  # soundfile raises RuntimeError for a full disk
        raise AudioError(f"The report cannot be written to {folder} ({error}).") from error


def _page(folder: Path, summary: dict[str, Any], rolls: str) -> str:
    """What is heard, the first offer, and what is believed."""
    believed = summary["believed"] or "nothing that differs from most people"
    audio = {
        name.replace("-", " "): data_url(folder / f"{name}.wav")
        for name in ("start", "picked", "another-song")
    }
    return make_document(
        "Bass lines, and what you like",
        [
            section("What the bridge believes after eight picks", f"<p>{escape(believed)}.</p>"),
            section("The first offer", chart_card("The first offer", rolls)),
            section(
                "Listen",
                players(
                    audio,
                    note="Start and picked differ in the bass; the other song has its own key.",
                ),
            ),
        ],
    )
