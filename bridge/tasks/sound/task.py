"""The sound agent as a task of the engine: scenes in, variants out, lessons to the agent."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from bridge.errors import RefusedError
from bridge.learning.q_learning import FloatArray
from bridge.mix.content_events import ContentKind
from bridge.mix.device_events import Note as HeardNote
from bridge.mix.roles import Role
from bridge.tasks.sound.agent import SoundAgent, SoundMove
from bridge.tasks.sound.note import Note
from bridge.tasks.sound.prior import SoundPrior, SoundRole, load_sound_prior
from bridge.tasks.task import Lesson, Outcome, Scene, Teaching, Variant, World

_MOST_WORDS: Final = 32
"""A parameter with fewer steps has words, not a way."""

_ROLES: Final[Mapping[str, SoundRole]] = {
    Role.BASS: SoundRole.BASS,
    Role.LEAD: SoundRole.LEAD,
    Role.PAD: SoundRole.PAD,
    Role.STRINGS: SoundRole.PAD,
    Role.KEYS: SoundRole.KEYS,
    Role.GUITAR: SoundRole.PLUCK,
    Role.KICK: SoundRole.DRUM,
    Role.SNARE: SoundRole.DRUM,
    Role.HATS: SoundRole.DRUM,
    Role.DRUMS: SoundRole.DRUM,
}


def make_sound_task(seed: int) -> "SoundTask":
    """The task as it is shipped.

    Raises:
        PriorError: If the shipped prior cannot be used.
    """
    return SoundTask(load_sound_prior(), seed=seed)


class SoundTask:
    """Brings the device in focus near to a target, or to what this person likes.

    Args:
        prior: What is known of synths and people.
        seed: Of its only randomness.
    """

    world = World.DEVICE
    kinds: tuple[ContentKind, ...] = ()

    def __init__(self, prior: SoundPrior, *, seed: int) -> None:
        self._agent = SoundAgent(prior, seed=seed)
        self._rest = ""

    @property
    def rest(self) -> str:
        """Why the last `propose` gave nothing; see `bridge.tasks.task.Advised`."""
        return self._rest

    def propose(self, scene: Scene, *, count: int, explore: bool) -> tuple[Variant, ...]:
        """See `bridge.tasks.task.Task.propose`; towards a target there is one best change."""
        self._rest = ""
        if scene.heard is None:
            self._rest = f"{scene.device}: play a note; I have to hear what it sounds like now"
            return ()
        try:
            self._attend(scene)
        except RefusedError as error:
            self._rest = f"{scene.device}: {error}"
            return ()
        positions, heard = _positions(scene), as_note(scene.heard)
        if count > 1 and scene.target is None:
            moves = self._agent.offer(positions, heard, count=min(count, 2))
        else:
            move = self._agent.propose(positions, heard)
            moves = () if move is None else (move,)
        if not moves:
            self._rest = self._agent.rest
        return tuple(_variant(move, scene) for move in moves)

    def learn(self, lesson: Lesson) -> Outcome:
        """See `bridge.tasks.task.Task.learn`; what nobody has heard teaches nothing."""
        before = lesson.scene.heard
        notes = [as_note(note) for note in lesson.after if note is not None]
        if before is None or len(notes) < len(lesson.variants):
            return Outcome()
        self._attend(lesson.scene)
        first, positions = as_note(before), _positions(lesson.scene)
        match lesson.teaching:
            case Teaching.HEARD:
                return self._learn_move(lesson, positions, first, notes[0])
            case Teaching.PICK:
                for variant, note in zip(lesson.variants, notes, strict=True):
                    self._agent.learn_variant(variant.trace, positions, first, note)
                self._agent.choose([first, *notes], round(lesson.value))
            case Teaching.THUMB:
                self._agent.judge(first, notes[0], lesson.value)
            case Teaching.HAND:
                self._agent.correct(first, notes[0])
        return Outcome()

    def _learn_move(
        self, lesson: Lesson, positions: FloatArray, before: Note, after: Note
    ) -> Outcome:
        move: SoundMove = lesson.variants[0].trace
        if lesson.scene.target is None and move.turns:  # a person says whether it stays
            self._agent.learn_variant(move, positions, before, after)
            return Outcome()
        heard = self._agent.learn(move, positions, before, after)
        return Outcome(text=heard.reason, takes_back="" if heard.is_kept else heard.reason)

    def _attend(self, scene: Scene) -> None:
        self._agent.attend(
            scene.key,
            [knob.name for knob in scene.knobs],
            steps=[knob.steps if knob.steps < _MOST_WORDS else 0 for knob in scene.knobs],
            role=_ROLES.get(scene.role, SoundRole.KEYS),
            limit=max(
                (
                    max(knob.most - knob.position, knob.position - knob.least)
                    for knob in scene.knobs
                ),
                default=0.0,
            ),
        )
        self._agent.aim(None if scene.target is None else as_note(scene.target))

    def beliefs(self) -> Mapping[str, Any]:
        """See `bridge.tasks.task.Task.beliefs`."""
        return self._agent.beliefs()

    def state(self) -> bytes:
        """See `bridge.tasks.task.Task.state`."""
        return self._agent.state()

    def load_state(self, state: bytes) -> None:
        """See `bridge.tasks.task.Task.load_state`."""
        self._agent.load_state(state)


def _positions(scene: Scene) -> FloatArray:
    return np.array([knob.position for knob in scene.knobs])


def as_note(note: HeardNote) -> Note:
    """A note of the events as the agent has it."""
    return Note(
        attack_s=note.attack_s,
        length_s=note.length_s,
        bright_oct=note.bright_oct,
        body_db=note.body_db,
        rough=note.rough,
        motion_oct=note.motion_oct,
        level_db=0.0 if np.isnan(note.level_db) else note.level_db,
    )


def _variant(move: SoundMove, scene: Scene) -> Variant:
    return Variant(
        positions={scene.knobs[turn.index].index: turn.end for turn in move.turns},
        probability=move.probability,
        score=move.gain,
        confidence=0.0,
        reason=move.reason,
        trace=move,
    )
