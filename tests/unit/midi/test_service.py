"""Pads of a running bridge: plugged in, unplugged, in use elsewhere, two of one name."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.desk import Desk
from support.rtmidi_fake import MidiSystem

from bridge.daw.generic import GenericDialect
from bridge.midi.pads import Action, Binding, Control, Style
from bridge.midi.service import MidiService, save_bindings
from bridge.mix.messages import (
    Event,
    MixEndorsed,
    Mode,
    RewardReceived,
    SuggestionAccepted,
    SuggestionSkipped,
)
from bridge.mix.notices import MIX_ENDORSED, Notice, RequestRefused, StatusChanged
from bridge.mix.params import Param
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


def after_a_move() -> Desk:
    desk = Desk().connect()
    desk.move("Kick", Param.GAIN, 1.0)
    desk.move("Vox", Param.GAIN, 1.0)
    return desk


def play(store: Path, scene: Scene, desk: Desk | None = None) -> list[Notice]:
    """A bridge's pads, whose ports a test looks for itself; returns what everyone was told."""
    told: list[Notice] = []

    async def run() -> None:
        runner = AskedRunner(
            engine=(desk or after_a_move()).engine, dialect=GenericDialect(),
            daw=("127.0.0.1", 9), session=1, read_every_s=1.0,
        )  # fmt: skip
        runner.asked = []
        runner.watchers.append(told.append)
        shown: list[dict[str, Any]] = []
        service = MidiService(runner, store, show=shown.append)
        service.scan()
        await asyncio.sleep(0)
        await scene(service, shown, runner.asked)
        await service.close()

    asyncio.run(run())
    return told


def bind(
    store: Path,
    *controls: Control,
    actions: tuple[Action, ...] = (Action.GOOD, Action.BAD, Action.ENDORSE),
) -> None:
    save_bindings(
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
        assert "it is not clear which" in shown[-1]["text"]

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


# -- what a press is about ----------------------------------------------------------------------

BAD = Control(device=PAD, kind="note", channel=1, number=37)
ENDORSE = Control(device=PAD, kind="note", channel=1, number=38)


def press(
    store: Path, computer: MidiSystem, note: int, desk: Desk | None = None
) -> tuple[list[object], list[Notice]]:
    """Hit one of three pads; what was asked for, and what everyone was told."""
    bind(store, GOOD, BAD, ENDORSE)
    asked_for: list[object] = []

    async def scene(
        _service: MidiService, _shown: list[dict[str, Any]], asked: list[object]
    ) -> None:
        computer.play(f"{PAD} 20:0", [0x90, note, 100])
        await asyncio.sleep(0)
        asked_for.extend(asked)

    return asked_for, play(store, scene, desk)


@pytest.mark.parametrize(("note", "value"), [(36, 1.0), (37, -1.0)])
def test_a_pads_reward_names_the_newest_move(
    computer: MidiSystem, tmp_path: Path, note: int, value: float
) -> None:
    (event,), _ = press(tmp_path / "mix.db", computer, note)
    assert isinstance(event, RewardReceived)
    assert (event.value, event.move) == (value, "1-2")


@pytest.mark.parametrize(("note", "kind"), [(36, SuggestionAccepted), (37, SuggestionSkipped)])
def test_a_pad_answers_the_open_suggestion_by_its_name(
    computer: MidiSystem, tmp_path: Path, note: int, kind: type
) -> None:
    desk = Desk(mode=Mode.SUGGEST).connect()
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(7.0)
    (event,), _ = press(tmp_path / "mix.db", computer, note, desk)
    assert isinstance(event, kind)
    assert event.move == "1-1"  # type: ignore[attr-defined]


def test_a_pad_that_is_hit_twice_judges_no_older_move_and_that_is_said(
    computer: MidiSystem, tmp_path: Path
) -> None:
    desk = after_a_move()
    desk.reward(-1.0, "1-2")
    asked, told = press(tmp_path / "mix.db", computer, 37, desk)
    assert asked == []
    assert told == [
        RequestRefused(text="bad: there is nothing to rate now; your answer was not sent")
    ]


def test_a_pad_endorses_the_mix_and_lights_up_when_the_bridge_has_noted_it(
    computer: MidiSystem, tmp_path: Path
) -> None:
    (event,), _ = press(tmp_path / "mix.db", computer, 38)
    assert isinstance(event, MixEndorsed)
    assert computer.sent == []

    async def scene(
        service: MidiService, _shown: list[dict[str, Any]], _asked: list[object]
    ) -> None:
        service._notify(StatusChanged(state="online", text="another sentence"))
        assert computer.sent == []
        service._notify(StatusChanged(state="online", text=MIX_ENDORSED))

    play(tmp_path / "mix.db", scene)
    assert computer.sent[0] == (f"{PAD} 20:0", [0x90, 38, 127])
