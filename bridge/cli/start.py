"""`mixbridge` alone: start the bridge and open its page."""

import os
import sys
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli.options import config_option, settings, settings_with_store

if TYPE_CHECKING:
    from bridge.config import Settings


@click.command(hidden=True)
@config_option
def start(config: Path | None) -> None:
    """Start the bridge and open its page; of one that runs already the page alone."""
    from bridge import app
    from bridge.doctor import is_our_page
    from bridge.runtime.daw_choice import last_choice

    chosen = settings_with_store(config)
    web = chosen.web
    if not web.enabled:
        click.echo(
            "The settings switch the page off (web.enabled): the bridge starts alone.", err=True
        )
    elif is_our_page(web.host, web.port):
        click.echo("mixbridge, or its demo, runs already.", err=True)
        here = "127.0.0.1" if web.host == "0.0.0.0" else web.host  # noqa: S104 (it listens there too)
        open_page(f"http://{here}:{web.port}/")
        return

    # The choice is made on another thread, where nothing is known of the command line.
    person = {"profile": chosen.profile, "store": str(chosen.store.absolute())}

    def beside(name: str) -> "Settings":
        return settings(config, {**person, "daw.dialect": name})

    is_named = "daw" in chosen.model_fields_set
    last = None if is_named else last_choice(chosen)
    app.start_log()
    app.run(
        chosen if last is None else beside(last),
        beside=None if is_named else beside,
        show_page=open_page,
    )


def open_page(url: str) -> None:
    """Open the page in the person's browser, or say what to do where there is none."""
    if has_browser() and webbrowser.open(url):
        click.echo(f"Opened {url} in your browser. Ctrl-C ends mixbridge.", err=True)
        return
    click.echo(
        f"No browser was found here: open {url} in one on this machine. For a phone or another "
        "machine end this with Ctrl-C, and run: mixbridge run --listen",
        err=True,
    )


def has_browser() -> bool:
    """Whether this terminal belongs to a screen on which a browser can open a window."""
    has_screen = "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
    if sys.platform not in ("win32", "darwin") and not has_screen:
        return False  # what is found then is a browser inside the terminal
    if "SSH_CONNECTION" in os.environ and not has_screen:
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True
