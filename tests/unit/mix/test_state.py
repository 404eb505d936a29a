"""The mix as the DAW last said it: dumps, identities, and sound before and after moves."""

from collections.abc import Iterable
from itertools import pairwise
from unicodedata import normalize

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mix.levels import PEAK_SD_DB
from bridge.mix.messages import MetersRead, ParamChanged
from bridge.mix.params import COLUMN, SENDS, Param
from bridge.mix.roles import Role
from bridge.mix.state import METER_COLUMNS, MixState, StripState

Said = tuple[str, str]
"""A name and a uid, each empty where its datagram was lost."""


def dump(
    mix: MixState, strips: Iterable[Said | str], gains_db: Iterable[float] = ()
) -> tuple[bool, list[ParamChanged]]:
    """The DAW says all it has; strips without a gain stand at 0 dB."""
    said = [(strip, "") if isinstance(strip, str) else strip for strip in strips]
    mix.open_dump(len(said))
    gains = [*gains_db, *([0.0] * len(said))]
    for track, (name, uid) in enumerate(said, start=1):
        if uid:
            assert not mix.record_uid(track, uid)
        if name:
            assert not mix.record_name(track, name)
        assert mix.record_change(
            ParamChanged(at=1.0, track=track, param=Param.GAIN, value=gains[track - 1])
        )
    return mix.close_dump()


def keys(mix: MixState) -> list[str]:
    return [strip.key for strip in mix.strips]


def gains(mix: MixState) -> list[float]:
    return [float(value) for value in mix.values[:, COLUMN[Param.GAIN]]]


def strip_of(mix: MixState, key: str) -> StripState:
    strip = mix.by_key(key)
    assert strip is not None
    return strip


# -- dumps --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("last", "settled"), [(-2.97, -3.0), (-2.0, -2.0)], ids=["hand", "far"])
def test_a_hand_that_begins_in_the_first_dump_is_measured_from_where_it_began(
    last: float, settled: float
) -> None:
    mix = MixState()
    mix.open_dump(1)
    mix.record_name(1, "Kick")
    for value in (-3.0, -2.99, last):
        mix.record_change(ParamChanged(at=1.0, track=1, param=Param.GAIN, value=value))
    mix.close_dump()
    kick = strip_of(mix, "Kick")
    assert mix.value(kick, Param.GAIN) == last
    assert mix.settled_value(kick, Param.GAIN) == settled


def test_the_first_dump_is_a_new_layout_and_its_values_are_taken() -> None:
    mix = MixState()
    assert dump(mix, ["Kick", "Vox"], [-3.0, -6.0]) == (True, [])
    assert keys(mix) == ["Kick", "Vox"]
    assert gains(mix) == [-3.0, -6.0]
    assert np.isnan(mix.values[:, COLUMN[Param.PAN]]).all()


def test_the_same_dump_again_changes_nothing_and_tells_what_was_said() -> None:
    mix = MixState()
    dump(mix, ["Kick", "Vox"], [-3.0, -6.0])
    is_new, changes = dump(mix, ["Kick", "Vox"], [-3.0, -7.0])
    assert not is_new
    assert [(change.track, change.value) for change in changes] == [(1, -3.0), (2, -7.0)]
    assert gains(mix) == [-3.0, -6.0], "the caller decides whether a hand was there"


def test_after_a_reorder_each_strip_keeps_what_is_known_of_it() -> None:
    mix = MixState()
    dump(mix, ["Kick", "Bass", "Vox"], [-1.0, -2.0, -3.0])
    strip_of(mix, "Vox").mute = True
    is_new, changes = dump(mix, ["Vox", "Kick", "Bass"], [-3.0, -1.0, -2.0])
    assert is_new
    assert gains(mix) == [-3.0, -1.0, -2.0]
    assert [strip.number for strip in mix.strips] == [1, 2, 3]
    assert [change.track for change in changes] == [1, 2, 3]
    assert mix.strips[0].mute


def test_an_inserted_and_a_deleted_track_move_the_others() -> None:
    mix = MixState()
    dump(mix, ["Kick", "Vox"], [-1.0, -3.0])
    is_new, changes = dump(mix, ["Kick", "Bass", "Vox"], [-1.0, -2.0, -3.0])
    assert is_new
    assert [change.track for change in changes] == [1, 3]
    assert gains(mix) == [-1.0, -2.0, -3.0]
    assert dump(mix, ["Vox"], [-3.0])[0]
    assert gains(mix) == [-3.0]
    assert mix.by_key("Kick") is None
    assert mix.by_number(2) is None


def test_namesakes_are_told_apart_by_their_order() -> None:
    mix = MixState()
    dump(mix, ["Gtr", "Gtr", "Gtr#2"], [-1.0, -2.0, -3.0])
    assert len(set(keys(mix))) == 3
    dump(mix, ["Kick", "Gtr", "Gtr", "Gtr#2"], [0.0, -1.0, -2.0, -3.0])
    assert gains(mix) == [0.0, -1.0, -2.0, -3.0]


def test_the_daws_identity_outlives_a_rename() -> None:
    mix = MixState()
    dump(mix, [("Vox", "a"), ("Bass", "b")], [-1.0, -2.0])
    is_new, _ = dump(mix, [("Bob", "a"), ("Bass", "b")], [-1.0, -2.0])
    assert not is_new
    assert strip_of(mix, "a").name == "Bob"


@pytest.mark.parametrize(
    "lost",
    [
        [("", ""), ("Bass", "b")],
        [("Vox", ""), ("Bass", "b")],
        [("", "a"), ("Bass", "b")],
        [("Vox", ""), ("", "")],
    ],
)
def test_a_lost_datagram_of_a_dump_costs_no_identity(lost: list[Said]) -> None:
    mix = MixState()
    dump(mix, [("Vox", "a"), ("Bass", "b")], [-1.0, -2.0])
    is_new, _ = dump(mix, lost, [-1.0, -2.0])
    assert not is_new
    assert [strip.name for strip in mix.strips] == ["Vox", "Bass"]


def test_a_lost_name_never_gives_a_strip_the_identity_of_another() -> None:
    mix = MixState()
    dump(mix, ["Vox", "Bass"], [-1.0, -2.0])
    dump(mix, ["Bass", ""], [-2.0, -1.0])
    assert keys(mix) == ["Bass", "Track 2"]
    dump(mix, ["", ""])
    assert keys(mix) == ["Bass", "Track 2"]


def test_a_strip_that_never_had_a_name_has_its_number() -> None:
    mix = MixState()
    dump(mix, ["", "Track 1", ""])
    assert keys(mix) == ["Track 1#2", "Track 1", "Track 3"]


@given(dumps=st.lists(st.lists(st.tuples(*[st.sampled_from(["", "A", "A#2", "Track 1"])] * 2))))
def test_no_two_strips_ever_share_an_identity_or_a_number(dumps: list[list[Said]]) -> None:
    mix = MixState()
    for said in dumps:
        dump(mix, said)
        assert len(set(keys(mix))) == len(said)
        assert [strip.number for strip in mix.strips] == list(range(1, len(said) + 1))
        assert all(mix.by_key(strip.key) is strip for strip in mix.strips)
        assert mix.values.shape == (len(said), 6)


@given(orders=st.lists(st.permutations(range(5)), min_size=1))
def test_values_follow_their_strips_through_any_reorder(orders: list[list[int]]) -> None:
    mix = MixState()
    dump(mix, [str(n) for n in range(5)], [-float(n) for n in range(5)])
    for order in orders:
        dump(mix, [str(n) for n in order], [-float(n) for n in order])
        assert gains(mix) == [-float(n) for n in order]


def test_what_lies_beyond_the_announced_count_is_ignored() -> None:
    mix = MixState()
    mix.open_dump(1)
    mix.record_name(2, "Ghost")
    mix.record_uid(2, "ghost")
    mix.record_role(2, Role.FX)
    mix.record_change(ParamChanged(at=1.0, track=2, param=Param.GAIN, value=-1.0))
    mix.close_dump()
    assert keys(mix) == ["Track 1"]


def test_a_role_of_a_dump_is_taken_and_one_outside_as_well() -> None:
    mix = MixState()
    mix.open_dump(1)
    mix.record_role(1, Role.FX)
    mix.close_dump()
    assert mix.strips[0].role is Role.FX
    mix.record_role(1, Role.PAD)
    mix.record_role(2, Role.PAD)
    assert mix.strips[0].role is Role.PAD


def test_a_name_or_identity_outside_a_dump_is_in_doubt_where_it_contradicts() -> None:
    mix = MixState()
    dump(mix, [("Vox", "a")])
    assert not mix.record_name(1, "Vox")
    assert not mix.record_uid(1, "a")
    assert mix.record_name(1, "Bob")
    assert mix.record_uid(1, "b")
    assert mix.record_name(2, "Vox")
    assert mix.record_uid(2, "a")


def test_a_dump_replaces_one_that_was_not_finished() -> None:
    mix = MixState()
    mix.open_dump(3)
    assert mix.is_dump_open
    dump(mix, ["Vox"])
    assert keys(mix) == ["Vox"]
    assert not mix.is_dump_open


def test_a_send_is_known_by_its_strip_and_goes_where_the_strip_goes() -> None:
    mix = MixState()
    dump(mix, ["Vox", "Bass"])
    vox, bass = mix.strips
    mix.confirm(vox, Param.SEND_2, -12.0, 1.0)
    dump(mix, ["Bass", "Vox"])
    row = vox.number - 1
    assert row == 1
    assert mix.sends[row, SENDS.index(Param.SEND_2)] == -12.0
    assert np.isnan(mix.sends[bass.number - 1]).all()


def test_mute_and_solo_are_switches_of_the_strip() -> None:
    mix = MixState()
    dump(mix, ["Vox"])
    (vox,) = mix.strips
    mix.confirm(vox, Param.SOLO, 1.0, 1.0)
    mix.confirm(vox, Param.MUTE, 1.0, 1.0)
    assert vox.mute
    assert mix.is_any_solo
    mix.confirm(vox, Param.SOLO, 0.0, 1.0)
    assert not mix.is_any_solo


@pytest.mark.parametrize(
    ("track", "found"),
    [("vox", ["Vox"]), ("2", ["2"]), ("1", ["Vox"]), ("*", ["Vox", "Bass", "2"]), ("9", []),
     ("tuba", []), ("-1", []), ("²", []), ("9" * 6000, []), ("#1", ["Vox"]), ("#2", ["Bass"]),
     ("#9", []), ("#", []), (" VOX ", ["Vox"])],
)  # fmt: skip
def test_a_person_means_strips_by_name_number_or_star(track: str, found: list[str]) -> None:
    mix = MixState()
    dump(mix, ["Vox", "Bass", "2"])
    assert [strip.name for strip in mix.find(track)] == found


def test_a_whole_number_is_a_strip_even_where_another_is_called_so() -> None:
    mix = MixState()
    dump(mix, ["#3", "3", "1"])
    assert [strip.number for strip in mix.find("#3")] == [3]
    assert [strip.number for strip in mix.find("3")] == [2]
    assert [strip.number for strip in mix.find("2")] == [2]


@given(
    name=st.sampled_from(["Flächen", "Bässe", "Größe", "Élec", "ギター", "기타", "Й"]),
    forms=st.tuples(*[st.sampled_from(["NFC", "NFD"])] * 2),
    blanks=st.tuples(*[st.sampled_from(["", " ", "\t"])] * 2),
)
def test_a_name_is_found_however_it_is_spelled(
    name: str, forms: tuple[str, str], blanks: tuple[str, str]
) -> None:
    mix = MixState()
    dump(mix, ["Vox", normalize(forms[0], name) + blanks[0]])
    said = normalize(forms[1], name).swapcase() + blanks[1]
    assert [strip.number for strip in mix.find(said)] == [2]


def test_a_strip_is_the_same_when_the_daw_takes_its_accents_apart() -> None:
    mix = MixState()
    dump(mix, ["Flächen", "Bässe"])
    keys = [strip.key for strip in mix.strips]
    dump(mix, [normalize("NFD", "Bässe"), normalize("NFD", "Flächen")])
    assert [strip.key for strip in mix.strips] == keys[::-1]
    dump(mix, [normalize("NFD", "Flächen"), "Flächen"])
    assert [strip.key for strip in mix.strips] == ["Flächen", "Flächen#2"]


# -- sound --------------------------------------------------------------------------------------


def read(
    mix: MixState, at: float, rms: float, octaves: float = np.nan, *, since: float | None = None
) -> None:
    """The first strip's meters, the mean over the second before `at`."""
    levels = np.array([[rms, rms + 6.0, *([octaves] * 10)]], dtype="<f4")
    mix.record_meters(
        MetersRead(at=at, since=at - 1.0 if since is None else since, levels=levels.tobytes())
    )


@pytest.fixture
def vox() -> MixState:
    """One strip, at -6 dB and flat."""
    mix = MixState()
    dump(mix, ["Vox"], [-6.0])
    return mix


def test_what_is_kept_is_the_level_before_the_fader(vox: MixState) -> None:
    read(vox, 10.0, -26.0, -40.0)
    seen = vox.observe()
    assert seen.level_db[0] == pytest.approx(-20.0, abs=1e-4)
    assert seen.source_db[0] == pytest.approx([-34.0] * 10, abs=1e-4)
    assert seen.octaves_db()[0] == pytest.approx([-40.0] * 10, abs=1e-4)
    assert (vox.rms_dbfs[0], vox.peak_dbfs[0]) == (-26.0, -20.0)
    assert seen.audible.tolist() == [True]


def test_a_move_changes_nothing_of_the_source(vox: MixState) -> None:
    read(vox, 10.0, -26.0)
    vox.confirm(vox.strips[0], Param.GAIN, -12.0, 10.5)
    read(vox, 11.0, -29.0)  # half before the move, half after
    assert vox.reads[0] == 1
    read(vox, 12.0, -32.0)
    assert vox.reads[0] == 2
    assert vox.level_db[0] == pytest.approx(-20.0, abs=1e-4)


def test_a_reading_that_began_before_a_move_settled_is_not_used(vox: MixState) -> None:
    read(vox, 10.0, -26.0)
    vox.confirm(vox.strips[0], Param.GAIN, -12.0, 10.5)
    read(vox, 11.6, -29.0, since=10.74)
    assert vox.reads[0] == 1
    read(vox, 11.6, -32.0, since=10.76)
    assert vox.reads[0] == 2


def test_the_eq_is_taken_out_as_well(vox: MixState) -> None:
    vox.confirm(vox.strips[0], Param.EQ_HIGH, 6.0, 1.0)
    read(vox, 10.0, -26.0, -40.0)
    source = vox.source_db[0]
    assert source[:4] == pytest.approx([-34.0] * 4, abs=1e-4)
    assert source[-1] == pytest.approx(-34.0 - 6.0 * 0.93, abs=1e-3)


def test_a_mean_is_of_power_and_old_readings_fade() -> None:
    mix = MixState()
    dump(mix, ["Vox"], [0.0])
    read(mix, 1.0, -20.0)
    read(mix, 2.0, -10.0)
    assert mix.level_db[0] == pytest.approx(10 * np.log10((0.01 + 0.1) / 2), abs=1e-4)
    levels = []
    for at in range(3, 100):
        read(mix, float(at), -30.0)
        levels.append(float(mix.level_db[0]))
    assert all(b < a for a, b in pairwise(levels))
    assert levels[-1] == pytest.approx(-30.0, abs=1.0)


@pytest.mark.parametrize("hindrance", ["silent", "muted", "closed", "unknown", "nothing new"])
def test_a_reading_that_says_nothing_of_the_source_is_not_used(
    vox: MixState, hindrance: str
) -> None:
    rms = -26.0
    match hindrance:
        case "silent":
            rms = -80.0
        case "muted":
            vox.confirm(vox.strips[0], Param.MUTE, 1.0, 1.0)
        case "closed":
            vox.confirm(vox.strips[0], Param.GAIN, -150.0, 1.0)
        case "unknown":
            vox.values[:] = np.nan
        case _:
            rms = np.nan
    read(vox, 10.0, rms)
    seen = vox.observe()
    assert seen.reads[0] == 0
    assert np.isnan(seen.level_db[0])
    assert not seen.audible[0]


def test_a_daw_without_spectra_leaves_them_unknown(vox: MixState) -> None:
    read(vox, 10.0, -26.0)
    assert np.isnan(vox.observe().source_db).all()
    assert not np.isnan(vox.observe().level_db).any()


def test_octaves_alone_give_the_level_too(vox: MixState) -> None:
    read(vox, 10.0, np.nan, -36.0)
    assert vox.observe().level_db[0] == pytest.approx(-20.0, abs=1e-3)


def test_rows_beyond_the_strips_are_ignored_and_missing_ones_stay_unknown() -> None:
    mix = MixState()
    dump(mix, ["Vox", "Bass"], [0.0, 0.0])
    read(mix, 1.0, -20.0)
    assert mix.reads.tolist() == [1.0, 0.0]
    levels = np.full((9, 12), -20.0, dtype="<f4")
    mix.record_meters(MetersRead(at=2.0, since=1.0, levels=levels.tobytes()))
    assert mix.reads.tolist() == [2.0, 1.0]


def test_what_was_heard_follows_the_strip_through_a_reorder() -> None:
    mix = MixState()
    dump(mix, ["Vox", "Bass"], [0.0, 0.0])
    read(mix, 1.0, -20.0)
    dump(mix, ["Bass", "Vox"], [0.0, 0.0])
    assert np.isnan(mix.level_db[0])
    assert mix.level_db[1] == pytest.approx(-20.0, abs=1e-4)


def test_an_observation_is_not_changed_by_what_comes_later(vox: MixState) -> None:
    seen = vox.observe()
    vox.confirm(vox.strips[0], Param.GAIN, -1.0, 1.0)
    read(vox, 10.0, -26.0)
    assert seen.values[0, 0] == -6.0
    assert seen.reads[0] == 0


def test_an_empty_mix_can_be_heard_and_observed() -> None:
    mix = MixState()
    read(mix, 1.0, -20.0)
    assert mix.observe().octaves_db().shape == (0, 10)


def test_where_only_peaks_are_known_the_role_says_how_loud_and_how_unsure() -> None:
    mix = MixState()
    mix.open_dump(2)
    for track, name in enumerate(("Kick", "Bass"), start=1):
        mix.record_name(track, name)
        mix.record_change(ParamChanged(at=0.0, track=track, param=Param.GAIN, value=-6.0))
    mix.close_dump()
    levels = np.full((2, METER_COLUMNS), np.nan, dtype="<f4")
    levels[:, 1] = -20.0
    mix.record_meters(MetersRead(at=10.0, since=9.0, levels=levels.tobytes()))
    seen = mix.observe()
    assert seen.level_db == pytest.approx([-20.0 - 14.0 + 6.0, -20.0 - 10.0 + 6.0])
    assert seen.level_sd_db == pytest.approx([PEAK_SD_DB, PEAK_SD_DB])
    assert seen.audible.all()
    assert np.isnan(seen.source_db).all()
    levels[0, 0] = -33.0
    mix.record_meters(MetersRead(at=11.0, since=10.0, levels=levels.tobytes()))
    assert mix.observe().level_sd_db == pytest.approx([0.0, PEAK_SD_DB])
