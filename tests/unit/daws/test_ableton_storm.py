"""Everything that a person, other programs and Live can do, in any order, beside a bridge at work.

Whatever happens: in the end the bridge believes what Live holds, and a write that met another track
(AbletonOSC has no write on a condition) was put back.
"""

import random
from collections import defaultdict

import pytest
from support.ableton.fake import LiveTrack, Written, eq_eight, f32, utility
from support.ableton.session import AbletonSession
from support.repeats import repeated

from bridge.mix import messages as m
from bridge.mix.params import Param
from bridge.osc.encode import encode
from bridge.osc.message import OscMessage

pytestmark = pytest.mark.slow

PARAMS = (Param.GAIN, Param.PAN, Param.EQ_LOW, Param.EQ_HIGH)
HAPPENINGS = (
    "insert", "delete", "reorder", "reorder", "rename", "hand", "hand", "undo", "switch", "modal",
    "restart", "device", "stranger", "freeze",
)  # fmt: skip


class Storm:
    """One session in the weather."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.session = AbletonSession(
            *(f"Track {number}" for number in range(self.dice.choice((3, 5, 16, 40)))),
            hub=self.dice.random() < 0.5,
            is_quick=self.dice.random() < 0.5,
        ).run(3.0)
        self.live = self.session.live
        self.added = 0

    def blow(self, happenings: int) -> None:
        for _ in range(happenings):
            self.wish()
            if self.dice.random() < 0.5:
                getattr(self, self.dice.choice(HAPPENINGS))()
            self.session.run(self.dice.choice((0.1, 0.3, 1.0)))

    def wish(self) -> None:
        strips = self.session.engine.mix.strips
        param = self.dice.choice(PARAMS)
        if strips:
            step = self.dice.choice((-1.0, 1.0)) * (0.1 if param is Param.PAN else 1.0)
            self.session.agent.wishes[:] = [(self.dice.choice(strips).key, param, step)]

    def insert(self) -> None:
        self.added += 1
        place = self.dice.randrange(len(self.live.tracks) + 1)
        self.live.tracks.insert(place, LiveTrack(f"New {self.added}"))

    def delete(self) -> None:
        if len(self.live.tracks) > 2:
            self.live.tracks.pop(self.dice.randrange(len(self.live.tracks)))

    def reorder(self) -> None:
        tracks = self.live.tracks
        tracks.insert(self.dice.randrange(len(tracks)), tracks.pop())

    def rename(self) -> None:
        self.added += 1
        self.dice.choice(self.live.tracks).name = f"Take {self.added}"

    def hand(self) -> None:
        track = self.dice.choice([track for track in self.live.tracks if track.eq])
        param = self.dice.choice(PARAMS)
        low, high = (0.4, 1.0) if param is Param.GAIN else (-1.0, 1.0)
        self.live.hand(track.name, param, f32(self.dice.uniform(low, high)))

    def undo(self) -> None:
        if self.live.history:
            self.live.undo()

    def switch(self) -> None:
        track = self.dice.choice(self.live.tracks)
        track.mute = not track.mute

    def modal(self) -> None:
        self.live.is_modal = True
        self.session.run(self.dice.choice((0.3, 2.0, 5.0)))
        if self.dice.random() < 0.5:
            self.reorder()
        self.live.is_modal = False

    def restart(self) -> None:
        self.live.is_absent = True
        self.session.run(self.dice.choice((0.2, 4.0)))
        self.live.start()

    def device(self) -> None:
        devices = self.dice.choice(self.live.tracks).devices
        devices.insert(self.dice.choice((0, len(devices))), utility())
        if self.dice.random() < 0.3:
            devices[:] = [eq_eight(), utility()]

    def stranger(self) -> None:
        for sender in ("10.0.0.9", "127.0.0.1"):
            message = OscMessage("/live/track/get/volume", (self.dice.randrange(99),))
            self.live.receive(encode(message), sender)

    def freeze(self) -> None:
        on = self.dice.random() < 0.3
        self.session.person(m.FreezeSwitched(at=self.session.at, on=on))

    def calm(self) -> None:
        """Everybody lets go."""
        self.session.person(m.FreezeSwitched(at=self.session.at, on=True))
        self.session.agent.wishes.clear()
        self.session.run(12.0)


def left_wrong(storm: Storm) -> list[Written]:
    """Writes to a track that they were not meant for, and that nothing has put back."""
    there = {track.uid for track in storm.live.tracks}
    wrong: defaultdict[tuple[str, Param], list[Written]] = defaultdict(list)
    for write in storm.session.wrong_writes():
        if write.uid not in there:
            continue  # nobody can put back what is not there any more
        open_ones = wrong[write.uid, write.param]
        if open_ones and write.value == open_ones[-1].before:
            open_ones.pop()
        else:
            open_ones.append(write)
    return [write for open_ones in wrong.values() for write in open_ones]


@pytest.mark.parametrize("seed", repeated(range(30), first=4))
def test_after_any_weather_both_agree_and_no_track_keeps_what_was_not_meant_for_it(
    seed: int,
) -> None:
    storm = Storm(seed)
    storm.blow(60)
    storm.calm()
    storm.session.assert_same()
    assert storm.live.lost == 0
    assert storm.live.most_read <= 20  # after five modal seconds, with strangers
    assert storm.live.strayed == []
    assert left_wrong(storm) == []
