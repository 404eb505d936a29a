"""The page of a task in a real Chromium: what is worked on, offers, picks, and knobs with names."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from support.browser import DESKTOP, PHONE, Visit, chromium
from support.rig import Bridge
from support.synth_desk import KNOBS, SynthDesk, sit
from support.web import paged

pytestmark = pytest.mark.e2e

SCHEMES: Final[tuple[Literal["dark", "light"], ...]] = ("dark", "light")
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[tuple[Bridge, str]]:
    with paged(tmp_path, mode="suggest", guard={"profile": "studio"}) as web:
        yield web.bridge, web.url


def offered(visit: Visit, desk: SynthDesk) -> None:
    """Let the task offer something, and the page show it."""
    desk.play_note()
    desk.hear("/bridge/offer", ..., 2)
    with desk.alive():
        expect(visit.page.locator(".offer:visible .variant:visible")).to_have_count(2)


@SIZES
def test_an_offer_is_heard_and_picked_and_a_knob_is_locked_and_taught(
    studio: tuple[Bridge, str], browser: Browser, size: dict[str, int], tmp_path: Path
) -> None:
    bridge, url = studio
    folder = Path(os.environ.get("MIXBRIDGE_PICTURES", tmp_path)).resolve()
    with closing(sit(bridge)) as desk:
        visit = Visit(browser, size, reduced=True)
        page = visit.page
        with desk.alive():
            page.goto(f"{url}/suggestions")
            sound = page.get_by_role("button", name="Sound", exact=True)
            expect(sound).to_have_attribute("aria-pressed", "true")
            expect(page.get_by_label("What is in focus")).to_have_value('[3,"1"]')
        offered(visit, desk)
        # One variant is heard: the knobs turn, and the page says so.
        with desk.alive():
            first = page.locator(".variant").first
            first.get_by_role("button", name="Hear A").click()
            expect(first).to_contain_text("You hear it now.")
            page.wait_for_timeout(500)
            show(visit, folder)
        assert desk.knobs != [0.5] * len(KNOBS)
        # A key picks it.
        page.locator("#screen h1").click()
        page.keyboard.press("1")
        desk.hear_move("confirmed")
        # Another key keeps what is there.
        offered(visit, desk)
        before = list(desk.knobs)
        page.keyboard.press("0")
        desk.hear_move("skipped")
        assert desk.knobs == before
        # A knob is locked, and another one is called something else.
        with desk.alive():
            page.get_by_role("button", name=f"Lock {KNOBS[0]}", exact=True).click()
            expect(page.get_by_role("button", name=f"Unlock {KNOBS[0]}")).to_be_visible()
            word = page.get_by_label(f"What {KNOBS[1]} is", exact=True)
            word.select_option("drive")
            page.locator("#screen h1").click()
            expect(word).to_have_value("drive")
            page.get_by_role("button", name="Mix", exact=True).click()
            expect(page.locator(".knobsof:visible")).to_have_count(0)
            expect(page.get_by_label("What is in focus")).to_be_hidden()
        assert visit.faults == []
        visit.context.close()


def show(visit: Visit, folder: Path) -> None:
    """Look at the screen in both schemes: nothing sticks out, and everybody can use it."""
    width = visit.page.evaluate("innerWidth")
    for scheme in SCHEMES:
        visit.page.emulate_media(color_scheme=scheme)
        visit.page.screenshot(path=folder / f"page-work-{width}-{scheme}.png", full_page=True)
        assert visit.overflow() == ""
        faults = Axe().run(visit.page).response["violations"]
        assert [each["id"] for each in faults if each["impact"] in ("serious", "critical")] == []
