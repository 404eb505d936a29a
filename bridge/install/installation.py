"""How this copy of mixbridge was installed, and the command that adds an extra to it.

mixbridge is installed from a clone, a wheel or a repository, and from no index: a hint that names
the package alone would not work. The source is that of PEP 610 (``direct_url.json``), and the way
is what pipx, uv and pip leave in the environment.
"""

import json
import os
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

PACKAGE: Final = "mixbridge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Where a copy came from, and which program installed it.

    Attributes:
        python: The interpreter that runs it.
        source: A folder, a file or an address that installers take; empty where it is not known.
        is_editable: Whether the source itself is what runs.
        installer: pipx, uv-tool (an environment of its own), uv or pip.
        requirements: What the package needs, as its metadata names it.
    """

    python: str
    source: str
    is_editable: bool
    installer: str
    requirements: tuple[str, ...] = ()

    def command(self, *extras: str) -> str:
        """The command that installs it with the extras, as it is typed in a shell."""
        wanted = f"[{','.join(extras)}]" if extras else ""
        if not self.source:
            needed = (r for r in self.requirements if _is_of(r, extras or ("",)))
            what = [_quoted(requirement.partition(";")[0].strip()) for requirement in needed]
        elif "://" in self.source:
            what = [_quoted(f"{PACKAGE}{wanted} @ {self.source}")]
        else:
            what = [_quoted(f"{self.source}{wanted}")]
            if self.is_editable:
                what.insert(0, "--editable")
        return " ".join((*self._program(), *what))

    def _program(self) -> tuple[str, ...]:
        match self.installer:
            case "pipx" if self.source:
                return ("pipx", "install", "--force")
            case "pipx":
                return ("pipx", "inject", PACKAGE)
            case "uv-tool" if self.source:
                return ("uv", "tool", "install", "--force")
            case "uv" | "uv-tool":
                return ("uv", "pip", "install", "--python", _quoted(self.python))
        return (_quoted(self.python), "-m", "pip", "install")


def install_command(*extras: str) -> str:
    """The command that adds extras to this copy, or mends it; extras that it has are kept."""
    here = this_installation(Path(__file__).parents[2], Path(sys.prefix))
    is_replaced = here.installer in ("pipx", "uv-tool") and bool(here.source)
    kept = _present_extras(here.requirements) if is_replaced else set()
    return here.command(*sorted({*extras} | kept))


def this_installation(above_package: Path, prefix: Path) -> Installation:
    """How the package in the folder `above_package`, run by the Python in `prefix`, came there."""
    try:
        distribution = metadata.distribution(PACKAGE)
    except metadata.PackageNotFoundError:
        installer, direct = "pip", "{}"
        requirements: tuple[str, ...] = ()
    else:
        installer = (distribution.read_text("INSTALLER") or "pip").strip()
        direct = distribution.read_text("direct_url.json") or "{}"
        requirements = tuple(distribution.requires or ())
    if (prefix / "pipx_metadata.json").is_file():
        installer = "pipx"
    elif (prefix / "uv-receipt.toml").is_file():
        installer = "uv-tool"
    is_clone = (above_package / "pyproject.toml").is_file()
    return Installation(
        python=sys.executable,
        source=str(above_package) if is_clone else _source(direct),
        is_editable=is_clone,
        installer=installer,
        requirements=requirements,
    )


def _source(direct_url: str) -> str:
    """What an installer takes to install the same again; empty where that is gone."""
    try:
        said = json.loads(direct_url)
        url, vcs = str(said.get("url", "")), said.get("vcs_info")
    except (ValueError, AttributeError):
        return ""
    if isinstance(vcs, dict):
        return f"{vcs.get('vcs', 'git')}+{url}@{vcs.get('commit_id', 'HEAD')}"
    if not url.startswith("file:"):
        return url
    path = unquote(urlsplit(url).path)
    path = path.lstrip("/") if os.name == "nt" else path
    return path if Path(path).exists() else ""


def _present_extras(requirements: tuple[str, ...]) -> set[str]:
    """The extras whose packages are all installed."""
    needed: dict[str, list[str]] = {}
    for requirement in requirements:
        if (extra := _extra_of(requirement)) and _holds_here(requirement):
            needed.setdefault(extra, []).append(_name_of(requirement))
    return {extra for extra, names in needed.items() if all(map(_is_installed, names))}


def _is_of(requirement: str, extras: tuple[str, ...]) -> bool:
    return _extra_of(requirement) in extras and _holds_here(requirement)


def _extra_of(requirement: str) -> str:
    """The extra in a marker as build tools write it: ``...; extra == 'demo'``."""
    marker = requirement.partition(";")[2].replace('"', "'")
    return marker.partition("extra == '")[2].partition("'")[0]


def _holds_here(requirement: str) -> bool:
    """Whether a marker's Python version is this one; other conditions are left to the installer."""
    marker = requirement.partition(";")[2].replace('"', "'")
    for sign, holds in (("<", sys.version_info < (3, 13)), (">=", sys.version_info >= (3, 13))):
        if f"python_version {sign} '3.13'" in marker and not holds:
            return False
    return True


def _name_of(requirement: str) -> str:
    name = requirement.partition(";")[0]
    for sign in "<>=!~ [(":
        name = name.partition(sign)[0]
    return name.strip()


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _quoted(word: str) -> str:
    """As a shell takes it for one word: POSIX shells, or Windows' own."""
    if os.name == "nt":
        return f'"{word}"'
    import shlex

    return shlex.quote(word)
