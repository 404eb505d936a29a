"""Edits on the page in a real Chromium: the wave with its marks, before and after, all by keys."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Browser, expect
from support.browser import DESKTOP, PHONE, Visit, chromium, demo
from support.items import write_take
from support.rig import Bridge
from support.synth_desk import BASS, ContentDesk
from support.web import paged

from bridge.mix.items import encode_item
from bridge.mix.roles import Role
from bridge.sim.takes import Planting, Take, make_take

pytestmark = pytest.mark.e2e

SIZES: Final = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
PLANTING: Final = Planting(late_share=0.2, pauses=2, joins=0, edges=0, holes=0)


class ItemDesk(ContentDesk):
    """The rig's DAW with a take on its bass."""

    take: Take

    def report_context(self) -> None:
        self.say("/mix/tempo", self.take.bpm)
        self.say("/mix/grid", self.take.first_bar_s, 4)

    def report_content(self) -> None:
        self.say("/mix/content", "item", "take", BASS, "Bass take", self.text)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def sit(bridge: Bridge, folder: Path) -> ItemDesk:
    desk = ItemDesk(port=bridge.daw_port, bridge_port=bridge.port)
    desk.take = make_take(Role.BASS, [1], PLANTING)
    source = write_take(folder, desk.take)
    pieces = [piece.cut(0.0, 1e6) for piece in desk.take.pieces]
    rows = encode_item(pieces, rate=48_000)
    desk.text = rows.replace('"take"', f'"{source}"')
    desk.work_on("edit")
    return desk


@SIZES
def test_an_edit_is_seen_heard_made_and_refused_by_keys(
    browser: Browser, size: dict[str, int], tmp_path: Path
) -> None:
    folder = Path(os.environ.get("MIXBRIDGE_PICTURES", tmp_path)).resolve()
    with (
        paged(tmp_path, mode="suggest", guard={"profile": "studio"}) as web,
        closing(sit(web.bridge, tmp_path)) as desk,
    ):
        visit = Visit(browser, size, reduced=True)
        page = visit.page
        first = desk.text
        with desk.alive():
            page.goto(f"{web.url}/suggestions")
            wave = page.locator(".offer:visible .wave").first
            expect(wave).to_be_visible()
            expect(wave.locator(".cut").first).to_be_attached()
            page.screenshot(path=folder / f"page-edit-{size['width']}.png", full_page=True)
            assert visit.overflow() == ""
            why = page.locator(".offer:visible .why").first.inner_text()
            page.locator("#screen h1").click()
            page.keyboard.press("h")
            expect(page.locator(".variant").first).to_contain_text("You hear it now.")
            page.keyboard.press("h")
            expect(page.locator(".variant").first).not_to_contain_text("You hear it now.")
            assert desk.text == first
            page.keyboard.press("1")
        desk.hear_move("confirmed")
        assert desk.text != first
        second = desk.text
        desk.hear("/bridge/offer")
        with desk.alive():
            expect(page.locator(".offer:visible .why").first).not_to_have_text(why)
            page.keyboard.press("0")
        desk.hear_move("skipped")
        assert desk.text == second
        # The last of the list is chosen by keys alone, and offered next.
        desk.hear("/bridge/offer")
        with desk.alive():
            expect(page.locator(".offer:visible .why").first).to_be_visible()
            finds = page.locator(".finds:visible .find")
            likely = [int(text.split()[0]) for text in finds.locator(".likely").all_inner_texts()]
            assert likely == sorted(likely, reverse=True)
            page.screenshot(path=folder / f"page-finds-{size['width']}.png", full_page=True)
            finds.first.focus()
            page.keyboard.press("End")
            expect(finds.last).to_be_focused()
            wanted = finds.last.locator("span").last.inner_text()
            page.keyboard.press("Enter")
            expect(page.locator(".offer:visible .why").first).to_contain_text(wanted)
            assert visit.overflow() == ""
            page.keyboard.press("0")
        desk.hear_move("skipped")
        assert visit.faults == []
        visit.context.close()


def test_the_demo_of_edits_is_played_on_the_page(browser: Browser, tmp_path: Path) -> None:
    folder = Path(os.environ.get("MIXBRIDGE_PICTURES", tmp_path)).resolve()
    with demo(tmp_path, "--out", "report", task="edit") as url:
        visit = Visit(browser, DESKTOP, reduced=True)
        page = visit.page
        page.goto(f"{url}/suggestions")
        why = page.locator(".offer:visible .why").first
        expect(why).to_be_visible()
        expect(page.locator(".offer:visible .wave").first).to_be_visible()
        page.screenshot(path=folder / "page-demo-edit.png", full_page=True)
        first = why.inner_text()
        page.locator("#screen h1").click()
        page.keyboard.press("1")
        expect(why).not_to_have_text(first)
        assert visit.faults == []
        visit.context.close()
    report = tmp_path / "report"
    before, after = (soundfile.read(str(report / f"{name}.wav"))[0] for name in ("before", "after"))
    assert before.shape == after.shape
    assert not np.array_equal(before, after)
    text = (report / "report.html").read_text(encoding="utf-8")
    assert text.count("<svg") == 2
    assert "gap at" in text
    with_marks = Visit(browser, DESKTOP, reduced=True)
    with_marks.page.goto((report / "report.html").as_uri())
    with_marks.page.screenshot(path=folder / "report-demo-edit.png", full_page=True)
    assert with_marks.faults == []
    with_marks.context.close()
