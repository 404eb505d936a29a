"""Listening: which notes say what the device sounds like now, and what it is to come near to.

A note is heard *of a sound*: it counts only if it began after the last write. Where the DAW plays
notes, one is asked for, and up to `TRIES` where none comes: a busy machine may skip one. Then
nothing more is asked for until one is heard.
"""

import math
from dataclasses import replace
from typing import Final

from bridge.mix.device_events import Note, NoteHeard, PlayNote, TargetChosen, TargetHeard
from bridge.mix.devices import Device

NOTE_S: Final = 2.0
"""A note that is not heard within this, once it has ended, is not heard."""
PLAYED_S: Final = 0.6
TRIES: Final = 3
_PITCH: Final = 48
_VELOCITY: Final = 100
_ARRIVES_S: Final = 0.05
"""How far a tap's clock of a note may be off."""


class Listening:
    """What is known of the sound of the device in focus.

    Attributes:
        heard: The last note as the device stands now; None where none was heard since it changed.
        target: What it is to come near to; None for a person's taste.
        path: The file that a person has named for a target; empty for none.
        due: When a note that was asked for should have been heard; infinite where none was.
    """

    def __init__(self, *, plays_notes: bool) -> None:
        self.heard: Note | None = None
        self.target: Note | None = None
        self.due = math.inf
        self._plays_notes = plays_notes
        self._is_deaf = False
        self._missed = 0
        self._loudest_db = -math.inf
        self.path = ""

    @property
    def is_waiting(self) -> bool:
        """Whether a note is awaited, or a target in vain: nothing can be decided then."""
        return math.isfinite(self.due) or (self._is_deaf and self.target is not None)

    def forget(self) -> None:
        """The sound is another now: nothing is known of it."""
        self.heard, self.due, self._loudest_db = None, math.inf, -math.inf
        self._missed = 0

    def begin(self) -> None:
        """Another device, or another target: try to hear it."""
        self.forget()
        self._is_deaf = False

    def ask(self, device: Device, at: float) -> PlayNote | None:
        """A note to ask for; None where the DAW plays none, or nobody hears any."""
        if not self._plays_notes or self._is_deaf:
            return None
        self.due = at + PLAYED_S + NOTE_S
        return PlayNote(device=device.number, pitch=_PITCH, velocity=_VELOCITY, length_s=PLAYED_S)

    def counts(self, note: NoteHeard, written_at: float) -> bool:
        """Whether a note says what the device sounds like now, which was written at that time."""
        if note.at - note.length_s < written_at - _ARRIVES_S:
            return False
        self.due, self._is_deaf, self._missed = math.inf, False, 0
        return True

    def keep(self, note: Note) -> None:
        """A note of the sound as it stands, as loud as the loudest of them.

        Else a patch whose notes differ in level would seem louder after any move.
        """
        if not note.level_db < self._loudest_db:  # nor a NaN
            self._loudest_db = note.level_db
        self.heard = replace(note, level_db=self._loudest_db)

    def is_missed(self, at: float) -> bool:
        """Whether a note that was asked for has not come in time; then it is awaited no longer."""
        if at < self.due - 1e-9:
            return False
        self.due = math.inf
        self._missed += 1
        self._is_deaf = self._missed >= TRIES
        return True

    def choose_target(self, event: TargetChosen) -> str:
        """A person names a file, or none; what they are told."""
        self.target, self.path = None, event.path
        self.begin()
        return f"listening to {event.path}" if event.path else "no target any more"

    def set_target(self, event: TargetHeard) -> bool:
        """What was heard of a file; False where they have named another since."""
        if event.path != self.path:
            return False
        self.target = None if event.trouble else event
        return True
