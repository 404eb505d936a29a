"""What holds for every test."""

import os
import socket
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With MIXBRIDGE_NO_SKIPS=1 a skipped test fails: nobody sees a skip in an unattended run."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and "MIXBRIDGE_NO_SKIPS" in os.environ:
        report.outcome = "failed"
        report.longrepr = f"skipped, where nothing may be skipped: {report.longrepr}"
    return report


@pytest.fixture
def free_port() -> int:
    """A UDP port of loopback that nobody has."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
