"""The doctor's lines on a running bridge: what it counted, in words, and what to do about it."""

from collections.abc import Iterator
from typing import Final

from bridge.errors import BridgeError
from bridge.runtime.port_owner import why_not_bound
from bridge.runtime.remote import ask_stats

_LOG: Final = "the bridge's log names each kind once, with its sender"

_LINES: Final[dict[str, tuple[str, str]]] = {
    "undecodable": (
        "datagrams, or elements of bundles, that were no OSC",
        f"is the right program sending to this port, and in UDP? {_LOG}",
    ),
    "unknown": (
        "messages to unknown addresses, which were ignored",
        f"compare the spelling with docs/osc.md, and daw.dialect with your DAW; {_LOG}",
    ),
    "misunderstood": (
        "values of the DAW that could not be understood; their controls are left alone",
        f"docs/osc.md says what each address takes; {_LOG}",
    ),
    "beyond": (
        "messages about tracks beyond the number that the DAW gave, which were ignored",
        "/mix/tracks must count every track that is sent",
    ),
    "refused": ("requests that were refused", f"docs/osc.md says what each takes; {_LOG}"),
    "unanswered_errors": (
        "refusals that were not sent, because there were too many at once",
        f"say /bridge/hello, and look at what that remote sends; {_LOG}",
    ),
    "asked_again": (
        "repeated requests for all tracks, after one that the DAW did not answer",
        "it must answer /mix/refresh, up to /mix/synced; does its OSC send to this port?",
    ),
    "unconfirmed": (
        "moves that the DAW did not confirm",
        "it must answer each write with the value that it holds; is a track frozen or automated?",
    ),
    "unsaid": ("writes that this dialect cannot express", "please report it, with the log"),
    "unsent": (
        "datagrams that could not be sent",
        "is the network up, and do daw.host and the ports of your remotes exist?",
    ),
    "lost": (
        "datagrams that were lost since the receive buffer was full",
        "see 'receive buffer'; send meters ten times a second, and no more",
    ),
    "dropped": (
        "values of the DAW that were dropped for lack of room",
        "let the DAW send less at once",
    ),
    "faults": ("faults of the bridge itself", "please report it, with the log"),
}
"""What a person should know of, by counter; the others are the usual course of things."""

_USUAL: Final[dict[str, str]] = {
    "received": "datagrams received",
    "releases": "releases of buttons",
    "repeated_presses": "presses doubled",
    "neutral_rewards": "rewards of 0 without a move",
    "replaced": "values overtaken by newer ones",
    "held_back": "writes overtaken by newer ones",
    "withdrawn": "writes withdrawn",
}


def examine(host: str, port: int) -> Iterator[tuple[str, str, str, str]]:
    """What a running bridge has counted, as level, subject, text and remedy; nothing without one.

    Each counter that is not 0 and that a person can do something about is a line of its own.
    """
    if why_not_bound(host, port) is None:
        return
    try:
        stats = ask_stats(host, port)
    except BridgeError:  # the doctor says elsewhere who has the port; or it is an older bridge
        return
    yield from lines(stats)


def lines(stats: dict[str, int]) -> Iterator[tuple[str, str, str, str]]:
    """Say in words what the counters of `/bridge/stats` mean."""
    usual = [f"{words}: {stats[name]}" for name, words in _USUAL.items() if stats.get(name)]
    yield "ok", "traffic", ", ".join(usual) or "nothing was received", ""
    for name, (words, remedy) in _LINES.items():
        if count := stats.get(name, 0):
            yield "warning", name.replace("_", " "), f"{words}: {count}", remedy
