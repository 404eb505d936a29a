"""What a page shows beside the bridge itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Document = Callable[[], tuple[bytes, str]]
"""Content and its media type; called on a thread that may wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageExtras:
    """The demo gives its page ears with these.

    Attributes:
        facts: Plain JSON that every client is told once.
        documents: What a client with a token can fetch by name.
    """

    facts: Mapping[str, Any] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
