"""What a track is for, by its name, and which strips are none that may be moved."""

import unicodedata
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mix.roles import Role, TrackKind, guess_role, is_untouchable, read_name

_LISTED = Path(__file__).with_name("track_names.tsv").read_text(encoding="utf-8").splitlines()
_ROWS = [line.split("\t") for line in _LISTED if not line.startswith("#")]
ROLES = [(name, Role(key)) for key, names in _ROWS if key in set(Role)
         for name in names.split("|")]  # fmt: skip
KINDS = [(name, TrackKind(key)) for key, names in _ROWS if key in set(TrackKind)
         for name in names.split("|")]  # fmt: skip

Form = Literal["NFC", "NFD"]

NAMES = {
    Role.KICK: "Kick In|kick_out|BD|Bass Drum|KIK|grosse caisse|Bombo|cassa",
    Role.SNARE: "Snare Top|SN|SNR btm|Clap|Caisse claire|caja|Rullante|Rimshot",
    Role.HATS: "Hi-Hat|HiHats|HH|Ride|Crash L|Shaker|Tambourine|Becken",
    Role.DRUMS: "Drum Bus|OH L|Overheads|Floor Tom|Perc|Drum Room|Kit|Congas|Schlagzeug|Batterie",
    Role.BASS: "Bass DI|Sub|808|E-Bass|basse|Bajo|Basso",
    Role.GUITAR: "E Gtr L|Guitar|Acoustic|Lead Guitar|Gitarre|Guitare|Chitarra|Gitr 1|Strat",
    Role.KEYS: "Piano|Keys|Rhodes|Hammond|Synth 2|EP|Klavier|Teclado",
    Role.LEAD: "Lead Vox|Vocal|VOX|Voice 1|LV|Gesang|Voix|Voz|Voce|Melody|Singer|Vox Double",
    Role.BACKING: "BV 1|Backing Vox|BGV|Choir|Chor|Harmony|Coro|Gang|Doubles",
    Role.PAD: "Pad|Pads|Atmos|Drone|Fläche|Nappe",
    Role.STRINGS: "Strings|Violin 1|Cello|Streicher|Cordes|Archi",
    Role.FX: "FX|SFX|Riser|Impact|Noise|Whoosh|Effekte",
    Role.OTHER: "Audio 1|Bus 3|Untitled||Track 12|🎸",
}


@pytest.mark.parametrize(
    ("name", "role"), [(name, role) for role, names in NAMES.items() for name in names.split("|")]
)
def test_a_role_is_guessed_from_names_that_tracks_really_carry(name: str, role: Role) -> None:
    assert guess_role(name) is role
    assert guess_role(name.upper()) is role


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_role_is_guessed_in_every_language_and_spelling(form: Form) -> None:
    read = [(name, read_name(unicodedata.normalize(form, name))) for name, _ in ROLES]
    found = [(name, reading.role, reading.kind) for name, reading in read]
    assert found == [(name, role, TrackKind.TRACK) for name, role in ROLES]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_strip_that_is_no_instrument_is_known_by_its_name(form: Form) -> None:
    found = [(name, read_name(unicodedata.normalize(form, name)).kind) for name, _ in KINDS]
    assert found == KINDS
    left_alone = [name for name, _ in KINDS if is_untouchable(name)]
    assert left_alone == [name for name, kind in KINDS if kind is not TrackKind.TRACK]


@pytest.mark.parametrize(
    "name",
    ["Click", "click track", "MASTER", "Mix Bus", "2 Bus", "Talkback", "talk back", "TB", "Cue 1",
     "Metronome", "LTC", "SMPTE", "Ref", "reference", "Count in", "guide_vox", "print"],
)  # fmt: skip
def test_what_nobody_should_move_is_known_by_its_name(name: str) -> None:
    assert is_untouchable(name)
    assert is_untouchable(name.upper())


@pytest.mark.parametrize(
    ("one", "other"),
    [("Kick Drum", "kick"), ("Tom Vox", "lead"), ("Reverb Vox", "lead"), ("Vox Reverb", "fx"),
     ("Reverb voz", "fx"), ("Vox Pad", "pad"), ("Pad Vox", "lead"), ("Gtr Room", "guitar"),
     ("Drum Room", "drums"), ("Synth Strings", "strings"), ("Bass Clarinet", "other"),
     ("Bass Synth", "bass"), ("Piano Bass", "keys"), ("Gtr Vox", "lead"), ("Vox Perc", "drums")],
)  # fmt: skip
def test_of_two_words_the_one_that_is_meant_decides(one: str, other: str) -> None:
    assert guess_role(one) is Role(other)


def test_an_abbreviation_beside_a_strange_word_counts_only_in_capitals() -> None:
    assert guess_role("OH my god") is Role.DRUMS
    assert guess_role("Oh my god") is Role.OTHER
    assert guess_role("oh 2 left") is Role.DRUMS


@given(st.text(max_size=40))
def test_any_text_is_read_and_the_same_in_either_form(name: str) -> None:
    assert read_name(name) == read_name(name)
    composed = unicodedata.normalize("NFC", name)
    assert read_name(composed) == read_name(unicodedata.normalize("NFD", composed))


@pytest.mark.parametrize("form", ["01_{}", "07 - {}", "{} L", "{}.R", "{}_03", "  {} ", "{} (2)"])
def test_track_numbers_sides_and_takes_change_no_role(form: str) -> None:
    names = [name for name, role in ROLES if role is not Role.OTHER]
    assert [name for name in names if guess_role(form.format(name)) is not guess_role(name)] == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("MIXDOWN_final_v3", TrackKind.MIX),
        ("Print v2 48k", TrackKind.MIX),
        ("Mix 24-bit 96kHz", TrackKind.MIX),
        ("Sunrise remastered", TrackKind.MIX),
        ("Karaoke", TrackKind.MIX),
        ("Main V2", TrackKind.TRACK),
        ("Vox mastered", TrackKind.TRACK),
        ("Kick Print v2", TrackKind.TRACK),
    ],
)
def test_a_version_or_format_behind_a_mix_is_no_voice(name: str, kind: TrackKind) -> None:
    assert read_name(name).kind is kind
