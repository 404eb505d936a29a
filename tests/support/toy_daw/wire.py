"""The toy's dialect: faders in dB, and names."""

from bridge.daw.dialect import Capabilities, Row, RowDialect
from bridge.daw.scale import COUNT, FADER_DB, INT32, TEXT
from bridge.mix.messages import (
    DumpClosed,
    DumpOpened,
    ParamChanged,
    RequestDump,
    SetParam,
    TrackNamed,
)
from bridge.mix.params import Param


class ToyDialect(RowDialect):
    """All there is are rows."""

    def __init__(self) -> None:
        fader = "/toy/{n}/level"
        super().__init__(
            "toy",
            port=7000,
            capabilities=Capabilities(
                has_rms=False, has_peaks=False, has_spectra=False, has_eq=False, sends_dumps=True
            ),
            rows=(
                Row(address="/toy/count", message=DumpOpened, scale=COUNT),
                Row(address="/toy/done", message=DumpClosed, scale=INT32),
                Row(address="/toy/all", message=RequestDump, scale=INT32),
                Row(address="/toy/{n}/title", message=TrackNamed, scale=TEXT),
                Row(address=fader, message=ParamChanged, scale=FADER_DB, param=Param.GAIN),
                Row(address=fader, message=SetParam, scale=FADER_DB, param=Param.GAIN),
            ),
            level_rows=(),
        )
