"""Every check of `mixbridge study desk` holds, and a bridge that did otherwise would show."""

import pytest
from support.repeats import repeated

from bridge.daws.desk.study import checks
from bridge.daws.desk.study.checks import CHECKS
from bridge.daws.desk.study.stage import Stage
from bridge.daws.desk.study.verdict import Verdict, x32
from bridge.mix.messages import Mode

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("name", "check"), repeated(CHECKS, first=6), ids=[name.strip() for name, _ in CHECKS]
)
def test_each_check_is_kept(name: str, check: "checks.Callable[[int], Verdict]") -> None:
    verdict = check(2)
    assert verdict.is_kept, f"{name}: {verdict.figure}"


def test_a_write_elsewhere_would_be_seen() -> None:
    with Stage(x32(), mode=Mode.OBSERVE) as stage:
        stage.ready()
        assert stage.writes == []
        stage.send(checks.OscMessage("/dca/1/fader", (0.5,)))
        assert [address for _, address, _ in stage.writes] == ["/dca/1/fader"]
