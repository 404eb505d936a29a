"""`mixbridge setup`: prepare a DAW for the bridge; each DAW brings its own command."""

import click


class _Setups(click.Group):
    """The setup of each DAW in the registry, loaded when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from bridge.daws import DAWS

        return sorted(row.name for row in DAWS.values() if row.setup)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from bridge.daw.row import load_part
        from bridge.daws import DAWS

        row = DAWS.get(cmd_name)
        if row is None or not row.setup:
            return None
        command: click.Command = load_part(row.setup)
        return command


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
