"""The audio of a song, one track a strip: mono or stereo, in memory or read as it is needed."""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from bridge.mix.roles import Role

SAMPLE_RATE: Final = 48_000
"""Hz; the rate of everything that is synthesised here."""

BLOCK: Final = 1 << 16
"""Samples that are best read at once, from a multiple of it on: 1.4 s at 48 kHz."""

Audio = NDArray[np.float32]


class Track(Protocol):
    """What one strip plays; an array (samples,) or (samples, 2), or what can be cut like one."""

    @property
    def shape(self) -> tuple[int, ...]:
        """``(samples,)`` for mono, ``(samples, 2)`` for stereo."""

    def __getitem__(self, span: slice, /) -> Audio:
        """The samples from `span.start` up to `span.stop`, both given and within the track."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stems:
    """What was recorded: full scale is +-1, all tracks begin and end together.

    Attributes:
        names: The tracks' names.
        roles: What each of them plays.
        audio: One track a strip, before any fader: an array (tracks, samples), or tracks of one
            length.
        sample_rate: Hz.
        places: Where a stereo track that holds one mono source has that source, -1 to +1, read from
            its two channels; None for mono and for what is wide. Empty: None for all.
        heard_at: For each track some multiples of `BLOCK` from which on it sounds. Empty: the song
            is so short that all of it is heard.
        left_out: What lay beside the stems and is no strip: name and reason.
        remarks: What else a person should know of how their files were read, a sentence each.
    """

    names: tuple[str, ...]
    roles: tuple[Role, ...]
    audio: Audio | tuple[Track, ...]
    sample_rate: int
    places: tuple[float | None, ...] = ()
    heard_at: tuple[tuple[int, ...], ...] = ()
    left_out: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def samples(self) -> int:
        """How many samples a track has."""
        return int(self.audio[0].shape[0])

    @property
    def duration_s(self) -> float:
        """How long the song is, in seconds."""
        return float(self.samples / self.sample_rate)

    def channels(self, row: int) -> int:
        """1 for a mono strip, 2 for a stereo one."""
        return len(self.audio[row].shape)

    def place(self, row: int) -> float | None:
        """See `places`."""
        return self.places[row] if self.places else None

    def read(self, row: int, start: int, count: int) -> Audio:
        """(channels, count) samples of a track from `start` on; the song goes round at its end."""
        track, samples = self.audio[row], self.samples
        start %= samples
        pieces = []
        while count > 0:
            stop = min(start + count, samples)
            pieces.append(track[start:stop])
            count -= stop - start
            start = 0
        wave = pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
        return wave[None] if wave.ndim == 1 else wave.T

    def lines(self) -> tuple[str, ...]:
        """What a person should be told before they begin, a line each; none if all is usual."""
        left_out = f"left out: {', '.join(self.left_out)}"
        return (*([left_out] if self.left_out else []), *self.remarks)
