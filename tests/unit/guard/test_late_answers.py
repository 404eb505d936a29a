"""Answers that come after a dump has told what stands, and how long one is waited for."""

import pytest

from bridge.guard.grid import Grid
from bridge.guard.guard import Guard
from bridge.guard.limits import LIMITS, Profile
from bridge.guard.ramps import ECHO_TIMEOUT_S, TOO_LATE_S, Transit
from bridge.guard.reading import Answer, Reading
from bridge.guard.write import Purpose
from bridge.guard.writer import Writer
from bridge.mix.params import Param

VOX = "Vox", Param.GAIN


class Talk:
    """A writer whose fader has been written to the end, with nothing answered."""

    def __init__(self, *writes: float, start: float = 0.0) -> None:
        guard = Guard(LIMITS[Profile.STUDIO])
        guard.is_online = True
        self.writer = Writer(guard, Grid())
        self.ramp(*writes, start=start)

    def ramp(self, *writes: float, start: float) -> None:
        """One that is written, 20 ms apart from 0 s on; the one before ends there."""
        transit = Transit(
            key="Vox", param=Param.GAIN, start=start, target=writes[-1], began=0.0, duration=0.0,
            purpose=Purpose.MOVE,
        )  # fmt: skip
        self.writer.begin(transit, 0.0)
        for index, write in enumerate(writes):
            transit.record_sent(write, 0.02 * index)

    def receive(self, value: float, at: float, *, is_dumped: bool = False) -> Reading:
        """The DAW says a value, by itself or in a dump."""
        return self.writer.receive(*VOX, value, at, is_dumped=is_dumped)


@pytest.mark.parametrize("value", [-0.5, -1.0], ids=["exact", "the last one"])
def test_what_a_dump_has_told_outruns_the_answers(value: float) -> None:
    talk = Talk(0.0, -0.5, -1.0)
    assert talk.receive(-1.0, 0.3, is_dumped=True).answer is Answer.CONFIRMED
    late = talk.receive(value, 0.4)
    assert (late.answer, late.is_stale) == (Answer.ECHO, True)


def test_a_coarse_grid_may_answer_with_one_value_as_often_as_was_written() -> None:
    talk = Talk(0.0, -0.3, -0.5, -0.8, -1.0)
    talk.receive(-1.0, 0.3, is_dumped=True)
    stale = [talk.receive(-0.5, 0.4).is_stale for _ in range(6)]
    assert stale == [True] * 4 + [False] * 2


def test_a_dump_outruns_the_answers_to_an_earlier_ramp_as_well() -> None:
    talk = Talk(0.0, -0.5, -1.0)
    talk.ramp(0.0, start=-1.0)
    talk.receive(0.0, 0.3, is_dumped=True)
    assert talk.receive(-0.5, 0.4).is_stale


def test_what_comes_later_than_any_answer_is_a_hands() -> None:
    talk = Talk(0.0, -0.5, -1.0)
    talk.receive(-1.0, 0.3, is_dumped=True)
    assert talk.receive(-0.5, 0.1 + TOO_LATE_S).answer is Answer.FOREIGN


def test_the_end_is_waited_for_while_a_coarse_grid_owes_answers() -> None:
    talk = Talk(0.0, 0.2, 0.4)
    (transit,) = talk.writer.recent(Param.GAIN, 0.0)
    for at in (0.3, 0.6):  # it stands still at 0, as a grid of .5 dB does
        talk.receive(0.0, at)
        assert transit.awaited_until == pytest.approx(at + ECHO_TIMEOUT_S)


def test_the_late_answer_to_an_earlier_move_is_no_limit() -> None:
    talk = Talk(-4.0, -3.0, -2.0, -1.0)
    talk.ramp(-4.0, start=-1.0)
    assert talk.receive(-3.0, 0.3).answer is not Answer.CONFIRMED
    assert talk.receive(-2.5, 0.4).answer is Answer.CONFIRMED  # the DAW goes no further


def test_that_a_dump_tells_just_what_was_written_shows_no_fine_grid() -> None:
    talk = Talk(*(0.03 * each for each in range(11)))
    (transit,) = talk.writer.recent(Param.GAIN, 0.0)
    for value, is_told in ((0.1, True), (0.21, False), (0.12, False), (0.27, False)):
        transit.record_answer(value, 0.3, is_told=is_told)
    assert not transit.is_exact


@pytest.mark.parametrize(("at", "is_answer"), [(0.3, True), (0.7, False)])
def test_a_desk_that_has_answered_at_once_to_the_end_answers_no_more(
    at: float, *, is_answer: bool
) -> None:
    talk = Talk(0.0, 0.1, 0.2)
    for index, value in enumerate((0.0, 0.1, 0.2)):
        talk.receive(value, 0.02 * index + 0.01)
    assert talk.writer.is_answer(*VOX, 0.1, at) is is_answer
