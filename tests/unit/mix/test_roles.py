"""What a track is for, by its name."""

import pytest

from bridge.mix.roles import Role, guess_role, is_untouchable

NAMES = {
    Role.KICK: "Kick In|kick_out|BD|Bass Drum|KIK|grosse caisse|Bombo|cassa",
    Role.SNARE: "Snare Top|SN|SNR btm|Clap|Caisse claire|caja|Rullante|Rimshot",
    Role.HATS: "Hi-Hat|HiHats|HH|Ride|Crash L|Shaker|Tambourine|Becken",
    Role.DRUMS: "Drum Bus|OH L|Overheads|Floor Tom|Perc|Drum Room|Kit|Congas|Schlagzeug|Batterie",
    Role.BASS: "Bass DI|Sub|808|E-Bass|basse|Bajo|Basso",
    Role.GUITAR: "E Gtr L|Guitar|Acoustic|Lead Guitar|Gitarre|Guitare|Chitarra|Gitr 1|Strat",
    Role.KEYS: "Piano|Keys|Rhodes|Hammond|Synth 2|EP|Klavier|Teclado",
    Role.LEAD: "Lead Vox|Vocal|VOX|Voice 1|LV|Gesang|Voix|Voz|Voce|Melody|Singer",
    Role.BACKING: "BV 1|Backing Vox|BGV|Choir|Chor|Harmony|Coro|Gang|Vox Double",
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


@pytest.mark.parametrize(
    "name",
    ["Click", "click track", "MASTER", "Mix Bus", "2 Bus", "Talkback", "talk back", "TB", "Cue 1",
     "Metronome", "LTC", "SMPTE", "Ref", "reference", "Count in", "guide_vox", "print"],
)  # fmt: skip
def test_what_nobody_should_move_is_known_by_its_name(name: str) -> None:
    assert is_untouchable(name)


@pytest.mark.parametrize("name", ["Vox", "Clicky synth", "Mastermind", "Refrain", "Cuento", ""])
def test_a_name_that_only_resembles_is_no_reason(name: str) -> None:
    assert not is_untouchable(name)
