"""Checks that need the system: sockets of loopback, and a process."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path

from bridge.daws.desk.finding import FoundDesk, connect, describe, find_desks
from bridge.daws.desk.probe import probe
from bridge.daws.desk.study.loopback import DeskOnLoopback
from bridge.daws.desk.study.stage import Stage
from bridge.daws.desk.study.verdict import Verdict, x32
from bridge.daws.desk.wire.tables import X32
from bridge.osc.encode import encode
from bridge.osc.message import OscMessage


def strangers(_: int) -> Verdict:
    """12: another host says that it is the desk; a panic at the desk's socket."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as desk:
        desk.bind(("127.0.0.1", 0))
        with (
            closing(connect(desk.getsockname())) as ours,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger,
        ):
            stranger.sendto(encode(OscMessage("/ch/01/mix/fader", (0.1,))), ours.getsockname())
            desk.sendto(encode(OscMessage("/status")), ours.getsockname())
            heard = [ours.recv(2048)]
            with suppress(BlockingIOError):
                heard.append(ours.recv(2048))
    with Stage(x32()) as stage:
        stage.ready()
        panic = OscMessage("/bridge/panic", (1,))
        stage.runner.receive_daw(panic, ("192.168.1.64", 10023), stage.loop.time())
        stage.let_pass(0.5)
        is_panicked = stage.engine.guard.is_panicked
    figure = f"{len(heard) - 1} of the stranger's heard, panic {'' if is_panicked else 'not '}taken"
    return Verdict(len(heard) == 1 and not is_panicked, figure)


def found(_: int) -> Verdict:
    """17: without a desk, with one, and with two."""
    host = "127.0.0.1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
        nobody.bind((host, 0))
        none = describe(find_desks(host, nobody.getsockname()[1], look_s=0.2), host)
    with closing(DeskOnLoopback(x32())) as served:
        one = find_desks(host, served.port)
        probed = probe(one[0], X32)
        written = served.written
    two = [
        FoundDesk(address=(f"192.168.1.{n}", 10023), name=f"FOH {n}", model="X32", firmware="4.06")
        for n in (1, 2)
    ]
    is_kept = bool(none) and not describe(one, host) and "name one" in describe(two, "")
    figure = f"{none[:34]} ...; {one[0].model}, {probed.named} names, {len(written)} writes; "
    return Verdict(is_kept and not written, figure + describe(two, "")[:14])


def process(_: int) -> Verdict:
    """1, by the clock: from the start of a process to online."""
    with closing(DeskOnLoopback(x32())) as served, tempfile.TemporaryDirectory() as folder:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        settings = Path(folder, "my.yaml")
        settings.write_text(
            f"daw: {{dialect: desk, host: 127.0.0.1, port: {served.port}}}\n"
            f"listen: {{port: {port}}}\nweb: {{enabled: false}}\njournal: {{path: j.db}}\n"
        )
        words = [sys.executable, "-m", "bridge", "run", "--config", str(settings)]
        began, before = time.monotonic(), os.times()
        with subprocess.Popen(  # noqa: S603 - our own command
            words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as run:
            assert run.stderr is not None  # noqa: S101 - for the type checker
            is_there = any("is there" in line for line in run.stderr)
            took = time.monotonic() - began
            run.terminate()
            run.stderr.read()
    after = os.times()
    core = after.children_user + after.children_system
    core -= before.children_user + before.children_system
    figure = f"{took:.2f} s with the start of the process, {core:.2f} s of a core"
    return Verdict(is_there and took <= 2.0, figure)
