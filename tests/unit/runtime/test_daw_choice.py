"""Choosing the DAW on the page: what is refused, what is kept, and that the bridge then ends."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from support.ports import free_ports

from bridge.config import Settings
from bridge.errors import ConfigError, NetworkError, RefusedError
from bridge.journal.state_file import write_state
from bridge.runtime.daw_choice import DawChoice, last_choice, record_choice


def settings_beside(name: str, port: int, store: Path) -> Settings:
    return Settings.model_validate(
        {"daw": {"dialect": name}, "listen": {"port": port}, "store": store}
    )


def with_choice(store: Path, port: int, run: Callable[[DawChoice], Awaitable[None]]) -> None:
    """Run something with a choice beside a bridge at another port."""

    async def main() -> None:
        choice = DawChoice(lambda name: settings_beside(name, port, store))
        choice.begin(Settings.model_validate({"store": store}))
        await run(choice)

    asyncio.run(main())


def test_a_choice_ends_the_bridge_with_the_settings_of_the_next(tmp_path: Path) -> None:
    (port,) = free_ports(1)

    async def choose(choice: DawChoice) -> None:
        await asyncio.to_thread(choice.choose, "ardour")
        await choice.stopped.wait()
        assert choice.settings is not None
        assert choice.settings.daw.dialect == "ardour"
        choice.begin(choice.settings)
        assert (choice.settings, choice.stopped.is_set()) == (None, False)

    with_choice(tmp_path / "me.db", port, choose)


def test_what_cannot_be_chosen_is_refused_in_one_sentence_and_changes_nothing(
    tmp_path: Path,
) -> None:
    (port,) = free_ports(1)

    async def choose(choice: DawChoice) -> None:
        with pytest.raises(ConfigError, match=r"expected one of generic, .*; got 'cubase'"):
            choice.choose("cubase")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", port))
            with pytest.raises(NetworkError, match=rf"Port {port}, where Ableton Live .* expects"):
                choice.choose("ableton")
        choice.is_there = lambda: True
        with pytest.raises(RefusedError, match="close this one first"):
            choice.choose("ardour")
        await asyncio.sleep(0)
        assert (choice.settings, choice.stopped.is_set()) == (None, False)

    with_choice(tmp_path / "me.db", port, choose)


@pytest.mark.parametrize("broken", [None, {}, {"dialect": 3}, {"dialect": "cubase"}])
def test_the_last_choice_is_kept_beside_the_store_and_nonsense_is_none(
    tmp_path: Path, broken: dict[str, object] | None
) -> None:
    settings = settings_beside("reaper", 9400, tmp_path / "me.db")
    assert last_choice(settings) is None
    record_choice(settings)
    assert last_choice(settings) == "reaper"
    if broken is not None:
        write_state(settings.store, "daw", broken)
        assert last_choice(settings) is None
