"""A process of its own for heavy work, so that no thread of the bridge waits for it.

Threads of one process share the interpreter: while phrases were made on one, the thread that plays
notes was up to 15 ms late. The process starts with the first job, and ends with the bridge: it
reads its jobs from a pipe, which the system closes when the bridge ends, however that happens.
"""

import json
import pkgutil
import signal
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Final

from bridge.errors import BridgeError, RefusedError, WorkError
from bridge.mix.content_events import Job
from bridge.mix.device_events import TaskName

_PATIENCE_S: Final = 1.0
_TRIES: Final = 2
"""A job is done again once where the process has died, which need not be the job's fault."""

_DONE, _REFUSED, _FAILED = b"+", b"-", b"!"


class WorkerProcess:
    """Does jobs one after the other; for one thread at a time, but `close` for any."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._is_closed = False

    @property
    def pid(self) -> int | None:
        """Of the process; None before the first job."""
        return self._process.pid if self._process is not None else None

    def do(self, worker: str, job: Job) -> bytes:
        """Let a worker do a job, and wait for it.

        Args:
            worker: ``module:object``; see `bridge.tasks.registry.TaskRow.worker`.
            job: What to do.

        Raises:
            RefusedError: If there is no result, in the worker's own sentence.
            WorkError: If it failed, or its process ended twice.
        """
        request = json.dumps({"worker": worker, **asdict(job)}).encode()
        code: int | None = None
        for _ in range(_TRIES):
            pipe = self._open(job)
            try:
                pipe.send_bytes(request)
                answer = pipe.recv_bytes()
            except (EOFError, OSError):
                code = self._end()
                continue
            if answer[:1] == _DONE:
                return answer[1:]
            text = answer[1:].decode()
            if answer[:1] == _REFUSED:
                raise RefusedError(text)
            raise WorkError(
                f"{job.task}: the job {job.name!r} failed; see the log."
            ) from RuntimeError(text)
        raise WorkError(
            f"{job.task}: expected a result of the job {job.name!r}, but its process ended twice "
            f"(exit code {code}); choose something else in focus, or start the bridge again."
        )

    def close(self) -> None:
        """End the process, and what it is at."""
        with self._guard:
            self._is_closed = True
            if self._process is not None:
                self._process.terminate()
        self._end()

    def _open(self, job: Job) -> Connection:
        """The pipe to the process, which is started where there is none."""
        with self._guard:
            if self._is_closed:
                raise RefusedError(f"{job.task}: the bridge ends; {job.name!r} is not done.")
            if self._pipe is None:
                self._start()
            if self._pipe is None:
                raise AssertionError("it was started")
            return self._pipe

    def _start(self) -> None:
        self._process, self._pipe = start_process(_serve, name="work")

    def _end(self) -> int | None:
        """Forget a process that has ended or is to; its exit code."""
        with self._guard:
            process, self._process, self._pipe = self._process, None, None
        return None if process is None else end_process(process)


def start_process(
    serve: Callable[..., None], *args: object, name: str
) -> tuple[BaseProcess, Connection]:
    """Start `serve(pipe, *args)` in a process of its own; the process, and our end of the pipe.

    When the bridge ends, however that happens, the system closes the pipe. Ctrl+C is the bridge's
    alone.
    """
    context = get_context("spawn")  # a fork of a process with threads may lock up
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(serve, theirs, *args), name=name, daemon=True)
    mask = None
    if hasattr(signal, "pthread_sigmask"):  # also while it starts
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    finally:
        if mask is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    theirs.close()
    return process, ours


def end_process(process: BaseProcess) -> int | None:
    """Wait for a process that is to end, and kill it if it does not; its exit code."""
    process.join(_PATIENCE_S)
    if process.is_alive():
        process.kill()
        process.join(_PATIENCE_S)
    return process.exitcode


def _run(serve: Callable[..., None], pipe: Connection, *args: object) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(pipe, *args)


def _serve(pipe: Connection) -> None:
    """Do jobs until the bridge ends."""
    with suppress(EOFError, OSError):
        while True:
            pipe.send_bytes(_answer(pipe.recv_bytes()))


def _answer(request: bytes) -> bytes:
    body = json.loads(request)
    worker = body.pop("worker")
    try:
        job = Job(**{**body, "task": TaskName(body["task"])})
        found: bytes = pkgutil.resolve_name(worker)(job)
    except BridgeError as error:
        return _REFUSED + str(error).encode()
    except Exception:
        return _FAILED + traceback.format_exc().encode()
    return _DONE + found
