"""Notes between the bridge and REAPER's companion: two texts of lines with tabs, as of items.

The companion publishes the MIDI takes of all items (`CLIPS`): each take of a person's under its own
GUID, barred, and each item under the item's, as the place for one take of the bridge's own. The
bridge publishes the takes that it still wants (`TAKES`); one without notes is to be gone.

``clip <key> <version> <track> <name> <barred> <length>`` and ``take <number> <version> <key>
<label> <length>`` are each followed by ``note <start> <pitch> <length> <velocity>``; times are in
quarter notes. As with items a take that was meant for another version is left undone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from bridge.daw.item_files import NumberOf
from bridge.errors import DialectError, RefusedError
from bridge.mix.content_events import (
    ContentEvent,
    ContentGone,
    ContentKind,
    ContentReported,
    SetContent,
)
from bridge.mix.phrases import EMPTY, PhraseNote, check_notes, decode_phrase, phrase_of
from bridge.osc.message import OscMessage

CLIPS: Final = "/companion/clips"
TAKES: Final = "/companion/takes"
SCHEMA: Final = "1"
_CLIP_FIELDS: Final = 6
_MOST_WAITING: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clip:
    version: int
    track: str
    name: str
    barred: str
    text: str


class ClipFiles:
    """What the companion said of notes last, and what is still wanted of it."""

    def __init__(self) -> None:
        self._run = ""
        self._clips: dict[str, _Clip] = {}
        self._told: dict[str, ContentReported] = {}
        self._number = 0
        self._waiting: list[tuple[int, str, str]] = []

    def read(self, text: str, number_of: NumberOf, *, at: float) -> list[ContentEvent]:
        """What is new in a text of clips; see `bridge.daw.item_files.ItemFiles.read`.

        Raises:
            DialectError: If it is no whole text of this schema.
        """
        lines = text.splitlines()
        if not lines or lines[0] != f"mixbridge-clips\t{SCHEMA}" or lines[-1] != "end":
            raise DialectError(
                f"Expected the clips of REAPER's companion, schema {SCHEMA}; got {text[:40]!r}; "
                "install the companion of this version."
            )
        try:
            head = dict(line.split("\t") for line in lines[1:3])
            run, done = head["run"], int(head["done"])
            clips = dict(_read_clips(lines[3:-1]))
        except (KeyError, ValueError) as error:
            raise DialectError(
                f"The clips of REAPER's companion cannot be read ({error!r})."
            ) from error
        if run != self._run:
            self._run, self._number = run, done
            self._waiting.clear()
        answered = {key for number, key, _ in self._waiting if number <= done}
        self._waiting = [each for each in self._waiting if each[0] > done]
        self._clips = clips
        return self._report(answered, number_of, at)

    def _report(self, answered: set[str], number_of: NumberOf, at: float) -> list[ContentEvent]:
        said: list[ContentEvent] = []
        for key, clip in self._clips.items():
            track = number_of(clip.track)
            if track is None:
                continue
            report = ContentReported(
                at=0.0, kind=ContentKind.CLIP, key=key, track=track, name=clip.name,
                text=clip.text, barred=clip.barred, group="",
            )  # fmt: skip
            if report != self._told.get(key) or key in answered:
                self._told[key] = report
                said.append(replace(report, at=at))
        for key in [key for key in self._told if key not in self._clips]:
            del self._told[key]
            said.append(ContentGone(at=at, kind=ContentKind.CLIP, key=key))
        return said

    def again(self, number_of: NumberOf, *, at: float) -> list[ContentEvent]:
        """All that is known, once more."""
        self._told.clear()
        return self._report(set(), number_of, at)

    def add(self, command: SetContent) -> tuple[OscMessage, ...]:
        """Ask for a take, or for none; nothing where the companion does not know the item.

        Raises:
            RefusedError: If the text is no phrase.
        """
        clip = self._clips.get(command.key)
        if clip is None:
            return ()
        phrase = decode_phrase(command.text) if command.text else EMPTY
        self._number += 1
        label = f"mixbridge {command.move or 'back'}: {clip.name}".replace("\t", " ")
        rows = [
            f"take\t{self._number}\t{clip.version}\t{command.key}\t{label}\t{phrase.length:.6f}",
            *(
                f"note\t{note.start:.6f}\t{note.pitch}\t{note.length:.6f}\t{note.velocity}"
                for note in phrase.notes
            ),
        ]
        wish = self._number, command.key, "\n".join(rows)
        self._waiting = [*self._waiting[1 - _MOST_WAITING :], wish]
        lines = [f"mixbridge-takes\t{SCHEMA}", f"run\t{self._run}"]
        lines += [text for _, _, text in self._waiting]
        return (OscMessage(TAKES, ("\n".join([*lines, "end", ""]),)),)


def _read_clips(lines: list[str]) -> Iterator[tuple[str, _Clip]]:
    """The clips of a text; one that is no phrase (too many notes at once) is left out."""
    head: list[str] = []
    notes: list[PhraseNote] = []
    for line in [*lines, "clip"]:
        kind, *said = line.split("\t")
        if kind == "note":
            start, pitch, length, velocity = said
            notes.append(PhraseNote(float(start), int(pitch), float(length), int(velocity)))
        elif kind == "clip":
            if head:
                if len(head) != _CLIP_FIELDS:
                    raise ValueError(head)
                key, version, track, name, barred, beats = head
                text = _text(notes, float(beats))
                if text is not None:
                    yield (
                        key,
                        _Clip(
                            version=int(version), track=track, name=name, barred=barred, text=text
                        ),
                    )
            head, notes = said, []


def _text(notes: list[PhraseNote], beats: float) -> str | None:
    if not notes:
        return ""
    try:
        check_notes(notes, beats)
    except RefusedError:
        return None
    return phrase_of(notes, beats).text
