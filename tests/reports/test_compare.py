"""What `compare` puts in its rows."""

from networks import STEPS

import mnetcost
from mnetcost.reports.compare import compare_report


def test_the_bar_is_of_the_work() -> None:
    thin, wide = (mnetcost.load(STEPS).cost(alpha, rho) for alpha, rho in ((1, "1/2"), ("1/2", 1)))
    table = compare_report(mnetcost.compare([thin, wide])).tables[0]
    bar = [column.key for column in table.columns].index("bar")
    # 360·6 mult-adds on the 2×3 map against 180·24
    assert [row[bar] for row in table.rows] == [0.5, 1]
