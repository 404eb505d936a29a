"""Faults planted on a person's own stems: late hits, pauses with bleed, edges, joins and holes.

What the stem itself has of them before anything is planted (its own pauses, its own late hits) has
no truth: offers about those are counted neither as right nor as wrong. What was played in a pause
before it was planted is known, so what a trim would cut of the sound after it is counted as well.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from bridge.hosts.stems import load_session
from bridge.learning.q_learning import FloatArray
from bridge.mix.items import Piece
from bridge.mix.roles import Role
from bridge.sim.stems import SAMPLE_RATE
from bridge.sim.takes import Fault, Planting, cut_take
from bridge.studies.edit.detect import LONG_S, count, listen
from bridge.tasks.edit.candidates import Grid, Settings, deviations, find_candidates
from bridge.tasks.edit.hearing import Wave, measure_take
from bridge.tasks.edit.prior import EditRole, edit_role

_LONGEST_S: Final = 60.0
_PAUSES: Final = 3
_BLEED_DB: Final = -34.0
_RAMP_S: Final = 0.005
_OWN_DEPTH_DB: Final = 3.0
"""A stem's own pauses are those that are less deep by so much, too: what is planted shifts its
loud level a little."""

_STRIKING: Final = (EditRole.DRUMS, EditRole.PLUCKED)
"""Late hits are planted where notes begin with an attack."""

_LATE_SHARE: Final = 0.08
_LATE_S: Final = (0.018, 0.060)
_ON_TIME_S: Final = 0.008
_BEFORE_S: Final = 0.010
_ROOM_S: Final = 0.2
_EIGHTHS_S: Final = (0.2, 0.5)
_EIGHTH_STEP: Final = 1.5e-4
_STEADY: Final = 0.8
"""A stem keeps to a grid if its onsets point the same way on its circle: 1 all, 0 none."""

_LEAST_ONSETS: Final = 16


def read_stems(folder: Path | None) -> list[dict[str, Any]]:
    """The first minute of each stem at 48 kHz, mono; none without a folder.

    Raises:
        AudioError: If there are no stems.
    """
    if folder is None:
        return []
    stems, _ = load_session(folder, seed=0)
    samples = min(stems.samples, round(_LONGEST_S * stems.sample_rate))
    return [
        {"wave": stems.read(row, 0, samples).mean(axis=0), "rate": stems.sample_rate,
         "role": stems.roles[row], "number": row}
        for row in range(len(stems.names))
    ]  # fmt: skip


def measure_stem(salt: int, *, wave: Wave, rate: int, role: Role, number: int) -> dict[str, Any]:
    """Plant faults on one stem; the counts as of takes of ours.

    `has_grid` says whether the stem keeps to a grid, so that late hits were planted; None where it
    is no drum and not plucked.
    """
    rng = np.random.default_rng([salt, number, 11])
    wave = np.interp(
        np.arange(round(wave.size * SAMPLE_RATE / rate)) * rate / SAMPLE_RATE,
        np.arange(wave.size), wave,
    ).astype(np.float32)  # fmt: skip
    onsets = measure_take(wave, SAMPLE_RATE).onsets_s
    is_striking = edit_role(role) in _STRIKING
    grid = find_grid(onsets) if is_striking else None
    whole = Piece(
        source="take", position_s=0.0, length_s=wave.size / SAMPLE_RATE, fade_in_s=0.003,
        fade_out_s=0.003,
    )  # fmt: skip
    settings = Settings()
    shallow = Settings(depth_db=settings.depth_db - _OWN_DEPTH_DB)
    own = find_candidates(listen(wave, SAMPLE_RATE, [whole], role=role), grid, shallow)
    planted, lates = plant_late_hits(wave, onsets, grid, rng) if grid else (wave, [])
    planted, pauses = _pause(planted, onsets, [late.start_s for late in lates], rng)
    pieces, cuts = cut_take(rng, Planting(), planted, onsets, onsets)
    candidates = find_candidates(listen(planted, SAMPLE_RATE, pieces, role=role), grid, settings)
    now = [_onset_now(at, lates) for at in onsets]
    kept = np.array([at for at in now if not any(a < at < b for a, b in pauses)])
    faults = [Fault(kind="gap", start_s=a, end_s=b, size=b - a) for a, b in pauses] + cuts + lates
    counts = count(role, faults, candidates, kept, own=own)
    return counts | {"has_grid": grid is not None if is_striking else None}


def _onset_now(onset_s: float, lates: Sequence[Fault]) -> float:
    """Where a note begins after late hits were planted, s."""
    moved = [
        late.start_s for late in lates if abs(late.start_s - 1e-3 * late.size - onset_s) < 1e-3
    ]
    return moved[0] if moved else float(onset_s)


def find_grid(onsets_s: FloatArray) -> Grid | None:
    """The grid of eighths that onsets keep to; None where they keep to none.

    Args:
        onsets_s: Ascending, s.
    """
    if onsets_s.size < _LEAST_ONSETS:
        return None
    low, high = np.log(_EIGHTHS_S)
    eighths = np.exp(np.arange(low, high, _EIGHTH_STEP))
    turns = np.exp(2j * np.pi * onsets_s[None] / eighths[:, None]).mean(axis=1)
    best = int(np.abs(turns).argmax())
    if abs(turns[best]) < _STEADY:
        return None
    eighth = float(eighths[best])
    return Grid(bpm=30.0 / eighth, first_bar_s=float(np.angle(turns[best])) / (2 * np.pi) * eighth)


def plant_late_hits(
    wave: Wave, onsets_s: FloatArray, grid: Grid, rng: np.random.Generator
) -> tuple[Wave, list[Fault]]:
    """Play some hits later that are on the grid; what sounded before each goes on until then."""
    planted = wave.copy()
    off = np.abs(deviations(onsets_s, grid))
    gaps = np.diff(onsets_s)
    rows = [
        row
        for row in range(1, onsets_s.size - 1)
        if off[row] < _ON_TIME_S and gaps[row - 1] > _ROOM_S and gaps[row] > _ROOM_S
    ]
    count_ = min(max(round(_LATE_SHARE * onsets_s.size), 2), len(rows))
    lates = []
    for row in sorted(rng.choice(rows, count_, replace=False)) if count_ else ():
        late_s = float(np.exp(rng.uniform(*np.log(_LATE_S))))
        first, last = (round((onsets_s[row + by] - _BEFORE_S) * SAMPLE_RATE) for by in (0, 1))
        by = round(late_s * SAMPLE_RATE)
        ramp = round(_RAMP_S * SAMPLE_RATE)
        # From `first` on the same as before it, then the hit, then what comes next.
        _lay(planted, wave[first - by - ramp : first + ramp], first - ramp, ramp)
        _lay(planted, wave[first - ramp : last - by], first + by - ramp, ramp)
        _lay(planted, wave[last - ramp : last + ramp], last - ramp, ramp)
        at = float(onsets_s[row]) + by / SAMPLE_RATE
        lates.append(Fault(kind="timing", start_s=at, end_s=at, size=1e3 * late_s))
    return planted, lates


def _lay(planted: Wave, part: Wave, start: int, ramp: int) -> None:
    """Write a part over what is there, faded in over it."""
    weights = np.minimum(np.arange(part.size) / ramp, 1.0)
    place = slice(start, start + part.size)
    planted[place] = (1.0 - weights) * planted[place] + weights * part


def _pause(
    wave: Wave, onsets: FloatArray, lates: Sequence[float], rng: np.random.Generator
) -> tuple[Wave, list[tuple[float, float]]]:
    """Silence some stretches between two onsets but for bleed, made of the stem's own sound."""
    planted = wave.copy()
    pauses: list[tuple[float, float]] = []
    bleed = np.roll(wave, wave.size // 3) * 10.0 ** (_BLEED_DB / 20.0)
    for place in rng.permutation(max(onsets.size - 1, 0)):
        start = float(onsets[place]) + 0.2
        ends = onsets[(onsets > start + LONG_S) & (onsets < start + 3.0)]
        if not ends.size or any(start < b + 2.0 and a < start + 5.0 for a, b in pauses):
            continue
        end = float(ends[0]) - 0.02
        if any(start - _ROOM_S < late < end + _ROOM_S for late in lates):
            continue
        first, last = round(start * SAMPLE_RATE), round(end * SAMPLE_RATE)
        ramp = np.clip(
            np.minimum(np.arange(last - first), np.arange(last - first)[::-1])
            / (_RAMP_S * SAMPLE_RATE), 0.0, 1.0,
        )  # fmt: skip
        planted[first:last] = (1.0 - ramp) * wave[first:last] + ramp * bleed[first:last]
        pauses.append((start, end))
        if len(pauses) == _PAUSES:
            break
    return planted, sorted(pauses)
