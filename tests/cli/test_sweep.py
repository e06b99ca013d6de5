"""`mnetcost sweep`: its documents, and the grids that it prints."""

import json
from itertools import product

from commands import printed
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
    found = strict(printed("sweep", MIXED, "--format", "json", *words))
    assert found.keys() >= {"points"}
    pairs = [(point["alpha"], point["rho"]) for point in found["points"]]
    assert pairs == list(product(["1", "3/4", "1/2"], ["1", "6/7"]))
    for point in found["points"]:
        assert point.keys() >= POINT
        at = (f"--alpha={point['alpha']}", f"--rho={point['rho']}")
        one = strict(printed("table", MIXED, "--format", "json", *at))
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
