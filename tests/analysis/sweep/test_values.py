"""How arrays over a grid are worked out: block by block, and as Python's ints would be."""

import numpy as np
import pytest

from mnetcost.analysis.sweep.grid import blocks
from mnetcost.analysis.sweep.quantities import COLUMN, ROW, Line, array_of


@pytest.mark.parametrize(
    ("rows", "columns", "stops"),
    [
        (5, 2**19, [2, 4, 5]),
        (3, 2**20, [1, 2, 3]),
        (2, 2**21, [1, 2]),
        (7, 2**18, [4, 7]),
        (3, 0, [3]),
    ],
)
def test_blocks_are_of_about_a_million_points(rows, columns, stops):
    found = list(blocks(rows, columns))
    assert [one.stop for one in found] == stops
    assert [one.start for one in found] == [0, *stops[:-1]]


def test_truths_add_up_as_those_of_ints_do():
    found = Line(array_of([1, 2, 3]), COLUMN, (3, 2))
    assert ((found > 1) + (found > 2)).values.tolist() == [0, 1, 2]
    assert ((found > 1) * (found > 2)).values.tolist() == [0, 0, 1]


def test_products_of_sums_keep_every_term():
    """(h + c)², in which h·c stands twice."""
    total = Line(array_of([5, 7]), ROW, (2, 2)) + Line(array_of([2, 3]), COLUMN, (2, 2))
    both = np.arange(2), np.arange(2)
    assert total.tile(*both).tolist() == [[7, 9], [8, 10]]
    assert (total * total).tile(*both).tolist() == [[49, 81], [64, 100]]
    assert (total * (total - 1)).tile(*both).tolist() == [[42, 72], [56, 90]]
