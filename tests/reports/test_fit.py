"""What the reports of `fit` put in their rows and in what order, by hand."""

from pathlib import Path

import pytest
from networks import STEPS

import mnetcost
from mnetcost.reports.fit import fit_report
from mnetcost.reports.fit_scores import ranking_report


def test_the_ends_of_a_plateau_say_whether_they_belong_to_it() -> None:
    found = mnetcost.fit(mnetcost.load(STEPS), max_params=45 * 4, rho=1)
    best = fit_report(found).document["best"]
    assert best["from"] == {"alpha": "1/2", "included": True}
    assert best["to"] == {"alpha": "5/8", "included": False}


@pytest.mark.parametrize(("count", "cut"), [(10, False), (11, True)])
def test_more_inputs_than_are_named(count: int, cut: bool) -> None:
    sides = ",".join(map(str, range(1, count + 1)))
    found = mnetcost.fit(mnetcost.load(STEPS), max_params=360, resolution=sides)
    searched = dict(fit_report(found).notes)["Searched"]
    assert searched.endswith(", ...") == cut


def test_the_highest_score_stands_first(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("alpha,rho,score\n1/2,1,60\n1,1/2,70\n1,1,65\n", encoding="utf-8")
    (table,) = ranking_report(mnetcost.rank(mnetcost.load(STEPS), str(path))).tables
    assert [row[3] for row in table.rows] == [70, 65, 60]
