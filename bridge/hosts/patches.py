"""The patches of a synth on this machine, for the task of sounds; by their names alone."""

import json
from pathlib import Path

from bridge.daw.row import load_part
from bridge.daws import DAWS
from bridge.errors import RefusedError
from bridge.mix.content_events import Job


def find_patches(job: Job) -> bytes:
    """The paths of a role's patches as a JSON list; see `TaskRow.worker`.

    Raises:
        RefusedError: If the copy of the patch that is there now was not written: then the synth is
            on another machine, or may not write, and nothing could be brought back.
    """
    wanted = json.loads(job.text)
    copy = Path(wanted["copy"])
    if not copy.is_file():
        raise RefusedError(
            f"{copy.name}: the synth has not written a copy of its patch here, so I leave its "
            "patch as it is and turn knobs only."
        )
    found = [
        path
        for row in DAWS.values()
        if row.patches
        for path in load_part(row.patches)(wanted["role"], copy.suffix)
    ]
    return json.dumps(found).encode()
