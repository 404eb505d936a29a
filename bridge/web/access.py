"""Tokens: what somebody may do who has been let in.

Two secrets of 128 bits: one may do everything that the page can, the other only looks. Who is on
this machine is given the first one by the page itself; a phone gets one with the QR code, in the
fragment of the address, which no browser ever sends. They are kept in the state file for
`LIFE_DAYS`, so that a phone stays paired when the bridge restarts.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Any, Final

LIFE_DAYS: Final = 30
_SHAPE: Final = 22
"""128 bits in URL-safe base64."""


class Right(Enum):
    """What a token allows."""

    NOTHING = auto()
    LOOK = auto()
    ALL = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The two tokens of a person's bridge.

    Attributes:
        all: Allows everything.
        look: Allows to look.
        made: When they were made, ISO 8601.
    """

    all: str
    look: str
    made: str

    @classmethod
    def fresh(cls) -> "Access":
        """New tokens; the old ones are worth nothing from now on."""
        made = datetime.now(UTC).isoformat(timespec="seconds")
        return cls(all=secrets.token_urlsafe(16), look=secrets.token_urlsafe(16), made=made)

    @classmethod
    def load(cls, state: Mapping[str, Any]) -> "Access":
        """The tokens of a state file, or new ones where there are none or they are too old."""
        try:
            access = cls(**{name: str(state[name]) for name in ("all", "look", "made")})
            age = datetime.now(UTC) - datetime.fromisoformat(access.made)
        except (KeyError, ValueError, TypeError):
            return cls.fresh()
        is_sound = len(access.all) == len(access.look) == _SHAPE and access.all != access.look
        return access if is_sound and age < timedelta(days=LIFE_DAYS) else cls.fresh()

    def to_json(self) -> dict[str, str]:
        """For the state file."""
        return {"all": self.all, "look": self.look, "made": self.made}

    def right(self, token: str) -> Right:
        """What this token allows; the comparison takes as long for a near miss as for any."""
        given = token.encode(errors="replace")
        if hmac.compare_digest(given, self.all.encode()):
            return Right.ALL
        if hmac.compare_digest(given, self.look.encode()):
            return Right.LOOK
        return Right.NOTHING
