"""Binding pads at the shell: list devices, learn by capture, see what comes in."""

import queue
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from bridge.errors import RefusedError
from bridge.midi.capture import SETTLE_S, Capture, Verdict
from bridge.midi.names import find_devices, lamps_of
from bridge.midi.pads import Action, Binding, Control, Heard, Pads, Unbindable, bind, decode
from bridge.midi.ports import MidiUnavailable, Ports, open_ports
from bridge.midi.service import load_bindings, save_bindings

_MOST_MISSES: Final = 3
"""Wrong presses in a row, after which a binding is given up as mistaken."""

Say = Callable[[str], None]


def list_devices(store: Path, say: Say) -> None:
    """Say what can be decode, and what is bound."""
    with _ports() as ports:
        devices, outputs = ports.inputs(), ports.outputs()
        for device in devices:
            lamps = "" if lamps_of(device, outputs) else " (without lamps)"
            say(f"{device}{lamps}")
        if not devices:
            say("No MIDI device is plugged in.")
        found = find_devices({b.control.device for b in load_bindings(store, say)}, devices)
    for binding in load_bindings(store, lambda _: None):
        away = "" if binding.control.device in found else " (not plugged in)"
        say(f"bound: {binding}{away}")


def learn(store: Path, actions: tuple[Action, ...], *, patience_s: float, say: Say) -> None:
    """Bind the next control that is pressed to each action in turn.

    With more than one action each is asked for a second time, and nothing is bound unless the same
    controls are pressed again: an answer of the wrong sign would teach the opposite.

    Raises:
        RefusedError: If there is no MIDI, nothing is pressed, or not the same is pressed again.
    """
    wanted = tuple(dict.fromkeys(actions))
    with _hearing() as room:
        new: dict[Control, Binding] = {}
        company: set[Control] = set()
        for action in wanted:
            say(f"Press and release the control for {action} ...")
            capture = _capture(room, action, {*new, *company}, patience_s=patience_s, say=say)
            if capture.control is None:
                raise RefusedError(_why_nothing(room, action, patience_s))
            company |= capture.company
            binding = Binding(action=action, control=capture.control, style=capture.style)
            new[capture.control] = binding
            if len(wanted) > 1:
                say(f"heard: {binding}")
        if len(wanted) > 1:
            for action in wanted:
                _confirm(room, tuple(new.values()), action, patience_s=patience_s, say=say)
        old = _renamed(load_bindings(store, say), room.devices)
        kept = old
        for binding in new.values():
            kept = bind(kept, binding)
        save_bindings(store, kept)
        for binding in new.values():
            say(f"bound: {binding}")
        _explain(old, kept, new.values(), say)


def unlearn(store: Path, actions: tuple[Action, ...], say: Say) -> None:
    """Let go of the bindings of these actions, or of all where none is named."""
    bindings = load_bindings(store, say)
    kept = tuple(b for b in bindings if actions and b.action not in actions)
    save_bindings(store, kept)
    count = len(kept)
    say(f"{count} binding{'' if count == 1 else 's'} {'is' if count == 1 else 'are'} left.")


def show_messages(store: Path, *, patience_s: float, say: Say) -> None:
    """Say what comes in and what it would do, for `patience_s`."""
    with _hearing() as room:
        pads = Pads(_renamed(load_bindings(store, say), room.devices))
        say("Press anything. Ctrl-C ends it.")
        until = time.monotonic() + patience_s
        while (now := time.monotonic()) < until:
            actions = pads.advance(now)
            message = room.next_message(min(until, pads.due or until))
            if message is not None:
                what, at = message
                say(str(what))
                if isinstance(what, Heard):
                    actions += pads.receive(what, at)
            for action in actions:
                say(f"  -> {action}")
        if not room.seen:
            say(f"Nothing came in {patience_s:g} s from {', '.join(room.devices)}.")


class _Room:
    """Everything that every device says, as it comes in.

    Attributes:
        devices: What is listened to.
        seen: What was said, each once.
    """

    def __init__(self, devices: Iterable[str]) -> None:
        self.devices = tuple(devices)
        self.seen: dict[str, None] = {}
        self._messages: queue.Queue[tuple[Heard | Unbindable, float]] = queue.Queue()

    def listener(self, device: str) -> Callable[[list[int]], None]:
        """What a port of the device calls, on its library's thread."""

        def append(data: list[int]) -> None:
            if message := decode(device, data):
                self._messages.put((message, time.monotonic()))

        return append

    def next_message(self, until: float) -> tuple[Heard | Unbindable, float] | None:
        """The next message and when it came; None where none comes until then."""
        try:
            found = self._messages.get(timeout=max(until - time.monotonic(), 0.0))
        except queue.Empty:
            return None
        self.seen.setdefault(str(found[0]))
        return found


def _capture(
    room: _Room, action: Action, others: set[Control], *, patience_s: float, say: Say
) -> Capture:
    """Watch until a control was pressed and it is clear how; the control is None where none was."""
    capture = Capture(others)
    until = time.monotonic() + patience_s
    while True:
        due = capture.due
        message = room.next_message(until if due is None else due)
        if message is not None:
            what, at = message
            if isinstance(what, Heard):
                capture.watch(what, at)
                if capture.refused is not None:
                    capture.refused = None
                    say(f"{what.control} is already used here: press another for {action} ...")
            else:
                say(f"heard: {what}")
        elif due is None:
            break
        elif capture.judge() is Verdict.DONE:
            return capture
        else:
            say(f"heard: {capture.control}. Press it once more for {action}, and let go ...")
            until = time.monotonic() + patience_s
    if capture.control is not None:
        raise RefusedError(
            f"{capture.control} was pressed once, and that does not tell how it works; {action} "
            "was not bound: try again, and press it a second time when asked."
        )
    return capture


def _confirm(
    room: _Room, bindings: tuple[Binding, ...], action: Action, *, patience_s: float, say: Say
) -> None:
    """Ask for an action once more, and see whether its own binding answers."""
    say(f"Press {action} once more, to be sure ...")
    pads = Pads(bindings)
    control = next(b.control for b in bindings if b.action is action)
    is_switch = action is Action.SWITCH
    misses = 0
    until = time.monotonic() + patience_s
    while misses < _MOST_MISSES and (message := room.next_message(until)) is not None:
        what, at = message
        if not isinstance(what, Heard):
            continue
        done = pads.receive(what, at)
        if action in done or (is_switch and what.control == control):
            _let_go(room, at)
            return
        if done:
            misses += 1
            say(f"That was {done[0]}. Press {action} ...")
    raise RefusedError(
        f"{action} was not confirmed, so nothing was bound: learn again, one action at a time."
    )


def _let_go(room: _Room, at: float) -> None:
    """Let the rest of a gesture pass, so that its release is not taken for the next press."""
    until = at + SETTLE_S
    while room.next_message(until) is not None:
        pass


def _why_nothing(room: _Room, action: Action, patience_s: float) -> str:
    if not room.seen:
        return f"Nothing was pressed for {patience_s:g} s; {action} was not bound."
    return (
        f"What came in was not a separate press ({next(iter(room.seen))}); {action} was not bound."
    )


def _explain(
    old: tuple[Binding, ...], kept: tuple[Binding, ...], new: Iterable[Binding], say: Say
) -> None:
    """Say what a person may not expect of the new bindings."""
    for binding in new:
        if binding.action is Action.SWITCH and not binding.style.has_release:
            say("This one does not send its release: it can be good, and nothing else.")
    actions = {binding.action for binding in kept}
    for binding in old:
        if binding.action not in actions:
            say(f"no longer bound: {binding}")


def _renamed(bindings: tuple[Binding, ...], devices: Iterable[str]) -> tuple[Binding, ...]:
    """Bindings under the names that their devices have now, where they are plugged in."""
    found = find_devices({binding.control.device for binding in bindings}, devices)
    return tuple(
        replace(b, control=replace(b.control, device=found.get(b.control.device, b.control.device)))
        for b in bindings
    )


@contextmanager
def _ports() -> Iterator[Ports]:
    try:
        ports = open_ports()
    except MidiUnavailable as none:
        raise RefusedError(f"MIDI: {none.text}; {none.remedy}") from None
    try:
        yield ports
    except OSError as error:
        raise RefusedError(f"MIDI: the system's MIDI has gone: {error}.") from None
    finally:
        ports.close()


@contextmanager
def _hearing() -> Iterator[_Room]:
    """A room that hears every device; one that another program has is left out."""
    with _ports() as ports, ExitStack() as opened:
        there = list(ports.inputs())
        if not there:
            raise RefusedError("No MIDI device is plugged in.")
        room, troubles = _Room(there), []
        for device in there:
            try:
                port = ports.listen(device, room.listener(device))
            except OSError as error:
                troubles.append(f"{device}: {error}")
            else:
                opened.callback(port.close)
        if len(troubles) == len(there):
            raise RefusedError(
                f"No MIDI device can be opened ({'; '.join(troubles)}); close the program that "
                "has it, perhaps a running bridge."
            )
        yield room
