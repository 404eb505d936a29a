"""What a person says of the whole mix, and what the bridge says when it rests."""

import numpy as np
from numpy.typing import NDArray
from support.desk import Desk, ScriptedAgent, make_engine, refusals, sentences

from bridge.agents.agent import Learnt
from bridge.mix import messages as m
from bridge.mix.messages import Mode, MoveState, StripSwitch
from bridge.mix.notices import MIX_ENDORSED
from bridge.mix.params import COLUMN, LockClass, Param
from bridge.mix.state import Observation


class MixLearner(ScriptedAgent):
    """A scripted agent that learns whole mixes, and says why it rests."""

    def __init__(self) -> None:
        super().__init__()
        self.mixes: list[NDArray[np.float64]] = []
        self.teaches: list[NDArray[np.bool_]] = []
        self.opened = 0

    @property
    def rest(self) -> str:
        return "" if self.wishes else "nothing is wished for"

    def open_ways(self) -> None:
        self.opened += 1

    def learn_from_mix(
        self, observation: Observation, teaches: NDArray[np.bool_], *, at: float
    ) -> Learnt | None:
        if not teaches.any():
            return None
        self.mixes.append(observation.values.copy())
        self.teaches.append(teaches)
        return Learnt(td_error=0.0, text="the mix is as you want it")


def desk_of(agent: ScriptedAgent, *, mode: Mode = Mode.ASSIST) -> Desk:
    desk = Desk(mode=mode)
    desk.agent, desk.engine = agent, make_engine(agent, mode=mode)
    return desk.connect()


def endorse(desk: Desk) -> tuple[list[str], tuple[object, ...]]:
    result = desk.do(m.MixEndorsed(at=desk.at))
    return refusals(result), result.lessons


def test_an_endorsed_mix_teaches_every_strip_as_it_stands() -> None:
    desk = desk_of(agent := MixLearner())
    desk.hand(3, Param.GAIN, -4.0)
    refused, lessons = endorse(desk)
    assert refused == []
    assert len(lessons) == 1
    assert agent.mixes[0][2, COLUMN[Param.GAIN]] == -4.0
    assert agent.teaches[0].all()


def test_an_endorsed_mix_is_confirmed_to_everyone_and_a_refused_one_is_not() -> None:
    desk = desk_of(MixLearner())
    assert MIX_ENDORSED in sentences(desk.do(m.MixEndorsed(at=desk.at)))
    desk = desk_of(ScriptedAgent())
    assert MIX_ENDORSED not in sentences(desk.do(m.MixEndorsed(at=desk.at)))


def test_what_may_not_teach_is_left_out_of_an_endorsed_mix() -> None:
    desk = desk_of(agent := MixLearner())
    desk.do(
        m.StripSwitched(
            at=desk.at, switch=StripSwitch.LEARN, track="3", lock_class=LockClass.GAIN, on=False
        )
    )
    endorse(desk)
    assert not agent.teaches[0][2, COLUMN[Param.GAIN]]
    assert agent.teaches[0].sum() == agent.teaches[0].size - 1


def test_an_open_suggestion_ends_with_an_endorsed_mix() -> None:
    desk = desk_of(MixLearner(), mode=Mode.SUGGEST)
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(7.0)
    move = desk.engine.moves.suggestion
    assert move is not None
    endorse(desk)
    assert desk.engine.moves.suggestion is None
    assert move.state is MoveState.EXPIRED


def test_a_move_on_its_way_stops_where_it_is_endorsed() -> None:
    desk = desk_of(MixLearner())
    desk.wish("Vox", Param.GAIN, 3.0)
    desk.run(1.0)
    endorse(desk)
    there = desk.value(3, Param.GAIN)
    desk.run(5.0)
    assert desk.value(3, Param.GAIN) == there < 3.0


def test_why_an_endorsed_mix_teaches_nothing_is_said() -> None:
    refused, lessons = endorse(desk_of(ScriptedAgent()))
    assert refused == ["endorse: this agent learns from single moves alone"]
    assert lessons == ()
    assert "the mode is gig" in endorse(desk_of(MixLearner(), mode=Mode.GIG))[0][0]
    empty = Desk()
    empty.agent = agent = MixLearner()
    empty.engine = make_engine(agent)
    assert "nothing of this mix is known yet" in endorse(empty)[0][0]


def test_the_snapshot_that_is_heard_for_comparing_is_not_what_is_endorsed() -> None:
    desk = desk_of(agent := MixLearner())
    desk.wish("Vox", Param.GAIN, 3.0)
    desk.run(9.0)
    desk.do(m.CompareSwitched(at=desk.at, on=True))
    desk.run(2.0)
    assert "end the comparison first" in endorse(desk)[0][0]
    assert agent.mixes == []


def test_why_it_rests_is_said_once_until_it_has_moved_again() -> None:
    desk = desk_of(MixLearner())
    desk.run(30.0)
    said = [text for result in desk.results for text in sentences(result)]
    assert said.count("nothing is wished for") == 1
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(30.0)
    said = [text for result in desk.results for text in sentences(result)]
    assert said.count("nothing is wished for") == 2


def test_an_answer_and_a_hand_open_what_waited_even_where_nothing_is_learnt() -> None:
    desk = desk_of(agent := MixLearner(), mode=Mode.GIG)
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(9.0)
    assert agent.opened == 0
    desk.do(m.RewardReceived(at=desk.at, value=1.0, move="1-1", reward_id="r"))
    assert (agent.opened, agent.lessons) == (1, [])
    desk.hand(1, Param.GAIN, -2.0)
    desk.run(3.0)
    assert (agent.opened, agent.hands) == (2, [])
