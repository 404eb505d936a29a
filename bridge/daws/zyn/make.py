"""The dialect of a ZynAddSubFX with a place for copies of its patches."""

import secrets
import tempfile
from pathlib import Path

from bridge.daws.zyn.wire.dialect import ZynDialect


def make_zyn() -> ZynDialect:
    """A fresh conversation; copies of patches get names that nobody can guess."""
    return ZynDialect(copies=str(Path(tempfile.gettempdir()) / f"mixbridge-{secrets.token_hex(8)}"))
