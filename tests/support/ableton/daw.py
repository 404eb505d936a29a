"""Live with AbletonOSC and our devices as a `daws.Daw`: what the contract is held against."""

from collections.abc import Iterable

from bridge.daws.ableton.wire.curves import fader_position, meter_position
from bridge.mix.params import Param
from bridge.osc.encode import encode
from bridge.osc.message import OscMessage, OscPacket
from support.ableton.fake import FakeHub, FakeLive, LiveTrack, f32, tap


class AbletonDaw:
    """Answers at once: a tick for each datagram, and one every other pulse."""

    def __init__(self, names: Iterable[str] = ("Kick", "Bass", "Lead")) -> None:
        self.live = FakeLive(names)
        self._pulses = 0

    @property
    def names(self) -> list[str]:
        return self.live.names

    def hear(self, packet: OscPacket) -> list[OscMessage]:
        self.live.receive(encode(packet))
        self.live.tick()
        return self.live.take_said()

    def pulse(self) -> list[OscMessage]:
        self._pulses += 1
        if self._pulses % 2:
            return []
        self.live.tick()
        return self.live.take_said()

    def hand(self, name: str, param: Param, value: float) -> list[OscMessage]:
        raw = fader_position(value) if param is Param.GAIN else value
        self.live.hand(name, param, f32(raw))
        return []

    def insert(self, place: int, name: str) -> list[OscMessage]:
        self.live.tracks.insert(place, LiveTrack(name))
        return []

    def remove(self, name: str) -> list[OscMessage]:
        self.live.tracks.remove(self.live.track(name))
        return []

    def meter(self, name: str, peak_dbfs: float) -> list[OscMessage]:
        track = self.live.track(name)
        track.meter = meter_position(peak_dbfs)
        return [*FakeHub(self.live).dump(), tap(track, peak_dbfs)]

    def value(self, name: str, param: Param) -> float:
        return self.live.track(name).value(param)
