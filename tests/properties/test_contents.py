"""Whatever people, the DAW and time do to contents: what is not ours is never written over."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.devices import HeldContent, Rig, SynthDaw
from support.scripted_task import ScriptedEdits

from bridge.mix import content_events as c
from bridge.mix import device_events as d
from bridge.mix import messages as m
from bridge.mix.content_events import ContentKind
from bridge.mix.device_events import TaskName
from bridge.mix.messages import LinkState, Mode, Slot
from bridge.mix.params import LockClass

pytestmark = pytest.mark.slow

ITEM = ContentKind.ITEM
KEYS = ("one", "two", "kit 1", "kit 2")
OURS = ("", "a", "b", "c")
THEIRS = ("", "a", "x", "y", "z")

keys = st.sampled_from(KEYS)
often = st.one_of(
    st.tuples(st.just("make"), keys, st.sampled_from(OURS)),
    st.tuples(st.just("make both"), st.sampled_from(OURS), st.sampled_from(OURS)),
    st.tuples(st.just("hand"), keys, st.sampled_from(THEIRS)),
    st.tuples(st.sampled_from(["undo", "undo", "compare", "back", "panic, rearm"])),
    st.tuples(st.sampled_from(["pin", "recall"]), st.sampled_from([Slot.A, Slot.B])),
    st.tuples(st.just("wait"), st.sampled_from([0.01, 0.3, 1.2, 12.0])),
)
seldom = st.one_of(
    st.tuples(st.just("want"), keys, st.sampled_from(OURS)),
    st.tuples(st.just("gone"), keys),
    st.tuples(st.just("choose"), st.integers(0, 3)),
    st.tuples(st.just("audition"), st.integers(0, 2), st.booleans()),
    st.tuples(st.sampled_from(["panic", "rearm", "dump", "stale", "online", "thumb"])),
    st.tuples(st.just("mode"), st.sampled_from(list(Mode))),
    st.tuples(st.just("safe"), st.booleans()),
    st.tuples(st.just("mute"), st.booleans()),
    st.tuples(st.just("focus"), st.sampled_from(["Bass", "Lead"])),
)
acts = st.one_of(often, often, often, seldom)
STORIES = st.lists(acts, min_size=8, max_size=24)


def stories_without(*words: str) -> st.SearchStrategy[list[tuple[object, ...]]]:
    return st.lists(acts.filter(lambda act: act[0] not in words), min_size=8, max_size=24)


@dataclass
class World:
    """A rig, and whose text stands in each content of the DAW.

    Attributes:
        hands: What a hand has left, by content, until we make a move there.
        written: What we have ever written there: a hand that leaves just that cannot be told.
    """

    rig: Rig
    hands: dict[str, str] = field(default_factory=dict)
    written: dict[str, set[str]] = field(default_factory=dict)

    def do(self, act: tuple[object, ...]) -> list[c.SetContent]:
        """Let something happen; what was written of it."""
        count = len(self.rig.sent)
        if len(act) == 1:
            self._say(str(act[0]))
        elif act[0] in ("make", "make both", "want", "hand", "gone", "wait", "mute"):
            self._live(act)
        else:
            self._ask(act)
        return [each for each in self.rig.sent[count:] if isinstance(each, c.SetContent)]

    def _live(self, act: tuple[object, ...]) -> None:
        rig = self.rig
        match act:
            case ("want", key, text):
                rig.task.wants.append({key: text})
            case ("make", key, text):
                self._make({key: text})
            case ("make both", first, second):
                self._make({"kit 1": first, "kit 2": second})
            case ("hand", str(key), str(text)):
                is_new = text not in (rig.daw.contents[ITEM, key].text, *self.written.get(key, ()))
                rig.hear(*rig.daw.edit(ITEM, key, text))
                if is_new:
                    self.hands[key] = text
            case ("gone", str(key)):
                rig.handle(c.ContentGone(at=rig.at, kind=ITEM, key=key))
            case ("wait", float(seconds)):
                rig.wait(seconds)
            case ("mute", bool(on)):
                rig.daw.is_mute = on

    def _make(self, wanted: dict[object, object]) -> None:
        """The task wants something, and it is made, by itself or by a person's pick."""
        self.rig.task.wants.append(wanted)
        self.rig.wait(2.0)
        if self.rig.engine.work.offers.open:
            self._ask(("choose", 1))
        self.rig.wait(0.1)

    def _ask(self, act: tuple[object, ...]) -> None:
        rig, at = self.rig, self.rig.at
        match act:
            case ("choose", int(choice)):
                rig.handle(d.VariantChosen(at=at, offer="", choice=choice))
            case ("audition", int(place), bool(on)):
                offer = rig.engine.work.offers.open
                if offer and place < len(offer.moves):
                    rig.handle(m.AuditionSwitched(at=at, move=offer.moves[place].id, on=on))
            case ("mode", Mode() as mode):
                rig.handle(m.ModeChosen(at=at, mode=mode))
            case ("safe", bool(on)):
                rig.handle(m.SafeSwitched(at=at, track="Bass", lock_class=LockClass.EDITS, on=on))
            case ("focus", str(track)):
                rig.handle(d.FocusChosen(at=at, track=track, what=""))
            case ("pin", Slot() as slot):
                rig.handle(m.MixPinned(at=at, slot=slot))
            case ("recall", Slot() as slot):
                rig.handle(m.MixRecalled(at=at, slot=slot))

    def _say(self, word: str) -> None:
        rig, at = self.rig, self.rig.at
        match word:
            case "undo":
                rig.handle(m.UndoRequested(at=at, move=""))
            case "compare" | "back":
                rig.handle(m.CompareSwitched(at=at, on=word == "compare"))
            case "panic":
                rig.handle(m.PanicPressed(at=at))
            case "panic, rearm":
                rig.handle(m.PanicPressed(at=at))
                rig.wait(2.0)
                rig.handle(m.Rearmed(at=rig.at))
            case "rearm":
                rig.handle(m.Rearmed(at=at))
            case "dump":
                rig.hear(*rig.daw.dump())
            case "thumb":
                rig.handle(m.RewardReceived(at=at, value=-1.0, move="", reward_id="r"))
            case "stale" | "online":
                rig.handle(m.LinkChanged(at=at, state=LinkState(word), text=""))


def world() -> World:
    daw = SynthDaw()
    for key in KEYS:
        group = "kit" if key.startswith("kit") else ""
        daw.contents[ITEM, key] = HeldContent("a", track=2, name=key, group=group)
    rig = Rig(mode=Mode.SUGGEST, daw=daw, task=ScriptedEdits(), task_name=TaskName.EDIT)
    return World(rig=rig.work())


@settings(max_examples=150, deadline=None)
@given(STORIES)
def test_no_way_back_writes_over_what_a_hand_has_left(story: list[tuple[object, ...]]) -> None:
    """No undo, panic, silence, comparison or recall: only a move that was made for that text."""
    there = world()
    for act in story:
        for command in there.do(act):
            is_forward = bool(command.move) and not command.move.endswith(m.BACK)
            is_forward |= act[0] == "audition" and act[-1] is True
            assert is_forward or command.key not in there.hands, (act, command, there.hands)
            there.hands.pop(command.key, None)
            there.written.setdefault(command.key, set()).add(command.text)


@settings(max_examples=100, deadline=None)
@given(STORIES)
def test_the_same_story_gives_the_same_results_again(story: list[tuple[object, ...]]) -> None:
    first, second = world(), world()
    for act in story:
        first.do(act)
        second.do(act)
    assert first.rig.results == second.rig.results


@settings(max_examples=100, deadline=None)
@given(stories_without("hand", "gone", "mute", "safe"))
def test_panic_brings_back_all_that_no_hand_has_changed(story: list[tuple[object, ...]]) -> None:
    there = world()
    for act in story:
        there.do(act)
    rig = there.rig
    rig.handle(m.LinkChanged(at=rig.at, state=LinkState.ONLINE, text=""))
    rig.wait(3.0)
    rig.handle(m.PanicPressed(at=rig.at))
    rig.wait(3.0)
    assert {key: rig.daw.contents[ITEM, key].text for key in KEYS} == dict.fromkeys(KEYS, "a")


@settings(max_examples=100, deadline=None)
@given(stories_without("gone", "stale"))  # else only a part of the group may be known
def test_what_is_grouped_is_moved_and_taken_back_together(
    story: list[tuple[object, ...]],
) -> None:
    """Where one is written and not the other, that one stands as the move has it already."""
    there = world()
    for act in story:
        for command in there.do(act):
            move = there.rig.engine.work.moves.get(command.move.removesuffix(m.BACK))
            if move is None or not command.key.startswith("kit"):
                continue
            assert {edit.change.key for edit in move.edits} == {"kit 1", "kit 2"}
            assert not any(edit.belongs_to_hand for edit in move.edits), (act, command)
