import json
import pickle
import unicodedata
from pathlib import Path
from typing import Literal
from unicodedata import normalize

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import AudioError, BridgeError, ConfigError
from bridge.mix.params import COLUMN, Param
from bridge.studies.learning.balance import Balance, find_errors, load_balance, read_balance
from bridge.studies.learning.recover import main, measure, table
from bridge.studies.learning.recovery import (
    THUMBS,
    Believer,
    Offsets,
    Plan,
    material,
    perturb,
    recover,
)

pytestmark = pytest.mark.slow

GAIN, PAN, HIGHMID = (COLUMN[p] for p in (Param.GAIN, Param.PAN, Param.EQ_HIGHMID))
BAND = Plan(seconds=8.0, agents=("agent", "rules", "oracle"))
NAMES = ("Kick", "Lead Vox")
UNITY = np.zeros((2, 6))


def noise(
    folder: Path, name: str, *, level: float = 0.05, seconds: float = 4.0, seed: int = 1
) -> None:
    wave = level * np.random.default_rng(seed).normal(size=round(seconds * 48_000))
    soundfile.write(folder / name, wave, 48_000, "FLOAT")


@pytest.fixture
def stems(tmp_path: Path) -> Path:
    folder = tmp_path / "stems"
    folder.mkdir()
    for seed, name in enumerate(("01 Kick.wav", "02 Lead Vox.wav")):
        noise(folder, name, seed=seed)
    return folder


@pytest.fixture(scope="module")
def band() -> Balance:
    return material(BAND)


def sizes(**moved: float) -> Offsets:
    return Offsets(**({"gain_db": 0.0, "pan": 0.0, "eq_db": 0.0} | moved))


# -- what is measured -----------------------------------------------------------------------------


@pytest.mark.long
def test_a_balance_is_no_distance_from_itself(band: Balance) -> None:
    assert set(find_errors(band, band.values).values()) == {0.0}


def test_all_faders_up_is_the_same_balance(band: Balance) -> None:
    louder = band.values.copy()
    louder[:, GAIN] += 3.0
    assert find_errors(band, louder)["level_lu"] == pytest.approx(0.0, abs=0.02)


def test_a_known_fader_error_is_measured_in_lu(stems: Path) -> None:
    even = load_balance(stems, None, seconds=30.0)
    off = even.values.copy()
    off[0, GAIN] = 6.0
    # Two equal and independent powers, of which one becomes four times as large.
    mix_db = 10.0 * np.log10((4.0 + 1.0) / 2.0)
    expected = ((6.0 - mix_db) + mix_db) / 2.0
    assert even.levels_lu == pytest.approx([-3.01, -3.01], abs=0.1)
    assert find_errors(even, off)["level_lu"] == pytest.approx(expected, abs=0.1)


def test_known_errors_of_pan_and_eq_are_measured_exactly(band: Balance) -> None:
    off = band.values.copy()
    row = int(np.flatnonzero(band.is_filled[:, 2])[0])
    off[row, HIGHMID] += 2.0
    off[:, PAN] += 0.1
    errors = find_errors(band, off)
    assert errors["eq_db"] == pytest.approx(2.0 / band.is_filled.sum())
    assert errors["pan"] == pytest.approx(0.1)
    assert errors["tone_db"] > 0.0


def test_eq_that_acts_as_a_fader_is_an_error_of_level_and_hardly_of_tone(stems: Path) -> None:
    even = load_balance(stems, None, seconds=30.0)
    off = even.values.copy()
    off[0, 2:] = 4.0
    errors = find_errors(even, off)
    assert errors["eq_db"] == pytest.approx(4.0 / 2.0)
    assert errors["tone_db"] < 0.5
    assert errors["level_lu"] > 1.0


def test_controls_are_moved_by_the_sizes_that_are_asked_for(band: Balance) -> None:
    rng = np.random.default_rng(1)
    moved = np.array([perturb(band, sizes(gain_db=2.0), rng) - band.values for _ in range(200)])
    assert moved[..., GAIN].std() == pytest.approx(2.0, rel=0.06)
    assert not moved[..., 1:].any()


def test_only_bands_that_a_track_fills_are_turned(band: Balance) -> None:
    moved = perturb(band, sizes(eq_db=3.0), np.random.default_rng(1)) - band.values
    assert np.array_equal(moved[:, 2:] != 0.0, band.is_filled)
    assert band.is_filled[band.stems.names.index("Bass")].tolist() == [True, True, False, False]


def test_no_control_is_moved_further_than_it_goes(band: Balance) -> None:
    far = perturb(band, Offsets(gain_db=50.0, pan=5.0, eq_db=50.0), np.random.default_rng(1))
    assert far[:, GAIN].max() == 6.0
    assert np.abs(far[:, PAN]).max() == 1.0
    assert np.abs(far[:, 2:]).max() == 12.0


# -- who listens ----------------------------------------------------------------------------------


@given(seed=st.integers(0, 10_000), size=st.floats(0.01, 2.0))
@settings(max_examples=40)
def test_nothing_is_better_to_a_believer_than_the_balance(
    band: Balance, seed: int, size: float
) -> None:
    rng = np.random.default_rng(seed)
    person = Believer(band.song, band.values, rng)
    offsets = Offsets(gain_db=4.0 * size, pan=0.3 * size, eq_db=4.0 * size)
    assert person.utility(band.song, band.values) == 0.0
    assert person.utility(band.song, perturb(band, offsets, rng)) < 0.0


def test_a_believer_hears_which_side_a_track_is_on(band: Balance) -> None:
    person = Believer(band.song, band.values, np.random.default_rng(1))
    mirrored = band.values.copy()
    mirrored[:, PAN] *= -1.0
    assert person.utility(band.song, mirrored) < -5.0 * person.threshold


# -- what comes of it -----------------------------------------------------------------------------


@pytest.mark.long
def test_the_agent_ends_nearer_than_it_began_and_all_begin_alike() -> None:
    agent, rules, oracle = (record["errors"] for record in recover(BAND, 3))
    assert agent["0"] == rules["0"] == oracle["0"]
    assert agent["0"]["missed"] == 1.0
    for error in ("level_lu", "pan", "missed"):
        assert agent["50"][error] < 0.7 * agent["0"][error]
    assert oracle["50"]["missed"] < agent["50"]["missed"] < rules["50"]["missed"]


def test_an_oracle_undoes_an_error_that_its_moves_can_reach() -> None:
    plan = Plan(seconds=8.0, agents=("oracle",), offsets=sizes(pan=0.0, gain_db=3.0))
    (record,) = recover(plan, 1)
    assert record["errors"]["0"]["level_lu"] > 1.0
    assert record["errors"]["50"]["level_lu"] < 0.4  # its smallest step is 1 dB


@pytest.mark.long
def test_a_study_is_the_same_with_two_processes_and_is_a_table(stems: Path) -> None:
    plan = Plan(folder=stems, agents=("rules",), offsets=sizes(gain_db=6.0))
    results = measure(plan, (1, 2), workers=1)
    assert measure(plan, (1, 2), workers=2) == results
    lines = list(table(results))
    assert sum(line.startswith("rules ") for line in lines) == 5
    assert [lines[1], lines[2].split()[1::2][:4]] == [
        "Level against the mix, LU (BS.1770-4, rendered audio): "
        "mean error left over 2 seeds (95 % interval)",
        ["0", "10", "25", "50"],
    ]
    (row,) = results["rows"]
    found, left = (
        [session["errors"][count]["level_lu"] for session in results["sessions"]]
        for count in ("0", "50")
    )
    assert row["level_lu"]["0"]["mean"] == pytest.approx(np.mean(found), abs=1e-4)
    assert row["level_lu"]["left_worse"] == np.mean(np.greater(left, found))
    assert row["level_lu"]["nearer_than_rules"] == 0.0
    assert [str(count) for count in THUMBS] == [key for key in row["pan"] if key.isdigit()]


@pytest.mark.long
def test_the_command_recovers_a_folder_of_stems_and_saves_what_it_prints(
    stems: Path, tmp_path: Path
) -> None:
    balance = tmp_path / "balance.json"
    balance.write_text('{"lead vox": {"gain_db": -2, "pan": 0.2, "eq": {"high": 1.5}}}')
    out = tmp_path / "found.json"
    options = ["--stems", str(stems), "--balance", str(balance), "--out", str(out)]
    run = CliRunner().invoke(main, [*options, "--seeds", "2", "--seconds", "3", "--workers", "1"])
    assert run.exit_code == 0
    assert "Tracks: Kick (kick), Lead Vox (lead)" in run.output
    saved = json.loads(out.read_text())
    assert saved["study"]["seconds"] == 3.0
    assert saved["study"]["balance"][1] == {
        "name": "Lead Vox", "role": "lead", "gain": -2.0, "pan": 0.2, "eq/low/gain": 0.0,
        "eq/lowmid/gain": 0.0, "eq/highmid/gain": 0.0, "eq/high/gain": 1.5,
    }  # fmt: skip
    assert len(saved["sessions"]) == 2 * 6


# -- stems and files ------------------------------------------------------------------------------


def test_the_loudest_stretch_is_heard(tmp_path: Path) -> None:
    for name in ("Kick.wav", "Bass.wav"):
        wave = np.random.default_rng(len(name)).normal(size=48_000 * 10) * 0.01
        wave[48_000 * 6 : 48_000 * 9] *= 10.0
        soundfile.write(tmp_path / name, wave, 48_000, "FLOAT")
    heard = load_balance(tmp_path, None, seconds=3.0).stems
    assert heard.duration_s == 3.0
    audio = np.concatenate([heard.read(row, 0, heard.samples) for row in range(2)])
    assert np.abs(audio).mean() == pytest.approx(0.08, rel=0.05)


def test_the_loudest_stretch_of_a_long_song_is_heard(tmp_path: Path) -> None:
    for seed, name in enumerate(("Kick.flac", "Bass.flac")):
        wave = np.random.default_rng(seed).normal(size=48_000 * 70) * 0.01
        wave[48_000 * 61 : 48_000 * 64] *= 10.0
        soundfile.write(tmp_path / name, wave, 48_000)
    heard = load_balance(tmp_path, None, seconds=3.0).stems
    assert heard.duration_s == 3.0
    audio = np.concatenate([heard.read(row, 0, heard.samples) for row in range(2)])
    assert np.abs(audio).mean() == pytest.approx(0.08, rel=0.02)


def test_a_stereo_file_is_recovered_from_where_it_was_exported(tmp_path: Path) -> None:
    noise(tmp_path, "Kick.wav")
    wave = 0.05 * np.random.default_rng(2).normal(size=48_000 * 4)
    soundfile.write(tmp_path / "Gtr.wav", np.outer(wave, (1.0, 0.0)), 48_000, "FLOAT")
    file = tmp_path / "balance.yaml"
    file.write_text("Gtr: {gain_db: -2}\n")
    for balance in (
        load_balance(tmp_path, None, seconds=3),
        load_balance(tmp_path, file, seconds=3),
    ):
        assert balance.stems.names == ("Gtr", "Kick")
        assert balance.values[:, PAN].tolist() == [-1.0, 0.0]
    file.write_text("Gtr: {pan: 0.5}\n")
    assert load_balance(tmp_path, file, seconds=3).values[0, PAN] == 0.5


def test_a_stretch_of_a_folder_lies_in_a_file_as_long_as_it_is_used(stems: Path) -> None:
    balance = load_balance(stems, None, seconds=3.0)
    (path,) = {track.file.path for track in balance.stems.audio}
    copy = pickle.loads(pickle.dumps(balance))  # noqa: S301 - our own, as a worker gets it
    assert np.array_equal(copy.stems.read(1, 5, 100), balance.stems.read(1, 5, 100))
    del copy
    assert path.stat().st_size == 2 * 3 * 48_000 * 4
    del balance
    assert not path.parent.exists()


def test_names_are_found_in_any_form(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "Fläche")
    file = tmp_path / "balance.yaml"
    file.write_text(unicodedata.normalize("NFC", "FLÄCHE: {gain_db: -3}\n"), encoding="utf-8")
    assert read_balance(file, ("Kick", decomposed), UNITY)[1, GAIN] == -3.0


def test_silent_tracks_and_masters_are_left_out(tmp_path: Path) -> None:
    for seed, name in enumerate(("01 Gtr.wav", "02 Gtr.wav")):
        noise(tmp_path, name, seed=seed)
    noise(tmp_path, "03 Muted.wav", level=0.0)
    noise(tmp_path, "04 Master.wav")
    balance = load_balance(tmp_path, None, seconds=30.0)
    assert balance.stems.names == ("Gtr", "Gtr (2)")
    assert balance.stems.left_out == ("04 Master.wav (a mix, by its name)", "03 Muted.wav (silent)")
    assert balance.values.shape == (2, 6)


def test_one_audible_track_is_no_balance(tmp_path: Path) -> None:
    noise(tmp_path, "Kick.wav")
    noise(tmp_path, "Snare.wav", level=0.00015)
    with pytest.raises(AudioError, match=r"^Only 1 of 2 tracks can be heard: .*\.$"):
        load_balance(tmp_path, None, seconds=30.0)


def test_tracks_that_a_balance_does_not_name_stand_at_unity(tmp_path: Path) -> None:
    file = tmp_path / "balance.yaml"
    file.write_text("Kick:\n  gain_db: -3\n")
    assert read_balance(file, NAMES, UNITY).tolist() == [[-3.0, 0, 0, 0, 0, 0], [0.0] * 6]


@pytest.mark.parametrize("forms", [("NFC", "NFD"), ("NFD", "NFC")])
def test_a_balance_finds_a_track_however_its_name_is_spelled(
    tmp_path: Path, forms: tuple[Literal["NFC", "NFD"], Literal["NFC", "NFD"]]
) -> None:
    file, (said, found) = tmp_path / "balance.yaml", forms
    file.write_text(f"{normalize(said, 'fläche')}: {{gain_db: -3}}\n", encoding="utf-8")
    assert read_balance(file, [normalize(found, "Fläche")], UNITY[:1])[0, 0] == -3.0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "Snair: {gain_db: 1}",
            "there is no track 'Snair' among the stems (line 1); they are Kick, Lead V",
        ),
        ("Lead Vok: {gain_db: 1}", "among the stems (line 1); did you mean 'Lead Vox'?"),
        ("Kick: {gain_db: loud}", "Kick: gain_db: input should be a valid number, unable to pars"),
        (
            "Kick: {gain_db: 9}",
            "Kick: gain_db: input should be less than or equal to 6, got 9 (line 1).",
        ),
        ("Kick: {pan: .nan}", "Kick: pan: input should be a valid number, unable to pars"),
        ("Kick: {gain: 1}", "Kick: gain: unknown key; expected gain_db, pan, and eq with low, "),
        ("Kick: {eq: [1, 2]}", "Kick: eq: expected a group, such as 'Lead Vox: {gain_db: -3, "),
        ("Kick: -3", "Kick: expected a group, such as"),
        ("- Kick", "expected keys and values such as 'Lead Vox: {gain_db: -3}', got ['Kick']"),
        ("kick: {pan: 1}\nKICK: {pan: 0}", "'kick' and 'KICK' are one track, Kick (line 2)"),
        ("Kick: {", "expected the node content, but found '<stream end>' (line 1)"),
    ],
)
def test_a_balance_that_is_none_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "balance.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError) as refusal:
        read_balance(file, NAMES, UNITY)
    assert str(refusal.value).startswith(f"{file}: ")
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_balance_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"no such file or directory; give a YAML file with --balance"
    ):
        read_balance(tmp_path / "none.yaml", NAMES, UNITY)
    (tmp_path / "latin").write_bytes(b"Kick: {pan: 0} # \xe9")
    with pytest.raises(ConfigError, match=r"expected UTF-8 text, byte 17 is not \(line 1\)"):
        read_balance(tmp_path / "latin", NAMES, UNITY)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--stems", "nowhere"), "There is no folder nowhere: give the folder that holds your"),
        (("--gain-db", "0", "--pan", "0", "--eq-db", "0"), "Nothing is moved away: give --gain-db"),
        (("--out", "nowhere/found.json"), "nowhere/found.json: the results cannot be saved: No"),
    ],
)
def test_bad_input_of_the_command_is_a_sentence(
    stems: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], sentence: str
) -> None:
    monkeypatch.chdir(stems.parent)
    usual = ("--stems", str(stems), "--seeds", "2", "--workers", "1")
    run = CliRunner().invoke(main, [*usual, *options])
    assert isinstance(run.exception, BridgeError)
    assert str(run.exception).startswith(sentence)


def test_a_name_is_found_in_whatever_form_a_system_writes_it(tmp_path: Path) -> None:
    file = tmp_path / "balance.yaml"
    file.write_bytes("FLÄCHE : {gain_db: -3}\n2: {pan: 1}\nno: {pan: -1}\n".encode("utf-8-sig"))
    values = read_balance(file, ("Fla\u0308che ", "2", "no"), np.zeros((3, 6)))
    assert values[:, :2].tolist() == [[-3.0, 0.0], [0.0, 1.0], [0.0, -1.0]]
