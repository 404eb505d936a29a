"""Whether the DAW is there: asked by dumps, believed by packets."""

import pytest

from bridge.mix.messages import (
    DumpClosed,
    DumpOpened,
    LinkChanged,
    LinkState,
    RequestDump,
    TransportChanged,
)
from bridge.runtime.link import DawLink


@pytest.fixture
def link() -> DawLink:
    """A link to a DAW of which nothing was heard."""
    return DawLink("127.0.0.1:9401")


def dump(link: DawLink, at: float) -> LinkChanged | None:
    """A whole dump, all at once."""
    link.note(DumpOpened(at=at, count=0))
    return link.note(DumpClosed(at=at, number=1))


def asked(link: DawLink, at: float) -> bool:
    """Whether a dump is asked for at `at`."""
    return link.check(at)[1] is not None


def test_a_daw_that_is_not_there_is_asked_every_second(link: DawLink) -> None:
    assert link.check(10.0) == (None, RequestDump(number=1))
    assert link.check(10.9) == (None, None)
    assert link.check(11.0) == (None, RequestDump(number=2))


def test_its_first_word_is_connecting_and_its_first_dump_online(link: DawLink) -> None:
    change = link.note(DumpOpened(at=10.0, count=1))
    assert change is not None
    assert change.state is LinkState.CONNECTING
    assert link.note(TransportChanged(at=10.0, playing=True)) is None
    change = link.note(DumpClosed(at=10.1, number=1))
    assert change == LinkChanged(
        at=10.1, state=LinkState.ONLINE, text="the DAW at 127.0.0.1:9401 is there"
    )


def test_the_end_of_a_dump_whose_begin_was_lost_is_no_dump(link: DawLink) -> None:
    link.check(10.0)
    change = link.note(DumpClosed(at=10.1, number=1))
    assert change is not None
    assert change.state is LinkState.CONNECTING
    assert asked(link, 11.0)


def test_a_daw_that_is_there_is_asked_once_its_meters_stand_still(link: DawLink) -> None:
    dump(link, 10.0)
    assert not asked(link, 11.4)
    assert asked(link, 11.6)
    link.note_alive(11.9)
    dump(link, 11.9)
    assert not asked(link, 13.3)


def test_meters_alone_keep_the_link(link: DawLink) -> None:
    dump(link, 10.0)
    for tenth in range(100, 400):
        link.note_alive(tenth / 10)
        assert link.check(tenth / 10) == (None, None)


def test_a_daw_that_stays_silent_is_stale_within_three_seconds(link: DawLink) -> None:
    dump(link, 10.0)
    assert link.check(12.75)[0] is None
    change, _ = link.check(12.9)
    assert change == LinkChanged(
        at=12.9,
        state=LinkState.STALE,
        text="no word from the DAW at 127.0.0.1:9401 for 3 s; is it running?",
    )
    assert link.check(13.0)[0] is None


def test_a_stale_daw_is_online_only_after_a_whole_dump(link: DawLink) -> None:
    dump(link, 10.0)
    link.check(13.0)
    assert link.note(TransportChanged(at=14.0, playing=True)) is None
    assert link.state is LinkState.STALE
    assert asked(link, 14.0)
    change = dump(link, 14.1)
    assert change is not None
    assert change.state is LinkState.ONLINE


def test_a_daw_that_speaks_but_never_dumps_goes_stale(link: DawLink) -> None:
    link.note(TransportChanged(at=10.0, playing=True))
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
        link.note(DumpOpened(at=10.2, count=3))
    elif what_was_lost == "the begin":
        link.note(DumpClosed(at=10.2, number=2))
    link.note_alive(11.0)
    assert not asked(link, 11.0)
    assert asked(link, 11.1)
    dump(link, 11.2)
    link.note_alive(12.5)
    assert not asked(link, 12.5)


def test_a_dump_that_the_daw_begins_by_itself_and_does_not_end_is_asked_for(
    link: DawLink,
) -> None:
    dump(link, 10.0)
    link.note(DumpOpened(at=10.2, count=3))
    assert asked(link, 10.3)
