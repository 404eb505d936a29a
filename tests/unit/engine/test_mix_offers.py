"""Variants of the whole mix: offered on request, heard, picked and taken back as one."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from support.desk import Desk, ScriptedAgent, credited, make_engine, refusals

from bridge.agents.agent import Learnt, Proposal
from bridge.mix import device_events as d
from bridge.mix import messages as m
from bridge.mix.messages import LinkState, Mode, MoveState, StripSwitch
from bridge.mix.notices import Actor, ChangeNoticed, MoveReported, Offered
from bridge.mix.params import LockClass, Param
from bridge.mix.state import Observation

PROPOSED, APPLIED, CONFIRMED, UNCONFIRMED, REVERTED, SKIPPED, EXPIRED = MoveState
KICK, BASS, VOX = range(3)
GAIN, PAN, LOW = Param.GAIN, Param.PAN, Param.EQ_LOW
Part = tuple[int, Param, float]

A: list[Part] = [(KICK, GAIN, -2.0), (BASS, GAIN, 1.0), (VOX, PAN, 0.2), (VOX, LOW, -1.5)]
B: list[Part] = [(KICK, GAIN, 1.0), (BASS, GAIN, -2.0)]
C: list[Part] = [(VOX, GAIN, -1.0)]


class MixOfferer(ScriptedAgent):
    """A scripted agent that offers the mixes that it is told to."""

    def __init__(self, *mixes: list[Part]) -> None:
        super().__init__()
        self.mixes = mixes
        self.picks: list[tuple[list[list[Part]], int]] = []

    def offer_mixes(
        self,
        observation: Observation,
        options: Callable[[Observation], tuple[NDArray[np.float64], NDArray[np.bool_]]],
        *,
        count: int,
        most: int,
    ) -> tuple[tuple[Proposal, ...], ...]:
        assert (count, most) == (3, 8)
        return tuple(tuple(_proposal(*part) for part in mix) for mix in self.mixes)

    def learn_from_pick(self, mixes: Sequence[Sequence[Proposal]], choice: int) -> Learnt:
        parts = [sorted((each.row, each.param, each.step) for each in mix) for mix in mixes]
        self.picks.append((parts, choice))
        return Learnt(td_error=0.0, text="a pick")


def _proposal(row: int, param: Param, step: float) -> Proposal:
    return Proposal(
        row=row, param=param, step=step, probability=1.0, score=0.1, confidence=0.5,
        reason="", trace=None,
    )  # fmt: skip


def desk_of(
    *,
    mixes: tuple[list[Part], ...] = (A, B, C),
    mode: Mode = Mode.SUGGEST,
    desk: Desk | None = None,
) -> Desk:
    desk = desk or Desk(mode=mode)
    agent = MixOfferer(*mixes)
    desk.agent, desk.engine = agent, make_engine(agent, mode=mode)
    return desk.connect()


def picks(desk: Desk) -> list[tuple[list[list[Part]], int]]:
    assert isinstance(desk.agent, MixOfferer)
    return desk.agent.picks


def ask(desk: Desk) -> list[str]:
    return refusals(desk.do(m.MixesRequested(at=desk.at)))


def offer(desk: Desk) -> tuple[str, ...]:
    """The names of the variants of a new offer."""
    assert ask(desk) == []
    offered = [note for note in desk.notices if isinstance(note, Offered)]
    return offered[-1].moves


def audition(desk: Desk, variant: str, *, seconds: float = 10.0) -> list[str]:
    refused = refusals(desk.do(m.AuditionSwitched(at=desk.at, move=variant, on=True)))
    desk.run(seconds)
    return refused


def pick(desk: Desk, choice: int, *, seconds: float = 10.0) -> list[str]:
    refused = refusals(desk.do(d.VariantChosen(at=desk.at, offer="", choice=choice)))
    desk.run(seconds)
    return refused


def picks_wait(desk: Desk) -> bool:
    return desk.engine.mixes.is_open


def values(desk: Desk) -> list[Part]:
    """All that is not 0 in the DAW, to a tenth."""
    return [
        (row, param, round(value, 1))
        for row, strip in enumerate(desk.strips)
        for param, value in strip.values.items()
        if abs(value) > 0.01
    ]


def ordered(parts: list[Part]) -> list[Part]:
    order = list(Param)
    return sorted(parts, key=lambda part: (part[0], order.index(part[1])))


def is_as(desk: Desk, parts: list[Part]) -> bool:
    return ordered(values(desk)) == ordered(parts)


def test_an_offer_says_what_each_variant_moves_and_moves_nothing() -> None:
    desk = desk_of()
    variants = offer(desk)
    desk.run(30.0)
    assert desk.writes == []
    reports = {note.move: note for note in desk.notices if isinstance(note, MoveReported)}
    assert set(reports) == set(variants)
    first = reports[variants[0]]
    assert first.state is PROPOSED
    assert (first.track, first.param, first.to_value) == (KICK + 1, GAIN, -2.0)
    assert {(part.track, part.param) for part in first.parts} == {
        (BASS + 1, GAIN), (VOX + 1, PAN), (VOX + 1, LOW),
    }  # fmt: skip
    assert "Kick gain -2.0 dB" in first.reason
    assert "Vox pan 20 % to the right" in first.reason
    decisions = [each for result in desk.results for each in result.decisions]
    assert [each.move for each in decisions] == list(variants)


def test_a_variant_is_heard_as_one_and_goes_back_as_one() -> None:
    desk = desk_of()
    first, second, _ = offer(desk)
    assert audition(desk, first) == []
    assert is_as(desk, A)
    audition(desk, second)
    assert is_as(desk, B)
    assert pick(desk, 0) == []
    assert values(desk) == []
    assert [desk.states(move)[-1] for move in (first, second)] == [SKIPPED, SKIPPED]
    assert len(picks(desk)) == 1
    assert picks(desk)[0][1] == 0


def test_a_picked_variant_stands_and_one_undo_takes_all_of_it_back() -> None:
    desk = desk_of()
    first, second, third = offer(desk)
    audition(desk, second)
    pick(desk, 1)
    assert is_as(desk, A)
    assert desk.states(first) == [PROPOSED, APPLIED, CONFIRMED]
    assert desk.states(third) == [PROPOSED, SKIPPED]
    assert picks(desk) == [([sorted(A), sorted(B), sorted(C)], 1)]
    assert desk.engine.work.offers.open is None
    assert refusals(desk.undo()) == []
    desk.run(10.0)
    assert values(desk) == []
    assert desk.states(first)[-1] is REVERTED
    assert picks(desk)[1:] == [([sorted(A)], 0)]
    assert refusals(desk.undo()) == ["undo: no move of mine stands"]


def test_a_variant_that_is_heard_and_picked_stays_as_it_is() -> None:
    desk = desk_of()
    first, *_ = offer(desk)
    audition(desk, first)
    desk.forget()
    pick(desk, 1)
    assert desk.writes == []
    assert is_as(desk, A)
    assert desk.states(first) == [APPLIED, CONFIRMED]


def test_a_yes_and_a_nameless_thumb_mean_the_variant_that_is_heard() -> None:
    desk = desk_of()
    first, *_ = offer(desk)
    assert credited(desk.reward(1.0)) == [("", 1.0)]
    assert refusals(desk.accept(""))
    audition(desk, first)
    desk.reward(1.0)
    desk.run(10.0)
    assert desk.states(first)[-1] is CONFIRMED
    assert picks(desk)[0][1] == 1


def test_one_control_of_a_kind_moves_at_a_time_and_what_softens_goes_first() -> None:
    desk = desk_of()
    first, *_ = offer(desk)
    audition(desk, first)
    tracks = [write.track for write in desk.writes if write.param is GAIN]
    assert tracks == sorted(tracks)
    assert tracks[0] == KICK + 1  # it gets softer
    assert {write.param for write in desk.writes[:6]} == {GAIN, PAN, LOW}  # kinds go together


def test_a_hand_takes_its_strip_out_of_the_variant_and_of_the_lesson() -> None:
    desk = desk_of()
    first, *_ = offer(desk)
    desk.do(m.AuditionSwitched(at=desk.at, move=first, on=True))
    desk.run(0.5)
    desk.hand(KICK + 1, GAIN, -5.0)
    desk.run(10.0)
    assert desk.value(KICK + 1, GAIN) == -5.0
    assert desk.value(BASS + 1, GAIN) == 1.0
    pick(desk, 1)
    assert picks(desk)[0][0][0] == sorted(part for part in A if part[0] != KICK)
    assert all(part[0] != KICK for mix in picks(desk)[0][0] for part in mix)
    desk.undo()
    desk.run(10.0)
    assert values(desk) == [(KICK, GAIN, -5.0)]


def test_a_hand_on_another_control_of_the_strip_lets_nothing_more_begin_there() -> None:
    desk = desk_of(mixes=([(VOX, GAIN, -1.0), (KICK, GAIN, 3.0), (BASS, GAIN, 3.0)],))
    (only,) = offer(desk)
    desk.hand(BASS + 1, PAN, 0.5)
    audition(desk, only)
    assert is_as(desk, [(BASS, PAN, 0.5), (KICK, GAIN, 3.0), (VOX, GAIN, -1.0)])
    pick(desk, 0)
    assert is_as(desk, [(BASS, PAN, 0.5)])


def test_what_a_hand_put_there_before_a_variant_is_heard_stays() -> None:
    desk = desk_of()
    first, *_ = offer(desk)
    desk.hand(KICK + 1, GAIN, -5.0)
    desk.run(15.0)
    audition(desk, first)
    assert desk.value(KICK + 1, GAIN) == -5.0
    assert desk.value(BASS + 1, GAIN) == 1.0


@pytest.mark.parametrize("seconds", [0.1, 1.0, 10.0])
def test_panic_gives_back_everything(seconds: float) -> None:
    desk = desk_of()
    first, *_ = offer(desk)
    audition(desk, first, seconds=seconds)
    desk.panic()
    desk.run(10.0)
    assert values(desk) == []
    desk.rearm()
    desk.run(10.0)
    assert values(desk) == []
    assert desk.engine.work.offers.open is None


def test_panic_reverts_a_picked_variant() -> None:
    desk = desk_of()
    first, *_ = offer(desk)
    pick(desk, 1)
    desk.panic()
    desk.run(10.0)
    assert values(desk) == []
    assert desk.states(first)[-1] is REVERTED


def test_freeze_leaves_a_heard_variant_which_can_be_undone_later() -> None:
    desk = desk_of()
    first, *_ = offer(desk)
    audition(desk, first)
    desk.freeze()
    desk.run(5.0)
    assert is_as(desk, A)
    assert desk.states(first)[-1] is UNCONFIRMED
    desk.freeze(on=False)
    desk.undo()
    desk.run(10.0)
    assert values(desk) == []


@pytest.mark.parametrize("event", [
    lambda at: m.ModeChosen(at=at, mode=Mode.OBSERVE),
    lambda at: d.TaskChosen(at=at, task=d.TaskName.OFF),
])  # fmt: skip
def test_another_mode_or_task_ends_the_offer_and_what_was_heard(
    event: Callable[[float], m.Event],
) -> None:
    desk = desk_of()
    first, *_ = offer(desk)
    audition(desk, first, seconds=0.5)
    desk.do(event(desk.at))
    desk.run(10.0)
    assert values(desk) == []
    assert desk.engine.work.offers.open is None


def test_an_offer_that_nobody_answers_ends_after_a_minute_without_listening() -> None:
    desk = desk_of()
    first, *_ = offer(desk)
    desk.run(50.0)
    audition(desk, first)
    desk.run(45.0)
    assert picks_wait(desk)
    desk.run(20.0)
    assert not picks_wait(desk)
    assert values(desk) == []
    assert picks(desk) == []


def test_no_move_is_suggested_while_an_offer_is_open() -> None:
    desk = desk_of()
    variants = offer(desk)
    desk.wish("Kick", GAIN, 1.0)
    desk.run(30.0)
    assert [each for each in desk.reports if each.move not in variants] == []
    pick(desk, 0)
    assert [each for each in desk.reports if each.move not in variants] != []


def test_an_offer_takes_the_place_of_a_suggestion() -> None:
    desk = desk_of()
    desk.wish("Kick", GAIN, 1.0)
    desk.run(10.0)
    suggestion = desk.last(PROPOSED).move
    offer(desk)
    assert desk.states(suggestion)[-1] is EXPIRED


def test_an_offer_is_refused_where_nothing_may_be_moved() -> None:
    desk = desk_of(mode=Mode.OBSERVE)
    assert ask(desk) == ["variants: in observe mode nothing is offered"]
    desk.choose(Mode.GIG)
    assert ask(desk) == ["variants: in gig mode nothing is offered"]
    desk.choose(Mode.SUGGEST)
    desk.freeze()
    assert ask(desk) == ["variants: nothing can be moved now"]
    desk.freeze(on=False)
    offer(desk)
    assert "an offer is open" in ask(desk)[0]
    plain = Desk(mode=Mode.SUGGEST).connect()
    assert ask(plain) == ["variants: this agent knows single moves alone"]
    satisfied = desk_of(mixes=())
    assert "worth hearing" in ask(satisfied)[0]


@pytest.mark.parametrize("event", [
    lambda at: m.MixEndorsed(at=at),
    lambda at: m.CompareSwitched(at=at, on=True),
    lambda at: m.MixPinned(at=at, slot=m.Slot.A),
    lambda at: m.MixRecalled(at=at, slot=m.Slot.A),
])  # fmt: skip
def test_what_is_about_the_mix_as_it_stands_waits_for_the_pick(
    event: Callable[[float], m.Event],
) -> None:
    desk = desk_of()
    offer(desk)
    assert "pick one of its variants" in refusals(desk.do(event(desk.at)))[0]


def test_what_may_not_teach_is_left_out_of_the_lesson() -> None:
    desk = desk_of()
    off = m.StripSwitched(
        at=desk.at, switch=StripSwitch.LEARN, track="1", lock_class=LockClass.GAIN, on=False
    )
    desk.do(off)
    offer(desk)
    pick(desk, 1)
    assert all(part[0] != KICK for mix in picks(desk)[0][0] for part in mix)


def test_later_moves_on_the_same_control_survive_the_undo_of_a_variant() -> None:
    desk = desk_of()
    first, *_ = offer(desk)
    pick(desk, 1)
    desk.choose(Mode.ASSIST)
    desk.move("Kick", GAIN, 1.0)
    desk.undo(first)
    desk.run(10.0)
    assert values(desk) == [(KICK, GAIN, 1.0)]


def test_back_to_before_a_variant_takes_it_and_all_later_moves_back() -> None:
    desk = desk_of(mode=Mode.SUGGEST)
    first, *_ = offer(desk)
    pick(desk, 1)
    desk.choose(Mode.ASSIST)
    desk.move("Bass", LOW, 1.0)
    desk.do(m.RevertRequested(at=desk.at, move=first))
    desk.run(15.0)
    assert values(desk) == []
    assert desk.states(first)[-1] is REVERTED
    assert picks(desk) == [([sorted(A), sorted(B), sorted(C)], 1)]  # it says of none it was bad


def test_comparing_and_pins_hold_a_picked_variant() -> None:
    desk = desk_of()
    offer(desk)
    desk.run(1.0)
    pick(desk, 1)
    desk.do(m.MixPinned(at=desk.at, slot=m.Slot.A))
    desk.do(m.CompareSwitched(at=desk.at, on=True))
    desk.run(5.0)
    assert values(desk) == []
    desk.do(m.CompareSwitched(at=desk.at, on=False))
    desk.run(5.0)
    assert is_as(desk, A)
    desk.undo()
    desk.run(10.0)
    assert values(desk) == []
    desk.do(m.MixRecalled(at=desk.at, slot=m.Slot.A))
    desk.run(10.0)
    assert is_as(desk, A)
    desk.undo()
    desk.run(10.0)
    assert values(desk) == []


class GroupedDesk(Desk):
    """A desk that moves all faders along with any of them, as a group does."""

    def _obey(self, command: m.Command) -> None:
        if isinstance(command, m.SetParam) and command.param is GAIN:
            before = self.strips[command.track - 1].values[GAIN]
            for track, strip in enumerate(self.strips, start=1):
                if track == command.track:
                    continue
                strip.values[GAIN] += command.value - before
                self._later(
                    m.ParamChanged(at=self.at, track=track, param=GAIN, value=strip.values[GAIN])
                )
        super()._obey(command)


def test_a_group_of_the_daw_that_moves_along_is_no_hand() -> None:
    desk = desk_of(
        mixes=([(KICK, GAIN, -2.0), (BASS, LOW, 1.0)],), desk=GroupedDesk(mode=Mode.SUGGEST)
    )
    (only,) = offer(desk)
    audition(desk, only)
    assert [n for n in desk.notices if isinstance(n, ChangeNoticed) and n.actor is Actor.HAND] == []
    assert desk.agent.hands == []
    pick(desk, 0, seconds=20.0)
    assert desk.agent.hands == []
    assert values(desk) == []


def test_both_halves_of_a_pair_go_and_come_back() -> None:
    desk = desk_of(
        mixes=([(KICK, GAIN, -2.0)],), desk=Desk("OH L", "Bass", "OH R", mode=Mode.SUGGEST)
    )
    (only,) = offer(desk)
    audition(desk, only)
    assert is_as(desk, [(KICK, GAIN, -2.0), (VOX, GAIN, -2.0)])
    pick(desk, 1)
    assert desk.states(only)[-1] is CONFIRMED
    desk.undo()
    desk.run(10.0)
    assert values(desk) == []


def test_a_daw_that_is_lost_while_a_variant_is_heard_leaves_it_undoable() -> None:
    desk = desk_of()
    first, *_ = offer(desk)
    audition(desk, first)
    desk.link(LinkState.OFFLINE)
    desk.run(1.0)
    assert is_as(desk, A)
    desk.link(LinkState.ONLINE)
    assert refusals(desk.undo(first)) == []
    desk.run(10.0)
    assert values(desk) == []


def test_a_safe_strip_takes_no_part() -> None:
    desk = desk_of()
    first, *_ = offer(desk)
    desk.safe("Kick")
    audition(desk, first)
    assert is_as(desk, [part for part in A if part[0] != KICK])
    pick(desk, 1)
    assert desk.states(first)[-1] is UNCONFIRMED
    assert "3 of 4 moves stand" in [n.reason for n in desk.reports][-1]
