"""Songs of other people, as a DAW renders them: LMMS's own, one file a track, without a touch."""

import json
import subprocess
import sys
from pathlib import Path
from shutil import which

import numpy as np
import pytest
import soundfile

from bridge.studies.learning.songs import SHORTIES, stems_of

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        which("lmms") is None, reason="LMMS is not installed (Debian: apt install lmms)"
    ),
]

STRIPS = {
    "Surrender-Main.mmpz": {
        "Lead": "lead", "Bass": "bass", "Strings": "strings", "Arp": None, "Loop": "drums",
        "Kick I": "kick", "Kick II": "kick",
    },
    "Crunk(Demo).mmp": {"Bass": "bass", "Synth": "keys", "Kick 01": "kick", "Clap 04": "snare"},
}  # fmt: skip
"""The tracks of each song and what they play; None where the name does not say it."""


@pytest.fixture(scope="module", params=STRIPS)
def song(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    return request.param, stems_of(SHORTIES / request.param, tmp_path_factory.mktemp("songs"))


def _run(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "bridge", *arguments],
        cwd=folder, capture_output=True, text=True, check=False, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_a_demo_plays_it(song: tuple[str, Path], tmp_path: Path) -> None:
    name, stems = song
    _run(
        tmp_path, "demo", "--headless", "--listener", "auto", "--moves", "5", "--seed", "1",
        "--stems", str(stems),
    )  # fmt: skip
    (report,) = tmp_path.glob("demo-report-*")
    summary = json.loads((report / "summary.json").read_text(encoding="utf-8"))
    roles = {strip["name"]: strip["role"] for strip in summary["strips"]}
    assert roles.keys() == STRIPS[name].keys()
    assert all(role in (None, roles[strip]) for strip, role in STRIPS[name].items())
    assert summary["moves"] >= 5

    # Nothing was done to the stereo files: the first mix is their sum.
    files = [soundfile.read(file, always_2d=True)[0] for file in sorted(stems.iterdir())]
    mix, _ = soundfile.read(report / "before.wav")
    total = np.zeros((max(map(len, files)), 2))
    for file in files:
        total[: len(file)] += file
    level = np.vdot(mix, total) / np.vdot(total, total)
    assert 0.0 < level <= 1.0
    assert np.abs(mix - level * total).max() < 1e-4


def test_its_balance_is_recovered(song: tuple[str, Path], tmp_path: Path) -> None:
    name, stems = song
    out = tmp_path / "found.json"
    _run(
        tmp_path, "study", "recover", "--stems", str(stems), "--seeds", "2", "--seconds", "5",
        "--workers", "2", "--out", str(out),
    )  # fmt: skip
    found = json.loads(out.read_text(encoding="utf-8"))
    heard = {strip["name"] for strip in found["study"]["balance"]}
    assert heard <= STRIPS[name].keys()
    assert len(heard) >= 2
    (oracle,) = (row for row in found["rows"] if row["agent"] == "oracle")
    assert oracle["missed"]["50"]["mean"] < 0.5 * oracle["missed"]["0"]["mean"]
