"""What a check says, and the desks that it is made with."""

from typing import NamedTuple

from bridge.daws.desk.study.fake import NAMES, FakeDesk
from bridge.daws.desk.study.stage import sounding


class Verdict(NamedTuple):
    """Whether a check holds, and its figure."""

    is_kept: bool
    figure: str


def x32(**given: object) -> FakeDesk:
    """An X32 with 32 named inputs that play."""
    return sounding(FakeDesk(**given).plug())  # type: ignore[arg-type]


def xr18(**given: object) -> FakeDesk:
    """An XR18 with 16."""
    name, firmware = "XR18-5E-91-5A", "1.17"
    desk = FakeDesk(model="XR18", name=name, firmware=firmware, **given)  # type: ignore[arg-type]
    return sounding(desk.plug(NAMES[:16]), range(1, 17))
