import re
import sys

import pytest

from bridge.errors import AudioError
from bridge.install.extras import demo_library, drawing_library
from bridge.install.installation import install_command


def test_a_missing_library_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.signal", None)
    install = re.escape(install_command("demo"))
    with pytest.raises(AudioError, match=rf"needs scipy.*; install it: {install}$"):
        demo_library("scipy.signal")


def test_an_installed_library_is_the_library_itself() -> None:
    assert demo_library("soundfile") is sys.modules["soundfile"]


def test_without_matplotlib_a_demo_draws_no_picture_and_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)  # as where it is not installed
    assert drawing_library() is None
    assert "notebook" in capsys.readouterr().err
