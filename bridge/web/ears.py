"""What the page needs to play a console's stems: the audio, as 16-bit samples, and who plays."""

from functools import partial

import numpy as np

from bridge.sim.stems import Stems
from bridge.web.extras import PageExtras


def ears_of(stems: Stems) -> PageExtras:
    """The stems for a browser: each scaled to use all 16 bits, the scale told beside it."""
    peaks = np.maximum(np.abs(stems.audio).max(axis=1), 1e-9).astype(np.float64)
    tracks = [
        {"name": name, "scale": float(peak)} for name, peak in zip(stems.names, peaks, strict=True)
    ]
    return PageExtras(
        facts={"ears": {"rate": stems.sample_rate, "tracks": tracks}},
        documents={
            f"stems/{row + 1}": partial(_samples, stems, row, float(peak))
            for row, peak in enumerate(peaks)
        },
    )


def _samples(stems: Stems, row: int, peak: float) -> tuple[bytes, str]:
    scaled = np.round(stems.audio[row] * (32767.0 / peak))
    return scaled.astype("<i2").tobytes(), "application/octet-stream"
