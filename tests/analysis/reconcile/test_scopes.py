"""The parts of a network that a printed number may be of, each counted by hand.

Weights and positions: 3·1·2·3 at 4·6, 1·3·3 at 4·6, 3·4 at 4·6, and 4·6·4 values for 5 classes.
"""

import json
from pathlib import Path

import pytest
from commands import run

import mnetcost

FIRST, DEPTHWISE, POINTWISE, DENSE = 18 * 24, 9 * 24, 12 * 24, 96 * 5
NETWORK = """\
input: {height: 4, width: 6, channels: 2}
layers:
  - conv: {out: 3, kernel: [3, 1], bias: true}
  - depthwise: {kernel: [1, 3]}
  - conv: {out: 4}
  - relu
  - flatten
  - dense: {out: 5}
"""


def found(tmp_path: Path, text: str, printed: str) -> list[tuple[str, int, str]]:
    """(scope, value, how it prints) of what is found for a printed number of mult-adds."""
    path = tmp_path / "net.yaml"
    path.write_text(text, encoding="utf-8")
    ran = run("reconcile", str(path), "--printed", printed, "--format", "json")
    answer = json.loads(ran.out)
    rows = answer["answers"] + answer["by_chance"]
    return [
        (row["scope"], row["value"], row["printed"])
        for row in rows
        if row["unit"] == "MAC" and "paper" in row["convention"] and row["prefix"] != "2^10"
    ]


@pytest.mark.parametrize(
    ("value", "scope"),
    [
        (FIRST + DEPTHWISE + POINTWISE + DENSE, "the whole network"),
        (DEPTHWISE + POINTWISE + DENSE, "without the first convolution (conv_1)"),
        (FIRST + DEPTHWISE + POINTWISE, "without the classifier (dense_1)"),
        (DEPTHWISE + POINTWISE, "without both (conv_1 and dense_1)"),
        (FIRST + DEPTHWISE + DENSE, "without pointwise layers"),
        (POINTWISE, "pointwise layers alone"),
        (FIRST + POINTWISE + DENSE, "without depthwise layers"),
        (DEPTHWISE, "depthwise layers alone"),
        (FIRST, "conv layers alone"),
        (DENSE, "dense layers alone"),
    ],
)
def test_each_part_is_found(value: int, scope: str, tmp_path: Path) -> None:
    assert (scope, value, "rounded") in found(tmp_path, NETWORK, str(value))


def test_a_part_has_one_name(tmp_path: Path) -> None:
    """Without its conv layers it is without the first convolution, which was said before."""
    scopes = [scope for scope, _, _ in found(tmp_path, NETWORK, str(DEPTHWISE + POINTWISE + DENSE))]
    assert scopes == ["without the first convolution (conv_1)"]


# 18 weights at 24 positions; then 72·5, 5·6, 6·7; what is at every position is no classifier
HEADS = [
    ("flatten\n  - dense: {out: 5}\n  - dropout\n  - dense: {out: 6}\n  - dense: {out: 7}",
     360 + 30 + 42, "dense_1 to dense_3"),
    ("flatten\n  - dense: {out: 5}\n  - dense: {out: 6}\n  - softmax",
     360 + 30, "dense_1 to dense_2"),
    ("dense: {out: 5, per_position: true}\n  - flatten\n  - dense: {out: 6}", 720, "dense_2"),
    # the gate of a squeeze-and-excitation belongs to the map that it weighs
    ("squeeze_excitation: {squeeze: 2}\n  - flatten\n  - dense: {out: 6}", 432, "dense_1"),
    ("conv: {out: 5}", 3 * 5 * 24, "conv_2"),
]  # fmt: skip


@pytest.mark.parametrize(("layers", "head", "names"), HEADS)
def test_the_classifier_is_all_dense_layers_at_the_end(
    layers: str, head: int, names: str, tmp_path: Path
) -> None:
    text = NETWORK.partition("  - depthwise")[0] + f"  - {layers}\n"
    whole = mnetcost.load(text).cost().mult_adds
    rows = found(tmp_path, text, str(whole - head))
    assert (f"without the classifier ({names})", whole - head, "rounded") in rows


@pytest.mark.parametrize("layers", ["  - conv: {out: 3}\n", "  - conv: {out: 3}\n  - relu\n"])
def test_a_single_kernel_is_the_whole_network(layers: str, tmp_path: Path) -> None:
    text = "input: {height: 4, width: 6, channels: 2}\nlayers:\n" + layers
    assert {scope for scope, _, _ in found(tmp_path, text, "144")} == {"the whole network"}


def test_two_kernels_of_two_types_are_parts(tmp_path: Path) -> None:
    text = "input: {height: 4, width: 6, channels: 2}\nlayers:\n"
    text += "  - conv: {out: 3}\n  - depthwise: {kernel: [1, 3]}\n"
    # 6 weights and 9, at 24 positions
    assert found(tmp_path, text, "144") == [
        ("without the classifier (depthwise_1)", 144, "rounded")
    ]
    assert found(tmp_path, text, "216") == [
        ("without the first convolution (conv_1)", 216, "rounded"),
    ]


def test_rounded_stands_before_truncated(tmp_path: Path) -> None:
    """1.4k is 1,416 and what is from 1,350 to 1,449; 984 is 0.9k where it is cut."""
    assert found(tmp_path, NETWORK, "1.4k")[0] == ("the whole network", 1416, "rounded")
    cut = [one for one in found(tmp_path, NETWORK, "0.9k") if one[1] in (936, 984)]
    assert cut == [
        ("without the classifier (dense_1)", 936, "rounded"),
        ("without the first convolution (conv_1)", 984, "truncated"),
    ]


def test_the_nearest_five_where_nothing_prints_so(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(NETWORK, encoding="utf-8")
    ran = run("reconcile", str(path), "--printed", "1.000T", "--format", "json")
    assert ran.code == 1
    answer = json.loads(ran.out)
    assert (answer["answers"], answer["by_chance"]) == ([], [])
    values = [row["value"] for row in answer["nearest"]]
    assert len(values) == len(set(values)) == 5
    assert values == sorted(values, reverse=True)  # a trillion is above them all
