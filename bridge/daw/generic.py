"""The `/mix` namespace: the dialect of any program that can send OSC."""

from collections.abc import Iterator
from typing import Final

from bridge.daw.contents import ADDRESSES as CONTENT_ADDRESSES
from bridge.daw.contents import decode_content, encode_content, encode_content_event
from bridge.daw.devices import ADDRESSES as DEVICE_ADDRESSES
from bridge.daw.devices import (
    decode_device,
    encode_device_event,
    encode_device_write,
)
from bridge.daw.dialect import (
    Capabilities,
    Heard,
    LevelReading,
    LevelRow,
    Refusal,
    Row,
    RowDialect,
)
from bridge.daw.scale import (
    COUNT,
    EQ_DB,
    FADER_DB,
    INT32,
    PAN,
    SWITCH,
    SWITCH_VALUE,
    TEXT,
    Scale,
    word,
)
from bridge.daw.taps import ADDRESSES as TAP_ADDRESSES
from bridge.daw.taps import Taps
from bridge.errors import DialectError
from bridge.mix.content_events import ContentCommand, ContentEvent, PlayContent
from bridge.mix.device_events import DeviceCommand, DeviceEvent, NoteHeard, SetDeviceParam
from bridge.mix.messages import (
    DawEvent,
    DumpClosed,
    DumpOpened,
    ParamChanged,
    RequestDump,
    RoleGiven,
    SetParam,
    TrackBarred,
    TrackIdentified,
    TrackNamed,
    TransportChanged,
)
from bridge.mix.params import EQ_BANDS, LOCK_CLASS, SENDS, SWITCHES, Param
from bridge.mix.roles import Role
from bridge.osc.message import OscMessage

_TRACK: Final = "/mix/track/{n}"
_SYNCED: Final = "/mix/synced"
_PARAMS: Final[dict[Param, Scale[float]]] = {
    Param.GAIN: FADER_DB,
    Param.PAN: PAN,
    **dict.fromkeys(EQ_BANDS, EQ_DB),
}


def _rows() -> Iterator[Row]:
    yield Row(address="/mix/tracks", message=DumpOpened, scale=COUNT)
    yield Row(address=_SYNCED, message=DumpClosed, scale=INT32)
    yield Row(address="/mix/refresh", message=RequestDump, scale=INT32)
    yield Row(address="/mix/transport/playing", message=TransportChanged, scale=SWITCH)
    yield Row(address=f"{_TRACK}/id", message=TrackIdentified, scale=TEXT)
    yield Row(address=f"{_TRACK}/name", message=TrackNamed, scale=TEXT)
    yield Row(address=f"{_TRACK}/role", message=RoleGiven, scale=word(Role))
    for param, scale in _PARAMS.items():
        address = f"{_TRACK}/{param}"
        yield Row(address=address, message=ParamChanged, scale=scale, param=param)
        yield Row(address=address, message=SetParam, scale=scale, param=param)
    for send in SENDS:
        yield Row(address=f"{_TRACK}/{send}", message=ParamChanged, scale=FADER_DB, param=send)
    for switch in SWITCHES:
        yield Row(
            address=f"{_TRACK}/{switch}", message=ParamChanged, scale=SWITCH_VALUE, param=switch
        )
    for kind in dict.fromkeys(LOCK_CLASS.values()):
        address = f"{_TRACK}/barred/{kind}"
        yield Row(address=address, message=TrackBarred, scale=TEXT, lock_class=kind)


class GenericDialect(RowDialect):
    """The generic dialect, protocol 1: its rows, and the levels of taps.

    Attributes:
        taps: What the taps have said.
    """

    def __init__(self) -> None:
        super().__init__(
            "generic",
            port=9401,
            capabilities=Capabilities(
                has_rms=True, has_peaks=True, has_spectra=True, has_eq=True, sends_dumps=True
            ),
            rows=_rows(),
            level_rows=(
                LevelRow(address=f"{_TRACK}/meter", first_column=0, width=2),
                LevelRow(address=f"{_TRACK}/bands", first_column=2, width=10),
            ),
        )
        self.taps = Taps()

    def decode(self, message: OscMessage, *, at: float) -> tuple[Heard, ...] | None:
        """What the DAW or a tap said; see `Dialect.decode`."""
        levels = self.taps.decode(message, at=at)
        if levels is not None:
            return levels
        if not message.args and "/barred/" in message.address:
            message = OscMessage(message.address, ("",))  # Max loses a text without letters
        elif not message.args and message.address == _SYNCED:
            message = OscMessage(message.address, (0,))  # whose question it ends is clear
        heard = super().decode(message, at=at)
        if heard is None:
            return decode_device(message, at=at) or decode_content(message, at=at)
        for event in heard or ():
            if not isinstance(event, LevelReading | Refusal):
                self.taps.update(event)
        return heard

    @property
    def addresses(self) -> tuple[str, ...]:
        """What its DAW and taps may say; see `Listed.addresses`."""
        return (*super().addresses, *DEVICE_ADDRESSES, *CONTENT_ADDRESSES, *TAP_ADDRESSES)

    def encode_device(self, command: DeviceCommand, *, at: float) -> tuple[OscMessage, ...]:
        """How a device is asked for `command`; see `bridge.daw.dialect.HasDevices`."""
        if isinstance(command, SetDeviceParam):
            return (encode_device_write(command),)
        raise DialectError(f"The dialect {self.name} has no words for {command}.")

    def encode_content(self, command: ContentCommand, *, at: float) -> tuple[OscMessage, ...]:
        """How a content is asked for or set; see `bridge.daw.dialect.HasContents`.

        `PlayContent` is for whoever plays it beside the DAW.
        """
        return () if isinstance(command, PlayContent) else (encode_content(command),)

    def encode_event(self, event: DawEvent) -> tuple[OscMessage, ...]:
        """The inverse of `decode`; see `RowDialect.encode_event`."""
        if isinstance(event, DeviceEvent) and not isinstance(event, NoteHeard):
            return (encode_device_event(event),)
        if isinstance(event, ContentEvent):
            return (encode_content_event(event),)
        return super().encode_event(event)
