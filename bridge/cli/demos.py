"""The demos, and the embedded console that they run beside."""

from pathlib import Path

import click

from bridge.cli.options import FILE, Group, listen_option
from bridge.daws import DAWS

_seed_option = click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True
)
_stems_option = click.option(
    "--stems", type=FILE, metavar="DIR", help="Your own multitrack: a folder of audio files."
)


@click.group(cls=Group, invoke_without_command=True)
@click.pass_context
@click.option("--page", is_flag=True, help="Hear it, and answer, in the browser.")
@click.option("--no-browser", is_flag=True, help="With --page: only say where the page is.")
@listen_option
@click.option("--listener", type=click.Choice(["auto"]), help="Let a simulated listener answer.")
@click.option("--headless", is_flag=True, help="No terminal view; for scripts.")
@click.option("--moves", type=click.IntRange(1, 100_000), help="End after this many moves.")
@click.option("--seeds", type=click.IntRange(1, 100), help="Play seeds 1 to N, and print a table.")
@click.option(
    "--daw",
    type=click.Choice(["generic", *(row.name for row in DAWS.values() if row.host)]),
    default="generic",
    help="A headless DAW in place of the embedded console.",
)
@_seed_option
@_stems_option
def demo(
    context: click.Context,
    *,
    page: bool,
    no_browser: bool,
    listen: bool,
    listener: str | None,
    headless: bool,
    moves: int | None,
    seeds: int | None,
    daw: str,
    seed: int,
    stems: Path | None,
) -> int:
    """Mix a small band without a DAW; 'sound', 'edit' and 'phrase' show the other tasks."""
    if context.invoked_subcommand is not None:
        return 0
    for option, is_given in {"--seeds": seeds is not None, "--headless": headless}.items():
        if is_given and (page or listen):
            raise click.UsageError(f"{option} plays without a page: leave --page and --listen out")
    from bridge.demo.demo import run_demo, run_seeds
    from bridge.demo.options import DemoOptions

    options = DemoOptions(
        page=page or listen,
        browser=not no_browser,
        listen=listen,
        listener=listener,
        headless=headless,
        moves=moves,
        seed=seed,
        stems=stems,
        daw=daw,
    )
    return run_demo(options) if seeds is None else run_seeds(options, seeds)


@demo.command("sound")
@click.option("--headless", is_flag=True, help="Only text and files; there is no other view yet.")
@click.option("--out", type=FILE, metavar="FOLDER", help="Where the report goes.")
@click.option(
    "--daw",
    type=click.Choice([row.name for row in DAWS.values() if row.player]),
    help="A real synth that runs here, in real time.",
)
@_seed_option
def demo_sound(*, headless: bool, out: Path | None, daw: str | None, seed: int) -> int:
    """Bring a dull bass near to a target, then to what a simulated person likes."""
    del headless
    from bridge.demo.sound import run_sound_demo

    return run_sound_demo(seed=seed, folder=out, daw=daw or "")


@demo.command("edit")
@click.option("--headless", is_flag=True, help="A simulated person answers.")
@click.option("--out", type=FILE, metavar="FOLDER", help="Where the report goes.")
@click.option("--page", is_flag=True, help="Answer on the page, by keys.")
@click.option("--no-browser", is_flag=True, help="With --page: only say where the page is.")
@_seed_option
def demo_edit(*, headless: bool, out: Path | None, page: bool, no_browser: bool, seed: int) -> int:
    """Edit a take with twelve planted faults: six answers, then the rest by itself."""
    from bridge.demo.edit import run_edit_demo

    if page:
        if headless:
            raise click.UsageError("--headless plays without a page: leave --page out")
        from bridge.demo.edit_page import run_edit_page

        return run_edit_page(out, browser=not no_browser, seed=seed)
    return run_edit_demo(headless=headless, seed=seed, folder=out)


@demo.command("phrase")
@click.option("--headless", is_flag=True, help="A simulated person answers.")
@click.option("--out", type=FILE, metavar="FOLDER", help="Where the report goes.")
@click.option("--page", is_flag=True, help="Hear them with the band, and pick, in the browser.")
@click.option("--no-browser", is_flag=True, help="With --page: only say where the page is.")
@_seed_option
def demo_phrase(
    *, headless: bool, out: Path | None, page: bool, no_browser: bool, seed: int
) -> int:
    """Offer bass lines for a band: eight picks, then another song's first offer."""
    if page:
        if headless:
            raise click.UsageError("--headless plays without a page: leave --page out")
        from bridge.demo.phrase_page import run_phrase_page

        return run_phrase_page(out, browser=not no_browser, seed=seed)
    from bridge.demo.phrase import run_phrase_demo

    return run_phrase_demo(headless=headless, seed=seed, folder=out)


@click.command(hidden=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=9401, show_default=True)
@click.option("--speed", type=click.FloatRange(0.1, 100.0), default=1.0, show_default=True)
@click.option("--with-parent", is_flag=True, help="End when the program that started it has.")
@click.option("--take", type=FILE, metavar="FOLDER", help="Play the take of the demo of edits.")
@click.option("--band", is_flag=True, help="Play the band of the demo of phrases.")
@_seed_option
@_stems_option
def console(
    *,
    host: str,
    port: int,
    speed: float,
    with_parent: bool,
    take: Path | None,
    band: bool,
    seed: int,
    stems: Path | None,
) -> None:
    """Be a DAW: the embedded console, alone, until Ctrl-C. Port 0 takes any free one."""
    from bridge.hosts.console import serve_console
    from bridge.hosts.stems import load_session
    from bridge.sim.console import Console

    if take is not None:
        from bridge.demo.edit_page import make_take_console

        desk = make_take_console(take)
    elif band:
        from bridge.demo.phrase_page import make_band_console

        desk = make_band_console(seed)
    else:
        desk = Console(*load_session(stems, seed=seed))
    if not with_parent:
        for line in desk.stems.lines():
            click.echo(line, err=True)
    serve_console(
        desk,
        host=host,
        port=port,
        speed=speed,
        with_parent=with_parent,
        on_ready=lambda address: click.echo(f"Listening at {address[0]}:{address[1]}"),
    )
