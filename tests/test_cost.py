"""What must hold for the cost of every network, whatever its numbers.

Sums of layers, of types and totals are one; shares make a whole; groups divide; one analysis never
changes another; layers without products add none; wider or larger never costs less.
"""

from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from networks import CHAINS

import mnetcost
from mnetcost.graph import INPUT
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
properties = settings(max_examples=60)


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
