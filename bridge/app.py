"""The composition root: settings in, a running bridge out."""

import asyncio
import json
import logging
import secrets
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from bridge.config import Settings
from bridge.daw.dialect import KeepsCopies
from bridge.daw.row import load_part
from bridge.daw.surface import PREFIX
from bridge.daws import DAWS, make_dialect
from bridge.doctor import examine_daw
from bridge.engine.engine import Engine
from bridge.errors import ConfigError, JournalError, NetworkError, PriorError, TraceError
from bridge.hosts.ears import open_ears
from bridge.hosts.target import measure_file
from bridge.install.installation import install_command
from bridge.journal.journal import Journal
from bridge.journal.store import Store, open_store
from bridge.midi.phrase_port import PhrasePort
from bridge.midi.service import MidiService
from bridge.mix.messages import Mode, PanicPressed
from bridge.osc.message import OscMessage, OscPacket
from bridge.run_log import RunLog, quiet_libraries
from bridge.runtime.daw_choice import DawChoice, record_choice
from bridge.runtime.discovery import announce, own_address, services
from bridge.runtime.engine_factory import make_engine
from bridge.runtime.remotes import SideDoor
from bridge.runtime.runner import Runner
from bridge.runtime.targets import Targets
from bridge.runtime.udp import Address, Bind, UdpEndpoint, bound, resolve
from bridge.runtime.workers import Workers
from bridge.tasks.registry import WORKERS
from bridge.text_file import shown
from bridge.trace.file import Datagram, Part
from bridge.trace.trace import Trace, TracedRunner, Tracing
from bridge.web.extras import PageExtras
from bridge.web.pairing import show_links

if TYPE_CHECKING:
    from bridge.web.service import PageService


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBridge:
    """A running bridge, and what was opened around it; the page is None where it is not wanted."""

    runner: Runner
    page: "PageService | None"


_ACTING: Final = frozenset({Mode.ASSIST, Mode.GIG})
_ANYWHERE: Final = "0.0.0.0"  # noqa: S104 - a word for a trace, nothing is bound to it
_READ_METERS_S: Final = 1.0
"""Meters are read this often, or at the bridge's pace where that is faster."""

_log = logging.getLogger("bridge")

_LOG_BYTES: Final = 1_000_000
_OLD_LOGS: Final = 3
"""Log files of earlier times that are kept, each of `_LOG_BYTES` at most."""


def start_log(level: str = "info", file: Path | None = None) -> None:
    """Log to stderr, or to a file that rotates, from `level` on: debug, info, warning or error.

    At debug the loggers ``bridge.wire.in`` and ``bridge.wire.out`` say every message; other
    libraries stay at info.
    """
    least = logging.getLevelNamesMapping()[level.upper()]
    handler: logging.Handler = logging.StreamHandler()
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            handler = RotatingFileHandler(
                file, maxBytes=_LOG_BYTES, backupCount=_OLD_LOGS, encoding="utf-8"
            )
        except OSError as error:
            raise ConfigError(f"{shown(file)}: cannot be written: {error.strerror}.") from None
    logging.basicConfig(
        level=max(least, logging.INFO),
        format="%(asctime)s %(levelname)-7s %(message)s",
        handlers=[handler],
    )
    if least != logging.INFO:
        _log.setLevel(least)


def run(
    settings: Settings,
    *,
    tracing: Tracing | None = None,
    beside: Callable[[str], Settings] | None = None,
    show_page: Callable[[str], None] | None = None,
) -> None:
    """Run a bridge until Ctrl-C or SIGTERM; call `start_log` before.

    Args:
        settings: What it is to do.
        tracing: Where every datagram is recorded, if that is wanted.
        beside: Makes the settings for another DAW: then the page may choose it, while none is
            there. What was chosen last is in the state file.
        show_page: Is called with the page's address as soon as it can be opened, on a thread.

    Raises:
        NetworkError: If the port is not available.
        JournalError: If the store is not available.
        PriorError: If the shipped prior cannot be used.
    """
    # The selector loop on every system: Windows' own goes deaf after a send to a closed port.
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(_run_beside(settings, tracing, beside, show_page))


async def _run_beside(
    settings: Settings,
    tracing: Tracing | None,
    beside: Callable[[str], Settings] | None,
    show_page: Callable[[str], None] | None,
) -> None:
    """Run beside one DAW after the other, as they are chosen on the page, until it is stopped."""
    quiet_libraries()
    choice = None if beside is None else DawChoice(beside)
    before = None
    while True:
        if choice is not None:
            choice.begin(settings)
        try:
            await _run_until_stopped(settings, tracing, choice, show_page)
        except NetworkError as error:
            if before is None:
                raise
            _log.warning("%s", error)  # its port was free a moment ago: back to what worked
            settings, before = before, None
            continue
        if choice is None or choice.settings is None:
            return
        settings, before, show_page = choice.settings, settings, None
        row = DAWS[settings.daw.dialect]
        _log.info(
            "From now on beside %s; as a command: mixbridge run --daw %s", row.title, row.name
        )
        try:
            record_choice(settings)
        except JournalError as error:
            _log.warning("%s", error)


async def _run_until_stopped(
    settings: Settings,
    tracing: Tracing | None,
    choice: DawChoice | None,
    show_page: Callable[[str], None] | None,
) -> None:
    stopped = asyncio.Event() if choice is None else choice.stopped
    extras = PageExtras() if choice is None else PageExtras(choose=choice.choose)
    async with open_bridge(settings, extras, tracing=tracing) as bridge:
        _on_signals(stopped.set, bridge.runner)
        if choice is not None:
            choice.is_there = bridge.runner.link.is_there
        _log.info("Ready in mode %s. Ctrl-C ends it.", bridge.runner.engine.mode)
        if bridge.page is not None:
            show_links(bridge.page.links)
            if show_page is not None and bridge.page.links:
                await asyncio.to_thread(show_page, bridge.page.links[0])
        daw = settings.daw
        log = RunLog(
            bridge.runner,
            waits_for=f"{DAWS[daw.dialect].title} {_place(settings)}",
            examine=partial(examine_daw, settings),
        )
        log.open()
        await stopped.wait()
        await log.close()


def _daw_address(settings: Settings) -> Address:
    """Where the DAW is; of one that is found by itself, what the settings say."""
    daw = settings.daw
    if DAWS[daw.dialect].door:
        return daw.host or _ANYWHERE, daw.port
    return resolve(daw.host, daw.port)


def _place(settings: Settings) -> str:
    daw = settings.daw
    return f"at {daw.host}:{daw.port}" if daw.host else "in this network"


@asynccontextmanager
async def open_bridge(
    settings: Settings, extras: PageExtras | None = None, *, tracing: Tracing | None = None
) -> AsyncIterator[OpenBridge]:
    """A running bridge for as long as the context lasts; raises as `run` does."""
    loop = asyncio.get_running_loop()
    store = open_store(settings.store)
    try:
        for note in store.notes:
            _log.warning("%s", note)
        settings = _safe_after_crash(settings, store)
        engine = make_engine(settings, store.session)
        memory = _remember(engine, store)
        daw = _daw_address(settings)
        trace = tracing.begin(settings, store.session) if tracing else None
        kind = partial(TracedRunner, trace) if trace else Runner
        runner = _make_runner(settings, engine, daw, store.session, kind)
        endpoint = _open_endpoint(settings, runner, bind=trace.bind if trace else bound)
        if trace:
            trace.open(endpoint.address, daw)
    except BaseException:
        store.close()
        raise
    try:
        journal = Journal(
            store,
            config_json=settings.model_dump_json(),
            memory=memory,
            loop=loop,
            listen=runner.apply_report,
        )
    except BaseException:
        endpoint.close()
        store.close()
        raise
    runner.targets = Targets(runner.submit, measure_file)
    runner.workers = Workers(runner.submit, WORKERS, runner.counters)
    _open_door(settings, runner, trace)
    runner.open(endpoint, journal)
    person, answers, place = settings.profile, store.answers, shown(store.path)
    _log.info("Learning for %s: %d answers so far, in %s", person, answers, place)
    door = _open_side_door(settings, runner, loop)
    try:
        async with _around(runner, settings, store.past_rewards, extras) as page:
            yield OpenBridge(runner=runner, page=page)
    finally:
        runner.stop()
        if door is not None:
            await asyncio.to_thread(door.close)
        await asyncio.to_thread(runner.workers.close)
        trouble = await asyncio.to_thread(journal.close)
        await asyncio.sleep(0)  # the last acknowledgements go out
        endpoint.close()
        if runner.door is not None:
            runner.door.close()
        if trace:
            trace.close()
        if trouble:
            _log.error("%s", trouble)


def make_offline(
    part: Part, *, bind: Bind, clock: Callable[[], float]
) -> tuple[Runner, UdpEndpoint]:
    """A fresh bridge of a trace's header, that has learnt nothing; see `trace_replay.MakeRunner`.

    Raises:
        TraceError: If this version does not accept the settings of the trace.
        PriorError: If the shipped prior cannot be used.
    """
    try:
        settings = Settings.model_validate_json(json.dumps(part.header["settings"]))
    except ValidationError as error:
        what = error.errors()[0]
        where = ".".join(map(str, what["loc"]))
        raise TraceError(
            f"The trace's settings are not those of this version: {where}: {what['msg']}; play it "
            f"with mixbridge {part.header.get('version', 'of the version that recorded it')}."
        ) from None
    session = part.header["session"]
    engine = make_engine(settings, session)
    daw = part.header["daw"]
    runner = _make_runner(settings, engine, daw, session, Runner)
    endpoint = _open_endpoint(settings, runner, bind=bind, clock=clock)
    if DAWS[settings.daw.dialect].door:
        runner.door = _PlayedDoor(endpoint, part)
    return runner, endpoint


class _PlayedDoor:
    """The DAW's own socket in a trace: its peer is whom the bridge spoke to as to no remote."""

    def __init__(self, endpoint: UdpEndpoint, part: Part) -> None:
        sent = (each for each in part.records if isinstance(each, Datagram) and each.is_sent)
        said = (each.peer for each in sent if not each.osc.startswith(PREFIX.encode()))
        self.peer: Address = next(said, part.header["daw"])
        self._endpoint = endpoint

    def send(self, packet: OscPacket) -> None:
        """Keep what would be said."""
        self._endpoint.send(packet, self.peer)

    def close(self) -> None:
        """Nothing is open."""


def _make_runner(
    settings: Settings,
    engine: Engine,
    daw: Address,
    session: int,
    kind: Callable[..., Runner],
) -> Runner:
    dialect = make_dialect(settings.daw.dialect, settings)
    if isinstance(dialect, KeepsCopies):  # by names that nobody can guess
        dialect.copies = str(Path(tempfile.gettempdir()) / f"mixbridge-{secrets.token_hex(8)}")
    return kind(
        engine=engine,
        dialect=dialect,
        daw=daw,
        session=session,
        read_every_s=min(settings.pace.interval_s, _READ_METERS_S),
    )


def _open_endpoint(
    settings: Settings,
    runner: Runner,
    *,
    bind: Bind = bound,
    clock: Callable[[], float] = time.monotonic,
) -> UdpEndpoint:
    """The bridge's socket; where a DAW answers at one port only, who usually has that."""
    listen = settings.listen
    try:
        return UdpEndpoint.open(
            listen.host,
            listen.port,
            on_message=runner.receive,
            on_fault=runner.refuse,
            levels=runner.meters,
            counters=runner.counters,
            bind=bind,
            clock=clock,
        )
    except NetworkError as error:
        if only_port := DAWS[settings.daw.dialect].only_port:
            raise NetworkError(f"{error} {only_port}") from None
        raise


@asynccontextmanager
async def _around(
    runner: Runner, settings: Settings, past_rewards: list[float], extras: PageExtras | None
) -> AsyncIterator["PageService | None"]:
    """Page, pads and the announcement in the network; the bridge runs without any of them."""
    page = _open_page(runner, settings, past_rewards, extras)
    ears = open_ears(runner, settings)
    midi = _open_midi(runner, settings, page)
    folder = settings.store.parent / "phrases"
    phrases = PhrasePort(runner, folder, has_port=settings.midi.enabled)
    phrases.open()
    listen, web = settings.listen, settings.web
    found = services(
        (listen.host, listen.port),
        (web.host, web.port) if page is not None and page.links else None,
    )
    unannounce = await asyncio.to_thread(announce, found, address=own_address())
    try:
        yield page
    finally:
        await asyncio.to_thread(unannounce)
        await phrases.close()
        if ears is not None:
            await asyncio.to_thread(ears.close)
        if midi is not None:
            await midi.close()
        if page is not None:
            await asyncio.to_thread(page.close)


def _open_page(
    runner: Runner, settings: Settings, past_rewards: list[float], extras: PageExtras | None
) -> "PageService | None":
    """The page, where it is wanted; why it cannot be shown is logged and no reason to stop."""
    if not settings.web.enabled:
        return None
    try:
        from bridge.web.service import PageService  # half of the start's time, if it is wanted
    except ImportError as error:
        _log.warning("There is no page: %s; to repair it: %s", error, install_command())
        return None
    page = PageService(runner, settings, past_rewards=past_rewards, extras=extras or PageExtras())
    page.open()
    return page


def _open_midi(
    runner: Runner, settings: Settings, page: "PageService | None"
) -> MidiService | None:
    """Pads and pedals, where they are wanted; the service itself says why there are none."""
    if not settings.midi.enabled:
        return None
    show = page.show if page is not None else lambda _name, _content: None
    midi = MidiService(runner, settings.store, show=partial(show, "midi"))
    midi.open()
    return midi


def _open_door(settings: Settings, runner: Runner, trace: Trace | None) -> None:
    """The DAW's own socket, where it has one."""
    open_door = DAWS[settings.daw.dialect].door
    if open_door:
        wrap = trace.wrap if trace else lambda sock: sock
        runner.door = load_part(open_door)(settings, runner, runner.dialect, wrap)


def _open_side_door(
    settings: Settings, runner: Runner, loop: asyncio.AbstractEventLoop
) -> SideDoor | None:
    """The way to a script inside the DAW, where the DAW has one and it can be reached from here."""
    open_door = DAWS[settings.daw.dialect].side_door
    if not open_door:
        return None

    def receive(message: OscMessage) -> None:
        runner.receive(message, ("127.0.0.1", 0), time.monotonic())

    def post(message: OscMessage) -> None:
        loop.call_soon_threadsafe(receive, message)

    door: SideDoor | None = load_part(open_door)(settings, post)
    runner.remotes.side_door = door
    return door


def _safe_after_crash(settings: Settings, store: Store) -> Settings:
    """After a crash the bridge only suggests, whatever the settings say."""
    if not store.has_crashed or settings.mode not in _ACTING:
        return settings
    _log.warning(
        "The last session did not end as it should: starting in suggest, not in %s. "
        "To let it act again choose the mode on the page, or: mixbridge mode %s",
        settings.mode,
        settings.mode,
    )
    return settings.model_copy(update={"mode": Mode.SUGGEST})


def _remember(engine: Engine, store: Store) -> bytes | None:
    """Give the engine what was learnt before; None where there is nothing that it can read."""
    if store.memory is None:
        return None
    try:
        engine.load_memory(store.memory)
    except PriorError as error:
        aside = store.path.with_name(f"{store.path.name}.memory-{store.session}.json")
        aside.write_bytes(store.memory)
        _log.warning(
            "The bridge does not use what it learnt before, and kept it as %s: %s",
            aside.name,
            error,
        )
        return None
    return store.memory


def _on_signals(stop: Callable[[], None], bridge: Runner) -> None:
    """SIGINT, SIGTERM and SIGHUP (a closed terminal) stop; SIGUSR1 is panic.

    Where a system has them, until the loop ends. Who was started under `nohup` ignores SIGHUP.
    """
    loop = asyncio.get_running_loop()
    handlers: dict[str, Callable[[], None]] = {
        "SIGINT": stop,
        "SIGTERM": stop,
        "SIGHUP": stop,
        "SIGUSR1": lambda: bridge.submit(PanicPressed(at=loop.time())),
    }
    for name, handler in handlers.items():
        number = getattr(signal, name, None)
        if number is None or (name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN):
            continue
        with suppress(NotImplementedError):  # Windows: Ctrl-C cancels the task instead
            loop.add_signal_handler(number, handler)
