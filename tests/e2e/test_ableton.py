"""A bridge in a process of its own beside a fake Live in another: real sockets, real ticks."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.ableton.rig import NAMES, Studio
from support.rig import PATIENCE_S, ending

from bridge.daws.ableton.wire.curves import fader_position

pytestmark = pytest.mark.e2e


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with closing(Studio(tmp_path)) as opened, ending(opened.bridge):
        yield opened


def test_from_nothing_to_a_confirmed_move_among_people_who_rearrange(studio: Studio) -> None:
    live, remote = studio.live, studio.remote
    live.ask("meter 0.7")
    remote.greet()
    remote.wait_for_status("online")
    live.until(lambda state: state["log_level"] == "warning")
    live.ask(f"hand Bass {fader_position(-12.0)}")
    change = remote.hear("/bridge/change", "hand", 2, "gain")
    assert change.args[4] == pytest.approx(-12.0, abs=0.05)
    remote.say("/bridge/hello", remote.port)  # is told of a suggestion that was made meanwhile
    move = remote.hear_move("proposed")
    remote.say("/bridge/accept", move.name)
    remote.hear_move("applied", move.name)
    before = live.ask("insert New")
    confirmed = remote.hear("/bridge/move", move.name)
    assert confirmed.args[1] in ("confirmed", "unconfirmed", "expired")
    remote.wait_for_status("online")
    state = live.until(lambda _: True)
    assert state["lost"] == 0
    assert state["tracks"]["New"] == pytest.approx([0.85, 0.0], abs=1e-6)
    meant = before["uids"][NAMES[move.track - 1]]
    assert {uid for uid, _, _ in state["written"]} <= {meant}


def test_a_modal_and_a_restarted_live_are_met_again(studio: Studio) -> None:
    studio.remote.greet()
    studio.remote.wait_for_status("online")
    studio.live.ask("modal 1")
    studio.remote.hear("/bridge/status", "stale")
    studio.live.ask("modal 0")
    studio.remote.hear("/bridge/status", "online")
    studio.live.ask("restart")
    studio.live.until(lambda state: state["log_level"] == "warning")


def test_a_port_that_another_client_has_is_named_with_who_that_usually_is(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        config = tmp_path / "config.json"
        port = other.getsockname()[1]
        keys = {"listen": {"port": port}, "store": str(tmp_path / "mix.db")}
        config.write_text(json.dumps({**keys, "daw": {"dialect": "ableton"}}), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "bridge", "run", "--config", str(config)],
            capture_output=True, text=True, timeout=PATIENCE_S, check=False,
        )  # fmt: skip
    assert done.returncode != 0
    assert f"UDP port {port}" in done.stderr
    assert "TouchOSC, pylive" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_bridge_leaves_abletonoscs_log_as_it_was(studio: Studio) -> None:
    studio.remote.greet()
    studio.live.until(lambda state: state["log_level"] == "warning")
    studio.remote.wait_for_status("online")
    studio.bridge.process.send_signal(signal.SIGINT)
    studio.bridge.process.wait(PATIENCE_S)
    studio.live.until(lambda state: state["log_level"] == "info")
