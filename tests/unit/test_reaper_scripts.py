"""The scripts as REAPER's users meet them: headers, manners, buttons and cost."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.reaper.fake import SCRIPTS, FakeReaper, Folder, LuaScript

from bridge.daws.reaper.files import ReaperFiles
from bridge.mix.params import Param
from bridge.osc.message import OscMessage

LUA = sorted(SCRIPTS.glob("*.lua"))
HELPERS = ("lib", "reading", "devices", "items", "clips", "Companion", "Status window")
ACTIONS = [
    path.stem.removeprefix("mixbridge_")
    for path in LUA
    if path.stem.removeprefix("mixbridge_") not in HELPERS
]


def make(folder: Path, *names: str) -> FakeReaper:
    return FakeReaper(names or ("Kick", "Bass"), resource=folder)


def run(script: LuaScript, seconds: float) -> None:
    for _ in range(round(seconds * 30)):
        script.reaper.turn()
        script.tick()


def text(folder: Path, name: str) -> str:
    path = folder / "mixbridge" / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


# -- for ReaPack and for eyes ---------------------------------------------------------------------


def test_the_package_names_every_file() -> None:
    head = (SCRIPTS / "mixbridge_Companion.lua").read_text(encoding="utf-8").split("\n\n")[0]
    assert re.search(r"^-- @version \d", head, re.M)
    provided = set(re.findall(r"\] (mixbridge[^>\n]*?)(?: >.*)?$", head, re.M))
    assert provided == {path.name for path in SCRIPTS.iterdir()}


def test_every_other_script_is_no_package_of_its_own() -> None:
    for path in LUA:
        if "Companion" not in path.name:
            assert path.read_text(encoding="utf-8").startswith("-- @noindex\n")


def test_the_versions_agree() -> None:
    version = re.compile(r"(?:@version |version:|VERSION = \")(\d+\.\d+\.\d+)")
    found = {
        match for path in SCRIPTS.iterdir() for match in version.findall(path.read_text("utf-8"))
    }
    assert len(found) == 1


def test_no_script_opens_a_console_or_a_dialog() -> None:
    for path in LUA:
        code = re.sub(r"--.*", "", path.read_text(encoding="utf-8"))
        assert not re.search(r"ShowConsoleMsg|ShowMessageBox|\bMB\(|GetUserInputs", code)


# -- the buttons ----------------------------------------------------------------------------------


@pytest.fixture
def mailbox(tmp_path: Path) -> tuple[ReaperFiles, list[OscMessage]]:
    posted: list[OscMessage] = []
    files = ReaperFiles(tmp_path / "mixbridge", meter_range=(-62.0, 6.0), post=posted.append)
    files._prime()
    posted.clear()
    return files, posted


@pytest.mark.parametrize(
    ("action", "address", "args"),
    [
        ("Thumb up", "/bridge/accept", ("1-7",)),
        ("Thumb down", "/bridge/skip", ("1-7",)),
        ("Mix is as I want it", "/bridge/endorse", ()),
        ("Undo last move", "/bridge/undo", ()),
        ("Freeze", "/bridge/freeze", (1,)),
        ("Panic", "/bridge/panic", ()),
        ("Rearm", "/bridge/rearm", ()),
        ("Accept suggestion", "/bridge/accept", ("1-7",)),
        ("Skip suggestion", "/bridge/skip", ("1-7",)),
    ],
)
def test_an_action_becomes_the_request_that_any_remote_sends(
    tmp_path: Path,
    mailbox: tuple[ReaperFiles, list[OscMessage]],
    action: str,
    address: str,
    args: tuple[object, ...],
) -> None:
    files, posted = mailbox
    move = ("1-7", "proposed", 1, "gain", 0.0, 1.0, "because\tso")
    files.notify(OscMessage("/bridge/move", move))
    files.notify(OscMessage("/bridge/rateable", ("1-7", "suggestion")))
    files.poll()
    LuaScript(make(tmp_path), action)
    files.poll()
    files.poll()
    (said,) = posted
    assert said.address == address
    assert said.args[: len(args)] == args


def test_every_action_has_its_case() -> None:
    cases = test_an_action_becomes_the_request_that_any_remote_sends.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert {case[0] for case in cases} == set(ACTIONS)


def test_two_presses_are_two_rewards_and_one_look_more_is_none(
    tmp_path: Path, mailbox: tuple[ReaperFiles, list[OscMessage]]
) -> None:
    files, posted = mailbox
    reaper = make(tmp_path)
    files.notify(OscMessage("/bridge/rateable", ("1-7", "move")))
    files.poll()
    for _ in range(2):
        LuaScript(reaper, "Thumb up")
        reaper.turn()
        files.poll()
    assert len({message.args[2] for message in posted}) == 2


@pytest.mark.parametrize(("action", "value"), [("Thumb up", 1.0), ("Thumb down", -1.0)])
def test_a_thumb_names_the_move_that_the_window_showed_when_it_was_pressed(
    tmp_path: Path, mailbox: tuple[ReaperFiles, list[OscMessage]], action: str, value: float
) -> None:
    files, posted = mailbox
    files.notify(OscMessage("/bridge/rateable", ("1-7", "move")))
    files.poll()
    LuaScript(make(tmp_path), action)
    files.notify(OscMessage("/bridge/rateable", ("1-8", "move")))
    files.poll()
    (said,) = posted
    assert (said.address, said.args[:2]) == ("/bridge/reward", (value, "1-7"))


def test_where_there_is_nothing_to_rate_nothing_is_sent_and_the_window_says_so(
    tmp_path: Path, mailbox: tuple[ReaperFiles, list[OscMessage]]
) -> None:
    files, posted = mailbox
    files.notify(OscMessage("/bridge/rateable", ("1-7", "move")))
    files.notify(OscMessage("/bridge/rateable", ("", "")))
    files.poll()
    LuaScript(make(tmp_path), "Thumb down")
    files.poll()
    assert posted == []
    assert "move\tThere is nothing to rate now; your answer was not sent.\n" in text(
        tmp_path, "bridge.txt"
    )


def test_a_thumb_of_an_older_script_without_a_name_gets_the_one_that_is_shown(
    tmp_path: Path, mailbox: tuple[ReaperFiles, list[OscMessage]]
) -> None:
    files, posted = mailbox
    path = tmp_path / "mixbridge" / "presses.txt"
    for about in (("1-7", "move"), ("1-8", "suggestion")):
        files.notify(OscMessage("/bridge/rateable", about))
        with path.open("a") as presses:
            presses.write("1-1\tdown\t\n")
        files.poll()
    assert [(said.address, said.args) for said in posted] == [
        ("/bridge/reward", (-1.0, "1-7", "reaper-1-1")),
        ("/bridge/skip", ("1-8",)),
    ]


def test_old_presses_are_not_heard_by_a_new_bridge(tmp_path: Path) -> None:
    LuaScript(make(tmp_path), "Panic")
    posted: list[OscMessage] = []
    files = ReaperFiles(tmp_path / "mixbridge", meter_range=(-62.0, 6.0), post=posted.append)
    files._prime()
    files.poll()
    assert [message.address for message in posted] == ["/companion/range"]


def test_half_a_line_waits_for_its_other_half(
    tmp_path: Path, mailbox: tuple[ReaperFiles, list[OscMessage]]
) -> None:
    files, posted = mailbox
    path = tmp_path / "mixbridge" / "presses.txt"
    path.write_text("1-1\tpan")
    files.poll()
    assert posted == []
    path.write_text("1-1\tpanic\t\n1-2\tnonsense\t\n")
    files.poll()
    assert [message.address for message in posted] == ["/bridge/panic"]


# -- the window -----------------------------------------------------------------------------------


class Gfx:
    """What REAPER draws with, as far as the window uses it."""

    def __init__(self) -> None:
        self.drawn: list[str] = []
        self.table: dict[str, object] = {
            "w": 560, "h": 90, "mouse_x": 0, "mouse_y": 0, "mouse_cap": 0, "x": 0, "y": 0,
            "init": lambda *_: 1, "setfont": lambda *_: 1, "set": lambda *_: None,
            "rect": lambda *_: None, "drawstr": self.drawn.append, "update": lambda: None,
            "getchar": lambda: 0, "dock": lambda *_: (1, 5, 6, 560, 90), "quit": lambda: None,
        }  # fmt: skip


def test_the_window_shows_the_bridge_and_its_buttons_press(
    tmp_path: Path, mailbox: tuple[ReaperFiles, list[OscMessage]]
) -> None:
    files, posted = mailbox
    files.notify(OscMessage("/bridge/status", ("online", "the DAW is there")))
    files.notify(OscMessage("/bridge/heartbeat", (1, "suggest")))
    files.notify(OscMessage("/bridge/rateable", ("1-7", "move")))
    files.poll()
    gfx = Gfx()
    window = LuaScript(make(tmp_path), "Status window", gfx=gfx.table)
    assert "online (suggest): the DAW is there" in gfx.drawn
    assert {"Good", "Bad", "As I want it", "Accept", "Skip", "Undo", "Freeze", "Panic"} <= set(
        gfx.drawn
    )
    table = window._lua.globals()["gfx"]
    table["mouse_x"], table["mouse_y"], table["mouse_cap"] = 12, 70, 1
    run(window, 0.1)
    files.poll()
    assert [message.args[:2] for message in posted] == [(1.0, "1-7")]
    table["mouse_cap"] = 0
    run(window, 0.1)
    table["mouse_x"], table["mouse_cap"] = 150, 1
    run(window, 0.1)
    files.poll()
    assert [message.address for message in posted] == ["/bridge/reward", "/bridge/endorse"]
    window.stop()
    assert window.reaper.ext_states["mixbridge", "window"] == "1 5 6 560 90"


def test_a_window_without_a_bridge_says_how_to_start_one(tmp_path: Path) -> None:
    gfx = Gfx()
    LuaScript(make(tmp_path), "Status window", gfx=gfx.table)
    assert any("start 'mixbridge run --daw reaper'" in line for line in gfx.drawn)


# -- the companion --------------------------------------------------------------------------------


def test_run_again_it_stops_and_leaves_no_word(tmp_path: Path) -> None:
    reaper = make(tmp_path)
    first = LuaScript(reaper, "Companion")
    run(first, 0.5)
    second = LuaScript(reaper, "Companion")
    run(first, 0.5)
    assert not first.is_running
    assert not second.is_running
    assert text(tmp_path, "state.txt") == ""


def test_ended_by_reaper_it_leaves_no_word(tmp_path: Path) -> None:
    script = LuaScript(make(tmp_path), "Companion")
    run(script, 0.5)
    script.stop()
    assert text(tmp_path, "state.txt") == ""


def test_a_fault_is_written_down_and_it_goes_on(tmp_path: Path) -> None:
    reaper = make(tmp_path)
    script = LuaScript(reaper, "Companion")
    table = script._lua.globals()["reaper"]
    read_peak, table["Track_GetPeakInfo"] = table["Track_GetPeakInfo"], lambda *_: None
    run(script, 0.3)
    assert "nil" in text(tmp_path, "fault.txt")
    table["Track_GetPeakInfo"] = read_peak
    run(script, 0.3)
    assert script.is_running


@pytest.mark.parametrize("name", ["a\tb", 'quo"te', "back\\slash", "Söng 🎚", "", "x" * 300, "-inf"])
def test_any_name_arrives(tmp_path: Path, name: str) -> None:
    from bridge.daws.reaper.wire.companion import StateReader

    LuaScript(make(tmp_path, name), "Companion")
    (strip,) = StateReader().read(text(tmp_path, "state.txt")).strips
    assert strip.name == name


@pytest.mark.parametrize(
    "spoil",
    [
        lambda line: line.replace("\t1.5", "\tloud"),
        lambda line: line.replace("mixbridge-commands\t1", "mixbridge-commands\t9"),
        lambda line: line.replace("end\n", ""),
        lambda line: line.replace("{00000001-FACE}", "{nobody}"),
        lambda line: line.replace("9999.0", "1.0"),
        lambda line: line.replace("run\tRUN", "run\tanother"),
    ],
    ids=["no number", "another schema", "half a file", "no such track", "expired", "another run"],
)
def test_a_command_that_is_not_whole_or_not_for_it_is_not_done(
    tmp_path: Path, spoil: Callable[[str], str]
) -> None:
    command = (
        "mixbridge-commands\t1\nrun\tRUN\nrefresh\t0\n"
        "set\t1\t9999.0\t{00000001-FACE}\tvolume\t1.5\t1\tmixbridge 1-1: Kick\nend\n"
    )
    for asked, is_done in ((command, True), (spoil(command), False)):
        reaper = make(tmp_path)
        reaper.now += is_done  # two runs have two names
        script = LuaScript(reaper, "Companion")
        (run_name,) = re.findall(r"^run\t(.*)$", text(tmp_path, "state.txt"), re.M)
        Folder(tmp_path).write(OscMessage("", (asked.replace("RUN", run_name),)))
        run(script, 0.5)
        script.stop()
        value = reaper.tracks[0].value(Param.GAIN)
        assert value == pytest.approx(1.5 if is_done else 0.0)


def test_a_command_is_done_once(tmp_path: Path) -> None:
    reaper = make(tmp_path)
    script = LuaScript(reaper, "Companion")
    (run_name,) = re.findall(r"^run\t(.*)$", text(tmp_path, "state.txt"), re.M)
    for refresh in range(3):  # the text changes, the command stands
        asked = (
            f"mixbridge-commands\t1\nrun\t{run_name}\nrefresh\t{refresh}\n"
            "set\t1\t9999.0\t{00000001-FACE}\tvolume\t1.5\t1\tmixbridge 1-1: Kick\nend\n"
        )
        Folder(tmp_path).write(OscMessage("", (asked,)))
        run(script, 0.2)
    assert reaper.labels == ["mixbridge 1-1: Kick"]


def test_a_write_that_is_repeated_makes_no_second_point(tmp_path: Path) -> None:
    reaper = make(tmp_path)
    script = LuaScript(reaper, "Companion")
    (run_name,) = re.findall(r"^run\t(.*)$", text(tmp_path, "state.txt"), re.M)
    for number in (1, 2):
        asked = (
            f"mixbridge-commands\t1\nrun\t{run_name}\nrefresh\t0\n"
            f"set\t{number}\t9999.0\t{{00000001-FACE}}\tvolume\t1.5\t1\tmixbridge 1-1: Kick\nend\n"
        )
        Folder(tmp_path).write(OscMessage("", (asked,)))
        run(script, 0.2)
    assert reaper.labels == ["mixbridge 1-1: Kick"]
    assert "\ndone\t2\n" in text(tmp_path, "state.txt")


def test_a_ramp_that_was_left_gets_its_point_where_it_stopped(tmp_path: Path) -> None:
    reaper = make(tmp_path)
    script = LuaScript(reaper, "Companion")
    (run_name,) = re.findall(r"^run\t(.*)$", text(tmp_path, "state.txt"), re.M)
    asked = (
        f"mixbridge-commands\t1\nrun\t{run_name}\nrefresh\t0\n"
        "set\t1\t9999.0\t{00000001-FACE}\tvolume\t0.5\t0\tmixbridge 1-1: Kick\nend\n"
    )
    Folder(tmp_path).write(OscMessage("", (asked,)))
    run(script, 0.2)
    assert reaper.labels == []
    run(script, 0.5)
    assert reaper.labels == ["mixbridge 1-1: Kick"]
    assert reaper.tracks[0].value(Param.GAIN) == pytest.approx(0.5)


def test_idle_it_writes_little_and_costs_little(tmp_path: Path) -> None:
    reaper = make(tmp_path, *(f"Track {n}" for n in range(64)))
    script = LuaScript(reaper, "Companion")
    run(script, 1.0)
    seen = set()
    began = time.process_time()
    for _ in range(300):  # ten seconds
        reaper.now += 1 / 30
        script.tick()
        seen.add(text(tmp_path, "state.txt"))
    cost = (time.process_time() - began) / 10.0
    print(f"64 tracks, idle: {len(seen)} states in 10 s, {cost:.1%} of a core with the fake's API")  # noqa: T201
    assert len(seen) <= 12
