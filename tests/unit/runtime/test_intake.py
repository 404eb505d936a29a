"""What waits for the engine: people first, and in a flood only the newest value of a control."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mix.messages import (
    DumpClosed,
    DumpOpened,
    Event,
    PanicPressed,
    ParamChanged,
    RewardReceived,
    Tick,
)
from bridge.mix.params import Param
from bridge.runtime import intake as module
from bridge.runtime.counters import Counters
from bridge.runtime.intake import Intake


def value(number: float, track: int = 1, param: Param = Param.GAIN) -> ParamChanged:
    return ParamChanged(at=0.0, track=track, param=param, value=number)


REWARD = RewardReceived(at=0.0, value=1.0, move="", reward_id="a")
PANIC = PanicPressed(at=0.0)
TICK = Tick(at=0.0)
OPEN, CLOSE = DumpOpened(at=0.0, count=1), DumpClosed(at=0.0, number=1)


def drained(*events: Event) -> list[Event]:
    """What comes out when all of these have gone in."""
    intake = Intake(Counters())
    for event in events:
        intake.add(event)
    out = []
    while intake:
        out.append(intake.pop())
    return out


def test_people_overtake_the_daw_and_stay_in_their_order() -> None:
    assert drained(value(1.0), TICK, REWARD, PANIC) == [REWARD, PANIC, value(1.0), TICK]


def test_a_hands_value_is_not_hidden_by_the_echo_of_our_own_write() -> None:
    events = [value(-24.0), value(-6.0)]
    assert drained(*events) == events


def test_in_a_flood_a_value_that_still_waits_is_replaced_in_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_FLOOD", 0)
    assert drained(value(1.0), value(5.0, track=2), value(2.0)) == [
        value(2.0),
        value(5.0, track=2),
    ]


def test_other_parameters_are_not_replaced() -> None:
    events = [value(1.0), value(1.0, param=Param.PAN), value(1.0, track=2)]
    assert drained(*events) == events


@pytest.mark.parametrize("between", [OPEN, CLOSE, TICK])
def test_a_value_is_never_replaced_across_another_event(between: Event) -> None:
    events = [value(1.0), between, value(2.0)]
    assert drained(*events) == events


def test_a_value_that_has_been_taken_is_not_replaced() -> None:
    counters = Counters()
    intake = Intake(counters)
    intake.add(value(1.0))
    assert intake.pop() == value(1.0)
    intake.add(value(2.0))
    assert intake.pop() == value(2.0)
    assert (counters.replaced, bool(intake)) == (0, False)


def test_a_flood_is_cut_and_counted_and_people_still_get_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "CAPACITY", 2)
    monkeypatch.setattr(module, "_FLOOD", 0)
    counters = Counters()
    intake = Intake(counters)
    for event in (TICK, value(1.0), TICK, value(1.0, track=2), value(9.0), REWARD):
        intake.add(event)
    assert (counters.dropped, counters.replaced) == (2, 1)
    assert [intake.pop() for _ in range(3)] == [REWARD, TICK, value(9.0)]


def test_taking_from_nothing_is_an_error() -> None:
    with pytest.raises(IndexError):
        Intake(Counters()).pop()


_EVENTS = st.lists(
    st.sampled_from([REWARD, PANIC, TICK, OPEN, CLOSE])
    | st.builds(value, st.floats(-60, 6), track=st.integers(1, 3))
)


@given(_EVENTS)
def test_the_engine_ends_with_the_newest_value_of_each_stretch_between_dumps(
    events: list[Event],
) -> None:
    def newest(said: list[Event]) -> list[dict[int, float]]:
        stretches: list[dict[int, float]] = [{}]
        for event in said:
            if isinstance(event, ParamChanged):
                stretches[-1][event.track] = event.value
            elif event not in (REWARD, PANIC):
                stretches.append({})
        return stretches

    assert newest(drained(*events)) == newest(events)


@given(_EVENTS)
def test_nothing_but_values_is_ever_lost(events: list[Event]) -> None:
    def others(said: list[Event]) -> list[Event]:
        return [event for event in said if not isinstance(event, ParamChanged)]

    out = drained(*events)
    people = [event for event in events if event in (REWARD, PANIC)]
    assert others(out) == people + [event for event in others(events) if event not in people]
