"""A desk as the contract tests have a DAW: its strips come and go by scenes that shift channels."""

from collections.abc import Iterable

from bridge.daws.desk.study.fake import FakeDesk, Told
from bridge.daws.desk.wire import laws
from bridge.daws.desk.wire.writes import is_write
from bridge.mix.params import Param
from bridge.osc.message import OscArg, OscMessage
from support.daws import SONG

_TAILS = {
    Param.GAIN: "mix/fader", Param.PAN: "mix/pan", Param.EQ_LOW: "eq/1/g",
    Param.EQ_LOWMID: "eq/2/g", Param.EQ_HIGHMID: "eq/3/g", Param.EQ_HIGH: "eq/4/g",
}  # fmt: skip
_STEP_S = 0.05


class DeskDaw:
    """An X32; its strips are its first channels."""

    def __init__(self, names: Iterable[str] = SONG) -> None:
        self.names = list(names)
        self.desk = FakeDesk().plug(self.names)
        self._at = 100.0

    def hear(self, message: OscMessage) -> list[OscMessage]:
        client = "writes" if is_write(message) else "bridge"
        return _for_bridge(self.desk.receive(client, message, self._at))

    def hand(self, name: str, param: Param, value: float) -> list[OscMessage]:
        return _for_bridge(
            self.desk.hand(self._address(name, param), laws.write(param, value), self._at)
        )

    def insert(self, place: int, name: str) -> list[OscMessage]:
        return self._shift([*self.names[:place], name, *self.names[place:]])

    def remove(self, name: str) -> list[OscMessage]:
        return self._shift([each for each in self.names if each != name])

    def meter(self, name: str, peak_dbfs: float) -> list[OscMessage]:
        self.desk.meters_dbfs[self.names.index(name) + 1] = peak_dbfs
        return [OscMessage("/meters/13", (self.desk.blob("/meters/13"),))]

    def value(self, name: str, param: Param) -> float:
        return laws.read(param, self.desk.number(self._address(name, param)))

    def pulse(self) -> list[OscMessage]:
        """Time passes: its meters."""
        self._at += _STEP_S
        return _for_bridge(self.desk.tick(self._at))

    def _address(self, name: str, param: Param) -> str:
        return f"/ch/{self.names.index(name) + 1:02}/{_TAILS[param]}"

    def _shift(self, names: list[str]) -> list[OscMessage]:
        """A scene in which channels stand elsewhere, with what they hold."""
        scene: dict[str, OscArg] = {}
        for number in range(1, len(self.names) + 2):
            name = names[number - 1] if number <= len(names) else ""
            scene[f"/ch/{number:02}/config/name"] = name
            source = self.names.index(name) + 1 if name in self.names else 0
            for param, tail in _TAILS.items():
                held = f"/ch/{source:02}/{tail}"
                zero = laws.write(param, 0.0)
                scene[f"/ch/{number:02}/{tail}"] = self.desk.values[held] if source else zero
        self.names = names
        return _for_bridge(self.desk.load(scene, self._at, is_announced=True))


def _for_bridge(told: Told) -> list[OscMessage]:
    return [message for client, message in told if client == "bridge"]
