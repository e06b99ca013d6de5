"""What must hold under every convention, whatever its weights.

Layers, types and blocks sum to the total; shares make a whole; groups divide; a batch multiplies;
a transposed convolution is its mirrored one; a sweep is its costs; one analysis never changes
another.
"""

from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import mnetcost
from mnetcost.analysis.conventions.terms import differences, number, plain_count
from mnetcost.conventions.presets import NAMES, convention
from mnetcost.render import renderer
from mnetcost.reports.choices import Shown
from mnetcost.reports.conventions import comparison_report
from mnetcost.reports.reconcile import way_report
from mnetcost.reports.table import table_report

properties = settings(max_examples=40)
LAYERS = (
    "conv: {out: 12, kernel: [3, 2], stride: [1, 2], bias: true, norm: batch, act: prelu}",
    "conv: {out: 8, kernel: [4, 3], groups: 4, scale: false, act: relu, called_as: functional}",
    "separable: {out: 16, stride: 2, norm: batch, act: relu6}",
    "conv_transpose: {out: 8, kernel: [4, 3], stride: [2, 1], padding: 1, bias: true}",
    "squeeze_excitation: {squeeze: 4}",
    "attention: {heads: 2}",
    "avg_pool: {kernel: [2, 3], padding: valid, ceil: true, clip: true}",
    "max_pool: {kernel: 2, called_as: functional}",
    "resize: {height: 9, width: 14, mode: bilinear}",
    "group_norm: {groups: 2}",
    "local_response_norm",
    "relu: {called_as: unknown}",
    "add: {from: [input, input], called_as: functional}",
)
stacks = st.lists(st.sampled_from(LAYERS), min_size=1, max_size=5)
presets = st.sampled_from(NAMES)


def pairs(least, most):
    return st.tuples(st.integers(least, most), st.integers(least, most))


def network(layers, height=11, width=17, channels=4):
    written = "".join(f"  - {layer}\n" for layer in layers)
    size = f"{{height: {height}, width: {width}, channels: {channels}}}"
    return mnetcost.load(
        f"input: {size}\nwidth: {{divisible: 4}}\nlayers:\n{written}  - global_avg_pool\n"
        "  - dense: {name: logits, out: 5, bias: true}\n"
    )


def possible(layers, **setting):
    """The network and its cost, where the layers fit each other."""
    try:
        net = network(layers)
        return net, net.cost(**setting)
    except mnetcost.SpecError:
        assume(False)


def total(bounds):
    return tuple(map(sum, zip(*bounds, strict=True)))


@properties
@given(stacks, presets, st.sampled_from(["1", "0.5", "3/2"]), st.integers(1, 3))
def test_every_grouping_sums_to_the_total(layers, preset, alpha, batch):
    _, cost = possible(layers, convention=preset, alpha=alpha, batch=batch)
    assert total(layer.counted for layer in cost.layers) == cost.counted
    assert total(one.counted for one in cost.by_type().values()) == cost.counted
    assert cost.counted.low <= cost.counted.high
    found = convention(preset)
    if found.counts_work:
        # the terms are the number, with calls that are not known taken for modules
        each = number(cost.layers, found, batch)
        assert cost.counted.low <= each <= cost.counted.high
        terms = differences(cost.layers, found, batch)
        assert plain_count(cost.layers) + sum(one.adds for one in terms) == each


@pytest.mark.parametrize("preset", NAMES)
@pytest.mark.parametrize("name", ["mobilenet_v2", "googlenet", "vit_b_16"])
def test_every_view_and_depth_sums_to_the_total(name, preset):
    cost = mnetcost.load(name).cost(convention=preset)
    for view, depth in ((None, None), ("layers", None), ("types", None), ("blocks", None)):
        document = table_report(cost, Shown(view, depth)).document
        for rows in (document["layers"], document["types"]):
            for quantity in ("params", "mult_adds"):
                assert sum(row[quantity] for row in rows) == document["totals"][quantity]
            if preset not in ("paper", "keras"):  # the default; one that counts no work
                whole = document["totals"]["count"]
                assert sum(row["count"]["value"] for row in rows) == whole["value"]
                assert {row["count"]["unit"] for row in rows} == {whole["unit"]}
    totals = {"params": cost.counted_params, "count": cost.counted.low, "mult_adds": cost.mult_adds}
    for depth, every in ((None, False), (None, True), (1, False), (2, False), (9, True)):
        folded = table_report(cost, Shown("layers", depth, every=every)).tables[0]
        for column, total, values in zip(folded.columns, folded.totals(), zip(*folded.rows)):
            if column.key in totals:
                assert total == totals[column.key]
                sums_below(folded.depths, values)


def sums_below(depths, values):
    """What stands under a row of a tree adds up to it."""
    for place, depth in enumerate(depths):
        end = next((n for n in range(place + 1, len(depths)) if depths[n] <= depth), len(depths))
        under = [values[n] for n in range(place + 1, end) if depths[n] == depth + 1]
        assert not under or sum(under) == values[place]


@properties
@given(stacks, st.sampled_from(["1", "0.5"]))
def test_shares_add_up(layers, alpha):
    _, cost = possible(layers, alpha=alpha)
    types = cost.by_type().values()
    assert sum(one.params_share for one in types) == (1 if cost.params else 0)
    assert sum(one.mult_adds_share for one in types) == (1 if cost.mult_adds else 0)


@properties
@given(
    st.integers(1, 6),
    st.integers(1, 4),
    st.integers(1, 4),
    pairs(1, 5),
    st.booleans(),
)
def test_groups_cost_exactly_their_part(groups, m, n, kernel, transposed):
    kind = "conv_transpose" if transposed else "conv"
    window = f"kernel: [{kernel[0]}, {kernel[1]}], padding: 2, out: {n * groups}"

    def passes(count):
        layer = f"{kind}: {{{window}, groups: {count}}}"
        net = mnetcost.load(
            f"input: {{height: 7, width: 9, channels: {m * groups}}}\n"
            f"layers:\n  - conv: {{out: {m * groups}}}\n  - {layer}\n"
        )
        cost = net.cost(pass_="training").layers[1]
        return cost.params, cost.passes

    whole, parts = passes(1), passes(groups)
    assert parts[0] * groups == whole[0]
    assert tuple(one * groups for one in parts[1]) == whole[1]


@properties
@given(
    pairs(1, 12),
    st.tuples(pairs(1, 5), pairs(1, 3), pairs(0, 2), pairs(1, 3)),
    st.sampled_from([(4, 8), (8, 4), (6, 6), (12, 2)]),
    st.sampled_from([1, 2]),
)
def test_a_transposed_convolution_is_its_mirrored_one(sides, window, channels, groups):
    (m, n), (height, width), kernel = channels, sides, window[0]
    keys = zip(("kernel", "stride", "padding", "dilation"), map(list, window), strict=True)
    window = ", ".join(f"{key}: {pair}" for key, pair in keys) + f", groups: {groups}"

    def one(layer, height, width, channels):
        text = f"input: {{height: {height}, width: {width}, channels: {channels}}}\nlayers:\n"
        return mnetcost.load(f"{text}  - {layer}\n").cost().layers[0]

    try:
        back = one(f"conv_transpose: {{out: {n}, {window}}}", height, width, m)
    except mnetcost.SpecError:
        assume(False)
    out = back.output
    there = one(f"conv: {{out: {m}, {window}}}", out.h, out.w, n)
    assert there.output == back.input == (height, width, m)
    assert (there.params, there.mult_adds) == (back.params, back.mult_adds)
    # by hand: every weight once an input position
    assert back.mult_adds == height * width * kernel[0] * kernel[1] * m * n // groups


@properties
@given(stacks, presets, st.integers(2, 9))
def test_a_batch_multiplies_the_work_and_no_parameters(layers, preset, batch):
    net, one = possible(layers, convention=preset)
    many = net.cost(convention=preset, batch=batch)
    assert (many.params, many.parameters) == (one.params, one.parameters)
    assert many.mult_adds == batch * one.mult_adds
    assert many.operations == tuple(batch * count for count in one.operations)
    assert many.work == {kind: batch * count for kind, count in one.work.items()}
    found = convention(preset)
    if not found.per_image:
        assert many.counted == tuple(batch * bound for bound in one.counted)
    else:
        # what is of one image by the tool's rule stays; the rest is multiplied
        stays = number(one.layers, found._replace(work={}), 1)
        each, all_ = (number(cost.layers, found, n) for cost, n in ((one, 1), (many, batch)))
        assert all_ == batch * (each - stays) + stays


@properties
@given(stacks, presets, st.sampled_from(["forward", "backward", "training"]), st.integers(1, 3))
def test_a_sweep_is_its_costs(layers, preset, pass_, batch):
    if pass_ != "forward":
        assume(preset in ("paper", "macs", "flops"))
    net, _ = possible(layers)
    given_ = {"convention": preset, "pass_": pass_, "batch": batch}
    alphas, rhos = ("1", "0.5", "3/2"), ("1", "1/2", "13/7")
    try:
        grid = mnetcost.sweep(net, alpha=alphas, rho=rhos, **given_)
    except mnetcost.SpecError:
        assume(False)
    for a, alpha in enumerate(alphas):
        for r, rho in enumerate(rhos):
            cost = net.cost(alpha=alpha, rho=rho, **given_)
            assert (grid.params[a, r], grid.mult_adds[a, r]) == (cost.params, cost.mult_adds)
            assert tuple(bound[a, r] for bound in grid.counted) == cost.counted
            for name, one in cost.by_type().items():
                assert tuple(bound[a, r] for bound in grid.types[name].counted) == one.counted


@pytest.mark.parametrize("times", [1_000_000, -1_000_000])
def test_a_sweep_never_wraps_whatever_a_preset_weighs(tmp_path, times):
    path = tmp_path / "own.yaml"
    path.write_text(
        f"words: w\nunit: FLOP\nmultiply_add: 2\nwork: {{relu: {{outputs: {times}}}}}\n", "utf-8"
    )
    net = mnetcost.load("input: {height: 60000, width: 60000, channels: 50000}\nlayers: [relu]\n")
    grid = mnetcost.sweep(net, alpha="1", rho="1", convention=str(path))
    assert grid.counted.low[0, 0] == times * 60_000 * 60_000 * 50_000


# --- one analysis does not change another


def reports(name):
    """Everything that is said of a network under the conventions, as bytes."""
    cost = mnetcost.load(name).cost(batch=2)
    start, end = convention("ptflops"), convention("onnx-tool")
    from mnetcost.analysis.reconcile.way import way

    found = [comparison_report(cost), way_report(cost, start, end, way(cost, start, end))]
    found += [table_report(mnetcost.load(name).cost(convention=one)) for one in ("thop", "fvcore")]
    return [renderer(form)(report).encode() for report in found for form in ("json", "csv")]


ORDERED = ("mobilenet_v1", "shufflenet_v2_x1_0", "squeezenet1_1", "vit_b_16")


def test_the_order_of_networks_and_failures_change_nothing(tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("words: x\nunit: MAC\nwork: {every: {output: 1}}\n", encoding="utf-8")
    forwards = {name: reports(name) for name in ORDERED}
    backwards = {}
    for name in reversed(ORDERED):
        with pytest.raises(mnetcost.SpecError):
            mnetcost.load(name).cost(convention=str(wrong))
        with pytest.raises(mnetcost.UsageError):
            mnetcost.load(name).cost(convention="thop", pass_="training")
        with pytest.raises(mnetcost.SpecError):
            mnetcost.load(name).cost(convention="thop", input="1x70000")
        backwards[name] = reports(name)
    assert forwards == backwards
    assert len({tuple(found) for found in forwards.values()}) == len(ORDERED)


def test_the_ratio_is_exact():
    document = comparison_report(mnetcost.load("mobilenet_v1").cost()).document
    found = {row["convention"]: row for row in document["conventions"]}
    exact = Fraction(1_152_658_944, 568_740_352)  # tool_totals.csv
    assert found["deepspeed-flops"]["ratio"] == float(exact)
