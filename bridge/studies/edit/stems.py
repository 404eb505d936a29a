"""Faults planted on a person's own stems: pauses with bleed, edges, joins and holes.

Late hits are not: of a stem nobody knows where its beats are. What was played in a pause before it
was planted is known, so what a trim would cut of the sound after it is counted as well.
"""

from pathlib import Path
from typing import Any, Final

import numpy as np

from bridge.hosts.stems import load_session
from bridge.learning.q_learning import FloatArray
from bridge.mix.roles import Role
from bridge.sim.stems import SAMPLE_RATE
from bridge.sim.takes import Fault, Planting, cut_take
from bridge.studies.edit.detect import LONG_S, count, listen
from bridge.tasks.edit.candidates import Settings, find_candidates
from bridge.tasks.edit.hearing import Wave, measure_take

_LONGEST_S: Final = 60.0
_PAUSES: Final = 3
_BLEED_DB: Final = -34.0
_RAMP_S: Final = 0.005


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
    """Plant pauses, edges, joins and holes on one stem; the counts as of takes of ours."""
    rng = np.random.default_rng([salt, number, 11])
    wave = np.interp(
        np.arange(round(wave.size * SAMPLE_RATE / rate)) * rate / SAMPLE_RATE,
        np.arange(wave.size), wave,
    ).astype(np.float32)  # fmt: skip
    onsets = measure_take(wave, SAMPLE_RATE).onsets_s
    planted, pauses = _pause(wave, onsets, rng)
    pieces, cuts = cut_take(rng, Planting(), planted, onsets, onsets)
    track = listen(planted, SAMPLE_RATE, pieces, role=role)
    candidates = find_candidates(track, None, Settings())
    kept = onsets[[not any(a < at < b for a, b in pauses) for at in onsets]]
    faults = [Fault(kind="gap", start_s=a, end_s=b, size=b - a) for a, b in pauses] + cuts
    return count(role, faults, candidates, kept)


def _pause(
    wave: Wave, onsets: FloatArray, rng: np.random.Generator
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
