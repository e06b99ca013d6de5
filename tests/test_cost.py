"""What must hold for every network, whatever its numbers.

Sums of layers, of types and totals are one; shares make a whole; groups divide; one analysis never
changes another; layers without products add none; wider or larger never costs less. And the two
multipliers round as independent definitions with exact fractions say.
"""

import math
from fractions import Fraction

import pytest
from commands import CHAINS
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import mnetcost
from mnetcost.graph import INPUT
from mnetcost.multipliers import Rounding, sides
from mnetcost.spec import shipped

QUANTITIES = ("params", "mult_adds")
FREE = ("batch_norm", "relu", "prelu", "softmax", "dropout", "max_pool: {kernel: 1}")
LAYERS = (
    "conv: {out: 12, kernel: [3, 2], stride: [1, 2], bias: true, norm: batch, act: prelu}",
    "conv: {out: 8, groups: 4, kernel: [1, 3], scale: false}",
    "separable: {out: 16, stride: 2, norm: batch, inner: {norm: none, bias: true}}",
    "depthwise: {multiplier: 2, kernel: [2, 3], padding: 1}",
    "pointwise: {out: 20, bias: true}",
    "avg_pool: {kernel: [1, 2]}",
    *FREE,
)
HEADS = ("", "  - flatten\n  - dense: {out: 7, bias: true}\n", "  - global_avg_pool\n  - softmax\n")


def spec(layers, head="", size=(11, 17, 4), width="{round: nearest, min: 4}"):
    height, breadth, channels = size
    written = "".join(f"  - {layer}\n" for layer in layers)
    return (
        f"input: {{height: {height}, width: {breadth}, channels: {channels}}}\n"
        f"width: {width}\nlayers:\n{written}{head}"
    )


stacks = st.lists(st.sampled_from(LAYERS), min_size=1, max_size=6)
heads = st.sampled_from(HEADS)
multipliers = st.fractions(Fraction(1, 9), 2, max_denominator=40)
properties = settings(max_examples=60, deadline=None)


def cost_or_none(text, **setting):
    """The cost, or None where the network does not fit or its groups do not divide."""
    try:
        return mnetcost.load(text).cost(**setting)
    except mnetcost.SpecError:
        return None


# --- sums and shares


def assert_sums(cost):
    by_type = cost.by_type().values()
    for quantity in QUANTITIES:
        total = getattr(cost, quantity)
        assert sum(getattr(layer, quantity) for layer in cost.layers) == total
        assert sum(getattr(one, quantity) for one in by_type) == total
        shares = [getattr(one, f"{quantity}_share") for one in by_type]
        assert sum(shares) == (1 if total else 0)
        assert all(isinstance(share, Fraction) and 0 <= share <= 1 for share in shares)
    columns = zip(*(layer.parameters for layer in cost.layers), strict=True)
    assert tuple(map(sum, columns)) == tuple(cost.parameters)
    kinds = {kind for layer in cost.layers for kind in layer.work}
    assert {kind: sum(layer.work.get(kind, 0) for layer in cost.layers) for kind in kinds} == (
        cost.work
    )
    # the paper's count is weights and products alone
    assert cost.params == cost.parameters.weights
    products = ("multiply_accumulate", "attention_product")
    assert cost.mult_adds == sum(cost.work.get(kind, 0) for kind in products)
    numbers = (cost.params, cost.mult_adds, *cost.parameters, *cost.work.values())
    assert all(type(number) is int for number in numbers)
    # each layer that reads one map reads what another gives
    maps = {INPUT: cost.input, **{place: one.output for place, one in enumerate(cost.layers)}}
    for layer in cost.layers:
        if len(layer.node.reads) == 1:
            assert layer.input == maps[layer.node.reads[0]]


@properties
@given(stacks, heads, multipliers, multipliers)
def test_sums_of_random_networks(layers, head, alpha, rho):
    cost = cost_or_none(spec(layers, head), alpha=alpha, rho=rho)
    assume(cost is not None)
    assert_sums(cost)


@pytest.mark.parametrize("setting", [{}, {"alpha": 0.35, "input": "96x160"}, {"rho": "1/300"}])
@pytest.mark.parametrize("name", sorted(CHAINS))
def test_sums_of_chains(name, setting):
    assert_sums(mnetcost.load(name).cost(**setting))


@pytest.mark.parametrize("name", shipped())
def test_sums_of_shipped_networks(name):
    network = mnetcost.load(name)
    for variant in (None, *network.graph.variants):
        assert_sums(network.configured(variant, {}).cost())


def test_shares_of_nothing_are_nothing():
    cost = mnetcost.load(spec(FREE)).cost()
    assert (cost.params, cost.mult_adds) == (0, 0)
    assert_sums(cost)
    assert all(one.params_share == one.mult_adds_share == 0 for one in cost.by_type().values())


# --- groups


@pytest.mark.parametrize("groups", [2, 3, 4, 6, 12])
@pytest.mark.parametrize(
    "window", ["kernel: 3", "kernel: [1, 5], stride: [2, 1]", "kernel: [4, 2], padding: valid"]
)
def test_groups_divide_exactly(groups, window):
    size = (13, 8, 24)
    whole = mnetcost.load(spec([f"conv: {{out: 12, {window}, bias: true}}"], size=size)).cost()
    layer = f"conv: {{out: 12, {window}, bias: true, groups: {groups}}}"
    parts = mnetcost.load(spec([layer], size=size)).cost()
    assert parts.params * groups == whole.params
    assert parts.mult_adds * groups == whole.mult_adds
    assert parts.layers[0].output == whole.layers[0].output
    assert parts.parameters.biases == whole.parameters.biases == 12


# --- one analysis does not change another


def everything(cost):
    """All that can be read off a cost, as text."""
    rows = [
        (row.name, row.type, row.input, row.output, row.kernel, *row[3:]) for row in cost.layers
    ]
    totals = (cost.params, cost.mult_adds, cost.parameters, cost.work, cost.input, cost.setting)
    return repr((rows, totals, cost.by_type(), cost.reductions()))


IMPOSSIBLE = spec(["conv: {out: 4}", "conv: {out: 6, kernel: [12, 1], padding: valid}"])
SETTINGS = [{}, {"alpha": "0.5", "rho": "6/7"}, {"input": "64x96"}]


@pytest.mark.parametrize("setting", SETTINGS)
def test_failures_in_between_change_nothing(setting):
    net = mnetcost.load("mobilenet_v1")
    before, graph = everything(net.cost(**setting)), repr(net.graph)
    with pytest.raises(mnetcost.SpecError):
        mnetcost.load(IMPOSSIBLE)
    with pytest.raises(mnetcost.SpecError):
        net.cost(input="70000x9")
    with pytest.raises(mnetcost.SpecError):
        mnetcost.sweep(net, alpha="1,0.3", rho="1,400")
    with pytest.raises(mnetcost.UsageError):
        net.cost(**setting | {"alpha": "none"})
    assert everything(net.cost(**setting)) == before
    assert everything(mnetcost.load("mobilenet_v1").cost(**setting)) == before
    assert repr(net.graph) == graph


def test_the_order_of_networks_changes_nothing():
    names = list(shipped())
    forwards = {name: everything(mnetcost.load(name).cost(alpha=0.75)) for name in names}
    nets = {name: mnetcost.load(name) for name in reversed(names)}
    backwards = {name: everything(net.cost(alpha=0.75)) for name, net in nets.items()}
    assert forwards == backwards
    assert len(set(forwards.values())) == len(names)


def test_settings_do_not_leak():
    net = mnetcost.load("mobilenet_v1")
    fresh = [everything(mnetcost.load("mobilenet_v1").cost(**setting)) for setting in SETTINGS]
    assert [everything(net.cost(**setting)) for setting in SETTINGS] == fresh
    assert [everything(net.cost(**setting)) for setting in reversed(SETTINGS)] == fresh[::-1]


# --- layers without products


@properties
@given(stacks, heads, st.sampled_from(FREE), st.integers(0, 6))
def test_free_layers_add_no_products(layers, head, added, place):
    before = cost_or_none(spec(layers, head))
    assume(before is not None)
    after = cost_or_none(spec([*layers[:place], added, *layers[place:]], head))
    assert (after.params, after.mult_adds) == (before.params, before.mult_adds)
    assert after.layers[-1].output == before.layers[-1].output
    new = sum(after.parameters) - sum(before.parameters)
    assert (new > 0) == (added in ("batch_norm", "prelu"))


@properties
@given(stacks, heads)
def test_riders_and_biases_add_no_products(layers, head):
    dressed = spec(layers, head)
    bare = dressed.replace("bias: true", "bias: false").replace("norm: batch", "norm: none")
    bare = bare.replace("act: prelu", "act: none")
    with_them, without = cost_or_none(dressed), cost_or_none(bare)
    assume(with_them is not None)
    assert with_them.params == without.params
    assert with_them.mult_adds == without.mult_adds
    assert [row.output for row in with_them.layers] == [row.output for row in without.layers]
    assert without.parameters.biases == 0


# --- wider or larger never costs less


GROWING = (
    "{round: floor, min: 8}",
    "{round: nearest, min: 1}",
    "{divisible: 8}",
    "{divisible: 4, min: 8}",
)


@properties
@given(stacks, heads, st.sampled_from(GROWING), multipliers, st.tuples(multipliers, multipliers))
def test_costs_grow_with_alpha_and_rho(layers, head, width, fixed, ends):
    text = spec([layer for layer in layers if "groups" not in layer] or ["relu"], head, width=width)
    for axis, rest in (("alpha", {"rho": fixed}), ("rho", {"alpha": fixed})):
        small, large = (cost_or_none(text, **{axis: at}, **rest) for at in sorted(ends))
        if small is None or large is None:
            continue
        assert small.params <= large.params
        assert small.mult_adds <= large.mult_adds
        for before, after in zip(small.layers, large.layers, strict=True):
            assert all(one <= other for one, other in zip(before.output, after.output, strict=True))
            assert before.mult_adds <= after.mult_adds


@pytest.mark.parametrize("name", sorted(CHAINS | {"efficientnet", "mnasnet", "mobilenet_v2"}))
def test_shipped_costs_grow(name):
    found = mnetcost.sweep(name, alpha="0.1:1.5:0.05", rho="0.1:1.5:0.1")
    for grid in (found.params, found.mult_adds):
        assert (grid[1:] >= grid[:-1]).all()
        assert (grid[:, 1:] >= grid[:, :-1]).all()
    assert (found.params[:, 1:] == found.params[:, :-1]).all()  # ρ leaves the weights alone


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


@settings(max_examples=200, deadline=None)
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


@properties
@given(pixels, pixels, st.fractions(Fraction(1, 999), 3, max_denominator=999))
@example(14, 13, Fraction("0.714"))
@example(1, 3, Fraction(1, 2))
@example(5, 4, Fraction(1, 10))
@example(1, 2000, Fraction(1, 5000))
def test_sides_under_rho(height, width, rho):
    found = sides(height, width, rho)
    assert found == tuple(
        max(1, math.floor(rho * side + Fraction(1, 2))) for side in (height, width)
    )
    net = mnetcost.load(spec(["relu"], size=(height, width, 3)))
    assert net.cost(rho=rho).input == (*found, 3)


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
