"""What `compare` puts in its rows."""

from fractions import Fraction

import pytest
from networks import STEPS

import mnetcost
from mnetcost.reports.compare import compare_report


def test_the_bar_is_of_the_work() -> None:
    thin, wide = (mnetcost.load(STEPS).cost(alpha, rho) for alpha, rho in ((1, "1/2"), ("1/2", 1)))
    table = compare_report(mnetcost.compare([thin, wide])).tables[0]
    bar = [column.key for column in table.columns].index("bar")
    # 360·6 mult-adds on the 2×3 map against 180·24
    assert [row[bar] for row in table.rows] == [0.5, 1]


@pytest.mark.parametrize(("alpha", "shown"), [("1", False), ("1/2", True)])
def test_alpha_is_a_column_where_one_is_not_1(alpha: str, shown: bool) -> None:
    net = mnetcost.load(STEPS)
    table = compare_report(mnetcost.compare([net.cost(1), net.cost(alpha)])).tables[0]
    keys = [column.key for column in table.columns]
    assert ("alpha" in keys) == shown
    assert keys[0] == "name"
    assert all(len(row) == len(keys) for row in table.rows)
    if shown:
        assert [row[1] for row in table.rows] == [1, Fraction(1, 2)]
