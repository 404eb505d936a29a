"""The texts between the bridge and the companion: lines of words with tabs."""

import re
from typing import Final

from bridge.errors import DialectError

SCHEMA: Final = "1"
UPGRADE: Final = "run 'mixbridge setup reaper' again and restart REAPER"

_ESCAPES: Final = {"\\\\": "\\", "\\t": "\t", "\\n": "\n", "\\r": "\r"}
_ESCAPE: Final = re.compile(r"\\[\\tnr]")


def split(text: str, kind: str, row: str) -> tuple[dict[str, list[str]], list[str]]:
    """The fields of a text by name, and its lines of the kind `row`."""
    lines = text.splitlines()
    if not lines or lines[0] != f"mixbridge-{kind}\t{SCHEMA}" or lines[-1] != "end":
        got = lines[0][:40] if lines else ""
        raise DialectError(
            f"Expected the companion's {kind}, schema {SCHEMA}; got {got!r}; {UPGRADE}."
        )
    listed = [line for line in lines[1:-1] if line.startswith(f"{row}\t")]
    named = (line.split("\t") for line in lines[1:-1] if not line.startswith(f"{row}\t"))
    return {name: values for name, *values in named}, listed


def escape(text: str) -> str:
    """Text without tabs and ends of line."""
    escaped = text.replace("\\", "\\\\").replace("\t", "\\t")
    return escaped.replace("\n", "\\n").replace("\r", "\\r")


def unescape(text: str) -> str:
    """The inverse of `escape`."""
    return _ESCAPE.sub(lambda found: _ESCAPES[found[0]], text)
