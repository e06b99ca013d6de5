"""Arithmetic on maps, functions of several channels, constant maps, norms over all values."""

import pytest
from networks import codes, one_layer, small

import mnetcost

# Of a 6×9×4 map, 216 values: its other half is written first, the layer last.
PAIR = "  - relu: {name: a}\n  - global_avg_pool: {name: b}\n"

# (layer, output, work of the layer)
ARITHMETIC = [
    ("subtract: {from: [a, b]}", (6, 9, 4), {"elementwise": 216}),
    ("subtract: {from: [b, a]}", (6, 9, 4), {"elementwise": 216}),
    ("divide: {from: [a, b]}", (6, 9, 4), {"elementwise": 216}),
    ("maximum: {from: [a, b]}", (6, 9, 4), {"elementwise": 216}),
    ("minimum: {from: [a, b, input]}", (6, 9, 4), {"elementwise": 432}),
    ("subtract: {from: [b, b]}", (1, 1, 4), {"elementwise": 4}),
    ("maxout: {from: a, pieces: 2}", (6, 9, 2), {"elementwise": 108}),
    ("maxout: {from: a, pieces: 4}", (6, 9, 1), {"elementwise": 162}),
    ("glu: {from: a}", (6, 9, 2), {"activation": 108, "elementwise": 108}),
    ("constant: {channels: 2}", (1, 1, 2), {}),
    ("constant: {channels: 2, like: a}", (6, 9, 2), {}),
    ("constant: {channels: 2, from: a}", (6, 9, 2), {}),
    ("pad: {from: a, multiple: 7}", (7, 14, 4), {}),
    ("pad: {from: a, multiple: [3, 4]}", (6, 12, 4), {}),
    # columns of 6 rows; all of the 9 columns stay
    ("adaptive_avg_pool: {from: a, height: 1}", (1, 9, 4), {"pooling": 216}),
    # 9 columns to 2: 1-5 and 5-9, ten values read
    ("adaptive_max_pool: {from: a, width: 2}", (6, 2, 4), {"pooling": 240}),
    ("celu: {from: a}", (6, 9, 4), {"activation": 216}),
    ("layer_norm: {from: a, over: all}", (6, 9, 4), {"normalization": 216}),
]


@pytest.mark.parametrize(("layer", "output", "work"), ARITHMETIC)
def test_arithmetic_by_hand(layer, output, work):
    last = small(f"{PAIR}  - {layer}", 6, 9, 4).cost().layers[-1]
    assert last.output == output
    assert last.work == work
    assert (last.params, last.mult_adds) == (0, 0)


def test_a_merge_may_be_any_of_them():
    for word in ("subtract", "divide", "maximum", "minimum"):
        text = f"  - branches: [[relu], [global_avg_pool]]\n    merge: {word}"
        last = small(text, 6, 9, 4).cost().layers[-1]
        assert (last.type, last.output, last.work) == (word, (6, 9, 4), {"elementwise": 216})


REFUSED = [
    ("subtract: {from: [a, b, a]}", "subtract takes two maps, not 3"),
    ("divide: {from: [a]}", "divide takes two maps, not 1"),
    ("minimum: {from: [a, c]}", "minimum: maps of 6×9×4 and 3×5×4"),
    ("maxout: {pieces: 3, from: a}", "3 pieces do not divide 4 channels"),
    ("glu: {from: d}", "2 halves do not divide 3 channels"),
    (
        "conv_transpose: {out: 4, kernel: 3, stride: 2, output_padding: 1}",
        "`output_padding` beside a padding of `same`",
    ),
    (
        "conv_transpose: {out: 4, kernel: 3, stride: [2, 1], padding: 1, output_padding: [1, 1]}",
        "output padding of 1×1 px, not below the stride or dilation",
    ),
    ("adaptive_avg_pool", "adaptive_avg_pool needs `size`, `height` or `width`"),
]


@pytest.mark.parametrize(("layer", "words"), REFUSED)
def test_what_is_impossible_is_refused(layer, words):
    more = "  - max_pool: {name: c, kernel: 2, from: a}\n  - conv: {name: d, out: 3, from: a}\n"
    with pytest.raises(mnetcost.SpecError, match=words):
        small(f"{PAIR}{more}  - {layer}", 6, 9, 4)


def test_two_ways_to_pad_are_refused():
    with pytest.raises(mnetcost.SpecError, match="`multiple` beside `top`") as caught:
        small("  - pad: {top: 1, multiple: 7}")
    assert codes(caught) == ["conflict"]


@pytest.mark.parametrize(
    ("layer", "output", "mult_adds"),
    # (6 - 1) · 2 - 2 + 3 + 1 = 12, (9 - 1) · 3 - 2 + 3 + 2 = 27; 9 · 4 · 5 weights on 6 · 9
    [("stride: [2, 3], padding: 1, output_padding: [1, 2]", (12, 27, 5), 9_720)],
)
def test_output_padding_by_side(layer, output, mult_adds):
    cost = one_layer((6, 9, 4), f"conv_transpose: {{out: 5, kernel: 3, {layer}}}")
    assert cost.layers[0].output == output
    assert cost.mult_adds == mult_adds


# Coordinates beside the map (CoordConv), which stand behind a normalised convolution.
COORDINATES = """
input: {height: 6, width: 9, channels: 4}
width: {round: nearest}
layers:
  - conv: {name: a, out: 8}
  - constant: {name: xy, channels: 2}
  - batch_norm: {name: n, from: a}
  - concat: {from: [n, xy]}
  - conv: {name: b, out: 6, kernel: [1, 3]}
"""


def test_a_constant_map_is_fixed_and_free():
    net = mnetcost.load(COORDINATES)
    for setting, (places, a, b) in {
        (1, 1): (54, 8, 6),
        ("1/2", 2): (216, 4, 3),
        ("1/2", "1/3"): (6, 4, 3),
    }.items():
        alpha, rho = setting
        cost = net.cost(alpha=alpha, rho=rho)
        weights = 4 * a, 3 * (a + 2) * b
        assert cost.params == sum(weights)
        assert cost.mult_adds == places * sum(weights)
        assert mnetcost.sweep(net, alpha=alpha, rho=rho).mult_adds == cost.mult_adds


def test_a_constant_map_reads_sides_alone():
    # the convolution is read by its normalisation alone, which is folded: a bias a channel
    folded = [one.folded for one in mnetcost.load(COORDINATES).cost().layers]
    assert folded == [4 * 8 + 8, 0, 0, 0, 3 * 10 * 6]


def test_a_norm_over_all_values_has_a_parameter_for_each():
    text = "input: {height: 6, width: 9, channels: 4}\nwidth: {round: nearest}\nlayers:\n"
    text += "  - conv: {out: 8, norm: layer_all}\n  - layer_norm: {over: all}\n  - layer_norm\n"
    net = mnetcost.load(text)
    # γ and β of 6·9·8 values twice, and of 8 channels; at half of both 3·5·4 and 4
    assert net.cost().parameters.norm_affine == 2 * (2 * 432 + 8)
    small_cost = net.cost(alpha="1/2", rho="1/2")
    assert small_cost.parameters.norm_affine == 2 * (2 * 60 + 4)
    grid = mnetcost.sweep(net, alpha="1,1/2", rho="1,1/2", convention="torch")
    assert grid.counted_params.tolist() == [
        [32 + 2 * (2 * 432 + 8), 32 + 2 * (2 * 3 * 5 * 8 + 8)],
        [16 + 2 * (2 * 6 * 9 * 4 + 4), 16 + 2 * (2 * 60 + 4)],
    ]
    (warning,) = small_cost.warnings
    assert "parameters depend on the input" in warning
    assert "`conv_1` has 120 normalisation γ and β at 3×5" in warning


@pytest.mark.parametrize(
    ("keys", "half", "whole"),
    [
        # floor(7 · 2/3), floor(10 · 3/4); of 14×20 px the same of twice as many
        ("scale: [2/3, 3/4]", (9, 15), (4, 7)),
        ("scale: 1/2", (7, 10), (3, 5)),
        ("scale: 1.5", (21, 30), (10, 15)),
        ("like: s", (4, 5), (2, 3)),
    ],
)
def test_resize_by_fractions(keys, half, whole):
    text = "input: {height: 7, width: 10, channels: 4}\nlayers:\n"
    text += "  - max_pool: {name: s, kernel: 4}\n"
    text += f"  - resize: {{from: input, {keys}, mode: bilinear}}\n  - conv: {{out: 5}}\n"
    net = mnetcost.load(text)
    assert net.cost().layers[1].output == (*whole, 4)
    assert net.cost(rho=2).layers[1].output == (*half, 4)
    grid = mnetcost.sweep(net, alpha=1, rho="1,2")
    assert grid.mult_adds.tolist() == [[20 * a * b for a, b in (whole, half)]]


# Every kind of arithmetic on one map, at odd sides and widths.
ALL = """
input: {height: 9, width: 14, channels: 4}
width: {round: floor, min: 2}
layers:
  - conv: {name: a, out: 12, kernel: [3, 1], norm: layer_all, act: square}
  - global_avg_pool: {name: m}
  - subtract: {from: [a, m]}
  - divide: {name: d, from: [m, a], called_as: unknown}
  - branches: [[abs], [celu], [softsign], [log_sigmoid]]
    merge: maximum
  - minimum: {from: [d, maximum_1], called_as: functional}
  - constant: {name: xy, channels: 2}
  - concat: {from: [minimum_1, xy, xy, a, a]}
  - slice: {first: $here / 4 * 4}
  - maxout: {pieces: 2, called_as: tensor}
  - glu
  - layer_norm: {over: all}
  - pad: {multiple: [4, 3]}
  - pixel_unshuffle: {factor: [4, 3]}
  - pixel_shuffle: {factor: [3, 4]}
  - conv_transpose: {out: 6, kernel: 3, stride: [3, 2], padding: 1, output_padding: [2, 1]}
  - adaptive_avg_pool: {name: rows, height: 5}
  - adaptive_max_pool: {width: 1, from: rows}
  - permute: {order: whc}
  - conv1d: {out: 8, kernel: 3, stride: 2, bias: true, norm: batch, act: relu}
  - max_pool1d: {kernel: 2}
  - conv_transpose1d: {out: 4, kernel: 3, padding: valid}
  - adaptive_avg_pool1d: {size: 3}
"""


@pytest.mark.parametrize("convention", [None, "onnx-tool", "thop", "deepspeed-flops", "torchinfo"])
def test_a_grid_is_what_its_points_are(convention):
    net = mnetcost.load(ALL.replace("$here / 4 * 4", "floor($here / 4) * 4"))
    alphas, rhos = ("1", "1/2", "0.3", "3/2"), ("1", "2", "1/3")
    grid = mnetcost.sweep(net, alpha=",".join(alphas), rho=",".join(rhos), convention=convention)
    for a, alpha in enumerate(alphas):
        for r, rho in enumerate(rhos):
            cost = net.cost(alpha=alpha, rho=rho, convention=convention)
            assert (cost.params, cost.mult_adds) == (*(grid.params[a, r], grid.mult_adds[a, r]),)
            assert grid.counted_params[a, r] == cost.figures["params"]
            assert [one[a, r] for one in grid.counted] == [*cost.counted]
