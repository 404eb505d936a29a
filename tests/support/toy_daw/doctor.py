"""What the doctor looks at beside the toy."""

from collections.abc import Iterator

from bridge.config import Settings
from bridge.daw.row import Line


def examine(settings: Settings) -> Iterator[Line]:
    """Where it should be."""
    yield "ok", "Toy Studio", f"expected at port {settings.daw.port}", ""
