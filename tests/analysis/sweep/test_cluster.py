"""The same sweep on Dask: alone, and on a real cluster of two worker processes on this machine."""

import logging
import os
import signal
import time

import numpy as np
import pytest
from commands import process
from grids import DENSE, GROUPED

import mnetcost
from mnetcost.analysis.sweep import cluster
from mnetcost.analysis.sweep.scheduler import scheduler

# sockets of workers that were killed, and dask's own use of what it deprecates
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def client():
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
        ) as workers,
        distributed.Client(workers) as found,
    ):
        yield found


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(cluster, "SIDE", 100)


AXES = {"alpha": np.linspace(0.1, 1, 730), "rho": np.linspace(0.2, 1.2, 555)}


@pytest.mark.slow
def test_a_cluster_gives_what_this_machine_gives(client, small_blocks):
    net = mnetcost.load("mobilenet_v1")
    here = mnetcost.sweep(net, **AXES, convention="fvcore")
    there = mnetcost.sweep(net, **AXES, convention="fvcore", engine="dask")
    assert there.mult_adds.npartitions == 8 * 6
    for name in ("params", "mult_adds"):
        found = getattr(there, name).compute()
        assert found.dtype == np.int64
        assert (found == getattr(here, name)).all()
    assert (there.counted.low.compute() == here.counted.low).all()
    assert (there.share("pointwise").compute() == here.share("pointwise")).all()
    assert (there.types["dense"].params.compute() == here.types["dense"].params).all()
    limit = 150_000_000
    fitting = int((there.mult_adds <= limit).sum().compute())
    assert fitting == here.count(max_mult_adds=limit) == there.count(max_mult_adds=limit)
    assert there.best(max_mult_adds=limit) == here.best(max_mult_adds=limit)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", [DENSE, GROUPED + "  - conv: {out: 8}\n  - flatten\n  - split: {into: 6}\n"]
)
def test_what_does_not_separate_and_what_is_masked(client, small_blocks, text):
    axes = {"alpha": "0.3:2.5:0.02", "rho": "0.3:2.5:0.02", "invalid": "mask"}
    here = mnetcost.sweep(text, **axes)
    found = mnetcost.sweep(text, **axes, engine="dask").mult_adds.compute()
    assert (np.ma.getmaskarray(found) == here.mult_adds.mask).all()
    assert (found == here.mult_adds).all()


@pytest.mark.slow
def test_a_worker_killed_midway_changes_nothing(client, small_blocks):
    net = mnetcost.load("mobilenet_v1")
    array = mnetcost.sweep(net, **AXES, engine="dask").mult_adds
    slow = array.map_blocks(_slow, dtype=array.dtype)
    running = client.compute(slow)
    pids = client.run(os.getpid)
    deadline = time.monotonic() + 60
    while client.run_on_scheduler(_finished) < 10 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert running.status == "pending"
    os.kill(next(iter(pids.values())), signal.SIGKILL)
    expected = mnetcost.sweep(net, **AXES).mult_adds
    assert (running.result(timeout=120) == expected).all()
    client.wait_for_workers(2, timeout=60)
    assert set(client.run(os.getpid).values()) != set(pids.values())


def _slow(block):
    time.sleep(0.05)
    return block


def _finished(dask_scheduler=None):
    return sum(one.state == "memory" for one in dask_scheduler.tasks.values())


@pytest.mark.parametrize(
    ("alphas", "rhos", "chunks"),
    [(7, 5, ((3, 3, 1), (3, 2))), (6, 3, ((3, 3), (3,))), (2, 4, ((2,), (3, 1)))],
)
def test_blocks_make_up_the_grid(alphas, rhos, chunks, monkeypatch):
    pytest.importorskip("dask.array")
    monkeypatch.setattr(cluster, "SIDE", 3)
    axes = {"alpha": np.linspace(0.3, 1, alphas), "rho": np.linspace(0.5, 1.2, rhos)}
    here = mnetcost.sweep("mobilenet_v1", **axes)
    array = mnetcost.sweep("mobilenet_v1", **axes, engine="dask").mult_adds
    assert (array.chunks, array.dtype) == (chunks, np.int64)
    assert (array.compute(scheduler="synchronous") == here.mult_adds).all()


def test_rows_by_dask_are_those_of_this_machine(tmp_path, monkeypatch):
    import dask

    monkeypatch.setattr(cluster, "SIDE", 3)
    axes = {"alpha": np.linspace(0.3, 1, 7), "rho": np.linspace(0.5, 1.2, 5)}
    mnetcost.sweep("mobilenet_v1", **axes).to_csv(tmp_path / "here.csv")
    with dask.config.set(scheduler="synchronous"):
        mnetcost.sweep("mobilenet_v1", **axes, engine="dask").to_csv(tmp_path / "there.csv")
    assert (tmp_path / "there.csv").read_bytes() == (tmp_path / "here.csv").read_bytes()


def test_workers_of_its_own_are_two_on_this_machine_alone(monkeypatch):
    distributed = pytest.importorskip("distributed")
    asked = []

    class Workers:
        def __init__(self, *_, **options):
            asked.append(options)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            asked.append("closed")

    monkeypatch.setattr(distributed, "LocalCluster", Workers)
    monkeypatch.setattr(distributed, "Client", Workers)
    with scheduler(None):
        assert asked[0]["n_workers"] == 2
        assert asked[0]["threads_per_worker"] == 1
        assert asked[0]["host"] == "127.0.0.1"
        assert asked[0]["dashboard_address"] is None
    assert asked[-2:] == ["closed", "closed"]


@pytest.mark.slow
def test_the_command_line_on_a_cluster(client, tmp_path):
    words = ["sweep", "--alpha", "0.1:1:0.1", "--rho", "1,6/7", "--format", "csv"]
    address = client.scheduler.address
    assert address.startswith("tcp://127.0.0.1:")
    alone = process(*words)
    assert process(*words, "--engine", "dask", "--scheduler", address).out == alone.out
    folder = tmp_path / "parts"
    axes = ["--alpha", "0.001:1:0.001", "--rho", "0.001:2:0.001"]
    ran = process(
        "sweep", *axes, "--parts", str(folder), "--engine", "dask", "--scheduler", address
    )
    assert ran.out.startswith("points: 2,000,000; parts: 2,")
    from pyarrow import parquet

    found = parquet.read_table(folder)["mult_adds"].to_numpy()
    assert (found == mnetcost.sweep("mobilenet_v1", axes[1], axes[3]).mult_adds.ravel()).all()


@pytest.mark.slow
def test_the_command_line_starts_workers_of_its_own():
    words = ["sweep", "--alpha", "0.5,1", "--rho", "1", "--format", "json"]
    alone, ran = process(*words), process(*words, "--engine", "dask")
    assert (ran.code, ran.out) == (0, alone.out)


@pytest.mark.slow
def test_its_own_workers_log_nothing():
    """One that is ended at work would say so on the terminal, after the prompt."""
    pytest.importorskip("distributed")
    with scheduler(None) as started:
        assert started.run(_logs) == dict.fromkeys(started.run(_logs), False)


def _logs():
    return logging.getLogger("distributed.worker.state_machine").isEnabledFor(logging.CRITICAL)
