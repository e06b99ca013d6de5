"""Widths under α inside expressions: `scaled(X)`, by own loops and hand counts."""

from fractions import Fraction
from math import floor

import pytest
from evaluator import evaluate
from explanations import lines

import mnetcost
from mnetcost.analysis.fit.plateaus import plateaus

# Zhang et al. 2018, arXiv:1707.01083, Table 1 (g = 3). The strided unit makes what the pooled
# input leaves of its width, a bottleneck is a quarter of it: neither is α times a written number.
SHUFFLENET = """
input: {height: 224, width: 192, channels: 3}
width: {round: divisible, divisible: 12}
knobs: {g: 3}
blocks:
  down:
    takes: {out: , g1: }
    layers:
      - branches:
          - - pointwise: {out: scaled($out) / 4, groups: $g1}
            - channel_shuffle: {groups: $g}
            - depthwise: {stride: 2}
            - pointwise: {out: scaled($out) - $in, groups: $g}
          - - avg_pool: {kernel: 3, stride: 2}
        merge: concat
  unit:
    takes: {out: }
    layers:
      - branches:
          - - pointwise: {out: scaled($out) / 4, groups: $g}
            - channel_shuffle: {groups: $g}
            - depthwise
            - pointwise: {out: $out, groups: $g}
          - []
        merge: add
layers:
  - conv: {out: 24, kernel: 3, stride: 2}
  - max_pool: {kernel: 3, stride: 2}
  - down: {out: 240, g1: 1}
  - unit: {out: 240, repeat: 3}
  - down: {out: 480, g1: $g}
  - unit: {out: 480, repeat: 7}
  - down: {out: 960, g1: $g}
  - unit: {out: 960, repeat: 3}
  - global_avg_pool
  - dense: {out: 1000, scale: false, bias: true}
"""
ALPHAS = [Fraction(1, 2), Fraction(1), Fraction(3, 2), Fraction(2)]


def shufflenet(alpha: Fraction, height: int, width: int) -> tuple[int, int]:
    """Parameters and mult-adds of ShuffleNet v1, g = 3, in a loop over its units."""
    g, stem = 3, int(24 * alpha)
    h, w = -(-height // 2), -(-width // 2)
    params = 27 * stem
    work = 27 * stem * h * w
    h, w, c = -(-h // 2), -(-w // 2), stem
    for stage, units in enumerate((4, 8, 4)):
        out = int(240 * alpha) << stage
        middle = out // 4
        for unit in range(units):
            first = c * middle // (1 if stage == unit == 0 else g)
            before = h * w
            if unit == 0:
                h, w = -(-h // 2), -(-w // 2)
            last = middle * (out - c if unit == 0 else out) // g
            params += first + 9 * middle + last
            work += first * before + (9 * middle + last) * h * w
            c = out
    return params + 1000 * c, work + 1000 * c


@pytest.mark.parametrize(
    ("alpha", "params", "mult_adds"),
    [  # printed: 38M, 137M (138M with what is no multiply-add), 524M
        (Fraction(1, 2), 705_084, 37_589_856),
        (Fraction(1), 1_840_248, 137_460_672),
        (Fraction(2), 5_400_816, 524_045_184),
    ],
)
def test_shufflenet_scales_as_its_authors_do(alpha: Fraction, params: int, mult_adds: int) -> None:
    cost = mnetcost.load(SHUFFLENET).cost(alpha, input=(224, 224))
    assert (cost.params, cost.mult_adds) == (params, mult_adds) == shufflenet(alpha, 224, 224)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("rho", ["1", "6/7", "1/2"])
def test_it_does_on_maps_that_are_not_square(alpha: Fraction, rho: str) -> None:
    cost = mnetcost.load(SHUFFLENET).cost(alpha, rho)
    sides = (floor(side * Fraction(rho) + Fraction(1, 2)) for side in (224, 192))
    assert (cost.params, cost.mult_adds) == shufflenet(alpha, *sides)


def test_a_grid_has_what_each_point_has() -> None:
    net = mnetcost.load(SHUFFLENET)
    sweep = mnetcost.sweep(net, alpha=ALPHAS, rho=["1", "6/7", "1/2"])
    for a, alpha in enumerate(ALPHAS):
        for r, rho in enumerate(("1", "6/7", "1/2")):
            cost = net.cost(alpha, rho)
            assert (sweep.params[a, r], sweep.mult_adds[a, r]) == (cost.params, cost.mult_adds)


SMALL = """
input: {height: 5, width: 7, channels: 3}
width: {round: nearest}
knobs: {k: 7}
layers:
  - conv: {out: 5}
  - conv: {KEYS}
  - conv: {out: 4, scale: false}
"""


def channels(keys: str, alpha: object) -> int:
    """Output channels of the second convolution of three."""
    net = mnetcost.load(SMALL.replace("KEYS", keys))
    found = net.cost(alpha).layers[1].output.c
    assert mnetcost.sweep(net, alpha=[alpha, 1], rho=1).params[0, 0] == net.cost(alpha).params
    return found


@pytest.mark.parametrize(
    ("keys", "alpha", "out"),
    [
        ("out: scaled($k)", "0.5", 4),  # 3.5
        ("out: $k", "0.5", 4),
        ("out: scaled($k) * 2 - $here", "0.5", 5),  # 2·4 − 3, where 2.5 makes 3
        ("out: scaled($k * 2) - $here", "0.5", 4),  # 7 − 3
        ("out: scaled($k / 2)", "2", 7),  # 3.5 · 2
        ("out: scaled($k / 2)", "1", 4),
        ("out: floor(scaled($k) / 4) * 4", "1.25", 8),  # 8.75 makes 9
        ('out: "divisible(scaled($k), 8)"', "3", 24),  # 21
        ("out: scaled($k), round: floor", "0.5", 3),
        ("out: scaled($k) - 1, round: {divisible: 4}", "1.5", 11),  # 10.5 makes 12
        ("expand: scaled($k)", "0.5", 12),  # 3 · 4
        ("out: 15, scale: false, groups: scaled($k - 2)", "0.5", 15),  # of 3 channels
        ('out: "max(scaled($k), 6)"', "0.5", 6),
    ],
)
def test_a_width_under_alpha_by_hand(keys: str, alpha: str, out: int) -> None:
    assert channels(keys, alpha) == out


def test_a_channel_count_that_is_stated_may_speak_of_one() -> None:
    text = SMALL.replace("KEYS", "out: 6, in: scaled($k) - 1")  # 3 at α 0.5, and 6 at 1
    with pytest.raises(mnetcost.SpecError, match="`in: 6`, but 5 channels come in"):
        mnetcost.load(text)
    text = text.replace("out: 5", "out: 6")
    assert mnetcost.load(text).cost("0.5").layers[1].input.c == 3


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("out: $k + scaled($here)", r"`\$here` is under α already"),
        ("out: scaled($k + $in)", r"`\$in` is under α already"),
        ("out: scaled(scaled($k))", "`scaled` inside `scaled`: α would scale twice"),
        ('out: "scaled($k, 2)"', "there is no function `scaled`"),
        ("out: 4, kernel: scaled($k)", "this is decided before α"),
        ("out: 4, when: scaled($k) > 3", "this is decided before α"),
        ("out: 4, bias: scaled($k) > 3", "this is decided before α"),
        ("out: scaled($k - 9)", r"`scaled\(\$k - 9\)` is of -2, no width above zero"),
        ("out: $k + scaled($kk)", r"there is no parameter or knob `\$kk` here"),
        ("out: scaled($k / 0)", "a division by zero"),
        ("out: scaled($k) / 2", r"no whole number .*, scaled\(\$k\) is 7"),
    ],
)
def test_where_it_means_nothing_it_is_refused(keys: str, words: str) -> None:
    with pytest.raises(mnetcost.SpecError, match=words) as error:
        mnetcost.load(SMALL.replace("KEYS", keys))
    assert len(error.value.problems) == 1


def test_arguments_and_repeats_are_decided_before_alpha() -> None:
    head = "input: {height: 5, width: 7, channels: 3}\nknobs: {k: 4}\n"
    call = "blocks: {b: {takes: {out: }, layers: [conv: {out: $out}]}}\n"
    with pytest.raises(mnetcost.SpecError, match="stands in a block's own layers"):
        mnetcost.load(f"{head}{call}layers:\n  - b: {{out: scaled($k)}}\n")
    with pytest.raises(mnetcost.SpecError, match="decided before α"):
        mnetcost.load(f"{head}layers:\n  - repeat: scaled($k)\n    layers: [relu]\n")


def test_a_width_that_is_no_number_at_this_alpha_says_how_to_round() -> None:
    net = mnetcost.load(
        "input: {height: 5, width: 7, channels: 3}\nknobs: {k: 5}\n"
        "layers:\n  - conv: {out: scaled($k) + $in}\n"
    )
    assert net.cost(2).layers[0].output.c == 13
    with pytest.raises(mnetcost.SpecError, match=r"5 channels times α = 0.5 is not whole; say how"):
        net.cost("0.5")
    with pytest.raises(mnetcost.SpecError, match=r"5 channels times α = 0.5 is not whole; say how"):
        mnetcost.sweep(net, alpha=["1", "0.5"])


def test_it_is_explained_by_alpha_and_the_rule() -> None:
    text = SMALL.replace("KEYS", "out: scaled($k * 2) - $here")
    found = lines(text, "conv_2", alpha="0.5")["output channels N"]
    assert found == ("max(0, round(α·14)) - M", "max(0, round(1/2·14)) - 3", 4)
    assert evaluate(found[1]) == 4
    text = SMALL.replace("KEYS", "out: floor(scaled($k) / 2)")
    found = lines(text, "conv_3", alpha="0.5")["input channels M, of conv_2"]
    assert found == ("floor(max(0, round(α·7))/2)", "floor(max(0, round(1/2·7))/2)", 2)


def test_the_plateaus_end_where_it_changes() -> None:
    # 7α rounds to another number at 1/14, 3/14, ..., where nothing else does
    text = "input: {height: 2, width: 3, channels: 1}\nwidth: {round: nearest}\nknobs: {k: 7}\n"
    net = mnetcost.load(f"{text}layers:\n  - conv: {{out: scaled($k) * 2}}\n")
    found = plateaus(net.graph, Fraction(1, 2), Fraction(1))
    assert list(map(str, found)) == ["[1/2, 9/14)", "[9/14, 11/14)", "[11/14, 13/14)", "[13/14, 1]"]
