"""A VCA of a ratio on a coarse grid: what it takes along is shown by several ramps only."""

import pytest
from support.desk import Desk

from bridge.mix import messages as m
from bridge.mix.notices import Actor, ChangeNoticed
from bridge.mix.params import Param

KICK, VOX = 1, 3
GRID = 0.1
CLOSED = -150.0


class VcaDesk(Desk):
    """A desk with steps of .1 dB; when the vocal moves, the kick moves by a share of that."""

    ratio = 0.3
    grid = GRID

    def __init__(self) -> None:
        super().__init__(interval_s=0.5)
        self.exact = self.value(KICK, Param.GAIN)

    def _obey(self, command: m.Command) -> None:
        if not isinstance(command, m.SetParam) or command.param is not Param.GAIN:
            super()._obey(command)
            return
        track, was = command.track, self.value(command.track, Param.GAIN)
        self._hold(track, command.value)
        if track == KICK:
            self.exact = self.value(KICK, Param.GAIN)
        elif track == VOX and self.value(VOX, Param.GAIN) != was and self.exact > CLOSED:
            self.exact += self.ratio * (self.value(VOX, Param.GAIN) - was)
            if abs(self.exact - self.value(KICK, Param.GAIN)) > 0.5 * self.grid:
                self._hold(KICK, self.exact)

    def _hold(self, track: int, value: float) -> None:
        held = round(value / self.grid) * self.grid
        self.strips[track - 1].values[Param.GAIN] = held
        self._later(m.ParamChanged(at=self.at, track=track, param=Param.GAIN, value=held))


def hands(desk: Desk) -> list[float]:
    return [
        note.to_value
        for note in desk.notices
        if isinstance(note, ChangeNoticed) and note.actor is Actor.HAND
    ]


def moved(desk: VcaDesk, *steps: float) -> float:
    """The kick is moved by the bridge, then the vocal; returns where the kick stood before."""
    stood = desk.value(KICK, Param.GAIN)
    desk.move("Kick", Param.GAIN, 1.0)
    for step in steps:
        desk.move("Vox", Param.GAIN, step)
    return stood


@pytest.mark.parametrize("steps", [(0.3,), (0.3, 0.3), (0.5, 0.5, -0.5), (2.0,), (1.0, 2.0)])
def test_panic_gives_back_what_a_vca_has_moved_on(steps: tuple[float, ...]) -> None:
    desk = VcaDesk().connect()
    assert isinstance(desk, VcaDesk)
    stood = moved(desk, *steps)
    assert desk.value(KICK, Param.GAIN) != pytest.approx(stood + 1.0)
    desk.panic()
    desk.run(6.0)
    assert desk.value(KICK, Param.GAIN) == pytest.approx(stood)
    assert hands(desk) == []


def test_a_move_that_a_vca_has_moved_on_is_the_bridges_again() -> None:
    desk = VcaDesk().connect()
    moves = desk.engine.moves
    move = moves.get(desk.move("Kick", Param.GAIN, 1.0))
    assert move is not None
    moves.give_to_hand("Kick", Param.GAIN, doubted_at=desk.at)
    assert not move.is_undoable
    moves.withdraw_hand("Kick", Param.GAIN, desk.at + 1.0)
    assert not move.is_undoable
    moves.withdraw_hand("Kick", Param.GAIN, desk.at)
    assert move.is_undoable
    moves.give_to_hand("Kick", Param.GAIN, doubted_at=desk.at)
    moves.give_to_hand("Kick", Param.GAIN)
    moves.withdraw_hand("Kick", Param.GAIN, desk.at)
    assert not move.is_undoable, "that hand was sure"


def test_a_hand_between_two_ramps_keeps_what_it_has() -> None:
    desk = VcaDesk().connect()
    assert isinstance(desk, VcaDesk)
    moved(desk, 0.3)
    desk.hand(KICK, Param.GAIN, -5.0)
    desk.exact = -5.0
    desk.run(12.0)
    desk.move("Vox", Param.GAIN, 1.0)
    desk.panic()
    desk.run(6.0)
    assert desk.value(KICK, Param.GAIN) == pytest.approx(
        -5.0, abs=1.5 * GRID
    )  # as far as the vocal goes


def test_panic_brings_back_what_a_vca_takes_away_from_where_a_move_had_brought_it() -> None:
    desk = VcaDesk().connect()
    assert isinstance(desk, VcaDesk)
    desk.ratio = 1.0
    stood = desk.value(KICK, Param.GAIN)
    desk.move("Kick", Param.GAIN, 2.0)
    desk.move("Kick", Param.GAIN, 1.0)
    desk.move("Vox", Param.GAIN, -1.0)
    desk.wish("Kick", Param.GAIN, -3.0)
    while desk.value(KICK, Param.GAIN) > stood + 0.5 * GRID:
        desk.run(0.01)
    desk.run(0.06)  # what is written is a little further than what the grid holds
    desk.panic()
    desk.run(6.0)
    assert desk.value(KICK, Param.GAIN) == pytest.approx(stood)


def test_who_opens_a_fader_that_a_vca_takes_along_teaches_where_it_was_put() -> None:
    desk = VcaDesk()
    desk.grid, desk.ratio = 1e-5, 2.0
    desk.exact = desk.strips[KICK - 1].values[Param.GAIN] = CLOSED
    desk.connect()
    desk.move("Vox", Param.GAIN, 0.93)  # the desk does not round
    desk.wish("Vox", Param.GAIN, -0.93)
    while desk.value(VOX, Param.GAIN) > 0.5:
        desk.run(0.01)
    desk.hand(KICK, Param.GAIN, -20.0)
    desk.exact = -20.0
    desk.run(3.0)
    assert desk.value(KICK, Param.GAIN) < -20.1
    assert hands(desk) == [-20.0]


def test_one_small_move_shows_what_a_vca_takes_along_on_a_desk_that_does_not_round() -> None:
    desk = VcaDesk()
    desk.grid = 1e-5
    desk.connect()
    desk.move("Vox", Param.GAIN, -0.43)
    assert (Param.GAIN, "Vox", "Kick") in desk.engine.moves.company.pairs
