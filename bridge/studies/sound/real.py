"""Towards a target on a real synth: ``mixbridge study sound --daw NAME``.

Two of three targets are the starting patch with its knobs elsewhere; the third is a patch of
another bank, which its knobs may never reach. Knobs that make a note more than
3 dB louder are no target: the agent may not go there. The synth is played in real time, two seconds
a note. What is reported is the mean distance of single notes from the target, and the same of the
target's own knobs: what one note differs from another by. These are heard right after the target
and once more after the search, with the patch loaded anew, since slow oscillators drift for longer
than four notes last: what the first four differ by alone, the target's own knobs often miss.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from functools import partial
from typing import Any, Final, Protocol

import numpy as np

from bridge.daw.row import load_part
from bridge.daws import DAWS
from bridge.errors import AudioError, ConfigError, HostError
from bridge.learning.q_learning import FloatArray
from bridge.sim.synths import Wave
from bridge.studies.sound.session import AnySynth, Player, Sound, log_mel_distance
from bridge.studies.sound.targets import SEARCHERS, Task
from bridge.tasks.sound.distance import distance
from bridge.tasks.sound.note import Note, measure_note
from bridge.tasks.sound.prior import SoundPrior
from bridge.tasks.sound.roles import find_knobs
from bridge.tasks.sound.search import MOST_RISE_DB

NOTES: Final = (10, 20, 40)
NEAR: Final = 0.3
"""As near as this, or twice what one note differs from another by, is reached."""

_TURNED: Final = 0.4
"""How far the knobs of a reachable target are from where they stood at most, shares of the way."""

_HEARINGS: Final = 4
_LEAST_START: Final = 1.0
_LEAST_EFFECT: Final = 0.5
_TRIES: Final = 40
_STARTS: Final = 3
_MEL_RATE: Final = 24_000


class RealSynth(AnySynth, Protocol):
    """A synth that runs; see `bridge.daw.row.DawRow.player`."""

    @property
    def sample_rate(self) -> int:
        """Hz."""

    @property
    def demo_patch(self) -> str:
        """The patch of the demo: its target."""

    @property
    def demo_start(self) -> Mapping[str, float]:
        """Where the knobs stand at the beginning of the demo that stand elsewhere in the patch."""

    def patches(self) -> list[str]:
        """The names of its patches."""

    def load(self, patch: str, /) -> FloatArray:
        """Load one; the positions of its parameters."""


def open_synth(daw: str) -> AbstractContextManager[RealSynth]:
    """A running synth of the registry.

    Raises:
        ConfigError: If that DAW is no synth that can be run here.
        HostError: If it is not installed or does not start.
    """
    row = DAWS.get(daw)
    if row is None or not row.player:
        known = ", ".join(each.name for each in DAWS.values() if each.player)
        raise ConfigError(f"--daw {daw}: expected a synth that can be run here: {known}.")
    opened: AbstractContextManager[RealSynth] = load_part(row.player)()
    return opened


def measure_real(
    prior: SoundPrior, daw: str, number: int, salt: int, names: Sequence[str]
) -> list[dict[str, Any]]:
    """One target, two of three a reachable one, with each of these `SEARCHERS`.

    A synth that fails, such as one that JACK skips too much of, is started anew.

    Raises:
        HostError: If it fails every time.
    """
    for _ in range(_STARTS - 1):
        with suppress(HostError):
            return _measure_once(prior, daw, number, salt, names)
    return _measure_once(prior, daw, number, salt, names)


def _measure_once(
    prior: SoundPrior, daw: str, number: int, salt: int, names: Sequence[str]
) -> list[dict[str, Any]]:
    with open_synth(daw) as synth:
        player = Player(
            synth=synth,
            scale=prior.scale,
            rng=np.random.default_rng([salt, number, 1]),
            judge_rng=np.random.default_rng([salt, number, 2]),
            sample_rate=synth.sample_rate,
        )
        is_reachable = number % 3 < 2
        made = _draw(player, synth, np.random.default_rng([salt, number]), is_reachable)
        start_patch, start, target_patch, goal, target_wave, repeat, too_loud = made
        target = measure_note(target_wave, synth.sample_rate)
        rows = []
        for name in names:
            synth.load(start_patch)
            rests = _search(prior, player, start, target, target_wave, name, [salt, number, 3])
            row = {"agent": name, "start": start_patch, "target": target_patch}
            drawn = {"is_reachable": is_reachable, "repeat": repeat, "too_loud": too_loud}
            rows.append(row | drawn | rests)
        synth.load(start_patch if is_reachable else target_patch)
        own = _mean_distance(player, goal, target)
    return [row | {"own": own} for row in rows]


def _draw(
    player: Player, synth: RealSynth, rng: np.random.Generator, is_reachable: bool
) -> tuple[str, FloatArray, str, FloatArray, Wave, float, int]:
    """A patch that its knobs change, where it stands, and a target that is not near.

    No search may make a note louder than `MOST_RISE_DB`: knobs that do are no target. The last
    number says how many were left out for that.
    """
    patches, too_loud = synth.patches(), 0
    knobs = np.array([knob.index for knob in find_knobs(synth.names)])
    for _ in range(_TRIES):
        patch = patches[rng.integers(len(patches))]
        start = synth.load(patch)
        heard = player.play(start)
        if heard is None or not _has_effect(player, start, int(knobs[0]), heard):
            continue
        if is_reachable:
            name, goal = f"{patch}, other knobs", start.copy()
            turned = goal[knobs] + rng.uniform(-_TURNED, _TURNED, knobs.size)
            goal[knobs] = np.clip(turned, 0.0, 1.0)
        else:
            name = patches[rng.integers(len(patches))]
            if name.partition("/")[0] == patch.partition("/")[0]:
                continue
            goal = synth.load(name)
        wave = synth.render(goal, rng)
        if (target := _heard(player, wave)) is None:
            continue
        if is_reachable and target.level_db - heard.level_db > MOST_RISE_DB:
            too_loud += 1
            continue
        repeat = _mean_distance(player, goal, target)
        far = distance(player.scale.features(heard) - player.scale.features(target))
        if far >= max(_LEAST_START, 4.0 * repeat):
            return patch, start, name, goal, wave, repeat, too_loud
    raise HostError(f"No patch and target that fit were found in {_TRIES} tries.")


def _has_effect(player: Player, start: FloatArray, knob: int, heard: Note) -> bool:
    moved = start.copy()
    moved[knob] += 0.4 if start[knob] < 0.5 else -0.4
    other = player.play(moved)
    if other is None:
        return False
    change = player.scale.features(other) - player.scale.features(heard)
    return distance(change) >= _LEAST_EFFECT


def _heard(player: Player, wave: Wave) -> Note | None:
    try:
        return measure_note(wave, player.sample_rate)
    except AudioError:
        return None


def _mean_distance(player: Player, positions: FloatArray, target: Note) -> float:
    wanted = player.scale.features(target)
    notes = (player.play(positions) for _ in range(_HEARINGS))
    found = [distance(player.scale.features(n) - wanted) for n in notes if n is not None]
    return float(np.mean(found)) if found else np.inf


def _search(
    prior: SoundPrior,
    player: Player,
    start: FloatArray,
    target: Note,
    target_wave: Wave,
    name: str,
    seed: list[int],
) -> dict[str, Any]:
    heard = player.play(start)
    if heard is None:
        raise HostError("The starting patch is silent.")
    task = Task(
        player=player,
        start=start,
        knobs=np.array([knob.index for knob in find_knobs(player.synth.names)]),
        heard=heard,
        target=target,
        sound=Sound(features=player.scale.features(target), wave=target_wave),
        first=np.zeros(2),
        rng=np.random.default_rng(seed),
    )
    first, far, positions = _mean_distance(player, start, target), [], start
    for note, positions in enumerate(SEARCHERS[name](task, prior), start=1):
        if note in NOTES:
            far.append(_mean_distance(player, positions, target))
        if note == NOTES[-1]:
            break
    waves = [player.synth.render(each, player.judge_rng) for each in (start, positions)]
    mel = [log_mel_distance(_thin(player, w), _thin(player, target_wave)) for w in waves]
    return {"first": first, "far": far, "mel": mel, "positions": positions.tolist()}


def _thin(player: Player, wave: Wave) -> Wave:
    """A wave at the rate of the log-mel distance, of equal length for all."""
    share = player.sample_rate // _MEL_RATE
    length = round(1.3 * _MEL_RATE)
    thin = wave[: wave.size // share * share].reshape(-1, share).mean(axis=1)
    return np.asarray(np.pad(thin, (0, max(length - thin.size, 0)))[:length])


def is_reached(row: dict[str, Any]) -> bool:
    """Whether a search ended near enough; see `NEAR`."""
    return bool(row["far"][-1] <= max(NEAR, row["repeat"] + row["own"]))


def _is_own_reached(row: dict[str, Any]) -> bool:
    """Whether the target's own knobs would be near enough by the notes before the search alone."""
    return bool(row["own"] <= max(NEAR, 2.0 * row["repeat"]))


def real_lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    """The rows as text."""
    for name in dict.fromkeys(row["agent"] for row in rows):
        own = [row for row in rows if row["agent"] == name]
        yield ""
        yield f"{name}: distance of a note from the target after {', '.join(map(str, NOTES))} notes"
        budgets = "@" + " @".join(map(str, NOTES))
        yield f"{'start':>7}{'repeat':>8}{'again':>7}   {budgets:20}log-mel"
        for row in own:
            far = " ".join(f"{each:5.2f}" for each in row["far"])
            mel = ", ".join(f"{each:.1f}" for each in row["mel"])
            kind = "knobs" if row["is_reachable"] else "other patch"
            said = "reached" if is_reached(row) else "not reached"
            yield (
                f"{row['first']:7.2f}{row['repeat']:8.2f}{row['own']:7.2f}   {far:20}{mel:12}"
                f"{said:12}({kind}) {row['start']} -> {row['target']}"
            )
        for kind, is_kind in (("knobs", True), ("other patch", False)):
            part = [row for row in own if row["is_reachable"] is is_kind]
            if part:
                count = sum(map(is_reached, part))
                yield f"{count} of {len(part)} reached ({kind})"
        by_first = sum(row["far"][-1] <= max(NEAR, 2.0 * row["repeat"]) for row in own)
        yield (
            f"By the repeat error before the search alone: {by_first} of {len(own)} reached, and "
            f"{sum(map(_is_own_reached, own))} of {len(own)} by the target's own knobs"
        )
        too_loud = sum(row.get("too_loud", 0) for row in own)
        yield (
            f"{too_loud} positions of knobs were no target, since they are more than "
            f"{MOST_RISE_DB:g} dB louder than the start"
        )
        yield f"{sum(map(is_reached, own))} of {len(own)} reached in {NOTES[-1]} notes"


def jobs(
    prior: SoundPrior, daw: str, *, salt: int, targets: int, names: Sequence[str]
) -> list[partial[list[dict[str, Any]]]]:
    """What is to be measured, a job a target."""
    return [partial(measure_real, prior, daw, number, salt, names) for number in range(targets)]
