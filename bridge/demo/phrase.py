"""The demo of phrases: a band plays, three bass lines come up, and after eight picks it is known.

Band, generator and, with ``--headless``, the person are ours: nothing need be installed beyond the
extra `demo`. The variants of an offer lie in the folder as MIDI files while they wait for a pick.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
KIND: Final = PhraseKind.BASS
_LETTERS: Final = "ABC"
_HELP: Final = (
    "A line is a pitch (MIDI), a column a sixteenth: # begins a note, - holds it, | ends a bar."
    "\nTo hear the variants with the band: offer A.wav, B.wav and C.wav, and now.wav for what 0 "
    "keeps (also as .mid), in {folder}"
)

Ask = Callable[[int], int]
"""A person's pick: 1 to the number of variants, or 0."""


def run_phrase_demo(*, headless: bool, seed: int = 0, folder: Path | None = None) -> int:
    """Play the demo, print what happens, and write the report; returns the exit code.

    Raises:
        BridgeError: If a library is missing or the folder cannot be written; one sentence.
    """
    demo_library("soundfile")  # better now than after the session
    folder = folder or report_folder()
    make_folder(folder)
    summary = play_phrase_demo(folder, seed=seed, ask=None if headless else _ask)
    print_end(folder, summary)
    return 0


def report_folder() -> Path:
    """A new folder here, by the time."""
    return Path(f"demo-phrase-{datetime.now().astimezone():%Y%m%d-%H%M%S}")


def make_folder(folder: Path) -> None:
    """Make the folder of a report.

    Raises:
        AudioError: If it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AudioError(f"The folder {folder} cannot be made ({error}).") from error


def print_end(folder: Path, summary: dict[str, Any]) -> None:
    """Print what is believed, and where the report is."""
    click.echo(f"What I believe now: {summary['believed'] or 'nothing that differs from most'}.")
    names = (
        *("start.wav", "picked.wav", "another-song.wav", "picked.mid", "another-song.mid"),
        *("offer.svg", "summary.json", "report.html"),
    )
    written = ", ".join(name for name in names if (folder / name).exists())
    click.echo(f"The report is in {folder}: {written}")


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
    person = draw_phrase_listener(np.random.default_rng([seed, 2]))
    row = PHRASE_KINDS.index(KIND)
    agent = PhraseAgent(load_phrase_prior(), seed=seed)
    song, start = first_song(seed)
    agent.attend(song, "song")
    click.echo(f"A song in {song.key}, {BPM:g} bpm; the bass plays:")
    click.echo(roll(start, song))
    if ask is not None:
        click.echo(_HELP.format(folder=folder))

    def pick(phrases: Sequence[Phrase]) -> int:
        if ask is not None:
            return ask(len(phrases) - 1)
        return int(np.argmax([person.utility(agent.features(each), row) for each in phrases]))

    current, picks, offer = _offer(agent, pick, start, song, folder if ask else None)
    return finish(
        folder,
        agent,
        Session(seed=seed, song=song, start=start, picked=current, offer=offer),
        picks=picks,
        person=None if ask else person.ideal[row].round(2).tolist(),
    )


def first_song(seed: int) -> tuple[Context, Phrase]:
    """The song of the demo, and the bass line that it begins with."""
    rng = np.random.default_rng([seed, 1])
    song = draw_song(rng)
    return song, QGenerator(load_phrase_prior().notes).draw(song, rng)


def _make(agent: PhraseAgent, current: Phrase) -> tuple[Phrase, ...]:
    """What a worker of the bridge would make now."""
    prior = load_phrase_prior()
    return make_phrases(agent.order(current), QGenerator(prior.notes), prior)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What happened in a song.

    Attributes:
        seed: Of the song.
        song: What the bass had to fit.
        start: What it played at first.
        picked: What it plays at the end.
        offer: The variants of the first offer, each with its reason.
    """

    seed: int
    song: Context
    start: Phrase
    picked: Phrase
    offer: tuple[tuple[str, Phrase], ...]


def finish(folder: Path, agent: PhraseAgent, session: Session, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Offer once for another song, and write the report; returns the summary, with `more` in it.

    Raises:
        AudioError: If the folder cannot be written.
        JournalError: If a MIDI file cannot be written.
    """
    believed, beliefs = agent.believed(KIND), agent.beliefs()["kinds"][KIND]
    another = draw_song(np.random.default_rng([session.seed, 3]))
    agent.attend(another, "another song")
    first = agent.offer(EMPTY, _make(agent, EMPTY))[0].phrase
    click.echo(f"Another song, in {another.key}; its first offer:")
    click.echo(roll(first, another))
    summary = {
        "believed": believed,
        "beliefs": beliefs,
        "key": session.song.key,
        "another_key": another.key,
        "first_offer": agent.features(first).round(2).tolist(),
        "seed": session.seed,
        "version": __version__,
        **more,
    }
    lines = {
        "start": (session.song, session.start),
        "picked": (session.song, session.picked),
        "another-song": (another, first),
    }
    _write(folder, lines, summary, session)
    return summary


def _offer(
    agent: PhraseAgent,
    pick: Callable[[Sequence[Phrase]], int],
    current: Phrase,
    song: Context,
    folder: Path | None,
) -> tuple[Phrase, list[int], tuple[tuple[str, Phrase], ...]]:
    """Offer `PICKS` times; returns what stands at the end, the picks and the first offer."""
    picks: list[int] = []
    first: tuple[tuple[str, Phrase], ...] = ()
    for number in range(1, PICKS + 1):
        offered = agent.offer(current, _make(agent, current))
        first = first or tuple((each.reason, each.phrase) for each in offered)
        _show(number, offered, song, folder)
        if folder is not None:
            _write_wave(folder / "now.wav", song, current)
            write_midi(folder / "now.mid", current, name="now", bpm=BPM)
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
            _write_wave(folder / f"offer {letter}.wav", song, chosen.phrase)


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
    session: Session,
) -> None:
    for name, (context, phrase) in lines.items():
        _write_wave(folder / f"{name}.wav", context, phrase)
    try:
        for name, (_, phrase) in lines.items():
            if name != "start":
                write_midi(folder / f"{name}.mid", phrase, name="Bass", bpm=BPM)
        offer = [
            (f"{letter}: {reason}", phrase)
            for letter, (reason, phrase) in zip(_LETTERS, session.offer, strict=False)
        ]
        rolls = {
            "The first offer": piano_rolls(offer, length=session.song.length),
            "The bass at first and now": piano_rolls(
                [("At first", session.start), ("Now", session.picked)], length=session.song.length
            ),
            "Another song's first offer": piano_rolls(
                [(f"In {summary['another_key']}", lines["another-song"][1])],
                length=session.song.length,
            ),
        }
        (folder / "offer.svg").write_text(rolls["The first offer"], encoding="utf-8")
        write_page(_page(folder, summary, rolls), folder / "report.html")
        text = json.dumps(summary, indent=2, sort_keys=True)
        (folder / "summary.json").write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise AudioError(f"The report cannot be written to {folder} ({error}).") from error


def _write_wave(file: Path, song: Context, phrase: Phrase) -> None:
    """Write the band with a bass line.

    Raises:
        AudioError: If it cannot be written.
    """
    soundfile = demo_library("soundfile")
    wave = render_song(song, phrase)
    try:
        soundfile.write(str(file), wave, SAMPLE_RATE, subtype="PCM_24")
    except (OSError, RuntimeError) as error:  # soundfile raises RuntimeError for a full disk
        raise AudioError(f"{file} cannot be written ({error}).") from error


def _page(folder: Path, summary: dict[str, Any], rolls: dict[str, str]) -> str:
    """What is believed, the rolls by their titles, and what is heard."""
    believed = summary["believed"] or "nothing that differs from most people"
    audio = {
        name.replace("-", " "): data_url(folder / f"{name}.wav")
        for name in ("start", "picked", "another-song")
    }
    return make_document(
        "Bass lines, and what you like",
        [
            section("What the bridge believes after your picks", f"<p>{escape(believed)}.</p>"),
            *(section(title, chart_card(title, roll)) for title, roll in rolls.items()),
            section(
                "Listen",
                players(
                    audio,
                    note="Start and picked differ in the bass; the other song has its own key.",
                ),
            ),
        ],
    )
