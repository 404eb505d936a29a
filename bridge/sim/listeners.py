"""Listeners with a hidden taste: what they would call a better mix, and the thumbs they give.

The model is a listener's, not a meter's: what counts is the partial loudness of each track under
the others (the part of its specific loudness that survives masking, after Moore, Glasberg and Baer
1997, in octave bands), how its tone and the mix's tone compare with what this person wants, where
it stands in the stereo picture, and whether the EQ sounds natural. Overall level is not rewarded.

The numbers are this module's own. What the agent takes for the average listener stands elsewhere
(`bridge.agents.targets`) and was written from other sources; the two must not know each other.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from bridge.mix.params import COLUMN, EQ_BANDS, EQ_COLUMNS, SPECS, Param
from bridge.mix.roles import ROLES, Role
from bridge.mix.spectrum import (
    BAND_OF_OCTAVE,
    K_WEIGHT_DB,
    FloatArray,
    eq_curve_db,
    to_db,
    to_power,
)
from bridge.sim.songs import Song

# Wanted level, dB of K-weighted level below the mix; wanted width, 0..1 of pan; how much it counts.
_WANTS: Final[dict[Role, tuple[float, float, float]]] = {
    Role.KICK: (-9.0, 0.0, 1.2),
    Role.SNARE: (-8.0, 0.05, 1.2),
    Role.HATS: (-17.0, 0.3, 0.7),
    Role.DRUMS: (-12.0, 0.35, 0.9),
    Role.BASS: (-9.0, 0.0, 1.2),
    Role.GUITAR: (-13.0, 0.5, 1.0),
    Role.KEYS: (-14.0, 0.35, 0.9),
    Role.LEAD: (-4.5, 0.0, 2.0),
    Role.BACKING: (-14.0, 0.45, 0.8),
    Role.PAD: (-18.0, 0.4, 0.6),
    Role.STRINGS: (-16.0, 0.45, 0.7),
    Role.FX: (-19.0, 0.5, 0.5),
    Role.OTHER: (-15.0, 0.3, 0.6),
}
# Wanted balance of each track over the four EQ bands, dB of a band below the track.
_TONE_BY_ROLE: Final[dict[Role, tuple[float, float, float, float]]] = {
    Role.KICK: (-0.6, -10.5, -13.5, -21.0),
    Role.SNARE: (-9.0, -2.5, -5.0, -10.5),
    Role.HATS: (-34.0, -16.0, -7.0, -1.2),
    Role.DRUMS: (-4.0, -6.0, -5.5, -8.0),
    Role.BASS: (-1.0, -6.5, -17.0, -34.0),
    Role.GUITAR: (-9.0, -1.5, -6.5, -19.0),
    Role.KEYS: (-6.0, -1.8, -10.0, -22.0),
    Role.LEAD: (-13.5, -2.2, -5.0, -12.5),
    Role.BACKING: (-16.0, -2.2, -4.5, -11.5),
    Role.PAD: (-6.5, -1.8, -9.5, -22.0),
    Role.STRINGS: (-9.0, -2.2, -5.5, -15.0),
    Role.FX: (-8.0, -4.5, -3.8, -6.0),
    Role.OTHER: (-7.0, -2.5, -6.5, -15.0),
}
_LEVEL: Final[FloatArray] = np.array([_WANTS[role][0] for role in ROLES])
_WIDTH: Final[FloatArray] = np.array([_WANTS[role][1] for role in ROLES])
_WEIGHT: Final[FloatArray] = np.array([_WANTS[role][2] for role in ROLES])
TONE_DB: Final[FloatArray] = np.array([_TONE_BY_ROLE[role] for role in ROLES])
"""(13, 4) what the average listener wants of each role's tone."""
_MIX_TONE_DB: Final[FloatArray] = np.array([-4.5, -3.6, -7.5, -13.5])
_MUST_BE_CLEAR: Final[FloatArray] = np.array(
    [{Role.LEAD: 1.0, Role.KICK: 0.4, Role.SNARE: 0.4, Role.BASS: 0.4}.get(r, 0.1) for r in ROLES]
)
_BANDS: Final[FloatArray] = (np.arange(4)[:, None] == BAND_OF_OCTAVE).astype(np.float64)

# Excitation leaks 12 dB an octave upwards and 24 dB downwards (rounded from auditory filters).
_OCTAVE: Final = np.arange(10)
_UP: Final = _OCTAVE - _OCTAVE[:, None]
_LEAK_DB: Final = np.where(_UP >= 0, -12.0 * _UP, 24.0 * _UP)
_SPREAD: Final[FloatArray] = to_power(_LEAK_DB.astype(np.float64))

_USUAL_LOSS_DB: Final = -15.0
"""What a track of a 16-track mix keeps of its loudness: the wanted levels allow for it."""

_USUAL_LOUDNESS_DB: Final = -18.0

SPEAKS: Final = 0.4
FLIPS: Final = 0.1
EAR_NOISE_JND: Final = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """How a population hears and weighs; the defaults are the population `std`.

    Attributes:
        exponent: Of specific loudness over power: 0.23 (Zwicker) to 0.3 (Stevens' sone).
        masking: How much of the loudness lost to other tracks is felt as a lower level.
        weights: Of level, clarity, track tone, mix tone, width, balance, EQ naturalness, headroom.
        level_sd: Spread of a person's wanted levels around the population's, dB, by role.
        tone_sd: Likewise of the wanted tone, dB, by role and band.
        width_sd: Likewise of the wanted width.
        song_share: How large a song's own deviation is beside the person's.
        tolerance: How far an error may go until its cost rises evenly, times the usual.
        level_shift: (13,) what the whole population wants differently, dB.
        tone_shift: (4,) likewise, dB.
    """

    exponent: float = 0.23
    masking: float = 0.4
    weights: tuple[float, ...] = (1.0, 0.25, 0.35, 0.3, 1.1, 0.5, 0.15, 0.2)
    level_sd: float = 1.8
    tone_sd: float = 1.5
    width_sd: float = 0.12
    song_share: float = 0.4
    tolerance: float = 1.0
    level_shift: tuple[float, ...] = (0.0,) * len(ROLES)
    tone_shift: tuple[float, ...] = (0.0,) * 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heard:
    """What reaches a listener of k mixes of n tracks, or what they would like to reach them.

    Attributes:
        level: (k, n) dB against the mix, less what masking takes from it.
        kept_db: (k, n) what is left of the loudness among the others.
        tone: (k, n, 4) each band, dB against the track.
        audible: (k, n, 4) how much of that can be heard, 0 to 1.
        mix_tone: (k, 4) each band of the mix, dB against the mix.
        place: (k, n) how far from the centre, 0 to 1.
        lean_db: (k,) left against right.
        eq: (k, n, 4) what the EQ does, dB.
        loudness_db: (k,) of the mix, dBFS.
    """

    level: FloatArray
    kept_db: FloatArray
    tone: FloatArray
    audible: FloatArray
    mix_tone: FloatArray
    place: FloatArray
    lean_db: FloatArray
    eq: FloatArray
    loudness_db: FloatArray


class Listener:
    """One person.

    Args:
        hearing: How this person's population hears.
        rng: Draws the taste, and later what each song changes in it.
    """

    threshold: float = 0.1
    """The smallest change of utility that this person calls a change: about 1 dB on one track."""

    def __init__(self, hearing: Hearing, rng: np.random.Generator) -> None:
        self._hearing = hearing
        self._level = _LEVEL + np.array(hearing.level_shift)
        self._level = self._level + rng.normal(0.0, hearing.level_sd, len(ROLES))
        self._tone = TONE_DB + np.array(hearing.tone_shift)
        self._tone = self._tone + rng.normal(0.0, hearing.tone_sd, TONE_DB.shape)
        self._width = _WIDTH + rng.normal(0.0, hearing.width_sd, len(ROLES))
        self._weight = _WEIGHT * np.exp(rng.normal(0.0, 0.25, len(ROLES)))
        self._song_seed = int(rng.integers(2**32))
        self._wants: tuple[Song, tuple[FloatArray, FloatArray, FloatArray]] | None = None

    def utility(self, song: Song, values: FloatArray) -> float:
        """How good this person finds a mix (n, 6); only differences mean anything."""
        return float(self.utilities(song, values[None])[0])

    def utilities(self, song: Song, values: FloatArray) -> FloatArray:
        """`utility` of many mixes (k, n, 6) at once: (k,)."""
        return self._compare(song, self._perceive(song, values), self._wanted_of(song))

    def _perceive(self, song: Song, values: FloatArray) -> Heard:
        """What mixes (k, n, 6) sound like to this person."""
        hearing = self._hearing
        gain, pan, eq = values[..., 0], values[..., COLUMN[Param.PAN]], values[..., EQ_COLUMNS]
        octaves = to_power(song.source_db + gain[..., None] + eq_curve_db(eq))
        weighted = octaves * to_power(K_WEIGHT_DB)
        own = to_db(weighted.sum(-1))
        kept_db = self._lost_to_masking_db(weighted)
        level = own - to_db(weighted.sum((-1, -2)))[..., None]

        bands = octaves @ _BANDS.T
        mix_bands = bands.sum(-2)
        # Tone is judged where it can be heard: half as much in a band 20 dB under the mix's.
        above_db = to_db(bands) - to_db(mix_bands)[..., None, :] + 20.0

        power = weighted.sum(-1)
        left = (power * np.cos((pan + 1.0) * np.pi / 4.0) ** 2).sum(-1)
        return Heard(
            level=level + hearing.masking * (kept_db - _USUAL_LOSS_DB),
            kept_db=kept_db,
            tone=to_db(bands) - to_db(bands.sum(-1))[..., None],
            audible=1.0 / (1.0 + np.exp(-above_db / 4.0)),
            mix_tone=to_db(mix_bands) - to_db(mix_bands.sum(-1))[..., None],
            place=np.abs(pan),
            lean_db=to_db(left) - to_db(power.sum(-1) - left),
            eq=eq,
            loudness_db=to_db(power.sum(-1)),
        )

    def _compare(self, song: Song, heard: Heard, wanted: Heard) -> FloatArray:
        """How good it is to hear this where that is wanted: (k,)."""
        weight, clear = self._weight[song.roles], _MUST_BE_CLEAR[song.roles]
        wide = self._hearing.tolerance
        costs = (
            (weight * _cost(heard.level - wanted.level, 3.0 * wide)).sum(-1),
            (clear * np.maximum(wanted.kept_db - heard.kept_db, 0.0) / 3.0).sum(-1),
            (weight[:, None] * heard.audible * _cost(heard.tone - wanted.tone, 4.0 * wide)).sum(
                (-1, -2)
            ),
            _cost(heard.mix_tone - wanted.mix_tone, 2.0 * wide).sum(-1),
            (weight * _cost(heard.place - wanted.place, 0.25 * wide)).sum(-1),
            _cost(heard.lean_db - wanted.lean_db, 1.5 * wide),
            (np.maximum(np.abs(heard.eq - wanted.eq) - 4.0, 0.0) / 2.0).sum((-1, -2)),
            np.maximum(np.abs(heard.loudness_db - wanted.loudness_db) - 6.0, 0.0),
        )
        total = np.zeros(len(heard.level))
        for importance, cost in zip(self._hearing.weights, costs, strict=True):
            total -= importance * cost
        return total

    def _wanted_of(self, song: Song) -> Heard:
        """What this person would like to hear of a song."""
        level, tone, width = self._wants_of(song)
        return Heard(
            level=level,
            kept_db=np.array(_USUAL_LOSS_DB),
            tone=tone,
            audible=np.ones_like(tone),
            mix_tone=_MIX_TONE_DB,
            place=width,
            lean_db=np.zeros(()),
            eq=np.zeros_like(tone),
            loudness_db=np.array(_USUAL_LOUDNESS_DB),
        )

    def judge(
        self,
        before: float,
        after: float,
        rng: np.random.Generator,
        *,
        flips: float = FLIPS,
        is_graded: bool = False,
        noise_jnd: float = EAR_NOISE_JND,
    ) -> float | None:
        """A thumb for the change from one utility to another: +1, -1, or None for silence.

        About `SPEAKS` of the moves are answered, larger changes more often; the sign is that of
        the change as it was heard, with noise, and flipped with probability `flips`. A graded
        thumb is as strong as what was heard: 1 from four just noticeable changes on, a quarter of
        that at least.

        Args:
            before: The utility that this person heard last.
            after: The utility of what they hear now.
            rng: The only source of chance.
            flips: Share of the thumbs that say the opposite of what was heard.
            is_graded: Whether a thumb says how much was heard.
            noise_jnd: How uncertain the ear is, in just noticeable changes.
        """
        change = (after - before) / self.threshold
        if rng.random() >= SPEAKS * min(0.6 + 0.2 * abs(change), 1.5):
            return None
        heard = change + rng.normal(0.0, noise_jnd)
        strength = min(max(abs(heard) / 4.0, 0.25), 1.0) if is_graded else 1.0
        thumb = strength if heard > 0.0 else -strength
        return -thumb if rng.random() < flips else thumb

    def delay_s(self, rng: np.random.Generator) -> float:
        """How long this person takes to answer, seconds."""
        return float(rng.uniform(0.5, 5.0))

    def _wants_of(self, song: Song) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Wanted level (n,), tone (n, 4) and width (n,): the person's, changed by the song."""
        if self._wants is None or self._wants[0] is not song:
            hearing = self._hearing
            fingerprint = int(np.abs(song.source_db).sum() * 1000.0)
            rng = np.random.Generator(np.random.PCG64([self._song_seed, fingerprint]))
            share, roles = hearing.song_share, song.roles
            level = self._level + rng.normal(0.0, share * hearing.level_sd, len(ROLES))
            tone = self._tone + rng.normal(0.0, share * hearing.tone_sd, TONE_DB.shape)
            width = self._width + rng.normal(0.0, share * hearing.width_sd, len(ROLES))
            # Several of one role share its loudness between them.
            others = np.array([np.sum(roles == role) for role in roles])
            level_here = level[roles] - 5.0 * np.log10(others)
            wants = (level_here, tone[roles], np.clip(width[roles], 0.0, 1.0))
            self._wants = (song, wants)
        return self._wants[1]

    def _lost_to_masking_db(self, octaves: FloatArray) -> FloatArray:
        """(k, n) what each track keeps of its loudness among the others: dB of sones, below 0."""
        exponent = self._hearing.exponent
        excitation = octaves @ _SPREAD
        total = excitation.sum(-2, keepdims=True)
        others = _raised(total - excitation, exponent)
        partial = (_raised(total, exponent) - others).sum(-1)
        alone = _raised(excitation, exponent).sum(-1)
        return np.asarray(10.0 * np.log10(np.maximum(partial / alone, 1e-3)))


def draw_listener(rng: np.random.Generator) -> Listener:
    """A listener of the population `std`, which the shipped prior was trained on."""
    return Listener(Hearing(), rng)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OracleMix:
    """What a greedy engineer who knows the listener's mind would do.

    Attributes:
        values: (n, 6) where the mix ends.
        utilities: Of the start, then after each move.
    """

    values: FloatArray
    utilities: tuple[float, ...]


# The moves of the mixing agent: what an oracle may do, the agent may do too.
_STEPS: Final = (
    *((Param.GAIN, step) for step in (-3.0, -1.0, 1.0, 3.0)),
    *((band, step) for band in EQ_BANDS for step in (-2.0, 2.0)),
    *((Param.PAN, step) for step in (-0.2, 0.2)),
)
_COLUMNS: Final = np.array([COLUMN[param] for param, _ in _STEPS])
_DISTANCES: Final = np.array([step for _, step in _STEPS])
_MINIMUM: Final = np.array([SPECS[param].minimum for param, _ in _STEPS])
_MAXIMUM: Final = np.array([SPECS[param].maximum for param, _ in _STEPS])


def oracle(song: Song, listener: Listener, *, moves: int) -> OracleMix:
    """Mix a song greedily on the hidden utility, at most `moves` moves, until nothing helps."""
    values = song.start_values
    utilities = [listener.utility(song, values)]
    rows, actions = np.arange(len(song.names))[:, None], np.arange(len(_STEPS))
    for _ in range(moves):
        moved = np.clip(values[:, _COLUMNS] + _DISTANCES, _MINIMUM, _MAXIMUM)
        mixes = np.repeat(values[None], moved.size, axis=0).reshape(*moved.shape, *values.shape)
        mixes[rows, actions, rows, _COLUMNS] = moved
        mixes = mixes.reshape(-1, *values.shape)
        found = listener.utilities(song, mixes)
        best = int(found.argmax())
        if found[best] <= utilities[-1] + 1e-9:
            break
        values = mixes[best]
        utilities.append(float(found[best]))
    return OracleMix(values=values, utilities=tuple(utilities))


def _raised(power: FloatArray, exponent: float) -> FloatArray:
    # Twice as fast as np.power, and a track of no power is no power here.
    return np.asarray(np.exp(exponent * np.log(np.maximum(power, 1e-12))))


def _cost(error: FloatArray, unit: float) -> FloatArray:
    """Quadratic up to `unit`, then linear: twice too loud is not four times as bad."""
    size = np.abs(error) / unit
    return np.asarray(np.where(size < 1.0, 0.5 * size * size, size - 0.5))
