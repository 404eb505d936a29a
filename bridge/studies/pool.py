"""Where a study's work is done: in processes here, or by the workers of a Dask cluster.

What is done is a pure function of its arguments, so that it does not matter who does it, nor in
which order: the results are the same, bit for bit, as long as all have the same versions. A worker
that dies takes nothing along; what it was at is done by another.
"""

import asyncio
import importlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, Final

import click
import numpy as np

from bridge import __version__
from bridge.errors import ConfigError, NetworkError
from bridge.install.installation import install_command

_PATIENCE_S: Final = 10.0
_RETRIES: Final = 3
"""A job is tried so many times more where the worker that had it failed."""

cluster_option = click.option(
    "--cluster",
    default="",
    metavar="ADDRESS",
    help="Let a Dask cluster do it: its scheduler, such as tcp://10.0.0.5:8786.",
)


@contextmanager
def pool_of(workers: int, cluster: str = "") -> Iterator[Executor]:
    """Whoever does a study's work, until the end of the block; what is not begun then is dropped.

    Args:
        workers: How many processes here.
        cluster: The address of a Dask scheduler that is asked instead; empty for none.

    Raises:
        ConfigError: If Dask is not installed, or a worker has another version than we have.
        NetworkError: If no scheduler answers there, or it has no workers.
    """
    if cluster:
        with _client(cluster) as client:
            yield client.get_executor(pure=False, retries=_RETRIES)
        return
    # A fresh interpreter for each: a fork of a process with threads may lock up.
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def run_all(jobs: Sequence[Callable[[], Any]], workers: int) -> Iterator[Any]:
    """The results of jobs, in their order; with one worker they run in this process."""
    if workers == 1:
        yield from (job() for job in jobs)
        return
    with pool_of(workers) as pool:
        yield from (future.result() for future in [pool.submit(job) for job in jobs])


@contextmanager
def _client(cluster: str) -> Iterator[Any]:
    try:
        distributed = importlib.import_module("distributed")
    except ImportError:
        raise ConfigError(f"--cluster needs Dask: {install_command('cluster')}") from None
    # Asked first, with a bound of ours: a client that cannot connect may wait for ever.
    found = asyncio.run(_kind_of(distributed, cluster))
    if found != "Scheduler":
        raise NetworkError(
            f"--cluster: no Dask scheduler answers at {cluster!r} (found: {found}); "
            "start one with 'dask scheduler' and give the address that it prints."
        )
    client = distributed.Client(cluster, timeout=_PATIENCE_S, set_as_default=False)
    try:
        _check_versions(client.run(versions), cluster)
        yield client
    finally:
        client.close()


async def _kind_of(distributed: Any, address: str) -> str:  # noqa: ANN401 - it has no types
    """What of Dask answers at an address, in its own word; else the kind of the error."""
    try:
        async with asyncio.timeout(_PATIENCE_S), distributed.rpc(address) as peer:
            return str((await peer.identity())["type"])
    except (OSError, ValueError, TypeError, LookupError) as error:  # a timeout is an OSError
        return type(error).__name__


def versions() -> tuple[str, str]:
    """The versions that decide the bits of a result: of mixbridge and of numpy."""
    return __version__, np.__version__


def _check_versions(found: dict[str, tuple[str, str]], cluster: str) -> None:
    if not found:
        raise NetworkError(
            f"--cluster: {cluster} has no workers; start some with 'dask worker {cluster}'."
        )
    for worker, theirs in found.items():
        if theirs != versions():
            raise ConfigError(
                f"--cluster: the worker {worker} has mixbridge {theirs[0]} and numpy {theirs[1]}, "
                f"this is {versions()[0]} and {versions()[1]}; install the same everywhere."
            )
