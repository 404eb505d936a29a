"""The rows of devices in the `/mix` namespace: ``/mix/device/{d}/...``, both ways.

They are apart from `RowDialect`'s rows, since they carry two numbers in the address and a
parameter's description six arguments. They are pure and keep nothing: what is said of a device is
checked by itself, and the core keeps what belongs together.
"""

import math
import re
from typing import Any, Final

from bridge.daw.dialect import Heard, Refusal
from bridge.daw.scale import MAX_TRACKS, TEXT, Scale, in_words, number, whole, word
from bridge.errors import DialectError
from bridge.mix.device_events import (
    Curve,
    DeviceEvent,
    DeviceIdentified,
    DeviceNamed,
    DeviceParamChanged,
    DeviceParamDescribed,
    DeviceParamWorded,
    DevicePlaced,
    SetDeviceParam,
)
from bridge.mix.devices import MAX_DEVICES, MAX_PARAMS
from bridge.osc.message import OscMessage

PREFIX: Final = "/mix/device/"
_DEVICE: Final = PREFIX + "{d}"
_PARAM: Final = f"{_DEVICE}/param/{{p}}"
_SPEC: Final = f"{_PARAM}/spec"
_WORDS: Final = f"{_PARAM}/words"

_NUMBER: Final = "(0|[1-9][0-9]{0,8})"
_ADDRESS: Final = re.compile(
    rf"{PREFIX}{_NUMBER}(?:/(id|name|track)|/param/{_NUMBER}(?:/(spec|words))?)", re.ASCII
)
_FLOAT32: Final = 3.4e38
"""What a float32 can hold; no parameter needs more."""
_VALUE: Final = number(-_FLOAT32, _FLOAT32)
_ONE: Final[dict[str, tuple[type[Any], str, Scale[Any]]]] = {
    "id": (DeviceIdentified, "uid", TEXT),
    "name": (DeviceNamed, "name", TEXT),
    "track": (DevicePlaced, "track", whole(1, MAX_TRACKS)),
}
_FIELDS: Final[tuple[tuple[str, Scale[Any]], ...]] = (
    ("name", TEXT),
    ("minimum", _VALUE),
    ("maximum", _VALUE),
    ("unit", TEXT),
    ("curve", word(Curve)),
    ("steps", whole(0, 2**15)),
)
_EXPECTED: Final = (
    "a name, a least and a greater value, a unit, lin or log (log above 0 only), and the number "
    "of steps, 0 for none"
)

ADDRESSES: Final = (*(f"{_DEVICE}/{name}" for name in _ONE), _PARAM, _SPEC, _WORDS)
"""What a DAW may say of devices."""


def decode_device(message: OscMessage, *, at: float) -> tuple[Heard, ...] | None:
    """What the DAW said of a device; None for an address that is none of a device's.

    A value that can mean nothing makes the parameter unknown, and is refused.

    Raises:
        DialectError: If there can be no such device or parameter, or its description can mean
            nothing.
    """
    place = _place(message)
    if place is None:
        return None
    device, what, param = place
    if what in _ONE:
        kind, field, scale = _ONE[what]
        said = _read(message, scale)
        if said is None:
            raise DialectError(_refusal(message, scale.expected))
        return (kind(at=at, device=device, **{field: said}),)
    if what == "spec":
        return (_described(message, device, param, at),)
    if what == "words":
        return (_worded(message, device, param, at),)
    value = _read(message, _VALUE)
    changed = DeviceParamChanged(
        at=at, device=device, param=param, value=math.nan if value is None else value
    )
    if value is None:
        return changed, Refusal(_refusal(message, "a finite number"))
    return (changed,)


def encode_device_write(command: SetDeviceParam) -> OscMessage:
    """How the DAW is asked to set a device's parameter.

    Raises:
        DialectError: If the value is no finite float32, or there can be no such parameter.
    """
    return _encode_value(command.device, command.param, command.value)


def decode_device_write(message: OscMessage) -> SetDeviceParam | None:
    """The inverse of `encode_device_write`: what a DAW is asked for; None for anything else.

    Raises:
        DialectError: As `decode_device` does.
    """
    place = _place(message)
    if place is None or place[1] != "value":
        return None
    value = _read(message, _VALUE)
    if value is None:
        raise DialectError(_refusal(message, "a finite number"))
    return SetDeviceParam(device=place[0], param=place[2], value=value)


def encode_device_event(event: DeviceEvent) -> OscMessage:
    """The inverse of `decode_device`: how a DAW says it.

    Raises:
        DialectError: If the value is no finite float32, or there is no such row.
    """
    match event:
        case DeviceParamChanged():
            return _encode_value(event.device, event.param, event.value)
        case DeviceParamWorded():
            address = f"{PREFIX}{event.device}/param/{event.param}/words"
            return OscMessage(address, (_VALUE.write(event.value), TEXT.write(event.words)))
        case DeviceParamDescribed():
            address = f"{PREFIX}{event.device}/param/{event.param}/spec"
            return OscMessage(
                address, tuple(scale.write(getattr(event, name)) for name, scale in _FIELDS)
            )
    for what, (kind, field, scale) in _ONE.items():
        if isinstance(event, kind):
            address = f"{PREFIX}{event.device}/{what}"
            return OscMessage(address, (scale.write(getattr(event, field)),))
    raise DialectError(f"No device's row has words for {event}.")


def _place(message: OscMessage) -> tuple[int, str, int] | None:
    """Device, what of it, and parameter (0 for none)."""
    found = _ADDRESS.fullmatch(message.address)
    if found is None:
        return None
    device, what, param, more = found.groups()
    if not 1 <= int(device) <= MAX_DEVICES:
        raise DialectError(f"{message.address}: expected a device from 1 to {MAX_DEVICES}.")
    if what:
        return int(device), what, 0
    if not 1 <= int(param) <= MAX_PARAMS:
        raise DialectError(f"{message.address}: expected a parameter from 1 to {MAX_PARAMS}.")
    return int(device), more or "value", int(param)


def _read(message: OscMessage, scale: Scale[Any]) -> Any:  # noqa: ANN401 - as the scale has it
    return scale.read(message.args[0]) if len(message.args) == 1 else None


def _described(message: OscMessage, device: int, param: int, at: float) -> DeviceParamDescribed:
    if len(message.args) != len(_FIELDS):
        raise DialectError(_refusal(message, _EXPECTED))
    said: dict[str, Any] = {
        name: scale.read(arg) for (name, scale), arg in zip(_FIELDS, message.args, strict=True)
    }
    if any(value is None for value in said.values()) or not _is_range(said):
        raise DialectError(_refusal(message, _EXPECTED))
    return DeviceParamDescribed(at=at, device=device, param=param, **said)


def _worded(message: OscMessage, device: int, param: int, at: float) -> DeviceParamWorded:
    said = message.args if len(message.args) == 2 else (None, None)
    value, words = _VALUE.read(said[0]), TEXT.read(said[1])
    if value is None or not words:
        raise DialectError(_refusal(message, "a value and what the device shows for it"))
    return DeviceParamWorded(at=at, device=device, param=param, value=value, words=words)


def _is_range(said: dict[str, Any]) -> bool:
    is_log = said["curve"] is Curve.LOG
    return (
        bool(said["name"])
        and said["minimum"] < said["maximum"]
        and math.isfinite(said["maximum"] - said["minimum"])
        and said["steps"] != 1
        and (not is_log or said["minimum"] > 0.0)
    )


def _refusal(message: OscMessage, expected: str) -> str:
    return f"{message.address}: expected {expected}; got {in_words(message.args)}."


def _encode_value(device: int, param: int, value: float) -> OscMessage:
    address = f"{PREFIX}{device}/param/{param}"
    if _VALUE.read(value) is None:
        raise DialectError(f"{address}: expected a finite number; got {value}.")
    if not (1 <= device <= MAX_DEVICES and 1 <= param <= MAX_PARAMS):
        raise DialectError(f"{address}: there can be no such parameter.")
    return OscMessage(address, (float(value),))
