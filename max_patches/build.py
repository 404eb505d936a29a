"""Make the devices' files of `devices.py`: run `python -m max_patches.build` in the repository.

Each device has a `.maxpat`, to be read and edited in Max, and an unfrozen `.amxd`, which Live loads
with the script beside it. Both are committed; a test says when they are not what this makes.
"""

from typing import Final

from max_patches.devices import hub, track
from max_patches.inventory import FOLDER
from max_patches.patching import amxd, maxpat

DEVICES: Final = (track, hub)


def files() -> dict[str, bytes]:
    """What the folder holds, by the names of the files."""
    made = {}
    for make in DEVICES:
        patch = make()
        made[f"{patch.name}.maxpat"] = maxpat(patch.patcher())
        made[f"{patch.name}.amxd"] = amxd(patch.patcher())
    return made


if __name__ == "__main__":
    for name, content in files().items():
        (FOLDER / name).write_bytes(content)
