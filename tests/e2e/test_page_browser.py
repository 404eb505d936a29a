"""The page in a real Chromium, at a phone's size and at a desk's, by clicks alone."""

import json
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import numpy as np
import pytest
import soundfile
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from support.browser import DESKTOP, PHONE, SCREENS, Visit, chromium, demo
from support.rig import sitting_at
from support.web import paged, wait_for_page

from bridge.hosts.mixdown import render
from bridge.mix.params import MOVABLE
from bridge.sim.stems import BLOCK, Stems

pytestmark = [pytest.mark.e2e, pytest.mark.alone]

SCHEMES: Final[tuple[Literal["dark", "light"], ...]] = ("dark", "light")
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(autouse=True)
def _left_behind(browser: Browser) -> Iterator[None]:
    """A page that a failed test leaves open plays on, and makes the next ones slow."""
    before = list(browser.contexts)
    yield
    for context in browser.contexts:
        if context not in before:
            context.close()


@pytest.fixture(scope="module")
def band(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[str]:
    """A demo that several tests visit."""
    with demo(tmp_path_factory.mktemp("demo")) as url:
        yield url


def open_screen(visit: Visit, screen: str) -> None:
    visit.page.locator("#nav a", has_text=re.compile(screen, re.I)).click()


def rated(visit: Visit) -> str:
    """What can be judged now, as the person reads it."""
    return visit.page.locator(".remote:visible .what").first.inner_text()


def thumb(visit: Visit, word: str) -> Any:  # noqa: ANN401 - a locator
    return visit.page.locator(f".remote:visible .thumb.{word}").first


@SIZES
def test_from_the_first_visit_to_a_thumb_that_changes_the_next_suggestion(
    tmp_path: Path, browser: Browser, size: dict[str, int]
) -> None:
    with demo(tmp_path, "--seed", "3") as url:
        visit = Visit(browser, size)
        page = visit.page
        page.goto(url)
        expect(page.get_by_role("heading", name="Teach it your taste")).to_be_visible()
        page.get_by_role("button", name="Play the band").click()
        expect(page.locator("#ears .play")).to_contain_text("Stop")
        open_screen(visit, "remote")
        # The bridge moves by itself; a thumb up is saved, and the lamp says so only then.
        expect(thumb(visit, "good")).to_be_enabled()
        thumb(visit, "good").click()
        expect(page.locator(".remote:visible .heard").first).to_have_text("✓ Good saved.")
        # A thumb down takes a move back.
        expect(thumb(visit, "bad")).to_be_enabled()
        disliked = rated(visit)
        thumb(visit, "bad").click()
        open_screen(visit, "history")
        entry = page.locator(".entry", has_text=disliked).first
        expect(entry).to_contain_text("taken back")
        expect(entry).to_contain_text("bad")
        # Asked first, a no brings another suggestion.
        page.get_by_label("Mode: how much the bridge may do").select_option("suggest")
        open_screen(visit, "suggestions")
        card = page.locator(".card.suggestion")
        expect(card).to_be_visible()
        first = card.locator(".what").inner_text()
        card.get_by_role("button", name="Skip").click()
        expect(card.locator(".what")).not_to_have_text(first)
        expect(card).to_be_visible()
        card.get_by_role("button", name="Accept").click()
        # What was said is what is believed.
        open_screen(visit, "learning")
        expect(page.locator(".card.role").first).to_contain_text("answer")
        before = page.get_by_role("button", name="Before", exact=True)
        before.click()
        expect(before).to_have_attribute("aria-pressed", "true")
        expect(page.locator(".heardnow")).to_contain_text("as it began")
        page.locator("#ears .play").click()
        expect(page.locator("#mode")).to_have_value("observe")
        assert visit.faults == []
        assert {urlsplit(asked).netloc for asked in visit.asked} == {urlsplit(url).netloc}
        visit.context.close()


@SIZES
@pytest.mark.parametrize("screen", SCREENS)
def test_every_screen_fits_and_can_be_used_by_everybody(
    browser: Browser, band: str, size: dict[str, int], screen: str
) -> None:
    visit = Visit(browser, size, reduced=True)
    visit.page.goto(f"{band}/{screen}")
    expect(visit.page.locator("#head .connection .text")).to_have_text("DAW connected")
    visit.page.get_by_role("button", name="Play the band").click()
    expect(visit.page.locator("#ears .play")).to_contain_text("Stop")
    assert visit.overflow() == ""
    for scheme in SCHEMES:
        visit.page.emulate_media(color_scheme=scheme)
        found = Axe().run(visit.page)
        serious = [
            f"{scheme}: {fault['id']}: {fault['nodes'][0]['html']}"
            for fault in found.response["violations"]
            if fault["impact"] in ("serious", "critical")
        ]
        assert serious == []
    assert visit.faults == []
    visit.context.close()


def test_the_keyboard_does_what_the_thumbs_do(browser: Browser, band: str) -> None:
    visit = Visit(browser, DESKTOP)
    page = visit.page
    page.goto(f"{band}/remote")
    page.get_by_role("button", name="Play the band").press("Enter")
    expect(thumb(visit, "good")).to_be_enabled()
    page.keyboard.press("g")
    expect(page.locator(".remote:visible .heard").first).to_have_text("✓ Good saved.")
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="Unfreeze")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="Freeze", exact=False)).to_have_attribute(
        "aria-pressed", "false"
    )
    page.keyboard.down("c")
    expect(page.locator(".compare:visible").first).to_have_attribute("aria-pressed", "true")
    page.keyboard.up("c")
    expect(page.locator(".compare:visible").first).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Shift+P")
    page.keyboard.press("Shift+P")
    expect(page.locator("#head .connection .text")).to_contain_text("panic")
    panic = page.locator(".panic:visible").first
    panic.focus()
    page.keyboard.down("Enter")
    expect(page.locator("#head .connection .text")).to_have_text("DAW connected")
    page.keyboard.up("Enter")
    visit.context.close()


@SIZES
def test_the_welcome_card_covers_nothing_and_esc_closes_it_and_does_no_more(
    tmp_path: Path, browser: Browser, size: dict[str, int]
) -> None:
    with demo(tmp_path) as url:
        visit = Visit(browser, size)
        page = visit.page
        page.goto(f"{url}/remote")
        card = page.locator("#welcome")
        expect(card).to_be_visible()
        expect(page.locator(".remote .why").first).to_contain_text("Press Play")
        inside = card.bounding_box()
        assert inside is not None
        controls = page.locator(".thumb:visible, .tools .tool:visible, #ears button, #head select")
        for box in (each.bounding_box() for each in controls.all()):
            assert box is not None
            is_below = box["y"] >= inside["y"] + inside["height"] - 1
            assert is_below or box["y"] + box["height"] <= inside["y"] + 1, "nothing is covered"
        # Panic behind the card has its way back in view.
        status = page.locator("#head .connection .text")
        page.keyboard.press("Shift+P")
        page.keyboard.press("Shift+P")
        expect(status).to_contain_text("panic")
        rearm = page.locator("#panicbar").get_by_role("button", name="Rearm")
        expect(rearm).to_be_in_viewport(ratio=1.0)
        rearm.click()
        expect(status).to_have_text("DAW connected")
        page.keyboard.press("Escape")
        expect(card).to_be_hidden()
        page.keyboard.press("Escape")
        page.keyboard.press("p")
        expect(page.locator("#ears .play")).to_contain_text("Stop")
        expect(thumb(visit, "good")).to_be_enabled()
        expect(status).to_have_text("DAW connected")
        assert visit.faults == []
        visit.context.close()


def test_page_closing_sentence_report_and_journal_count_the_same(
    tmp_path: Path, browser: Browser
) -> None:
    with demo(tmp_path) as url:
        visit = Visit(browser, DESKTOP)
        page = visit.page
        page.goto(f"{url}/remote")
        page.get_by_role("button", name="Play the band").click()
        for key in ("g", "b", "g"):
            expect(thumb(visit, "good")).to_be_enabled()
            page.keyboard.press(key)
            expect(page.locator(".remote:visible .heard").first).to_contain_text("saved")
            page.keyboard.press("b")  # a second press is no second answer
        page.locator("#ears .play").click()
        expect(page.locator("#mode")).to_have_value("observe")
        open_screen(visit, "history")
        shown = page.locator(".entry .reward").all_inner_texts()
        visit.context.close()
    (folder,) = tmp_path.glob("demo-report-*")
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    with closing(sqlite3.connect(folder / "mixbridge.db")) as store:
        journal = [value for (value,) in store.execute("SELECT value FROM rewards")]
    counts = (2, 1)
    assert (shown.count("▲ good"), shown.count("▼ bad")) == counts
    assert (summary["liked"], summary["disliked"]) == counts
    assert sorted(journal) == [-1.0, 1.0, 1.0]
    assert f"{summary['moves']} moves, 2 liked and 1 disliked" in summary["sentence"]


def test_two_clients_see_the_same(browser: Browser, band: str) -> None:
    one, two = Visit(browser, DESKTOP), Visit(browser, PHONE)
    one.page.goto(f"{band}/desk")
    two.page.goto(f"{band}/desk")
    toggle = "Safe, Pan of Bass"
    for visit in (one, two):
        visit.page.locator(".strip .name", has_text="Bass").click()
        expect(visit.page.get_by_role("button", name=toggle)).to_have_attribute(
            "aria-pressed", "false"
        )
    one.page.get_by_role("button", name=toggle).click()
    for visit in (one, two):
        expect(visit.page.get_by_role("button", name=toggle)).to_have_attribute(
            "aria-pressed", "true"
        )
    for visit in (one, two):
        visit.page.locator(".strip .name", has_text="Pad").click()
    role = two.page.get_by_label("Role of Pad")
    role.select_option("strings")
    expect(one.page.get_by_label("Role of Pad")).to_have_value("strings")
    role.select_option("pad")
    for visit in (one, two):
        assert visit.faults == []
        visit.context.close()


def test_a_page_comes_back_with_its_bridge(tmp_path: Path, browser: Browser) -> None:
    with paged(tmp_path, mode="suggest", learning={"agent": "factored"}) as web:
        visit = Visit(browser, PHONE)
        with sitting_at(web.bridge) as desk, desk.playing():
            visit.page.goto(f"{web.url}/remote")
            desk.let_pass(1.0)
            expect(visit.page.locator("#head .connection .text")).to_have_text("DAW connected")
            web.bridge.kill()
            expect(visit.page.locator("#banner")).to_contain_text("does not answer")
            expect(thumb(visit, "good")).to_be_disabled()
            web.bridge.start()
            wait_for_page(web.bridge, web.port)
            desk.greet()
            desk.let_pass(1.0)
            expect(visit.page.locator("#banner")).to_be_hidden()
            desk.let_pass(0.5)
            expect(visit.page.locator("#head .connection .text")).to_have_text("DAW connected")
        visit.context.close()


def test_a_phone_that_is_not_paired_is_told_what_to_do(tmp_path: Path, browser: Browser) -> None:
    with paged(tmp_path) as web:
        visit = Visit(browser, PHONE)
        visit.page.route("**/api/session", lambda route: route.fulfill(json={"token": None}))
        visit.page.goto(f"{web.url}/remote")
        expect(visit.page.locator("#banner")).to_contain_text("Scan the QR code")
        # The code of the QR is kept, and taken out of the address.
        visit.page.goto(f"{web.url}/remote#{web.look}")
        visit.page.reload()
        expect(visit.page.locator("#banner")).to_be_hidden()
        assert "#" not in visit.page.url
        expect(visit.page.locator("#mode")).to_be_disabled()
        visit.context.close()


# -- the ears --------------------------------------------------------------------------------------


_RENDER = """async ([samples, values, rate, seconds]) => {
  const ears = await import("/static/ears.js");
  const stems = samples.map(({ channels, place }) =>
    ({ channels: channels.map((each) => Float32Array.from(each)), place }));
  const [left, right] = await ears.renderOffline(stems, values, rate, seconds);
  return [Array.from(left), Array.from(right)];
}"""

RATE = 48_000


def impulses(count: int) -> Stems:
    """Stems of one click each: what comes out is the strip's response."""
    audio = np.zeros((count, RATE // 4), dtype=np.float32)
    audio[:, 100] = 1.0
    names = tuple(f"Strip {row}" for row in range(count))
    return Stems(names=names, roles=(), audio=audio, sample_rate=RATE)


def hear(visit: Visit) -> None:
    """Wait until the page's own meter moves; its policy forbids a function given as text."""
    for _ in range(600):
        if visit.page.locator("#ears meter").evaluate("meter => meter.value") > 0.2:
            return
        visit.page.wait_for_timeout(100)
    raise AssertionError("nothing was to be heard within a minute")


def test_a_song_of_stereo_stems_is_fetched_while_it_plays(tmp_path: Path, browser: Browser) -> None:
    stems = tmp_path / "stems"
    stems.mkdir()
    rng = np.random.default_rng(1)
    for name in ("Kick", "Keys", "Lead Vox"):
        soundfile.write(stems / f"{name}.flac", 0.05 * rng.normal(size=(70 * RATE, 2)), RATE)
    with demo(tmp_path, "--stems", str(stems)) as url:
        visit = Visit(browser, DESKTOP)
        visit.page.goto(url)
        visit.page.get_by_role("button", name="Play the band").click()
        hear(visit)
        asked = [url.rpartition("/stems/")[2] for url in visit.asked if "/stems/" in url]
        assert asked[0] == "0"
        # Behind the first ones come all others, since they fit into memory.
        last = -(-70 * RATE // BLOCK) - 1
        with visit.page.expect_request(re.compile(rf"/stems/{last}$"), timeout=60_000):
            pass
        hear(visit)
        assert visit.faults == []
        visit.context.close()


def response_db(wave: np.ndarray) -> np.ndarray:
    """Magnitude at third-octave frequencies from 31 Hz to 16 kHz."""
    spectrum = np.abs(np.fft.rfft(wave))
    freq = np.fft.rfftfreq(wave.size, 1.0 / RATE)
    points = 31.25 * 2.0 ** (np.arange(28) / 3.0)
    return 20.0 * np.log10(np.maximum(np.interp(points, freq, spectrum), 1e-9))


SETTINGS = [
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [-6.0, -0.6, 12.0, 0.0, 0.0, 0.0],
    [3.0, 0.3, 0.0, -12.0, 0.0, 0.0],
    [0.0, 1.0, 0.0, 0.0, 12.0, 0.0],
    [-20.0, 0.0, 0.0, 0.0, 0.0, -12.0],
    [0.0, 0.1, 6.0, -3.0, 4.5, -7.0],
    [0.0, 0.1, -6.0, 3.0, -4.5, 12.0],
    [-150.0, 0.0, 3.0, 3.0, 3.0, 3.0],
]


STRIPS = [(1, None), (2, None), (2, -1.0), (2, 0.25)]
"""Channels and place of a strip: mono, stereo, and one source in two channels."""


def impulses_of(channels: int, place: float | None) -> Stems:
    """A strip with one click on each of its channels."""
    if channels == 1:
        return impulses(1)
    audio = np.zeros((RATE // 4, 2), dtype=np.float32)
    audio[100] = (1.0, -0.5)
    return Stems(names=("Strip",), roles=(), audio=(audio,), places=(place,), sample_rate=RATE)


@pytest.fixture(scope="module")
def ears(browser: Browser, band: str) -> Iterator[Page]:
    """A page whose ears can be asked to render."""
    visit = Visit(browser, DESKTOP)
    visit.page.goto(band)
    yield visit.page
    visit.context.close()


@pytest.mark.parametrize(
    ("strip", "values"),
    [(STRIPS[0], values) for values in SETTINGS]
    + [(strip, values) for strip in STRIPS[1:] for values in (SETTINGS[1], SETTINGS[3])],
    ids=str,
)
def test_the_ears_are_equal_to_the_console(
    ears: Page, strip: tuple[int, float | None], values: list[float]
) -> None:
    stems = impulses_of(*strip)
    track = {"channels": stems.read(0, 0, stems.samples).tolist(), "place": stems.place(0)}
    heard = np.array(ears.evaluate(_RENDER, [[track], [values], RATE, 0.25]))
    wanted = render(stems, np.array([values])).T.astype(np.float64)
    assert len(MOVABLE) == len(values)
    if values[0] == -150.0:
        assert np.abs(heard).max() == 0.0
        return
    for side in range(2):
        if np.abs(wanted[side]).max() < 1e-6:
            assert np.abs(heard[side]).max() < 1e-6
            continue
        difference = response_db(heard[side]) - response_db(wanted[side])
        assert np.abs(difference).max() < 0.5
        assert np.abs(difference).max() < 0.05, "it is far better than promised, and stays so"


def test_a_question_is_answered_and_a_track_is_wanted_otherwise_in_a_press(
    tmp_path: Path, browser: Browser
) -> None:
    with (
        paged(tmp_path, mode="suggest", learning={"agent": "factored"}) as web,
        sitting_at(web.bridge) as desk,
    ):
        desk.open_song((("Zork", ""), ("Kick", "kick")))
        desk.say("/bridge/mode", "suggest")
        desk.hear("/bridge/question", 1)
        visit = Visit(browser, PHONE, reduced=True)
        page = visit.page
        with desk.alive():
            page.goto(f"{web.url}/desk")
            expect(page.locator("#question")).to_contain_text("Zork")
            page.get_by_label("The role that it plays").select_option("keys")
            expect(page.locator("#question")).to_be_hidden()
            page.get_by_role("button", name=re.compile("Kick")).first.click()
            page.get_by_role("group", name="I want it").get_by_role("button", name="softer").click()
            expect(page.locator("#toasts")).to_contain_text("Kick softer")
            expect(page.locator(".remote:visible, #rate:visible").first).to_contain_text(
                "Kick gain"
            )
            if folder := os.environ.get("MIXBRIDGE_PICTURES"):
                page.screenshot(path=Path(folder) / "wishes.png", full_page=True)
