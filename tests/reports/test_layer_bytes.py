"""Bytes beside the cost, `table --view memory`, and what programs get of both; by hand."""

import csv
import io
import json
from fractions import Fraction
from typing import Any

import pytest
from commands import printed, run

import mnetcost
from mnetcost.devices.dtypes import read_dtypes
from mnetcost.devices.memory import read_ways
from mnetcost.devices.needs import needs_of
from mnetcost.picture import Place
from mnetcost.problems import UsageError
from mnetcost.reports.choices import BYTE_COLUMNS, Shown
from mnetcost.reports.plot_memory import memory_picture
from mnetcost.reports.table import table_report
from mnetcost.tabular import Report, Table

SPEC = """\
name: Small
input: {height: 4, width: 6, channels: 2}
layers:
  - conv: {name: a, out: 5, kernel: [3, 1], norm: batch}
  - depthwise: {name: b, kernel: [1, 3], stride: [2, 1]}
  - flatten
  - dense: {name: c, out: 3}
"""  # maps of 48, 120, 60 and 3 values


def report(spec: str = SPEC, memory: str | None = None, dtype: str = "int8", **more: Any) -> Report:
    ways = None if memory is None else read_ways(memory)
    shown = Shown(dtype=read_dtypes(dtype), memory=ways, **more)
    return table_report(mnetcost.load(spec).cost(), shown)


def columns(table: Table) -> dict[str, list[Any]]:
    values = zip(*table.rows)
    return {column.key: list(cells) for column, cells in zip(table.columns, values)}


def test_layers_by_hand() -> None:
    layers = columns(report().flat)
    assert layers["name"] == ["a", "b", "flatten_1", "c"]
    # 30 weights and 5 biases of four bytes; 15 weights; 180
    assert layers["weights_bytes"] == [30 + 20, 15, 0, 180]
    assert layers["traffic_bytes"] == [50 + 48 + 120, 15 + 120 + 60, 0, 180 + 60 + 3]
    assert layers["alive_bytes"] == [48 + 120, 120 + 60, 0, 60 + 3]
    mult_adds = [24 * 30, 12 * 15, 0, 180]
    assert layers["intensity"] == [
        None if not moved else pytest.approx(2 * work / moved)
        for work, moved in zip(mult_adds, layers["traffic_bytes"])
    ]


def test_what_stands_above_the_table_is_exact_and_as_people_say_it() -> None:
    assert report().answer[2:] == (
        "Flash    245 B  0.2 KiB  0.000 MiB  int8 weights",
        "Memory   180 B  0.2 KiB  0.000 MiB  int8 activations, plain: b",
        "Traffic  656 B  0.6 KiB  0.001 MiB  3.29 FLOPs per byte",
    )


def test_of_a_shipped_network() -> None:
    lines = report("mobilenet_v2", "inplace-depthwise").answer
    assert "Memory    1,404,928 B   1372.0 KiB   1.340 MiB" in "\n".join(lines)
    assert lines[3].endswith("int8 activations, inplace-depthwise: inverted_residual_2.1/conv_1")


def test_types_add_up_but_for_memory_and_intensity() -> None:
    found = report(view="types").tables[0]
    types = columns(found)
    assert types["type"] == ["depthwise", "conv", "dense"]
    assert types["alive_bytes"] == [180, 168, 63]
    sums = dict(zip(types, found.totals() or ()))
    assert (sums["weights_bytes"], sums["traffic_bytes"]) == (245, 656)
    assert sums["alive_bytes"] is sums["intensity"] is None


def test_a_block_has_the_most_of_its_layers() -> None:
    cost = mnetcost.load("mobilenet_v1").cost()
    found = columns(table_report(cost, Shown(depth=1, dtype=read_dtypes("int8"))).tables[0])
    assert found["alive_bytes"][found["name"].index("separable_1")] == 1_204_224


def document(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(printed("table", "-q", *words, "--format", "json"))
    return found


def test_the_document_of_programs() -> None:
    found = document("mobilenet_v1", "--dtype", "int8", "--memory", "plain")
    assert found["totals"]["memory"] == {
        "dtype": "int8",
        "convention": "plain",
        "weights_bytes": 4_256_864,
        "traffic_bytes": 14_497_816,
        "intensity": pytest.approx(2 * 568_740_352 / 14_497_816),
        "peak_activation_bytes": 1_204_224,
        "peak_layer": "separable_1/pointwise",
    }
    for rows in (found["layers"], found["types"]):
        assert sum(one["weights_bytes"] for one in rows) == 4_256_864
        assert sum(one["traffic_bytes"] for one in rows) == 14_497_816
    assert max(one["alive_bytes"] for one in found["layers"]) == 1_204_224


def test_nothing_is_said_of_bytes_that_nobody_asks_for() -> None:
    found = document("mobilenet_v1")
    assert "memory" not in found["totals"]
    assert not set(BYTE_COLUMNS) & found["layers"][0].keys()


def test_columns_alone_are_of_float32_and_plain() -> None:
    found = document("mobilenet_v1", "--columns", "name,alive_bytes,intensity")
    assert found["layers"][2] == {
        "name": "separable_1/pointwise",
        "alive_bytes": 4 * 1_204_224,
        "intensity": pytest.approx(2 * 25_690_112 / 4_825_344),
    }
    assert found["totals"]["memory"]["dtype"] == "float32"


def test_the_steps_by_hand() -> None:
    steps = columns(report(memory="inplace-depthwise", view="memory").tables[0])
    assert steps["name"] == ["a", "b", "c"]
    assert steps["reads"] == [48, 120, 60]
    assert steps["writes"] == [120, 60, 3]
    assert steps["kept"] == [0, 0, 0]
    assert steps["saved"] == [0, 60 - 12, 0]
    assert steps["bytes"] == [168, 120 + 12, 63]
    assert steps["peak"] == ["peak", "", ""]


def test_an_arena_has_the_offsets_of_its_tensors() -> None:
    steps, tensors = map(columns, report(memory="arena", view="memory").tables)
    assert tensors["name"] == ["input", "a", "b", "c"]
    assert tensors["last"] == ["a", "b", "c", "output"]
    assert tensors["offset"] == [120, 0, 120, 0]
    assert steps["needed"] == [168, 180, 63]
    assert steps["bytes"] == [168, 180, 180]


def test_the_view_for_programs() -> None:
    found = document("mobilenet_v1", "--view", "memory", "--dtype", "int8", "--memory", "arena")
    assert found["totals"]["memory"]["bound_bytes"] == 1_204_224
    assert found["steps"][2] == {
        "layer": "separable_1/pointwise",
        "tensor": "separable_1/pointwise",
        "reads": 401_408,
        "writes": 802_816,
        "kept": 0,
        "saved": 0,
        "needed": 1_204_224,
        "bytes": 1_204_224,
    }
    first, *_, last = found["tensors"]
    assert first == {"name": "input", "bytes": 150_528, "first": 0, "last": 0, "offset": 401_408}
    assert (last["name"], last["last"]) == ("softmax_1", None)
    rows = csv.DictReader(io.StringIO(printed("table", "--view", "memory", "--format", "csv")))
    assert [int(row["bytes"]) for row in rows][2] == 4 * 1_204_224


UNKNOWN = """\
input: {height: 8, width: 6, channels: 4}
layers:
  - attention: {name: one, heads: 2}
  - lstm: {name: two, out: 3}
"""


def test_where_maps_within_layers_are_not_known_the_peak_is_the_least() -> None:
    found = report(UNKNOWN)
    assert "at least; int8 activations, plain" in found.answer[3]
    assert dict(found.notes)["At least"] == "the maps within one, two are not counted"
    assert found.document["totals"]["memory"]["at_least"] is True
    assert found.document["totals"]["memory"]["not_modelled"] == ["one", "two"]


def test_a_batch_has_as_many_maps() -> None:
    one, many = (
        document("mobilenet_v1", "--dtype", "int8", *words)["totals"]["memory"]
        for words in ((), ("--batch", "3"))
    )
    assert many["peak_activation_bytes"] == 3 * one["peak_activation_bytes"]
    assert many["weights_bytes"] == one["weights_bytes"]
    assert "3,612,672 B" in printed("table", "--view", "memory", "--dtype", "int8", "--batch", "3")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--dtype", "int7"], "dtype: no 'int7'; did you mean 'int8'"),
        (["--dtype", "weights=int8,weights=int8"], "more than once"),
        (["--memory", "in-place"], "memory: no 'in-place'"),
        (["--memory", "plain,arena"], "give it alone"),
        (["--dtype", "int8", "--pass", "training"], "training keeps every activation"),
        (["--view", "memory", "--pass", "training"], "--pass"),
        (["--memory", "plain", "--operations"], "--operations"),
        (["--columns", "name,alive_bytes", "--operations"], "--operations"),
        (["--memory", "plain", "--view", "reduction"], "--view reduction"),
        (["--dtype", "int8", "--view", "fields"], "fields"),
        (["--view", "memory", "--top", "3"], "--top"),
    ],
)
def test_what_does_not_go_together_is_refused(words: list[str], said: str) -> None:
    found = run("table", *words)
    assert (found.code, found.out) == (2, "")
    assert said in found.err


BRANCHES = """\
input: {height: 4, width: 6, channels: 2}
layers:
  - conv: {name: a, out: 1, kernel: 1}
  - conv: {name: b, out: 20, kernel: 1, from: a}
  - conv: {name: c, out: 20, kernel: 1, from: a}
  - conv: {name: d, out: 1, kernel: 1, from: b}
  - conv: {name: e, out: 1, kernel: 1, from: c}
  - add: {from: [d, e]}
"""


def test_another_order_says_what_the_one_as_written_needs() -> None:
    found = report(BRANCHES, "reordered", view="memory")
    assert dict(found.notes)["Order"] == (
        "another, and no order needs less; as written it needs 984 B"
    )
    memory = found.document["totals"]["memory"]
    assert memory["peak_activation_bytes"] == 24 * 22
    assert memory["order"] == {"is_best": True, "as_written": 984}
    assert columns(found.tables[0])["name"][:3] in (["a", "b", "d"], ["a", "c", "e"])
    kept = report(SPEC, "reordered")
    assert dict(kept.notes)["Order"] == "as written: no other needs less"


def test_the_picture_stacks_what_a_step_needs() -> None:
    """Maps of 48, 120, 60 and 3 values; the depthwise layer saves 48 of 60."""
    cost = mnetcost.load(SPEC).cost()
    needs = needs_of(cost, read_dtypes("int8"), ("inplace-depthwise",))
    *stacked, peak = memory_picture(cost, needs).series
    assert [[place.y for place in one.places] for one in stacked] == [
        [168, 132, 63, 63],
        [48, 120, 60, 60],
        [0, 0, 0, 0],
    ]
    assert peak.places == (Place(Fraction(1, 2), 168, "a"),)
    assert peak.name == "peak, 168 B"
    none = mnetcost.load("input: {height: 4, width: 6, channels: 2}\nlayers: [dropout]\n").cost()
    with pytest.raises(UsageError, match="no step"):
        memory_picture(none, needs_of(none))


CHAIN = """\
input: {height: 8, width: 12, channels: 1}
layers:
  - conv: {name: a, out: 3, kernel: 3}
  - conv: {name: b, out: 1, kernel: [3, 1]}
  - conv: {name: c, out: 2, kernel: 2, stride: 2, padding: valid}
"""


def test_patches_say_what_they_repeat() -> None:
    """10·12 positions of a for 8·12, at 27 products each, of 2,592 + 864 + 192 in all."""
    found = report(CHAIN, "patches=2")
    words = dict(found.notes)["Patches"]
    assert words.startswith("the layers up to c run in 2×2 patches, which repeats 648 mult-adds")
    assert "(17.8 % of all)" in words
    assert words.endswith("layer by layer the network needs 384 B")
    assert found.document["totals"]["memory"]["patches"] == {
        "patches": 2,
        "last_layer": "c",
        "repeated": 648,
        "layer_by_layer": 384,
    }
    none = report(
        "input: {height: 4, width: 6, channels: 2}\nlayers: [global_avg_pool]\n", "patches=2"
    )
    assert dict(none.notes)["Patches"] == "layer by layer: no first stage needs less in patches"
    assert "patches" not in none.document["totals"]["memory"]
