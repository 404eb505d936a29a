"""The sound agent as a task of the engine: scenes in, variants out, lessons to the agent."""

import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from bridge.errors import PriorError, RefusedError
from bridge.learning.q_learning import FloatArray
from bridge.mix.content_events import ContentKind, Job, JobDone
from bridge.mix.device_events import KnobWord
from bridge.mix.device_events import Note as HeardNote
from bridge.mix.roles import Role
from bridge.tasks.sound.agent import SoundAgent, SoundMove
from bridge.tasks.sound.note import Note
from bridge.tasks.sound.patches import PatchChoice
from bridge.tasks.sound.prior import SoundPrior, SoundRole, load_sound_prior
from bridge.tasks.sound.roles import find_knobs
from bridge.tasks.task import KnobSheet, Lesson, Outcome, Scene, Teaching, Variant, World

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
    kinds: tuple[ContentKind, ...] = (ContentKind.PATCH,)

    def __init__(self, prior: SoundPrior, *, seed: int) -> None:
        self._agent = SoundAgent(prior, seed=seed)
        self._rest = ""
        self._taught: dict[str, dict[str, str]] = {}
        """What people have said of knobs: by device and name."""
        self._sheet: tuple[object, KnobSheet] | None = None
        self._patches = PatchChoice()

    @property
    def rest(self) -> str:
        """Why the last `propose` gave nothing; see `bridge.tasks.task.Advised`."""
        return self._rest

    def propose(self, scene: Scene, *, count: int, explore: bool) -> tuple[Variant, ...]:
        """See `bridge.tasks.task.Task.propose`; towards a target there is one best change."""
        self._rest = ""
        if count > 1 and (patches := self._patches.propose(scene, count)):
            return patches  # the person hears them, whether or not anything else does
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

    def jobs(self, scene: Scene) -> tuple[Job, ...]:
        """See `bridge.tasks.task.HasJobs`: which patches there are to begin with."""
        return self._patches.jobs(scene)

    def receive(self, done: JobDone) -> str:
        """See `bridge.tasks.task.HasJobs`."""
        self._patches.receive(done)
        return done.trouble

    def learn(self, lesson: Lesson) -> Outcome:
        """See `bridge.tasks.task.Task.learn`; what nobody has heard teaches nothing."""
        before = lesson.scene.heard
        is_patch = any(variant.changes for variant in lesson.variants)
        if is_patch and lesson.teaching is Teaching.HEARD:
            return Outcome()
        if lesson.teaching is Teaching.HEARD and lesson.after == (None,):
            self._attend(lesson.scene)
            self._agent.learn_silence(lesson.variants[0].trace)
            return Outcome()
        notes = [as_note(note) for note in lesson.after if note is not None]
        if before is None or len(notes) < len(lesson.variants):
            return Outcome()
        self._attend(lesson.scene)
        first, positions = as_note(before), _positions(lesson.scene)
        match lesson.teaching:
            case Teaching.HEARD:
                return self._learn_move(lesson, positions, first, notes[0])
            case Teaching.PICK:
                turned = () if is_patch else zip(lesson.variants, notes, strict=True)
                for variant, note in turned:
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

    def teach_knob(self, device: str, knob: str, word: KnobWord) -> None:
        """See `bridge.tasks.task.ReadsKnobs`."""
        taught = self._taught.setdefault(device, {})
        taught.pop(knob, None)
        if word is not KnobWord.AUTO:
            taught[knob] = word.value
        elif not taught:
            del self._taught[device]
        self._sheet = None

    def read_knobs(self, device: str, names: tuple[str, ...], steps: tuple[int, ...]) -> KnobSheet:
        """See `bridge.tasks.task.ReadsKnobs`."""
        asked = device, names, steps
        if self._sheet is None or self._sheet[0] != asked:
            self._sheet = asked, self._read(device, names, steps)
        return self._sheet[1]

    def _read(self, device: str, names: tuple[str, ...], steps: tuple[int, ...]) -> KnobSheet:
        taught = self._taught.get(device, {})
        try:
            found = find_knobs(
                names, steps=_switches(steps), taught=taught, unlocked=_unlocked(taught)
            )
        except RefusedError:
            found = ()
        roles = {knob.index: knob.role.value for knob in found}
        return KnobSheet(
            roles=tuple(roles.get(index, "") for index in range(len(names))),
            taught=tuple(name in taught for name in names),
        )

    def _attend(self, scene: Scene) -> None:
        taught = self._taught.get(scene.device, {})
        self._agent.attend(
            scene.key,
            [knob.name for knob in scene.knobs],
            steps=_switches(tuple(knob.steps for knob in scene.knobs)),
            taught=taught,
            unlocked=_unlocked(taught),
            role=_ROLES.get(scene.role, SoundRole.KEYS),
            risen_db=scene.risen_db,
            shown=dict(enumerate(knob.shows for knob in scene.knobs)),
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
        state = self._agent.state()
        if not self._taught:
            return state
        taught = json.dumps(self._taught, sort_keys=True, separators=(",", ":")).encode()
        return state[:-1] + b',"taught":' + taught + b"}"  # its name is the last of all

    def load_state(self, state: bytes) -> None:
        """See `bridge.tasks.task.Task.load_state`."""
        self._agent.load_state(state)
        try:
            taught = json.loads(state).get("taught", {})
            self._taught = {
                device: {knob: KnobWord(word).value for knob, word in words.items()}
                for device, words in taught.items()
            }
        except (ValueError, AttributeError) as error:
            raise PriorError(f"The taught roles of knobs cannot be read ({error!r}).") from None
        self._sheet = None


def _switches(steps: tuple[int, ...]) -> tuple[int, ...]:
    """Steps of each parameter, 0 for those that have so many that they are a way."""
    return tuple(count if count < _MOST_WORDS else 0 for count in steps)


def _unlocked(taught: Mapping[str, str]) -> tuple[str, ...]:
    """The names that a person has given a role: they may be moved whatever they are."""
    return tuple(name for name, word in taught.items() if word != KnobWord.NEVER)


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
