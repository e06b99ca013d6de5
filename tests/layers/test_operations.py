"""Multiplications, additions, comparisons, divisions and exponentials, against counts by hand.

Each stands beside its arithmetic, on a map of 3×5 px and 4 channels: 15 positions, 60 values.
Square roots, logarithms, powers and the error function are exponentials.
"""

import json

import pytest
from commands import run
from networks import small

import mnetcost
from mnetcost.conventions.presets import COLUMNS

# (layer, multiplications, additions, comparisons, divisions, exponentials)
CASES = [
    # 3·2·4 weights for each of 2 channels at 15 positions: 24·2·15 products, as many additions
    ("conv: {out: 2, kernel: [3, 2]}", 720, 720, 0, 0, 0),
    ("conv: {out: 2, kernel: [3, 2], bias: true}", 720, 720 + 30, 0, 0, 0),
    ("conv: {out: 2, kernel: [3, 2], groups: 2}", 360, 360, 0, 0, 0),
    ("depthwise: {kernel: [1, 3]}", 180, 180, 0, 0, 0),
    # each of 60 inputs goes through 2·2·3 weights; the output is 6×10
    (
        "conv_transpose: {out: 3, kernel: 2, stride: 2, bias: true}",
        *(60 * 12, 60 * 12 + 6 * 10 * 3, 0, 0, 0),
    ),
    ("dense: {out: 7, per_position: true, bias: true}", 15 * 28, 15 * 28 + 15 * 7, 0, 0, 0),
    # at inference scale and shift: x·a + b
    ("batch_norm", 60, 60, 0, 0, 0),
    ("batch_norm: {affine: false}", 60, 60, 0, 0, 0),
    ("batch_norm: {affine: beta}", 60, 60, 0, 0, 0),
    # 15 groups of 4: mean 3 additions, 1 division; x - μ 4; squares 4; variance 3 additions, 1
    # division; + ε 1; root 1; 1/σ 1 division; times it 4; γ 4, β 4
    ("layer_norm", 15 * 12, 15 * (3 + 4 + 3 + 1 + 4), 0, 15 * 3, 15),
    ("layer_norm: {affine: gamma}", 15 * 12, 15 * (3 + 4 + 3 + 1), 0, 15 * 3, 15),
    ("layer_norm: {affine: beta}", 15 * 8, 15 * (3 + 4 + 3 + 1 + 4), 0, 15 * 3, 15),
    ("layer_norm: {affine: false}", 15 * 8, 15 * (3 + 4 + 3 + 1), 0, 15 * 3, 15),
    # 2 groups of 30: 30 + 30 + 30 products, 29 + 30 + 29 + 1 + 30 additions
    ("group_norm: {groups: 2}", 2 * 90, 2 * 119, 0, 2 * 3, 2),
    # 4 groups of 15, without γ and β: 15 + 15 products, 14 + 15 + 14 + 1 additions
    ("instance_norm", 4 * 30, 4 * 44, 0, 4 * 3, 4),
    ("instance_norm: {affine: true}", 4 * 45, 4 * 59, 0, 4 * 3, 4),
    # a value: its square, α/n times the sum of 3, 2 additions and k, a power, a division
    ("local_response_norm: {size: 3}", 60 * 2, 60 * 3, 0, 60, 60),
    # a position: 4 squares, 3 additions, a root, 1/norm, times it 4, the scale 4
    ("l2_norm", 15 * 12, 15 * 3, 0, 15, 15),
    ("layer_scale", 60, 0, 0, 0, 0),
    ("relu", 0, 0, 60, 0, 0),
    ("relu6", 0, 0, 120, 0, 0),
    ("leaky_relu", 60, 0, 60, 0, 0),
    ("prelu", 60, 0, 60, 0, 0),
    ("elu", 0, 60, 60, 0, 60),  # exp(x) - 1
    ("selu", 120, 60, 60, 0, 60),  # λ·α·(exp(x) - 1)
    ("sigmoid", 0, 60, 0, 60, 60),  # 1 / (1 + exp(-x))
    ("hard_sigmoid", 0, 60, 120, 60, 0),  # min(max(x + 3, 0), 6) / 6
    ("tanh", 60, 120, 0, 60, 60),  # (exp(2x) - 1) / (exp(2x) + 1)
    ("hard_tanh", 0, 0, 120, 0, 0),
    ("swish", 60, 60, 0, 60, 60),  # x · sigmoid
    ("hard_swish", 60, 60, 120, 60, 0),
    ("gelu", 180, 60, 0, 0, 60),  # 1/2 · x · (1 + erf(x · 1/√2))
    ("celu", 60, 60, 60, 60, 60),  # α·(exp(x / α) - 1)
    ("softsign", 0, 60, 60, 60, 0),  # x / (1 + |x|)
    ("log_sigmoid", 0, 60, 0, 60, 120),  # log(1 / (1 + exp(-x)))
    ("abs", 0, 0, 60, 0, 0),
    ("square", 60, 0, 0, 0, 0),
    ("glu", 30, 30, 0, 30, 30),  # a · sigmoid(b) of halves
    ("maxout: {pieces: 4}", 0, 0, 45, 0, 0),  # 15 times the largest of 4
    ("softplus", 0, 60, 0, 0, 120),  # log(1 + exp(x))
    ("mish", 120, 180, 0, 60, 180),  # x · tanh(softplus(x))
    # 15 times over 4: 4 exponentials, 3 additions, 4 divisions
    ("softmax", 0, 45, 0, 60, 60),
    ("log_softmax", 0, 45 + 60, 0, 0, 60 + 15),  # x - log Σ exp(x)
    # 1×2 windows of 2×2: 3 comparisons each, or 3 additions and a division
    ("max_pool: {kernel: 2, padding: valid}", 0, 0, 8 * 3, 0, 0),
    ("avg_pool: {kernel: 2, padding: valid}", 0, 8 * 3, 0, 8, 0),
    ("avg_pool: {kernel: [3, 1], padding: valid}", 0, 20 * 2, 0, 20, 0),
    ("global_avg_pool", 0, 4 * 14, 0, 4, 0),
    ("global_max_pool", 0, 0, 4 * 14, 0, 0),
    # windows of 3 rows to 2: 1-2 and 2-3; of 5 columns to 3: 1-2, 2-4, 4-5: 4 · 7 values read
    ("adaptive_avg_pool: {size: [2, 3]}", 0, 4 * (28 - 6), 0, 4 * 6, 0),
    ("adaptive_max_pool: {size: [2, 3]}", 0, 0, 4 * (28 - 6), 0, 0),
    ("resize: {scale: 2}", 0, 0, 0, 0, 0),
    ("resize: {scale: 2, mode: bilinear}", 240 * 4, 240 * 3, 0, 0, 0),
    ("resize: {scale: 2, mode: bicubic}", 240 * 16, 240 * 15, 0, 0, 0),
    ("resize: {height: 2, width: 3, mode: area}", 0, 4 * (28 - 6), 0, 4 * 6, 0),
    ("resize: {height: 6, width: 5, mode: area}", 0, 0, 0, 120, 0),  # windows of one value
    ("add: {from: [input, input, input]}", 0, 120, 0, 0, 0),
    ("multiply: {from: [input, input]}", 60, 0, 0, 0, 0),
    ("subtract: {from: [input, input]}", 0, 60, 0, 0, 0),
    ("divide: {from: [input, input]}", 0, 0, 0, 60, 0),
    ("maximum: {from: [input, input, input]}", 0, 0, 120, 0, 0),
    ("minimum: {from: [input, input]}", 0, 0, 60, 0, 0),
    ("concat: {from: [input, input]}", 0, 0, 0, 0, 0),
    ("pixel_shuffle: {factor: 2}", 0, 0, 0, 0, 0),
    ("constant: {channels: 3}", 0, 0, 0, 0, 0),
    # one group of 60: mean 59 additions, 1 division; x - μ 60; squares 60; variance 59, 1; + ε 1;
    # a root; 1/σ 1 division; times it 60; γ 60, β 60
    ("layer_norm: {over: all}", 180, 59 + 60 + 59 + 1 + 60, 0, 3, 1),
    ("position_embedding", 0, 60, 0, 0, 0),
    ("dropout: {rate: 0.5}", 0, 0, 0, 0, 0),
    # pool 4·14 additions, 4 divisions; 4→2: 8 products, 8 + 2; relu 2; 2→4: 8 products, 8 + 4;
    # sigmoid 4 · (1 addition, 1 division, 1 exponential); 60 products with the map
    ("squeeze_excitation: {squeeze: 2}", 8 + 8 + 60, 56 + 10 + 12 + 4, 2, 4 + 4, 4),
    # 15 positions: 4·16 projections; 2·15·4 products; 60 queries scaled; 2 heads of 15 softmaxes
    # of 15: 15 exponentials, 14 additions, 15 divisions each; 16 biases
    (
        "attention: {heads: 2}",
        *(15 * (64 + 120) + 60, 15 * (64 + 120) + 30 * 14 + 15 * 16, 0, 30 * 15, 30 * 15),
    ),
    # what rides on a layer is in its row: 60 products and additions, then 60 of each, then 60
    (
        "depthwise: {kernel: 1, norm: batch, act: relu}",
        *(60 + 60, 60 + 60, 60, 0, 0),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_a_layer_by_hand(case: tuple[str, int, int, int, int, int]) -> None:
    written, *counts = case
    cost = small(f"  - {written}", 3, 5, 4).cost()
    expected = tuple(counts)
    assert cost.layers[-1].operations == expected
    assert cost.operations == expected


def test_the_columns_of_mobilenet_v1() -> None:
    cost = mnetcost.load("mobilenet_v1").cost()
    macs, values, last, classes = 568_740_352, 5_042_688, 49 * 1024, 1000
    # norm and relu on every convolution's output: torchprofile's 573,784,064 (tool_totals.csv)
    # are the products, these values and 1,024 pooled ones; pool, biases, and a softmax
    assert cost.operations == (
        macs + values,
        macs + values + (last - 1024) + classes + (classes - 1),
        values,
        1024 + classes,
        classes,
    )


def test_the_columns_stand_in_json() -> None:
    found = json.loads(run("table", "mobilenet_v1", "--operations", "--format", "json").out)
    whole = found["totals"]["operations"]
    for name in COLUMNS:
        assert sum(layer["operations"][name] for layer in found["layers"]) == whole[name]
    assert whole["comparisons"] == 5_042_688
