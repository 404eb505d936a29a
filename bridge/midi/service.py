"""MIDI in a running bridge: pads that come and go, what they do, and their lamps.

Ports are looked for every `LOOK_S` on a thread, since a sound server may take its time. Bindings
are read again when the state file changes, so that `mixbridge midi learn` works beside a running
bridge.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from bridge.errors import JournalError
from bridge.journal.state_file import read_state_or_why, state_mtime, state_path, write_state
from bridge.midi.names import find_devices, is_ambiguous, lamps_of
from bridge.midi.pads import Action, Binding, Heard, Pads, decode, read_bindings
from bridge.midi.ports import Closeable, MidiUnavailable, Output, Ports, open_ports
from bridge.mix.device_events import VariantChosen
from bridge.mix.messages import (
    FreezeSwitched,
    MixEndorsed,
    Mode,
    ModeChosen,
    PanicPressed,
    PersonEvent,
    UndoRequested,
)
from bridge.mix.notices import (
    MIX_ENDORSED,
    Notice,
    Rateable,
    RequestRefused,
    RewardCredited,
    StatusChanged,
)
from bridge.runtime.runner import Runner
from bridge.runtime.thumbs import NOTHING_TO_RATE, answer_of, find_rateable

LOOK_S: Final = 2.0
_LAMP_S: Final = 0.6
_LIT: Final = 127
_LAMPS: Final = {"note": 0x90, "cc": 0xB0}
"""A pad lights up by the message that it sends; a program change would change its program."""

_log = logging.getLogger(__name__)


P = TypeVar("P", bound=Closeable)


@dataclass(frozen=True, slots=True)
class _Opened(Generic[P]):
    """An open port, and what the system called it: plugged in again it has another name."""

    port: P
    raw_name: str


def _close_others(opened: dict[str, _Opened[P]], wanted: Mapping[str, str]) -> None:
    """Close what is not wanted, or is another port by now."""
    for device in [name for name, each in opened.items() if wanted.get(name) != each.raw_name]:
        opened.pop(device).port.close()


class MidiService:
    """Listens to the bound devices for as long as the bridge runs.

    Args:
        runner: The bridge.
        store: Beside it is the state file with the bindings.
        show: Takes what the page's doctor says of the pads.

    Attributes:
        text: What can be decode now, or why nothing can.
    """

    def __init__(
        self, runner: Runner, store: Path, *, show: Callable[[dict[str, Any]], None]
    ) -> None:
        self.text = ""
        self._runner = runner
        self._store = store
        self._show = show
        self._loop = asyncio.get_running_loop()
        self._pads = Pads()
        self._ports: Ports | None = None
        self._inputs: dict[str, _Opened[Closeable]] = {}
        self._outputs: dict[str, _Opened[Output]] = {}
        self._troubles: dict[str, str] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._read_at = -1.0
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begin to look for pads."""
        self._runner.watchers.append(self._notify)
        self._task = self._loop.create_task(self._watch())

    async def close(self) -> None:
        """Let go of every device."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._timer is not None:
            self._timer.cancel()
        await asyncio.to_thread(self._drop)

    # -- devices ---------------------------------------------------------------------------------

    async def _watch(self) -> None:
        while True:
            wanted = self._wanted_devices()
            report = await asyncio.to_thread(self._refresh, wanted)
            self._report(*report)
            await asyncio.sleep(LOOK_S)

    def scan(self) -> None:
        """Open what is bound and there now, and wait for the system's answer."""
        self._report(*self._refresh(self._wanted_devices()))

    def _wanted_devices(self) -> set[str]:
        self._read_bindings()
        return {binding.control.device for binding in self._pads.bindings}

    def _read_bindings(self) -> None:
        at = state_mtime(self._store)
        if at != self._read_at:
            self._read_at = at
            bindings = load_bindings(self._store, lambda fault: _log.warning("MIDI: %s", fault))
            if bindings != self._pads.bindings:
                self._pads = Pads(bindings)

    def _refresh(self, wanted: set[str]) -> tuple[str, str, str]:
        """Open what is bound and there, close what has gone; level, text and remedy."""
        try:
            if self._ports is None:
                self._ports = open_ports()
            there, can_be_told = self._ports.inputs(), self._ports.outputs()
        except MidiUnavailable as none:
            return "warning", none.text, none.remedy
        except OSError as error:
            self._drop()
            return "warning", f"the system's MIDI has gone: {error}", ""
        found = find_devices(wanted, there)
        lamps = {device: lamps_of(name, can_be_told) for device, name in found.items()}
        told = {device: can_be_told[name] for device, name in lamps.items() if name}
        _close_others(self._outputs, told)
        _close_others(self._inputs, {device: there[name] for device, name in found.items()})
        self._troubles.clear()
        for device, name in found.items():  # its lamps first: the first press lights one
            if (lamp := lamps[device]) is not None and device not in self._outputs:
                with suppress(OSError):
                    opened = self._ports.speak(lamp)
                    self._outputs[device] = _Opened(opened, can_be_told[lamp])
            if device not in self._inputs:
                try:
                    port = self._ports.listen(name, self._listener(device))
                except OSError as error:
                    self._troubles[device] = str(error)
                else:
                    self._inputs[device] = _Opened(port, there[name])
        if not there:  # perhaps the server has gone, and a new one needs new clients
            self._drop()
        return self._state(wanted, list(there))

    def _state(self, wanted: set[str], there: list[str]) -> tuple[str, str, str]:
        missing = sorted(wanted - set(self._inputs))
        if not wanted:
            count = len(there)
            text = f"{count} device{'' if count == 1 else 's'}, nothing bound yet"
            return "ok", text, "mixbridge midi learn good bad" if count else ""
        if self._troubles:
            device, trouble = next(iter(self._troubles.items()))
            remedy = "close the program that has it; it is tried again every two seconds"
            return "warning", f"{device} cannot be opened: {trouble}", remedy
        if missing and is_ambiguous(missing[0], there):
            text = (
                f"two devices called {missing[0]} were bound, and only one is plugged in: it is "
                "not clear which"
            )
            return "warning", text, "plug both in, or learn again: mixbridge midi learn good bad"
        if missing:
            return "warning", f"not there: {', '.join(missing)}", "plug it in; it is used at once"
        return "ok", f"listening to {', '.join(sorted(self._inputs))}", ""

    def _drop(self) -> None:
        _close_others(self._inputs, {})
        _close_others(self._outputs, {})
        if self._ports is not None:
            self._ports.close()
            self._ports = None

    def _report(self, level: str, text: str, remedy: str) -> None:
        """One line in the log for each change, and the page's doctor."""
        if text != self.text:
            self.text = text
            # Who has bound nothing waits for nothing: the page and the doctor say it.
            _log.log(logging.INFO if self._pads.bindings else logging.DEBUG, "MIDI: %s", text)
        bindings = [str(binding) for binding in self._pads.bindings]
        self._show({"level": level, "text": text, "remedy": remedy, "bindings": bindings})

    # -- presses ---------------------------------------------------------------------------------

    def _listener(self, device: str) -> Callable[[list[int]], None]:
        def receive(data: list[int]) -> None:  # on the library's thread
            at = time.monotonic()
            message = decode(device, data)
            if isinstance(message, Heard):
                with suppress(RuntimeError):  # the loop has just been closed
                    self._loop.call_soon_threadsafe(self._receive, message, at)

        return receive

    def _receive(self, message: Heard, at: float) -> None:
        self._act(self._pads.receive(message, at), at)

    def _advance(self) -> None:
        at = time.monotonic()
        self._act(self._pads.advance(at), at)

    def _act(self, actions: list[Action], at: float) -> None:
        for action in actions:
            if event := self._event(action, at):
                self._runner.request(event)
            else:
                self._runner.counters.refused += 1
                self._runner.notify(RequestRefused(text=f"{action}: {NOTHING_TO_RATE}"))
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if (due := self._pads.due) is not None:
            self._timer = self._loop.call_at(due, self._advance)

    def _event(self, action: Action, at: float) -> PersonEvent | None:
        """What an action asks for; None for an answer where there is nothing to rate.

        A thumb is about what the page shows: the open suggestion, or the newest move by its name.
        """
        engine = self._runner.engine
        about = find_rateable(engine)
        match action:
            case Action.GOOD | Action.BAD:
                return answer_of(about, 1.0 if action is Action.GOOD else -1.0, at=at)
            case Action.ACCEPT | Action.SKIP if about.kind is Rateable.SUGGESTION:
                return answer_of(about, 1.0 if action is Action.ACCEPT else -1.0, at=at)
            case Action.UNDO:
                return UndoRequested(at=at, move="")
            case Action.MODE:
                modes = list(Mode)
                return ModeChosen(at=at, mode=modes[(modes.index(engine.mode) + 1) % len(modes)])
            case Action.FREEZE:
                return FreezeSwitched(at=at, on=not engine.guard.is_frozen)
            case Action.PANIC:
                return PanicPressed(at=at)
            case Action.ENDORSE:
                return MixEndorsed(at=at)
            case Action.PICK_1 | Action.PICK_2 | Action.PICK_3 | Action.KEEP:
                return VariantChosen(at=at, offer="", choice=_CHOICES[action])
        return None

    # -- lamps -----------------------------------------------------------------------------------

    def _notify(self, notice: Notice) -> None:
        """A reward is on disk, or the mix was endorsed: now the pad that says so lights up."""
        match notice:
            case RewardCredited(value=value) if value != 0.0:
                lit = {Action.GOOD if value > 0.0 else Action.BAD, Action.SWITCH}
            case StatusChanged(text=text) if text == MIX_ENDORSED:
                lit = {Action.ENDORSE}
            case _:
                return
        for binding in self._pads.bindings:
            if binding.action in lit:
                self._light(binding, _LIT)
                self._loop.call_later(_LAMP_S, self._light, binding, 0)

    def _light(self, binding: Binding, value: int) -> None:
        control = binding.control
        opened = self._outputs.get(control.device)
        if opened is not None and control.kind in _LAMPS:
            status = _LAMPS[control.kind]
            with suppress(OSError):
                opened.port.send([status | (control.channel - 1), control.number, value])


_CHOICES: Final = {Action.KEEP: 0, Action.PICK_1: 1, Action.PICK_2: 2, Action.PICK_3: 3}


def load_bindings(store: Path, warn: Callable[[str], None]) -> tuple[Binding, ...]:
    """The bindings beside a store; what cannot be read is said by `warn`, a sentence each."""
    state, fault = read_state_or_why(store)
    bindings, faults = read_bindings(state.get("midi", {}))
    for sentence in (fault, *(f"{state_path(store)}: {each}" for each in faults)):
        if sentence:
            warn(sentence)
    return bindings


def save_bindings(store: Path, bindings: tuple[Binding, ...]) -> None:
    """Write the bindings to the state file; a running bridge takes them over within `LOOK_S`.

    Raises:
        JournalError: If it cannot be written.
    """
    if not store.absolute().parent.is_dir():
        raise JournalError(f"{store}: there is no such folder; make it, or set `store`.")
    write_state(store, "midi", {"bindings": [binding.to_json() for binding in bindings]})
