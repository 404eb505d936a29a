"""The first run: the page leads from no DAW to the first move, and `mixbridge` alone opens it."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, expect
from support.browser import DESKTOP, PHONE, SCREENS, Visit, chromium
from support.ports import free_ports
from support.rig import PATIENCE_S, Desk, moves_in_assist, sitting_at
from support.web import paged

pytestmark = pytest.mark.e2e

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def lamp(visit: Visit, name: str) -> Locator:
    return visit.page.locator(f".step-lamp[data-lamp='{name}']")


def is_clean(visit: Visit) -> None:
    """Nothing sticks out, and axe finds nothing in either scheme."""
    assert visit.overflow() == ""
    for scheme in ("dark", "light"):
        visit.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        faults = Axe().run(visit.page).response["violations"]
        assert [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in faults] == []


@SIZES
def test_every_screen_is_whole_without_a_daw(
    tmp_path: Path, browser: Browser, size: dict[str, int]
) -> None:
    with paged(tmp_path, mode="observe") as web:
        visit = Visit(browser, size, reduced=True)
        for screen in ("start", *SCREENS):
            visit.page.goto(f"{web.url}/{screen}")
            expect(visit.page.locator("#head .connection .text")).to_contain_text("DAW")
            is_clean(visit)
        assert visit.faults == []
        visit.context.close()


def test_the_lamps_light_one_after_the_other_until_the_first_move(
    tmp_path: Path, browser: Browser
) -> None:
    with paged(tmp_path, mode="observe") as web:
        visit = Visit(browser, DESKTOP, reduced=True)
        visit.page.goto(web.url)
        heading = visit.page.get_by_role("heading", level=1)
        expect(heading).to_have_text("Connect your DAW")
        expect(lamp(visit, "port")).to_have_attribute("data-state", "done")
        for name in ("packets", "dump", "meters", "move"):
            expect(lamp(visit, name)).to_have_attribute("data-state", "waiting")
        expect(visit.page.locator(".missing")).to_contain_text("nothing listens at")
        desk = Desk(port=web.bridge.daw_port, bridge_port=web.bridge.port)
        desk.say("/somebody/elses", 1)
        expect(lamp(visit, "packets")).to_have_attribute("data-state", "problem")
        expect(lamp(visit, "packets")).to_contain_text("Is another one chosen?")
        desk.close()
        with sitting_at(web.bridge) as desk, desk.playing():
            for name in ("packets", "dump", "meters"):
                expect(lamp(visit, name)).to_have_attribute("data-state", "done")
            expect(lamp(visit, "dump")).to_contain_text("6 tracks")
            (move,) = moves_in_assist(desk, 1)
            expect(lamp(visit, "move")).to_have_attribute("data-state", "done")
            expect(lamp(visit, "move")).to_contain_text(desk.strips[move.track - 1].name)
            expect(heading).to_have_text("Your DAW is connected")
            is_clean(visit)
            visit.page.get_by_role("link", name="Look at the desk").click()
            expect(visit.page.locator(".strip")).to_have_count(6)
        # The DAW is gone: what it said last is still there, and said to be that.
        expect(visit.page.locator(".desk > .note")).to_contain_text("the last values")
        is_clean(visit)
        visit.page.goto(f"{web.url}/start")
        expect(heading).to_have_text("Your DAW does not answer")
        expect(lamp(visit, "packets")).to_have_attribute("data-state", "waiting")
        assert visit.faults == []
        visit.context.close()


def test_a_daw_that_the_settings_name_is_not_changed_by_the_page(
    tmp_path: Path, browser: Browser
) -> None:
    with paged(tmp_path) as web:
        visit = Visit(browser, DESKTOP)
        visit.page.goto(f"{web.url}/start")
        visit.page.locator(".daw", has_text="Ardour").click()
        expect(visit.page.locator(".steps")).to_contain_text("mixbridge setup ardour")
        expect(visit.page.locator(".note").first).to_contain_text("mixbridge run --daw ardour")
        named = {"authorization": f"Bearer {web.all}", "content_type": "application/json"}
        answer = web.fetch("/api/daw", method="POST", body='{"daw": "ardour"}', **named)
        assert answer.status == 403
        assert "mixbridge run --daw" in json.loads(answer.body)["error"]
        assert visit.faults == []
        visit.context.close()


# -- mixbridge alone -------------------------------------------------------------------------------


class Terminal:
    """`mixbridge` in a terminal of its own, without a screen."""

    def __init__(self, folder: Path, config: Path) -> None:
        self._own, theirs = pty.openpty()
        names = ("PATH", "LANG", "PYTHONPYCACHEPREFIX")
        kept = {name: os.environ[name] for name in names if name in os.environ}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bridge"],
            cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs,
            env={
                **kept, "HOME": str(folder), "TERM": "xterm", "PYTHONPATH": str(ROOT),
                "MIXBRIDGE_CONFIG": str(config),
            },
        )  # fmt: skip
        os.close(theirs)
        self.said = ""

    def until(self, text: str) -> None:
        """Read until it says something; fails where it ends before."""
        while not re.search(text, self.said):
            try:
                self.said += os.read(self._own, 4096).decode()
            except OSError:  # Linux says so where the other end is closed
                raise AssertionError(f"{text!r} was not said: {self.said}") from None

    def end(self) -> int:
        """End it as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=PATIENCE_S)


@contextmanager
def alone(folder: Path, config: Path) -> Iterator[Terminal]:
    terminal = Terminal(folder, config)
    try:
        yield terminal
    finally:
        if terminal.process.poll() is None:
            terminal.process.kill()
            terminal.process.wait()


def test_mixbridge_alone_leads_to_its_page_where_the_daw_is_chosen_and_kept(
    tmp_path: Path, browser: Browser
) -> None:
    port, page = free_ports(2)
    config = tmp_path / "mine.yaml"
    keys = {"listen": {"port": port}, "web": {"port": page}, "midi": {"enabled": False}}
    config.write_text(json.dumps({**keys, "store": str(tmp_path / "me.db")}))
    url = f"http://127.0.0.1:{page}"
    with alone(tmp_path, config) as terminal:
        terminal.until(rf"No browser was found here: open {url}/")
        visit = Visit(browser, DESKTOP)
        visit.page.goto(url)
        expect(visit.page.get_by_role("heading", level=1)).to_have_text("Connect your DAW")
        visit.page.locator(".daw", has_text="REAPER").click()
        terminal.until("From now on beside REAPER")
        expect(visit.page.locator(".start .legend").first).to_contain_text("waits for REAPER")
        expect(visit.page.locator(".daw[aria-pressed='true']")).to_contain_text("REAPER")
        expect(visit.page.locator(".steps")).to_contain_text("mixbridge setup reaper")
        with alone(tmp_path, config) as second:
            second.until(rf"runs already[\s\S]*{url}/")
            assert second.process.wait(timeout=PATIENCE_S) == 0
        visit.context.close()
        assert terminal.end() == 0
    with alone(tmp_path, config) as again:
        again.until("Waiting for REAPER")
        assert again.end() == 0
