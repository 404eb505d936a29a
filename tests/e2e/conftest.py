"""A bridge for the tests of a module, and a desk with a new song for each."""

from collections.abc import Iterator

import pytest
from support.rig import Bridge, Desk, running, sitting_at


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    with running(tmp_path_factory.mktemp("contract"), mode="suggest") as bridge:
        yield bridge


@pytest.fixture
def desk(bridge: Bridge) -> Iterator[Desk]:
    with sitting_at(bridge) as desk:
        yield desk
