"""The hub's own script in a Max and a Live set in memory, and a bridge in a process of its own."""

import struct
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.ableton.rig import NAMES, Live
from support.max.fake import Script
from support.ports import free_ports
from support.rig import A_WHILE_S, PATIENCE_S, Bridge, Remote, ending, rows_of

from bridge.daws.ableton.wire.curves import fader_db, fader_position
from bridge.runtime.remote import ask_facts

pytestmark = pytest.mark.e2e


class Person(Remote):
    """A person with a remote, and the tracks' taps: they speak while the person waits.

    Attributes:
        taps: RMS of each track before its fader, dBFS, by the hub's id.
    """

    def __init__(self, *, port: int, bridge_port: int) -> None:
        self.taps: dict[int, float] = {}
        self._due = 0.0
        self._seq = 0
        super().__init__(port=port, bridge_port=bridge_port)

    def _live(self, now: float) -> float:
        if now >= self._due:
            self._due = now + 0.1
            self._seq += 1
            for uid, rms in self.taps.items():
                self.say("/mix/tap", uid, self._seq, rms, rms + 9.0, *[rms - 9.5] * 10)
        return self._due


class Studio:
    """Live with the hub on its master, the bridge, and a person with a remote."""

    def __init__(self, folder: Path, *, with_osc: bool) -> None:
        live_port, other_port, hub_port, remote_port = free_ports(4)
        daw: dict[str, object] = {"dialect": "ableton", "port": live_port}
        self.bridge = Bridge(
            folder,
            daw=daw if with_osc else {"port": hub_port},
            pace={"interval_s": 0.3},
        )
        self.live = Live(live_port, self.bridge.port) if with_osc else None
        self.hub = Script(
            "mixbridge_hub.js",
            arguments=[hub_port, other_port, self.bridge.port],
            tracks=NAMES,
            udp={"listen": hub_port, "outlets": {"0": other_port, "1": self.bridge.port}},
        )
        self.hub.ready()
        self.hub.do("play", on=1)
        self.remote = Person(port=remote_port, bridge_port=self.bridge.port)
        self.remote.greet()
        self.remote.wait_for_status("online")
        self.remote.taps = {int(t["id"]): -20.0 - t["id"] % 7 for t in self.hub.state()["tracks"]}

    def track(self, name: str) -> dict[str, float]:
        """What the hub's set holds of a track."""
        return next(t for t in self.hub.state()["tracks"] if t["name"] == name)

    def until(self, is_so: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not is_so():
            assert time.monotonic() < end, self.hub.state()
            time.sleep(0.02)

    def levels(self) -> tuple[float, ...]:
        """The RMS of each track that the bridge noted last, dBFS."""
        rows = rows_of(
            self.bridge, "SELECT levels FROM events WHERE levels NOT NULL ORDER BY seq DESC LIMIT 1"
        )
        blob = rows[0][0] if rows else b""
        assert isinstance(blob, bytes)
        return struct.unpack(f"<{len(blob) // 4}f", blob)[::12]

    def close(self) -> None:
        """The remote leaves, and Live is quit."""
        self.remote.close()
        self.hub.close()
        if self.live:
            self.live.close()


@pytest.fixture
def studio(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Studio]:
    with (
        closing(Studio(tmp_path, with_osc=getattr(request, "param", False))) as opened,
        ending(opened.bridge),
    ):
        yield opened


def test_moves_land_in_the_set_and_thumbs_reach_the_journal(studio: Studio) -> None:
    remote, hub = studio.remote, studio.hub
    remote.say("/bridge/mode", "suggest")
    landed: set[str] = set()
    while landed < {"gain", "pan"}:
        remote.say("/bridge/hello", remote.port)
        move = remote.hear_move("proposed")
        before = hub.state()["writes"]
        remote.say("/bridge/accept", move.name)
        remote.hear_move("confirmed", move.name)
        assert hub.state()["writes"] > before
        held = studio.track(NAMES[move.track - 1])
        landed.add(move.param)
        if move.param == "pan":
            assert held["pan"] == pytest.approx(move.to_value, abs=1e-4)
        else:
            assert fader_db(held["gain"]) == pytest.approx(move.to_value, abs=1e-2)
    remote.say("/bridge/mode", "observe")  # else a thumb is about the next suggestion
    remote.let_pass(A_WHILE_S)
    remote.say("/bridge/hello", remote.port)
    remote.hear("/bridge/rateable", move.name, "move")
    remote.let_pass(A_WHILE_S)
    hub.message("good")
    told = remote.hear("/bridge/rewarded")
    assert str(told.args[0]).startswith("live-")
    assert told.args[1] == move.name
    assert (told.args[0], 1.0) in rows_of(studio.bridge, "SELECT reward_id, value FROM rewards")


def test_a_hand_on_a_fader_is_a_hand(studio: Studio) -> None:
    studio.remote.say("/bridge/mode", "observe")
    studio.hub.do("hand", track=2, what="gain", value=fader_position(-9.0))
    change = studio.remote.hear("/bridge/change", "hand", 2, "gain")
    assert change.args[4] == pytest.approx(-9.0, abs=0.01)


def test_tracks_that_come_move_and_go_are_followed(studio: Studio) -> None:
    remote, hub = studio.remote, studio.hub
    remote.say("/bridge/mode", "observe")
    for step, place in (
        (lambda: hub.do("insert", place=0, name="New"), 3),
        (lambda: hub.do("move", track=3, to=1), 1),
        (lambda: hub.do("remove", track=2), 1),
    ):
        step()
        remote.let_pass(A_WHILE_S)
        value = -6.0 - place - len(hub.state()["tracks"])
        hub.do("hand", track=place, what="gain", value=fader_position(value))
        assert [t["name"] for t in hub.state()["tracks"]][place - 1] == "Bass"
        change = remote.hear("/bridge/change", "hand", place, "gain")
        assert change.args[4] == pytest.approx(value, abs=0.01)


def test_what_is_automated_is_left_alone(studio: Studio) -> None:
    for track in range(1, len(NAMES) + 1):
        for what in ("gain", "pan"):
            studio.hub.do("mark", track=track, what=what, property="automation_state", value=1)
    studio.remote.let_pass(A_WHILE_S)
    before = studio.hub.state()["writes"]
    studio.remote.say("/bridge/mode", "assist")
    studio.remote.let_pass(3 * A_WHILE_S)
    assert studio.hub.state()["writes"] == before
    studio.hub.do("mark", track=1, what="gain", property="automation_state", value=0)
    studio.hub.do("mark", track=1, what="pan", property="automation_state", value=0)
    studio.until(lambda: studio.hub.state()["writes"] > before)


def test_a_tap_is_heard_after_the_fader(studio: Studio) -> None:
    studio.remote.say("/bridge/mode", "observe")
    studio.hub.do("hand", track=3, what="gain", value=fader_position(-12.0))
    studio.remote.hear("/bridge/change", "hand", 3, "gain")
    studio.remote.taps[int(studio.track("Vox")["id"])] = -20.0
    studio.remote.let_pass(2.5)  # the bridge reads its meters once a second
    assert studio.levels()[2] == pytest.approx(-32.0, abs=0.1)


@pytest.mark.parametrize("studio", [True], indirect=True)
def test_beside_abletonosc_the_hub_says_what_is_automated_and_writes_nothing(
    studio: Studio,
) -> None:
    assert studio.live
    for track in range(1, len(NAMES) + 1):
        for what in ("gain", "pan"):
            studio.hub.do("mark", track=track, what=what, property="automation_state", value=1)
    studio.remote.let_pass(A_WHILE_S)
    before = len(studio.live.ask("state")["written"])
    studio.remote.say("/bridge/mode", "assist")
    moved = studio.remote.let_pass(3 * A_WHILE_S)
    params = {str(told.args[3]) for told in moved if told.address == "/bridge/move"}
    assert not params & {"gain", "pan"}
    written = studio.live.ask("state")["written"][before:]
    assert not {param for _, param, _ in written} & {"gain", "pan"}
    assert studio.hub.state()["writes"] == 0
    studio.live.ask(f"hand Bass {fader_position(-12.0)}")
    change = studio.remote.hear("/bridge/change", "hand", 2, "gain")
    assert change.args[4] == pytest.approx(-12.0, abs=0.05)


@pytest.mark.parametrize("studio", [True], indirect=True)
def test_the_doctor_is_told_by_the_running_bridge(studio: Studio) -> None:
    studio.until(lambda: "hub_silent_s" in ask_facts("127.0.0.1", studio.bridge.port))
    facts = ask_facts("127.0.0.1", studio.bridge.port)
    assert facts["live"] == "12.1"
    assert facts["tracks"] == len(NAMES)
    assert float(facts["answers_per_s"]) > 0.0
    assert float(facts["hub_silent_s"]) < PATIENCE_S
