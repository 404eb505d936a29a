"""The signal objects of a patch in numpy: what a device measures, by its own cords.

`cross~` is taken for what its page says: a pair of third-order filters whose sum is flat. That is a
Butterworth pair: -3 dB at the crossover, and the powers add up too.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Literal

import numpy as np
from scipy import signal

from bridge.mix.spectrum import FloatArray, to_db

NOTE_INLETS = 11


class TrackDevice:
    """The track device at a sample rate.

    Args:
        patcher: Its patch, as read from a file.
        rate: Samples a second.
    """

    def __init__(self, patcher: dict[str, Any], rate: float) -> None:
        self.rate = rate
        self._boxes = {entry["box"]["id"]: entry["box"] for entry in patcher["patcher"]["boxes"]}
        self._cords: dict[tuple[str, int], list[tuple[str, int]]] = {}
        for entry in patcher["patcher"]["lines"]:
            (source, outlet), (target, inlet) = (
                entry["patchline"]["source"], entry["patchline"]["destination"],
            )  # fmt: skip
            self._cords.setdefault((target, inlet), []).append((source, outlet))

    @property
    def frame_samples(self) -> int:
        """The window of its averages, as `dspstate~` sets it."""
        (factor,) = [
            float(box["text"][2:])
            for box in self._named("*")
            if self._is(self._cords[box["id"], 0][0][0], "dspstate~")
        ]
        return int(self.rate * factor)

    @property
    def note_samples(self) -> int:
        """The window of those that notes are found in: a share of that."""
        (factor,) = [
            float(box["text"][2:])
            for box in self._named("*")
            if self._is(self._cords[box["id"], 0][0][0], "*")
        ]
        return int(self.frame_samples * factor)

    def note_frame(self, left: FloatArray, right: FloatArray) -> FloatArray:
        """Power and ten octaves of the last 20 ms, as they are handed to the script."""
        hear = self._player(left, right)
        frame = next(box for box in self._named("pack") if box["numinlets"] == NOTE_INLETS)
        looks = [self._cords[frame["id"], inlet][0][0] for inlet in range(NOTE_INLETS)]
        return np.array([self._mean(look, hear, self.note_samples) for look in looks])

    def passes(self, left: FloatArray, right: FloatArray) -> tuple[FloatArray, FloatArray]:
        """What comes out of the device."""
        hear = self._player(left, right)
        (sink,) = self._named("plugout~")
        return hear(sink["id"], 0), hear(sink["id"], 1)

    def measure(
        self, left: FloatArray, right: FloatArray, samples: int | None = None
    ) -> FloatArray:
        """RMS, peak and ten octaves in dBFS of the last frame, as the script makes them of it.

        Args:
            left: One channel.
            right: The other.
            samples: A longer frame, for a mean over noise; 0: the device's own.
        """
        hear = self._player(left, right)
        count = samples or self.frame_samples
        (frame,) = [box for box in self._named("pack") if box["numinlets"] != NOTE_INLETS]
        found = []
        for inlet in range(frame["numinlets"]):
            ((look, _),) = self._cords[frame["id"], inlet]
            (heard,) = [hear(look, 0)]
            is_peak = self._boxes[look]["text"] == "peakamp~"
            found.append(np.abs(heard[-count:]).max() if is_peak else self._mean(look, hear, count))
        power, left_peak, right_peak, *octaves = found
        powers = [power / 2.0, max(left_peak, right_peak) ** 2, *(sum_ / 2.0 for sum_ in octaves)]
        return to_db(np.array(powers))

    def _mean(self, look: str, hear: Callable[[str, int], FloatArray], count: int) -> float:
        ((average, _),) = [cord for cord in self._cords[look, 0] if self._is(cord[0], "average~")]
        return float(np.mean(hear(average, 0)[-count:]))

    def _named(self, name: str) -> list[dict[str, Any]]:
        return [box for box in self._boxes.values() if box.get("text", "").split()[:1] == [name]]

    def _is(self, box: str, name: str) -> bool:
        return bool(self._boxes[box].get("text", "").split()[0] == name)

    def _player(self, left: FloatArray, right: FloatArray) -> Callable[[str, int], FloatArray]:
        """Says what arrives at an inlet."""

        @cache
        def at_inlet(box: str, inlet: int) -> FloatArray:
            arriving = [out(*cord) for cord in self._cords[box, inlet] if self._is_signal(*cord)]
            return np.asarray(np.sum(arriving, axis=0))

        @cache
        def out(box: str, outlet: int) -> FloatArray:
            name, *arguments = self._boxes[box]["text"].split()
            if name == "plugin~":
                return (left, right)[outlet]
            first = at_inlet(box, 0)
            if name == "average~":
                return first
            if name == "cross~":
                edge = float(arguments[0])
                kind: Literal["lowpass", "highpass"] = "highpass" if outlet else "lowpass"
                sections = signal.butter(3, edge, kind, fs=self.rate, output="sos")
                return np.asarray(signal.sosfilt(sections, first))
            second = at_inlet(box, 1)
            return {"*~": first * second, "+~": first + second}[name]

        return at_inlet

    def _is_signal(self, box: str, outlet: int) -> bool:
        return bool(self._boxes[box]["outlettype"][outlet] == "signal")
