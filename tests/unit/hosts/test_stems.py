import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import AudioError
from bridge.hosts import stem_files as files_module
from bridge.hosts.mixdown import render
from bridge.hosts.stem_names import kind_of
from bridge.hosts.stems import exported_values, load_session, load_stems
from bridge.mix.params import COLUMN, Param
from bridge.mix.roles import Role
from bridge.sim.stems import BLOCK, Stems

pytestmark = pytest.mark.slow

RATE = 48_000
PAN = COLUMN[Param.PAN]


def _tone(hz: float, seconds: float = 2.0, rate: int = RATE) -> np.ndarray:
    return 0.2 * np.sin(2.0 * np.pi * hz * np.arange(round(seconds * rate)) / rate)


def _noise(seconds: float, seed: int, channels: int = 1) -> np.ndarray:
    audio = 0.1 * np.random.default_rng(seed).standard_normal((round(seconds * RATE), channels))
    return np.asarray(audio[:, 0] if channels == 1 else audio)


def _record(path: Path, audio: np.ndarray, rate: int = RATE, **how: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, audio, rate, **how)


def _band(folder: Path, *names: str) -> None:
    for number, name in enumerate(names):
        _record(folder / f"{name}.wav", _noise(1.5, number))


def _whole(stems: Stems, name: str) -> np.ndarray:
    return stems.read(stems.names.index(name), 0, stems.samples)


def _assert_same(audio: np.ndarray, expected: np.ndarray, *, within: float) -> None:
    """Every sample; `pytest.approx` looks at them one by one, and takes seconds for a song."""
    np.testing.assert_allclose(audio, expected, rtol=0.0, atol=within)


def _refusal(folder: Path) -> str:
    with pytest.raises(AudioError) as refusal:
        load_stems(folder)
    text = str(refusal.value)
    assert "\n" not in text
    assert text.endswith(".")
    return text


# -- which files -----------------------------------------------------------------------------------


FORMATS = {
    "Kick.WAV": "WAV", "Snare.aiff": "AIFF", "Hats.Wave": "WAV", "Bass.flac": "FLAC",
    "Gtr.ogg": "OGG", "Keys.w64": "W64", "Pad.caf": "CAF", "Vox.mp3": "MP3",
    "Strings.bwf": "WAV", "Choir.rf64": "RF64", "Perc.au": "AU",
}  # fmt: skip


def test_whatever_libsndfile_reads_is_a_strip(tmp_path: Path) -> None:
    for number, (name, form) in enumerate(FORMATS.items()):
        _record(tmp_path / name, _tone(200.0 + 50 * number), format=form)
    stems = load_stems(tmp_path)
    assert sorted(stems.names) == sorted(name.rpartition(".")[0] for name in FORMATS)
    assert stems.lines() == ()
    for row in range(len(stems.names)):
        assert np.sqrt(np.mean(stems.read(row, 4800, RATE) ** 2)) == pytest.approx(0.1414, rel=0.05)


def test_a_name_that_lies_about_its_format_or_says_nothing_is_read(tmp_path: Path) -> None:
    _record(tmp_path / "Kick.flac", _noise(1.5, 1), format="WAV")
    _record(tmp_path / "Snare", _noise(1.5, 2), format="FLAC")
    assert load_stems(tmp_path).names == ("Kick", "Snare")


def test_strips_come_in_natural_order_from_all_folders(tmp_path: Path) -> None:
    for name in ("Gtr 10", "Gtr 2", "bass", "Drums/Kick", "Drums/Toms/Rack"):
        _band(tmp_path, name)
    assert load_stems(tmp_path).names == ("bass", "Kick", "Rack", "Gtr 2", "Gtr 10")


def test_what_systems_leave_behind_is_passed_over_in_silence(tmp_path: Path) -> None:
    _band(tmp_path, "Kick", "Bass")
    for name in ("._Kick.wav", ".DS_Store", "Thumbs.db", "__MACOSX/._Bass.wav", ".git/Kick.wav"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"\0\5\x16\7")
    stems = load_stems(tmp_path)
    assert stems.names == ("Bass", "Kick")
    assert stems.lines() == ()


def test_one_bad_file_costs_only_itself_and_is_named(tmp_path: Path) -> None:
    _band(tmp_path, "Kick", "Bass")
    (tmp_path / "Lead Vox.m4a").write_bytes(b"\0\0\0\x20ftypM4A " + bytes(999))
    (tmp_path / "Snare.wav").write_bytes(b"RIFF and nothing more")
    (tmp_path / "Keys.flac").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("not audio")
    (tmp_path / "Hats.wav").symlink_to(tmp_path / "gone.wav")
    os.mkfifo(tmp_path / "Pad.wav")
    stems = load_stems(tmp_path)
    assert stems.names == ("Bass", "Kick")
    (line,) = stems.lines()
    assert line.startswith("left out: ")
    for said in (
        "Lead Vox.m4a (cannot be read as audio (format not recognised): export WAV or FLAC)",
        "Snare.wav (cannot be read as audio",
        "Keys.flac (an empty file)",
        "notes.txt (no audio)",
        "Hats.wav (a broken link)",
        "Pad.wav (no file)",
    ):
        assert said in line


def test_a_folder_linked_into_itself_is_read_once(tmp_path: Path) -> None:
    _band(tmp_path, "Kick", "Drums/Snare")
    (tmp_path / "Drums" / "again").symlink_to(tmp_path)
    assert load_stems(tmp_path).names == ("Snare", "Kick")


def test_names_that_are_no_text_are_read_and_can_be_printed(tmp_path: Path) -> None:
    _band(tmp_path, "Kick")
    _record(tmp_path / "x.wav", _noise(1.5, 3))
    os.rename(tmp_path / "x.wav", os.fsencode(tmp_path) + b"/Gitarre \xe0\n1.wav")
    (tmp_path / "Kick\n.txt").write_text("not audio")
    stems = load_stems(tmp_path)
    assert stems.names[0].startswith("Gitarre ")
    for text in (*stems.names, *stems.lines()):
        text.encode("utf-8")
        assert text.isprintable()


def test_no_such_folder_and_a_file_in_its_place_are_one_sentence(tmp_path: Path) -> None:
    assert "There is no folder" in _refusal(tmp_path / "missing")
    _band(tmp_path, "Kick")
    assert "Kick.wav is a file: give the folder" in _refusal(tmp_path / "Kick.wav")


def test_a_folder_without_stems_says_what_was_left_out(tmp_path: Path) -> None:
    assert "has no stems" in _refusal(tmp_path)
    _record(tmp_path / "Vox.wav", np.zeros(RATE * 2))
    (tmp_path / "Kick.m4a").write_bytes(b"\0\0\0\x20ftypM4A ")
    text = _refusal(tmp_path)
    assert "Vox.wav (silent)" in text
    assert "Kick.m4a (cannot be read" in text


def test_a_library_of_sounds_is_no_folder_of_stems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files_module, "MAX_FILES", 2)
    _band(tmp_path, "Kick", "Bass", "Vox")
    assert "more than 2 files" in _refusal(tmp_path)


def test_a_moment_of_audio_is_no_song(tmp_path: Path) -> None:
    _record(tmp_path / "Kick.wav", _tone(100.0, 0.5))
    assert "0.50 s of audio" in _refusal(tmp_path)


# -- lengths, rates, samples -----------------------------------------------------------------------


def test_shorter_files_are_padded_at_the_end_in_one_line(tmp_path: Path) -> None:
    _record(tmp_path / "Kick.wav", _tone(100.0, 0.5))
    _record(tmp_path / "Snare.wav", _tone(200.0, 2.95))
    _record(tmp_path / "Pad.wav", _tone(300.0, 3.0))
    stems = load_stems(tmp_path)
    assert stems.duration_s == 3.0
    assert stems.lines() == ("Padded with silence at the end to 3.0 s: Kick (0.5 s).",)
    kick = _whole(stems, "Kick")[0]
    _assert_same(kick[: RATE // 2], _tone(100.0, 0.5), within=1e-4)
    assert not kick[RATE // 2 :].any()


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 88_200, 96_000, 44_056])
def test_files_of_another_rate_are_resampled_to_that_of_the_others(
    tmp_path: Path, rate: int
) -> None:
    for name, hz in (("Kick", 100.0), ("Snare", 200.0)):
        _record(tmp_path / f"{name}.wav", _tone(hz, 4.0))
    _record(tmp_path / "Keys.wav", np.stack([_tone(1000.0, 4.0, rate)] * 2, axis=1), rate)
    stems = load_stems(tmp_path)
    assert stems.sample_rate == RATE
    assert stems.lines() == (f"Resampled to 48,000 Hz: Keys ({rate:,} Hz).",)
    middle = slice(4800, 4 * RATE - 4800)  # a file's ends ring
    for channel in _whole(stems, "Keys"):
        _assert_same(channel[middle], _tone(1000.0, 4.0)[middle], within=5e-4)


@pytest.mark.parametrize(("rate", "best"), [(16_000, 48_000), (32_000, 32_000), (384_000, 48_000)])
def test_a_rate_that_the_eq_cannot_have_is_changed(tmp_path: Path, rate: int, best: int) -> None:
    _record(tmp_path / "Kick.wav", _tone(100.0, 1.5, rate), rate)
    stems = load_stems(tmp_path)
    assert (stems.sample_rate, stems.samples) == (best, round(1.5 * best))


@given(
    start=st.integers(0, 5 * RATE),
    length=st.integers(1, 2 * BLOCK),
    name=st.sampled_from(["same", "other"]),
)
@settings(max_examples=30)
def test_a_track_can_be_cut_anywhere(long_folder: Path, start: int, length: int, name: str) -> None:
    stems = load_stems(long_folder)
    row = stems.names.index(name)
    cut = stems.read(row, start, length)
    whole = stems.read(row, 0, stems.samples)
    assert np.array_equal(cut, np.take(whole, np.arange(start, start + length) % stems.samples, 1))


@pytest.fixture(scope="module")
def long_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("long")
    _record(folder / "same.flac", _noise(5.0, 1, channels=2))
    _record(folder / "third.wav", _noise(5.0, 2))
    _record(folder / "other.flac", 0.1 * np.random.default_rng(3).normal(size=5 * 44_100), 44_100)
    return folder


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf, 1e30, -200.0])
@pytest.mark.parametrize("form", ["FLOAT", "DOUBLE"])
def test_samples_that_cannot_be_sound_are_zeroed_and_said(
    tmp_path: Path, odd: float, form: str
) -> None:
    audio = _noise(2.0, 1)
    audio[[RATE, RATE + 7]] = odd
    _record(tmp_path / "Keys.wav", audio, subtype=form)
    _band(tmp_path, "Kick")
    stems = load_stems(tmp_path)
    (line,) = (line for line in stems.lines() if "Keys" in line)
    assert line.startswith("Keys.wav: 2 samples are not a number or far too large")
    assert "the first at 1.000 s" in line
    keys = _whole(stems, "Keys")[0]
    assert not keys[[RATE, RATE + 7]].any()
    assert keys[RATE + 1] == pytest.approx(audio[RATE + 1])


def test_a_file_of_nothing_but_such_samples_is_left_out(tmp_path: Path) -> None:
    _record(tmp_path / "Keys.wav", 32_767.0 * _noise(2.0, 1), subtype="FLOAT")
    _band(tmp_path, "Kick")
    stems = load_stems(tmp_path)
    assert stems.names == ("Kick",)
    assert stems.left_out == ("Keys.wav (its samples are not sound)",)


def test_loud_but_possible_samples_stay(tmp_path: Path) -> None:
    _record(tmp_path / "Keys.wav", 20.0 * _noise(2.0, 1), subtype="FLOAT")
    stems = load_stems(tmp_path)
    assert np.abs(_whole(stems, "Keys")).max() > 4.0
    assert stems.lines() == ()


def test_a_silent_file_is_named_even_if_it_holds_dither(tmp_path: Path) -> None:
    _band(tmp_path, "Kick")
    rng = np.random.default_rng(1)
    _record(tmp_path / "Gtr.wav", rng.integers(-1, 2, 2 * RATE).astype(np.int16))
    assert load_stems(tmp_path).left_out == ("Gtr.wav (silent)",)


# -- headers and files that disagree ---------------------------------------------------------------


def _bytes_of(tmp_path: Path, form: str) -> bytearray:
    _record(tmp_path / "whole", _noise(3.0, 9), format=form, subtype="PCM_16")
    content = bytearray((tmp_path / "whole").read_bytes())
    (tmp_path / "whole").unlink()
    return content


def _with_size(form: str, content: bytearray, size: int) -> bytes:
    """The file as a recorder leaves it: its header tells `size` bytes of audio, or none yet."""
    if form in ("WAV", "RIFX"):
        order = ">" if content[:4] == b"RIFX" else "<"
        at = content.index(b"data") + 4
        struct.pack_into(f"{order}I", content, at, size)
        struct.pack_into(f"{order}I", content, 4, size + at - 4 if size else 0)
    elif form == "RF64":
        struct.pack_into("<Q", content, content.index(b"ds64") + 16, size)
    elif form == "W64":
        struct.pack_into("<Q", content, content.index(b"data\xf3") + 16, size + 24 if size else 0)
    elif form == "AIFF":
        struct.pack_into(">I", content, content.index(b"SSND") + 4, size + 8 if size else 0)
        struct.pack_into(">I", content, content.index(b"COMM") + 10, size // 2)
    elif form == "CAF":
        struct.pack_into(">q", content, content.index(b"data") + 4, size + 4 if size else 0)
    return bytes(content)


@pytest.mark.parametrize("told", [0, RATE], ids=["nothing", "a third"])
@pytest.mark.parametrize("form", ["WAV", "RF64", "W64", "AIFF", "CAF"])
def test_what_is_there_plays_where_the_header_was_never_finished(
    tmp_path: Path, form: str, told: int
) -> None:
    content = _with_size(form, _bytes_of(tmp_path, form), 2 * told // 2 * 2)
    (tmp_path / "Gtr.wav").write_bytes(content)
    _band(tmp_path, "Kick")
    stems = load_stems(tmp_path)
    gtr = _whole(stems, "Gtr")[0]
    _assert_same(gtr[: 3 * RATE - 64], _noise(3.0, 9)[: 3 * RATE - 64], within=1e-4)
    assert "Gtr.wav: its header was never finished; all 3.0 s of it play." in stems.lines()


@pytest.mark.parametrize("size", [0xFFFFFFFF, 0x7FFFFFFF])
def test_a_stream_that_never_knew_its_size_is_played_as_it_is(tmp_path: Path, size: int) -> None:
    content = _bytes_of(tmp_path, "WAV")
    struct.pack_into("<I", content, content.index(b"data") + 4, size)
    (tmp_path / "Gtr.wav").write_bytes(content)
    stems = load_stems(tmp_path)
    assert stems.samples == 3 * RATE
    assert "never finished" in stems.lines()[0]


@pytest.mark.parametrize("form", ["WAV", "RF64", "W64", "AIFF", "CAF", "FLAC", "OGG", "MP3", "AU"])
def test_half_a_file_plays_and_is_said_to_be_cut_off(tmp_path: Path, form: str) -> None:
    _record(tmp_path / "Gtr.wav", _noise(6.0, 9), format=form)
    content = (tmp_path / "Gtr.wav").read_bytes()
    (tmp_path / "Gtr.wav").write_bytes(content[: len(content) // 2])
    _band(tmp_path, "Kick")
    stems = load_stems(tmp_path)
    gtr = _whole(stems, "Gtr")[0]
    assert 2.4 * RATE < np.flatnonzero(gtr).max() < 3.4 * RATE
    (line,) = (line for line in stems.lines() if "cut off" in line)
    assert line.startswith("Gtr.wav: the file is cut off")
    if form == "OGG":  # it does not tell how long it was to be
        assert ", its end is missing; 2." in line
    else:
        assert line.endswith(" of 6.0 s are there and play.")


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_only_the_last_page_of_an_ogg_file_says_that_it_is_whole(
    tmp_path: Path, subtype: str
) -> None:
    soundfile.write(tmp_path / "Gtr.ogg", _noise(6.0, 9), 48_000, format="OGG", subtype=subtype)
    content = (tmp_path / "Gtr.ogg").read_bytes()
    (tmp_path / "Gtr.ogg").write_bytes(content + b"TAG" + bytes(125))  # what a tagger leaves
    assert load_stems(tmp_path).lines() == ()
    last_page = content.rindex(b"OggS\0")
    (tmp_path / "Gtr.ogg").write_bytes(content[:last_page])  # cut between two pages
    (line,) = load_stems(tmp_path).lines()
    assert line.startswith("Gtr.ogg: the file is cut off, its end is missing; ")


def test_lossless_packets_that_are_missing_are_no_silence(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "Gtr.caf", _noise(6.0, 9), 48_000, format="CAF", subtype="ALAC_16")
    content = (tmp_path / "Gtr.caf").read_bytes()
    (tmp_path / "Gtr.caf").write_bytes(content[: len(content) // 2])
    _band(tmp_path, "Kick")
    stems = load_stems(tmp_path)
    (line,) = (line for line in stems.lines() if "cut off" in line)
    assert line.startswith("Gtr.caf: the file is cut off; 3.")


def test_chunks_behind_the_audio_are_no_audio(tmp_path: Path) -> None:
    content = _bytes_of(tmp_path, "WAV")
    content += b"bext" + struct.pack("<I", 40_000) + bytes(40_000)
    struct.pack_into("<I", content, 4, len(content) - 8)
    (tmp_path / "Gtr.wav").write_bytes(content)
    stems = load_stems(tmp_path)
    assert stems.samples == 3 * RATE
    assert stems.lines() == ()


@given(at=st.integers(0, 200), byte=st.integers(0, 255))
@settings(max_examples=25)
def test_a_damaged_head_never_costs_the_folder(
    damaged: tuple[Path, bytes], at: int, byte: int
) -> None:
    folder, content = damaged
    (folder / "Gtr.wav").write_bytes(content[:at] + bytes([byte]) + content[at + 1 :])
    stems = load_stems(folder)
    assert "Kick" in stems.names
    for row in range(len(stems.names)):
        assert np.isfinite(stems.read(row, 0, 1000)).all()


@pytest.fixture(scope="module", params=["WAV", "AIFF", "FLAC", "CAF", "W64"])
def damaged(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> tuple[Path, bytes]:
    folder = tmp_path_factory.mktemp("damaged")
    _band(folder, "Kick")
    return folder, bytes(_bytes_of(folder, request.param))


# -- mono, stereo, pairs ---------------------------------------------------------------------------


def test_a_stereo_file_is_a_stereo_strip(tmp_path: Path) -> None:
    wide = _noise(2.0, 1, channels=2)
    _record(tmp_path / "Keys.wav", wide, subtype="FLOAT")
    _record(tmp_path / "Kick.wav", _noise(2.0, 2))
    stems = load_stems(tmp_path)
    assert [stems.channels(row) for row in range(2)] == [2, 1]
    _assert_same(_whole(stems, "Keys").T, wide, within=1e-6)
    assert not exported_values(stems).any()


SIDES = {
    "centre": (0.5**0.5, 0.5**0.5), "left": (1.0, 0.0), "right": (0.0, 1.0),
    "half left": (0.9239, 0.3827), "inverted": (0.5**0.5, -(0.5**0.5)), "odd": (0.6, -0.8),
}  # fmt: skip


@pytest.mark.parametrize("sides", SIDES.values(), ids=list(SIDES))
def test_nothing_that_is_in_two_channels_changes_or_vanishes(
    tmp_path: Path, sides: tuple[float, float]
) -> None:
    file = np.outer(_noise(2.0, 1), sides)
    _record(tmp_path / "Keys.wav", file, subtype="FLOAT")
    stems = load_stems(tmp_path)
    _assert_same(render(stems, exported_values(stems)), file, within=1e-6)
    for pan in (-0.6, 0.0, 0.7):
        values = exported_values(stems)
        values[0, PAN] = pan
        power = (render(stems, values).astype(np.float64) ** 2).sum()
        if stems.place(0) is not None or abs(sides[0]) == abs(sides[1]):
            assert power == pytest.approx((file**2).sum(), rel=1e-4)


@pytest.mark.parametrize(
    ("sides", "place"),
    [("centre", 0.0), ("left", -1.0), ("right", 1.0), ("half left", -0.5), ("inverted", None)],
)
def test_where_one_source_is_is_read_from_its_file(
    tmp_path: Path, sides: str, place: float | None
) -> None:
    _record(tmp_path / "Keys.wav", np.outer(_noise(2.0, 1), SIDES[sides]))
    stems = load_stems(tmp_path)
    assert stems.place(0) == (None if place is None else pytest.approx(place, abs=0.01))
    assert exported_values(stems)[0, PAN] == pytest.approx(place or 0.0, abs=0.01)


PAIRS = [
    ("OH L", "OH R", "OH"), ("Piano.L", "Piano.R", "Piano"), ("Gtr_L", "Gtr_R", "Gtr"),
    ("Drums Left", "Drums Right", "Drums"), ("OHL", "OHR", "OH"), ("L Room", "R Room", "Room"),
    ("Choeur (gauche)", "Choeur (droite)", "Choeur"), ("Git links", "Git rechts", "Git"),
    ("03 OH L 57", "04 OH R 57", "OH 57"), ("Amb-l", "Amb-r", "Amb"),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right", "name"), PAIRS)
def test_two_mono_files_that_are_the_sides_of_one_are_one_strip(
    tmp_path: Path, left: str, right: str, name: str
) -> None:
    _record(tmp_path / f"{left}.wav", _tone(300.0))
    _record(tmp_path / f"{right}.flac", _tone(500.0, 1.5))
    _record(tmp_path / "Kick.wav", _tone(100.0))
    stems = load_stems(tmp_path)
    assert sorted(stems.names) == sorted((name, "Kick"))
    strip = _whole(stems, name)
    _assert_same(strip[0], _tone(300.0), within=1e-4)
    _assert_same(strip[1, : RATE * 3 // 2], _tone(500.0, 1.5), within=1e-4)
    assert f"Stereo from two files each: {name}." in stems.lines()


def test_sides_without_their_other_side_and_hands_are_strips_of_their_own(tmp_path: Path) -> None:
    names = ("OH L", "Piano Left Hand", "Piano Right Hand", "Tom L", "Tom R", "Drums/Tom R")
    _band(tmp_path, *names)
    _record(tmp_path / "Gtr L.wav", _noise(2.0, 8, channels=2))
    _record(tmp_path / "Gtr R.wav", _noise(2.0, 9))
    assert set(load_stems(tmp_path).names) == {
        "OH L", "Piano Left Hand", "Piano Right Hand", "Tom", "Tom R", "Gtr L", "Gtr R",
    }  # fmt: skip


def test_a_file_of_many_channels_is_a_strip_for_each(tmp_path: Path) -> None:
    _record(tmp_path / "Desk.wav", _noise(2.0, 1, channels=4), subtype="FLOAT")
    stems = load_stems(tmp_path)
    assert stems.names == ("Desk 1", "Desk 2", "Desk 3", "Desk 4")
    _assert_same(_whole(stems, "Desk 3")[0], _noise(2.0, 1, channels=4)[:, 2], within=1e-6)
    assert stems.lines() == ("Desk.wav: a mono strip for each of its 4 channels.",)


# -- mixes, clicks, names --------------------------------------------------------------------------


def test_a_mix_a_click_and_a_guide_are_left_out_by_their_names(tmp_path: Path) -> None:
    _band(tmp_path, "Kick", "Main Vox", "Snare Print", "Rough Mix 3", "Click", "Guide Vox", "2-Bus")
    stems = load_stems(tmp_path)
    assert stems.names == ("Kick", "Main Vox", "Snare Print")
    assert set(stems.left_out) == {
        "Rough Mix 3.wav (a mix, by its name)", "Click.wav (a click or cue, by its name)",
        "Guide Vox.wav (a guide, by its name)", "2-Bus.wav (a mix, by its name)",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "song", "kind"),
    [
        ("Piano Man Mix", "Piano Man", "a mix"),
        ("Bass Face - MASTER 24bit", "bass face", "a mix"),
        ("Main Vox", "Vox", ""),
        ("Drums Print", "Drums", ""),
        ("Kick", "Kick", ""),
        ("Mix", "", "a mix"),
    ],
)
def test_a_mix_may_bear_the_title_of_its_song(name: str, song: str, kind: str) -> None:
    assert kind_of(name, song=song) == kind


@pytest.mark.parametrize("level", [1.0, 0.3, 2.0])
def test_the_sum_of_all_others_is_left_out_whatever_its_name(tmp_path: Path, level: float) -> None:
    parts = {name: _noise(3.0, seed) for seed, name in enumerate(("Kick", "Bass", "Pad"))}
    parts["Pad"] = np.stack([parts["Pad"], _noise(3.0, 7)], axis=1)
    mix = sum(wave if wave.ndim == 2 else np.outer(wave, [0.5**0.5] * 2) for wave in parts.values())
    for name, wave in parts.items():
        _record(tmp_path / f"{name}.wav", wave)
    _record(tmp_path / "Sunrise v2.wav", level * mix)
    _record(tmp_path / "Zonk.ogg", level * mix, format="FLAC")
    stems = load_stems(tmp_path)
    assert set(stems.names) == set(parts)
    assert len(stems.left_out) == 2
    assert "Sunrise v2.wav (a mix: it is the sum of the others)" in stems.left_out


def test_takes_and_loud_tracks_are_no_mixes(tmp_path: Path) -> None:
    kick = _noise(3.0, 1)
    for name, wave in (
        ("Kick In", kick), ("Kick Out", 0.5 * kick), ("Kick Sub", 0.8 * kick),
        ("Bass", 0.01 * _noise(3.0, 2)), ("Pad", 0.01 * _noise(3.0, 3)),
    ):  # fmt: skip
        _record(tmp_path / f"{name}.wav", wave)
    assert load_stems(tmp_path).left_out == ()


def test_titles_and_numbers_are_taken_off(tmp_path: Path) -> None:
    _band(tmp_path, "01 Sun - Kick", "02 Sun - Bass", "03 Sun - Lead Vox", "Sun")
    stems = load_stems(tmp_path)
    assert stems.names == ("Kick", "Bass", "Lead Vox")
    assert stems.left_out == ("Sun.wav (a mix, by its name)",)


def test_folders_tell_namesakes_and_nameless_apart(tmp_path: Path) -> None:
    _band(tmp_path, "Drums/Room", "Drums/Kick", "Vox/Room", "Vox/Take", "gtr", "gtr (2)", "Gtr")
    stems = load_stems(tmp_path)
    assert set(stems.names) == {
        "Drums/Room", "Kick", "Vox/Room", "Take", "Gtr", "gtr (2)", "gtr (3)",
    }  # fmt: skip
    roles = dict(zip(stems.names, stems.roles, strict=True))
    assert roles["Take"] is Role.LEAD
    assert roles["Kick"] is Role.KICK


# -- long songs and sessions -----------------------------------------------------------------------


def test_of_a_long_song_it_is_known_where_each_track_sounds(tmp_path: Path) -> None:
    rare = np.zeros(90 * RATE, dtype=np.int16)
    rare[70 * RATE : 71 * RATE] = (32_767 * _noise(1.0, 1)).astype(np.int16)
    _record(tmp_path / "FX.flac", rare)
    _record(tmp_path / "Pad.flac", np.tile(_noise(1.0, 2), 90))
    stems = load_stems(tmp_path)
    assert stems.names == ("FX", "Pad")
    for start in stems.heard_at[0]:
        assert start % BLOCK == 0
        assert np.abs(stems.read(0, start, BLOCK)).max() > 0.1
    assert len(stems.heard_at[1]) >= 8


def test_a_file_that_goes_away_is_silence(tmp_path: Path) -> None:
    _band(tmp_path, *(f"Gtr {number}" for number in range(120)))
    stems = load_stems(tmp_path)
    for file in tmp_path.iterdir():
        file.unlink()
    assert stems.read(3, 0, stems.samples).shape == (1, stems.samples)


def test_own_stems_begin_as_they_were_exported(tmp_path: Path) -> None:
    _band(tmp_path, "Kick")
    stems, values = load_session(tmp_path, seed=1)
    assert stems.names == ("Kick",)
    assert not values.any()


@pytest.mark.long
def test_the_band_begins_with_a_rough_mix() -> None:
    stems, values = load_session(None, seed=1)
    assert values.shape == (9, 6)
    assert np.abs(values).sum() > 0.0
    assert len(stems.audio) == 9
    assert stems.lines() == ()
