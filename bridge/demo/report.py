"""What a session leaves behind: two mixes to compare by ear, a page and the figures."""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Final

import numpy as np

from bridge.demo.options import STORE
from bridge.engine.ledger import Tally
from bridge.errors import AudioError
from bridge.hosts.mixdown import Measured, measure_mixes
from bridge.install.extras import demo_library
from bridge.mix.params import MOVABLE
from bridge.mix.spectrum import FloatArray
from bridge.report.page import demo_beside, make_page, write_page
from bridge.report.record import read_sessions
from bridge.report.tables import engine_of
from bridge.sim.stems import BLOCK, Stems

_PEAK_DBFS: Final = -1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How a session went.

    Attributes:
        rewards: What each move earned, -1 to +1; 0 where it was not judged.
        distances: How far the mix was from the listener's taste, 1 at the start: first the start,
            then after each move. Empty where nobody knows, as with a person.
        rules_distance: The same for the static rules alone.
    """

    rewards: tuple[float, ...]
    distances: tuple[float, ...] = ()
    rules_distance: float | None = None


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
    """Write before.wav, after.wav and summary.json; returns the summary.

    `write_session_page` adds report.html.

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
    try:
        folder.mkdir(parents=True, exist_ok=True)
        mixes = _write_mixes(folder, stems, {"before": before, "after": after})
        summary = _summary(stems, before, after, mixes=mixes, progress=progress, tally=tally)
        summary |= facts or {}
        text = json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False)
        (folder / "summary.json").write_text(f"{text}\n", encoding="utf-8")
    except (OSError, RuntimeError) as error:  # soundfile raises RuntimeError for a full disk
        raise AudioError(f"The report cannot be written to {folder} ({error}).") from error
    return summary


def write_session_page(folder: Path) -> None:
    """Write report.html of the session whose store and report are in `folder`.

    Raises:
        BridgeError: If the journal cannot be read, or the folder written.
    """
    store = folder / STORE
    (record,) = read_sessions(store, engine_of, only=0)
    page = make_page(record, name=folder.name, demo=demo_beside(store))
    write_page(page, folder / "report.html")


def _write_mixes(
    folder: Path, stems: Stems, mixes: Mapping[str, FloatArray]
) -> dict[str, Measured]:
    """Write a WAV file for each mix, all equally loud; how loud they were.

    How far each must be turned down is known when all of it was heard: until then the audio lies in
    files beside the report, so that no song is too long.
    """
    soundfile = demo_library("soundfile")
    with ExitStack() as stack:
        raw = [stack.enter_context(TemporaryFile(dir=folder)) for _ in mixes]

        def write_block(heard: list[FloatArray]) -> None:
            for file, block in zip(raw, heard, strict=True):
                file.write(block.astype(np.float32).tobytes())

        measured = dict(
            zip(mixes, measure_mixes(stems, list(mixes.values()), write_block), strict=True)
        )
        gains_db = equal_loudness_db(*measured.values())
        for name, file, gain_db in zip(mixes, raw, gains_db, strict=True):
            file.seek(0)
            how = {"samplerate": stems.sample_rate, "channels": 2, "subtype": "PCM_24"}
            with soundfile.SoundFile(str(folder / f"{name}.wav"), "w", **how) as wav:
                while bytes_ := file.read(8 * BLOCK):
                    block = np.frombuffer(bytes_, dtype=np.float32).reshape(-1, 2)
                    wav.write(block * 10.0 ** (gain_db / 20.0))
    return measured


def equal_loudness_db(first: Measured, second: Measured) -> tuple[float, float]:
    """Gains, never above 0 dB, that make two mixes equally loud and keep peaks below -1 dBFS.

    A silent mix can't be made as loud as another: then only the peaks count.
    """
    louds = np.array([first.lufs, second.lufs])
    gains_db = louds.min() - louds if np.isfinite(louds).all() else np.zeros(2)
    peaks = np.array([first.peak, second.peak])
    peaks_dbfs = 20.0 * np.log10(np.maximum(peaks, 1e-9)) + gains_db
    gains_db = gains_db - max(0.0, float(peaks_dbfs.max()) - _PEAK_DBFS)
    return float(gains_db[0]), float(gains_db[1])


def _summary(
    stems: Stems,
    before: FloatArray,
    after: FloatArray,
    *,
    mixes: Mapping[str, Measured],
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
        "distances": [_rounded(distance) for distance in progress.distances],
        "rules_distance": _rounded(progress.rules_distance),
        "loudness_lufs": {when: _rounded(mix.lufs) for when, mix in mixes.items()},
        "strips": strips,
    }


def _rounded(value: float | None) -> float | None:
    """A number that JSON has, to 3 places: None for silence."""
    return round(float(value), 3) if value is not None and np.isfinite(value) else None
