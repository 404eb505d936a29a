import json
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import soundfile

from bridge.demo.report import Progress, equal_loudness_db, write_report
from bridge.engine.ledger import Tally
from bridge.errors import AudioError
from bridge.hosts.mixdown import measure_mixes
from bridge.mix.params import MOVABLE, SILENCE_DB
from bridge.mix.roles import Role
from bridge.sim.stems import Stems

pytestmark = pytest.mark.slow

RATE = 48_000


def _stems(level: float = 0.2) -> Stems:
    noise = np.random.default_rng(0).standard_normal((3, 2 * RATE)).astype(np.float32)
    return Stems(
        names=("Kick", "$\\frac{1}$", "鼓"),
        roles=(Role.KICK, Role.OTHER, Role.DRUMS),
        audio=level * noise / np.abs(noise).max(),
        sample_rate=RATE,
    )


def _values(*gains_db: float) -> np.ndarray:
    values = np.zeros((3, len(MOVABLE)))
    values[:, 0] = gains_db
    return values


SESSION = Progress(rewards=(1.0, 0.0, -1.0, 1.0), distances=(1.0, 0.8, 0.7, 0.8, 0.5))


TALLY = Tally(moves=4, liked=2, disliked=1, answers=3)


def test_a_report_is_two_mixes_and_a_summary(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "report"
    summary = write_report(
        folder,
        stems=_stems(),
        before=_values(-20, 0, -6),
        after=_values(-6, -6, -6),
        progress=SESSION,
        tally=TALLY,
        facts={"seed": 7},
    )
    assert sorted(file.name for file in folder.iterdir()) == [
        "after.wav",
        "before.wav",
        "summary.json",
    ]
    assert json.loads((folder / "summary.json").read_text("utf-8")) == summary
    assert (summary["moves"], summary["liked"], summary["disliked"]) == (4, 2, 1)
    assert (summary["reward"], summary["distance"], summary["seed"]) == (1.0, 0.5, 7)
    assert summary["distances"] == list(SESSION.distances)


def test_before_and_after_are_equally_loud_and_neither_was_turned_up(tmp_path: Path) -> None:
    write_report(
        tmp_path,
        stems=_stems(),
        before=_values(0, 0, 0),
        after=_values(-9, -3, -12),
        progress=SESSION,
        tally=TALLY,
    )
    measured = []
    for name, values in (("before", _values(0, 0, 0)), ("after", _values(-9, -3, -12))):
        audio, rate = soundfile.read(tmp_path / f"{name}.wav")
        assert soundfile.info(tmp_path / f"{name}.wav").subtype == "PCM_24"
        measured.append(pyloudnorm.Meter(rate).integrated_loudness(audio))
        assert np.abs(audio).max() <= measure_mixes(_stems(), [values])[0].peak + 1e-6
    assert measured[0] == pytest.approx(measured[1], abs=0.01)


def test_a_mix_beyond_full_scale_is_turned_down_with_its_twin() -> None:
    hot, calm = measure_mixes(_stems(1.0), [_values(6, 6, 6), _values(0, 0, 0)])
    gains_db = equal_loudness_db(hot, calm)
    peak = hot.peak * 10 ** (gains_db[0] / 20)
    assert 20 * np.log10(peak) == pytest.approx(-1.0, abs=0.01)
    assert hot.lufs + gains_db[0] == pytest.approx(calm.lufs + gains_db[1])


def test_silence_is_said_and_breaks_nothing(tmp_path: Path) -> None:
    silent = _values(SILENCE_DB, SILENCE_DB, SILENCE_DB)
    summary = write_report(
        tmp_path,
        stems=_stems(),
        before=silent,
        after=_values(0, 0, 0),
        progress=SESSION,
        tally=TALLY,
    )
    assert summary["loudness_lufs"]["before"] is None
    assert summary["strips"][0]["before"]["loudness_re_mix_lu"] is None
    assert soundfile.read(tmp_path / "after.wav")[0].any()


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "report").write_text("a file where the folder should be")
    with pytest.raises(AudioError, match="cannot be written"):
        write_report(
            tmp_path / "report",
            stems=_stems(),
            before=_values(0, 0, 0),
            after=_values(0, 0, 0),
            progress=SESSION,
            tally=TALLY,
        )
