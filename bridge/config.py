"""Settings: one YAML file in, one frozen and checked `Settings` out.

Every key has a default, an unknown key is an error, and every error of a file is told at once, one
sentence each: file, key, what was expected, what stands there, and the line.
`yaml_file` reads the YAML.
"""

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from bridge.daw.row import LISTEN_PORT
from bridge.daws import DAWS
from bridge.errors import ConfigError
from bridge.guard.limits import Profile
from bridge.mix.messages import Mode
from bridge.text_file import is_control, shown
from bridge.yaml_file import read_yaml

_MOST_FAULTS: Final = 20
"""More faults of one file are counted; a person mends the first ones first."""

_LONGEST_KEY: Final = 80
DEFAULT_PROFILE: Final = "default"
"""Whose taste is learnt where nobody says."""

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


def _daw_host(text: str, info: ValidationInfo) -> str:
    """Where the DAW is: of one that has a socket of its own any address or name, or nothing."""
    row = DAWS.get(str(info.data.get("dialect", "")))
    if row is None or not row.door:
        return _loopback_or_ipv4(text)
    if text == "" or re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252})|[0-9A-Fa-f:.]+(%\w+)?", text):
        return text
    expected = "expected an address or a name such as 192.168.1.64, or nothing, got '{got}'"
    raise PydanticCustomError("host", expected, {"got": shown(text)})


def _known_dialect(name: str) -> str:
    if name in DAWS:
        return name
    context = {"known": " or ".join(DAWS), "got": name}
    raise PydanticCustomError("dialect", "expected {known}, got '{got}'", context)


def default_store(profile: str = DEFAULT_PROFILE) -> Path:
    """Where a profile is kept where nobody says otherwise: in the system's folder for data."""
    from platformdirs import user_data_path

    return user_data_path("mixbridge", appauthor=False) / f"{profile}.db"


def _is_name(profile: str) -> bool:
    return re.fullmatch(r"\w[\w .-]{0,59}", profile) is not None and not profile.endswith(
        (".", " ")
    )


def _profile_name(profile: str) -> str:
    if not _is_name(profile):
        text = "expected a name of letters, digits, spaces, '-' and '_', got '{got}'"
        raise PydanticCustomError("profile", text, {"got": shown(profile)})
    if profile in tuple(Profile):
        text = "expected the name of a person; '{got}' is a choice of limits: guard.profile"
        raise PydanticCustomError("profile", text, {"got": profile})
    return profile


def _expanded(path: Path) -> Path:
    if path == Path() or any(map(is_control, str(path))):
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
    """Where the DAW is, and which dialect it speaks; without a port, the dialect's own.

    A desk without a host is looked for in the network.
    """

    dialect: Annotated[str, AfterValidator(_known_dialect)] = "generic"
    host: Annotated[str, AfterValidator(_daw_host)] = "127.0.0.1"
    port: Port = 9401

    @model_validator(mode="before")
    @classmethod
    def _port_is_the_dialects(cls, given: object) -> object:
        dialect = given.get("dialect") if isinstance(given, dict) else None
        if not isinstance(given, dict) or dialect not in tuple(DAWS):
            return given
        row = DAWS[str(dialect)]
        own: dict[str, object] = {"port": row.port} | ({"host": ""} if row.door else {})
        return {**own, **given}


class ReaperSettings(_Group):
    """Where REAPER keeps the person's files; without it, where it usually does."""

    resource_path: Annotated[Path, Field(strict=False), AfterValidator(_expanded)] | None = None


def _strip_list(text: str) -> str:
    part = r"(aux)?\d{1,2}(-\d{1,2})?"
    if text in ("named", "all") or re.fullmatch(rf"{part}(, ?{part})*", text.lower()):
        return text
    expected = "expected named, all, or a list such as 1-16,aux1; got '{got}'"
    raise PydanticCustomError("strips", expected, {"got": shown(text)})


class DeskSettings(_Group):
    """What of a desk the bridge may work on.

    `strips`: ``named``, ``all``, or a list such as ``1-16,aux1``. `monitors`: ``protect`` leaves
    alone what musicians would hear in a wedge, ``ignore`` does not. `aux`: aux and USB inputs, too.
    """

    strips: Annotated[str, AfterValidator(_strip_list)] = "named"
    monitors: Literal["protect", "ignore"] = "protect"
    aux: bool = False


class ListenSettings(_Group):
    """Where the bridge listens for the DAW and for people; without a port, where the DAW sends.

    That is 9400, or the only port that the DAW answers at.
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


def _ears(text: str) -> str:
    if text in ("auto", "off") or re.fullmatch(r"jack:\S.{0,99}", text):
        return text
    expected = "expected auto, off, or jack: and the name of a JACK client; got '{got}'"
    raise PydanticCustomError("ears", expected, {"got": shown(text)})


class EarsSettings(_Group):
    """What is listened to where no tap says what a note sounds like.

    ``auto``: a synth that plays through JACK by itself, if it is what the bridge runs beside.
    """

    source: Annotated[str, AfterValidator(_ears)] = "auto"


class Settings(_Group):
    """Everything that can be set; `Settings()` is the default of every key.

    Without a `store` it is the profile's, in the system's folder for data. A relative one is
    relative to the file that names it, and ``~`` is the home folder.
    """

    daw: DawSettings = DawSettings()
    reaper: ReaperSettings = ReaperSettings()
    desk: DeskSettings = DeskSettings()
    listen: ListenSettings = ListenSettings()
    mode: Annotated[Mode, Field(strict=False)] = Mode.SUGGEST
    pace: PaceSettings = PaceSettings()
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 0
    profile: Annotated[str, AfterValidator(_profile_name)] = DEFAULT_PROFILE
    store: Annotated[Path, Field(strict=False), AfterValidator(_expanded)] = Path()
    learning: LearningSettings = LearningSettings()
    guard: GuardSettings = GuardSettings()
    web: WebSettings = WebSettings()
    midi: MidiSettings = MidiSettings()
    ears: EarsSettings = EarsSettings()

    @model_validator(mode="before")
    @classmethod
    def _store_is_the_profiles(cls, given: object) -> object:
        if not isinstance(given, dict) or given.get("store") is not None:
            return given
        profile = given.get("profile", DEFAULT_PROFILE)
        name = profile if isinstance(profile, str) and _is_name(profile) else DEFAULT_PROFILE
        return {**given, "store": str(default_store(name))}  # a Path is no JSON

    @model_validator(mode="before")
    @classmethod
    def _bridge_is_where_the_daw_expects_it(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        daw, listen = given.get("daw"), given.get("listen", {})
        dialect = daw.get("dialect") if isinstance(daw, dict) else None
        if dialect not in tuple(DAWS) or not isinstance(listen, dict) or "port" in listen:
            return given
        return {**given, "listen": {**listen, "port": DAWS[str(dialect)].listen_port}}

    @model_validator(mode="before")
    @classmethod
    def _limits_are_those_of_a_show(cls, given: object) -> object:
        """In front of people the limits are `live`, unless somebody chooses others."""
        daw = given.get("daw") if isinstance(given, dict) else None
        row = DAWS.get(str(daw.get("dialect"))) if isinstance(daw, dict) else None
        if not isinstance(given, dict) or row is None or not row.is_live:
            return given
        guard = given.get("guard", {})
        if not isinstance(guard, dict):
            return given
        return {**given, "guard": {"profile": Profile.LIVE.value, **guard}}

    @model_validator(mode="after")
    def _no_show_is_without_limits(self) -> "Settings":
        if DAWS[self.daw.dialect].is_live and self.guard.profile is Profile.OFF:
            text = "guard.profile: expected live or studio beside a desk, got off"
            raise PydanticCustomError("live", text)
        return self

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
    name = COMMAND_LINE if path is None else shown(path)
    tree, lines = (
        ({}, {}) if path is None else read_yaml(path, example="mode: suggest", option="--config")
    )
    given = dict(overrides or {})
    for key, value in given.items():
        group, _, leaf = key.rpartition(".")
        branch = tree.setdefault(group, {}) if group else tree
        if isinstance(branch, dict):
            branch[leaf] = value
    try:
        settings = Settings.model_validate(tree)
        if path is not None and "store" not in given and not settings.store.is_absolute():
            return settings.model_copy(update={"store": path.parent / settings.store})
        return settings
    except ValidationError as error:
        found = error.errors(include_url=False)
        faults = []
        for fault in found[:_MOST_FAULTS]:
            key = ".".join(str(part) for part in fault["loc"])
            source = COMMAND_LINE if key in given else name
            line = f" (line {lines[key]})" if key in lines and key not in given else ""
            faults.append(f"{source}: {_sentence(key, fault)}{line}")
        if len(found) > _MOST_FAULTS:
            faults.append(f"{name}: and {len(found) - _MOST_FAULTS} more")
        raise ConfigError("\n".join(faults)) from None


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
        return f"{shown(key)}: unknown key{_nearest(key[:_LONGEST_KEY])}"
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
