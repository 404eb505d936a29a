"""What a page shows and may do beside the bridge itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Choose = Callable[[str], None]
"""Takes the name of a DAW; called on the page's thread; raises BridgeError where it cannot be."""

Document = Callable[[], tuple[bytes, str]]
"""Content and its media type; called on a thread that may wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageExtras:
    """The demo gives its page ears with these, and a first run the choice of the DAW.

    Attributes:
        facts: Plain JSON that every client is told once.
        documents: What a client with a token can fetch by name.
        choose: Begins again beside another DAW; None where the settings name one.
    """

    facts: Mapping[str, Any] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
    choose: Choose | None = None
