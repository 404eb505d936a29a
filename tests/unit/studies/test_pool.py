"""Studies by a Dask cluster: the same bits as here, whoever dies; what is wrong in a sentence."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bridge.errors import ConfigError, NetworkError
from bridge.studies import pool as pools
from bridge.studies.learning.study import Plan, measure
from bridge.studies.pool import pool_of
from bridge.studies.training.train_prior import main as train_prior_main
from bridge.studies.training.train_prior import train_prior

distributed = pytest.importorskip("distributed")

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """Two workers on loopback, a process each."""
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=None,
        silence_logs=50,
    ) as found:
        yield found.scheduler_address


@pytest.fixture
def by_value() -> Iterator[None]:
    """Functions of this file go to the workers, which cannot import it."""
    cloudpickle: Any = pytest.importorskip("cloudpickle")
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    yield
    cloudpickle.unregister_pickle_by_value(sys.modules[__name__])


def test_a_study_of_a_cluster_has_the_figures_of_one_made_here(
    cluster: str, tmp_path: Path
) -> None:
    plan = Plan(
        salt="pool",
        listeners=2,
        agents=("agent", "rules"),
        populations=("std",),
        tracks=(4,),
        conditions=("usual",),
        thumbs=12,
        moves=20,
    )
    here, there = (
        measure(plan, tmp_path / name, workers=1, cluster=address)["rows"]
        for name, address in (("here", ""), ("there", cluster))
    )
    for row in (*here, *there):
        assert row.pop("decision_p99_ms") > 0.0  # how fast the machine is
    assert there == here
    assert len(here) == len(plan.agents)


@pytest.mark.long
def test_a_prior_of_a_cluster_is_the_same_file(cluster: str) -> None:
    here = train_prior(range(3), seed=5, provenance={})
    with pool_of(1, cluster) as pool:
        assert train_prior(range(3), seed=5, provenance={}, pool=pool) == here


def square_after_a_death(folder: str, number: int) -> int:
    """The square of a number; whoever takes number 2 first dies of it."""
    died = Path(folder) / "died"
    if number == 2 and not died.exists():
        died.touch()
        os._exit(1)
    return number * number


@pytest.mark.usefixtures("by_value")
def test_what_a_dying_worker_was_at_is_done_by_another(cluster: str, tmp_path: Path) -> None:
    with pool_of(1, cluster) as pool:
        found = list(pool.map(square_after_a_death, [str(tmp_path)] * 5, range(5)))
    assert (tmp_path / "died").exists()
    assert found == [0, 1, 4, 9, 16]


def test_a_cluster_that_is_not_there_is_one_sentence(
    free_port: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pools, "_PATIENCE_S", 0.5)
    address = f"tcp://127.0.0.1:{free_port}"
    with pytest.raises(NetworkError, match="no Dask scheduler answers at"), pool_of(1, address):
        pass
    with pytest.raises(NetworkError, match="no Dask scheduler answers at"), pool_of(1, "nowhere"):
        pass
    said = CliRunner().invoke(
        train_prior_main, ["--out", str(tmp_path / "p.json"), "--cluster", address]
    )
    assert isinstance(said.exception, NetworkError)
    assert not (tmp_path / "p.json").exists()


def test_a_worker_is_no_scheduler(cluster: str) -> None:
    with distributed.Client(cluster, set_as_default=False) as client:
        worker = next(iter(client.run(pools.versions)))
    with pytest.raises(NetworkError, match="found: Worker"), pool_of(1, worker):
        pass


def test_a_worker_of_another_version_is_refused_by_name() -> None:
    version, numpy = pools.versions()
    pools._check_versions({"a": (version, numpy)}, "tcp://x")
    with pytest.raises(ConfigError, match=r"the worker b has mixbridge 0\.0\.0 and numpy"):
        pools._check_versions({"a": (version, numpy), "b": ("0.0.0", numpy)}, "tcp://x")
    with pytest.raises(NetworkError, match="has no workers"):
        pools._check_versions({}, "tcp://x")


def test_without_dask_the_command_that_installs_it_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(ConfigError, match=r"--cluster needs Dask: .*cluster"),
        pool_of(1, "tcp://127.0.0.1:1"),
    ):
        pass
