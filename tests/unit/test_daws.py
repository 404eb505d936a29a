"""The registry of DAWs: what a row promises, and that a folder and a row are all of a new one."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.toy_daw import TOY

from bridge.app import make_offline
from bridge.cli.main import run_command_line
from bridge.config import Settings, load
from bridge.daw.row import load_part
from bridge.daws import DAWS, make_dialect
from bridge.doctor import Level, daw_findings
from bridge.errors import ConfigError
from bridge.mix.params import Param
from bridge.trace.file import read_trace
from bridge.trace.replay import play

ROOT = Path(__file__).parents[2]
OURS = sorted((ROOT / "bridge").rglob("*.py"))
_KEYS = {"config.py"}  # keys of the settings keep their names


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy's row in the registry."""
    monkeypatch.setitem(DAWS, "toy", TOY)


@pytest.mark.parametrize("row", DAWS.values(), ids=lambda row: row.name)
def test_what_a_row_names_is_there(row: object) -> None:
    daw = DAWS[row.name]  # type: ignore[attr-defined]
    assert make_dialect(daw.name).name == daw.name
    assert make_dialect(daw.name).port == daw.port
    for part in (daw.doctor, daw.setup, daw.side_door, daw.host, daw.find):
        assert not part or callable(load_part(part))
    assert not daw.study or callable(load_part(f"{daw.study}:main"))
    assert (ROOT / daw.docs).is_file()
    assert daw.needs.endswith(".")
    assert daw.steps
    for step in daw.steps:
        assert step.endswith((".", "`")), step
        typed = step.split("`")[1::2]
        assert step.count("`") == 2 * len(typed)
        for command in typed:
            words = command.removeprefix("mixbridge ").split(" --")[0].split()
            assert run_command_line([*words, "--help"]) == 0, "a command that there is"


@pytest.mark.slow
def test_no_module_outside_says_the_name_of_a_daw() -> None:
    plain = {"generic", "desk"}  # words that have a meaning of their own
    own = [*(DAWS.keys() - plain), "x32", "m32", "x.?air"]
    names = re.compile("|".join(own), re.IGNORECASE)
    said = {
        f"{path.relative_to(ROOT)}:{line}"
        for path in OURS
        if "daws" not in path.parts and path.name not in _KEYS
        for line, text in _code(path)
        if names.search(text)
    }
    assert said == set()


def _code(path: Path) -> Iterator[tuple[int, str]]:
    """Every name and text of a module but its docstrings, with its line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.lineno, node.value
        elif isinstance(node, ast.Name):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""


@pytest.mark.slow
@pytest.mark.parametrize("name", DAWS)
def test_a_bridge_beside_one_daw_loads_no_setup_doctor_or_host_of_any(name: str) -> None:
    code = f"""
import sys
from bridge.app import open_bridge
from bridge.config import Settings
from bridge.runtime.engine_factory import make_engine
make_engine(Settings.model_validate({{"daw": {{"dialect": {name!r}}}}}), session=1)
loaded = [m for m in sys.modules if m.startswith("bridge.daws.") and m.count(".") > 2]
print(*(m for m in loaded if not m.startswith("bridge.daws.{name}.wire")))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.split() == []


# -- adding one ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("toy")
def test_a_new_daw_is_a_choice_of_the_settings_with_its_ports(tmp_path: Path) -> None:
    path = tmp_path / "toy.yaml"
    path.write_text("daw: {dialect: toy}\n")
    chosen = load(path)
    assert (chosen.daw.port, chosen.listen.port) == (7000, 7001)


def test_without_its_row_it_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "toy.yaml"
    path.write_text("daw: {dialect: toy}\n")
    with pytest.raises(ConfigError, match="got 'toy'"):
        load(path)


@pytest.mark.usefixtures("toy")
def test_a_new_daw_is_examined_and_set_up(capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings.model_validate({"daw": {"dialect": "toy"}})
    (finding,) = daw_findings(settings)
    assert (finding.level, finding.text) == (Level.OK, "expected at port 7000")
    assert run_command_line(["setup", "toy", "--dry-run"]) == 0
    assert capsys.readouterr().out.startswith("Toy Studio is here.")


@pytest.mark.usefixtures("toy")
def test_a_transcript_of_a_new_daw_plays() -> None:
    (part,) = read_trace(ROOT / "tests" / "support" / "toy_daw" / "toy.jsonl")
    played = play(part, make_offline)
    assert played.status == "online"
    ((_, hand),) = played.hands
    assert (hand.param, hand.to_value) == (Param.GAIN, -4.5)
