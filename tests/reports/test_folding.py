"""Deep networks folded, sorted and cut short, by hand: on maps and kernels that are not square.

The first convolution has 1·5·2·2 = 20 weights at 24 positions; a unit 3·1·2·3 = 18 and 3·2 = 6; the
classifier reads 2·3·2 = 12 values for 5 classes.
"""

import pytest

import mnetcost
from mnetcost.reports.folding import folded_table

SPEC = """\
name: Folded
input: {height: 4, width: 6, channels: 2}
blocks:
  unit:
    layers:
      - conv: {out: 3, kernel: [3, 1]}
      - relu
      - conv: {out: 2}
layers:
  - conv: {out: 2, kernel: [1, 5]}
  - unit: {repeat: 2}
  - max_pool: {kernel: 2}
  - flatten
  - dense: {out: 5}
"""
FIRST = ("conv_1", "conv", (4, 6, 2), (4, 6, 2), 20, 480)
UNITS = [(f"unit_1.{n}", "block of 3", (4, 6, 2), (4, 6, 2), 24, 576) for n in (1, 2)]
FREE = [
    ("max_pool_1", "max_pool", (4, 6, 2), (2, 3, 2), 0, 0),
    ("flatten_1", "flatten", (2, 3, 2), (1, 1, 12), 0, 0),
]
LAST = ("dense_1", "dense", (1, 1, 12), (1, 1, 5), 60, 60)


def rows(**options):
    """The rows without their shares and bars."""
    table = folded_table(mnetcost.load(SPEC).cost(), **options)
    keys = [column.key for column in table.columns]
    assert keys == [
        *("name", "type", "input", "output"),
        *("params", "params_share", "mult_adds", "mult_adds_share", "bar"),
    ]
    for row in table.rows:
        assert row[5] * 128 == row[4]
        assert row[7] * 1692 == row[6]
        assert row[8] == row[7]
    return [(*row[:5], row[6]) for row in table.rows]


def test_a_block_is_one_row_with_the_maps_at_its_ends() -> None:
    assert rows(depth=1) == [FIRST, *UNITS, *FREE, LAST]


def test_layers_of_a_block_stand_alone_two_parts_deep() -> None:
    found = rows(depth=2)
    assert found == rows()
    assert found[1:4] == [
        ("unit_1.1/conv_1", "conv", (4, 6, 2), (4, 6, 3), 18, 432),
        ("unit_1.1/relu_1", "relu", (4, 6, 3), (4, 6, 3), 0, 0),
        ("unit_1.1/conv_2", "pointwise", (4, 6, 3), (4, 6, 2), 6, 144),
    ]
    assert len(found) == 1 + 2 * 3 + 3


def test_the_largest_stand_first_and_equal_ones_in_their_order() -> None:
    assert rows(depth=1, sort="mult_adds") == [*UNITS, FIRST, LAST, *FREE]
    assert rows(depth=1, sort="params") == [LAST, *UNITS, FIRST, *FREE]


@pytest.mark.parametrize("top", [1, 3, 5])
def test_what_is_cut_is_one_row(top: int) -> None:
    every = [*UNITS, FIRST, LAST, *FREE]
    rest = every[top:]
    more = (f"({len(rest)} more)", "", None, None, sum(r[4] for r in rest), sum(r[5] for r in rest))
    assert rows(depth=1, sort="mult_adds", top=top) == [*every[:top], more]


@pytest.mark.parametrize("top", [6, 7])
def test_nothing_is_cut_where_there_are_no_more(top: int) -> None:
    assert rows(depth=1, top=top) == [FIRST, *UNITS, *FREE, LAST]


def test_a_table_says_what_it_is_of() -> None:
    cost = mnetcost.load(SPEC).cost()
    blocks, layers = folded_table(cost, 1), folded_table(cost)
    assert (blocks.key, layers.key) == ("blocks", "layers")
    assert blocks.title.startswith("Blocks\n")
    assert layers.title.startswith("Layers\n")


def test_the_order_is_of_what_the_convention_counts() -> None:
    """keras counts parameters alone, the five biases of the last too."""
    cost = mnetcost.load(SPEC.replace("dense: {out: 5}", "dense: {out: 5, bias: true}"))
    work = folded_table(cost.cost(convention="flops"), 1, "mult_adds")
    assert [row[0] for row in work.rows] == [
        *("unit_1.1", "unit_1.2", "conv_1", "dense_1", "max_pool_1", "flatten_1"),
    ]
    for sort in ("params", "mult_adds"):  # which it does not count: by what it does
        found = folded_table(cost.cost(convention="keras"), 1, sort)
        assert [row[0] for row in found.rows][:4] == ["dense_1", "unit_1.1", "unit_1.2", "conv_1"]
        assert [row[4] for row in found.rows] == [65, 24, 24, 20, 0, 0]


def test_operations_are_kept_apart() -> None:
    table = folded_table(mnetcost.load(SPEC).cost(), 1, apart=True)
    assert [column.key for column in table.columns][4:] == [
        *("multiplications", "additions", "comparisons", "divisions", "exponentials"),
    ]
    # a relu compares 24·3 values, the pool three times for each of 6·2
    assert [row[4] for row in table.rows] == [480, 576, 576, 0, 0, 60]
    assert [row[6] for row in table.rows] == [0, 72, 72, 36, 0, 0]
