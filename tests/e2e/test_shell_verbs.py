"""The verbs of the shell at a bridge beside a DAW: what is said is what the bridge did."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.rig import PATIENCE_S, Bridge, Desk, apply_one, rows_of, running, sitting_at

from bridge.mix.notices import MIX_ENDORSED

pytestmark = pytest.mark.e2e


def shell(bridge: Bridge, desk: Desk, *arguments: str) -> tuple[int, str]:
    """Run a command while the DAW goes on; its exit code and what it said."""
    with subprocess.Popen(
        [sys.executable, "-m", "bridge", *arguments, "--config", str(bridge.config)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as process:  # fmt: skip
        until = time.monotonic() + PATIENCE_S
        while process.poll() is None and time.monotonic() < until:
            desk.let_pass(0.05)
        assert process.stdout is not None
        return process.wait(PATIENCE_S), process.stdout.read()


def test_a_suggestion_is_shown_accepted_liked_and_taken_back(bridge: Bridge, desk: Desk) -> None:
    assert shell(bridge, desk, "mode", "suggest") == (0, "The mode is suggest.\n")
    move = desk.hear_move("proposed")
    code, said = shell(bridge, desk, "status")
    assert code == 0
    assert "online" in said
    assert "mode suggest" in said
    assert f"It suggests move {move.name}, track {move.track}" in said
    assert shell(bridge, desk, "accept")[1].startswith(f"Accepted: move {move.name}, ")
    shell(bridge, desk, "mode", "observe")
    assert shell(bridge, desk, "good", move.name) == (0, f"Good is saved for move {move.name}.\n")
    ((value,),) = rows_of(
        bridge, "SELECT value FROM rewards WHERE reward_id LIKE 'shell-%' AND move = ?", move.name
    )
    assert value == 1.0
    assert shell(bridge, desk, "undo")[1].startswith(f"Taken back: move {move.name}, ")


def test_a_suggestion_can_be_turned_down(bridge: Bridge, desk: Desk) -> None:
    desk.say("/bridge/mode", "suggest")
    move = desk.hear_move("proposed")
    assert shell(bridge, desk, "skip")[1].startswith(f"Skipped: move {move.name}, ")
    desk.hear_move("skipped", move.name)


def test_bad_says_that_the_move_goes_back(bridge: Bridge, desk: Desk) -> None:
    move = apply_one(desk)
    desk.say("/bridge/mode", "observe")
    code, said = shell(bridge, desk, "bad", move.name)
    assert (code, said) == (0, f"Bad is saved for move {move.name}, which goes back.\n")


@pytest.mark.parametrize("verb", ["accept", "skip"])
def test_where_nothing_is_suggested_that_is_said(bridge: Bridge, desk: Desk, verb: str) -> None:
    expected = f"mixbridge: {verb}: there is no open suggestion.\n"
    assert shell(bridge, desk, verb) == (2, expected)


def test_what_the_bridge_refuses_is_its_own_sentence(bridge: Bridge, desk: Desk) -> None:
    code, said = shell(bridge, desk, "undo", "9-9")
    assert (code, said.startswith("mixbridge: undo: ")) == (2, True)


def test_a_mode_is_said(bridge: Bridge, desk: Desk) -> None:
    assert shell(bridge, desk, "mode") == (0, "The mode is observe.\n")


def test_the_mix_is_endorsed_and_the_bridge_has_noted_it(tmp_path: Path) -> None:
    with (
        running(tmp_path, mode="observe", learning={"agent": "factored"}) as bridge,
        sitting_at(bridge) as desk,
    ):
        desk.let_pass(1.0)
        said = shell(bridge, desk, "endorse")
        assert said == (0, f"{MIX_ENDORSED.capitalize()}.\n")
        assert rows_of(bridge, "SELECT seq FROM events WHERE kind = 'MixEndorsed'") != []


def test_a_word_for_a_track_is_noted_and_answered_by_a_move(tmp_path: Path) -> None:
    with (
        running(tmp_path, mode="suggest", learning={"agent": "factored"}) as bridge,
        sitting_at(bridge) as desk,
    ):
        desk.let_pass(1.0)
        shell(bridge, desk, "mode", "suggest")
        code, said = shell(bridge, desk, "wish", "1", "louder")
        assert code == 0
        assert "louder." in said.splitlines()[0]
        assert said.splitlines()[1].startswith("It suggests move ")
        assert "track 1 gain from" in said
        code, said = shell(bridge, desk, "wish", "1", "crisper")
        assert code == 2
        assert "expected one of brighter, darker, warmer, thinner, louder, softer" in said
        assert "got 'crisper'" in said
        assert rows_of(bridge, "SELECT seq FROM events WHERE kind = 'TrackWished'") != []


def test_variants_of_the_mix_are_heard_picked_and_undone_in_the_shell(tmp_path: Path) -> None:
    with (
        running(tmp_path, mode="suggest", learning={"agent": "factored"}) as bridge,
        sitting_at(bridge) as desk,
    ):
        desk.let_pass(1.0)
        shell(bridge, desk, "mode", "suggest")
        code, said = shell(bridge, desk, "variants")
        assert code == 0, said
        assert said.startswith("1: a mix as loud as this one: ")
        assert shell(bridge, desk, "audition", "1") == (0, "You hear variant 1.\n")
        desk.let_pass(5.0)
        assert shell(bridge, desk, "choose", "1") == (0, "Chosen: 1.\n")
        desk.let_pass(1.0)
        assert shell(bridge, desk, "undo")[1].startswith("Taken back: ")
        kinds = [row[0] for row in rows_of(bridge, "SELECT kind FROM events ORDER BY seq")]
        assert "MixesRequested" in kinds
        assert "VariantChosen" in kinds


def test_why_a_mix_is_not_endorsed_is_the_bridges_own_sentence(bridge: Bridge, desk: Desk) -> None:
    code, said = shell(bridge, desk, "endorse")
    assert code == 2
    assert said.startswith("mixbridge: endorse: this agent learns from single moves alone")


def test_what_else_the_page_can_ask_for_is_done_or_refused_in_the_bridges_words(
    bridge: Bridge, desk: Desk
) -> None:
    track = desk.strips[0].name
    for arguments, said in (
        (("pin", "b"), "The mix is pinned as B.\n"),
        (("recall", "B"), "The mix B comes back.\n"),
        (("learn", track, "eq", "off"), f"Learn off: track {track}, eq.\n"),
        (("learn", track, "eq", "on"), f"Learn on: track {track}, eq.\n"),
        (("act", "1", "pan", "on"), "Act on: track 1, pan.\n"),
        (("role", "1", "keys"), "Track 1 is keys.\n"),
        (("compare", "off"), "You hear the mix.\n"),
    ):
        assert shell(bridge, desk, *arguments) == (0, said)
    for arguments, said in (
        (("role", "1", "kettle"), "/bridge/role: role: expected"),
        (("act", "Kazoo", "all", "off"), "act: there is no track 'Kazoo'"),
        (("revert", "9-9"), "revert: there is no move '9-9'"),
        (("forget", "kettle"), "forget: expected a role"),
        (("audition", "on"), "audition: there is no open suggestion"),
    ):
        code, text = shell(bridge, desk, *arguments)
        assert code == 2
        assert text.startswith(f"mixbridge: {said}")


def test_a_suggestion_can_be_heard_before_it_is_answered(bridge: Bridge, desk: Desk) -> None:
    desk.say("/bridge/mode", "suggest")
    move = desk.hear_move("proposed")
    assert shell(bridge, desk, "audition", "on")[1].startswith(f"You hear move {move.name}, ")
    assert shell(bridge, desk, "audition", "off") == (0, "You hear the mix without it.\n")
