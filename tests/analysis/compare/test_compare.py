"""`mnetcost compare`: published figures side by side, the Pareto front, and the scatters."""

import pytest

import mnetcost
from mnetcost import UsageError
from mnetcost.reports.compare import compare_report, scatter_of


def test_another_convention() -> None:
    (cost,) = mnetcost.compare("mobilenet_v1", convention="flops").counts
    assert cost.counted.high == 2 * 568_740_352
    (point,) = scatter_of(mnetcost.compare("mobilenet_v1", convention="flops")).points
    assert (point.x, point.y, point.best) == (4_231_976, 2 * 568_740_352, True)
    keras = mnetcost.compare(["mobilenet_v1", "mobilenet_v1@alpha=0.5"], convention="keras")
    assert keras.pareto == (False, True)
    (table,) = compare_report(keras).tables
    assert table.rows[0][3] == 4_253_864
    with pytest.raises(UsageError, match="counts work"):
        scatter_of(keras)
