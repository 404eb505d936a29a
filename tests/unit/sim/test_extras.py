import sys

import pytest

from bridge.errors import AudioError
from bridge.sim.extras import demo_library


def test_a_missing_library_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.signal", None)
    with pytest.raises(AudioError, match=r"needs scipy.*pip install 'mixbridge\[demo\]'\.$"):
        demo_library("scipy.signal")


def test_an_installed_library_is_the_library_itself() -> None:
    assert demo_library("soundfile") is sys.modules["soundfile"]
