"""Commands leave in their order, no faster than the DAW can take them, newest value first."""

import math

from bridge.mix.messages import RequestDump, SetParam
from bridge.mix.params import Param
from bridge.runtime.counters import Counters
from bridge.runtime.outbox import Outbox


def write(track: int, value: float) -> SetParam:
    return SetParam(track=track, param=Param.GAIN, value=value, key=f"strip {track}")


def always(_: SetParam) -> bool:
    return True


def test_nothing_is_held_back_from_a_daw_that_takes_all() -> None:
    outbox = Outbox(math.inf, Counters())
    for track in range(1, 501):
        outbox.add(write(track, 0.0))
    assert len(outbox.release(1.0, always)) == 500
    assert outbox.due_s is None


def test_a_burst_is_spread_and_all_of_it_leaves() -> None:
    outbox = Outbox(100.0, Counters())
    for track in range(1, 31):
        outbox.add(write(track, 0.0))
    taken = [outbox.release(1.0 + tick * 0.1, always) for tick in range(8)]
    assert [len(writes) for writes in taken] == [5, 5, 5, 5, 5, 5, 0, 0]
    assert [w.track for writes in taken for w in writes] == list(range(1, 31))  # type: ignore[union-attr]


def test_it_says_when_the_next_may_leave() -> None:
    outbox = Outbox(20.0, Counters())
    outbox.add(write(1, 0.0))
    outbox.add(write(2, 0.0))
    outbox.release(1.0, always)
    assert outbox.due_s == 1.0 / 20.0


def test_what_waits_is_replaced_by_the_newest_value() -> None:
    counters = Counters()
    outbox = Outbox(20.0, counters)
    outbox.add(write(1, -1.0))
    outbox.release(1.0, always)
    outbox.add(write(1, -2.0))
    outbox.release(1.0, always)
    outbox.add(write(1, -3.0))
    assert outbox.release(2.0, always) == [write(1, -3.0)]
    assert counters.held_back == 1


def test_a_write_that_is_not_meant_any_more_never_leaves() -> None:
    counters = Counters()
    outbox = Outbox(20.0, counters)
    outbox.add(write(1, -1.0))
    outbox.add(write(2, -1.0))
    assert outbox.release(1.0, lambda command: command.track == 2) == [write(2, -1.0)]
    assert outbox.release(2.0, always) == []
    assert counters.withdrawn == 1


def test_a_request_for_a_dump_waits_for_nothing() -> None:
    outbox = Outbox(20.0, Counters())
    outbox.add(write(1, -1.0))
    outbox.add(write(2, -1.0))
    outbox.add(RequestDump(number=1))
    outbox.add(RequestDump(number=2))
    assert outbox.release(1.0, always) == [write(1, -1.0), RequestDump(number=2)]
