"""What a strip plays by its sound, where its name says nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mix.messages import MetersRead
from bridge.mix.roles import Role, RoleSource
from bridge.mix.sound import (
    AUDIBLE_ROLES,
    guess_roles,
    likely_role,
    load_sounds,
    role_by_sound,
)
from bridge.mix.state import MixState

KICK = [-21.0, -2, -5, -18, -26, -30, -28, -26, -28, -33]
BASS = [-14.0, -2, -4, -8, -13, -17, -24, -36, -46, -58]
HATS = [-50.0, -40, -34, -33, -32, -27, -18, -7, -2, -4]
VOICE = [-60.0, -40, -16, -4, -2, -6, -9, -13, -18, -28]
PINK = [-10.0] * 10


@pytest.mark.parametrize(
    ("octaves", "crest_db", "role"),
    [(KICK, 14.0, Role.KICK), (BASS, 9.0, Role.BASS), (HATS, 20.0, Role.HATS),
     (VOICE, 10.0, Role.OTHER), (PINK, 12.0, Role.OTHER)],
)  # fmt: skip
def test_only_what_is_plain_to_hear_is_told(
    octaves: list[float], crest_db: float, role: Role
) -> None:
    found, confidence = role_by_sound(np.array(octaves) - 20.0, crest_db)
    assert found is role
    assert confidence >= 0.9 or role is Role.OTHER


@given(st.lists(st.floats(-120.0, 20.0), min_size=10, max_size=10), st.floats(0.0, 40.0))
def test_nothing_but_an_audible_role_is_ever_told(octaves: list[float], crest_db: float) -> None:
    found, confidence = role_by_sound(np.array(octaves), crest_db)
    assert found in AUDIBLE_ROLES | {Role.OTHER}
    assert 0.9 <= confidence <= 1.0 or (found, confidence) == (Role.OTHER, 0.0)
    louder, again = role_by_sound(np.array(octaves) + 7.0, crest_db)
    assert louder is found or max(confidence, again) < 0.91  # how loud it is says nothing


def test_what_is_unknown_says_nothing() -> None:
    octaves = np.array(KICK)
    assert role_by_sound(octaves, float("nan")) == (Role.OTHER, 0.0)
    octaves[3] = np.nan
    assert role_by_sound(octaves, 14.0) == (Role.OTHER, 0.0)


def test_what_is_merely_likely_is_good_enough_for_a_question() -> None:
    assert likely_role(np.array(VOICE), 10.0) is Role.LEAD
    assert likely_role(np.array(KICK), 8.0) is Role.KICK
    assert likely_role(np.array([-90.0] * 9 + [0.0]), 10.0) is Role.OTHER
    assert likely_role(np.array(KICK), float("nan")) is Role.OTHER


def test_the_shipped_table_is_whole() -> None:
    table = load_sounds()
    assert np.isfinite(table.mean).all()
    assert (table.sd > 0.0).all()


# -- strips -------------------------------------------------------------------------------------


def listen(mix: MixState, rows: list[tuple[list[float], float]], *, reads: int) -> None:
    """Meters of a second each: octaves at an RMS of -20 dBFS, and how far peaks stand above."""
    levels = np.array(
        [[-20.0, -20.0 + crest, *(np.array(octaves) - 20.0)] for octaves, crest in rows]
    )
    for read in range(reads):
        at = 10.0 + read
        mix.hear(MetersRead(at=at, since=at - 1.0, levels=levels.astype("<f4").tobytes()))


def mix_of(*names: str) -> MixState:
    mix = MixState()
    dump(mix, names)
    return mix


def dump(mix: MixState, names: tuple[str, ...]) -> None:
    mix.open_dump(len(names))
    for track, name in enumerate(names, start=1):
        mix.note_name(track, name)
    mix.close_dump()
    mix.values[:] = 0.0


def test_a_strip_without_a_telling_name_gets_a_role_by_its_sound() -> None:
    mix = mix_of("Audio 1", "Audio 2", "Audio 3", "Trumpet", "Click", "Vox")
    rows = [(KICK, 14.0), (VOICE, 10.0), (BASS, 9.0), (BASS, 9.0), (HATS, 20.0), (BASS, 9.0)]
    listen(mix, rows, reads=7)
    assert guess_roles(mix) == []
    listen(mix, rows, reads=2)
    assert [strip.name for strip in guess_roles(mix)] == ["Audio 1", "Audio 3"]
    assert guess_roles(mix) == []
    assert [strip.role for strip in mix.strips] == [
        Role.KICK, Role.OTHER, Role.BASS, Role.OTHER, Role.OTHER, Role.LEAD,
    ]  # fmt: skip
    assert [strip.role_source for strip in mix.strips] == [
        RoleSource.SOUND, RoleSource.NOTHING, RoleSource.SOUND, *[RoleSource.NAME] * 3,
    ]  # fmt: skip


def test_a_word_of_a_person_or_a_new_name_wins_over_the_sound() -> None:
    mix = mix_of("Audio 1", "Audio 2")
    listen(mix, [(KICK, 14.0)] * 2, reads=9)
    assert len(guess_roles(mix)) == 2
    mix.strips[0].given_role = Role.FX
    mix.strips[1].name = "Lead Vox"
    assert [strip.role for strip in mix.strips] == [Role.FX, Role.LEAD]
    assert [strip.role_source for strip in mix.strips] == [RoleSource.GIVEN, RoleSource.NAME]


def test_another_song_is_heard_anew() -> None:
    mix = mix_of("Audio 1")
    listen(mix, [(KICK, 14.0)], reads=9)
    assert guess_roles(mix)
    mix.forget_sound()
    assert mix.strips[0].role_source is RoleSource.NOTHING
    listen(mix, [(HATS, 20.0)], reads=9)
    assert [strip.role for strip in guess_roles(mix)] == [Role.HATS]


def test_a_level_that_was_guessed_from_peaks_is_no_crest() -> None:
    mix = mix_of("Audio 1")
    levels = np.array([[np.nan, -6.0, *([np.nan] * 10)]], dtype="<f4").tobytes()
    for read in range(10):
        mix.hear(MetersRead(at=10.0 + read, since=9.0 + read, levels=levels))
    assert np.isnan(mix.crest_db).all()
    assert guess_roles(mix) == []
