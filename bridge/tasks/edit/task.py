"""The edit agent as a task of the engine: items in, sets of edits out, answers to the agent.

One fault is asked about at a time. Beside it stands the same for all that are like it, once some
answers are known: "this one", or "all 14 like this". What was refused is not asked again.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from bridge.errors import PriorError
from bridge.mix.content_events import ContentKind, Job, JobDone
from bridge.mix.contents import ContentChange
from bridge.mix.items import (
    Piece,
    decode_item,
    encode_item,
    is_launched,
    is_same_item,
    is_stacked,
    item_rate,
)
from bridge.mix.roles import Role
from bridge.tasks.edit.agent import EditAgent
from bridge.tasks.edit.analyses import Analyses
from bridge.tasks.edit.candidates import (
    Candidate,
    HeardPiece,
    TrackTake,
)
from bridge.tasks.edit.corrections import corrected
from bridge.tasks.edit.geometry import KINDS, Edit, Kind
from bridge.tasks.edit.prior import EditPrior, edit_role, load_edit_prior
from bridge.tasks.edit.scene import (
    Fault,
    concerned_items,
    fault_of,
    find_edits,
    grid_of,
    is_quiet,
    line_of,
    piece_of,
    pieces_of,
    place_of,
)
from bridge.tasks.edit.sketch import draw_sketch
from bridge.tasks.edit.words import (
    describe_find,
    describe_person,
    describe_settings,
    describe_work,
)
from bridge.tasks.task import (
    Find,
    Lesson,
    Outcome,
    Scene,
    Sketch,
    Standing,
    Teaching,
    Variant,
    World,
)

UNASKED_FROM: Final = 20
"""Trims and moves are made unasked once so many of their kind were accepted."""

_GENTLE: Final = frozenset({Kind.FADE, Kind.JOIN})
"""Made unasked in assist from the start: these remove no sound."""

_GROUPED: Final = frozenset({Kind.GAP, Kind.TIMING})
"""What may be done to grouped items, all together; the rest would be done to one alone."""

_ONLY_OFFERED: Final = frozenset({Kind.TAKE})
_MOST_IN_SET: Final = 40
_MOST_DONE: Final = 4000
_MOST_FINDS: Final = 40
_MOST_SKETCHES: Final = 16
_STATE_SCHEMA: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What is needed to learn from an offer: the track, and what was offered."""

    key: str
    candidates: tuple[Candidate, ...]
    faults: tuple[Fault, ...]


class EditTask:
    """Offers edits of the items of the track in focus.

    Args:
        prior: What is known of people.
    """

    world = World.CONTENTS
    kinds = (ContentKind.ITEM,)

    def __init__(self, prior: EditPrior) -> None:
        self._agent = EditAgent(prior)
        self._analyses = Analyses()
        self._done: dict[Fault, bool] = {}
        self._accepted: Counter[Kind] = Counter()
        self._rest = ""
        self._sketches: dict[tuple[str, str], Sketch] = {}
        self._chosen = ""
        self._finds: tuple[Find, ...] = ()
        self._finds_of = ""
        self._found: tuple[tuple[object, ...], tuple[Candidate, ...]] | None = None

    @property
    def rest(self) -> str:
        """Why the last `propose` gave nothing; see `bridge.tasks.task.Advised`."""
        return self._rest

    @property
    def finds(self) -> tuple[Find, ...]:
        """What was found last, the likeliest yes first; see `bridge.tasks.task.ListsFinds`."""
        return self._finds

    def choose_find(self, find: str) -> None:
        """See `bridge.tasks.task.ListsFinds`."""
        self._chosen = find

    # -- hearing ----------------------------------------------------------------------------------

    def jobs(self, scene: Scene) -> tuple[Job, ...]:
        """See `bridge.tasks.task.HasJobs.jobs`: a job for each file that is concerned."""
        return self._analyses.jobs(concerned_items(scene))

    def receive(self, done: JobDone) -> str:
        """See `bridge.tasks.task.HasJobs.receive`."""
        self._found = None
        return self._analyses.receive(done)

    # -- offering ---------------------------------------------------------------------------------

    def propose(self, scene: Scene, *, count: int, explore: bool) -> tuple[Variant, ...]:
        """See `bridge.tasks.task.Task.propose`: one edit, and all that are like it."""
        self._rest = ""
        if scene.key != self._finds_of:  # else they stay while files are listened to
            self._finds, self._finds_of = (), scene.key
        row = self._attend(scene)
        own = [each for each in scene.contents if each.strip == scene.key]
        if row < 0 or not own:
            self._rest = f"{scene.device}: no audio item that I know of is on it"
            return ()
        take = self._find_take(scene, own)
        if take is None:
            return ()
        candidates = sorted(
            self._candidates(scene, take, row), key=lambda one: -self._agent.value(row, one)
        )
        self._finds = tuple(self._find(scene, take, row, one) for one in candidates[:_MOST_FINDS])
        wanted = [one for one in candidates if self._agent.is_offered(row, one)]
        asked = [one for one in candidates if _name_of(one) == self._chosen]
        self._chosen = ""
        for best in asked + wanted:
            like = [one for one in wanted if one.kind is best.kind and one is not best]
            sets = [[best], [best, *like][:_MOST_IN_SET]] if like else [[best]]
            made = [self._variant(scene, take, row, each) for each in sets[:count]]
            if made[0] is not None:
                is_asked = best in asked
                return tuple(
                    replace(variant, is_asked=variant.is_asked or is_asked)
                    for variant in made
                    if variant is not None
                )
        self._rest = f"{scene.device}: nothing that I think you want edited" + (
            ""
            if grid_of(scene) or all(is_launched(each.text) for each in own)
            else "; without a tempo and bars from the DAW I move no hits"
        )
        return ()

    def _find(self, scene: Scene, take: TrackTake, row: int, candidate: Candidate) -> Find:
        return Find(
            name=_name_of(candidate),
            text=describe_find([candidate], place_of(scene, take, [candidate])),
            likelihood=self._agent.probability(row, candidate),
        )

    def _attend(self, scene: Scene) -> int:
        """The row of the track in focus; -1 where it has no items."""
        roles = {each.strip: edit_role(Role(each.role)) for each in scene.contents}
        self._agent.attend(sorted(roles.items()))
        return sorted(roles).index(scene.key) if scene.key in roles else -1

    def _find_take(self, scene: Scene, own: Sequence[Standing]) -> TrackTake | None:
        heard: list[HeardPiece] = []
        beside: list[HeardPiece] = []
        waiting = 0
        for standing in own:
            if standing.refusal:
                continue
            pieces = self._analyses.pieces(standing)
            if pieces is None:
                waiting += not any(self._analyses.trouble(p.source) for p in pieces_of(standing)[0])
            else:
                heard += pieces
                beside += self._analyses.takes(standing)
        if not heard:
            refusals = [standing.refusal for standing in own if standing.refusal]
            troubles = [self._analyses.trouble(p.source) for s in own for p in pieces_of(s)[0]]
            known = [text for text in (*troubles, *refusals) if text]
            files = "file" if waiting == 1 else "files"
            self._rest = (
                f"{scene.device}: I listen to {waiting} {files} first"
                if waiting
                else f"{scene.device}: {known[0] if known else 'nothing to edit'}"
            )
            return None
        heard.sort(key=lambda each: each.piece.position_s)
        return TrackTake(
            key=scene.key, name=scene.device, role=Role(scene.role), heard=tuple(heard),
            beside=tuple(beside),
        )  # fmt: skip

    def _candidates(self, scene: Scene, take: TrackTake, row: int) -> tuple[Candidate, ...]:
        settings, grid = self._agent.tried_settings(row), grid_of(scene)
        at = (take.pieces, take.beside, grid, settings, self._analyses.count)
        if self._found is None or self._found[0] != at:  # it takes some milliseconds
            self._found = at, tuple(find_edits(scene, take, grid, settings))
        return tuple(
            one
            for one in self._found[1]
            if fault_of(take.pieces, one) not in self._done
            and one.kind not in _forbidden_kinds(scene, piece_of(take.pieces, one).key)
        )

    def _variant(
        self, scene: Scene, take: TrackTake, row: int, candidates: Sequence[Candidate]
    ) -> Variant | None:
        """One move of some edits of one kind; None where one of them cannot be made."""
        changes, made = self._changes(scene, take, candidates)
        if not changes:
            return None
        kind, settings = candidates[0].kind, self._agent.tried_settings(row)
        values = [self._agent.value(row, one) for one in made]
        threshold, answers = self._agent.threshold(row, kind)
        is_gentle = kind in _GENTLE or self._accepted[kind] >= UNASKED_FROM
        return Variant(
            changes=changes,
            probability=1.0,
            score=sum(values) / len(values),
            confidence=min(answers / 10.0, 1.0),
            reason="; ".join(
                (
                    describe_find(made, place_of(scene, take, made)),
                    describe_person(kind, threshold, answers),
                    *describe_settings(kind, self._agent.learnt_settings(row, kind))[:1],
                    describe_work(made, settings),
                )
            ),
            trace=Trace(
                key=take.key,
                candidates=tuple(made),
                faults=tuple(fault_of(take.pieces, one) for one in made),
            ),
            is_asked=not is_gentle
            or kind in _ONLY_OFFERED
            or (kind is Kind.HEAD and any(one.item for one in made)),  # it is heard sooner
        )

    def _changes(
        self, scene: Scene, take: TrackTake, candidates: Sequence[Candidate]
    ) -> tuple[tuple[ContentChange, ...], list[Candidate]]:
        """What becomes of which item; edits that cannot be made are left out."""
        contents = {each.key: each for each in concerned_items(scene)}
        lines: dict[str, tuple[Piece, ...]] = {}
        for standing in contents.values():
            lines[line_of(standing)] = lines.get(line_of(standing), ()) + pieces_of(standing)[0]
        made = []
        for candidate in sorted(candidates, key=lambda one: -one.edit.start_s):
            edits = self._on_all_tracks(scene, contents, take, candidate)
            try:
                lines |= {line: edit.apply(lines[line]) for line, edit in edits.items()}
            except ValueError:
                continue  # another edit of the set has changed what it is about
            made.append(candidate)
        changes = []
        for key, standing in contents.items():
            after = [piece for piece in lines[line_of(standing)] if piece.key == key]
            text = encode_item(
                after, rate=item_rate(standing.text), is_launched=is_launched(standing.text)
            )
            if not is_same_item(standing.text, text):
                changes.append(
                    ContentChange(kind=ContentKind.ITEM, key=key, before=standing.text, after=text)
                )
        return tuple(changes), list(reversed(made))

    def _on_all_tracks(
        self,
        scene: Scene,
        contents: Mapping[str, Standing],
        take: TrackTake,
        candidate: Candidate,
    ) -> dict[str, Edit]:
        """The edit on each time line that it is to be made on.

        Empty where an item that moves along must not be cut there.
        """
        standing = contents[piece_of(take.pieces, candidate).key]
        edits = {line_of(standing): candidate.edit}
        if not standing.group:
            return edits
        for other in contents.values():
            if other.group != standing.group or other.key == standing.key:
                continue
            heard = self._analyses.pieces(other)
            if heard is None or (candidate.kind is Kind.GAP and not is_quiet(heard, candidate)):
                return {}
            edits[other.strip] = candidate.edit
        return edits

    # -- showing -----------------------------------------------------------------------------------

    def sketch(self, change: ContentChange) -> Sketch | None:
        """See `bridge.tasks.task.Sketches.sketch`."""
        known = self._sketches.get((change.before, change.after))
        if known is None:
            known = draw_sketch(change, self._analyses.answer)
            if known is not None:
                self._sketches = {(change.before, change.after): known} | dict(
                    list(self._sketches.items())[: _MOST_SKETCHES - 1]
                )
        return known

    # -- learning ---------------------------------------------------------------------------------

    def learn(self, lesson: Lesson) -> Outcome:
        """See `bridge.tasks.task.Task.learn`."""
        traces = [variant.trace for variant in lesson.variants]
        row = self._attend_key(lesson.scene, traces[0].key if traces[0] else "")
        if row < 0:
            return Outcome()
        before = self._learnt(row, traces[0])
        match lesson.teaching:
            case Teaching.PICK:
                choice = round(lesson.value)
                if choice:
                    self._answer(row, traces[choice - 1], 1.0, lesson.weight)
                else:
                    self._answer(row, traces[0], -1.0, lesson.weight)
            case Teaching.THUMB:
                self._answer(row, traces[0], lesson.value, lesson.weight)
            case Teaching.HAND:
                if len(lesson.variants) > 1 and traces[0]:
                    return self._correct(row, lesson.variants[0], lesson.variants[1])
            case Teaching.HEARD:
                pass
        return Outcome(text=_changed(before, self._learnt(row, traces[0])))

    def _attend_key(self, scene: Scene, key: str) -> int:
        self._attend(scene)
        strips = sorted({each.strip for each in scene.contents})
        return strips.index(key) if key in strips else -1

    def _learnt(self, row: int, trace: Trace | None) -> tuple[str, ...]:
        """What this person has taught about the kind of an offer, in words."""
        if trace is None:
            return ()
        kind = trace.candidates[0].kind
        return (
            describe_person(kind, *self._agent.threshold(row, kind)),
            *describe_settings(kind, self._agent.learnt_settings(row, kind)),
        )

    def _answer(self, row: int, trace: Trace, value: float, weight: float) -> None:
        self._agent.learn(row, trace.candidates, value, weight=weight)
        if value > 0.0:
            self._accepted[trace.candidates[0].kind] += len(trace.candidates)
        if value > 0.0 or len(trace.faults) == 1:
            self.mark(trace, is_wanted=value > 0.0)

    def mark(self, trace: Trace, *, is_wanted: bool = True) -> None:
        """Do not offer again what was made or refused."""
        for fault in trace.faults:
            self._done[fault] = is_wanted
        while len(self._done) > _MOST_DONE:
            del self._done[next(iter(self._done))]

    def _correct(self, row: int, ours: Variant, by_hand: Variant) -> Outcome:
        """Learn from a hand on our edit: which pads, fades and moves the person wants."""
        change = next((one for one in ours.changes if one.place == by_hand.changes[0].place), None)
        if change is None:
            return Outcome()
        text = by_hand.changes[0].after
        if is_same_item(text, change.before):
            faults = ours.trace.faults
            if not all(self._done.get(fault) is False for fault in faults):  # once, not per item
                self._answer(row, ours.trace, -1.0, 1.0)
                self.mark(ours.trace, is_wanted=False)
            return Outcome()
        said = corrected(
            decode_item(change.before),
            decode_item(change.after),
            decode_item(text),
            [one for one in ours.trace.candidates if one.item in ("", change.key)],
            self._agent.settings(row),
        )
        for setting, value in said.settings:
            self._agent.correct(row, setting, value)
        for candidate in said.refused:
            self._agent.learn(row, [candidate], -1.0)
        kind = ours.trace.candidates[0].kind
        words = describe_settings(kind, dict(said.settings))
        return Outcome(text="; ".join(words))

    # -- what is believed -------------------------------------------------------------------------

    def beliefs(self) -> Mapping[str, Any]:
        """See `bridge.tasks.task.Task.beliefs`."""
        return self._agent.beliefs()

    def state(self) -> bytes:
        """See `bridge.tasks.task.Task.state`."""
        body = {
            "accepted": {kind: self._accepted[kind] for kind in KINDS if self._accepted[kind]},
            "agent": self._agent.state().decode(),
            "done": [[*fault, is_yes] for fault, is_yes in self._done.items()],
            "schema": _STATE_SCHEMA,
        }
        return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()

    def load_state(self, state: bytes) -> None:
        """See `bridge.tasks.task.Task.load_state`."""
        try:
            body = json.loads(state)
            agent = body["agent"].encode()
            accepted = {Kind(kind): int(count) for kind, count in body["accepted"].items()}
            done = {
                (str(source), str(kind), float(at)): bool(is_yes)
                for source, kind, at, is_yes in body["done"]
            }
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise PriorError(f"What was learnt of edits cannot be read ({error!r}).") from error
        self._agent.load_state(agent)
        self._accepted, self._done = Counter(accepted), done


def make_edit_task(_seed: int) -> EditTask:
    """The task with the shipped prior; it chooses nothing by chance."""
    return EditTask(load_edit_prior())


def _forbidden_kinds(scene: Scene, key: str) -> frozenset[Kind]:
    """What is not done to an item: cuts of a grouped one alone, or above another one."""
    (standing,) = [each for each in scene.contents if each.key == key]
    forbidden = frozenset(KINDS) - _GROUPED if standing.group else frozenset()
    return forbidden | (
        frozenset(KINDS) - _ONLY_OFFERED if is_stacked(standing.text) else frozenset()
    )


def _name_of(candidate: Candidate) -> str:
    return f"{candidate.kind} {candidate.edit.start_s:.3f} {candidate.item}".rstrip()


def _changed(before: Sequence[str], after: Sequence[str]) -> str:
    return "; ".join(text for text in after if text not in before)
