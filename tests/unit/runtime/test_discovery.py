"""Services are announced where they can be reached, and found by another program's eyes."""

import socket
import sys
import threading
from typing import Any

import pytest

from bridge.runtime.discovery import announce, services

pytestmark = pytest.mark.slow


def test_what_is_on_loopback_is_not_announced() -> None:
    assert services(("127.0.0.1", 9400), ("127.0.0.1", 9480)) == {}
    assert services(("127.0.0.1", 9400), None) == {}
    assert services(("192.168.1.7", 9400), None) == {"_osc._udp.local.": ("192.168.1.7", 9400)}
    announce({}, address="127.0.0.1")()


def test_a_surface_finds_the_bridge() -> None:
    zeroconf: Any = pytest.importorskip("zeroconf")
    end = announce({"_osc._udp.local.": ("127.0.0.1", 9400)}, address="127.0.0.1")
    found = threading.Event()
    infos: list[Any] = []

    class Listener(zeroconf.ServiceListener):
        def add_service(self, seeker: object, kind: str, name: str) -> None:
            if name.startswith("mixbridge") and (info := watcher.get_service_info(kind, name)):
                infos.append(info)
                found.set()

        def update_service(self, seeker: object, kind: str, name: str) -> None: ...

        def remove_service(self, seeker: object, kind: str, name: str) -> None: ...

    watcher = zeroconf.Zeroconf(interfaces=["127.0.0.1"])
    try:
        browser = zeroconf.ServiceBrowser(watcher, "_osc._udp.local.", Listener())
        assert found.wait(20.0)
        browser.cancel()
    finally:
        watcher.close()
        end()
    assert infos[0].port == 9400
    assert infos[0].addresses == [socket.inet_aton("127.0.0.1")]


def test_without_the_library_nothing_is_announced_and_nothing_breaks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "zeroconf", None)
    announce({"_osc._udp.local.": ("127.0.0.1", 9400)}, address="127.0.0.1")()
