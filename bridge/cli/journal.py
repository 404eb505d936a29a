"""`mixbridge replay`, `report`, `export` and others: what was recorded and learnt."""

from functools import partial
from pathlib import Path
from typing import Final

import click

from bridge.cli.options import FILE, config_option, settings, settings_with_store
from bridge.errors import ConfigError, JournalError
from bridge.text_file import shown


@click.command()
@click.argument("file", type=FILE)
def replay(file: Path) -> int:
    """Decide a journal's sessions again, and compare.

    Says whether every decision is the same, bit for bit.
    """
    from bridge.config import Settings
    from bridge.journal import replay as journal
    from bridge.runtime.engine_factory import make_engine

    def engine_of(config_json: str, session: int) -> journal.Replayable:
        return make_engine(Settings.model_validate_json(config_json), session)

    report = journal.replay(file, engine_of)
    click.echo(str(report))
    return 0 if report.is_same else 1


@click.command("replay-trace")
@click.argument("file", type=FILE)
def replay_trace(file: Path) -> None:
    """Play a trace into a fresh bridge, and say what it does now."""
    from bridge import app
    from bridge.trace.file import read_trace
    from bridge.trace.replay import describe, play

    for part in read_trace(file):
        for line in describe(play(part, app.make_offline)):
            click.echo(line)


@click.command("export")
@click.argument("file", type=FILE, required=False)
@config_option
def export_learnt(file: Path | None, config: Path | None) -> None:
    """Write what was learnt as JSON, to FILE or the terminal."""
    from bridge.journal.exchange import export_json

    text = export_json(settings_with_store(config).store)
    if file is None:
        click.echo(text)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{shown(file)}: cannot be written: {error.strerror}.") from None
    click.echo(f"What was learnt is in {shown(file)}")


@click.command("import")
@click.argument("file", type=FILE)
@config_option
def import_learnt(file: Path, config: Path | None) -> None:
    """Import what was learnt elsewhere, from an exported FILE."""
    from bridge.journal.exchange import import_json, read_export_file
    from bridge.runtime.engine_factory import check_memory

    chosen = settings_with_store(config)
    try:
        text = read_export_file(file)
        backup = import_json(chosen.store, text, check=partial(check_memory, chosen))
    except JournalError as error:
        raise JournalError(str(error).replace("The file", shown(file), 1)) from None
    click.echo(f"{chosen.store} now knows what {shown(file)} says; as it was before: {backup}")


@click.command("learn-from")
@click.argument("folders", nargs=-1, type=FILE, metavar="[FOLDER]...")
@click.option(
    "--balance",
    type=FILE,
    metavar="FILE",
    help="The FOLDER holds tracks before the mix; FILE says where their controls stand.",
)
@config_option
def learn_from(folders: tuple[Path, ...], balance: Path | None, config: Path | None) -> None:
    """Learn what you want from mixes that you finished.

    A FOLDER is one song: its tracks as your DAW exports them, a file each, with fader, pan and
    effects. Without a FOLDER it names the mixes that are known. No bridge may run meanwhile.
    'mixbridge forget NAME' forgets one.
    """
    from bridge.agents.agent import LearnsSongs
    from bridge.journal.exchange import change_memory, read_memory
    from bridge.runtime.engine_factory import make_engine
    from bridge.studies.learning.finished import load_finished

    if balance is not None and len(folders) != 1:
        raise click.UsageError("--balance belongs to one FOLDER; give exactly one.")
    chosen = settings_with_store(config)
    mixes = [load_finished(folder, balance) for folder in folders]
    names = [mix.name for mix in mixes]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise click.UsageError(f"two folders are called {twice[0]!r}; rename one.")
    engine = make_engine(chosen, session=1)
    agent = engine.agent
    if not isinstance(agent, LearnsSongs):
        raise ConfigError(
            f"The agent {chosen.learning.agent!r} learns from no mixes; "
            "set learning.agent to 'factored'."
        )

    def learn(memory: bytes | None) -> bytes:
        if memory is not None:
            engine.load_memory(memory)
        for mix in mixes:
            said = agent.learn_song(mix.name, mix.observation, knows_eq=mix.knows_eq)
            for line in mix.lines(said):
                click.echo(line)
        return engine.memory()

    if mixes:
        backup = change_memory(chosen.store, learn)
        click.echo(f"{chosen.store} as it was before: {backup}")
    elif (memory := read_memory(chosen.store)) is not None:
        engine.load_memory(memory)
    click.echo(f"Finished mixes that are known: {', '.join(agent.songs) or 'none'}.")


@click.command()
@click.argument("store", type=FILE, required=False)
@click.option("--session", type=click.IntRange(1), metavar="N", help="Which; else the last one.")
@click.option("--out", type=FILE, metavar="FILE", help="Where the report goes.")
@click.option("--tables", type=FILE, metavar="DIR", help="Write all sessions there as CSV instead.")
@config_option
def report(
    store: Path | None,
    session: int | None,
    out: Path | None,
    tables: Path | None,
    config: Path | None,
) -> None:
    """Write what happened in a session, as one HTML file.

    What moved, why, what you answered, and what is believed of your taste before and after. STORE
    is a journal, such as a demo's; without it, your own. Beside a demo's the two mixes can be
    heard in it.
    """
    from bridge.report.page import demo_beside, make_page, write_page
    from bridge.report.record import read_sessions
    from bridge.report.tables import engine_of, make_tables, write_tables

    path = settings(config).store if store is None else store
    if tables is not None:
        if out is not None or session is not None:
            raise click.UsageError("--tables writes all sessions: leave --session and --out out.")
        files = write_tables(make_tables(read_sessions(path, engine_of)), tables)
        click.echo(f"{len(files)} tables are in {shown(tables)}")
        return
    (record,) = read_sessions(path, engine_of, only=session or 0)
    target = out or Path(f"mixbridge-session-{record.number}.html")
    write_page(make_page(record, name=path.stem, demo=demo_beside(path)), target)
    click.echo(f"The report of session {record.number} is in {shown(target)}")


COMMANDS: Final = (replay, replay_trace, report, export_learnt, import_learnt, learn_from)
