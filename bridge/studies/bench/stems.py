"""What a person's own song costs: memory and time of the demo with 6, 24 and 60 stereo tracks.

The tracks are four minutes of noise at 48 kHz and 24 bit. The demo is the one that a person starts,
with a simulated listener and a few moves: its two processes are measured together, as the sum of
the highest resident memory of each.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from bridge.errors import AudioError
from bridge.install.extras import demo_library
from bridge.studies.bench.messages import Result

TRACKS: Final = (6, 24, 60)

_MINUTES: Final = 4
_RATE: Final = 48_000
_KINDS: Final = ("Kick", "Snare", "Bass", "Guitar", "Keys", "Lead Vox")
_EVERY_S: Final = 0.1


def run() -> list[Result]:
    """All figures; it takes about two minutes and half a gigabyte of disk.

    Raises:
        AudioError: If the demo ends with an error.
    """
    figures = []
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "kinds").mkdir()
        originals = list(_record(folder / "kinds"))
        for tracks in TRACKS:
            stems = folder / f"{tracks}"
            stems.mkdir()
            for number in range(tracks):
                original = originals[number % len(originals)]
                path = (
                    stems / f"{number + 1:02d} {original.stem} {number // len(originals) + 1}.wav"
                )
                _link(original, path)
            figures += _measure(folder, stems, f"{tracks} stereo tracks of {_MINUTES} minutes")
    return figures


def _record(folder: Path) -> Iterator[Path]:
    soundfile = demo_library("soundfile")
    rng = np.random.default_rng(0)
    for name in _KINDS:
        path = folder / f"{name}.wav"
        with soundfile.SoundFile(str(path), "w", _RATE, 2, "PCM_24") as file:
            for _ in range(_MINUTES * 6):
                file.write(rng.normal(0.0, 0.05, (10 * _RATE, 2)))
        yield path


def _link(original: Path, path: Path) -> None:
    try:
        path.hardlink_to(original)
    except OSError:  # a disk without links
        shutil.copyfile(original, path)


def _measure(folder: Path, stems: Path, label: str) -> list[Result]:
    """The demo from its start until it mixes, and to the end of its report."""
    command = [sys.executable, "-m", "bridge", "demo", "--headless", "--listener", "auto"]
    command += ["--moves", "5", "--stems", str(stems)]
    began = time.monotonic()
    first_s = 0.0
    most_mb: dict[int, float] = {}
    said_at = folder / f"{stems.name}.txt"
    with said_at.open("wb") as said:
        process = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)  # noqa: S603 - our own program
        while process.poll() is None:
            most_mb |= {pid: mb for pid in _family(process.pid) if (mb := _most_mb(pid))}
            if not first_s and b"Mixing" in said_at.read_bytes():
                first_s = time.monotonic() - began
            time.sleep(_EVERY_S)
    if process.returncode != 0:
        raise AudioError(f"The demo failed: {said_at.read_text(errors='replace')[-300:]}")
    return [
        Result(label=f"{label}: start until it mixes", value=first_s, unit="s"),
        Result(label=f"{label}: whole demo", value=time.monotonic() - began, unit="s"),
        Result(label=f"{label}: peak memory", value=sum(most_mb.values()), unit="MB"),
    ]


def _family(pid: int) -> list[int]:
    """A process and its children, where the system tells them (Linux)."""
    children = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children += [int(child) for child in file.read_text(encoding="ascii").split()]
        except OSError:
            continue
    return [pid, *children]


def _most_mb(pid: int) -> float:
    """The highest resident memory that a process has had; 0 where the system does not tell."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    line = next((line for line in status.splitlines() if line.startswith("VmHWM")), "VmHWM: 0")
    return int(line.split()[1]) / 1024.0
