"""The ear: notes in a stream are found, one by one, and measured as their own recordings are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.learning.q_learning import FloatArray
from bridge.sim.synths import SAMPLE_RATE, draw_synth
from bridge.tasks.sound.ear import Ear, EarNote
from bridge.tasks.sound.note import LISTENED_S, measure_note

RATE = SAMPLE_RATE


def silence(seconds: float) -> FloatArray:
    return np.zeros(round(seconds * RATE))


def pluck(freq_hz: float, *, decay_s: float = 0.1, seconds: float = 0.5) -> FloatArray:
    time = np.arange(round(seconds * RATE)) / RATE
    return np.asarray(0.5 * np.exp(-time / decay_s) * np.sin(2.0 * np.pi * freq_hz * time))


def listen(stream: FloatArray, *, block: int = 128, splits: bool = True) -> list[EarNote]:
    ear = Ear(RATE, splits=splits)
    return [
        each for at in range(0, stream.size, block) for each in ear.feed(stream[at : at + block])
    ]


def drawn(seed: int) -> FloatArray | None:
    """A note of a random synth; None where it cannot be heard."""
    rng = np.random.default_rng(seed)
    synth = draw_synth("subtractive", rng)
    wave = synth.render(rng.random(len(synth.names)), np.random.default_rng(1)).astype(np.float64)
    return None if np.abs(wave).max() < 0.01 else wave


@settings(max_examples=50, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    before_s=st.floats(0.1, 0.5),
    block=st.sampled_from([64, 128, 441, 1024]),
)
def test_a_note_in_a_stream_measures_as_its_recording_does(
    seed: int, before_s: float, block: int
) -> None:
    wave = drawn(seed)
    if wave is None:
        return
    stream = np.concatenate([silence(before_s), wave, silence(1.5)])
    (heard,) = listen(stream, block=block, splits=False)
    assert heard.note.bright_oct == pytest.approx(measure_note(wave, RATE).bright_oct, abs=0.2)


def test_most_notes_begin_where_they_do_and_their_attack_is_theirs() -> None:
    begins, attacks = [], []
    for wave in map(drawn, range(60)):
        if wave is None:
            continue
        alone = measure_note(wave, RATE)
        if alone.attack_s < 0.1:  # a slow attack begins where it can be heard
            (heard,) = listen(np.concatenate([silence(0.3), wave, silence(1.5)]), splits=False)
            begins.append(abs(heard.began / RATE - 0.3))
            attacks.append(abs(heard.note.attack_s - alone.attack_s))
    assert len(begins) > 20
    assert np.quantile(begins, 0.9) < 0.03
    assert np.quantile(attacks, 0.9) < 0.015


def test_notes_of_a_line_are_told_apart() -> None:
    line = np.concatenate([silence(0.3), *(pluck(110.0 * (1 + n)) for n in range(4)), silence(1.0)])
    heard = listen(line)
    assert [round(each.began / RATE, 2) for each in heard] == pytest.approx(
        [0.3, 0.8, 1.3, 1.8], abs=0.021
    )
    brights = [each.note.bright_oct for each in heard]
    assert brights == sorted(brights)


def test_a_slow_beat_is_one_note_where_single_notes_are_played() -> None:
    time = np.arange(RATE) / RATE
    beat = 0.3 * (np.sin(2 * np.pi * 220.0 * time) + np.sin(2 * np.pi * 224.0 * time))
    stream = np.concatenate([silence(0.3), beat, silence(1.0)])
    assert len(listen(stream, splits=False)) == 1


def test_a_long_note_is_said_while_it_sounds_and_once() -> None:
    held = np.concatenate([silence(0.3), 0.3 * np.sin(np.arange(5 * RATE) * 0.05)])
    (heard,) = listen(held)
    assert heard.note.length_s == pytest.approx(LISTENED_S, abs=0.05)


def test_noise_of_a_room_is_no_note() -> None:
    rng = np.random.default_rng(3)
    assert listen(rng.normal(0.0, 0.003, 10 * RATE)) == []


def test_what_is_lost_makes_no_note() -> None:
    ear = Ear(RATE)
    assert ear.feed(np.concatenate([silence(0.3), pluck(220.0)[: RATE // 10]])) == []
    ear.forget()
    assert ear.feed(np.concatenate([pluck(220.0)[RATE // 5 :], silence(1.0)])) == []
    (heard,) = ear.feed(np.concatenate([pluck(220.0), silence(1.0)]))
    assert heard.note.attack_s < 0.03
