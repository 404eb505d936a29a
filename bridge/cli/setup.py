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


@click.group(cls=_Setups)
def setup() -> None:
    """Prepare a DAW for the bridge.

    Says what it changes, and what is left to click.
    """
