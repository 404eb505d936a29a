"""REAPER over OSC alone: what its surface says of empty places, of texts, and of our own writes."""

import random
from pathlib import Path

import pytest
from support.reaper.fake import TURN_S, FakeReaper
from support.reaper.session import ReaperSession
from support.repeats import repeated

from bridge.mix import messages as m
from bridge.mix.messages import MoveState
from bridge.mix.params import EQ_BANDS, MOVABLE, Param

pytestmark = pytest.mark.slow


def open_session(folder: Path, *names: str) -> ReaperSession:
    return ReaperSession(folder, *names, companion=False).run(3.0)


# -- the bank -------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 4, 63, 64, 70])
def test_there_are_as_many_tracks_as_there_are(tmp_path: Path, count: int) -> None:
    session = open_session(tmp_path, *(f"Voice {n}" for n in range(count)))
    assert len(session.engine.mix.strips) == min(count, 64)


def test_an_unnamed_track_with_a_closed_fader_at_the_end_is_one(tmp_path: Path) -> None:
    session = ReaperSession(tmp_path, "Kick", "", companion=False)
    session.reaper.tracks[1].volume = 0.0
    session.run(3.0)
    assert [strip.name for strip in session.engine.mix.strips] == ["Kick", "Track 2"]


def test_before_reaper_7_74_the_count_is_that_of_what_has_a_name_or_a_fader(
    tmp_path: Path,
) -> None:
    session = ReaperSession(tmp_path, companion=False)
    session.reaper = FakeReaper(("Kick", "", "Vox"), has_track_eq=False)
    session.run(3.0)
    assert [strip.name for strip in session.engine.mix.strips] == ["Kick", "Track 2", "Vox"]


def test_a_track_that_is_removed_or_added_at_the_end_is_counted_anew(tmp_path: Path) -> None:
    session = open_session(tmp_path, "Kick", "Bass", "Vox")
    session.reaper.remove("Vox")
    session.run(2.0)
    assert [strip.name for strip in session.engine.mix.strips] == ["Kick", "Bass"]
    session.reaper.insert(2, "Pad")
    session.run(2.0)
    session.assert_same()


def test_an_eq_or_a_band_of_it_that_is_off_is_unknown(tmp_path: Path) -> None:
    session = ReaperSession(tmp_path, companion=False)
    session.reaper.track("Kick").has_eq = False
    session.reaper.track("Bass").is_eq_on = False
    session.reaper.track("Vox").off_bands.add((2, 0))
    session.run(3.0)
    mix = session.engine.mix
    known = {
        strip.name: [param for param in EQ_BANDS if mix.value(strip, param) == 0.0]
        for strip in mix.strips
    }
    assert known == {
        "Kick": [],
        "Bass": [],
        "Vox": [Param.EQ_LOW, Param.EQ_HIGHMID, Param.EQ_HIGH],
    }


# -- texts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("param", repeated(MOVABLE, first=2))
def test_whatever_its_text_rounds_to_every_move_is_answered(tmp_path: Path, param: Param) -> None:
    dice = random.Random(5)
    session = open_session(tmp_path)
    refreshes: list[m.Event] = []
    for _ in range(12):
        step = dice.uniform(0.26, 0.4) * dice.choice((-1, 1)) * (0.1 if param is Param.PAN else 1)
        session.at += dice.uniform(0.0, 0.05)  # another timer: the last steps may be near
        events = len(session.events)
        session.move("Bass", param, step)
        refreshes += [e for e in session.events[events:] if isinstance(e, m.DumpOpened)]
        assert session.reaper.tracks[1].value(param) == pytest.approx(
            session.engine.mix.value(session.engine.mix.strips[1], param), abs=0.051
        )
    assert not [r for r in session.reports if r.state is MoveState.UNCONFIRMED]
    assert refreshes == []
    assert session.agent.hands == []


# -- hands ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("param", [Param.GAIN, Param.PAN, Param.EQ_HIGH])
@pytest.mark.parametrize("phase", range(5))
def test_a_hand_that_a_write_overwrites_is_put_back_in_the_next_turn(
    tmp_path: Path, param: Param, phase: int
) -> None:
    session = open_session(tmp_path)
    session.wish("Vox", param, -0.3 if param is Param.PAN else -3.0)
    session.run(0.7 + phase * 0.05)
    reaper, value = session.reaper, 0.35 if param is Param.PAN else 2.5
    track = reaper.track("Vox")
    while not any("track/3" in each.address for datagram in reaper._heard for each in datagram):
        session.run(TURN_S)  # until a write of ours waits in REAPER's socket
    reaper.hand("Vox", param, value)
    session.run(TURN_S)
    assert track.value(param) != pytest.approx(value, abs=1e-4)  # overwritten
    session.run(TURN_S)
    assert track.value(param) == pytest.approx(value, abs=1e-4)
    session.run(4.0)
    assert track.value(param) == pytest.approx(value, abs=1e-4)
    assert [hand[2] for hand in session.agent.hands] == pytest.approx([value], abs=0.051)
    session.assert_same()


@pytest.mark.parametrize("has_companion", [True, False], ids=["companion", "osc alone"])
@pytest.mark.parametrize("phase", range(4))
def test_a_drag_back_along_the_ramp_is_a_hand(
    tmp_path: Path, phase: int, has_companion: bool
) -> None:
    session = ReaperSession(tmp_path, companion=has_companion).run(3.0)
    session.wish("Vox", Param.GAIN, -3.0)
    session.run(1.2 + phase * 0.04)
    track = session.reaper.track("Vox")
    began, at = track.value(Param.GAIN), session.reaper.now
    assert began < -0.8
    for n in range(1, 16):  # back to where it began, through values of our own
        session.reaper.drag("Vox", Param.GAIN, round(began * (1.0 - n / 15), 2))
        session.run(TURN_S)
    session.reaper.let_go()
    session.run(5.0)
    late = [w for w in session.reaper.written if w.at > at + 0.05 + 2.5 * TURN_S]
    assert late == []
    assert track.value(Param.GAIN) == pytest.approx(0.0, abs=1e-6)
    assert not [r for r in session.reports if r.state is MoveState.CONFIRMED]
    session.assert_same()


# -- storms ---------------------------------------------------------------------------------------


class Storm:
    """Tracks that come, go and move while moves are made over OSC by their numbers."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.dice = random.Random(seed)
        count = self.dice.choice((3, 6, 16))
        names = [f"Voice {n}" for n in range(count)]
        self.session = ReaperSession(folder, *names, companion=False)
        for track in self.session.reaper.tracks:
            track.put(Param.GAIN, round(self.dice.uniform(-12.0, 0.0), 1))
        self.session.run(3.0)
        self.added = 0

    def blow(self, seconds: float) -> None:
        end = self.session.at + seconds
        while self.session.at < end:
            strips = self.session.engine.mix.strips
            if strips:
                step = self.dice.choice((-1.0, 1.0))
                key = self.dice.choice(strips).key
                self.session.agent.wishes[:] = [(key, Param.GAIN, step)]
            self.session.run(self.dice.uniform(0.3, 2.0))
            if self.dice.random() < 0.6:
                for _ in range(30):  # with a write of ours in the socket, if there is one soon
                    heard = self.session.reaper._heard
                    if any("volume" in each.address for datagram in heard for each in datagram):
                        break
                    self.session.run(TURN_S)
                getattr(self, self.dice.choice(("insert", "remove", "reorder", "reorder")))()

    def insert(self) -> None:
        self.added += 1
        tracks = self.session.reaper.tracks
        self.session.reaper.insert(self.dice.randrange(len(tracks) + 1), f"New {self.added}")

    def remove(self) -> None:
        tracks = self.session.reaper.tracks
        if len(tracks) > 2:
            self.session.reaper.remove(self.dice.choice(tracks).name)

    def reorder(self) -> None:
        names = [track.name for track in self.session.reaper.tracks]
        self.session.reaper.reorder(self.dice.sample(names, len(names)))


def test_a_write_that_meets_another_track_is_put_back_in_the_next_turn(tmp_path: Path) -> None:
    session = ReaperSession(tmp_path, "Kick", "Bass", "Vox", companion=False)
    reaper = session.reaper
    reaper.track("Bass").put(Param.GAIN, -7.0)
    session.run(3.0)
    session.wish("Vox", Param.GAIN, -3.0)
    session.run(0.7)
    while not any("track/3" in each.address for datagram in reaper._heard for each in datagram):
        session.run(TURN_S)
    reaper.reorder(["Vox", "Kick", "Bass"])
    session.run(TURN_S)
    bass = reaper.track("Bass")
    assert bass.value(Param.GAIN) != pytest.approx(-7.0, abs=1e-4)  # it got what Vox was to get
    session.run(TURN_S)
    assert bass.value(Param.GAIN) == pytest.approx(-7.0, abs=1e-4)
    session.person(m.FreezeSwitched(at=session.at, on=True))
    session.run(3.0)
    assert bass.value(Param.GAIN) == pytest.approx(-7.0, abs=1e-4)
    assert session.agent.hands == []
    session.assert_same()


@pytest.mark.parametrize("seed", repeated((6, 7, *range(6)), first=2))  # in 6 and 7 writes stray
def test_in_a_storm_of_tracks_what_met_another_is_put_back_and_is_no_lesson(
    tmp_path: Path, seed: int
) -> None:
    storm = Storm(tmp_path, seed)
    session = storm.session
    storm.blow(45.0)
    session.agent.wishes.clear()
    session.person(m.FreezeSwitched(at=session.at, on=True))
    session.run(5.0)
    session.assert_same()
    assert session.agent.hands == []
    assert session.agent.lessons == []
    names = {track.guid: track.name for track in session.reaper.tracks}
    meant = {(name, round(value, 2)) for name, param, value in session.meant}
    astray: dict[str, tuple[float, float]] = {}
    turns = [0]
    for written in session.reaper.written:
        name = names.get(written.guid)
        if name is None:
            continue  # it is not there any more
        if name in astray and written.value == pytest.approx(astray[name][0], abs=1e-4):
            turns.append(round((written.at - astray.pop(name)[1]) / TURN_S))
            assert turns[-1] <= 1
        elif (name, round(written.value, 2)) not in meant:
            astray.setdefault(name, (written.before, written.at))
    assert astray == {}
    print(f"{len(turns) - 1} writes met another track; back after {max(turns)} turns at most")  # noqa: T201
