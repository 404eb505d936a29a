"""Another take is offered where it has fewer faults, with what is better; never made unasked."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from support.devices import HeldContent, SynthDaw
from support.items import EditRig, write_take
from support.repeats import repeated

from bridge.mix import device_events as d
from bridge.mix import messages as m
from bridge.mix.content_events import ContentKind
from bridge.mix.device_events import TaskName
from bridge.mix.items import Piece, encode_item
from bridge.mix.messages import Mode
from bridge.mix.notices import MoveReported
from bridge.mix.roles import Role
from bridge.sim.stems import SAMPLE_RATE
from bridge.sim.takes import TAKE_ROLES, Planting, Take, make_take
from bridge.tasks.edit.candidates import HeardPiece
from bridge.tasks.edit.geometry import KINDS, Kind
from bridge.tasks.edit.hearing import Edge, Wave, find_breaks, measure_take
from bridge.tasks.edit.prior import load_edit_prior
from bridge.tasks.edit.takes import find_better_takes
from bridge.tasks.edit.task import EditTask

CLEAN = Planting(late_share=0.0, pauses=0, joins=0, edges=0, holes=0)


@cache
def clean_take() -> Take:
    return make_take(Role.BASS, [4], CLEAN)


def with_clicks(take: Take, count: int) -> Wave:
    wave = take.wave.copy()
    for at_s in take.onsets_s[4 : 4 + count]:
        wave[round((at_s + 0.05) * SAMPLE_RATE)] += 0.25
    return wave


def with_dropouts(take: Take, count: int) -> Wave:
    wave = take.wave.copy()
    for at_s in take.onsets_s[4 : 4 + count]:
        first = round((at_s + 0.05) * SAMPLE_RATE)
        wave[first : first + SAMPLE_RATE // 50] = 0.0
    return wave


def with_noise(take: Take, level_db: float) -> Wave:
    noise = np.random.default_rng(3).standard_normal(take.wave.size) * 10.0 ** (level_db / 20.0)
    return np.asarray(take.wave + noise, dtype=np.float32)


def heard(wave: Wave, source: str, *, is_muted: bool) -> HeardPiece:
    piece = Piece(
        source=source, position_s=2.0, length_s=wave.size / SAMPLE_RATE, is_muted=is_muted, key="x"
    )
    hearing = measure_take(wave, SAMPLE_RATE)
    return HeardPiece(piece=piece, heard=hearing, start=Edge(), end=Edge())


@pytest.mark.slow
@pytest.mark.parametrize("role", repeated(TAKE_ROLES, first=1))
def test_nothing_breaks_in_a_take_that_was_only_played(role: Role) -> None:
    take = make_take(role, [5, 1])
    assert [times.size for times in find_breaks(take.wave, SAMPLE_RATE)] == [0, 0]


@pytest.mark.parametrize("samples", [0, 1, 100, 500])
def test_a_short_or_empty_file_breaks_nowhere(samples: int) -> None:
    clicks, dropouts = find_breaks(np.zeros(samples, dtype=np.float32), SAMPLE_RATE)
    assert (clicks.size, dropouts.size) == (0, 0)


@pytest.mark.slow
def test_the_take_with_fewer_faults_is_offered_with_its_reason() -> None:
    take = clean_take()
    now = heard(with_clicks(take, 3), "a", is_muted=False)
    worse = heard(with_clicks(take, 5), "b", is_muted=True)
    better = heard(with_dropouts(take, 1), "c", is_muted=True)
    (found,) = find_better_takes([now, worse, better], fade_s=0.006)
    assert (found.kind, found.edit.other, found.size) == (Kind.TAKE, better.piece, 2.0)
    assert found.detail == "3 clicks fewer, 1 dropout more"
    after = found.edit.apply([now.piece, worse.piece, better.piece])
    assert [piece.source for piece in after if not piece.is_muted] == ["c"]
    assert len(after) == 3
    assert all(piece.fade_in_s > 0.0 for piece in after if not piece.is_muted)


@pytest.mark.slow
def test_of_a_longer_take_the_same_stretch_is_played_and_the_rest_stays() -> None:
    take = clean_take()
    now = heard(with_clicks(take, 3), "a", is_muted=False)
    now = replace(now, piece=now.piece.cut(4.0, 12.0))
    other = heard(take.wave, "b", is_muted=True)
    (found,) = find_better_takes([now, other], fade_s=0.006)
    after = found.edit.apply([now.piece, other.piece])
    (sounding,) = [piece for piece in after if not piece.is_muted]
    assert (sounding.source, sounding.position_s, sounding.end_s) == ("b", 4.0, 12.0)
    assert other.piece in after


@pytest.mark.slow
def test_noise_counts_against_the_other_takes() -> None:
    take = clean_take()
    now = heard(with_noise(take, -48.0), "a", is_muted=False)
    other = heard(take.wave, "b", is_muted=True)
    (found,) = find_better_takes([now, other], fade_s=0.006)
    assert found.size >= 1.0
    assert "noise" in found.detail
    assert "lower" in found.detail


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [{"key": "another item"}, {"position_s": 3.0}, {"source": "a"}, {"is_muted": False}],
)
def test_what_is_no_other_take_is_not_offered(change: dict[str, object]) -> None:
    take = clean_take()
    now = heard(with_clicks(take, 3), "a", is_muted=False)
    other = heard(take.wave, "b", is_muted=True)
    other = replace(other, piece=replace(other.piece, **change))
    found = [
        one
        for one in find_better_takes([now, other], fade_s=0.006)
        if one.edit.other is other.piece
    ]
    assert found == []


@pytest.mark.slow
def test_equal_takes_and_barred_items_are_left_alone() -> None:
    take = clean_take()
    clicking = heard(with_clicks(take, 3), "a", is_muted=False)
    other = heard(take.wave, "b", is_muted=True)
    assert not list(find_better_takes([replace(clicking, is_free=False), other], fade_s=0.006))
    same = heard(take.wave, "c", is_muted=False)
    assert not list(find_better_takes([same, other], fade_s=0.006))


@pytest.mark.slow
def test_in_assist_another_take_is_offered_chosen_and_taken_back(tmp_path: Path) -> None:
    take = clean_take()
    good = write_take(tmp_path, take, "good.wav")
    bad = write_take(tmp_path, replace(take, wave=with_clicks(take, 3)), "bad.wav")
    whole = replace(take.pieces[0], source=bad)
    text = encode_item([whole, replace(whole, source=good, is_muted=True)], rate=SAMPLE_RATE)
    daw = SynthDaw()
    daw.contents[ContentKind.ITEM, "item 0"] = HeldContent(text)
    task = EditTask(load_edit_prior())
    task._accepted.update(dict.fromkeys(KINDS, 1000))
    rig = EditRig(mode=Mode.ASSIST, daw=daw, task=task, task_name=TaskName.EDIT)
    rig.work()
    rig.settle()
    for _ in range(4):  # heads and tails come first, unasked
        rig.wait(20.0).settle()

    def heard_file() -> list[str]:
        return [Path(each.source).name for each in rig.pieces("item 0") if not each.is_muted]

    assert heard_file() == ["bad.wav"]
    offer = rig.engine.work.offers.open
    assert offer is not None
    reason = [each.reason for each in rig.notices(MoveReported)][-1]
    assert reason.startswith("another take with 3 faults fewer on Bass"), reason
    assert "(3 clicks fewer)" in reason
    rig.handle(d.VariantChosen(at=rig.at, offer=offer.id, choice=1))
    rig.wait(0.2)
    assert heard_file() == ["good.wav"]
    rig.handle(m.UndoRequested(at=rig.at, move=offer.moves[0].id))
    rig.wait(0.2)
    assert heard_file() == ["bad.wav"]
