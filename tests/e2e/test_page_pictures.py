"""The pictures of the docs: ``MIXBRIDGE_PICTURES=docs pytest tests/e2e/test_page_pictures.py``.

Without the variable they are made and thrown away, so that they can always be made.
"""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect
from support.browser import Visit, chromium, demo
from support.web import paged

pytestmark = [pytest.mark.e2e, pytest.mark.alone]

DESK_SCREENS = ("suggestions", "history", "learning")
ANSWERS = 8


def test_the_pictures_of_the_docs_can_be_made(tmp_path: Path) -> None:
    folder = Path(os.environ.get("MIXBRIDGE_PICTURES", tmp_path)).resolve()
    with chromium() as browser, demo(tmp_path, "--seed", "2") as url:
        visit = Visit(browser, {"width": 1280, "height": 800})
        page = visit.page
        page.goto(url)
        expect(page.get_by_role("heading", name="Teach it your taste")).to_be_visible()
        page.screenshot(path=folder / "page-welcome.png")
        page.get_by_role("button", name="Play the band").click()
        for number in range(ANSWERS):
            thumb = page.locator(f"#side .thumb.{'bad' if number % 4 == 3 else 'good'}")
            expect(thumb).to_be_enabled()
            thumb.click()
            expect(page.locator("#side .heard")).to_contain_text("saved")
        page.locator("#nav a", has_text="History").click()
        page.get_by_role("button", name="Pin A").click()
        page.get_by_label("Mode: how much the bridge may do").select_option("suggest")
        page.locator("#nav a", has_text="Suggestions").click()
        expect(page.locator(".card.suggestion")).to_be_visible()
        for screen in DESK_SCREENS:
            page.locator("#nav a", has_text=screen.capitalize()).click()
            page.mouse.move(0, 0)
            page.wait_for_timeout(700)
            page.screenshot(path=folder / f"page-{screen}.png")
        page.locator("#nav a", has_text="Desk").click()
        page.locator(".strip .name", has_text="Bass").click()
        page.mouse.move(0, 0)
        page.wait_for_timeout(700)
        page.screenshot(path=folder / "page-desk.png")
        assert visit.faults == []
        phone = Visit(browser, {"width": 390, "height": 760})
        phone.page.route("**/static/ears.js", lambda route: route.fulfill(
            body="export const makeEars = () => ({ update() {}, toggle() {}, closeWelcome() {} });",
            content_type="text/javascript",
        ))  # fmt: skip
        phone.page.goto(f"{url}/remote")
        expect(phone.page.locator(".thumb.good").first).to_be_enabled()
        phone.page.screenshot(path=folder / "page-remote.png")

    with chromium() as browser, paged(tmp_path, mode="observe") as web:
        visit = Visit(browser, {"width": 1280, "height": 1000}, reduced=True)
        visit.page.goto(web.url)
        expect(visit.page.locator(".missing")).to_be_visible()
        visit.page.screenshot(path=folder / "page-start.png")
        visit.context.close()
    assert len(list(folder.glob("page-*.png"))) == len(DESK_SCREENS) + 4
