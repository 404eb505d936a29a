"""A running bridge from the shell: all that the page can ask for, a verb each.

Each says in a sentence what the bridge made of it. Exit codes: 0 it was done; 2 the bridge refused,
or none answers.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from bridge.cli.options import config_option, settings

if TYPE_CHECKING:
    from bridge.runtime.remote_control import RemoteControl

_MODES: Final = ("observe", "suggest", "assist", "gig")
_move = click.argument("move", default="", metavar="[MOVE]")
_slot = click.argument("slot", type=click.Choice(["A", "B", "C", "D"], case_sensitive=False))
_switch = click.argument("switch", type=click.Choice(["on", "off"]))
_track = click.argument("track")
_lock_class = click.argument(
    "lock_class", metavar="CLASS", type=click.Choice(["gain", "eq", "pan", "all"])
)


@click.command()
@config_option
def status(config: Path | None) -> None:
    """Show the status of the running bridge, and its suggestion."""
    with _control(config) as control:
        click.echo(control.status())


@click.command()
@_move
@config_option
def good(move: str, config: Path | None) -> None:
    """Like the last move, or MOVE."""
    with _control(config) as control:
        click.echo(control.judge(1.0, move))


@click.command()
@_move
@config_option
def bad(move: str, config: Path | None) -> None:
    """Dislike the last move, or MOVE; it goes back."""
    with _control(config) as control:
        click.echo(control.judge(-1.0, move))


@click.command()
@_move
@config_option
def accept(move: str, config: Path | None) -> None:
    """Let the suggested move be made."""
    with _control(config) as control:
        click.echo(control.answer("accept", move))


@click.command()
@_move
@config_option
def skip(move: str, config: Path | None) -> None:
    """Skip the suggested move."""
    with _control(config) as control:
        click.echo(control.answer("skip", move))


@click.command()
@_move
@config_option
def undo(move: str, config: Path | None) -> None:
    """Take back the last move, or MOVE."""
    with _control(config) as control:
        click.echo(control.undo(move))


@click.command()
@config_option
def endorse(config: Path | None) -> None:
    """Say that this mix is as you want it: all of it is learnt."""
    with _control(config) as control:
        click.echo(control.endorse())


@click.command()
@click.argument("mode", type=click.Choice(_MODES), required=False)
@config_option
def mode(mode: str | None, config: Path | None) -> None:
    """Say the mode, or choose another."""
    with _control(config) as control:
        click.echo(f"The mode is {control.mode()}." if mode is None else control.choose_mode(mode))


@click.command()
@_switch
@config_option
def compare(switch: str, config: Path | None) -> None:
    """Hear the snapshot (on), or the mix again (off).

    It ends by itself after 30 s.
    """
    with _control(config) as control:
        control.ask("/bridge/compare", int(switch == "on"))
    click.echo("You hear the snapshot." if switch == "on" else "You hear the mix.")


@click.command()
@click.argument("switch", type=click.Choice(["on", "off", "1", "2", "3"]))
@config_option
def audition(switch: str, config: Path | None) -> None:
    """Hear the suggested move (on), a variant of the open offer (its number), or the mix (off).

    It decides nothing.
    """
    with _control(config) as control:
        if switch.isdigit():
            click.echo(control.audition_variant(int(switch)))
        else:
            click.echo(control.audition(on=switch == "on"))


@click.command()
@click.argument("move")
@config_option
def revert(move: str, config: Path | None) -> None:
    """Take back MOVE and all later ones; it judges none of them."""
    with _control(config) as control:
        control.ask("/bridge/revert", move)
    click.echo(f"Back to before move {move}.")


@click.command()
@_slot
@config_option
def pin(slot: str, config: Path | None) -> None:
    """Remember the mix as it is, as A, B, C or D."""
    with _control(config) as control:
        control.ask("/bridge/pin", slot.upper())
    click.echo(f"The mix is pinned as {slot.upper()}.")


@click.command()
@_slot
@config_option
def recall(slot: str, config: Path | None) -> None:
    """Bring a pinned mix back.

    What your hand has moved since stays.
    """
    with _control(config) as control:
        control.ask("/bridge/recall", slot.upper())
    click.echo(f"The mix {slot.upper()} comes back.")


def _switch_track(
    address: str, word: str, track: str, lock_class: str, switch: str, config: Path | None
) -> None:
    with _control(config) as control:
        control.ask(address, track, lock_class, int(switch == "on"))
    click.echo(f"{word} {switch}: track {track}, {lock_class}.")


@click.command()
@_track
@_lock_class
@_switch
@config_option
def learn(track: str, lock_class: str, switch: str, config: Path | None) -> None:
    """Let a track teach the bridge, or not.

    TRACK is a number, a name, or '*' for all (in quotes).
    """
    _switch_track("/bridge/learn", "Learn", track, lock_class, switch, config)


@click.command()
@_track
@_lock_class
@_switch
@config_option
def act(track: str, lock_class: str, switch: str, config: Path | None) -> None:
    """Let the bridge move a track unasked, or only suggest.

    TRACK is a number, a name, or '*' for all (in quotes).
    """
    _switch_track("/bridge/act", "Act", track, lock_class, switch, config)


@click.command()
@_track
@click.argument("role")
@config_option
def role(track: str, role: str, config: Path | None) -> None:
    """Say which ROLE a track plays, such as lead or kick."""
    with _control(config) as control:
        control.ask("/bridge/role", track, role)
    click.echo(f"Track {track} is {role}.")


@click.command()
@click.argument("name", metavar="mix|sound|phrase|edit|off")
@config_option
def task(name: str, config: Path | None) -> None:
    """Choose what is worked on: mix, sound and so on, or off."""
    with _control(config) as control:
        control.ask("/bridge/task", name)
    click.echo(f"Task: {name}.")


@click.command()
@_track
@click.argument("device", default="")
@config_option
def focus(track: str, device: str, config: Path | None) -> None:
    """Choose the focus of the task: a TRACK, or a device on it by its name or place."""
    with _control(config) as control:
        control.ask("/bridge/focus", track, device)
    click.echo(f"In focus: track {track} {device}".rstrip() + ".")


@click.command()
@config_option
def variants(config: Path | None) -> None:
    """Offer variants of the whole mix, to hear and to choose from."""
    with _control(config) as control:
        click.echo(control.offer_variants())


@click.command()
@click.argument("number", type=click.IntRange(0, 3))
@config_option
def choose(number: int, config: Path | None) -> None:
    """Pick a variant of the open offer, from 1; 0 keeps what is there."""
    with _control(config) as control:
        control.ask("/bridge/choose", "", number)
    click.echo(f"Chosen: {number}.")


@click.command()
@click.argument("name", metavar="KNOB")
@click.argument("word")
@config_option
def knob(name: str, word: str, config: Path | None) -> None:
    """Say what a KNOB of the device in focus is, by its name or number.

    WORD is a role (cutoff, attack and so on), 'never' to lock it, or 'auto'. It is kept.
    """
    with _control(config) as control:
        control.ask("/bridge/knob", name, word.lower())
    click.echo(f"Knob {name}: {word.lower()}.")


@click.command()
@click.argument("path", default="")
@config_option
def target(path: str, config: Path | None) -> None:
    """Name the target sound file; without PATH there is no target any more."""
    whole = str(Path(path).expanduser().resolve()) if path else ""
    with _control(config) as control:
        control.ask("/bridge/target", whole)
    click.echo(f"Target: {whole or 'none'}.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@config_option
def phrases(file: Path, config: Path | None) -> None:
    """Offer the notes of a MIDI FILE as a phrase, ranked with the bridge's own."""
    from bridge.midi.files import read_midi

    phrase = read_midi(file)
    with _control(config) as control:
        control.ask("/bridge/phrases", file.stem, phrase.text)
    click.echo(f"Offered: {file.name}, {phrase.bars} bars.")


@click.command()
@_track
@click.argument("word")
@config_option
def wish(track: str, word: str, config: Path | None) -> None:
    """Say how you want a track: brighter, softer, wider and so on.

    TRACK is a number or a name. Any other WORD is answered with all that there are.
    """
    with _control(config) as control:
        click.echo(control.wish(track, word.lower()))


@click.command()
@click.argument("what")
@config_option
def forget(what: str, config: Path | None) -> None:
    """Forget what was learnt of WHAT.

    It is a role, 'song', 'all', or the name of a finished mix ('mixbridge learn-from' lists them).
    """
    with _control(config) as control:
        control.ask("/bridge/forget", what)
    click.echo(f"Forgotten: {what}.")


@click.command()
@config_option
def mcp(config: Path | None) -> None:
    """Let an assistant ask the running bridge, over MCP.

    A program that speaks the Model Context Protocol starts this; it reads standard input and
    writes standard output.
    """
    from bridge.assistant import serve

    serve(settings(config))


COMMANDS: Final = (
    status, good, bad, accept, skip, audition, undo, endorse, mode, compare, revert, pin, recall,
    learn, act, role, wish, forget, task, focus, variants, choose, knob, target, phrases,
    mcp,
)  # fmt: skip


def _control(config: Path | None) -> "RemoteControl":
    from bridge.runtime.remote_control import RemoteControl

    listen = settings(config).listen
    return RemoteControl(listen.host, listen.port)
