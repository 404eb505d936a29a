"""The house in figures, of any commit: `python tests/support/house.py [COMMIT...]`.

Several commits stand side by side: before and after. Files are read out of git, so nothing is
checked out. Homely verbs are those that say nothing of what happens (see docs/glossary.md).
"""

import ast
import re
import statistics
import subprocess
import sys
import tokenize
from collections import Counter
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from types import FrameType
from typing import Final

ROOT: Final = Path(__file__).parents[2]
HOMELY: Final = frozenset(
    [
        *("take", "took", "put", "hear", "heard", "note", "tell", "told", "say", "said", "look"),
        *("want", "give", "given", "keep", "kept"),
    ]
)
DAW_NAMES: Final = re.compile(r"ableton|reaper|ardour|x32|xair", re.IGNORECASE)
PARAM_SLICE: Final = re.compile(r"\[(?:\.\.\.|:\w*), ?2:|MOVABLE\[|values\[:, ?[0-9]|, 6\)\)")


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def sources(commit: str, folder: str = "bridge") -> dict[str, str]:
    """The Python files of a folder in a commit; ``.`` is the tree as it stands."""
    if commit == ".":
        return {
            str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
            for path in sorted((ROOT / folder).rglob("*.py"))
        }
    names = _git("ls-tree", "-r", "--name-only", commit, folder).splitlines()
    return {name: _git("show", f"{commit}:{name}") for name in names if name.endswith(".py")}


def functions(files: dict[str, str]) -> list[tuple[str, str, int]]:
    """Every function and method: file, name, lines."""
    return [
        (path, node.name, (node.end_lineno or node.lineno) - node.lineno + 1)
        for path, text in files.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def homely(found: list[tuple[str, str, int]]) -> list[tuple[str, str]]:
    """The functions whose name begins with a homely verb."""
    return [(path, name) for path, name, _ in found if name.strip("_").split("_")[0] in HOMELY]


def _comments(text: str) -> int:
    tokens = tokenize.generate_tokens(StringIO(text).readline)
    return sum(
        token.type == tokenize.COMMENT and not re.match(r"# (noqa|type|fmt)", token.string)
        for token in tokens
    )


def figures(commit: str) -> dict[str, str]:
    """What is printed of a commit, by label."""
    files = sources(commit)
    found = functions(files)
    lengths = [lines for _, _, lines in found]
    modules = [text.count("\n") for text in files.values()]
    folders = Counter(path.rsplit("/", 1)[0] for path in files)
    verbs = homely(found)
    outside = [path for path in files if not path.startswith("bridge/daws/")]
    largest, count = folders.most_common(1)[0]
    return {
        "modules": str(len(files)),
        "folders": str(len(folders)),
        "most modules in a folder": f"{count} ({largest})",
        "lines a module: median, most": f"{statistics.median(modules):.0f}, {max(modules)}",
        "lines a function: median, most": f"{statistics.median(lengths):.0f}, {max(lengths)}",
        "homely verbs": f"{len(verbs)} of {len(found)} ({len(verbs) / len(found):.1%})",
        "comments in 100 lines": f"{100 * sum(map(_comments, files.values())) / sum(modules):.1f}",
        "modules outside daws/ that name a DAW": str(
            sum(bool(DAW_NAMES.search(files[path])) for path in outside)
        ),
        "parameters found by position": str(
            sum(len(PARAM_SLICE.findall(text)) for text in files.values())
        ),
    }


def _calls(work: Callable[[], object]) -> str:
    """How many calls of how many functions of ours a piece of work makes."""
    seen: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and "/bridge/" in frame.f_code.co_filename:
            seen[frame.f_code.co_qualname] += 1

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return f"{sum(seen.values())} calls of {len(seen)} functions"


def hops() -> dict[str, str]:
    """What a datagram and a thumb pass through in the tree as it stands."""
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    from bridge.daw.generic import GenericDialect
    from bridge.mix import messages as m
    from bridge.mix.params import Param
    from bridge.osc.decode import decode
    from bridge.osc.encode import encode
    from bridge.osc.message import OscMessage
    from support.desk import Desk

    desk = Desk().connect()
    dialect = GenericDialect()
    datagram = encode(OscMessage("/mix/track/1/gain", (-3.0,)))

    def hand() -> None:
        (message,) = decode(datagram)
        for event in dialect.decode(message, at=desk.at) or ():
            assert isinstance(event, m.ParamChanged)
            desk.engine.handle(event)

    first = _calls(hand)
    move = desk.move("Vox", Param.GAIN, 1.0)
    thumb = m.RewardReceived(at=desk.at, value=1.0, move=move, reward_id="1")
    return {"a value from the DAW": first, "a thumb": _calls(lambda: desk.engine.handle(thumb))}


def main() -> None:
    """Print the figures of the commits side by side."""
    commits = sys.argv[1:] or ["."]
    columns = [figures(commit) for commit in commits]
    width = max(map(len, columns[0])) + 2
    sys.stdout.write(" " * width + "".join(f"{commit[:24]:<28}" for commit in commits) + "\n")
    for label in columns[0]:
        cells = "".join(f"{column[label]:<28}" for column in columns)
        sys.stdout.write(f"{label:<{width}}{cells}\n")
    for label, text in hops().items():
        sys.stdout.write(f"{label}, decoded and handled: {text}\n")


if __name__ == "__main__":
    main()
