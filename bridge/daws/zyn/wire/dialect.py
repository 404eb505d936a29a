"""ZynAddSubFX's first part as a track with one device on it.

Zyn has no registration and no dump: whoever sends an address without an argument is answered with
its value, and every change is told to whoever has ever sent anything. So a dump is collected from
answers, and questions that stay open are asked again. ``/damage`` says that another patch has been
loaded, be it the same one again: all is read anew and nothing of it is a hand's; no note is played
for a second (the first one may be silent).

Its patch is a content (`bridge.mix.contents`): the text is the path of a file that Zyn can load. A
copy of what it holds is written by Zyn itself (``/save_xiz``, which it does not answer), and is
said when the next question is answered. A path that there is not makes Zyn load its default patch
(measured), so nobody may ask for one that was not seen.

Zyn keeps what it is told, a NaN too, and loses packets of a burst: what may not be sent is refused
here, and at most 2,000 writes a second leave (of 400 at once it answered 271, of 100 all; measured
with 3.0.6).
"""

import math
from collections import deque
from typing import Final

from bridge.daw.dialect import Capabilities, Heard, LevelSlot, Refusal
from bridge.daw.scale import FADER_DB, TEXT, in_words
from bridge.daws.zyn.wire.params import NUMBER, PARAMS
from bridge.errors import DialectError
from bridge.mix.content_events import (
    ContentCommand,
    ContentKind,
    ContentReported,
    RequestContents,
    SetContent,
)
from bridge.mix.device_events import (
    DeviceCommand,
    DeviceIdentified,
    DeviceNamed,
    DeviceParamChanged,
    DeviceParamDescribed,
    DevicePlaced,
    SetDeviceParam,
)
from bridge.mix.messages import (
    Command,
    DumpClosed,
    DumpOpened,
    ParamChanged,
    RequestDump,
    SceneRecalled,
    TrackBarred,
    TrackIdentified,
    TrackNamed,
)
from bridge.mix.params import LockClass, Param
from bridge.osc.message import OscMessage

NAME: Final = "/part0/Pname"
VOLUME: Final = "/part0/Volume"
DAMAGE: Final = "/damage"
PANIC: Final = "/Panic"

WRITES_PER_S: Final = 2000.0
"""100 at once and 40 more in the next 20 ms."""
PAUSE_S: Final = 0.1
"""Between a panic and the next note: else the last note's release is heard in it (measured)."""
LOAD_S: Final = 1.0
"""The first note after a patch was loaded may be silent for this long (measured)."""

LOADED_S: Final = 3.0
"""Zyn tells of a patch that we have asked for within this: the guard gives up then."""

_KEY: Final = "part0"
_AGAIN_S: Final = 0.25
"""Zyn answers within 83 ms (99 of 100, measured): what has not come by then is asked again."""
_ALIVE_S: Final = 0.5
_CHANNEL: Final = 0
_PART: Final = 0
_QUESTIONS: Final = (NAME, VOLUME, *NUMBER)


class ZynDialect:
    """The conversation with one ZynAddSubFX.

    Attributes:
        copies: As in `bridge.daw.dialect.KeepsCopies`; without it its patches are left alone.
    """

    name = "zyn"
    port = 9700
    capabilities = Capabilities(
        has_rms=False,
        has_peaks=False,
        has_spectra=False,
        has_eq=False,
        plays_notes=True,
        writes_per_s=WRITES_PER_S,
    )

    def __init__(self) -> None:
        self.copies = ""
        self._copy_count = 0
        self._copy = ""
        """The copy that was asked for and is not said yet."""
        self._is_copy_wanted = False
        self._loading, self._loading_until = "", -math.inf
        self._loads = 0
        """How often we have asked for a patch that Zyn has not told of yet."""
        self._patch = ""
        self._open: dict[str, None] = {}
        """Questions of the dump that have not been answered."""
        self._number: int | None = None
        self._answers: dict[str, OscMessage] = {}
        self._gain_db = math.nan
        self._asked_at = -math.inf
        self._no_note_until = -math.inf
        self._later: deque[tuple[float, OscMessage]] = deque()
        self._sounding: OscMessage | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        """What Zyn may say; see `Listed.addresses`."""
        return (*_QUESTIONS, DAMAGE)

    # -- in ------------------------------------------------------------------------------------

    def decode(self, message: OscMessage, *, at: float) -> tuple[Heard, ...] | None:
        """What Zyn said; see `Dialect.decode`."""
        address = message.address
        if address == DAMAGE:
            self._no_note_until = at + LOAD_S
            self._later.clear()
            if self._loads and at <= self._loading_until:  # by us
                self._loads -= 1
                return self._begin_dump(0, at)
            self._loading, self._loads = "", 0
            self._is_copy_wanted = self._copy_count > 0
            return SceneRecalled(at=at), *self._begin_dump(0, at)
        if address not in _QUESTIONS:
            return None
        if self._number is not None:
            if not message.args:
                raise DialectError(f"{address}: expected a value; got no argument.")
            self._open.pop(address, None)
            self._answers[address] = message
            return self._end_dump(at) if not self._open else ()
        if address in NUMBER:
            return self._value(message, at)
        if address == VOLUME:
            return self._volume(message, at)
        if self._copy:  # a patch's name else comes with a damage
            text, self._copy = self._copy, ""
            return (self._patch_is(text, at),)
        return ()

    def _begin_dump(self, number: int, at: float) -> tuple[Heard, ...]:
        self._number = number or self._number or 0
        self._open = dict.fromkeys(_QUESTIONS)
        self._answers.clear()
        self._asked_at = -math.inf
        return (DumpOpened(at=at, count=1),)

    def _end_dump(self, at: float) -> tuple[Heard, ...]:
        """All questions are answered: say all of it in one go."""
        number, self._number = self._number or 0, None
        self._gain_db = _gain_db(self._answers[VOLUME])
        patch = self._patch = TEXT.read(self._answers[NAME].args[0]) or ""
        heard: list[Heard] = [
            DumpOpened(at=at, count=1),
            TrackIdentified(at=at, track=1, uid=_KEY),
            TrackNamed(at=at, track=1, name=patch or "Zyn"),
            ParamChanged(at=at, track=1, param=Param.GAIN, value=self._gain_db),
        ]
        heard += [
            TrackBarred(at=at, track=1, lock_class=kind, reason="is the synth's own")
            for kind in (LockClass.GAIN, LockClass.PAN, LockClass.EQ)
        ]
        heard += [
            DeviceIdentified(at=at, device=1, uid=_KEY),
            DeviceNamed(at=at, device=1, name="ZynAddSubFX"),
            DevicePlaced(at=at, device=1, track=1),
        ]
        for index, param in enumerate(PARAMS, start=1):
            heard.append(
                DeviceParamDescribed(
                    at=at,
                    device=1,
                    param=index,
                    name=param.name,
                    minimum=param.minimum,
                    maximum=param.maximum,
                    unit=param.unit,
                    curve=param.curve,
                    steps=param.steps,
                )
            )
            heard += self._value(self._answers[param.address], at)
        text, self._loading = self._loading, ""
        loaded = (self._patch_is(text, at),) if text else ()
        return (*heard, DumpClosed(at=at, number=number), *loaded)

    def _patch_is(self, text: str, at: float) -> ContentReported:
        return ContentReported(
            at=at,
            kind=ContentKind.PATCH,
            key=_KEY,
            track=1,
            name=self._patch or "Zyn",
            text=text,
            barred="",
            group="",
        )

    def _volume(self, message: OscMessage, at: float) -> tuple[Heard, ...]:
        """The answer to a sign of life; nothing where it is what was said before."""
        gain_db, before = _gain_db(message), self._gain_db
        self._gain_db = gain_db
        if gain_db == before or (math.isnan(gain_db) and math.isnan(before)):
            return ()
        return (ParamChanged(at=at, track=1, param=Param.GAIN, value=gain_db),)

    def _value(self, message: OscMessage, at: float) -> tuple[Heard, ...]:
        index = NUMBER[message.address]
        value = PARAMS[index - 1].read(message.args)
        if value is not None:
            return (DeviceParamChanged(at=at, device=1, param=index, value=value),)
        unknown = DeviceParamChanged(at=at, device=1, param=index, value=math.nan)
        said = in_words(message.args)
        return unknown, Refusal(f"{message.address}: expected a finite number; got {said}.")

    # -- out -----------------------------------------------------------------------------------

    def encode(self, command: Command, *, at: float) -> tuple[OscMessage, ...]:
        """How Zyn is asked for its dump; see `Dialect.encode`."""
        if not isinstance(command, RequestDump):
            raise DialectError(f"The dialect {self.name} has no words for {command}.")
        self._begin_dump(command.number, at)
        return self.ask(at=at)

    def encode_device(self, command: DeviceCommand, *, at: float) -> tuple[OscMessage, ...]:
        """How a parameter is set or a note is played; see `bridge.daw.dialect.HasDevices`."""
        if isinstance(command, SetDeviceParam):
            if command.device != 1 or not 1 <= command.param <= len(PARAMS):
                raise DialectError(f"ZynAddSubFX has no parameter {command.param}: {command}.")
            param = PARAMS[command.param - 1]
            arg = param.write(command.value)
            if arg is None:
                raise DialectError(
                    f"{param.address}: expected {param.minimum:g} to {param.maximum:g}; "
                    f"got {command.value}."
                )
            return (OscMessage(param.address, (arg,)),)
        begin = max(at + PAUSE_S, self._no_note_until)
        on = OscMessage("/noteOn", (_CHANNEL, command.pitch, command.velocity))
        off = OscMessage("/noteOff", (_CHANNEL, command.pitch))
        self._later = deque([(begin, on), (begin + command.length_s, off)])
        self._sounding = None
        return (OscMessage(PANIC),)

    def encode_content(self, command: ContentCommand, *, at: float) -> tuple[OscMessage, ...]:
        """How a patch is copied or loaded; see `bridge.daw.dialect.HasContents`."""
        if command.kind is not ContentKind.PATCH or not self.copies:
            return ()
        match command:
            case RequestContents():
                self._is_copy_wanted = True
                return self.ask(at=at)
            case SetContent():
                if command.key != _KEY or not command.text:
                    raise DialectError(f"ZynAddSubFX has no such patch: {command}.")
                self._loading, self._loading_until = command.text, at + LOADED_S
                self._loads += 1
                return (OscMessage("/load_xiz", (_PART, command.text)),)
        return ()

    def _begin_copy(self) -> tuple[OscMessage, ...]:
        """Let Zyn write a copy of its patch, and ask something: the answer comes after that."""
        self._is_copy_wanted = False
        self._copy_count += 1
        self._copy = f"{self.copies}-{self._copy_count}.xiz"
        return OscMessage("/save_xiz", (_PART, self._copy)), OscMessage(NAME)

    def ask(self, *, at: float) -> tuple[OscMessage, ...]:
        """Open questions, notes that are due, and a sign of life; see `Dialect.ask`."""
        due: list[OscMessage] = []
        while self._later and self._later[0][0] <= at + 1e-6:
            _, message = self._later.popleft()
            self._sounding = message if message.address == "/noteOn" else None
            due.append(message)
        if self._is_copy_wanted and self._number is None:
            due += self._begin_copy()
        pause_s = _ALIVE_S if self._number is None else _AGAIN_S
        if at - self._asked_at >= pause_s - 1e-6:
            self._asked_at = at
            alive = (VOLUME, NAME) if self._copy else (VOLUME,)
            due += map(OscMessage, alive if self._number is None else self._open)
        return tuple(due)

    def ask_due_s(self, *, at: float) -> float | None:
        """How long until `ask` has more to say; see `bridge.daw.dialect.Paced`."""
        pause_s = _ALIVE_S if self._number is None else _AGAIN_S
        dues = [self._asked_at + pause_s, *(when for when, _ in list(self._later)[:1])]
        return max(min(dues) - at, 0.0)

    def farewell(self) -> tuple[OscMessage, ...]:
        """Release a note that sounds."""
        return () if self._sounding is None else (OscMessage(PANIC),)

    def level_slot(self, address: str, width: int) -> LevelSlot | None:
        """None: Zyn sends no levels that belong to a track."""
        return None


def _gain_db(message: OscMessage) -> float:
    value = FADER_DB.read(message.args[0]) if len(message.args) == 1 else None
    return math.nan if value is None else value
