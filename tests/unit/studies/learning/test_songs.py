"""What is told of songs that people mixed."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from bridge.errors import ConfigError
from bridge.studies.learning.recovery import THUMBS
from bridge.studies.learning.songs import gather, main, stems_of, summarise, table


def session(
    agent: str, missed: tuple[float, float, float], *, most: float = 1.0, seed: int = 1
) -> dict[str, Any]:
    errors = dict(zip(map(str, THUMBS), (1.0, *missed), strict=True))
    return {
        "seed": seed,
        "agent": agent,
        "errors": {count: {"missed": value} for count, value in errors.items()},
        "most_missed": most,
    }


def test_means_the_worst_of_all_and_who_was_left_worse() -> None:
    found = summarise(
        [session("agent", (0.8, 0.6, 0.4)), session("agent", (0.6, 0.8, 1.2), most=1.5)]
    )
    assert found["missed"] == {"10": 0.7, "25": 0.7, "50": 0.8}
    assert (found["worst"], found["left_worse"], found["sessions"]) == (1.5, 1, 2)


def test_the_last_rows_are_of_all_sessions() -> None:
    agents = ("agent", "learning off", "no eq", "rules+undo")
    songs = {
        name: {
            "tracks": tracks,
            "sessions": [session(agent, (missed,) * 3) for agent in agents],
        }
        for name, tracks, missed in (("A song", 4, 0.2), ("Another", 8, 0.6))
    }
    results = gather(songs)
    assert results["all"]["agents"]["agent"]["missed"]["50"] == pytest.approx(0.4)
    lines = list(table(results))
    assert len(lines) == 3 + 3 * 4
    assert "rules+undo" in lines[-1]
    assert "0.40" in lines[-1]
    assert "0 of 2" in lines[-1]


def test_what_is_no_song_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"song\.mp3: expected a folder of stems or a project"):
        stems_of(tmp_path / "song.mp3", tmp_path)


def test_without_lmms_a_project_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "song.mmp"
    project.write_text("<lmms-project/>", encoding="utf-8")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ConfigError, match="LMMS is needed to render it"):
        stems_of(project, tmp_path)


_CRASHES = """#!/bin/sh
# An LMMS that leaves half a song and crashes: {times} times.
for last; do test "$out" = next && folder=$last; test "$last" = --output && out=next || out=; done
count=$(cat {count} 2>/dev/null || echo 0)
echo $((count + 1)) > {count}
echo "$count" > "$folder/track-$count.wav"
test "$count" -lt {times} && kill -SEGV $$
exit 0
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script, and signals of POSIX")
@pytest.mark.parametrize(("times", "left"), [(0, "0"), (2, "2"), (3, None)])
def test_a_crash_of_lmms_is_tried_again_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int, left: str | None
) -> None:
    project = tmp_path / "song.mmp"
    project.write_text("<lmms-project/>", encoding="utf-8")
    program = tmp_path / "bin" / "lmms"
    program.parent.mkdir()
    program.write_text(_CRASHES.format(times=times, count=tmp_path / "count"), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    if left is None:
        with pytest.raises(ConfigError, match="LMMS cannot render it"):
            stems_of(project, tmp_path)
    else:
        assert [each.name for each in stems_of(project, tmp_path).iterdir()] == [
            f"track-{left}.wav"
        ]


def test_a_folder_is_measured_and_saved(tmp_path: Path) -> None:
    stems = tmp_path / "My song"
    stems.mkdir()
    for seed, name in enumerate(("Kick", "Lead Vox")):
        wave = 0.05 * np.random.default_rng(seed).normal(size=4 * 48_000)
        soundfile.write(stems / f"{name}.wav", wave, 48_000, "FLOAT")
    out = tmp_path / "out"
    arguments = [str(stems), "--seeds", "1", "--seconds", "3", "--workers", "1", "--out", str(out)]
    done = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    assert "My song" in done.output
    assert (out / "results.json").exists()
