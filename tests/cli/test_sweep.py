"""`mnetcost sweep`: its documents, and the grids that it prints."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from itertools import product

import pytest
from commands import SUFFIXES, printed
from documents import strict
from paths import MIXED

from mnetcost import cli
from mnetcost.cost import Count


def test_a_grid_too_large_to_print_is_refused_before_it_is_counted(monkeypatch, capsys):
    monkeypatch.setattr(Count, "of", None)
    monkeypatch.setattr("mnetcost.analysis.sweep.sweep._count_types", None)
    assert cli.run(["sweep", "--alpha", "0.001:1:0.001", "--rho", "0.001:1:0.001"]) == 2
    assert "1,000,000 points" in capsys.readouterr().err


def test_csv_keeps_multipliers_exact(capsys):
    assert cli.run(["sweep", "--alpha", "0.75", "--rho", "6/7", "--format", "csv"]) == 0
    assert (
        capsys.readouterr().out.splitlines()[1].startswith("0.75,6/7,192,192,3,2568144,239273472")
    )
    assert cli.run(["sweep", "--alpha", "0.75", "--rho", "6/7", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["points"][0]["rho"] == "6/7"


POINT = {"alpha", "rho", "input", "params", "mult_adds", "types"}


def test_sweep_points_are_alpha_major_and_agree_with_the_table() -> None:
    words = ("--alpha", "1,0.75", "--alpha", "1/2", "--rho", "1,6/7")
    found = strict(printed("sweep", MIXED, "-q", "--format", "json", *words))
    assert found.keys() >= {"points"}
    pairs = [(point["alpha"], point["rho"]) for point in found["points"]]
    assert pairs == list(product(["1", "3/4", "1/2"], ["1", "6/7"]))
    for point in found["points"]:
        assert point.keys() >= POINT
        at = (f"--alpha={point['alpha']}", f"--rho={point['rho']}")
        one = strict(printed("table", MIXED, "-q", "--format", "json", *at))
        assert point["input"] == one["input"]
        assert point["types"] == one["types"]
        assert {key: point[key] for key in ("params", "mult_adds")} == {
            key: one["totals"][key] for key in ("params", "mult_adds")
        }
        assert all(type(point[key]) is int for key in ("params", "mult_adds"))
        assert all(type(value) is int for value in point["input"])


def test_sweep_defaults_ranges_and_resolutions() -> None:
    points = strict(printed("sweep", "--format", "json"))["points"]
    assert [(point["alpha"], point["rho"]) for point in points] == list(
        product(["1", "3/4", "1/2", "1/4"], ["1", "6/7", "5/7", "4/7"])
    )
    assert points[0]["mult_adds"] == 568_740_352
    ranged = strict(
        printed("sweep", "--format=json", "--alpha=1:0.25:-0.25", "--resolution=224:128:-32")
    )
    assert ranged["points"] == points
    for words in (["--alpha=0.25:1:0.25"], ["--alpha=.25", "--alpha=0.5,3/4", "--alpha=1"]):
        rows = strict(printed("sweep", "--format=json", "--rho=1", *words))["points"]
        assert [row["alpha"] for row in rows] == ["1/4", "1/2", "3/4", "1"]


LONG = [("--alpha", "{0}:{1}:1", "--rho", "1"), ("--resolution", "{0}:{1}:1", "--alpha", "1")]


@pytest.mark.parametrize("axes", LONG)
@pytest.mark.parametrize("format_", SUFFIXES)
def test_twice_as_many_points_are_twice_as_much_work(format_: str, axes: tuple[str, ...]) -> None:
    def work(points: int) -> None:
        words = (word.format(1, points) for word in axes)
        printed("sweep", "mobilenet_v1_layer", "--format", format_, *words)

    assert calls(lambda: work(1_000)) < 2.2 * calls(lambda: work(500))


def calls(work: Callable[[], object]) -> int:
    """How many functions are called, and generators resumed: the same on every machine."""
    found = 0

    def count(*_: object) -> None:
        nonlocal found
        found += 1

    work()  # imports are done once
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return found


@pytest.mark.parametrize("axes", LONG)
def test_tables_of_a_long_sweep_show_both_ends_and_say_so(axes: tuple[str, ...]) -> None:
    words = ["sweep", "mobilenet_v1_layer", *(word.format(1, 2_001) for word in axes)]
    sign = "α" if axes[0] == "--alpha" else "ρ"
    title = f"(only the first 1,000 and the last 1,000 of 2,001 {sign})"
    out = printed(*words)
    assert out.count(title) == 2
    assert "All points: CSV, JSON and Parquet have every one (--format csv or json, -o" in out
    grid, points = out.split("\n\n")[1:3]
    rows = points.splitlines()[-2_000:]
    every = list(csv.DictReader(io.StringIO(printed(*words, "--format", "csv"))))
    assert len(every) == 2_001
    kept = every[:1_000] + every[-1_000:]
    for row, point in zip(rows, kept, strict=True):
        assert f"{int(point['mult_adds']):,}" in row
    for point in (kept[0], kept[-1]):
        assert f"{int(point['mult_adds']):,}" in grid


def test_both_axes_are_shortened_where_both_are_long() -> None:
    words = ["--alpha", "0.01:1:0.01", "--rho", "0.01:2:0.01"]
    out = printed("sweep", "mobilenet_v1_layer", *words)
    title = "(only the first 23 and the last 22 of 100 α, the first 22 and the last 22 of 200 ρ)"
    assert title in out  # 44 · 44 < 2,000 < 45 · 45, and 45 · 44 are still fewer
    few = printed("sweep", "mobilenet_v1_layer", "--alpha", "0.2:1:0.2", *words[2:])
    assert "only" not in few  # 1,000 points


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits and peaks as Linux has them")
@pytest.mark.parametrize("format_", SUFFIXES)
@pytest.mark.parametrize(
    "axes",
    [("--alpha", "1e-5:1:1e-5", "--rho", "1"), ("--resolution", "1:65535:1", "--alpha", "1")],
)
def test_the_longest_axes_are_written_in_bounded_time_and_memory(format_, axes) -> None:
    """Linear they take two seconds, and were quadratic in columns: minutes.

    The peak is that of the process itself: `ru_maxrss` begins with that of the one that started it.
    """
    script = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (30, 30))\n"
        "from mnetcost import cli\n"
        "code = cli.run(sys.argv[1:])\n"
        "status = open('/proc/self/status').read()\n"
        "print(status.split('VmHWM:')[1].split()[0], file=sys.stderr)\n"
        "sys.exit(code)\n"
    )
    command = [sys.executable, "-c", script, "sweep", *axes, "--format", format_]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0
    assert int(done.stderr) * 1024 < 300e6


def test_sorted_csv_has_the_largest_points_first(capsys):
    words = ["sweep", "--alpha", "0.5,1,0.25", "--rho", "1", "--format", "csv"]
    assert cli.run([*words, "--sort", "mult_adds"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    # Howard et al. 2017, Tables 4 and 6: 569, 149 and 41 million
    assert [int(row["mult_adds"]) for row in rows] == [568_740_352, 149_497_088, 41_030_272]
