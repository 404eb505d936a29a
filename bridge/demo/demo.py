"""The demo: a console with a band, a bridge beside it, and a person or a simulated listener.

The console is a process of its own and speaks OSC over UDP, like a DAW. The bridge is the one that
`mixbridge run` starts. Whoever answers is a remote like any other: it says hello to the bridge, is
told of its moves, and sends `/bridge/reward`, all over UDP.
"""

import asyncio
import logging
import shutil
import signal
import subprocess
import sys
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

import bridge
from bridge.app import open_bridge
from bridge.config import Settings
from bridge.daw.row import load_part
from bridge.daws import DAWS
from bridge.demo.options import HOST, DemoOptions, free_port, settings_of
from bridge.demo.report import Progress, write_report, write_session_page
from bridge.demo.terminal import ANSWER_SHOWN_S, Frame, draw, keys_explained
from bridge.engine.ledger import Ledger
from bridge.engine.view import make_view
from bridge.errors import AudioError, NetworkError
from bridge.hosts.stems import load_session
from bridge.install.extras import demo_library
from bridge.mix.messages import Mode, MoveState
from bridge.mix.notices import MIX_ENDORSED, MoveReported, Rateable
from bridge.mix.params import Param
from bridge.mix.spectrum import FloatArray
from bridge.osc.message import OscArg, OscMessage
from bridge.runtime.keyboard import KeyReader, keys, require_terminal
from bridge.runtime.runner import Runner
from bridge.runtime.thumbs import NOTHING_TO_RATE, find_rateable
from bridge.runtime.udp import Address, UdpEndpoint
from bridge.sim.stems import Stems
from bridge.studies.learning.audience import Audience
from bridge.web.ears import ears_of
from bridge.web.extras import PageExtras
from bridge.web.pairing import show_links

if TYPE_CHECKING:
    from bridge.web.service import PageService

DEFAULT_MOVES: Final = 100

_IDLE_S: Final = 4.0
"""A bridge that has found nothing to do for this long, at the script's pace, has finished."""
_READY_S: Final = 30.0
_VIEW_HZ: Final = 8.0
_HINT_S: Final = 12.0


def run_demo(options: DemoOptions) -> int:
    """Run the demo to its end; returns the exit code.

    Raises:
        BridgeError: If stems, libraries, terminal or ports are missing; one sentence.
    """
    if not (options.headless or options.page):
        require_terminal()
    for library in ("scipy.signal", "soundfile", "pyloudnorm"):
        demo_library(library)  # better now than after the session
    summary = play_demo(options)
    click.echo(summary["sentence"])
    click.echo(f"The report is in {summary['folder']}")
    return 0


def run_seeds(options: DemoOptions, seeds: int) -> int:
    """Let simulated listeners 1 to `seeds` mix without a terminal, and print a table."""
    click.echo("seed  moves  answers  way to the taste  static rules  nearer than rules")
    ways = []
    for seed in range(1, seeds + 1):
        folder = (options.folder or Path("demo-report-seeds")) / f"seed-{seed}"
        summary = play_demo(replace(options, headless=True, seed=seed, folder=folder))
        way, rules = (1.0 - summary[key] for key in ("distance", "rules_distance"))
        ways.append((way, rules))
        answers = summary["liked"] + summary["disliked"]
        verdict = "yes" if way > rules else "no"
        counts = f"{seed:>4}  {summary['moves']:>5}  {answers:>7}"
        click.echo(f"{counts}  {way:>16.0%}  {rules:>12.0%}  {verdict:>18}")
    mean, rules_mean = (sum(column) / seeds for column in zip(*ways, strict=True))
    click.echo(f"mean  {'':>5}  {'':>7}  {mean:>16.0%}  {rules_mean:>12.0%}")
    return 0


def play_demo(options: DemoOptions) -> dict[str, Any]:
    """One session with its report; returns the summary, as in `summary.json`."""
    if sys.stderr.isatty():
        click.echo(f"Loading the {'stems' if options.stems else 'band'} ...", err=True)
    with _console_of(options) as console:  # both read the song at the same time
        return _play_beside(console, options)


def _play_beside(console: "subprocess.Popen[str] | None", options: DemoOptions) -> dict[str, Any]:
    stems, start = load_session(options.stems, seed=options.seed)
    for line in stems.lines():
        click.echo(line, err=True)
    folder = options.folder or Path(f"demo-report-{datetime.now().astimezone():%Y%m%d-%H%M%S}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AudioError(
            f"{folder}: the report's folder cannot be made: {error.strerror}."
        ) from None
    is_simulated = options.headless or options.listener == "auto"
    audience = Audience(stems, start, seed=options.seed) if is_simulated else None
    with ExitStack() as stack:
        if console is None:
            daw_port = stack.enter_context(_hosted(options.daw, stems, start, folder))
        else:
            daw_port = port_of(console)
        loop = stack.enter_context(asyncio.Runner(loop_factory=asyncio.SelectorEventLoop))
        settings = settings_of(options, daw_port, folder)
        extras = ears_of(stems) if options.page else None
        session = _Session(options, settings, audience, stems, extras)
        after = loop.run(session.play())
    click.echo("Writing the report ...", err=True)
    return _report(options, folder, stems, start, after, session)


@contextmanager
def _hosted(daw: str, stems: Stems, start: FloatArray, folder: Path) -> Iterator[int]:
    """A DAW of our own with the song, and the port that it listens on."""
    row = DAWS[daw]
    click.echo(f"Starting {row.title} ...", err=True)
    place = folder / daw
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    with load_part(row.host)(place, stems, start, port=free_port()) as host:
        host.play()
        yield host.port
        host.save()
    click.echo(f"The mix as {row.title} holds it: {host.session_file}", err=True)


@contextmanager
def _console_of(options: DemoOptions) -> Iterator["subprocess.Popen[str] | None"]:
    """The embedded console's process; None where the DAW is another."""
    if DAWS[options.daw].host:
        yield None
        return
    arguments = ["--seed", str(options.seed), "--speed", "4" if options.headless else "1"]
    if options.stems is not None:
        arguments += ["--stems", str(options.stems)]
    with console_process(arguments) as process:
        yield process


@contextmanager
def console_process(arguments: list[str]) -> Iterator["subprocess.Popen[str]"]:
    """An embedded console of its own, with these further arguments of the command."""
    command = [sys.executable, "-m", "bridge", "console", "--port", "0", "--with-parent"]
    command += arguments
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603 - our own program and a port
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


def port_of(console: "subprocess.Popen[str]") -> int:
    """The port that a console says it listens on, when it is ready."""
    line = console.stdout.readline() if console.stdout else ""
    if not line.startswith("Listening at "):
        _, said = console.communicate(timeout=_READY_S)
        raise AudioError(f"The console did not start: {said.strip() or line.strip()}")
    return int(line.rpartition(":")[2])


class _Session:
    """One sitting: the bridge, the remote that answers, and the view where there is a terminal."""

    def __init__(
        self,
        options: DemoOptions,
        settings: Settings,
        audience: Audience | None,
        stems: Stems,
        extras: PageExtras | None = None,
    ) -> None:
        self._extras = extras
        self.ledger = Ledger()
        self.mixes: list[FloatArray] = [] if audience is None else [audience.values.copy()]
        self.beliefs: dict[str, Any] = {}
        self._options = options
        self._settings = settings
        self._stems = stems
        self.audience = audience
        self._keys = KeyReader()
        self._hint = ("", 0.0)
        self._bridge: Address = (HOST, settings.listen.port)
        self._remote: UdpEndpoint | None = None
        self._runner: Runner | None = None
        self._done = asyncio.Event()
        self._is_over = False
        self._moved_at = 0.0
        self._others: dict[str, tuple[int, float, float]] = {}
        self._most = options.moves or (DEFAULT_MOVES if options.headless else None)

    async def play(self) -> FloatArray:
        """Play until the moves are made, nothing is left to do, or the person quits.

        Returns:
            (tracks, 6) what the console held at the end.
        """
        logging.getLogger().setLevel(logging.ERROR)  # the view says what matters
        async with open_bridge(self._settings, self._extras) as opened:
            runner = opened.runner
            self._runner, self.ledger = runner, runner.engine.ledger
            self._remote = UdpEndpoint.open(HOST, 0, on_message=self._receive)
            self._send("/bridge/hello", self._remote.address[1])
            try:
                if opened.page is not None:
                    await self._serve(opened.page)
                else:
                    await (self._wait() if self._options.headless else self._show())
            finally:
                self._remote.close()
            self.beliefs = dict(runner.engine.beliefs())
            tracks = len(self._stems.names)  # a DAW may have more strips: a master, busses
            return runner.engine.mix.values[:tracks].copy()

    async def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        self._moved_at = loop.time() + _READY_S
        with click.progressbar(length=self._most or 0, label="Mixing", file=sys.stderr) as bar:
            while not self._done.is_set() and loop.time() < self._moved_at + _IDLE_S:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._done.wait(), 0.25)
                bar.update(self._settled_moves() - bar.pos)

    async def _serve(self, page: "PageService") -> None:
        """Let a browser play; the demo ends with Ctrl-C, or with the moves that were asked for."""
        if page.trouble:
            raise NetworkError(page.trouble)
        show_links(page.links)
        click.echo("Ctrl-C ends it and writes the report.", err=True)
        with suppress(NotImplementedError):  # Windows: Ctrl-C cancels the task instead
            for name in ("SIGINT", "SIGTERM", "SIGHUP"):
                number = getattr(signal, name, None)
                if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                    asyncio.get_running_loop().add_signal_handler(number, self._done.set)
        if self._options.browser:
            await asyncio.to_thread(webbrowser.open, page.links[0])
        await self._done.wait()

    async def _show(self) -> None:
        live = demo_library("rich.live")
        runner = self._runner
        if runner is None:
            return
        loop = asyncio.get_running_loop()
        with suppress(NotImplementedError):  # Windows: Ctrl-C cancels the task instead
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, self._done.set)
        self._show_hint("To hear the band: mixbridge demo --page. Here you only see it.", _HINT_S)
        with keys(self._press), live.Live(auto_refresh=False, screen=True) as view:
            while not self._done.is_set():
                width, height = view.console.size
                hint = self._hint[0] if loop.time() < self._hint[1] else ""
                frame = Frame(width=width, height=height, at=loop.time(), hint=hint)
                view.update(
                    draw(make_view(runner.engine, at=frame.at), runner.engine.ledger, frame),
                    refresh=True,
                )
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._done.wait(), 1.0 / _VIEW_HZ)

    # -- the remote ----------------------------------------------------------------------------

    def _send(self, address: str, *args: OscArg) -> None:
        if self._remote is not None:
            self._remote.send(OscMessage(address, args), self._bridge)

    def _receive(self, message: OscMessage, _sender: Address, _at: float) -> None:
        match message.address, message.args:
            case "/bridge/move", (_, _, _, str(param), *_) if param in tuple(Param):
                self._receive_move(_move_of(message))
            case "/bridge/move/other", (move, track, start, end):
                self._others[str(move)] = int(str(track)), float(str(start)), float(str(end))
            case ("/bridge/status", (_, str(text))) if text == MIX_ENDORSED:
                self._show_hint(f"{text.capitalize()}.")
            case "/bridge/error", (str(text),):
                self._show_hint(text)

    def _receive_move(self, move: MoveReported) -> None:
        self._moved_at = asyncio.get_running_loop().time()
        others = [self._others[move.move]] if move.move in self._others else []
        if not isinstance(move.param, Param):
            return
        if self.audience is not None and move.state is MoveState.CONFIRMED:
            ends = {move.track: move.to_value} | {other: end for other, _, end in others}
            thumb = self.audience.judge(move.param, ends)
            if thumb is not None:
                self._reward(move.move, thumb)
        elif move.state is MoveState.REVERTED and self.audience is not None:
            starts = {move.track: move.from_value} | {other: start for other, start, _ in others}
            self.audience.judge(move.param, starts)
        if self.audience is not None and move.state in (MoveState.CONFIRMED, MoveState.REVERTED):
            self.mixes[self._settled_moves() :] = [self.audience.values.copy()]
        if self._most is not None and self._settled_moves() >= self._most and not self._is_over:
            self._is_over = True
            self._send("/bridge/mode", Mode.OBSERVE.value)  # what was enough is enough
            asyncio.get_running_loop().call_later(0.5, self._done.set)

    def _settled_moves(self) -> int:
        """Moves that were made, and are not on their way any more."""
        rows = self.ledger.rows()
        return sum(row.is_made and row.state is not MoveState.APPLIED for row in rows)

    def _reward(self, move: str, value: float) -> None:
        self._send("/bridge/reward", value, move, f"demo-{move}")

    # -- the keyboard --------------------------------------------------------------------------

    def _press(self, key: str) -> None:
        engine = self._runner.engine if self._runner else None
        if engine is None:
            return
        at = asyncio.get_running_loop().time()
        action = self._keys.action(key, at)
        actions: dict[str, Callable[[], None]] = {
            "good": lambda: self._judge(1.0),
            "bad": lambda: self._judge(-1.0),
            "undo": lambda: self._send("/bridge/undo"),
            "mode": lambda: self._send("/bridge/mode", _next_mode(engine.mode)),
            "freeze": lambda: self._send("/bridge/freeze", int(not engine.guard.is_frozen)),
            "panic": lambda: self._send("/bridge/panic"),
            "rearm": lambda: self._send("/bridge/rearm"),
            "endorse": lambda: self._send("/bridge/endorse"),
            "variants": lambda: self._send("/bridge/variants"),
            "pick1": lambda: self._send("/bridge/choose", "", 1),
            "pick2": lambda: self._send("/bridge/choose", "", 2),
            "pick3": lambda: self._send("/bridge/choose", "", 3),
            "keep": lambda: self._send("/bridge/choose", "", 0),
            "help": lambda: self._show_hint(keys_explained(), 3.0 * ANSWER_SHOWN_S),
            "quit": self._done.set,
        }
        if self._keys.hint:
            self._show_hint(self._keys.hint)
        if action in actions:
            actions[action]()

    def _judge(self, value: float) -> None:
        """Answer what is on the screen, and say so where nothing there can be judged."""
        engine = self._runner.engine if self._runner else None
        if engine is None:
            return
        about = find_rateable(engine)
        if about.kind is Rateable.SUGGESTION:
            self._send("/bridge/accept" if value > 0.0 else "/bridge/skip", about.move)
        elif about.kind is Rateable.MOVE:
            self._reward(about.move, value)
        else:
            self._show_hint(f"{NOTHING_TO_RATE.capitalize()}.")

    def _show_hint(self, text: str, seconds: float = ANSWER_SHOWN_S) -> None:
        self._hint = text, asyncio.get_running_loop().time() + seconds


def _next_mode(mode: Mode) -> str:
    modes = list(Mode)
    return modes[(modes.index(mode) + 1) % len(modes)].value


def _move_of(message: OscMessage) -> MoveReported:
    move, state, track, param, from_value, to_value, reason = (str(arg) for arg in message.args)
    return MoveReported(
        move=move,
        state=MoveState(state),
        track=int(track),
        param=Param(param),
        from_value=float(from_value),
        to_value=float(to_value),
        reason=reason,
    )


# -- the report ---------------------------------------------------------------------------------


def _report(
    options: DemoOptions,
    folder: Path,
    stems: Stems,
    start: FloatArray,
    after: FloatArray,
    session: _Session,
) -> dict[str, Any]:
    audience = session.audience
    made = [row for row in session.ledger.rows() if row.is_made]
    progress = Progress(
        rewards=tuple(row.answer.value if row.answer else 0.0 for row in made),
        distances=tuple(audience.distance(mix) for mix in session.mixes) if audience else (),
        rules_distance=None if audience is None else audience.rules_distance(),
    )
    sentence = _sentence(session.ledger, progress)
    facts = {
        "sentence": sentence,
        "folder": str(folder),
        "seed": options.seed,
        "version": bridge.__version__,
        "beliefs": session.beliefs,
        "left_out": list(stems.left_out),
        "remarks": list(stems.remarks),
    }
    summary = write_report(
        folder,
        stems=stems,
        before=start,
        after=after,
        progress=progress,
        tally=session.ledger.tally,
        facts=facts,
    )
    write_session_page(folder)
    return summary


def _sentence(ledger: Ledger, progress: Progress) -> str:
    tally = ledger.tally
    counts = f"{tally.moves} moves, {tally.liked} liked and {tally.disliked} disliked"
    if not progress.distances or progress.rules_distance is None:
        return f"{counts}: compare before.wav with after.wav, they are equally loud."
    way = 100.0 * (1.0 - progress.distances[-1])
    rules_way = 100.0 * (1.0 - progress.rules_distance)
    return (
        f"{counts}: the mix came {way:.0f} % of the way to what this listener wants; "
        f"the static rules alone come {rules_way:.0f} %."
    )
