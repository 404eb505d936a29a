"""A demo of a task on the page: a bridge beside the embedded console, until a person ends it."""

import asyncio
import logging
import signal
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeVar

import click

from bridge.app import open_bridge
from bridge.config import Settings
from bridge.demo.options import HOST
from bridge.errors import NetworkError
from bridge.mix.device_events import TaskName
from bridge.osc.message import OscMessage
from bridge.runtime.runner import Runner
from bridge.runtime.udp import UdpEndpoint
from bridge.web.pairing import show_links

_CHECK_S: Final = 0.5

Found = TypeVar("Found")


def sit(
    settings: Settings,
    *,
    browser: bool,
    task: TaskName,
    track: str,
    hint: str,
    check: Callable[[Runner], Found],
) -> Found | None:
    """Let a person work on the page until Ctrl-C.

    Args:
        settings: Of the bridge; its page is on.
        browser: Open a browser; else only say where the page is.
        task: What the bridge begins with.
        track: What it works on at first.
        hint: What the person can do, in a line.
        check: Reads the state of the bridge twice a second, and at the end.

    Returns:
        What `check` gave last; None where the system ended it at once.

    Raises:
        NetworkError: If there is no page.
    """
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as loop:
        return loop.run(_sit(settings, browser, task, track, hint, check))


async def _sit(
    settings: Settings,
    browser: bool,
    task: TaskName,
    track: str,
    hint: str,
    check: Callable[[Runner], Found],
) -> Found:
    logging.getLogger().setLevel(logging.ERROR)  # the page says what matters
    is_over = asyncio.Event()
    async with open_bridge(settings) as opened:
        page = opened.page
        if page is None or page.trouble:
            raise NetworkError(page.trouble if page else "The page is switched off.")
        show_links(page.links)
        click.echo(f"{hint} Ctrl-C ends it and writes the report.", err=True)
        with suppress(NotImplementedError):  # Windows: Ctrl-C cancels the task instead
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, is_over.set)
        if browser:
            await asyncio.to_thread(webbrowser.open, f"{page.links[0]}")
        remote = UdpEndpoint.open(HOST, 0, on_message=lambda *_: None)
        try:
            while not is_over.is_set():
                _focus(opened.runner, remote, settings.listen.port, task, track)
                check(opened.runner)
                with suppress(TimeoutError):
                    await asyncio.wait_for(is_over.wait(), _CHECK_S)
        finally:
            remote.close()
        return check(opened.runner)


def _focus(runner: Runner, remote: UdpEndpoint, port: int, task: TaskName, track: str) -> None:
    """Begin with the task and the track, as soon as the console is known; later the page may."""
    work = runner.engine.work
    if work.focus.task is TaskName.MIX and not work.contents.writer.focus:
        remote.send(OscMessage("/bridge/task", (task.value,)), (HOST, port))
    elif work.focus.task is task and not work.contents.writer.focus:
        remote.send(OscMessage("/bridge/focus", (track,)), (HOST, port))
