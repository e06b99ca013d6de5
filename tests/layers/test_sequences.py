"""Layers of sequences are those of maps of one row; what has a depth is refused."""

import pytest
from networks import codes, one_layer, small

import mnetcost

UP = "conv_transpose1d: {out: 3, kernel: 3, stride: 2, padding: 1, output_padding: 1}"

# (layer on 1×100×4, output, weights, mult-adds): by hand
CASES = [
    # 5 · 4 · 8 weights on ⌈100 / 2⌉ positions
    ("conv1d: {out: 8, kernel: 5, stride: 2}", (1, 50, 8), 160, 8_000),
    # 2 · (3 - 1) + 1 = 5 positions wide: 96 of 100
    ("conv1d: {out: 8, kernel: 3, dilation: 2, padding: 0}", (1, 96, 8), 96, 9_216),
    ("conv1d: {out: 8, kernel: 3, padding: valid}", (1, 98, 8), 96, 9_408),
    ("conv1d: {out: 8, kernel: 4, padding: 1, groups: 2}", (1, 99, 8), 64, 6_336),
    ("conv1d: {out: 8}", (1, 100, 8), 32, 3_200),
    ("depthwise1d: {multiplier: 2}", (1, 100, 8), 24, 2_400),
    # (100 - 1) · 2 - 2 · 1 + 3 + 1 = 200; a weight is used once an input position
    (UP, (1, 200, 3), 36, 3_600),
    ("max_pool1d: {kernel: 3}", (1, 34, 4), 0, 0),
    ("max_pool1d: {kernel: 3, padding: valid, ceil: true}", (1, 34, 4), 0, 0),
    ("avg_pool1d: {kernel: 3, stride: 2, padding: valid}", (1, 49, 4), 0, 0),
    ("adaptive_avg_pool1d: {size: 7}", (1, 7, 4), 0, 0),
    ("adaptive_max_pool1d: {size: 7}", (1, 7, 4), 0, 0),
]


@pytest.mark.parametrize(("layer", "output", "params", "mult_adds"), CASES)
def test_a_layer_of_a_sequence(layer, output, params, mult_adds):
    cost = one_layer((1, 100, 4), layer)
    assert cost.layers[0].output == output
    assert (cost.params, cost.mult_adds) == (params, mult_adds)


def test_types_and_kernels_are_those_of_maps():
    layers = "conv1d: {out: 8, kernel: 5}", "conv1d: {out: 6}", "depthwise1d: {kernel: 3}"
    layers += ("conv1d: {out: 6, groups: 6, kernel: 3}", "max_pool1d: {kernel: 2}")
    text = "".join(f"  - {one}\n" for one in layers)
    found = [(one.type, one.kernel) for one in small(text, 1, 20, 4).cost().layers]
    assert found == [
        *(("conv", "1×5"), ("pointwise", "1×1"), ("depthwise", "1×3"), ("depthwise", "1×3")),
        ("max_pool", "1×2"),
    ]


def test_norm_and_act_ride_and_the_length_follows_the_resolution():
    text = "input: {height: 1, width: 100, channels: 4}\nwidth: {round: nearest}\nlayers:\n"
    text += "  - conv1d: {out: 8, kernel: 3, bias: true, norm: batch, act: prelu}\n"
    cost = mnetcost.load(text).cost(alpha="1/2", rho="3/2")
    # 3 · 4 · 4 weights on 150 positions; 4 biases, γ, β and slopes
    assert (cost.params, cost.mult_adds) == (48, 7_200)
    assert tuple(cost.parameters) == (48, 4, 8, 8, 4)
    assert mnetcost.sweep(mnetcost.load(text), alpha="1/2", rho="3/2").mult_adds.item() == 7_200


def test_a_sequence_is_one_row():
    for layer in ("conv1d: {out: 8, kernel: 3}", "max_pool1d: {kernel: 2}"):
        with pytest.raises(mnetcost.SpecError, match="1×L, on a 4×20 map") as caught:
            small(f"  - {layer}", 4, 20)
        assert codes(caught) == ["shapes"]


@pytest.mark.parametrize("key", ["kernel: [1, 3]", "padding: [0, 1]", "stride: [1, 2]"])
def test_a_window_of_a_sequence_is_one_number(key):
    with pytest.raises(mnetcost.SpecError, match="found a list") as caught:
        small(f"  - conv1d: {{out: 8, {key}}}", 1, 20)
    assert codes(caught) == ["wrong-type"]


# The stem of MFNet, a convolution of 3×5×5 on 16 frames.
MFNET = """
input: {frames: 16, height: 224, width: 224, channels: 3}
layers:
  - conv: {out: 16, kernel: [3, 5, 5], stride: [1, 2, 2], padding: [1, 2, 2]}
  - max_pool3d: {kernel: 2}
  - Conv3D: {out: 8}
"""


def test_a_depth_is_refused_in_words():
    with pytest.raises(mnetcost.SpecError) as caught:
        mnetcost.load(MFNET)
    found = [(one.mark.line, one.code) for one in caught.value.problems]
    assert found == [
        *((2, "unknown-key"), (4, "wrong-type"), (4, "wrong-type"), (4, "wrong-type")),
        *((5, "unknown-layer"), (6, "unknown-layer")),
    ]
    for problem in caught.value.problems:
        assert "3-D layers are not supported" in problem.message
        assert problem.suggestion is None
