import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mix.params import MOVABLE, SILENCE_DB, SWITCHES, Param
from bridge.mix.roles import Role
from bridge.mix.spectrum import OCTAVES_HZ
from bridge.sim.console import Console, clamped, pan_gains
from bridge.sim.stems import Stems

RATE = 48_000
FLAT = np.zeros((2, len(MOVABLE)))


def _tone(freq_hz: float, level_dbfs: float = -20.0) -> np.ndarray:
    """A sine of that RMS that fits into one second a whole number of times."""
    time = np.arange(RATE) / RATE
    return np.sqrt(2.0) * 10.0 ** (level_dbfs / 20.0) * np.sin(2.0 * np.pi * freq_hz * time)


def _two_tones() -> Stems:
    audio = np.array([_tone(1000.0), _tone(125.0, -30.0)], dtype=np.float32)
    return Stems(
        names=("High", "Low"), roles=(Role.OTHER, Role.OTHER), audio=audio, sample_rate=RATE
    )


def _settled(console: Console) -> np.ndarray:
    """Meters after half a second."""
    for _ in range(10):
        levels = console.play(0.05)
    return levels


@pytest.mark.parametrize(("octave", "freq_hz"), list(enumerate(OCTAVES_HZ)))
def test_a_tone_reads_its_level_in_its_own_octave(octave: int, freq_hz: float) -> None:
    stems = Stems(
        names=("Tone",),
        roles=(Role.OTHER,),
        audio=_tone(round(freq_hz), -18.0)[None].astype(np.float32),
        sample_rate=RATE,
    )
    levels = _settled(Console(stems, FLAT[:1]))[0]
    assert levels[0] == pytest.approx(-18.0, abs=0.3)  # 50 ms are 1.5 periods of the lowest
    assert levels[2 + octave] == pytest.approx(-18.0, abs=0.3)
    others = np.delete(levels[2:], octave)
    assert others.max() < -30.0


def test_the_powers_of_the_bands_add_up_to_the_rms() -> None:
    noise = np.random.default_rng(0).standard_normal((2, RATE)).astype(np.float32) * 0.1
    stems = Stems(names=("A", "B"), roles=(Role.OTHER,) * 2, audio=noise, sample_rate=RATE)
    levels = _settled(Console(stems, FLAT))
    assert 10 * np.log10((10 ** (levels[:, 2:] / 10)).sum(axis=1)) == pytest.approx(levels[:, 0])


def test_the_peak_of_a_sine_stands_3_db_above_its_rms() -> None:
    levels = _settled(Console(_two_tones(), FLAT))
    assert levels[:, 1] - levels[:, 0] == pytest.approx([3.01, 3.01], abs=0.1)


def test_meters_are_behind_the_fader() -> None:
    console = Console(_two_tones(), FLAT)
    console.set(0, Param.GAIN, -7.5)
    assert _settled(console)[:, 0] == pytest.approx([-27.5, -30.0], abs=0.1)


def test_meters_are_behind_the_eq() -> None:
    console = Console(_two_tones(), FLAT)
    console.set(0, Param.EQ_HIGHMID, 6.0)
    assert _settled(console)[0, 0] > -19.0


def test_a_closed_fader_and_a_mute_are_silent() -> None:
    console = Console(_two_tones(), FLAT)
    console.set(0, Param.GAIN, SILENCE_DB)
    console.set(1, Param.MUTE, 1.0)
    assert (_settled(console) <= -119.0).all()


def test_a_solo_silences_the_others_but_no_mute_of_its_own() -> None:
    console = Console(_two_tones(), FLAT)
    console.set(1, Param.SOLO, 1.0)
    assert _settled(console)[:, 0] == pytest.approx([-120.0, -30.0], abs=0.1)
    console.set(1, Param.MUTE, 1.0)
    assert (_settled(console)[:, 0] <= -119.0).all()


def test_a_jump_of_the_song_leaves_no_splash_in_the_spectrum() -> None:
    console = Console(_two_tones(), FLAT)
    for step_s in (0.31, 1.737, 0.77):
        assert console.play(step_s)[1, 2 + 8] < -90.0  # the 8 kHz octave of a tone at 125 Hz


def test_time_passes_in_any_steps() -> None:
    fine, coarse = Console(_two_tones(), FLAT), Console(_two_tones(), FLAT)
    for _ in range(8):
        fine_levels = fine.play(0.031)
    assert coarse.play(0.248)[:, 0] == pytest.approx(fine_levels[:, 0], abs=0.3)


@given(value=st.floats(-1e6, 1e6), param=st.sampled_from((*MOVABLE, *SWITCHES)))
def test_a_control_holds_what_it_can_and_says_so(value: float, param: Param) -> None:
    console = Console(_two_tones(), FLAT)
    console.set(1, param, value)
    assert console.value(1, param) == clamped(param, value)
    low, high = clamped(param, -1e9), clamped(param, 1e9)
    assert low <= console.value(1, param) <= high


def test_only_what_changed_is_told_and_only_once() -> None:
    console = Console(_two_tones(), FLAT)
    console.set(0, Param.PAN, 0.5)
    console.set(0, Param.GAIN, 0.0)
    assert console.pop_changes() == [(0, Param.PAN)]
    assert console.pop_changes() == []


def test_a_hand_moves_a_fader_bit_by_bit_and_arrives() -> None:
    console = Console(_two_tones(), FLAT)
    console.hand(0, Param.GAIN, -6.0)
    way = []
    for _ in range(10):
        console.play(0.05)
        way.append(console.value(0, Param.GAIN))
    assert way == sorted(way, reverse=True)
    assert len({round(value, 6) for value in way}) == 8
    assert way[-1] == -6.0


def test_a_hand_on_the_fader_wins_over_a_command() -> None:
    console = Console(_two_tones(), FLAT)
    console.hand(0, Param.GAIN, -6.0)
    console.play(0.1)
    console.set(0, Param.GAIN, 3.0)
    console.play(0.5)
    assert console.value(0, Param.GAIN) == -6.0


def test_a_hand_presses_a_switch_at_once() -> None:
    console = Console(_two_tones(), FLAT)
    console.hand(1, Param.MUTE, 1.0)
    assert console.value(1, Param.MUTE) == 1.0


@given(pan=st.floats(-1.0, 1.0))
def test_panning_a_mono_strip_keeps_its_power(pan: float) -> None:
    assert (pan_gains(pan) ** 2).sum() == pytest.approx(1.0)


def test_the_centre_is_3_db_down_and_the_sides_are_single() -> None:
    assert pan_gains(0.0)[0] == pytest.approx((0.5**0.5, 0.5**0.5))
    assert pan_gains(-1.0)[0] == pytest.approx((1.0, 0.0), abs=1e-12)
    assert pan_gains(1.0)[0] == pytest.approx((0.0, 1.0), abs=1e-12)


# -- stereo strips ---------------------------------------------------------------------------------


def test_a_stereo_strip_passes_as_it_is_in_the_centre() -> None:
    assert pan_gains(0.0, 2) == pytest.approx(np.eye(2))


@given(pan=st.floats(-1.0, 1.0), sign=st.sampled_from([-1.0, 0.0, 1.0]))
def test_a_balance_keeps_the_power_of_two_equally_loud_sides(pan: float, sign: float) -> None:
    rng = np.random.default_rng(0)
    left = rng.standard_normal(1000)
    right = sign * left if sign else np.roll(left, 1)
    panned = np.stack((left, right), axis=1) @ pan_gains(pan, 2)
    assert (panned**2).sum() == pytest.approx(2.0 * (left**2).sum())


@given(pan=st.floats(-1.0, 1.0), place=st.floats(-1.0, 1.0))
def test_one_source_in_two_channels_is_panned_like_a_mono_strip(pan: float, place: float) -> None:
    recorded = pan_gains(place)[0]
    assert recorded @ pan_gains(pan, 2, place) == pytest.approx(pan_gains(pan)[0])
    assert pan_gains(place, 2, place) == pytest.approx(np.eye(2))


@given(
    pan=st.floats(-1.0, 1.0),
    place=st.floats(-1.0, 1.0),
    left=st.floats(-1, 1),
    right=st.floats(-1, 1),
)
def test_what_else_is_in_such_channels_keeps_its_power(
    pan: float, place: float, left: float, right: float
) -> None:
    panned = np.array([left, right]) @ pan_gains(pan, 2, place)
    assert (panned**2).sum() == pytest.approx(left**2 + right**2)


def _one_strip(audio: np.ndarray) -> Stems:
    audio = audio.astype(np.float32)
    return Stems(names=("Strip",), roles=(Role.OTHER,), audio=(audio,), sample_rate=RATE)


@pytest.mark.parametrize(
    "sides", [(1.0, 0.0), (0.5**0.5, 0.5**0.5), (0.5**0.5, -(0.5**0.5)), (0.6, -0.8)], ids=str
)
def test_a_stereo_strip_reads_as_loud_as_its_source(sides: tuple[float, float]) -> None:
    tone = _tone(1000.0, -18.0)
    mono = _settled(Console(_one_strip(tone), FLAT[:1]))[0]
    stereo = _settled(Console(_one_strip(np.outer(tone, sides)), FLAT[:1]))[0]
    assert stereo[0] == pytest.approx(mono[0], abs=0.01)
    assert stereo[2:8] == pytest.approx(mono[2:8], abs=0.01)


def test_the_eq_of_a_stereo_strip_is_the_same_on_both_sides() -> None:
    console = Console(_one_strip(np.outer(_tone(2000.0, -18.0), (0.0, 1.0))), FLAT[:1])
    console.set(0, Param.EQ_HIGHMID, 6.0)
    assert _settled(console)[0, 0] == pytest.approx(-12.0, abs=0.1)


def test_strips_of_both_kinds_play_side_by_side() -> None:
    stereo = np.outer(_tone(500.0, -10.0), (0.6, 0.8)).astype(np.float32)
    mono = _tone(1000.0, -20.0).astype(np.float32)
    stems = Stems(
        names=("A", "B", "C"), roles=(Role.OTHER,) * 3, audio=(mono, stereo, mono), sample_rate=RATE
    )
    levels = _settled(Console(stems, np.zeros((3, len(MOVABLE)))))
    assert levels[:, 0] == pytest.approx([-20.0, -10.0, -20.0], abs=0.1)
    assert levels[[0, 2], 2 + 5] == pytest.approx([-20.0, -20.0], abs=0.3)
