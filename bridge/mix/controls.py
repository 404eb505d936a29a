"""A control is a parameter of a strip or of a device; what is said of both alike."""

from bridge.mix.devices import DeviceParam
from bridge.mix.params import PARAM_WORDS, Param, in_words, same_value

Control = Param | DeviceParam
"""Values of a strip's control are in its unit, those of a device's are positions, 0 to 1."""


def control_name(control: Control) -> str:
    """A control as a person says it."""
    return control.words if isinstance(control, DeviceParam) else PARAM_WORDS[control]


def value_in_words(control: Control, value: float) -> str:
    """A value of a control for a person."""
    if isinstance(control, DeviceParam):
        return control.in_words(value)
    return in_words(control, value)


def is_same(control: Control, a: float, b: float) -> bool:
    """Whether two values of a control are one; see `same_value`."""
    if isinstance(control, DeviceParam):
        return abs(a - b) <= control.spec.tolerance
    return same_value(control, a, b)
