"""What several commands share: where the settings are, and how a setup is carried out."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from bridge.config import Settings
    from bridge.install.setup import Plan

FILE: Final = click.Path(path_type=Path)
_PROFILE: Final = "mixbridge.profile"
Command = TypeVar("Command", bound=Callable[..., Any])

_config_option = click.option(
    "--config",
    type=FILE,
    envvar="MIXBRIDGE_CONFIG",
    metavar="FILE",
    help="Settings in YAML; without it, or MIXBRIDGE_CONFIG, all defaults.",
)
_profile_option = click.option(
    "--profile",
    envvar="MIXBRIDGE_PROFILE",
    metavar="NAME",
    expose_value=False,
    callback=lambda context, _option, value: context.meta.update({_PROFILE: value}),
    help="Whose taste is learnt; a new name starts a new person.",
)

uninstall_option = click.option(
    "--uninstall", is_flag=True, help="Take back what an earlier setup changed."
)
listen_option = click.option(
    "--listen", is_flag=True, help="Let phones in this network pair, by the QR code that is shown."
)
dry_run_option = click.option("--dry-run", is_flag=True, help="Only say what would change.")


class Group(click.Group):
    """A group of commands whose help says each in a whole sentence, never cut with dots."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, each with the first paragraph of its help."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [
            (name, " ".join((each.help or "").split("\n\n")[0].split()))
            for name, each in commands
            if each is not None and not each.hidden
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def config_option(command: Command) -> Command:
    """Add where the settings are, and who the person is, to a command."""
    return _config_option(_profile_option(command))


def chosen_profile() -> str | None:
    """Who was named with ``--profile``; None where nobody was."""
    context = click.get_current_context(silent=True)
    return context.meta.get(_PROFILE) if context else None


def settings(path: Path | None, overrides: dict[str, object] | None = None) -> "Settings":
    """The settings of a file, or the defaults; `overrides` by dotted key replace the file's."""
    from bridge.config import load

    profile = chosen_profile()
    # A person who is named here is not the one whose store a file names.
    named = {} if profile is None else {"profile": profile, "store": None}
    return load(path, {**named, **(overrides or {})})


def settings_with_store(
    path: Path | None, overrides: dict[str, object] | None = None
) -> "Settings":
    """The same, and the place of the store is ready; what was done for that is said."""
    from bridge.journal.place import prepare_store

    chosen = settings(path, overrides)
    if sentence := prepare_store(chosen):
        click.echo(sentence, err=True)
    return chosen


def carry_out_plan(plan: "Plan", *, dry_run: bool) -> None:
    """Tell what a setup finds, do it unless it is only to be told, and say what remains."""
    from bridge.install.setup import carry_out

    for sentence in plan.found:
        click.echo(sentence)
    done = [change.text for change in plan.changes] if dry_run else carry_out(plan)
    for sentence in done:
        click.echo(f"would be: {sentence}" if dry_run else f"done: {sentence}")
    if not plan.changes:
        click.echo("Everything is as it should be; nothing was changed.")
    for sentence in plan.remains:
        click.echo(f"  -> {sentence}")
