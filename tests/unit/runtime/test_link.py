"""Whether the DAW is there: asked by dumps, believed by packets."""

from itertools import pairwise

import pytest

from bridge.mix.messages import (
    DumpClosed,
    DumpOpened,
    LinkChanged,
    LinkState,
    ParamChanged,
    RequestDump,
    TrackNamed,
    TransportChanged,
)
from bridge.mix.params import Param
from bridge.runtime.link import DawLink


@pytest.fixture
def link() -> DawLink:
    """A link to a DAW of which nothing was heard."""
    return DawLink("127.0.0.1:9401", sends_dumps=True)


def dump(link: DawLink, at: float) -> LinkChanged | None:
    """A whole dump, all at once."""
    link.record(DumpOpened(at=at, count=0))
    return link.record(DumpClosed(at=at, number=1))


def asked(link: DawLink, at: float) -> bool:
    """Whether a dump is asked for at `at`."""
    return link.check(at)[1] is not None


def test_a_daw_that_is_not_there_is_asked_every_second(link: DawLink) -> None:
    assert link.check(10.0) == (None, RequestDump(number=1))
    assert link.check(10.9) == (None, None)
    assert link.check(11.0) == (None, RequestDump(number=2))


def test_its_first_word_is_connecting_and_its_first_dump_online(link: DawLink) -> None:
    change = link.record(DumpOpened(at=10.0, count=0))
    assert change is not None
    assert change.state is LinkState.CONNECTING
    assert link.record(TransportChanged(at=10.0, playing=True)) is None
    change = link.record(DumpClosed(at=10.1, number=1))
    text = "the DAW at 127.0.0.1:9401 is there, and says that it has no strips"
    assert change == LinkChanged(at=10.1, state=LinkState.ONLINE, text=text)


def test_the_end_of_a_dump_whose_begin_was_lost_is_no_dump(link: DawLink) -> None:
    link.check(10.0)
    change = link.record(DumpClosed(at=10.1, number=1))
    assert change is not None
    assert change.state is LinkState.CONNECTING
    assert asked(link, 11.0)


def test_an_end_that_comes_twice_leaves_it_online(link: DawLink) -> None:
    dump(link, 10.0)
    assert link.record(DumpClosed(at=10.1, number=1)) is None
    assert link.state is LinkState.ONLINE


def test_a_daw_that_answers_without_a_count_is_not_told_of_as_silent(link: DawLink) -> None:
    for at in (10.0, 11.0, 12.0, 14.0, 18.0, 26.0):
        link.check(at)
        link.record(TrackNamed(at=at, track=1, name="Kick"))
        link.record(DumpClosed(at=at, number=1))
        link.check(at + 0.1)
    assert link.asked_again >= 3
    assert link.text == "the DAW at 127.0.0.1:9401 answers, but sends no usable count of its strips"


def test_a_daw_that_is_there_is_asked_once_its_meters_stand_still(link: DawLink) -> None:
    dump(link, 10.0)
    assert not asked(link, 11.4)
    assert asked(link, 11.6)
    link.record_alive(11.9)
    dump(link, 11.9)
    assert not asked(link, 13.3)


def test_meters_alone_keep_the_link(link: DawLink) -> None:
    dump(link, 10.0)
    for tenth in range(100, 400):
        link.record_alive(tenth / 10)
        assert link.check(tenth / 10) == (None, None)


def test_a_daw_that_stays_silent_is_stale_within_three_seconds(link: DawLink) -> None:
    dump(link, 10.0)
    assert link.check(12.75)[0] is None
    change, _ = link.check(12.9)
    assert change == LinkChanged(
        at=12.9,
        state=LinkState.STALE,
        text="nothing from the DAW at 127.0.0.1:9401 for 3 s; is it running?",
    )
    assert link.check(13.0)[0] is None


def test_a_stale_daw_is_online_only_after_a_whole_dump(link: DawLink) -> None:
    dump(link, 10.0)
    link.check(13.0)
    change = link.record(TransportChanged(at=14.0, playing=True))
    assert change is not None
    assert change.state is LinkState.CONNECTING
    assert asked(link, 14.0)
    change = dump(link, 14.1)
    assert change is not None
    assert change.state is LinkState.ONLINE


def test_a_daw_that_speaks_but_never_dumps_goes_stale(link: DawLink) -> None:
    link.record(TransportChanged(at=10.0, playing=True))
    change, request = link.check(13.0)
    assert change is not None
    assert change.state is LinkState.STALE
    assert request is not None


@pytest.mark.parametrize("what_was_lost", ["the end", "all of it", "the begin"])
def test_a_dump_that_does_not_arrive_whole_is_asked_for_again(
    link: DawLink, what_was_lost: str
) -> None:
    dump(link, 10.0)
    link.request_dump(10.1)
    if what_was_lost == "the end":
        link.record(DumpOpened(at=10.2, count=3))
    elif what_was_lost == "the begin":
        link.record(DumpClosed(at=10.2, number=2))
    link.record_alive(11.0)
    assert not asked(link, 11.0)
    assert asked(link, 11.2)
    dump(link, 11.3)
    link.record_alive(12.6)
    assert not asked(link, 12.6)


def test_a_dump_that_the_daw_begins_by_itself_and_does_not_end_is_asked_for(
    link: DawLink,
) -> None:
    dump(link, 10.0)
    link.record(DumpOpened(at=10.2, count=3))
    assert not asked(link, 11.1)
    assert asked(link, 11.3)


def strip(link: DawLink, track: int, at: float, *, name: str = "Kick", gain: bool = True) -> None:
    """One strip of a dump, or a part of it."""
    if name:
        link.record(TrackNamed(at=at, track=track, name=name))
    if gain:
        link.record(ParamChanged(at=at, track=track, param=Param.GAIN, value=-3.0))


def test_a_dump_without_a_strip_is_asked_for_again_with_growing_pauses_and_named(
    link: DawLink,
) -> None:
    asked_at, texts, at = [], [], 10.0
    while at < 120.0:
        link.record_alive(at)
        change, request = link.check(at)
        if request is not None:
            asked_at.append(at)
            link.record(DumpOpened(at=at, count=3))
            strip(link, 1, at)
            strip(link, 2, at, gain=False)
            change = link.record(DumpClosed(at=at, number=request.number))
        if isinstance(change, LinkChanged):
            assert change.state is not LinkState.STALE
            texts.append(change.text)
        at = round(at + 0.1, 1)
    pauses = [round(b - a, 1) for a, b in pairwise(asked_at)]
    assert pauses == [1.0, 2.0, 4.0, 8.0]
    assert "strip 3 has sent nothing, strip 2 has not sent its gain" in texts[-1]
    assert texts[-1].endswith("left alone")


def test_a_dump_that_goes_on_is_waited_for(link: DawLink) -> None:
    link.check(10.0)
    link.record(DumpOpened(at=10.1, count=40))
    for track in range(1, 41):
        at = 10.1 + track * 0.2
        assert link.check(at) == (None, None)
        strip(link, track, at)
    change = link.record(DumpClosed(at=18.2, number=1))
    assert change is not None
    assert change.state is LinkState.ONLINE


def test_a_complete_dump_without_an_end_is_taken_after_a_second(link: DawLink) -> None:
    link.check(10.0)
    link.record(DumpOpened(at=10.0, count=2))
    strip(link, 1, 10.0)
    strip(link, 2, 10.1)
    assert link.check(10.9) == (None, None)
    assert link.check(11.1) == (DumpClosed(at=11.1, number=1), None)
    change = link.record(DumpClosed(at=11.1, number=1))
    assert change is not None
    assert change.state is LinkState.ONLINE


def test_a_daw_that_sends_levels_and_never_answers_is_told_of_as_just_that(link: DawLink) -> None:
    texts, asked_at = [], []
    for tenth in range(100, 400):
        link.record_alive(tenth / 10)
        change, request = link.check(tenth / 10)
        texts += [change.text] if isinstance(change, LinkChanged) else []
        asked_at += [tenth / 10] if request else []
    assert "sends" in texts[0]
    assert "does not answer when it is asked for all its strips" in texts[-1]
    assert len(asked_at) < 8


def test_no_two_questions_are_within_a_second_whoever_wants_them(link: DawLink) -> None:
    dump(link, 10.0)
    asked_at = []
    for hundredth in range(1000, 6000, 3):
        at = hundredth / 100
        link.record_alive(at)
        asked_at += [at] if link.request_dump(at) else []
        asked_at += [at] if link.check(at)[1] else []
        if asked_at and asked_at[-1] == at:
            dump(link, at)
    pauses = [b - a for a, b in pairwise(asked_at)]
    assert min(pauses) >= 1.0
    assert max(pauses) > 4.0, "whoever wants one all the time waits longer and longer"


def test_a_dump_that_a_dialect_collects_is_ended_by_the_dialect_alone() -> None:
    link = DawLink("Live")
    link.record(DumpOpened(at=10.0, count=0))  # nobody knows who is who
    link.record_alive(20.0)
    assert not isinstance(link.check(20.0)[0], DumpClosed)


def test_a_daw_that_comes_back_is_asked_within_a_second(link: DawLink) -> None:
    dump(link, 10.0)
    for tenth in range(100, 400):  # it has gone, and is asked every second
        link.check(tenth / 10)
    link.record_alive(40.0)
    assert any(asked(link, 40.0 + tenth / 10) for tenth in range(1, 11))
