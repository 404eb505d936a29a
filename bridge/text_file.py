"""Text that people and their editors wrote: its encoding, and its name in a sentence."""

import codecs
import unicodedata
from pathlib import Path
from typing import Final

_MARKS: Final = (  # the longer ones first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SHOWN: Final = 120
"""A longer name is shown by its beginning and its end."""


class NotTextError(ValueError):
    """Bytes that are no text; says in half a sentence why, with the line."""


def read_bytes(path: Path, *, most: int) -> bytes:
    """The bytes of a file, of at most `most`; no more is read of anything, however long.

    Raises:
        OSError: If it cannot be read.
        NotTextError: If it is longer.
    """
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        size = f"{most >> 20} MiB" if most >= 1 << 20 else f"{most >> 10} KiB"
        raise NotTextError(f"expected at most {size}, got more")
    return content


def decode_text(content: bytes) -> str:
    """Text in UTF-8, or in what its byte order mark or its first zero byte says.

    Other encodings (Latin-1, code pages) are not told apart by their bytes and would be a guess.

    Raises:
        NotTextError: Where a byte belongs to no character.
    """
    encoding, start = _encoding(content)
    try:
        return content[start:].decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: start + error.start].decode(encoding, "replace").count("\n") + 1
        name = encoding[:6].rstrip("-").upper()
        raise NotTextError(
            f"expected {name} text, byte {start + error.start} is not (line {line}); "
            "save the file as UTF-8"
        ) from None


def shown(name: object) -> str:
    r"""A file's name in a sentence: on one line, printable, and not endless.

    >>> print(shown("a\nb"), shown("sch\udcf6n.yaml"))
    a\nb sch\udcf6n.yaml
    """
    text = str(name)
    if len(text) > _SHOWN:
        text = f"{text[: _SHOWN // 2]}...{text[-_SHOWN // 3 :]}"
    return "".join(
        character.encode("unicode_escape").decode("ascii") if is_control(character) else character
        for character in text
    )


def is_control(character: str) -> bool:
    """Whether a character has no picture of its own, or is half a character (a surrogate)."""
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")


def _encoding(content: bytes) -> tuple[str, int]:
    """The encoding of a text, and where it begins."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding, len(mark)
    # Without a mark: settings and exports begin with ASCII, of which UTF-16 makes a zero byte.
    if content[:1] == b"\0" != content[1:2]:
        return "utf-16-be", 0
    if content[1:2] == b"\0" != content[:1]:
        return "utf-16-le", 0
    return "utf-8", 0
