"""A small band that plays eight bars of verse and eight of chorus, in a loop without a seam.

Everything follows from the seed: key, tempo, chords, melody, accents and the player's unevenness.
Notes that ring past the end are heard at the beginning, so that the song can be looped.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.mix.params import COLUMN, MOVABLE, Param
from bridge.mix.roles import Role
from bridge.sim import instruments as play
from bridge.sim.stems import SAMPLE_RATE, Stems

BARS: Final = 16
_CHORUS: Final = 8
_BEATS: Final = 4 * BARS
_MAJOR: Final = (0, 2, 4, 5, 7, 9, 11)

# Chords as degrees of the major scale, counted from 0: vi-IV-I-V and its neighbours in pop.
_VERSES: Final = ((5, 3, 0, 4), (0, 5, 3, 4), (5, 0, 3, 3))
_CHORUSES: Final = ((3, 4, 5, 0), (0, 4, 5, 3), (3, 0, 4, 5))

# When the singer sings within two bars, (beat, length in beats): a phrase and its answer.
_VERSE_RHYTHMS: Final = (
    ((0.5, 0.5), (1, 0.5), (1.5, 1), (2.5, 0.5), (3, 1.5), (5, 0.5), (5.5, 0.5), (6, 1.5)),
    ((0, 0.5), (0.5, 0.5), (1, 1), (2.5, 1), (3.5, 0.5), (4, 2.5)),
    ((1, 0.5), (1.5, 0.5), (2, 0.5), (2.5, 1), (3.5, 1), (4.5, 0.5), (5, 2)),
)
_CHORUS_RHYTHMS: Final = (
    ((0, 1.5), (1.5, 0.5), (2, 1), (3, 1), (4, 2.5), (6.5, 0.5), (7, 1)),
    ((0, 2), (2, 0.5), (2.5, 1), (3.5, 2), (5.5, 0.5), (6, 1.5)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Score:
    """What the band has agreed on before the count-in."""

    seed: int
    beat: int
    tonic: int
    verse: tuple[int, ...]
    chorus: tuple[int, ...]

    def chord(self, bar: int) -> tuple[int, int, int]:
        """Degrees of the triad of a bar."""
        root = (self.chorus if bar >= _CHORUS else self.verse)[bar % 4]
        return (root, root + 2, root + 4)

    def pitch(self, degree: int, lowest: int) -> int:
        """The MIDI note of a degree within the octave above `lowest`."""
        note = self.tonic + _MAJOR[degree % 7]
        return lowest + (note - lowest) % 12

    def part(self, player: int) -> "_Part":
        """An empty track with the player's own hand."""
        rng = np.random.default_rng((self.seed, player))
        return _Part(audio=np.zeros(_BEATS * self.beat), beat=self.beat, rng=rng)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One player's track while it is being played."""

    audio: NDArray[np.float64]
    beat: int
    rng: np.random.Generator

    def add(self, beat: float, note: play.Wave, *, late_s: float = 0.0) -> None:
        """A note at a beat of the song, a few milliseconds off as people are."""
        uneven = np.clip(self.rng.normal(late_s, 0.003), -0.012, 0.06)
        start = (round(beat * self.beat) + play.seconds(float(uneven))) % self.audio.size
        head = min(note.size, self.audio.size - start)
        self.audio[start : start + head] += note[:head]
        self.audio[: note.size - head] += note[head:]

    def touch(self, velocity: float) -> float:
        """A velocity as it comes out of a hand."""
        return float(np.clip(velocity * (1.0 + self.rng.normal(0.0, 0.07)), 0.05, 1.0))

    def samples(self, beats: float) -> int:
        """A length in samples."""
        return round(beats * self.beat)


def make_band(seed: int = 0) -> Stems:
    """Nine stems of about 29 s at 48 kHz, the same ones for the same seed.

    The chorus is denser and louder than the verse. A stem's RMS is its instrument's usual recording
    level (-20 to -31 dBFS), so that nothing clips with all faders at 0 dB.
    """
    rng = np.random.default_rng(seed)
    score = _Score(
        seed=seed,
        beat=round(60.0 / rng.integers(130, 139) * SAMPLE_RATE),
        tonic=int(rng.choice([55, 57, 58, 60, 62, 64])),
        verse=_VERSES[rng.integers(len(_VERSES))],
        chorus=_CHORUSES[rng.integers(len(_CHORUSES))],
    )
    audio = []
    for player, (_, _, rms_dbfs, part) in enumerate(_LINE_UP):
        wave = part(score, score.part(player))
        wave -= wave.mean()
        audio.append(wave * 10.0 ** (rms_dbfs / 20.0) / np.sqrt(np.mean(wave**2)))
    return Stems(
        names=tuple(name for name, _, _, _ in _LINE_UP),
        roles=tuple(role for _, role, _, _ in _LINE_UP),
        audio=np.asarray(audio, dtype=np.float32),
        sample_rate=SAMPLE_RATE,
    )


def rough_mix(roles: tuple[Role, ...], *, seed: int = 0) -> NDArray[np.float64]:
    """A mix that needs help: (tracks, 6) values in the order of `MOVABLE`.

    The lead is buried, the bass too loud, the rest out of balance by some dB, two tracks lean to
    one side and most have one EQ band that is plainly wrong (dull, boomy, boxy or harsh). Gain
    stays within -20..+3 dB, EQ within +-6 dB.
    """
    rng = np.random.default_rng((seed, len(roles)))
    values = np.zeros((len(roles), len(MOVABLE)))
    gain = -8.0 + rng.uniform(-5.0, 5.0, len(roles))
    centre = (Role.KICK, Role.SNARE, Role.BASS, Role.LEAD)
    side = rng.choice([-1.0, 1.0])
    for row, role in enumerate(roles):
        if role is Role.LEAD:
            gain[row] = rng.uniform(-17.0, -14.0)
        elif role is Role.BASS:
            gain[row] = rng.uniform(-3.0, 0.0)
        if rng.random() < 0.7:
            band = rng.integers(2, len(MOVABLE))
            values[row, band] = rng.choice([-1.0, 1.0]) * rng.uniform(3.0, 6.0)
        spread = 0.15 if role in centre else 0.45
        values[row, COLUMN[Param.PAN]] = np.clip(side * 0.2 + rng.uniform(-spread, spread), -1, 1)
    if roles:
        values[rng.integers(len(roles)), COLUMN[Param.PAN]] = 0.8 * side
    values[:, COLUMN[Param.GAIN]] = np.clip(gain, -20.0, 3.0)
    return np.round(values, 2)


def _hz(note: int) -> float:
    return float(440.0 * 2.0 ** ((note - 69) / 12.0))


def _kick(score: _Score, part: _Part) -> NDArray[np.float64]:
    for bar in range(BARS):
        chorus = bar >= _CHORUS
        beats = (0, 1.5, 2, 3.5) if chorus else ((0, 2, 2.5) if bar % 2 else (0, 2))
        for beat in beats:
            velocity = 0.95 if beat in (0, 2) else 0.7
            part.add(4 * bar + beat, play.kick(part.rng, part.touch(velocity)))
    return part.audio


def _snare(score: _Score, part: _Part) -> NDArray[np.float64]:
    for bar in range(BARS):
        loud = 0.95 if bar >= _CHORUS else 0.75
        hits = [(1.0, loud), (3.0, loud)]
        if bar % 8 == 7:  # a fill into the next section
            hits += [(2.5, 0.6), (3.25, 0.65), (3.5, 0.75), (3.75, 0.9)]
        elif bar % 2:
            hits += [(1.75, 0.2), (2.25, 0.25)]  # ghost notes
        for beat, velocity in hits:
            part.add(4 * bar + beat, play.snare(part.rng, part.touch(velocity)))
    return part.audio


def _hats(score: _Score, part: _Part) -> NDArray[np.float64]:
    for bar in range(BARS):
        chorus = bar >= _CHORUS
        for eighth in range(8):
            accent = 0.5 if eighth % 2 else 0.75
            if chorus and eighth % 2:
                part.add(4 * bar + eighth / 2, play.hat(part.rng, part.touch(0.85), tau_s=0.09))
            else:
                part.add(4 * bar + eighth / 2, play.hat(part.rng, part.touch(accent), tau_s=0.025))
        if bar in (_CHORUS, _CHORUS + 4):
            part.add(4 * bar, play.hat(part.rng, 0.9, tau_s=0.5))  # a crash of a kind
    return part.audio


def _bass(score: _Score, part: _Part) -> NDArray[np.float64]:
    for bar in range(BARS):
        root, third, fifth = (score.pitch(degree, 31) for degree in score.chord(bar))
        ahead = score.pitch(score.chord((bar + 1) % BARS)[0], 31)
        if bar >= _CHORUS:
            line = [(eighth / 2, 0.45, root) for eighth in range(6)]
            line += [(3.0, 0.45, fifth), (3.5, 0.45, ahead - 1 if ahead > root else ahead + 2)]
        else:
            line = [(0, 1.4, root), (1.5, 0.45, root), (2, 0.9, root), (3, 0.45, fifth)]
            line += [(3.5, 0.45, third)] if bar % 2 else []
        for beat, length, note in line:
            velocity = part.touch(0.9 if beat == 0 else 0.7)
            part.add(4 * bar + beat, play.bass(_hz(note), part.samples(length), velocity))
    return part.audio


def _guitar(score: _Score, part: _Part) -> NDArray[np.float64]:
    """Picked chords in the verse, strummed eighths through a warm amplifier in the chorus."""
    for bar in range(BARS):
        low, middle, high = (score.pitch(degree, 50) for degree in score.chord(bar))
        strings = sorted({low, middle, high, low + 12, middle + 12})
        if bar < _CHORUS:
            for eighth, string in enumerate((0, 2, 1, 3, 2, 4, 3, 1)):
                note = play.pluck(
                    part.rng, _hz(strings[string]), part.samples(1.2), part.touch(0.5), ring_s=1.1
                )
                part.add(4 * bar + eighth / 2, note)
            continue
        for beat in (0, 1, 1.5, 2.5, 3, 3.5):
            down = beat == int(beat)
            ring = part.samples(1.0 if down else 0.5)
            for order, string in enumerate(strings if down else strings[:1:-1]):
                velocity = part.touch(0.8 if down else 0.6)
                note = play.pluck(part.rng, _hz(string), ring, velocity, ring_s=1.6)
                part.add(4 * bar + beat, note, late_s=0.009 * order)
    amplified = np.tanh(0.55 * part.audio)
    return play.shape_spectrum(amplified, 110.0, 4200.0)


def _keys(score: _Score, part: _Part) -> NDArray[np.float64]:
    for bar in range(BARS):
        chorus = bar >= _CHORUS
        hits = ((0, 1.4), (1.5, 1.4), (3, 0.9)) if chorus else ((0.5, 0.8), (2.5, 1.2))
        for beat, length in hits:
            velocity = part.touch(0.75 if chorus else 0.5)
            root = score.chord(bar)[0]
            for degree in (root, root + 2, root + 4, root + 6) if chorus else score.chord(bar):
                pitch_hz = _hz(score.pitch(degree, 58))
                note = play.electric_piano(pitch_hz, part.samples(length), velocity)
                part.add(4 * bar + beat, note, late_s=0.004)
    return part.audio


def _pad(score: _Score, part: _Part) -> NDArray[np.float64]:
    for bar in range(BARS):
        chorus = bar >= _CHORUS
        for degree in score.chord(bar):
            pitch_hz = _hz(score.pitch(degree, 55))
            note = play.pad(part.rng, pitch_hz, part.samples(4.6), 0.8 if chorus else 0.25)
            part.add(4 * bar, (1.0 if chorus else 0.7) * note)
    return part.audio


def _lead(score: _Score, part: _Part) -> NDArray[np.float64]:
    """A motif of two bars and its answers; strong beats take notes of the chord."""
    verse = _VERSE_RHYTHMS[part.rng.integers(len(_VERSE_RHYTHMS))]
    chorus = _CHORUS_RHYTHMS[part.rng.integers(len(_CHORUS_RHYTHMS))]
    steps = part.rng.choice([-1, 0, 1, 2], size=(2, 8), p=[0.4, 0.15, 0.35, 0.1])
    vowels = part.rng.choice(list("aeiou"), size=(2, 9))
    last_hz = _hz(score.pitch(score.chord(0)[2], 57))
    for phrase in range(BARS // 2):
        loud = 2 * phrase >= _CHORUS
        rhythm = chorus if loud else verse
        lowest = 60 if loud else 55
        degree = score.chord(2 * phrase)[2 if loud else 0]
        for place, (beat, length) in enumerate(rhythm):
            triad = score.chord(2 * phrase + int(beat >= 4))
            degree += int(steps[int(loud), place % 8])
            if beat == int(beat):
                degree = min(triad, key=lambda tone: min((tone - degree) % 7, (degree - tone) % 7))
            pitch_hz = _hz(score.pitch(degree, lowest))
            mouth = vowels[int(loud), place] + vowels[int(loud), place + 1]
            contour = _sung(part, pitch_hz, last_hz, part.samples(length * 0.96))
            velocity = part.touch(0.85 if loud else 0.6)
            note = play.voice(part.rng, contour, mouth, velocity, breath=0.03)
            part.add(8 * phrase + beat, note, late_s=0.01)
            last_hz = pitch_hz
    return part.audio


def _backing(score: _Score, part: _Part) -> NDArray[np.float64]:
    """Three singers: a soft "oo" before the chorus, then "aa" with the chords."""
    for bar in range(6, BARS):
        loud = bar >= _CHORUS
        for singer, degree in enumerate(score.chord(bar)):
            pitch_hz = _hz(score.pitch(degree, 57))
            off_hz = pitch_hz * 2.0 ** (part.rng.normal(0.0, 6.0) / 1200.0)
            contour = _sung(part, off_hz, off_hz * 0.985, part.samples(3.4 if loud else 3.8))
            velocity = part.touch(0.7 if loud else 0.35)
            note = play.voice(part.rng, contour, "oa" if loud else "uu", velocity, breath=0.05)
            part.add(4 * bar, note, late_s=0.012 * singer)
    return part.audio


def _sung(part: _Part, pitch_hz: float, from_hz: float, samples: int) -> NDArray[np.float64]:
    """A contour that glides in from the last note and blooms into a vibrato of about 5.5 Hz."""
    time = np.arange(samples) / SAMPLE_RATE
    glide = np.clip(np.log2(from_hz / pitch_hz), -0.25, 0.25) * np.exp(-time / 0.035)
    bloom = np.clip((time - 0.18) / 0.35, 0.0, 1.0)
    rate_hz = 5.5 + part.rng.normal(0.0, 0.2)
    vibrato = 28.0 / 1200.0 * bloom * np.sin(2.0 * np.pi * rate_hz * time)
    return np.asarray(pitch_hz * 2.0 ** (glide + vibrato), dtype=np.float64)


_Player = Callable[[_Score, _Part], NDArray[np.float64]]

# Name, role, RMS of the stem in dBFS (tracks as they are usually recorded), and who plays it.
_LINE_UP: Final[tuple[tuple[str, Role, float, _Player], ...]] = (
    ("Kick", Role.KICK, -23.0, _kick),
    ("Snare", Role.SNARE, -26.0, _snare),
    ("Hats", Role.HATS, -31.0, _hats),
    ("Bass", Role.BASS, -20.0, _bass),
    ("Guitar", Role.GUITAR, -23.0, _guitar),
    ("Keys", Role.KEYS, -24.0, _keys),
    ("Pad", Role.PAD, -26.0, _pad),
    ("Lead Vox", Role.LEAD, -21.0, _lead),
    ("Backing Vox", Role.BACKING, -25.0, _backing),
)
