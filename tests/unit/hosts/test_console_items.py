"""The embedded console has audio items: it tells of them, and plays what is set to stand there."""

import numpy as np
import pytest

from bridge.daw.contents import decode_content, encode_content
from bridge.hosts.console import ConsoleSpeaker
from bridge.mix.content_events import ContentKind, ContentReported, RequestContents, SetContent
from bridge.mix.items import Piece, encode_item
from bridge.mix.phrases import PhraseNote, phrase_of
from bridge.mix.roles import Role
from bridge.sim.console import Console, ConsoleClip, ConsoleItem
from bridge.sim.stems import SAMPLE_RATE, Stems

WHOLE = Piece(source="/take.wav", position_s=0.0, length_s=2.0)


@pytest.fixture
def speaker() -> ConsoleSpeaker:
    wave = np.full(2 * SAMPLE_RATE, 0.5, dtype=np.float32)
    stems = Stems(
        names=("Bass",), roles=(Role.BASS,), audio=wave[None].copy(), sample_rate=SAMPLE_RATE
    )
    console = Console(stems, np.zeros((1, 6)))
    console.files["/take.wav"] = wave
    console.items["one"] = ConsoleItem(row=0, name="take", text=encode_item([WHOLE]))
    console.bpm = 120.0
    return ConsoleSpeaker(console)


def test_items_are_told_when_asked_for(speaker: ConsoleSpeaker) -> None:
    answers = speaker.answer(encode_content(RequestContents(kind=ContentKind.ITEM, track=0)))
    assert [message.address for message in answers] == ["/mix/tempo", "/mix/grid", "/mix/content"]
    (report,) = decode_content(answers[2], at=0.0) or ()
    assert isinstance(report, ContentReported)
    assert (report.key, report.track, report.text) == ("one", 1, encode_item([WHOLE]))
    assert speaker.answer(encode_content(RequestContents(kind=ContentKind.CLIP, track=0))) == []


def test_clips_are_reported_with_the_tempo(speaker: ConsoleSpeaker) -> None:
    clip = phrase_of([PhraseNote(0.0, 40, 1.0, 90)], 4.0)
    speaker.console.clips["riff"] = ConsoleClip(row=0, name="Riff", text=clip.text)
    answers = speaker.answer(encode_content(RequestContents(kind=ContentKind.CLIP, track=1)))
    assert [message.address for message in answers] == ["/mix/tempo", "/mix/content"]
    (report,) = decode_content(answers[1], at=0.0) or ()
    assert isinstance(report, ContentReported)
    assert (report.kind, report.key, report.text) == (ContentKind.CLIP, "riff", clip.text)


def test_what_is_set_is_played_and_its_way_back_too(speaker: ConsoleSpeaker) -> None:
    text = encode_item([WHOLE.cut(0.0, 1.0)])
    answers = speaker.answer(
        encode_content(SetContent(kind=ContentKind.ITEM, key="one", text=text, move="1-1"))
    )
    assert text in answers[0].args
    audio = speaker.console.stems.audio[0][slice(0, 2 * SAMPLE_RATE)]
    assert audio[: SAMPLE_RATE - 1].min() == 0.5
    assert audio[SAMPLE_RATE + 1 :].max() == 0.0
    speaker.answer(
        encode_content(SetContent(kind=ContentKind.ITEM, key="one", text=encode_item([WHOLE])))
    )
    assert speaker.console.stems.audio[0][slice(0, 2 * SAMPLE_RATE)].min() == 0.5


@pytest.mark.parametrize(
    ("key", "text"),
    [("two", encode_item([WHOLE])), ("one", "x"),
     ("one", encode_item([Piece(source="/b.wav", position_s=0.0, length_s=1.0)]))],
)  # fmt: skip
def test_what_it_does_not_have_is_refused_and_counted(
    speaker: ConsoleSpeaker, key: str, text: str
) -> None:
    message = encode_content(SetContent(kind=ContentKind.ITEM, key=key, text=text))
    assert speaker.answer(message) == []
    assert speaker.refused == 1
