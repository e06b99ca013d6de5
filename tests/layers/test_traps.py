"""The counting mistakes that tools of this kind really make, each with the right figure.

Batch, groups, even `same` kernels, odd sides, swapped height and width, rounded widths, and work
that is no multiply-accumulate. Every expected value stands beside its arithmetic.
"""

from fractions import Fraction

import pytest

import mnetcost
from mnetcost.multipliers import Rounding
from mnetcost.printed import Printed


def one_layer(size, layer):
    height, width, channels = size
    return mnetcost.load(
        f"input: {{height: {height}, width: {width}, channels: {channels}}}\nlayers:\n  - {layer}\n"
    ).cost()


@pytest.fixture(scope="module")
def v1():
    return mnetcost.load("mobilenet_v1")


STEM7 = "conv: {out: 32, kernel: 7, stride: 2, padding: 3}"
STEM_SAME = "conv: {out: 32, kernel: 3, stride: 2}"
STEM_ONE = "conv: {out: 32, kernel: 3, stride: 2, padding: 1}"
STEM_VALID = "conv: {out: 32, kernel: 3, stride: 2, padding: valid}"

# (input, layer, output, parameters, mult-adds); h×w×c everywhere
WINDOWS = [
    # a 7×7 stem: 49 · 3 · 32 weights on 112 · 112, and on 112 · 80
    ((224, 224, 3), STEM7, (112, 112, 32), 4704, 59_006_976),
    ((224, 160, 3), STEM7, (112, 80, 32), 4704, 42_147_840),
    # depthwise 3×3: 9 · 8 weights; written as a grouped convolution it costs the same
    ((10, 10, 8), "depthwise: {kernel: 3}", (10, 10, 8), 72, 7_200),
    ((10, 12, 8), "depthwise: {kernel: [3, 1]}", (10, 12, 8), 24, 2_880),
    ((10, 10, 8), "conv: {out: 8, kernel: 3, groups: 8}", (10, 10, 8), 72, 7_200),
    ((10, 12, 8), "conv: {out: 16, kernel: 3, groups: 4}", (10, 12, 16), 288, 34_560),
    # `same` with an even kernel keeps the map: 8 · 16 · kernel weights on 10 · 10
    ((10, 10, 8), "conv: {out: 16, kernel: 3, padding: same}", (10, 10, 16), 1_152, 115_200),
    ((10, 10, 8), "conv: {out: 16, kernel: 4, padding: same}", (10, 10, 16), 2_048, 204_800),
    ((10, 10, 8), "conv: {out: 16, kernel: 5, padding: same}", (10, 10, 16), 3_200, 320_000),
    ((10, 12, 8), "conv: {out: 16, kernel: [4, 3], padding: same}", (10, 12, 16), 1_536, 184_320),
    ((10, 12, 8), "conv: {out: 16, kernel: [2, 4], stride: [2, 1]}", (5, 12, 16), 1_024, 61_440),
    # odd sides: `same` and padding 1 round up, no padding rounds down; 864 weights a position
    ((225, 225, 3), STEM_SAME, (113, 113, 32), 864, 11_032_416),
    ((225, 225, 3), STEM_ONE, (113, 113, 32), 864, 11_032_416),
    ((225, 225, 3), STEM_VALID, (112, 112, 32), 864, 10_838_016),
    ((224, 224, 3), STEM_ONE, (112, 112, 32), 864, 10_838_016),
    ((224, 224, 3), STEM_VALID, (111, 111, 32), 864, 10_645_344),
    ((225, 224, 3), STEM_ONE, (113, 112, 32), 864, 10_934_784),
    ((225, 224, 3), STEM_VALID, (112, 111, 32), 864, 10_741_248),
    # height first, in kernels and in maps: 7 · 8 · 16 weights
    ((10, 12, 8), "conv: {out: 16, kernel: [1, 7]}", (10, 12, 16), 896, 107_520),
    ((12, 10, 8), "conv: {out: 16, kernel: [7, 1]}", (12, 10, 16), 896, 107_520),
    ((10, 12, 8), "conv: {out: 16, kernel: [1, 7], padding: valid}", (10, 6, 16), 896, 53_760),
    ((10, 12, 8), "conv: {out: 16, kernel: [7, 1], padding: valid}", (4, 12, 16), 896, 43_008),
    ((12, 10, 8), "conv: {out: 16, kernel: [7, 1], padding: valid}", (6, 10, 16), 896, 53_760),
    ((10, 12, 8), "conv: {out: 16, kernel: [1, 7], padding: [0, 3]}", (10, 12, 16), 896, 107_520),
    ((10, 12, 8), "conv: {out: 16, kernel: [1, 7], padding: [3, 0]}", (16, 6, 16), 896, 86_016),
    # a dense layer after flatten reads every value once
    ((1, 1, 100), "dense: {out: 10}", (1, 1, 10), 1_000, 1_000),
]


@pytest.mark.parametrize(("size", "layer", "output", "params", "mult_adds"), WINDOWS)
def test_windows(size, layer, output, params, mult_adds):
    cost = one_layer(size, layer)
    assert cost.layers[0].output == output
    assert (cost.params, cost.mult_adds) == (params, mult_adds)


def test_flatten_reads_height_times_width():
    cost = one_layer((3, 5, 4), "flatten\n  - dense: {out: 7}")
    assert cost.layers[0].output == (1, 1, 60)
    assert (cost.params, cost.mult_adds) == (420, 420)


def test_mega_is_a_million(v1):
    assert Printed.read("569 M").value == 569_000_000
    assert v1.cost().mult_adds == 568_740_352


def test_a_classifier_does_not_shrink_with_the_area(v1):
    # scaling by (160/224)² would shrink the classifier's 1,024,000 as well
    exact, scaled = v1.cost(resolution=160).mult_adds, Fraction(568_740_352 * 25, 49)
    assert exact == 290_675_200
    assert round(scaled) == 290_173_649
    assert exact - scaled == 1_024_000 * Fraction(24, 49)


# --- types, as tables name them


TYPES = [
    # a 1×1 convolution with one group; as many groups as input channels; any other
    ("conv: {out: 6}", "pointwise", "1×1"),
    ("conv: {out: 6, kernel: [1, 1], stride: 2}", "pointwise", "1×1"),
    ("pointwise: {out: 6, stride: [1, 2]}", "pointwise", "1×1"),
    ("conv: {out: 6, groups: 2}", "conv", "1×1"),
    ("pointwise: {out: 6, groups: 2}", "conv", "1×1"),
    ("conv: {out: 6, kernel: [3, 1]}", "conv", "3×1"),
    ("conv: {out: 6, kernel: [1, 3]}", "conv", "1×3"),
    ("conv: {out: 6, kernel: [2, 3], groups: 2}", "conv", "2×3"),
    ("conv: {out: 4, kernel: [3, 2], groups: 4}", "depthwise", "3×2"),
    ("conv: {out: 8, kernel: [3, 2], groups: 4}", "depthwise", "3×2"),
    ("conv: {out: 4, groups: 4}", "depthwise", "1×1"),
    ("pointwise: {out: 4, groups: 4}", "depthwise", "1×1"),
    ("depthwise", "depthwise", "3×3"),
    ("depthwise: {kernel: [5, 3], multiplier: 2}", "depthwise", "5×3"),
    ("depthwise: {kernel: 1}", "depthwise", "1×1"),
    ("max_pool: {kernel: [2, 3]}", "max_pool", "2×3"),
    ("global_avg_pool", "global_avg_pool", ""),
    ("hard_swish", "hard_swish", ""),
]


@pytest.mark.parametrize(("layer", "name", "kernel"), TYPES)
def test_types(layer, name, kernel):
    cost = one_layer((9, 7, 4), layer)
    (row,) = cost.layers
    assert (row.type, row.kernel) == (name, kernel)
    assert cost.by_type()[name].kernels == ((kernel,) if kernel else ())


def test_a_separable_layer_is_two_rows():
    rows = one_layer((9, 7, 4), "separable: {out: 6, kernel: [3, 5], name: s}").layers
    assert [(row.name, row.type, row.kernel) for row in rows] == [
        ("s/depthwise", "depthwise", "3×5"),
        ("s/pointwise", "pointwise", "1×1"),
    ]


# --- work that is no multiply-accumulate


# (layer, parts of its work on a 10×8 map of 10 channels: 800 values)
ELEMENTWISE = [
    ("batch_norm", {"normalization": 800}),
    ("relu", {"activation": 800}),
    ("hard_swish", {"activation": 800}),
    ("softmax", {"softmax": 800}),
    ("dropout: {rate: 0.2}", {}),
    ("flatten", {}),
    ("max_pool: {kernel: [2, 4]}", {"pooling": 800}),
    ("avg_pool: {kernel: 3, stride: 1}", {"pooling": 7_200}),
    ("global_avg_pool", {"pooling": 800}),
]


@pytest.mark.parametrize(("layer", "work"), ELEMENTWISE)
def test_other_work_stands_beside_the_mult_adds(layer, work):
    cost = one_layer((10, 8, 10), layer)
    assert (cost.params, cost.mult_adds) == (0, 0)
    assert cost.work == work


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("norm: batch", "norm: none"),
        ("act: relu", "act: none"),
        ("act: relu", "act: prelu"),
        ("  - softmax: {called_as: absent}\n", ""),
        ("  - global_avg_pool\n", "  - avg_pool: {kernel: 7}\n  - dropout\n  - batch_norm\n"),
        ("bias: true", "bias: false"),
    ],
)
@pytest.mark.parametrize(
    ("size", "mult_adds"), [("224x224", 568_740_352), ("160x224", 406_535_680)]
)
def test_only_products_are_mult_adds(v1, old, new, size, mult_adds):
    # 160×224: 5/7 of the body's 567,716,352, and the classifier
    text = v1.graph.origin.text
    assert old in text
    cost = mnetcost.load(text.replace(old, new)).cost(input=size)
    assert (cost.params, cost.mult_adds) == (4_209_088, mult_adds)


def test_a_folded_norm_is_one_bias_a_channel(v1):
    text = v1.graph.origin.text
    folded = mnetcost.load(text.replace("norm: batch", "bias: true")).cost()
    assert folded.mult_adds == 568_740_352
    assert sum(folded.parameters) == 4_221_032
    assert folded.parameters.biases == 10_944 + 1_000


# --- rounded widths


def test_floor_is_exact():
    assert int(200 * 0.145) == 28  # what floats say
    assert Rounding("floor", 8).apply(200, Fraction("0.145")) == 29
    net = mnetcost.load(
        "input: {height: 5, width: 9, channels: 1}\n"
        "width: {round: floor}\n"
        "layers:\n  - conv: {out: 200}\n"
    )
    assert net.cost(alpha=0.145).params == 29
    assert net.cost(alpha="0.145").mult_adds == 29 * 45
    assert mnetcost.sweep(net, alpha="0.145", rho="1").params.tolist() == [[29]]


@pytest.mark.parametrize(
    ("rule", "widths"),
    [
        # 0.35 of 32, 64, 128, 256, 512, 1024 is 11.2, 22.4, 44.8, 89.6, 179.2, 358.4
        ("round: floor, min: 8", [11, 22, 44, 89, 179, 358]),
        ("round: nearest", [11, 22, 45, 90, 179, 358]),
        # 8 is below 0.9 · 11.2
        ("divisible: 8", [16, 24, 48, 88, 176, 360]),
    ],
)
def test_rules_differ_and_the_classifier_stays(v1, rule, widths):
    text = v1.graph.origin.text.replace("round: floor, min: 8", rule)
    cost = mnetcost.load(text).cost(alpha=0.35, input="64x96")
    found = [layer.output.c for layer in cost.layers if layer.type in ("conv", "pointwise")]
    assert list(dict.fromkeys(found)) == widths
    logits = next(layer for layer in cost.layers if layer.name == "logits")
    assert logits.output == (1, 1, 1000)
    assert logits.params == widths[-1] * 1000


@pytest.mark.parametrize("rule", ["round: floor, min: 8", "divisible: 8"])
def test_widths_follow_through_layers_that_write_none(rule):
    # α scales written widths once; depthwise widths, pools and flatten only follow them
    text = (
        "input: {height: 4, width: 6, channels: 3}\n"
        f"width: {{{rule}}}\n"
        "layers:\n"
        "  - conv: {out: 64}\n"
        "  - depthwise: {multiplier: 2}\n"
        "  - max_pool: {kernel: 2}\n"
        "  - batch_norm\n"
        "  - flatten\n"
        "  - dense: {out: 10, scale: false}\n"
    )
    cost = mnetcost.load(text).cost(alpha=0.5)
    assert [layer.output.c for layer in cost.layers] == [32, 64, 64, 64, 64 * 2 * 3, 10]
    assert [layer.input.c for layer in cost.layers] == [3, 32, 64, 64, 64, 384]


@pytest.mark.parametrize(
    # weights of fixed width, and for each output channel
    ("layer", "fixed", "each"),
    [
        ("conv: {out: 6, kernel: [3, 1]", 0, 3 * 4),
        ("pointwise: {out: 6", 0, 4),
        ("separable: {out: 6, kernel: [1, 5]", 5 * 4, 4),
        ("global_avg_pool\n  - dense: {out: 6", 0, 4),
    ],
)
@pytest.mark.parametrize(("scale", "out"), [("", 3), (", scale: true", 3), (", scale: false", 6)])
def test_scale_false_keeps_a_written_width(layer, fixed, each, scale, out):
    net = mnetcost.load(
        "input: {height: 3, width: 5, channels: 4}\n"
        "width: {round: nearest}\n"
        f"layers:\n  - {layer}{scale}}}\n"
    )
    cost = net.cost(alpha=0.5)
    assert cost.layers[-1].output.c == out
    assert cost.params == fixed + each * out


@pytest.mark.parametrize(("scale", "channels"), [("", 4), (", scale: true", 2)])
def test_input_channels_scale_only_where_they_say_so(scale, channels):
    net = mnetcost.load(
        f"input: {{height: 3, width: 5, channels: 4{scale}}}\n"
        "width: {round: nearest}\n"
        "layers:\n  - depthwise: {kernel: [1, 2]}\n"
    )
    cost = net.cost(alpha=0.5)
    assert cost.input == (3, 5, channels)
    assert (cost.params, cost.mult_adds) == (2 * channels, 2 * channels * 15)
