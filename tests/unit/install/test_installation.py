"""The hint at an extra is a command that works as it is typed, however mixbridge was installed."""

import json
import shlex
import sys
from pathlib import Path

import pytest

from bridge.install.installation import install_command, this_installation

REQUIREMENTS = (
    "numpy>=1.26",
    "rich>=13.7; extra == 'demo'",
    "soundfile>=0.12.1; extra == 'demo'",
    "zeroconf>=0.130; extra == 'discover'",
    f"python-rtmidi>=1.5.8; (python_version {'<' if sys.version_info < (3, 13) else '>='} '3.13') "
    "and extra == 'midi'",
    f"rtmidi2>=1.5; (python_version {'>=' if sys.version_info < (3, 13) else '<'} '3.13') "
    "and extra == 'midi'",
)


class Copy:
    """An environment in which mixbridge was installed."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.source = folder / "a clone"
        self.source.mkdir()
        self.about = folder / "site" / "mixbridge-9.dist-info"
        self.about.mkdir(parents=True)
        lines = ["Metadata-Version: 2.1", "Name: mixbridge", "Version: 9"]
        lines += [f"Requires-Dist: {requirement}" for requirement in REQUIREMENTS]
        (self.about / "METADATA").write_text("\n".join(lines) + "\n")
        monkeypatch.syspath_prepend(str(folder / "site"))

    def came_from(self, installer: str, direct_url: object) -> None:
        (self.about / "INSTALLER").write_text(f"{installer}\n")
        (self.about / "direct_url.json").write_text(json.dumps(direct_url))

    def command(self, *extras: str, above_package: str = "site") -> list[str]:
        return shlex.split(self._installation(above_package).command(*extras))

    def _installation(self, above_package: str):  # noqa: ANN202 - a dataclass of the module
        return this_installation(self.folder / above_package, self.folder)


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Copy:
    return Copy(tmp_path, monkeypatch)


def pip_of(python: str = sys.executable) -> list[str]:
    return [python, "-m", "pip", "install"]


def test_a_clone_is_installed_again_where_it_is(copy: Copy) -> None:
    (copy.source / "pyproject.toml").touch()
    command = copy.command("demo", above_package="a clone")
    assert command == [*pip_of(), "--editable", f"{copy.source}[demo]"]


def test_a_copy_from_a_folder_comes_from_there_again(copy: Copy) -> None:
    copy.came_from("pip", {"url": copy.source.as_uri(), "dir_info": {}})
    assert copy.command("midi") == [*pip_of(), f"{copy.source}[midi]"]


@pytest.mark.parametrize(
    ("mark", "program"),
    [
        ("pipx_metadata.json", ["pipx", "install", "--force"]),
        ("uv-receipt.toml", ["uv", "tool", "install", "--force"]),
    ],
)
def test_an_environment_of_its_own_is_made_by_the_program_that_made_it(
    copy: Copy, mark: str, program: list[str]
) -> None:
    (copy.folder / mark).touch()
    copy.came_from("pip", {"url": copy.source.as_uri(), "dir_info": {}})
    assert copy.command("demo", "midi") == [*program, f"{copy.source}[demo,midi]"]


def test_uv_installs_without_pip(copy: Copy) -> None:
    copy.came_from("uv", {"url": copy.source.as_uri(), "dir_info": {}})
    expected = ["uv", "pip", "install", "--python", sys.executable, f"{copy.source}[midi]"]
    assert copy.command("midi") == expected


def test_a_copy_from_a_repository_comes_from_the_same_commit(copy: Copy) -> None:
    vcs = {"vcs": "git", "commit_id": "abc123"}
    copy.came_from("pip", {"url": "https://example.org/mix.git", "vcs_info": vcs})
    assert copy.command("demo")[-1] == "mixbridge[demo] @ git+https://example.org/mix.git@abc123"


@pytest.mark.parametrize("direct_url", [{"url": "file:///gone/mix.whl"}, {}, [], "no json"])
def test_where_the_source_is_gone_the_extras_own_packages_are_named(
    copy: Copy, direct_url: object
) -> None:
    copy.came_from("pip", direct_url)
    assert copy.command("demo") == [*pip_of(), "rich>=13.7", "soundfile>=0.12.1"]
    here = "python-rtmidi>=1.5.8"
    assert copy.command("midi") == [*pip_of(), here]
    (copy.folder / "pipx_metadata.json").touch()
    assert copy.command("discover") == ["pipx", "inject", "mixbridge", "zeroconf>=0.130"]


def test_a_copy_that_lacks_what_it_stands_on_is_mended(copy: Copy) -> None:
    copy.came_from("pip", {"url": copy.source.as_uri(), "dir_info": {}})
    assert copy.command() == [*pip_of(), str(copy.source)]
    copy.came_from("pip", {})
    assert copy.command() == [*pip_of(), "numpy>=1.26"]


def test_this_copy_says_something_that_names_no_index() -> None:
    words = shlex.split(install_command("midi"))
    assert words[-1].endswith("[midi]")
    assert Path(words[-1].removesuffix("[midi]")).is_dir()
