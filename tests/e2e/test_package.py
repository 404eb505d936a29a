"""The wheel and the sdist, installed where nothing else is, and used outside the checkout.

A bare environment holds the wheel and, of what is installed here, only what the wheel says that it
needs: no index is asked, and a dependency that nobody declared is missed. `make setup` has already
resolved the same names by pip.
"""

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterable
from email.parser import Parser
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import bridge
from bridge.daw.surface import REQUESTS

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

ROOT = Path(__file__).parents[2]


def build(source: Path, target: Path, *what: str) -> list[Path]:
    """Build with the project's own backend, which is installed here."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(target), *what]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    return sorted(target.iterdir())


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel and the sdist of this checkout."""
    wheel, sdist = build(ROOT, tmp_path_factory.mktemp("dist"))
    return wheel, sdist


def needed(requirements: Iterable[str], extra: str) -> set[str]:
    """The distributions that requirements name here, and what those need themselves."""
    found: set[str] = set()
    for text in requirements:
        requirement = Requirement(text)
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        if requirement.name in found:
            continue
        inner = distribution(requirement.name).requires or []
        found |= {requirement.name}
        for each in {"", *requirement.extras}:
            found |= needed(inner, each)
    return found


class Bare:
    """A Python with the wheel and an extra, and nothing else."""

    def __init__(self, folder: Path, wheel: Path, extra: str) -> None:
        self.home = folder / "home"
        self.home.mkdir()
        venv.create(folder / "env", with_pip=False, symlinks=True)
        self.bin = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
        (site,) = (folder / "env").glob("lib/python*/site-packages")
        with zipfile.ZipFile(wheel) as archive:
            (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
            metadata = Parser().parsestr(archive.read(name).decode())
        for each in needed(metadata.get_all("Requires-Dist") or (), extra):
            self._link(each, site)
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
        self._run([*pip, "--python", str(self.bin / "python"), "install", "--no-index",
                   "--no-deps", str(wheel)])  # fmt: skip

    def _link(self, name: str, site: Path) -> None:
        dist = distribution(name)
        for top in {file.parts[0] for file in dist.files or ()} - {"..", "__pycache__"}:
            if not (site / top).exists():
                (site / top).symlink_to(Path(str(dist.locate_file(top))))

    def mixbridge(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command, in a folder that is not the checkout."""
        return self._run([str(self.bin / "mixbridge"), *arguments], check=False)

    def python(self, code: str) -> subprocess.CompletedProcess[str]:
        return self._run([str(self.bin / "python"), "-W", "ignore", "-c", code], check=False)

    def _run(self, command: list[str], *, check: bool = True) -> subprocess.CompletedProcess[str]:
        kept = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        kept |= {"HOME": str(self.home), "XDG_DATA_HOME": str(self.home / "data")}
        return subprocess.run(
            command, cwd=self.home, env=kept, check=check, capture_output=True, text=True
        )


@pytest.fixture(scope="module")
def base(packages: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Bare:
    return Bare(tmp_path_factory.mktemp("base"), packages[0], "")


def test_the_wheel_runs_without_any_extra(base: Bare) -> None:
    done = base.mixbridge("--version")
    assert (done.returncode, done.stdout) == (0, f"mixbridge {bridge.__version__}\n")
    done = base.python("import bridge; print(bridge.__file__)")
    assert str(ROOT) not in done.stdout
    assert "Begin with one of these" in base.mixbridge("--help").stdout


def test_no_module_needs_what_the_wheel_does_not_ask_for(base: Bare) -> None:
    done = base.python(
        "import importlib, pkgutil, bridge\n"
        "for each in pkgutil.walk_packages(bridge.__path__, 'bridge.'):\n"
        "    if each.name not in ('bridge.__main__', 'bridge.studies.learning.dqn',\n"
        "                         'bridge.studies.learning.gym_env'):\n"
        "        importlib.import_module(each.name)\n"
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "extra"), [(("demo", "--headless"), "demo"), (("mcp",), "mcp")]
)
def test_without_an_extra_a_command_says_how_to_install_it(
    base: Bare, arguments: tuple[str, ...], extra: str
) -> None:
    done = base.mixbridge(*arguments)
    assert done.returncode == 2
    assert "which cannot be imported" in done.stderr
    assert "install" in done.stderr.partition("; ")[2], extra


def test_the_page_and_the_scripts_for_daws_are_in_the_wheel(base: Bare) -> None:
    done = base.mixbridge("remotes", "layouts")
    assert done.returncode == 0
    layout = (base.home / "layouts" / "mixbridge.json").read_text(encoding="utf-8")
    assert all(f"/bridge/{name}" in layout for name in ("panic", "undo"))
    assert REQUESTS.keys() >= {"/bridge/panic", "/bridge/undo"}
    done = base.python(
        "from importlib import resources\n"
        "files = resources.files('bridge')\n"
        "for path in ('web/static/index.html', 'web/static/main.js', 'reaper_scripts',\n"
        "             'max_patches/mixbridge Hub.amxd'):\n"
        "    each = files.joinpath(path)\n"
        "    assert each.is_file() or each.is_dir(), path\n"
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_demo_plays_outside_the_checkout(packages: tuple[Path, Path], tmp_path: Path) -> None:
    bare = Bare(tmp_path, packages[0], "demo")
    done = bare.mixbridge("demo", "--headless", "--moves", "3")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("3 moves, ")
    (folder,) = bare.home.glob("demo-report-*")
    assert {"before.wav", "after.wav", "summary.json"} <= {each.name for each in folder.iterdir()}


def test_the_sdist_makes_the_same_wheel(packages: tuple[Path, Path], tmp_path: Path) -> None:
    wheel, sdist = packages
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    (again,) = build(source, tmp_path / "dist", "-t", "wheel")
    with zipfile.ZipFile(wheel) as one, zipfile.ZipFile(again) as other:
        assert {each.filename: each.CRC for each in one.infolist()} == {
            each.filename: each.CRC for each in other.infolist()
        }
