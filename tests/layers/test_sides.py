"""Sides that follow the input: like those of another map, times a ratio, what is left of values."""

import numpy as np
import pytest
from networks import sub_pixel

import mnetcost

# A skip that is cut to the map it joins, as in Ronneberger et al. 2015, arXiv:1505.04597.
CROP = """
input: {height: 20, width: 20, channels: 4}
layers:
  - conv: {name: a, out: 4, kernel: 3}
  - max_pool: {name: p, kernel: 2}
  - conv: {name: b, out: 4, kernel: 3, padding: 0}
  - crop: {name: c, from: a, like: b}
  - concat: {from: [c, b]}
"""

# An upsampled map that is padded to the skip it joins: a pixel where that is odd.
PAD = """
input: {height: 71, width: 71, channels: 64}
width: {round: nearest}
layers:
  - conv: {name: skip, out: 64, kernel: 3}
  - max_pool: {kernel: 2, padding: valid}
  - conv_transpose: {name: up, out: 32, kernel: 2, stride: 2, padding: 0}
  - pad: {name: padded, like: skip}
  - concat: {name: joined, from: [skip, padded]}
"""

SHUFFLE = sub_pixel("scale: 2")


def outputs(text, **setting):
    return {one.name: tuple(one.output) for one in mnetcost.load(text).cost(**setting).layers}


@pytest.mark.parametrize(
    ("setting", "height", "width"),
    # halved and rounded up by the pool, two px less by the convolution
    [({}, 8, 8), ({"rho": 2}, 18, 18), ({"input": "21x33"}, 9, 15), ({"input": (7, 40)}, 2, 18)],
)
def test_a_crop_like_another_map(setting, height, width):
    found = outputs(CROP, **setting)
    assert found["c"] == (height, width, 4)
    assert found["concat_1"] == (height, width, 8)


def test_a_crop_costs_nothing_and_reads_its_own_map():
    cost = {one.name: one for one in mnetcost.load(CROP).cost(input="21x33").layers}["c"]
    assert (cost.input, cost.params, cost.mult_adds) == ((21, 33, 4), 0, 0)


@pytest.mark.parametrize(
    ("side", "mult_adds"),
    # n²·9·64·64 of the convolution, (⌊n/2⌋)²·4·64·32 of the transposed one
    [(70, 190_668_800), (71, 195_866_624)],
)
def test_a_pad_like_another_map(side, mult_adds):
    cost = mnetcost.load(PAD).cost(resolution=side)
    assert cost.mult_adds == mult_adds
    assert cost.layers[-1].output == (side, side, 96)


def test_a_pad_like_another_map_at_every_point_of_a_grid():
    grid = mnetcost.sweep(mnetcost.load(PAD), alpha="1,0.5", resolution="64:71:1")
    sides = np.arange(64, 72)
    whole = sides**2 * 9 * 64 * 64 + (sides // 2) ** 2 * 4 * 64 * 32
    half = sides**2 * 9 * 64 * 32 + (sides // 2) ** 2 * 4 * 32 * 16
    assert grid.mult_adds.tolist() == [whole.tolist(), half.tolist()]


def test_a_shuffle_written_as_a_reshape_follows():
    # n = 16: n²·(27·64 + 9·64·256) + (2n)²·(9·64·64 + 9·64·3)
    net = mnetcost.load(SHUFFLE)
    half, whole = net.cost(rho="0.5"), net.cost()
    assert (half.params, half.mult_adds) == (187_776, 77_709_312)
    assert (whole.params, whole.mult_adds) == (187_776, 310_837_248)
    grid = mnetcost.sweep(net, alpha=1, rho="0.5,1")
    assert grid.params.tolist() == [[187_776, 187_776]]
    assert grid.mult_adds.tolist() == [[77_709_312, 310_837_248]]


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        ("crop: {from: small, like: large}", "12×20 px cannot be cut from a 6×10 map"),
        ("pad: {from: large, like: small}", "a 12×20 map cannot be padded to 6×10 px"),
    ],
)
def test_what_cannot_be_made_like_another_is_refused_with_both_sides(layer, words):
    head = "input: {height: 12, width: 20, channels: 4}\nlayers:\n  - identity: {name: large}\n"
    with pytest.raises(mnetcost.SpecError, match=words) as caught:
        mnetcost.load(f"{head}  - max_pool: {{name: small, kernel: 2}}\n  - {layer}\n")
    assert len(caught.value.problems) == 1


def test_a_point_where_a_map_is_too_small_for_a_crop_is_masked():
    # 5 px pooled by 5 are one, and eight of padding make more than there are
    text = "input: {height: 60, width: 50, channels: 1}\nlayers:\n  - identity: {name: a}\n"
    text += "  - max_pool: {kernel: 5, padding: valid}\n  - pad: {name: b, top: 8, left: 8}\n"
    text += "  - crop: {from: a, like: b}\n"
    with pytest.raises(mnetcost.SpecError, match="9×9 px cannot be cut from a 6×5 map"):
        mnetcost.load(text).cost(rho="0.1")
    grid = mnetcost.sweep(mnetcost.load(text), alpha=1, rho="0.1,1", invalid="mask")
    assert [one is None for one in (grid.point(0, 0).params, grid.point(0, 1).params)] == [
        True,
        False,
    ]


def test_a_grid_is_what_its_points_are():
    text = PAD.replace("71, width: 71", "71, width: 53")
    text += "  - resize: {name: r, like: up, mode: area}\n  - crop: {scale: [7/8, 1/3]}\n"
    text += "  - reshape: {height: rest, width: 1, channels: $here}\n  - permute: {order: cwh}\n"
    text += "  - crop: {from: joined, height: 9, width: 5}\n  - pad: {like: up}\n"
    net = mnetcost.load(text)
    grid = mnetcost.sweep(net, alpha="1,0.5,0.3", rho="1,0.7,0.5,2")
    for a, alpha in enumerate(grid.alpha):
        for r, rho in enumerate(grid.rho):
            for convention in (None, "ptflops"):
                cost = net.cost(alpha=alpha, rho=rho, convention=convention)
                point = grid.point(a, r)
                assert (point.params, point.mult_adds) == (cost.params, cost.mult_adds)
            counted = mnetcost.sweep(net, alpha=alpha, rho=rho, convention="ptflops").counted
            assert [one.tolist() for one in counted] == [[[one]] for one in cost.counted]


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic", "area"])
@pytest.mark.parametrize("convention", ["fvcore", "ptflops", "deepspeed-flops", "onnx-tool", None])
def test_a_resize_like_another_map_counts_as_one_to_its_sides(mode, convention):
    head = "input: {height: 8, width: 10, channels: 3}\nlayers:\n"
    head += "  - max_pool: {name: s, kernel: 2, called_as: absent}\n"
    one, other = (
        mnetcost.load(f"{head}  - resize: {{from: input, mode: {mode}, {sides}}}\n")
        .cost(convention=convention)
        .layers[-1]
        for sides in ("like: s", "height: 4, width: 5")
    )
    assert one[1:] == other[1:]
    assert one.input == (8, 10, 3)


@pytest.mark.parametrize(
    ("convention", "number"),
    # 8·10·3 input values averaged; for one or two of them beside them what is given, 60 or 20
    [("fvcore", 240), ("ptflops", 360), ("deepspeed-flops", 260), ("onnx-tool", 240)],
)
def test_a_resize_by_area_like_another_map(convention, number):
    text = "input: {height: 8, width: 10, channels: 3}\nlayers:\n"
    text += "  - max_pool: {name: s, kernel: 2, called_as: absent}\n"
    text += "  - resize: {from: input, like: s, mode: area}\n"
    counted = mnetcost.load(text).cost(convention=convention).counted
    assert counted == (number, number)


def test_defaults_hold_beside_like_but_not_other_sides():
    text = "input: {height: 8, width: 10, channels: 3}\n"
    text += "defaults: {resize: {scale: 3, mode: bilinear}, crop: {height: 2, width: 2}}\nlayers:\n"
    text += "  - max_pool: {name: s, kernel: 2}\n  - resize: {name: a, from: input, like: s}\n"
    text += "  - resize: {name: b, from: s}\n  - resize: {name: c, from: s, width: 7}\n"
    text += "  - crop: {name: d, from: s, scale: 1/2}\n"
    found = mnetcost.load(text).cost().layers
    assert [tuple(one.output)[:2] for one in found[1:]] == [(4, 5), (12, 15), (4, 7), (2, 2)]
    assert found[1].node.layer.mode == "bilinear"


def test_defaults_say_one_way_alone():
    text = "input: {height: 8, width: 10, channels: 3}\nlayers: [relu]\n"
    text += "defaults: {resize: {scale: 2, mode: area, height: 4}}\n"
    with pytest.raises(mnetcost.SpecError, match="`height` beside `scale`") as caught:
        mnetcost.load(text)
    assert [one.mark.column for one in caught.value.problems] == [43]


def test_a_gradient_flows_to_what_is_resized_and_not_to_what_gives_the_sides():
    # the image needs none, whatever it is resized to: the last convolution has a weight's alone
    text = "input: {height: 8, width: 10, channels: 3}\nlayers:\n"
    text += "  - conv: {name: s, out: 4, stride: 2}\n  - resize: {from: input, like: s}\n"
    text += "  - conv: {name: last, out: 2}\n"
    last = mnetcost.load(text).cost(pass_="training").layers[-1]
    assert last.passes == (3 * 2 * 4 * 5, 0, 3 * 2 * 4 * 5)


def test_one_tensor_alone_is_made_like_another():
    text = "input: {height: 8, width: 10, channels: 3}\nlayers:\n  - relu: {name: a}\n"
    text += "  - relu: {name: b}\n  - crop: {name: c, from: [a, b], like: a}\n"
    text += "  - crop: {like: d}\n  - relu: {from: c, like: a}\n"
    with pytest.raises(mnetcost.SpecError) as caught:
        mnetcost.load(text)
    found = [(one.mark.line, one.code) for one in caught.value.problems]
    assert found == [(5, "conflict"), (6, "unknown-tensor"), (7, "unknown-key")]


def test_sides_by_expressions():
    text = "knobs: {part: 1/2, left: rest}\ninput: {height: 8, width: 10, channels: 4}\nlayers:\n"
    text += (
        "  - resize: {scale: $part}\n  - reshape: {height: $left, width: 1, channels: $here * 2}\n"
    )
    text += "  - reshape: {scale: ['$part', 1]}\n"
    assert [tuple(one.output) for one in mnetcost.load(text).cost().layers] == [
        (4, 5, 4),
        (10, 1, 8),
        (5, 1, 16),
    ]


def test_the_formulas_name_the_map_that_one_is_like():
    pytest.importorskip("sympy")
    (found,) = mnetcost.load(CROP).cost(input="21x33").explain("c").layers
    assert [(one.quantity, one.formula.text, one.result) for one in found.lines] == [
        ("output side D_Oh", "D_Lh", 9),
        ("output side D_Ow", "D_Lw", 15),
    ]
    (found,) = mnetcost.load(SHUFFLE).cost().explain("shuffle").layers
    assert [(one.formula.text, one.result) for one in found.lines] == [
        ("2·D_F", 64),
        ("⌊M/4⌋", 64),
    ]


def test_a_diff_tells_another_map_and_another_scale():
    one, other = CROP, CROP.replace("like: b", "like: p")
    assert mnetcost.diff(one, one + "\n").same
    change = {
        change.after.name: [difference.what for difference in change.differences]
        for change in mnetcost.diff(one, other.replace("padding: 0", "padding: same")).changes
    }["c"]
    assert change == ["output", "reads"]
    halves = SHUFFLE.replace("reshape: {name: shuffle, scale: 2}", "resize: {scale: 1/2}")
    found = mnetcost.diff(halves, halves.replace("1/2", "[1/2, 2/3]")).changes[2].differences
    assert (found[0].what, found[0].before, found[0].after) == ("scale", "1/2×1/2", "1/2×2/3")
