"""`mixbridge setup`: prepare a DAW for the bridge."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli_options import FILE, config_option, settings

if TYPE_CHECKING:
    from bridge.runtime.setup import Plan

_uninstall_option = click.option(
    "--uninstall", is_flag=True, help="Take back what an earlier setup changed."
)
_dry_run_option = click.option("--dry-run", is_flag=True, help="Say it, and change nothing.")


@click.group()
def setup() -> None:
    """Prepare a DAW for the bridge.

    Says what it changes, and what is left to click.
    """


@setup.command("ableton")
@click.option("--user-library", type=FILE, metavar="DIR", help="Live's, where not found.")
@_uninstall_option
@_dry_run_option
def setup_ableton(*, user_library: Path | None, uninstall: bool, dry_run: bool) -> None:
    """Install the devices for Ableton Live, and say what AbletonOSC still needs."""
    from bridge.runtime.setup_ableton import plan_ableton

    _carry_out(plan_ableton(user_library, uninstall=uninstall), dry_run=dry_run)


@setup.command("ardour")
@click.option("--folder", type=FILE, metavar="DIR", help="Ardour's settings, where not found.")
@click.option("--session", type=FILE, metavar="FILE", help="A session that is there already.")
@_uninstall_option
@_dry_run_option
def setup_ardour(
    *, folder: Path | None, session: Path | None, uninstall: bool, dry_run: bool
) -> None:
    """Turn Ardour's OSC surface on for new sessions, while Ardour is closed."""
    from bridge.runtime.setup_ardour import plan_ardour

    _carry_out(plan_ardour(folder, session=session, uninstall=uninstall), dry_run=dry_run)


@setup.command("reaper")
@click.option("--resource-path", type=FILE, metavar="DIR", help="REAPER's, where not found.")
@_uninstall_option
@_dry_run_option
@config_option
def setup_reaper(
    *, resource_path: Path | None, uninstall: bool, dry_run: bool, config: Path | None
) -> None:
    """Install REAPER's pattern file, companion and actions, while REAPER is closed."""
    from bridge.runtime.setup_reaper import plan_reaper

    chosen = settings(config)
    folder = resource_path or chosen.reaper.resource_path
    plan = plan_reaper(folder, bridge_port=chosen.listen.port, uninstall=uninstall)
    _carry_out(plan, dry_run=dry_run)


def _carry_out(plan: "Plan", *, dry_run: bool) -> None:
    """Tell what a setup finds, do it unless it is only to be told, and say what remains."""
    from bridge.runtime.setup import carry_out

    for sentence in plan.found:
        click.echo(sentence)
    done = [change.text for change in plan.changes] if dry_run else carry_out(plan)
    for sentence in done:
        click.echo(f"would be: {sentence}" if dry_run else f"done: {sentence}")
    if not plan.changes:
        click.echo("Everything is as it should be; nothing was changed.")
    for sentence in plan.remains:
        click.echo(f"  -> {sentence}")
