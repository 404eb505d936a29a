"""What a session leaves behind: two mixes to compare by ear, a picture and the figures."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.errors import AudioError
from bridge.ledger import Tally
from bridge.mix.params import COLUMN, MOVABLE, Param
from bridge.mix.spectrum import FloatArray
from bridge.runtime.picture import Progress, draw_report
from bridge.sim.console import pan_gains, render_strip
from bridge.sim.extras import demo_library
from bridge.sim.stems import Stems

_PEAK_DBFS: Final = -1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mixdown:
    """A mix and its loudness.

    Attributes:
        audio: (samples, 2), not limited to full scale.
        lufs: Integrated loudness after BS.1770-4; -inf for silence.
        strips_lufs: (tracks,) that of each strip alone, panned as it is.
    """

    audio: NDArray[np.float64]
    lufs: float
    strips_lufs: FloatArray

    def strips_re_mix_lu(self) -> FloatArray:
        """(tracks,) how loud each strip is against the whole mix; NaN where it is silent."""
        audible = np.isfinite(self.strips_lufs)
        return np.where(audible, self.strips_lufs, np.nan) - (self.lufs if audible.any() else 0.0)


def write_report(
    folder: Path,
    *,
    stems: Stems,
    before: FloatArray,
    after: FloatArray,
    progress: Progress,
    tally: Tally,
    facts: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Write before.wav, after.wav, report.png and summary.json; returns the summary.

    The two mixes are made equally loud (integrated, BS.1770-4), by turning the louder one down;
    both are turned down further if one would peak above -1 dBFS. They are 24-bit stereo.

    Args:
        folder: Made if it does not exist; files of these names in it are replaced.
        stems: What was mixed.
        before: (tracks, 6) start values.
        after: (tracks, 6) end values.
        progress: How the session went.
        tally: The counts of its ledger.
        facts: What else the summary should say, such as seed and version; must fit into JSON.

    Raises:
        AudioError: If the folder cannot be written, or a library is missing.
    """
    mixes = {"before": mix_down(stems, before), "after": mix_down(stems, after)}
    gains_db = equal_loudness_db(mixes["before"], mixes["after"])
    summary = _summary(stems, before, after, mixes=mixes, progress=progress, tally=tally) | dict(
        facts or {}
    )
    soundfile = demo_library("soundfile")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for (name, mix), gain_db in zip(mixes.items(), gains_db, strict=True):
            audio = mix.audio * 10.0 ** (gain_db / 20.0)
            soundfile.write(str(folder / f"{name}.wav"), audio, stems.sample_rate, "PCM_24")
        draw_report(
            folder / "report.png",
            names=stems.names,
            levels_lu=tuple(mix.strips_re_mix_lu() for mix in mixes.values()),
            progress=progress,
        )
        text = json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False)
        (folder / "summary.json").write_text(f"{text}\n", encoding="utf-8")
    except (OSError, RuntimeError) as error:  # soundfile raises RuntimeError for a full disk
        raise AudioError(f"The report cannot be written to {folder} ({error}).") from error
    return summary


def mix_down(stems: Stems, values: FloatArray) -> Mixdown:
    """The whole song through the console at `values` (tracks, 6), measured."""
    mix = np.zeros((stems.audio.shape[1], 2))
    strips_lufs = np.empty(len(stems.names))
    for row in range(len(stems.names)):
        left_right = pan_gains(values[row, COLUMN[Param.PAN]])
        strip = render_strip(stems, row, values)[:, None] * left_right
        strips_lufs[row] = loudness_lufs(strip, stems.sample_rate)
        mix += strip
    lufs = loudness_lufs(mix, stems.sample_rate)
    return Mixdown(audio=mix, lufs=lufs, strips_lufs=strips_lufs)


def loudness_lufs(audio: NDArray[np.float64], sample_rate: int) -> float:
    """Integrated loudness of (samples, channels) after BS.1770-4; -inf below its gate, -70 LUFS."""
    pyloudnorm = demo_library("pyloudnorm")
    return float(pyloudnorm.Meter(sample_rate).integrated_loudness(audio))


def equal_loudness_db(first: Mixdown, second: Mixdown) -> tuple[float, float]:
    """Gains, never above 0 dB, that make two mixes equally loud and keep peaks below -1 dBFS.

    A silent mix can't be made as loud as another: then only the peaks count.
    """
    louds = np.array([first.lufs, second.lufs])
    gains_db = louds.min() - louds if np.isfinite(louds).all() else np.zeros(2)
    peaks = np.array([np.abs(mix.audio).max() for mix in (first, second)])
    peaks_dbfs = 20.0 * np.log10(np.maximum(peaks, 1e-9)) + gains_db
    gains_db = gains_db - max(0.0, float(peaks_dbfs.max()) - _PEAK_DBFS)
    return float(gains_db[0]), float(gains_db[1])


def _summary(
    stems: Stems,
    before: FloatArray,
    after: FloatArray,
    *,
    mixes: Mapping[str, Mixdown],
    progress: Progress,
    tally: Tally,
) -> dict[str, Any]:
    values = {"before": before, "after": after}
    strips = [
        {
            "name": name,
            "role": str(role),
            **{
                when: {
                    "loudness_re_mix_lu": _rounded(mix.strips_re_mix_lu()[row]),
                    **{
                        str(param): _rounded(value)
                        for param, value in zip(MOVABLE, values[when][row], strict=True)
                    },
                }
                for when, mix in mixes.items()
            },
        }
        for row, (name, role) in enumerate(zip(stems.names, stems.roles, strict=True))
    ]
    rewards = progress.rewards
    return {
        "moves": tally.moves,
        "liked": tally.liked,
        "disliked": tally.disliked,
        "answers": tally.answers,
        "reward": _rounded(sum(rewards)),
        "distance": _rounded(progress.distances[-1]) if progress.distances else None,
        "rules_distance": _rounded(progress.rules_distance),
        "loudness_lufs": {when: _rounded(mix.lufs) for when, mix in mixes.items()},
        "strips": strips,
    }


def _rounded(value: float | None) -> float | None:
    """A number that JSON has, to 3 places: None for silence."""
    return round(float(value), 3) if value is not None and np.isfinite(value) else None
