"""The plugins of Ardour's strips: asked for, read, and written only where they surely stand.

Ardour says nothing of plugins by itself, takes a parameter by the plugin's place in its strip and
answers no write. So every write of an EQ band waits for a list of the strip's plugins. If they
stand as they did, the value is written and read back; if they do not, the EQ is looked for anew and
nothing is written. Strips are looked at in turn, so that a hand on an EQ and a new plugin are seen.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from bridge.daw.scale import in_words
from bridge.daws.ardour.wire.eq import PluginParam, find_bands, may_be_eq
from bridge.errors import DialectError
from bridge.mix.messages import ParamChanged, SetParam
from bridge.mix.params import EQ_BANDS, Param, same_value
from bridge.osc.message import OscMessage

PREFIX: Final = "/strip/plugin/"

_LIST: Final = "/strip/plugin/list"
_DESCRIBE: Final = "/strip/plugin/descriptor"
_DESCRIBED: Final = "/strip/plugin/descriptor_end"
_SET: Final = "/strip/plugin/parameter"

_PATIENCE_S: Final = 0.5
"""An answer comes within milliseconds; a question unanswered for this long was lost."""
_TRIES: Final = 3
_ASKED_AT_ONCE: Final = 16
"""An EQ is described in 25 messages: this many are on their way at most, times 25."""

# Types that are moved: audio and MIDI tracks. Busses, VCAs and the master carry tracks again.
_TRACKS: Final = frozenset({"AT", "MT"})


@dataclass(slots=True)
class Eq:
    """The equaliser of a strip: its place among the plugins, and our bands' gain parameters."""

    plugin: int
    bands: dict[Param, PluginParam]


@dataclass(slots=True)
class Strip:
    """One strip of Ardour's mixer, as it was last listed.

    Attributes:
        number: Its place in the mixer, from 1.
        kind: Ardour's word for its type.
        name: Its name.
        uid: Its identity: the name under which it was first seen.
        values: What it holds, in the units of the core.
        plugins: Their names in order, None until they were listed.
        eq: The first that serves as equaliser.
        pending: EQ values that wait until the plugins have been listed.
        awaited: EQ values that were written, and how often their reading may still differ.
    """

    number: int
    kind: str
    name: str
    uid: str = ""
    values: dict[Param, float] = field(default_factory=dict)
    plugins: tuple[str, ...] | None = None
    eq: Eq | None = None
    pending: dict[Param, float] = field(default_factory=dict)
    awaited: dict[Param, tuple[float, int]] = field(default_factory=dict)

    @property
    def is_track(self) -> bool:
        """Whether it is something to be moved."""
        return self.kind in _TRACKS


@dataclass(slots=True)
class _Question:
    message: OscMessage
    asked_at: float = -math.inf
    tries: int = 0


class Plugins:
    """What is asked of the strips' plugins, and what waits for the answers."""

    def __init__(self) -> None:
        self._questions: dict[tuple[str, int, int], _Question] = {}
        self._described: dict[tuple[int, int], list[PluginParam]] = {}
        self._writes: list[OscMessage] = []

    @property
    def is_settled(self) -> bool:
        """Whether every question has its answer, or was given up."""
        return not self._questions

    def inquire(self, strip: Strip) -> None:
        """Ask what plugins a strip has; what is being asked already is not asked again."""
        self._question(_LIST, strip.number)

    def forget(self) -> None:
        """Numbers mean other strips now: nothing that was asked or waits has any meaning."""
        self._questions.clear()
        self._described.clear()
        self._writes.clear()

    def write(self, strip: Strip, command: SetParam) -> None:
        """Write an EQ band as soon as the plugins are known to stand where they stood.

        Raises:
            DialectError: If the strip has no such band, or the band does not go as far.
        """
        band = strip.eq.bands.get(command.param) if strip.eq is not None else None
        if band is None:
            raise DialectError(f"The track {strip.name!r} has no {command.param} in Ardour now.")
        if not band.minimum <= command.value <= band.maximum:
            raise DialectError(
                f"{command.param} of {strip.name!r}: expected {band.minimum:g} to "
                f"{band.maximum:g} dB; got {command.value:g}."
            )
        strip.pending[command.param] = command.value
        self.inquire(strip)

    def ask(self, *, at: float) -> list[OscMessage]:
        """Writes that may go, then the questions that are due."""
        messages, self._writes = self._writes, []
        for place, question in list(self._questions.items())[:_ASKED_AT_ONCE]:
            if at - question.asked_at < _PATIENCE_S:
                continue
            if question.tries == _TRIES:
                del self._questions[place]
                continue
            question.asked_at, question.tries = at, question.tries + 1
            self._described.pop(place[1:], None)
            messages.append(question.message)
        return messages

    def decode(
        self, message: OscMessage, strips: Sequence[Strip], *, at: float
    ) -> list[ParamChanged]:
        """An answer; what of it is news of an EQ.

        Raises:
            DialectError: For a list or a description that cannot be one.
        """
        match message.address, message.args:
            case "/strip/plugin/list", (int(number), *plugins) if len(plugins) % 3 == 0:
                if strip := self._answered(_LIST, number, 0, strips):
                    return self._decode_list(strip, tuple(map(str, plugins[1::3])), at)
            case "/strip/plugin/descriptor", (int(number), int(plugin), *_):
                param = _plugin_param(message)
                if (_DESCRIBE, number, plugin) in self._questions:
                    self._described.setdefault((number, plugin), []).append(param)
            case "/strip/plugin/descriptor_end", (int(number), int(plugin)):
                params = self._described.pop((number, plugin), [])
                if strip := self._answered(_DESCRIBE, number, plugin, strips):
                    return self._decode_bands(strip, plugin, find_bands(params), at)
            case (("/strip/plugin/list" | "/strip/plugin/descriptor_end"), _):
                raise _not_understood(message)
        return []

    def _question(self, address: str, number: int, plugin: int = 0) -> None:
        place = (address, number, plugin)
        if place not in self._questions:
            args = (number, plugin) if plugin else (number,)
            self._questions[place] = _Question(OscMessage(address, args))

    def _answered(
        self, address: str, number: int, plugin: int, strips: Sequence[Strip]
    ) -> Strip | None:
        """The strip that a question was about; None for an answer that nobody waits for."""
        question = self._questions.pop((address, number, plugin), None)
        return strips[number - 1] if question and 1 <= number <= len(strips) else None

    def _decode_list(self, strip: Strip, names: tuple[str, ...], at: float) -> list[ParamChanged]:
        """Where they stand as before, what waited for that is written."""
        if strip.plugins == names:
            if strip.eq is not None:
                self._write_pending(strip, strip.eq)
                self._question(_DESCRIBE, strip.number, strip.eq.plugin)
            return []
        # Another plugin may stand at that place now: forget the EQ, and look for it again.
        bands = strip.eq.bands if strip.eq is not None else {}
        strip.plugins, strip.eq = names, None
        for plugin, name in enumerate(names, start=1):
            if may_be_eq(name):
                self._question(_DESCRIBE, strip.number, plugin)
        return [news for band in bands for news in _record(strip, band, math.nan, at)]

    def _write_pending(self, strip: Strip, eq: Eq) -> None:
        for band, value in strip.pending.items():
            if band in eq.bands:
                place = (strip.number, eq.plugin, eq.bands[band].number)
                self._writes.append(OscMessage(_SET, (*place, value)))
                strip.awaited[band] = (value, _TRIES)
        strip.pending.clear()

    def _decode_bands(
        self, strip: Strip, plugin: int, bands: dict[Param, PluginParam], at: float
    ) -> list[ParamChanged]:
        """What the bands of a strip's EQ hold; the first plugin that has any is its EQ."""
        if strip.eq is None and bands:
            strip.eq = Eq(plugin, bands)
        if strip.eq is None or strip.eq.plugin != plugin:
            return []
        before, strip.eq.bands = strip.eq.bands, bands
        news: list[ParamChanged] = []
        for band in EQ_BANDS:
            is_here = band in bands
            if is_here and band in before and before[band].number != bands[band].number:
                news += _record(strip, band, math.nan, at)  # another filter serves for it now
            elif band in strip.awaited and is_here and not self._is_answer(strip, band):
                self._question(_DESCRIBE, strip.number, plugin)
            else:
                news += _record(strip, band, bands[band].value if is_here else math.nan, at)
        return news

    def _is_answer(self, strip: Strip, band: Param) -> bool:
        """Whether a reading is from after the write, or has differed for too often to be waited."""
        if strip.eq is None:
            return True
        value, tries = strip.awaited[band]
        strip.awaited[band] = (value, tries - 1)
        return tries <= 0 or same_value(band, strip.eq.bands[band].value, value)


def _record(strip: Strip, band: Param, value: float, at: float) -> list[ParamChanged]:
    """What a band holds, NaN for none: news if it is another value, or answers a write."""
    old = strip.values.pop(band, math.nan)
    is_news = strip.awaited.pop(band, None) is not None
    if math.isnan(value):
        strip.pending.pop(band, None)
        is_news = is_news or not math.isnan(old)
    else:
        strip.values[band] = value
        is_news = is_news or old != value
    news = ParamChanged(at=at, track=strip.number, param=band, value=value)
    return [news] if is_news else []


def _plugin_param(message: OscMessage) -> PluginParam:
    match message.args:
        case (
            _, _, int(param), str(label), int(flags), _,
            float() | int() as low, float() | int() as high, *_, float() | int() as value,
        ) if math.isfinite(low + high + value):  # fmt: skip
            return PluginParam(
                number=param,
                label=label,
                flags=flags,
                minimum=float(low),
                maximum=float(high),
                value=float(value),
            )
    raise _not_understood(message)


def _not_understood(message: OscMessage) -> DialectError:
    return DialectError(
        f"{message.address}: expected a strip's number and what there is of its plugins; "
        f"got {in_words(message.args)}."
    )
