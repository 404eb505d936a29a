"""A bridge in a process of its own beside a desk in memory: real sockets, real time."""

import socket
from contextlib import closing
from pathlib import Path

import pytest
from support.desk_rig import Gig
from support.rig import ending

from bridge.daws.desk.study.fake import NAMES, FakeDesk
from bridge.daws.desk.study.loopback import DeskOnLoopback
from bridge.osc.encode import encode
from bridge.osc.message import OscMessage

pytestmark = pytest.mark.e2e


def band(**given: object) -> FakeDesk:
    desk = FakeDesk(**given).plug(NAMES[:8])  # type: ignore[arg-type]
    desk.meters_dbfs.update({1: -12.0, 2: -15.0, 3: -40.0, 7: -14.0, 8: -20.0})
    return desk


@pytest.mark.parametrize(
    "given", [{}, {"model": "XR18", "name": "XR18-1", "firmware": "1.17", "tells_writers": True}]
)
def test_a_move_of_the_bridge_and_a_hand_on_the_desk(
    tmp_path: Path, given: dict[str, object]
) -> None:
    with closing(Gig(tmp_path, band(**given), mode="assist")) as gig, ending(gig.bridge):
        gig.remote.greet()
        gig.remote.wait_for_status("online")
        gig.remote.say("/bridge/pin", "A")
        move = gig.remote.hear_move("confirmed", within_s=40.0)
        if move.param == "gain":
            assert gig.served.fader_db(move.track) == pytest.approx(move.to_value, abs=0.02)
        assert {address.split("/")[1] for address in gig.served.written} == {"ch"}
        gig.remote.say("/bridge/mode", "observe")
        other = 3 if move.track != 3 else 4
        for step in range(20):
            gig.served.hand_db(other, -10.0 - 0.3 * step)
            gig.remote.let_pass(0.02)
        heard = gig.remote.hear("/bridge/change", "hand", other, "gain")
        assert heard.args[4] == pytest.approx(-15.7, abs=0.1)


def test_nobody_else_is_the_desk_and_no_request_comes_by_its_socket(tmp_path: Path) -> None:
    with closing(Gig(tmp_path, band())) as gig, ending(gig.bridge):
        gig.remote.greet()
        gig.remote.wait_for_status("online")
        port = next(iter(gig.served.desk.clients)).rpartition(":")[2]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            lie = encode(OscMessage("/ch/01/mix/fader", (0.1,)))
            panic = encode(OscMessage("/bridge/panic", (1,)))
            for datagram, to in ((lie, int(port)), (panic, int(port)), (lie, gig.bridge.port)):
                stranger.sendto(datagram, ("127.0.0.1", to))
        said = gig.remote.let_pass(1.0)
        assert not [each for each in said if each.address == "/bridge/change"]
        assert not [each for each in said if each.args[:1] == ("panic",)]


def test_without_a_desk_it_says_what_to_look_at(tmp_path: Path) -> None:
    gig = Gig(tmp_path, band())
    gig.served.desk.is_on = False
    with closing(gig), ending(gig.bridge):
        gig.remote.greet()
        text = gig.remote.wait_for_status("stale")
        assert "no desk answers at 127.0.0.1" in text
        assert "firewall" in text
        gig.served.desk.is_on = True
        gig.remote.wait_for_status("online")
        assert gig.served.written == []


def test_assist_is_refused_in_words_until_somebody_has_pinned_the_mix(tmp_path: Path) -> None:
    with closing(Gig(tmp_path, band(), mode="suggest")) as gig, ending(gig.bridge):
        gig.remote.greet()
        gig.remote.wait_for_status("online")
        gig.remote.say("/bridge/mode", "assist")
        (text,) = gig.remote.hear("/bridge/error").args
        assert "mixbridge pin a" in text
        assert gig.served.written == []


def test_a_desk_whose_port_is_closed_for_a_while_is_found_again(tmp_path: Path) -> None:
    with closing(Gig(tmp_path, band(), mode="suggest")) as gig, ending(gig.bridge):
        gig.remote.greet()
        gig.remote.wait_for_status("online")
        port = gig.served.port
        gig.served.close()
        gig.remote.wait_for_status("stale")
        restarted = FakeDesk().plug(("Organ", *NAMES[1:8]))
        gig.served = DeskOnLoopback(restarted, port=port)
        gig.remote.wait_for_status("online")
        assert gig.served.written == []
