"""The rules of the house that no other tool checks."""

import ast
import pkgutil
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
import yaml

import bridge
from bridge.config import Settings, load

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "bridge").rglob("*.py"))
PURE = ("mix", "learning", "agents", "tasks", "guard", "engine", "osc", "daw", "sim")

# Says what an import opens, starts or writes. `open` comes with (path, mode, flags).
AUDIT = """
import importlib, os, sys, threading
for module in ("numpy", "pydantic", "yaml", "click"):
    importlib.import_module(module)
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
def report(event, args):
    if event == "open" and not (args[2] or 0) & WRITES:
        return
    if event in ("open", "sqlite3.connect", "subprocess.Popen", "os.mkdir", "os.remove", "os.fork",
                 "socket.__new__", "thread"):
        sys.exit(f"{name}: {event} {args}")
sys.addaudithook(report)
threading.Thread.start = lambda thread: report("thread", (thread.name,))
for name in sys.argv[1:]:
    importlib.import_module(name)
"""


# What these import opens what it likes; nothing else of the package imports them.
RESEARCH = ("bridge.studies.learning.dqn", "bridge.studies.learning.gym_env")


def _modules() -> list[str]:
    return [
        module.name
        for module in pkgutil.walk_packages(bridge.__path__, "bridge.")
        if module.name not in ("bridge.__main__", *RESEARCH)
    ]


def _audit(*modules: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-B", "-c", AUDIT, *modules],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip


def test_importing_every_module_opens_nothing_and_starts_no_thread() -> None:
    done = _audit(*_modules())
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "work",
    [
        "import socket; socket.socket()",
        "import sqlite3; sqlite3.connect(':memory:')",
        "import threading; threading.Thread(target=print).start()",
        "open('written', 'w')",
    ],
)
def test_an_import_that_does_something_would_be_seen(tmp_path: Path, work: str) -> None:
    (tmp_path / "busy.py").write_text(work)
    done = subprocess.run(
        [sys.executable, "-B", "-c", AUDIT, "busy"],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("busy: ")


def test_a_module_has_at_most_500_lines_and_a_function_60() -> None:
    assert [each for path in SOURCES for each in _too_long(path)] == []


def _too_long(path: Path) -> Iterator[str]:
    """The module, and its functions, that are longer than that."""
    text = path.read_text(encoding="utf-8")
    name = path.relative_to(ROOT)
    if (lines := len(text.splitlines())) > 500:
        yield f"{name}: {lines}"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            lines = node.end_lineno - node.lineno + 1
            if lines > 60:
                yield f"{name}, {node.name}: {lines}"


def _global_randomness(tree: ast.AST) -> Iterator[str]:
    """Calls of the generators that a whole process shares, or of one that has no seed."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        module, _, function = name.rpartition(".")
        is_shared = module in ("random", "np.random", "numpy.random") and function[0].islower()
        is_seeded = function == "default_rng" and bool(node.args or node.keywords)
        if is_shared and not is_seeded:
            yield f"line {node.lineno}: {name}"


@pytest.mark.parametrize(
    ("code", "is_refused"),
    [
        ("np.random.normal(0, 1)", True),
        ("random.random()", True),
        ("np.random.default_rng()", True),
        ("np.random.default_rng(3)", False),
        ("random.Random(3)", False),
        ("rng.normal()", False),
    ],
)
def test_shared_randomness_is_told_from_a_seeded_generator(code: str, is_refused: bool) -> None:
    assert bool(list(_global_randomness(ast.parse(code)))) is is_refused


def test_what_decides_uses_no_shared_randomness() -> None:
    pure = [
        path
        for path in SOURCES
        if path.relative_to(ROOT / "bridge").parts[0] in PURE or "wire" in path.parts
    ]
    found = {path.name: list(_global_randomness(ast.parse(path.read_text()))) for path in pure}
    assert {name: calls for name, calls in found.items() if calls} == {}


def test_the_example_settings_are_the_defaults_and_name_every_key() -> None:
    path = ROOT / "config.example.yaml"
    assert load(path) == Settings()
    named = set(re.findall(r"^ *(\w+):", path.read_text(), flags=re.MULTILINE))
    assert {part for key in _keys(Settings().model_dump()) for part in key.split(".")} == named


def _keys(tree: dict[str, object], prefix: str = "") -> Iterator[str]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _keys(value, f"{prefix}{key}.")
        else:
            yield prefix + key


def test_the_settings_in_the_docs_are_valid(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "settings.md").read_text()
    blocks = re.findall(r"^```yaml\n(.*?)^```", page, re.M | re.S)
    assert blocks
    for number, block in enumerate(blocks):
        path = tmp_path / f"{number}.yaml"
        path.write_text(block)
        load(path)


def test_every_requirement_is_pinned_to_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    required = list(chain(project["dependencies"], *project["optional-dependencies"].values()))
    lines = [
        line
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if not line.startswith("#")
    ]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)
    pinned = {_plain(line.partition("==")[0]) for line in lines}
    missing = {_plain(re.split(r"[^\w.-]", item)[0]) for item in required} - pinned
    assert missing == set()


def test_every_python_that_is_promised_is_tried_on_three_systems() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    promised = [line.rpartition(" ")[2] for line in project["classifiers"] if ":: 3." in line]
    workflow = yaml.safe_load((ROOT / ".github/workflows/tests.yml").read_text())
    matrix = workflow["jobs"]["unit"]["strategy"]["matrix"]
    assert matrix["python"] == promised
    assert len(matrix["system"]) == 3


def _plain(name: str) -> str:
    """A package's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
