"""What a surface is told of the knobs of the device in focus, which of them may be moved."""

from bridge.daw import surface
from bridge.engine.work import Work
from bridge.engine.work_view import make_knob_views
from bridge.osc.message import OscMessage


def knob_states(work: Work, at: float) -> list[OscMessage]:
    """A message a knob, in their order; none where no device is worked on. `at` is now."""
    knobs = make_knob_views(work, at)
    return [
        surface.knob_state(
            place,
            len(knobs),
            name=knob.name,
            value=knob.words,
            role=knob.role,
            is_taught=knob.is_taught,
        )
        for place, knob in enumerate(knobs, start=1)
    ]
