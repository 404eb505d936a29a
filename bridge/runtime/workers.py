"""Workers: what takes a task longer than a millisecond is done elsewhere; the result is an event.

So the loop never waits, the engine reads no file, and a replay needs neither files nor workers.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping

from bridge.errors import BridgeError, WorkError
from bridge.mix.content_events import Job, JobDone
from bridge.mix.device_events import TaskName
from bridge.runtime.counters import Counters
from bridge.runtime.worker_process import WorkerProcess

_log = logging.getLogger(__name__)


class Workers:
    """Does the jobs of tasks, one after the other, in the order in which they were asked for.

    Args:
        submit: Takes what was found.
        workers: Who does the jobs of a task; see `bridge.tasks.registry.TaskRow.worker`.
        counters: Where failures are counted.
    """

    def __init__(
        self,
        submit: Callable[[JobDone], None],
        workers: Mapping[TaskName, str],
        counters: Counters,
    ) -> None:
        self._submit = submit
        self._counters = counters
        self._workers = workers
        self._process = WorkerProcess()
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._wanted = 0
        """Jobs so far whose result is waited for."""

    def begin(self, job: Job) -> None:
        """Begin a job; its `JobDone` follows, unless it only prepares a later one."""
        self._wanted += not job.is_ahead
        task = asyncio.get_running_loop().create_task(self._do(job, self._wanted))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """End what is being done; the results do not matter any more."""
        self._process.close()

    async def _do(self, job: Job, wanted: int) -> None:
        data, trouble = b"", f"{job.task}: nothing here does the job {job.name!r}."
        if (worker := self._workers.get(job.task)) is not None:
            try:
                async with self._turn:
                    if job.is_ahead and wanted != self._wanted:
                        return  # what it prepares has been asked for, or something else
                    data = await asyncio.to_thread(self._process.do, worker, job)
                trouble = ""
            except BridgeError as error:
                trouble = str(error)
                if isinstance(error, WorkError):
                    self._counters.faults += 1
                    _log.error("%s %s", error, error.__cause__ or "")
        if job.is_ahead:
            return
        at = asyncio.get_running_loop().time()
        done = JobDone(
            at=at, task=job.task, name=job.name, text=job.text, trouble=trouble, data=data
        )
        self._submit(done)
