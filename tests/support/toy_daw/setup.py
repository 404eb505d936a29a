"""Setting the toy up."""

import click

from bridge.cli.options import carry_out_plan, dry_run_option
from bridge.install.setup import Plan


@click.command("toy")
@dry_run_option
def setup_command(*, dry_run: bool) -> None:
    """Prepare the toy, which needs nothing."""
    plan = Plan(changes=(), found=("Toy Studio is here.",), remains=())
    carry_out_plan(plan, dry_run=dry_run)
