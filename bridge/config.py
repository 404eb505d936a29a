"""Settings: one YAML file in, one frozen and checked `Settings` out.

Every key has a default, an unknown key is an error, and every error of a file is told at once, one
sentence each: file, key, what was expected, what stands there, and the line.

YAML is read in its 1.2 core schema, so that a file means what it says: ``off`` and ``yes`` are
words, ``12:30`` is no number in base sixty, and there are no tags, anchors, aliases or merge keys.
"""

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from bridge.daw.registry import DIALECTS, LISTEN_PORT, listen_port, make_dialect
from bridge.errors import ConfigError
from bridge.guard.limits import Profile
from bridge.mix.messages import Mode

MAX_BYTES: Final = 1 << 20
"""A larger file is no settings of ours, and is refused unread."""

_MAX_DEPTH: Final = 16
"""Groups nest two deep; the limit keeps a hostile file from exhausting the stack."""

COMMAND_LINE: Final = "command line"


def _loopback_or_ipv4(text: str) -> str:
    # Names are not looked up: a resolver that hangs must not hang a session.
    if text == "localhost":
        return "127.0.0.1"
    try:
        return str(ipaddress.IPv4Address(text))
    except ValueError:
        raise PydanticCustomError(
            "host", "expected an IPv4 address such as 127.0.0.1, got '{got}'", {"got": text}
        ) from None


def _known_dialect(name: str) -> str:
    if name in DIALECTS:
        return name
    context = {"known": " or ".join(DIALECTS), "got": name}
    raise PydanticCustomError("dialect", "expected {known}, got '{got}'", context)


def _expanded(path: Path) -> Path:
    if path == Path() or "\0" in str(path):
        raise PydanticCustomError("path", "expected a file name such as ./mixbridge.db")
    try:
        return path.expanduser()
    except RuntimeError:
        raise PydanticCustomError("path", "the home folder of '~' is not known") from None


Host = Annotated[str, AfterValidator(_loopback_or_ipv4)]
Port = Annotated[int, Field(ge=1, le=65535)]


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class DawSettings(_Group):
    """Where the DAW is, and which dialect it speaks; without a port, the dialect's own."""

    dialect: Annotated[str, AfterValidator(_known_dialect)] = "generic"
    host: Host = "127.0.0.1"
    port: Port = 9401

    @model_validator(mode="before")
    @classmethod
    def _port_is_the_dialects(cls, given: object) -> object:
        dialect = given.get("dialect") if isinstance(given, dict) else None
        if isinstance(given, dict) and "port" not in given and dialect in tuple(DIALECTS):
            return {**given, "port": make_dialect(dialect).port}
        return given


class ReaperSettings(_Group):
    """Where REAPER keeps the person's files; without it, where it usually does."""

    resource_path: Annotated[Path, Field(strict=False), AfterValidator(_expanded)] | None = None


class ListenSettings(_Group):
    """Where the bridge listens for the DAW and for people; without a port, where the DAW sends.

    That is 9400, and 11001 for Live: AbletonOSC answers nowhere else.
    """

    host: Host = "127.0.0.1"
    port: Port = LISTEN_PORT


class PaceSettings(_Group):
    """How often the bridge may move; `interval_s` is the least time between two moves."""

    interval_s: Annotated[float, Field(ge=0.02, le=3600.0)] = 6.0


class LearningSettings(_Group):
    """How it learns: the three numbers of the Q-learning update, and which agent uses them."""

    enabled: bool = True
    agent: Literal["factored", "flat"] = "factored"
    step_size: Annotated[float, Field(gt=0.0, le=1.0)] = 0.1
    discount: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    epsilon: Annotated[float, Field(ge=0.0, le=1.0)] = 0.05


class GuardSettings(_Group):
    """Which limits hold; `off` leaves the absolute bounds, the locks and panic."""

    profile: Annotated[Profile, Field(strict=False)] = Profile.STUDIO


class WebSettings(_Group):
    """Where the page is."""

    enabled: bool = True
    host: Host = "127.0.0.1"
    port: Port = 9480


class MidiSettings(_Group):
    """Whether pads and pedals are listened to."""

    enabled: bool = True


class Settings(_Group):
    """Everything that can be set; `Settings()` is the default of every key.

    A relative `store` is relative to the working directory, and ``~`` is the home folder.
    """

    daw: DawSettings = DawSettings()
    reaper: ReaperSettings = ReaperSettings()
    listen: ListenSettings = ListenSettings()
    mode: Annotated[Mode, Field(strict=False)] = Mode.SUGGEST
    pace: PaceSettings = PaceSettings()
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 0
    store: Annotated[Path, Field(strict=False), AfterValidator(_expanded)] = Path("mixbridge.db")
    learning: LearningSettings = LearningSettings()
    guard: GuardSettings = GuardSettings()
    web: WebSettings = WebSettings()
    midi: MidiSettings = MidiSettings()

    @model_validator(mode="before")
    @classmethod
    def _bridge_is_where_the_daw_expects_it(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        daw, listen = given.get("daw"), given.get("listen", {})
        dialect = daw.get("dialect") if isinstance(daw, dict) else None
        if dialect not in tuple(DIALECTS) or not isinstance(listen, dict) or "port" in listen:
            return given
        return {**given, "listen": {**listen, "port": listen_port(str(dialect))}}

    @model_validator(mode="after")
    def _daw_is_not_the_bridge(self) -> "Settings":
        if (self.daw.host, self.daw.port) == (self.listen.host, self.listen.port):
            raise PydanticCustomError(
                "same_port",
                "daw and listen: expected two ports, got {port} for both; give each its own",
                {"port": self.daw.port},
            )
        return self


def load(path: Path | None, overrides: Mapping[str, object] | None = None) -> Settings:
    """The settings of a YAML file, or the defaults where `path` is None.

    Args:
        path: The file; empty means all defaults.
        overrides: Values from the command line by dotted key (``{"guard.profile": "live"}``);
            they replace the file's.

    Raises:
        ConfigError: The file cannot be read, is no YAML, or holds wrong keys or values: one line
            of text for each fault.
    """
    name = COMMAND_LINE if path is None else str(path)
    tree, lines = ({}, {}) if path is None else _read(path, name)
    given = dict(overrides or {})
    for key, value in given.items():
        group, _, leaf = key.rpartition(".")
        branch = tree.setdefault(group, {}) if group else tree
        if isinstance(branch, dict):
            branch[leaf] = value
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        faults = []
        for fault in error.errors(include_url=False):
            key = ".".join(str(part) for part in fault["loc"])
            source = COMMAND_LINE if key in given else name
            line = f" (line {lines[key]})" if key in lines and key not in given else ""
            faults.append(f"{source}: {_sentence(key, fault)}{line}")
        raise ConfigError("\n".join(faults)) from None


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


def _read(path: Path, name: str) -> tuple[dict[str, Any], dict[str, int]]:
    """The file as plain values, and the line of each dotted key, from 1."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise ConfigError(f"{name}: {reason}; give a YAML file with --config FILE") from None
    if len(content) > MAX_BYTES:
        raise ConfigError(f"{name}: expected at most 1 MiB of settings, got more")
    lines: dict[str, int] = {}
    try:
        root = yaml.compose(content.decode("utf-8"), Loader=_Loader)
        tree = {} if root is None else _value(root, "", lines)
    except UnicodeDecodeError as error:
        raise ConfigError(f"{name}: expected UTF-8 text, byte {error.start} is not") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" (line {mark.line + 1})" if mark else ""
        raise ConfigError(f"{name}: {error.problem or 'not YAML'}{where}") from None
    except yaml.YAMLError:  # of a reader: a character that YAML forbids
        raise ConfigError(f"{name}: expected text, got a control character") from None
    if tree is None:
        return {}, {}
    if not isinstance(tree, dict):
        raise ConfigError(f"{name}: expected keys and values such as 'mode: suggest', got {tree!r}")
    return tree, lines


def _value(node: yaml.Node, key: str, lines: dict[str, int]) -> Any:  # noqa: ANN401 (any YAML value)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, key, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, f"{key}.{i}", lines) for i, item in enumerate(node.value)]
    text = node.value
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
        key = f"{prefix}.{key_node.value}" if prefix else key_node.value
        if key_node.value in tree:
            text = f"{key}: expected once, stands twice, first on line {lines[key]}"
            raise _refusal(text, key_node.start_mark)
        lines[key] = key_node.start_mark.line + 1
        tree[key_node.value] = _value(value_node, key, lines)
    return tree


_TYPES: Final = {
    "float_type": "a number",
    "finite_number": "a finite number",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "string_type": "text",
    "path_type": "a file name",
    "model_type": "a group of keys",
}


def _sentence(key: str, fault: ErrorDetails) -> str:
    """What is wrong with one key: what was expected, and what stands there."""
    kind, context, got = fault["type"], fault.get("ctx", {}), _shown(fault["input"])
    if kind == "extra_forbidden":
        return f"{key}: unknown key{_nearest(key)}"
    if kind in ("literal_error", "enum"):
        return f"{key}: expected {context['expected'].replace(chr(39), '')}, got {got}"
    if kind in _TYPES:
        return f"{key}: expected {_TYPES[kind]}, got {got}"
    if set(context) & {"ge", "gt", "le", "lt"}:
        return f"{key}: expected {_range(key)}, got {got}"
    return f"{key}: {fault['msg']}" if key else fault["msg"]


def _range(key: str) -> str:
    """The range of a setting as it is declared, ``0 <= discount < 1``."""
    group, _, leaf = key.rpartition(".")
    model = type(getattr(Settings(), group)) if group else Settings
    bounds = model.model_fields[leaf].metadata
    text = leaf
    for attribute, shape in (
        ("ge", "{bound:.15g} <= {text}"),
        ("gt", "{bound:.15g} < {text}"),
        ("le", "{text} <= {bound:.15g}"),
        ("lt", "{text} < {bound:.15g}"),
    ):
        for bound in bounds:
            if (limit := getattr(bound, attribute, None)) is not None:
                text = shape.format(bound=limit, text=text)
    return text


def _shown(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case dict():
            return "a group of keys"
        case list():
            return "a list"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _nearest(key: str) -> str:
    """A hint at the known key that a person may have meant."""
    from difflib import get_close_matches  # only a fault needs it

    known = list(Settings.model_fields)
    for group, field in Settings.model_fields.items():
        if isinstance(field.default, BaseModel):
            known += [f"{group}.{leaf}" for leaf in type(field.default).model_fields]
    leaf = key.rpartition(".")[2]
    moved = [name for name in known if name.rpartition(".")[2] == leaf]
    close = moved if len(moved) == 1 else get_close_matches(key, known, n=1, cutoff=0.7)
    return f"; did you mean {close[0]}?" if close else ""
