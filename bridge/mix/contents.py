"""Contents as the DAW last said them, and changes of them.

A change of a content is from one text to another. Four questions are asked of it, and each has one
answer for all kinds: it stands while the text is the same as `after` (`ContentRow.is_same`); it is
asked for by `SetContent`; its inverse is `before`; and its words are the reason of its move.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import eq
from typing import Final

from bridge.mix.content_events import ContentGone, ContentKind, ContentReported
from bridge.mix.items import is_same_item
from bridge.mix.params import LockClass
from bridge.mix.phrases import is_same_phrase

MOST_TEXT: Final = 30_000
"""Characters of a text: two of them fit into one datagram of 65,507 bytes, if plain."""
MAX_CONTENTS: Final = 4_096
"""More than any song that one person works on; bounds what a DAW that invents keys can cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentRow:
    """All that the core must know of a kind of content.

    Attributes:
        words: One of them, for a person.
        lock_class: What locks it.
        is_same: Whether two texts say the same. A DAW that rounds makes this more than equality.
        is_played: Whether a variant is heard by `PlayContent`; else it is written, and back.
    """

    words: str
    lock_class: LockClass
    is_same: Callable[[str, str], bool] = eq
    is_played: bool = False


CONTENTS: Final[dict[ContentKind, ContentRow]] = {
    ContentKind.ITEM: ContentRow(words="item", lock_class=LockClass.EDITS, is_same=is_same_item),
    ContentKind.CLIP: ContentRow(
        words="clip", lock_class=LockClass.NOTES, is_same=is_same_phrase, is_played=True
    ),
    ContentKind.PATCH: ContentRow(words="patch", lock_class=LockClass.SOUND),
}
"""Every kind of content."""

Place = tuple[ContentKind, str]
"""A content: its kind, and its identity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentChange:
    """A content that is to hold another text.

    Attributes:
        before: What stands there; the change is made only while it does.
        after: What is to stand there.
    """

    kind: ContentKind
    key: str
    before: str
    after: str

    @property
    def place(self) -> Place:
        """The content."""
        return self.kind, self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentControl:
    """A content as a move names it; its values are 0 (as before) and 1 (changed)."""

    kind: ContentKind
    key: str
    name: str

    @property
    def value(self) -> str:
        """Its name on the wire."""
        return f"{self.kind}/{self.key}"

    def __str__(self) -> str:
        """Its name on the wire."""
        return self.value

    @property
    def words(self) -> str:
        """The content as a person says it."""
        return f"{CONTENTS[self.kind].words} {self.name}"

    @property
    def tolerance(self) -> float:
        """There is nothing between before and after."""
        return 0.5

    def in_words(self, value: float) -> str:
        """Which of the two stands."""
        return "changed" if value > self.tolerance else "as before"


@dataclass(slots=True, kw_only=True)
class Content:
    """One content.

    Attributes:
        strip: The identity of its strip.
        text: What stands there, as last confirmed.
        settled: What stood there before it began to change; see `MixState.settled`.
    """

    kind: ContentKind
    key: str
    strip: str
    name: str
    text: str
    settled: str
    barred: str = ""
    group: str = ""

    @property
    def place(self) -> Place:
        """Its kind and identity."""
        return self.kind, self.key

    @property
    def control(self) -> ContentControl:
        """It as a move names it."""
        return ContentControl(kind=self.kind, key=self.key, name=self.name or self.key)

    def is_text(self, text: str) -> bool:
        """Whether that stands in it."""
        return is_same_text(self.kind, self.text, text)


class Contents:
    """All contents that the DAW has told of, in the order in which it told of them."""

    def __init__(self) -> None:
        self._contents: dict[Place, Content] = {}

    def __iter__(self) -> Iterator[Content]:
        return iter(self._contents.values())

    def __getitem__(self, place: Place) -> Content:
        return self._contents[place]

    def get(self, place: Place) -> Content | None:
        """The content of that identity, if the DAW still has it."""
        return self._contents.get(place)

    def group_of(self, content: Content) -> list[Content]:
        """The contents that must change together with it, and itself."""
        if not content.group:
            return [content]
        return [each for each in self if (each.kind, each.group) == (content.kind, content.group)]

    def receive(self, event: ContentReported, strip: str) -> Content | None:
        """Take over who a content is, and its text where it is new; the caller does the rest.

        Args:
            event: What the DAW said.
            strip: The identity of its strip.

        Returns:
            None where there are too many.
        """
        content = self._contents.get((event.kind, event.key))
        if content is None:
            if len(self._contents) >= MAX_CONTENTS:
                return None
            content = self._contents[event.kind, event.key] = Content(
                kind=event.kind,
                key=event.key,
                strip=strip,
                name=event.name,
                text=event.text,
                settled=event.text,
            )
        content.strip, content.name = strip, event.name
        content.barred, content.group = event.barred, event.group
        return content

    def remove(self, event: ContentGone) -> bool:
        """Forget a content; False where there was none."""
        return self._contents.pop((event.kind, event.key), None) is not None

    def clear(self) -> None:
        """Forget all of them."""
        self._contents.clear()

    def keep_strips(self, keys: frozenset[str]) -> None:
        """Forget the contents of strips that are gone."""
        for content in [each for each in self if each.strip not in keys]:
            del self._contents[content.place]


def is_same_text(kind: ContentKind, a: str, b: str) -> bool:
    """Whether two texts of a kind say the same; an empty place is never the same as a full one."""
    return a == b or (bool(a) and bool(b) and CONTENTS[kind].is_same(a, b))
