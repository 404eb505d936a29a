"""The intake: events that wait for the engine, people first; in a flood the newest values only."""

from collections import deque
from typing import Final

from bridge.mix.device_events import DeviceParamChanged
from bridge.mix.messages import Event, ParamChanged, PersonEvent
from bridge.mix.params import Param
from bridge.runtime.counters import Counters

CAPACITY: Final = 65_536
"""More than every parameter of 1,024 tracks at once; only a flood of nonsense gets beyond it."""


_FLOOD: Final = 64
"""More waiting events than a person and the bridge's own writes can cause between two turns."""


class Intake:
    """Two queues. A thumb overtakes a DAW's burst; a burst keeps its order.

    In a flood a value that still waits is replaced by the next one of the same parameter, but never
    across another kind of event: a dump gives the numbers of the strips a new meaning. Otherwise
    each is kept: a hand's value must not disappear behind the echo of a write of our own.

    Args:
        counters: Where events are counted that the engine never sees.
    """

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._people: deque[PersonEvent] = deque()
        self._rest: deque[list[Event]] = deque()
        self._waiting: dict[tuple[int, Param | int], list[Event]] = {}

    def __bool__(self) -> bool:
        return bool(self._people or self._rest)

    def put(self, event: Event) -> None:
        """Take an event."""
        if isinstance(event, PersonEvent):
            self._people.append(event)
        elif isinstance(event, ParamChanged | DeviceParamChanged):
            self._put_value(event)
        elif len(self._rest) < CAPACITY:
            self._waiting.clear()
            self._rest.append([event])
        else:
            self._counters.dropped += 1

    def take(self) -> Event:
        """The next event; raises IndexError where none waits."""
        if self._people:
            return self._people.popleft()
        event = self._rest.popleft()[0]
        if isinstance(event, ParamChanged | DeviceParamChanged):
            self._waiting.pop(_control_of(event), None)
        return event

    def _put_value(self, event: ParamChanged | DeviceParamChanged) -> None:
        place = self._waiting.get(_control_of(event))
        if place is not None and len(self._rest) > _FLOOD:
            place[0] = event
            self._counters.replaced += 1
        elif len(self._rest) < CAPACITY:
            place = [event]
            self._waiting[_control_of(event)] = place
            self._rest.append(place)
        else:
            self._counters.dropped += 1


def _control_of(event: ParamChanged | DeviceParamChanged) -> tuple[int, Param | int]:
    number = event.track if isinstance(event, ParamChanged) else event.device
    return number, event.param
