"""The command line.

Exit codes: 0 it went well; 1 it went well and the answer is no (`doctor`, `replay`); 2 something
was wrong that a person can mend; 70 a fault of mixbridge; 128 and the signal's number where one
ended it (130: Ctrl-C, 143: SIGTERM, 129: the terminal was closed). `run` ends well by them: 0.

Nothing heavy is imported before a command needs it, so that ``--help`` answers at once.
"""

import importlib
import io
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from bridge import __version__
from bridge.cli.demos import console, demo
from bridge.cli.journal import COMMANDS as JOURNAL_COMMANDS
from bridge.cli.midi import midi
from bridge.cli.options import (
    FILE,
    Group,
    config_option,
    listen_option,
    settings,
    settings_with_store,
)
from bridge.cli.remote import COMMANDS as REMOTE_COMMANDS
from bridge.cli.setup import setup
from bridge.cli.start import start
from bridge.daws import DAWS
from bridge.errors import BridgeError, ConfigError
from bridge.text_file import shown

if TYPE_CHECKING:
    from bridge.osc.message import OscArg

EVERY_ADDRESS: Final = "0.0.0.0"  # noqa: S104 (only where a person says --listen)
EXIT_REFUSED: Final = 2
EXIT_FAULT: Final = 70  # EX_SOFTWARE of sysexits.h
EXIT_INTERRUPTED: Final = 130  # 128 + SIGINT, as shells say it

_COLOURS: Final = {"ok": "green", "warning": "yellow", "problem": "red"}

_switch = click.argument("switch", type=click.Choice(["on", "off"]))


def main() -> None:
    """Run the command line and end the process with its exit code; no traceback is shown."""
    for stream in (sys.stdout, sys.stderr):  # names of files and tracks fit no encoding for sure
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    for name in ("SIGTERM", "SIGHUP"):  # what was opened is closed, child processes too
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)
    sys.exit(run_command_line(sys.argv[1:]))


def _end(number: int, _frame: object) -> None:
    """End the process by a signal, as an exit that every `finally` sees."""
    raise SystemExit(128 + number)


def run_command_line(arguments: list[str]) -> int:
    """Run one command and return its exit code; what went wrong is one sentence each."""
    try:
        code = cli.main(arguments, prog_name="mixbridge", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BridgeError as error:
        for line in str(error).splitlines():
            click.echo(f"mixbridge: {line}", err=True)
        return EXIT_REFUSED
    except (KeyboardInterrupt, click.Abort):
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # `mixbridge doctor | head`: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # the one place where a fault becomes a sentence
        if os.environ.get("MIXBRIDGE_DEBUG") == "1":
            raise
        click.echo(f"mixbridge: {_fault(error)}", err=True)
        return EXIT_FAULT
    return code if isinstance(code, int) else 0


def _fault(error: Exception) -> str:
    """One sentence on a fault of ours, and where its details were put."""
    from platformdirs import user_log_path

    kind = f"{type(error).__name__}: {error}".splitlines()[0]
    path = user_log_path("mixbridge", appauthor=False) / "fault.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        where = f"the details are in {path}"
    except OSError:
        where = "MIXBRIDGE_DEBUG=1 shows the details"
    return f"a fault of mixbridge itself ({kind}); {where}."


_HELP: Final = """A mixing assistant that runs beside the DAW and learns your taste.

Begin with one of these:

\b
  mixbridge                 the bridge and its page, which leads to the first move
  mixbridge demo --page     a small band in your browser, without a DAW
  mixbridge doctor          what works here, and what to do about the rest
  mixbridge setup DAW       prepare yours ('mixbridge setup' names them), then
  mixbridge run --daw DAW
"""


@click.group(
    cls=Group,
    help=_HELP,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="mixbridge", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """A mixing assistant that runs beside the DAW and learns your taste."""
    if context.invoked_subcommand is not None:
        return
    if sys.stdin.isatty() and sys.stdout.isatty():
        with start.make_context("start", [], parent=context) as own:
            start.invoke(own)
    else:  # a script has not asked for a bridge
        click.echo(context.get_help())


@cli.command()
@config_option
@click.option("--daw", metavar="NAME", help="Which DAW; replaces the one in the settings.")
@click.option("--guard", metavar="NAME", help="Limits: studio, live or off; replaces the settings.")
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="info",
    show_default=True,
    help="debug logs every message in and out.",
)
@click.option("--log-file", type=FILE, help="Log there instead of the terminal; it rotates.")
@listen_option
@click.option("--trace", type=FILE, metavar="FILE", help="Record every datagram in and out.")
@click.option("--trace-mask-names", is_flag=True, help="Replace names by pseudonyms in the trace.")
@click.option(
    "--trace-limit", type=click.IntRange(1, 100_000), default=200, show_default=True, metavar="MB"
)
def run(
    config: Path | None,
    daw: str | None,
    guard: str | None,
    log_level: str,
    log_file: Path | None,
    *,
    listen: bool,
    trace: Path | None,
    trace_mask_names: bool,
    trace_limit: int,
) -> None:
    """Run the bridge beside a DAW, until Ctrl-C."""
    given = {"daw.dialect": daw, "guard.profile": guard}
    given |= {"web.host": EVERY_ADDRESS} if listen else {}
    chosen = settings_with_store(config, {k: v for k, v in given.items() if v is not None})

    from bridge import app

    app.start_log(log_level, log_file)
    if trace is None:
        if trace_mask_names:
            raise click.UsageError("--trace-mask-names: there is no trace; add --trace FILE.")
        app.run(chosen)
        return
    from bridge.trace.trace import Tracing

    tracing = Tracing(path=trace, is_masked=trace_mask_names, limit_mb=trace_limit)
    app.run(chosen, tracing=tracing)


@cli.command()
@config_option
def doctor(config: Path | None) -> int:
    """Say what works here, what does not, and what to do."""
    from bridge.doctor import Level, examine, worst

    findings = examine(config)
    for finding in findings:
        level = click.style(f"{finding.level:<8}", fg=_COLOURS[finding.level])
        click.echo(f"{level} {finding.subject}: {finding.text}")
        if finding.remedy:
            click.echo(f"{'':8} -> {finding.remedy}")
    return int(worst(findings) is Level.PROBLEM)


@cli.command("check-config")
@click.argument("file", type=FILE)
def check_config(file: Path) -> int:
    """Say whether a settings file is valid, and what it leads to."""
    from bridge.doctor import Level, store_place

    chosen = settings(file)
    click.echo(
        f"{shown(file)} is valid: {chosen.daw.dialect} DAW at {chosen.daw.host}:{chosen.daw.port}, "
        f"mode {chosen.mode}, guard {chosen.guard.profile}, store {chosen.store}"
    )
    place = store_place(chosen.store)
    if place.level is not Level.PROBLEM:
        return 0
    click.echo(f"{shown(file)}: store: {place.text}; {place.remedy}", err=True)
    return 1


@cli.command()
@click.argument("track")
@click.argument("lock_class", metavar="CLASS", type=click.Choice(["gain", "eq", "pan", "all"]))
@_switch
@config_option
def safe(track: str, lock_class: str, switch: str, config: Path | None) -> None:
    """Lock a track, or a class of it, against the bridge.

    TRACK is a number, a name, or '*' for all (in quotes).
    """
    done = f"Safe {switch}: track {track}, {lock_class}"
    _request("/bridge/safe", track, lock_class, int(switch == "on"), config=config, done=done)


@cli.command()
@config_option
def panic(config: Path | None) -> None:
    """Fade what the bridge moved back to the snapshot, and stop."""
    _request("/bridge/panic", config=config, done="Panic, until 'mixbridge rearm'")


@cli.command()
@config_option
def rearm(config: Path | None) -> None:
    """Release panic."""
    _request("/bridge/rearm", config=config, done="Rearmed")


@cli.command()
@_switch
@config_option
def freeze(switch: str, config: Path | None) -> None:
    """Stop all moves (on), or go on (off)."""
    _request("/bridge/freeze", int(switch == "on"), config=config, done=f"Freeze {switch}")


cli.add_command(demo)
cli.add_command(console)
cli.add_command(midi)
for _command in (*REMOTE_COMMANDS, *JOURNAL_COMMANDS):
    cli.add_command(_command)
cli.add_command(setup)


@cli.command()
@click.argument("folder", type=FILE)
@config_option
def remotes(folder: Path, config: Path | None) -> None:
    """Write layouts for Open Stage Control and TouchOSC to FOLDER."""
    from bridge.web.layouts import open_stage_control, touch_osc

    port = settings(config).listen.port
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "mixbridge.json").write_text(open_stage_control(port=port), encoding="utf-8")
        (folder / "mixbridge.tosc").write_bytes(touch_osc())
    except OSError as error:
        raise ConfigError(f"{shown(folder)}: cannot be written: {error.strerror}.") from None
    click.echo(f"mixbridge.json (Open Stage Control) and mixbridge.tosc (TouchOSC) are in {folder}")


@cli.group(cls=Group)
def study() -> None:
    """Measure the bridge and its learner.

    Each study has its own --help.
    """


def _add_study(name: str, module: str, text: str) -> None:
    """Make ``mixbridge study NAME`` the command `main` of a module that is imported only then."""

    def run_study(arguments: tuple[str, ...]) -> object:
        command: click.Command = importlib.import_module(module).main
        return command.main(arguments, f"mixbridge study {name}", standalone_mode=False)

    study.add_command(
        click.Command(
            name,
            callback=run_study,
            params=[click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)],
            help=text,
            add_help_option=False,
            context_settings={"ignore_unknown_options": True},
        )
    )


for _name, _module, _text in (
    ("bench", "bench.study", "Speed, latency and memory, beside a bare loop and python-osc."),
    ("edit", "edit.study", "How well planted faults are found, and which a person wants edited."),
    ("fit-sounds", "training.fit_sounds", "How roles sound, for strips whose name says nothing."),
    ("gestures", "learning.gestures", "What a thumb, a word, a pick and an endorsed mix teach."),
    ("hands", "bench.hands", "How soon the bridge is silent where a hand comes."),
    ("learning", "learning.study", "How near to a listener's taste each agent comes."),
    ("next-offer", "bench.next_offer", "How long the next offer of phrases takes after a pick."),
    ("pads", "bench.pads", "How long a pad's press takes to be safe on disk, through JACK."),
    ("phrase", "phrase.study", "How near phrases come to what a person likes, by picks."),
    ("phrase-port", "bench.phrase_port", "How late the notes of a phrase leave for the MIDI port."),
    ("page", "bench.page", "What the page costs, with one client and with many."),
    ("recover", "learning.recover", "How much of a known error in a balance the thumbs mend."),
    (
        "reliability",
        "training.reliability",
        "Whether the likes that the agent forecasts come true.",
    ),
    ("songs", "learning.songs", "How much of it they mend in songs that people mixed."),
    ("train-prior", "training.train_prior", "Train what the agent knows before it meets anybody."),
    ("train-phrase", "training.train_phrase", "Train the generator of phrases, in seconds."),
    ("train-edit", "training.train_edit", "Train what the edit task knows of people."),
    ("train-sound", "training.train_sound", "Train what the sound task knows of synths."),
    (
        "tune",
        "training.tune",
        "Choose hyper-parameters by cross-validation over the training.",
    ),
    ("sound", "sound.study", "How near sounds come to a target, or to a person's taste."),
    ("wire", "learning.wire", "Whether the same holds for a running bridge, over UDP."),
):
    _add_study(_name, f"bridge.studies.{_module}", _text)
for _row in DAWS.values():
    if _row.study:
        _add_study(_row.name, _row.study, _row.study_text)


def _request(address: str, *args: "OscArg", config: Path | None, done: str) -> None:
    """Send one request to the running bridge, and print what came of it."""
    from bridge.osc.message import OscMessage
    from bridge.runtime.remote import ask

    listen = settings(config).listen
    answer = ask(listen.host, listen.port, OscMessage(address, args))
    said = f" The bridge says: {answer.state}, {answer.text}." if answer.state else ""
    click.echo(f"{done}.{said}")
