"""From a press on a pad to `/bridge/rewarded`, through JACK: a pad and a bridge, two processes.

Needs a JACK server that runs (`jackd -d dummy` is enough) and python-rtmidi.
"""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import click
import numpy as np

from bridge.errors import NetworkError
from bridge.install.extras import optional_library
from bridge.midi.pads import Action, Binding, Control
from bridge.midi.service import save_bindings
from bridge.osc.encode import encode
from bridge.osc.message import OscMessage

_CLIENT: Final = "mixpad"
_NOTE: Final = 36
_GAP_S: Final = 0.3
_PATIENCE_S: Final = 15.0


@click.command()
@click.option("--presses", type=click.IntRange(2, 10_000), default=200, show_default=True)
def main(presses: int) -> None:
    """Press a pad so often, and print the median and the 99th percentile."""
    with TemporaryDirectory() as folder:
        times, lost = press(Path(folder), presses)
    median, p99 = (1e3 * float(np.percentile(times, share)) for share in (50, 99))
    click.echo(f"{len(times)} presses: median {median:.1f} ms, p99 {p99:.1f} ms, {lost} lost")


def press(folder: Path, presses: int) -> tuple[list[float], int]:
    """Seconds from each press to its answer, and how many had none.

    Raises:
        NetworkError: If there is no JACK server, or the bridge does not hear the pad.
    """
    rtmidi: Any = optional_library("rtmidi", extra="midi")
    try:
        pad = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name=_CLIENT)
    except (OSError, RuntimeError):
        raise NetworkError("No JACK server runs: start one with 'jackd -d dummy'.") from None
    pad.open_virtual_port("pads")
    store = folder / "pads.db"
    control = Control(device=f"{_CLIENT}:pads", kind="note", channel=1, number=_NOTE)
    save_bindings(store, (Binding(action=Action.GOOD, control=control),))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        config = folder / "pads.yaml"
        settings = {"listen": {"port": port}, "store": str(store), "web": {"enabled": False}}
        config.write_text(json.dumps(settings), encoding="utf-8")
        command = [sys.executable, "-m", "bridge", "run", "--config", str(config)]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - our own
            try:
                _until_heard(pad, ear, port)
                found = [_one(pad, ear) for _ in range(presses)]
            finally:
                process.terminate()
    pad.close_port()
    pad.delete()
    times = [each for each in found if each is not None]
    return times, len(found) - len(times)


def _until_heard(pad: Any, ear: socket.socket, port: int) -> None:  # noqa: ANN401 - untyped library
    until = time.monotonic() + _PATIENCE_S
    hello = encode(OscMessage("/bridge/hello", (ear.getsockname()[1],)))
    while time.monotonic() < until:
        ear.sendto(hello, ("127.0.0.1", port))
        if _one(pad, ear) is not None:
            return
    raise NetworkError("The bridge did not hear the pad; see 'mixbridge midi list'.")


def _one(pad: Any, ear: socket.socket) -> float | None:  # noqa: ANN401 - untyped library
    """Press once; seconds until `/bridge/rewarded`, or None where it did not come."""
    began = time.perf_counter()
    pad.send_message([0x90, _NOTE, 100])
    found = None
    while (left := began + 1.0 - time.perf_counter()) > 0 and found is None:
        ear.settimeout(left)
        try:
            if ear.recv(65_535).startswith(b"/bridge/rewarded"):
                found = time.perf_counter() - began
        except OSError:
            break
    pad.send_message([0x80, _NOTE, 0])
    time.sleep(_GAP_S)
    return found
