"""`mixbridge setup`: prepare a DAW for the bridge; each DAW brings its own command."""

from pathlib import Path

import click

from bridge.cli.options import (
    Group,
    carry_out_plan,
    chosen_profile,
    config_option,
    dry_run_option,
    settings,
    uninstall_option,
)


class _Setups(Group):
    """The setup of each DAW in the registry, loaded when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from bridge.daws import DAWS

        return sorted(["service", *(row.name for row in DAWS.values() if row.setup)])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from bridge.daw.row import load_part
        from bridge.daws import DAWS

        if cmd_name == "service":
            return service
        row = DAWS.get(cmd_name)
        if row is None or not row.setup:
            return None
        command: click.Command = load_part(row.setup)
        return command


@click.command()
@config_option
@dry_run_option
@uninstall_option
def service(config: Path | None, *, dry_run: bool, uninstall: bool) -> None:
    """Let the bridge start when you log in, and again after a fault.

    Writes a systemd user unit, a launchd agent or a Windows task, and says how to start it.
    """
    from platformdirs import user_log_path

    from bridge.install.service import plan_service

    settings(config)  # what it would stumble over at every login is said now
    log = user_log_path("mixbridge", appauthor=False) / "mixbridge.log"
    plan = plan_service(config, chosen_profile(), log=log, home=Path.home(), uninstall=uninstall)
    carry_out_plan(plan, dry_run=dry_run)


@click.group(cls=_Setups, invoke_without_command=True)
@click.pass_context
def setup(context: click.Context) -> None:
    """Prepare a DAW for the bridge.

    Says what it changes, and what is left to click. Without a name it says which DAWs it finds
    on this machine, and changes nothing.
    """
    if context.invoked_subcommand is not None:
        return
    from bridge.daw.row import load_part
    from bridge.daws import DAWS

    for row in DAWS.values():
        if not row.setup:
            continue
        where = load_part(row.find)() if row.find else ""
        said = f"found, {where}" if where else "not found here" if row.find else "not looked for"
        click.echo(f"{row.title}: {said}")
        click.echo(f"  -> mixbridge setup {row.name}")
    click.echo("To let the bridge start when you log in: mixbridge setup service")
