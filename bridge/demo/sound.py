"""The demo of sounds: a dull bass comes near to a target, then to what a simulated person likes.

At last the same person comes to other synths, and nobody answers. Synths, target and person are
ours: nothing need be installed beyond the extra `demo`. With ``--daw`` the first synth is a real
one, which is played in real time.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any, Final

import click
import numpy as np

from bridge import __version__
from bridge.errors import AudioError
from bridge.install.extras import demo_library
from bridge.learning.q_learning import FloatArray
from bridge.report.chart import Line, line_chart
from bridge.report.page import chart_card, data_url, make_document, players, section, write_page
from bridge.sim.synths import SAMPLE_RATE, Synth, Wave, draw_synth
from bridge.sim.taste_listeners import TasteListener, draw_sound_listener
from bridge.studies.sound.real import open_synth
from bridge.studies.sound.session import AnySynth
from bridge.tasks.sound.agent import SoundAgent
from bridge.tasks.sound.note import Note, measure_note
from bridge.tasks.sound.prior import SOUND_ROLES, SoundRole, load_sound_prior

NOTES: Final = 20
PICKS: Final = 8
OTHERS: Final = 8
OTHER_NOTES: Final = 10
_ROLE: Final = SoundRole.BASS
_PEAK: Final = 0.7
_SYNTH_SEED: Final = 12
_OTHER_MAKES: Final = ("folded", "modulated")
_PITCH_TRIES: Final = 32
_COLOURS: Final = ("#8a9aa3", "#c8463c", "#0f8f7d")
"""Of before, target and after; legible on light and dark."""

_DULL: Final = {
    "cutoff": 0.22, "resonance": 0.1, "attack": 0.55, "decay": 0.7, "sustain": 0.8, "release": 0.6,
    "envelope": 0.05, "detune": 0.1, "noise": 0.02, "drive": 0.1, "sub": 0.5, "lfo": 0.05,
}  # fmt: skip
_BRIGHT: Final = {
    "cutoff": 0.5, "resonance": 0.45, "attack": 0.08, "decay": 0.4, "sustain": 0.3, "release": 0.3,
    "envelope": 0.5, "detune": 0.35, "noise": 0.05, "drive": 0.4, "sub": 0.25, "lfo": 0.15,
}  # fmt: skip


_SOUNDS: Final = {
    "before": "The dull bass",
    "target": "The target",
    "after": "After the search",
    "picked": "After the picks",
    "other": "Another synth, after the picks",
    "other-unlearned": "Another synth, without these picks",
}
"""Of each sound file of the report what it is."""

_NOTE: Final = (
    "All are equally loud. The distance is in six features that the agent hears: two sounds that "
    "it takes for alike may differ to you. The simulated person does not want the target."
)


@dataclass(slots=True, kw_only=True)
class _Sitting:
    """A bass, as it is now.

    Attributes:
        synth: What plays it.
        positions: (parameters,) where its knobs stand.
        rng: Of what differs from note to note.
        rate: Of the sound, Hz.
        distances: From the target, at the start and after each note.
        steps: What was done, in words.
    """

    synth: AnySynth
    positions: FloatArray
    rng: np.random.Generator
    rate: int = SAMPLE_RATE
    distances: list[float] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)

    def render(self, positions: FloatArray) -> Wave:
        return self.synth.render(positions, self.rng)

    def listen(self, positions: FloatArray) -> Note:
        return measure_note(self.render(positions), self.rate)

    def print(self, step: str) -> None:
        click.echo(f"  {step}")
        self.steps.append(step)


def run_sound_demo(*, seed: int = 0, folder: Path | None = None, daw: str = "") -> int:
    """Play the demo, print what happens, and write the report; returns the exit code.

    Args:
        seed: Of all chance in it.
        folder: Of the report.
        daw: A synth of the registry that can be run here; empty for our own.

    Raises:
        BridgeError: If a library or that synth is missing, or the folder cannot be written; one
            sentence.
    """
    demo_library("soundfile")  # better now than after the session
    folder = folder or Path(f"demo-sound-{datetime.now().astimezone():%Y%m%d-%H%M%S}")
    summary = play_sound_demo(folder, seed=seed, daw=daw)
    for line in _results(summary):
        click.echo(line)
    files = ", ".join(["report.html", *(f"{name}.wav" for name in _SOUNDS)])
    click.echo(f"The report is in {folder}: {files}")
    return 0


def play_sound_demo(folder: Path, *, seed: int, daw: str = "") -> dict[str, Any]:
    """One session; returns the summary, as in `summary.json`."""
    rng = np.random.default_rng([seed, 1])
    if not daw:
        synth = _draw_bass()
        dull, bright = (_positions(synth, patch) for patch in (_DULL, _BRIGHT))
        return _play(folder, _Sitting(synth=synth, positions=dull, rng=rng), bright, seed)
    with open_synth(daw) as real:
        bright = real.load(real.demo_patch)
        dull = bright.copy()
        for name, position in real.demo_start.items():
            dull[real.names.index(name)] = position
        sitting = _Sitting(synth=real, positions=dull, rng=rng, rate=real.sample_rate)
        return _play(folder, sitting, bright, seed)


def _play(folder: Path, sitting: _Sitting, bright: FloatArray, seed: int) -> dict[str, Any]:
    dull, synth = sitting.positions, sitting.synth
    agent = SoundAgent(load_sound_prior(), seed=seed)
    agent.attend("bass", synth.names, role=_ROLE)
    waves = {"before": sitting.render(dull), "target": sitting.render(bright)}
    click.echo("Towards the target:")
    _come_near(agent, sitting, measure_note(waves["target"], sitting.rate))
    waves["after"] = sitting.render(sitting.positions)
    searched, sitting.steps = sitting.steps, []
    click.echo("Towards what a simulated person likes:")
    person = draw_sound_listener(np.random.default_rng([seed, 2]))
    nearer = _pick(agent, sitting, person)
    waves["picked"] = sitting.render(sitting.positions)
    click.echo(f"The same person at {OTHERS} other synths, nobody answers:")
    others = _play_others(agent, person, seed)
    summary = {
        "distances": [round(value, 4) for value in sitting.distances],
        "nearer": round(nearer, 4),
        "notes": NOTES,
        "others": round(float(np.mean([other.nearer for other in others.learnt])), 4),
        "others_unlearned": round(float(np.mean([o.nearer for o in others.unlearned])), 4),
        "picks": PICKS,
        "rest": round(sitting.distances[-1] / sitting.distances[0], 4),
        "seed": seed,
        "version": __version__,
    }
    steps = {"search": searched, "picks": sitting.steps, "other synths": others.steps}
    sounds = {name: (wave, sitting.rate) for name, wave in waves.items()}
    sounds["other"] = others.learnt[0].wave, SAMPLE_RATE
    sounds["other-unlearned"] = others.unlearned[0].wave, SAMPLE_RATE
    _write(folder, sounds, summary, steps)
    return summary


def _results(summary: dict[str, Any]) -> list[str]:
    """What came of it, in sentences."""
    played = len(summary["distances"]) - 1
    return [
        f"{played} notes left {summary['rest']:.0%} of the distance to the target.",
        f"{PICKS} picks took the sound {summary['nearer']:.0%} of the way to what this person "
        "wants.",
        f"On {OTHERS} other synths, where nobody answers, {OTHER_NOTES} notes went "
        f"{summary['others']:.0%} of that way on average; without these picks they went "
        f"{summary['others_unlearned']:.0%}.",
    ]


def _draw_bass() -> Synth:
    """One subtractive synth that plays A1."""
    for number in range(_PITCH_TRIES):
        synth = draw_synth("subtractive", np.random.default_rng([_SYNTH_SEED, number]))
        if synth.pitch_hz == 55.0:
            return synth
    raise AudioError(f"No synth plays 55 Hz among {_PITCH_TRIES}; the demo's seed is wrong.")


def _positions(synth: Synth, patch: dict[str, float]) -> FloatArray:
    return np.array([patch.get(meaning, 0.6) for meaning in synth.meanings])


def _come_near(agent: SoundAgent, sitting: _Sitting, target: Note) -> None:
    """Let the agent play `NOTES` notes towards the target."""
    agent.aim(target)
    heard = sitting.listen(sitting.positions)
    _play_notes(agent, sitting, heard, NOTES)


def _play_notes(
    agent: SoundAgent, sitting: _Sitting, heard: Note, notes: int, *, is_printed: bool = True
) -> None:
    """Let the agent play so many notes; what it does is printed."""
    sitting.distances.append(agent.distance(heard))
    for number in range(1, notes + 1):
        move = agent.propose(sitting.positions, heard)
        if move is None:
            step = f"I rest: {agent.rest}"
        else:
            moved = move.apply(sitting.positions)
            after = sitting.listen(moved)
            result = agent.learn(move, sitting.positions, heard, after)
            step = f"{move.reason}; {result.reason}"
            if result.is_kept and move.turns:
                sitting.positions, heard = moved, after
        if is_printed:
            sitting.print(f"{number:>2}  {step}")
        if move is None:
            break
        sitting.distances.append(agent.distance(heard))


def _pick(agent: SoundAgent, sitting: _Sitting, person: TasteListener) -> float:
    """Let a person pick; returns how much nearer to their wish the sound is, 1 for all the way."""
    agent.aim(None)
    role = SOUND_ROLES.index(_ROLE)
    heard = sitting.listen(sitting.positions)
    first = person.utility(agent.features(heard), role)
    for number in range(1, PICKS + 1):
        patches, notes, names = [sitting.positions], [heard], ["what was there"]
        for letter, move in zip("AB", agent.offer(sitting.positions, heard), strict=False):
            moved = move.apply(sitting.positions)
            note = sitting.listen(moved)
            if agent.learn_variant(move, sitting.positions, heard, note):
                patches.append(moved)
                notes.append(note)
                names.append(letter)
                sitting.print(f"{number:>2}{letter}: {move.reason}")
        choice = int(np.argmax([person.utility(agent.features(note), role) for note in notes]))
        agent.choose(notes, choice)
        sitting.positions, heard = patches[choice], notes[choice]
        sitting.print(f"    picked: {names[choice]}")
    return _nearer(first, person.utility(agent.features(heard), role))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Other:
    """What became of another synth while nobody answered.

    Attributes:
        nearer: How much nearer to the person's wish the sound is, 1 for all the way.
        wave: A note of it.
    """

    nearer: float
    wave: Wave


@dataclass(slots=True, kw_only=True)
class _Others:
    """Other synths, by what the picks taught and without them, and a line about each."""

    learnt: list[_Other] = field(default_factory=list)
    unlearned: list[_Other] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)


def _play_others(agent: SoundAgent, person: TasteListener, seed: int) -> _Others:
    """Let the agent play `OTHER_NOTES` notes on each other synth, and one that knows nobody."""
    others = _Others()
    for number in range(OTHERS):
        make = _OTHER_MAKES[number % len(_OTHER_MAKES)]
        synth = draw_synth(make, np.random.default_rng([_SYNTH_SEED, number]))
        fresh = SoundAgent(load_sound_prior(), seed=seed)
        for each in (agent, fresh):
            each.attend(f"other {number}", synth.names, role=_ROLE)
        learnt, unlearned = (_play_other(each, synth, person, seed) for each in (agent, fresh))
        others.learnt.append(learnt)
        others.unlearned.append(unlearned)
        step = (
            f"{number + 1:>2}  {make}: {learnt.nearer:.0%} of the way, "
            f"without these picks {unlearned.nearer:.0%}"
        )
        click.echo(f"  {step}")
        others.steps.append(step)
    return others


def _play_other(agent: SoundAgent, synth: Synth, person: TasteListener, seed: int) -> _Other:
    sitting = _Sitting(
        synth=synth, positions=_positions(synth, _DULL), rng=np.random.default_rng([seed, 3])
    )
    role = SOUND_ROLES.index(_ROLE)
    heard = sitting.listen(sitting.positions)
    first = person.utility(agent.features(heard), role)
    _play_notes(agent, sitting, heard, OTHER_NOTES, is_printed=False)
    wave = sitting.render(sitting.positions)
    last = person.utility(agent.features(measure_note(wave, sitting.rate)), role)
    return _Other(nearer=_nearer(first, last), wave=wave)


def _nearer(first: float, last: float) -> float:
    return 1.0 - last / first if first < 0.0 else 0.0


# -- the report -----------------------------------------------------------------------------------


_Sounds = Mapping[str, tuple[Wave, int]]
"""By name, a note and its rate in Hz."""


def _write(
    folder: Path, sounds: _Sounds, summary: dict[str, Any], steps: Mapping[str, Sequence[str]]
) -> None:
    soundfile = demo_library("soundfile")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, (wave, rate) in _equally_loud(sounds).items():
            soundfile.write(str(folder / f"{name}.wav"), wave, rate, subtype="PCM_24")
        write_page(_page(folder, sounds, summary, steps), folder / "report.html")
        text = json.dumps(summary, indent=2, sort_keys=True)
        (folder / "summary.json").write_text(f"{text}\n", encoding="utf-8")
    except (OSError, RuntimeError) as error:  # soundfile raises RuntimeError for a full disk
        raise AudioError(f"The report cannot be written to {folder} ({error}).") from error


def _equally_loud(sounds: _Sounds) -> dict[str, tuple[Wave, int]]:
    """Notes whose loudest moments are equally loud, so that no ear takes louder for better."""
    power = {name: 10.0 ** (measure_note(*sound).level_db / 20.0) for name, sound in sounds.items()}
    top = min(_PEAK * power[name] / float(np.abs(w).max()) for name, (w, _) in sounds.items())
    return {name: (w * np.float32(top / power[name]), rate) for name, (w, rate) in sounds.items()}


def _page(
    folder: Path, sounds: _Sounds, summary: dict[str, Any], steps: Mapping[str, Sequence[str]]
) -> str:
    """What came of it, the sounds, the curve of the distance, the spectra, and every step."""
    distances = np.array(summary["distances"]) / summary["distances"][0]
    curve = line_chart(
        [Line(name="distance", points=list(enumerate(distances.tolist())), colour=_COLOURS[2])],
        title="Distance from the target after each note, 1 at the start",
        x_label="notes",
        y_label="of the start",
        from_zero=True,
    )
    lines = []
    for name, colour in zip(("before", "target", "after"), _COLOURS, strict=True):
        freq, level_db = _spectrum(*sounds[name])
        points = list(zip(freq.tolist(), level_db.tolist(), strict=True))
        lines.append(Line(name=name, points=points, colour=colour))
    spectra = line_chart(
        lines, title="Spectra in thirds of an octave", x_label="Hz", y_label="dB", is_log=True
    )
    audio = {label: data_url(folder / f"{name}.wav") for name, label in _SOUNDS.items()}
    done = [f"<p><b>{escape(name.capitalize())}</b></p>{_list(steps[name])}" for name in steps]
    return make_document(
        "A dull bass, and what became of it",
        [
            *(f"<p>{escape(line)}</p>" for line in _results(summary)),
            section("Listen", players(audio, note=_NOTE)),
            section("Distance from the target", chart_card("Distance", curve)),
            section("Spectrum in thirds of an octave", chart_card("Spectra", spectra)),
            section("Every step", f'<div class="card">{"".join(done)}</div>'),
        ],
    )


def _list(steps: Sequence[str]) -> str:
    return "".join(f"<p>{escape(step)}</p>" for step in steps)


def _spectrum(wave: Wave, rate: int) -> tuple[FloatArray, FloatArray]:
    """Centres of thirds of octaves, Hz, and their levels against the loudest, dB."""
    power = np.abs(np.fft.rfft(wave)) ** 2
    freq = np.fft.rfftfreq(wave.size, 1.0 / rate)
    centres = 40.0 * 2.0 ** (np.arange(25) / 3.0)
    edges = centres[:, None] * 2.0 ** np.array([-1.0 / 6.0, 1.0 / 6.0])
    bands = np.array([power[(freq >= low) & (freq < high)].sum() for low, high in edges])
    return centres, 10.0 * np.log10(bands / bands.max() + 1e-7)
