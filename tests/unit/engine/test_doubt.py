"""What has two explanations: an answer that came late, a control that goes along, or a hand."""

import pytest
from support.desk import Desk, refusals

from bridge.guard.limits import HOLD_OFF_S
from bridge.mix import messages as m
from bridge.mix.messages import LinkState, Mode, MoveState
from bridge.mix.notices import Actor, ChangeNoticed
from bridge.mix.params import Param

VOX = 3


def hands(desk: Desk) -> list[tuple[int, float]]:
    return [
        (note.track, note.to_value)
        for note in desk.notices
        if isinstance(note, ChangeNoticed) and note.actor is Actor.HAND
    ]


def confirmed(desk: Desk, step: float) -> str:
    """A move of the vocal that has only just been confirmed."""
    desk.forget()
    desk.wish("Vox", Param.GAIN, step)
    while not any(report.state is MoveState.CONFIRMED for report in desk.reports):
        desk.run(0.1)
    return desk.last(MoveState.CONFIRMED).move


@pytest.mark.parametrize("silence_s", [0.5, 1.5, 3.0])
def test_an_undo_that_a_desk_never_answered_does_not_hide_a_hand_on_the_next(
    silence_s: float,
) -> None:
    desk = Desk(interval_s=0.3).connect()
    undone = desk.move("Vox", Param.GAIN, 1.0)
    desk.is_silent = True
    desk.undo(undone)
    desk.run(silence_s)
    desk.link(LinkState.STALE)
    desk.is_silent = False
    desk.strips[VOX - 1].values[Param.GAIN] = 0.0  # another desk, and it is reset
    desk.dump()
    desk.link(LinkState.ONLINE)
    move = confirmed(desk, -1.0)
    desk.choose(Mode.OBSERVE)
    desk.hand(VOX, Param.GAIN, -0.7)
    desk.run(0.4)
    assert "hand" in refusals(desk.undo(move))[0]
    desk.run(5.0)
    assert desk.value(VOX, Param.GAIN) == -0.7


def test_what_a_dump_has_told_is_no_answer_to_an_older_write() -> None:
    desk = Desk().connect()
    desk.is_silent = True
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(9.0)
    assert desk.states("1-1")[-1] is MoveState.UNCONFIRMED
    desk.is_silent = False
    desk.strips[VOX - 1].values[Param.GAIN] = 1.0
    desk.dump()
    desk.run(3.0)
    desk.forget()
    for value in (1.05, 1.1, 1.15, 1.2):
        desk.hand(VOX, Param.GAIN, value)
        desk.run(0.1)
    desk.run(2.0)
    assert hands(desk) == [(VOX, 1.2)]


def test_a_dump_does_not_begin_a_panic_anew() -> None:
    desk = Desk().connect()
    desk.move("Vox", Param.GAIN, 3.0)
    desk.forget()
    desk.panic()
    for _ in range(8):
        desk.run(0.2)
        desk.dump()
    written = [write.value for write in desk.writes]
    assert written == sorted(written, reverse=True)
    assert desk.value(VOX, Param.GAIN) == 0.0


def test_a_first_name_that_comes_after_the_dump_stops_nothing() -> None:
    desk = Desk("Kick", "", "Vox").connect()
    desk.wish("Vox", Param.GAIN, 3.0)
    desk.run(1.0)
    result = desk.do(m.TrackNamed(at=desk.at, track=2, name="Bass"))
    assert any(isinstance(command, m.RequestDump) for command in result.commands)
    assert not result.notices


def test_a_strip_that_gets_its_name_keeps_the_hand_that_was_on_it() -> None:
    desk = Desk("Kick", "", "Vox").connect()
    desk.hand(2, Param.GAIN, 3.0)
    desk.strips[1].name = "Bass"
    desk.dump()
    desk.forget()
    desk.wish("Bass", Param.PAN, 0.1)
    desk.run(HOLD_OFF_S - 1.0)
    assert desk.writes == []
    desk.run(10.0)
    assert desk.writes != []


def test_a_hand_in_a_dump_that_never_ended_holds_its_strip() -> None:
    desk = Desk().connect()
    *told, _ = desk.dump_events()
    for event in told:
        desk.do(event)
    desk.hand(VOX, Param.GAIN, 2.0)  # and the end of that dump is lost
    desk.dump()
    desk.forget()
    desk.wish("Vox", Param.PAN, 0.1)
    desk.run(HOLD_OFF_S - 1.0)
    assert desk.writes == []


def test_a_hand_on_a_group_beside_another_hand_is_no_scene() -> None:
    desk = Desk("Kick", "Snare", "Bass", "Gtr", "Keys", "Vox").connect()
    desk.hand(1, Param.PAN, 0.3)
    for step in range(1, 5):  # the VCA goes further than the two that it leads
        desk.hand(2, Param.GAIN, -1.0 * step)
        desk.hand(3, Param.GAIN, -0.5 * step)
        desk.hand(4, Param.GAIN, -0.5 * step)
        desk.run(0.05)
    desk.run(2.0)
    assert sorted(hands(desk)) == [(1, 0.3), (2, -4.0), (3, -2.0), (4, -2.0)]


# -- hands that look like something else ----------------------------------------------------------


def test_a_hand_keeps_its_strip_however_small_its_steps_are() -> None:
    desk = Desk(interval_s=0.3).connect()
    desk.hand(VOX, Param.PAN, 0.001)
    for step in range(1, 31):  # each is less than the noise of a float32 and a conversion
        desk.run(0.1)
        desk.hand(VOX, Param.PAN, 0.001 + 0.0001 * step)
        desk.wish("Vox", Param.GAIN, 1.0)
    assert desk.writes == []


def test_what_has_followed_once_is_left_alone_for_a_while() -> None:
    desk = Desk(interval_s=0.3).connect()
    desk.wish("Vox", Param.GAIN, -2.0)
    while not any(report.state is MoveState.CONFIRMED for report in desk.reports):
        desk.run(0.02)
        desk.hand(1, Param.GAIN, desk.value(VOX, Param.GAIN))  # a link, or a hand that keeps step
    desk.run(1.0)
    assert hands(desk) == []
    desk.forget()
    desk.wish("Kick", Param.PAN, 0.1)
    desk.run(HOLD_OFF_S - 2.0)
    assert desk.writes == []
    desk.run(4.0)
    assert desk.writes != []


@pytest.mark.parametrize("is_in_order", [True, False])
def test_a_hand_that_goes_back_teaches_unless_answers_come_in_another_order(
    *, is_in_order: bool
) -> None:
    desk = Desk(interval_s=0.3).connect()
    desk.is_silent = not is_in_order
    desk.wish("Vox", Param.GAIN, 2.0)
    while len(desk.writes) < 8:
        desk.run(0.02)
    if not is_in_order:
        early, late = desk.writes[3].value, desk.writes[6].value
        for value in (late, early):
            desk.do(m.ParamChanged(at=desk.at, track=VOX, param=Param.GAIN, value=value))
        desk.is_silent = False
    while not any(report.state is MoveState.CONFIRMED for report in desk.reports):
        desk.run(0.1)
    desk.run(2.0)
    written = desk.writes[5].value
    desk.hand(VOX, Param.GAIN, written)
    desk.run(2.0)
    assert hands(desk) == ([(VOX, written)] if is_in_order else [])
