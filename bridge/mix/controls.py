"""A control is what a move changes: a parameter of a strip, of a device, or a content."""

from bridge.mix.contents import ContentControl
from bridge.mix.devices import DeviceParam
from bridge.mix.params import PARAM_WORDS, Param, in_words, same_value

Control = Param | DeviceParam | ContentControl
"""Values of a strip's control are in its unit, those of a device's are positions, 0 to 1; those of
a content are 0 (as before) and 1 (changed)."""


def control_name(control: Control) -> str:
    """A control as a person says it."""
    return PARAM_WORDS[control] if isinstance(control, Param) else control.words


def value_in_words(control: Control, value: float) -> str:
    """A value of a control for a person."""
    return in_words(control, value) if isinstance(control, Param) else control.in_words(value)


def is_same(control: Control, a: float, b: float) -> bool:
    """Whether two values of a control are one; see `same_value`."""
    if isinstance(control, Param):
        return same_value(control, a, b)
    return abs(a - b) <= control.tolerance
