"""What the page is told, from views of a real engine."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.desk import Desk
from support.typescript import STATIC, faults

from bridge.engine.view import View, make_view
from bridge.guard.guard import Guard
from bridge.mix import messages as m
from bridge.mix.messages import Mode, Slot, StripSwitch
from bridge.mix.notices import StatusChanged
from bridge.mix.params import MOVABLE, LockClass, Param
from bridge.mix.state import Observation
from bridge.web.board import Board
from bridge.web.views import predicted, schema, sections

SILENT = np.full((8, 2), np.nan)


class Looked:
    """A desk and what the page shows of it, as the page's service does it."""

    def __init__(self, mode: Mode = Mode.SUGGEST) -> None:
        self.desk = Desk(mode=mode).connect()
        self.board = Board()
        self._seen = 0

    def view(self, levels: np.ndarray = SILENT) -> View:
        state, text = self.desk.engine.status
        return make_view(
            self.desk.engine, status=StatusChanged(state=state, text=text), levels=levels,
            at=self.desk.at, epoch=1000.0, with_beliefs=True,
        )  # fmt: skip

    def look(self) -> dict[str, Any]:
        """All sections, as a client gets them."""
        ledger, view = self.desk.engine.ledger, self.view()
        rewards = [answer.value for answer in ledger.answers]
        self.board.update(view, ledger.since(self._seen), rewards)
        self._seen = ledger.version
        text = json.dumps(
            {
                name: section.make()
                for name, section in sections(
                    view, self.board.rows, rows_version=0, rewards=rewards,
                    beliefs=view.beliefs or {},
                ).items()
            },
            allow_nan=False,
        )  # fmt: skip
        shown: dict[str, Any] = json.loads(text)
        return shown

    def hear(self, *levels: float) -> None:
        """Let the meters say what each strip plays."""
        rows = [[level, level + 9.0, *[level - 10.0] * 10] for level in levels]
        self.desk.at += 1.0
        self.desk.do(
            m.MetersRead(
                at=self.desk.at, since=self.desk.at - 0.5,
                levels=np.array(rows, dtype="<f4").tobytes(),
            )
        )  # fmt: skip


def test_strips_have_names_bounds_locks_and_what_is_allowed() -> None:
    looked = Looked()
    looked.desk.safe("Bass", "eq")
    looked.desk.do(
        m.StripSwitched(
            at=looked.desk.at, switch=StripSwitch.ACT, track="Vox", lock_class=LockClass.PAN,
            on=False,
        )
    )  # fmt: skip
    strips = looked.look()["strips"]
    assert [strip["name"] for strip in strips] == ["Kick", "Bass", "Vox"]
    assert strips[1]["safe"] == ["eq"]
    assert strips[2]["noAct"] == ["pan"]
    assert (strips[0]["low"][0], strips[0]["high"][0]) == (-12.0, 6.0)
    assert strips[0]["snapshot"] == [0.0] * 6


def test_the_bounds_shown_are_those_to_which_the_guard_shortens_a_move() -> None:
    looked = Looked()
    desk = looked.desk
    desk.hand(1, Param.GAIN, -20.0)  # a hand may go further than the bridge
    desk.run(3.0)
    guard, mix = desk.engine.guard, desk.engine.mix
    observation = mix.observe()
    for mode, is_show in ((Mode.SUGGEST, False), (Mode.GIG, False), (Mode.GIG, True)):
        desk.choose(mode)
        if is_show:
            guard.show.begin({(strip.key, Param.GAIN): 0.0 for strip in mix.strips})
        strips = looked.look()["strips"]
        for row, column in ((0, 0), (1, 0), (1, 1), (2, 2)):
            value = observation.values[row, column]
            low, high = (strips[row][end][column] for end in ("low", "high"))
            assert low <= value <= high or is_show
            for step, end in ((-99.0, low), (99.0, high)):
                granted = _reach(guard, observation, row, column, step)
                assert granted is None or low - 1e-6 <= value + granted <= high + 1e-6
                near = abs(end - value) < guard.limits.step[column] * guard.scale
                assert not near or granted is None or value + granted == pytest.approx(end)
    assert strips[1]["high"][0] == pytest.approx(1.5), "in a show a fader goes up a little"
    assert strips[2]["high"][2] == 0.0, "and EQ is only cut"


def _reach(
    guard: Guard, observation: Observation, row: int, column: int, step: float
) -> float | None:
    """How far the guard lets one move go at most; None where it allows none."""
    steps = np.zeros(observation.values.shape)
    steps[row, column] = step
    granted, allowed = guard.shape(observation, steps, MOVABLE, at=1e6)
    return float(granted[row, column]) if allowed[row, column] else None


def test_sends_that_are_known_are_shown_by_name() -> None:
    looked = Looked()
    looked.desk.hand(3, Param.SEND_1, -9.5)
    strips = looked.look()["strips"]
    assert [strip["sends"] for strip in strips] == [{}, {}, {"send 1": -9.5}]


def test_why_the_daw_makes_us_leave_a_strip_alone_is_said_once_a_reason() -> None:
    looked = Looked()
    for kind in (LockClass.GAIN, LockClass.EQ):
        looked.desk.do(
            m.TrackBarred(at=looked.desk.at, track=2, lock_class=kind, reason="also moves Wedge 2")
        )
    looked.desk.do(
        m.TrackBarred(at=looked.desk.at, track=3, lock_class=LockClass.ALL, reason="has no name")
    )
    barred = [strip["barred"] for strip in looked.look()["strips"]]
    assert barred == ["", "also moves Wedge 2 (gain, EQ)", "has no name"]


def test_values_and_levels_that_are_unknown_are_null() -> None:
    looked = Looked()
    looked.desk.hand(3, Param.GAIN, -150.0)
    shown = looked.look()
    assert shown["values"][2][0] == -150.0
    assert shown["levels"] == [[None, None]] * 3


def test_a_suggestion_says_what_why_how_sure_and_what_it_would_change() -> None:
    looked = Looked()
    looked.hear(-20.0, -20.0, -20.0)
    looked.desk.wish("Vox", Param.GAIN, 3.0)
    looked.desk.run(7.0)
    suggestion = looked.look()["now"]["suggestion"]
    assert suggestion["what"] == "Vox gain: 0.0 dB → +3.0 dB"
    assert suggestion["why"] == "it was wished for"
    assert suggestion["sureWords"] == "you have often said so"
    assert suggestion["effect"] == "The track gets 3.0 dB louder, the whole mix 1.2 dB louder."
    assert (suggestion["number"], suggestion["class"]) == (3, "gain")


@pytest.mark.parametrize(
    ("param", "text"),
    [
        (Param.PAN, "sideways"),
        (Param.GAIN, "not been heard"),
    ],
)
def test_what_cannot_be_predicted_is_said(param: Param, text: str) -> None:
    assert text in predicted(Looked().view(), 0, param, {0: 0.5})


def test_the_newest_move_is_rated_until_its_reward_is_confirmed() -> None:
    looked = Looked(mode=Mode.ASSIST)
    move = looked.desk.move("Vox", Param.GAIN, 1.0)
    assert looked.look()["now"]["rating"] == move
    looked.desk.reward(1.0, move)
    now = looked.look()["now"]
    assert (now["rating"], now["undo"]) == (None, move)
    assert looked.look()["learning"]["rewards"] == [1.0]
    looked.desk.undo()
    assert looked.look()["now"]["undo"] is None


def test_why_there_is_nothing_to_rate_is_said_in_words() -> None:
    looked = Looked(mode=Mode.OBSERVE)
    assert "only watches" in looked.look()["now"]["why"]
    looked.desk.choose(Mode.SUGGEST)
    assert "Listening" in looked.look()["now"]["why"]
    looked.desk.freeze()
    assert "unfreeze" in looked.look()["now"]["why"]


def test_the_loudness_of_before_and_after_is_told() -> None:
    looked = Looked(mode=Mode.ASSIST)
    looked.hear(-20.0, -20.0, -20.0)
    assert looked.look()["compare"]["changed"] == 0
    looked.desk.move("Vox", Param.GAIN, 3.0)
    compare = looked.look()["compare"]
    assert compare["changed"] == 1
    assert compare["louder"] == pytest.approx(10 * np.log10((2 + 10**0.3) / 3), abs=0.05)
    assert compare["before"][2][0] == 0.0


def test_pins_are_told() -> None:
    looked = Looked()
    looked.desk.do(m.MixPinned(at=looked.desk.at, slot=Slot.B))
    assert looked.look()["status"]["pins"] == ["B"]


def test_the_history_has_moves_hands_and_rewards_in_order() -> None:
    looked = Looked(mode=Mode.ASSIST)
    move = looked.desk.move("Vox", Param.GAIN, 1.0)
    looked.desk.reward(1.0, move)
    looked.desk.hand(1, Param.PAN, 0.5)
    looked.desk.run(3.0)
    looked.look()
    rows = json.loads(looked.board.since(0))["rows"]
    assert [(row["actor"], row["state"], row["reward"]) for row in rows] == [
        ("bridge", "confirmed", 1.0),
        ("hand", "", None),
    ]
    assert [row["n"] for row in rows] == [1, 2]
    assert rows[0]["heard"] >= rows[0]["at"] > 1000.0, "wall time"
    assert (rows[0]["track"], rows[1]["track"]) == ("Vox", "Kick")
    assert rows[0]["saved"] is False
    looked.desk.engine.ledger.record_saved("r")
    looked.look()
    rows = json.loads(looked.board.since(0))["rows"]
    assert [row["saved"] for row in rows if row["actor"] == "bridge"] == [True]


def test_a_client_gets_what_has_changed_since_it_looked_and_nothing_twice() -> None:
    looked = Looked(mode=Mode.ASSIST)
    looked.look()
    first = json.loads(looked.board.since(0))
    assert {"status", "strips", "values", "levels", "now", "learning", "compare"} <= set(first)
    seen = looked.board.version
    looked.look()
    assert looked.board.since(seen) == ""
    looked.desk.move("Vox", Param.GAIN, 1.0)
    looked.look()
    later = json.loads(looked.board.since(seen))
    assert {"values", "now", "rows"} <= set(later)
    assert "levels" not in later
    assert json.loads(looked.board.since(0))["rows"] == later["rows"]


@pytest.mark.slow
def test_what_is_sent_is_what_the_page_s_types_say(tmp_path: Path) -> None:
    """As literals: TypeScript refuses what is missing, what is too much, and other types."""
    looked = Looked()
    looked.hear(-20.0, -20.0, -20.0)
    looked.desk.hand(3, Param.SEND_1, -9.5)
    looked.desk.wish("Bass", Param.GAIN, 1.0)
    looked.desk.run(7.0)
    looked.desk.accept(looked.look()["now"]["suggestion"]["id"])
    looked.desk.reward(1.0)
    looked.desk.wish("Vox", Param.GAIN, 3.0)
    looked.desk.run(30.0)
    shown = looked.look()
    rows = json.loads(looked.board.since(0))["rows"]
    assert all((shown["now"]["suggestion"], rows, shown["learning"]["rewards"]))
    sample = tmp_path / "sample.ts"
    sample.write_text(
        f"""import {{ Row, Schema, Sections }} from {json.dumps((STATIC / "types.js").as_posix())};
type Elsewhere = "midi" | "clients" | "way";
export const schema: Schema = {json.dumps(schema())};
export const rows: Row[] = {json.dumps(rows)};
export const sections: Omit<Sections, Elsewhere> = {json.dumps(shown)};
""",
        encoding="utf-8",
    )
    assert faults("--noEmit", "--strict", "--lib", "es2022,dom", str(sample)) == ""


def test_the_schema_has_the_bridge_s_own_words_and_ranges() -> None:
    shown = schema()
    assert [each["name"] for each in shown["params"]] == list(MOVABLE)
    assert shown["params"][0] == {
        "name": "gain", "words": "gain", "class": "gain", "range": [-60.0, 6.0],
    }  # fmt: skip
    assert shown["classes"] == {"gain": "gain", "eq": "EQ", "pan": "pan"}
    assert "lead" in shown["roles"]
