"""The process that does heavy work: it answers, fails, dies and ends in sentences."""

import asyncio
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.errors import RefusedError, WorkError
from bridge.mix.content_events import Job, JobDone
from bridge.mix.device_events import TaskName
from bridge.runtime.counters import Counters
from bridge.runtime.worker_process import WorkerProcess
from bridge.runtime.workers import Workers

pytestmark = pytest.mark.slow


def job(text: str = "abc") -> Job:
    return Job(task=TaskName.PHRASE, name="make", text=text)


def ahead(text: str) -> Job:
    return replace(job(text), is_ahead=True)


@pytest.fixture
def process() -> Iterator[WorkerProcess]:
    process = WorkerProcess()
    yield process
    process.close()


def test_jobs_are_done_one_after_the_other_in_one_other_process(process: WorkerProcess) -> None:
    first, second = (process.do("support.jobs:spell", job()).split() for _ in range(2))
    assert first == second == [b"cba", str(process.pid).encode()]
    assert process.pid != os.getpid()


def test_a_workers_own_sentence_is_the_reason(process: WorkerProcess) -> None:
    with pytest.raises(RefusedError, match=r"^take\.wav: is silent\.$"):
        process.do("support.jobs:refuse", job())


def test_a_fault_says_which_job_and_keeps_where_it_was(process: WorkerProcess) -> None:
    with pytest.raises(WorkError, match="the job 'make' failed") as failed:
        process.do("support.jobs:fail", job())
    assert "ZeroDivisionError" in str(failed.value.__cause__)
    assert process.do("support.jobs:spell", job())


def test_a_job_whose_process_dies_is_done_again_once(
    process: WorkerProcess, tmp_path: Path
) -> None:
    assert process.do("support.jobs:die_once", job(str(tmp_path / "mark"))) == b"done"
    with pytest.raises(WorkError, match=r"ended twice \(exit code 3\)"):
        process.do("support.jobs:die", job())
    assert process.do("support.jobs:spell", job())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_the_end_of_the_bridge_ends_what_is_being_done(tmp_path: Path) -> None:
    process, pipe = WorkerProcess(), tmp_path / "begun"
    os.mkfifo(pipe)
    found: list[str] = []

    def do() -> None:
        try:
            process.do("support.jobs:hang", job(str(pipe)))
        except RefusedError as error:
            found.append(str(error))

    thread = threading.Thread(target=do)
    thread.start()
    assert _first_line(pipe) == "begun\n"
    process.close()
    thread.join(10.0)
    assert found == ["phrase: the bridge ends; 'make' is not done."]


def _first_line(pipe: Path) -> str:
    with pipe.open(encoding="utf-8") as begun:
        return begun.readline()


def test_what_failed_is_an_event_with_its_reason_and_counted() -> None:
    counters = Counters()

    async def fail() -> JobDone:
        done: asyncio.Future[JobDone] = asyncio.get_running_loop().create_future()
        workers = Workers(done.set_result, {TaskName.PHRASE: "support.jobs:fail"}, counters)
        workers.begin(job())
        result = await done
        await asyncio.to_thread(workers.close)
        return result

    done = asyncio.run(fail())
    assert (done.text, done.data) == ("abc", b"")
    assert "the job 'make' failed" in done.trouble
    assert counters.faults == 1


def test_what_is_only_prepared_gives_way_and_is_no_event() -> None:
    async def work() -> list[JobDone]:
        done: asyncio.Queue[JobDone] = asyncio.Queue()
        workers = Workers(done.put_nowait, {TaskName.PHRASE: "support.jobs:keep"}, Counters())
        for each in (ahead("early"), ahead("too"), job("asked")):
            workers.begin(each)
        found = [await done.get()]
        workers.begin(ahead("prepared"))
        await asyncio.sleep(0)  # nothing else is asked for: it begins
        workers.begin(job("last"))
        found.append(await done.get())
        await asyncio.to_thread(workers.close)
        return found

    found = asyncio.run(work())
    assert [each.text for each in found] == ["asked", "last"]
    assert found[-1].data == b"asked prepared last"
