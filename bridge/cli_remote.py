"""`mixbridge status`, `good`, `bad`, `accept`, `skip`, `undo`, `endorse`, `mode`: a running bridge.

Each says in a sentence what the bridge made of it. Exit codes: 0 it was done; 2 the bridge refused,
or none answers.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from bridge.cli_options import config_option, settings

if TYPE_CHECKING:
    from bridge.runtime.remote_control import RemoteControl

_MODES: Final = ("observe", "suggest", "assist", "gig")
_move = click.argument("move", default="", metavar="[MOVE]")


@click.command()
@config_option
def status(config: Path | None) -> None:
    """Say how the running bridge is, and what it suggests."""
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
    """Turn the suggested move down."""
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


COMMANDS: Final = (status, good, bad, accept, skip, undo, endorse, mode)


def _control(config: Path | None) -> "RemoteControl":
    from bridge.runtime.remote_control import RemoteControl

    listen = settings(config).listen
    return RemoteControl(listen.host, listen.port)
