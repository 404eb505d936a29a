"""Patches of Zyn: a copy is written before one is said, and one that we load is no hand's."""

import pytest
from support.zyn import ADDRESS, FakeZyn

from bridge.daws.zyn.wire.dialect import LOADED_S, ZynDialect
from bridge.errors import DialectError
from bridge.mix import content_events as c
from bridge.mix import messages as m
from bridge.mix.content_events import ContentKind
from bridge.osc.message import OscMessage

PATCH = ContentKind.PATCH
CUTOFF = ADDRESS["Filter Cutoff"]


class Talk:
    """A dialect with a place for copies, and a Zyn in memory."""

    def __init__(self, copies: str = "/copies/copy") -> None:
        self.dialect = ZynDialect()
        self.dialect.copies = copies
        self.zyn = FakeZyn()
        self.at = 50.0
        self.events: list[object] = []
        self.sent: list[OscMessage] = []
        self.send(*self.dialect.encode(m.RequestDump(number=1), at=self.at))
        self.events.clear()

    def send(self, *messages: OscMessage) -> None:
        for message in messages:
            self.sent.append(message)
            self.hear(*self.zyn.hear(message))

    def hear(self, *messages: OscMessage) -> None:
        for message in messages:
            self.events += self.dialect.decode(message, at=self.at) or ()
        self.send(*self.dialect.ask(at=self.at))

    def ask(self) -> None:
        self.send(*self.dialect.encode_content(c.RequestContents(kind=PATCH, track=0), at=self.at))

    def load(self, path: str) -> None:
        command = c.SetContent(kind=PATCH, key="part0", text=path)
        self.send(*self.dialect.encode_content(command, at=self.at))

    def patches(self) -> list[str]:
        return [each.text for each in self.events if isinstance(each, c.ContentReported)]


def test_a_copy_is_written_and_then_said() -> None:
    talk = Talk()
    talk.ask()
    assert talk.patches() == ["/copies/copy-1.xiz"]
    assert list(talk.zyn.saved) == ["/copies/copy-1.xiz"]


def test_a_patch_that_we_load_is_confirmed_when_all_of_it_was_read_and_is_no_scene() -> None:
    talk = Talk()
    talk.ask()
    talk.zyn.held[CUTOFF] = 1234.0
    talk.load("/copies/copy-1.xiz")
    assert talk.patches() == ["/copies/copy-1.xiz", "/copies/copy-1.xiz"]
    assert talk.zyn.held[CUTOFF] != 1234.0
    assert not any(isinstance(each, m.SceneRecalled) for each in talk.events)
    assert isinstance(talk.events[-2], m.DumpClosed)


def test_a_patch_that_a_person_loads_is_a_scene_and_is_copied_anew() -> None:
    talk = Talk()
    talk.ask()
    talk.hear(*talk.zyn.load("Brass"))
    assert any(isinstance(each, m.SceneRecalled) for each in talk.events)
    assert talk.patches()[-1] == "/copies/copy-2.xiz"


def test_a_load_that_was_lost_does_not_make_the_next_one_ours() -> None:
    talk = Talk()
    talk.zyn.lost = 1
    talk.load("/copies/other.xiz")
    talk.at += LOADED_S + 0.1
    talk.hear(*talk.zyn.load("Brass"))
    assert any(isinstance(each, m.SceneRecalled) for each in talk.events)
    assert talk.patches() == []


def test_without_a_place_for_copies_patches_are_left_alone() -> None:
    talk = Talk(copies="")
    talk.ask()
    talk.load("/copies/copy-1.xiz")
    assert (talk.patches(), talk.zyn.saved) == ([], {})


def test_an_empty_patch_is_refused() -> None:
    with pytest.raises(DialectError, match="no such patch"):
        Talk().load("")
