"""Phrases on the page in a real Chromium: rolls that show what differs, and the song's tempo."""

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, expect
from support.browser import DESKTOP, PHONE, Visit, chromium, demo
from support.rig import Bridge
from support.synth_desk import BASS, ContentDesk
from support.web import paged

from bridge.mix.phrases import PhraseNote, decode_phrase, phrase_of

pytestmark = pytest.mark.e2e

SIZES: Final = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
BPM: Final = 200.0
RIFF: Final = phrase_of(
    [PhraseNote(beat, 40 + 2 * (int(beat) % 3), 0.5, 90) for beat in range(8)], 8.0
)

# When each tone of the page begins, seconds.
_LISTEN: Final = """
window.begun = [];
const start = AudioScheduledSourceNode.prototype.start;
AudioScheduledSourceNode.prototype.start = function (when) {
  if (!window.begun.includes(when)) window.begun.push(when);
  return start.call(this, when);
};
"""

# How loud each instrument is where it plays one note, and a second after its end.
_RENDER: Final = """
async (url) => {
  const { INSTRUMENTS, piano } = await import(url);
  const found = [];
  for (const [play, pitch] of [
    [INSTRUMENTS.drums, 36], [INSTRUMENTS.drums, 38], [INSTRUMENTS.drums, 42],
    [INSTRUMENTS.drums, 46], [INSTRUMENTS.bass, 40], [piano, 64],
  ]) {
    const context = new OfflineAudioContext(1, 3 * 44100, 44100);
    play(context.destination, { start: 0, pitch, length: 1, velocity: 100 }, 0.5, 0.5);
    const data = (await context.startRendering()).getChannelData(0);
    const peak = (from, to) =>
      data.slice(from * 44100, to * 44100).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    found.push([peak(0, 0.49), peak(0.5, 1), peak(2, 3)]);
  }
  return found;
}
"""


class ClipDesk(ContentDesk):
    """The rig's DAW with a clip of a person's and an empty one on its bass."""

    def report_context(self) -> None:
        self.say("/mix/tempo", BPM)
        self.say("/mix/content", "clip", "riff", BASS, "Riff", RIFF.text)

    def report_content(self) -> None:
        self.say("/mix/content", "clip", "empty", BASS, "Empty", self.text)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def sit(bridge: Bridge) -> ClipDesk:
    desk = ClipDesk(port=bridge.daw_port, bridge_port=bridge.port)
    desk.work_on("phrase")
    return desk


@SIZES
def test_three_rolls_show_what_differs_and_one_is_heard_and_picked(
    browser: Browser, size: dict[str, int], tmp_path: Path
) -> None:
    folder = Path(os.environ.get("MIXBRIDGE_PICTURES", tmp_path)).resolve()
    with (
        paged(tmp_path, mode="suggest", guard={"profile": "studio"}) as web,
        closing(sit(web.bridge)) as desk,
    ):
        visit = Visit(browser, size, reduced=True)
        page = visit.page
        page.add_init_script(_LISTEN)
        with desk.alive():
            page.goto(f"{web.url}/suggestions")
            rolls = page.locator(".offer:visible .roll")
            expect(rolls).to_have_count(3)
            drawn = [
                rolls.nth(row)
                .locator(".roll-note")
                .evaluate_all(
                    "notes => notes.map(n => [n.className, n.style.left, n.style.bottom])"
                )
                for row in range(3)
            ]
            page.screenshot(path=folder / f"page-clips-{size['width']}.png", full_page=True)
            assert visit.overflow() == ""
            page.get_by_role("button", name="Listen here").nth(1).click()
            expect(page.get_by_role("button", name="Stop")).to_be_visible()
            begun = page.evaluate("window.begun")
            page.get_by_role("button", name="Stop").click()
            expect(page.get_by_role("button", name="Listen here")).to_have_count(3)
            page.locator("#screen h1").click()
            page.keyboard.press("2")
        desk.hear_move("confirmed")
        picked = decode_phrase(desk.text)
        # What is pale is what all three play; the rolls have one scale of pitches.
        places = [{(left, bottom) for _, left, bottom in notes} for notes in drawn]
        common = set.intersection(*places)
        for notes in drawn:
            pale = {(left, bottom) for kind, left, bottom in notes if "shared" in kind}
            assert pale == common
        assert all(common < each for each in places)
        assert len(drawn[1]) == len(picked.notes)
        # A beat is as long as the DAW says: the times between notes are those of the phrase.
        starts = sorted({note.start * 60.0 / BPM for note in picked.notes})
        heard = [at - begun[0] + starts[0] for at in begun]
        assert heard == pytest.approx(starts, abs=1e-3)
        for before, sounding, after in page.evaluate(_RENDER, f"{web.url}/static/instruments.js"):
            assert before == 0.0
            assert 0.05 < sounding < 1.5
            assert after < 1e-3
        assert visit.faults == []
        visit.context.close()


def test_the_demo_of_phrases_is_played_on_the_page(browser: Browser, tmp_path: Path) -> None:
    folder = Path(os.environ.get("MIXBRIDGE_PICTURES", tmp_path)).resolve()
    with demo(tmp_path, "--out", "report", task="phrase") as url:
        visit = Visit(browser, DESKTOP, reduced=True)
        page = visit.page
        page.add_init_script(_LISTEN)
        page.goto(f"{url}/suggestions")
        rolls = page.locator(".offer:visible .roll")
        expect(rolls).to_have_count(3)  # nothing is there yet
        page.get_by_role("button", name="Listen here").first.click()
        expect(page.get_by_role("button", name="Stop")).to_be_visible()
        own = rolls.first.locator(".roll-note").count()
        assert page.evaluate("window.begun.length") > own  # the band plays with it
        first = page.locator(".offer:visible .why").all_inner_texts()
        page.locator("#screen h1").click()
        page.keyboard.press("2")
        expect(rolls).to_have_count(4)  # what was picked, and three more
        expect(page.locator(".past li").first).to_contain_text("Bass: ")
        page.screenshot(path=folder / "page-demo-phrase.png", full_page=True)
        assert page.locator(".offer:visible .why").all_inner_texts() != first
        assert visit.faults == []
    report = tmp_path / "report"
    assert json.loads((report / "summary.json").read_text(encoding="utf-8"))["picks"] == 1
    assert "Another song" in (report / "report.html").read_text(encoding="utf-8")
    for name in ("picked.mid", "another-song.mid", "offer.svg", "picked.wav"):
        assert (report / name).stat().st_size > 100
