"""`mixbridge setup desk`: what is in the network, and settings for it; the desk is only read."""

from pathlib import Path
from typing import Final

import click

from bridge.cli.options import FILE, carry_out_plan, dry_run_option, uninstall_option
from bridge.daws.desk.finding import FoundDesk, describe, find_desks
from bridge.daws.desk.probe import waits_for_hand
from bridge.daws.desk.wire.tables import X32
from bridge.errors import NetworkError, SetupError
from bridge.install.setup import Change, Plan

_SETTINGS: Final = """# Settings of mixbridge for {desk}: mixbridge run --config {name}
daw:
  dialect: desk
  host: {host}
  port: {port}
desk:
  strips: named        # named | all | 1-16,aux1
  monitors: protect    # leave alone what a wedge would follow
guard:
  profile: live
mode: suggest          # observe | suggest | assist | gig
"""


def plan_desk(
    settings: Path,
    *,
    host: str = "",
    port: int = X32.port,
    uninstall: bool = False,
    look_s: float = 2.0,
) -> tuple[Plan, FoundDesk | None]:
    """What is found, the settings that would be written for it, and the desk where it is one.

    Args:
        settings: The file for the settings.
        host: Name or address of the desk; empty to look on every interface.
        port: Where it listens; the usual one asks both families'.
        uninstall: Take the file away that an earlier call wrote.
        look_s: How long to wait for answers.

    Raises:
        SetupError: If the host is not known.
    """
    if uninstall:
        is_there = settings.exists()
        gone = Change(path=settings, content=None, text=f"{settings} was removed.", is_ours=True)
        return Plan(changes=(gone,) * is_there, found=(), remains=()), None
    try:
        desks = find_desks(host, port, look_s=look_s)
    except NetworkError as error:
        raise SetupError(str(error)) from None
    found = [f"Found: {desk}, firmware {desk.firmware}." for desk in desks]
    if text := describe(desks, host):
        return Plan(changes=(), found=(*found, f"{text[0].upper()}{text[1:]}."), remains=()), None
    (desk,) = (each for each in desks if each.family is not None)
    address, at = desk.address
    content = _SETTINGS.format(desk=desk, name=settings.name, host=address, port=at).encode()
    is_new = not settings.exists() or settings.read_bytes() != content
    change = Change(path=settings, content=content, text=f"{settings} was written.")
    family = desk.family
    places = family.places if family else 0
    remains = (
        f"It tells {places} clients of changes, and does not say when all places are taken: "
        f"close remotes that nobody uses.",
        f"Then: mixbridge run --config {settings}",
        "Nothing here was ever run on a real desk: docs/desks.md says what is not known.",
    )
    return Plan(changes=(change,) * is_new, found=tuple(found), remains=remains), desk


@click.command("desk")
@click.option("--host", default="", metavar="NAME", help="The desk, where it is not found.")
@click.option("--port", default=X32.port, metavar="PORT", help="Where it listens, if unusual.")
@click.option("--settings", type=FILE, default="my.yaml", metavar="FILE", show_default=True)
@click.option(
    "--wait", type=click.IntRange(0, 120), default=10, show_default=True, metavar="SECONDS",
    help="How long to wait for a fader that you move, to see that changes are told.",
)  # fmt: skip
@uninstall_option
@dry_run_option
def setup_command(
    *, host: str, port: int, settings: Path, wait: int, uninstall: bool, dry_run: bool
) -> None:
    """Find an X32, M32 or X Air in the network, and write settings; the desk is only read."""
    plan, desk = plan_desk(settings, host=host, port=port, uninstall=uninstall)
    if desk is not None and wait:
        click.echo(f"Move any fader of {desk.name} within {wait} s ...")
        is_told = waits_for_hand(desk, seconds=wait)
        click.echo(
            "The desk reports what you move."
            if is_told
            else "The desk reported nothing: nobody moved a fader, or other remotes have all its "
            "places."
        )
    carry_out_plan(plan, dry_run=dry_run)
