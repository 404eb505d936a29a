"""What the phrase task knows before it meets a person: `bridge/data/phrase_prior.json`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from bridge.errors import PriorError
from bridge.learning.bins import bin_weights
from bridge.learning.prior import load_prior
from bridge.learning.q_learning import FloatArray
from bridge.learning.taste import TastePrior
from bridge.mix.phrases import PHRASE_KINDS, PhraseKind
from bridge.tasks.phrase.features import FEATURES, Scale
from bridge.tasks.phrase.games import GAMES
from bridge.tasks.phrase.transforms import TRANSFORMATIONS

ERROR_EDGES: Final[FloatArray] = np.array([-2.0, -1.0, -0.5, -0.15, 0.15, 0.5, 1.0, 2.0])
"""Inner edges of the bins of an error, standard deviations."""

LEAST_GAIN: Final = 0.05
"""A smaller fall of the distance to what is wanted is not worth a change."""

_KNOWN_SD: Final[FloatArray] = np.full(FEATURES, 0.1)
ERROR_CELLS: Final = FEATURES * (ERROR_EDGES.size + 1)
_KINDS: Final = len(PHRASE_KINDS)
_SHAPES: Final = {
    "ways": (_KINDS, ERROR_CELLS, TRANSFORMATIONS),
    "mean": (_KINDS, FEATURES),
    "sd": (_KINDS, FEATURES),
} | {f"notes_{kind}": (game.cells, game.actions) for kind, game in GAMES.items()}


def error_weights(error: FloatArray, sd: FloatArray) -> FloatArray:
    """(54,) how much a state is in each bin of each error; sums to 1."""
    return (bin_weights(error, sd, ERROR_EDGES) / FEATURES).ravel()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PhrasePrior:
    """What is known of phrases and of people.

    Attributes:
        notes: (states, actions) by kind: the generator's Q-tables over notes.
        ways: (kinds, 54, 12) the Q-table over transformations: how far the distance falls.
        scale: What one standard deviation of each feature is.
        taste: What is believed of anybody: groups are `PHRASE_KINDS`, dimensions the features.
        checksum: Of the file.
    """

    notes: dict[PhraseKind, FloatArray]
    ways: FloatArray
    scale: Scale
    taste: TastePrior
    checksum: str

    def way(self, row: int, error: FloatArray) -> int | None:
        """The transformation that helps most by the Q-table; None: none is worth it.

        Args:
            row: Of the kind.
            error: (6,) features less what is wanted, standard deviations.
        """
        values = error_weights(error, _KNOWN_SD) @ self.ways[row]
        best = int(values.argmax())
        return best if values[best] >= LEAST_GAIN else None


def load_phrase_prior(path: Path | None = None) -> PhrasePrior:
    """The prior in a file, or the shipped one.

    Raises:
        PriorError: If it cannot be read or used.
    """
    prior = load_prior(path, shipped="phrase_prior.json", command="train-phrase")
    for name, shape in _SHAPES.items():
        found = prior.tables[name].shape if name in prior.tables else None
        if found != shape:
            raise PriorError(
                f"{path or 'phrase_prior.json'}: the table {name!r} should be {shape}, got "
                f"{found}; train it anew with `mixbridge study train-phrase`."
            )
    tables = prior.tables
    return PhrasePrior(
        notes={kind: tables[f"notes_{kind}"] for kind in PHRASE_KINDS},
        ways=tables["ways"],
        scale=Scale(mean=tables["mean"], sd=tables["sd"]),
        taste=prior.taste,
        checksum=prior.checksum,
    )
