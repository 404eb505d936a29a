"""Discovery: tell the local network where OSC and the page are, so that surfaces find them.

Only what can be reached from there is announced: nothing while everything is on loopback. It takes
the extra `discover` (zeroconf, LGPL); without it the bridge runs and people type addresses.
"""

import importlib
import logging
import socket
from collections.abc import Callable
from typing import Any, Final

from bridge.install.installation import install_command

_OSC: Final = "_osc._udp.local."
_OSCQUERY: Final = "_oscjson._tcp.local."

_log = logging.getLogger(__name__)


def services(listen: tuple[str, int], page: tuple[str, int] | None) -> dict[str, tuple[str, int]]:
    """What is to be announced: type of service, and where it is.

    >>> services(("127.0.0.1", 9400), ("0.0.0.0", 9480))
    {'_oscjson._tcp.local.': ('0.0.0.0', 9480)}
    """
    found = {_OSC: listen} | ({} if page is None else {_OSCQUERY: page})
    return {kind: where for kind, where in found.items() if not where[0].startswith("127.")}


def announce(found: dict[str, tuple[str, int]], *, address: str) -> Callable[[], None]:
    """Announce services at `address` until the function that is returned is called.

    Takes a second or two: call it in a thread. Where it cannot be done, why is logged.
    """
    if not found:
        return lambda: None
    try:
        library: Any = importlib.import_module("zeroconf")
    except ImportError:
        _log.info("Not announced in the network; to get that: %s", install_command("discover"))
        return lambda: None
    try:
        zeroconf = library.Zeroconf(interfaces=[address])
        for kind, (_, port) in found.items():
            info = library.ServiceInfo(
                kind,
                f"mixbridge.{kind}",
                port=port,
                addresses=[socket.inet_aton(address)],
                properties={"txtvers": "1"},
                server=f"{socket.gethostname().partition('.')[0]}.local.",
            )
            zeroconf.register_service(info, allow_name_change=True)
    except (OSError, library.Error) as error:
        _log.warning("Not announced in the network: %s", error)
        return lambda: None
    return lambda: _end(zeroconf)


def _end(zeroconf: Any) -> None:  # noqa: ANN401 - an optional library
    zeroconf.unregister_all_services()
    zeroconf.close()


def own_address() -> str:
    """The address from which this machine would speak to the network; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737: belongs to nobody
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"
