"""Whatever a system can write as a file: read, or refused in sentences that name it."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bridge.cli import main as cli
from bridge.config import load
from bridge.errors import ConfigError
from bridge.studies.learning.balance import read_balance
from bridge.yaml_file import MAX_BYTES

WORDS = ("mode", "no", "off", "on", "yes", "y", "null", "~", "daw", "port", "store", "learning",
         "epsilon", "010", "0x10", "1:30", "1_000", "-.inf", "1e999", "<<", "*a", "&a", "!!int",
         "", "é", "e\u0301", "\u2028", "Lead Vox", "gain_db", "eq", "low")  # fmt: skip

SCALARS = (
    st.sampled_from(WORDS)
    | st.text(max_size=6)
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.none()
)
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


def _block(tree: object, indent: str = "") -> str:
    """A tree as a careless person writes YAML: no quotes, tabs or spaces, any key."""
    if isinstance(tree, dict) and tree:
        return "".join(
            f"\n{indent}{key}: {_block(value, indent + '  ')}" for key, value in tree.items()
        )
    if isinstance(tree, list) and tree:
        return "".join(f"\n{indent}- {_block(value, indent + '  ')}" for value in tree)
    return str(tree)


DOCUMENTS = (
    st.binary(max_size=200)
    | TREES.map(lambda tree: _block(tree).encode("utf-8", "surrogatepass"))
    | TREES.map(lambda tree: json.dumps(tree).encode())
    | TREES.map(lambda tree: json.dumps(tree, ensure_ascii=False).encode("utf-16", "replace"))
    | st.text(alphabet="a:{}[]-?&*!|>%@`'\"#\n\t 01.,~<", max_size=60).map(str.encode)
)
NAMES = st.text(
    st.characters(exclude_characters="/\0"), min_size=1, max_size=60
).filter(lambda name: name not in (".", ".."))  # fmt: skip


def outcome(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit code, and what was said of what was wrong."""
    code = cli.run_command_line(list(arguments))
    return code, capsys.readouterr().err


def assert_read_or_refused(path: Path, read: Callable[[Path], object]) -> None:
    """Read it; a refusal is a sentence for each fault, which names the file."""
    said = ""
    try:
        read(path)
    except ConfigError as error:
        said = str(error)
    assert all(line.startswith(f"{path}: ") for line in said.splitlines())


def is_refused_well(code: int, said: str, name: str) -> bool:
    lines = said.splitlines()
    return (
        code == 2 and bool(lines) and all(line.startswith(f"mixbridge: {name}: ") for line in lines)
    )


@given(DOCUMENTS)
@example(b"\xef\xbb\xbfmode: gig\n")
@example(b'daw: {dialect: "\\udc80"}')
@example(b'"\\ud800": 1')
@example(b"a: &a [1]\nb: [*a, *a]\n")
@example(b"? {a: b}\n: 1\n")
@example(b"mode:\tgig\n\tseed: 1\n")
def test_no_settings_file_is_a_fault_of_ours(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(content)
    assert_read_or_refused(path, load)


@given(DOCUMENTS)
@example("Fläche: {gain_db: -3}\n".encode("utf-16"))
@example(b"no: {gain_db: -3}\nno: {pan: 1}\n")
@example(b"- Lead\n- Bass\n")
def test_no_balance_is_a_fault_of_ours(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "balance.yaml"
    path.write_bytes(content)
    assert_read_or_refused(
        path, lambda file: read_balance(file, ("Lead Vox", "no", "Fläche"), np.zeros((3, 6)))
    )


@settings(max_examples=60)
@given(DOCUMENTS)
def test_no_import_is_a_fault_of_ours_and_none_begins_a_store(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("import", numbered=True)
    (folder / "me.json").write_bytes(content)
    (folder / "my.yaml").write_text(json.dumps({"store": str(folder / "new.db")}))
    code = cli.run_command_line(
        ["import", str(folder / "me.json"), "--config", str(folder / "my.yaml")]
    )
    assert code == 2
    assert not (folder / "new.db").exists()


@settings(max_examples=100)
@given(NAMES)
@example("a\nb.yaml")
@example("sch\udcf6n.yaml")
@example("x" * 240)
@example("-")
@example("\u202egpj.yaml")
def test_a_file_of_any_name_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    folder = tmp_path_factory.getbasetemp() / "names"
    folder.mkdir(exist_ok=True)
    try:
        path = folder / name
        path.write_bytes(b"mode: gig\n")
    except ValueError:  # no shell of this system can name it: half a character
        return
    except OSError:  # too long
        assert cli.run_command_line(["check-config", str(folder / name)]) == 2
        return
    assert cli.run_command_line(["check-config", str(path)]) == 0
    path.write_bytes(b"mode: loud\n")
    assert cli.run_command_line(["check-config", str(path)]) == 2
    path.unlink()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_settings_are_read_as_any_editor_saves_them(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "my.yaml"
    path.write_bytes("# für Ana\nmode: gig\r\nstore: ./Bänder.db\n".encode(encoding))
    assert (load(path).mode, load(path).store) == ("gig", tmp_path / "Bänder.db")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("mode: gig\n# für Ana\n".encode("latin-1"), r"expected UTF-8 text, byte 13 .*\(line 2\)"),
        (b"mode: gig\n\tseed: 1\n", r"a tab stands where YAML wants spaces \(line 2\)"),
        (b"mode: gig\nseed: 1\x07\n", r"got a control character \(line 2\)"),
        (b"mode: no\n", r"mode: expected observe, suggest, assist or gig, got 'no' \(line 1\)"),
        (b"pace: {interval_s: 1:30}", r"pace.interval_s: expected a number, got '1:30' \(line 1\)"),
        (b"mode: gig\nlearning: [step_size]\n", r"learning: expected a group .* list \(line 2\)"),
        (b"mode: gig\nmdoe: gig\n", r"mdoe: unknown key; did you mean mode\? \(line 2\)"),
        (b'a: 1\n"b\\nc": 2\n', r"expected a key of plain characters \(line 2\)"),
        (b'mode: "\\udc80"\n', r"expected text, got half a character \(line 1\)"),
        (b'store: "a\\nb"\n', r"store: expected a file name such as \./mixbridge\.db \(line 1\)"),
    ],
)
def test_a_refusal_names_the_file_and_the_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, sentence: str
) -> None:
    path = tmp_path / "my.yaml"
    path.write_bytes(content)
    code, said = outcome(capsys, "check-config", str(path))
    assert is_refused_well(code, said, str(path))
    assert re.search(sentence, said), said


def test_a_thousand_faults_are_told_as_twenty_and_a_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "my.yaml"
    path.write_text("".join(f"key_{number}: 1\n" for number in range(1000)))
    _, said = outcome(capsys, "check-config", str(path))
    assert said.count("\n") == 21
    assert said.endswith("and 980 more\n")


def test_no_more_is_read_of_a_file_than_settings_can_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "my.yaml"
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    assert "expected at most 256 KiB, got more" in outcome(capsys, "check-config", str(path))[1]
