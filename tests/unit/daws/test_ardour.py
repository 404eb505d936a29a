"""Ardour's dialect beyond the contract: signs, identity, plugins and its greeting."""

import math
from pathlib import Path

import numpy as np
import pytest
import soundfile
from support.daws import ArdourDaw, Conversation

from bridge.daws.ardour.host import silent_where_stems_play
from bridge.daws.ardour.wire.dialect import GREETING, LIST, PROBE, ArdourDialect
from bridge.daws.ardour.wire.eq import PluginParam, find_bands, may_be_eq
from bridge.errors import DialectError
from bridge.mix.messages import DumpOpened, ParamChanged, RequestDump, SetParam
from bridge.mix.params import EQ_BANDS, Param
from bridge.mix.roles import Role
from bridge.osc.message import OscMessage
from bridge.sim.stems import Stems


@pytest.fixture
def daw() -> ArdourDaw:
    return ArdourDaw()


@pytest.fixture
def talked(daw: ArdourDaw) -> Conversation:
    return Conversation(ArdourDialect(), daw).connect()


def plugin_writes(talked: Conversation) -> list[OscMessage]:
    return [said for said in talked.said if said.address == "/strip/plugin/parameter"]


def test_an_ardour_that_may_be_loading_is_greeted_only_after_it_has_listed_its_strips() -> None:
    dialect = ArdourDialect()
    assert dialect.encode(RequestDump(number=1), at=10.0) == (PROBE, LIST)
    for args in (("AT", "Kick", 1, 2, 0, 0, 1, 0), ("end_route_list", 48000, 1, 0)):
        assert dialect.decode(OscMessage("/reply", args), at=10.1) == ()
    assert dialect.ask(at=10.5) == ()
    assert dialect.encode(RequestDump(number=2), at=11.0) == ()
    assert dialect.ask(at=11.2) == (GREETING, LIST)


def test_an_ardour_that_has_just_spoken_is_asked_for_a_list_alone(talked: Conversation) -> None:
    talked.hear([OscMessage("/heartbeat", (1.0,))])
    talked.said.clear()
    talked.command(RequestDump(number=9))
    assert talked.said[0] == LIST
    assert GREETING not in talked.said


def test_pan_is_turned_round(talked: Conversation, daw: ArdourDaw) -> None:
    talked.write("Bass", Param.PAN, -1.0)
    assert daw.track("Bass").position == 1.0  # hard left


def test_the_master_has_no_values_and_is_never_written(talked: Conversation) -> None:
    assert math.isnan(talked.held("Master", Param.GAIN))
    talked.said.clear()
    talked.write("Master", Param.GAIN, -3.0)
    assert [said for said in talked.said if said.address.startswith("/strip/gain")] == []


def test_a_write_for_another_identity_has_no_words(talked: Conversation) -> None:
    write = SetParam(track=1, param=Param.GAIN, value=-3.0, key="Lead")
    assert talked.dialect.encode(write, at=talked.at) == ()


@pytest.mark.parametrize(
    "sign",
    [
        OscMessage("/strip/name/2", ("Bass",)),  # said again: something is being moved
        OscMessage("/strip/name/2", ("Tuba",)),
        OscMessage("/strip/hide/2", (1,)),
        OscMessage("/strip/list", ()),
        OscMessage("/session_name", (" ",)),
    ],
)
def test_a_sign_of_renumbering_stops_all_writes_at_once(
    talked: Conversation, sign: OscMessage
) -> None:
    assert talked.dialect.decode(sign, at=talked.at) == (DumpOpened(at=talked.at, count=0),)
    for strip in talked.mix.strips:
        write = SetParam(track=strip.number, param=Param.GAIN, value=-3.0, key=strip.key)
        assert talked.dialect.encode(write, at=talked.at) == ()


def test_a_quitting_ardours_last_words_are_no_hands(talked: Conversation) -> None:
    talked.events.clear()
    talked.hear([
        OscMessage("/session_name", (" ",)),
        OscMessage("/strip/name/1", (" ",)),
        OscMessage("/strip/gain/1", (-193.0,)),
    ])  # fmt: skip
    assert not any(isinstance(event, ParamChanged) for event in talked.events)


def test_a_renamed_strip_keeps_its_identity(talked: Conversation, daw: ArdourDaw) -> None:
    daw.track("Bass").name = "Sub"
    talked.hear([OscMessage("/strip/name/2", ("Sub",))])
    talked.wait(1.0)
    assert [(strip.key, strip.name) for strip in talked.mix.strips][1] == ("Bass", "Sub")


def test_a_new_strip_under_an_old_name_is_another(talked: Conversation, daw: ArdourDaw) -> None:
    daw.track("Bass").name = "Sub"
    talked.hear([OscMessage("/strip/name/2", ("Sub",))])
    talked.wait(1.0)
    talked.hear(daw.insert(0, "Bass"))
    talked.wait(1.0)
    assert [strip.key for strip in talked.mix.strips][:3] == ["Bass#2", "Kick", "Bass"]


def test_an_eq_write_finds_the_eq_behind_a_plugin_that_was_inserted(
    talked: Conversation, daw: ArdourDaw
) -> None:
    daw.track("Bass").insert("ACE Compressor")
    talked.write("Bass", Param.EQ_LOW, 3.0)
    assert plugin_writes(talked) == []
    talked.wait(2.0)
    talked.write("Bass", Param.EQ_LOW, 3.0)
    assert plugin_writes(talked) == [OscMessage("/strip/plugin/parameter", (2, 2, 2, 3.0))]
    assert talked.held("Bass", Param.EQ_LOW) == 3.0


def test_a_strip_that_loses_its_eq_has_none(talked: Conversation, daw: ArdourDaw) -> None:
    daw.track("Bass").plugins.clear()
    talked.wait(2.0)
    assert all(math.isnan(talked.held("Bass", band)) for band in EQ_BANDS)
    with pytest.raises(DialectError, match="'Bass' has no eq/low/gain"):
        talked.write("Bass", Param.EQ_LOW, 1.0)
    daw.track("Bass").insert("ACE EQ")
    talked.wait(2.0)
    assert talked.held("Bass", Param.EQ_LOW) == 0.0


def test_a_band_that_is_switched_off_is_unknown(talked: Conversation, daw: ArdourDaw) -> None:
    daw.track("Bass").eq()[18] = 0.0  # Filter L
    talked.wait(2.0)
    assert math.isnan(talked.held("Bass", Param.EQ_LOW))
    assert talked.held("Bass", Param.EQ_HIGH) == 0.0


def test_a_lost_answer_is_asked_for_again(daw: ArdourDaw) -> None:
    talked = Conversation(ArdourDialect(), daw)
    hear, lost = daw.hear, ["/strip/plugin/list", "/strip/list"]

    def lossy(message: OscMessage) -> list[OscMessage]:
        if message.address in lost:
            lost.remove(message.address)
            return []
        return hear(message)

    daw.hear = lossy  # type: ignore[method-assign]
    talked.connect()
    talked.wait(4.0)
    assert talked.held("Kick", Param.EQ_LOW) == 0.0


def param(number: int, label: str, low: float, high: float, value: float) -> PluginParam:
    return PluginParam(number=number, label=label, flags=0, minimum=low, maximum=high, value=value)


def test_bands_are_found_by_label_and_range_whatever_their_numbers() -> None:
    bands = find_bands([
        param(7, "Band 1 Freq", 20.0, 20_000.0, 120.0),
        param(3, "Band 1 Gain", -18.0, 18.0, 2.0),
        param(4, "Gain 2", 0.0156, 64.0, 1.0),  # linear, not dB
        param(5, "Frequency 2", 20.0, 20_000.0, 400.0),
        param(9, "Level", -18.0, 18.0, 0.0),  # of the whole plugin
    ])  # fmt: skip
    assert {band: found.number for band, found in bands.items()} == {Param.EQ_LOW: 3}


@pytest.mark.parametrize(
    ("name", "is_eq"),
    [
        ("ACE EQ", True), ("x42-eq", True), ("Calf Equalizer 5 Band", True),
        ("LSP Parametric Equalizer x16", True), ("ACE Compressor", False), ("Sequencer", False),
    ],
)  # fmt: skip
def test_an_equaliser_is_told_by_its_name(name: str, is_eq: bool) -> None:
    assert may_be_eq(name) is is_eq


def test_a_render_that_goes_silent_while_the_stems_play_on_is_known(tmp_path: Path) -> None:
    second = 48_000
    audio = np.full((2, 3 * second), 0.1, np.float32)
    audio[:, 2 * second :] = 0.0
    roles = (Role.KICK, Role.BASS)
    stems = Stems(names=("Kick", "Bass"), roles=roles, audio=audio, sample_rate=second)
    mix = np.full((4 * second, 2), 0.1)
    mix[2 * second :] = 0.0  # as the stems, and beyond them
    soundfile.write(tmp_path / "whole.wav", mix, second, "FLOAT")
    mix[second:] = 0.0
    soundfile.write(tmp_path / "lost.wav", mix, second, "FLOAT")
    assert silent_where_stems_play(tmp_path / "whole.wav", stems) == []
    assert silent_where_stems_play(tmp_path / "lost.wav", stems)[0] == second
