"""What a DAW itself says against a write or of a move: bars, undo and redo."""

import numpy as np
from support.desk import Desk, sentences

from bridge.mix.messages import MetersRead, Mode, MoveRedone, MoveState, MoveUndone, TrackBarred
from bridge.mix.params import LockClass, Param
from bridge.mix.roles import Role

WHY = "has an envelope, and the track is in Read"


def bar(desk: Desk, track: int, reason: str = WHY, kind: LockClass = LockClass.GAIN) -> None:
    desk.do(TrackBarred(at=desk.at, track=track, lock_class=kind, reason=reason))


def undo(desk: Desk, move: str, track: int, value: float) -> None:
    desk.do(MoveUndone(at=desk.at, move=move))
    desk.hand(track, Param.GAIN, value)


def redo(desk: Desk, move: str, track: int, value: float) -> None:
    desk.do(MoveRedone(at=desk.at, move=move))
    desk.hand(track, Param.GAIN, value)


def test_what_the_daw_bars_is_left_alone_and_told_once() -> None:
    desk = Desk().connect()
    bar(desk, 1)
    bar(desk, 1)
    desk.wish("Kick", Param.GAIN, 1.0)
    desk.run(10.0)
    assert desk.writes == []
    told = [note for note in desk.notices if "left alone" in str(getattr(note, "text", ""))]
    assert [note.text for note in told] == [f"left alone: Kick: its gain {WHY}"]  # type: ignore[union-attr]
    bar(desk, 1, reason="")
    desk.run(10.0)
    assert desk.value(1, Param.GAIN) == 1.0


def test_a_bar_stops_a_ramp_where_it_is() -> None:
    desk = Desk().connect()
    desk.wish("Kick", Param.GAIN, 3.0)
    desk.run(0.5)
    assert desk.writes
    bar(desk, 1)
    desk.forget()
    desk.run(3.0)
    assert desk.writes == []


def test_a_bar_covers_its_class_and_all_covers_everything() -> None:
    desk = Desk().connect()
    bar(desk, 1)
    assert desk.move("Kick", Param.PAN, 0.1)
    bar(desk, 2, kind=LockClass.ALL)
    desk.wish("Bass", Param.PAN, 0.1)
    desk.run(10.0)
    assert desk.value(2, Param.PAN) == 0.0


def test_a_dump_that_bars_nothing_frees_everything() -> None:
    desk = Desk().connect()
    bar(desk, 1)
    desk.dump()
    assert desk.move("Kick", Param.GAIN, 1.0)


def test_undo_in_the_daw_judges_the_move_once_and_is_no_hand() -> None:
    desk = Desk().connect()
    move = desk.move("Vox", Param.GAIN, 1.0)
    undo(desk, move, 3, 0.0)
    undo(desk, move, 3, 0.0)
    desk.run(3.0)
    assert [lesson.reward for lesson in desk.agent.lessons] == [-1.0]
    assert desk.agent.hands == []
    assert desk.states(move)[-1] is MoveState.REVERTED


def test_after_an_undo_in_the_daw_the_strip_is_held() -> None:
    desk = Desk().connect()
    undo(desk, desk.move("Vox", Param.GAIN, 1.0), 3, 0.0)
    desk.forget()
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(5.0)
    assert desk.writes == []


def test_redo_takes_the_verdict_back_and_the_move_may_be_judged_again() -> None:
    desk = Desk().connect()
    move = desk.move("Vox", Param.GAIN, 1.0)
    undo(desk, move, 3, 0.0)
    redo(desk, move, 3, 1.0)
    assert [lesson.reward for lesson in desk.agent.lessons] == [-1.0, 1.0]
    assert desk.states(move)[-1] is MoveState.CONFIRMED
    desk.reward(1.0, move)
    assert [lesson.reward for lesson in desk.agent.lessons] == [-1.0, 1.0, 1.0]


def test_an_undo_of_a_move_that_had_its_thumb_teaches_nothing_more() -> None:
    desk = Desk().connect()
    move = desk.move("Vox", Param.GAIN, 1.0)
    desk.reward(1.0, move)
    undo(desk, move, 3, 0.0)
    redo(desk, move, 3, 1.0)
    assert [lesson.reward for lesson in desk.agent.lessons] == [1.0]


def test_an_undo_of_a_move_of_another_session_is_nobodys() -> None:
    desk = Desk().connect()
    desk.do(MoveUndone(at=desk.at, move="7-7"))
    desk.do(MoveRedone(at=desk.at, move="7-7"))
    assert desk.agent.lessons == []


def test_undoing_the_last_of_two_moves_leaves_the_first_alone() -> None:
    desk = Desk().connect()
    first = desk.move("Vox", Param.GAIN, 1.0)
    second = desk.move("Vox", Param.GAIN, 1.0)
    undo(desk, second, 3, 1.0)
    desk.run(3.0)
    assert desk.states(first)[-1] is MoveState.CONFIRMED
    assert [lesson.reward for lesson in desk.agent.lessons] == [-1.0]


def test_bars_and_undos_survive_the_journal() -> None:
    from bridge.journal.event_codec import decode_event, encode_event

    for event in (
        TrackBarred(at=1.5, track=2, lock_class=LockClass.EQ, reason=WHY),
        MoveUndone(at=1.5, move="1-2"),
        MoveRedone(at=1.5, move="1-2"),
    ):
        assert decode_event(*encode_event(event)) == event


# -- roles by sound -----------------------------------------------------------------------------

KICK = (-21.0, -2.0, -5.0, -18.0, -26.0, -30.0, -28.0, -26.0, -28.0, -33.0)


def play(desk: Desk, seconds: int) -> list[str]:
    """A kick on every strip; returns what was said."""
    levels = np.tile([-20.0, -6.0, *(level - 20.0 for level in KICK)], (len(desk.strips), 1))
    said = []
    for _ in range(seconds):
        desk.run(1.0)
        reading = MetersRead(at=desk.at, since=desk.at - 1.0, levels=levels.astype("<f4").tobytes())
        said += sentences(desk.do(reading))
    return said


def test_a_person_is_told_which_role_was_guessed_from_the_sound() -> None:
    desk = Desk("Audio 1", "Vox").connect()
    said = play(desk, 10)
    assert said == ["Audio 1: guessed from its sound, I take it for kick"]
    assert [strip.role for strip in desk.engine.mix.strips] == [Role.KICK, Role.LEAD]


def test_no_role_is_guessed_while_a_move_is_on_its_way() -> None:
    desk = Desk("Audio 1", "Vox", mode=Mode.SUGGEST, interval_s=1.0).connect()
    desk.wish("Vox", Param.PAN, 0.1)
    desk.run(2.0)
    assert desk.engine.moves.suggestion
    assert play(desk, 20) == []
    assert desk.engine.mix.strips[0].role is Role.OTHER
    desk.skip(desk.engine.moves.suggestion.id)
    assert len(play(desk, 1)) == 1
    assert desk.engine.mix.strips[0].role is Role.KICK
