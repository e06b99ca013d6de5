"""What the reports of fit, scores and compare put in their rows and in what order, by hand."""

from pathlib import Path

import pytest

import mnetcost
from mnetcost.render.scatter import render_scatter
from mnetcost.reports.compare import compare_report
from mnetcost.reports.fit import fit_report
from mnetcost.reports.scores import ranking_report
from mnetcost.tables import Point, Scatter

# 3·5·3 = 45 weights a channel, at 4·6 = 24 places
SPEC = """\
name: Small
input: {height: 4, width: 6, channels: 3}
width: {round: floor}
layers:
  - conv: {out: 8, kernel: [3, 5]}
"""


def test_the_ends_of_a_plateau_say_whether_they_belong_to_it() -> None:
    found = mnetcost.fit(mnetcost.load(SPEC), max_params=45 * 4, rho=1)
    best = fit_report(found).document["best"]
    assert best["from"] == {"alpha": "1/2", "included": True}
    assert best["to"] == {"alpha": "5/8", "included": False}


@pytest.mark.parametrize(("count", "cut"), [(10, False), (11, True)])
def test_more_inputs_than_are_named(count: int, cut: bool) -> None:
    sides = ",".join(map(str, range(1, count + 1)))
    found = mnetcost.fit(mnetcost.load(SPEC), max_params=360, resolution=sides)
    searched = dict(fit_report(found).notes)["Searched"]
    assert searched.endswith(", ...") == cut


def test_the_highest_score_stands_first(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("alpha,rho,score\n1/2,1,60\n1,1/2,70\n1,1,65\n", encoding="utf-8")
    (table,) = ranking_report(mnetcost.rank(mnetcost.load(SPEC), str(path))).tables
    assert [row[3] for row in table.rows] == [70, 65, 60]


def test_the_bar_is_of_the_work() -> None:
    thin, wide = (mnetcost.load(SPEC).cost(alpha, rho) for alpha, rho in ((1, "1/2"), ("1/2", 1)))
    table = compare_report(mnetcost.compare([thin, wide])).tables[0]
    bar = [column.key for column in table.columns].index("bar")
    # 360·6 mult-adds on the 2×3 map against 180·24
    assert [row[bar] for row in table.rows] == [0.5, 1]


def test_the_best_stands_upon_another_at_its_place() -> None:
    pytest.importorskip("plotille")
    points = (Point("a", 10, 10, True), Point("b", 10, 10, False), Point("c", 99, 99, False))
    plot = render_scatter(Scatter("x", "y", points)).split("\n1* a")[0]
    assert "1*" in plot
    assert "2*" not in plot
