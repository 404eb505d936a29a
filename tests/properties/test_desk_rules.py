"""Each rule of the conversation with a desk is needed: without it a promise breaks.

A rule is switched off, and a world in which all promises hold is played again. So the judge of
`test_desks` is tested as well: each of these faults it must see.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from support.desk_model.judge import Promise
from support.desk_model.search import parse
from support.desk_model.world import World

from bridge.engine import daw_events
from bridge.engine.crossings import Crossings
from bridge.engine.daw_events import DawEvents
from bridge.engine.dump_watch import DumpWatch
from bridge.engine.early_values import EarlyValues
from bridge.engine.hands import Doubt, HandLedger
from bridge.engine.moves import Moves
from bridge.engine.recall_watch import RecallWatch
from bridge.engine.verdicts import Verdicts
from bridge.guard import company, grid, guard, ties
from bridge.guard.company import Company
from bridge.guard.grid import Grid, noise
from bridge.guard.guard import Guard
from bridge.guard.ramps import Transit
from bridge.guard.reading import Answer, Reading
from bridge.guard.strip_guard import StripGuard
from bridge.guard.ties import Lead, Ties
from bridge.guard.traffic import Traffic
from bridge.guard.writer import Writer
from bridge.mix import state
from bridge.mix.params import Param
from bridge.mix.state import MixState
from bridge.runtime import link

Break = Callable[[pytest.MonkeyPatch], None]


def replaced(owner: object, name: str, value: Any) -> Break:  # noqa: ANN401 - whatever it is
    return lambda patch: patch.setattr(owner, name, value)


def nothing(*_: object, **__: object) -> None:
    """Do nothing."""


def never(*_: object, **__: object) -> bool:
    return False


def always(*_: object, **__: object) -> bool:
    return True


def nobody(_: object) -> set[str]:
    return set()


def may_lead_by_pairs_alone(self: Company, param: Param, leader: str, key: str) -> bool:
    return (param, leader, key) in self.pairs


def half_step_of_one_range(self: Grid, param: Param, value: float) -> float:
    return 0.6 * self._finest.get(self._zone(param, value), math.inf)


def learn_steps_from_hands(patch: pytest.MonkeyPatch) -> None:
    def apply(self: DawEvents, strip: Any, event: Any, *, said: float, **others: Any) -> None:  # noqa: ANN401
        self._moves.grid.record_place(strip.key, event.param, event.value, said)
        known(self, strip, event, said=said, **others)

    known = DawEvents._apply_foreign
    patch.setattr(DawEvents, "_apply_foreign", apply)


def unseen_alone(_self: DumpWatch, _since: float, unseen: Any) -> Any:  # noqa: ANN401
    return unseen


def each_step_for_itself(_: Ties, _key: str, param: Param, before: float, value: float) -> float:
    return before if abs(value - before) > noise(param) else math.nan


def is_shown_by_one_step(line: Any) -> bool:  # noqa: ANN401
    return line.most <= ties._SURE * line.least or line.ups * line.downs > 0


def far_from_settled(self: MixState, strip: Any, param: Param) -> float:  # noqa: ANN401
    return abs(self.value(strip, param) - self.settled_value(strip, param))


def teach_all(patch: pytest.MonkeyPatch) -> None:
    def apply(self: Verdicts, strip: Any, event: Any, before: float, _: Doubt) -> None:  # noqa: ANN401
        known(self, strip, event, before, Doubt.NONE)

    known = Verdicts.apply_hand
    patch.setattr(Verdicts, "apply_hand", apply)


def open_closed_faders(patch: pytest.MonkeyPatch) -> None:
    kept = [
        rule
        for rule in guard.RULES
        if rule.__name__ not in ("_must_stay_closed", "_must_be_in_range")
    ]
    patch.setattr(guard, "RULES", tuple(kept))
    patch.setattr(guard, "_MINIMUM", np.full(6, -200.0))


def hold_just_what_was_written(patch: pytest.MonkeyPatch) -> None:
    known = Lead.of
    patch.setattr(Lead, "of", lambda *args, step, **kwargs: known(*args, step=0.0 * step, **kwargs))


def cross_all(self: Writer, key: str, param: Param) -> None:
    for _, transit in self._ended:
        transit.is_crossed |= (transit.key, transit.param) == (key, param)


ALWAYS_FALSE = property(lambda _: False, nothing)

RULES: dict[str, tuple[Break, int, str, Promise]] = {
    "a hand holds its strip": (replaced(Guard, "hold", nothing), 0, "hand-.4", Promise.HOLD),
    "what may be a hand halts a move": (
        replaced(DawEvents, "_hesitate", nothing), 158, "hand-.004,reordered",
        Promise.HOLD,
    ),
    "a way is measured from where it began": (
        replaced(MixState, "settled_value", MixState.value), 17, "hand-.004,recall",
        Promise.HOLD,
    ),
    "a hand in a dump is a hand": (
        replaced(DumpWatch, "record", nothing),
        175, "dump-slow,hand-4,undo", Promise.HOLD,
    ),
    "a hand that goes back in a dump is one": (
        replaced(DawEvents, "_was_moved_in_dump", never),
        5, "dump-slow,echo-changed,hand-.4", Promise.PANIC_BACK,
    ),
    "a silent desk is not guessed at": (
        replaced(Writer, "_is_a_guess", never),
        63000095, "dump-nameless,echo-none,hand-.04", Promise.PANIC_BACK,
    ),
    "who may be led now waits for its leader": (
        replaced(Company, "_may_lead", may_lead_by_pairs_alone), 631, "panic,vca",
        Promise.PANIC_ALL,
    ),
    "where answers go astray, one may come late": (
        replaced(Writer, "is_astray", never), 9, "late,reordered",
        Promise.LESSON,
    ),
    "a grid rounds answers": (
        replaced(Grid, "rounding", lambda _, param, __: noise(param)),
        0, "grid-half", Promise.LESSON,
    ),
    "company is no hand": (replaced(Company, "receive", never), 6, "gang,vca",
        Promise.PANIC_ALL,
    ),
    "a recall is no hand": (
        replaced(RecallWatch, "is_recall", never), 0, "recall", Promise.LESSON,
    ),
    "a late answer is no hand": (
        replaced(Writer, "_receive_late", lambda *_, **__: Reading(Answer.FOREIGN)),
        8002501, "echo-late,reordered", Promise.PANIC_BACK,
    ),
    "an overtaken answer says nothing": (
        replaced(Transit, "is_stale", never), 21, "echo-late,reordered", Promise.PANIC_BACK,
    ),
    "a crossed hand gets its value back": (
        replaced(Crossings, "is_against_hand", never), 0, "hand-4,late", Promise.PANIC_ALL,
    ),
    "what may be ours teaches nothing": (
        teach_all, 5, "grid-half,vca-ratio", Promise.LESSON,
    ),
    "a group that a hand moves is one hand": (
        replaced(state, "_led", nobody), 0, "hand-4,vca", Promise.PANIC_ALL,
    ),
    "the end of a dump overtakes its values": (
        replaced(daw_events, "_STRAGGLERS_S", -math.inf), 90034, "hand-.4,reordered,vca",
        Promise.LESSON,
    ),
    "what was written and is not answered stands": (
        replaced(Writer, "left_at", lambda *_: math.nan), 9, "echo-none,panic",
        Promise.PANIC_BACK,
    ),
    "answers that still come in are awaited": (
        replaced(Transit, "awaited_until", -math.inf), 0, "echo-late,late", Promise.ANSWERED,
    ),
    "what a write has moved on in a dump was a hand's": (
        replaced(DumpWatch, "_is_foreign", never), 970011,
        "closed,dump-lacks,dump-slow,echo-late,freeze,hand-4,late,lost,panic,recall,thumbs,undo",
        Promise.HOLD,
    ),
    "who goes along in a dump is no hand": (
        replaced(DumpWatch, "_goes_along", never),
        8010103, "count-lies,grid-half,hand-.4,name-beyond", Promise.PANIC_ALL,
    ),
    "who goes back to where we had put it is no answer": (
        replaced(Writer, "cross", cross_all), 985001, "dump-slow,echo-changed,hand-4",
        Promise.PANIC_BACK,
    ),
    "a scene in the first dump is one": (
        replaced(DumpWatch, "_moved_at_once", unseen_alone), 73, "dump-slow,late,lost,recall",
        Promise.LESSON,
    ),
    "what a hand is owed waits until nothing is frozen": (
        replaced(Moves, "restore_owed", nothing), 11, "freeze,hand-4,late", Promise.PANIC_ALL,
    ),
    "who moves as one that is led may be": (
        replaced(Company, "may_be_tied", never), 9202988, "hand-.004,vca-ratio", Promise.LESSON,
    ),
    "what a member does over several ramps is added up": (
        replaced(Ties, "record", nothing), 9101883, "grid-half,vca-ratio", Promise.PANIC_ALL,
    ),
    "a hand that was none is withdrawn": (
        replaced(Guard, "withdraw_hand", nothing), 8100272, "grid-tenth,vca-ratio",
        Promise.PANIC_ALL,
    ),
    "a value may overtake the beginning of its dump": (
        replaced(EarlyValues, "keep", nothing), 39, "echo-changed,late,reordered",
        Promise.PANIC_BACK,
    ),
    "who is seen on its way in a dump is a hand": (
        replaced(DumpWatch, "is_surely_moved", never),
        8004473, "count-lies,dump-slow,echo-late,hand-.004,panic", Promise.PANIC_ALL,
    ),
    "an answer comes late though a later one has come": (
        replaced(Transit, "is_late_answer", never),
        8002533, "count-lies,dump-lacks,echo-late,hand-4,name-beyond,reordered", Promise.LESSON,
    ),
    "who goes along does so under another name as well": (
        replaced(Company, "rename", lambda *_: set()), 8010097, "dump-nameless,gang,reordered",
        Promise.PANIC_BACK,
    ),
    "what a lost dump told may be a hand's": (
        replaced(DawEvents, "_keep_off", nothing),
        8011102, "dump-slow,hand-.4,lost", Promise.HOLD,
    ),
    "what answers an older write stands no more": (
        replaced(Transit, "is_outrun", never), 63000210, "echo-late,hand-.04,late,panic",
        Promise.PANIC_ALL,
    ),
    "a hand goes on as it came": (
        replaced(HandLedger, "goes_on", never), 178, "hand-.4",
        Promise.PANIC_ALL,
    ),
    "a way there and back is a hand's": (
        replaced(MixState, "way", far_from_settled), 271, "hand-.004,vca-ratio",
        Promise.HOLD,
    ),
    "a way there and back beside a move of ours is a hand's": (
        replaced(MixState, "way", far_from_settled), 20000294, "hand-.004,thumbs",
        Promise.HOLD,
    ),
    "one value alone shows nothing where they come in another order": (
        replaced(Moves, "is_disordered", never), 15, "late,reordered",
        Promise.LESSON,
    ),
    "what came before a dump that lacks it was the dump's": (
        replaced(DawEvents, "_drop_early", nothing), 64000187, "grid-tenth,reordered",
        Promise.LESSON,
    ),
    "hands that go on in a dump are no scene": (
        replaced(Verdicts, "is_hands", never), 63000239, "dump-slow,hand-.4,name-beyond",
        Promise.PANIC_ALL,
    ),
    "a DAW that has never answered answers no long way": (
        replaced(Traffic, "_is_mute_to", never), 9302638, "echo-none,hand-.4", Promise.PANIC_BACK,
    ),
    "an old value of ours comes after its dump": (
        replaced(Traffic, "was_written", never), 9102926, "late,reordered", Promise.PANIC_BACK,
    ),
    "a coarse grid answers several writes alike": (
        replaced(Transit, "_is_again", never), 51000015, "grid-half,hand-4,late", Promise.PANIC_ALL,
    ),
    "a fader ends, and its leader goes on": (
        replaced(ties, "may_be_end", never), 20005562, "vca-ratio", Promise.PANIC_ALL,
    ),
    "who has arrived is judged though another still moves": (
        replaced(company, "is_told_apart", never), 64000082, "undo,vca,vca-ratio",
        Promise.PANIC_ALL,
    ),
    "the beginning of a dump may be lost": (
        replaced(daw_events, "_BEGINNING_S", -math.inf), 41000057, "echo-none,lost",
        Promise.LESSON,
    ),
    "a fader's law changes between two places": (
        replaced(Grid, "half_step", half_step_of_one_range), 70002362, "grid-x32",
        Promise.PANIC_ALL,
    ),
    "a file may have put a control between two places": (
        replaced(Transit, "_may_be_rounded_start", never), 500, "grid-half,off-grid",
        Promise.LESSON,
    ),
    "where a file has put a control is no place of its grid": (
        replaced(Grid, "is_place", always), 503, "grid-x32,off-grid", Promise.LESSON,
    ),
    "a hand may put a control where OSC cannot": (
        learn_steps_from_hands, 502, "grid-half,hand-.04,off-grid", Promise.LESSON,
    ),
    "what answers contradict was no step": (
        replaced(grid, "_CONTRADICTED", math.inf), 504, "grid-tenth,hand-.04,off-grid",
        Promise.LESSON,
    ),
    "what a dump has told outruns all answers": (
        replaced(Transit, "is_read", ALWAYS_FALSE), 63000056, "echo-late,grid-half,panic",
        Promise.PANIC_ALL,
    ),
    "what follows our late answers is ours": (
        replaced(Crossings, "has", never), 63000004, "grid-half,hand-4,late", Promise.PANIC_ALL,
    ),
    "nothing begins where a stopped move was not answered": (
        replaced(Transit, "is_unheard", False), 20005282, "echo-none,lost", Promise.BOUNDS,
    ),
    "the answer to an earlier move is no limit": (
        replaced(Transit, "owes", never), 72002778, "echo-late,panic", Promise.PANIC_BACK,
    ),
    "who has answered to the end answers no more": (
        replaced(Transit, "is_told_out", never), 72003942, "dump-slow,grid-tenth,hand-.004",
        Promise.HOLD,
    ),
    "steps too small to count add up": (
        replaced(Ties, "add_up", each_step_for_itself), 72002091, "panic,vca-ratio",
        Promise.PANIC_ALL,
    ),
    "one step beside a long way shows no tie": (
        replaced(ties._Line, "is_shown", property(is_shown_by_one_step)), 73000699,
        "grid-x32,hand-.004", Promise.PANIC_OWN,
    ),
    "what is not answered was rounded": (
        hold_just_what_was_written, 73001070, "echo-none,grid-x32,vca", Promise.PANIC_ALL,
    ),
    "a closed fader stays closed": (open_closed_faders, 0, "closed", Promise.CLOSED),
    "what is not known is not moved": (
        replaced(DawEvents, "_apply_unknown", nothing), 0, "nan", Promise.VALUE,
    ),
    "a strip without a name is not moved": (
        replaced(StripGuard, "is_nameless", ALWAYS_FALSE), 2, "dump-nameless", Promise.NAME,
    ),
    "questions come once a second": (
        replaced(link, "_ASK_EVERY_S", 0.1), 0, "dump-lacks", Promise.QUESTIONS,
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_without_a_rule_a_promise_breaks(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    break_it, seed, features, promise = RULES[rule]
    assert World(seed, parse(features)).run().judge.faults == {}
    break_it(monkeypatch)
    assert promise in World(seed, parse(features)).run().judge.faults
