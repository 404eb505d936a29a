"""Each verb of the shell: what leaves for the bridge, and what is said where no answer comes."""

from pathlib import Path

import pytest
from support.answering import answering
from support.repeats import repeated

from bridge.cli import main as cli
from bridge.mix.notices import MIX_ENDORSED, WISH_NOTED
from bridge.osc.message import OscArg, OscMessage

SUGGESTED = OscMessage("/bridge/move", ("1-3", "proposed", 2, "gain", 0.0, -2.0, "Too loud."))


def news(message: OscMessage) -> list[OscMessage | bytes]:
    """What a bridge says that did what was asked of it; the welcome comes behind all news."""
    match message.address, message.args:
        case "/bridge/hello", _:
            return [SUGGESTED, OscMessage("/bridge/welcome", ("0.1.0", 1))]
        case "/bridge/reward", (value, move, str(reward_id)):
            return [OscMessage("/bridge/rewarded", (reward_id, move or "1-2", value))]
        case "/bridge/accept" | "/bridge/skip" as verb, (move, *_):
            state = "applied" if verb == "/bridge/accept" else "skipped"
            return [OscMessage("/bridge/move", (move, state, *SUGGESTED.args[2:]))]
        case "/bridge/undo", args:
            name = args[0] if args else "1-2"
            return [OscMessage("/bridge/move", (name, "reverted", *SUGGESTED.args[2:]))]
        case "/bridge/variants", _:
            offered = ("1-5", "proposed", 3, "gain", -3.0, -2.0, "a mix as loud as this one")
            return [
                OscMessage("/bridge/move", offered),
                OscMessage("/bridge/offer", ("offer 1-5", 1, "1-5")),
            ]
        case "/bridge/endorse", _:
            return [OscMessage("/bridge/status", ("online", MIX_ENDORSED))]
        case "/bridge/wish", (_, str(word)):
            noted = OscMessage("/bridge/status", ("online", f"{WISH_NOTED} Lead Vox {word}"))
            answer = ("1-4", "proposed", 3, "eq/high/gain", 0.0, 2.0, f"you want Lead Vox {word}")
            ended = OscMessage(
                "/bridge/move",
                ("1-3", "expired", *SUGGESTED.args[2:6], f"you want Lead Vox {word}"),
            )
            return [noted, ended, OscMessage("/bridge/move", answer)]
    return []


def silence(message: OscMessage) -> list[OscMessage | bytes]:
    """A bridge that has every request and says nothing of it."""
    return news(message) if message.address == "/bridge/hello" else []


def run_at(port: int, folder: Path, line: str) -> int:
    config = folder / "config.yaml"
    config.write_text(f"listen: {{port: {port}}}\n")
    return cli.run_command_line([*line.split(), "--config", str(config)])


@pytest.mark.parametrize(
    ("line", "address", "args"),
    [
        ("good", "reward", (1.0, "")),
        ("good 1-1", "reward", (1.0, "1-1")),
        ("bad", "reward", (-1.0, "")),
        ("bad 1-1", "reward", (-1.0, "1-1")),
        ("accept", "accept", ("1-3",)),
        ("accept 1-9", "accept", ("1-9",)),
        ("skip", "skip", ("1-3",)),
        ("audition on", "audition", ("1-3", 1)),
        ("audition off", "audition", ("1-3", 0)),
        ("undo", "undo", ()),
        ("undo 1-1", "undo", ("1-1",)),
        ("endorse", "endorse", ()),
        ("variants", "variants", ()),
        ("compare on", "compare", (1,)),
        ("compare off", "compare", (0,)),
        ("revert 1-1", "revert", ("1-1",)),
        ("pin b", "pin", ("B",)),
        ("recall C", "recall", ("C",)),
        ("learn Kick eq on", "learn", ("Kick", "eq", 1)),
        ("learn Kick eq off", "learn", ("Kick", "eq", 0)),
        ("act * pan on", "act", ("*", "pan", 1)),
        ("act 1 all off", "act", ("1", "all", 0)),
        ("safe 1 gain on", "safe", ("1", "gain", 1)),
        ("safe 1 gain off", "safe", ("1", "gain", 0)),
        ("role 1 keys", "role", ("1", "keys")),
        ("wish 3 Brighter", "wish", ("3", "brighter")),
        ("forget song", "forget", ("song",)),
        ("freeze on", "freeze", (1,)),
        ("freeze off", "freeze", (0,)),
        ("panic", "panic", ()),
        ("rearm", "rearm", ()),
    ],
)
def test_a_verb_asks_once_for_what_it_says(
    tmp_path: Path, line: str, address: str, args: tuple[OscArg, ...]
) -> None:
    with answering(news) as (port, heard):
        assert run_at(port, tmp_path, line) == 0
    asked = [
        (message.address, message.args[:2] if address == "reward" else message.args)
        for message in heard
        if message.address != "/bridge/hello"
    ]
    assert asked == [(f"/bridge/{address}", args)]


@pytest.mark.slow
@pytest.mark.parametrize("line", repeated(["good", "bad 1-1", "endorse", "wish 3 back"], first=1))
def test_what_the_bridge_has_not_said_is_not_said(
    tmp_path: Path, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with answering(silence) as (port, _):
        assert run_at(port, tmp_path, line) == 2
    assert "was sent, but the bridge did not confirm that it is " in capsys.readouterr().err


def test_variants_are_listed_with_what_each_changes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with answering(news) as (port, _):
        assert run_at(port, tmp_path, "variants") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "1: a mix as loud as this one"
    assert "mixbridge audition NUMBER" in said[1]
    with answering(news) as (port, _):
        assert run_at(port, tmp_path, "audition 2") == 2
    assert "audition: 0 variants are open; got 2." in capsys.readouterr().err


def test_the_move_that_answers_a_wish_is_shown_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with answering(news) as (port, _):
        assert run_at(port, tmp_path, "wish 3 brighter") == 0
    assert capsys.readouterr().out == (
        "Noted: you want Lead Vox brighter.\n"
        "It suggests move 1-4, track 3 eq/high/gain from 0 to 2.\n"
    )
