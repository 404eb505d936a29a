"""What a person says in a word about a track, and how soon it is answered."""

import numpy as np
import pytest
from numpy.typing import NDArray
from support.desk import Desk, ScriptedAgent, make_engine, refusals, sentences

from bridge.agents.agent import Learnt
from bridge.agents.factored import FactoredAgent
from bridge.journal.event_codec import decode_event, encode_event
from bridge.learning.prior import load_prior
from bridge.mix import messages as m
from bridge.mix.messages import Mode, MoveState, StripSwitch
from bridge.mix.params import COLUMN, LockClass, Param
from bridge.mix.state import Observation
from bridge.mix.wishes import WISHES, Wish


class WishLearner(ScriptedAgent):
    """A scripted agent that does what it is told in a word."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[tuple[str, Wish]] = []
        self.teaches: list[NDArray[np.bool_]] = []

    def learn_from_wish(
        self,
        observation: Observation,
        row: int,
        wish: Wish,
        teaches: NDArray[np.bool_],
        *,
        at: float,
    ) -> Learnt | None:
        self.said.append((observation.keys[row], wish))
        self.teaches.append(teaches)
        param, amount = WISHES[wish][0]
        self.wishes.insert(0, (observation.keys[row], param, amount))
        return Learnt(td_error=0.0, text="a wish")


def desk_of(
    agent: ScriptedAgent, *names: str, mode: Mode = Mode.SUGGEST, learning: bool = True
) -> Desk:
    desk = Desk(*names, mode=mode)
    desk.agent = agent
    desk.engine = make_engine(agent, mode=mode, learning_enabled=learning)
    return desk.connect()


def wish(desk: Desk, track: str, word: Wish) -> tuple[list[str], list[str]]:
    result = desk.do(m.TrackWished(at=desk.at, track=track, wish=word))
    return refusals(result), sentences(result)


def test_the_next_suggestion_answers_at_once_and_the_open_one_makes_room() -> None:
    desk = desk_of(WishLearner())
    desk.wish("Kick", Param.GAIN, 1.0)
    desk.run(2.0)
    other = desk.engine.moves.suggestion
    assert other is not None
    assert wish(desk, "vox", Wish.BRIGHTER) == ([], ["noted: you want Vox brighter"])
    desk.run(0.01)
    assert other.state is MoveState.EXPIRED
    answer = desk.engine.moves.suggestion
    assert answer is not None
    assert (answer.key, answer.param) == ("Vox", Param.EQ_HIGH)


def test_in_assist_the_move_is_made_as_soon_as_nothing_else_is_on_its_way() -> None:
    desk = desk_of(WishLearner(), mode=Mode.ASSIST)
    wish(desk, "#3", Wish.LOUDER)
    desk.run(5.0)
    assert desk.value(3, Param.GAIN) == 3.0


def test_a_wish_teaches_as_far_as_its_track_may() -> None:
    desk = desk_of(agent := WishLearner())
    desk.do(
        m.StripSwitched(
            at=desk.at, switch=StripSwitch.LEARN, track="3", lock_class=LockClass.GAIN, on=False
        )
    )
    result = desk.do(m.TrackWished(at=desk.at, track="3", wish=Wish.FORWARD))
    assert len(result.lessons) == 1
    assert result.is_memory_changed
    assert not agent.teaches[0][COLUMN[Param.GAIN]]
    assert agent.teaches[0].sum() == agent.teaches[0].size - 1


def test_what_was_taken_back_may_be_made_again_where_it_is_wished_for() -> None:
    desk = desk_of(WishLearner(), mode=Mode.ASSIST)
    desk.undo(desk.move("Vox", Param.GAIN, 3.0))
    desk.run(12.0)
    wish(desk, "Vox", Wish.LOUDER)
    desk.run(12.0)
    assert desk.value(3, Param.GAIN) == 3.0


@pytest.mark.parametrize(
    ("track", "word", "why"),
    [
        ("Tuba", Wish.BACK, "there is no track 'Tuba'"),
        ("#9", Wish.BACK, "there is no track number 9"),
        ("*", Wish.BACK, "expected one track"),
        ("Gtr", Wish.BACK, "2 tracks are called 'Gtr': say one by number, 1, 2"),
        ("OH L", Wish.WIDER, "the halves of a stereo pair are not panned"),
        ("Bass", Wish.LOUDER, "Bass stays as it is: it is Safe"),
    ],
)
def test_what_is_not_granted_is_said(track: str, word: Wish, why: str) -> None:
    desk = desk_of(agent := WishLearner(), "Gtr", "Gtr", "OH L", "OH R", "Bass")
    desk.safe("Bass")
    assert wish(desk, track, word) == ([f"wish: {why}"], [])
    assert agent.said == []


def test_a_wish_for_one_half_of_a_pair_is_one_for_the_pair() -> None:
    desk = desk_of(agent := WishLearner(), "OH R", "OH L", "Bass")
    wish(desk, "OH R", Wish.DARKER)
    assert agent.said == [("OH L", Wish.DARKER)]


def test_why_a_wish_teaches_nothing_is_said() -> None:
    assert wish(desk_of(ScriptedAgent()), "Vox", Wish.BACK)[0] == [
        "wish: this agent understands no words"
    ]
    for desk in (desk_of(WishLearner(), mode=Mode.GIG), desk_of(WishLearner(), learning=False)):
        assert "nothing is learnt now" in wish(desk, "Vox", Wish.BACK)[0][0]
    unheard = desk_of(ScriptedAgent())
    unheard.engine = make_engine(FactoredAgent(load_prior()))  # type: ignore[arg-type]
    unheard.connect()
    assert "nothing of that track is known yet" in wish(unheard, "Vox", Wish.BACK)[0][0]


def test_where_no_suggestion_can_follow_that_is_said() -> None:
    assert wish(desk_of(WishLearner(), mode=Mode.OBSERVE), "Vox", Wish.BACK)[1] == [
        "noted: you want Vox back; in observe mode nothing is suggested"
    ]
    desk = desk_of(WishLearner())
    desk.do(m.TransportChanged(at=desk.at, playing=False))
    assert wish(desk, "Vox", Wish.BACK)[1] == [
        "noted: you want Vox back; the move for it comes when the DAW plays"
    ]


def test_a_wish_is_kept_in_the_journal_as_it_was_said() -> None:
    event = m.TrackWished(at=2.5, track="Vox", wish=Wish.WARMER)
    kind, payload, levels = encode_event(event)
    assert (kind, levels) == ("TrackWished", None)
    assert decode_event(kind, payload, levels) == event


class RestingAgent(ScriptedAgent):
    """A scripted agent that says why it proposes nothing."""

    rest = "nothing is wished for"

    def open_ways(self) -> None:
        """There are none."""


def test_why_nothing_is_moved_is_told_until_something_is() -> None:
    desk = desk_of(RestingAgent(), mode=Mode.ASSIST)
    desk.run(20.0)
    told = [text for result in desk.results for text in sentences(result)]
    assert told[-1] == "nothing is wished for"
    desk.forget()
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(10.0)
    told = [text for result in desk.results for text in sentences(result)]
    assert told == ["the DAW is there", "nothing is wished for"]
