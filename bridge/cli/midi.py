"""`mixbridge midi`: pads and pedals at the shell."""

from pathlib import Path
from typing import Final

import click

from bridge.cli.options import Group, config_option, settings_with_store


@click.group(cls=Group)
def midi() -> None:
    """Bind pads and pedals: list, learn, unlearn, test."""


_ACTIONS: Final = (
    "good", "bad", "undo", "accept", "skip", "mode", "freeze", "panic", "endorse", "pick1",
    "pick2", "pick3", "keep", "switch",
)  # fmt: skip
_patience_option = click.option(
    "--patience", type=click.FloatRange(0.1, 3600.0), default=30.0, show_default=True, metavar="S"
)


@midi.command("list")
@config_option
def midi_list(config: Path | None) -> None:
    """Say which devices are there, and what is bound."""
    from bridge.midi.learn import list_devices

    list_devices(settings_with_store(config).store, click.echo)


@midi.command("learn")
@click.argument("actions", nargs=-1, required=True, type=click.Choice(_ACTIONS))
@_patience_option
@config_option
def midi_learn(actions: tuple[str, ...], patience: float, config: Path | None) -> None:
    """Bind the next thing that you press to each action in turn.

    switch is one pedal for three: short good, long bad, double undo. endorse says that the mix
    is as you want it. pick1, pick2 and pick3 choose from an offer, keep leaves what is there.
    """
    from bridge.midi.learn import learn
    from bridge.midi.pads import Action

    wanted = tuple(map(Action, actions))
    learn(settings_with_store(config).store, wanted, patience_s=patience, say=click.echo)


@midi.command("unlearn")
@click.argument("actions", nargs=-1, type=click.Choice(_ACTIONS))
@config_option
def midi_unlearn(actions: tuple[str, ...], config: Path | None) -> None:
    """Let go of the bindings of ACTIONS, or of all."""
    from bridge.midi.learn import unlearn
    from bridge.midi.pads import Action

    unlearn(settings_with_store(config).store, tuple(map(Action, actions)), click.echo)


@midi.command("test")
@_patience_option
@config_option
def midi_test(patience: float, config: Path | None) -> None:
    """Show what your pads send, and what it would do."""
    from bridge.midi.learn import show_messages

    show_messages(settings_with_store(config).store, patience_s=patience, say=click.echo)
