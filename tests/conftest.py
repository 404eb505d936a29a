"""What holds for every test."""

import os
from collections.abc import Generator, Iterator
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings
from support.ports import free_ports

settings.register_profile(
    "mixbridge",
    deadline=None,  # nothing fails because the machine is busy
    suppress_health_check=[HealthCheck.too_slow],  # a deadline too
    derandomize="CI" in os.environ,  # what CI finds is found again at a desk
)
settings.load_profile("mixbridge")

_Report = TypeVar("_Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """See `_seen`."""
    return _seen((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """See `_seen`."""
    return _seen((yield))


def _seen(report: _Report) -> _Report:
    """With MIXBRIDGE_NO_SKIPS=1 a skip fails: nobody sees one in an unattended run.

    The neural networks of the extra `research` are a download of gigabytes and no program that the
    bridge works with: without them those tests skip, and the summary says so.
    """
    is_skip = report.skipped and not hasattr(report, "wasxfail")
    is_research = "extra `research`" in str(report.longrepr)
    if is_skip and not is_research and os.environ.get("MIXBRIDGE_NO_SKIPS") == "1":
        report.outcome = "failed"
        report.longrepr = f"skipped, where nothing may be skipped: {report.longrepr}"
    return report


@pytest.fixture(scope="session", autouse=True)
def _own_data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nobody's store is touched by a test that gives none; processes that it starts inherit it."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture
def free_port() -> int:
    """A port of loopback that nobody has, neither for UDP nor for TCP."""
    (port,) = free_ports(1)
    return port
