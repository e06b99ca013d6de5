"""Channels taken apart, and moved to the sides and back: at α, ρ and on grids."""

import pytest
from networks import codes, one_layer, small, sub_pixel

import mnetcost

# (input, layer, output): no parameters and no work
FREE = [
    ((6, 9, 38), "split: {sizes: [27, 11]}", (6, 9, 27)),
    ((6, 9, 38), "split: {sizes: [27, 11], take: 2}", (6, 9, 11)),
    ((6, 9, 38), "split: {sizes: [rest, 11], take: 1}", (6, 9, 27)),
    ((6, 9, 38), "split: {sizes: [5, rest, 11], take: 2}", (6, 9, 22)),
    ((6, 9, 12), "split: {into: 3, take: 2}", (6, 9, 4)),
    ((6, 9, 12), "split", (6, 9, 6)),
    ((6, 9, 12), "slice: {first: 5}", (6, 9, 5)),
    ((6, 9, 12), "slice: {last: 12}", (6, 9, 12)),
    # 0, 5, 10 of 12; 2, 7; 4, 5, ..., 11
    ((6, 9, 12), "slice: {every: 5}", (6, 9, 3)),
    ((6, 9, 12), "slice: {every: 5, offset: 2}", (6, 9, 2)),
    ((6, 9, 12), "slice: {offset: 4}", (6, 9, 8)),
    # sub-pixel convolution, Shi et al. 2016, arXiv:1609.05158, and its inverse
    ((5, 7, 12), "pixel_shuffle: {factor: 2}", (10, 14, 3)),
    ((10, 14, 3), "pixel_unshuffle: {factor: 2}", (5, 7, 12)),
    ((5, 7, 12), "pixel_shuffle: {factor: [1, 3]}", (5, 21, 4)),
    ((10, 21, 1), "pixel_unshuffle: {factor: [5, 7]}", (2, 3, 35)),
]


@pytest.mark.parametrize(("size", "layer", "output"), FREE)
def test_a_part_of_the_channels_is_free(size, layer, output):
    cost = one_layer(size, layer)
    assert cost.layers[-1].output == output
    assert (cost.params, cost.mult_adds, cost.work) == (0, 0, {})


def test_uneven_chunks():
    # 9 · 27 · 27 weights at 6 · 9 positions
    layers = "  - split: {sizes: [27, 11], take: 1}\n  - conv: {out: 27, kernel: 3}"
    cost = small(layers, 6, 9, 38).cost()
    assert (cost.params, cost.mult_adds) == (6_561, 354_294)


PARTIAL = """
input: {height: 56, width: 56, channels: 96}
layers:
  - repeat: 10
    layers:
      - split: {sizes: [24, rest], names: [kept, part]}
      - conv: {name: mixed, out: 24, kernel: 3, from: kept}
      - concat: {from: [mixed, part]}
      - pointwise: {out: 96}
"""


def test_a_partial_convolution():
    # FasterNet, Chen et al. 2023, arXiv:2303.03667: ten times 56² · (9 · 24² + 96²)
    cost = mnetcost.load(PARTIAL).cost()
    assert cost.mult_adds == 10 * 56**2 * (9 * 24**2 + 96**2) == 451_584_000
    assert cost.params == 10 * (9 * 24**2 + 96**2)
    assert [one.name for one in cost.layers[:5]] == (
        ["kept.1", "part.1", "mixed.1", "concat_1.1", "pointwise_1.1"]
    )


def test_a_pixel_shuffle_follows_the_resolution():
    # n = 16: n² · (27·64 + 9·64·256) + (2n)² · (9·64·64 + 9·64·3)
    text = sub_pixel("scale: 2").replace("reshape: {name: shuffle, scale: 2}", "SHUFFLE")
    net = mnetcost.load(text.replace("SHUFFLE", "pixel_shuffle: {name: shuffle, factor: 2}"))
    assert (net.cost(rho="0.5").params, net.cost(rho="0.5").mult_adds) == (187_776, 77_709_312)
    assert (net.cost().params, net.cost().mult_adds) == (187_776, 310_837_248)
    grid = mnetcost.sweep(net, alpha=1, rho="0.5,1")
    assert grid.mult_adds.tolist() == [[77_709_312, 310_837_248]]


# Parts under α: of 20·α channels 12·α, the rest is 8·α; named parts in a block; slices that follow.
SCALED = """
input: {height: 6, width: 10, channels: 3}
width: {round: nearest}
layers:
  - conv: {out: 20}
  - split: {sizes: [12, 8], names: [a, b]}
  - conv: {name: c, out: 6, kernel: [1, 3], from: a}
  - concat: {from: [c, b]}
  - slice: {first: floor($here / 2)}
  - pixel_unshuffle: {factor: 2}
  - slice: {last: 4}
  - slice: {every: 3, offset: 1}
  - conv: {out: 10}
"""


def by_hand(widths, height, width):
    """Mult-adds of SCALED, with its widths under α."""
    whole, first, second, sixth, fourth, tenth = widths
    assert first + second == whole
    places = height * width
    every = len(range(1, fourth, 3))
    quarter = (height // 2) * (width // 2)
    return places * (3 * whole + 3 * first * sixth) + quarter * every * tenth


SETTINGS = [
    (1, 1, (20, 12, 8, 6, 4, 10), (6, 10)),
    ("1/2", 2, (10, 6, 4, 3, 2, 5), (12, 20)),
    ("3/2", 1, (30, 18, 12, 9, 6, 15), (6, 10)),
]


@pytest.mark.parametrize(("alpha", "rho", "widths", "sides"), SETTINGS)
def test_parts_scale_as_widths_do(alpha, rho, widths, sides):
    net, expected = mnetcost.load(SCALED), by_hand(widths, *sides)
    assert net.cost(alpha=alpha, rho=rho).mult_adds == expected
    assert mnetcost.sweep(net, alpha=alpha, rho=rho).mult_adds == expected


def test_a_grid_is_what_its_points_are():
    net = mnetcost.load(SCALED)
    grid = mnetcost.sweep(net, alpha="1,1/2,3/2,0.3", rho="1,2,1/3", invalid="mask")
    for a, alpha in enumerate(grid.alpha):
        for r, rho in enumerate(grid.rho):
            point = grid.point(a, r)
            try:
                cost = net.cost(alpha=alpha, rho=rho)
            except mnetcost.SpecError:  # 3 rows are no pairs; 6 channels are no 4 + 2
                assert point.params is None
            else:
                assert (point.params, point.mult_adds) == (cost.params, cost.mult_adds)


def test_sizes_that_scale_apart_are_said():
    text = "input: {height: 6, width: 9, channels: 3}\nwidth: {round: nearest}\nlayers:\n"
    text += "  - conv: {out: 38}\n  - split: {sizes: [27, 11]}\n"
    with pytest.raises(
        mnetcost.SpecError, match=r"14 \+ 6 are 20 channels, and 19 channels come in"
    ):
        mnetcost.load(text).cost(alpha="1/2")
    kept = text.replace("out: 38", "out: 38, scale: false").replace("11]", "11], scale: false")
    assert mnetcost.load(kept).cost(alpha="1/2").layers[-1].output == (6, 9, 27)
    rest = mnetcost.load(text.replace("11]", "rest], take: 2"))
    assert rest.cost(alpha="1/2").layers[-1].output == (6, 9, 19 - 14)


REFUSED = [
    ("split: {sizes: [20, 11]}", "shapes", r"20 \+ 11 are 31 channels, and 38 channels come in"),
    ("split: {sizes: [20, 18, rest]}", "shapes", r"20 \+ 18 leave no rest of 38"),
    ("split: {sizes: [rest, 11, rest]}", "shapes", "2 parts are the rest"),
    ("split: {sizes: [27, 11], take: 3}", "groups", "part 3 of 2 parts"),
    ("split: {into: 3}", "groups", "3 parts do not divide 38 channels"),
    ("split: {into: 2, names: [a, b, c]}", "groups", "3 names for 2 parts"),
    ("split: {into: 2, names: [a, a]}", "duplicate-name", "`a` is taken"),
    ("split: {name: c, into: 2, names: [a, b]}", "conflict", "`name` beside `names`"),
    ("split: {into: 2, names: [a, '?']}", "name", "found the text '\\?'"),
    ("split: {into: 2, names: []}", "wrong-type", "a list of 0"),
    ("split: {into: 2, sizes: [27, 11]}", "conflict", "`sizes` beside `into`"),
    ("split: {sizes: 27}", "wrong-type", "found `27`"),
    ("slice: {first: 39}", "shapes", "39 channels, and 38 channels come in"),
    ("slice: {offset: 38}", "no-channels", "none of 38 channels is behind the first 38"),
    ("slice", "missing-key", "slice needs `first`, `last`, `every` or `offset`"),
    ("slice: {first: 3, every: 2}", "conflict", "`every` beside `first`"),
    ("pixel_shuffle: {factor: 2}", "groups", r"4 parts \(2·2\) do not divide 38 channels"),
    ("pixel_unshuffle: {factor: [2, 4]}", "shapes", "2×4 does not divide a 6×9 map"),
    ("pixel_shuffle: {factor: [1, 2, 2]}", "wrong-type", "3-D layers are not supported"),
]


@pytest.mark.parametrize(("layer", "code", "words"), REFUSED)
def test_what_cannot_be_taken_apart_is_refused(layer, code, words):
    with pytest.raises(mnetcost.SpecError, match=words) as caught:
        small(f"  - {layer}", 6, 9, 38)
    assert codes(caught) == [code]


def test_incoming_channels_in_a_list_are_refused_for_a_slice():
    with pytest.raises(mnetcost.SpecError, match="or a `slice`, whose `first`") as caught:
        small("  - split: {sizes: [$here / 2, rest]}", 6, 9, 38)
    assert codes(caught) == ["expression"]
    assert caught.value.problems[0].mark.column == 21


def test_words_of_other_libraries_are_understood():
    for word, known in (
        ("depth_to_space: {factor: 2}", "pixel_shuffle"),
        ("space_to_depth", "pixel_unshuffle"),
        ("Focus", "pixel_unshuffle"),
        ("chunk", "split"),
        ("sub", "subtract"),
        ("Maximum", "maximum"),
        ("depthwise_conv1d", "depthwise1d"),
        ("MaxPool1d", "max_pool1d"),
    ):
        with pytest.raises(mnetcost.SpecError) as caught:
            small(f"  - {word}")
        assert caught.value.problems[0].suggestion == known
