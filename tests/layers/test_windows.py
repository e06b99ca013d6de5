"""The windows that tools of this kind really miscount, each with the right figure.

Groups, even `same` kernels, odd sides, swapped height and width: every expected value stands beside
its arithmetic.
"""

from fractions import Fraction

import pytest
from networks import one_layer

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


def test_a_classifier_does_not_shrink_with_the_area(v1):
    # scaling by (160/224)² would shrink the classifier's 1,024,000 as well
    exact, scaled = v1.cost(resolution=160).mult_adds, Fraction(568_740_352 * 25, 49)
    assert exact == 290_675_200
    assert round(scaled) == 290_173_649
    assert exact - scaled == 1_024_000 * Fraction(24, 49)
