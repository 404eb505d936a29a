"""What a person gets to read when something is wrong: one sentence, exit code 2, no traceback."""

import resource
import socket
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.ports import free_ports
from support.rig import PARAMS, PATIENCE_S, Bridge, Desk, running, sitting_at

pytestmark = pytest.mark.e2e

MIXBRIDGE = (sys.executable, "-m", "bridge")
AUDIO_LIBRARIES = ("pyloudnorm", "rich", "scipy", "soundfile")


def _refusal(
    *arguments: object, program: tuple[str, ...] = MIXBRIDGE, folder: Path | None = None
) -> str:
    """Run the command without a terminal, in a folder; the one sentence that it ends with."""
    done = subprocess.run(
        [*program, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
        cwd=folder,
    )
    assert (done.returncode, done.stdout) == (2, ""), done
    assert "Traceback" not in done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("mixbridge: ")
    return line


def _config(folder: Path, text: str = "", store: str = "mix.db") -> Path:
    listen, daw = free_ports(2)
    path = folder / "config.yaml"
    own = f"listen: {{port: {listen}}}\ndaw: {{port: {daw}}}\nstore: '{folder / store}'\n"
    path.write_text(text or own, encoding="utf-8")
    return path


# -- settings --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("modes: suggest", ["modes", "unknown key", "did you mean mode"]),
        ("learning: {stepsize: 0.1}", ["learning.stepsize", "learning.step_size"]),
        ("learning: {discount: 1.5}", ["learning.discount", "0 <= discount < 1", "1.5"]),
        ("pace: {interval_s: 0.001}", ["pace.interval_s", "0.02", "0.001"]),
        ("seed: lucky", ["seed", "whole number", "lucky"]),
        ("mode: party", ["mode", "suggest", "party"]),
        ("web: {enabled: yes}", ["web.enabled", "true or false", "yes"]),
        ("on: true", ["on", "unknown key"]),
        ("seed: 1\nseed: 2", ["seed", "twice"]),
        ("daw: {dialect: cubase}", ["daw.dialect", "generic", "cubase"]),
        ("daw: {port: 70000}", ["daw.port", "65535", "70000"]),
        ("listen: {host: nowhere}", ["listen.host", "IPv4", "nowhere"]),
        ("listen: {port: 9401}", ["9401", "both"]),
        ("mode: [suggest", ["line"]),
        ("- suggest", ["keys and values"]),
        ("learning: {epsilon: .nan}", ["learning.epsilon", ".nan"]),
        ("seed: !!python/object:os.system 1", ["tags"]),
    ],
)
def test_a_wrong_setting_names_file_key_and_what_was_expected(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    config = _config(tmp_path, text)
    sentence = _refusal("run", "--config", config)
    assert str(config) in sentence
    assert not [word for word in words if word not in sentence], sentence


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    config = _config(tmp_path, "modus: suggest\nseed: lucky\n")
    command = [*MIXBRIDGE, "check-config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert done.returncode == 2
    assert {line.split(":")[2].strip() for line in done.stderr.splitlines()} == {"modus", "seed"}


def test_a_missing_settings_file_is_named(tmp_path: Path) -> None:
    assert "absent.yaml" in _refusal("run", "--config", tmp_path / "absent.yaml")


# -- ports and stores ------------------------------------------------------------------------------


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        config = _config(tmp_path, f"listen: {{port: {port}}}\nstore: '{tmp_path / 'mix.db'}'\n")
        assert str(port) in _refusal("run", "--config", config)


def test_a_store_that_another_bridge_has_is_refused(tmp_path: Path) -> None:
    with running(tmp_path) as bridge, sitting_at(bridge):
        other = tmp_path / "other"
        other.mkdir()
        config = _config(other, store=str(bridge.store))
        assert str(bridge.store) in _refusal("run", "--config", config)


@pytest.mark.parametrize(
    "store", ["/proc/mix.db", "/dev/null/mix.db", "/no/such/folder/mix.db", "/proc"]
)
def test_a_store_that_cannot_be_written_is_refused(tmp_path: Path, store: str) -> None:
    if sys.platform != "linux" and store.startswith("/proc"):
        pytest.skip("/proc, where not even root makes a file, is Linux's")
    assert store in _refusal("run", "--config", _config(tmp_path, store=store))


@pytest.mark.parametrize("content", [b"no database", b"SQLite format 3\0" + bytes(5000)])
def test_a_broken_store_is_kept_and_a_new_one_begun(tmp_path: Path, content: bytes) -> None:
    store = tmp_path / "mix.db"
    store.write_bytes(content)
    with running(tmp_path) as bridge, sitting_at(bridge) as desk:
        desk.say("/bridge/reward", 1.0, "", "fresh")
        desk.hear("/bridge/rewarded", "fresh")
        log = bridge.log.read_text(encoding="utf-8")
    (kept,) = tmp_path.glob("mix.db.broken*")
    assert kept.read_bytes() == content
    assert kept.name in log


@pytest.fixture
def crowded(tmp_path: Path) -> Iterator[tuple[Bridge, Desk]]:
    """A bridge that has moved something, and whose files can then grow no further."""
    with running(tmp_path, mode="suggest") as bridge, sitting_at(bridge) as desk:
        desk.say("/bridge/mode", "assist")
        for _ in range(8):
            desk.hear_move("confirmed")
        desk.say("/bridge/mode", "observe")
        _allow(bridge, 16_384)
        for number in range(50):
            desk.say("/bridge/reward", 1.0, "", f"fill-{number}")
        yield bridge, desk
        _allow(bridge, resource.RLIM_INFINITY)


def _allow(bridge: Bridge, size: int) -> None:
    """Let no file of the bridge grow beyond `size` bytes: a full disk, for this process alone."""
    resource.prlimit(bridge.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_a_full_disk_degrades_and_refuses_rewards_in_words(crowded: tuple[Bridge, Desk]) -> None:
    _, desk = crowded
    _, text = desk.hear("/bridge/status", "degraded").args
    assert text
    desk.say("/bridge/reward", 1.0, "", "refused")
    while "refused" not in (refusal := desk.hear("/bridge/error").args[0]):
        pass
    assert refusal
    assert not [told for told in desk.let_pass(0.3) if told.address == "/bridge/rewarded"]


def test_panic_works_on_a_full_disk(crowded: tuple[Bridge, Desk]) -> None:
    _, desk = crowded
    desk.hear("/bridge/status", "degraded")
    assert any(strip.values != dict.fromkeys(PARAMS, 0.0) for strip in desk.strips)
    desk.say("/bridge/panic")
    desk.hear("/bridge/status", "panic")
    desk.wait_until(lambda: all(not any(strip.values.values()) for strip in desk.strips))


def test_a_disk_with_room_again_takes_what_was_refused(crowded: tuple[Bridge, Desk]) -> None:
    bridge, desk = crowded
    desk.hear("/bridge/status", "degraded")
    _allow(bridge, resource.RLIM_INFINITY)
    desk.hear("/bridge/status", "online")
    desk.say("/bridge/reward", 1.0, "", "fill-49")
    desk.hear("/bridge/rewarded", "fill-49")


# -- stems, terminal, libraries --------------------------------------------------------------------


def _write_wav(path: Path) -> None:
    """Write a second of silence."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(bytes(2 * 48_000))


HEADLESS = ("demo", "--headless", "--listener", "auto", "--moves", 1)


def _demo(stems: Path) -> str:
    return _refusal(*HEADLESS, "--stems", stems, folder=stems.parent)


def test_stems_that_are_not_there_are_refused(tmp_path: Path) -> None:
    assert "absent" in _demo(tmp_path / "absent")


def test_an_empty_folder_of_stems_is_refused(tmp_path: Path) -> None:
    assert "no stems" in _demo(tmp_path)


def test_stems_that_are_all_silent_are_refused_by_name(tmp_path: Path) -> None:
    _write_wav(tmp_path / "kick.wav")
    assert "kick.wav (silent)" in _demo(tmp_path)


def test_a_file_that_is_no_audio_is_named(tmp_path: Path) -> None:
    (tmp_path / "kick.wav").write_bytes(b"no audio")
    assert "kick.wav" in _demo(tmp_path)


def test_a_demo_without_a_terminal_says_how_to_go_on(tmp_path: Path) -> None:
    assert "--headless" in _refusal("demo", folder=tmp_path)
    assert not list(tmp_path.iterdir()), "and leaves nothing behind"


def _without(libraries: tuple[str, ...]) -> tuple[str, ...]:
    """The command line in a Python in which these are not installed."""
    program = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({libraries!r}))\n"  # as the import system knows absence
        "from bridge.cli.main import main\n"
        "main()\n"
    )
    return (sys.executable, "-c", program)


def test_a_demo_without_the_audio_libraries_says_how_to_get_them(tmp_path: Path) -> None:
    sentence = _refusal(*HEADLESS, program=_without(AUDIO_LIBRARIES), folder=tmp_path)
    assert "pip install" in sentence
    assert "[demo]" in sentence


def test_a_bridge_needs_no_audio_library(tmp_path: Path) -> None:
    command = [*_without(AUDIO_LIBRARIES), "run", "--config", str(_config(tmp_path))]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        is_ready = any("Ready" in line for line in process.stderr)
        process.terminate()
        process.stderr.read()
    assert is_ready
    assert process.returncode == 0
