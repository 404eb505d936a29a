"""The four-band EQ of a strip: second-order sections that keep their state from block to block."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bridge.install.extras import demo_library
from bridge.mix.spectrum import EQ_CENTRES_HZ, FloatArray

_Q: Final = 0.7
_SHELF_SLOPE: Final = 0.7
_CROSSFADE_S: Final = 0.01


def eq_sections(eq_db: ArrayLike, sample_rate: int) -> FloatArray:
    """Coefficients (4, 6) of the four bands, as rows b0 b1 b2 a0 a1 a2 with a0 = 1.

    A low shelf at 100 Hz, bells at 400 and 2,000 Hz with Q 0.7 and a high shelf at 8 kHz, the
    shelves with slope 0.7, after R. Bristow-Johnson's Audio EQ Cookbook. A band at 0 dB passes its
    input as it is.

    Args:
        eq_db: Gains of the four bands in dB, low to high.
        sample_rate: Hz; above 16 kHz.
    """
    amplitude = 10.0 ** (np.asarray(eq_db, dtype=np.float64) / 40.0)
    omega = 2.0 * np.pi * EQ_CENTRES_HZ / sample_rate
    steepness = np.sqrt((amplitude + 1.0 / amplitude) * (1.0 / _SHELF_SLOPE - 1.0) + 2.0)
    alpha = np.sin(omega) / 2.0 * np.array([steepness[0], 1.0 / _Q, 1.0 / _Q, steepness[3]])
    sections = np.array(
        [
            _shelf(amplitude[0], float(np.cos(omega[0])), alpha[0]),
            _bell(amplitude[1], float(np.cos(omega[1])), alpha[1]),
            _bell(amplitude[2], float(np.cos(omega[2])), alpha[2]),
            # A high shelf is the low shelf of the mirrored spectrum.
            _shelf(amplitude[3], -float(np.cos(omega[3])), alpha[3]) * [1, -1, 1, 1, -1, 1],
        ]
    )
    return np.asarray(sections / sections[:, 3:4])


def _bell(a: float, cos: float, alpha: float) -> FloatArray:
    return np.array(
        [1 + alpha * a, -2 * cos, 1 - alpha * a, 1 + alpha / a, -2 * cos, 1 - alpha / a]
    )


def _shelf(a: float, cos: float, alpha: float) -> FloatArray:
    """The cookbook's low shelf."""
    edge = 2.0 * np.sqrt(a) * alpha
    return np.array(
        [
            a * ((a + 1) - (a - 1) * cos + edge),
            2 * a * ((a - 1) - (a + 1) * cos),
            a * ((a + 1) - (a - 1) * cos - edge),
            (a + 1) + (a - 1) * cos + edge,
            -2 * ((a - 1) + (a + 1) * cos),
            (a + 1) + (a - 1) * cos - edge,
        ]
    )


class Equaliser:
    """One strip's EQ while it plays."""

    def __init__(self, sample_rate: int) -> None:
        self._sample_rate = sample_rate
        self._eq_db = np.zeros(4)
        self._sections = eq_sections(self._eq_db, sample_rate)
        self._state: FloatArray | None = None
        self._sosfilt = demo_library("scipy.signal").sosfilt

    def filter(self, audio: NDArray[np.float32], eq_db: FloatArray) -> FloatArray:
        """The next block (..., samples) through the EQ at `eq_db` (4,), in double precision.

        All blocks have the same channels. Where `eq_db` differs from the last block's, the first
        10 ms fade from the old curve to the new one, so that a turned knob does not click.
        """
        if self._state is None:
            self._state = np.zeros((4, *audio.shape[:-1], 2))
        if np.array_equal(eq_db, self._eq_db):
            return self._run(audio, self._state)
        before = self._sosfilt(self._sections, audio, zi=self._state.copy())[0]
        self._eq_db = eq_db.copy()
        self._sections = eq_sections(eq_db, self._sample_rate)
        fade = np.minimum(np.arange(audio.shape[-1]) / (_CROSSFADE_S * self._sample_rate), 1.0)
        return np.asarray(before + fade * (self._run(audio, self._state) - before))

    def _run(self, audio: NDArray[np.float32], state: FloatArray) -> FloatArray:
        if not self._eq_db.any() and not state.any():  # a band at 0 dB passes its input as it is
            return audio.astype(np.float64)
        wave, self._state = self._sosfilt(self._sections, audio, zi=state)
        return np.asarray(wave, dtype=np.float64)
