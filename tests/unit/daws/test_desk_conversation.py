"""A bridge beside a desk of either family: what is read, written, noticed, and left alone."""

import itertools
import math

import pytest
from support.repeats import repeated

from bridge.config import DeskSettings
from bridge.daws.desk.study.fake import NAMES, FakeDesk, position_of
from bridge.daws.desk.study.stage import Stage, sounding
from bridge.daws.desk.wire import laws
from bridge.mix import messages as m
from bridge.mix.messages import LinkState, Mode, MoveState
from bridge.mix.params import EQ_BANDS, LockClass, Param
from bridge.osc.message import OscMessage

pytestmark = pytest.mark.slow

WRITABLE = r"/ch/\d\d/(mix/fader|mix/pan|eq/[1-4]/g)"


def x32(**given: object) -> FakeDesk:
    return sounding(FakeDesk(**given).plug())  # type: ignore[arg-type]


def xr18(**given: object) -> FakeDesk:
    desk = FakeDesk(model="XR18", name="XR18-5E-91-5A", firmware="1.17", **given)  # type: ignore[arg-type]
    return sounding(desk.plug(NAMES[:16]))


FAMILIES = [pytest.param(x32, id="x32"), pytest.param(xr18, id="xair")]
X32_FIRST = [FAMILIES[0], pytest.param(xr18, id="xair", marks=pytest.mark.long)]
ECHOES = [
    pytest.param({"tells_writers": False}, id="not told"),
    pytest.param({"tells_writers": True}, id="told"),
    pytest.param({"tells_writers": True, "floors": True}, id="floors"),
]


# -- reading -------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", FAMILIES)
def test_within_two_seconds_all_names_and_faders_are_known_at_a_gentle_pace(make: type) -> None:
    with Stage(make()) as stage:
        assert stage.connect() <= 2.0
        stage.let_pass(8.0)
        asked = [at for at, said in stage.said if not said.args]
        for place in range(len(asked)):
            assert sum(asked[place] <= at < asked[place] + 1.0 for at in asked[place:]) <= 400
        names = [strip.name for strip in stage.engine.mix.strips]
        assert names == list(NAMES[: stage.desk.channels])


@pytest.mark.parametrize("make", FAMILIES)
def test_at_most_sixteen_questions_are_in_flight(make: type) -> None:
    with Stage(make(), delay_s=0.03) as stage:
        stage.connect()
        asked = [at for at, said in stage.said if not said.args and said.address[1] in "cbdaf"]
        assert max(sum(at <= each < at + 0.0595 for each in asked) for at in asked) <= 16


@pytest.mark.parametrize("make", FAMILIES)
def test_every_fader_pan_and_eq_is_what_the_desk_holds(make: type) -> None:
    desk = make()
    for number in range(1, desk.channels + 1):
        base = f"/ch/{number:02}"
        desk.values[f"{base}/mix/fader"] = desk.grid(".../fader", number / 40.0)
        desk.values[f"{base}/mix/pan"] = desk.grid(".../pan", number / 40.0)
        desk.values[f"{base}/eq/2/g"] = desk.grid(".../g", number / 40.0)
    with Stage(desk) as stage:
        stage.ready()
        for number in range(1, desk.channels + 1):
            held = desk.values[f"/ch/{number:02}/mix/pan"]
            assert stage.value(number, Param.GAIN) == pytest.approx(desk.fader_db(number), abs=1e-3)
            assert stage.value(number, Param.PAN) == pytest.approx(2.0 * held - 1.0, abs=1e-5)
            held = desk.values[f"/ch/{number:02}/eq/2/g"]
            assert stage.value(number, Param.EQ_LOWMID) == pytest.approx(
                30.0 * held - 15.0, abs=1e-3
            )


def test_where_a_tenth_is_lost_and_the_rest_is_late_all_is_read() -> None:
    with Stage(x32(), delay_s=0.03, loss=0.1, seed=4) as stage:
        stage.connect(within_s=15.0)
        stage.let_pass(15.0)
        assert not any(math.isnan(stage.value(number, Param.EQ_HIGH)) for number in range(1, 33))


def test_what_a_firmware_does_not_know_holds_nothing_up() -> None:
    gaps = ("/config/linkcfg", "/config/amixenable", "/fx", "/meters/13", "/-show", "/dca/8")
    with Stage(x32(unknown=gaps)) as stage:
        assert stage.connect() <= 2.0
        stage.let_pass(12.0)
        assert stage.engine.mix.level_db[0] < 0.0
        assert stage.barred(1) == {}


def test_without_any_meters_the_desk_is_still_there() -> None:
    with Stage(x32(unknown=("/meters",))) as stage:
        stage.connect()
        stage.let_pass(12.0)
        assert stage.runner.link.state is LinkState.ONLINE
        assert not any("no word" in text for text in stage.sentences)


def test_a_band_far_from_ours_or_of_another_kind_is_no_band_of_ours() -> None:
    desk = x32()
    desk.values["/ch/01/eq/1/f"] = 0.9
    desk.values["/ch/02/eq/1/type"] = 0
    desk.values["/ch/03/eq/on"] = 0
    with Stage(desk) as stage:
        stage.ready()
        assert math.isnan(stage.value(1, Param.EQ_LOW))
        assert math.isnan(stage.value(2, Param.EQ_LOW))
        assert all(math.isnan(stage.value(3, band)) for band in EQ_BANDS)
        assert not math.isnan(stage.value(3, Param.GAIN))


@pytest.mark.parametrize("make", FAMILIES)
def test_meters_are_read_behind_the_fader_and_its_dca(make: type) -> None:
    desk = make()
    desk.meters_dbfs[3] = -20.0
    desk.values["/ch/03/mix/fader"] = desk.grid("fader", position_of(-6.0))
    desk.values["/ch/03/grp/dca"] = 2
    desk.values["/dca/2/fader"] = desk.grid("fader", position_of(-4.0))
    with Stage(desk) as stage:
        stage.ready()
        assert stage.engine.mix.peak_dbfs[2] == pytest.approx(-30.0, abs=0.1)


# -- writing -------------------------------------------------------------------------------------


def moves_of(stage: Stage, count: int) -> None:
    """The bridge makes so many moves, one after the other, on gains, pans and EQs."""
    params = itertools.cycle((Param.GAIN, Param.EQ_LOW, Param.GAIN, Param.PAN, Param.EQ_HIGH))
    strips = itertools.cycle(range(1, stage.desk.channels + 1))
    signs = itertools.cycle((-1.0, 1.0, -1.0))
    for _ in range(count):
        param = next(params)
        step = 0.05 if param is Param.PAN else 0.5
        stage.wish(next(strips), param, next(signs) * step)
        begun = len(stage.moves(MoveState.APPLIED))
        stage.until(lambda begun=begun: len(stage.moves(MoveState.APPLIED)) > begun, 30.0)
    stage.let_pass(4.0)


@pytest.mark.parametrize("make", X32_FIRST)
@pytest.mark.parametrize("echo", ECHOES)
def test_every_move_is_confirmed_and_none_is_taken_for_a_hand(
    make: type, echo: dict[str, bool]
) -> None:
    with Stage(make(**echo), mode=Mode.ASSIST, interval_s=5.0) as stage:
        stage.ready()
        moves_of(stage, 12)
        assert len(stage.moves(MoveState.CONFIRMED)) == 12
        assert stage.hands == []


def test_writes_are_on_the_grid_small_and_slow_and_nowhere_else() -> None:
    with Stage(x32(), mode=Mode.ASSIST, interval_s=5.0) as stage:
        stage.ready()
        moves_of(stage, 12)
        last: dict[str, float] = {}
        for at, address, position in stage.writes:
            param, places = _kind(address)
            assert position * places == pytest.approx(round(position * places), abs=1e-3)
            value = laws.read(param, position)
            assert abs(value - last.get(address, value)) <= 0.5
            last[address] = value
            same = [each for each in stage.writes if each[1] == address]
            assert sum(at <= each[0] < at + 1.0 for each in same) <= 25
            assert sum(at <= each[0] < at + 1.0 for each in stage.writes) <= 60


def _kind(address: str) -> tuple[Param, int]:
    if address.endswith("/mix/fader"):
        return Param.GAIN, 1023
    if address.endswith("/mix/pan"):
        return Param.PAN, 100
    assert address.endswith("/g")
    return Param.EQ_LOW, 120


def test_what_is_aimed_at_is_a_place_of_the_fader() -> None:
    with Stage(x32(), mode=Mode.ASSIST) as stage:
        stage.ready()
        stage.wish(1, Param.GAIN, -0.5)
        stage.until(lambda: bool(stage.moves(MoveState.CONFIRMED)))
        (move,) = stage.moves(MoveState.CONFIRMED)
        assert move.to_value == laws.nearest(Param.GAIN, move.to_value)
        assert stage.desk.fader_db(1) == pytest.approx(move.to_value, abs=1e-3)


@pytest.mark.parametrize("seed", repeated(range(3), first=1))
def test_where_a_tenth_is_lost_a_move_is_confirmed_or_given_up_and_is_no_hand(seed: int) -> None:
    desk = x32()
    with Stage(desk, mode=Mode.ASSIST, interval_s=5.0, delay_s=0.03, loss=0.1, seed=seed) as stage:
        stage.connect(within_s=20.0)
        stage.let_pass(15.0)
        moves_of(stage, 8)
        assert stage.hands == []
        ended = len(stage.moves(MoveState.CONFIRMED)) + len(stage.moves(MoveState.UNCONFIRMED))
        assert ended >= 8


# -- hands ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", FAMILIES)
def test_a_hand_during_a_ramp_wins_at_once_and_is_one_hand(make: type) -> None:
    with Stage(make(), mode=Mode.ASSIST) as stage:
        stage.ready()
        stage.wish(2, Param.GAIN, -0.5)
        stage.until(lambda: bool(stage.moves(MoveState.APPLIED)))
        stage.let_pass(0.1)
        begun = stage.at
        for step in range(20):
            stage.hand_db(2, 0.0 - 0.4 * step)
            stage.let_pass(0.03)
        stage.wish(2, Param.GAIN, -0.5)
        stage.let_pass(9.0)
        late = [each for each in stage.writes if each[0] > begun + 0.05 and "/ch/02/" in each[1]]
        assert late == []
        assert len(stage.hands) == 1
        assert len(stage.agent.hands) == 1


# -- scenes --------------------------------------------------------------------------------------


def scene_of(desk: FakeDesk) -> dict[str, object]:
    scene: dict[str, object] = {}
    for number in range(1, desk.channels + 1):
        scene[f"/ch/{number:02}/mix/fader"] = 0.4 + number / 100.0
        scene[f"/ch/{number:02}/eq/2/g"] = 0.55
    return scene


@pytest.mark.parametrize("make", X32_FIRST)
@pytest.mark.parametrize("is_announced", [True, False])
@pytest.mark.parametrize("loss", [0.0, 0.4])
def test_a_recall_stops_everything_teaches_nothing_and_is_the_new_mix(
    make: type, is_announced: bool, loss: float
) -> None:
    with Stage(make(), mode=Mode.ASSIST) as stage:
        stage.ready()
        stage.wish(2, Param.GAIN, -0.5)
        stage.until(lambda: bool(stage.moves(MoveState.APPLIED)))
        stage.let_pass(0.1)
        stage.loss = loss
        begun = stage.at
        stage.load(scene_of(stage.desk), is_announced=is_announced)  # type: ignore[arg-type]
        stage.let_pass(0.04)
        stage.loss = 0.0
        stage.let_pass(8.0)
        assert [each for each in stage.writes if each[0] > begun + 0.05] == []
        assert stage.hands == []
        assert stage.agent.hands == []
        for number in range(1, stage.desk.channels + 1):
            here = pytest.approx(stage.desk.fader_db(number), abs=1e-3)
            assert stage.value(number, Param.GAIN) == here
            assert stage.engine.guard.pinned(stage.key(number), Param.GAIN) == here
            assert stage.value(number, Param.EQ_LOWMID) == pytest.approx(1.5, abs=1e-3)


def test_an_announced_scene_that_changes_one_fader_is_no_hand() -> None:
    with Stage(x32()) as stage:
        stage.ready()
        stage.load({"/ch/05/mix/fader": 0.5}, is_announced=True)
        stage.let_pass(6.0)
        assert stage.hands == []
        assert stage.value(5, Param.GAIN) == pytest.approx(-10.0, abs=0.05)


def test_panic_gives_back_what_was_moved_in_this_scene_alone() -> None:
    with Stage(x32(), mode=Mode.ASSIST) as stage:
        stage.ready()
        for channel in (1, 2):
            stage.wish(channel, Param.GAIN, -0.5)
            stage.until(lambda: not stage.agent.wishes)
            stage.let_pass(3.0)
            if channel == 1:
                stage.load({"/ch/05/mix/fader": 0.5}, is_announced=True)
                stage.let_pass(14.0)
        before = len(stage.writes)
        stage.press(m.PanicPressed(at=stage.loop.time()))
        stage.let_pass(4.0)
        assert {each[1] for each in stage.writes[before:]} == {"/ch/02/mix/fader"}


def test_names_that_a_scene_swaps_take_their_roles_along_and_safe_stays_with_the_channel() -> None:
    with Stage(x32()) as stage:
        stage.ready()
        strips = stage.engine.mix.strips
        assert (strips[0].role, strips[10].role) == ("kick", "lead")
        stage.press(
            m.SafeSwitched(at=stage.loop.time(), track="#1", lock_class=LockClass.ALL, on=True)
        )
        stage.press(m.RoleCorrected(at=stage.loop.time(), track="#11", role=m.Role("bass")))
        stage.let_pass(0.5)
        scene = {"/ch/01/config/name": "Lead Vox", "/ch/11/config/name": "Kick"}
        stage.load(scene, is_announced=True)  # type: ignore[arg-type]
        stage.let_pass(6.0)
        strips = stage.engine.mix.strips
        assert (strips[0].name, strips[10].name) == ("Lead Vox", "Kick")
        assert (strips[0].role, strips[10].role) == ("lead", "kick")
        assert stage.engine.guard.safe_classes(stage.key(1)) == [LockClass.ALL]
        assert stage.engine.guard.safe_classes(stage.key(11)) == []


# -- what goes together --------------------------------------------------------------------------


@pytest.mark.parametrize("make", FAMILIES)
def test_a_linked_pair_is_one_strip_and_one_hand(make: type) -> None:
    desk = make()
    desk.values["/config/chlink/5-6"] = 1
    with Stage(desk, mode=Mode.ASSIST) as stage:
        stage.ready()
        assert math.isnan(stage.value(6, Param.GAIN))
        assert "goes with Tom 2" in stage.barred(6)[LockClass.ALL]
        assert LockClass.PAN in stage.barred(5)
        stage.wish(5, Param.GAIN, -0.5)
        stage.until(lambda: bool(stage.moves(MoveState.CONFIRMED)))
        assert desk.values["/ch/06/mix/fader"] == desk.values["/ch/05/mix/fader"]
        assert stage.hands == []
        for step in range(10):
            stage.hand_db(6, -1.0 - 0.4 * step)
            stage.let_pass(0.05)
        stage.let_pass(3.0)
        assert len(stage.hands) == 1
        assert stage.hands[0].track == 5


@pytest.mark.parametrize("make", FAMILIES)
@pytest.mark.parametrize("hard", [False, True])
def test_a_mute_group_silences_without_a_hand_and_without_moves(make: type, hard: bool) -> None:
    desk = make(hard_groups=hard)
    for number in range(1, 9):
        desk.values[f"/ch/{number:02}/grp/mute"] = 2
    with Stage(desk, mode=Mode.ASSIST) as stage:
        stage.ready()
        stage.hand("/config/mute/2", 1)
        stage.let_pass(1.0)
        assert [strip.mute for strip in stage.engine.mix.strips[:9]] == [True] * 8 + [False]
        assert stage.engine.mix.observe().audible[:9].tolist() == [False] * 8 + [True]
        assert stage.hands == []
        assert stage.runner.link.state is LinkState.ONLINE


def test_a_dca_that_is_pulled_down_silences_and_is_no_hand() -> None:
    desk = x32()
    for number in range(1, 13):
        desk.values[f"/ch/{number:02}/grp/dca"] = 1
    with Stage(desk) as stage:
        stage.ready()
        for step in range(30):
            stage.hand("/dca/1/fader", 0.75 - 0.025 * step)
            stage.let_pass(0.03)
        stage.hand("/dca/1/fader", 0.0)
        stage.let_pass(1.0)
        assert all(strip.mute for strip in stage.engine.mix.strips[:12])
        assert stage.hands == []
        assert stage.agent.hands == []


# -- the wire ------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_reboot", [False, True])
def test_a_desk_that_was_silent_is_read_anew_and_tells_us_again(is_reboot: bool) -> None:
    with Stage(x32(), mode=Mode.ASSIST) as stage:
        stage.ready()
        stage.desk.is_on = False
        if is_reboot:
            stage.desk.reboot()
        stage.until(lambda: stage.runner.link.state is LinkState.STALE, 4.0)
        stage.desk.values["/ch/04/mix/fader"] = stage.desk.grid("fader", 0.5)
        stage.wish(1, Param.GAIN, -0.5)
        before = len(stage.writes)
        stage.let_pass(6.0)
        assert len(stage.writes) == before
        stage.desk.is_on = True
        stage.connect(within_s=6.0)
        assert stage.value(4, Param.GAIN) == pytest.approx(-10.0, abs=0.05)
        stage.hand_db(7, -20.0)
        stage.let_pass(2.0)
        assert stage.value(7, Param.GAIN) == pytest.approx(-20.0, abs=0.1)


@pytest.mark.parametrize("make", FAMILIES)
def test_where_others_have_all_places_it_says_so_and_does_not_act(make: type) -> None:
    desk = make()
    for number in range(desk.places):
        desk.clients[f"tablet {number}"] = 1e9
    with Stage(desk, mode=Mode.ASSIST) as stage:
        stage.ready()
        stage.hand_db(3, -12.0)
        stage.until(lambda: stage.engine.status[0] == "stale", 12.0)
        assert f"all {desk.places} places" in stage.engine.status[1]
        before = len(stage.writes)
        stage.wish(1, Param.GAIN, -0.5)
        stage.let_pass(10.0)
        assert len(stage.writes) == before
        desk.clients.clear()
        stage.let_pass(4.0)
        stage.hand_db(3, -14.0)
        stage.connect(within_s=6.0)


@pytest.mark.parametrize("make", FAMILIES)
def test_where_nobody_tells_us_of_our_own_writes_the_first_ramp_is_the_last(make: type) -> None:
    desk = make()
    for number in range(desk.places):
        desk.clients[f"tablet {number}"] = 1e9
    with Stage(desk, mode=Mode.ASSIST) as stage:
        stage.ready()
        stage.wish(1, Param.GAIN, -0.5)
        stage.until(lambda: stage.engine.status[0] == "stale", 12.0)
        assert "places" in stage.engine.status[1]
        written = len(stage.writes)
        stage.wish(2, Param.GAIN, -0.5)
        stage.let_pass(10.0)
        assert len(stage.writes) == written < 20


def test_a_desk_that_never_tells_of_our_socket_is_believed_once_a_hand_has_been_told() -> None:
    with Stage(x32(), mode=Mode.ASSIST) as stage:
        stage.writer = stage.client
        stage.ready()
        stage.wish(1, Param.GAIN, -0.5)
        stage.until(lambda: stage.engine.status[0] == "stale", 12.0)
        stage.hand_db(9, -3.0)
        stage.connect(within_s=6.0)
        stage.let_pass(12.0)
        for channel in (2, 3, 4):
            stage.wish(channel, Param.GAIN, -0.5)
            stage.let_pass(6.0)
        assert len(stage.moves(MoveState.CONFIRMED)) >= 3
        assert stage.engine.status[0] == "online"


def test_a_panic_at_the_desks_own_socket_is_nobodys() -> None:
    with Stage(x32()) as stage:
        stage.ready()
        stage.runner.receive_daw(
            OscMessage("/bridge/panic", (1,)), ("10.0.0.9", 1), stage.loop.time()
        )
        stage.let_pass(0.5)
        assert not stage.engine.guard.is_panicked


# -- what is left alone --------------------------------------------------------------------------


@pytest.mark.parametrize("make", FAMILIES)
def test_strips_whose_moves_would_reach_a_wedge_are_left_alone_by_name(make: type) -> None:
    desk = make()
    desk.values[desk.bus(2) + "/config/name"] = "Wedge 2"
    desk.values[desk.bus(4) + "/config/name"] = "Hall Rev"
    post, pre, before_eq = 4, 3, 1
    for channel, bus, tap in ((1, 2, post), (2, 2, pre), (3, 2, before_eq), (4, 4, post)):
        desk.values[f"/ch/{channel:02}/mix/{bus:02}/level"] = desk.grid("level", 0.6)
        teller = bus - 1 if desk.is_x32 else bus
        desk.values[f"/ch/{channel:02}/mix/{teller:02}/type"] = tap
    with Stage(desk) as stage:
        stage.ready()
        assert stage.barred(1) == {
            LockClass.GAIN: "also moves Wedge 2", LockClass.EQ: "also moves Wedge 2",
        }  # fmt: skip
        assert stage.barred(2) == {LockClass.EQ: "also moves Wedge 2"}
        assert stage.barred(3) == {}
        assert stage.barred(4) == {}


def test_a_send_that_is_opened_in_the_show_bars_at_once() -> None:
    desk = x32()
    with Stage(desk) as stage:
        stage.ready()
        stage.hand("/ch/01/mix/01/type", 4)
        stage.hand("/ch/01/mix/01/level", 0.6)
        stage.let_pass(0.2)
        assert "also moves bus 1" in stage.barred(1)[LockClass.GAIN]


def test_monitors_can_be_ignored() -> None:
    desk = x32()
    desk.values["/ch/01/mix/01/level"] = desk.grid("level", 0.6)
    desk.values["/ch/01/mix/01/type"] = 4
    with Stage(desk, options=DeskSettings(monitors="ignore")) as stage:
        stage.ready()
        assert stage.barred(1) == {}


@pytest.mark.parametrize(
    ("tail", "value", "reason"),
    [
        ("config/name", "", "has no name"),
        ("config/name", "MC 1", "mc"),
        ("config/name", "Pastor", "pastor"),
        ("config/name", "Playback L", "playback"),
        ("config/name", "Talkback", "talkback"),
        ("mix/st", 0, "not on the main mix"),
    ],
)
def test_what_is_no_part_of_the_bands_mix_is_left_alone(
    tail: str, value: str | int, reason: str
) -> None:
    desk = x32()
    desk.values[f"/ch/03/{tail}"] = value
    with Stage(desk) as stage:
        stage.ready()
        assert reason in stage.barred(3)[LockClass.ALL]


def test_an_automix_member_keeps_its_gain() -> None:
    desk = x32()
    desk.values["/ch/03/automix/group"] = 1
    desk.values["/config/amixenable/X"] = 1
    with Stage(desk) as stage:
        stage.ready()
        assert set(stage.barred(3)) == {LockClass.GAIN}


# -- a show --------------------------------------------------------------------------------------


@pytest.mark.long
def test_in_a_show_eq_is_only_cut_and_faders_rise_a_little_and_silence_is_left_alone() -> None:
    desk = x32()
    desk.meters_dbfs[4] = -90.0
    with Stage(desk, mode=Mode.ASSIST) as stage:
        stage.ready()
        stage.press(m.ModeChosen(at=stage.loop.time(), mode=Mode.GIG))
        stage.let_pass(2.0)
        stage.wish(1, Param.EQ_LOW, 0.5)
        stage.let_pass(3.0)
        assert stage.writes == []
        stage.agent.wishes.clear()
        stage.wish(4, Param.GAIN, -0.5)
        stage.let_pass(3.0)
        assert stage.writes == []
        stage.agent.wishes.clear()
        stage.wish(1, Param.EQ_LOW, -0.25)
        stage.until(lambda: bool(stage.moves(MoveState.CONFIRMED)))
        for _ in range(12):
            stage.wish(2, Param.GAIN, 0.25)
            stage.let_pass(20.0)
            stage.agent.wishes.clear()
        assert 0.5 < stage.desk.fader_db(2) <= 1.5


def test_in_a_show_nothing_moves_after_a_leap_of_the_level() -> None:
    desk = x32()
    with Stage(desk, mode=Mode.ASSIST) as stage:
        stage.ready()
        stage.press(m.ModeChosen(at=stage.loop.time(), mode=Mode.GIG))
        stage.let_pass(2.0)
        desk.meters_dbfs[7] = -3.0
        stage.let_pass(1.1)
        stage.wish(1, Param.GAIN, -0.25)
        stage.let_pass(1.0)
        assert stage.writes == []
        stage.until(lambda: bool(stage.moves(MoveState.CONFIRMED)))


def test_between_two_songs_nothing_moves() -> None:
    desk = x32()
    with Stage(desk, mode=Mode.ASSIST) as stage:
        stage.ready()
        stage.press(m.ModeChosen(at=stage.loop.time(), mode=Mode.GIG))
        desk.meters_dbfs.update(dict.fromkeys(range(2, 33), -90.0))
        stage.let_pass(3.0)
        stage.wish(1, Param.GAIN, -0.25)
        stage.let_pass(6.0)
        assert stage.writes == []


# -- in front of people --------------------------------------------------------------------------


def test_assist_waits_for_a_mix_that_somebody_has_pinned() -> None:
    with Stage(x32(), mode=Mode.ASSIST) as stage:
        stage.until(lambda: stage.runner.link.state is LinkState.ONLINE)
        stage.let_pass(6.0)
        assert stage.engine.mode is Mode.SUGGEST
        assert any("mixbridge pin a" in text for text in stage.sentences)
        stage.press(m.ModeChosen(at=stage.loop.time(), mode=Mode.ASSIST))
        stage.let_pass(0.5)
        assert stage.engine.mode is Mode.SUGGEST
        stage.wish(1, Param.GAIN, -0.5)
        stage.let_pass(6.0)
        assert stage.writes == []
        stage.press(m.MixPinned(at=stage.loop.time(), slot=m.Slot.B))
        stage.press(m.ModeChosen(at=stage.loop.time(), mode=Mode.ASSIST))
        stage.let_pass(0.5)
        assert stage.engine.mode is Mode.ASSIST


def test_assist_of_the_settings_begins_with_the_pin() -> None:
    with Stage(x32(), mode=Mode.ASSIST) as stage:
        stage.ready()
        assert stage.engine.mode is Mode.ASSIST
        assert "the mix is pinned: assist begins" in stage.sentences


def test_another_mode_ends_the_wait_for_a_pin() -> None:
    with Stage(x32(), mode=Mode.ASSIST) as stage:
        stage.until(lambda: stage.runner.link.state is LinkState.ONLINE)
        stage.press(m.ModeChosen(at=stage.loop.time(), mode=Mode.OBSERVE))
        stage.press(m.MixPinned(at=stage.loop.time(), slot=m.Slot.A))
        stage.let_pass(0.5)
        assert stage.engine.mode is Mode.OBSERVE


@pytest.mark.parametrize("make", FAMILIES)
def test_the_scene_is_told_by_number_and_name(make: type) -> None:
    with Stage(make()) as stage:
        stage.ready()
        assert stage.dialect.facts(at=stage.loop.time())["scene_name"] == "1 Scene 1"
        assert stage.sentences.count("scene 1 Scene 1 is on the desk") == 1
        stage.desk.values["/-snap/name"] = "Chorus"
        stage.load({"/ch/05/mix/fader": 0.5}, is_announced=True)
        stage.let_pass(6.0)
        name = "2 Scene 2" if stage.desk.is_x32 else "2 Chorus"
        assert f"scene {name} is on the desk" in stage.sentences
