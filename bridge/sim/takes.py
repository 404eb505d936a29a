"""Takes as they come from a recording: played by our instruments, with faults planted in them.

Of every fault it is known what it is, where and how large, and of every note when it really
begins; so what a detector finds, what it misses and what it cuts can be counted. All of it follows
from the seed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.mix.items import Piece
from bridge.mix.roles import Role
from bridge.sim import instruments as play
from bridge.sim.stems import SAMPLE_RATE

TAKE_ROLES: Final = (
    Role.KICK, Role.SNARE, Role.HATS, Role.BASS, Role.KEYS, Role.GUITAR, Role.LEAD,
)  # fmt: skip

LEAST_PAUSE_S: Final = 0.3
"""What is shorter between two notes is no pause."""

_BARS: Final = 16
_LOUD_DBFS: Final = -18.0
_FLOOR_DB: Final = -75.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One planted fault.

    Attributes:
        kind: "gap", "head", "tail", "fade", "join", "timing" or "hole".
        start_s: Where it begins on the time line; the onset of a late hit.
        end_s: Where it ends; of a late hit and of an edge the same.
        size: Seconds of a pause, milliseconds of a late hit or a hole, the height of a click.
    """

    kind: str
    start_s: float
    end_s: float
    size: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Take:
    """One track's recording and how it lies on the time line.

    Attributes:
        role: What plays.
        wave: (samples,) the file.
        pieces: Its pieces; their source is "take".
        bpm: Of the song; its first bar begins at `first_bar_s`.
        first_bar_s: See `bpm`.
        onsets_s: When every note begins, in the file.
        lates_s: (notes,) how late each was played on purpose; 0 for most.
        faults: What was planted.
        bleed_db: How loud the bleed's loud moments are against the take's own.
    """

    role: Role
    wave: NDArray[np.float32]
    pieces: tuple[Piece, ...]
    bpm: float
    first_bar_s: float
    onsets_s: NDArray[np.float64]
    lates_s: NDArray[np.float64]
    faults: tuple[Fault, ...]
    bleed_db: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Planting:
    """What is planted; shares and counts of one take.

    Attributes:
        late_share: Share of the notes that are late on purpose.
        late_ms: Range of how late.
        pauses: How many pauses.
        pause_s: Range of their lengths.
        joins: How many joins that jump.
        edges: How many edges that click.
        holes: How many holes between pieces.
    """

    late_share: float = 0.08
    late_ms: tuple[float, float] = (18.0, 60.0)
    pauses: int = 3
    pause_s: tuple[float, float] = (0.8, 5.0)
    joins: int = 2
    edges: int = 2
    holes: int = 1


_Note = tuple[float, float, float]
_NEW_VOWELS: Final = "aeiou"


def _drum_line(role: Role, bar: int) -> list[_Note]:
    if role is Role.KICK:
        beats = (0, 2) if bar % 2 else (0, 1.5, 2, 3.5)
        return [(beat, 0.25, 0.95 if beat in (0, 2) else 0.7) for beat in beats]
    if role is Role.SNARE:
        ghosts = [(1.75, 0.2, 0.25), (2.5, 0.2, 0.3)] if bar % 4 == 1 else []
        return [(1, 0.25, 0.9), (3, 0.25, 0.9), *ghosts]
    return [(eighth / 2, 0.2, 0.5 if eighth % 2 else 0.75) for eighth in range(8)]


def _line(role: Role, bar: int) -> list[_Note]:
    """(beat, length in beats, velocity) of a bar."""
    match role:
        case Role.KICK | Role.SNARE | Role.HATS:
            return _drum_line(role, bar)
        case Role.BASS:
            rest = [(3, 0.45, 0.7), (3.5, 0.45, 0.7)] if bar % 2 else [(3, 0.9, 0.7)]
            return [(0, 0.9, 0.9), (1, 0.45, 0.7), (1.5, 0.45, 0.7), (2, 0.9, 0.8), *rest]
        case Role.KEYS:
            return [(0, 1.3, 0.75), (1.5, 1.3, 0.6), (3, 0.9, 0.6)]
        case Role.GUITAR:
            return [(eighth / 2, 0.5, 0.7 if eighth % 2 == 0 else 0.5) for eighth in range(8)]
        case _:
            one = [(0.5, 0.45, 0.6), (1, 0.9, 0.7), (2, 0.9, 0.8), (3, 0.9, 0.7)]
            return one if bar % 2 else [(0, 0.9, 0.8), (1, 0.45, 0.6), (1.5, 1.4, 0.7)]


def _hz(note: float) -> float:
    return float(440.0 * 2.0 ** ((note - 69) / 12.0))


def _play(
    role: Role, rng: np.random.Generator, bar: int, samples: int, velocity: float
) -> play.Wave:
    chord = ((0, 4, 7), (5, 9, 12), (7, 11, 14), (9, 12, 16))[bar % 4]
    match role:
        case Role.KICK:
            return play.kick(rng, velocity)
        case Role.SNARE:
            return play.snare(rng, velocity)
        case Role.HATS:
            return play.hat(rng, velocity, tau_s=0.03)
        case Role.BASS:
            return play.bass(_hz(33 + chord[0]), samples, velocity)
        case Role.KEYS:
            sung = [play.electric_piano(_hz(57 + note), samples, velocity) for note in chord]
            return np.asarray(np.array(sung).sum(axis=0))
        case Role.GUITAR:
            note = 52 + chord[int(rng.integers(3))]
            return play.pluck(rng, _hz(note), samples, velocity, ring_s=1.2)
        case _:
            pitch = _hz(60 + chord[int(rng.integers(3))]) * np.ones(samples)
            vowels = "".join(rng.choice(list(_NEW_VOWELS), 2))
            return play.voice(rng, pitch, vowels, velocity, breath=0.03)


def make_take(role: Role, seed: list[int], planting: Planting = Planting()) -> Take:
    """Play and cut one take of 16 bars."""
    rng = np.random.default_rng(seed)
    bpm = float(rng.integers(92, 133))
    beat_s = 60.0 / bpm
    first_bar_s = float(rng.uniform(0.4, 3.0))
    length_s = first_bar_s + 4 * _BARS * beat_s + float(rng.uniform(0.8, 3.0))
    notes = [
        (first_bar_s + (4 * bar + beat) * beat_s, length * beat_s, velocity, bar)
        for bar in range(_BARS)
        for beat, length, velocity in _line(role, bar)
    ]
    pauses = _draw_pauses(rng, planting, first_bar_s, 4 * _BARS * beat_s)
    notes = [note for note in notes if not any(a <= note[0] < b for a, b in pauses)]
    lag = float(np.clip(rng.normal(0.006, 0.005), 0.0, 0.016))
    lates = _draw_lates(rng, planting, [note[0] for note in notes], beat_s)
    wave = np.zeros(round(length_s * SAMPLE_RATE))
    onsets, ends = [], []
    for (at, held, velocity, bar), late in zip(notes, lates, strict=True):
        begin = at + lag + late + float(np.clip(rng.normal(0.0, 0.003), -0.009, 0.009))
        touch = float(np.clip(velocity * (1.0 + rng.normal(0.0, 0.08)), 0.1, 1.0))
        limit = min([a - begin for a, b in pauses if a > begin] + [held])
        sound = _play(role, rng, bar, max(round(limit * SAMPLE_RATE), 4_000), touch)
        start = round(begin * SAMPLE_RATE)
        sound = sound[: wave.size - start]
        wave[start : start + sound.size] += sound
        onsets.append(start / SAMPLE_RATE)
        ends.append((start + sound.size) / SAMPLE_RATE)
    wave *= 10.0 ** (_LOUD_DBFS / 20.0) / _loudness(wave)
    bleed_db = float(rng.uniform(-40.0, -31.0))
    bleed = _bleed(rng, wave.size, role, beat_s, first_bar_s)
    wave += bleed * 10.0 ** ((_LOUD_DBFS + bleed_db) / 20.0) / _loudness(bleed)
    wave += rng.standard_normal(wave.size) * 10.0 ** (_FLOOR_DB / 20.0)
    audio = np.asarray(np.clip(wave, -1.0, 1.0), dtype=np.float32)
    pieces, cuts = cut_take(rng, planting, audio, np.array(onsets), np.array(ends))
    faults = [*_pause_faults(onsets, ends, length_s, pieces), *cuts]
    faults += [
        Fault(kind="timing", start_s=at, end_s=at, size=1e3 * late)
        for at, late in zip(onsets, lates, strict=True)
        if late > 0.0
    ]
    return Take(
        role=role,
        wave=audio,
        pieces=pieces,
        bpm=bpm,
        first_bar_s=first_bar_s,
        onsets_s=np.array(onsets),
        lates_s=np.array(lates),
        faults=tuple(sorted(faults, key=lambda fault: fault.start_s)),
        bleed_db=bleed_db,
    )


def _log_uniform(rng: np.random.Generator, span: tuple[float, float]) -> float:
    return float(np.exp(rng.uniform(np.log(span[0]), np.log(span[1]))))


def _draw_pauses(
    rng: np.random.Generator, planting: Planting, first_s: float, length_s: float
) -> list[tuple[float, float]]:
    pauses: list[tuple[float, float]] = []
    for _ in range(60):
        if len(pauses) == planting.pauses:
            break
        long = _log_uniform(rng, planting.pause_s)
        start = first_s + float(rng.uniform(0.05, 0.9)) * length_s
        if start + long < first_s + 0.95 * length_s and all(
            start > b + 1.5 or start + long < a - 1.5 for a, b in pauses
        ):
            pauses.append((start, start + long))
    return sorted(pauses)


def _draw_lates(
    rng: np.random.Generator, planting: Planting, times: list[float], beat_s: float
) -> list[float]:
    lates = [0.0] * len(times)
    last = -2
    for row, at in enumerate(times):
        room = (times[row + 1] if row + 1 < len(times) else at + 1.0) - at
        if row - last > 1 and room >= 0.4 * beat_s and rng.random() < planting.late_share:
            lates[row] = 1e-3 * _log_uniform(rng, planting.late_ms)
            last = row
    return lates


def _bleed(
    rng: np.random.Generator, samples: int, role: Role, beat_s: float, first_s: float
) -> NDArray[np.float64]:
    """A snare (for the snare a kick) in the next room."""
    bleed = np.zeros(samples)
    beat, at = 0, first_s
    while at < samples / SAMPLE_RATE - 1.0:
        sound = play.kick(rng, 0.9) if role is Role.SNARE else play.snare(rng, 0.9)
        if role is Role.SNARE or beat % 2:
            start = round(at * SAMPLE_RATE)
            bleed[start : start + sound.size] += sound
        beat, at = beat + 1, at + beat_s
    return play.shape_spectrum(bleed, 60.0, 2500.0)


def _loudness(wave: NDArray[np.float64]) -> float:
    """RMS of the loud hundredths of a second, those that 5 % of all that sound exceed."""
    frame = SAMPLE_RATE // 100
    frames = wave[: wave.size // frame * frame].reshape(-1, frame)
    rms = np.sqrt(np.mean(frames**2, axis=1))
    return float(np.quantile(rms[rms > 0.03 * rms.max()], 0.95))


# -- pieces ---------------------------------------------------------------------------------------


def cut_take(
    rng: np.random.Generator,
    planting: Planting,
    wave: NDArray[np.float32],
    onsets: NDArray[np.float64],
    ends: NDArray[np.float64],
) -> tuple[tuple[Piece, ...], list[Fault]]:
    """Cut a file into pieces, some of them badly; also what was planted by that.

    Args:
        rng: Where and how.
        planting: How many of each.
        wave: (samples,) at 48 kHz.
        onsets: Where notes begin in it, s.
        ends: Where they end, s.
    """
    whole = Piece(
        source="take", position_s=0.0, length_s=wave.size / SAMPLE_RATE, fade_in_s=0.003,
        fade_out_s=0.003,
    )  # fmt: skip
    works = ["join"] * planting.joins + ["edge"] * planting.edges + ["hole"] * planting.holes
    order = [works[row] for row in rng.permutation(len(works))]
    span = (0.06, 0.94)
    places = np.linspace(*span, max(len(order), 1) + 1) * whole.length_s
    pieces, faults, now = [], [], whole
    for work, low, high in zip(order, places[:-1], places[1:], strict=False):
        made = _WORKS[work](rng, wave, onsets, ends, now, (low, high - 0.4))
        if made is not None:
            done, now, fault = made
            pieces.append(done)
            faults += fault
    return (*pieces, now), faults


_Work = tuple[Piece, Piece, list[Fault]]


def _stands_out(wave: NDArray[np.float32], jump: float, *places: int) -> bool:
    """Whether a jump is more than any change of the waveform within 1 ms: in noise none is."""
    return all(
        jump > 3.0 * np.abs(np.diff(wave[place - 48 : place + 48])).max(initial=0.0)
        for place in places
    )


def _loud_places(
    rng: np.random.Generator,
    wave: NDArray[np.float32],
    onsets: NDArray[np.float64],
    span: tuple[float, float],
) -> list[tuple[float, float]]:
    """Samples within notes that are far from zero, and how far against 10 ms around, shuffled."""
    found = []
    inside = onsets[(onsets > span[0]) & (onsets < span[1] - 0.1)]
    for at in inside[rng.permutation(inside.size)][:12]:
        for _ in range(6):
            place = int((at + rng.uniform(0.02, 0.09)) * SAMPLE_RATE)
            around = np.abs(wave[place - 240 : place + 240]).max(initial=1e-9)
            height = float(abs(wave[place])) / float(around)
            if height > 0.4 and _stands_out(wave, abs(float(wave[place])), place):
                found.append((place / SAMPLE_RATE, height))
                break
    return found


def _bad_join(
    rng: np.random.Generator,
    wave: NDArray[np.float32],
    onsets: NDArray[np.float64],
    _ends: NDArray[np.float64],
    now: Piece,
    span: tuple[float, float],
) -> _Work | None:
    """The right piece plays on from another place of the file, some milliseconds off."""
    for at, _ in _loud_places(rng, wave, onsets, span):
        skip = float(rng.uniform(0.001, 0.004)) * rng.choice([-1.0, 1.0])
        left = float(wave[round(at * SAMPLE_RATE) - 1])
        right = float(wave[round((at + skip) * SAMPLE_RATE)])
        around = np.abs(wave[round(at * SAMPLE_RATE) - 240 :][:480]).max()
        first, second = round(at * SAMPLE_RATE), round((at + skip) * SAMPLE_RATE)
        if abs(right - left) > 0.5 * around and _stands_out(wave, abs(right - left), first, second):
            place = at + now.shift_s
            done = now.cut(now.position_s, place)
            rest = now.cut(place, now.end_s)
            rest = replace(rest, offset_s=rest.offset_s + skip, length_s=rest.length_s - abs(skip))
            size = float(abs(right - left) / around)
            fault = Fault(kind="join", start_s=place, end_s=place, size=size)
            return done, rest, [fault]
    return None


def _bad_edge(
    rng: np.random.Generator,
    wave: NDArray[np.float32],
    onsets: NDArray[np.float64],
    _ends: NDArray[np.float64],
    now: Piece,
    span: tuple[float, float],
) -> _Work | None:
    """A piece ends within a note; the next begins, with a fade, some time after."""
    for at, height in _loud_places(rng, wave, onsets, span):
        place = at + now.shift_s
        after = place + float(rng.uniform(0.15, 0.3))
        done = now.cut(now.position_s, place)
        rest = replace(now.cut(after, now.end_s), fade_in_s=0.004)
        return done, rest, [Fault(kind="fade", start_s=place, end_s=place, size=height)]
    return None


def _hole(
    rng: np.random.Generator,
    wave: NDArray[np.float32],
    onsets: NDArray[np.float64],
    _ends: NDArray[np.float64],
    now: Piece,
    span: tuple[float, float],
) -> _Work | None:
    """Some milliseconds are missing between two pieces."""
    for at, _ in _loud_places(rng, wave, onsets, span):
        place, size = at + now.shift_s, _log_uniform(rng, (0.006, 0.07))
        done, rest = now.cut(now.position_s, place), now.cut(place + size, now.end_s)
        fault = Fault(kind="hole", start_s=place, end_s=place + size, size=1e3 * size)
        return done, rest, [fault]
    return None


_WORKS: Final[Mapping[str, Callable[..., _Work | None]]] = {
    "join": _bad_join, "edge": _bad_edge, "hole": _hole,
}  # fmt: skip


def _pause_faults(
    onsets: list[float], ends: list[float], length_s: float, pieces: tuple[Piece, ...]
) -> list[Fault]:
    """Every stretch of `LEAST_PAUSE_S` and more in which nothing is played."""
    stretches = [("head", 0.0, onsets[0]), ("tail", max(ends), length_s)]
    until = ends[0]
    for end, begin in zip(ends[:-1], onsets[1:], strict=True):
        until = max(until, end)
        stretches.append(("gap", until, begin))
    return [
        Fault(kind=kind, start_s=start, end_s=end, size=end - start)
        for kind, start, end in stretches
        if end - start >= LEAST_PAUSE_S
    ]


def render_pieces(
    pieces: tuple[Piece, ...], waves: Mapping[str, NDArray[np.float32]], length_s: float
) -> NDArray[np.float32]:
    """What some pieces sound like together: (samples,) at 48 kHz; fades are of equal power."""
    out = np.zeros(round(length_s * SAMPLE_RATE), dtype=np.float64)
    for piece in pieces:
        if piece.is_muted:
            continue
        start, first = round(piece.position_s * SAMPLE_RATE), round(piece.offset_s * SAMPLE_RATE)
        last = first + min(round(piece.length_s * SAMPLE_RATE), max(out.size - start, 0))
        sound = waves[piece.source][first:last].astype(np.float64)
        if piece.gain_db:
            sound *= 10.0 ** (piece.gain_db / 20.0)
        _fade(sound, piece.fade_in_s, piece.fade_out_s)
        out[start : start + sound.size] += sound
    return np.asarray(out, dtype=np.float32)


def _fade(sound: NDArray[np.float64], in_s: float, out_s: float) -> None:
    for view, length_s in ((sound, in_s), (sound[::-1], out_s)):
        count = min(round(length_s * SAMPLE_RATE), view.size)
        view[:count] *= np.sin(0.5 * np.pi * (np.arange(count) + 0.5) / max(count, 1))
