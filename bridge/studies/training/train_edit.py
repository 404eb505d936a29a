"""Train what the edit task knows before it meets anybody: ``mixbridge study train-edit``.

Simulated editors (`bridge.sim.editors`) answer offers; the table learns by Q-learning what an offer
earns by how far its size is above their own threshold, and the taste is how they differ.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
import numpy as np

from bridge import __version__
from bridge.learning.prior import encode_prior
from bridge.learning.q_learning import QTable
from bridge.learning.taste import TastePrior
from bridge.sim.editors import JUDGEMENT_SD, draw_editor
from bridge.tasks.edit.agent import encode_setting
from bridge.tasks.edit.candidates import Settings
from bridge.tasks.edit.geometry import KINDS
from bridge.tasks.edit.prior import BINS, DIMENSIONS, EDIT_ROLES, ERROR_EDGES, SETTINGS

_WRONG: Final = 0.1
_STEP_SIZE: Final = 0.01
_PEOPLE: Final = 4000
_OFFERS: Final = 60
_MEMBER_SD: Final = 0.15
_SETTING_SD: Final = {"strength": 0.3, "depth_db": 0.25}
"""How people differ in a setting, in the units of its belief: .3 of the way to the grid, 2.5 dB;
pads and fades by a factor of 1.6. Invented; no figures of real people are known."""

_OTHER_SD: Final = 0.5


def train_table(people: int, *, seed: int) -> np.ndarray:
    """(kinds * bins, 1) what an offer earns."""
    rng = np.random.default_rng([seed, 1])
    table = QTable(np.zeros((len(KINDS) * BINS, 1)))
    for _ in range(people):
        editor = draw_editor(rng, roles=len(EDIT_ROLES), kinds=len(KINDS))
        for _ in range(_OFFERS):
            role, kind = int(rng.integers(len(EDIT_ROLES))), int(rng.integers(len(KINDS)))
            margin = editor.margin(role, kind, float(rng.normal(0.0, 1.3)))
            is_yes = margin + rng.normal(0.0, JUDGEMENT_SD) > 0.0
            if rng.random() < _WRONG:
                is_yes = not is_yes
            cell = kind * BINS + int(np.searchsorted(ERROR_EDGES, margin))
            table.update(
                np.array([cell]), np.ones(1), 0, reward=1.0 if is_yes else -1.0, next_value=0.0,
                step_size=max(_STEP_SIZE, 1.0 / (1.0 + table.visits[cell, 0])), discount=0.0,
            )  # fmt: skip
    return table.values


def fit_taste(people: int, *, seed: int) -> TastePrior:
    """How simulated editors differ; settings as dialogs of other programs come with."""
    rng = np.random.default_rng([seed, 2])
    drawn = np.array(
        [
            draw_editor(rng, roles=len(EDIT_ROLES), kinds=len(KINDS)).thresholds
            for _ in range(people)
        ]
    )
    defaults = Settings()
    settings = [encode_setting(name, getattr(defaults, name)) for name in SETTINGS]
    mean = np.zeros((len(EDIT_ROLES), DIMENSIONS))
    mean[:, : len(KINDS)] = drawn.mean(axis=0)
    mean[:, len(KINDS) :] = settings
    own = np.eye(len(EDIT_ROLES)) * 0.3 + 0.7
    covariance = [np.cov(drawn[:, :, column].T) for column in range(len(KINDS))]
    covariance += [_SETTING_SD.get(name, _OTHER_SD) ** 2 * own for name in SETTINGS]
    return TastePrior(
        mean=mean,
        covariance=np.array(covariance),
        song_sd=np.full(DIMENSIONS, _MEMBER_SD),
        member_sd=np.full(DIMENSIONS, _MEMBER_SD),
    )


@click.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option("--people", type=click.IntRange(min=100), default=_PEOPLE, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Of people and offers.")
def main(out: Path, people: int, seed: int) -> None:
    """Train what the edit task knows of people; takes a few seconds."""
    data = encode_prior(
        tables={"offers": train_table(people, seed=seed)},
        taste=fit_taste(people, seed=seed),
        provenance={
            "command": f"mixbridge study train-edit --people {people} --seed {seed}",
            "date": datetime.now(UTC).date().isoformat(),
            "version": __version__,
        },
    )
    out.write_bytes(data)
    click.echo(f"{out}: {len(data)} bytes, from {people} simulated editors, seed {seed}.")
