"""The phrase task: notes for an empty clip of the track in focus, and what a person makes of them.

A worker makes the phrases (`bridge.tasks.phrase.orders`), other programs may offer theirs; all are
ranked by one taste. Nothing is ever written into a clip that is not empty or ours, and a clip of
ours that a hand has changed is the hand's.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from bridge.errors import PriorError, RefusedError
from bridge.guard.phrases import refuse_phrase
from bridge.mix.content_events import OFFERED, OWN_CLIP, ContentKind, Job, JobDone
from bridge.mix.contents import ContentChange
from bridge.mix.device_events import TaskName
from bridge.mix.phrases import BEATS_A_BAR, DEFAULT_BPM, EMPTY, Phrase, PhraseKind, decode_phrase
from bridge.mix.roles import Role
from bridge.tasks.phrase.agent import Chosen, PhraseAgent
from bridge.tasks.phrase.ahead import jobs_ahead, order_ahead
from bridge.tasks.phrase.context import Context, read_context
from bridge.tasks.phrase.generator import QGenerator
from bridge.tasks.phrase.orders import decode_order, distinct, make_phrases
from bridge.tasks.phrase.prior import PhrasePrior, load_phrase_prior
from bridge.tasks.task import Lesson, Outcome, Scene, Standing, Teaching, Variant, World

MAKE: Final = "make"

_STATE_SCHEMA: Final = 1
_MOST_OURS: Final = 64
_KEPT: Final = 8
"""Orders whose phrases a worker keeps: one for each pick of the newest offer, and some more."""

_MOST_OFFERED: Final = 64
_MOST_GENERATORS: Final = 16
_SILENT: Final = 3
"""So many orders in a row without an answer, and a generator has died, as far as anybody knows."""

_MOST_CLIPS: Final = 8
_MOST_CLIP_NOTES: Final = 640
_BARS: Final = 4
_MOST_BARS: Final = 8

_NO_TEMPO: Final = (
    f"the DAW reports no tempo: without MIDI clock, phrases play at {DEFAULT_BPM:g} beats a minute"
)

_KINDS: Final[Mapping[str, PhraseKind]] = {
    Role.KICK: PhraseKind.DRUMS,
    Role.SNARE: PhraseKind.DRUMS,
    Role.HATS: PhraseKind.DRUMS,
    Role.DRUMS: PhraseKind.DRUMS,
    Role.BASS: PhraseKind.BASS,
    Role.PAD: PhraseKind.CHORDS,
    Role.STRINGS: PhraseKind.CHORDS,
    Role.KEYS: PhraseKind.CHORDS,
    Role.GUITAR: PhraseKind.CHORDS,
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Place:
    """Where a phrase goes, and what it is to fit."""

    key: str
    name: str
    """Of the context, as the agent calls it."""
    current: Phrase
    before: str
    context: Context


class PhraseTask:
    """Offers phrases, and learns from picks, thumbs, undo and hands.

    Args:
        prior: What is known of phrases and people.
        seed: Of its only randomness.
    """

    world = World.CONTENTS
    kinds = (ContentKind.CLIP,)
    is_prompt = True

    def __init__(self, prior: PhrasePrior, *, seed: int) -> None:
        self._agent = PhraseAgent(prior, seed=seed)
        self._rest = ""
        self._ours: list[str] = []
        """Versions of phrases that were offered: a clip that holds one of them is ours."""
        self._place: _Place | None = None
        self._job: Job | None = None
        self._made: tuple[Phrase, ...] = ()
        self._variants: list[Phrase] = []
        """Of the newest offer."""
        self._offered: list[Phrase] = []
        self._unanswered: dict[str, int] = {}
        """Orders since the last phrase of each program that offers some."""
        self._unread = ""
        """Which clip cannot be read, and why; the first of them."""
        self._unread_told = ""
        self._has_tempo = False
        self._tempo_text = _NO_TEMPO
        """What is still to be said of the tempo."""

    @property
    def rest(self) -> str:
        """Why the last `propose` gave nothing; see `bridge.tasks.task.Advised`."""
        return self._rest

    # -- making --------------------------------------------------------------------------------

    def jobs(self, scene: Scene) -> tuple[Job, ...]:
        """See `bridge.tasks.task.HasJobs.jobs`: phrases for what is in focus now."""
        place = self._find(scene)
        self._has_tempo = scene.tempo_bpm > 0.0
        if place is None:
            self._forget()
            return ()
        known = self._place
        is_same = known is not None and (known.key, known.before) == (place.key, place.before)
        if known is not None and is_same and known.context == place.context:
            return (self._job,) if self._job is not None else ()
        self._forget()
        self._place = place
        self._agent.attend(place.context, place.name)
        order = self._agent.order(place.current)
        self._job = Job(task=TaskName.PHRASE, name=MAKE, text=order.text, is_open=True)
        self._unanswered = {name: count + 1 for name, count in self._unanswered.items()}
        return (self._job,)

    def _forget(self) -> None:
        self._place, self._job, self._made = None, None, ()

    def receive(self, done: JobDone) -> str:
        """See `bridge.tasks.task.HasJobs.receive`: phrases of ours, or of another program."""
        if done.name == OFFERED:
            self._receive_offered(done.text, done.data)
            return ""
        if self._job is None or done.text != self._job.text:
            return ""  # what was wanted is another now
        if done.trouble:
            return done.trouble
        self._made = tuple(decode_phrase(text) for text in json.loads(done.data))
        self._report_silent()
        text, self._tempo_text = ("", _NO_TEMPO) if self._has_tempo else (self._tempo_text, "")
        if self._unread != self._unread_told:
            text = "; ".join(each for each in (text, self._unread) if each)
            self._unread_told = self._unread
        return text

    def _report_silent(self) -> None:
        """Refuse to wait for programs that have stopped to answer; each is reported once."""
        silent = [name for name, count in self._unanswered.items() if count > _SILENT]
        for name in silent:
            del self._unanswered[name]
        if silent:
            raise RefusedError(
                f"{', '.join(silent)}: expected /bridge/phrases after /bridge/wanted, got nothing "
                f"for the last {_SILENT} of them; I go on without it, start it again if you want "
                "its phrases"
            )

    def _receive_offered(self, name: str, data: bytes) -> None:
        """Keep a phrase of another program for the next offer.

        Raises:
            RefusedError: If it came late, is no phrase or does not fit; it is dropped.
        """
        name = name or "a generator without a name"
        known = {each: count for each, count in self._unanswered.items() if each != name}
        self._unanswered = dict([*known.items(), (name, 0)][-_MOST_GENERATORS:])
        place = self._place
        if place is None:
            raise RefusedError(
                f"{name}: its phrase is dropped, since nothing is asked for now; expected it soon "
                "after /bridge/wanted, so answer the next one"
            )
        context = place.context
        try:
            phrase = decode_phrase(data.decode())
        except RefusedError as error:
            raise RefusedError(f"{name}: {error}; it is dropped") from error
        if phrase.length != context.length:
            raise RefusedError(
                f"{name}: expected a phrase of {context.length:g} beats, got {phrase.length:g}; it "
                f"is dropped, send the {context.bars} bars of /bridge/wanted"
            )
        if why := refuse_phrase(phrase, low=context.low, high=context.high):
            raise RefusedError(f"{name}: {why}; it is dropped")
        self._offered = [*self._offered, phrase][-_MOST_OFFERED:]

    # -- offers --------------------------------------------------------------------------------

    def propose(self, scene: Scene, *, count: int, explore: bool) -> tuple[Variant, ...]:
        """See `bridge.tasks.task.Task.propose`; nothing while phrases are being made."""
        place = self._place
        if place is None or not self._made:
            return ()
        self._rest = ""
        context = place.context
        fit = [
            phrase
            for phrase in distinct([*self._made, *self._offered], [place.current, *context.clips])
            if phrase.length == context.length
            and not refuse_phrase(phrase, low=context.low, high=context.high)
        ]
        chosen = self._agent.offer(place.current, fit, count=count)
        if not chosen:
            self._rest = f"{scene.device}: nothing that was made fits here"
        self._variants = [each.phrase for each in chosen]
        versions = [phrase.version for phrase in self._variants]
        self._ours = [*(v for v in self._ours if v not in versions), *versions][-_MOST_OURS:]
        return tuple(self._variant(each, place, len(chosen)) for each in chosen)

    def foresee(self) -> tuple[Job, ...]:
        """See `bridge.tasks.task.Foresees.foresee`: what to make next, for each possible pick."""
        if (place := self._place) is None:
            return ()
        phrases = [place.current, *self._variants]
        return tuple(jobs_ahead(self._agent, place.context, place.name, phrases))

    @staticmethod
    def _variant(chosen: Chosen, place: _Place, count: int) -> Variant:
        change = ContentChange(
            kind=ContentKind.CLIP, key=place.key, before=place.before, after=chosen.phrase.text
        )
        return Variant(
            changes=(change,),
            probability=1.0 / count,
            score=chosen.gain,
            confidence=0.0,
            reason=chosen.reason,
            trace=place,
            is_asked=bool(place.current.notes),  # what stands there is not replaced unasked
        )

    def _find(self, scene: Scene) -> _Place | None:
        """Where to write, and what is there; None with `rest` where nowhere."""
        if scene.bar_beats not in (0, BEATS_A_BAR):
            self._rest = (
                f"{scene.device}: the song has {scene.bar_beats} beats a bar; I write phrases "
                f"only in {BEATS_A_BAR}"
            )
            return None
        own = [each for each in scene.contents if each.strip == scene.key]
        own.sort(key=lambda each: each.key.startswith(OWN_CLIP))  # the DAW's own ones first
        place = next((each for each in own if self._is_ours(each)), None) or next(
            (each for each in own if not each.text and not each.refusal), None
        )
        if place is None:
            why = next((each.refusal for each in own if not each.text and each.refusal), "")
            self._rest = (
                f"{scene.device}: {why or 'there is no empty clip'}; I write only into empty "
                "clips of this track"
            )
            return None
        try:
            context = self._read(scene, place)
            current = decode_phrase(place.text) if place.text else EMPTY
        except RefusedError as error:
            self._rest = f"{scene.device}: {error}"
            return None
        return _Place(
            key=place.key,
            name=f"{scene.key} {place.key}",
            current=current,
            before=place.text,
            context=context,
        )

    def _is_ours(self, clip: Standing) -> bool:
        if not clip.text or clip.refusal:
            return False
        try:
            return decode_phrase(clip.text).version in self._ours
        except RefusedError:
            return False

    def _read(self, scene: Scene, place: Standing) -> Context:
        clips: list[Phrase] = []
        others: list[Phrase] = []
        unread = ""
        for each in scene.contents:
            if not each.text or each.key == place.key or self._is_ours(each):
                continue
            try:
                phrase = decode_phrase(each.text)
            except RefusedError as error:
                unread = unread or f"I leave out the clip {each.name!r} of {each.track} ({error})"
                continue
            if each.strip == scene.key:
                clips.append(phrase)
            elif _KINDS.get(each.role) is not PhraseKind.DRUMS:
                others.append(phrase)
        if unread and not any(phrase.notes for phrase in (*clips, *others)):
            raise RefusedError(f"{unread}, and no other clip has notes")
        self._unread = unread
        clips, others = _few(clips), _few(others)
        bars = decode_phrase(place.text).bars if place.text else 0
        bars = bars or min(max((clip.bars for clip in clips), default=_BARS), _MOST_BARS)
        kind = _KINDS.get(scene.role, PhraseKind.MELODY)
        return read_context(kind, clips, others, bars=bars)

    # -- learning ------------------------------------------------------------------------------

    def learn(self, lesson: Lesson) -> Outcome:
        """See `bridge.tasks.task.Task.learn`."""
        first = lesson.variants[0]
        place: _Place | None = first.trace
        if place is None or not first.changes:
            return Outcome()  # a hand on what was never ours
        before = self._agent.believed(place.context.kind)
        self._agent.attend(place.context, place.name)
        try:
            phrases = [decode_phrase(each.changes[0].after) for each in lesson.variants]
        except RefusedError:
            return Outcome()  # a hand has made something else of it than four beats a bar
        match lesson.teaching:
            case Teaching.PICK:
                self._agent.choose([place.current, *phrases], round(lesson.value))
            case Teaching.THUMB:
                self._agent.judge(place.current, phrases[0], lesson.value)
            case Teaching.HAND:
                self._agent.correct(phrases[0], phrases[-1])
            case Teaching.HEARD:
                return Outcome()
        self._forget()  # what is wanted now is another question
        believed = self._agent.believed(place.context.kind)
        return Outcome(text=believed if believed != before else "")

    @property
    def believed(self) -> str:
        """See `bridge.tasks.task.Believes.believed`."""
        return self._agent.believed(self._agent.kind)

    def beliefs(self) -> Mapping[str, Any]:
        """See `bridge.tasks.task.Task.beliefs`."""
        return self._agent.beliefs()

    # -- memory --------------------------------------------------------------------------------

    def state(self) -> bytes:
        """See `bridge.tasks.task.Task.state`."""
        body = {
            "agent": json.loads(self._agent.state()),
            "ours": self._ours,
            "schema": _STATE_SCHEMA,
        }
        return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()

    def load_state(self, state: bytes) -> None:
        """See `bridge.tasks.task.Task.load_state`."""
        try:
            body = json.loads(state)
            if body["schema"] != _STATE_SCHEMA:
                raise ValueError(f"schema {body['schema']!r}")
            agent, ours = json.dumps(body["agent"]).encode(), [str(each) for each in body["ours"]]
        except (KeyError, ValueError, TypeError) as error:
            raise PriorError(
                f"What was learnt about phrases cannot be read ({error!r}); "
                "import an export of it, or forget the phrases."
            ) from error
        self._agent.load_state(agent)
        self._ours = ours
        self._forget()


def _few(clips: list[Phrase]) -> list[Phrase]:
    """The first clips, as many as an order has room for."""
    notes = 0
    kept: list[Phrase] = []
    for clip in clips[:_MOST_CLIPS]:
        notes += len(clip.notes)
        if kept and notes > _MOST_CLIP_NOTES:
            break
        kept.append(clip)
    return kept


def make_phrase_task(seed: int) -> PhraseTask:
    """The task of a fresh bridge, with the shipped prior."""
    return PhraseTask(_prior(), seed=seed)


@lru_cache(maxsize=1)
def _prior() -> PhrasePrior:
    return load_phrase_prior()


def do_job(job: Job) -> bytes:
    """Make the phrases of an order; see `bridge.tasks.registry.TaskRow.worker`."""
    if job.is_ahead:
        phrases_for(order_ahead(job.text, _prior()).text)
        return b""
    return phrases_for(job.text)


@lru_cache(maxsize=_KEPT)
def phrases_for(order: str) -> bytes:
    """The phrases of an order's text, as JSON; those of the last orders are remembered."""
    prior = _prior()
    made = make_phrases(decode_order(order), QGenerator(prior.notes), prior)
    return json.dumps([phrase.text for phrase in made]).encode()
