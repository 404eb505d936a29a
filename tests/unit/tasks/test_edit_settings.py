"""How edits are made is learnt: how far hits move, how quiet a pause has to be, pads and fades."""

from dataclasses import replace

import numpy as np
import pytest

from bridge.mix.items import Piece
from bridge.tasks.edit.agent import EAGER, EditAgent
from bridge.tasks.edit.candidates import Candidate, Settings
from bridge.tasks.edit.corrections import Corrections, corrected
from bridge.tasks.edit.geometry import Edit, Kind, change
from bridge.tasks.edit.prior import SETTINGS_OF, EditRole, load_edit_prior
from bridge.tasks.edit.words import describe_settings, describe_work

TRACKS = [("bass", EditRole.BASS), ("drums", EditRole.DRUMS)]
WHOLE = Piece(source="/a.wav", position_s=1.0, length_s=8.0, offset_s=0.5)


def make_agent(*, is_learning: bool = True) -> EditAgent:
    agent = EditAgent(load_edit_prior(), is_learning=is_learning)
    agent.attend(TRACKS)
    return agent


def hit(strength: float, *, late_ms: float = 50.0, at_s: float = 4.0) -> Candidate:
    by_s = -1e-3 * late_ms * strength
    edit = Edit(kind=Kind.TIMING, start_s=at_s, end_s=at_s + 0.5, by_s=by_s)
    return Candidate(edit=edit, size=late_ms)


def pause(under_db: float) -> Candidate:
    edit = Edit(kind=Kind.GAP, start_s=3.0, end_s=6.0)
    return Candidate(edit=edit, size=3.0, under_db=under_db)


def test_no_and_yes_teach_how_far_hits_move_for_that_role() -> None:
    agent = make_agent()
    assert agent.settings(1).strength == pytest.approx(1.0)
    for _ in range(12):
        tried = agent.tried_settings(1).strength
        agent.learn(1, [hit(tried)], 1.0 if abs(tried - 0.6) < 0.15 else -1.0)
    assert agent.settings(1).strength == pytest.approx(0.6, abs=0.15)
    assert agent.settings(0).strength > agent.settings(1).strength
    assert agent.beliefs()["drums"]["timing"]["strength"] < 0.8


def test_a_pause_that_is_refused_was_not_quiet_enough() -> None:
    agent = make_agent()
    before = agent.value(0, pause(28.0)), agent.value(0, pause(60.0))
    for _ in range(4):
        agent.learn(0, [pause(28.0)], -1.0)
        agent.learn(0, [pause(60.0)], 1.0)
    assert agent.settings(0).depth_db > 28.0
    assert agent.value(0, pause(28.0)) < before[0] - 0.3
    assert agent.value(0, pause(60.0)) >= before[1]


def test_an_accepted_shallow_pause_makes_room_for_more() -> None:
    agent = make_agent()
    for _ in range(4):
        agent.learn(0, [pause(23.0)], 1.0)
    assert agent.settings(0).depth_db < 24.5


def test_a_silent_pause_says_nothing_of_how_quiet_it_has_to_be() -> None:
    agent = make_agent()
    before = agent.settings(0)
    agent.learn(0, [pause(90.0)], -1.0)
    assert agent.settings(0).depth_db == pytest.approx(before.depth_db, abs=1e-9)


def test_settings_are_tried_among_the_first_answers_only() -> None:
    agent = make_agent()
    assert agent.tried_settings(0).shallow_db > 1.0
    assert make_agent(is_learning=False).tried_settings(0) == make_agent().settings(0)
    agent.answers = EAGER
    assert agent.tried_settings(0) == agent.settings(0)


def test_a_hand_on_a_moved_hit_says_how_far_it_is_to_move() -> None:
    one = hit(1.0)
    _, ours = change([WHOLE], [one.edit])
    theirs = [
        replace(piece, position_s=piece.position_s + 0.02)
        if piece.shift_s != WHOLE.shift_s else piece
        for piece in ours
    ]  # fmt: skip
    ((name, value),) = corrected([WHOLE], ours, theirs, [one], Settings()).settings
    assert (name, value) == ("strength", pytest.approx(0.6))
    agent = make_agent()
    agent.correct(0, name, value)
    assert agent.settings(0).strength == pytest.approx(0.6, abs=0.1)


def test_a_hit_that_a_hand_brings_back_alone_is_refused() -> None:
    hits = [hit(1.0, at_s=3.0), hit(1.0, at_s=6.0)]
    _, ours = change([WHOLE], [one.edit for one in hits])
    theirs = [
        replace(piece, position_s=piece.position_s + 0.05)
        if piece.shift_s != WHOLE.shift_s and piece.position_s > 5.0 else piece
        for piece in ours
    ]  # fmt: skip
    said = corrected([WHOLE], ours, theirs, hits, Settings())
    assert said == Corrections(refused=(hits[1],))


def test_a_pause_that_a_hand_unmutes_is_refused() -> None:
    one = pause(40.0)
    _, ours = change([WHOLE], [one.edit])
    theirs = [replace(piece, is_muted=False) for piece in ours]
    assert corrected([WHOLE], ours, theirs, [one], Settings()) == Corrections(refused=(one,))


@pytest.mark.parametrize(
    ("kind", "setting"),
    [(Kind.FADE, "fade_s"), (Kind.JOIN, "crossfade_s"), (Kind.HOLE, "crossfade_s")],
)
def test_a_hand_on_a_fade_is_about_fades_or_about_crossfades(kind: Kind, setting: str) -> None:
    ours = [replace(WHOLE, fade_out_s=0.006)]
    theirs = [replace(WHOLE, fade_out_s=0.02)]
    one = Candidate(edit=Edit(kind=kind, start_s=9.0), size=30.0)
    said = corrected([WHOLE], ours, theirs, [one], Settings())
    assert said.settings == ((setting, 0.02),)


def test_edges_of_a_pause_correct_the_pads() -> None:
    _, ours = change([WHOLE], [pause(40.0).edit])
    left, middle, right = ours
    later = replace(middle.cut(middle.position_s + 0.1, middle.end_s), is_muted=True)
    said = corrected([WHOLE], ours, [left, later, right], [pause(40.0)], Settings())
    assert said.settings == (("pad_after_s", pytest.approx(0.25)),)


def test_other_pieces_or_files_correct_nothing() -> None:
    _, ours = change([WHOLE], [pause(40.0).edit])
    for theirs in (ours[:1], [replace(piece, source="/b.wav") for piece in ours]):
        assert corrected([WHOLE], ours, theirs, [pause(40.0)], Settings()) == Corrections()


def test_what_is_learnt_is_said_in_words() -> None:
    assert describe_settings(Kind.TIMING, {"strength": 0.6}) == (
        "I think you want hits moved 60 % of the way to the grid",
    )
    assert describe_settings(Kind.FADE, {"strength": 0.6}) == ()
    assert "30 ms, 60 % of the way to the grid" in describe_work([hit(0.6)], Settings())
    for kind, names in SETTINGS_OF.items():
        settings = {name: getattr(Settings(), name) for name in names}
        assert len(describe_settings(kind, settings)) == len(names)


def test_a_coins_answers_move_settings_little() -> None:
    rng = np.random.default_rng(3)
    ends = []
    for _ in range(20):
        agent = make_agent()
        for _ in range(30):
            agent.learn(0, [hit(agent.tried_settings(0).strength)], float(rng.choice([-1.0, 1.0])))
        ends.append(agent.settings(0).strength)
    assert np.mean(ends) > 0.6
