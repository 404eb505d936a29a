"""The probe: its source is run by a small EEL2, and what it leaves in memory is measured."""

import math
import random
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from support.reaper.eel import Effect
from support.reaper.fake import SCRIPTS

from bridge.tasks.sound.note import measure_note

PROBE = SCRIPTS / "mixbridge_probe.jsfx"
RATE = 8000.0
SLOT = 32


def tone(hz: float, seconds: float, amplitude: float = 0.5) -> list[float]:
    return [amplitude * math.sin(2 * math.pi * hz * n / RATE) for n in range(round(RATE * seconds))]


def levels(gmem: dict[int, float], track: int) -> list[float]:
    """RMS and octaves in dB."""
    cells = [gmem[SLOT * (track + 1) + cell] for cell in range(1, 12)]
    return [10 * math.log10(cell) if cell > 0 else -200.0 for cell in cells]


def test_the_sound_passes_to_the_bit() -> None:
    rng = random.Random(3)
    left, right = ([rng.uniform(-1, 1) for _ in range(1000)] for _ in range(2))
    assert Effect(PROBE, rate=RATE, track=0, gmem={}).play(left, right) == (left, right)


def test_rms_and_peak_are_those_of_the_sound() -> None:
    gmem: dict[int, float] = {}
    sound = tone(1000.0, 0.1)
    Effect(PROBE, rate=RATE, track=4, gmem=gmem).play(sound, sound)
    assert levels(gmem, 4)[0] == pytest.approx(20 * math.log10(0.5) - 3.01, abs=0.02)
    assert gmem[SLOT * 5 + 12] == pytest.approx(0.5, abs=1e-3)
    assert gmem[SLOT * 5] == 2.0


@pytest.mark.parametrize("octave", [2, 4, 6])
def test_a_tone_is_heard_in_its_octave(octave: int) -> None:
    gmem: dict[int, float] = {}
    sound = tone(31.25 * 2**octave, 0.4)
    Effect(PROBE, rate=RATE, track=0, gmem=gmem).play(sound, sound)
    rms, *octaves = levels(gmem, 0)
    assert octaves[octave] == pytest.approx(rms, abs=0.3)
    neighbours = [octaves[octave - 1], octaves[octave + 1]]
    far = [level for place, level in enumerate(octaves[:8]) if abs(place - octave) >= 2]
    print(f"neighbours {[f'{n - rms:.1f}' for n in neighbours]}, beyond {max(far) - rms:.1f} dB")  # noqa: T201
    assert max(neighbours) < rms - 6.0
    assert max(far) < rms - 13.0


def test_the_generation_is_written_last() -> None:
    order: list[int] = []

    class Watched(dict[int, float]):
        def __setitem__(self, key: int, value: float) -> None:
            order.append(key)
            super().__setitem__(key, value)

    sound = tone(500.0, 0.06)
    Effect(PROBE, rate=RATE, track=0, gmem=Watched()).play(sound, sound)
    assert order[-1] == SLOT
    assert sorted(order) == list(range(SLOT, SLOT + 13))


def test_it_adds_no_latency_and_writes_no_automation() -> None:
    text = PROBE.read_text(encoding="utf-8")
    assert "options:gmem=mixbridge" in text
    assert "pdc_delay" not in text
    assert "slider" not in text


@pytest.mark.parametrize("code", ["x = fft(1, 2);", "x = 1 # 2;", "loop(2, x = 1"])
def test_what_the_small_eel_does_not_know_is_an_error(tmp_path: Path, code: str) -> None:
    path = tmp_path / "effect.jsfx"
    path.write_text(f"desc:x\n@init\n{code}\n@block\n@sample\n")
    with pytest.raises(SyntaxError):
        Effect(path, rate=RATE, track=0, gmem={})


# -- notes ------------------------------------------------------------------------------------

NOTE_RATE = 16_000.0


def note_cells(gmem: dict[int, float], track: int = 0) -> tuple[float, ...]:
    base = SLOT * (track + 1) + 16
    return tuple(gmem.get(base + cell, 0.0) for cell in range(7))


@pytest.mark.slow
@pytest.mark.parametrize(("hz", "attack_s"), [(250.0, 0.005), (1000.0, 0.2)])
def test_a_note_measures_as_the_bridges_own_ear_does(hz: float, attack_s: float) -> None:
    time = np.arange(round(0.6 * NOTE_RATE)) / NOTE_RATE
    envelope = np.minimum(time / attack_s, 1.0) * np.clip((0.5 - time) / 0.01, 0.0, 1.0)
    wave = 0.5 * envelope * np.sin(2 * np.pi * hz * time)
    own = measure_note(wave, NOTE_RATE)
    gmem: dict[int, float] = defaultdict(float)
    padded = [*[0.0] * 4000, *wave.tolist(), *[0.0] * 4000]
    Effect(PROBE, rate=NOTE_RATE, track=0, gmem=gmem).play(padded, padded)
    count, attack, length, bright, body, motion, top = note_cells(gmem)
    assert count == gmem[31] == 1.0
    assert attack == pytest.approx(own.attack_s, abs=0.03)
    assert length == pytest.approx(own.length_s, abs=0.05)
    assert bright == pytest.approx(own.bright_oct, abs=0.5)
    assert body < 0.5
    assert motion < 0.4
    assert 10 * math.log10(top) == pytest.approx(own.level_db, abs=0.5)


@pytest.mark.slow
def test_two_notes_are_two_and_a_room_is_none() -> None:
    rng = random.Random(5)
    gmem: dict[int, float] = defaultdict(float)
    effect = Effect(PROBE, rate=RATE, track=0, gmem=gmem)
    room = [rng.gauss(0.0, 0.001) for _ in range(16_000)]
    effect.play(room, room)
    heard = gmem.get(SLOT + 16, 0.0)
    assert heard <= 1.0  # the room itself, where it begins
    line = [*tone(300.0, 0.3), *[0.0] * 2000, *tone(600.0, 0.3), *[0.0] * 4000]
    effect.play(line, line)
    assert gmem[SLOT + 16] == heard + 2.0
