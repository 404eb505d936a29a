"""The terminal view: it fits, its keys never fall off, and it shows what the ledger says."""

import io
from dataclasses import replace

import pytest
from rich.console import Console
from support.desk import Desk

from bridge.demo.terminal import Frame, draw
from bridge.engine.view import make_view
from bridge.mix.messages import Mode, TrackBarred
from bridge.mix.params import LockClass, Param

BIG = (100, 40)


def picture(desk: Desk, size: tuple[int, int] = BIG, *, hint: str = "", later: float = 0.0) -> str:
    width, height = size
    console = Console(file=io.StringIO(), width=width, height=height, force_terminal=False)
    frame = Frame(width=width, height=height, at=desk.at + later, hint=hint)
    with console.capture() as capture:
        view = replace(make_view(desk.engine, at=desk.at), beliefs=BELIEFS)
        console.print(draw(view, desk.engine.ledger, frame))
    return capture.get()


BELIEFS = {
    "roles": {
        "lead": {
            name: {
                "answers": 3,
                "is_sure": True,
                "sure": 0.4,
                "words": f"lead: {name} as most listeners like",
            }
            for name in ("level", "low", "lowmid", "highmid", "high")
        }
    }
}


def band(count: int) -> tuple[str, ...]:
    return tuple(f"Track {number}" for number in range(1, count + 1))


def sitting(count: int = 3) -> Desk:
    desk = Desk(*band(count), mode=Mode.ASSIST).connect()
    for number in range(10):
        desk.move(f"Track {1 + number % count}", Param.EQ_LOWMID, 1.0)
        desk.run(8.0)
    return desk


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (100, 40), (200, 60)], ids=str)
@pytest.mark.parametrize("count", [3, 9, 64])
def test_it_fits_the_terminal_and_the_keys_are_always_there(
    size: tuple[int, int], count: int
) -> None:
    desk = sitting(count)
    for panicked in (False, True):
        if panicked:
            desk.panic()
        shown = picture(desk, size, hint="There is nothing to rate now.")
        lines = shown.rstrip("\n").split("\n")
        assert len(lines) <= size[1], shown
        assert all(len(line) <= size[0] for line in lines)
        for key in ("g good", "w twice endorse", "Shift+P twice panic", "Shift+R rearm", "q quit"):
            assert key in shown
        assert "nothing to rate now" in shown
        assert "Track 1" in shown


def test_parameters_have_their_names_and_beliefs_outlast_old_moves() -> None:
    desk = sitting()
    shown = picture(desk)
    assert "low-mid EQ" in shown
    assert "eq/" not in shown
    small = picture(desk, (80, 24))
    assert "most listeners like" in small
    assert small.count("in the mix") < shown.count("in the mix")


def test_an_answer_is_noted_then_saved_and_what_is_next_is_said() -> None:
    desk = Desk(mode=Mode.ASSIST).connect()
    assert "Listening" in picture(desk)
    name = desk.move("Vox", Param.GAIN, 2.0)
    assert "Rate this move: Vox gain: 0.0 dB → +2.0 dB" in picture(desk)
    desk.reward(-1.0, name, "one")
    shown = picture(desk)
    assert "Bad noted: Vox gain" in shown
    assert "Waiting for the next move" in shown
    assert "0 liked, 1 disliked" in shown
    desk.engine.ledger.record_saved("one")
    assert "Bad saved: Vox gain" in picture(desk, hint="Something else."), "both are shown"
    assert "Bad saved: Vox gain" in picture(desk)
    assert "Bad saved" not in picture(desk, later=5.0)


def test_in_panic_it_says_what_stayed_and_offers_nothing() -> None:
    desk = Desk(mode=Mode.ASSIST).connect()
    desk.move("Kick", Param.EQ_LOW, 1.0)
    desk.move("Vox", Param.GAIN, 2.0)
    desk.safe("Kick", "eq")
    desk.panic()
    desk.run(3.0)
    shown = picture(desk)
    assert "all but Kick EQ (Safe) is back" in shown
    assert "Rate this move" not in shown


def test_a_track_name_is_no_markup() -> None:
    desk = Desk("[red]Kick", "Bass", "Vox", mode=Mode.ASSIST).connect()
    desk.move("[red]Kick", Param.GAIN, 1.0)
    assert "red]Kick gain" in picture(desk)


def test_why_a_strip_is_left_alone_stands_beside_it() -> None:
    desk = sitting()
    reason = "also moves Wedge 2"
    desk.do(TrackBarred(at=desk.at, track=2, lock_class=LockClass.GAIN, reason=reason))
    lines = picture(desk, (140, 40)).splitlines()
    (line,) = (each for each in lines if "Track 2 " in each and reason in each)
    assert "left alone: also moves Wedge 2 (gain)" in line
