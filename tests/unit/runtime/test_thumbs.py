"""What a thumb is about, and what it becomes."""

import pytest
from support.desk import Desk

from bridge.mix.messages import Event, Mode, RewardReceived, SuggestionAccepted, SuggestionSkipped
from bridge.mix.notices import Rateable, RateableChanged
from bridge.mix.params import Param
from bridge.runtime.thumbs import answer_of, find_rateable


def about(desk: Desk) -> tuple[str, Rateable]:
    found = find_rateable(desk.engine)
    return found.move, found.kind


def test_a_thumb_is_about_the_newest_move_until_it_is_judged_and_never_about_an_older_one() -> None:
    desk = Desk().connect()
    assert about(desk) == ("", Rateable.NOTHING)
    desk.move("Kick", Param.GAIN, 1.0)
    newest = desk.move("Vox", Param.GAIN, 1.0)
    assert about(desk) == (newest, Rateable.MOVE)
    desk.reward(-1.0, newest)
    assert about(desk) == ("", Rateable.NOTHING)


def test_an_open_suggestion_goes_before_a_move() -> None:
    desk = Desk().connect()
    desk.move("Kick", Param.GAIN, 1.0)
    desk.choose(Mode.SUGGEST)
    desk.wish("Vox", Param.GAIN, 1.0)
    desk.run(7.0)
    suggestion = desk.engine.moves.suggestion
    assert suggestion is not None
    assert about(desk) == (suggestion.id, Rateable.SUGGESTION)


@pytest.mark.parametrize(
    ("kind", "value", "event"),
    [
        (Rateable.SUGGESTION, 1.0, SuggestionAccepted(at=1.0, move="1-2")),
        (Rateable.SUGGESTION, -1.0, SuggestionSkipped(at=1.0, move="1-2")),
        (Rateable.MOVE, -1.0, RewardReceived(at=1.0, value=-1.0, move="1-2", reward_id="")),
        (Rateable.NOTHING, 1.0, None),
    ],
)
def test_a_thumb_names_what_it_is_about(kind: Rateable, value: float, event: Event | None) -> None:
    assert answer_of(RateableChanged(move="1-2", kind=kind), value, at=1.0) == event
