"""The band of the demo of phrases: drums and chords of a song, and a bass line among them."""

from typing import Final

import numpy as np

from bridge.mix.phrases import Phrase, PhraseKind, PhraseNote, phrase_of
from bridge.mix.roles import Role
from bridge.sim import instruments
from bridge.sim.instruments import Wave, seconds
from bridge.sim.stems import Audio
from bridge.tasks.phrase.context import Context, context_in_key

BPM: Final = 104.0
_PEAK: Final = 0.7
_LOWEST_HZ: Final = 20.0
_KICK, _SNARE = 36, 38


def draw_song(rng: np.random.Generator) -> Context:
    """A key and four chords for the bass."""
    return context_in_key(
        PhraseKind.BASS,
        tonic=int(rng.integers(12)),
        is_minor=bool(rng.random() < 0.6),
        degrees=[0, *rng.choice([2, 3, 4, 5], 3).tolist()],
    )


def beat_of(context: Context) -> Phrase:
    """Drums under it: kick, snare and eighths."""
    notes = []
    for bar in range(context.bars):
        for step in range(8):
            notes.append(PhraseNote(bar * 4 + step / 2, 42, 0.25, 70 + 20 * (step % 2 == 0)))
        notes += [PhraseNote(bar * 4 + beat, _KICK, 0.25, 110) for beat in (0.0, 2.5)]
        notes += [PhraseNote(bar * 4 + beat, _SNARE, 0.25, 105) for beat in (1.0, 3.0)]
    return phrase_of(notes, context.length)


def chords_of(context: Context) -> Phrase:
    """A chord a bar, held."""
    notes = []
    for bar in range(context.bars):
        for tone in sorted(context.chord(bar * 4.0).tones):
            notes.append(PhraseNote(bar * 4.0, 55 + (tone - 55) % 12, 3.8, 70))
    return phrase_of(notes, context.length)


PARTS: Final[dict[str, Role]] = {"Drums": Role.DRUMS, "Keys": Role.KEYS, "Bass": Role.BASS}
"""The band's tracks, and what each plays."""


def clips_of(context: Context, line: Phrase) -> dict[str, Phrase]:
    """What each of the `PARTS` plays."""
    return {"Drums": beat_of(context), "Keys": chords_of(context), "Bass": line}


def render_song(context: Context, line: Phrase) -> Wave:
    """The band with a bass line, (samples,) mono."""
    wave = render_parts(context, line).sum(axis=0)
    return np.asarray(_PEAK * wave / (float(np.abs(wave).max()) + 1e-9), dtype=np.float32)


def render_parts(context: Context, line: Phrase) -> Audio:
    """(parts, samples) each of the `PARTS` alone, and a second to ring out."""
    rng = np.random.default_rng(1)
    clips = clips_of(context, line)
    beat_s = 60.0 / BPM
    waves = np.zeros((len(PARTS), seconds(context.length * beat_s + 1.0)), dtype=np.float32)

    def add(part: int, sound: Wave, beat: float, gain: float) -> None:
        start = seconds(beat * beat_s)
        end = min(start + sound.size, waves.shape[1])
        waves[part, start:end] += gain * sound[: end - start]

    for note in clips["Drums"].notes:
        velocity = note.velocity / 127.0
        if note.pitch == _KICK:
            add(0, instruments.kick(rng, velocity), note.start, 0.8)
        elif note.pitch == _SNARE:
            add(0, instruments.snare(rng, velocity), note.start, 0.5)
        else:
            add(0, instruments.hat(rng, velocity, tau_s=0.03), note.start, 0.2)
    for note in clips["Keys"].notes:
        held = seconds(note.length * beat_s)
        add(1, instruments.electric_piano(_hertz(note.pitch), held, 0.5), note.start, 0.25)
    for note in line.notes:
        held = seconds(max(note.length * beat_s, 0.08))
        add(2, instruments.bass(_hertz(note.pitch), held, note.velocity / 127.0), note.start, 0.8)
    return waves


def _hertz(pitch: int) -> float:
    return float(max(440.0 * 2.0 ** ((pitch - 69) / 12.0), _LOWEST_HZ))
