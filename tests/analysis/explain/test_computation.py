"""How `explain --algorithms` derives what each way to compute a convolution takes."""

import json
from typing import Any

import pytest
from commands import printed
from networks import chain

from mnetcost.analysis.explain.computation import Ways
from mnetcost.devices.algorithms import algorithms_of

HEAD = "input: {height: 7, width: 7, channels: 6}\n"


def ways(text: str, head: str = HEAD, **setting: Any) -> tuple[Ways, ...]:
    return chain(text, head=head).cost(**setting).explain(algorithms=True).ways


def lines(text: str, **setting: Any) -> dict[tuple[str, str], tuple[str, str, Any]]:
    (of,) = ways(text, **setting)
    return {
        (str(one), line.quantity): (line.formula.text, line.numbers.text, line.result)
        for one, found in of.found.items()
        for line in found
    }


def test_formulas_by_hand() -> None:
    found = lines("conv: {out: 4, kernel: 3}")
    assert found["im2col", "workspace"] == ("D_K²·M·D_F²", "3²·6·7²", 9 * 6 * 49)
    assert found["indirect", "pointers"] == ("D_K²·D_F²", "3²·7²", 441)
    assert found["winograd 4", "multiplications"] == (
        "M·N·(D_K + T - 1)²·⌈D_F/T⌉²",
        "6·4·(3 + 4 - 1)²·⌈7/4⌉²",
        24 * 36 * 4,
    )
    assert found["winograd 4", "weights kept"][1:] == ("6·4·(3 + 4 - 1)²", 24 * 36)
    assert found["winograd 4", "workspace"][1:] == ("(6 + 4)·(3 + 4 - 1)²·⌈7/4⌉²", 10 * 36 * 4)


@pytest.mark.parametrize(("tile", "gain"), [(2, "441/256"), (4, "49/16"), (6, "441/256")])
def test_the_gain_on_a_map_of_seven_px(tile: int, gain: str) -> None:
    formula, _, result = lines("conv: {out: 4, kernel: 3}")[f"winograd {tile}", "gain"]
    assert formula == "D_K²·D_F²/((D_K + T - 1)²·⌈D_F/T⌉²)"
    assert str(result) == gain


def test_groups_and_a_batch() -> None:
    found = lines("conv: {out: 4, kernel: [3, 5], groups: 2}", batch=3)
    written = found["im2col", "written"]
    assert written == ("B·D_Kh·D_Kw·M·D_F²", "3·3·5·6·7²", 3 * 15 * 6 * 49)
    assert found["im2col", "workspace"] == ("D_Kh·D_Kw·M·D_F²/G", "3·5·6·7²/2", 15 * 3 * 49)


def test_a_product_as_it_stands_needs_nothing() -> None:
    found = lines("pointwise: {out: 4}")
    assert found["gemm", "workspace"] == ("0", "0", 0)
    assert {name for name, _ in found} == {"direct", "gemm"}


@pytest.mark.parametrize(
    "text",
    [
        "conv: {out: 4, kernel: [5, 7]}",
        "conv: {out: 4, kernel: [1, 3]}",
        "conv: {out: 6, kernel: [2, 3], groups: 3}",
        "conv: {out: 4, kernel: 3, stride: [1, 2], padding: valid}",
        "depthwise: {multiplier: 2}",
        "conv_transpose: {out: 4, kernel: [4, 2], stride: 2, padding: 0, groups: 2}",
    ],
)
def test_each_line_is_what_is_counted(text: str) -> None:
    head = HEAD.replace("width: 7", "width: 10")
    (of,) = ways(text, head)
    counted = algorithms_of(chain(text, head=head).cost().layers[0])
    assert tuple(of.found) == counted
    for one, found in of.found.items():
        results = {line.quantity: line.result for line in found}
        fields = {"multiplications": one.multiplies, "pointers": one.pointers}
        for quantity, value in fields.items():
            assert results.get(quantity, value) == value


def test_it_stands_only_where_it_is_asked_for() -> None:
    words = ("explain", "mobilenet_v1", "conv_1", "--format", "json")
    (plain,) = json.loads(printed(*words))["layers"]
    (more,) = json.loads(printed(*words, "--algorithms"))["layers"]
    assert more.keys() - plain.keys() == {"algorithms", "not_computed_by"}
    assert [(one["name"], one["tile"]) for one in more["algorithms"]] == [
        *(("direct", None), ("im2col", None), ("indirect", None)),
    ]
    assert more["not_computed_by"][0] == {"name": "winograd 2", "why": "its stride is not 1"}
    assert "how it can be computed" in printed("explain", "mobilenet_v1", "conv_1", "--algorithms")


def test_a_gain_is_an_exact_ratio_in_a_table_for_programs() -> None:
    words = ("explain", "resnet18", "basic_1.1/conv_1", "--algorithms", "--format", "csv")
    rows = printed(*words).split("\n")
    assert rows[0] == "layer,algorithm,quantity,formula,numbers,result"
    assert any(row.endswith(",4.41") and "winograd 6,gain" in row for row in rows)
