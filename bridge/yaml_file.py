"""YAML that means what it says: files of settings and balances that people write.

It is read in YAML's 1.2 core schema: ``off`` and ``yes`` are words, ``12:30`` is no number in base
sixty, ``010`` is ten, a key stands once, and there are no tags, anchors, aliases or merge keys.
"""

import re
from pathlib import Path
from typing import Any, Final

import yaml

from bridge.errors import ConfigError
from bridge.text_file import NotTextError, decode_text, is_control, read_bytes, shown

MAX_BYTES: Final = 1 << 18
"""A larger file is none of ours, and is refused unread; 500 strips of a balance are 60 kB."""

_MAX_DEPTH: Final = 16
"""Groups nest two deep; the limit keeps a hostile file from exhausting the stack."""

# https://yaml.org/spec/1.2.2/#1032-tag-resolution, without .inf and .nan, which no setting can be.
_CORE_SCHEMA: Final = (
    ("null", r"~|null|Null|NULL|"),
    ("bool", r"true|True|TRUE|false|False|FALSE"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"),
)


class _Loader(yaml.SafeLoader):
    """SafeLoader in YAML's 1.2 core schema, without tags, anchors and aliases."""

    yaml_implicit_resolvers = {  # noqa: RUF012 (PyYAML declares it without ClassVar)
        None: [(f"tag:yaml.org,2002:{tag}", re.compile(rf"(?:{p})\Z")) for tag, p in _CORE_SCHEMA]
    }

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:  # noqa: ANN401 (PyYAML's own signature)
        event = self.peek_event()  # type: ignore[no-untyped-call]  # PyYAML's stub
        if getattr(event, "anchor", None) is not None:
            raise _refusal("anchors and aliases are not accepted", event.start_mark)
        if getattr(event, "tag", None) is not None:
            raise _refusal("tags are not accepted", event.start_mark)
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise _refusal("nested too deeply", event.start_mark)
        node: yaml.Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node


def _refusal(text: str, mark: yaml.Mark) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=text, problem_mark=mark)


def read_yaml(path: Path, *, example: str, option: str) -> tuple[dict[str, Any], dict[str, int]]:
    """The file as plain values, and the line of each dotted key, from 1; empty means nothing.

    Args:
        path: The file.
        example: A line as it may stand there, for the sentence of a refusal.
        option: Of the command line, that names the file.

    Raises:
        ConfigError: It cannot be read, is no text, no YAML, or no keys and values; one sentence.
    """
    name = shown(path)
    lines: dict[str, int] = {}
    try:
        text = decode_text(read_bytes(path, most=MAX_BYTES))
        root = yaml.compose(text, Loader=_Loader)
        tree = {} if root is None else _value(root, "", lines)
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise ConfigError(f"{name}: {reason}; give a YAML file with {option} FILE") from None
    except ValueError as error:
        reason = str(error) if isinstance(error, NotTextError) else "no file has such a name"
        raise ConfigError(f"{name}: {reason}") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" (line {mark.line + 1})" if mark else ""
        raise ConfigError(f"{name}: {_problem(error)}{where}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ConfigError(f"{name}: expected text, got a control character (line {line})") from None
    except (yaml.YAMLError, RecursionError):
        raise ConfigError(f"{name}: expected YAML such as '{example}'") from None
    if tree is None:
        return {}, {}
    if not isinstance(tree, dict):
        got = shown(repr(tree))
        raise ConfigError(f"{name}: expected keys and values such as '{example}', got {got}")
    return tree, lines


def _problem(error: yaml.MarkedYAMLError) -> str:
    """What is wrong, in a sentence that fits the commonest of all faults, a tab."""
    problem = error.problem or "not YAML"
    if "'\\t' that cannot start any token" in problem:
        return "a tab stands where YAML wants spaces"
    return shown(problem)


def _value(node: yaml.Node, key: str, lines: dict[str, int]) -> Any:  # noqa: ANN401 (any YAML value)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, key, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, f"{key}.{i}", lines) for i, item in enumerate(node.value)]
    text = node.value
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise _refusal("expected text, got half a character", node.start_mark)
    match node.tag.rpartition(":")[2]:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int" if len(text) <= 40:
            return int(text, 0 if text[:2] in ("0o", "0x") else 10)
        case "float":
            return float(text)
        case _:
            return text


def _mapping(node: yaml.MappingNode, prefix: str, lines: dict[str, int]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise _refusal("expected a word as key", key_node.start_mark)
        if any(map(is_control, key_node.value)):
            raise _refusal("expected a key of plain characters", key_node.start_mark)
        key = f"{prefix}.{key_node.value}" if prefix else key_node.value
        if key_node.value in tree:
            text = f"{shown(key)}: expected once, stands twice, first on line {lines[key]}"
            raise _refusal(text, key_node.start_mark)
        lines[key] = key_node.start_mark.line + 1
        tree[key_node.value] = _value(value_node, key, lines)
    return tree
