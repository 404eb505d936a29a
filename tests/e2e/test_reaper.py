"""A bridge in a process of its own beside a REAPER in memory: real sockets, files and Lua."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.reaper.fake import LuaScript
from support.reaper.rig import Studio
from support.rig import ending

from bridge.mix.params import Param

pytestmark = pytest.mark.e2e


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with closing(Studio(tmp_path)) as opened, ending(opened.bridge):
        yield opened


def test_from_nothing_to_the_first_thumb(studio: Studio) -> None:
    for track, level in zip(studio.reaper.tracks, (0.2, 0.1, 0.4), strict=True):
        track.peaks = (level, level)
    studio.greet()
    studio.until(lambda: bool(studio.moves("proposed")))
    move = studio.moves("proposed")[0]
    studio.until(lambda: f"suggestion\t{move[1]}" in bridge_text(studio))
    LuaScript(studio.reaper, "Accept suggestion")
    studio.until(lambda: bool(studio.moves("confirmed")))
    assert {written.lane for written in studio.reaper.written} == {"companion"}
    assert [label.split(":")[0] for label in studio.reaper.labels] == [f"mixbridge {move[1]}"]
    studio.say("/bridge/mode", "observe")  # else a thumb is about the next suggestion
    studio.until(lambda: f"rateable\t{move[1]}" in bridge_text(studio))
    LuaScript(studio.reaper, "Thumb up")
    studio.until(lambda: any(said[0] == "/bridge/rewarded" for said in studio.said))
    (rewarded,) = (said for said in studio.said if said[0] == "/bridge/rewarded")
    assert rewarded[2:] == (move[1], 1.0)
    studio.reaper.undo()
    studio.until(lambda: any(report[1] == move[1] for report in studio.moves("reverted")))


def test_the_buttons_freeze_and_panic_work_without_the_companion(studio: Studio) -> None:
    studio.greet()
    assert studio.companion
    studio.companion.stop()
    studio.companion = None

    def is_status(word: str) -> bool:
        statuses = [said[1] for said in studio.said if said[0] == "/bridge/status"]
        return bool(statuses) and statuses[-1] == word

    LuaScript(studio.reaper, "Freeze")
    studio.until(lambda: is_status("frozen"))
    studio.until(lambda: "status\tfrozen" in bridge_text(studio))
    LuaScript(studio.reaper, "Freeze")
    studio.until(lambda: not is_status("frozen"))
    LuaScript(studio.reaper, "Panic")
    studio.until(lambda: is_status("panic"))
    LuaScript(studio.reaper, "Rearm")
    studio.until(lambda: not is_status("panic"))
    value = studio.reaper.track("Bass").value(Param.GAIN)
    assert value == pytest.approx(0.0)


def bridge_text(studio: Studio) -> str:
    path = studio.resource / "mixbridge" / "bridge.txt"
    return path.read_text(encoding="utf-8") if path.exists() else ""
