"""The `/mix` namespace: the dialect of any program that can send OSC."""

from collections.abc import Iterator
from typing import Final

from bridge.daw.dialect import Capabilities, LevelRow, Row, RowDialect
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
from bridge.mix.messages import (
    DumpClosed,
    DumpOpened,
    ParamChanged,
    RequestDump,
    RoleGiven,
    SetParam,
    TrackIdentified,
    TrackNamed,
    TransportChanged,
)
from bridge.mix.params import EQ_BANDS, SWITCHES, Param
from bridge.mix.roles import Role

_TRACK: Final = "/mix/track/{n}"
_PARAMS: Final[dict[Param, Scale[float]]] = {
    Param.GAIN: FADER_DB,
    Param.PAN: PAN,
    **dict.fromkeys(EQ_BANDS, EQ_DB),
}


def _rows() -> Iterator[Row]:
    yield Row(address="/mix/tracks", message=DumpOpened, scale=COUNT)
    yield Row(address="/mix/synced", message=DumpClosed, scale=INT32)
    yield Row(address="/mix/refresh", message=RequestDump, scale=INT32)
    yield Row(address="/mix/transport/playing", message=TransportChanged, scale=SWITCH)
    yield Row(address=f"{_TRACK}/id", message=TrackIdentified, scale=TEXT)
    yield Row(address=f"{_TRACK}/name", message=TrackNamed, scale=TEXT)
    yield Row(address=f"{_TRACK}/role", message=RoleGiven, scale=word(Role))
    for param, scale in _PARAMS.items():
        address = f"{_TRACK}/{param}"
        yield Row(address=address, message=ParamChanged, scale=scale, param=param)
        yield Row(address=address, message=SetParam, scale=scale, param=param)
    for switch in SWITCHES:
        yield Row(
            address=f"{_TRACK}/{switch}", message=ParamChanged, scale=SWITCH_VALUE, param=switch
        )


def make_generic() -> RowDialect:
    """The generic dialect, protocol 1."""
    return RowDialect(
        "generic",
        port=9401,
        capabilities=Capabilities(has_rms=True, has_peaks=True, has_spectra=True, has_eq=True),
        rows=_rows(),
        level_rows=(
            LevelRow(address=f"{_TRACK}/meter", first_column=0, width=2),
            LevelRow(address=f"{_TRACK}/bands", first_column=2, width=10),
        ),
    )
