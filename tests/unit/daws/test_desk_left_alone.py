"""What a bridge beside a desk leaves alone, and the sentence for each thing that is wrong."""

import pytest

from bridge.daws.desk.doctor import of_running
from bridge.daws.desk.finding import FoundDesk, describe
from bridge.daws.desk.study.fake import FakeDesk
from bridge.daws.desk.study.stage import Stage, sounding
from bridge.daws.desk.study.verdict import x32
from bridge.daws.desk.wire.bars import in_words
from bridge.mix.messages import Mode
from bridge.mix.params import LockClass, Param

pytestmark = pytest.mark.slow

# -- what is left alone --------------------------------------------------------------------------


@pytest.mark.parametrize("tail", ["mix/on", "mix/fader"])
def test_what_is_muted_or_closed_is_not_moved(tail: str) -> None:
    desk = x32()
    desk.values[f"/ch/04/{tail}"] = 0 if tail == "mix/on" else 0.0
    with Stage(desk, mode=Mode.ASSIST) as stage:
        stage.ready()
        for param in (Param.GAIN, Param.PAN, Param.EQ_LOW):
            for step in (-0.5, 0.5):
                stage.wish(4, param, step if param is not Param.PAN else step / 10.0)
                stage.let_pass(3.0)
                stage.agent.wishes.clear()
        assert stage.writes == []


PERSONS = (
    "PB1", "PB_L", "Playback-1", "Tracks L", "MC1", "Host2", "TB1", "TalkBk", "Talkback", "DJ L",
    "iPad1", "Click2", "WalkIn", "Walk-In", "Aud L", "AmbR", "Pastor1", "Lectern", "Spare3",
    "Guide", "TimeCode", "LTC", "Announcer", "Laptop R",
)  # fmt: skip
MUSIC = ("Drum Room", "Tambourine", "Hostess Vox", "Pads", "OH", "Dad", "MCV")


def test_a_name_of_twelve_characters_is_understood() -> None:
    desk = sounding(FakeDesk().plug((*PERSONS, *MUSIC)))
    with Stage(desk) as stage:
        stage.ready()
        for channel, name in enumerate(PERSONS, start=1):
            assert "person's alone" in stage.barred(channel).get(LockClass.ALL, ""), name
        for channel, name in enumerate(MUSIC, start=len(PERSONS) + 1):
            assert stage.barred(channel) == {}, name


def test_a_room_that_hears_a_bus_is_no_effect() -> None:
    assert in_words("GreenRoom") == "Green Room"
    desk = x32()
    desk.values["/bus/02/config/name"] = "Green Room"
    desk.values["/ch/01/mix/02/level"] = desk.grid("level", 0.6)
    desk.values["/ch/01/mix/01/type"] = 4
    with Stage(desk) as stage:
        stage.ready()
        assert stage.barred(1)[LockClass.GAIN] == "also moves Green Room"


# -- what is wrong, in words ---------------------------------------------------------------------

TWO = [
    FoundDesk(address=(f"192.168.1.{n}", 10023), name=f"FOH {n}", model="X32", firmware="4.06")
    for n in (1, 2)
]


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (describe([], ""), "no desk answers in this network"),
        (describe([], "192.168.1.64"), "does a firewall let UDP through"),
        (describe(TWO, ""), "2 desks answer: X32 FOH 1 at 192.168.1.1:10023"),
    ],
)
def test_why_there_is_no_desk_is_the_status_and_nothing_is_written(
    trouble: str, words: str
) -> None:
    with Stage(x32(), mode=Mode.ASSIST) as stage:
        stage.is_cut = True
        stage.dialect.door_trouble = trouble
        stage.until(lambda: words in stage.engine.status[1], 6.0)
        stage.wish(1, Param.GAIN, -0.5)
        stage.let_pass(6.0)
        assert stage.writes == []


def test_beside_a_bridge_that_is_not_told_the_doctor_says_so() -> None:
    desk = x32()
    desk.clients = {f"tablet {number}": 1e9 for number in range(4)}
    with Stage(desk) as stage:
        stage.ready()
        stage.hand_db(3, -12.0)
        stage.until(lambda: "all 4 places" in stage.engine.status[1], 12.0)
        lines = list(of_running(stage.dialect.facts(at=stage.loop.time())))
        assert [level for level, subject, _, _ in lines if subject == "desk's places"] == [
            "problem"
        ]
        assert stage.writes == []
