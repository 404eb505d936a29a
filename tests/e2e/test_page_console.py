"""The desk screen as a console, the history in series and the pictures of what is believed."""

import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from support.browser import DESKTOP, PHONE, Visit, chromium
from support.rig import Desk, moves_in_assist, sitting_at
from support.web import Web, paged

pytestmark = pytest.mark.e2e

ROLES = ("kick", "snare", "hats", "bass", "guitar", "keys", "lead", "fx")
LONG = "Overheads <img src=x onerror=alert(1)> & a name that goes on and on, Straßenbahnhaltestelle"
MANY = tuple((f"{number} {LONG}", ROLES[number % 8]) for number in range(1, 65))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    folder = tmp_path_factory.mktemp("page")
    guard, learning = {"profile": "studio"}, {"agent": "factored"}
    with paged(folder, mode="observe", guard=guard, learning=learning) as web:
        yield web


@pytest.fixture
def desk(web: Web) -> Iterator[Desk]:
    with sitting_at(web.bridge) as desk, desk.playing():
        yield desk


Open = Callable[..., Visit]


@pytest.fixture
def visit(browser: Browser, web: Web) -> Iterator[Open]:
    visits = []

    def open_page(
        screen: str = "desk", size: dict[str, int] = DESKTOP, *, script: str = ""
    ) -> Visit:
        visits.append(Visit(browser, size, reduced=True))
        visits[-1].page.add_init_script(script)
        visits[-1].page.goto(f"{web.url}/{screen}")
        return visits[-1]

    yield open_page
    for each in visits:
        assert each.faults == []
        each.context.close()


def violations(visit: Visit) -> list[str]:
    """What axe finds in both schemes, whatever its impact."""
    found = []
    for scheme in ("dark", "light"):
        visit.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        faults = Axe().run(visit.page).response["violations"]
        found += [f"{scheme}: {each['id']}: {each['nodes'][0]['html'][:120]}" for each in faults]
    return found


_WHOLE = """() => {
  const box = document.querySelector(".console").getBoundingClientRect();
  return [...document.querySelectorAll(".strip")]
    .map((strip) => strip.getBoundingClientRect())
    .filter((strip) => strip.left >= box.left && strip.right <= box.right).length;
}"""


def test_twelve_strips_stand_side_by_side_with_the_bound_of_the_guard_drawn_in(
    desk: Desk, visit: Open
) -> None:
    desk.open_song(MANY)
    here = visit()
    strips = here.page.locator(".strip")
    expect(strips).to_have_count(64)
    assert here.page.evaluate(_WHOLE) >= 12
    assert here.overflow() == ""
    fader = strips.first.locator(".fader")
    expect(fader).to_have_attribute("aria-label", fader_words("−12.0 dB", "+6.0 dB"))
    assert here.page.locator(".strip img, .detail img").count() == 0, "a name is never HTML"
    strips.nth(2).locator(".name").click()
    detail = here.page.locator(".detail")
    expect(detail.locator("h2")).to_have_text(f"3 3 {LONG}")
    expect(detail.locator(".line").first).to_contain_text("−12.0 to +6.0")
    assert violations(here) == []


def fader_words(low: str, high: str) -> str:
    """What a fader says of itself at 0 dB."""
    return f"1 {LONG} gain 0.0 dB, the bridge may go from {low} to {high}"


def test_sends_are_shown_in_the_details(desk: Desk, visit: Open) -> None:
    here = visit("desk?track=2")
    expect(here.page.locator(".detail h2")).to_have_text("2 Snare")
    shown = here.page.locator(".detail", has_text="never written: send 1 −9.5 dB")

    def is_shown() -> bool:
        desk.say("/mix/track/2/send/1/level", -9.5)  # a dump that says no sends may follow it
        return shown.count() == 1

    desk.wait_until(is_shown)


def test_on_a_phone_the_console_is_swiped_and_the_page_is_not(desk: Desk, visit: Open) -> None:
    desk.open_song(MANY)
    here = visit("desk?track=40", PHONE)
    expect(here.page.locator(".detail h2")).to_contain_text("40")
    expect(here.page.locator(".detail")).to_be_in_viewport()
    assert here.page.locator(".console").evaluate("console => console.scrollLeft") > 0
    assert here.overflow() == ""
    assert here.page.evaluate("document.documentElement.scrollLeft") == 0
    assert violations(here) == []


def test_on_a_phone_both_answers_are_whole_however_long_a_name_is(desk: Desk, visit: Open) -> None:
    desk.open_song(
        tuple((f"Lead Vocal Double Left Room Mic {i} (final v3)", "lead") for i in (1, 2))
    )
    desk.say("/bridge/mode", "suggest")
    desk.hear_move("proposed")
    here = visit("desk", PHONE)
    here.page.wait_for_selector("#rate .thumb")
    for thumb in here.page.locator("#rate .thumb").all():
        box = thumb.bounding_box()
        assert box is not None
        assert 0 <= box["x"] < box["x"] + box["width"] <= PHONE["width"]


def test_moving_meters_of_many_strips_lay_nothing_out_again(desk: Desk, visit: Open) -> None:
    desk.open_song(MANY)
    here = visit()
    expect(here.page.locator(".strip")).to_have_count(64)
    cover = here.page.locator(".strip .meter .cover").first
    expect(cover).to_have_attribute("style", re.compile("scaleY"))
    wire = here.context.new_cdp_session(here.page)
    wire.send("Performance.enable")

    def layouts() -> float:
        metrics = wire.send("Performance.getMetrics")["metrics"]
        return float(next(each["value"] for each in metrics if each["name"] == "LayoutCount"))

    began, seen = layouts(), {cover.get_attribute("style")}
    for step in range(20):
        for strip in desk.strips:
            strip.values["gain"] = -2.0 * (step % 9)  # the meters follow; the fader is not told
        desk.let_pass(0.15)
        seen.add(cover.get_attribute("style"))
    assert len(seen) > 4, "the meter moves"
    assert layouts() - began < 10, "what else changes on the page"


def test_lamps_switch_a_whole_strip_and_show_where_only_a_part_is_on(
    web: Web, desk: Desk, visit: Open
) -> None:
    here = visit()
    strip = here.page.locator(".strip").nth(1)
    safe = strip.get_by_role("button", name="Safe, all of Snare")
    expect(safe).to_have_attribute("aria-pressed", "false")
    safe.click()
    expect(safe).to_have_attribute("aria-pressed", "true")
    desk.say("/bridge/safe", "2", "eq", 0)
    expect(safe).to_have_attribute("aria-pressed", "mixed")
    safe.click()
    expect(safe).to_have_attribute("aria-pressed", "true")
    safe.click()
    expect(safe).to_have_attribute("aria-pressed", "false")


def test_the_console_is_played_by_the_keyboard(desk: Desk, visit: Open) -> None:
    here = visit()
    page = here.page
    expect(page.locator(".strip")).to_have_count(6)
    page.locator(".strip").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".strip").nth(2)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".detail h2")).to_have_text("3 Bass")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".detail h2")).to_have_text("4 Guitar")
    page.keyboard.press("s")
    safe = page.get_by_role("button", name="Safe, all of Guitar")
    expect(safe).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("s")
    expect(safe).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Escape")
    expect(page.locator(".detail")).to_be_hidden()
    page.keyboard.press("End")
    expect(page.locator(".strip").last).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_label("Find a track")).to_be_focused()
    page.keyboard.type("voices")
    expect(page.locator(".strip")).to_have_count(1)
    expect(page.locator(".deskbar .count")).to_have_text("1 of 6 tracks")
    expect(page.locator("#head .connection .text")).to_have_text("DAW connected")


def test_tracks_without_a_role_are_counted_found_and_given_one(desk: Desk, visit: Open) -> None:
    here = visit()
    page = here.page
    expect(page.locator(".strip")).to_have_count(6)
    expect(page.get_by_role("button", name="without a role")).to_be_hidden()
    desk.open_song((("Kick", "kick"), ("Audio 3", ""), ("Fader 7", ""), ("Master", "")))
    page.get_by_role("button", name="2 without a role").click()
    expect(page.locator(".strip")).to_have_count(2)
    expect(page.get_by_label("Find a track")).to_have_value("no role")
    page.locator(".strip").first.locator(".name").click()
    page.get_by_label("Role of Audio 3").select_option("kick")
    expect(page.get_by_role("button", name="1 without a role")).to_be_visible()
    desk.say("/bridge/role", "Fader 7", "keys")
    expect(page.get_by_label("Find a track")).to_have_value("")
    expect(page.locator(".strip")).to_have_count(4)


def test_strips_stand_in_groups_by_role_where_that_is_wanted(desk: Desk, visit: Open) -> None:
    here = visit()
    page = here.page
    expect(page.locator(".group h2")).to_have_count(0)
    page.get_by_role("button", name="Groups").click()
    expect(page.locator(".group h2")).to_have_text(
        ["Drums · 2", "Bass · 1", "Guitars and keys · 2", "Voices · 1"]
    )
    page.reload()
    expect(page.locator(".group")).to_have_count(4)
    desk.say("/bridge/role", "5", "fx")
    expect(page.locator(".group h2").last).to_have_text("Effects and others · 1")
    page.get_by_role("button", name="Groups").click()
    expect(page.locator(".strip .name .nr")).to_have_text(list("123456"))
    desk.say("/bridge/role", "5", "keys")


def test_a_series_of_moves_is_one_entry_that_says_where_it_has_led(desk: Desk, visit: Open) -> None:
    moves_in_assist(desk, 2)
    desk.let_pass(0.3)
    for value in (-2.0, -5.0):
        desk.hand(6, "gain", value)
        desk.let_pass(1.5)
    here = visit("history")
    newest = here.page.locator(".series").first
    expect(newest.locator("summary")).to_contain_text("Your hand")
    expect(newest.locator("summary")).to_contain_text("→ −5.0 dB")
    before = here.page.locator(".history > .rows > li").nth(1)
    expect(before).to_contain_text("Bridge")
    entries = newest.locator(".entry")
    expect(entries.first).to_be_visible()
    newest.locator("summary").click()
    expect(entries.first).to_be_hidden()
    assert violations(here) == []


def test_variants_of_the_whole_mix_are_asked_for_heard_and_left(desk: Desk, visit: Open) -> None:
    desk.say("/bridge/mode", "suggest")
    here = visit("suggestions", PHONE)
    ask = here.page.get_by_role("button", name="Offer variants of the whole mix")
    expect(ask.first).to_be_enabled()
    ask.first.click()
    variant = here.page.locator(".offer:visible .variant:visible").first
    expect(variant.locator(".what p").first).to_contain_text("dB")
    expect(ask.first).to_be_hidden()
    assert here.overflow() == ""
    assert violations(here) == []
    variant.get_by_role("button", name="Hear A").click()
    expect(variant).to_contain_text("You hear it now.")
    here.page.get_by_role("button", name="Keep what is there").first.click()
    expect(here.page.locator(".offer:visible")).to_have_count(0)
    desk.say("/bridge/mode", "observe")


_RECORD_TEXTS = """
window.texts = [];
const write = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
  window.texts.push(String(text));
  return write.call(this, text, ...rest);
};
"""


def test_what_is_believed_is_a_picture_beside_the_average(desk: Desk, visit: Open) -> None:
    for move in moves_in_assist(desk, 3):
        desk.say("/bridge/reward", 1.0, move.name, f"picture-{move.name}")
        desk.hear("/bridge/rewarded", f"picture-{move.name}")
    desk.let_pass(0.3)
    here = visit("learning", script=_RECORD_TEXTS)
    target = here.page.locator(".role .target").first
    expect(target).to_be_visible()
    expect(target).to_have_attribute("aria-label", re.compile("average|not sure yet"))
    here.page.wait_for_function("window.texts.includes('answers')")
    written = here.page.evaluate("window.texts")
    assert {"0", "50", "100", "% good"} <= set(written)
    assert [text for text in written if "." in text or "," in text] == [], "answers are whole"
    assert here.overflow() == ""
    assert violations(here) == []
