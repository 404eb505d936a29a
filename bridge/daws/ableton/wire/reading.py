"""What Live is known to hold: frames as they come in, and what the core is told of them."""

import math
from collections.abc import Iterable, Iterator
from typing import Final

from bridge.daw.dialect import Heard, LevelReading, LevelSlot
from bridge.daw.roll import Roll
from bridge.daw.scale import MAX_TRACKS, in_words, is_on
from bridge.daw.taps import Taps
from bridge.daws.ableton.wire import frames as wire
from bridge.daws.ableton.wire.clips import ClipJob, Clips
from bridge.daws.ableton.wire.curves import meter_dbfs
from bridge.daws.ableton.wire.frames import ROOM, Frame, Question, Topic
from bridge.daws.ableton.wire.items import ItemJob, Items
from bridge.daws.ableton.wire.plan import Plan
from bridge.daws.ableton.wire.synths import OF_DEVICES, SynthPut
from bridge.daws.ableton.wire.tracks import Desk, Track
from bridge.daws.ableton.wire.writes import (
    SAME,
    Key,
    Outcome,
    Put,
    UndoWatch,
    Writes,
    read_outcomes,
)
from bridge.errors import DialectError
from bridge.mix.messages import ParamChanged, TransportChanged
from bridge.mix.params import SILENCE_DB, Param

RETRY_S: Final = 1.0
"""An answer comes within two ticks; one that has not by now was lost, or Live is modal."""


class Reading:
    """All that is known of one Live, and the frames and writes that are on their way to it."""

    def __init__(self) -> None:
        self._wire = wire.Wire()
        self._desk = Desk()
        self._taps = Taps()
        self._roll = Roll(are_ids_lasting=False)
        self._writes = Writes()
        self._clips = Clips()
        self._items = Items()
        self._undo = UndoWatch()
        self._synth_puts: dict[str, list[SynthPut]] = {}
        self._puts: dict[str, list[Put]] = {}  # of the frames that carry writes, by tag
        self._moves: dict[Key, str] = {}  # the newest move of each parameter
        self._taken: dict[Key, str] = {}  # the move in which a hand came
        self._is_stale = False  # something was put back while all is being read
        self._forget_live()
        self._is_met = False
        self._error = ""
        self._told_at: dict[str, float] = {}
        self._dump_number = 0
        self._asked_at = self._hurried_at = self._wrote_at = float("-inf")
        self._is_playing: bool | None = None

    def _forget_live(self) -> None:
        """This may be another Live, or another set."""
        self._count: int | None = None
        self._version = ""
        self._missing: set[str] = set()
        self._is_old = False
        self._room = ROOM
        self._log_level = ""
        self._desk.forget()
        self._plan = Plan()
        self._clear: frozenset[Key] = frozenset()

    # -- what frames say -----------------------------------------------------------------------

    def _advance(self, frame: Frame) -> None:
        """Once the tracks and what is to be written are as they were, a write may go at once."""
        if len(frame.answers) != frame.checks or self._roll.is_open or self._puts.get(frame.tag):
            return
        if frame.names != self._desk.names:
            return
        held = {question: answer[-1] for question, answer in frame.answered if question.place >= 0}
        self._clear = frozenset(
            put.key
            for put in self._writes.waiting(frame.sent_at)
            if put.key and held.get(put.get()) == self._desk.tracks[put.place].held(put.param)
        )

    def _digest(self, frame: Frame, at: float) -> tuple[Heard, ...]:
        """What a frame says, once it has ended or failed."""
        puts = self._puts.pop(frame.tag, [])
        synth_puts = self._synth_puts.pop(frame.tag, [])
        jobs = self._clips.end(frame.tag), self._items.end(frame.tag)
        names = frame.names
        outcomes = read_outcomes(frame, puts)
        if names is None:
            return self._learn_count(frame, at)
        self._missing.clear()  # it knows again what is asked
        outcomes = self._repair(outcomes, tuple(names))
        heard = self._desk.synths.conclude(frame, synth_puts, names, at)
        if names != self._desk.names or self._count is None:
            self._desk.synths.forget()
            self._clips.forget()
            self._items.forget(jobs[1], frame)
            self._desk.tracks = [Track(name) for name in names]
            self._count = len(names)
            self._plan.begin(len(self._desk.tracks))
            return self._doubt(at)
        if synth_puts and not frame.is_complete:  # the device is another, or its list is
            self._plan.add([Question(Topic.DEVICES, (put.place,)) for put in synth_puts])
            self._desk.synths.forget_places({put.place for put in synth_puts})
        puts_any = bool(puts or synth_puts or any(jobs))
        if not (frame.is_complete or puts_any):  # one was about a device that is gone
            self._plan.ask_again(frame.asked[len(frame.answers) + 1 :])
        heard += self._read_switches(frame, at)
        heard += self._conclude_clips(*jobs, frame, at)
        said: set[tuple[int, Param]] = set()
        for outcome in outcomes:
            heard += self._settle(outcome, said, at)
        if not puts_any:
            heard += self._digest_answers(frame, said, at)
        if self._plan.is_reading and self._plan.is_empty and not puts_any:
            if self._is_stale or self._is_repairing:  # what was read may be what was put right
                self._is_stale = False
                self._plan.begin(len(self._desk.tracks))
                return tuple(heard)
            return (*heard, *self._publish_all(at))
        if self._roll.is_open:
            return tuple(heard)
        if self._desk.synths.is_news:
            return (*heard, *self._publish_all(at, is_whole=True))
        return self._publish((*heard, *self._roll.changes(self._desk.strips(), said, at=at)))

    def _conclude_clips(
        self, job: ClipJob | None, item_job: ItemJob | None, frame: Frame, at: float
    ) -> Iterator[Heard]:
        """What a frame says of notes and audio in slots."""
        if job is not None and not self._roll.is_open:
            yield from self._clips.conclude(job, frame, self._roll.uids, at)
        if item_job is not None and not self._roll.is_open:
            yield from self._items.conclude(item_job, frame, self._roll.uids, at)

    def _repair(self, outcomes: list[Outcome], names: tuple[str, ...]) -> list[Outcome]:
        """Put back what met another list of tracks; returns the others."""
        for outcome in (o for o in outcomes if o.put.names != names):
            self._writes.repair(outcome, names)
            self._is_stale = True
        return [outcome for outcome in outcomes if outcome.put.names == names]

    def _digest_answers(
        self, frame: Frame, said: set[tuple[int, Param]], at: float
    ) -> Iterator[Heard]:
        """What a frame without writes says of each control."""
        resting = self._resting
        for question, answer in frame.answered:
            if question.topic in OF_DEVICES and self._desk.synths.has(question):
                told = self._desk.synths.apply(question, answer, at)
                yield from () if self._roll.is_open else told
                continue
            values, more = self._desk.apply(question, answer)
            self._plan.add(more)
            for param, raw in values.items():
                if question in resting:
                    self._writes.release_resting(question, raw)
                yield from self._read_raw(question.place, param, raw, said, at)

    @property
    def _resting(self) -> set[Question]:
        """What is read until a hand rests there."""
        return {put.get() for put in self._writes.resting}

    @property
    def _is_repairing(self) -> bool:
        on_their_way = (put.key for puts in self._puts.values() for put in puts)
        return self._writes.is_repairing or None in on_their_way

    def _learn_count(self, frame: Frame, at: float) -> tuple[Heard, ...]:
        """The greeting was answered, or something of a frame is missing: then all begins anew."""
        said = dict(frame.answered)
        count = said.get(Question(Topic.COUNT))
        if not frame.is_complete or count is None:
            if self._count is None:
                self._asked_at = at + RETRY_S
            self._count = None
            return self._doubt(at)
        match said.get(Question(Topic.VERSION)):
            case (int(major), int(minor)):
                self._version = f"{major}.{minor}"
        match said.get(Question(Topic.LOG)):
            case (str(level),) if not self._log_level:
                self._log_level = level
        if not (count and isinstance(count[0], int) and 0 <= count[0] <= MAX_TRACKS):
            raise DialectError(f"{Topic.COUNT}: expected <= {MAX_TRACKS}; got {in_words(count)}.")
        self._count = count[0]
        self._desk.tracks = []
        self._plan.begin(len(self._desk.tracks))
        return self._doubt(at)

    def _read_switches(self, frame: Frame, at: float) -> Iterator[Heard]:
        """Mute, solo and meters of all tracks, and the transport."""
        if frame.is_playing is not self._is_playing and not self._roll.is_open:
            self._is_playing = frame.is_playing
            yield TransportChanged(at=at, playing=frame.is_playing)
        ids = self._desk.ids
        for place, (_, mute, solo, meter) in enumerate(frame.tracks):
            track = self._desk.tracks[place]
            track.mute, track.solo = is_on(mute), is_on(solo)
            if self._roll.is_open or (ids and self._taps.is_fresh(ids[place], at)):
                continue
            is_known = isinstance(meter, int | float) and math.isfinite(meter)
            level = meter_dbfs(float(meter)) if is_known else SILENCE_DB  # type: ignore[arg-type]
            yield LevelReading(LevelSlot(place + 1, 1, 1), (level,))

    def _read_raw(
        self, place: int, param: Param, raw: float, said: set[tuple[int, Param]], at: float
    ) -> list[Heard]:
        """What a parameter holds: the same, something of our own taken back, or a hand's."""
        track = self._desk.tracks[place]
        old = track.held(param)
        if old is None or old == raw or self._roll.is_open:
            track.hold(param, raw)
            return []
        key = (self._roll.uids[place], param)
        self._writes.drop(key)
        self._taken[key] = self._moves.get(key, "")
        is_told, undone = self._undo.observe(key, raw, at)
        if not is_told:
            return []
        track.hold(param, raw)
        track.stubborn.pop(param, None)
        said.add((place + 1, param))
        return [] if undone is None else [undone]

    def _settle(self, outcome: Outcome, said: set[tuple[int, Param]], at: float) -> list[Heard]:
        """A write was made where it was meant: what holds now is its answer.

        Unless a hand was quicker: then that is what is to hold.
        """
        put, track = outcome.put, self._desk.tracks[outcome.put.place]
        if not outcome.is_right_device:
            self._writes.repair(outcome, tuple(self._desk.names))
            track.devices = None
            return []
        if outcome.before is None or self._roll.is_open:
            return []
        is_repair = put.key is None
        expected = put.over if is_repair else track.held(put.param) or 0.0
        if is_repair and math.isnan(expected):
            return []
        if abs(outcome.before - expected) > SAME:
            self._writes.restore(outcome)
            heard = self._read_raw(put.place, put.param, outcome.before, said, at)
            track.hold(put.param, outcome.before)
            return heard
        after = outcome.before if outcome.after is None else outcome.after
        if is_repair:
            track.hold(put.param, after)
            return []
        if outcome.has_followed:
            track.stubborn.pop(put.param, None)
            self._undo.wrote(put, outcome.before, after, at)
        else:
            track.stubborn[put.param] = track.stubborn.get(put.param, 0) + 1
        track.hold(put.param, after)
        said.add((put.place + 1, put.param))
        return []

    # -- what the core is told -----------------------------------------------------------------

    def _doubt(self, at: float) -> tuple[Heard, ...]:
        """Nobody knows who is who: nothing is written until all has been read anew."""
        self._clear = frozenset()
        self._writes.drop()
        self._desk.synths.drop()
        return self._publish(self._roll.doubt(at))

    def _publish_all(self, at: float, *, is_whole: bool = False) -> tuple[Heard, ...]:
        """The whole dump, or what the hub has added to it."""
        strips = self._desk.strips()
        if not (self._plan.is_reading or is_whole) and self._roll.is_same_layout(strips):
            return self._publish(self._roll.changes(strips, set(), at=at))
        self._plan.is_reading = False
        *told, closed = self._roll.dump(strips, number=self._dump_number, at=at)
        if self._is_playing is not None:
            told.append(TransportChanged(at=at, playing=self._is_playing))
        return self._publish((*told, *self._desk.synths.dump(at), closed))

    def _publish(self, events: Iterable[Heard]) -> tuple[Heard, ...]:
        """Events as they are told; taps are told where the faders stand, too."""
        told = tuple(events)
        for event in told:
            if isinstance(event, ParamChanged):
                self._taps.update(event)
        is_known = not self._roll.is_open and self._desk.ids
        self._taps.arrange(self._desk.ids if is_known else ())
        return told
