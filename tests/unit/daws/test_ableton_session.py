"""Whole sessions with a Live in memory: AbletonOSC as it behaves, with and without our devices."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from support.ableton.fake import TICK_S, LiveTrack, encode_reply, eq_eight, f32, utility
from support.ableton.session import AbletonSession
from support.repeats import repeated

from bridge.daws.ableton.wire.curves import fader_db, fader_position, meter_position
from bridge.daws.ableton.wire.facts import GONE, TOO_OLD
from bridge.mix import messages as m
from bridge.mix.messages import MoveState
from bridge.mix.params import EQ_BANDS, LockClass, Param
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscBundle, OscMessage

pytestmark = pytest.mark.slow

SIZES = pytest.mark.parametrize(
    "tracks", [3, *(pytest.param(tracks, marks=pytest.mark.slow) for tracks in (16, 64))]
)
REACTIONS = pytest.mark.parametrize("is_quick", [True, False], ids=["quick", "a tick late"])


def song(tracks: int) -> list[str]:
    return [f"Track {number}" for number in range(tracks)]


def open_session(*names: str, hub: bool = False, is_quick: bool = True) -> AbletonSession:
    return AbletonSession(*names, hub=hub, is_quick=is_quick).run(3.0)


@SIZES
def test_the_first_dump_tells_what_live_holds(tracks: int) -> None:
    session = AbletonSession(*song(tracks))
    session.live.hand("Track 1", Param.GAIN, 0.5)
    session.live.hand("Track 2", Param.EQ_HIGH, 2.0)
    session.live.tracks[0].mute = True
    session.run(2.0)
    assert session.engine.status[0] == "online"
    session.assert_same()
    session.assert_nothing_went_wrong()


@SIZES
@REACTIONS
@pytest.mark.parametrize(
    "param", repeated([Param.GAIN, Param.EQ_LOW, Param.PAN, Param.EQ_HIGHMID], first=2)
)
def test_a_move_is_made_and_confirmed(tracks: int, is_quick: bool, param: Param) -> None:
    session = open_session(*song(tracks), is_quick=is_quick)
    step = 0.2 if param is Param.PAN else 1.5
    session.move("Track 1", param, step)
    assert session.live.track("Track 1").value(param) == pytest.approx(step, abs=0.01)
    session.assert_same()
    session.assert_nothing_went_wrong()


@SIZES
def test_a_hand_on_a_fader_is_seen_within_a_second_and_wins(tracks: int) -> None:
    session = open_session(*song(tracks))
    session.wish("Track 2", Param.GAIN, -3.0)
    session.run(1.2)
    assert session.live.written
    session.live.hand("Track 2", Param.GAIN, f32(0.7))
    session.run(1.0)
    written = len(session.live.written)
    session.run(3.0)
    assert len(session.live.written) == written
    assert session.live.track("Track 2").value(Param.GAIN) == pytest.approx(-6.0, abs=0.01)
    assert [hand[2] for hand in session.agent.hands] == pytest.approx([-6.0], abs=0.01)
    session.assert_same()


def insert(session: AbletonSession) -> None:
    session.live.tracks.insert(0, LiveTrack("New"))


def delete(session: AbletonSession) -> None:
    session.live.tracks.pop(0)


def reorder(session: AbletonSession) -> None:
    session.live.tracks.append(session.live.tracks.pop(0))


@SIZES
@pytest.mark.parametrize("hub", [False, True], ids=["alone", "hub"])
@pytest.mark.parametrize("param", repeated([Param.GAIN, Param.EQ_LOWMID], first=1))
@pytest.mark.parametrize("rearrange", [insert, delete, reorder])
def test_tracks_rearranged_in_the_middle_of_a_move_get_no_write_of_anothers(
    tracks: int, hub: bool, param: Param, rearrange: Callable[[AbletonSession], None]
) -> None:
    session = open_session(*song(tracks), hub=hub)
    session.wish("Track 2", param, -3.0)
    session.run(1.0)
    assert session.live.written  # in the middle of its ramp
    rearrange(session)
    session.run(4.0)
    session.assert_same()
    session.move("Track 2", Param.PAN, 0.1)
    for track in session.live.tracks:
        if track.name != "Track 2":
            assert [track.value(p) for p in (Param.GAIN, Param.PAN, *EQ_BANDS)] == pytest.approx(
                [0.0] * 6, abs=1e-5
            )
    session.assert_same()
    session.assert_nothing_went_wrong()


@pytest.mark.parametrize("rearrange", [insert, delete, reorder])
def test_a_write_overtaken_by_a_person_in_the_same_tick_is_put_back_in_the_next(
    rearrange: Callable[[AbletonSession], None],
) -> None:
    """AbletonOSC has no write on a condition: that it met another is known from its own frame."""
    session = open_session("Kick", "Bass", "Snare", "Vox", is_quick=False)
    session.wish("Snare", Param.GAIN, -3.0)
    session.run(1.5)
    done = False

    def overtake() -> None:
        nonlocal done
        queued = [message for datagram, _ in session.live._queue for message in decode(datagram)]
        if not done and any(message.address.startswith("/live/track/set") for message in queued):
            rearrange(session)
            done = True

    session.on_tick = overtake
    session.run(4.0)
    assert done
    wrong = session.wrong_writes()
    assert len(wrong) == 2  # the write, and what puts it right
    assert wrong[1].tick - wrong[0].tick <= 2
    assert wrong[1].value == wrong[0].before
    assert session.dialect.facts(at=session.at)["put_right"] == 1
    for track in session.live.tracks:
        if track.name != "Snare":
            assert track.value(Param.GAIN) == pytest.approx(0.0, abs=1e-5)
    session.assert_same()


def test_a_set_closed_and_another_opened_is_met_anew() -> None:
    session = open_session("Kick", "Bass", "Vox")
    session.wish("Vox", Param.GAIN, -3.0)
    session.run(1.0)
    session.live.open_set(["Drums", "Kick", "Bass", "Vox"])
    session.run(4.0)
    assert session.engine.status[0] == "online"
    session.assert_same()
    session.move("Drums", Param.GAIN, 1.0)
    session.assert_same()


def test_a_modal_live_is_waited_for_and_nothing_is_done_twice() -> None:
    session = open_session("Kick", "Bass", "Vox")
    session.wish("Vox", Param.GAIN, -3.0)
    session.run(1.0)
    session.live.is_modal = True
    session.run(5.0)
    assert session.engine.status[0] == "stale"
    assert len(session.live._queue) <= 10
    session.live.is_modal = False
    session.run(4.0)
    assert session.engine.status[0] == "online"
    session.assert_same()
    session.move("Bass", Param.GAIN, 1.0)
    session.assert_same()
    session.assert_nothing_went_wrong()


def test_tracks_that_were_moved_behind_an_open_dialogue_get_no_write_of_anothers() -> None:
    session = open_session("Kick", "Bass", "Vox")
    session.wish("Vox", Param.GAIN, -3.0)
    session.run(1.0)
    session.live.is_modal = True
    session.run(5.0)
    session.live.tracks.reverse()
    session.live.is_modal = False
    session.run(4.0)
    session.assert_same()
    assert session.live.track("Kick").value(Param.GAIN) == pytest.approx(0.0, abs=1e-5)
    assert session.live.track("Bass").value(Param.GAIN) == pytest.approx(0.0, abs=1e-5)


def test_another_client_steals_faults_and_no_answers() -> None:
    session = open_session("Kick", "Bass", "Vox")

    def interfere() -> None:
        for address, args in (
            ("/live/song/get/track_data", (0, 1, "track.name")),
            ("/live/track/get/volume", (1,)),
            ("/live/nonsense", ()),
        ):
            session.live.receive(encode(OscMessage(address, args)), sender="10.0.0.9")
            session.live.receive(encode(OscMessage(address, args)))  # its answers come to us

    session.on_tick = interfere
    session.move("Vox", Param.GAIN, -2.0)
    session.move("Vox", Param.EQ_LOW, -2.0)
    assert session.engine.status[0] == "online"
    session.assert_same()
    session.assert_nothing_went_wrong()
    assert not [text for text in session.sentences if "AbletonOSC" in text]


def test_without_abletonosc_little_is_said_and_it_is_met_when_it_comes() -> None:
    session = AbletonSession()
    session.live.is_absent = True
    session.run(10.0)
    assert session.engine.status[0] == "offline"
    assert len(session.packets) <= 11
    session.live.start()
    session.run(3.0)
    session.assert_same()


def test_an_old_abletonosc_is_named_as_that() -> None:
    session = AbletonSession()
    session.live.is_old = True
    session.run(5.0)
    assert session.engine.status[1] == TOO_OLD
    assert session.engine.mix.strips == []
    session.agent.wishes.append(("Vox", Param.GAIN, 1.0))
    session.run(3.0)
    assert session.live.written == []


def test_a_reloaded_abletonosc_says_what_to_click_and_is_met_again_after_it() -> None:
    session = open_session("Kick", "Bass", "Vox")
    session.live.is_reloaded = True
    session.run(5.0)
    assert session.engine.status[0] == "stale"
    assert session.engine.status[1] == GONE  # and so it is told to whoever asks now
    assert not [text for text in session.sentences if "too old" in text]
    session.wish("Vox", Param.GAIN, 1.0)
    session.run(3.0)
    assert session.live.written == []
    session.live.start()
    session.run(10.0)
    session.assert_same()
    session.move("Vox", Param.PAN, 0.1)


def test_a_silent_abletonosc_is_seen_within_seconds_whatever_our_devices_say() -> None:
    session = open_session("Kick", "Bass", "Vox", hub=True)
    assert session.hub
    session.live.is_absent = True
    for second in range(10):
        session.live.tracks[0].name = f"Kick {second}"  # the hub has news each second
        for _ in range(10):
            session.play_tap("Vox", -12.0)
            session.run(0.1)
        assert second < 5 or session.engine.status[0] == "stale"
    session.live.start()
    session.run(4.0)
    assert session.engine.status[0] == "online"
    session.assert_same()


@pytest.mark.parametrize("at_tick", [0, 3, 7])
def test_a_restart_in_the_middle_of_a_move_loses_nothing(at_tick: int) -> None:
    session = open_session("Kick", "Bass", "Vox")
    session.wish("Vox", Param.GAIN, -3.0)
    session.run(0.7 + at_tick * TICK_S)
    session.live.is_absent = True
    session.run(4.0)
    session.live.start()
    session.run(4.0)
    assert session.engine.status[0] == "online"
    session.assert_same()
    session.assert_nothing_went_wrong()


def test_its_log_is_kept_quiet_and_put_back_at_the_end() -> None:
    session = open_session()
    logged = session.live.logged
    session.run(10.0)
    assert session.live.logged == logged
    for packet in session.dialect.farewell():
        session.live.receive(encode(packet))
    session.live.tick()
    assert session.live.log_level == "info"


def _said(param: Param, raw: float) -> float:
    return fader_db(raw) if param is Param.GAIN else raw


@pytest.mark.parametrize(
    ("param", "distance", "most"), [(Param.GAIN, 3.0, 0.5), (Param.PAN, 0.2, 0.05)]
)
def test_a_long_ramp_is_few_points_of_undo_and_no_jump(
    param: Param, distance: float, most: float
) -> None:
    session = open_session()
    session.move("Vox", param, distance)
    values = [0.0, *(_said(param, written.value) for written in session.live.written)]
    assert values[-1] == pytest.approx(distance, abs=1e-3)
    assert len(session.live.history) <= 8
    assert max(b - a for a, b in pairwise(values)) <= most


def test_undo_in_live_is_a_reward_and_redo_takes_it_back() -> None:
    session = open_session()
    move = session.move("Vox", Param.GAIN, -1.5)
    steps = len(session.live.history)
    for _ in range(steps):
        session.live.undo()
        session.run(0.3)
    assert [(lesson.param, lesson.reward) for lesson in session.agent.lessons] == [
        (Param.GAIN, -1.0)
    ]
    assert session.last(MoveState.REVERTED).move == move
    session.run(2.0)
    assert session.agent.hands == []
    session.assert_same()
    for _ in range(steps):
        session.live.redo()
    session.run(2.0)
    assert [lesson.reward for lesson in session.agent.lessons] == [-1.0, 1.0]
    assert session.agent.hands == []
    session.assert_same()


def test_half_an_undo_is_a_hand_after_a_while() -> None:
    session = open_session()
    session.move("Vox", Param.GAIN, -1.5)
    session.live.undo()
    session.run(4.0)
    session.assert_same()


def test_namesakes_are_left_alone_until_the_hub_tells_them_apart() -> None:
    session = open_session("Vox", "Vox", "Bass")
    session.agent.wishes.append((session.engine.mix.strips[0].key, Param.GAIN, 1.0))
    session.run(9.0)
    assert session.live.written == []
    assert any("cannot be told from" in text for text in session.sentences)
    session = open_session("Vox", "Vox", "Bass", hub=True)
    first, second, _ = session.live.tracks
    key = session.engine.mix.strips[0].key
    session.agent.wishes.append((key, Param.GAIN, 1.0))
    session.run(9.0)
    assert first.value(Param.GAIN) == pytest.approx(1.0, abs=0.01)
    session.live.tracks[:2] = second, first  # the same names, another order
    session.run(3.0)
    session.agent.wishes.append((key, Param.GAIN, 1.0))
    session.run(9.0)
    assert first.value(Param.GAIN) == pytest.approx(2.0, abs=0.01)
    assert second.value(Param.GAIN) == pytest.approx(0.0, abs=1e-5)
    session.assert_nothing_went_wrong()


def test_a_track_keeps_who_it_is_when_the_hub_comes_and_when_it_is_renamed_then() -> None:
    session = open_session("Kick", "Bass", "Vox")
    keys = [strip.key for strip in session.engine.mix.strips]
    hub = AbletonSession("unused", hub=True).hub
    assert hub
    hub.live, session.hub = session.live, hub
    session.run(3.0)
    session.live.tracks[1].name = "E-Bass"
    session.run(3.0)
    assert [strip.key for strip in session.engine.mix.strips] == keys
    session.assert_same()


def test_a_track_is_known_by_its_name_since_lives_ids_are_given_anew() -> None:
    session = open_session("Kick", "Bass", "Vox", hub=True)
    assert [strip.key for strip in session.engine.mix.strips] == ["Kick", "Bass", "Vox"]
    for track in session.live.tracks:
        track.uid = f"9{track.uid}"  # the hub was taken out and put in again
    session.run(3.0)
    assert [strip.key for strip in session.engine.mix.strips] == ["Kick", "Bass", "Vox"]
    session._uid_of_key.clear()
    session._note_who_is_who()
    session.move("Vox", Param.GAIN, 1.0)
    session.assert_same()
    session.assert_nothing_went_wrong()


def test_in_another_set_an_id_is_another_tracks() -> None:
    session = open_session("Kick", "Bass", "Vox", hub=True)
    ids = [track.uid for track in session.live.tracks]
    session.live.open_set(["Pad", "Kick", "Bass"])
    for track, uid in zip(session.live.tracks, ids, strict=True):
        track.uid = uid
    session.run(4.0)
    assert [strip.key for strip in session.engine.mix.strips] == ["Pad", "Kick", "Bass"]


@pytest.mark.parametrize("name", ["007", "Kick  in", " Bass ", "1.50", "Take 03", "808"])
def test_a_name_that_max_spells_otherwise_costs_no_id(name: str) -> None:
    session = open_session("Vox", name, "Vox", hub=True)
    assert session.hub
    session.hub.bars[session.live.tracks[1].uid, "pan"] = "is automated"
    session.hub._told = None
    session.run(2.0)
    assert [strip.guid for strip in session.dialect._roll.strips] == [
        track.uid for track in session.live.tracks
    ]
    assert session.engine.mix.strips[1].barred == {LockClass.PAN: "is automated"}


def test_a_name_that_comes_back_in_another_way_costs_that_track_alone_its_id() -> None:
    session = AbletonSession("Kick", "Bass; DI", "Vox", "Vox", "Pad", hub=True)
    assert session.hub
    session.hub.spell = lambda name: name.replace(";", "\\;")
    for track in session.live.tracks:
        session.hub.bars[track.uid, "pan"] = "is automated"
    session.run(3.0)
    uids = [track.uid for track in session.live.tracks]
    ids = [strip.guid for strip in session.dialect._roll.strips]
    assert ids == [uids[0], "", "", "", uids[4]]  # namesakes are told apart by a whole list alone
    strips = session.engine.mix.strips
    assert all(strip.barred[LockClass.PAN] == "is automated" for strip in strips)
    assert [LockClass.ALL in strip.barred for strip in strips] == [False, False, True, True, False]


def test_a_new_name_that_the_hub_tells_alone_keeps_the_ids() -> None:
    session = open_session("Kick", "Bass", "Vox", hub=True)
    assert session.hub
    session.hub = None  # it tells no whole dump meanwhile
    session.live.tracks[1].name = "E-Bass"
    session._hear(OscMessage("/mix/track/2/name", ("E-Bass",)))
    session.run(3.0)
    assert all(strip.guid for strip in session.dialect._roll.strips)
    session.assert_same()


@pytest.mark.parametrize("name", ["x" * 250, "🎚" * 250], ids=["latin", "emoji"])
@pytest.mark.parametrize("tracks", [32, 64])
def test_long_names_exceed_no_datagram(tracks: int, name: str) -> None:
    session = AbletonSession(*(f"{number}{name}"[:250] for number in range(tracks)))
    session.run(6.0)
    assert session.engine.status[0] == "online"
    assert len(session.engine.mix.strips) == tracks


def test_names_that_have_grown_too_long_are_asked_for_in_less() -> None:
    session = open_session(*song(32))
    for number, track in enumerate(session.live.tracks):
        track.name = f"{number}" + "x" * 400
    session.run(8.0)
    assert session.engine.status[0] == "online"
    assert len(session.engine.mix.strips) == 32


def test_what_the_hub_says_is_automated_is_left_alone_until_it_is_not() -> None:
    session = open_session(hub=True)
    assert session.hub
    uid = session.live.track("Vox").uid
    number = session.live.names.index("Vox") + 1
    bar = f"/mix/track/{number}/barred/gain"
    session.hub.bars[uid, "gain"] = "is automated"
    session._hear(OscMessage(bar, ("is automated",)))
    session.wish("Vox", Param.GAIN, 1.0)
    session.run(5.0)
    assert session.live.written == []
    assert any("Vox: its gain is automated" in text for text in session.sentences)
    session.hub.bars.clear()
    session._hear(OscMessage(bar, ("",)))
    session.run(9.0)
    assert session.live.track("Vox").value(Param.GAIN) == pytest.approx(1.0, abs=0.01)


def test_a_track_without_eq_eight_has_no_eq_and_says_why() -> None:
    session = AbletonSession("Kick", "Bass", "Vox")
    session.live.track("Bass").devices = [utility()]
    switched_off = session.live.track("Vox").eq
    assert switched_off
    switched_off.named("Device On").raw = 0.0
    session.run(3.0)
    session.assert_nothing_went_wrong()
    reasons = {strip.name: strip.barred for strip in session.engine.mix.strips}
    assert reasons["Kick"] == {}
    assert "has no EQ Eight" in reasons["Bass"][LockClass.EQ]
    assert "switched off" in reasons["Vox"][LockClass.EQ]
    assert session.dialect.facts(at=session.at)["no_eq"] == "Bass, Vox"
    session.live.track("Bass").devices.append(eq_eight(resonance="Q"))
    session.run(3.0)
    session.move("Bass", Param.EQ_HIGH, 1.0)
    session.assert_nothing_went_wrong()


def test_an_eq_that_moved_to_another_place_is_found_before_it_is_written() -> None:
    session = open_session()
    session.wish("Vox", Param.EQ_LOW, 3.0)
    session.run(1.0)
    session.live.track("Vox").devices.insert(0, utility())
    session.run(9.0)
    session.move("Vox", Param.EQ_HIGH, 1.0)
    session.assert_same()
    session.assert_nothing_went_wrong()


def test_a_parameter_that_does_not_follow_is_left_alone() -> None:
    session = open_session()
    session.live.track("Vox").volume.is_held = True
    session.wish("Vox", Param.GAIN, 1.0)
    session.run(6.0)
    assert any("Vox: its gain does not follow" in text for text in session.sentences)
    written = len(session.live.written)
    session.wish("Vox", Param.GAIN, 1.0)
    session.run(6.0)
    assert len(session.live.written) == written
    session.assert_same()


def test_a_tap_is_heard_in_place_of_the_meter_and_after_the_fader() -> None:
    session = open_session(hub=True)
    session.live.hand("Vox", Param.GAIN, f32(fader_position(-6.0)))
    session.live.track("Vox").meter = meter_position(-20.0)
    session.run(2.0)
    number = session.live.names.index("Vox") + 1
    peaks = [r for r in session.levels if r.slot.track == number]
    assert peaks[-1].slot[1:] == (1, 1)
    assert peaks[-1].levels_dbfs == pytest.approx((-20.0,), abs=0.01)
    session.play_tap("Vox", -12.0)
    assert session.levels[-1].slot == (number, 0, 12)
    assert session.levels[-1].levels_dbfs[:2] == pytest.approx((-21.0, -18.0), abs=0.01)
    heard = len(session.levels)
    session.run(0.5)
    assert all(r.slot.track != number for r in session.levels[heard:])
    session.run(2.0)
    assert any(r.slot.track == number for r in session.levels[heard:])


def test_it_never_reloads_never_uses_wildcards_and_never_listens() -> None:
    session = open_session(*song(16), hub=True)
    session.move("Track 3", Param.GAIN, 1.0)
    for message in session.live.heard:
        assert "listen" not in message.address
        assert "reload" not in message.address
        assert "*" not in (message.address, *message.args)


def test_a_datagram_in_either_direction_is_small() -> None:
    session = AbletonSession(*song(64))
    largest = 0
    say = session.live._say

    def weigh(address: str, args: tuple[object, ...], ip: str | None = None) -> None:
        nonlocal largest
        largest = max(largest, len(encode_reply(address, args)))  # type: ignore[arg-type]
        say(address, args, ip)  # type: ignore[arg-type]

    session.live._say = weigh  # type: ignore[method-assign,assignment]
    session.run(4.0)
    assert largest <= 8192
    assert max(len(encode(packet)) for _, packet in session.packets) <= 8192
    assert all(isinstance(packet, OscBundle) for _, packet in session.packets)


def test_one_frame_is_on_its_way_at_a_time() -> None:
    session = open_session(*song(16))
    before = len(session.packets)
    session.run(10.0)
    assert 90 <= len(session.packets) - before <= 101


def test_a_frozen_mix_is_asked_for_and_never_written() -> None:
    session = open_session()
    session.person(m.FreezeSwitched(at=session.at, on=True))
    session.wish("Vox", Param.GAIN, 1.0)
    session.run(3.0)
    assert session.live.written == []


def test_what_is_known_of_live_can_be_asked() -> None:
    session = open_session("Kick", "Bass", hub=True)
    facts = session.dialect.facts(at=session.at)
    assert facts == {
        "live": "12.1", "log_level": "warning", "missing": "", "tracks": 2.0, "no_eq": "",
        "answers_per_s": pytest.approx(10.0, abs=1.5), "silent_s": pytest.approx(0.1, abs=0.11),
        "unanswered": pytest.approx(0.5, abs=0.6), "put_right": 0.0,
        "hub_silent_s": pytest.approx(3.0, abs=0.2),
        "taps": 0.0, "taps_astray": 0.0,
    }  # fmt: skip
    session.live.is_old = True
    session.run(3.0)
    facts = session.dialect.facts(at=session.at)
    assert facts["missing"] == "/live/song/get/track_data"
    assert facts["error"] == "Unknown OSC address: /live/song/get/track_data"
