"""The hub's own script in a Live set in memory: what it tells, sets, shows and refuses."""

from collections import Counter
from collections.abc import Iterator

import pytest
from support.max.fake import Atom, Said, Script

from bridge.daw import surface
from bridge.daw.generic import GenericDialect
from bridge.daws.ableton.wire.curves import fader_db
from bridge.mix.messages import Mode, MoveState, RequestDump, SetParam
from bridge.mix.notices import (
    MIX_ENDORSED,
    MoveReported,
    Rateable,
    RateableChanged,
    StatusChanged,
)
from bridge.mix.params import EQ_BANDS, MOVABLE, SILENCE_DB, Param
from bridge.osc.message import OscMessage

pytestmark = pytest.mark.slow

PORTS = (9401, 11001, 9400)
SONG = ("Kick", "Bass", "Lead Vox")
TO_TAPS, TO_TAP, TO_PANEL = 2, 3, 4
WELCOME = ("/bridge/welcome", "0.6.0", 1)

# Live's fader and what it shows, read in Live: AbletonOSC issues 15 and 44.
READINGS = {
    6: 1, 3: 0.92494, 0: 0.85, -3: 0.77494, -6: 0.7, -9: 0.62494, -12: 0.55, -15: 0.47494,
    -18: 0.4, -21: 0.343664, -24: 0.302414, -27: 0.268256, -30: 0.238439, -33: 0.21163,
    -36: 0.187037, -39: 0.164219, -42: 0.142882, -45: 0.122717, -48: 0.103536, -51: 0.085236,
    -54: 0.067786, -57: 0.051012, -60: 0.034624,
}  # fmt: skip


def make(*names: str) -> Script:
    hub = Script("mixbridge_hub.js", arguments=PORTS, tracks=names or SONG)
    hub.ready()
    return hub


@pytest.fixture
def hub() -> Iterator[Script]:
    with make() as script:
        yield script


@pytest.fixture
def linked(hub: Script) -> Script:
    """A hub that the bridge has answered, and that has settled."""
    hub.advance(0.1)
    hub.message(*WELCOME)
    hub.advance(1.0)
    return hub


def run(hub: Script, seconds: float) -> list[Said]:
    """Time passes, and the bridge is there."""
    said = []
    for _ in range(round(seconds * 2)):
        said += hub.advance(0.5)
        said += hub.message(*WELCOME)
    return said


def wire(said: list[Said]) -> list[list[Atom]]:
    """What went to the bridge, at whichever port."""
    return [atoms for outlet, atoms in said if outlet < 2 and atoms[0] != "/bridge/hello"]


def panel(said: list[Said]) -> dict[Atom, Atom]:
    """What the displays show after it."""
    return {atoms[0]: atoms[-1] for outlet, atoms in said if outlet == TO_PANEL}


def hellos(said: list[Said]) -> list[int]:
    return [outlet for outlet, atoms in said if atoms[0] == "/bridge/hello"]


def notice(what: MoveReported | StatusChanged | RateableChanged) -> tuple[Atom, ...]:
    message = surface.encode_notice(what)
    return (message.address, *message.args)


def proposed(move: str, **changes: object) -> tuple[Atom, ...]:
    fields = {
        "state": MoveState.PROPOSED, "track": 3, "param": Param.GAIN,
        "from_value": -6.0, "to_value": -4.5, "reason": "it sits 3 dB under its place",
    } | changes  # fmt: skip
    return notice(MoveReported(move=move, **fields))  # type: ignore[arg-type]


def about(move: str, kind: Rateable) -> tuple[Atom, ...]:
    return notice(RateableChanged(move=move, kind=kind))


# -- the link ---------------------------------------------------------------------------------


def test_before_live_has_loaded_it_nothing_is_asked_of_live() -> None:
    with Script("mixbridge_hub.js", arguments=PORTS, tracks=SONG) as hub:
        assert hub.message("/mix/refresh", 1) == []
        assert hub.message("tap", 1, "live_set", "tracks", 0) == []


def test_it_asks_one_port_after_the_other_until_one_answers(hub: Script) -> None:
    assert hellos(hub.advance(4.05)) == [0, 1, 0, 1, 0]
    said = hub.message(*WELCOME)
    assert (TO_TAPS, [11001]) in said
    assert hellos(run(hub, 4.0)) == [0, 0]


def test_the_port_is_the_one_that_was_asked_last(hub: Script) -> None:
    assert hellos(hub.advance(1.1))[-1] == 1
    said = hub.message(*WELCOME)
    assert (TO_TAPS, [9400]) in said
    assert {outlet for outlet, atoms in said if str(atoms[0]).startswith("/mix")} == {1}


def test_a_welcome_that_came_late_is_found_out(hub: Script) -> None:
    assert hellos(hub.advance(1.1))[-1] == 1
    hub.message(*WELCOME)  # it was the other one's
    asked = []
    for beat in range(8):
        hub.message("/bridge/heartbeat", beat, "suggest")
        asked += hellos(hub.advance(1.0))
    assert 0 in asked


def test_the_lamp_is_lit_by_the_heartbeat_and_goes_out_without(hub: Script) -> None:
    assert panel(hub.advance(0.2))["lamp"] == 0
    assert panel(hub.message(*WELCOME))["lamp"] == 1
    for beat in range(4):
        hub.message("/bridge/heartbeat", beat, "assist")
        hub.message(*WELCOME)
        assert "lamp" not in panel(hub.advance(2.0))
    lost = panel(hub.advance(2.0))
    assert lost["lamp"] == 0
    assert "mixbridge run" in str(lost["status"])
    assert sorted(set(hellos(hub.advance(3.0)))) == [0, 1]
    assert panel(hub.message(*WELCOME))["lamp"] == 1


def test_the_mode_is_shown_as_the_bridge_has_it(linked: Script) -> None:
    for place, mode in enumerate(Mode):
        assert panel(linked.message("/bridge/heartbeat", place, str(mode)))["mode"] == place


def test_another_bridge_at_the_same_port_is_told_all(linked: Script) -> None:
    assert wire(linked.message("/bridge/heartbeat", 40, "suggest")) == []
    assert wire(linked.message("/bridge/heartbeat", 41, "suggest")) == []
    assert wire(linked.message("/bridge/heartbeat", 0, "suggest"))[0] == ["/mix/tracks", 3]


def test_loaded_again_it_watches_nothing_twice(linked: Script) -> None:
    before = linked.state()["observers"]
    assert linked.message("bang") == []
    assert linked.state()["observers"] == before


def test_a_suggestion_of_a_bridge_that_has_gone_is_not_answered(linked: Script) -> None:
    linked.message(*about("1-7", Rateable.SUGGESTION))
    linked.advance(4.0)
    linked.message(*WELCOME)
    assert wire(linked.message("accept")) == []


# -- what stands ------------------------------------------------------------------------------


def test_a_dump_tells_everything_and_closes_with_the_number(linked: Script) -> None:
    said = wire(linked.message("/mix/refresh", 17))
    assert said[0] == ["/mix/tracks", 3]
    assert said[-1] == ["/mix/synced", 17]
    ids = [str(track["id"]) for track in linked.state()["tracks"]]
    assert said[1:7] == [
        ["/mix/track/1/id", ids[0]],
        ["/mix/track/1/name", "Kick"],
        ["/mix/track/1/gain", pytest.approx(0.0, abs=1e-5)],
        ["/mix/track/1/pan", 0],
        ["/mix/track/1/mute", 0],
        ["/mix/track/1/solo", 0],
    ]


def test_what_it_says_is_what_the_dialect_understands(linked: Script) -> None:
    dialect = GenericDialect()
    for address, *args in wire(linked.message("/mix/refresh", 1)):
        heard = dialect.decode(OscMessage(str(address), tuple(args)), at=1.0)
        assert heard is not None, address


@pytest.mark.parametrize(("what", "live", "told"), [
    ("gain", 0.7, -6.0), ("pan", -0.5, -0.5), ("mute", 1, 1), ("solo", 1, 1),
])  # fmt: skip
def test_a_hand_is_told_at_once(linked: Script, what: str, live: float, told: float) -> None:
    assert linked.do("hand", track=2, what=what, value=live) == []
    said = wire(linked.advance(0.05))
    assert said == [[f"/mix/track/2/{what}", pytest.approx(told, abs=1e-5)]]
    assert wire(linked.advance(1.0)) == []


def test_a_new_name_and_the_transport_are_told(linked: Script) -> None:
    linked.do("name", track=1, name="Kick in")
    linked.do("play", on=1)
    said = wire(linked.advance(0.05))
    assert sorted(said) == [["/mix/track/1/name", "Kick in"], ["/mix/transport/playing", 1]]


def test_tracks_that_are_inserted_moved_or_deleted_are_told_anew(linked: Script) -> None:
    def names(said: list[Said]) -> list[Atom]:
        told = wire(said)
        assert told[0][0] == "/mix/tracks"
        assert told[-1] == ["/mix/synced", 0]
        return [atoms[1] for atoms in told if str(atoms[0]).endswith("/name")]

    linked.do("insert", place=0, name="Snare")
    assert names(linked.advance(0.05)) == ["Snare", *SONG]
    linked.do("move", track=1, to=3)
    assert names(linked.advance(0.05)) == ["Kick", "Bass", "Snare", "Lead Vox"]
    linked.do("remove", track=2)
    assert names(linked.advance(0.05)) == ["Kick", "Snare", "Lead Vox"]
    linked.do("hand", track=2, what="gain", value=0.7)
    assert wire(linked.advance(0.05)) == [["/mix/track/2/gain", pytest.approx(-6.0, abs=1e-5)]]


def test_a_dump_that_is_asked_for_just_then_has_the_new_list(linked: Script) -> None:
    linked.do("insert", place=0, name="Snare")
    said = wire(linked.message("/mix/refresh", 9))
    assert said[0] == ["/mix/tracks", 4]
    assert said[-1] == ["/mix/synced", 9]


def test_a_track_that_has_gone_is_not_watched_any_more(linked: Script) -> None:
    before = linked.state()["observers"]
    for _ in range(5):
        linked.do("insert", place=1, name="Take")
        linked.advance(0.1)
        linked.do("remove", track=2)
        linked.advance(0.1)
    assert linked.state()["observers"] == before


@pytest.mark.parametrize("what", ["gain", "pan"])
def test_what_live_holds_is_barred_with_the_reason_and_free_again(
    linked: Script, what: str
) -> None:
    address = f"/mix/track/2/barred/{what}"
    for name, value, why in (
        ("automation_state", 1, "is automated"),
        ("automation_state", 2, "is automated"),
        ("state", 1, "does nothing: Live shows it as inactive"),
        ("state", 2, "is held by a macro or another device"),
    ):
        linked.do("mark", track=2, what=what, property=name, value=value)
        assert wire(linked.advance(0.05)) == [[address, why]]
        linked.do("mark", track=2, what=what, property=name, value=0)
        assert wire(linked.advance(0.05)) == [[address, ""]]


def test_a_pan_in_split_stereo_is_barred_at_once_and_free_again(linked: Script) -> None:
    linked.do("split", track=2, on=1)
    address = "/mix/track/2/barred/pan"
    why = "is in split stereo, which has no single position"
    assert wire(linked.advance(0.05)) == [[address, why]]
    linked.message("/mix/track/2/pan", 0.5)
    linked.advance(0.2)
    assert linked.state()["writes"] == 0
    linked.do("split", track=2, on=0)
    assert wire(linked.advance(0.05)) == [[address, ""]]


def test_a_dump_says_what_is_barred_and_nothing_of_the_others(linked: Script) -> None:
    linked.do("audio", track=1, on=0)
    linked.advance(0.2)
    said = [atoms for atoms in wire(linked.message("/mix/refresh", 1)) if "barred" in str(atoms[0])]
    assert [atoms[0] for atoms in said] == ["/mix/track/1/barred/gain", "/mix/track/1/barred/pan"]


# -- hands ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values", [[0.5], [0.3 + 0.02 * n for n in range(10)]], ids=["one", "drag"]
)
@pytest.mark.parametrize("what", ["gain", "pan"])
def test_a_hand_wins_against_a_ramp_in_every_phase(values: list[float], what: str) -> None:
    """The bridge hears of it two pulses late, and goes on writing until then."""
    with make() as hub:
        hub.advance(0.1)
        hub.message(*WELCOME)
        hub.advance(1.0)
        for phase in range(25):
            hub.message(*WELCOME)
            hub.message("/bridge/heartbeat", phase, "suggest")
            ramp = [-0.01 * n for n in range(1, 40)]
            began = 10 + phase % 5
            before = len(hub.state()["history"])
            hands = list(values)
            for step, value in enumerate(ramp):
                wanted = value * 20 if what == "gain" else value
                is_heard = step > began + 2
                # A third of the pulse before the write, or behind it, or the pulse itself between.
                if phase % 3 == 0 and not is_heard:
                    hub.message(f"/mix/track/1/{what}", wanted)
                if step >= began and hands:
                    hub.do("hand", track=1, what=what, value=hands.pop(0))
                    before = max(before, len(hub.state()["history"]))
                    if not hands:
                        last = len(hub.state()["history"])
                if phase % 3 == 1:
                    hub.advance(0.05)
                if phase % 3 and not is_heard:
                    hub.message(f"/mix/track/1/{what}", wanted)
                if phase % 3 != 1:
                    hub.advance(0.05)
            state = hub.state()
            assert state["tracks"][0][what] == pytest.approx(values[-1], abs=1e-6)
            assert len(state["history"]) == last
            hub.do("hand", track=1, what=what, value=0.85 if what == "gain" else 0.0)
            run(hub, 1.0)


def test_a_hand_from_another_second_hinders_nothing(linked: Script) -> None:
    linked.do("hand", track=1, what="pan", value=0.5)
    run(linked, 1.0)
    assert wire(linked.message("/mix/track/1/pan", 0.25)) == [["/mix/track/1/pan", 0.25]]


# -- what is asked for ------------------------------------------------------------------------


@pytest.mark.parametrize(("db", "live"), READINGS.items())
def test_the_fader_is_live_s(linked: Script, db: float, live: float) -> None:
    (told,) = wire(linked.message("/mix/track/1/gain", float(db)))
    assert told[1] == pytest.approx(db, abs=0.05)
    linked.do("hand", track=1, what="gain", value=live)
    (read,) = wire(linked.advance(0.05)) or [told]
    assert read[1] == pytest.approx(db, abs=0.25)


def test_the_fader_s_law_is_that_of_the_dialect(linked: Script) -> None:
    for step in range(101):
        linked.do("hand", track=1, what="gain", value=step / 100)
        for _, value in wire(linked.advance(0.05)):
            assert value == pytest.approx(max(fader_db(step / 100), SILENCE_DB), abs=1e-4)
        linked.message("/bridge/welcome", "0.6.0", 1)


def test_the_curve_and_its_inverse_agree_over_the_whole_fader(linked: Script) -> None:
    worst = 0.0
    for step in range(133):
        db = -60.0 + step * 0.5
        (told,) = wire(linked.message("/mix/track/1/gain", db))
        run(linked, 0.5)
        worst = max(worst, abs(float(told[1]) - db))
    print(f"fader, -60 to +6 dB: worst round trip {worst:.4f} dB")  # noqa: T201
    assert worst < 0.05


def test_of_a_ramp_s_steps_the_newest_is_written_ten_times_a_second(linked: Script) -> None:
    told = []
    for step in range(1, 21):  # a second
        told += wire(linked.message("/mix/track/1/pan", step / 20))
        told += wire(linked.advance(0.05))
    told += wire(linked.advance(0.1))
    assert linked.state()["tracks"][0]["pan"] == 1
    assert linked.state()["writes"] in (10, 11)
    assert len(told) == linked.state()["writes"]
    assert told[0] == ["/mix/track/1/pan", pytest.approx(0.05)]
    assert told[-1] == ["/mix/track/1/pan", 1]


def test_a_set_is_answered_with_what_live_holds(linked: Script) -> None:
    assert wire(linked.message("/mix/track/3/pan", 0.25)) == [["/mix/track/3/pan", 0.25]]
    linked.advance(0.1)
    assert wire(linked.message("/mix/track/3/pan", 9)) == [["/mix/track/3/pan", 1]]
    assert wire(linked.message("/mix/track/3/gain", 40)) == [
        ["/mix/track/3/gain", pytest.approx(6.0, abs=1e-5)]
    ]
    assert linked.state()["tracks"][2]["pan"] == 1


def test_every_command_of_the_dialect_is_served_but_for_eq(linked: Script) -> None:
    for row in GenericDialect().rows:
        address = row.address.replace("{n}", "2")
        if row.message is RequestDump:
            assert wire(linked.message(address, 3))[-1] == ["/mix/synced", 3]
        elif row.message is SetParam and row.param not in EQ_BANDS:
            before = linked.state()["writes"]
            ((told, value),) = wire(linked.message(address, -0.5))
            assert (told, value) == (address, pytest.approx(-0.5, abs=1e-5))
            assert linked.state()["writes"] == before + 1


@pytest.mark.parametrize("message", [
    ("/mix/track/4/gain", 0.0), ("/mix/track/0/gain", 0.0), ("/mix/track/1/eq/low/gain", 1.0),
    ("/mix/track/1/mute", 1), ("/mix/track/*/gain", 0.0), ("/nonsense", 1), ("/mix/refresh2", 1),
])  # fmt: skip
def test_what_it_does_not_serve_writes_nothing(linked: Script, message: tuple[Atom, ...]) -> None:
    assert linked.message(*message) == []
    assert linked.state()["writes"] == 0


def test_what_is_no_number_is_not_written(linked: Script) -> None:
    linked.message("/mix/track/1/gain", "loud")
    linked.message("/mix/track/1/pan")
    assert linked.state()["writes"] == 0


@pytest.mark.parametrize(("property_", "value"), [("automation_state", 1), ("state", 2)])
def test_what_is_barred_is_not_written(linked: Script, property_: str, value: int) -> None:
    linked.do("mark", track=1, what="gain", property=property_, value=value)
    said = wire(linked.message("/mix/track/1/gain", -9.0))
    assert said == [["/mix/track/1/gain", pytest.approx(0.0, abs=1e-5)]]
    assert linked.state()["writes"] == 0


def test_a_write_on_its_way_while_tracks_move_reaches_no_other_track(linked: Script) -> None:
    linked.do("move", track=1, to=3)
    linked.message("/mix/track/1/gain", -9.0)  # before the hub has told
    linked.advance(0.1)
    linked.message("/mix/track/1/gain", -9.0)  # before the bridge can have heard
    assert linked.state()["writes"] == 0
    linked.advance(0.6)
    linked.message("/mix/track/1/gain", -9.0)
    assert linked.state()["writes"] == 1


def test_switched_off_it_says_nothing_and_writes_nothing(linked: Script) -> None:
    linked.message("/mix/track/1/gain", -8.0)
    linked.message("/mix/track/1/gain", -9.0)  # waits its turn
    linked.message("enabled", 0)
    assert linked.message("/mix/track/1/gain", -9.0) == []
    assert linked.message("/mix/track/2/pan", 0.5) == []
    assert linked.message("good") == []
    assert linked.advance(5.0) == []
    linked.message("enabled", 1)
    assert hellos(linked.advance(1.0)) != []
    assert linked.state()["writes"] == 1


# -- the person -------------------------------------------------------------------------------


def test_each_thumb_is_a_reward_with_a_name_of_its_own(linked: Script) -> None:
    linked.message(*about("1-7", Rateable.MOVE))
    rewards = [wire(linked.message(thumb))[0] for thumb in ("good", "bad", "good")]
    assert [atoms[:3] for atoms in rewards] == [
        ["/bridge/reward", value, "1-7"] for value in (1, -1, 1)
    ]
    with make() as other:
        other.advance(0.1)
        other.message(*WELCOME)
        other.message(*about("1-7", Rateable.MOVE))
        rewards += wire(other.message("good"))
    assert len({atoms[3] for atoms in rewards}) == 4


def test_a_thumb_answers_the_open_suggestion(linked: Script) -> None:
    linked.message(*about("1-7", Rateable.SUGGESTION))
    assert wire(linked.message("good")) == [["/bridge/accept", "1-7"]]
    assert wire(linked.message("bad")) == [["/bridge/skip", "1-7"]]


def test_where_there_is_nothing_to_rate_nothing_is_sent_and_that_is_shown(linked: Script) -> None:
    linked.message(*about("1-7", Rateable.MOVE))
    linked.message(*about("", Rateable.NOTHING))
    said = linked.message("bad")
    assert wire(said) == []
    assert panel(said)["status"] == "There is nothing to rate now; your answer was not sent."


def test_the_mix_is_endorsed_by_two_presses_and_the_bridges_word_is_shown(linked: Script) -> None:
    first = linked.message("endorse")
    assert (wire(first), panel(first)["endorse"]) == ([], "Sure?")
    assert panel(run(linked, 3.5))["endorse"] == "As I want it"
    linked.message("endorse")
    assert wire(linked.message("endorse")) == [["/bridge/endorse"]]
    noted = linked.message(*notice(StatusChanged(state="online", text=MIX_ENDORSED)))
    assert panel(noted)["status"] == MIX_ENDORSED


def test_every_press_is_a_request_that_the_bridge_grants(linked: Script) -> None:
    linked.message(*about("1-6", Rateable.MOVE))
    said = wire(linked.message("good"))
    linked.message(*about("1-7", Rateable.SUGGESTION))
    presses: list[tuple[Atom, ...]] = [
        ("accept",), ("skip",), ("undo",), ("mode", 2), ("freeze", 1), ("freeze", 0), ("panic",),
        ("panic",), ("endorse",), ("endorse",),
    ]  # fmt: skip
    said += [atoms for press in presses for atoms in wire(linked.message(*press))]
    linked.message(*notice(StatusChanged(state="panic", text="panic: the snapshot stands")))
    said += wire(linked.message("panic"))
    for address, *args in said:
        assert surface.decode_request(OscMessage(str(address), tuple(args)), at=1.0) is not None
    assert [atoms[0] for atoms in said] == [
        "/bridge/reward", "/bridge/accept", "/bridge/skip", "/bridge/undo", "/bridge/mode",
        "/bridge/freeze", "/bridge/freeze", "/bridge/panic", "/bridge/endorse", "/bridge/rearm",
    ]  # fmt: skip
    assert said[1:3] == [["/bridge/accept", "1-7"], ["/bridge/skip", "1-7"]]
    assert said[4] == ["/bridge/mode", "assist"]


def test_panic_is_asked_for_twice(linked: Script) -> None:
    first = linked.message("panic")
    assert wire(first) == []
    assert panel(first)["panic"] == "Sure?"
    assert panel(run(linked, 3.5))["panic"] == "Panic"
    linked.message("panic")
    assert wire(linked.message("panic")) == [["/bridge/panic"]]


def test_a_panic_can_be_rearmed(linked: Script) -> None:
    shown = linked.message(*notice(StatusChanged(state="panic", text="the snapshot stands")))
    assert panel(shown)["panic"] == "Rearm"
    assert wire(linked.message("panic")) == [["/bridge/rearm"]]
    shown = linked.message(*notice(StatusChanged(state="online", text="on")))
    assert panel(shown)["panic"] == "Panic"


def test_a_suggestion_is_shown_with_its_reason_and_answered_once(linked: Script) -> None:
    assert wire(linked.message("accept")) == []
    shown = panel(linked.message(*proposed("2-1")))
    shown |= panel(linked.message(*about("2-1", Rateable.SUGGESTION)))
    assert shown["move"] == "Lead Vox   fader   -6.0 dB to -4.5 dB"
    assert shown["reason"] == "it sits 3 dB under its place"
    assert (shown["state"], shown["answers"]) == ("proposed", 1)
    assert wire(linked.message("accept")) == [["/bridge/accept", "2-1"]]
    shown = panel(linked.message(*proposed("2-1", state=MoveState.APPLIED)))
    shown |= panel(linked.message(*about("2-1", Rateable.MOVE)))
    assert (shown["state"], shown["answers"]) == ("applied", 0)
    assert wire(linked.message("skip")) == []


@pytest.mark.parametrize(("param", "from_", "to", "words"), [
    (Param.PAN, 0.0, -0.3, "pan   C to L30"),
    (Param.PAN, -0.3, 0.55, "pan   L30 to R55"),
    (Param.EQ_HIGHMID, 0.0, 1.5, "high-mid EQ   0.0 dB to +1.5 dB"),
])  # fmt: skip
def test_a_move_is_told_in_an_engineer_s_words(
    linked: Script, param: Param, from_: float, to: float, words: str
) -> None:
    shown = linked.message(*proposed("2-2", param=param, from_value=from_, to_value=to))
    assert panel(shown)["move"] == f"Lead Vox   {words}"


def test_every_parameter_has_its_words(linked: Script) -> None:
    for param in MOVABLE:
        shown = linked.message(*proposed(f"3-{param}", param=param))
        assert str(param) not in str(panel(shown)["move"]) or param is Param.PAN


def test_a_switch_stands_as_the_bridge_says_not_as_the_mouse_left_it(linked: Script) -> None:
    linked.message("/bridge/heartbeat", 1, "suggest")
    linked.message("mode", 3)
    assert panel(linked.message("/bridge/heartbeat", 2, "suggest"))["mode"] == 1
    frozen = StatusChanged(state="frozen", text="frozen")
    assert panel(linked.message(*notice(frozen)))["freeze"] == 1
    linked.message("freeze", 0)
    assert panel(linked.message(*notice(frozen)))["freeze"] == 1


def test_without_a_bridge_a_press_does_not_look_done(hub: Script) -> None:
    hub.advance(1.0)
    assert panel(hub.message("freeze", 1))["freeze"] == 0
    assert wire(hub.message("good")) == []


def test_a_refusal_and_a_lesson_are_shown(linked: Script) -> None:
    assert panel(linked.message("/bridge/error", "no such move"))["status"] == "no such move"
    assert panel(linked.message("/bridge/rewarded", "x", "1-7", 1.0))["state"] == "learnt"


# -- the track devices ------------------------------------------------------------------------


def test_a_track_device_is_told_which_track_it_is_and_counted(linked: Script) -> None:
    ids = [track["id"] for track in linked.state()["tracks"]]
    assert linked.message("tap", 77, "live_set", "tracks", 2) == [(TO_TAP, [77, ids[2]])]
    assert linked.message("tap", 78, "live_set", "tracks", 9) == [(TO_TAP, [78, 0])]
    linked.message("tap", 77, "live_set", "tracks", 2)
    assert "3 tracks   2 heard" in str(panel(linked.advance(0.05))["count"])
    assert "3 tracks   0 heard" in str(panel(run(linked, 6.0))["count"])


# -- the load on Live -------------------------------------------------------------------------


def test_a_dump_of_many_tracks_leaves_in_portions_and_the_last_one_asked_for_is_whole() -> None:
    with make(*(f"Track {number}" for number in range(200))) as hub:
        hub.advance(0.1)
        portions = [hub.message(*WELCOME), hub.message("undo"), hub.advance(0.05)]
        assert [len(wire(portion)) for portion in portions] == [400, 0, 400]
        hub.message("/mix/track/1/gain", -9.0)
        assert hub.state()["writes"] == 0, "the numbers are not told yet"
        said = wire(hub.message("/mix/refresh", 5)) + wire(hub.advance(0.5))
        last = len(said) - said[::-1].index(["/mix/tracks", 200]) - 1
        assert len(said[last:]) == 200 * 6 + 3
        assert len(said) <= 200 * 6 + 5, "what the second dump says anew was not said twice"
        assert said[-1] == ["/mix/synced", 5]
        assert [atoms[0] for atoms in said].count("/bridge/undo") == 1


def test_while_the_numbers_are_still_being_told_nothing_is_written() -> None:
    with make(*(f"Track {number}" for number in range(1000))) as hub:
        hub.advance(0.1)
        hub.message(*WELCOME)
        hub.advance(0.65)  # 6003 messages take 0.75 s
        hub.message("/mix/track/1/gain", -9.0)
        assert hub.state()["writes"] == 0


def test_faders_that_are_all_automated_are_read_in_turn() -> None:
    with make(*(f"Track {number}" for number in range(64))) as hub:
        hub.advance(0.1)
        hub.message(*WELCOME)
        run(hub, 1.0)
        told: Counter[Atom] = Counter()
        for turn in range(40):  # two seconds
            for track in range(1, 65):
                hub.do("hand", track=track, what="gain", value=0.5 + 0.01 * (turn % 9))
            said = wire(hub.advance(0.05))
            assert len(said) <= 8
            told.update(atoms[0] for atoms in said)
        assert len(told) == 64
        assert max(told.values()) - min(told.values()) <= 2


@pytest.mark.parametrize("tracks", [1, 16, 64])
def test_while_nothing_happens_it_says_next_to_nothing(tracks: int) -> None:
    with make(*(f"Track {number}" for number in range(tracks))) as hub:
        hub.advance(0.1)
        dump = wire(hub.message(*WELCOME))
        assert len(dump) <= 400
        dump += wire(hub.advance(1.0))
        said = []
        for beat in range(5):
            hub.message("/bridge/heartbeat", beat, "suggest")
            hub.message(*WELCOME)
            said += hub.advance(2.0)
        print(f"{tracks} tracks: a dump is {len(dump)} messages, ten seconds idle {len(said)}")  # noqa: T201
        assert len(dump) == 6 * tracks + 3
        assert len(said) <= 6


# -- sounds -----------------------------------------------------------------------------------


def proposed_sound(name: str, reason: str) -> list[Atom]:
    return ["/bridge/move", name, "proposed", 2, "device/1/param/4", 0.5, 0.7, reason]


def knob_state(place: int, name: str, role: str, taught: int = 0) -> list[Atom]:
    return ["/bridge/knob/state", place, 3, name, "0.41", role, taught]


def menu(said: list[Said]) -> list[list[Atom]]:
    return [atoms[1:] for outlet, atoms in said if outlet == TO_PANEL and atoms[0] == "knobs"]


def test_the_knobs_in_focus_are_listed_and_locked(linked: Script) -> None:
    linked.message("/bridge/working", "sound", "Bass", "Wavetable")
    said = linked.message(*knob_state(1, "Filter 1 Freq", "cutoff"))
    said += linked.message(*knob_state(2, "Volume", ""))
    assert menu(said) == []
    assert menu(linked.message(*knob_state(3, "Env Decay", "", 1))) == [
        ["clear"],
        ["append", "1 of 3 knobs may move"],
        ["append", "Filter 1 Freq   0.41   may move: cutoff"],
        ["append", "Volume   0.41   locked"],
        ["append", "Env Decay   0.41   locked by you"],
        ["set", 0],
    ]
    assert wire(linked.message("lock", 1)) == [["/bridge/knob", "Filter 1 Freq", "never"]]
    said = linked.message("lock", 2)
    assert wire(said) == []
    assert panel(said)["status"] == "Volume has no known name: say on the page what it is."
    assert wire(linked.message("lock", 3)) == [["/bridge/knob", "Env Decay", "auto"]]
    assert wire(linked.message("lock", 0)) == []


def test_a_list_of_knobs_counts_when_it_is_whole_and_goes_with_its_device(linked: Script) -> None:
    linked.message("/bridge/working", "sound", "Bass", "Wavetable")
    for place in (1, 3):  # the second was lost
        said = linked.message(*knob_state(place, f"Knob {place}", "cutoff"))
        assert menu(said) == []
    for place in (1, 2, 3):
        said = linked.message(*knob_state(place, f"Knob {place}", "cutoff"))
    assert ["append", "3 of 3 knobs may move"] in menu(said)
    for place in (1, 2, 3):  # the same again
        said = linked.message(*knob_state(place, f"Knob {place}", "cutoff"))
    assert menu(said) == []
    assert menu(linked.message("/bridge/working", "sound", "Bass", "Wavetable")) == []
    said = linked.message("/bridge/working", "mix", "", "")
    assert menu(said) == [["clear"], ["append", "no knobs"], ["set", 0]]
    assert wire(linked.message("lock", 1)) == []


def test_an_offer_is_shown_with_its_reasons_and_picked(linked: Script) -> None:
    said = linked.message("/bridge/working", "sound", "Bass", "Wavetable")
    assert panel(said)["working"] == "sound   Bass   Wavetable"
    said = linked.message(*proposed_sound("1-1", "brighter, shorter"))
    assert "0.50 to 0.70" in str(panel(said)["move"])
    said = linked.message(*proposed_sound("1-2", "duller"))
    assert panel(said)["reason"] == "duller"
    said = linked.message("/bridge/offer", "o1-1", 2, "1-1", "1-2")
    assert [panel(said)[f"offer{letter}"] for letter in "ABC"] == [
        "A  brighter, shorter", "B  duller", "",
    ]  # fmt: skip
    assert panel(said)["picks"] == 1
    assert wire(linked.message("pick", 3)) == []
    assert wire(linked.message("pick", 2)) == [["/bridge/choose", "o1-1", 2]]
    assert wire(linked.message("pick", 0)) == [["/bridge/choose", "o1-1", 0]]
    said = linked.message("/bridge/offer", "o1-1", 0)
    assert panel(said)["picks"] == 0
    assert wire(linked.message("pick", 1)) == []
