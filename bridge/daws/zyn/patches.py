"""The banks of patches that ZynAddSubFX has on this machine, by the folders' names."""

from pathlib import Path
from typing import Final

BANKS: Final = ("/usr/share/zynaddsubfx/banks", "/usr/local/share/zynaddsubfx/banks")
"""Where its banks are on Linux (its default search list, and Debian's package)."""

SUFFIX: Final = ".xiz"
_FOLDERS: Final = {
    "bass": ("Bass",),
    "pad": ("Pads", "Fantasy"),
    "strings": ("Strings", "Pads"),
    "keys": ("Rhodes", "SynthPiano", "Organ"),
    "guitar": ("Guitar", "Plucked"),
    "lead": ("Synth",),
    "kick": ("Drums",),
    "snare": ("Drums",),
    "hats": ("Drums",),
    "drums": ("Drums",),
}
_ANY: Final = ("Synth", "Pads", "Bass", "Plucked")


def list_patches(role: str, suffix: str, banks: tuple[str, ...] = BANKS) -> list[str]:
    """The paths of its patches for a role; none where those are files of another kind."""
    if suffix != SUFFIX:
        return []
    return [
        str(path)
        for bank in banks
        for folder in _FOLDERS.get(role, _ANY)
        for path in sorted((Path(bank) / folder).glob(f"*{SUFFIX}"))
    ]
