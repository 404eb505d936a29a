"""Answers, keys, panic and the history on the page, in a real Chromium beside a DAW of a test."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect
from support.browser import DESKTOP, PHONE, SCREENS, Visit, chromium
from support.rig import Desk, Move, moves_in_assist, rows_of, sitting_at
from support.web import Web, paged, wait_for_page

pytestmark = pytest.mark.e2e

MANY = tuple((f"Track {number}", "other") for number in range(1, 65))
SIDEWAYS = {"width": 844, "height": 390}
STAY_MS = 2000
ENDORSED = "SELECT seq FROM events WHERE kind = 'MixEndorsed'"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with paged(tmp_path_factory.mktemp("page"), mode="observe") as web:
        yield web


@pytest.fixture
def desk(web: Web) -> Iterator[Desk]:
    with sitting_at(web.bridge) as desk, desk.playing():
        yield desk


Open = Callable[..., Visit]


@pytest.fixture
def visit(browser: Browser, web: Web) -> Iterator[Open]:
    visits = []

    def open_page(screen: str = "remote", size: dict[str, int] = DESKTOP) -> Visit:
        visits.append(Visit(browser, size))
        visits[-1].page.goto(f"{web.url}/{screen}")
        return visits[-1]

    yield open_page
    for each in visits:
        assert each.faults == []
        each.context.close()


def thumb(visit: Visit, word: str) -> Locator:
    return visit.page.locator(f".thumb.{word}:visible").first


def confirmed(visit: Visit) -> Locator:
    return visit.page.locator(".heard:visible").first


def rated(visit: Visit) -> Locator:
    return visit.page.locator(".remote:visible .what").first


def rewards(web: Web, moves: list[Move]) -> list[tuple[object, ...]]:
    names = {move.name for move in moves}
    found = rows_of(web.bridge, "SELECT move, value FROM rewards ORDER BY seq")
    return [row for row in found if row[0] in names]


def history(web: Web) -> dict[str, dict[str, object]]:
    answer = web.fetch("/api/history", authorization=f"Bearer {web.all}")
    return {row["id"]: row for row in json.loads(answer.body)}


# -- thumbs ----------------------------------------------------------------------------------------


# The first of the module: nothing has been moved yet that could be rated.
def test_good_is_confirmed_where_it_was_given_and_what_cannot_be_judged_is_said(
    desk: Desk, visit: Open
) -> None:
    here = visit()
    expect(here.page.locator(".panic:visible").first).to_be_enabled()
    here.page.keyboard.press("g")
    expect(here.page.locator("#toasts")).to_contain_text("nothing to rate")
    moves_in_assist(desk, 1)
    desk.let_pass(0.3)
    expect(thumb(here, "good")).to_be_enabled()
    here.page.keyboard.press("g")
    expect(confirmed(here)).to_contain_text("Good")
    desk.let_pass(0.3)
    expect(confirmed(here)).to_have_text("✓ Good saved.")
    here.page.keyboard.press("b")
    expect(here.page.locator("#toasts")).to_contain_text("rated this move already")


@pytest.mark.parametrize("again", ["click", "key"])
def test_bad_twice_is_one_answer_and_takes_no_older_move_back(
    web: Web, desk: Desk, visit: Open, again: str
) -> None:
    moves = moves_in_assist(desk, 3)
    desk.let_pass(0.3)
    here = visit()
    expect(thumb(here, "bad")).to_be_enabled()
    shown = rated(here).inner_text()
    thumb(here, "bad").click()
    expect(confirmed(here)).to_contain_text("Bad")
    for _ in range(3):
        if again == "key":
            here.page.keyboard.press("b")
        else:
            thumb(here, "bad").click(force=True)
        desk.let_pass(0.15)
    expect(confirmed(here)).to_have_text("✓ Bad saved: taken back.")
    assert rated(here).inner_text() == shown, "the card stays on what was judged"
    here.page.wait_for_timeout(STAY_MS)
    expect(thumb(here, "bad")).to_be_disabled()
    here.page.keyboard.press("b")
    desk.let_pass(0.4)
    assert rewards(web, moves) == [(moves[-1].name, -1.0)]
    rows = history(web)
    assert [rows[move.name]["stands"] for move in moves] == [True, True, False]


def test_an_answer_means_the_move_that_was_shown_when_the_finger_came_down(
    web: Web, desk: Desk, visit: Open
) -> None:
    first = moves_in_assist(desk, 1)
    desk.let_pass(0.3)
    here = visit()
    expect(thumb(here, "good")).to_be_enabled()
    shown = rated(here).inner_text()
    thumb(here, "good").hover()
    here.page.mouse.down()
    later = moves_in_assist(desk, 1)
    desk.let_pass(0.3)
    expect(rated(here)).to_have_text(shown)
    here.page.mouse.up()
    expect(confirmed(here)).to_contain_text("Good")
    desk.let_pass(0.3)
    expect(confirmed(here)).to_have_text("✓ Good saved.")
    assert rewards(web, [*first, *later]) == [(first[0].name, 1.0)]
    # After a moment the next one is offered.
    expect(rated(here)).not_to_have_text(shown)
    expect(thumb(here, "good")).to_be_enabled()


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_the_mix_is_endorsed_by_a_gesture_and_confirmed_where_it_was_given(
    tmp_path: Path, browser: Browser, size: dict[str, int]
) -> None:
    with (
        paged(tmp_path, mode="observe", learning={"agent": "factored"}) as web,
        sitting_at(web.bridge) as desk,
    ):
        here = Visit(browser, size)
        here.page.goto(f"{web.url}/remote")
        button = here.page.locator(".endorse:visible").first
        expect(button).to_be_enabled()
        for count, slip, gesture in (
            (1, button.click, lambda: button.click(delay=900)),
            (2, lambda: here.page.keyboard.press("w"), lambda: here.page.keyboard.press("w")),
        ):
            slip()
            expect(here.page.locator("#toasts")).to_contain_text("this mix is as")
            desk.let_pass(0.3)
            assert len(rows_of(web.bridge, ENDORSED)) == count - 1, "one slip is no gesture"
            gesture()
            expect(confirmed(here)).to_have_text("✓ Noted: this mix is as you want it.")
            expect(confirmed(here)).not_to_have_text("✓ Noted: this mix is as you want it.")
            desk.let_pass(0.3)
            assert len(rows_of(web.bridge, ENDORSED)) == count
        assert here.faults == []
        here.context.close()


def test_undo_takes_back_the_move_on_the_card(web: Web, desk: Desk, visit: Open) -> None:
    first = moves_in_assist(desk, 1)
    desk.let_pass(0.3)
    here = visit()
    undo = here.page.get_by_role("button", name="Undo").first
    expect(undo).to_be_enabled()
    undo.hover()
    here.page.mouse.down()
    later = moves_in_assist(desk, 1)
    desk.let_pass(0.3)
    here.page.mouse.up()
    desk.hear_move("reverted", first[0].name)
    assert history(web)[later[0].name]["stands"] is True


# -- keys ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("screen", ["history", "desk"])
def test_arrows_scroll_and_neither_they_nor_esc_do_anything_else(
    web: Web, desk: Desk, visit: Open, screen: str
) -> None:
    moves = moves_in_assist(desk, 6)
    desk.let_pass(0.3)
    here = visit(screen, {"width": 1440, "height": 420})
    expect(thumb(here, "good")).to_be_enabled()
    here.page.locator("h1").click()
    for _ in range(6):
        here.page.keyboard.press("ArrowDown")
    here.page.wait_for_function("scrollY > 0")
    for key in ("ArrowUp", "Escape", "Escape", "Space"):
        here.page.keyboard.press(key)
    desk.let_pass(0.4)
    assert rewards(web, moves) == []
    expect(here.page.locator("#head .connection .text")).to_have_text("DAW connected")


def test_panic_takes_a_gesture_and_has_one_plain_way_back_on_every_screen(
    desk: Desk, visit: Open
) -> None:
    here = visit()
    status = here.page.locator("#head .connection .text")
    expect(status).to_have_text("DAW connected")
    here.page.keyboard.press("Shift+P")
    expect(here.page.locator("#toasts")).to_contain_text("Press Shift+P again")
    here.page.keyboard.press("f")
    here.page.keyboard.press("f")
    here.page.locator(".panic:visible").first.click()
    expect(here.page.locator("#toasts")).to_contain_text("Hold the button")
    desk.let_pass(0.3)
    expect(status).to_have_text("DAW connected")
    here.page.keyboard.press("Shift+P")
    here.page.keyboard.press("Shift+P")
    expect(status).to_contain_text("panic: back at the snapshot")
    for screen in SCREENS:
        here.page.goto(f"{here.page.url.rsplit('/', 1)[0]}/{screen}")
        rearm = here.page.locator("#panicbar").get_by_role("button", name="Rearm")
        expect(rearm).to_be_enabled()
    rearm.click()
    expect(status).not_to_contain_text("panic")
    expect(here.page.locator("#panicbar")).to_be_hidden()


def test_the_keys_are_listed_and_can_be_changed_in_this_browser(
    web: Web, desk: Desk, visit: Open
) -> None:
    moves = moves_in_assist(desk, 1)
    desk.let_pass(0.3)
    here = visit()
    expect(thumb(here, "good")).to_be_enabled()
    here.page.keyboard.press("?")
    keys = here.page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("Shift+P")
    here.page.keyboard.press("g")
    desk.let_pass(0.2)
    assert rewards(web, moves) == [], "behind the list no key does anything"
    keys.get_by_role("button", name="Change the key for good; yes").click()
    here.page.keyboard.press("b")
    expect(keys).to_contain_text("B is taken")
    here.page.keyboard.press("k")
    expect(keys).to_contain_text("Changed")
    here.page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    expect(thumb(here, "good").locator("kbd")).to_have_text("K")
    here.page.keyboard.press("g")
    desk.let_pass(0.2)
    assert rewards(web, moves) == []
    here.page.keyboard.press("k")
    expect(confirmed(here)).to_contain_text("Good")
    desk.let_pass(0.3)
    assert rewards(web, moves) == [(moves[0].name, 1.0)]


# -- the history -----------------------------------------------------------------------------------


def test_the_history_keeps_what_was_done_after_a_comparison_and_panic(
    web: Web, desk: Desk, visit: Open
) -> None:
    moves = moves_in_assist(desk, 4)
    desk.let_pass(0.5)
    kept = moves[0]
    kind = "eq" if kept.param.startswith("eq") else kept.param

    def is_safe(move: Move) -> bool:
        return move.track == kept.track and move.param.startswith(kind)

    here = visit("history")
    expect(here.page.locator(".entry", has_text="in the mix").first).to_be_visible()
    desk.let_pass(0.3)
    before = history(web)
    expect(here.page.locator(".entry")).to_have_count(min(400, len(before)))
    shown = here.page.locator(".entry .what").all_inner_texts()
    compare = here.page.locator(".compare:visible").first
    here.page.keyboard.down("c")
    expect(compare).to_have_attribute("aria-pressed", "true")
    here.page.keyboard.up("c")
    expect(compare).to_have_attribute("aria-pressed", "false")  # the key and Safe go other ways
    desk.say("/bridge/safe", str(kept.track), kind, 1)
    here.page.keyboard.press("Shift+P")
    here.page.keyboard.press("Shift+P")
    back = [move.name for move in moves if not is_safe(move)]
    desk.wait_until(lambda: not any(history(web)[name]["stands"] for name in back))
    assert here.page.locator(".entry .what").all_inner_texts() == shown
    after = history(web)
    for move in moves:
        row = after[move.name]
        assert [row[name] for name in ("from", "to")] == [
            before[move.name][name] for name in ("from", "to")
        ]
        assert row["stands"] is is_safe(move), row
    track = desk.strips[kept.track - 1].name
    expect(here.page.locator("#panicbar")).to_contain_text(f"all but {track}")
    expect(here.page.locator("#panicbar")).to_contain_text("(Safe) is back")


# -- suggestions -----------------------------------------------------------------------------------


def test_never_confirms_itself_and_can_be_undone_and_only_suggestions_are_listed(
    web: Web, desk: Desk, visit: Open
) -> None:
    made = moves_in_assist(desk, 1)
    desk.say("/bridge/mode", "suggest")
    move = desk.hear_move("proposed")
    here = visit("suggestions")
    never = here.page.get_by_role("button", name="Never:")
    expect(never).to_be_enabled()
    never.click()
    desk.hear_move("skipped", move.name)
    line = here.page.locator(".safeline")
    expect(line).to_contain_text("is Safe now: the bridge leaves it alone")
    line.get_by_role("button", name="Undo").click()
    expect(line).to_contain_text("not Safe any more")
    desk.say("/bridge/mode", "observe")
    desk.let_pass(0.3)
    name = desk.strips[made[0].track - 1].name
    rows = history(web)
    suggested = [row for row in rows.values() if row["suggested"]]
    assert rows[made[0].name]["suggested"] is False, name
    expect(here.page.locator(".past li")).to_have_count(min(8, len(suggested)))


# -- sizes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_sixty_four_strips_fit_on_every_screen_with_the_thumbs_in_reach(
    web: Web, desk: Desk, visit: Open, size: dict[str, int]
) -> None:
    desk.open_song(MANY)
    moves = moves_in_assist(desk, 1)
    desk.let_pass(0.5)
    here = visit("desk", size)
    expect(here.page.locator(".strip")).to_have_count(64)
    for screen in SCREENS:
        here.page.locator(f"#nav a[href='/{screen}']").click()
        expect(thumb(here, "good")).to_be_enabled()
        expect(thumb(here, "good")).to_be_in_viewport()
        assert here.overflow() == "", screen
    here.page.locator("#nav a[href='/desk']").click()
    thumb(here, "good").click()
    expect(confirmed(here)).to_contain_text("Good")
    desk.let_pass(0.4)
    expect(confirmed(here)).to_have_text("✓ Good saved.")
    assert rewards(web, moves) == [(moves[0].name, 1.0)]


def test_a_phone_on_its_side_has_card_and_thumbs_in_view(desk: Desk, visit: Open) -> None:
    moves_in_assist(desk, 1)
    desk.let_pass(0.3)
    here = visit("remote", SIDEWAYS)
    for word in ("good", "bad"):
        expect(thumb(here, word)).to_be_enabled()
        expect(thumb(here, word)).to_be_in_viewport(ratio=0.7)
    expect(rated(here)).to_be_in_viewport(ratio=0.9)
    assert here.overflow() == ""


# -- the connection --------------------------------------------------------------------------------

_TELL_BANNERS = """() => {
  window.banners = [];
  const banner = document.getElementById("banner");
  new MutationObserver(() => { if (!banner.hidden) window.banners.push(banner.textContent); })
    .observe(banner, { childList: true, characterData: true, attributes: true, subtree: true });
}"""


def test_a_bridge_that_ends_is_never_taken_for_a_missing_pairing(
    tmp_path: Path, browser: Browser
) -> None:
    with paged(tmp_path) as web:
        here = Visit(browser, DESKTOP)
        here.page.goto(f"{web.url}/remote")
        expect(here.page.locator("#mode")).to_be_enabled()
        here.page.evaluate(_TELL_BANNERS)
        web.bridge.kill()
        expect(here.page.locator("#banner")).to_contain_text("mixbridge run")
        said = here.page.evaluate("window.banners")
        assert all("paired" not in text for text in said), said
        here.context.close()
        web.bridge.start()
        wait_for_page(web.bridge, web.port)


def test_the_history_is_up_to_date_though_nobody_looks_at_the_page(web: Web, desk: Desk) -> None:
    (move,) = moves_in_assist(desk, 1)
    desk.hear_move("confirmed", move.name)
    row = history(web)[move.name]
    assert (row["stands"], row["reward"], row["saved"]) == (True, None, False)
    desk.say("/bridge/reward", 1.0, move.name, "shell-1")
    desk.hear("/bridge/rewarded", "shell-1")
    row = history(web)[move.name]
    assert (row["reward"], row["saved"]) == (1.0, True)
