"""The gate: who may talk to the page at all, before anything looks at what they say.

Each rule is one small function, and each has a test that fails without it. They are about browsers
that somebody else's page drives (cross-site requests, DNS rebinding); whoever is let in here still
needs a token for everything that shows or changes something (`bridge.web.access`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_METHODS: Final = frozenset({"GET", "HEAD", "POST"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is known of a request before it is looked at; None for a header that is not there.

    Attributes:
        method: Of HTTP; a WebSocket's handshake is a GET.
        is_program: Whether a program asks (the API, a WebSocket), and no person with a link.
        host: The name by which this machine was called.
        origin: The page that asks.
        site: What the browser says of that page (``Sec-Fetch-Site``).
        content_type: Of the body.
    """

    method: str
    is_program: bool
    host: str | None
    origin: str | None
    site: str | None
    content_type: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why not: an HTTP status and a sentence."""

    status: int
    text: str


def refusal(asked: Asked, hosts: frozenset[str]) -> Refusal | None:
    """Why a request is not let in, or None.

    Args:
        asked: The request.
        hosts: The names that this machine may be called by, without port, lower case.
    """
    return next((no for rule in RULES if (no := rule(asked, hosts)) is not None), None)


def _must_call_this_machine(asked: Asked, hosts: frozenset[str]) -> Refusal | None:
    # A page whose name was rebound to this address still calls it by that name.
    name = _name(asked.host)
    if name in hosts:
        return None
    return Refusal(
        status=403,
        text=f"Host: expected one of {', '.join(sorted(hosts))}; got {name or 'none'!r}. "
        "Open the address that mixbridge shows at its start.",
    )


def _must_come_from_this_page(asked: Asked, _: frozenset[str]) -> Refusal | None:
    # Programs send no Origin; browsers do, and a sandboxed page says "null".
    if asked.origin is None or asked.origin == f"http://{asked.host}":
        return None
    return Refusal(status=403, text="Origin: another page may not talk to this bridge.")


def _must_not_be_embedded(asked: Asked, _: frozenset[str]) -> Refusal | None:
    # A GET without Origin, sent by another page's image or script.
    if not asked.is_program or asked.site in (None, "same-origin", "none"):
        return None
    return Refusal(status=403, text="Sec-Fetch-Site: another page may not talk to this bridge.")


def _must_be_json(asked: Asked, _: frozenset[str]) -> Refusal | None:
    # A form of another page can send text/plain without asking; JSON it cannot.
    if asked.method != "POST":
        return None
    kind = (asked.content_type or "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return None
    return Refusal(status=415, text=f"Content-Type: expected application/json; got {kind!r}.")


def _must_be_a_known_method(asked: Asked, _: frozenset[str]) -> Refusal | None:
    if asked.method in _METHODS:
        return None
    return Refusal(status=405, text=f"expected GET or POST; got {asked.method[:20]!r}.")


RULES: Final[tuple[Callable[[Asked, frozenset[str]], Refusal | None], ...]] = (
    _must_call_this_machine,
    _must_come_from_this_page,
    _must_not_be_embedded,
    _must_be_a_known_method,
    _must_be_json,
)


def _name(host: str | None) -> str:
    """The name of a Host header, without its port; empty where it is no name."""
    try:
        return (urlsplit(f"//{host or ''}").hostname or "").lower()
    except ValueError:
        return ""
