"""What the page needs to play a console's stems: their audio in chunks, and who plays."""

from functools import partial

import numpy as np

from bridge.sim.stems import BLOCK, Stems
from bridge.web.extras import PageExtras


def ears_of(stems: Stems) -> PageExtras:
    """The stems for a browser, which fetches them chunk by chunk while it plays.

    ``stems/K`` is what all tracks play from sample K x `BLOCK` on: a 32-bit float for each channel
    of each track, which is its scale, then the channels one after the other as 16-bit samples. All
    is little-endian. A channel's sample times its scale / 32767 is the stem's own.
    """
    tracks = [
        {"name": name, "channels": stems.channels(row), "place": stems.place(row)}
        for row, name in enumerate(stems.names)
    ]
    chunks = -(-stems.samples // BLOCK)
    return PageExtras(
        facts={
            "ears": {
                "rate": stems.sample_rate,
                "samples": stems.samples,
                "chunk": BLOCK,
                "tracks": tracks,
            }
        },
        documents={f"stems/{index}": partial(_chunk, stems, index) for index in range(chunks)},
    )


def _chunk(stems: Stems, index: int) -> tuple[bytes, str]:
    start = index * BLOCK
    count = min(BLOCK, stems.samples - start)
    scales, samples = [], []
    for row in range(len(stems.names)):
        for channel in stems.read(row, start, count):
            scale = max(float(np.abs(channel).max()), 1e-9)
            scales.append(scale)
            samples.append(np.round(channel * (32767.0 / scale)).astype("<i2").tobytes())
    head = np.array(scales, dtype="<f4").tobytes()
    return b"".join([head, *samples]), "application/octet-stream"
