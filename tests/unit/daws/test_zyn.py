"""ZynAddSubFX: its dump is collected, its patches are read anew, and it is told numbers only."""

import math
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.zyn import ADDRESS, FakeZyn

from bridge.daw.dialect import HasDevices, LevelReading, Listed, Paced, Refusal
from bridge.daws import make_dialect
from bridge.daws.zyn.wire.dialect import LOAD_S, PAUSE_S, WRITES_PER_S, ZynDialect
from bridge.daws.zyn.wire.params import NUMBER, PARAMS
from bridge.errors import DialectError
from bridge.mix import device_events as d
from bridge.mix import messages as m
from bridge.mix.content_events import ContentKind, SetContent
from bridge.mix.devices import Rack
from bridge.mix.params import Param
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscArg, OscMessage
from bridge.runtime.counters import Counters
from bridge.runtime.outbox import Outbox

pytestmark = pytest.mark.slow

CUTOFF = ADDRESS["Filter Cutoff"]


class Talk:
    """A dialect and a Zyn in memory, in time that the test makes pass."""

    def __init__(self) -> None:
        self.dialect = ZynDialect()
        self.zyn = FakeZyn()
        self.rack = Rack()
        self.events: list[m.DawEvent] = []
        self.refusals: list[str] = []
        self.at = 50.0
        self.said: list[tuple[float, OscMessage]] = []

    def connect(self, number: int = 7) -> "Talk":
        self.send(self.dialect.encode(m.RequestDump(number=number), at=self.at))
        return self.wait(1.0)

    def send(self, messages: Iterable[OscMessage]) -> None:
        for message in messages:
            self.said.append((self.at, message))
            self.hear(*self.zyn.hear(wire(message)))

    def hear(self, *messages: OscMessage) -> None:
        for message in messages:
            for news in self.dialect.decode(message, at=self.at) or ():
                if isinstance(news, Refusal):
                    self.refusals.append(news.text)
                elif not isinstance(news, LevelReading):
                    self.take(news)

    def take(self, event: m.DawEvent) -> None:
        self.events.append(event)
        if isinstance(event, m.DumpOpened):
            self.rack.open_dump()
        elif isinstance(event, m.DumpClosed):
            for change in self.rack.close_dump(str)[1]:
                self.confirm(change)
        elif isinstance(event, d.DeviceEvent) and (news := self.rack.receive(event)):
            self.confirm(news)

    def confirm(self, change: d.DeviceParamChanged) -> None:
        device = self.rack.devices[0]
        device.confirm(change.param, device.specs[change.param].position(change.value))

    def wait(self, seconds: float) -> "Talk":
        end = self.at + seconds
        while self.at < end:
            due_s = self.dialect.ask_due_s(at=self.at)
            self.at = min(end, self.at + max(due_s or seconds, 0.002))
            self.send(self.dialect.ask(at=self.at))
        return self

    def write(self, name: str, value: float) -> None:
        command = d.SetDeviceParam(device=1, param=NUMBER[ADDRESS[name]], value=value)
        self.send(self.dialect.encode_device(command, at=self.at))

    def value(self, name: str) -> float:
        index = NUMBER[ADDRESS[name]]
        device = self.rack.devices[0]
        return device.specs[index].value(device.position(index))


def wire(message: OscMessage) -> OscMessage:
    back = next(iter(decode(encode(message))))
    assert isinstance(back, OscMessage)
    return back


def test_it_is_registered_and_keeps_what_a_dialect_with_devices_promises() -> None:
    dialect = make_dialect("zyn")
    assert (dialect.name, dialect.port) == ("zyn", 9700)
    assert isinstance(dialect, HasDevices)
    assert isinstance(dialect, Paced)
    assert isinstance(dialect, Listed)
    assert dialect.capabilities.plays_notes
    assert len(PARAMS) == len({param.name for param in PARAMS}) == 20


def test_asked_for_a_dump_it_tells_the_part_its_twenty_parameters_and_the_end() -> None:
    talk = Talk().connect(number=7)
    (end,) = [event for event in talk.events if isinstance(event, m.DumpClosed)]
    assert end.number == 7
    (zyn,) = talk.rack.devices
    assert (zyn.name, zyn.track, len(zyn.specs)) == ("ZynAddSubFX", 1, 20)
    for address, index in NUMBER.items():
        assert talk.value(zyn.specs[index].name) == pytest.approx(talk.zyn.held[address])
    assert [e.value for e in talk.events if isinstance(e, m.ParamChanged)] == [0.0]


def test_what_was_lost_of_a_dump_is_asked_again_and_nothing_else() -> None:
    talk = Talk()
    talk.zyn.lost = 5
    talk.connect()
    assert talk.rack.devices
    asked = [message.address for _, message in talk.said if message.address in NUMBER]
    assert len(asked) == 20 + 3  # the name and the volume were lost as well


def test_its_own_volume_is_never_moved() -> None:
    talk = Talk().connect()
    barred = {e.lock_class.value for e in talk.events if isinstance(e, m.TrackBarred)}
    assert barred == {"gain", "pan", "eq"}
    with pytest.raises(DialectError, match="no words for"):
        talk.dialect.encode(m.SetParam(track=1, param=Param.GAIN, value=0.0), at=1.0)


@given(
    name=st.sampled_from(sorted(ADDRESS)),
    position=st.floats(0.0, 1.0),
)
def test_a_write_arrives_and_is_acknowledged(name: str, position: float) -> None:
    talk = Talk().connect()
    index = NUMBER[ADDRESS[name]]
    spec = talk.rack.devices[0].specs[index]
    talk.write(name, spec.value(position))
    assert talk.rack.devices[0].position(index) == pytest.approx(spec.snap(position), abs=1e-5)
    assert isinstance(talk.zyn.held[ADDRESS[name]], int if spec.steps else float)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 31.0, 32001.0])
def test_what_is_no_number_or_out_of_range_never_leaves(value: float) -> None:
    talk = Talk().connect()
    with pytest.raises(DialectError, match=r"GlobalFilter/basefreq: expected 31.25 to 32000; got"):
        talk.write("Filter Cutoff", value)


@pytest.mark.parametrize("param", [0, 21])
def test_a_parameter_that_is_none_is_refused(param: int) -> None:
    with pytest.raises(DialectError, match=f"has no parameter {param}"):
        ZynDialect().encode_device(d.SetDeviceParam(device=1, param=param, value=1.0), at=1.0)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("Filter Cutoff", (math.nan,)),
        ("Filter Cutoff", (math.inf,)),
        ("Filter Cutoff", ("bright",)),
        ("Filter Cutoff", ()),
        ("Filter Cutoff", (True,)),
        ("Filter Cutoff", (1.0, 2.0)),
        ("Amp Sustain", (-5,)),
        ("Amp Sustain", (2**20,)),
    ],
)
def test_what_it_cannot_mean_makes_the_parameter_unknown(
    name: str, args: tuple[OscArg, ...]
) -> None:
    talk = Talk().connect()
    talk.hear(OscMessage(ADDRESS[name], args))
    assert math.isnan(talk.rack.devices[0].position(NUMBER[ADDRESS[name]]))
    assert talk.refusals == [
        f"{ADDRESS[name]}: expected a finite number; got "
        f"{', '.join(map(repr, args)) or 'no argument'}."
    ]


def test_a_nan_in_a_dump_costs_that_parameter_alone() -> None:
    talk = Talk()
    talk.zyn.held[CUTOFF] = math.nan
    talk.dialect.encode(m.RequestDump(number=1), at=talk.at)
    for address, value in talk.zyn.held.items():
        talk.hear(OscMessage(address, (value,)))
    (zyn,) = talk.rack.devices
    unknown = [index for index in zyn.specs if math.isnan(zyn.position(index))]
    assert unknown == [NUMBER[CUTOFF]]


def test_a_patch_that_is_loaded_is_read_anew_and_nothing_moves_meanwhile() -> None:
    talk = Talk().connect()
    talk.events.clear()
    talk.hear(*talk.zyn.load("Analogue Bass"))
    assert talk.rack.is_dump_open
    talk.wait(0.5)
    assert not talk.rack.is_dump_open
    assert talk.value("Filter Cutoff") == pytest.approx(400.0)
    (named,) = [event for event in talk.events if isinstance(event, m.TrackNamed)]
    assert named.name == "Analogue Bass"


def test_it_is_asked_for_a_sign_of_life_that_is_no_news() -> None:
    talk = Talk().connect()
    talk.events.clear()
    talk.wait(3.0)
    asked = [at for at, message in talk.said if message.address == "/part0/Volume"]
    assert len(asked) >= 6
    assert talk.events == []


def test_a_note_comes_100_ms_after_the_panic_that_ends_the_last_one() -> None:
    talk = Talk().connect()
    talk.said.clear()
    note = d.PlayNote(device=1, pitch=48, velocity=100, length_s=0.5)
    begun = talk.at
    talk.send(talk.dialect.encode_device(note, at=talk.at))
    talk.wait(2.0)
    played = [(at - begun, each) for at, each in talk.said if each.address != "/part0/Volume"]
    assert [each.address for _, each in played] == ["/Panic", "/noteOn", "/noteOff"]
    assert played[1][0] >= PAUSE_S - 1e-9
    assert played[2][0] - played[1][0] == pytest.approx(0.5, abs=0.01)
    assert played[1][1].args == (0, 48, 100)


@pytest.mark.parametrize("late_s", [0.2, 2.5])
def test_a_patch_of_ours_is_ours_when_it_is_told_late_and_the_next_is_a_persons(
    late_s: float,
) -> None:
    talk = Talk().connect()
    talk.dialect.copies = "/nowhere/copy"
    patch = SetContent(kind=ContentKind.PATCH, key="part0", text="/a/patch.xiz", move="1-1")
    talk.dialect.encode_content(patch, at=10.0)
    damage = OscMessage("/damage", ("/part0/",))
    ours = talk.dialect.decode(damage, at=10.0 + late_s) or ()
    assert not any(isinstance(each, m.SceneRecalled) for each in ours)
    theirs = talk.dialect.decode(damage, at=10.1 + late_s) or ()
    assert any(isinstance(each, m.SceneRecalled) for each in theirs)


def test_no_note_is_played_for_a_second_after_a_patch_was_loaded() -> None:
    talk = Talk().connect()
    talk.hear(*talk.zyn.load("Analogue Bass"))
    loaded = talk.at
    note = d.PlayNote(device=1, pitch=48, velocity=100, length_s=0.5)
    talk.send(talk.dialect.encode_device(note, at=talk.at))
    talk.wait(3.0)
    begun = next(at for at, each in talk.said if each.address == "/noteOn")
    assert begun - loaded >= LOAD_S - 1e-9


def test_a_note_that_sounds_is_released_when_the_bridge_ends() -> None:
    talk = Talk().connect()
    assert talk.dialect.farewell() == ()
    note = d.PlayNote(device=1, pitch=48, velocity=100, length_s=5.0)
    talk.send(talk.dialect.encode_device(note, at=talk.at))
    talk.wait(0.3)
    assert talk.dialect.farewell() == (OscMessage("/Panic"),)


@given(bursts=st.lists(st.tuples(st.floats(0.0, 0.05), st.integers(1, 400)), max_size=8))
@pytest.mark.long
def test_at_most_200_writes_leave_in_20_ms(bursts: list[tuple[float, int]]) -> None:
    outbox = Outbox(WRITES_PER_S, Counters())
    at, left = 0.0, []
    for pause_s, count in bursts:
        for place in range(count):
            outbox.add(d.SetDeviceParam(device=place // 20 + 1, param=place % 20 + 1, value=1.0))
        for _ in range(30):
            left += [at] * len(outbox.release(at, lambda _: True))
            at += 0.002
        at += pause_s
    for begin in left:
        assert sum(begin <= when < begin + 0.02 for when in left) <= 200
