"""What real and fake DAWs said once is played again: the same hands, moves and nothing else.

`tests/transcripts/record.py` says what happens in each.
"""

from functools import lru_cache
from pathlib import Path

import pytest

from bridge.app import make_offline
from bridge.cli.main import run_command_line
from bridge.mix.messages import MoveState
from bridge.mix.params import Param
from bridge.trace.file import Datagram, Part, read_trace
from bridge.trace.replay import Played, compare, play

FOLDER = Path(__file__).parents[1] / "transcripts"
TRANSCRIPTS = sorted(path.name for path in FOLDER.glob("*.jsonl*"))
HAND_AT = {
    "ableton": -12.0,
    "ardour": -15.0,
    "desk": -11.7,
    "generic": -12.0,
    "reaper": -9.0,
    "zyn": 0.425,  # of the way of the resonance
}
MOVES = {
    "ableton": {MoveState.PROPOSED: 1},
    "ardour": {MoveState.APPLIED: 1, MoveState.CONFIRMED: 1},
    "desk": {MoveState.PROPOSED: 1},
    "generic": {MoveState.APPLIED: 2, MoveState.CONFIRMED: 2, MoveState.REVERTED: 2},
    "reaper": {MoveState.PROPOSED: 1, MoveState.APPLIED: 1, MoveState.CONFIRMED: 1},
    "zyn": {},
}


@lru_cache
def played(name: str) -> Played:
    (part,) = read_trace(FOLDER / name)
    return play(part, make_offline)


def test_there_is_one_of_every_dialect() -> None:
    assert [name.partition(".")[0] for name in TRANSCRIPTS] == sorted(HAND_AT)
    assert all((FOLDER / name).stat().st_size < 200_000 for name in TRANSCRIPTS)


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_the_hand_that_was_there_is_noticed_and_no_other(name: str) -> None:
    ((_, hand),) = played(name).hands
    assert hand.param is Param.GAIN or str(hand.param) == "device/1/param/2"
    assert hand.to_value == pytest.approx(HAND_AT[name.partition(".")[0]], abs=0.06)


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_the_moves_end_as_they_did(name: str) -> None:
    assert played(name).moves == MOVES[name.partition(".")[0]]


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_the_bridge_is_online_from_the_first_answer_to_the_end(name: str) -> None:
    assert played(name).status == "online"


def test_panic_gives_back_what_the_bridge_moved_and_nothing_else() -> None:
    (path,) = (name for name in TRANSCRIPTS if name.startswith("generic"))
    ours = {(w.track, w.param) for w in played(path).written if w.move}
    panic = {(w.track, w.param) for w in played(path).written if not w.move}
    assert panic == ours
    assert len(panic) == 2


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_the_same_trace_leads_to_the_same_every_time(name: str) -> None:
    (part,) = read_trace(FOLDER / name)
    again = play(part, make_offline)
    assert again.steps == played(name).steps
    assert again.sent == played(name).sent


def test_a_difference_is_told_with_its_time() -> None:
    (name,) = (name for name in TRANSCRIPTS if name.startswith("generic"))
    (part,) = read_trace(FOLDER / name)
    # As if it had been recorded today, but without the writes.
    said = tuple(
        Datagram(t=at, is_sent=True, peer=peer, osc=osc)
        for at, peer, osc in played(name).sent
        if not osc.startswith(b"/mix/track/")
    )
    came = tuple(each for each in part.records if not getattr(each, "is_sent", False))
    records = tuple(sorted((*came, *said), key=lambda each: each.t))
    (line,) = compare(play(Part(header=part.header, records=records, notes=()), make_offline))
    assert line.startswith("Differs from the trace (")
    assert "/mix/track/" in line
    assert "which it did not say then" in line


def test_the_command_says_what_happened(capsys: pytest.CaptureFixture[str]) -> None:
    (name,) = (name for name in TRANSCRIPTS if name.startswith("reaper"))
    assert run_command_line(["replay-trace", str(FOLDER / name)]) == 0
    said = capsys.readouterr().out
    assert "reaper DAW at 127.0.0.1:" in said
    assert "1 hands noticed, moves: 1 proposed, 1 applied, 1 confirmed" in said
    assert "Bass gain from 0.0 dB to -9.0 dB" in said


def test_a_trace_of_settings_that_this_version_does_not_know_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (FOLDER / "generic.jsonl").read_text(encoding="utf-8")
    path = tmp_path / "new.jsonl"
    path.write_text(text.replace('"mode":"observe"', '"mode":"dream"', 1), encoding="utf-8")
    assert run_command_line(["replay-trace", str(path)]) == 2
    said = capsys.readouterr().err
    assert "settings" in said
    assert "mode" in said
    assert said.count("\n") == 1
