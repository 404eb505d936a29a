"""Pads of a running bridge: plugged in, unplugged, in use elsewhere, two of one name."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from desk import ScriptedTask, make_engine
from rtmidi_fake import MidiSystem

from bridge.daw.generic import GenericDialect
from bridge.mix.messages import Event, RewardReceived
from bridge.runtime.midi import MidiService, keep_bindings
from bridge.runtime.midi_pads import Action, Binding, Control, Style
from bridge.runtime.runner import Runner

PAD = "Pad:Pad MIDI 1"
GOOD = Control(device=PAD, kind="note", channel=1, number=36)
HIT = [0x90, 36, 100]


@pytest.fixture
def computer(monkeypatch: pytest.MonkeyPatch) -> MidiSystem:
    system = MidiSystem(f"{PAD} 20:0")
    monkeypatch.setitem(sys.modules, "rtmidi", system.library)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: True)
    return system


class AskedRunner(Runner):
    """Remembers what was asked for, and has no DAW to do it."""

    asked: list[object]

    def submit(self, event: Event) -> None:
        self.asked.append(event)


Scene = Callable[[MidiService, list[dict[str, Any]], list[object]], Any]


def play(store: Path, scene: Scene) -> None:
    """A bridge's pads, whose ports a test looks for itself."""

    async def run() -> None:
        runner = AskedRunner(
            engine=make_engine(ScriptedTask()), dialect=GenericDialect(),
            daw=("127.0.0.1", 9), session=1, read_every_s=1.0,
        )  # fmt: skip
        runner.asked = []
        shown: list[dict[str, Any]] = []
        service = MidiService(runner, store, show=shown.append)
        service.scan()
        await asyncio.sleep(0)
        await scene(service, shown, runner.asked)
        await service.close()

    asyncio.run(run())


def bind(store: Path, *controls: Control) -> None:
    actions = (Action.GOOD, Action.BAD)
    keep_bindings(
        store,
        tuple(
            Binding(action=action, control=control, style=Style.MOMENTARY)
            for action, control in zip(actions, controls, strict=False)
        ),
    )


def test_a_pad_that_was_unplugged_and_has_another_number_is_heard_again(
    computer: MidiSystem, tmp_path: Path
) -> None:
    bind(tmp_path / "mix.db", GOOD)

    async def scene(service: MidiService, shown: list[dict[str, Any]], asked: list[object]) -> None:
        computer.unplug(f"{PAD} 20:0")
        service.scan()
        assert shown[-1]["text"] == f"not there: {PAD}"
        computer.names.append(f"{PAD} 32:0")
        service.scan()
        computer.play(f"{PAD} 32:0", HIT)
        await asyncio.sleep(0)
        assert [type(event) for event in asked] == [RewardReceived]

    play(tmp_path / "mix.db", scene)


def test_a_pad_that_was_swapped_between_two_looks_is_heard_again(
    computer: MidiSystem, tmp_path: Path
) -> None:
    """Its name is there at both looks, and its port is another one."""
    bind(tmp_path / "mix.db", GOOD)

    async def scene(
        service: MidiService, _shown: list[dict[str, Any]], asked: list[object]
    ) -> None:
        computer.unplug(f"{PAD} 20:0")
        computer.names.append(f"{PAD} 24:0")
        service.scan()
        computer.play(f"{PAD} 24:0", HIT)
        await asyncio.sleep(0)
        assert len(asked) == 1

    play(tmp_path / "mix.db", scene)


def test_two_pads_of_one_name_mean_different_things_and_one_alone_means_nothing(
    computer: MidiSystem, tmp_path: Path
) -> None:
    computer.names.append(f"{PAD} 24:0")
    twin = Control(device=f"{PAD} (2)", kind="note", channel=1, number=36)
    bind(tmp_path / "mix.db", GOOD, twin)

    async def scene(service: MidiService, shown: list[dict[str, Any]], asked: list[object]) -> None:
        computer.play(f"{PAD} 20:0", HIT)
        computer.play(f"{PAD} 24:0", HIT)
        await asyncio.sleep(0)
        assert [getattr(event, "value", None) for event in asked] == [1.0, -1.0]
        computer.unplug(f"{PAD} 20:0")
        service.scan()
        assert not computer.is_heard(f"{PAD} 24:0"), "it could be either of them"
        assert "which is not clear" in shown[-1]["text"]

    play(tmp_path / "mix.db", scene)


def test_a_pad_that_another_program_has_is_said_and_tried_again(
    computer: MidiSystem, tmp_path: Path
) -> None:
    bind(tmp_path / "mix.db", GOOD)
    computer.busy.add(f"{PAD} 20:0")

    async def scene(
        service: MidiService, shown: list[dict[str, Any]], _asked: list[object]
    ) -> None:
        assert "cannot be opened: the port is in use" in shown[-1]["text"]
        computer.busy.clear()
        service.scan()
        assert shown[-1]["text"] == f"listening to {PAD}"

    play(tmp_path / "mix.db", scene)
