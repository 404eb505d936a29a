"""What a person says to a running bridge from the shell, and what became of it.

Each request is sent once, between two greetings: an undo or an accept that is sent again would do
another thing. A judgement carries an id of its own, so that the bridge can say when it is on disk.
"""

import socket
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from bridge.errors import NetworkError, OscDecodeError, RefusedError
from bridge.mix.notices import MIX_ENDORSED, WISH_NOTED
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscArg, OscMessage

_ATTEMPTS: Final = 3
_PATIENCE_S: Final = 0.5
_ANSWER_S: Final = 2.5
"""A ramp back takes a second, and a heartbeat comes every two."""

_MOST_WAITING: Final = 10_000
"""More datagrams than a socket holds for a program that does not read."""

_AFTER_S: Final = 0.1
"""How long news may follow what they belong to."""

IsAnswer = Callable[[OscMessage], bool]


class RemoteControl:
    """A conversation with the bridge that listens at `host` and `port`; a context manager.

    Args:
        host: Where the bridge listens.
        port: Its UDP port.
        name: Begins the ids of its judgements, so that the journal says where they came from.

    Raises:
        NetworkError: When it is entered and no bridge answers there.

    Attributes:
        version: Of the bridge.
    """

    def __init__(self, host: str, port: int, *, name: str = "shell") -> None:
        self.version = ""
        self._name = name
        target = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 (where it listens)
        self._address = (target, port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._heard: list[OscMessage] = []

    def __enter__(self) -> Self:
        """Greet the bridge; the socket is closed where none answers."""
        try:
            self.greet()
        except NetworkError:
            self._socket.close()
            raise
        return self

    def greet(self) -> None:
        """Drop what came since the last request, and say hello until the bridge answers.

        Raises:
            NetworkError: If no bridge answers.
        """
        self._discard()
        with suppress(OSError):  # nothing listens there, or there is no way there
            self._socket.connect(self._address)
            for _ in range(_ATTEMPTS):
                self._send("/bridge/hello", self._socket.getsockname()[1])
                if welcome := self._wait(_is("/bridge/welcome"), _PATIENCE_S):
                    self.version = str(welcome.args[0])
                    self._wait(lambda _: False, _AFTER_S)
                    return
        host, port = self._address
        raise NetworkError(
            f"No mixbridge answers at {host}:{port}: start one with 'mixbridge run', or name its "
            "settings with --config FILE."
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the conversation."""
        self._socket.close()

    def status(self) -> str:
        """How the bridge is, and what waits for an answer."""
        state, text = self._last("/bridge/status") or ("well", "")
        lines = [f"mixbridge {self.version}: {state!s}, {text!s}; mode {self.mode()}."]
        if move := self._open_suggestion():
            lines.append(f"It suggests {_shown(move)}: {move[6]!s} Answer with accept or skip.")
        if (asked := self._last("/bridge/question")) and asked[0]:
            lines.append(question_in_words(*asked))
        return "\n".join(lines)

    def mode(self) -> str:
        """The mode that it is in."""
        beat = self._wait(_is("/bridge/heartbeat"), _ANSWER_S)
        if beat is None:
            raise NetworkError("The bridge went away before it could say its mode.")
        return str(beat.args[1])

    def choose_mode(self, mode: str) -> str:
        """Choose a mode, and wait until the bridge is in it."""
        self.ask("/bridge/mode", mode)
        for _ in range(2):  # a heartbeat may have been on its way
            if self.mode() == mode:
                return f"The mode is {mode}."
        raise NetworkError(f"The bridge did not change to {mode}; see 'mixbridge status'.")

    def judge(self, value: float, move: str) -> str:
        """Like a move or not; an empty name is what was moved last. Waits for the disk."""
        word = "Good" if value > 0 else "Bad"
        reward_id = f"{self._name}-{uuid.uuid4().hex}"
        self.ask("/bridge/reward", value, move, reward_id)
        saved = self._wait(lambda m: m.address == "/bridge/rewarded" and m.args[0] == reward_id)
        if saved is None:
            raise NetworkError(f"{word} was sent, but the bridge did not confirm that it is saved.")
        if not saved.args[1]:
            return f"{word} is saved, for no move: none waits for an answer."
        self._wait(lambda _: False, _AFTER_S)
        goes_back = ", which goes back" if self._state_of(str(saved.args[1])) == "reverted" else ""
        return f"{word} is saved for move {saved.args[1]!s}{goes_back}."

    def answer(self, verb: str, move: str) -> str:
        """Accept or skip the open suggestion, or the one that is named."""
        suggestion = self._open_suggestion()
        if suggestion is None:
            raise RefusedError(f"{verb}: there is no open suggestion.")
        name = move or str(suggestion[0])
        self.ask(f"/bridge/{verb}", name)
        self._wait(lambda m: m.address == "/bridge/move" and m.args[0] == name)
        done = "Accepted" if verb == "accept" else "Skipped"
        return f"{done}: {_shown(suggestion) if name == suggestion[0] else name}."

    def audition(self, *, on: bool) -> str:
        """Hear the open suggestion, or the mix without it."""
        suggestion = self._open_suggestion()
        if suggestion is None:
            raise RefusedError("audition: there is no open suggestion.")
        self.ask("/bridge/audition", str(suggestion[0]), int(on))
        return f"You hear {_shown(suggestion)}." if on else "You hear the mix without it."

    def audition_variant(self, number: int) -> str:
        """Hear a variant of the open offer, from 1."""
        offers = [m for m in self._heard if m.address == "/bridge/offer"]
        variants = offers[-1].args[2:] if offers else ()
        if number > len(variants):
            raise RefusedError(f"audition: {len(variants)} variants are open; got {number}.")
        self.ask("/bridge/audition", str(variants[number - 1]), 1)
        return f"You hear variant {number}."

    def undo(self, move: str) -> str:
        """Take a move back; an empty name is the last one."""
        self.ask("/bridge/undo", *([move] if move else []))
        back = self._wait(lambda m: m.address == "/bridge/move" and m.args[1] == "reverted")
        if back is None:
            return "Undo is under way; see 'mixbridge status'."
        return f"Taken back: {_shown(back.args)}."

    def endorse(self) -> str:
        """Say that the mix is as the person wants it, and wait until the bridge has noted it."""
        self.ask("/bridge/endorse")
        said = self._wait(lambda m: m.address == "/bridge/status" and m.args[1] == MIX_ENDORSED)
        if said is None:
            raise NetworkError("Endorse was sent, but the bridge did not confirm that it is noted.")
        return f"{MIX_ENDORSED.capitalize()}."

    def offer_variants(self) -> str:
        """Ask for variants of the whole mix, and wait for them; returns what each changes."""
        self.ask("/bridge/variants")
        offer = self._wait(lambda m: m.address == "/bridge/offer" and m.args[1] != 0)
        if offer is None:
            raise NetworkError("Variants were asked for, but the bridge offered none in time.")
        reasons = {m.args[0]: m.args[-1] for m in self._heard if m.address == "/bridge/move"}
        lines = [f"{at}: {reasons.get(move, move)!s}" for at, move in enumerate(offer.args[2:], 1)]
        lines.append("Hear one with 'mixbridge audition NUMBER', then 'mixbridge choose NUMBER'.")
        return "\n".join(lines)

    def wish(self, track: str, word: str) -> str:
        """Say how a track is wanted; what is noted, and the move that answers where one comes."""
        self.ask("/bridge/wish", track, word)
        said = self._wait(
            lambda m: m.address == "/bridge/status" and str(m.args[1]).startswith(WISH_NOTED)
        )
        if said is None:
            raise NetworkError(
                "The wish was sent, but the bridge did not confirm that it is noted."
            )
        noted = str(said.args[1])
        wanted = noted.removeprefix("noted: ").partition(";")[0]
        begins = ("proposed", "applied")
        move = self._wait(
            lambda m: (
                m.address == "/bridge/move"
                and m.args[1] in begins
                and str(m.args[6]).startswith(wanted)
            )
        )
        text = f"{noted[0].upper()}{noted[1:]}."
        if move is None:
            return text
        verb = "It suggests" if move.args[1] == "proposed" else "It makes"
        return f"{text}\n{verb} {_shown(move.args)}."

    def ask(self, address: str, *args: OscArg) -> None:
        """Send a request once, and hear what the bridge says until it has had it.

        Raises:
            NetworkError: If the bridge has gone.
            RefusedError: If it refuses; the text is its own.
        """
        self._heard.clear()
        try:
            self._send(address, *args)
            self._send("/bridge/hello", self._socket.getsockname()[1])
            has_had_it = self._wait(_is("/bridge/welcome"), _ANSWER_S)
            self._wait(_is("/bridge/error"), _AFTER_S)
        except OSError:
            has_had_it = None
        if has_had_it is None:
            raise NetworkError("The bridge went away; it is not known whether the request arrived.")
        if refusal := self._last("/bridge/error"):
            raise RefusedError(str(refusal[0]))

    def _discard(self) -> None:
        """Drop what was heard, and what waits in the socket."""
        self._heard.clear()
        self._socket.settimeout(0.0)
        for _ in range(_MOST_WAITING):
            try:
                self._socket.recv(65_535)
            except BlockingIOError:
                return
            except OSError:  # that nothing listened there when the last one was sent
                continue

    def _send(self, address: str, *args: OscArg) -> None:
        self._socket.send(encode(OscMessage(address, args)))

    def _wait(self, is_answer: IsAnswer, patience_s: float = _ANSWER_S) -> OscMessage | None:
        """The first message that answers, of those that came since the request or come now."""
        for message in self._heard:
            if message.address != "/bridge/heartbeat" and is_answer(message):
                return message
        end = time.monotonic() + patience_s
        while (left_s := end - time.monotonic()) > 0:
            self._socket.settimeout(left_s)
            try:
                news = decode(self._socket.recv(65_535))
            except TimeoutError:
                break
            except OscDecodeError:
                continue
            self._heard += news
            for message in news:
                if is_answer(message):
                    return message
        return None

    def _last(self, address: str) -> tuple[OscArg, ...] | None:
        said = [message.args for message in self._heard if message.address == address]
        return said[-1] if said else None

    def _open_suggestion(self) -> tuple[OscArg, ...] | None:
        moves = [message.args for message in self._heard if message.address == "/bridge/move"]
        return next((move for move in reversed(moves) if move[1] == "proposed"), None)

    def _state_of(self, name: str) -> str:
        moves = [m.args for m in self._heard if m.address == "/bridge/move" and m.args[0] == name]
        return str(moves[-1][1]) if moves else ""


def question_in_words(track: OscArg, role: OscArg, text: OscArg) -> str:
    """A question as `/bridge/question` tells it, and how to answer.

    >>> question_in_words(3, "kick", "is 'KIn' a kick?")
    "It asks: is 'KIn' a kick? Answer with 'mixbridge role 3 kick'; any other role is a no."
    >>> question_in_words(3, "", "what does 'X' play?")
    "It asks: what does 'X' play? Answer with 'mixbridge role 3 ROLE', or 'other' for none."
    """
    if role:
        answer = f"'mixbridge role {track!s} {role!s}'"
        return f"It asks: {text!s} Answer with {answer}; any other role is a no."
    return f"It asks: {text!s} Answer with 'mixbridge role {track!s} ROLE', or 'other' for none."


def _is(address: str) -> IsAnswer:
    return lambda message: message.address == address


def _shown(move: tuple[OscArg, ...]) -> str:
    """A move as `/bridge/move` tells it, in one phrase."""
    name, _, track, param, from_value, to_value = move[:6]
    path = f"from {float(str(from_value)):.3g} to {float(str(to_value)):.3g}"
    return f"move {name!s}, track {track!s} {param!s} {path}"
