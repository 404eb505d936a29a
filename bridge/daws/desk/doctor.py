"""What the doctor looks at where the DAW is a desk: whether there is one, and how it answers."""

from collections.abc import Iterator
from typing import Final

from bridge.config import Settings
from bridge.daw.row import Line
from bridge.daws.desk.finding import FoundDesk, describe, find_desks
from bridge.daws.desk.probe import Probe, probe
from bridge.daws.desk.wire.tables import Family, firmware_of
from bridge.errors import BridgeError, NetworkError
from bridge.runtime.remote import ask_facts

Facts = dict[str, str | float]

_LOSSY: Final = 0.01
_SLOW_MS: Final = 30.0
_OTHERS: Final = "X32-Edit, X AIR Edit, Mixing Station, Companion and tablets each take one"


def examine(settings: Settings) -> Iterator[Line]:
    """Everything about the desk, one line each; nothing is written to it."""
    try:
        facts = ask_facts(settings.listen.host, settings.listen.port)
    except BridgeError:
        facts = {}
    if facts.get("desk"):
        yield from of_running(facts)
        return
    try:
        desks = find_desks(settings.daw.host, settings.daw.port)
    except NetworkError as error:
        yield "problem", "desk", str(error), "set daw.host to it, or leave it out"
        return
    if text := describe(desks, settings.daw.host):
        yield (
            "problem",
            "desk",
            text,
            "see docs/desks.md; 'mixbridge setup desk' lists what answers",
        )
        return
    (desk,) = (each for each in desks if each.family is not None)
    family = desk.family
    assert family is not None  # noqa: S101 - chosen so above
    yield "ok", "desk", f"{desk}, firmware {desk.firmware}", ""
    yield from _firmware(desk, family)
    try:
        found = probe(desk, family)
    except NetworkError as error:
        yield "problem", "desk", str(error), "put this machine into the desk's network"
        return
    yield from of_probe(found, family)


def _firmware(desk: FoundDesk, family: Family) -> Iterator[Line]:
    if firmware_of(desk.firmware) < family.oldest:
        oldest = ".".join(map(str, family.oldest))
        text = f"{desk.firmware} is older than {oldest}, which nothing here was made for"
        yield "warning", "desk's firmware", text, "update the desk before you rely on it"


def of_probe(found: Probe, family: Family) -> Iterator[Line]:
    """What the answers of a desk mean, one line each."""
    answered = f"median {found.median_ms:.1f} ms, worst {found.worst_ms:.1f} ms"
    text = f"{answered}, {found.lost_share:.0%} of {found.asked} questions lost"
    if found.lost_share > _LOSSY or found.median_ms > _SLOW_MS:
        yield "warning", "desk's answers", text, "use a cable, or stand nearer to the router"
    else:
        yield "ok", "desk's answers", text, ""
    if found.is_wireless:
        text = "this machine reaches it by Wi-Fi, which loses datagrams in a full room"
        yield "warning", "desk's network", text, "use a cable for a show"
    if not found.named:
        text = "no input has a name, and what has none is left alone"
        yield "warning", "desk's inputs", text, "name the channels on the desk, or desk.strips: all"
    else:
        yield "ok", "desk's inputs", f"{found.named} have a name", ""
    if found.is_locked:
        yield "warning", "desk's lock", "its surface is locked", "unlock it: hands must win"
    text = (
        f"it tells {family.places} clients of changes; {_OTHERS}; 'mixbridge setup desk' tests it"
    )
    yield "ok", "desk's places", text, ""


def of_running(facts: Facts) -> Iterator[Line]:
    """What a running bridge knows of its desk, one line each."""
    what = (
        f"{facts['model']} {facts['desk']}, firmware {facts['firmware']}, beside a running bridge"
    )
    yield "ok", "desk", what, ""
    if trouble := str(facts.get("trouble", "")):
        yield "problem", "desk's places", trouble, "see docs/desks.md"
    lost = float(facts.get("lost_share", 0.0))
    if "round_trip_ms" in facts:
        text = (
            f"median {float(facts['round_trip_ms']):.1f} ms, worst "
            f"{float(facts['round_trip_worst_ms']):.1f} ms, {lost:.1%} of questions lost"
        )
        is_bad = lost > _LOSSY
        remedy = "use a cable, or stand nearer to the router" if is_bad else ""
        yield "warning" if is_bad else "ok", "desk's answers", text, remedy
    if "named" in facts:
        left = f"; left alone: {facts['left_alone']}" if facts.get("left_alone") else ""
        pairs = f", {float(facts['linked_pairs']):.0f} linked pairs"
        yield "ok", "desk's inputs", f"{float(facts['named']):.0f} have a name{pairs}{left}", ""
