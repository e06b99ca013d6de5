"""The paper's reduction, derived from the layers' own lines.

`(depthwise + pointwise) / standard` is computed with SymPy symbols by the very methods that count
networks, for weights and for multiply-accumulates, and must simplify to the constants that tables
print. Then every pair of real networks must have exactly the ratio that its formula says.
"""

from fractions import Fraction

import pytest
import sympy
from networks import FIXED

import mnetcost
from mnetcost.layers.base import Map, Pair
from mnetcost.layers.convolution import (
    SEPARABLE_RATIO,
    SEPARABLE_RATIO_ANY_KERNEL,
    Conv,
    Depthwise,
    Separable,
)
from mnetcost.layers.window import SAME, VALID, PaddingPair, Sides
from mnetcost.spec import shipped

M, N, H, W, P, Q = sympy.symbols("M N H W P Q", integer=True, positive=True)
F = sympy.Symbol("m", integer=True, positive=True)
S, T, E, D_K, D_Kh, D_Kw = sympy.symbols("S T E D_K D_Kh D_Kw", integer=True, positive=True)
NAMES = {"N": N, "D_K": D_K, "D_Kh": D_Kh, "D_Kw": D_Kw}

INPUT = Map(H, W, M)
WINDOWS = {
    "same": {"padding": SAME},
    "same, stride S": {"padding": SAME, "stride": Pair(S, S)},
    "same, stride S×T": {"padding": SAME, "stride": Pair(S, T)},
    "valid": {"padding": VALID},
    "valid, stride S×T": {"padding": VALID, "stride": Pair(S, T)},
    "1, stride S": {"padding": PaddingPair(Sides(1), Sides(1)), "stride": Pair(S, S)},
    "P×Q": {"padding": PaddingPair(Sides(P), Sides(Q))},
    "P×Q, stride S×T, dilated": {
        "padding": PaddingPair(Sides(P), Sides(Q)),
        "stride": Pair(S, T),
        "dilation": Pair(E, 2),
    },
}
KERNELS = {SEPARABLE_RATIO: Pair(D_K, D_K), SEPARABLE_RATIO_ANY_KERNEL: Pair(D_Kh, D_Kw)}


def as_written(written, scale):
    return written


def count(layers, x):
    """Weights and multiply-accumulates of a chain of layers, by the layers' own lines."""
    weights = products = sympy.Integer(0)
    for layer in layers:
        y = layer.output(x, as_written)
        weights += sum(amount for kind, amount in layer.parameters(x, y) if kind == "weights")
        products += sum(
            per_position * positions
            for kind, per_position, positions in layer.work(x, y)
            if kind in ("multiply_accumulate", "attention_product")
        )
        x = y
    return weights, products, x


@pytest.mark.parametrize("formula", KERNELS)
@pytest.mark.parametrize("window", WINDOWS.values(), ids=WINDOWS)
def test_the_ratio_is_what_tables_print(formula, window):
    window = {"kernel": KERNELS[formula], **window}
    halves = [layer for _, layer in Separable(out=N, **window).expand()]
    separable = count(halves, INPUT)
    standard = count([Conv(out=N, **window)], INPUT)
    expected = sympy.sympify(formula, locals=NAMES)
    assert separable[2] == standard[2]
    for part, whole in zip(separable[:2], standard[:2], strict=True):
        assert (part / whole).free_symbols - expected.free_symbols  # not trivially the constant
        assert sympy.simplify(part / whole) == expected


@pytest.mark.parametrize("formula", KERNELS)
@pytest.mark.parametrize("window", WINDOWS.values(), ids=WINDOWS)
def test_several_filters_a_channel_cost_as_often(formula, window):
    window = {"kernel": KERNELS[formula], **window}
    separable = count([Depthwise(multiplier=F, **window), Conv(out=N)], INPUT)
    standard = count([Conv(out=N, **window)], INPUT)
    expected = F * sympy.sympify(formula, locals=NAMES)
    assert separable[2] == standard[2]
    for part, whole in zip(separable[:2], standard[:2], strict=True):
        assert sympy.simplify(part / whole - expected) == 0


def test_the_constants_say_what_the_paper_says():
    # Howard et al. 2017, section 3.1: 1/N + 1/D_K², and the same for a kernel of two sides
    printed = sympy.sympify(SEPARABLE_RATIO, locals=NAMES)
    any_kernel = sympy.sympify(SEPARABLE_RATIO_ANY_KERNEL, locals=NAMES)
    assert SEPARABLE_RATIO == "1/N + 1/D_K**2"
    assert printed == 1 / N + D_K**-2
    assert any_kernel == 1 / N + 1 / (D_Kh * D_Kw)
    assert any_kernel.subs({D_Kh: D_K, D_Kw: D_K}) == printed


def test_the_parts_are_the_papers_equations():
    # eq. 2: D_K² · M · N · D_F²; eq. 5: D_K² · M · D_F² + M · N · D_F², at stride 1
    window = {"kernel": Pair(D_K, D_K)}
    halves = [layer for _, layer in Separable(out=N, **window).expand()]
    _, separable, _ = count(halves, INPUT)
    _, standard, _ = count([Conv(out=N, **window)], INPUT)
    assert sympy.expand(standard - D_K**2 * M * N * H * W) == 0
    assert sympy.expand(separable - (D_K**2 * M * H * W + M * N * H * W)) == 0


# --- real networks: exact fractions


SETTINGS = [
    {},
    {"alpha": 0.75, "rho": "0.714"},
    {"alpha": "1/3", "input": "97x61"},
    {"alpha": 2, "rho": "3/7"},
]

# pairs that are not square, strided, dilated, written by hand, or grouped
PAIRS = """
input: {height: 19, width: 23, channels: 6, scale: true}
width: {round: floor, min: 6}
layers:
  - separable: {out: 12, kernel: [3, 5], stride: [2, 1]}
  - separable: {out: 7, kernel: [1, 4], padding: valid, bias: true, norm: batch}
  - separable: {out: 18, kernel: 2, dilation: [2, 3], padding: [1, 2], act: prelu}
  - depthwise: {kernel: [5, 2], stride: 2}
  - pointwise: {out: 20}
  - depthwise: {multiplier: 2}
  - pointwise: {out: 9}
  - depthwise
  - conv: {out: 11, stride: 2}
  - separable: {out: 4, kernel: 1}
"""
FOUND_PAIRS = {
    "separable_1": (6, 12, (3, 5), (19, 23), (10, 23)),
    "separable_2": (12, 7, (1, 4), (10, 23), (10, 20)),
    "separable_3": (7, 18, (2, 2), (10, 20), (10, 21)),
    "depthwise_1 + pointwise_1": (18, 20, (5, 2), (10, 21), (5, 11)),
    "depthwise_2 + pointwise_2": (20, 9, (3, 3), (5, 11), (5, 11)),
    "separable_4": (11, 6, (1, 1), (3, 6), (3, 6)),
}


def assert_formulas_hold(cost):
    *pairs, network = cost.reductions()
    for pair in pairs:
        square = pair.d_k.h == pair.d_k.w
        plain = SEPARABLE_RATIO if square else SEPARABLE_RATIO_ANY_KERNEL
        assert pair.formula == (plain if pair.multiplier == 1 else f"m*({plain})")
        assert pair.formula_value == pair.ratio == pair.params_ratio, pair.name
        sides = {"N": pair.n, "D_K": pair.d_k.h, "D_Kh": pair.d_k.h, "D_Kw": pair.d_k.w}
        sides["m"] = pair.multiplier
        value = sympy.sympify(pair.formula, locals={**sides})
        assert Fraction(int(value.p), int(value.q)) == pair.ratio
        text = f"1/{pair.n} + 1/{pair.d_k.h * pair.d_k.w}"
        assert pair.formula_text == (
            text if pair.multiplier == 1 else f"{pair.multiplier}·({text})"
        )
    assert network.name == "network"
    assert network.formula is network.formula_value is network.formula_text is None
    assert network.multiplier is None
    assert network.separable == (cost.params, cost.mult_adds)
    # joining the pairs changes the network by exactly what it changes the pairs
    for quantity in ("params", "mult_adds"):
        saved = sum(
            getattr(pair.standard, quantity) - getattr(pair.separable, quantity) for pair in pairs
        )
        assert getattr(network.standard, quantity) == getattr(cost, quantity) + saved


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("name", sorted(shipped().keys() - FIXED))
def test_every_pair_of_every_shipped_network(name, setting):
    assert_formulas_hold(mnetcost.load(name).cost(**setting))


@pytest.mark.parametrize(
    ("name", "pairs"),
    [
        ("mobilenet_v1", 13),
        ("mobilenet_v1_shallow", 8),
        ("mobilenet_v1_layer", 1),
        ("mobilenet_v1_full", 0),
    ],
)
def test_how_many_pairs(name, pairs):
    assert len(mnetcost.load(name).cost().reductions()) == pairs + 1


@pytest.mark.parametrize("setting", SETTINGS)
def test_pairs_of_every_form(setting):
    assert_formulas_hold(mnetcost.load(PAIRS).cost(**setting))


def test_which_pairs_are_found():
    # a strided pointwise half makes no depthwise-separable convolution
    rows = mnetcost.load(PAIRS).cost().reductions()[:-1]
    assert {row.name: (row.m, row.n, row.d_k, row.d_f, row.d_o) for row in rows} == FOUND_PAIRS


GROUPED = """
input: {height: 9, width: 7, channels: CHANNELS, scale: true}
layers:
  - conv: {out: OUT, groups: 4, kernel: [3, 2]}
  - conv: {out: 6}
"""


@pytest.mark.parametrize(
    ("channels", "out", "alpha", "pairs"),
    [
        (4, 4, "1", 1),
        (4, 8, "1", 1),  # two filters a channel
        (8, 8, "1", 0),  # two channels a group
        (8, 4, "1", 0),
        (4, 4, "2", 0),  # α widens the channels, and each group has two of them
        (4, 4, "3/2", None),  # six channels: four groups do not divide them
        (8, 8, "1/2", 1),
    ],
)
def test_depthwise_convolutions_written_by_their_groups(channels, out, alpha, pairs):
    net = mnetcost.load(GROUPED.replace("CHANNELS", str(channels)).replace("OUT", str(out)))
    if pairs is None:
        with pytest.raises(mnetcost.SpecError, match="groups"):
            net.cost(alpha=alpha)
        return
    cost = net.cost(alpha=alpha)
    assert_formulas_hold(cost)
    assert len(cost.reductions()) == pairs + 1


@pytest.mark.parametrize(
    "layers",
    [
        # the second turn of the repeat ends up with the name of the last layer
        "  - repeat: 2\n    layers:\n      - separable: {out: 4, name: s}\n"
        "  - conv: {out: 6, kernel: [5, 2], name: s.2}\n",
        "  - conv: {out: 6, kernel: [5, 2], name: s/pointwise}\n  - separable: {out: 4, name: s}\n",
        "  - separable: {out: 4, name: s}\n"
        "  - depthwise: {name: d}\n  - pointwise: {out: 3, name: p}\n"
        "  - conv: {out: 6, kernel: [5, 2], name: d + p}\n",
    ],
)
def test_equal_names_do_not_mix_costs(layers):
    # a spec whose rows would share a name is refused, or else each row keeps its own cost
    text = f"input: {{height: 9, width: 7, channels: 4}}\nlayers:\n{layers}"
    if (codes := refusal(text)) is not None:
        assert codes == {"duplicate-name"}
        return
    cost = mnetcost.load(text).cost()
    assert len({layer.name for layer in cost.layers}) == len(cost.layers)
    assert_formulas_hold(cost)


def refusal(text):
    """The codes of what is wrong with a spec, or None."""
    try:
        mnetcost.load(text)
    except mnetcost.SpecError as error:
        return {problem.code for problem in error.problems}
    return None


def test_table_3():
    *pairs, network = mnetcost.load("mobilenet_v1_layer").cost().reductions()
    (pair,) = pairs
    assert (pair.m, pair.n, pair.d_k, pair.d_f) == (512, 512, (3, 3), (14, 14))
    assert pair.ratio == pair.params_ratio == pair.formula_value == Fraction(521, 4608)
    assert pair.formula_text == "1/512 + 1/9"
    # 512 → 512 at 14×14: 9 · 512 · 512 · 196 against (9 + 512) · 512 · 196
    assert pair.standard == (2_359_296, 462_422_016)
    assert pair.separable == (266_752, 52_283_392)
    assert network.standard == pair.standard
    full = mnetcost.load("mobilenet_v1_layer_full").cost()
    assert (full.params, full.mult_adds) == pair.standard


MULTIPLIED = """
input: {height: 32, width: 24, channels: 64}
layers:
  - depthwise: {multiplier: 3, kernel: KERNEL, stride: STRIDE, norm: batch}
  - relu
  - pointwise: OUT
"""


@pytest.mark.parametrize(
    ("kernel", "stride", "positions"), [("3", "1", 32 * 24), ("[3, 5]", "[2, 1]", 16 * 24)]
)
@pytest.mark.parametrize("out", ["{out: 128}", "{expand: 2/3}"])
def test_several_filters_a_channel(kernel, stride, positions, out):
    # D_K² · 64 · 3 and 64 · 3 · 128 at every position, against D_K² · 64 · 128: m(1/N + 1/D_K²)
    text = MULTIPLIED.replace("KERNEL", kernel).replace("STRIDE", stride).replace("OUT", out)
    cost = mnetcost.load(text).cost()
    pair, network = cost.reductions()
    window = 9 if kernel == "3" else 15
    weights = window * 192 + 192 * 128
    assert (pair.m, pair.n, pair.multiplier) == (64, 128, 3)
    assert pair.separable == network.separable == (weights, weights * positions)
    assert pair.standard == network.standard == (window * 8192, window * 8192 * positions)
    assert pair.ratio == pair.formula_value == 3 * (Fraction(1, 128) + Fraction(1, window))
    assert pair.formula_text == f"3·(1/128 + 1/{window})"


@pytest.mark.parametrize("alpha", ["1", "0.5"])
@pytest.mark.parametrize("out", ["out: 24", "expand: 3/2"])
def test_several_filters_a_channel_of_a_separable(alpha, out):
    # M = 16·α and N = 24·α of the pair itself: 15·M·3 and 3·M·N against 15·M·N, on 6×10
    text = (
        "input: {height: 12, width: 10, channels: 3}\nwidth: {round: nearest}\nlayers:\n"
        f"  - conv: {{out: 16}}\n  - separable: {{{out}, kernel: [3, 5], stride: [2, 1], "
        "multiplier: 3, norm: batch, act: relu}\n"
    )
    net = mnetcost.load(text)
    pair, network = net.cost(alpha=alpha).reductions()
    m, n = (16, 24) if alpha == "1" else (8, 12)
    weights = 15 * m * 3 + 3 * m * n
    assert (pair.m, pair.n, pair.multiplier, pair.d_o) == (m, n, 3, (6, 10))
    assert pair.separable == (weights, weights * 60)
    assert pair.standard == (15 * m * n, 15 * m * n * 60)
    assert pair.ratio == pair.formula_value == 3 * (Fraction(1, n) + Fraction(1, 15))
    # the stem has 3·M weights on 12×10
    assert network.separable == (3 * m + weights, 3 * m * 120 + weights * 60)
    grid = mnetcost.sweep(net, alpha=alpha, rho="1")
    assert grid.mult_adds.tolist() == [[network.separable.mult_adds]]


def test_widths_behind_several_filters_stay_in_the_twin():
    # what follows from the 3 · 4 channels between the halves is as wide in the twin
    text = """
input: {height: 9, width: 7, channels: 4}
blocks:
  mix: {takes: {out: }, layers: [pointwise: {out: $out}, conv: {out: $in, kernel: [1, 3]}]}
layers:
  - depthwise: {multiplier: 3}
  - mix: {out: 5}
  - pointwise: {expand: 2, in: 12}
"""
    pair, network = mnetcost.load(text).cost().reductions()
    after = 3 * 5 * 12 + 12 * 24
    assert pair.standard == (9 * 4 * 5, 9 * 4 * 5 * 63)
    assert network.standard == (9 * 4 * 5 + after, (9 * 4 * 5 + after) * 63)
    assert network.separable == (9 * 12 + 12 * 5 + after, (9 * 12 + 12 * 5 + after) * 63)


def test_weights_in_common_of_pairs_that_filter_otherwise():
    # 6 channels twice and 12 once: the 1×1 halves are alike, the standard convolutions are not
    text = """
input: {height: 5, width: 3, channels: 6}
layers:
  - depthwise: {multiplier: 2}
  - pointwise: {name: a, out: 12}
  - depthwise
  - pointwise: {out: 12, weights: a}
"""
    first, second, network = mnetcost.load(text).cost().reductions()
    assert first.standard.params == 9 * 6 * 12
    assert second.standard.params == 9 * 12 * 12
    assert network.standard == (9 * 6 * 12 + 9 * 12 * 12, (9 * 6 * 12 + 9 * 12 * 12) * 15)


def test_another_reader_of_the_depthwise_map_leaves_no_pair():
    text = """
input: {height: 5, width: 3, channels: 6}
layers:
  - depthwise: {multiplier: 2, name: d}
  - pointwise: {out: 12}
  - add: {from: [pointwise_1, d]}
"""
    (network,) = mnetcost.load(text).cost().reductions()
    assert network.ratio == 1
