"""What cannot be edited: one sentence each, which says what it is and what to do."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.errors import BridgeError
from bridge.hosts import item_hearing
from bridge.hosts.item_hearing import measure_item
from bridge.mix.content_events import ContentKind, JobDone
from bridge.mix.items import Piece, encode_item
from bridge.tasks.edit.prior import load_edit_prior
from bridge.tasks.edit.task import EditTask
from bridge.tasks.task import Scene, Standing


def scene_of(source: str, *, refusal: str = "", key: str = "one") -> Scene:
    piece = Piece(source=source, position_s=0.0, length_s=0.5)
    standing = Standing(
        kind=ContentKind.ITEM, key=key, name="take", text=encode_item([piece], rate=48_000),
        strip="bass", track="Bass", role="bass", group="", refusal=refusal,
    )  # fmt: skip
    return Scene(key="bass", device="Bass", role="bass", contents=(standing,))


def rest_of(scene: Scene) -> str:
    """Why the task offers nothing, once its jobs are done."""
    task = EditTask(load_edit_prior())
    for job in task.jobs(scene):
        data, trouble = b"", ""
        try:
            data = measure_item(job)
        except BridgeError as error:
            trouble = str(error)
        task.receive(
            JobDone(at=0.0, task=job.task, name=job.name, text=job.text, trouble=trouble, data=data)
        )
    assert task.propose(scene, count=3, explore=True) == ()
    return task.rest


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("gone.wav", "there is no such file here"),
        ("a.mp3", "is compressed"),
        ("44.wav", "has 44100 samples a second, the song 48000"),
        ("long.wav", "I listen to 60 at most"),
        ("bad.wav", "cannot be read as audio"),
        ("//server/share/a.wav", "is on a network"),
    ],
)
def test_a_file_that_cannot_be_heard_is_named_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, why: str
) -> None:
    tone = 0.1 * np.sin(np.arange(48_000) / 20.0)
    (tmp_path / "a.mp3").write_bytes(b"ID3")
    (tmp_path / "bad.wav").write_bytes(b"RIFFxxxx")
    soundfile.write(str(tmp_path / "44.wav"), tone[:22_050], 44_100)
    soundfile.write(str(tmp_path / "long.wav"), tone, 48_000)
    monkeypatch.setattr(item_hearing, "LONGEST_S", 0.9)
    source = name if name.startswith("//") else str(tmp_path / name)
    rest = rest_of(scene_of(source))
    assert rest.startswith("Bass: ")
    assert why in rest
    assert "\n" not in rest
    assert "Traceback" not in rest


@pytest.mark.parametrize(
    "refusal",
    ["it is reversed", "it is stretched", "it is looped", "it is locked", "it is being recorded"],
)
def test_an_item_that_the_daw_bars_is_left_alone_with_its_reason(
    tmp_path: Path, refusal: str
) -> None:
    soundfile.write(str(tmp_path / "a.wav"), np.zeros(48_000), 48_000)
    assert rest_of(scene_of(str(tmp_path / "a.wav"), refusal=refusal)) == f"Bass: {refusal}"
