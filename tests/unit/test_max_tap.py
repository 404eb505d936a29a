"""The track device's own script: whose levels it sends, and in what form."""

import math
from collections.abc import Iterator

import numpy as np
import pytest
from support.max.fake import Atom, Said, Script

from bridge.daw.taps import Taps
from bridge.learning.q_learning import FloatArray
from bridge.mix.device_events import NoteHeard
from bridge.osc.message import OscMessage
from bridge.sim.synths import SAMPLE_RATE, draw_synth
from bridge.tasks.sound.note import measure_note

TO_BRIDGE, TO_HUB, TO_PANEL = 0, 1, 2
FRAME = [0.02, 0.5, 0.25, *[0.001] * 10]
"""What the patch sends: power of both channels, their peaks, ten octaves."""


@pytest.fixture
def tap() -> Iterator[Script]:
    with Script("mixbridge_tap.js", tracks=("Kick", "808"), place="live_set tracks 1") as script:
        yield script


def sent(said: list[Said], outlet: int = TO_BRIDGE) -> list[list[Atom]]:
    return [atoms for number, atoms in said if number == outlet]


def shown(said: list[Said]) -> dict[Atom, Atom]:
    return {atoms[0]: atoms[-1] for atoms in sent(said, TO_PANEL)}


def introduce(tap: Script, track_id: int = 42) -> int:
    """The hub answers; returns the device's key."""
    ((key, *_),) = sent(tap.ready(), TO_HUB)
    tap.message("known", key, track_id)
    return int(key)


def test_it_says_hello_and_asks_the_hub_for_its_track(tap: Script) -> None:
    said = tap.ready()
    assert sent(said) == [["/mix/tap/hello", 0, "808", "1.0.0"]]
    ((key, *path),) = sent(said, TO_HUB)
    assert path == ["live_set", "tracks", "1"]
    assert shown(tap.message("known", key, 42))["track"] == "808"
    said = tap.advance(2.0)
    assert sent(said) == [["/mix/tap/hello", 42, "808", "1.0.0"]]
    assert len(sent(tap.advance(10.0))) == 5


def test_loaded_again_it_is_the_same_device(tap: Script) -> None:
    key = introduce(tap)
    assert tap.message("bang") == []
    assert sent(tap.advance(2.0), TO_HUB)[0][0] == key


def test_what_the_hub_tells_another_is_not_for_it(tap: Script) -> None:
    key = introduce(tap)
    tap.message("known", key + 1, 43)
    assert sent(tap.message(*FRAME))[0][1] == 42


def test_without_a_hub_no_levels_are_sent_in_anybody_s_name(tap: Script) -> None:
    tap.ready()
    assert sent(tap.message(*FRAME)) == []
    introduce_again = sent(tap.advance(2.0), TO_HUB)
    tap.message("known", introduce_again[0][0], 42)
    assert sent(tap.message(*FRAME)) != []
    said = tap.advance(10.0)  # the hub was deleted
    assert "no hub" in str(shown(said)["track"])
    assert sent(tap.message(*FRAME)) == []


def test_levels_are_dbfs_and_never_whole(tap: Script) -> None:
    introduce(tap)
    ((address, track, number, rms, peak, *octaves),) = sent(tap.message(*FRAME))
    assert (address, track, number) == ("/mix/tap", 42, 1)
    assert rms == pytest.approx(-20.0)
    assert peak == pytest.approx(20 * math.log10(0.5))
    assert octaves == pytest.approx([10 * math.log10(0.0005)] * 10)
    (silence,) = sent(tap.message(*[0.0] * 13))
    assert silence[2:] == [2, *[-119.99] * 12]
    for atoms in sent(tap.message(*[2e-3, *[1e-9] * 12])):
        assert all(isinstance(atom, float) and atom >= -120.0 for atom in atoms[4:])


@pytest.mark.parametrize("frame", [FRAME[:-1], [*FRAME, 0.5], [math.pi] * 2])
def test_a_frame_of_another_size_is_none(tap: Script, frame: list[float]) -> None:
    introduce(tap)
    assert tap.message(*frame) == []


def test_the_person_sees_what_is_sent(tap: Script) -> None:
    introduce(tap)
    said = tap.message(*FRAME)
    assert shown(said)["level"] == "-20.0 RMS   -6.0 peak"
    (bands,) = [atoms for atoms in sent(said, TO_PANEL) if atoms[0] == "bands"]
    assert len(bands) == 11
    assert shown(tap.message(*[0.0] * 13))["level"] == "-inf RMS   -inf peak"


@pytest.mark.parametrize(
    "place", ["live_set return_tracks 0", "live_set master_track", "live_set tracks 1 devices 0"]
)
def test_on_anything_else_than_a_track_it_says_where_to_put_it(tap: Script, place: str) -> None:
    introduce(tap)
    tap.do("place", path=place)
    said = tap.advance(2.0)
    assert sent(said) == []
    assert sent(said, TO_HUB) == []
    assert "Put this on a track" in str(shown(said)["track"])
    assert sent(tap.message(*FRAME)) == []


def test_moved_to_another_track_it_asks_again(tap: Script) -> None:
    introduce(tap)
    tap.do("place", path="live_set tracks 0")
    assert sent(tap.message(*FRAME)) == []
    assert sent(tap.advance(2.0), TO_HUB)[0][1:] == ["live_set", "tracks", "0"]


def test_switched_off_it_says_goodbye_and_nothing_more(tap: Script) -> None:
    introduce(tap)
    assert sent(tap.message("enabled", 0)) == [["/mix/tap/bye", 42]]
    assert tap.advance(5.0) == []
    assert tap.message(*FRAME) == []
    assert sent(tap.message("enabled", 1))[0][0] == "/mix/tap/hello"


def test_it_never_writes_to_live(tap: Script) -> None:
    introduce(tap)
    tap.advance(10.0)
    tap.message(*FRAME)
    assert tap.state()["writes"] == 0
    assert tap.state()["observers"] == 0


# -- notes ------------------------------------------------------------------------------------


def frames(wave: FloatArray, rate: int) -> list[list[float]]:
    """What the patch hands over of a mono sound on both channels: power, and ten octaves."""
    hop = rate // 50
    found = []
    for start in range(0, wave.size - hop + 1, hop):
        part = wave[start : start + hop]
        power = np.abs(np.fft.rfft(part)) ** 2
        freq = np.fft.rfftfreq(hop, 1.0 / rate)
        octave = np.clip(np.rint(np.log2(np.maximum(freq, 20.0) / 31.25)), 0, 9).astype(int)
        shares = np.bincount(octave, power, 10) / max(power.sum(), 1e-12)
        mean = 2.0 * float(np.mean(part**2))
        found.append([mean, *(mean * shares).tolist()])
    return found


def notes(tap: Script, wave: FloatArray) -> list[list[Atom]]:
    said = [each for frame in frames(wave, SAMPLE_RATE) for each in tap.message("frame", *frame)]
    return [atoms for atoms in sent(said) if atoms[0] == "/mix/tap/note"]


def pluck(hz: float, seconds: float = 0.5) -> FloatArray:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return np.asarray(0.5 * np.exp(-time / 0.1) * np.sin(2 * np.pi * hz * time))


SILENCE = np.zeros(SAMPLE_RATE // 2)


@pytest.mark.parametrize("seed", [1, 4, 5])
def test_a_note_measures_as_the_bridge_s_own_ear_does(tap: Script, seed: int) -> None:
    introduce(tap)
    rng = np.random.default_rng(seed)
    synth = draw_synth("subtractive", rng)
    wave = synth.render(rng.uniform(0.3, 0.7, len(synth.names)), rng).astype(float)
    own = measure_note(wave, SAMPLE_RATE)
    said = notes(tap, np.concatenate([SILENCE, wave, SILENCE]))
    (_, track, number, attack, length, bright, body, rough, motion, level) = said[0]
    assert (track, number) == (42, 1)
    assert attack == pytest.approx(own.attack_s, abs=0.02)
    assert length == pytest.approx(own.length_s, abs=0.05)
    assert bright == pytest.approx(own.bright_oct, abs=0.5)
    assert body == pytest.approx(max(own.body_db, -29.99), abs=3.0)
    assert motion == pytest.approx(own.motion_oct, abs=0.25)
    assert level == pytest.approx(own.level_db, abs=0.5)
    assert rough > 0.0, "not measured: ten octaves are too coarse"


def test_notes_of_a_line_are_counted_and_silence_and_rooms_are_none(tap: Script) -> None:
    introduce(tap)
    line = np.concatenate([SILENCE, *(pluck(hz) for hz in (110.0, 220.0, 440.0)), SILENCE, SILENCE])
    said = notes(tap, line)
    assert [atoms[2] for atoms in said] == [1, 2, 3]
    assert [atoms[5] for atoms in said] == sorted(atoms[5] for atoms in said)  # type: ignore[type-var]
    room = np.random.default_rng(1).normal(0.0, 0.002, 4 * SAMPLE_RATE)
    assert notes(tap, room)[1:] == []


def test_the_bridge_takes_what_it_says_of_a_note(tap: Script) -> None:
    introduce(tap)
    ((_, *args),) = notes(tap, np.concatenate([SILENCE, pluck(220.0), SILENCE]))
    taps = Taps()
    taps.arrange(["42"])
    (note,) = taps.decode(OscMessage("/mix/tap/note", tuple(args)), at=1.0) or ()
    assert isinstance(note, NoteHeard)
    assert math.isnan(note.rough)
