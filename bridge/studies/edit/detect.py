"""What the detectors find of planted faults, what they find beside it, and what they would cut."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bridge.learning.q_learning import FloatArray
from bridge.mix.items import Piece
from bridge.mix.roles import Role
from bridge.sim.stems import SAMPLE_RATE
from bridge.sim.takes import TAKE_ROLES, Fault, Planting, Take, make_take, render_pieces
from bridge.tasks.edit.candidates import (
    Candidate,
    Grid,
    HeardPiece,
    Settings,
    TrackTake,
    find_candidates,
)
from bridge.tasks.edit.geometry import Kind, change
from bridge.tasks.edit.hearing import Wave, measure_edge, measure_take

LATE_MS: Final = 15.0
"""An offer to move a hit by less is not counted in the figures: 18 ms and more are planted."""

LONG_S: Final = 0.8
"""A pause that is shorter is not counted in the figures: between its pads little is left."""

_PAD_S: Final = 0.18
_COVER: Final = 0.6
_HIT_S: Final = 0.03
_PLACE_S: Final = 0.002
_PAUSES: Final = (Kind.GAP, Kind.HEAD, Kind.TAIL)


def listen(wave: Wave, rate: int, pieces: Sequence[Piece], *, role: Role) -> TrackTake:
    """A track whose pieces are all of one file that is in memory."""
    heard = measure_take(wave, rate)
    pieces_heard = []
    for piece in pieces:
        first = round(piece.offset_s * rate)
        part = wave[first : first + round(piece.length_s * rate)]
        pieces_heard.append(
            HeardPiece(
                piece=piece,
                heard=heard,
                start=measure_edge(part, rate, is_end=False),
                end=measure_edge(part, rate, is_end=True),
            )
        )
    return TrackTake(key=role, name=role, role=role, heard=tuple(pieces_heard))


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """Candidates and planted faults, each with its partner.

    Attributes:
        found: Faults, and whether a candidate is about it.
        candidates: Candidates, and whether they are about a fault.
    """

    found: tuple[tuple[Fault, bool], ...]
    candidates: tuple[tuple[Candidate, bool], ...]


def match(faults: Sequence[Fault], candidates: Sequence[Candidate]) -> Matched:
    """Say which candidate is about which fault; a pause is found where most of it is covered."""
    partners: dict[int, int] = {}
    for row, fault in enumerate(faults):
        for column, candidate in enumerate(candidates):
            if column not in partners and _is_about(candidate, fault):
                partners[column] = row
                break
    rows = set(partners.values())
    return Matched(
        found=tuple((fault, row in rows) for row, fault in enumerate(faults)),
        candidates=tuple((one, column in partners) for column, one in enumerate(candidates)),
    )


def _is_about(candidate: Candidate, fault: Fault) -> bool:
    edit = candidate.edit
    if candidate.kind != fault.kind:
        return False
    if candidate.kind in _PAUSES:
        low, high = sorted((edit.start_s, edit.end_s))
        covered = min(high, fault.end_s) - max(low, fault.start_s)
        return covered >= _COVER * (fault.end_s - fault.start_s - _PAD_S)
    reach = _HIT_S if candidate.kind is Kind.TIMING else _PLACE_S
    return abs(edit.start_s - fault.start_s) < reach


def _is_same_place(candidate: Candidate, other: Candidate) -> bool:
    """Whether two candidates are about the same pause, edge or hit."""
    is_pause = candidate.kind in _PAUSES
    if is_pause != (other.kind in _PAUSES) or not (is_pause or candidate.kind == other.kind):
        return False
    if not is_pause:
        return abs(candidate.edit.start_s - other.edit.start_s) < _HIT_S
    low, high = sorted((candidate.edit.start_s, candidate.edit.end_s))
    other_low, other_high = sorted((other.edit.start_s, other.edit.end_s))
    return min(high, other_high) - max(low, other_low) > 0.5 * (high - low)


def cut_attacks_s(candidates: Sequence[Candidate], onsets_s: FloatArray) -> float:
    """How much of planted notes, from their first sample on, pauses that are cut would take."""
    total = 0.0
    for candidate in candidates:
        if candidate.kind in _PAUSES:
            low, high = sorted((candidate.edit.start_s, candidate.edit.end_s))
            inside = onsets_s[(onsets_s > low) & (onsets_s < high)]
            total += float((high - inside).sum())
    return total


def measure_detection(role: Role, number: int, salt: int) -> dict[str, Any]:
    """One take: counts of what was planted, found, offered beside it, and cut."""
    take = make_take(role, [salt, number, TAKE_ROLES.index(role)])
    began = time.process_time()
    track = listen(take.wave, SAMPLE_RATE, take.pieces, role=role)
    candidates = find_candidates(track, grid_of(take), Settings())
    took = time.process_time() - began
    counts = count(role, take.faults, candidates, take.onsets_s)
    return counts | {"ms_per_s": 1e3 * took * SAMPLE_RATE / take.wave.size}


def count(
    role: Role,
    faults: Sequence[Fault],
    candidates: Sequence[Candidate],
    onsets_s: FloatArray,
    own: Sequence[Candidate] = (),
) -> dict[str, Any]:
    """What was found of faults and offered beside them, by kind, and what would be cut.

    Args:
        role: Of the track.
        faults: What was planted.
        candidates: What is offered.
        onsets_s: When notes begin.
        own: What was offered before anything was planted. Nobody knows whether that is right, so
            offers about the same are counted only where they are about a planted fault.
    """
    matched = match(faults, candidates)
    planted: dict[str, list[int]] = {}
    for fault, is_found in matched.found:
        if fault.kind in _PAUSES and fault.size < LONG_S:
            continue
        counts = planted.setdefault(fault.kind, [0, 0])
        counts[0] += is_found
        counts[1] += 1
    wrong: dict[str, list[int]] = {}
    for candidate, is_right in matched.candidates:
        if candidate.kind is Kind.TIMING and abs(candidate.size) < LATE_MS:
            continue
        if not is_right and any(_is_same_place(candidate, each) for each in own):
            continue
        counts = wrong.setdefault(candidate.kind, [0, 0])
        counts[0] += not is_right
        counts[1] += 1
    return {
        "role": role,
        "planted": planted,
        "offered": wrong,
        "cut_ms": 1e3 * cut_attacks_s(candidates, onsets_s),
        "ms_per_s": 0.0,
    }


def grid_of(take: Take) -> Grid:
    """The grid that a take was played to."""
    return Grid(bpm=take.bpm, first_bar_s=take.first_bar_s)


# -- a kit of several microphones -----------------------------------------------------------------


def measure_kit(number: int, salt: int) -> dict[str, float]:
    """How much the mono sum of a kit changes when its late hits are moved, together or alone.

    Three microphones: at the drum, at a metre and over the kit (0, 2.9 and 5.8 ms), each with the
    whole sound. The hits of the first are moved on all three, or on the first alone.
    """
    take = make_take(Role.SNARE, [salt, number, 99], Planting(joins=0, edges=0, holes=0))
    mics = {}
    for mic, (delay_ms, gain) in enumerate(((0.0, 1.0), (2.9, 0.5), (5.8, 0.6))):
        mics[f"mic {mic}"] = gain * np.roll(take.wave, round(1e-3 * delay_ms * SAMPLE_RATE))
    length_s = take.wave.size / SAMPLE_RATE
    track = listen(take.wave, SAMPLE_RATE, take.pieces, role=Role.SNARE)
    candidates = find_candidates(track, grid_of(take), Settings())
    edits = [one.edit for one in candidates if one.kind is Kind.TIMING]
    whole = {name: Piece(source=name, position_s=0.0, length_s=length_s) for name in mics}
    moved = {name: change([piece], edits)[1] or (piece,) for name, piece in whole.items()}
    sums = {
        "before": list(whole.values()),
        "together": [piece for pieces in moved.values() for piece in pieces],
        "alone": [*moved["mic 0"], whole["mic 1"], whole["mic 2"]],
    }
    db = {
        name: _level_db(render_pieces(tuple(pieces), mics, length_s))
        for name, pieces in sums.items()
    }
    return {"together": db["together"] - db["before"], "alone": db["alone"] - db["before"]}


def _level_db(wave: Wave) -> float:
    return float(10.0 * np.log10(np.mean(np.square(wave, dtype=np.float64))))
