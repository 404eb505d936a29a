"""The pictures of the docs: ``MIXBRIDGE_PICTURES=docs pytest tests/e2e/test_page_pictures.py``.

Without the variable they are made and thrown away, so that they can always be made.
"""

import os
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from support.browser import Visit, chromium, demo
from support.web import paged

pytestmark = pytest.mark.e2e

DESK_SCREENS = ("suggestions", "history", "learning")
ANSWERS = 8 if "MIXBRIDGE_PICTURES" in os.environ else 2
FILM_WIDTH = 900


class Film:
    """A moving picture of a page: what is on it when something has happened."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._frames: list[tuple[Image.Image, int]] = []

    def shoot(self, shown_ms: int) -> None:
        """Add what the page shows now, for so long."""
        shot = Image.open(BytesIO(self._page.screenshot())).convert("RGB")
        size = (FILM_WIDTH, round(shot.height * FILM_WIDTH / shot.width))
        self._frames.append((shot.resize(size, Image.Resampling.LANCZOS), shown_ms))

    def save(self, path: Path) -> None:
        """Write it as a GIF that begins again, all frames in the colours of the first."""
        first = self._frames[0][0].quantize(64)
        frames = [
            frame.quantize(palette=first, dither=Image.Dither.NONE) for frame, _ in self._frames
        ]
        frames[0].save(
            path, save_all=True, append_images=frames[1:], loop=0, optimize=True,
            duration=[shown_ms for _, shown_ms in self._frames],
        )  # fmt: skip


def test_the_pictures_of_the_docs_can_be_made(tmp_path: Path) -> None:
    folder = Path(os.environ.get("MIXBRIDGE_PICTURES", tmp_path)).resolve()
    with chromium() as browser, demo(tmp_path, "--seed", "2") as url:
        visit = Visit(browser, {"width": 1280, "height": 800})
        page = visit.page
        page.goto(url)
        expect(page.get_by_role("heading", name="Teach it your taste")).to_be_visible()
        page.screenshot(path=folder / "page-welcome.png")
        page.get_by_role("button", name="Play the band").click()
        film = Film(page)
        for number in range(ANSWERS):
            thumb = page.locator(f"#side .thumb.{'bad' if number % 4 == 3 else 'good'}")
            expect(thumb).to_be_enabled()
            film.shoot(900)
            thumb.hover()
            film.shoot(500)
            thumb.click()
            expect(page.locator("#side .heard")).to_contain_text("saved")
            film.shoot(900)
        page.locator("#nav a", has_text="Learning").click()
        page.wait_for_timeout(700)
        film.shoot(2500)
        film.save(folder / "session.gif")
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
