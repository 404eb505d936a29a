"""The demo of sounds: a dull bass comes near to a target, then to what a simulated person likes.

Synth, target and person are ours: nothing need be installed beyond the extra `demo`. With ``--daw``
the synth is a real one, which is played in real time; target and person are still ours.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
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
PICKS: Final = 3
_ROLE: Final = SoundRole.BASS
_PEAK: Final = 0.7
_SYNTH_SEED: Final = 12
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


@dataclass(slots=True, kw_only=True)
class _Sitting:
    """The bass, as it is now."""

    synth: AnySynth
    positions: FloatArray
    rng: np.random.Generator
    rate: int = SAMPLE_RATE
    distances: list[float] = field(default_factory=list)

    def render(self, positions: FloatArray) -> Wave:
        return self.synth.render(positions, self.rng)

    def listen(self, positions: FloatArray) -> Note:
        return measure_note(self.render(positions), self.rate)


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
    played = len(summary["distances"]) - 1
    click.echo(
        f"{played} notes left {summary['rest']:.0%} of the distance to the target; {PICKS} picks "
        f"took the sound {summary['nearer']:.0%} of the way to what this person wants."
    )
    click.echo(
        f"The report is in {folder}: report.html, before.wav, target.wav, after.wav, picked.wav"
    )
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
    click.echo("Towards what a simulated person likes:")
    person = draw_sound_listener(np.random.default_rng([seed, 2]))
    nearer = _pick(agent, sitting, person)
    waves["picked"] = sitting.render(sitting.positions)
    summary = {
        "distances": [round(value, 4) for value in sitting.distances],
        "nearer": round(nearer, 4),
        "notes": NOTES,
        "picks": PICKS,
        "rest": round(sitting.distances[-1] / sitting.distances[0], 4),
        "seed": seed,
        "version": __version__,
    }
    _write(folder, waves, summary, sitting.rate)
    return summary


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
    """Let the agent play `NOTES` notes."""
    agent.aim(target)
    heard = sitting.listen(sitting.positions)
    sitting.distances.append(agent.distance(heard))
    for number in range(1, NOTES + 1):
        move = agent.propose(sitting.positions, heard)
        if move is None:
            click.echo(f"{number:>4}  I rest: {agent.rest}")
            break
        moved = move.apply(sitting.positions)
        after = sitting.listen(moved)
        result = agent.learn(move, sitting.positions, heard, after)
        click.echo(f"{number:>4}  {move.reason}; {result.reason}")
        if result.is_kept and move.turns:
            sitting.positions, heard = moved, after
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
                click.echo(f"{number:>4}  {letter}: {move.reason}")
        choice = int(np.argmax([person.utility(agent.features(note), role) for note in notes]))
        agent.choose(notes, choice)
        sitting.positions, heard = patches[choice], notes[choice]
        click.echo(f"{'':4}  picked: {names[choice]}")
    last = person.utility(agent.features(heard), role)
    return 1.0 - last / first if first < 0.0 else 0.0


# -- the report -----------------------------------------------------------------------------------


def _write(folder: Path, waves: dict[str, Wave], summary: dict[str, Any], rate: int) -> None:
    soundfile = demo_library("soundfile")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, wave in _equally_loud(waves, rate).items():
            soundfile.write(str(folder / f"{name}.wav"), wave, rate, subtype="PCM_24")
        write_page(_page(folder, waves, summary, rate), folder / "report.html")
        text = json.dumps(summary, indent=2, sort_keys=True)
        (folder / "summary.json").write_text(f"{text}\n", encoding="utf-8")
    except (OSError, RuntimeError) as error:  # soundfile raises RuntimeError for a full disk
        raise AudioError(f"The report cannot be written to {folder} ({error}).") from error


def _equally_loud(waves: dict[str, Wave], rate: int) -> dict[str, Wave]:
    """Notes whose loudest moments are equally loud, so that no ear takes louder for better."""
    power = {name: 10.0 ** (measure_note(w, rate).level_db / 20.0) for name, w in waves.items()}
    top = min(_PEAK * power[name] / float(np.abs(wave).max()) for name, wave in waves.items())
    return {name: wave * np.float32(top / power[name]) for name, wave in waves.items()}


def _page(folder: Path, waves: dict[str, Wave], summary: dict[str, Any], rate: int) -> str:
    """The sounds, the curve of the distance, and the spectra."""
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
        freq, level_db = _spectrum(waves[name], rate)
        points = list(zip(freq.tolist(), level_db.tolist(), strict=True))
        lines.append(Line(name=name, points=points, colour=colour))
    spectra = line_chart(
        lines, title="Spectra in thirds of an octave", x_label="Hz", y_label="dB", is_log=True
    )
    return make_document(
        "A dull bass, and what became of it",
        [
            section("Listen", players({name: data_url(folder / f"{name}.wav") for name in waves})),
            section("Distance from the target", chart_card("Distance", curve)),
            section("Spectrum in thirds of an octave", chart_card("Spectra", spectra)),
        ],
    )


def _spectrum(wave: Wave, rate: int) -> tuple[FloatArray, FloatArray]:
    """Centres of thirds of octaves, Hz, and their levels against the loudest, dB."""
    power = np.abs(np.fft.rfft(wave)) ** 2
    freq = np.fft.rfftfreq(wave.size, 1.0 / rate)
    centres = 40.0 * 2.0 ** (np.arange(25) / 3.0)
    edges = centres[:, None] * 2.0 ** np.array([-1.0 / 6.0, 1.0 / 6.0])
    bands = np.array([power[(freq >= low) & (freq < high)].sum() for low, high in edges])
    return centres, 10.0 * np.log10(bands / bands.max() + 1e-7)
