"""A study that lacks a library names the extra that brings it, in one sentence."""

import sys

import pytest

from bridge.cli import main as cli
from bridge.install.installation import install_command


@pytest.mark.parametrize(
    ("arguments", "missing", "extra"),
    [
        (["study", "pads"], "rtmidi", "midi"),
        (["study", "learning", "--quick", "--agent", "dqn"], "gymnasium", "research"),
        (["demo", "--headless"], "pyloudnorm", "demo"),
    ],
)
def test_what_is_missing_is_one_sentence_with_a_command_that_works(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    missing: str,
    extra: str,
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)  # as Python says it of what is not there
    assert cli.run_command_line(arguments) == 2
    said = capsys.readouterr().err
    assert install_command(extra) in said
    assert "a fault of mixbridge" not in said
