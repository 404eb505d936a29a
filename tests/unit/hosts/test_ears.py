"""Ears without JACK: what is said, and which settings there are."""

import asyncio
import logging
import sys

import pytest

from bridge.config import load
from bridge.errors import ConfigError
from bridge.hosts.ears import Ears, ears_source, open_ears


@pytest.mark.parametrize(
    ("daw", "given", "source"),
    [
        ("zyn", "auto", "zynaddsubfx"),
        ("zyn", "off", ""),
        ("generic", "auto", ""),
        ("generic", "jack:Surge XT", "Surge XT"),
    ],
)
def test_what_is_listened_to(daw: str, given: str, source: str) -> None:
    assert ears_source(load(None, {"daw.dialect": daw, "ears.source": given})) == source


@pytest.mark.parametrize("given", ["jack", "jack:", "card", "jack: x"])
def test_another_source_is_refused_in_one_sentence(given: str) -> None:
    with pytest.raises(
        ConfigError, match=r"^command line: ears\.source: expected auto, off, or jack"
    ):
        load(None, {"ears.source": given})


class _Runner:
    class dialect:  # noqa: N801 - as the runner has it
        class capabilities:  # noqa: N801
            plays_notes = True


def test_without_the_extra_the_log_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "jack", None)
    with caplog.at_level(logging.WARNING):
        settings = load(None, {"daw.dialect": "zyn"})
        assert open_ears(_Runner(), settings) is None  # type: ignore[arg-type]
    assert "This needs jack, which cannot be imported" in caplog.text
    assert "[ears]" in caplog.text


def test_without_a_jack_it_says_so_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("jack")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "mixbridge-nobody")

    async def listen() -> str:
        ears = Ears(_Runner(), "zynaddsubfx")  # type: ignore[arg-type]
        while not ears.text:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(ears.close)
        return ears.text

    assert asyncio.run(listen()).startswith("JACK does not run: start it")
