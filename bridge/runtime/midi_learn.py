"""Binding pads at the shell: list devices, learn by capture, see what comes in."""

import queue
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bridge.errors import RefusedError
from bridge.runtime.midi import keep_bindings
from bridge.runtime.midi_pads import (
    Action,
    Binding,
    Capture,
    Heard,
    Pads,
    bind,
    heard,
    read_bindings,
)
from bridge.runtime.midi_ports import MidiUnavailable, Ports, lamps_of, open_ports
from bridge.runtime.state_file import read_state

_STEP_S: Final = 0.1

Say = Callable[[str], None]


def bindings_of(store: Path) -> tuple[Binding, ...]:
    """What is bound now."""
    return read_bindings(read_state(store).get("midi", {}))


def list_devices(store: Path, say: Say) -> None:
    """Say what can be heard, and what is bound."""
    with _ports() as ports:
        devices = ports.inputs()
        for device in devices:
            lamps = "" if lamps_of(device, ports.outputs()) else " (without lamps)"
            say(f"{device}{lamps}")
        if not devices:
            say("No MIDI device is plugged in.")
    for binding in bindings_of(store):
        say(f"bound: {binding}")


def learn(store: Path, actions: tuple[Action, ...], *, patience_s: float, say: Say) -> None:
    """Bind the next control that is pressed to each action in turn.

    Raises:
        RefusedError: If there is no MIDI, or nothing is pressed.
    """
    with _hearing() as messages:
        for action in actions:
            say(f"Press and let go of what shall mean {action} ...")
            binding = _capture(messages, action, patience_s)
            keep_bindings(store, bind(bindings_of(store), binding))
            say(f"bound: {binding}")


def unlearn(store: Path, actions: tuple[Action, ...], say: Say) -> None:
    """Let go of the bindings of these actions, or of all where none is named."""
    kept = tuple(b for b in bindings_of(store) if actions and b.action not in actions)
    keep_bindings(store, kept)
    say(f"{len(kept)} bindings are left.")


def show_messages(store: Path, *, patience_s: float, say: Say) -> None:
    """Say what comes in and what it would do, for `patience_s`."""
    pads = Pads(bindings_of(store))
    with _hearing() as messages:
        say("Press anything. Ctrl-C ends it.")
        until = time.monotonic() + patience_s
        while (now := time.monotonic()) < until:
            actions = pads.advance(now)
            try:
                message = messages.get(timeout=_STEP_S)
            except queue.Empty:
                message = None
            if message is not None:
                actions += pads.hear(message, time.monotonic())
                say(f"{message.control}: {message.value}")
            for action in actions:
                say(f"  -> {action}")


def _capture(messages: "queue.Queue[Heard]", action: Action, patience_s: float) -> Binding:
    capture = Capture()
    until = time.monotonic() + patience_s
    while (left := until - time.monotonic()) > 0.0:
        try:
            message = messages.get(timeout=left)
        except queue.Empty:
            break
        if capture.control is None:
            until = time.monotonic() + Capture.WAIT_S
        capture.hear(message)
    if capture.control is None:
        raise RefusedError(f"Nothing was pressed for {patience_s:g} s; {action} was not bound.")
    return Binding(action=action, control=capture.control, style=capture.style)


@contextmanager
def _ports() -> Iterator[Ports]:
    try:
        ports = open_ports()
    except MidiUnavailable as none:
        raise RefusedError(f"MIDI: {none.text}; {none.remedy}.") from None
    try:
        yield ports
    finally:
        ports.close()


@contextmanager
def _hearing() -> Iterator["queue.Queue[Heard]"]:
    """Everything that every device says."""
    messages: queue.Queue[Heard] = queue.Queue()

    def listener(device: str) -> Callable[[list[int]], None]:
        def take(data: list[int]) -> None:
            if message := heard(device, data):
                messages.put(message)

        return take

    with _ports() as ports:
        devices = ports.inputs()
        if not devices:
            raise RefusedError("No MIDI device is plugged in.")
        opened = [ports.listen(device, listener(device)) for device in devices]
        try:
            yield messages
        finally:
            for port in opened:
                port.close()
