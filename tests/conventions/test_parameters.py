"""Parameters by layer type and call; files like another; what a convention was measured with."""

from pathlib import Path

import pytest
from networks import small

import mnetcost
from mnetcost.conventions.presets import NAMES, convention
from mnetcost.problems import SpecError


def params(layers: str, name: str, *sides: int) -> int:
    return int(small(f"  - {layers}", *sides).cost(convention=name).figures["params"])


# Of a map of 3×5×8: a slope, one a channel, one a value of the map.
SLOPES = [("one", 1), ("channel", 8), ("value", 3 * 5 * 8)]


@pytest.mark.parametrize(("slopes", "learned"), SLOPES)
def test_the_slopes_of_a_prelu(slopes: str, learned: int) -> None:
    net = small(f"  - prelu: {{slopes: {slopes}}}", 3, 5)
    cost = net.cost()
    assert cost.parameters.other == learned
    assert cost.work["activation"] == 3 * 5 * 8
    grid = mnetcost.sweep(net, "1,0.5", "1,3", convention="keras")
    at_three = 9 * 15 * 8 if slopes == "value" else learned
    assert grid.counted_params[0].tolist() == [learned, at_three]


def test_a_plain_prelu_has_a_slope_a_channel_and_keras_says_so() -> None:
    """keras-team/keras#4452: 832 of the convolution and 18,432 = 24·24·32 slopes."""
    text = "  - conv: {out: 32, kernel: 5, padding: valid, bias: true}\n  - prelu"
    plain, valued = (
        small(text + more, 28, 28, 1).cost(convention="keras") for more in ("", ": {slopes: value}")
    )
    assert plain.figures["params"] == 832 + 32
    assert valued.figures["params"] == 832 + 24 * 24 * 32 == 19_264
    (note,) = (one for one in convention("keras").notes if one.about == "prelu")
    assert "slopes: value" in note.text


def test_the_act_of_a_gate_has_its_slopes() -> None:
    # 8·2 weights twice, 2 + 8 biases, and 2 slopes
    cost = small("  - squeeze_excitation: {squeeze: 2, act: prelu}", 3, 5).cost()
    assert cost.parameters == (32, 10, 0, 0, 2)


# printed by thop 0.1.1.post2209072238: nothing of a group normalisation, whatever a spec calls it
THOP = [
    ("group_norm: {groups: 2}", 0),
    ("layer_norm", 16),
    ("layer_norm: {called_as: subclass}", 0),
    ("layer_norm: {called_as: functional}", 0),
    ("prelu: {called_as: inplace}", 8),
    ("prelu: {called_as: functional_inplace}", 0),
    ("conv: {out: 4, act: prelu, called_as: functional}", 32),  # the act is called so
    ("position_embedding", 0),
]


@pytest.mark.parametrize(("layers", "expected"), THOP)
def test_parameters_of_what_thop_sees(layers: str, expected: int) -> None:
    assert params(layers, "thop", 3, 5) == expected


def test_a_table_has_the_parameters_of_each_layer_and_type() -> None:
    text = "  - group_norm: {groups: 2}\n  - conv: {out: 4}"
    cost = small(text, 4, 5).cost(convention="thop")
    assert [layer.counted_params for layer in cost.layers] == [0, 32]
    assert {name: one.counted_params for name, one in cost.by_type().items()} == {
        "pointwise": 32,
        "group_norm": 0,
    }
    assert cost.counted_params == 32


def test_an_act_that_is_left_out_leaves_the_kernel() -> None:
    text = "  - conv: {out: 4, act: relu, called_as: absent}"
    for name in ("fvcore", "ptflops", "onnx-tool"):
        assert small(text, 3, 5).cost(convention=name).counted.low == 3 * 5 * 8 * 4


def test_what_is_left_out_has_no_parameters() -> None:
    text = "prelu: {called_as: absent}"
    assert {name: params(text, name) for name in ("fvcore", "thop", "keras", "macs")} == {
        "fvcore": 0,
        "thop": 0,
        "keras": 0,
        "macs": 8,  # macs counts what the spec says
    }


OURS = """like: fvcore
words: fvcore's, and activations
work:
  relu: {outputs: 3}
  batch_norm: {outputs: 7}
parameters: {every: {weights: 1}, conv: {biases: 1}}
measured: {fvcore: 0.1.5, torch: 2.13.0}
"""


def test_a_file_like_another(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(OURS, encoding="utf-8")
    found = convention(str(path))
    assert (found.name, found.unit, found.versions) == ("ours", "MAC", "fvcore 0.1.5, torch 2.13.0")
    text = "  - conv: {out: 4, bias: true, norm: batch, act: relu}\n  - global_avg_pool"
    cost = small(text, 3, 5).cost(convention=str(path))
    # multiply-adds and pooled inputs as fvcore, 7 a normalised and 3 an activated value
    assert cost.counted.low == 15 * 32 + 7 * 60 + 3 * 60 + 60
    assert cost.figures["params"] == 32 + 4
    assert "relu" not in {one for types in found.free.values() for one in types}


BAD = [
    ("like: fvcor\n", "unknown-word"),
    ("like: fvcore\nparameters: {conv: {outputs: 1}}\n", "unknown-key"),
    ("like: fvcore\nparameters: {convv: {weights: 1}}\n", "unknown-key"),
    ("like: fvcore\nmeasured: torch\n", "wrong-type"),
    ("like: fvcore\ntraining_only: maybe\n", "wrong-type"),
]


@pytest.mark.parametrize(("text", "code"), BAD)
def test_a_wrong_file_is_a_problem_with_its_place(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        convention(str(path))
    assert code in {one.code for one in caught.value.problems}


def test_every_tool_says_its_version_and_every_exporter_its_opset() -> None:
    for name in NAMES:
        measured = convention(name).measured
        assert bool(measured) == (name not in ("paper", "macs", "flops"))
        assert ("opset" in measured) == name.startswith("onnx-tool")
    opsets = [convention(f"onnx-tool{one}").measured["opset"] for one in ("", "-17", "-13")]
    assert opsets == ["20", "17", "13"]


def test_gelu_by_opset() -> None:
    # 160 values: Div 4, Erf 0, Add 1, Mul and Mul 2 below opset 20, one node of 34 from there on
    net = small("  - gelu", 4, 5)
    found = {name: net.cost(convention=name).counted.low for name in NAMES if "onnx" in name}
    assert found == {"onnx-tool": 34 * 160, "onnx-tool-17": 7 * 160, "onnx-tool-13": 7 * 160}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("fvcore", 240), ("ptflops", 360), ("deepspeed-flops", 260), ("onnx-tool", 240)],
)
def test_a_resize_by_area_counts_alike_however_it_is_written(name: str, expected: int) -> None:
    # 8·10·3 values of the input; ptflops sees the 4·5·3 of the output twice, deepspeed 4·5
    pool = "  - max_pool: {name: s, kernel: 2, stride: 2, padding: 0, called_as: absent}\n"
    for sides in ("like: s", "height: 4, width: 5"):
        net = small(f"{pool}  - resize: {{from: input, {sides}, mode: area}}", 8, 10, 3)
        cost = net.cost(convention=name)
        assert cost.counted.low == expected
        assert cost.layers[-1].input == (8, 10, 3)
