"""The patches of a synth's bank on this machine, for the task of sounds; read by name alone."""

import json
from pathlib import Path
from typing import Final

from bridge.errors import RefusedError
from bridge.mix.content_events import Job

BANKS: Final = ("/usr/share/zynaddsubfx/banks", "/usr/local/share/zynaddsubfx/banks")
"""Where ZynAddSubFX has its banks on Linux (its default search list, and Debian's package)."""

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
_SUFFIX: Final = ".xiz"


def find_patches(job: Job, banks: tuple[str, ...] = BANKS) -> bytes:
    """The paths of a role's patches as a JSON list; see `TaskRow.worker`.

    Raises:
        RefusedError: If the copy of the patch that is there now was not written: then the synth is
            on another machine, or may not write, and nothing could be brought back.
    """
    wanted = json.loads(job.text)
    copy = Path(wanted["copy"])
    if copy.suffix != _SUFFIX or not copy.is_file():
        raise RefusedError(
            f"{copy.name}: the synth has not written a copy of its patch here, so I leave its "
            "patch as it is and turn knobs only."
        )
    folders = _FOLDERS.get(wanted["role"], _ANY)
    found = [
        str(path)
        for bank in banks
        for folder in folders
        for path in sorted((Path(bank) / folder).glob(f"*{_SUFFIX}"))
    ]
    return json.dumps(found).encode()
