"""A hand against a ramp in REAPER, in every phase: its value stands, and nothing comes after it."""

from pathlib import Path

import pytest
from support.reaper.fake import TURN_S
from support.reaper.session import ReaperSession
from support.repeats import repeated

from bridge.mix.messages import MoveState
from bridge.mix.params import SPECS, Param

pytestmark = pytest.mark.slow

LANES = pytest.mark.parametrize("has_companion", [True, False], ids=["companion", "osc alone"])
PARAMS = pytest.mark.parametrize("param", [Param.GAIN, Param.PAN, Param.EQ_LOWMID])


def step_of(param: Param) -> float:
    return 0.3 if param is Param.PAN else 3.0


class Ramp:
    """A session in the middle of a ramp of the bridge's on Vox."""

    def __init__(self, folder: Path, *, has_companion: bool, param: Param, phase_s: float) -> None:
        self.param = param
        self.session = ReaperSession(folder, companion=has_companion).run(3.0)
        self.session.wish("Vox", param, -step_of(param))
        self.session.run(0.55 + phase_s)
        self.track = self.session.reaper.track("Vox")
        assert self.session.reaper.written

    def drag(self, values: list[float]) -> None:
        """A hand moves between two of REAPER's turns, a value each, and lets go."""
        for value in values:
            self.session.reaper.drag("Vox", self.param, value)
            self.session.run(TURN_S)
        self.session.reaper.let_go()

    def assert_won(self, value: float, moved_at: float) -> None:
        session = self.session
        session.run(5.0)
        assert self.track.value(self.param) == pytest.approx(value, abs=1e-4)
        # The companion sees the hand before it writes; over OSC two turns pass until it is heard.
        reaction_s = 0.0 if session.companion else 2.5 * TURN_S
        late = [w for w in session.reaper.written if w.at > moved_at + 0.05 + reaction_s]
        assert late == []
        assert session.reaper.labels == ["Adjust track controls"]
        assert not [r for r in session.reports if r.state is MoveState.CONFIRMED]
        assert [hand[1] for hand in session.agent.hands] == [self.param]
        assert session.agent.hands[0][2] == pytest.approx(value, abs=SPECS[self.param].tolerance)
        session.assert_same()


@LANES
@PARAMS
@pytest.mark.parametrize("phase", repeated(range(12), first=4))
def test_a_single_hand_wins_in_every_phase(
    tmp_path: Path, has_companion: bool, param: Param, phase: int
) -> None:
    ramp = Ramp(tmp_path, has_companion=has_companion, param=param, phase_s=phase * 0.0111)
    at = ramp.session.reaper.now
    value = step_of(param)
    ramp.drag([value])
    ramp.assert_won(value, at)


@LANES
@PARAMS
@pytest.mark.parametrize("phase", repeated(range(6), first=2))
def test_a_drag_wins_in_every_phase(
    tmp_path: Path, has_companion: bool, param: Param, phase: int
) -> None:
    ramp = Ramp(tmp_path, has_companion=has_companion, param=param, phase_s=phase * 0.0222)
    at = ramp.session.reaper.now
    values = [step_of(param) * (0.1 + 0.04 * n) for n in range(20)]
    ramp.drag(values)
    ramp.assert_won(values[-1], at)


def test_a_drag_back_along_the_ramp_is_learnt_as_the_hand_that_it_is(tmp_path: Path) -> None:
    ramp = Ramp(tmp_path, has_companion=True, param=Param.GAIN, phase_s=0.7)
    began = ramp.track.value(Param.GAIN)
    ramp.drag([round(began * (1.0 - n / 30), 2) for n in range(1, 16)])
    ramp.session.run(5.0)
    assert len(ramp.session.agent.hands) == 1
