"""Live's curves, its EQ Eight by name, and what the dialect takes for what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.ableton.fake import eq_eight

from bridge.config import Settings, load
from bridge.daws import DAWS
from bridge.daws.ableton.wire import eq
from bridge.daws.ableton.wire.curves import (
    eq_freq_hz,
    eq_freq_position,
    fader_db,
    fader_position,
    meter_dbfs,
    meter_position,
)
from bridge.daws.ableton.wire.dialect import AbletonDialect
from bridge.errors import DialectError
from bridge.mix.params import SILENCE_DB, Param
from bridge.osc.message import OscMessage

# Live's own display, as another project read it (dB and position).
READINGS = (
    (6.0, 1.0), (3.0, 0.92494), (0.0, 0.85), (-3.0, 0.77494), (-6.0, 0.7), (-9.0, 0.62494),
    (-12.0, 0.55), (-15.0, 0.47494), (-18.0, 0.4), (-21.0, 0.343664), (-24.0, 0.302414),
    (-27.0, 0.268256), (-30.0, 0.238439), (-33.0, 0.211630), (-36.0, 0.187037),
    (-39.0, 0.164219), (-42.0, 0.142882), (-45.0, 0.122717), (-48.0, 0.103536),
    (-51.0, 0.085236), (-54.0, 0.067786), (-57.0, 0.051012), (-60.0, 0.034624),
    (-63.0, 0.021346),
)  # fmt: skip
METERS = (
    (-64.7, 0.07), (-37.7, 0.425), (-29.0, 0.539), (-24.4, 0.6), (-22.0, 0.631), (-18.8, 0.674),
    (-6.0, 0.842), (-0.3, 0.917), (0.0, 0.921), (6.0, 1.0),
)  # fmt: skip


@pytest.mark.parametrize(("level_db", "position"), READINGS)
def test_the_fader_is_where_live_shows_it(level_db: float, position: float) -> None:
    wrong_by = 0.01 if level_db >= -39.0 else 0.09 if level_db >= -57.0 else 0.24
    assert fader_db(position) == pytest.approx(level_db, abs=wrong_by)


@pytest.mark.parametrize(("level_dbfs", "position"), METERS)
def test_the_meter_is_where_it_was_read(level_dbfs: float, position: float) -> None:
    assert meter_dbfs(position) == pytest.approx(level_dbfs, abs=0.05)


@given(st.floats(-69.9, 6.0))
def test_a_fader_survives_the_way_there_and_back(level_db: float) -> None:
    assert fader_db(fader_position(level_db)) == pytest.approx(level_db, abs=0.03)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_fader_only_rises(a: float, b: float) -> None:
    assert fader_db(min(a, b)) <= fader_db(max(a, b)) + 0.03


def test_the_ends_of_fader_and_meter() -> None:
    assert fader_db(0.0) == meter_dbfs(0.0) == SILENCE_DB
    assert fader_position(SILENCE_DB) == fader_position(-70.0) == meter_position(-90.0) == 0.0
    assert fader_position(7.0) == meter_position(9.0) == 1.0


@given(st.floats(10.0, 22_000.0))
def test_a_frequency_survives_the_way_there_and_back(freq_hz: float) -> None:
    assert eq_freq_hz(eq_freq_position(freq_hz)) == pytest.approx(freq_hz, rel=1e-9)
    assert eq_freq_hz(0.5) == pytest.approx(469.04, abs=0.01)


def read(names: list[str] | None = None, **change: float) -> eq.EqNames | None:
    device = eq_eight()
    highs = [p.high for p in device.parameters]
    if change:
        highs[6] = change["frequency_top"]
    return eq.read_names(
        names or [p.name for p in device.parameters], [p.low for p in device.parameters], highs
    )


@pytest.mark.parametrize("resonance", ["Resonance", "Q"])
def test_an_eq_eight_is_known_by_its_names_in_either_generation(resonance: str) -> None:
    found = read([p.name for p in eq_eight(resonance=resonance).parameters])
    assert found
    assert found.bands[1] == (14, 15, 16, 17)


def test_an_eq_eight_that_is_not_as_we_know_it_is_refused() -> None:
    names = [p.name for p in eq_eight().parameters]
    assert read([name.replace("Gain", "Level") for name in names]) is None
    assert read([name.replace("Device On", "On") for name in names]) is None
    assert read(names[:-1]) is None
    assert read(frequency_top=22_000.0) is None


def test_each_of_our_bands_is_the_nearest_that_is_on_and_of_its_type() -> None:
    found, device = read(), eq_eight()
    assert found
    values = [p.raw for p in device.parameters]
    assert eq.find_bands(found, values) == {
        Param.EQ_LOW: 7, Param.EQ_LOWMID: 17, Param.EQ_HIGHMID: 27, Param.EQ_HIGH: 37,
    }  # fmt: skip
    values[14] = 0.0  # the second band is switched off
    values[25] = 0.0  # the third is a low cut
    values[36] = 0.5  # the fourth stands at 469 Hz
    assert eq.find_bands(found, values) == {Param.EQ_LOW: 7}
    values[4] = 0.0
    assert eq.find_bands(found, values) == eq.NO_BAND
    values[0] = 0.0
    assert eq.find_bands(found, values) == eq.OFF


def test_live_answers_at_a_port_of_its_own_and_the_settings_win() -> None:
    def port(**groups: object) -> int:
        return Settings.model_validate(groups).listen.port

    assert port(daw={"dialect": "ableton"}) == 11001
    assert port(daw={"dialect": "ableton"}, listen={"host": "127.0.0.1"}) == 11001
    assert port(daw={"dialect": "ableton"}, listen={"port": 9400}) == 9400
    assert port() == port(daw={"dialect": "reaper"}) == 9400
    assert load(None, {"daw.dialect": "ableton"}).listen.port == 11001
    assert {row.listen_port for row in DAWS.values()} == {9400, 11001}


def test_what_live_says_by_itself_is_known_and_nothing() -> None:
    dialect = AbletonDialect()
    for address in ("/live/application/get/average_process_usage", "/live/song/get/beat"):
        assert dialect.decode(OscMessage(address), at=1.0) == ()
    assert dialect.decode(OscMessage("/other"), at=1.0) is None
    assert dialect.decode(OscMessage("/mix/other"), at=1.0) is None


def test_what_the_hub_says_wrongly_is_refused_and_not_passed_over() -> None:
    for said in ("loud", float("nan"), None):
        with pytest.raises(DialectError, match="/mix/track/1/gain: expected a level in dB"):
            AbletonDialect().decode(OscMessage("/mix/track/1/gain", (said,)), at=1.0)
