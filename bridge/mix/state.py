"""The mix as the DAW last confirmed it, and what can be known of its sound.

Two rules hold in this file:

1. The DAW is the truth. A value stands here because the DAW said so, never because we asked.
2. A strip is its identity (`StripState.key`), not its number. Numbers are renewed by every dump;
   what is remembered of a strip (locks, baselines, moves) is remembered by key.

Meters are post-fader, so they move whenever a fader does. What is averaged here is the sound
*before* the fader: the reading less the fader and EQ that stood when it was taken. It stays true
across moves, which is what allows averages over many seconds and a forecast of any move.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

import numpy as np

from bridge.mix.identity import keys_of
from bridge.mix.levels import PEAK_OVER_LOUDNESS_DB, PEAK_SD_DB
from bridge.mix.messages import MetersRead, ParamChanged, TrackBarred
from bridge.mix.names import fold_name
from bridge.mix.observation import Observation as Observation  # part of a state
from bridge.mix.pairs import pairs_of
from bridge.mix.params import (
    COLUMN,
    EQ_COLUMNS,
    MOVABLE,
    READ_ONLY,
    SENDS,
    SPECS,
    SWITCHES,
    LockClass,
    Param,
    same_value,
)
from bridge.mix.roles import ROLE_INDEX, Role, RoleSource, read_name
from bridge.mix.spectrum import FloatArray, eq_curve_db, mean_db, to_db, to_power

METER_COLUMNS = 12
"""Columns of `MetersRead.levels`: RMS, peak, ten octave bands."""

_MEMORY_READS = 24
"""An average reaches back about this many readings: 24 s at one a second."""

_NUMBER: Final = re.compile(r"#?\d{1,9}")

_RECALL_STRIPS = 3
_RECALL_SHARE = 0.25

_IN_STEP: Final = 0.2
"""Faders that a hand moves as a group go equally far, to within this share."""
_ALIKE: Final = 0.05
"""And so far where others have moved as well: a scene moves few controls by as much."""

_SETTLE_S = 0.25
"""After a change a meter still shows the past for about this long (300 ms RMS windows)."""

_AUDIBLE_DBFS = -70.0
"""The absolute gate of BS.1770-4; a quieter reading says nothing about a track."""


@dataclass(slots=True, kw_only=True)
class StripState:
    """One strip: who it is. What it holds and how it sounds are rows of `MixState`'s arrays.

    Attributes:
        key: Its identity: the DAW's, or else its name, with ``#2`` and so on for namesakes.
        number: Its number in the DAW now, from 1.
        name: Its name in the DAW, or "Track 3" where the DAW has not said one.
        is_named: Whether the DAW has said its name.
        uid: The DAW's stable identity, empty where it has none.
        given_role: The role that the DAW or a person gave it.
        sound_role: The role that its sound suggests, where that is plain to hear.
        mute: Whether it is muted.
        solo: Whether it is soloed.
        barred: Why the DAW itself makes a class of writes go wrong, in words.
    """

    key: str
    number: int
    name: str
    is_named: bool = True
    uid: str = ""
    given_role: Role | None = None
    sound_role: Role | None = None
    mute: bool = False
    solo: bool = False
    barred: dict[LockClass, str] = field(default_factory=dict)

    @property
    def role(self) -> Role:
        """The role that the DAW or a person gave, else what the name says, else the sound."""
        if self.given_role:
            return self.given_role
        reading = read_name(self.name)
        return reading.role if reading.is_telling else self.sound_role or Role.OTHER

    @property
    def role_source(self) -> RoleSource:
        """Where `role` comes from."""
        if self.given_role:
            return RoleSource.GIVEN
        if read_name(self.name).is_telling:
            return RoleSource.NAME
        return RoleSource.SOUND if self.sound_role else RoleSource.NOTHING


@dataclass(slots=True)
class _Incoming:
    """What a dump has said of one strip so far, and what an earlier one had whose end was lost.

    Attributes:
        changes: What it has said last of each parameter.
        first: What it has said first.
        earlier: What the earlier one had said last.
    """

    uid: str = ""
    name: str = ""
    role: Role | None = None
    changes: dict[Param, ParamChanged] = field(default_factory=dict)
    first: dict[Param, float] = field(default_factory=dict)
    earlier: dict[Param, ParamChanged] = field(default_factory=dict)
    barred: dict[LockClass, str] = field(default_factory=dict)


class MixState:
    """All strips, in the DAW's order; row ``number - 1`` of every array.

    Attributes:
        strips: Who they are.
        values: (n, 6) last confirmed values of `MOVABLE`, NaN where the DAW has said nothing.
        settled: (n, 6) the same; where a control moves and nobody knows yet why, what stood before.
            A change is measured from here, however small its steps are.
        lowest: (n, 6) the least that a control has held since it was settled; NaN for unknown.
        highest: (n, 6) the greatest, likewise.
        sends: (n, sends) levels of `SENDS`, dB; NaN where the DAW has said nothing.
        changed_at: (n,) when one of them last changed, monotonic seconds.
        source_db: (n, 10) mean octave levels before fader and EQ, dBFS; NaN until heard.
        level_db: (n,) the same, broadband RMS.
        level_sd_db: (n,) what may be systematically wrong with it.
        crest_db: (n,) how far peaks stand above the RMS; NaN until both were read.
        reads: (n,) readings behind these means.
        rms_dbfs: (n,) the last reading, post-fader, for showing.
        peak_dbfs: (n,) likewise.
        playing: Whether the transport runs, as far as the DAW has said.
        is_any_solo: Whether somebody listens to single strips.
    """

    def __init__(self) -> None:
        self.strips: list[StripState] = []
        self.playing = True
        self.is_any_solo = False
        self._by_key: dict[str, StripState] = {}
        self._incoming: list[_Incoming] | None = None
        self._arrange([])

    def _arrange(self, rows: list[int]) -> None:
        """Make the arrays anew: each row from the old row named, or unknown where that is -1."""
        old = np.array(rows, dtype=np.int64)
        is_new = old < 0
        for name, width, unknown in _ARRAYS:
            shape = (len(rows), width) if width else (len(rows),)
            array = np.full(shape, unknown, dtype=np.float64)
            if not is_new.all():
                array[~is_new] = getattr(self, name)[old[~is_new]]
            setattr(self, name, array)

    values: FloatArray
    settled: FloatArray
    lowest: FloatArray
    highest: FloatArray
    sends: FloatArray
    changed_at: FloatArray
    source_db: FloatArray
    level_db: FloatArray
    level_sd_db: FloatArray
    crest_db: FloatArray
    reads: FloatArray
    rms_dbfs: FloatArray
    peak_dbfs: FloatArray

    @property
    def is_dump_open(self) -> bool:
        """Whether a dump has begun and not ended."""
        return self._incoming is not None

    def name_of(self, number: int) -> str:
        """The name of a strip by its number; where there is none, ``track`` and the number."""
        strip = self.by_number(number)
        return strip.name if strip else f"track {number}"

    def by_key(self, key: str) -> StripState | None:
        """The strip of that identity, if the DAW still has it."""
        return self._by_key.get(key)

    def other_half(self, key: str) -> StripState | None:
        """The other side of a stereo pair that this strip is one half of, by their names."""
        strip = self._by_key.get(key)
        if strip is None:
            return None
        row = strip.number - 1
        for pair in pairs_of(tuple(each.name for each in self.strips)):
            if row in (pair.left, pair.right):
                return self.strips[pair.right if row == pair.left else pair.left]
        return None

    def moved_with(self, strip: StripState) -> StripState:
        """The strip whose moves a strip takes part in: the left half of a pair for both halves."""
        for pair in pairs_of(tuple(each.name for each in self.strips)):
            if strip.number - 1 == pair.right:
                return self.strips[pair.left]
        return strip

    def by_number(self, number: int) -> StripState | None:
        """The strip that has this number now."""
        return self.strips[number - 1] if 1 <= number <= len(self.strips) else None

    def find(self, track: str) -> list[StripState]:
        """The strips that a person means.

        Args:
            track: ``#2``, which is how an event carries a whole number, is the second strip,
                whatever any strip is called. Other text is a name (case, outer blanks and the
                spelling of accents aside), or else a number. ``*`` is all.
        """
        if track == "*":
            return list(self.strips)
        name = fold_name(track)
        named = [strip for strip in self.strips if fold_name(strip.name) == name]
        is_number = bool(_NUMBER.fullmatch(name))
        if is_number and (not named or name.startswith("#")):
            strip = self.by_number(int(name.removeprefix("#")))
            return [strip] if strip else []
        return named

    def value(self, strip: StripState, param: Param) -> float:
        """Last confirmed value of a movable parameter, NaN where unknown."""
        return float(self.values[strip.number - 1, COLUMN[param]])

    def settled_value(self, strip: StripState, param: Param) -> float:
        """What a movable parameter held before it began to move; NaN where unknown."""
        return float(self.settled[strip.number - 1, COLUMN[param]])

    def settle(self, strip: StripState, param: Param) -> None:
        """What a movable parameter holds is explained: the next change is measured from here."""
        row, column = strip.number - 1, COLUMN[param]
        value = self.values[row, column]
        self.settled[row, column] = self.lowest[row, column] = self.highest[row, column] = value

    def way(self, strip: StripState, param: Param) -> float:
        """How far a control has moved since it was settled, there and back."""
        place = strip.number - 1, COLUMN[param]
        return float(self.highest[place] - self.lowest[place])

    def confirm(self, strip: StripState, param: Param, value: float, at: float) -> None:
        """Take over what the DAW says it holds; see `settle` for what it means."""
        if param in SENDS:
            self.sends[strip.number - 1, SENDS.index(param)] = value
            return
        if param in SWITCHES:
            setattr(strip, param.value, value != 0.0)
            self.is_any_solo = any(other.solo for other in self.strips)
            return
        before = self.value(strip, param)
        if not np.isnan(before) and not same_value(param, before, value):
            self.changed_at[strip.number - 1] = at
        place = strip.number - 1, COLUMN[param]
        self.values[place] = value
        self.lowest[place] = np.fmin(self.lowest[place], value)
        self.highest[place] = np.fmax(self.highest[place], value)

    # -- dumps ---------------------------------------------------------------------------------

    def open_dump(self, count: int) -> None:
        """Begin to collect; nothing is changed until `close_dump`.

        Where the end of the last dump was lost, what it told counts until it is told anew.
        """
        told = [{**said.earlier, **said.changes} for said in self._incoming or ()]
        told = told if len(told) == count else [{} for _ in range(count)]
        self._incoming = [_Incoming(earlier=earlier) for earlier in told]

    def record_uid(self, track: int, uid: str) -> bool:
        """A strip's identity. True where it contradicts what is known: ask for a dump."""
        if self._incoming is not None:
            if 1 <= track <= len(self._incoming):
                self._incoming[track - 1].uid = uid
            return False
        strip = self.by_number(track)
        return strip is None or strip.uid != uid

    def record_name(self, track: int, name: str) -> bool:
        """A strip's name. True where it contradicts what is known: ask for a dump."""
        if self._incoming is not None:
            if 1 <= track <= len(self._incoming):
                self._incoming[track - 1].name = name
            return False
        strip = self.by_number(track)
        return strip is None or strip.name != name

    def record_role(self, track: int, role: Role) -> None:
        """A strip's role, said by the DAW."""
        if self._incoming is not None:
            if 1 <= track <= len(self._incoming):
                self._incoming[track - 1].role = role
        elif strip := self.by_number(track):
            strip.given_role = role

    def record_bar(self, event: TrackBarred) -> None:
        """The DAW makes a class of writes go wrong, or does so no more."""
        strips = self.strips if self._incoming is None else self._incoming
        if 1 <= event.track <= len(strips):
            barred = strips[event.track - 1].barred
            barred.pop(event.lock_class, None)
            if event.reason:
                barred[event.lock_class] = event.reason

    def record_change(self, event: ParamChanged) -> bool:
        """Keep a change for the end of the dump. False where no dump is open."""
        if self._incoming is None:
            return False
        if 1 <= event.track <= len(self._incoming):
            said = self._incoming[event.track - 1]
            said.changes[event.param] = event
            said.first.setdefault(event.param, event.value)
        return True

    def close_dump(self) -> tuple[bool, list[ParamChanged]]:
        """Take over what was collected.

        Returns:
            Whether the layout changed (strips added, removed, renamed or reordered), and, for
            strips that were known before, what the dump said of their known parameters: the caller
            decides whether a hand was there.
        """
        incoming, self._incoming = self._incoming or [], None
        keys = keys_of(
            [(said.uid, said.name) for said in incoming],
            [(strip.uid, strip.name, strip.key) for strip in self.strips],
        )
        is_same = keys == [strip.key for strip in self.strips]
        known = [self._by_key.get(key) for key in keys]
        self._arrange([strip.number - 1 if strip else -1 for strip in known])
        self.strips = []
        changes: list[ParamChanged] = []
        for number, (key, said, old) in enumerate(zip(keys, incoming, known, strict=True), start=1):
            strip = old or StripState(key=key, number=number, name=f"Track {number}")
            strip.number = number
            strip.is_named = bool(said.name) or (old is not None and old.is_named)
            strip.name = said.name or strip.name
            strip.uid = said.uid or strip.uid
            strip.given_role = said.role or strip.given_role
            strip.barred = said.barred
            self.strips.append(strip)
            earlier = said.earlier if is_same else {}
            for param, change in {**earlier, **said.changes}.items():
                if param in READ_ONLY:
                    self.confirm(strip, param, change.value, change.at)
                elif np.isnan(self.settled_value(strip, param)):
                    first = said.first.get(param, change.value)
                    start = first if same_value(param, first, change.value) else change.value
                    self.confirm(strip, param, start, change.at)
                    self.settle(strip, param)  # from where a hand may have begun to move it
                    self.confirm(strip, param, change.value, change.at)
                else:
                    changes.append(replace(change, track=number))
        self._by_key = {strip.key: strip for strip in self.strips}
        self.is_any_solo = any(strip.solo for strip in self.strips)
        return not is_same, changes

    def is_beyond_hands(self, moved: Mapping[Param, Mapping[str, float]]) -> bool:
        """Whether controls that moved at once, or unseen, are another mix.

        Nobody moves those of a quarter of the strips, and of three at least, in a moment. Faders of
        a group that one hand moves count once.

        Args:
            moved: By how much, per parameter and strip.
        """
        strips = {strip for by in moved.values() for strip in by.keys() - _led(by)}
        return len(strips) >= max(_RECALL_STRIPS, _RECALL_SHARE * len(self.strips))

    # -- sound ---------------------------------------------------------------------------------

    def record_meters(self, event: MetersRead) -> None:
        """Take over a reading of all meters; rows beyond the strips are ignored."""
        count = len(self.strips)
        levels = np.frombuffer(event.levels, dtype="<f4").astype(np.float64)
        levels = levels.reshape(-1, METER_COLUMNS)[:count]
        rows = len(levels)
        rms, peak, octaves = levels[:, 0], levels[:, 1], levels[:, 2:]
        has_octaves = ~np.isnan(octaves).any(axis=1)
        rms = np.where(np.isnan(rms) & has_octaves, to_db(to_power(octaves).sum(axis=1)), rms)
        guess = peak - PEAK_OVER_LOUDNESS_DB[[ROLE_INDEX[s.role] for s in self.strips[:rows]]]
        is_guess = np.isnan(rms)
        rms = np.where(is_guess, guess, rms)
        np.copyto(self.rms_dbfs[:rows], rms, where=~np.isnan(rms))
        np.copyto(self.peak_dbfs[:rows], peak, where=~np.isnan(peak))

        gain = self.values[:rows, COLUMN[Param.GAIN]]
        is_muted = np.array([strip.mute for strip in self.strips[:rows]], dtype=np.bool_)
        is_stale = (event.since < self.changed_at[:rows] + _SETTLE_S) & (self.reads[:rows] > 0)
        # A comparison with NaN is False: what is unknown is not used.
        use = (rms >= _AUDIBLE_DBFS) & (gain >= SPECS[Param.GAIN].minimum) & ~is_muted & ~is_stale
        share = 1.0 / (np.minimum(self.reads[:rows], _MEMORY_READS) + 1.0)
        level = mean_db(self.level_db[:rows], rms - gain, share)
        np.copyto(self.level_db[:rows], level, where=use)
        np.copyto(self.level_sd_db[:rows], np.where(is_guess, PEAK_SD_DB, 0.0), where=use)
        crest = np.where(is_guess, np.nan, peak - rms)
        known = np.where(np.isnan(self.crest_db[:rows]), crest, self.crest_db[:rows])
        np.copyto(
            self.crest_db[:rows], known + share * (crest - known), where=use & ~np.isnan(crest)
        )
        curve = eq_curve_db(np.nan_to_num(self.values[:rows, EQ_COLUMNS]))
        source = mean_db(self.source_db[:rows], octaves - gain[:, None] - curve, share[:, None])
        np.copyto(self.source_db[:rows], source, where=(use & has_octaves)[:, None])
        self.reads[:rows] += use

    def forget_sound(self) -> None:
        """Begin to listen anew: the strips play something else."""
        for strip in self.strips:
            strip.sound_role = None
        self.crest_db[:] = np.nan
        self.source_db[:] = np.nan
        self.level_db[:] = np.nan
        self.reads[:] = 0.0

    def observe(self) -> Observation:
        """What is known now, as arrays that later events do not change."""
        strips = self.strips
        is_muted = np.array([strip.mute for strip in strips], dtype=np.bool_)
        return Observation(
            keys=tuple(strip.key for strip in strips),
            names=tuple(strip.name for strip in strips),
            roles=np.array([ROLE_INDEX[strip.role] for strip in strips], dtype=np.int64),
            values=self.values.copy(),
            source_db=self.source_db.copy(),
            level_db=self.level_db.copy(),
            level_sd_db=self.level_sd_db.copy(),
            audible=(self.reads > 0) & ~is_muted,
            reads=self.reads.copy(),
        )


# Name, width (0: one number a strip) and the value that means "unknown" of MixState's arrays.
_ARRAYS: Final = (
    ("values", len(MOVABLE), np.nan),
    ("settled", len(MOVABLE), np.nan),
    ("lowest", len(MOVABLE), np.nan),
    ("highest", len(MOVABLE), np.nan),
    ("sends", len(SENDS), np.nan),
    ("changed_at", 0, -np.inf),
    ("source_db", 10, np.nan),
    ("level_db", 0, np.nan),
    ("level_sd_db", 0, 0.0),
    ("crest_db", 0, np.nan),
    ("reads", 0, 0.0),
    ("rms_dbfs", 0, np.nan),
    ("peak_dbfs", 0, np.nan),
)


def _led(by: Mapping[str, float]) -> set[str]:
    """The strips that another one explains: a group that one hand moves goes equally far.

    A fader that leads the others may go further or less far than they do.
    """
    order = sorted(by, key=by.__getitem__)
    if _is_in_step([by[key] for key in order]):
        return set(order[1:])
    return {
        later
        for key, later in pairwise(order)
        if by[key] * by[later] > 0.0
        and abs(by[later] - by[key]) <= _ALIKE * max(abs(by[key]), abs(by[later]))
    }


def _is_in_step(by: list[float]) -> bool:
    """Whether controls that moved so far, in ascending order, are a group that one hand moves.

    They go equally far the same way, save that a fader that leads the others may go further or less
    far than they do.
    """
    if len(by) < 2 or by[0] * by[-1] <= 0.0:
        return False
    spread = min(by[-1] - by[1], by[-2] - by[0])  # of two one may be the leader
    return spread <= _IN_STEP * max(map(abs, by))
