"""Layers as a tree and as a list, by hand: on maps and kernels that are not square.

The first convolution has 1·5·2·2 = 20 weights at 24 positions; a unit 3·1·2·3 = 18 and 3·2 = 6; the
classifier reads 2·3·2 = 12 values for 5 classes.
"""

import pytest

import mnetcost
from mnetcost.render import renderer
from mnetcost.render.terminal import render_plain
from mnetcost.reports.choices import Shown
from mnetcost.reports.runs import span
from mnetcost.reports.table import table_report
from mnetcost.reports.tree import MOST_ROWS

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
BOTH = ("unit_1.1–2 ×2", "block of 3", (4, 6, 2), (4, 6, 2), 48, 1152)
HALVES = [
    ("conv_1 ×2", "conv", (4, 6, 2), (4, 6, 3), 36, 864),
    ("conv_2 ×2", "pointwise", (4, 6, 3), (4, 6, 2), 12, 288),
]
FREE = [
    ("max_pool_1", "max_pool", (4, 6, 2), (2, 3, 2), 0, 0),
    ("flatten_1", "flatten", (2, 3, 2), (1, 1, 12), 0, 0),
]
LAST = ("dense_1", "dense", (1, 1, 12), (1, 1, 5), 60, 60)


def table_of(spec=SPEC, *, of=None, **options):
    cost = mnetcost.load(spec).cost(**(of or {}))
    return table_report(cost, Shown(view=options.pop("view", "layers"), **options)).tables[0]


def rows(**options):
    """The rows without their windows, shares and bars."""
    table = table_of(**options)
    keys = [column.key for column in table.columns]
    assert keys[:2] == ["name", "type"]
    cells = [dict(zip(keys, row)) for row in table.rows]
    for row in cells:
        assert row["params_share"] * 128 == row["params"]
        assert row["mult_adds_share"] * 1692 == row["mult_adds"]
        assert row["bar"] == (None if row["name"].startswith("(") else row["mult_adds_share"])
    shown = ("name", "type", "input", "output", "params", "mult_adds")
    return [tuple(row[key] for key in shown) for row in cells]


def test_equal_blocks_are_one_with_their_layers_under_it() -> None:
    assert rows() == [FIRST, BOTH, *HALVES, LAST]
    assert table_of().depths == (0, 0, 1, 1, 0)
    assert [one for one in table_of().totals() if one is not None] == [128, 1692]


def test_all_brings_back_what_is_folded_and_what_is_free() -> None:
    found = rows(every=True)
    assert found[:5] == [
        FIRST,
        UNITS[0],
        ("conv_1", "conv", (4, 6, 2), (4, 6, 3), 18, 432),
        ("relu_1", "relu", (4, 6, 3), (4, 6, 3), 0, 0),
        ("conv_2", "pointwise", (4, 6, 3), (4, 6, 2), 6, 144),
    ]
    assert found[5][:1] == ("unit_1.2",)
    assert found[9:] == [*FREE, LAST]


def test_a_closed_block_is_one_row_with_the_maps_at_its_ends() -> None:
    assert rows(depth=1) == rows(view="blocks") == [FIRST, BOTH, LAST]
    assert rows(depth=1, every=True) == [FIRST, *UNITS, *FREE, LAST]


def test_the_largest_stand_first_and_equal_ones_in_their_order() -> None:
    assert rows(depth=1, sort="mult_adds") == [*UNITS, FIRST, LAST, *FREE]
    assert rows(depth=1, sort="params") == [LAST, *UNITS, FIRST, *FREE]
    assert rows(sort="params")[:3] == [
        LAST,
        FIRST,
        ("unit_1.1/conv_1", "conv", (4, 6, 2), (4, 6, 3), 18, 432),
    ]


@pytest.mark.parametrize("sort", [None, "mult_adds"])
@pytest.mark.parametrize("top", [1, 3, 5])
def test_what_is_cut_is_one_row(top: int, sort: str | None) -> None:
    every = [*UNITS, FIRST, LAST, *FREE]
    rest = every[top:]
    more = (f"({len(rest)} more)", "", None, None, sum(r[4] for r in rest), sum(r[5] for r in rest))
    assert rows(depth=1, sort=sort, top=top) == [*every[:top], more]


@pytest.mark.parametrize("top", [6, 7])
def test_nothing_is_cut_where_there_are_no_more(top: int) -> None:
    assert rows(depth=1, top=top) == [*UNITS, FIRST, LAST, *FREE]


def test_the_order_is_of_what_the_convention_counts() -> None:
    """keras counts parameters alone, the five biases of the last too."""
    spec = SPEC.replace("dense: {out: 5}", "dense: {out: 5, bias: true}")
    work = table_of(spec, of={"convention": "flops"}, depth=1, sort="mult_adds")
    assert [row[0] for row in work.rows] == [
        *("unit_1.1", "unit_1.2", "conv_1", "dense_1", "max_pool_1", "flatten_1"),
    ]
    for sort in ("params", "mult_adds"):  # which it does not count: by what it does
        found = table_of(spec, of={"convention": "keras"}, depth=1, sort=sort)
        assert [row[0] for row in found.rows][:4] == ["dense_1", "unit_1.1", "unit_1.2", "conv_1"]
        place = [column.key for column in found.columns].index("params")
        assert [row[place] for row in found.rows] == [65, 24, 24, 20, 0, 0]


def test_operations_are_kept_apart_and_free_is_what_has_none() -> None:
    table = table_of(depth=1, apart=True)
    keys = [column.key for column in table.columns]
    assert keys[-5:] == [
        *("multiplications", "additions", "comparisons", "divisions", "exponentials"),
    ]
    # a relu compares 24·3 values, the pool three times for each of 6·2
    assert [row[0] for row in table.rows] == ["conv_1", "unit_1.1–2 ×2", "max_pool_1", "dense_1"]
    assert [row[keys.index("multiplications")] for row in table.rows] == [480, 1152, 0, 60]
    assert [row[keys.index("comparisons")] for row in table.rows] == [0, 144, 36, 0]


WINDOWS = """\
input: {height: 12, width: 20, channels: 4}
layers:
  - conv: {out: 6, kernel: [3, 5], stride: [2, 1], groups: 2}
  - depthwise: {kernel: [1, 3]}
  - max_pool: {kernel: 2}
  - conv_transpose: {out: 4, kernel: [2, 4], stride: 2, groups: 2}
  - relu
"""


def test_kernel_stride_and_groups_are_columns() -> None:
    table = table_of(WINDOWS, every=True)
    keys = [column.key for column in table.columns]
    shown = [keys.index(key) for key in ("kernel", "stride", "groups")]
    assert [tuple(row[place] for place in shown) for row in table.rows] == [
        ("3×5", (2, 1), 2),
        ("1×3", (1, 1), 6),
        ("2×2", (2, 2), None),
        ("2×4", (2, 2), 2),
        ("", None, None),
    ]
    plain = table_of("input: {height: 3, width: 2, channels: 1}\nlayers: [relu, conv: {out: 2}]")
    assert "groups" not in {column.key for column in plain.columns}


def test_columns_are_chosen_and_in_the_order_given() -> None:
    table = table_of(WINDOWS, columns=("groups", "name", "weights", "additions"))
    assert [column.key for column in table.columns] == ["groups", "name", "weights", "additions"]
    # 3·5·2·6 of the first, 1·3·6, and 2·4 for each of 6 inputs and the 2 outputs of its group
    assert [row[2] for row in table.rows] == [180, 18, 96]
    assert table.totals() == (None, None, 294, sum(row[3] for row in table.rows))


def test_a_column_that_is_not_counted_is_refused() -> None:
    with pytest.raises(mnetcost.UsageError, match="--columns count: not counted here; there are n"):
        table_of(columns=("name", "count"))
    assert table_of(of={"convention": "flops"}, columns=("count",)).rows[0] == (960,)


BLOCKS = """\
input: {height: 8, width: 6, channels: 3}
blocks:
  unit:
    takes: {out: , kernel: 3}
    layers:
      - conv: {out: $out, kernel: $kernel}
      - conv: {out: 2}
layers:
"""


def test_a_long_network_opens_one_block_of_each_kind() -> None:
    """Blocks of 25 widths, every one three rows; the last has another kernel."""
    lines = [f"  - unit: {{out: {width}}}\n" for width in range(3, 27)]
    lines.append("  - unit: {out: 27, kernel: [1, 5]}\n")
    few, many = (BLOCKS + "".join(found) for found in (lines[-20:], lines))
    assert len(table_of(few).rows) == MOST_ROWS
    table = table_of(many)
    assert [row[0] for row in table.rows] == [
        *("unit_1", "conv_1", "conv_2"),
        *(f"unit_{n}" for n in range(2, 25)),
        *("unit_25", "conv_1", "conv_2"),
    ]
    kernels = [row[[one.key for one in table.columns].index("kernel")] for row in table.rows]
    assert kernels == ["", "3×3", "1×1", *["3×3"] * 23, "", "1×5", "1×1"]
    assert len(table_of(many, depth=2).rows) == 75
    notes = dict(table_report(mnetcost.load(many).cost()).notes)
    assert (
        notes["Blocks"] == "one of a kind is open, the next ones are closed (--depth 2 opens all);"
        " of these stand the kernels but for 1×1"
    )
    assert "Blocks" not in dict(table_report(mnetcost.load(few).cost()).notes)


def test_halves_stand_alone_and_a_block_of_one_has_no_row_of_its_own() -> None:
    spec = "input: {height: 8, width: 6, channels: 4}\nlayers:\n"
    spec += "  - separable: {out: 4, kernel: 3}\n"
    spec += "  - repeat: 3\n    layers:\n      - separable: {out: 4, kernel: [1, 3]}\n"
    table = table_of(spec)
    assert [row[0] for row in table.rows] == [
        *("separable_1/depthwise", "separable_1/pointwise"),
        *("separable_2.1–3/depthwise ×3", "separable_2.1–3/pointwise ×3"),
    ]
    assert table.depths == (0, 0, 0, 0)
    alone = BLOCKS.replace("      - conv: {out: 2}\n", "")
    alone += "  - unit: {out: 3}\n  - unit: {out: 3}\n  - relu\n"
    assert [row[0] for row in table_of(alone).rows] == ["unit_1–2/conv_1 ×2"]


MAPS = """\
input: {height: 6, width: 4, channels: 4}
blocks:
  fire:
    layers:
      - branches: [[conv: {out: 2}], [conv: {out: 3, kernel: 3}]]
        merge: concat
layers: [fire, fire]
"""


def test_a_block_has_the_maps_at_its_own_ends() -> None:
    """Behind the last layer that costs anything two branches are joined: 2 + 3 channels."""
    table = table_of(MAPS, columns=("name", "input", "output"))
    assert table.rows[0] == ("fire_1", (6, 4, 4), (6, 4, 5))
    assert table.rows[3] == ("fire_2", (6, 4, 5), (6, 4, 5))
    assert table.rows[2] == ("conv_2", (6, 4, 4), (6, 4, 3))


@pytest.mark.parametrize(
    ("layers", "names"),
    [
        ("[conv: {out: 4}, conv: {out: 4}]", ["conv_1–2 ×2"]),
        ("[conv: {out: 4}, relu, conv: {out: 4}]", ["conv_1–2 ×2"]),
        ("[conv: {out: 4, kernel: 3}, conv: {out: 4, kernel: 3, dilation: 2}]", None),
        ("[conv: {out: 4}, conv: {out: 4, bias: true}]", None),
        ("[conv: {out: 4}, conv: {out: 4, act: relu}]", None),
        ("[conv: {out: 4}, conv: {out: 4, norm: batch}]", None),
        ("[conv: {out: 4, name: stem}, conv: {out: 4, name: Total}]", None),
        ("[conv: {out: 4, name: a1}, conv: {out: 4, name: a2}]", ["a1–2 ×2"]),
        ("[{branches: [[conv: {out: 2}], [conv: {out: 2}]], merge: concat}]", None),
    ],
)
def test_only_what_is_alike_and_follows_is_one(layers: str, names: list[str] | None) -> None:
    table = table_of(f"input: {{height: 6, width: 4, channels: 4}}\nlayers: {layers}\n")
    found = [row[0] for row in table.rows]
    assert len(found) == 2 if names is None else found == names


@pytest.mark.parametrize(
    ("times", "last"),
    [(2, ["conv_2.1–2 ×2", "conv_3.1–2 ×2"]), (40, ["conv_2.1–40 ×40", "conv_3.1–40 ×40"])],
)
def test_a_repeat_of_several_layers_is_one_of_each(times: int, last: list[str]) -> None:
    spec = "input: {height: 6, width: 4, channels: 4}\nlayers:\n  - conv: {out: 4, kernel: 5}\n"
    spec += f"  - repeat: {times}\n    layers:\n"
    spec += "      - conv: {out: 7, kernel: [3, 1]}\n      - relu\n      - conv: {out: 4}\n"
    table = table_of(spec, columns=("name", "params"))
    # 5·5·4·4, and each time 3·4·7 and 7·4
    assert table.rows == (("conv_1", 400), (last[0], 84 * times), (last[1], 28 * times))


def test_the_label_is_indented_and_has_the_total_wherever_it_stands() -> None:
    report = table_report(mnetcost.load(SPEC).cost(), Shown(columns=("mult_adds", "name")))
    text = render_plain(report)
    assert "\n      864    conv_1 ×2\n" in text
    assert "\n    1,692  Total\n" in text
    for format_, last in (("markdown", "| **1,692** | **Total** |"), ("latex", "1,692 & Total")):
        assert last in renderer(format_)(report)


def test_a_layer_whose_work_nobody_knows_is_never_left_out() -> None:
    spec = "input: {height: 4, width: 6, channels: 2}\nlayers:\n"
    spec += "  - conv: {out: 2}\n  - opaque: {unknown: true, of: [4, 6, 2]}\n"
    assert [row[1] for row in table_of(spec).rows] == ["pointwise", "opaque"]


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("conv_2", "conv_5", "conv_2–5"),
        ("bottleneck_3.2", "bottleneck_3.36", "bottleneck_3.2–36"),
        ("separable_6", "separable_7.5", "separable_6–7.5"),
        ("stem", "head", "stem – head"),
        ("conv", "conv", "conv"),
        ("layer1", "block2", "layer1 – block2"),
        ("separable_7.1/depthwise", "separable_7.5/depthwise", "separable_7.1–5/depthwise"),
        ("unit_1/conv_1", "unit_2/conv_2", "unit_1/conv_1 – unit_2/conv_2"),
    ],
)
def test_neighbours_share_a_name(first: str, last: str, name: str) -> None:
    assert span(first, last) == name
