"""The first minutes with a new remote or a new DAW: what is wrong is answered, logged and shown."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from support.ports import free_ports
from support.rig import PARAMS, PATIENCE_S, Bridge, Desk, Remote, encode, moves_in_assist

pytestmark = pytest.mark.e2e


@pytest.fixture
def stranger(bridge: Bridge) -> Iterator[Remote]:
    """A remote that never says hello."""
    with closing(Remote(port=free_ports(1)[0], bridge_port=bridge.port)) as remote:
        yield remote


def _log(bridge: Bridge) -> str:
    return bridge.log.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("address", "args", "words"),
    [
        ("/bridge/reward", (127,), "number from -1 to 1"),
        ("/bridge/hello", (), "expected port"),
        ("/bridge/mode", ("party",), "observe, suggest, assist, gig"),
        ("/bridge/safe", ("No such track", "gain", 1), "there is no track 'No such track'"),
        ("/bridge/rewards", (1.0,), "did you mean /bridge/reward?"),
        ("/Bridge/Panic", (), "did you mean /bridge/panic?"),
    ],
)
def test_who_never_said_hello_is_answered_at_the_port_that_it_sent_from(
    bridge: Bridge, desk: Desk, stranger: Remote, address: str, args: tuple[object, ...], words: str
) -> None:
    stranger.say(address, *args)
    (text,) = stranger.hear("/bridge/error").args
    assert words in text
    assert desk.hear("/bridge/error").args == (text,), "who said hello hears it as before"
    assert text in _log(bridge)


def test_a_flood_of_wrong_requests_gets_few_answers_and_few_lines(
    bridge: Bridge, desk: Desk, stranger: Remote
) -> None:
    before = len(_log(bridge))
    for _ in range(200):
        stranger.say("/bridge/role", "1", "kazoo")
    desk.say("/bridge/mode", "observe")
    stranger.say("/bridge/stats")
    answers = [told for told in stranger.let_pass(0.3) if told.address == "/bridge/error"]
    assert 1 <= len(answers) <= 6
    assert _log(bridge)[before:].count("kazoo") == 1


def test_an_address_that_nobody_knows_is_logged_once_with_what_may_be_meant(
    bridge: Bridge, desk: Desk
) -> None:
    for _ in range(20):
        desk.say("/mix/track/1/volume", 0.7)
        desk.say("/mix/track/master/gain", -3.0)
        desk.say("/mix/track/99/gain", -3.0)
    # A person's messages go first: an answer to one shows nothing of what the DAW has sent.
    desk.wait_until(lambda: "messages about track 99 are ignored" in _log(bridge))
    desk.say("/bridge/reward", 1.0, "", "the-last")
    desk.hear("/bridge/rewarded", "the-last")
    log = _log(bridge)
    assert log.count("did you mean /mix/track/1/gain?") == 1
    assert log.count("/mix/track/master/gain: no such address") == 1
    assert log.count("messages about track 99 are ignored") == 1


def test_the_counters_are_told_and_the_doctor_puts_them_into_words(
    bridge: Bridge, desk: Desk, stranger: Remote
) -> None:
    desk.say("/mix/track/1/volume", 0.7)
    desk.say("/bridge/mode", "party")
    desk.hear("/bridge/error")
    desk.say("/bridge/stats")
    stats: dict[str, int] = {}
    while (pair := desk.hear("/bridge/stat").args) != ("", 0):
        stats[pair[0]] = pair[1]
    assert stats["received"] > 10
    assert stats["unknown"] >= 1
    assert stats["refused"] >= 1
    stranger.say("/bridge/stats", stranger.port)
    stranger.hear("/bridge/stat", "received")
    stranger.hear("/bridge/stat", "")
    done = subprocess.run(
        [sys.executable, "-m", "bridge", "doctor", "--config", str(bridge.config)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert "messages to unknown addresses, which were ignored: " in done.stdout
    assert "requests that were refused: " in done.stdout
    assert "datagrams received: " in done.stdout


# -- buttons ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("on", "off"), [(1.0, 0.0), (1, 0), (True, False), (127, 0)])
def test_the_release_of_a_button_does_nothing(desk: Desk, on: object, off: object) -> None:
    desk.let_pass(0.3)  # the presses of whoever sat here before are other presses
    desk.say("/bridge/mode", "suggest")
    move = desk.hear_move("proposed")
    desk.say("/bridge/skip", off)
    desk.say("/bridge/accept", off)
    desk.say("/bridge/panic", off)
    desk.say("/bridge/accept", on)
    desk.say("/bridge/accept", off)
    desk.hear_move("confirmed", move.name)
    desk.say("/bridge/mode", "observe")
    desk.say("/bridge/undo", off)
    desk.say("/bridge/undo", on)
    desk.say("/bridge/undo", off)
    desk.hear_move("reverted", move.name)
    desk.say("/bridge/panic", on)
    desk.say("/bridge/panic", off)
    desk.hear("/bridge/status", "panic")
    desk.say("/bridge/rearm", off)
    assert not [told for told in desk.let_pass(0.1) if told.address == "/bridge/status"]
    desk.say("/bridge/rearm", on)
    desk.hear("/bridge/status", "online")


# -- one large bundle ------------------------------------------------------------------------------


def test_a_long_session_may_be_told_in_one_bundle_and_one_bad_element_costs_itself(
    desk: Desk,
) -> None:
    desk.obeys = False
    desk.open_song(tuple((f"Guitar {number}", "guitar") for number in range(1, 61)))
    bundle = OscBundleBuilder(IMMEDIATELY)
    for _ in range(2):
        bundle.add_content(OscMessage(encode("/mix/tracks", 60)))
    for track, strip in enumerate(desk.strips, start=1):
        bundle.add_content(OscMessage(encode(f"/mix/track/{track}/id", strip.uid)))
        bundle.add_content(OscMessage(encode(f"/mix/track/{track}/name", strip.name)))
        for param in PARAMS:
            bundle.add_content(OscMessage(encode(f"/mix/track/{track}/{param}", 0.0)))
        bundle.add_content(OscMessage(encode(f"/mix/track/{track}/picture", b"blob")))
    bundle.add_content(OscMessage(encode("/mix/synced")))
    datagram = bundle.build().dgram
    assert len(datagram) > 16_384
    desk.say_bytes(datagram)
    desk.obeys = True
    assert {move.track for move in moves_in_assist(desk, 5)} <= set(range(1, 61))


# -- the log ---------------------------------------------------------------------------------------


def test_at_the_level_debug_every_message_is_logged(tmp_path: Path) -> None:
    bridge_port, daw_port = free_ports(2)
    config = tmp_path / "config.yaml"
    config.write_text(
        f"listen: {{port: {bridge_port}}}\ndaw: {{port: {daw_port}}}\n"
        f"store: '{tmp_path / 'mix.db'}'\nweb: {{enabled: false}}\nmidi: {{enabled: false}}\n"
    )
    command = [sys.executable, "-m", "bridge", "run", "--config", str(config)]
    command += ["--log-level", "debug"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        wanted = f"DEBUG   to 127.0.0.1:{daw_port}: OscMessage(address='/mix/refresh'"
        is_said = any(wanted in line for line in process.stderr)
        process.terminate()
        process.stderr.read()
    assert is_said
