"""On which side of the centre a track is wanted."""

import numpy as np
import pytest
from support.mixes import make_mix

from bridge.agents.agent import Proposal
from bridge.agents.cells import STEP_PARAMS
from bridge.agents.factored import FactoredAgent
from bridge.agents.sides import Sides
from bridge.learning.prior import load_prior
from bridge.mix.params import COLUMN, Param
from bridge.mix.state import Observation

PAN = COLUMN[Param.PAN]
RIGHT = np.ones(1)


def across(sides: Sides, *, found: float = 0.0, outward: float = 1.0, width: float = 0.4) -> float:
    at = np.array([found]), np.array([outward]), np.array([width])
    return float(sides.across(*at)[0])


def new_sides() -> Sides:
    sides = Sides()
    sides.begin_song(1)
    return sides


def test_a_track_is_wanted_across_less_likely_the_further_out_it_was_found() -> None:
    likely = [across(new_sides(), found=found) for found in (0.0, 0.1, 0.3, 0.6)]
    assert likely == sorted(likely, reverse=True)
    assert likely[0] == pytest.approx(0.5 * new_sides().matters)


def test_a_track_that_has_crossed_the_centre_is_wanted_back_as_likely_as_it_was_not_across() -> (
    None
):
    sides = new_sides()
    there, back = across(sides, found=0.2), across(sides, found=0.2, outward=-1.0)
    assert there + back == pytest.approx(sides.matters)


def test_a_track_that_is_wanted_in_the_centre_has_no_side() -> None:
    assert across(new_sides(), width=0.0) == 0.0
    assert across(new_sides(), width=-0.2) == 0.0


def test_answers_that_only_the_other_side_explains_make_it_likely_and_sides_matter() -> None:
    sides = new_sides()
    before = across(sides, found=0.1), sides.matters
    for _ in range(3):
        sides.judge(0, 1.0, across(sides, found=0.1), np.array([0.2, 0.8]))
    assert across(sides, found=0.1) > 0.5 > before[0]
    assert sides.matters > before[1]


def test_a_hand_on_a_pan_decides_on_its_side() -> None:
    sides = new_sides()
    sides.correct(0, 0.4)
    assert across(sides, found=-0.3) < 0.05 < across(sides, found=-0.3, outward=-1.0)


def test_another_song_keeps_whether_sides_matter_and_forgets_which() -> None:
    sides = new_sides()
    sides.judge(0, 1.0, across(sides), np.array([0.1, 0.9]))
    matters = sides.matters
    sides.begin_song(2)
    assert sides.matters == matters
    assert sides.said.tolist() == [0.0, 0.0]


def test_the_state_is_none_at_first_and_comes_back() -> None:
    sides = new_sides()
    assert sides.state() is None
    sides.judge(0, 1.0, across(sides), np.array([0.2, 0.9]))
    other = Sides()
    other.load_state(sides.state(), 1)
    assert across(other) == across(sides)


def _pan_only(mix: Observation, row: int) -> np.ndarray:
    allowed = np.zeros((len(mix.keys), len(STEP_PARAMS)), dtype=np.bool_)
    allowed[row] = [param is Param.PAN for param in STEP_PARAMS]
    return allowed


def _mix_one_pan(wanted: float, start: float) -> tuple[list[float], FactoredAgent, list[str]]:
    """The ways of a pan of somebody who wants it there, and likes what brings it nearer."""
    agent, mix, row = FactoredAgent(load_prior(), epsilon=0.0), make_mix(), 4
    values = mix.values  # the agent sees the same array
    values[row, PAN] = start
    ways, reasons = [start], []
    for at in range(40):
        proposal: Proposal | None = agent.propose(
            mix,
            agent.steps(mix),
            _pan_only(mix, row),
            at=float(at),
            explore=True,
            cautious=False,
        )
        if proposal is None:
            continue
        reasons.append(proposal.reason)
        before = float(values[row, PAN])
        is_liked = abs(before + proposal.step - wanted) < abs(before - wanted)
        values[row, PAN] = before + proposal.step
        agent.learn(
            proposal,
            1.0 if is_liked else -1.0,
            weight=1.0,
            at=float(at),
            observation=mix,
            next_allowed=lambda: _pan_only(mix, row),
        )
        ways.append(float(values[row, PAN]))
        if not is_liked:
            values[row, PAN] = before
            ways.append(before)
    return ways, agent, reasons


def test_likes_of_the_way_inwards_lead_across_the_centre_to_the_other_side() -> None:
    ways, agent, reasons = _mix_one_pan(wanted=-0.4, start=0.1)
    assert ways[-1] == pytest.approx(-0.4, abs=0.15)
    assert any("on the other side" in reason for reason in reasons)
    loaded = FactoredAgent(load_prior(), epsilon=0.0)
    loaded.load_state(agent.state())
    assert loaded.state() == agent.state()


@pytest.mark.parametrize("start", [0.05, 0.1, 0.2, 0.3])
@pytest.mark.parametrize("wanted", [-0.4, 0.0, 0.1, 0.4])
def test_no_pan_crosses_the_centre_again_and_again(wanted: float, start: float) -> None:
    ways = np.array(_mix_one_pan(wanted, start)[0])
    crossed = np.diff(np.sign(ways)) != 0.0
    assert crossed.sum() <= 6
    assert ways.size < 30
