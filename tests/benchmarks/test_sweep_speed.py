"""Grids, measured beside counters that build every model; nothing here fails for being slow."""

import re
import sys

import numpy as np
import pytest
from measuring import measure, run
from paths import BENCHMARKS

import mnetcost
from mnetcost.analysis.sweep.front import front

pytestmark = pytest.mark.speed

NET = mnetcost.load("mobilenet_v1")
LIMIT = 150_000_000

# Every width and every side another one: no column and no row is shared.
DISTINCT = mnetcost.load(
    re.sub(
        r"separable: \{out: (\d+)",
        lambda found: f"separable: {{out: {int(found[1]) * 32}",
        NET.graph.origin.text,
    ).replace("height: 224, width: 224", "height: 10500, width: 10500")
)


def axes(alphas, rhos):
    return {"alpha": np.linspace(0.1, 1, alphas), "rho": np.linspace(0.2, 1.2, rhos)}


def noted(benchmark, function, points, rounds=3, setup=None):
    """Time a function, and note how many points a second that is."""
    found = benchmark.pedantic(function, setup=setup, rounds=rounds, warmup_rounds=1)
    benchmark.extra_info["points_a_second"] = f"{points / benchmark.stats.stats.median:,.0f}"
    return found


def totals(**options):
    grid = mnetcost.sweep(NET, **options)
    return grid.params, grid.mult_adds


@pytest.mark.benchmark(group="10 million points")
def test_both_totals(benchmark):
    noted(benchmark, lambda: totals(**axes(4_000, 2_500)), 10_000_000, rounds=5)


@pytest.mark.benchmark(group="10 million points")
def test_both_totals_whole_process(benchmark):
    measure(benchmark, [sys.executable, str(BENCHMARKS / "sweep_memory.py")], 3, "8")


@pytest.mark.benchmark(group="the longest axes, written")
@pytest.mark.parametrize("format_", ["text", "json", "csv", "markdown", "latex", "html"])
@pytest.mark.parametrize(
    "words",
    [["--alpha", "1e-5:1:1e-5", "--rho", "1"], ["--resolution", "1:65535:1", "--alpha", "1"]],
    ids=["100,000 α", "65,535 sides"],
)
def test_the_longest_axes(benchmark, words, format_):
    command = [sys.executable, "-m", "mnetcost", "sweep", *words, "--format", format_]
    measure(benchmark, command, 3, "MobileNet v1" if format_ != "csv" else "mult_adds")


@pytest.mark.benchmark(group="100 million points")
@pytest.mark.parametrize("dtype", ["float64", "integer"])
def test_mult_adds_of_a_hundred_million(benchmark, dtype):
    given = axes(10_000, 10_000)
    noted(
        benchmark,
        lambda: mnetcost.sweep(NET, **given, dtype=dtype).mult_adds,
        100_000_000,
    )


@pytest.mark.benchmark(group="100 million points")
def test_mult_adds_of_a_hundred_million_distinct(benchmark):
    grids = [mnetcost.sweep(DISTINCT, **axes(10_000, 10_000), dtype="float64") for _ in range(4)]
    assert grids[0].values.axes.distinct == (10_000, 10_000)
    noted(benchmark, lambda: grids.pop().mult_adds, 100_000_000)


@pytest.fixture(scope="module")
def billion():
    return mnetcost.sweep(NET, **axes(40_000, 25_000))


@pytest.mark.benchmark(group="a billion points, reduced")
def test_count_of_a_billion(benchmark, billion):
    assert noted(benchmark, lambda: billion.count(max_mult_adds=LIMIT), 10**9) > 0


@pytest.mark.benchmark(group="a billion points, reduced")
def test_best_of_a_billion(benchmark, billion):
    assert noted(benchmark, lambda: billion.best(max_mult_adds=LIMIT), 10**9)


@pytest.mark.benchmark(group="a billion points, reduced")
def test_front_of_a_billion(benchmark, billion):
    assert noted(benchmark, billion.front, 10**9)


@pytest.mark.benchmark(group="a billion points, reduced")
def test_sweep_and_count_of_a_billion(benchmark):
    given = axes(40_000, 25_000)
    noted(benchmark, lambda: mnetcost.sweep(NET, **given).count(max_mult_adds=LIMIT), 10**9)


@pytest.fixture(scope="module")
def distinct():
    grid = mnetcost.sweep(DISTINCT, np.linspace(0.01, 1, 30_000), np.linspace(0.01, 1, 10_000))
    assert grid.values.axes.distinct == (30_000, 10_000)
    return grid


@pytest.mark.benchmark(group="300 million distinct points, reduced")
@pytest.mark.parametrize("every_tile", [False, True])
def test_count_of_distinct_points(benchmark, distinct, every_tile, monkeypatch):
    if every_tile:  # none is decided by its extremes
        monkeypatch.setattr("mnetcost.analysis.sweep.reducing.extremes", lambda *_: None)
    limit = distinct.point(15_000, 5_000).mult_adds
    assert noted(benchmark, lambda: distinct.count(max_mult_adds=limit), 3 * 10**8) > 0


@pytest.mark.benchmark(group="distinct points, their front")
@pytest.mark.parametrize("cost", ["mult_adds", "params"])
@pytest.mark.parametrize(
    ("alpha", "rho", "shape"),
    [
        ("0.1:1:0.0003", "0.1:1:0.00045", (3_001, 2_001)),
        ("0.01:1:0.0001", "0.01:1:0.0001", (9_901, 9_901)),
    ],
)
def test_front_of_distinct_points(benchmark, alpha, rho, shape, cost):
    grid = mnetcost.sweep(DISTINCT, alpha, rho)
    assert grid.values.axes.distinct == grid.shape == shape
    number = getattr(grid.cost, cost)
    assert noted(benchmark, lambda: front(grid.values, number), shape[0] * shape[1])


@pytest.mark.benchmark(group="built models, one by one")
@pytest.mark.parametrize(("tool", "first"), [("fvcore", "578875904"), ("torch", "1137480704")])
def test_a_loop_over_built_models(benchmark, tool, first):
    pytest.importorskip("fvcore", reason="install the extra `compare` to measure it")
    command = [sys.executable, str(BENCHMARKS / "built_models.py"), tool, "8"]
    printed = benchmark.pedantic(run, args=(command,), rounds=1)
    counted, benchmark.extra_info["points_a_second"] = printed.split()[-2:]
    assert counted == first
