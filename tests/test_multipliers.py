"""The two multipliers: rounded widths and sides, by hand and by independent definitions."""

import math
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from networks import small

import mnetcost
from mnetcost.multipliers import Rounding, sides

# --- the multipliers, by independent definitions


def slim_depth(width, alpha, minimum):
    """TF-slim's `max(int(width * alpha), min_depth)` without its floats."""
    return max(math.floor(Fraction(width) * alpha), minimum)


def half_up(value):
    """The nearest whole number; the upper one where two are."""
    below = math.floor(value)
    return below + 1 if value - below >= Fraction(1, 2) else below


def make_divisible(value, divisor, minimum):
    """The nearest multiple, at least `minimum`; one more where that loses over a tenth."""
    multiples = range(0, math.ceil(value) + 2 * divisor, divisor)
    # of two that are equally near the larger one
    nearest = max(multiples, key=lambda multiple: (-abs(multiple - value), multiple))
    chosen = max(nearest, minimum or divisor)
    return chosen + divisor if chosen < value * 9 / 10 else chosen


written = st.integers(1, 3000)
alphas = st.one_of(
    st.fractions(Fraction(1, 200), 3, max_denominator=400),
    st.sampled_from(tuple(Fraction(n, 8) for n in range(1, 17))),
)


@settings(max_examples=200)
@given(written, alphas, st.sampled_from((0, 1, 3, 8, 16)), st.sampled_from((1, 4, 8, 10)))
@example(5, Fraction(1, 2), 0, 8)
@example(200, Fraction("0.145"), 8, 8)
@example(12, Fraction(1), 0, 8)
@example(16, Fraction(5, 9), 8, 8)  # 8 is exactly 0.9 · 80/9
def test_rules_against_their_definitions(width, alpha, minimum, divisor):
    exact = width * alpha
    assert Rounding("floor", minimum).apply(width, alpha) == slim_depth(width, alpha, minimum)
    assert Rounding("nearest", minimum).apply(width, alpha) == max(half_up(exact), minimum)
    expected = make_divisible(exact, divisor, minimum)
    assert Rounding("divisible", minimum, divisor).apply(width, alpha) == expected
    assert Rounding("none").apply(width, alpha) == (int(exact) if exact == int(exact) else 0)


@pytest.mark.parametrize(
    ("rounding", "width", "alpha", "channels"),
    [
        (Rounding("floor", 8), 32, "0.25", 8),
        (Rounding("floor", 8), 32, "0.2", 8),
        (Rounding("floor", 8), 32, "0.3", 9),
        (Rounding("floor", 8), 3, "1", 8),
        (Rounding("floor"), 3, "1/3", 1),
        (Rounding("floor"), 3, "0.3", 0),
        (Rounding("nearest"), 5, "0.5", 3),
        (Rounding("nearest"), 7, "0.5", 4),
        (Rounding("nearest"), 10, "0.249", 2),
        (Rounding("nearest", 6), 10, "0.25", 6),
        # widths of MobileNet v2 at 0.35: 32, 16, 24, 64, 96, 160, 320
        (Rounding("divisible", 0, 8), 32, "0.35", 16),
        (Rounding("divisible", 0, 8), 16, "0.35", 8),
        (Rounding("divisible", 0, 8), 24, "0.35", 8),
        (Rounding("divisible", 0, 8), 64, "0.35", 24),
        (Rounding("divisible", 0, 8), 96, "0.35", 32),
        (Rounding("divisible", 0, 8), 160, "0.35", 56),
        (Rounding("divisible", 0, 8), 320, "0.35", 112),
        # exactly half way goes up; exactly 0.9 stays; just below goes up
        (Rounding("divisible", 0, 8), 12, "1", 16),
        (Rounding("divisible", 0, 8), 20, "1", 24),
        (Rounding("divisible", 0, 8), 16, "5/9", 8),
        (Rounding("divisible", 0, 8), 16, "5001/9000", 16),
        (Rounding("divisible", 16, 8), 16, "0.25", 16),
        (Rounding("divisible", 10, 8), 12, "23/24", 18),
        (Rounding("none"), 12, "1/3", 4),
        (Rounding("none"), 12, "0.3", 0),
    ],
)
def test_rounded_widths(rounding, width, alpha, channels):
    assert rounding.apply(width, Fraction(alpha)) == channels


pixels = st.integers(1, 2000)


@settings(max_examples=60)
@given(pixels, pixels, st.fractions(Fraction(1, 999), 3, max_denominator=999))
@example(14, 13, Fraction("0.714"))
@example(1, 3, Fraction(1, 2))
@example(5, 4, Fraction(1, 10))
@example(1, 2000, Fraction(1, 5000))
@example(2, 1, Fraction(3))
def test_sides_under_rho(height, width, rho):
    found = sides(height, width, rho)
    for side, scaled in zip((height, width), found):
        assert scaled == 1 or abs(scaled - rho * side) <= Fraction(1, 2)
        assert scaled == (1 if side == 1 else max(1, half_up(rho * side)))
    net = small("  - relu", height, width, 3)
    assert net.cost(rho=rho).input == (*found, 3)


# A dilated stack on sound: a map of one row. van den Oord et al. 2016, arXiv:1609.03499.
WAVENET = """
input: {height: 1, width: 16000, channels: 1}
width: {round: nearest}
blocks:
  layer:
    takes: {d: }
    layers:
      - branches:
          - - pad: {left: $d}
            - branches:
                - - conv: {out: 32, kernel: [1, 2], dilation: [1, $d], padding: valid, act: tanh}
                - - conv: {out: 32, kernel: [1, 2], dilation: [1, $d], padding: valid, act: sigmoid}
              merge: multiply
            - conv: {out: 32}
          - []
        merge: add
layers:
  - pad: {left: 1}
  - conv: {out: 32, kernel: [1, 2], padding: valid}
  - rows: layer
    columns: [d]
    values: [[1], [2], [4], [8], [16], [32], [64], [128], [256], [512]]
"""
# of a sample: 2·1·32, and ten times both gates of 2·32·32 and 32·32
OF_A_SAMPLE = 2 * 32 + 10 * (2 * 2 * 32 * 32 + 32 * 32)


@pytest.mark.parametrize("turned", [False, True])
def test_a_side_of_one_pixel_stays_at_any_rho(turned):
    """Two seconds of sound are twice the work of one, and no map of two rows."""
    text = WAVENET
    if turned:  # a column instead of a row
        for one, other in (
            ("height: 1, width: 16000", "height: 16000, width: 1"),
            *(("[1, 2]", "[2, 1]"), ("[1, $d]", "[$d, 1]"), ("left", "top")),
        ):
            text = text.replace(one, other)
    net = mnetcost.load(text)
    assert net.cost().mult_adds == OF_A_SAMPLE * 16_000 == 820_224_000
    longer = (32_000, 1, 1) if turned else (1, 32_000, 1)
    given = "x".join(map(str, longer[:2]))
    for setting in ({"rho": 2}, {"resolution": 32_000}, {"input": given}):
        cost = net.cost(**setting)
        assert (cost.input, cost.mult_adds) == (longer, 1_640_448_000)
    grid = mnetcost.sweep(net, alpha=1, rho="1,2,1/2,1/40000")
    assert grid.mult_adds.tolist() == [[820_224_000, 1_640_448_000, 410_112_000, OF_A_SAMPLE]]
    assert [min(one) for one in grid.sides] == [1, 1, 1, 1]
    pixels = mnetcost.sweep(net, alpha=1, resolution="16000,32000")
    assert pixels.mult_adds.tolist() == [[820_224_000, 1_640_448_000]]
    fitted = mnetcost.fit(net, max_mult_adds="1.7G", min_alpha=1, rho="1,2,3")
    assert (fitted.best.setting.rho, fitted.best.mult_adds) == (2, 1_640_448_000)
    assert net.cost(rho=2, input="2x5").input == (4, 10, 1)


def test_an_input_of_one_pixel_has_no_resolution():
    net = small("  - dense: {out: 3}", 1, 1, 5)
    assert net.cost(rho=3).input == net.cost(resolution=1).input == (1, 1, 5)
    for call in (net.cost, lambda **axis: mnetcost.sweep(net, 1, **axis)):
        with pytest.raises(mnetcost.UsageError, match=r"1×1 px as it is; --input replaces it"):
            call(resolution=224)


@pytest.mark.parametrize(
    ("size", "resolution", "found"),
    [
        ("224x224", 160, (160, 160)),
        ("320x256", 160, (160, 128)),
        ("256x320", 160, (128, 160)),
        ("225x224", 1, (1, 1)),
        ("3x300", 100, (1, 100)),
        ("100x33", 50, (50, 17)),
        ("100x31", 50, (50, 16)),
        ("101x33", 50, (50, 16)),
    ],
)
def test_a_resolution_sets_the_longer_side(size, resolution, found):
    cost = mnetcost.load("mobilenet_v1").cost(input=size, resolution=resolution)
    assert cost.input == (*found, 3)
    longer = max(map(int, size.split("x")))
    assert cost.setting.rho == Fraction(resolution, longer)


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


@pytest.mark.parametrize(
    ("multiplier", "alpha", "channels"),
    [("1.4", "1", 14), ("1.4", "1/2", 7), ("0.5", "1", 5), ("3/4", "2", 15), ("1.1", "0.9", 9)],
)
def test_a_multiplier_of_the_spec_is_of_alpha(multiplier, alpha, channels):
    net = mnetcost.load(
        "input: {height: 3, width: 5, channels: 4}\n"
        f"width: {{round: floor, multiplier: {multiplier}}}\nlayers:\n  - conv: {{out: 10}}\n"
    )
    assert net.cost(alpha=alpha).layers[0].output == (3, 5, channels)
