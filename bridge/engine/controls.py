"""What people set and ask to hear: locks, roles, comparing, going back, forgetting."""

from collections.abc import Callable
from typing import Final

from bridge.agents.agent import Agent, Forgetful
from bridge.engine.detours import Detours
from bridge.engine.mix_offers import MixOffers
from bridge.engine.moves import Moves
from bridge.engine.results import StepBuilder
from bridge.engine.strip_memory import StripMemory
from bridge.engine.verdicts import Verdicts
from bridge.mix import messages as m
from bridge.mix.notices import MIX_ENDORSED, WISH_NOTED
from bridge.mix.params import Param
from bridge.mix.state import MixState, StripState
from bridge.mix.wishes import WISHES

ControlEvent = (
    m.SafeSwitched
    | m.StripSwitched
    | m.RoleCorrected
    | m.AuditionSwitched
    | m.CompareSwitched
    | m.RevertRequested
    | m.MixPinned
    | m.MixRecalled
    | m.ForgetRequested
    | m.MixEndorsed
    | m.TrackWished
    | m.MixesRequested
)

_NOT_WHILE_OFFERED: Final = (
    m.CompareSwitched
    | m.MixPinned
    | m.MixRecalled
    | m.MixEndorsed
    | m.TrackWished
    | m.RevertRequested
)

_FORGETS: Final = "expected a role, 'song', 'all' or the name of a finished mix"


class Controls:
    """Takes a person's settings and wishes; answers go to `out`."""

    def __init__(
        self,
        *,
        mix: MixState,
        moves: Moves,
        strip_memory: StripMemory,
        detours: Detours,
        verdicts: Verdicts,
        mixes: MixOffers,
        agent: Agent,
        out: StepBuilder,
        notify: Callable[[str], None],
        decide_soon: Callable[[float], str],
    ) -> None:
        self._mix = mix
        self._moves = moves
        self._strip_memory = strip_memory
        self._detours = detours
        self._verdicts = verdicts
        self._mixes = mixes
        self._agent = agent
        self._out = out
        self._notify = notify
        self._decide_soon = decide_soon

    def apply(self, event: ControlEvent) -> None:
        """Do what is asked for, or refuse it in a sentence."""
        if self._mixes.is_open and isinstance(event, _NOT_WHILE_OFFERED):
            self._out.refuse("an offer is open: pick one of its variants, or keep what is there")
        else:
            self._apply(event)

    def _apply(self, event: ControlEvent) -> None:
        match event:
            case m.SafeSwitched():
                self._switch_safe(event)
            case m.StripSwitched():
                self._switch_strip(event)
            case m.RoleCorrected():
                strips = self._strip_memory.correct_role(event.track, event.role)
                self._record_change("role", event.track, strips, is_all_meant=False)
            case m.AuditionSwitched():
                self._audition(event)
            case m.CompareSwitched():
                self._compare(event)
            case m.RevertRequested():
                self._verdicts.apply_revert(event)
            case m.MixPinned():
                self._refuse("pin", self._detours.pin(event.slot, event.at))
            case m.MixRecalled():
                self._refuse("recall", self._detours.recall(event.slot, event.at))
            case m.MixEndorsed() | m.TrackWished() | m.MixesRequested():
                self._apply_gesture(event)
            case m.ForgetRequested():
                self._forget(event.what)

    def _apply_gesture(self, event: m.MixEndorsed | m.TrackWished | m.MixesRequested) -> None:
        """Teach by more than a thumb."""
        match event:
            case m.MixEndorsed():
                self._endorse(event)
            case m.TrackWished():
                self._refuse("wish", self._wish(event))
            case m.MixesRequested():
                self._refuse("variants", self._mixes.ask(event.at))

    def _refuse(self, verb: str, why_not: str | None) -> None:
        if why_not:
            self._out.refuse(f"{verb}: {why_not}")

    def _compare(self, event: m.CompareSwitched) -> None:
        if event.on:
            self._refuse("compare", self._detours.compare(event.at))
        else:
            self._detours.come_back(event.at)

    def _endorse(self, event: m.MixEndorsed) -> None:
        why_not = self._verdicts.endorse(event)
        self._refuse("endorse", why_not)
        if not why_not:
            self._notify(MIX_ENDORSED)

    def _wish(self, event: m.TrackWished) -> str | None:
        """Grant a word about a track soon; why not, where that is so."""
        strips = [] if event.track == "*" else self._mix.find(event.track)
        if not strips:
            return "expected one track" if event.track == "*" else _no_track(event.track)
        if len(strips) > 1:
            numbers = ", ".join(str(strip.number) for strip in strips)
            return f"{len(strips)} tracks are called {event.track!r}: say one by number, {numbers}"
        strip = self._mix.moved_with(strips[0])
        is_pair = self._mix.other_half(strip.key) is not None
        if is_pair and all(param is Param.PAN for param, _ in WISHES[event.wish]):
            return "the halves of a stereo pair are not panned"
        if why_not := self._verdicts.wish(strip, event):
            return why_not
        what_waits = self._decide_soon(event.at)
        self._notify(f"{WISH_NOTED} {strip.name} {event.wish}{what_waits}")
        return None

    def _record_change(
        self, verb: str, track: str, strips: list[StripState], *, is_all_meant: bool = True
    ) -> None:
        """A strip's settings have changed, unless there is no such strip."""
        if not strips and not (is_all_meant and track == "*"):
            self._out.refuse(f"{verb}: {_no_track(track)}")
        self._out.is_memory_changed = True

    def _switch_safe(self, event: m.SafeSwitched) -> None:
        strips = self._strip_memory.switch_safe(event.track, event.lock_class, on=event.on)
        for strip in strips:
            if event.on:
                self._moves.stop(event.at, "it is Safe now", key=strip.key, spare_panic=True)
        self._record_change("safe", event.track, strips)

    def _switch_strip(self, event: m.StripSwitched) -> None:
        strips = self._strip_memory.switch_off(
            event.switch, event.track, event.lock_class, off=not event.on
        )
        self._record_change(event.switch, event.track, strips)

    def _audition(self, event: m.AuditionSwitched) -> None:
        move = self._moves.suggestion
        if move is None or event.move not in ("", move.id):
            if event.on:
                self._out.refuse(f"audition: {event.move!r} is not the open suggestion")
            return
        self._refuse("audition", self._moves.audition(move, event.at, on=event.on))

    def _forget(self, what: str) -> None:
        if not (isinstance(self._agent, Forgetful) and self._agent.forget(what)):
            self._out.refuse(f"forget: {_FORGETS} that this agent keeps; got {what[:40]!r}")
            return
        self._out.is_memory_changed = True


def _no_track(track: str) -> str:
    called = f"number {track[1:]}" if track.startswith("#") else repr(track)
    return f"there is no track {called}"
