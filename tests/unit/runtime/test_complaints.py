"""What is wrong with what comes in is logged once a reason and sender, and then counted."""

import logging
from collections.abc import Iterator

import pytest

from bridge.daw.generic import GenericDialect
from bridge.mix.messages import DumpOpened, MetersRead, ParamChanged
from bridge.mix.params import Param
from bridge.mix.state import METER_COLUMNS, MixState
from bridge.osc.decode import Fault
from bridge.runtime.complaints import REPEAT_S, Bucket, Complaints, DawComplaints
from bridge.runtime.counters import Counters

A, B, C = ("127.0.0.1", 5001), ("127.0.0.1", 5002), ("192.168.1.7", 5001)


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """The lines that are logged from now on."""
    said: list[str] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    log = logging.getLogger("bridge.wire")
    keeper = Keeper()
    log.addHandler(keeper)
    with caplog.at_level(logging.WARNING, logger="bridge.wire"):
        yield said
    log.removeHandler(keeper)


def test_a_bucket_lets_a_burst_through_and_then_so_many_a_second() -> None:
    bucket = Bucket(per_s=2.0, burst=3)
    assert [bucket.spend(5.0) for _ in range(4)] == [True, True, True, False]
    assert bucket.is_spent
    assert bucket.spend(5.5)
    assert not bucket.spend(5.6)
    assert [bucket.spend(99.0) for _ in range(4)] == [True, True, True, False]


def test_a_reason_is_logged_once_and_later_with_its_number(lines: list[str]) -> None:
    complaints = Complaints()
    for tick in range(42):
        complaints.record(f"/bridge/reward: value: expected 1; got {tick}.", A, 1.0 + tick / 100)
    assert lines == ["From 127.0.0.1:5001: /bridge/reward: value: expected 1; got 0."]
    complaints.report_repeats(1.0 + REPEAT_S / 2)
    assert len(lines) == 1
    complaints.report_repeats(1.0 + REPEAT_S)
    complaints.report_repeats(2.0 + REPEAT_S)
    (_, again) = lines
    assert "41 more like this" in again
    assert "/bridge/reward" in again
    complaints.report_repeats(9.0 * REPEAT_S)
    assert len(lines) == 2, "nothing has come since"


def test_another_reason_and_another_sender_are_logged(lines: list[str]) -> None:
    complaints = Complaints()
    for sender in (A, B, C):
        for text in ("one: got 1.", "other: got 1."):
            complaints.record(text, sender, 1.0)
            complaints.record(text, sender, 1.0)
    assert len(lines) == 6


def test_tracks_that_differ_in_their_number_are_one_reason(lines: list[str]) -> None:
    complaints = Complaints()
    for track in range(1, 100):
        complaints.record(f"/mix/track/{track}/volume: no such address", A, 1.0)
    assert len(lines) == 1


def test_a_program_that_opens_a_port_a_message_does_not_fill_the_log(lines: list[str]) -> None:
    complaints = Complaints()
    for port in range(5000, 5100):
        complaints.record("/bridge/reward: no", ("127.0.0.1", port), 1.0)
    assert len(lines) <= 3


def test_nobody_fills_the_log_or_the_memory(lines: list[str]) -> None:
    complaints = Complaints()
    for number in range(5000):
        word = "".join(chr(97 + number // 26**place % 26) for place in range(3))
        complaints.record(f"/mix/{word}: no such address", A, 1.0 + number / 1000)
    assert len(lines) <= 110
    assert len(complaints._reasons) <= 256


def test_what_could_not_be_logged_at_first_is_logged_when_it_comes_again(lines: list[str]) -> None:
    complaints = Complaints()
    for number in range(130):
        complaints.record("x" * number, A, 1.0)
    assert len(lines) == 100
    complaints.record("x" * 129, A, 10.0)
    assert len(lines) == 101
    complaints.report_repeats(70.0)
    assert len(lines) == 131, "and what never came again, as soon as there is room"


@pytest.fixture
def daw() -> tuple[DawComplaints, Counters]:
    counters = Counters()
    return DawComplaints(Complaints(), counters, GenericDialect(), A), counters


def test_an_unknown_address_of_ours_is_logged_with_what_may_be_meant(
    daw: tuple[DawComplaints, Counters], lines: list[str]
) -> None:
    complaints, counters = daw
    for address in ("/mix/track/7/volume", "/mix/track/8/volume", "/mix/track/master/gain"):
        complaints.unknown(address, A, 1.0, is_online=True)
    assert counters.unknown == 3
    assert [line.partition("; ")[2] for line in lines] == [
        "did you mean /mix/track/7/gain?",
        "did you mean /mix/track/{n}/gain?",
    ]


def test_another_unknown_address_is_logged_as_long_as_no_daw_is_understood(
    daw: tuple[DawComplaints, Counters], lines: list[str]
) -> None:
    complaints, counters = daw
    complaints.unknown("/accxyz", A, 1.0, is_online=True)
    assert (counters.unknown, lines) == (1, [])
    complaints.unknown("/track/3/volume", A, 1.0, is_online=False)
    (line,) = lines
    assert "/track/3/volume: no such address in the dialect generic" in line
    assert "did you mean /mix/track/3/gain?" in line


def test_what_is_no_osc_is_logged_with_its_bytes(
    daw: tuple[DawComplaints, Counters], lines: list[str]
) -> None:
    complaints, _ = daw
    complaints.undecodable(Fault(reason="It is wrong.", data=b"junk"), A, 1.0)
    complaints.undecodable(Fault(reason="It is wrong.", address="/x", data=b"/x"), A, 1.0)
    assert lines == [
        "From 127.0.0.1:5001: a datagram: It is wrong. It is 6a756e6b",
        "From 127.0.0.1:5001: /x: It is wrong. It is 2f78",
    ]


def _gain(track: int) -> ParamChanged:
    return ParamChanged(at=1.0, track=track, param=Param.GAIN, value=0.0)


def test_tracks_beyond_the_number_are_counted_and_told_once(
    daw: tuple[DawComplaints, Counters], lines: list[str]
) -> None:
    complaints, counters = daw
    mix = MixState()
    complaints.check_track(_gain(9), mix)
    assert counters.beyond == 0, "before a dump nobody knows how many there are"
    complaints.check_track(DumpOpened(at=1.0, count=6), mix)
    mix.open_dump(6)
    for track in (6, 7, 99):
        complaints.check_track(_gain(track), mix)
    mix.close_dump()
    for track in (1, 6, 98):
        complaints.check_track(_gain(track), mix)
    for strips in (6, 7):
        levels = bytes(4 * METER_COLUMNS * strips)
        complaints.check_levels(MetersRead(at=1.0, since=0.0, levels=levels), mix)
    assert counters.beyond == 4
    assert lines == ["From 127.0.0.1:5001: there are 6 tracks; messages about track 7 are ignored"]
