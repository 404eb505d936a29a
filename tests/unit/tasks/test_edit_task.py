"""The edit task in the engine, beside a DAW in memory that holds a take with planted faults."""

from dataclasses import replace
from pathlib import Path

import pytest
from support.items import EditRig, edit_rig

from bridge.daw.contents import encode_content_event
from bridge.mix import device_events as d
from bridge.mix import messages as m
from bridge.mix.content_events import ContentGone, ContentKind
from bridge.mix.items import Piece, decode_item, encode_item
from bridge.mix.messages import Mode, MoveState
from bridge.mix.notices import MoveReported, Offered, RequestRefused
from bridge.mix.roles import Role
from bridge.sim.takes import Planting
from bridge.tasks.edit.prior import load_edit_prior
from bridge.tasks.edit.task import EditTask

pytestmark = pytest.mark.slow


def offer(rig: EditRig) -> Offered:
    return rig.notices(Offered)[-1]


def reasons(rig: EditRig) -> list[str]:
    proposed = [each for each in rig.notices(MoveReported) if each.state is MoveState.PROPOSED]
    return [each.reason for each in proposed]


def lessons(rig: EditRig) -> list[str]:
    return [lesson.learnt.text for result in rig.results for lesson in result.lessons]


def choose(rig: EditRig, choice: int) -> None:
    rig.handle(d.VariantChosen(at=rig.at, offer=offer(rig).offer, choice=choice))
    rig.settle()


def texts(rig: EditRig) -> dict[str, str]:
    return {key: held.text for (_, key), held in rig.daw.contents.items()}


def test_an_edit_is_offered_made_and_taken_back(tmp_path: Path) -> None:
    rig, _ = edit_rig(tmp_path)
    before = texts(rig)
    move = offer(rig).moves[0]
    rig.handle(d.VariantChosen(at=rig.at, offer=offer(rig).offer, choice=1))
    rig.wait(0.2)
    assert texts(rig) != before
    assert (move, "confirmed") in rig.states()
    rig.handle(m.UndoRequested(at=rig.at, move=move))
    rig.wait(0.2)
    assert texts(rig) == before


def test_what_was_found_is_listed_and_a_person_chooses_what_is_offered(tmp_path: Path) -> None:
    rig, _ = edit_rig(tmp_path)
    finds = rig.task.finds
    likelihoods = [find.likelihood for find in finds]
    assert likelihoods == sorted(likelihoods, reverse=True)
    assert len({find.name for find in finds}) == len(finds) > 5
    first, last = offer(rig).offer, finds[-1]  # what is likely to be refused can be asked for
    rig.handle(d.FocusChosen(at=rig.at, track="Bass", what=last.name))
    rig.settle()
    assert offer(rig).offer != first
    assert last.text in reasons(rig)[-len(offer(rig).moves)]
    before = texts(rig)
    choose(rig, 1)
    assert texts(rig) != before
    assert last.name not in [find.name for find in rig.task.finds]


def test_in_assist_a_chosen_find_is_offered_first(tmp_path: Path) -> None:
    rig, _ = edit_rig(tmp_path, mode=Mode.ASSIST, planting=Planting(edges=6, joins=0, holes=0))
    fade = next(find for find in rig.task.finds if "edge that clicks" in find.text)
    rig.handle(d.FocusChosen(at=rig.at, track="Bass", what=fade.name))
    rig.wait(20.0)
    assert fade.text in reasons(rig)[-len(offer(rig).moves)]


def test_a_find_that_is_not_there_is_refused_in_a_sentence(tmp_path: Path) -> None:
    rig, _ = edit_rig(tmp_path)
    first = offer(rig)
    rig.handle(d.FocusChosen(at=rig.at, track="Bass", what="gap 999.000"))
    assert "no find 'gap 999.000' is on Bass" in rig.notices(RequestRefused)[-1].text
    assert offer(rig) == first


def test_what_was_refused_is_not_asked_again(tmp_path: Path) -> None:
    rig, _ = edit_rig(tmp_path)
    for _ in range(12):
        if rig.engine.work.offers.open is None:
            break
        choose(rig, 0)
    finds = [reason.split(";")[0] for reason in reasons(rig)]
    singles = [find for find in finds if " at " in find]
    assert len(singles) == len(set(singles)) > 3


def test_all_like_this_is_one_move_and_one_answer(tmp_path: Path) -> None:
    rig, _ = edit_rig(tmp_path, planting=Planting(pauses=0, joins=0, edges=0, holes=0))
    while rig.engine.work.offers.open and "hits off the grid on" not in reasons(rig)[-1]:
        choose(rig, 0)
    assert "hits off the grid" in reasons(rig)[-1]
    answers = rig.task._agent.answers
    choose(rig, 2)
    assert rig.task._agent.answers == answers + 1
    assert len(rig.pieces("item 0")) > 4


def test_a_hand_that_brings_an_edit_back_is_a_no(tmp_path: Path) -> None:
    rig, _ = edit_rig(tmp_path)
    before = texts(rig)
    choose(rig, 1)
    changed = [key for key, text in texts(rig).items() if text != before[key]]
    for key in changed:
        rig.hear(*rig.daw.edit(ContentKind.ITEM, key, before[key]))
    rig.wait(2.0)
    assert rig.task._agent.answers == 2
    undo = m.UndoRequested(at=rig.at, move=rig.notices(Offered)[0].moves[0])
    rig.handle(undo)
    assert rig.notices(RequestRefused)


def test_without_a_grid_no_hit_moves_and_the_reason_is_given(tmp_path: Path) -> None:
    rig, _ = edit_rig(tmp_path, grid=False)
    while rig.engine.work.offers.open is not None:
        choose(rig, 0)
    assert not any("hit" in reason for reason in reasons(rig))
    assert "without a tempo and bars" in rig.task.rest


def test_a_barred_item_is_left_alone_with_its_reason(tmp_path: Path) -> None:
    rig, _ = edit_rig(tmp_path, barred="it is locked")
    assert rig.notices(Offered) == []


def test_an_item_whose_id_a_split_renewed_is_read_anew_and_not_taken_back(tmp_path: Path) -> None:
    rig, _ = edit_rig(tmp_path)
    before = texts(rig)
    move = offer(rig).moves[0]
    choose(rig, 1)
    key, *_ = (key for key, text in texts(rig).items() if text != before[key])
    held = rig.daw.contents.pop((ContentKind.ITEM, key))
    rig.hear(encode_content_event(ContentGone(at=rig.at, kind=ContentKind.ITEM, key=key)))
    for half, piece in zip("ab", rig_halves(held.text), strict=True):
        place = (ContentKind.ITEM, f"{key}{half}")
        rig.daw.contents[place] = replace(held, text=encode_item([piece], rate=48_000))
        rig.hear(rig.daw.say_content(*place))
    rig.settle()
    rig.handle(m.UndoRequested(at=rig.at, move=move))
    (refused,) = rig.notices(RequestRefused)
    assert len(refused.text) > 10
    assert "\n" not in refused.text
    assert rig.daw.contents[ContentKind.ITEM, f"{key}a"].text != before[key]


def rig_halves(text: str) -> list[Piece]:
    first = decode_item(text)[0]
    middle = first.position_s + first.length_s / 2
    return [first.cut(first.position_s, middle), first.cut(middle, first.end_s)]


def test_a_missing_file_is_reported_in_one_sentence(tmp_path: Path) -> None:
    rig, _ = edit_rig(tmp_path)
    rig.handle(d.VariantChosen(at=rig.at, offer=offer(rig).offer, choice=0))
    for place, held in rig.daw.contents.items():
        held.text = held.text.replace("take.wav", "gone.wav")
        rig.hear(rig.daw.say_content(*place))
    rig.wait(12.0).settle()
    assert "there is no such file here" in rig.task.rest


def test_in_assist_only_fades_and_crossfades_are_made_unasked(tmp_path: Path) -> None:
    rig, _ = edit_rig(tmp_path, mode=Mode.ASSIST)
    for _ in range(10):
        if rig.engine.work.offers.open is not None:
            choose(rig, 0)
        rig.settle()
    made = [each for each in rig.notices(MoveReported) if each.state is MoveState.APPLIED]
    assert made
    assert all("click" in each.reason for each in made)


def test_restored_memory_gives_the_same_answers(tmp_path: Path) -> None:
    rig, _ = edit_rig(tmp_path)
    for _ in range(3):
        choose(rig, 1)
    other = EditTask(load_edit_prior())
    other.load_state(rig.task.state())
    assert other.state() == rig.task.state()
    assert other.beliefs() == rig.task.beliefs() != {}


def test_hands_on_pads_and_fades_correct_the_settings(tmp_path: Path) -> None:
    rig, _ = edit_rig(tmp_path, role=Role.KICK)
    while "pause" not in reasons(rig)[-len(offer(rig).moves)]:
        choose(rig, 0)
    choose(rig, 1)
    place = next(
        place for place in rig.daw.contents if any(piece.is_muted for piece in rig.pieces(place[1]))
    )
    mine = rig.pieces(place[1])
    left, middle, right = mine
    by_hand = [
        replace(left, length_s=left.length_s + 0.1),
        replace(middle, position_s=middle.position_s + 0.1, offset_s=middle.offset_s + 0.1,
                length_s=middle.length_s - 0.1),
        right,
    ]  # fmt: skip
    rig.hear(*rig.daw.edit(*place, encode_item(by_hand, rate=48_000)))
    before = rig.task._agent.settings(0).pad_after_s
    rig.wait(2.0)
    assert rig.task._agent.settings(0).pad_after_s > before
    assert "left after a sound" in lessons(rig)[-1]


def test_items_of_a_group_are_edited_together_or_not_at_all(tmp_path: Path) -> None:
    rig, _ = edit_rig(
        tmp_path, role=Role.SNARE, group="kit", planting=Planting(joins=0, edges=0, holes=0)
    )
    place = (ContentKind.ITEM, "item 0")
    other = replace(rig.daw.contents[place], track=3, name="room")
    rig.daw.contents[ContentKind.ITEM, "room"] = other
    rig.hear(rig.daw.say_content(ContentKind.ITEM, "room"))
    if rig.engine.work.offers.open is not None:
        choose(rig, 0)
    rig.settle()
    choose(rig, 1)
    assert len(rig.pieces("item 0")) > 1
    assert [replace(p, key="") for p in rig.pieces("room")] == [
        replace(p, key="") for p in rig.pieces("item 0")
    ]


def test_a_replay_needs_no_audio(tmp_path: Path) -> None:
    rig, _ = edit_rig(tmp_path)
    for choice in (1, 0):
        choose(rig, choice)
    (tmp_path / "take.wav").unlink()
    first, rig.task = rig.task, EditTask(load_edit_prior())
    engine = rig.make_engine()
    again = [decision for event in rig.events for decision in engine.handle(event).decisions]
    assert again == rig.decisions() != []
    assert rig.task.state() == first.state()
