"""What a bench is: the part of the world that a task works on; and what it needs of the work."""

from collections.abc import Callable, Iterable
from typing import Protocol

from bridge.engine.offers import Offers
from bridge.engine.task_move import TaskMove, TaskMoves
from bridge.guard.work_rules import WorkRules
from bridge.mix.content_events import ContentKind
from bridge.tasks.task import Lesson, Outcome, Scene, Task


class Bench(Protocol):
    """The devices, or the contents."""

    @property
    def has_focus(self) -> bool:
        """Whether a person has chosen a focus, and it is there."""

    @property
    def names(self) -> tuple[str, str]:
        """The track in focus and the device there; empty for none."""

    @property
    def has_target(self) -> bool:
        """Whether it is to come near to something that can be measured: then nobody need answer."""

    @property
    def is_free(self) -> bool:
        """Whether something is in focus, nothing on its way, and nothing awaited."""

    @property
    def free_at(self) -> float:
        """When what is in focus is free of hands, monotonic seconds."""

    @property
    def due(self) -> float | None:
        """When there is something to write or to conclude, monotonic seconds."""

    def lock(self) -> str:
        """Why what is in focus is never written, in words; empty where it may be."""

    def listen_first(self, at: float) -> bool:
        """Whether a note has to be measured before anything is proposed."""

    def scene(self, at: float, kinds: Iterable[ContentKind]) -> Scene:
        """What a task may know now, with the contents of those kinds."""

    def settle(self, at: float) -> None:
        """Learn from hands that have arrived."""


class Learner(Protocol):
    """What learns from the answers to an offer."""

    def learn(self, lesson: Lesson) -> Outcome:
        """Learn from what became of a change."""


class WorkHost(Protocol):
    """What a bench needs of `bridge.engine.work.Work`.

    Attributes:
        moves: What was changed.
        rules: What the guard says of all of it.
        offers: The open offer.
    """

    offers: Offers
    moves: TaskMoves
    rules: WorkRules

    @property
    def active(self) -> Task | None:
        """The task at work; None while that is the mix or nothing."""

    def interrupt(
        self,
        is_about: Callable[[TaskMove], bool],
        at: float,
        reason: str,
        *,
        is_left: bool = False,
        hand_on: object = None,
    ) -> None:
        """Somebody has taken over what the open offer is about."""

    def teach(self, lesson: Lesson, move: str = "") -> str:
        """Pass a lesson on to the task at work; returns why it takes the move back."""

    def judge(self, move: TaskMove, value: float) -> None:
        """A person says what they think of a move, -1 to +1."""

    def revert(self, move: TaskMove, at: float, reason: str) -> None:
        """Take a move back, unjudged."""

    def notify(self, text: str) -> None:
        """Show a sentence to everyone."""
