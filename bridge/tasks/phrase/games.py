"""Writing notes as a game: at each sixteenth a rest or a note, and rules that pay, often late.

A leap is paid when it is resolved, a phrase when it ends at home: the reward comes many notes after
what earned it, which is what Q-learning's discount is for. A game knows states, actions and
rewards; the table that plays it is in `bridge.tasks.phrase.generator`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from bridge.mix.phrases import Phrase, PhraseKind, PhraseNote
from bridge.tasks.phrase.context import HAT, KICK, SNARE, STEP, STEPS_A_BAR, Chord, Context
from bridge.tasks.phrase.features import step_of

METRICS: Final = 4
"""Kinds of sixteenths: the bar's first, other beats, eighths off the beat, the rest."""

PLACES: Final = 3
"""First half of a bar, second half, and the phrase's last half bar."""

METRIC: Final[tuple[int, ...]] = tuple(
    0 if step == 0 else 1 if step % 4 == 0 else 2 if step % 2 == 0 else 3
    for step in range(STEPS_A_BAR)
)
_DEGREES: Final = 7
_REACH: Final = 4
"""The farthest step of a line, in rungs of the scale."""

_STEPS: Final = 2 * _REACH + 1


@dataclass(slots=True)
class Hand:
    """Where a game stands.

    Attributes:
        context: What is to be fitted.
        step: The sixteenth that comes next.
        place: A rung of the ladder (lines), an inversion (chords).
        last: The last action that was no rest.
        pending: The direction of a leap that waits for its resolution; 0 for none.
        since: Sixteenths since the last onset.
        played: What was played: sixteenth, action, place.
    """

    context: Context
    step: int = 0
    place: int = 0
    last: int = 0
    pending: int = 0
    since: int = STEPS_A_BAR
    played: list[tuple[int, int, int]] = field(default_factory=list)

    @property
    def metric(self) -> int:
        """The kind of the sixteenth that comes next."""
        return METRIC[self.step % STEPS_A_BAR]

    @property
    def section(self) -> int:
        """Which of the `PLACES` it is in."""
        if self.step >= self.context.bars * STEPS_A_BAR - STEPS_A_BAR // 2:
            return 2
        return self.step % STEPS_A_BAR // (STEPS_A_BAR // 2)

    @property
    def chord(self) -> Chord:
        """The chord that sounds."""
        return self.context.chord(self.step * STEP)

    @property
    def is_over(self) -> bool:
        """Whether the phrase is full."""
        return self.step >= self.context.bars * STEPS_A_BAR


class Game(Protocol):
    """Rules of one kind of phrase; action 0 is always "no onset"."""

    @property
    def cells(self) -> int:
        """How many states there are."""

    @property
    def actions(self) -> int:
        """How many actions there are."""

    def begin(self, context: Context, register: float) -> Hand:
        """An empty phrase; `register` 0 to 1 says where in the range it begins."""

    def cell(self, hand: Hand) -> int:
        """The state's number."""

    def apply(self, hand: Hand, action: int) -> float:
        """Play one sixteenth; what the rules pay for it, and at the end for the whole."""

    def read(self, phrase: Phrase, context: Context) -> list[tuple[Hand, int]]:
        """How a person's phrase would have been played: states and actions."""


@dataclass(frozen=True, slots=True)
class LineGame:
    """Bass and melody: a rest, or a step of -4 to +4 rungs from the last note.

    Attributes:
        is_bass: Bound to the roots of the chords.
    """

    is_bass: bool

    @property
    def cells(self) -> int:
        """Metric weight, place in the bar, degree of the last note in this chord, last step."""
        return METRICS * PLACES * _DEGREES * _STEPS

    @property
    def actions(self) -> int:
        """A rest, and the steps."""
        return 1 + _STEPS

    def begin(self, context: Context, register: float) -> Hand:
        """See `Game.begin`: on the chord's root that is nearest to the register."""
        ladder = context.ladder
        wanted = register * (len(ladder) - 1)
        root = context.chords[0].root
        homes = [rung for rung, pitch in enumerate(ladder) if pitch % 12 == root]
        place = min(homes or range(len(ladder)), key=lambda rung: abs(rung - wanted))
        return Hand(context, place=place, last=1 + _REACH)

    def cell(self, hand: Hand) -> int:
        """See `Game.cell`."""
        pitch = hand.context.ladder[hand.place]
        degree = _degree(hand.context, pitch, hand.chord)
        where = (hand.metric * PLACES + hand.section) * _DEGREES + degree
        return where * _STEPS + hand.last - 1

    def apply(self, hand: Hand, action: int) -> float:
        """See `Game.apply`."""
        reward = self._play(hand, action - 1 - _REACH) if action else self._rest(hand)
        if action:
            hand.last = action
            hand.played.append((hand.step, action, hand.place))
            hand.since = 0
        hand.since += 1
        hand.step += 1
        if hand.is_over:
            last = hand.context.chord((hand.step - 1) * STEP)
            is_home = hand.context.ladder[hand.place] % 12 == last.root
            reward += 3.0 if is_home and hand.played else -3.0
        return reward

    def _rest(self, hand: Hand) -> float:
        return (-0.5 if hand.metric == 0 else 0.0) + (-0.1 if hand.since > 6 else 0.0)

    def _play(self, hand: Hand, way: int) -> float:
        context, metric = hand.context, hand.metric
        place = hand.place + way
        reward = (0.3, 0.2, 0.1, -0.25)[metric]
        if not 0 <= place < len(context.ladder):
            place = min(max(place, 0), len(context.ladder) - 1)
            reward -= 1.0
        hand.place = place
        pitch_class = context.ladder[place] % 12
        chord = hand.chord
        if metric <= 1:
            reward += 0.5 if pitch_class in chord.tones else -1.0
        if self.is_bass and metric == 0:
            reward += 1.0 if pitch_class == chord.root else -1.0
        if hand.pending:
            reward += 0.6 if 0 < -way * hand.pending <= 2 else -0.6
            hand.pending = 0
        if abs(way) >= 3:
            hand.pending = 1 if way > 0 else -1
        if way == 0 and not self.is_bass:
            reward -= 0.3
        return reward

    def read(self, phrase: Phrase, context: Context) -> list[tuple[Hand, int]]:
        """See `Game.read`."""
        tops: dict[int, int] = {}
        for note in phrase.notes:
            tops[step_of(note.start)] = note.pitch
        return _replay(self, context, phrase, tops)


def _replay(
    game: LineGame, context: Context, phrase: Phrase, tops: dict[int, int]
) -> list[tuple[Hand, int]]:
    if not tops:
        return []
    hand = Hand(context, place=context.rung[tops[min(tops)]], last=1 + _REACH)
    read = []
    for step in range(min(phrase.bars, context.bars) * STEPS_A_BAR):
        action = 0
        if step in tops:
            way = context.rung[tops[step]] - hand.place
            action = 1 + _REACH + min(max(way, -_REACH), _REACH)
        read.append((Hand(context, step, hand.place, hand.last), action))
        game.apply(hand, action)
    return read


def _degree(context: Context, pitch: int, chord: Chord) -> int:
    """How many scale steps a pitch is above the chord's root, 0 to 6."""
    scale = context.scale
    above, root = (pitch - context.tonic) % 12, (chord.root - context.tonic) % 12
    here = scale.index(above) if above in scale else 0
    base = scale.index(root) if root in scale else 0
    return (here - base) % len(scale) % _DEGREES


_HIT_COMBINATIONS: Final = 8


@dataclass(frozen=True, slots=True)
class DrumGame:
    """Kick, snare and hat: one of the eight combinations at each sixteenth."""

    @property
    def cells(self) -> int:
        """Sixteenth of the bar, whether it is the last bar, what was hit last."""
        return STEPS_A_BAR * 2 * _HIT_COMBINATIONS

    @property
    def actions(self) -> int:
        """Bits: 1 kick, 2 snare, 4 hat."""
        return _HIT_COMBINATIONS

    def begin(self, context: Context, register: float) -> Hand:
        """See `Game.begin`; drums have no register."""
        return Hand(context)

    def cell(self, hand: Hand) -> int:
        """See `Game.cell`."""
        is_last_bar = hand.step >= (hand.context.bars - 1) * STEPS_A_BAR
        return (hand.step % STEPS_A_BAR * 2 + is_last_bar) * _HIT_COMBINATIONS + hand.last

    def apply(self, hand: Hand, action: int) -> float:
        """See `Game.apply`."""
        step = hand.step % STEPS_A_BAR
        is_fill = hand.section == 2
        kick, snare, hat = (bool(action >> bit & 1) for bit in (KICK, SNARE, HAT))
        reward = 0.0
        if step == 0:
            reward += 1.0 if kick else -1.5
        elif kick:
            reward += (0.0, 0.2, 0.1, -0.15)[METRIC[step]]
        if step in (4, 12):
            reward += 1.0 if snare else -1.5
        elif snare:
            reward += 0.2 if is_fill else -0.35
        if hat:
            reward += 0.25 if step % 2 == 0 else -0.05
        if kick and snare:
            reward -= 0.5
        if kick and hand.last & 1 and hand.since == 1:
            reward -= 0.4
        if action:
            hand.played.append((hand.step, action, 0))
            hand.since = 0
        hand.last = action
        hand.since += 1
        hand.step += 1
        return reward

    def read(self, phrase: Phrase, context: Context) -> list[tuple[Hand, int]]:
        """See `Game.read`."""
        hits: dict[int, int] = {}
        for note in phrase.notes:
            if note.pitch in context.pads:
                step = step_of(note.start)
                hits[step] = hits.get(step, 0) | 1 << context.pads.index(note.pitch)
        hand, read = Hand(context), []
        for step in range(min(phrase.bars, context.bars) * STEPS_A_BAR):
            read.append((Hand(context, step, last=hand.last), hits.get(step, 0)))
            self.apply(hand, hits.get(step, 0))
        return read


INVERSIONS: Final = 3
CUT: Final = 1
"""The action that ends a chord's sound."""

_AGES: Final = 4


@dataclass(frozen=True, slots=True)
class ChordGame:
    """Chords: nothing, an end of the sound, or a strike of an inversion, as triad or with 7th."""

    @property
    def cells(self) -> int:
        """Metric weight, place, inversion, age of the sound, whether the chord has changed."""
        return METRICS * PLACES * INVERSIONS * _AGES * 2

    @property
    def actions(self) -> int:
        """Nothing, cut, three triads, three sevenths."""
        return 2 + 2 * INVERSIONS

    def begin(self, context: Context, register: float) -> Hand:
        """See `Game.begin`."""
        return Hand(context, place=min(int(register * INVERSIONS), INVERSIONS - 1))

    def cell(self, hand: Hand) -> int:
        """See `Game.cell`."""
        age = 0 if hand.since < 2 else 1 if hand.since < 4 else 2 if hand.since < 8 else 3
        where = (hand.metric * PLACES + hand.section) * INVERSIONS + hand.place
        return (where * _AGES + age) * 2 + self._has_changed(hand)

    def _has_changed(self, hand: Hand) -> bool:
        if not hand.played:
            return True
        return hand.context.chord(hand.played[-1][0] * STEP) != hand.chord

    def apply(self, hand: Hand, action: int) -> float:
        """See `Game.apply`."""
        reward = 0.0
        if action > CUT:
            place = (action - 2) % INVERSIONS
            reward = (0.6, 0.1, 0.15, -0.35)[hand.metric] - 0.2 * abs(place - hand.place)
            if self._has_changed(hand):
                reward += 1.2 if hand.metric == 0 else 0.2
            if hand.since < 2:
                reward -= 0.6
            if hand.section == 2:
                reward += 0.4 if place == 0 else -0.2
            hand.place = place
            hand.since = 0
        elif self._has_changed(hand):
            reward = -0.6
        elif action == CUT:
            reward = -0.15
        if action:
            hand.played.append((hand.step, action, hand.place))
        hand.since += 1
        hand.step += 1
        return reward

    def read(self, phrase: Phrase, context: Context) -> list[tuple[Hand, int]]:
        """See `Game.read`."""
        groups: dict[int, list[PhraseNote]] = {}
        for note in phrase.notes:
            groups.setdefault(step_of(note.start), []).append(note)
        hand, read = Hand(context), []
        for step in range(min(phrase.bars, context.bars) * STEPS_A_BAR):
            action = 0
            if step in groups:
                tones = sorted({note.pitch % 12 for note in groups[step]})
                low = min(note.pitch for note in groups[step]) % 12
                ordered = _tones(hand.chord, context)
                place = ordered.index(low) if low in ordered else 0
                action = 2 + place % INVERSIONS + (INVERSIONS if len(tones) > 3 else 0)
            read.append((Hand(context, step, hand.place, since=hand.since), action))
            self.apply(hand, action)
        return read


def _tones(chord: Chord, context: Context) -> list[int]:
    """The chord's pitch classes upwards from its root."""
    return sorted(chord.tones, key=lambda tone: (tone - chord.root) % 12)


def voicing(context: Context, beat: float, inversion: int, *, seventh: bool, low: int) -> list[int]:
    """The pitches of a chord's inversion, from the first that is not below `low`."""
    chord = context.chord(beat)
    tones = _tones(chord, context)
    if seventh and chord.root in _classes(context):
        classes = _classes(context)
        root = classes.index(chord.root)
        tones = [*tones, classes[(root + 6) % len(classes)]]
    inversion %= len(tones)
    tones = [*tones[inversion:], *tones[:inversion]]
    pitch = low + (tones[0] - low) % 12
    pitches = [pitch]
    for tone in tones[1:]:
        pitch += (tone - pitch) % 12 or 12
        pitches.append(pitch)
    while pitches[-1] > context.high and pitches[0] - 12 >= context.low:
        pitches = [each - 12 for each in pitches]
    return [each for each in pitches if each <= context.high]


def _classes(context: Context) -> list[int]:
    return [(context.tonic + interval) % 12 for interval in context.scale]


GAMES: Final[dict[PhraseKind, Game]] = {
    PhraseKind.DRUMS: DrumGame(),
    PhraseKind.BASS: LineGame(is_bass=True),
    PhraseKind.CHORDS: ChordGame(),
    PhraseKind.MELODY: LineGame(is_bass=False),
}


def score(kind: PhraseKind, actions: Sequence[int], context: Context) -> float:
    """What the rules pay for a whole phrase."""
    game = GAMES[kind]
    hand = game.begin(context, 0.5)
    return sum(game.apply(hand, action) for action in actions)
