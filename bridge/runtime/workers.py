"""Workers: what takes a task longer than a millisecond is done on a thread; the result is an event.

So the loop never waits, the engine reads no file, and a replay needs neither files nor workers.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping

from bridge.errors import BridgeError
from bridge.mix.content_events import Job, JobDone
from bridge.mix.device_events import TaskName

_log = logging.getLogger(__name__)

Worker = Callable[[Job], bytes]


class Workers:
    """Does the jobs of tasks, one after the other, in the order in which they were asked for.

    Args:
        submit: Takes what was found.
        workers: Who does the jobs of a task; see `bridge.tasks.registry.TaskRow.worker`.
    """

    def __init__(
        self, submit: Callable[[JobDone], None], workers: Mapping[TaskName, Worker]
    ) -> None:
        self._submit = submit
        self._workers = workers
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, job: Job) -> None:
        """Begin a job; its `JobDone` follows."""
        task = asyncio.get_running_loop().create_task(self._do(job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _do(self, job: Job) -> None:
        data, trouble = b"", f"{job.task}: nothing here does the job {job.name!r}."
        if (worker := self._workers.get(job.task)) is not None:
            try:
                async with self._turn:
                    data, trouble = await asyncio.to_thread(worker, job), ""
            except BridgeError as error:
                trouble = str(error)
            except Exception:
                _log.exception("fault in the job %s of %s", job.name, job.task)
                trouble = f"{job.task}: the job {job.name!r} failed; see the log."
        at = asyncio.get_running_loop().time()
        done = JobDone(
            at=at, task=job.task, name=job.name, text=job.text, trouble=trouble, data=data
        )
        self._submit(done)
