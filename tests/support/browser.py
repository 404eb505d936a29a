"""A real Chromium, and the demo that it opens."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 664}
SCREENS = ("remote", "desk", "suggestions", "history", "learning", "doctor")

expect.set_options(timeout=90_000)  # the machine may be busy

# Nothing of its own reaches for the network, and sound may begin with a click.
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium; the test skips where there is none."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("Chromium is not installed (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """One page of one browser, with everything that went wrong in it, and what it asked for."""

    def __init__(self, browser: Browser, size: dict[str, int], *, reduced: bool = False) -> None:
        is_phone = size["width"] < 640
        self.context: BrowserContext = browser.new_context(
            viewport=size,  # type: ignore[arg-type]
            has_touch=is_phone,
            is_mobile=is_phone,
            reduced_motion="reduce" if reduced else "no-preference",
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(90_000)
        self.faults: list[str] = []
        self.asked: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("websocket", lambda wire: self.asked.append(wire.url))
        self.page.on(
            "console",
            lambda said: self.faults.append(said.text) if said.type == "error" else None,
        )

    def overflow(self) -> str:
        """What sticks out of the page sideways, or is cut off in a button; empty where nothing."""
        return str(self.page.evaluate(_OVERFLOW))


_OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth;
  const out = [];
  for (const element of document.querySelectorAll("body *")) {
    const box = element.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    if (element.closest(".skip, svg, .u-wrap, .spoken, .console > *")) continue;
    const name = `${element.tagName}.${element.className} ${element.textContent.slice(0, 30)}`;
    if (box.right > wide + 1 || box.left < -1) out.push(`${name} to ${box.right}`);
    const isCut = element.scrollWidth > element.clientWidth + 1;
    if (element.tagName === "BUTTON" && isCut) out.push(`cut: ${name}`);
  }
  return out.slice(0, 5).join("; ");
}"""


@contextmanager
def demo(folder: Path, *arguments: str, task: str = "") -> Iterator[str]:
    """`mixbridge demo [task] --page`, and the address that it shows; it must end well."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "bridge", "demo", *([task] if task else []), "--page",
         "--no-browser", *arguments],
        cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    said = ""
    try:
        assert process.stderr is not None
        for line in process.stderr:
            said += line
            if found := re.search(r"The page: (http://\S+)/", line):
                break
        else:
            raise AssertionError(f"no page came: {said}")
        yield found[1]
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, said + err
        assert "The report is in" in out
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
