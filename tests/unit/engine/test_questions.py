"""What the bridge asks a person about strips whose name and sound say no role."""

import numpy as np
import pytest
from support.desk import Desk, refusals

from bridge.engine.questions import QUESTION_LIFE_S
from bridge.mix import messages as m
from bridge.mix.messages import LinkState, Mode
from bridge.mix.notices import QuestionChanged
from bridge.mix.params import Param
from bridge.mix.roles import Role

VOICE = [-60.0, -40, -16, -4, -2, -6, -9, -13, -18, -28]
FLAT = [-90.0, -90, -90, -90, -10, -10, -90, -90, -90, -90]
NOTHING = QuestionChanged(track=0, role="", text="")


def desk_of(*names: str, mode: Mode = Mode.SUGGEST) -> Desk:
    return Desk(*(names or ("Kick", "Zork", "Quux")), mode=mode).connect()


def play(
    desk: Desk, seconds: int = 9, *, octaves: list[float] = VOICE, levels_db: float = -20.0
) -> None:
    """Each strip is 3 dB softer than the one before."""
    rows = [
        [level, level + 10.0, *(octave + level for octave in octaves)]
        for level in levels_db - 3.0 * np.arange(len(desk.strips))
    ]
    levels = np.array(rows).astype("<f4").tobytes()
    for _ in range(seconds):
        desk.run(1.0)
        desk.do(m.MetersRead(at=desk.at, since=desk.at - 1.0, levels=levels))


def asked(desk: Desk) -> list[QuestionChanged]:
    return [note for note in desk.notices if isinstance(note, QuestionChanged)]


def test_one_question_is_asked_about_the_loudest_strip_without_a_role() -> None:
    desk = desk_of()
    play(desk, 7)
    assert asked(desk) == []
    play(desk, 5)
    question = QuestionChanged(track=2, role="lead", text="is 'Zork' a lead voice?")
    assert asked(desk) == [question]
    assert desk.engine.open_notices() == (question,)


def test_where_the_sound_says_nothing_the_question_is_an_open_one() -> None:
    desk = desk_of()
    play(desk, octaves=FLAT)
    assert asked(desk) == [QuestionChanged(track=2, role="", text="what does 'Zork' play?")]


@pytest.mark.parametrize("role", [Role.KEYS, Role.OTHER])
def test_a_role_answers_it_and_other_is_a_no_that_is_remembered(role: Role) -> None:
    desk = desk_of("Kick", "Zork")
    play(desk)
    result = desk.do(m.RoleCorrected(at=desk.at, track="#2", role=role))
    assert refusals(result) == []
    assert asked(desk)[-1] == NOTHING
    assert result.is_memory_changed
    play(desk, 20)
    assert len(asked(desk)) == 2
    again = desk_of("Kick", "Zork")
    again.engine.load_memory(desk.engine.memory())
    again.dump()
    play(again)
    assert asked(again) == []


def test_the_next_strip_has_its_turn_when_nobody_answers_and_each_has_one() -> None:
    desk = desk_of()
    play(desk, 9 + int(QUESTION_LIFE_S) * 3)
    assert [note.track for note in asked(desk)] == [2, 3, 0]


def test_a_question_is_over_when_its_strip_goes_or_is_called_something_else() -> None:
    desk = desk_of("Kick", "Zork")
    play(desk)
    desk.strips[1].name = "Trumpet"
    desk.dump()
    assert asked(desk)[-1] == NOTHING


def test_gig_mode_ends_a_question_and_none_is_asked_there() -> None:
    desk = desk_of()
    play(desk)
    desk.choose(Mode.GIG)
    assert asked(desk)[-1] == NOTHING
    desk = desk_of(mode=Mode.GIG)
    play(desk, 20)
    assert asked(desk) == []


def test_nothing_is_asked_while_a_suggestion_or_the_snapshot_is_being_heard() -> None:
    desk = desk_of()
    desk.wish("Kick", Param.GAIN, 1.0)
    play(desk, 3)
    desk.do(m.AuditionSwitched(at=desk.at, move="", on=True))
    play(desk, 12)
    assert asked(desk) == []
    desk.do(m.AuditionSwitched(at=desk.at, move="", on=False))
    play(desk, 1)
    assert len(asked(desk)) == 1
    desk = desk_of(mode=Mode.ASSIST)
    desk.move("Kick", Param.GAIN, 1.0)
    desk.do(m.CompareSwitched(at=desk.at, on=True))
    play(desk, 12)
    assert asked(desk) == []


@pytest.mark.parametrize("stop", ["freeze", "panic", "offline", "safe", "mute"])
def test_nothing_is_asked_where_nothing_would_come_of_it(stop: str) -> None:
    desk = desk_of("Kick", "Zork")
    if stop == "freeze":
        desk.freeze()
    elif stop == "panic":
        desk.panic()
    elif stop == "offline":
        desk.link(LinkState.STALE)
    elif stop == "safe":
        desk.safe("Zork")
    play(desk, 3)
    if stop == "mute":
        desk.strips[1].values[Param.MUTE] = 1.0
        desk.do(m.ParamChanged(at=desk.at, track=2, param=Param.MUTE, value=1.0))
    play(desk, 12)
    assert asked(desk) == []


def test_names_that_tell_are_not_asked_about() -> None:
    desk = desk_of("Kick", "Lead Vox", "Click", "Trumpet")
    play(desk, 20)
    assert asked(desk) == []
