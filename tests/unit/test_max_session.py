"""Live with the hub alone, in conversation with the generic dialect: a session of a person."""

import random
from collections import deque
from typing import Self

import pytest
from support.daws import Conversation, GenericDaw
from support.max.fake import Said, Script

from bridge.daw.generic import GenericDialect
from bridge.mix.params import Param
from bridge.osc.message import OscMessage

WHATS = {Param.GAIN: "gain", Param.PAN: "pan"}


class HubDaw(GenericDaw):
    """The hub's own script, as a `daws.Daw`; time passes only by `pulse`.

    Args:
        names: Of the tracks.
        lag: Pulses that what it says is under way, so that the bridge writes by what was.
    """

    def __init__(self, names: list[str], lag: int = 0) -> None:
        self.hub = Script("mixbridge_hub.js", arguments=(9401, 11001, 9400), tracks=names)
        self.hub.ready()
        self._pulses = 0
        self._lag = lag
        self._under_way: deque[tuple[int, OscMessage]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.hub.close()

    @property
    def names(self) -> list[str]:  # type: ignore[override]
        return [track["name"] for track in self.hub.state()["tracks"]]

    def values(self) -> dict[str, tuple[float, float]]:
        """Fader and pan of each track, as Live holds them."""
        tracks = self.hub.state()["tracks"]
        return {track["name"]: (track["gain"], track["pan"]) for track in tracks}

    def hear(self, message: OscMessage) -> list[OscMessage]:
        self._say(self.hub.message(message.address, *message.args))  # type: ignore[arg-type]
        return self._arrive()

    def pulse(self) -> list[OscMessage]:
        self._pulses += 1
        self._say(self.hub.advance(0.05))
        if self._pulses % 20 == 5:
            self._say(self.hub.message("/bridge/welcome", "0.6.0", 1))
            self._say(self.hub.message("/bridge/heartbeat", self._pulses, "suggest"))
        return self._arrive()

    def _say(self, said: list[Said]) -> None:
        self._under_way += [
            (self._pulses + self._lag, OscMessage(str(atoms[0]), tuple(atoms[1:])))
            for outlet, atoms in said
            if outlet < 2 and str(atoms[0]).startswith("/mix")
        ]

    def _arrive(self) -> list[OscMessage]:
        arrived = []
        while self._under_way and self._under_way[0][0] <= self._pulses:
            arrived.append(self._under_way.popleft()[1])
        return arrived


def live(talked: Conversation) -> HubDaw:
    assert isinstance(talked.daw, HubDaw)
    return talked.daw


def is_equal(talked: Conversation) -> bool:
    """Whether the bridge knows what Live holds, of every track."""
    tracks = live(talked).hub.state()["tracks"]
    known = [(strip.uid, strip.name) for strip in talked.mix.strips]
    if known != [(str(track["id"]), track["name"]) for track in tracks]:
        return False
    return all(
        talked.held(track["name"], Param.PAN) == pytest.approx(track["pan"], abs=1e-6)
        for track in tracks
    )


@pytest.mark.slow
@pytest.mark.parametrize("lag", [0, 4])
@pytest.mark.parametrize(("tracks", "seed"), [(3, 1), (3, 2), (3, 3), (16, 4), (64, 5)])
def test_whatever_the_person_does_meanwhile_no_write_reaches_another_track(
    tracks: int, seed: int, lag: int
) -> None:
    rng = random.Random(seed)
    with HubDaw([f"Track {number}" for number in range(tracks)], lag) as daw:
        talked = Conversation(GenericDialect(), daw).connect()
        assert is_equal(talked)
        done = 0
        for turn in range(40):
            hub, count = daw.hub, len(daw.names)
            match rng.randrange(4):
                case 0:
                    hub.do("insert", place=rng.randrange(count + 1), name=f"New {turn}")
                case 1 if count > 2:
                    hub.do("remove", track=rng.randrange(count) + 1)
                case 2:
                    hub.do("move", track=rng.randrange(count) + 1, to=rng.randrange(count) + 1)
                case _:
                    place = rng.randrange(count) + 1
                    hub.do("hand", track=place, what="pan", value=rng.uniform(-1.0, 1.0))
            talked.wait(rng.choice((0.0, 0.05, 0.1, 0.5, 1.0)))
            name = rng.choice([strip.name for strip in talked.mix.strips])
            param = rng.choice(list(WHATS))
            before = daw.values()
            talked.write(name, param, rng.uniform(-1.0, 1.0))
            after = daw.values()
            moved = {each for each in after if after[each] != before[each]}
            assert moved <= {name}
            done += len(moved)
        talked.wait(3.0)
        assert is_equal(talked)
        assert done > 5


def test_a_set_that_is_closed_and_another_one_that_is_opened_are_told_apart() -> None:
    """Live ends the hub of the old set; the new set's has other ids."""
    with HubDaw(["Kick", "Bass"]) as old, HubDaw(["Piano", "Kick", "Voice"]) as new:
        talked = Conversation(GenericDialect(), old).connect()
        talked.daw = new
        talked.wait(3.0)
        assert is_equal(talked)
        assert [strip.name for strip in talked.mix.strips] == ["Piano", "Kick", "Voice"]


def test_what_a_track_device_hears_is_that_track_s_wherever_it_is_moved() -> None:
    with (
        HubDaw(["Kick", "Bass", "Voice"]) as daw,
        Script("mixbridge_tap.js", tracks=["Kick", "Bass"], place="live_set tracks 1") as tap,
    ):
        talked = Conversation(GenericDialect(), daw).connect()
        talked.write("Bass", Param.GAIN, -6.0)
        (asked,) = [atoms for outlet, atoms in tap.ready() if outlet == 1]
        (answer,) = [atoms for outlet, atoms in daw.hub.message("tap", *asked) if outlet == 3]
        tap.message("known", *answer)
        for place in (2, 3):
            talked.levels.clear()
            (said,) = [a for outlet, a in tap.message(0.02, 0.5, 0.5, *[0.002] * 10) if outlet == 0]
            talked.take(OscMessage(str(said[0]), tuple(said[1:])))
            assert list(talked.levels) == [place]
            assert talked.levels[place][0] == pytest.approx(-26.0, abs=0.01)
            assert talked.levels[place][2] == pytest.approx(-36.0, abs=0.01)
            daw.hub.do("move", track=2, to=3)
            talked.wait(1.0)


def test_after_five_seconds_of_an_open_menu_all_is_as_before() -> None:
    with HubDaw(["Kick", "Bass", "Voice"]) as daw:
        talked = Conversation(GenericDialect(), daw).connect()
        talked.is_cut = True  # neither side hears the other, and the hub's clock stands
        talked.wait(5.0)
        daw.hub.do("hand", track=2, what="pan", value=0.5)
        talked.is_cut = False
        talked.wait(1.0)
        assert is_equal(talked)
        talked.write("Bass", Param.PAN, -0.25)
        assert daw.values()["Bass"][1] == -0.25
