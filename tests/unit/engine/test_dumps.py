"""What happens while a dump is told, which may take seconds."""

import math

from support.desk import Desk

from bridge.guard.limits import HOLD_OFF_S
from bridge.mix import messages as m
from bridge.mix.notices import Actor, ChangeNoticed
from bridge.mix.params import Param

KICK, BASS, VOX = 1, 2, 3
STRIPS = ("Kick", "Bass", "Vox", "Gtr", "Keys", "Pad")


def hands(desk: Desk) -> list[tuple[int, float]]:
    return [
        (note.track, note.to_value)
        for note in desk.notices
        if isinstance(note, ChangeNoticed) and note.actor is Actor.HAND
    ]


def told(desk: Desk, track: int, value: float, param: Param = Param.GAIN) -> None:
    """The DAW says a value; nothing says who has moved it."""
    desk.strips[track - 1].values[param] = value
    desk.do(m.ParamChanged(at=desk.at, track=track, param=param, value=value))


def open_dump(desk: Desk) -> None:
    desk.do(m.DumpOpened(at=desk.at, count=len(desk.strips)))


def close_dump(desk: Desk) -> None:
    for event in desk.dump_events()[1:]:
        desk.do(event)


def close_dump_without_gain(desk: Desk, track: int) -> None:
    """Tell the rest of a dump, but for the gain of one strip."""
    for event in desk.dump_events()[1:]:
        is_of_strip = isinstance(event, m.ParamChanged) and event.track == track
        if not (is_of_strip and event.param is Param.GAIN):
            desk.do(event)


def write_that_is_on_its_way(desk: Desk) -> float:
    """The last write of a move of the vocal, which the DAW has not answered yet."""
    desk.wish("Vox", Param.GAIN, 2.0)
    while len(desk.writes) < 6:
        desk.run(0.02)
    desk.is_silent = True
    while len(desk.writes) < 8:
        desk.run(0.02)
    desk.is_silent = False
    return desk.writes[-1].value


def desk_where_a_write_has_crossed_a_hand() -> Desk:
    """A hand went to -6 dB, and the DAW has answered a write from before it."""
    desk = Desk(*STRIPS, interval_s=0.3).connect()
    last = write_that_is_on_its_way(desk)
    desk.do(m.ParamChanged(at=desk.at, track=VOX, param=Param.GAIN, value=-6.0))
    told(desk, VOX, last)
    return desk


def test_a_hand_is_not_judged_before_the_dump_shows_that_it_was_a_scene() -> None:
    desk = Desk(*STRIPS).connect()
    told(desk, VOX, -3.0)  # the first value of a scene
    open_dump(desk)
    desk.run(2.0)
    assert hands(desk) == []
    for track in (KICK, BASS, 4, 5):
        desk.strips[track - 1].values[Param.GAIN] = -1.0 - 2.0 * track
    close_dump(desk)
    desk.run(3.0)
    assert hands(desk) == []
    assert desk.agent.lessons == []


def test_a_hand_before_a_dump_is_judged_after_it() -> None:
    desk = Desk(*STRIPS).connect()
    told(desk, VOX, -3.0)
    open_dump(desk)
    desk.run(2.0)
    close_dump(desk)
    desk.run(1.0)
    assert hands(desk) == [(VOX, -3.0)]


def test_a_scene_told_in_the_first_dump_of_all_is_noticed_and_its_rest_is_no_hand() -> None:
    desk = Desk(*STRIPS)
    for event in desk.dump_events()[:-1]:
        desk.do(event)
    for track in (KICK, BASS, 4, 5, 6):
        told(desk, track, -1.0 - 2.0 * track)
    desk.do(m.DumpClosed(at=desk.at, number=1))
    desk.run(3.0)
    desk.strips[VOX - 1].values[Param.GAIN] = 4.0  # that datagram of the scene was lost
    desk.dump()
    desk.run(3.0)
    assert hands(desk) == []


def test_what_goes_along_with_a_write_while_a_dump_is_told_is_no_hand() -> None:
    desk = Desk(*STRIPS, interval_s=0.3).connect()
    desk.wish("Vox", Param.GAIN, 2.0)
    while len(desk.writes) < 8:
        desk.run(0.02)
    open_dump(desk)
    for write in desk.writes:
        told(desk, KICK, write.value)  # a link
    close_dump(desk)
    desk.run(8.0)
    assert hands(desk) == []


def test_a_hand_that_a_write_has_crossed_in_a_dump_gets_its_value_back() -> None:
    desk = Desk(*STRIPS, interval_s=0.3).connect()
    last = write_that_is_on_its_way(desk)
    open_dump(desk)
    desk.do(m.ParamChanged(at=desk.at, track=VOX, param=Param.GAIN, value=-6.0))
    told(desk, VOX, last)
    close_dump(desk)
    written = len(desk.writes)
    desk.run(HOLD_OFF_S / 2.0)
    assert [write.value for write in desk.writes[written:]] == [-6.0]
    assert desk.value(VOX, Param.GAIN) == -6.0


def test_an_answer_that_comes_twice_does_not_hide_that_it_has_crossed_a_hand() -> None:
    desk = desk_where_a_write_has_crossed_a_hand()
    told(desk, VOX, desk.value(VOX, Param.GAIN))
    desk.run(HOLD_OFF_S / 2.0)
    assert desk.value(VOX, Param.GAIN) == -6.0


def test_what_a_hand_is_owed_is_given_back_when_nothing_is_frozen_any_more() -> None:
    desk = desk_where_a_write_has_crossed_a_hand()
    desk.do(m.FreezeSwitched(at=desk.at, on=True))
    written = len(desk.writes)
    desk.run(4.0)
    assert desk.writes[written:] == []
    desk.do(m.FreezeSwitched(at=desk.at, on=False))
    desk.run(0.1)
    assert desk.value(VOX, Param.GAIN) == -6.0


def test_giving_a_hand_its_value_back_opens_no_fader_that_is_closed_now() -> None:
    desk = desk_where_a_write_has_crossed_a_hand()
    desk.do(m.FreezeSwitched(at=desk.at, on=True))
    desk.run(2.0)
    told(desk, VOX, -150.0)
    desk.do(m.FreezeSwitched(at=desk.at, on=False))
    desk.run(2.0)
    assert desk.value(VOX, Param.GAIN) == -150.0


def test_a_value_that_a_dump_without_an_end_made_unknown_is_not_written() -> None:
    desk = Desk(*STRIPS).connect()
    open_dump(desk)
    desk.do(m.ParamChanged(at=desk.at, track=VOX, param=Param.GAIN, value=math.nan))
    open_dump(desk)  # the end of the last one was lost
    close_dump_without_gain(desk, VOX)
    desk.wish("Vox", Param.GAIN, 2.0)
    desk.run(5.0)
    assert [write for write in desk.writes if write.param is Param.GAIN] == []


def test_a_hand_that_still_moves_is_given_nothing_back() -> None:
    desk = desk_where_a_write_has_crossed_a_hand()
    sent = len(desk.writes)
    open_dump(desk)
    told(desk, VOX, -6.4)  # it goes on while the dump is told
    close_dump(desk)
    assert len(desk.writes) == sent
    desk.run(5.0)
    assert desk.strips[VOX - 1].values[Param.GAIN] == -6.4


def test_a_value_just_before_a_dump_that_lacks_it_is_no_hand() -> None:
    desk = Desk(*STRIPS).connect()
    told(desk, VOX, -3.0)  # it has overtaken the beginning of its dump
    open_dump(desk)
    close_dump_without_gain(desk, VOX)
    desk.run(3.0)
    assert hands(desk) == []


def test_three_hands_in_a_dump_are_no_scene_where_one_goes_on() -> None:
    desk = Desk(*STRIPS).connect()
    told(desk, VOX, -3.0)
    desk.run(1.5)
    assert hands(desk) == [(VOX, -3.0)]
    told(desk, VOX, -3.5)  # lost on its way: the dump alone tells it
    open_dump(desk)
    told(desk, KICK, -3.0)
    desk.run(0.1)
    told(desk, KICK, -3.4)
    desk.run(1.0)
    told(desk, BASS, -4.0)
    desk.run(0.1)
    told(desk, BASS, -4.4)
    close_dump(desk)
    desk.run(3.0)
    assert {track for track, _ in hands(desk)} == {KICK, BASS, VOX}


def test_who_went_along_and_is_told_again_by_a_dump_is_no_hand() -> None:
    desk = Desk(*STRIPS, interval_s=0.3).connect()
    desk.wish("Vox", Param.GAIN, 1.0)
    while desk.value(VOX, Param.GAIN) < 1.0:
        desk.run(0.02)
        told(desk, KICK, desk.value(VOX, Param.GAIN) - (desk.value(VOX, Param.GAIN) == 1.0) * 0.2)
    desk.run(0.55)
    desk.strips[KICK - 1].values[Param.GAIN] = 1.0  # its last value was overtaken
    desk.dump()
    desk.run(3.0)
    assert desk.engine.guard.pinned("Kick", Param.GAIN) == 0.0


def test_a_strip_that_is_named_late_is_pinned_where_it_stood_first() -> None:
    desk = Desk("Kick", "", "Vox", interval_s=0.3).connect()
    desk.wish("Vox", Param.GAIN, 1.0)
    while desk.value(VOX, Param.GAIN) < 1.0:
        desk.run(0.02)
        told(desk, BASS, desk.value(VOX, Param.GAIN))  # a link
    desk.run(3.0)
    desk.strips[BASS - 1].name = "Bass"
    open_dump(desk)
    close_dump_without_gain(desk, BASS)
    told(desk, BASS, 1.0)
    assert desk.engine.guard.pinned("Bass", Param.GAIN) == 0.0


def test_what_a_dump_without_an_end_told_counts_where_the_next_one_lacks_it() -> None:
    desk = Desk(*STRIPS).connect()
    open_dump(desk)
    for value in (0.0, -3.0, -6.0):
        told(desk, VOX, value)
    desk.run(1.5)
    open_dump(desk)
    close_dump_without_gain(desk, VOX)
    desk.run(2.0)
    assert hands(desk) == [(VOX, -6.0)]


def test_what_a_dump_has_told_is_no_straggler_of_it() -> None:
    desk = Desk(*STRIPS).connect()
    desk.wish("Vox", Param.GAIN, 2.0)
    desk.run(1.0)
    held = desk.value(VOX, Param.GAIN)
    desk.run(1.0)
    open_dump(desk)
    close_dump(desk)
    desk.run(0.05)
    told(desk, VOX, held - 0.3)  # near what we wrote; a hand, since the dump has told that fader
    desk.run(3.0)
    assert hands(desk) == [(VOX, held - 0.3)]
