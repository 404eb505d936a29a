"""Desks as they should not be, and are: other words, other firmware, restarts, lost and doubled."""

import math
import random
import struct

import pytest
from support.repeats import repeated

from bridge.daws.desk.study.fake import NAMES, FakeDesk, Told, position_of
from bridge.daws.desk.study.stage import PEER, Stage, sounding
from bridge.daws.desk.wire.levels import read_levels
from bridge.errors import DialectError
from bridge.mix import messages as m
from bridge.mix.messages import LinkState, Mode, MoveState
from bridge.mix.params import LockClass, Param
from bridge.osc.decode import decode, decode_each
from bridge.osc.encode import encode
from bridge.osc.message import OscArg, OscMessage

pytestmark = pytest.mark.slow

WORDS = {
    "mix/on": ("OFF", "ON"),
    "mix/st": ("OFF", "ON"),
    "eq/on": ("OFF", "ON"),
    "type": ("LCut", "LShv", "PEQ", "VEQ", "HShv", "HCut"),
    "tap": ("IN/LC", "<-EQ", "EQ->", "PRE", "POST", "GRP"),
    "chlink": ("OFF", "ON"),
}


class WordyDesk(FakeDesk):
    """Tells its switches and kinds as words."""

    def receive(self, client: str, message: OscMessage, at: float) -> Told:
        return [(who, self._worded(said)) for who, said in super().receive(client, message, at)]

    def _worded(self, said: OscMessage) -> OscMessage:
        value = said.args[0] if said.args else None
        for end in WORDS:
            is_send = said.address.endswith("/type") and "/mix/" in said.address
            kind = "tap" if is_send else end
            if isinstance(value, int) and (f"/{end}" in said.address):
                return OscMessage(said.address, (WORDS[kind][value],))
        return said


class ForgetfulDesk(FakeDesk):
    """Never answers for some addresses that it answers for on other inputs."""

    def receive(self, client: str, message: OscMessage, at: float) -> Told:
        gone = ("/ch/09/config/name", "/ch/10/config/name", "/ch/10/mix/fader")
        return [] if message.address in gone else super().receive(client, message, at)


def x32(kind: type[FakeDesk] = FakeDesk, **given: object) -> FakeDesk:
    return sounding(kind(**given).plug())  # type: ignore[arg-type]


def xair(model: str = "XR18", **given: object) -> FakeDesk:
    desk = FakeDesk(model=model, name=f"{model}-5E-91-5A", firmware="1.17", **given)  # type: ignore[arg-type]
    return sounding(desk.plug(NAMES[:16]))


FAMILIES = [pytest.param(x32, id="x32"), pytest.param(xair, id="xair")]
X32_FIRST = [FAMILIES[0], pytest.param(xair, id="xair", marks=pytest.mark.long)]


def push(stage: Stage, address: str, *args: OscArg) -> None:
    """The desk says something by itself."""
    stage.deliver([(stage.client, OscMessage(address, args))])


# -- who it is -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "channels"),
    [
        ("X32", 32), ("X32C", 32), ("X32P", 32), ("X32RACK", 32), ("X32CORE", 32), ("M32", 32),
        ("M32C", 32), ("M32R", 32), ("XR18", 16), ("X18", 16), ("MR18", 16), ("XR16", 16),
        ("XR12", 12), ("MR12", 12),
    ],
)  # fmt: skip
def test_every_model_is_read_in_time_and_moved(model: str, channels: int) -> None:
    desk = x32(model=model) if channels == 32 else xair(model)
    with Stage(desk, mode=Mode.ASSIST) as stage:
        assert stage.connect() <= 2.0
        assert len(stage.engine.mix.strips) == channels
        stage.let_pass(10.0)
        stage.wish(channels, Param.GAIN, -0.5)
        stage.until(lambda: bool(stage.moves(MoveState.CONFIRMED)))
        assert stage.dialect.facts(at=stage.loop.time())["lost_share"] == 0.0
        assert [text for text in stage.sentences if "lost" in text] == []


@pytest.mark.parametrize("text", ["4.06-09", "V4.06", "4.0", " 4.13 "])
def test_firmware_is_read_however_it_is_written(text: str) -> None:
    with Stage(x32(firmware=text)) as stage:
        stage.connect()
        assert not [said for said in stage.sentences if "older" in said]


@pytest.mark.parametrize("text", ["3.08", "V2.12-1", "beta", ""])
def test_old_firmware_is_told_in_a_sentence(text: str) -> None:
    with Stage(x32(firmware=text)) as stage:
        stage.ready()
        assert [said for said in stage.sentences if "older than 4.0: update it" in said]


def test_what_is_no_desk_of_ours_is_left_alone_in_words() -> None:
    with Stage(x32(model="WING"), mode=Mode.ASSIST) as stage:
        stage.until(lambda: "which is not an X32" in stage.engine.status[1], 5.0)
        stage.let_pass(6.0)
        assert stage.writes == []
        assert "which is not an X32" in stage.engine.status[1]


def test_two_desks_at_one_address_are_found_out_and_nothing_is_written() -> None:
    other = sounding(FakeDesk(name="Monitors", model="M32").plug(NAMES[::-1]))

    class Twins(FakeDesk):
        def receive(self, client: str, message: OscMessage, at: float) -> Told:
            both = super().receive(client, message, at)
            return both + (other.receive(client, message, at) if other.is_on else [])

    with Stage(x32(Twins), mode=Mode.ASSIST) as stage:
        stage.wish(1, Param.GAIN, -0.5)
        stage.until(lambda: "two desks answer at one address" in stage.engine.status[1], 6.0)
        assert "X32 X32-02-4A-53" in stage.engine.status[1]
        assert "M32 Monitors" in stage.engine.status[1]
        before = len(stage.said)
        stage.let_pass(20.0)
        assert stage.writes == []
        questions = [said.address for _, said in stage.said[before:]].count("/xinfo")
        assert 15 <= questions <= 45, "once a second, and once more by whoever waits for a dump"
        other.is_on = False
        stage.connect(25.0)
        assert [strip.name for strip in stage.engine.mix.strips] == list(NAMES)


def test_a_desk_that_a_person_renames_is_no_second_desk() -> None:
    with Stage(x32()) as stage:
        stage.ready()
        stage.desk.name = "FOH"
        push(stage, "/xinfo", "192.168.1.64", "FOH", "X32", "4.06")
        stage.let_pass(12.0)
        assert stage.runner.link.state is LinkState.ONLINE
        assert not [text for text in stage.sentences if "two desks" in text]


# -- how it says things --------------------------------------------------------------------------


def test_a_desk_that_tells_words_for_switches_is_understood() -> None:
    desk = x32(WordyDesk)
    desk.values["/bus/02/config/name"] = "Wedge 2"
    desk.values["/ch/01/mix/02/level"] = desk.grid("level", 0.6)
    desk.values["/ch/01/mix/01/type"] = 4
    desk.values["/ch/02/mix/on"] = 0
    desk.values["/ch/03/eq/on"] = 0
    desk.values["/ch/04/mix/st"] = 0
    desk.values["/ch/05/eq/1/type"] = 0
    desk.values["/config/chlink/7-8"] = 1
    with Stage(desk) as stage:
        stage.ready()
        assert "Wedge 2" in stage.barred(1)[LockClass.GAIN]
        assert stage.engine.mix.strips[1].mute
        assert math.isnan(stage.value(3, Param.EQ_LOW))
        assert "main mix" in stage.barred(4)[LockClass.ALL]
        assert math.isnan(stage.value(5, Param.EQ_LOW))
        assert not math.isnan(stage.value(6, Param.EQ_LOW))
        assert "goes with Bass" in stage.barred(8)[LockClass.ALL]


def test_several_values_in_one_message_are_asked_for() -> None:
    with Stage(x32()) as stage:
        stage.ready()
        for tail, value in {"eq/1/g": 0.6, "eq/1/f": 0.3, "eq/1/q": 0.5}.items():
            stage.desk.values[f"/ch/03/{tail}"] = stage.desk.grid(tail, value)
        push(stage, "/ch/03/eq/1", 1, 0.3, 0.6, 0.5)
        stage.let_pass(4.0)
        assert stage.value(3, Param.EQ_LOW) == pytest.approx(3.0, abs=0.01)
        assert len(stage.hands) == 1


def test_raw_names_of_other_encodings_and_with_control_characters_are_names() -> None:
    with Stage(x32()) as stage:
        stage.ready()
        for channel, raw in (
            (1, b"Ch\xe9vre\0\0"),
            (2, "Größe".encode() + b"\0"),
            (3, b"Ki\nck\0\0\0"),
        ):
            datagram = f"/ch/{channel:02}/config/name".encode() + b"\0\0,s\0\0" + raw
            (heard,) = decode(datagram)
            stage.runner.receive_daw(heard, PEER, stage.loop.time())
            stage.desk.values[heard.address] = heard.args[0]
            stage.let_pass(1.0)
        stage.let_pass(6.0)
        names = [strip.name for strip in stage.engine.mix.strips[:3]]
        assert names == ["Chévre", "Größe", "Kick"]


@pytest.mark.parametrize(
    "datagram",
    [
        b"node\0\0\0\0,s\0\0/ch/01/mix ON -5.0 ON +0 OFF -oo\n\0\0",
        b"/ch/01/config/name\0\0,s\0\0Kick",
        b"/ch/01/config/name\0\0,s\0\0Kick\0abc",
        b"/ch/01/mix/fader\0\0\0\0,f\0\0\x3f",
        b"/ch/01/mix/fader\0\0\0\0,f\0\0",
        b"/meters/13\0\0,b\0\0\xff\xff\xff\xff",
        b"",
    ],
)
def test_what_is_no_osc_is_a_fault_and_no_more(datagram: bytes) -> None:
    messages, faults = decode_each(datagram)
    assert messages == []
    assert len(faults) == 1


@pytest.mark.parametrize(
    ("address", "args"),
    repeated(
    [
        ("/ch/01/mix/fader", (math.nan,)), ("/ch/01/mix/fader", (math.inf,)),
        ("/ch/01/mix/fader", (b"\0",)), ("/ch/01/mix/fader", (None,)), ("/ch/01/mix/fader", ()),
        ("/ch/01/mix/fader", ("loud",)), ("/ch/01/mix/fader", (-3.0,)),
        ("/ch/01/mix/fader", (2.0,)), ("/ch/01/mix/on", (math.nan,)),
        ("/ch/01/grp/dca", (-1,)), ("/ch/01/grp/dca", (2**31 - 1,)), ("/ch/01/eq/1/type", (99,)),
        ("/ch/01/eq/1/f", (-1.0,)), ("/ch/99/mix/fader", (0.5,)), ("/ch/1/mix/fader", (0.5,)),
        ("/ch/01/config/name", (7,)), ("/ch/01/config/name", ("x" * 500,)),
        ("/config/chlink", ()), ("/config/chlink", tuple([1] * 200)),
        ("/config/chlink/1-2", ("%",)),
        ("/meters/13", (b"",)), ("/meters/13", (b"\xff\xff\xff\x7f",)), ("/meters/13", (1.0,)),
        ("/meters/15", (b"\0" * 204,)), ("/xinfo", ()), ("/xinfo", ("a", "b", "c")),
        ("/dca/1/fader", (math.nan,)), ("/-show/prepos/current", ("x",)),
        ("/-stat/solosw/01", (1,)), ("/headamp/000/gain", (0.9,)), ("/nonsense", (1, 2, 3)),
    ], first=9),
)  # fmt: skip
def test_whatever_it_says_wrongly_the_bridge_goes_on(
    address: str, args: tuple[OscArg, ...]
) -> None:
    with Stage(x32(), mode=Mode.ASSIST) as stage:
        stage.ready()
        stage.runner.receive_daw(OscMessage(address, args), PEER, stage.loop.time())
        stage.let_pass(1.0)
        stage.desk.receive("tablet", OscMessage("/status"), stage.loop.time())
        stage.until(lambda: stage.runner.link.state is LinkState.ONLINE, 8.0)
        stage.wish(9, Param.GAIN, -0.5)
        stage.until(lambda: bool(stage.moves(MoveState.CONFIRMED)), 30.0)
        assert {each[1] for each in stage.writes} == {"/ch/09/mix/fader"}


def test_a_desk_that_tells_without_end_fills_no_memory() -> None:
    with Stage(x32()) as stage:
        stage.ready()
        refused = 0
        for number in range(20_000):
            message = OscMessage(f"/-stat/thing/{number}", (number,))
            try:
                stage.dialect.decode(message, at=stage.loop.time())
            except DialectError:
                refused += 1
        assert refused > 5_000


# -- meters --------------------------------------------------------------------------------------


def test_a_blob_of_other_firmware_is_read_as_far_as_it_is_understood() -> None:
    def blob(*levels: float) -> bytes:
        return struct.pack(f"<i{len(levels)}f", len(levels), *levels)

    assert read_levels(blob(1.0, 0.1, 8.0), "<f4") == pytest.approx([0.0, -20.0, 18.06], abs=0.01)
    assert read_levels(blob(1.0) + b"\0\0\0\0", "<f4") == pytest.approx([0.0])
    for wrong in (b"", b"\1\0", struct.pack("<i", 5), blob(math.nan), blob(math.inf), b"\0\0\0\1"):
        with pytest.raises(DialectError):
            read_levels(wrong, "<f4")


def test_where_a_bank_is_not_understood_the_next_one_is_asked_for() -> None:
    class OtherBlobs(FakeDesk):
        def blob(self, bank: str) -> bytes:
            return b"\xff\xff\xff\x7f" if bank == "/meters/13" else super().blob(bank)

    with Stage(x32(OtherBlobs)) as stage:
        stage.ready()
        stage.let_pass(4.0)
        assert stage.engine.mix.peak_dbfs[0] == pytest.approx(-18.0, abs=0.1)


@pytest.mark.parametrize("model", ["XR18", "XR12"])
def test_the_aux_input_of_any_model_has_its_own_level(model: str) -> None:
    from bridge.config import DeskSettings

    desk = xair(model)
    desk.meters_dbfs.update({13: -60.0, 17: -33.0})
    desk.values["/rtn/aux/config/name"] = "Piano"
    with Stage(desk, options=DeskSettings(aux=True)) as stage:
        stage.ready()
        assert stage.engine.mix.strips[-1].name == "Piano"
        assert stage.engine.mix.peak_dbfs[-1] == pytest.approx(-33.0, abs=0.1)


# -- links ---------------------------------------------------------------------------------------


def test_an_x_air_that_knows_pairs_one_by_one_is_asked_so() -> None:
    class OneByOne(FakeDesk):
        def _get(self, address: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
            return iter(()) if address == "/config/chlink" else super()._get(address)

        def _answers(self, address: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
            yield OscMessage(address, (self.values[address],))

    desk = OneByOne(model="XR18", name="XR18-5E", firmware="1.17").plug(NAMES[:16])
    desk.values["/config/chlink/5-6"] = 1
    with Stage(sounding(desk)) as stage:
        stage.ready()
        assert "goes with Tom 2" in stage.barred(6)[LockClass.ALL]
        stage.hand("/config/chlink/9-10", 1)
        stage.let_pass(1.0)
        assert "goes with A-Gtr" in stage.barred(10)[LockClass.ALL]


@pytest.mark.parametrize("make", X32_FIRST)
@pytest.mark.parametrize("seed", range(2))
def test_linking_two_channels_while_running_is_no_hand(make: type, seed: int) -> None:
    desk = make()
    for tail, value in {"mix/fader": 0.5, "eq/1/g": 0.7, "eq/4/g": 0.3}.items():
        desk.values[f"/ch/06/{tail}"] = desk.grid(tail, value)
    with Stage(desk, mode=Mode.ASSIST) as stage:
        stage.ready()
        told = desk.hand("/config/chlink/5-6", 1, stage.loop.time())
        random.Random(seed).shuffle(told)
        stage.deliver(told)
        stage.let_pass(4.0)
        assert "goes with Tom 2" in stage.barred(6)[LockClass.ALL]
        assert stage.agent.hands == []
        stage.hand("/config/chlink/5-6", 0)
        stage.let_pass(4.0)
        assert stage.barred(6) == {}
        assert stage.agent.hands == []


# -- restarts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", X32_FIRST)
@pytest.mark.parametrize("off_s", [0.0, 1.0, 2.0, 8.0])
def test_a_desk_that_restarts_with_other_names_is_another_mix(make: type, off_s: float) -> None:
    desk = make()
    with Stage(desk, mode=Mode.ASSIST) as stage:
        stage.ready()
        stage.press(
            m.SafeSwitched(at=stage.loop.time(), track="#1", lock_class=LockClass.ALL, on=True)
        )
        stage.let_pass(0.5)
        desk.is_on = False
        desk.reboot()
        desk.values |= {"/ch/01/config/name": "Lead Vox", "/ch/11/config/name": "Kick"}
        for channel in range(1, 17):
            desk.values[f"/ch/{channel:02}/mix/fader"] = desk.grid("fader", position_of(-12.0))
        stage.let_pass(off_s)
        desk.is_on = True
        before = len(stage.writes)
        stage.wish(2, Param.GAIN, -0.5)
        stage.let_pass(12.0)
        assert stage.runner.link.state is LinkState.ONLINE
        assert not [text for text in stage.sentences if "places" in text]
        strips = stage.engine.mix.strips
        assert (strips[0].name, strips[10].name) == ("Lead Vox", "Kick")
        assert (strips[0].role, strips[10].role) == ("lead", "kick")
        assert stage.engine.guard.safe_classes(stage.key(1)) == [LockClass.ALL]
        assert stage.agent.hands == []
        values = [value for _, _, value in stage.writes[before:]]
        assert all(abs(value - position_of(-12.0)) < 0.03 for value in values)
        stage.hand_db(7, -20.0)
        stage.let_pass(2.0)
        assert stage.value(7, Param.GAIN) == pytest.approx(-20.0, abs=0.1)


# -- scenes --------------------------------------------------------------------------------------


def scene_of(desk: FakeDesk) -> dict[str, OscArg]:
    scene: dict[str, OscArg] = {}
    for number in range(1, desk.channels + 1):
        base = f"/ch/{number:02}"
        scene |= {f"{base}/mix/fader": 0.3 + number / 100.0, f"{base}/mix/pan": number / 40.0}
        scene |= {f"{base}/eq/{band}/g": 0.4 + number / 200.0 for band in (1, 2, 3, 4)}
        scene |= {f"{base}/mix/{bus:02}/level": number / 90.0 for bus in (1, 2)}
    return scene


@pytest.mark.parametrize("make", X32_FIRST)
@pytest.mark.parametrize(("gap_s", "seed"), [(0.0, 1), (0.002, 0), (0.006, 0), (0.002, 2)])
def test_a_scene_in_any_order_at_any_pace_with_loss_is_a_scene(
    make: type, gap_s: float, seed: int
) -> None:
    with Stage(make(), mode=Mode.ASSIST) as stage:
        stage.ready()
        stage.wish(2, Param.GAIN, -0.5)
        stage.until(lambda: bool(stage.moves(MoveState.APPLIED)))
        stage.let_pass(0.1)
        told = stage.desk.load(scene_of(stage.desk), stage.loop.time(), is_announced=False)
        told = [each for each in told if each[0] == stage.client]
        dice = random.Random(seed)
        if seed:
            dice.shuffle(told)
        begun = stage.at
        for each in told:
            if dice.random() >= 0.1 * seed:
                stage.deliver([each])
            stage.let_pass(gap_s)
        stage.let_pass(8.0)
        assert [each for each in stage.writes if each[0] > begun + 0.2] == []
        assert stage.hands == []
        assert stage.agent.hands == []
        for number in range(1, stage.desk.channels + 1):
            assert stage.value(number, Param.GAIN) == pytest.approx(
                stage.desk.fader_db(number), abs=1e-3
            )


# -- loss ----------------------------------------------------------------------------------------


def test_what_is_never_answered_for_one_input_holds_up_nobody() -> None:
    with Stage(x32(ForgetfulDesk), mode=Mode.ASSIST) as stage:
        stage.connect(within_s=8.0)
        stage.let_pass(4.0)
        assert "no name" in stage.barred(9)[LockClass.ALL]
        assert "no name" in stage.barred(10)[LockClass.ALL]
        stage.wish(11, Param.GAIN, -0.5)
        stage.until(lambda: bool(stage.moves(MoveState.CONFIRMED)))


def test_where_a_tenth_is_lost_a_sentence_says_so_and_no_send_is_overlooked() -> None:
    desk = x32()
    for channel in range(1, 33):
        for bus in range(1, 17):
            send = f"/ch/{channel:02}/mix/{bus:02}"
            desk.values[f"{send}/level"] = desk.grid("level", 0.5)
            if bus % 2:
                desk.values[f"{send}/type"] = 4
    with Stage(desk, delay_s=0.03, loss=0.15, seed=7) as stage:
        stage.connect(30.0)
        stage.let_pass(60.0)
        assert all(LockClass.GAIN in stage.barred(channel) for channel in range(1, 33))
        assert not stage.dialect._console.silent  # type: ignore[union-attr]
        said = [text for text in stage.sentences if "questions to the desk are lost" in text]
        assert len(said) == 1


@pytest.mark.parametrize("seed", repeated(range(3), first=1))
def test_where_a_tenth_is_lost_single_hands_do_not_make_it_believe_that_it_is_deaf(
    seed: int,
) -> None:
    with Stage(x32(), delay_s=0.03, loss=0.1, seed=seed) as stage:
        stage.connect(30.0)
        stage.let_pass(15.0)
        for step in range(8):
            stage.hand_db(1 + step, -3.0)
            stage.let_pass(12.0)
        assert not [text for text in stage.sentences if "places" in text]
        assert all(
            stage.value(1 + step, Param.GAIN) == pytest.approx(-3.0, abs=0.1) for step in range(8)
        )


def test_a_word_that_crosses_a_question_does_not_make_it_believe_that_it_is_deaf() -> None:
    with Stage(x32(), delay_s=0.03) as stage:
        stage.ready()
        for step in range(12):
            stage.hand_db(5, -1.0 - 0.2 * step)
            stage.let_pass(10.5 + 0.14 * step)
        assert not [text for text in stage.sentences if "places" in text]


@pytest.mark.parametrize("make", X32_FIRST)
def test_two_minutes_of_loss_end_no_subscription(make: type) -> None:
    with Stage(make(), loss=0.1, seed=3) as stage:
        stage.connect(30.0)
        for _ in range(12):
            stage.let_pass(10.0)
            stage.desk._expire(stage.loop.time())
            assert stage.client in stage.desk.clients
            assert stage.runner.link.state is LinkState.ONLINE


def test_a_datagram_of_every_answer_comes_over_the_wire_as_it_was() -> None:
    desk = x32()
    for address in desk.values:
        for said in desk._get(address):
            assert decode(encode(said)) == [said]
