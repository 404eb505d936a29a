"""Offers: variants of a change, each a move with a name; a person hears them, and picks or keeps.

A pick says more than a thumb: it compares. So what was heard of each variant is kept until the
answer, and all of them are one lesson.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from bridge.engine.results import StepBuilder
from bridge.engine.task_move import TaskMove, TaskMoves
from bridge.guard.guard import BEING_READ, Guard
from bridge.mix import device_events as d
from bridge.mix import messages as m
from bridge.mix.device_events import TaskName
from bridge.mix.messages import MoveState
from bridge.mix.notices import Notice, Offered
from bridge.tasks.task import Lesson, Teaching

VARIANTS: Final = 3
"""As many as a person can compare, and as `/bridge/choose` has numbers for."""
OFFER_LIFE_S: Final = 60.0
"""An offer that nobody answers or listens to for this long has expired."""

_WAITS: Final = f"{BEING_READ}; ask again"


@dataclass(slots=True, kw_only=True)
class Offer:
    """Variants that wait for a pick.

    Attributes:
        id: Its name.
        moves: The variants, in the order of their numbers from 1.
        at: When it was made, or a variant of it was begun to be heard, monotonic seconds.
        heard: The variant that is being heard in place of what was there.
    """

    id: str
    moves: tuple[TaskMove, ...]
    at: float
    heard: TaskMove | None = None


class Offers:
    """The open offer, and what becomes of it.

    Attributes:
        open: The offer that waits for an answer.
    """

    def __init__(
        self,
        moves: TaskMoves,
        out: StepBuilder,
        *,
        teach: Callable[[Lesson, str, TaskName], str],
        apply: Callable[[TaskMove, float], None],
        guard: Guard,
    ) -> None:
        """Give it its neighbours.

        Args:
            moves: The moves of all tasks.
            out: Where answers go.
            teach: Passes on a lesson, the move that it credits, and the task that it is for.
            apply: Makes the move that was picked.
            guard: Knows whether a dump has said which track is which.
        """
        self.open: Offer | None = None
        self._moves = moves
        self._out = out
        self._teach = teach
        self._apply = apply
        self._guard = guard

    @property
    def due(self) -> float | None:
        """When the open offer expires; None where there is none."""
        return None if self.open is None else self.open.at + OFFER_LIFE_S

    @property
    def suggestion(self) -> TaskMove | None:
        """The variant that a yes or no is about: the only one, or the one that is heard."""
        if self.open is None:
            return None
        return self.open.moves[0] if len(self.open.moves) == 1 else self.open.heard

    def notices(self) -> Iterator[Notice]:
        """What somebody who comes now should know of the open offer."""
        if self.open is not None:
            reports = (self._moves.report(move) for move in self.open.moves)
            yield from (report for report in reports if report is not None)
            yield _offered(self.open)

    def make(self, moves: tuple[TaskMove, ...], at: float) -> None:
        """Show variants and wait for a pick."""
        self.open = Offer(id=f"offer {moves[0].id}", moves=moves, at=at)
        for move in moves:
            self._moves.enter(move, MoveState.PROPOSED, at)
        self._out.notices.extend(self._moves.pop_notices())  # a move is told before its offer
        self._out.notices.append(_offered(self.open))

    def choose(self, event: d.VariantChosen) -> None:
        """A person picks a variant by its number, or 0."""
        offer = self.open
        if offer is None or event.offer not in ("", offer.id):
            self._out.refuse(f"choose: {event.offer!r} is not the open offer")
        elif event.choice > len(offer.moves):
            self._out.refuse(f"choose: expected 0 to {len(offer.moves)}; got {event.choice}")
        elif event.choice and not self._guard.is_layout_known:
            self._out.refuse(f"choose: {_WAITS}")
        else:
            self._answer(offer, event.choice, event.at)

    def accept(self, event: m.SuggestionAccepted | m.SuggestionSkipped) -> None:
        """A yes or no: a yes needs a variant that is named, heard or the only one."""
        offer, is_yes = self.open, isinstance(event, m.SuggestionAccepted)
        if offer is None:
            self._out.refuse(f"{'accept' if is_yes else 'skip'}: no offer is open")
            return
        move = self._moves.get(event.move) if event.move else self.suggestion
        if not is_yes:
            self._answer(offer, 0, event.at)
        elif not self._guard.is_layout_known:
            self._out.refuse(f"accept: {_WAITS}")
        elif move is None or move not in offer.moves:
            self._out.refuse(
                f"accept: {len(offer.moves)} variants are open; name one, or choose 1 to "
                f"{len(offer.moves)}"
            )
        else:
            self._answer(offer, offer.moves.index(move) + 1, event.at)

    def judge(self, move: TaskMove, value: float, at: float) -> bool:
        """A thumb for a variant: up picks it, down keeps what is there. False: it is no variant."""
        if self.open is None or move not in self.open.moves:
            return False
        self._answer(self.open, self.open.moves.index(move) + 1 if value > 0 else 0, at)
        return True

    def _answer(self, offer: Offer, choice: int, at: float) -> None:
        chosen, heard = offer.moves[choice - 1] if choice else None, offer.heard
        stays = self._silence(offer, at) if chosen is None or heard is not chosen else ""
        self.open = None
        for move in offer.moves:
            move.is_judged = True
            if move is not chosen:
                self._leave(
                    move,
                    at,
                    MoveState.SKIPPED,
                    "you did not pick it",
                    stays=stays if move is heard else "",
                )
        self._teach(
            Lesson(
                teaching=Teaching.PICK,
                scene=offer.moves[0].scene,
                variants=tuple(move.variant for move in offer.moves),
                after=tuple(move.after for move in offer.moves),
                value=float(choice),
            ),
            chosen.id if chosen else "",
            offer.moves[0].task,
        )
        if chosen is not None:
            chosen.is_picked = True
            self._apply(chosen, at)
        self._out.notices.append(Offered(offer=offer.id, moves=()))

    def audition(self, event: m.AuditionSwitched) -> bool:
        """Let a variant be heard in place of what is there, or end that; whether one is heard."""
        offer = self.open
        move = self._moves.get(event.move) if event.move else self.suggestion
        if offer is None or (event.on and (move is None or move not in offer.moves)):
            if event.on:
                self._out.refuse(f"audition: {event.move!r} is no variant of an open offer")
            return False
        if event.on and offer.heard is move:
            return False
        if why_not := self._silence(offer, event.at):
            self._out.refuse(f"audition: {why_not}")
            return False
        if not event.on or move is None:
            return False
        offer.at = max(offer.at, event.at)  # who listens has not gone away
        if why_not := self._moves.mover(move).audition(move, event.at, on=True, hand_on=None):
            self._out.refuse(f"audition: {why_not}")
            return False
        offer.heard = move
        return True

    def close(
        self, at: float, reason: str, *, is_left: bool = False, hand_on: object = None
    ) -> None:
        """The open offer is over, unanswered.

        Args:
            at: Monotonic seconds.
            reason: Why, in words.
            is_left: Whether what is heard of it stays: another patch has taken its place.
            hand_on: What a hand has taken over, which stays: a parameter's number, or a content.
        """
        offer, self.open = self.open, None
        if offer is None:
            return
        heard = offer.heard
        stays = self._silence(offer, at, hand_on=hand_on) if not is_left else ""
        for move in offer.moves:
            self._leave(move, at, MoveState.EXPIRED, reason, stays=stays if move is heard else "")
        self._out.notices.append(Offered(offer=offer.id, moves=()))

    def _leave(
        self, move: TaskMove, at: float, state: MoveState, reason: str, *, stays: str
    ) -> None:
        """End a variant that was not picked; one that must stay, as `stays` says, can be undone."""
        move.is_heard |= bool(stays)
        self._moves.enter(move, MoveState.UNCONFIRMED if stays else state, at, stays or reason)

    def _silence(self, offer: Offer, at: float, *, hand_on: object = None) -> str:
        """What is heard of an offer goes back; why it stays, in words."""
        heard = offer.heard
        if heard is None:
            return ""
        stays = self._moves.mover(heard).audition(heard, at, on=False, hand_on=hand_on)
        offer.heard = heard if stays else None
        return stays


def _offered(offer: Offer) -> Offered:
    return Offered(offer=offer.id, moves=tuple(move.id for move in offer.moves))
