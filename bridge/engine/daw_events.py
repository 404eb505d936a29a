"""What the DAW says, and what it means: values, dumps, other mixes, strips that have changed.

Theory of operation:

1. A value is ours coming back, a control that the DAW moves along with ours, another mix, or a
   hand. It is measured from what was settled (`MixState.settled`), never from the last message:
   however small its steps are, a way from a to b is one hand.
2. The first value that is not explained keeps the bridge off that strip at once, for a moment; once
   it has gone further than a tolerance it is a hand, and the strip is its for `HOLD_OFF_S`.
3. Many controls at once are another mix. From the first that shows it until all is quiet and has
   been read anew, everything is taken over and nothing is learnt.
4. Where nobody knows which strip has which number (`Layout`), no value counts but a dump's.
"""

import math
from collections.abc import Callable, Iterable
from typing import Final

from bridge.engine.crossings import Crossings
from bridge.engine.dump_watch import DumpWatch
from bridge.engine.early_values import ASTRAY_S, EarlyValues
from bridge.engine.hands import Doubt
from bridge.engine.layout import Layout
from bridge.engine.moves import Moves
from bridge.engine.recall_watch import RecallWatch
from bridge.engine.strip_memory import StripMemory
from bridge.engine.verdicts import Verdicts
from bridge.guard.grid import noise
from bridge.guard.guard import Guard
from bridge.guard.limits import HOLD_OFF_S, RESTS_S
from bridge.guard.ramps import LATE_ECHO_S
from bridge.guard.reading import Answer, Reading
from bridge.mix import messages as m
from bridge.mix.params import MOVABLE, READ_ONLY, SPECS, Param, same_value
from bridge.mix.state import MixState, StripState

_DOUBT_HOLD_S: Final = 1.0
"""A hand whose steps are too small to be sure of tells the next one within this."""

_WIRE_S: Final = 0.4
"""A dump that began later than this after a write of ours says what came of it."""

_REST_S: Final = 30.0
"""What only a dump says within this after a scene is the rest of it, which was lost on its way."""
_QUIET_S: Final = 1.0
"""Nothing more for this long: the scene has been told."""

_UNTOLD_S: Final = 5.0
"""What a dump alone tells may be a write of this long before the dump that came before it."""
_BEGINNING_S: Final = 1.0
"""A value that came this long before the end of a dump may be its own: its beginning was lost."""
_STRAGGLERS_S: Final = 0.1
"""The end of a dump may overtake some of its values by this."""


class DawEvents:
    """Reads what the DAW says into the mix; tells hands from everything else.

    Attributes:
        layout: Which strip has which number.
    """

    def __init__(
        self,
        *,
        mix: MixState,
        guard: Guard,
        moves: Moves,
        verdicts: Verdicts,
        strip_memory: StripMemory,
        pause: Callable[[float, str], None],
        notify: Callable[[str], None],
        attend: Callable[[float], None],
    ) -> None:
        """Give it its neighbours.

        Args:
            mix: The mix as the DAW says it is.
            guard: What may be written.
            moves: What is on its way.
            verdicts: What hands mean.
            strip_memory: What is known of strips from before.
            pause: Stops everything that is on its way, with the reason.
            notify: Shows a sentence to everyone.
            attend: Somebody is there, at that time.
        """
        self.layout = Layout(mix, guard, moves, strip_memory, pause)
        self._is_recall_unread = False
        self._mix = mix
        self._guard = guard
        self._moves = moves
        self._verdicts = verdicts
        self._strip_memory = strip_memory
        self._pause = pause
        self._notify = notify
        self._attend = attend
        self._recall_watch = RecallWatch(mix)
        self._opened_at = self._closed_at = self._told_at = -math.inf
        self._crossings = Crossings(mix, guard, moves, verdicts)
        self._watch = DumpWatch(mix, moves)
        self._recalled_at = -math.inf
        self._scene_at = -math.inf
        self._is_closing = False
        self._early = EarlyValues(mix, moves, verdicts)

    @property
    def due(self) -> float | None:
        """When a recall is over, if nothing more comes, or a value waits no longer; else None."""
        due = self._recalled_at + _QUIET_S if math.isfinite(self._recalled_at) else None
        return min((each for each in (due, self._early.due) if each is not None), default=None)

    def apply(self, event: m.DawEvent) -> None:
        """Take over one event of the DAW."""
        match event:
            case m.DumpOpened() | m.DumpClosed():
                self._switch_dump(event)
            case m.TrackIdentified() | m.TrackNamed():
                self.layout.identify(event)
            case m.RoleGiven():
                self._strip_memory.set_role(event.track, event.role)
            case m.TransportChanged():
                self._mix.playing = event.playing
            case m.SceneRecalled():
                self._begin_recall(event.at)
                self._strip_memory.begin_scene()
            case m.TrackBarred():
                self._mix.record_bar(event)
                self.apply_bars()
            case m.MoveUndone() | m.MoveRedone():
                self._verdicts.apply_daw_undo(event)
            case m.DawComplained():
                self._notify(event.text)
            case m.ParamChanged():
                self._apply_change(event)

    def apply_bars(self) -> None:
        """What the DAW would make go wrong is left alone, and a person told why."""
        if told := self._strip_memory.apply_bars():
            self._notify(told)

    def apply_early(self, at: float = math.inf) -> None:
        """Apply the values that have waited long enough at `at`; all, where a person asks."""
        for event in self._early.pop_due(at):
            if not self.layout.is_doubtful:
                self._apply_value(event, is_sure=False)

    def advance(self, at: float) -> None:
        """Conclude what only time can: followers that have stopped, a recall that is over."""
        for each in self._moves.judge_followers(at):
            strip = self._mix.by_key(each.key)
            if strip is None:
                continue
            if each.leader:
                self._mix.confirm(strip, each.param, each.value, each.at)  # a dump may be open
                self._mix.settle(strip, each.param)
                if each.is_first:  # it goes along, or a hand kept step with us by chance
                    self._guard.hold(strip.key, each.at)
            elif (
                same_value(each.param, each.base, each.value)
                and self._mix.way(strip, each.param) <= SPECS[each.param].tolerance
            ):
                self._hesitate(strip, at)  # not yet a hand: what it goes on to is
            elif not self._mix.is_dump_open or each.at < self._opened_at:  # else its end says whose
                event = m.ParamChanged(
                    at=each.at, track=strip.number, param=each.param, value=each.value
                )
                self._apply_hand(
                    strip, event, each.base, since=each.at, is_doubtful=each.is_doubtful
                )
        self.apply_early(at)
        if at >= self._recalled_at + _QUIET_S - 1e-9:
            self._recalled_at = -math.inf

    # -- dumps ---------------------------------------------------------------------------------

    def _switch_dump(self, event: m.DumpOpened | m.DumpClosed) -> None:
        if isinstance(event, m.DumpClosed):
            self._close_dump(event.at)
            return
        self._drop_early()  # the end of the last dump was lost, or came before its beginning
        self._opened_at = event.at
        self._keep_off(self._watch.foreign)  # the end of the last dump was lost, and what it told
        self._mix.open_dump(event.count)

    def _close_dump(self, at: float) -> None:
        if not self._mix.is_dump_open:
            self._drop_singles(at - _BEGINNING_S)
            return
        self._drop_early()
        live = self._early.sort(self._watch)
        is_new_layout, changes = self.layout.arrange(at)
        self.apply_bars()
        if is_new_layout:
            self._watch.crossed.clear()  # its numbers were those of other strips
            keys = {strip.number: strip.key for strip in self._mix.strips}
            self._moves.company.retain({(keys[c.track], c.param): c.value for c in changes})
        for each in () if is_new_layout else live:
            self._apply_value(each, is_sure=False)
        if self._watch.is_recall([each for each in changes if not self._is_explained(each)]):
            self._begin_recall(at)
        self._is_closing, self._told_at = True, self._closed_at
        for change in changes:
            self._apply_told(change)
        self._is_closing = False
        self._closed_at = at
        if self._is_recalling(at):
            self._moves.company.clear()  # what moved was the other mix
        for (track, _), moved_at in self._watch.moved.items():
            if touched := self._mix.by_number(track):
                self._guard.hold(touched.key, moved_at)
        self._watch.clear()
        self._is_recall_unread = False

    def _is_explained(self, change: m.ParamChanged) -> bool:
        """Whether a dump tells a change that is ours, or a hand's that is on that control."""
        strip = self._mix.by_number(change.track)
        return (
            self._moves.is_answer(change)
            or self._moves.is_following(change)
            or strip is None
            or self._crossings.is_value(strip, change, is_dumped=True)
            or self._verdicts.is_hands(strip, change.param, change.at)
        )

    def _drop_early(self) -> None:
        """A value that came just before a dump that lacks it was the dump's: no hand gave it."""
        if self._mix.is_dump_open:
            self._drop_singles(self._opened_at - ASTRAY_S)

    def _drop_singles(self, since: float) -> None:
        """Drop touches of one value since then that no open dump tells: it was a dump's."""
        for key, param in self._verdicts.single_touches(since):
            strip = self._mix.by_key(key)
            if strip and math.isinf(self._watch.told_at(strip.number, param)):
                self._verdicts.drop_touch(strip, param)

    def _apply_told(self, change: m.ParamChanged) -> None:
        """Apply what a dump told of a control last."""
        since = max(self._opened_at - _WIRE_S, change.at - LATE_ECHO_S)
        is_sure = self._moves.is_settled(change, since)
        strip = self._mix.by_number(change.track)
        hand = self._watch.crossed.get((change.track, change.param))
        is_open = strip is not None and self._crossings.has(strip, change.param)
        if is_open and not (is_sure or self._watch.is_surely_moved(change)):
            self._moves.is_dump_wanted = True  # what has crossed may still be on its way
        elif hand and strip and not self._is_recalling(hand.at):
            self._crossings.yield_to(strip, change, hand)
        else:
            self._apply_value(change, is_sure=is_sure, is_hand=self._was_moved_in_dump(change))

    # -- values --------------------------------------------------------------------------------

    def _apply_change(self, event: m.ParamChanged) -> None:
        """The DAW says what a control holds."""
        if self._mix.is_dump_open:
            self._watch.record(event)
            self._mix.record_change(event)  # for the end of the dump
            if math.isnan(event.value):  # that end may be lost
                self._apply_value(event, is_sure=False)
        elif self.layout.is_doubtful:
            self._keep_off([event])  # the dump will say whose value it is
        elif not self._is_recalling(event.at) and (strip := self._early.keep(event)):
            self._hesitate(strip, event.at)
        else:
            for each in (*self._early.pop(event), event):
                self._apply_value(each, is_sure=False)

    def _apply_value(self, event: m.ParamChanged, *, is_sure: bool, is_hand: bool = False) -> None:
        strip = self._mix.by_number(event.track)
        if strip is None:
            return
        if event.param in READ_ONLY:
            self._mix.confirm(strip, event.param, event.value, event.at)
            return
        is_crossed = self._crossings.is_value(strip, event, is_dumped=self._is_closing)
        if is_crossed and not self._is_closing:
            return  # that answer came twice
        before = self._mix.value(strip, event.param)
        if math.isnan(event.value) or math.isnan(before):
            self._crossings.close(strip, event.param)
            self._apply_unknown(strip, event, before)
        elif self._is_recalling(event.at):
            self._crossings.close(strip, event.param)
            self._recalled_at = event.at
            self._verdicts.adopt(strip, event.param, event.value, event.at)
        else:
            said = math.nan if is_crossed else before
            self._apply_known(strip, event, said, is_sure=is_sure, is_hand=is_hand)

    def _apply_unknown(self, strip: StripState, event: m.ParamChanged, before: float) -> None:
        """A value that is not known (any more), or is said for the first time or again."""
        param, settled = event.param, self._mix.settled_value(strip, event.param)
        if math.isnan(event.value):
            self._mix.confirm(strip, param, event.value, event.at)
            self._verdicts.drop_touch(strip, param)
            if not math.isnan(before):
                self._moves.stop(event.at, f"its {param} is gone", key=strip.key)
            return
        reading = self._moves.receive(strip, event, is_sure=False, is_dumped=self._is_closing)
        is_first = math.isnan(settled)
        is_foreign = reading.answer is Answer.FOREIGN and not is_first
        if is_foreign and not same_value(param, settled, event.value):
            self._verdicts.adopt(strip, param, event.value, event.at)
            return
        self._mix.confirm(strip, param, event.value, event.at)
        self._mix.settle(strip, param)
        if is_first and math.isnan(self._guard.pinned(strip.key, param)):
            self._guard.pin(strip.key, param, event.value)

    def _apply_known(
        self,
        strip: StripState,
        event: m.ParamChanged,
        before: float,
        *,
        is_sure: bool,
        is_hand: bool,
    ) -> None:
        param = event.param
        said_at = self._moves.spoken_at(strip, param)
        reading = self._moves.receive(strip, event, is_sure=is_sure, is_dumped=self._is_closing)
        # It moved while the dump was told, or it moves as the hand on it does.
        if is_hand or self._goes_on(strip, event):
            reading = Reading(Answer.FOREIGN)
        if reading.is_stale or (
            reading.answer is Answer.FOREIGN
            and event.at <= self._closed_at + ASTRAY_S
            and self._moves.is_disordered(event.at)
            and self._moves.was_written(strip, event.param, event.value)
        ):
            return  # a later one has been told
        self._crossings.close(strip, param)
        was_crossed = math.isnan(before)
        is_held = event.at < self._guard.strip(strip.key).held_until
        is_ours = reading.is_over or (is_sure and was_crossed and is_held and not is_hand)
        if is_ours and self._crossings.is_against_hand(strip, event, was_crossed=was_crossed):
            self._crossings.resolve(
                strip, event, before, is_sure=is_sure, is_dumped=self._is_closing
            )
            return
        if reading.answer is Answer.DOUBT and not self._moves.is_following(event):
            self._moves.is_dump_wanted = True  # until then what stood there is believed
            settled = self._mix.settled_value(strip, param)
            self._moves.follows(strip, event, settled, is_sure=False)  # or it goes along
            self._hesitate(strip, event.at)
            self._guard.hold(strip.key, event.at)
            return
        self._mix.confirm(strip, param, event.value, event.at)
        if reading.answer in (Answer.ECHO, Answer.CONFIRMED):
            self._moves.grid.record_place(strip.key, param, event.value, before)
            is_known = self._is_closing and self._is_same(param, before, event.value)
            if is_known and self._mix.way(strip, param) > noise(param):
                return  # a dump tells again what was told: that settles nothing
            self._mix.settle(strip, param)
            self._moves.company.drop(strip.key, param)  # it answers us, and follows nobody
        else:
            said = math.nan if is_hand else before
            self._apply_foreign(strip, event, since=said_at, said=said, is_sure=is_sure)

    def _is_same(self, param: Param, value: float, other: float) -> bool:
        return abs(value - other) <= self._moves.grid.resolution(param, other)

    def _apply_foreign(
        self,
        strip: StripState,
        event: m.ParamChanged,
        *,
        since: float,
        said: float,
        is_sure: bool,
    ) -> None:
        """A value that answers no write: a hand's, or that of a control that goes along.

        Args:
            strip: The strip.
            event: The value.
            since: When the DAW spoke of that control before, monotonic seconds.
            said: What it said then; NaN where it was seen to move since.
            is_sure: Whether a dump says it.
        """
        param, settled = event.param, self._mix.settled_value(strip, event.param)
        is_settled = self._is_same(param, settled, event.value)
        is_same = self._is_same(param, said, event.value)
        was_following = self._moves.is_following(event)
        is_recent = event.at < since + _DOUBT_HOLD_S  # what has rested may go along with ours
        is_on_its_way = is_recent and not (was_following or self._is_same(param, settled, said))
        touched_at = self._verdicts.touched_at(strip, param)
        is_touched = math.isfinite(touched_at)
        if is_touched and is_settled:  # it stands where the hand has put it
            self._guard.hold(strip.key, event.at)
        elif event.at < touched_at + RESTS_S:
            self._apply_hand(strip, event, settled, since=since)
        elif is_same and is_settled:
            pass  # it stands where it stood
        elif not is_on_its_way and self._moves.follows(strip, event, settled, is_sure=is_sure):
            self._guard.hold(strip.key, event.at, HOLD_OFF_S if is_touched else _DOUBT_HOLD_S)
        elif (
            is_touched
            or self._was_moved_in_dump(event)
            or self._mix.way(strip, param) > SPECS[param].tolerance
        ):
            self._moves.company.drop(strip.key, param)
            self._apply_hand(strip, event, settled, since=since)
        elif event.value != said:  # however small a hand's steps are
            self._hesitate(strip, event.at)
            if was_following:  # a hand that is on its way back has gone with none of ours
                self._guard.hold(strip.key, event.at)

    def _goes_on(self, strip: StripState, event: m.ParamChanged) -> bool:
        """Whether the hand on a control goes on as it came, and where we have not written."""
        is_ours = self._moves.was_written(strip, event.param, event.value)
        is_ours |= self._crossings.has(strip, event.param)  # ours have been told since the hand's
        return not (self._is_closing or is_ours) and self._verdicts.goes_on(strip, event)

    def _was_moved_in_dump(self, event: m.ParamChanged) -> bool:
        """Whether a control moved while the dump was told that ends now."""
        return self._is_closing and (event.track, event.param) in self._watch.moved

    def _keep_off(self, events: Iterable[m.ParamChanged]) -> None:
        """Values may be hands', though nobody can tell yet of what: keep off those strips."""
        for event in events:
            strip = self._mix.by_number(event.track)
            if strip and event.param in MOVABLE and not self._moves.is_answer(event):
                self._guard.hold(strip.key, event.at)

    def _hesitate(self, strip: StripState, at: float) -> None:
        """A hand may be on a strip: keep off, for as long as it takes to be sure."""
        self._moves.halt(at, "a hand may be on it", key=strip.key)
        self._guard.hold(strip.key, at, _DOUBT_HOLD_S)
        self._guard.doubt(strip.key, at, 2.0 * _DOUBT_HOLD_S)

    def _apply_hand(
        self,
        strip: StripState,
        event: m.ParamChanged,
        before: float,
        *,
        since: float,
        is_doubtful: bool = False,
    ) -> None:
        """A person moved it from `before`, unless so many have moved that it is another mix.

        Where writes of ours since `since` may have led there as well, it teaches nothing; nor where
        it `is_doubtful` that it was a person.
        """
        touched_at = self._verdicts.touched_at(strip, event.param)
        if math.isinf(touched_at):
            self._recall_watch.record(strip.key, event, event.value - before)
        self._mix.settle(strip, event.param)
        is_astray = self._moves.is_astray(event.at, event.param)
        stragglers_s = ASTRAY_S if is_astray else _STRAGGLERS_S
        is_straggler = touched_at + RESTS_S < event.at <= self._closed_at + stragglers_s
        is_straggler &= not self._opened_at <= since < event.at  # it has been told in that dump
        is_dumped = self._is_closing or is_straggler
        is_rest = is_dumped and event.at < self._scene_at + _REST_S
        if is_rest or self._recall_watch.is_recall(event.at):
            if not is_rest:
                self._begin_recall(event.at)
            self._verdicts.adopt(strip, event.param, event.value, event.at)
            return
        self._attend(event.at)
        before = self._verdicts.touched_value(strip, event.param, before)
        is_untold = is_dumped and not self._was_moved_in_dump(event)
        if is_untold:
            since = min(since, self._told_at - _UNTOLD_S)
        elif is_dumped:
            since = event.at  # it was seen to move: by what was written then
        bases = self._verdicts.touched_bases(strip, event.param, before)
        doubt = self._moves.doubt(
            strip, event, bases, since, is_dumped=self._is_closing, is_untold=is_untold
        )
        is_seen = self._is_closing and self._watch.is_surely_moved(event)
        is_seen |= self._goes_on(strip, event)
        if is_seen and not self._moves.may_be_led(strip, event):
            doubt = Doubt.NONE
        # Where values come in another order, one alone shows nothing.
        is_doubtful |= math.isinf(touched_at) and self._moves.is_disordered(event.at)
        if is_doubtful and doubt is Doubt.NONE:
            doubt = Doubt.POSSIBLE
        self._verdicts.apply_hand(strip, event, before, doubt)

    # -- another mix ---------------------------------------------------------------------------

    def _is_recalling(self, at: float) -> bool:
        return self._is_recall_unread or at < self._recalled_at + _QUIET_S

    def _begin_recall(self, at: float) -> None:
        self._verdicts.yield_to_recall(at)
        self._moves.company.clear()
        self._recalled_at = self._scene_at = at
        self._is_recall_unread = self._moves.is_dump_wanted = True
        for key in self._recall_watch.pop():
            self._guard.hold(key, at)
