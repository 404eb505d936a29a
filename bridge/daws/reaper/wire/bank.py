"""REAPER's own OSC surface: a bank of 64 strips, told by number and only when something changes.

- **Dump.** On `REFRESH_ALL` REAPER says the whole bank; there is no end mark. It is complete when
  every place of the bank has said its name and fader, and every real track what else it holds.
- **Empty places.** Those beyond the last track are told as well: "Track 9", its number, -150 dB.
  The EQ alone is told of real tracks only (since REAPER 7.74). Before that an unnamed track at the
  end whose fader is closed cannot be told from none.
- **The master** tells its EQ as track 0; it is never written.
- **Sound.** Meters are positions within the user's meter range.
- **Ganging.** A write to one of several selected tracks moves them all: such tracks are barred.
- **Namesakes.** Without GUIDs nobody can tell two tracks of one name apart: they are barred too.
"""

import math
from dataclasses import dataclass, field
from typing import Final

from bridge.daw.dialect import LevelReading, LevelSlot, Refusal, RowDialect
from bridge.daw.roll import Strip
from bridge.daw.scale import SWITCH, TEXT, in_words
from bridge.daws.reaper.wire import rows
from bridge.daws.reaper.wire.surface import Meaning, SurfaceWrites
from bridge.errors import DialectError
from bridge.mix.messages import ParamChanged, TrackNamed, TransportChanged
from bridge.mix.params import EQ_BANDS, SILENCE_DB, LockClass, Param
from bridge.osc.message import OscMessage

DUAL_PAN: Final = "is in dual pan, which has no single position"
GANGED: Final = "would move with the other selected tracks; select fewer, or start the companion"
NAMESAKE: Final = "cannot be told from a track of the same name without the companion"

_NEEDED: Final = (Param.GAIN, Param.PAN, Param.MUTE, Param.SOLO)
_TEXT_ROUNDING: Final = 0.0051
"""A read-out has two decimals; nearer than this it says what its float has said already."""


@dataclass(slots=True)
class _Place:
    """One place of the bank, as far as REAPER has said."""

    name: str = ""
    pan_mode: str = ""
    is_selected: bool = False
    values: dict[Param, float] = field(default_factory=dict)
    freqs_hz: dict[Param, float] = field(default_factory=dict)
    off: set[Param | str] = field(default_factory=set)
    levels: dict[str, float] = field(default_factory=dict)


class Bank:
    """What the surface has said.

    Attributes:
        meter_range: The user's `vuminvol` and `vumaxvol`, dBFS.
        is_playing: Whether the transport runs; None while unknown.
        is_collecting: A dump was asked for and is not complete.
        writes: What was written to it.
    """

    def __init__(self, table: RowDialect) -> None:
        self.meter_range = (-62.0, 6.0)
        self.is_playing: bool | None = None
        self.is_collecting = False
        self.writes = SurfaceWrites()
        self._table = table
        self._places: dict[int, _Place] = {}
        self._said: dict[int, set[object]] = {}

    def begin(self) -> None:
        """A dump was asked for: wait until all has been said anew.

        What an unfinished dump has said counts: over a line that loses some, the next fills it up.
        """
        if not self.is_collecting:
            self._said = {}
        self.is_collecting = True

    def decode(
        self, message: OscMessage, template: str, track: int, *, at: float
    ) -> tuple[Param | None, LevelReading | Refusal | None] | None:
        """Take what REAPER said of one place; None for an address that the bank does not know.

        A value of ours that must not stay where it is, is none.

        Returns:
            The parameter that was said, if it was one; and a level, or why a value was refused.

        Raises:
            DialectError: If it cannot mean that.
        """
        if template in rows.HEARD:
            place = self._place(message, track)
            self._said.setdefault(track, set()).add(template)
            return None, self._decode_other(place, message, template, track)
        heard = self._table.decode(message, at=at)
        if heard is None:
            return None
        event, *refusals = heard
        if isinstance(event, TransportChanged):
            self.is_playing = event.playing
            return None, None
        place = self._place(message, track)
        said = self._said.setdefault(track, set())
        if isinstance(event, TrackNamed):
            place.name = event.name
            said.add(TrackNamed)
            return None, None
        if isinstance(event, ParamChanged):
            said.add(event.param)
            known = place.values.get(event.param, math.nan)
            is_text = template.endswith("/str")
            meaning = self.writes.receive(
                (track, event.param),
                event.value,
                is_echo_form=is_text or event.param is Param.PAN,
                name=place.name,
                held=known,
                is_dump=self.is_collecting,
                at=at,
            )
            if meaning is Meaning.ASTRAY:
                return None, None
            limit = _TEXT_ROUNDING if event.param is Param.GAIN else 0.051
            if not (is_text and abs(known - event.value) <= limit):
                place.values[event.param] = event.value
            return event.param, next((r for r in refusals if isinstance(r, Refusal)), None)
        return None, None

    def _place(self, message: OscMessage, track: int) -> _Place:
        if not 1 <= track <= rows.BANK:
            raise DialectError(
                f"{message.address}: expected a track from 1 to {rows.BANK}; "
                "is the pattern file mixbridge's own?"
            )
        return self._places.setdefault(track, _Place())

    def _decode_other(
        self, place: _Place, message: OscMessage, template: str, track: int
    ) -> LevelReading | None:
        scale = rows.UNIT
        if template in (rows.NUMBER, rows.PAN_MODE, rows.PING):
            scale = TEXT  # type: ignore[assignment]
        elif template == rows.SELECT or template in rows.EQ_ON:
            scale = SWITCH  # type: ignore[assignment]
        value = scale.read(message.args[0]) if len(message.args) == 1 else None
        if value is None:
            raise DialectError(
                f"{message.address}: expected {scale.expected}; got {in_words(message.args)}."
            )
        if template == rows.PAN_MODE:
            place.pan_mode = str(value)
        elif template == rows.SELECT:
            place.is_selected = bool(value)
        elif template in rows.VU:
            place.levels[template] = rows.vu_dbfs(value, self.meter_range)
            return LevelReading(LevelSlot(track, 1, 1), (max(place.levels.values()),))
        elif template in rows.EQ_FREQ:
            place.freqs_hz[rows.EQ_FREQ[template]] = rows.eq_freq_hz(value)
        elif template in rows.EQ_ON:
            (place.off.discard if value else place.off.add)(rows.EQ_ON[template])
        return None

    def levels(self) -> list[LevelReading]:
        """What was heard last of each track; the surface says a level when it changes."""
        return [
            LevelReading(LevelSlot(number, 1, 1), (max(place.levels.values()),))
            for number, place in sorted(self._places.items())
            if number <= self._count and place.levels
        ]

    @property
    def is_complete(self) -> bool:
        """Whether everything that was asked for has been said."""
        numbers = range(1, rows.BANK + 1)
        if not all({TrackNamed, Param.GAIN} <= self._said.get(n, set()) for n in numbers):
            return False
        real = range(1, self._count + 1)
        return all(self._said[n].issuperset(_NEEDED) for n in real)

    @property
    def _count(self) -> int:
        return max((n for n in self._places if self._is_real(n)), default=0)

    def _is_real(self, number: int) -> bool:
        """Whether a place holds a track; an empty one has a name, silence, and no EQ."""
        place = self._places[number]
        is_padded = place.name in ("", f"Track {number}") and not place.is_selected
        is_silent = place.values.get(Param.GAIN, SILENCE_DB) <= SILENCE_DB
        has_eq = not rows.OF_REAL_TRACKS.isdisjoint(self._said.get(number, ()))
        return has_eq or not (is_padded and is_silent)

    def strips(self) -> list[Strip]:
        """The real tracks as they stand."""
        places = [self._places.get(number, _Place()) for number in range(1, self._count + 1)]
        names = [place.name for place in places]
        is_ganging = sum(place.is_selected for place in places) > 1
        return [
            Strip(
                name=place.name,
                values=_values(place),
                barred=_barred(
                    place,
                    is_ganged=is_ganging and place.is_selected,
                    is_namesake=names.count(place.name) > 1,
                ),
            )
            for place in places
        ]


def _values(place: _Place) -> dict[Param, float]:
    values = {param: place.values.get(param, math.nan) for param in Param}
    for param in EQ_BANDS:
        is_on = not {param, rows.WHOLE_EQ} & place.off
        if not (is_on and rows.is_in_reach(param, place.freqs_hz.get(param, math.nan))):
            values[param] = math.nan
    return values


def _barred(place: _Place, *, is_ganged: bool, is_namesake: bool) -> dict[LockClass, str]:
    if is_namesake:
        return {LockClass.ALL: NAMESAKE}
    barred = {}
    if place.pan_mode.lower().startswith("dual"):
        barred[LockClass.PAN] = DUAL_PAN
    if is_ganged:
        barred[LockClass.GAIN] = barred[LockClass.PAN] = GANGED
    return barred
