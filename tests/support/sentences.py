"""Every sentence that the program can show: `python tests/support/sentences.py`.

A sentence is a text of three words or more in the code that is no docstring; {} stands for what is
filled in later.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
_WORDS: Final = re.compile(r"[A-Za-z]{2,}")
_LEAST_WORDS: Final = 3
_JAVASCRIPT: Final = re.compile(r'"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`')


def _text(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(
            part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else "{}"
            for part in node.values
        )
    return None


def _in_python(source: str) -> Iterator[tuple[int, str]]:
    tree = ast.parse(source)
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):  # docstrings, of attributes too
            skipped.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            skipped.update(map(id, node.values))
        elif isinstance(node, ast.FormattedValue):
            skipped.add(id(node.format_spec))
    for node in ast.walk(tree):
        if isinstance(node, ast.expr) and id(node) not in skipped and (text := _text(node)):
            yield node.lineno, text


def _in_javascript(source: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(source.splitlines(), start=1):
        for quoted, templated in _JAVASCRIPT.findall(line):
            yield number, re.sub(r"\$\{[^}]*\}", "{}", quoted or templated)


def sentences() -> Iterator[tuple[str, int, str]]:
    """File, line and text of each."""
    for path in sorted((ROOT / "bridge").rglob("*")):
        if path.suffix == ".py":
            found = _in_python(path.read_text(encoding="utf-8"))
        elif path.suffix == ".js" and path.name != "uplot.js":
            found = _in_javascript(path.read_text(encoding="utf-8"))
        else:
            continue
        for line, text in found:
            is_code = text.startswith(("SELECT", "CREATE", "INSERT", "UPDATE", "DELETE", "PRAGMA"))
            if len(_WORDS.findall(text)) >= _LEAST_WORDS and " " in text and not is_code:
                yield str(path.relative_to(ROOT)), line, " ".join(text.split())


def main() -> None:
    """Print them, each once."""
    seen: set[str] = set()
    for path, line, text in sentences():
        if text not in seen:
            seen.add(text)
            sys.stdout.write(f"{path}:{line}: {text}\n")


if __name__ == "__main__":
    main()
