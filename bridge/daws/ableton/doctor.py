"""What the doctor looks at where the DAW is Live: AbletonOSC, its two ports, and our devices.

AbletonOSC answers at one port, and only one program can have that. While a bridge runs it is the
one, and is asked what it knows; else the doctor takes the port for a moment and asks AbletonOSC.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bridge.config import Settings
from bridge.daw.row import Line
from bridge.daws.ableton.folder import (
    RemoteScript,
    ScriptState,
    find_user_library,
    installed_files,
    remote_script,
)
from bridge.daws.ableton.inquiry import (
    BUNDLES_SINCE,
    LOG_LEVEL_SINCE,
    AbletonOsc,
    Facts,
    find_devices,
    inquire,
)
from bridge.daws.ableton.wire.frames import ANSWERS_AT
from bridge.errors import BridgeError, NetworkError
from bridge.runtime.port_owner import owners, why_not_bound
from bridge.runtime.remote import ask_facts

SLOW_PER_S: Final = 4.0
"""AbletonOSC has 10 turns a second; under this, Live is busy or shows a menu."""

STALE_S: Final = 3.0
"""Silent for longer, AbletonOSC or the hub is not there any more, or Live shows a menu."""

_EDITS: Final = (
    "heads and tails of audio clips in the Session are trimmed where Loop and Warp are off; "
    "AbletonOSC neither splits nor fades, and of the Arrangement gives names alone (docs/edits.md)"
)
"""What the task `edit` can do beside Live."""

_SETUP: Final = "mixbridge setup ableton"
_SELECT: Final = "in Live: Preferences > Link/Tempo/MIDI > Control Surface: AbletonOSC"
_RENEW: Final = "get the current version: https://github.com/ideoforms/AbletonOSC"
_OSC: Final = "AbletonOSC"
_DEVICES: Final = "Live's devices"


def examine(settings: Settings) -> Iterator[Line]:
    """Everything about Live, one line each."""
    yield from files()
    here = (settings.listen.host, settings.listen.port)
    if here[1] != ANSWERS_AT:
        text = f"AbletonOSC answers at port {ANSWERS_AT} alone, the bridge listens at {here[1]}"
        yield "warning", "Live's answers", text, f"leave listen.port out, or set it to {ANSWERS_AT}"
    try:
        yield from findings_of(ask_facts(*here), settings, is_running=True)
    except NetworkError:
        yield from _asked(settings)
    except BridgeError as error:
        yield "warning", _OSC, f"the running bridge did not answer: {error}", ""


def _asked(settings: Settings) -> Iterator[Line]:
    """What AbletonOSC says itself, where no bridge has its port."""
    ear = (settings.listen.host, settings.listen.port)
    try:
        with AbletonOsc(settings.daw.host, settings.daw.port, ear) as live:
            facts = inquire(live) or {}
            facts |= find_devices(live)
    except NetworkError as error:
        yield "problem", _OSC, str(error), "close that program: AbletonOSC answers one program only"
        return
    yield from findings_of(facts, settings, is_running=False)


def files() -> Iterator[Line]:
    """Whether the devices and AbletonOSC are where Live looks for them."""
    library = find_user_library(None)
    if library is None:
        text = "no User Library of Live was found; one that you named to the setup is not looked at"
        yield "ok", "Live's library", text, ""
        return
    yield _device_files(library)
    yield _script(remote_script(library))


def _device_files(library: Path) -> Line:
    subject = "Live's library"
    wanted = installed_files(library)
    missing = [path.name for path in wanted if not path.exists()]
    if missing:
        return "warning", subject, f"{', '.join(missing)} not in {library}", _SETUP
    other = [path.name for path, content in wanted.items() if path.read_bytes() != content]
    if other:
        return "warning", subject, f"of another version: {', '.join(other)}", _SETUP
    return "ok", subject, f"the devices of this version are in {library}", ""


def _script(script: RemoteScript) -> Line:
    subject = "Live's remote scripts"
    match script.state:
        case ScriptState.THERE:
            return "ok", subject, f"AbletonOSC is in {script.folder}", ""
        case ScriptState.MISPLACED:
            text = f"AbletonOSC is in {script.folder}, where Live does not find it"
        case ScriptState.MISSING:
            text = f"AbletonOSC is not in {script.folder.parent}"
    return "warning", subject, text, f"{_SETUP} says where it belongs"


def findings_of(facts: Facts, settings: Settings, *, is_running: bool) -> Iterator[Line]:
    """What the facts mean: of AbletonOSC, of the set, and of our devices.

    Args:
        facts: What the running bridge knows, or what AbletonOSC said.
        settings: Where they are.
        is_running: The bridge runs, and is what AbletonOSC answers to.
    """
    yield _answers(facts, settings, is_running=is_running)
    if facts.get("live"):
        yield "ok", "Live", f"version {facts['live']}", ""
    if "since" in facts:
        yield _age(str(facts["since"]))
    if "log_level" in facts:
        yield (
            "ok",
            "AbletonOSC's log",
            f"level {facts['log_level']}; set to warning while the bridge runs",
            "",
        )
    if facts.get("missing"):
        text = f"it does not know {facts['missing']}"
        yield "problem", "AbletonOSC's age", text, _RENEW
    if facts.get("error"):
        yield "warning", "AbletonOSC's errors", f"the last one: {facts['error']}", ""
    if facts.get("put_right"):
        text = f"{facts['put_right']:.0f} writes reached another track and were undone at once"
        yield "ok", "Live's tracks", text, ""
    if "no_eq" in facts:
        yield _equalisers(facts)
    yield _edits(facts)
    yield _hub(facts)
    yield _taps(facts)


def _edits(facts: Facts) -> Line:
    text = _EDITS
    if "clips" in facts:
        text = f"{facts['clips']:.0f} audio clips of the Session can be trimmed"
        if facts.get("clips_left"):
            text += f"; left alone: {facts['clips_left']}"
    return "ok", "Edits in Live", text, ""


def _answers(facts: Facts, settings: Settings, *, is_running: bool) -> Line:
    where = f"{settings.daw.host}:{settings.daw.port}"
    rate = float(facts.get("answers_per_s", 0.0))
    silent_s = float(facts.get("silent_s", 0.0))
    if rate > 0.0 and silent_s <= STALE_S:
        text = f"answers at {where}, {rate:.1f} times a second"
        if rate >= SLOW_PER_S:
            return "ok", _OSC, text, ""
        return "warning", _OSC, text, "close open menus and windows of Live; it answers between"
    text = f"does not answer at {where}" + (f", for {silent_s:.0f} s" if silent_s else "")
    is_here = settings.daw.host.startswith("127.")
    if is_here and why_not_bound(settings.daw.host, settings.daw.port) is None:
        return "problem", _OSC, f"{text}: nothing listens there", f"start Live, then {_SELECT}"
    there = owners(settings.daw.port) if is_here else ()
    who = f"; {', '.join(there)} has that port" if there else ""
    takers = owners(settings.listen.port)
    if is_running and len(takers) > 1:
        text += f"{who}, and its answers go to two programs: {', '.join(takers)}"
        return "problem", _OSC, text, "close the other one"
    remedy = (
        "close open menus and windows of Live; else choose AbletonOSC anew as control surface: "
        "after a reload it may have lost its addresses"
    )
    return "problem", _OSC, text + who, remedy


def _age(since: str) -> Line:
    subject = "AbletonOSC's age"
    if since == BUNDLES_SINCE:
        return "ok", subject, f"of {since} or newer", ""
    text = f"older than {BUNDLES_SINCE}: it does not read the bundles that the bridge asks in"
    if not since:
        text = (
            f"older than {LOG_LEVEL_SINCE}: it reads no bundles, and its log grows with each word"
        )
    return "problem", subject, text, _RENEW


def _equalisers(facts: Facts) -> Line:
    subject = "EQ Eight"
    count = int(float(facts.get("tracks", 0.0)))
    names = [name for name in str(facts["no_eq"]).split(", ") if name]
    if not names:
        return "ok", subject, f"on each of {count} tracks", ""
    shown = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
    text = f"not on {len(names)} of {count} tracks, whose EQ is left alone: {shown}"
    return "ok", subject, text, ""


def _hub(facts: Facts) -> Line:
    silent_s = float(facts.get("hub_silent_s", math.inf))
    if silent_s < math.inf:
        return "ok", "Live's hub", f"has spoken, {silent_s:.0f} s ago", ""
    text = "not running: no thumbs in Live, automation is not seen, tracks are known by name only"
    return "warning", "Live's hub", text, "drop mixbridge Hub on the master"


def _taps(facts: Facts) -> Line:
    taps, astray = (int(float(facts.get(name, 0.0))) for name in ("taps", "taps_astray"))
    if astray:
        text = f"{astray} are running, but no hub has told them their track"
        return "warning", _DEVICES, text, "drop mixbridge Hub on the master"
    count = int(float(facts.get("tracks", 0.0)))
    if not taps:
        text = "no track device is heard: levels are Live's peaks, and no spectrum is known"
        return "ok", _DEVICES, text, ""
    return (
        "ok",
        _DEVICES,
        f"{taps} track devices are running" + (f", {count} tracks" if count else ""),
        "",
    )
