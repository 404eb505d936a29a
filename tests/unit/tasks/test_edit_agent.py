"""The edit agent: yes and no move what is offered, for that role and kind; a coin moves little."""

import numpy as np
import pytest

from bridge.errors import PriorError
from bridge.tasks.edit.agent import EditAgent
from bridge.tasks.edit.candidates import Candidate, Settings
from bridge.tasks.edit.geometry import KINDS, Edit, Kind
from bridge.tasks.edit.prior import SCALES, EditRole, load_edit_prior

TRACKS = [("bass", EditRole.BASS), ("drums", EditRole.DRUMS), ("vox", EditRole.VOICES)]


def candidate(size: float, kind: Kind = Kind.GAP) -> Candidate:
    return Candidate(edit=Edit(kind=kind, start_s=1.0, end_s=2.0), size=size)


def make_agent() -> EditAgent:
    agent = EditAgent(load_edit_prior())
    agent.attend(TRACKS)
    return agent


@pytest.mark.parametrize("kind", KINDS)
def test_larger_faults_are_worth_more(kind: Kind) -> None:
    agent, scale = make_agent(), SCALES[kind]
    values = [agent.value(0, candidate(scale.size(steps), kind)) for steps in (-2.0, 0.0, 2.0)]
    assert values == sorted(values)
    assert values[0] < -0.3 < 0.3 < values[2]


def test_the_typical_settings_are_those_of_the_dialogs() -> None:
    settings, usual = make_agent().settings(0), Settings()
    assert settings.pad_before_s == pytest.approx(usual.pad_before_s, rel=0.01)
    assert settings.depth_db == pytest.approx(usual.depth_db, rel=0.01)


def test_no_and_yes_move_the_threshold_of_that_role_and_kind_most() -> None:
    agent = make_agent()
    before = [agent.value(row, candidate(1.5)) for row in range(3)]
    clicks = agent.value(0, candidate(22.0, Kind.FADE))
    for _ in range(4):
        agent.learn(0, [candidate(1.5)], -1.0)
    after = [agent.value(row, candidate(1.5)) for row in range(3)]
    drops = np.array(before) - after
    assert drops[0] > 0.3
    assert drops[0] > drops[1:].max() > 0.0
    assert agent.value(0, candidate(22.0, Kind.FADE)) == pytest.approx(clicks, abs=0.05)


def test_a_set_is_one_answer() -> None:
    alone, together = make_agent(), make_agent()
    alone.learn(0, [candidate(1.0)], 1.0)
    together.learn(0, [candidate(1.0)] * 14, 1.0)
    assert together.answers == 1
    assert together.value(0, candidate(1.0)) == pytest.approx(
        alone.value(0, candidate(1.0)), abs=0.02
    )


def test_an_agent_that_does_not_learn_stays_as_it_is() -> None:
    agent = EditAgent(load_edit_prior(), is_learning=False)
    agent.attend(TRACKS)
    state = agent.state()
    agent.learn(0, [candidate(1.0)], -1.0)
    agent.correct(0, "pad_after_s", 0.4)
    assert agent.state() == state


def test_what_was_learnt_goes_to_the_next_song_and_through_a_file() -> None:
    agent = make_agent()
    for _ in range(6):
        agent.learn(0, [candidate(2.0)], -1.0)
    other = EditAgent(load_edit_prior())
    other.load_state(agent.state())
    assert other.state() == agent.state()
    for each in (agent, other):
        each.attend([("another bass", EditRole.BASS)])
    assert agent.value(0, candidate(2.0)) == other.value(0, candidate(2.0))
    fresh = EditAgent(load_edit_prior())
    fresh.attend([("another bass", EditRole.BASS)])
    assert agent.value(0, candidate(2.0)) < fresh.value(0, candidate(2.0))


@pytest.mark.parametrize("state", [b"", b"[]", b"{}", b'{"schema":99}', b"\xff"])
def test_a_state_that_cannot_be_read_is_refused_in_a_sentence(state: bytes) -> None:
    with pytest.raises(PriorError, match="learnt of edits"):
        make_agent().load_state(state)
