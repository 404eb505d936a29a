"""The companion's own promises: it looks before it writes, and it costs REAPER little."""

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from support.reaper.fake import FakeReaper, Folder, LuaScript

from bridge.daw.roll import Strip
from bridge.daws.reaper.wire.companion import STATE, Mailbox, StateReader
from bridge.mix.messages import SetParam
from bridge.mix.params import LockClass, Param
from bridge.osc.message import OscMessage

pytestmark = pytest.mark.slow

HAND = "Adjust track controls"


class Beside:
    """A companion in a REAPER, and its mailbox without the rest of the bridge."""

    def __init__(self, folder: Path, *names: str) -> None:
        self.reaper = FakeReaper(names or ("Kick", "Bass"), resource=folder)
        self.script = LuaScript(self.reaper, "Companion")
        self.folder = Folder(folder)
        self.reader = StateReader()
        self.mailbox = Mailbox()
        self.strips: tuple[Strip, ...] = ()
        self.pass_turns(1)

    def ask(
        self, value: float, *, move: str, is_last: bool = False, param: Param = Param.GAIN
    ) -> None:
        """The bridge wants a value of the first track."""
        command = SetParam(track=1, param=param, value=value, key="", move=move, is_last=is_last)
        text = self.mailbox.add(self.strips[0], command, at=self.reaper.now)
        self.folder.write(OscMessage("", (text,)))

    def pass_turns(self, turns: int) -> None:
        for _ in range(turns):
            self.reaper.turn()
            self.script.tick()
            for said in self.folder.read():
                if said.address == STATE:
                    state = self.reader.read(str(said.args[0]))
                    self.mailbox.acknowledge(state, self.reaper.now)
                    self.strips = state.strips

    @property
    def gain_db(self) -> float:
        return self.reaper.tracks[0].value(Param.GAIN)


@pytest.fixture
def beside(tmp_path: Path) -> Beside:
    return Beside(tmp_path)


# -- hands ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_last", [False, True], ids=["a step", "the last value"])
@pytest.mark.parametrize("value", [-9.0, 0.0, -0.5], ids=["away", "where it began", "on its way"])
def test_a_hand_within_a_move_is_never_written_over(
    beside: Beside, value: float, is_last: bool
) -> None:
    for step in (-0.5, -1.0):
        beside.ask(step, move="1-1")
        beside.pass_turns(1)
    beside.reaper.hand("Kick", Param.GAIN, value)
    beside.ask(-1.5, move="1-1", is_last=is_last)
    beside.pass_turns(1)
    beside.ask(-1.5, move="1-1", is_last=True)  # and what it asks for once more
    beside.pass_turns(20)
    assert beside.gain_db == pytest.approx(value, abs=1e-4)
    assert beside.reaper.labels == [HAND]
    assert beside.strips[0].values[Param.GAIN] == pytest.approx(value, abs=1e-4)


def test_a_hand_that_the_bridge_has_not_heard_of_is_not_written_over(beside: Beside) -> None:
    beside.reaper.drag("Kick", Param.GAIN, -3.0)  # no point of undo yet, nothing told
    beside.ask(1.0, move="1-1", is_last=True)
    beside.pass_turns(1)
    assert beside.gain_db == pytest.approx(-3.0)
    assert beside.reaper.labels == []


def test_after_the_hand_another_move_begins_where_the_hand_left_it(beside: Beside) -> None:
    beside.ask(-1.0, move="1-1")
    beside.pass_turns(1)
    beside.reaper.hand("Kick", Param.GAIN, -3.0)
    beside.ask(-1.5, move="1-1")
    beside.pass_turns(10)
    beside.ask(-2.0, move="1-2", is_last=True)
    beside.pass_turns(1)
    assert beside.gain_db == pytest.approx(-2.0)


def test_a_panic_after_a_hand_can_be_asked_for_again(beside: Beside) -> None:
    beside.ask(-1.0, move="")
    beside.pass_turns(1)
    beside.reaper.hand("Kick", Param.GAIN, -3.0)
    beside.ask(-1.5, move="")
    beside.pass_turns(30)
    assert beside.gain_db == pytest.approx(-3.0)
    beside.ask(0.0, move="", is_last=True)
    beside.pass_turns(1)
    assert beside.gain_db == pytest.approx(0.0)


@pytest.mark.parametrize("param", [Param.GAIN, Param.PAN, Param.EQ_LOW, Param.EQ_HIGH])
def test_a_move_of_its_own_is_never_taken_for_a_hand(beside: Beside, param: Param) -> None:
    step = 0.013 if param is Param.PAN else 0.0371
    for n in range(1, 30):
        beside.ask(step * n, move="1-1", param=param, is_last=n == 29)
        beside.pass_turns(1 + n % 3)
    assert beside.reaper.tracks[0].value(param) == pytest.approx(step * 29, abs=1e-4)
    beside.ask(0.0, move="1-1 back", param=param, is_last=True)
    beside.pass_turns(1)
    assert beside.reaper.tracks[0].value(param) == pytest.approx(0.0, abs=1e-4)
    assert len(beside.reaper.labels) == 2


# -- undo -----------------------------------------------------------------------------------------


def test_a_ramp_that_was_stopped_gets_its_point_without_a_write(beside: Beside) -> None:
    beside.ask(-1.0, move="1-1")
    beside.pass_turns(2)
    written = len(beside.reaper.written)
    beside.pass_turns(20)
    assert beside.reaper.labels == ["mixbridge 1-1: Kick gain to -1.0 dB"]
    assert len(beside.reaper.written) == written


@pytest.mark.parametrize(
    "act",
    [
        lambda reaper: reaper.hand("Kick", Param.GAIN, -4.0),
        lambda reaper: reaper.hand("Bass", Param.PAN, 0.5),
        lambda reaper: reaper.remove("Kick"),
    ],
    ids=["the same control", "another one", "its track removed"],
)
def test_no_point_of_ours_is_made_on_top_of_a_hands(
    beside: Beside, act: Callable[[FakeReaper], None]
) -> None:
    beside.ask(-1.0, move="1-1")
    beside.pass_turns(2)
    act(beside.reaper)
    labels, written = beside.reaper.labels, len(beside.reaper.written)
    beside.pass_turns(30)
    assert beside.reaper.labels == labels
    assert len(beside.reaper.written) == written


def test_moves_back_to_back_have_a_point_each(beside: Beside) -> None:
    """The next move may begin before REAPER has had a turn to make the last value."""
    for n in range(1, 14):
        beside.ask(n * 0.1 - 0.05, move=f"1-{n}")
        beside.pass_turns(1)
        beside.ask(n * 0.1, move=f"1-{n}", is_last=True)
        beside.ask(n * 0.1 + 0.05, move=f"1-{n + 1}")
        beside.pass_turns(1)
    moves = [re.findall(r"mixbridge (1-\d+):", label)[0] for label in beside.reaper.labels]
    assert moves == [f"1-{n}" for n in range(1, 14)]


# -- automation -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "override", "why"),
    [
        (5, -1, "has an envelope, and the track is in Latch Preview"),
        (0, 1, "has an envelope, and the global automation override is in Read"),
        (0, 4, "has an envelope, and the global automation override is in Latch"),
        (1, 0, ""),
        (1, 5, ""),
        (1, -1, "has an envelope, and the track is in Read"),
    ],
    ids=["latch preview", "override read", "override latch", "trim", "bypass", "no override"],
)
@pytest.mark.parametrize("language", [{}, {"Volume": "Lautstärke", "Pan": "Panorama"}])
def test_whatever_follows_an_envelope_is_barred_and_refused(
    beside: Beside, own: int, override: int, why: str, language: dict[str, str]
) -> None:
    reaper = beside.reaper
    reaper.script.language = language
    reaper.tracks[0].auto_mode, reaper.automation_override = own, override
    reaper.tracks[0].envelopes |= {"Volume", "Pan"}
    beside.pass_turns(30)
    barred = {kind: reason for kind, reason in beside.strips[0].barred.items() if reason}
    assert barred == (dict.fromkeys((LockClass.GAIN, LockClass.PAN), why) if why else {})
    beside.ask(-1.0, move="1-1", is_last=True)
    beside.ask(0.5, move="1-2", is_last=True, param=Param.PAN)
    beside.pass_turns(2)
    assert len(reaper.labels) == (0 if why else 2)


def test_an_override_is_asked_for_at_the_write_itself(beside: Beside) -> None:
    beside.reaper.tracks[0].envelopes.add("Volume")
    beside.pass_turns(30)
    beside.ask(-1.0, move="1-1", is_last=True)
    beside.reaper.automation_override = 1
    beside.pass_turns(1)
    assert beside.reaper.labels == []


# -- tracks come and go ---------------------------------------------------------------------------


def test_tracks_that_come_and_go_cost_it_no_fault(tmp_path: Path) -> None:
    beside = Beside(tmp_path, *(f"Track {n}" for n in range(8)))
    dice = random.Random(3)
    for turn in range(120):
        match dice.randrange(4):
            case 0:
                beside.reaper.insert(dice.randrange(len(beside.reaper.tracks) + 1), f"New {turn}")
            case 1 if len(beside.reaper.tracks) > 2:
                beside.reaper.remove(dice.choice(beside.reaper.tracks).name)
            case 2:
                names = [track.name for track in beside.reaper.tracks]
                beside.reaper.reorder(dice.sample(names, len(names)))
        beside.pass_turns(1)
        assert [s.name for s in beside.strips] == [t.name for t in beside.reaper.tracks]
    assert not (tmp_path / "mixbridge" / "fault.txt").exists()


# -- cost -----------------------------------------------------------------------------------------


def calls_a_second(beside: Beside, seconds: int, act: Callable[[int], None]) -> float:
    calls = beside.reaper.script.calls
    calls.clear()
    for turn in range(seconds * 30):
        act(turn)
        beside.pass_turns(1)
    return sum(calls.values()) / seconds


@pytest.mark.long
def test_at_64_tracks_it_calls_reaper_rarely(tmp_path: Path) -> None:
    beside = Beside(tmp_path, *(f"Track {n}" for n in range(64)))
    reaper = beside.reaper
    beside.pass_turns(60)
    at_rest = calls_a_second(beside, 10, lambda _: None)
    for track in reaper.tracks:
        track.peaks = (0.5, 0.4)
    playing = calls_a_second(beside, 10, lambda _: None)

    def hear(turn: int) -> None:
        for slot in range(1, 65):
            reaper.gmem[32 * slot] = turn

    def drag(turn: int) -> None:
        reaper.drag("Track 5", Param.GAIN, -turn * 0.01)
        reaper.change_count += 1
        hear(turn)

    probes = calls_a_second(beside, 5, hear)
    moving = calls_a_second(beside, 5, drag)
    print(  # noqa: T201
        f"calls a second at 64 tracks with ReaEQ: {at_rest:.0f} at rest, {playing:.0f} playing, "
        f"{probes:.0f} with a probe on each, {moving:.0f} while a fader moves as well"
    )
    assert at_rest <= 1000
    assert playing <= 1000
    assert moving <= 10_000


@pytest.mark.parametrize("param", [Param.GAIN, Param.PAN, Param.EQ_LOW])
def test_at_64_tracks_a_hand_is_told_at_once_where_reaper_counts_changes(
    tmp_path: Path, param: Param
) -> None:
    beside = Beside(tmp_path, *(f"Track {n}" for n in range(64)))
    beside.pass_turns(60)
    value = 0.5 if param is Param.PAN else -2.0
    beside.reaper.hand("Track 50", param, value)
    beside.pass_turns(4)
    assert beside.strips[50].values[param] == pytest.approx(value, abs=1e-3)


def test_at_64_tracks_a_drag_is_told_within_half_a_second_and_then_all_the_time(
    tmp_path: Path,
) -> None:
    beside = Beside(tmp_path, *(f"Track {n}" for n in range(64)))
    beside.pass_turns(60)
    for n in range(1, 30):
        beside.reaper.drag("Track 50", Param.GAIN, -n * 0.1)
        beside.pass_turns(1)
        if n >= 15:
            lag = beside.strips[50].values[Param.GAIN] + n * 0.1
            assert abs(lag) <= 0.41
