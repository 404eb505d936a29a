"""The probe: its source is run by a small EEL2, and what it leaves in memory is measured."""

import math
import random
from pathlib import Path

import pytest
from support.reaper.eel import Effect
from support.reaper.fake import SCRIPTS

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
