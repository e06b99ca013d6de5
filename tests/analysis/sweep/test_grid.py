"""A sweep is its points, in every quantity and however it is asked for; and it never holds more.

Grids are compared with `cost()` at every point, reductions with plain loops over those points.
"""

from fractions import Fraction

import numpy as np
import pytest
from grids import (
    AUXILIARY,
    DENSE,
    INT64_MAX,
    axes,
    exact_objects,
    load_if_possible,
    specs,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import BLOCKS

import mnetcost
from mnetcost.analysis.sweep.sweep import CountSweep, Point
from mnetcost.conventions.presets import NAMES

# α that meet rounding edges (200 · 0.145 is 29, and 28.999… in floats), ρ that give odd sides
ALPHAS = "1,0.75,0.145,1/3,0.145,4/3,0.6249"
RHOS = "1,6/7,0.31,0.31001,5/4,97/224"


def assert_is_its_points(grid, net, alpha, rho, **basis):
    """Every quantity of a grid is that of the cost at the point."""
    for a, one in enumerate(alpha.split(",")):
        for r, other in enumerate(rho.split(",")):
            cost = net.cost(one, other, **basis)
            for name in ("params", "mult_adds"):
                assert int(getattr(grid, name)[a, r]) == getattr(cost, name)
            assert tuple(int(bound[a, r]) for bound in grid.counted) == tuple(cost.counted)
            assert int(grid.counted_params[a, r]) == cost.counted_params
            for name, of_type in cost.by_type().items():
                found = grid.types[name]
                assert int(found.params[a, r]) == of_type.params
                assert int(found.mult_adds[a, r]) == of_type.mult_adds
                assert tuple(int(bound[a, r]) for bound in found.counted) == tuple(of_type.counted)
                assert int(found.counted_params[a, r]) == of_type.counted_params
                assert grid.share(name)[a, r] == pytest.approx(float(of_type.mult_adds_share))


BASES = [
    *({"convention": name} for name in NAMES),
    {"batch": 3},
    {"pass_": "training"},
    {"pass_": "backward", "batch": 2},
    {"convention": "torch", "pass_": "forward", "batch": 5},
]


@pytest.mark.parametrize("basis", BASES, ids=str)
@pytest.mark.parametrize(
    "text", ["mobilenet_v1", DENSE, BLOCKS], ids=["mobilenet_v1", "dense", "blocks"]
)
def test_every_basis_is_that_of_the_points(text, basis):
    net = mnetcost.load(text)
    alpha, rho = "1,0.145,1/3,0.145", "1,0.31,0.31001,5/4"
    grid = mnetcost.sweep(net, alpha, rho, **basis)
    assert_is_its_points(grid, net, alpha, rho, **basis)
    with exact_objects():
        assert_is_its_points(mnetcost.sweep(net, alpha, rho, **basis), net, alpha, rho, **basis)


@settings(max_examples=60)
@given(specs(), axes, axes, st.sampled_from(BASES))
def test_random_networks_on_every_basis(text, alpha, rho, basis):
    net = load_if_possible(text)
    if net is None:
        return
    try:
        grid = mnetcost.sweep(net, alpha, rho, **basis)
    except mnetcost.SpecError:
        return
    assert_is_its_points(grid, net, alpha, rho, **basis)


@pytest.mark.parametrize("preset", NAMES)
def test_resolutions_of_a_real_network_by_every_convention(preset):
    net = mnetcost.load("mobilenet_v3_small")
    grid = mnetcost.sweep(net, alpha="0.35,1", resolution="96,225", convention=preset)
    for a, alpha in enumerate(("0.35", "1")):
        for r, side in enumerate((96, 225)):
            cost = net.cost(alpha=alpha, resolution=side, convention=preset)
            assert tuple(bound[a, r] for bound in grid.counted) == cost.counted


ZOO = ["mobilenet_v2", "mobilenet_v3_small", "squeezenet1_0", "densenet121", "shufflenet_v2_x0_5"]


@pytest.mark.parametrize("name", [*ZOO, "ssd300_vgg16", "vit_b_16", "convnext_tiny", "xception"])
def test_shipped_networks(name):
    net = mnetcost.load(name)
    fixed = name in {"ssd300_vgg16", "vit_b_16"}
    alpha, rho = ("1,2", "1") if fixed else ("1,2", "1,97/224,5/4")
    grid = mnetcost.sweep(net, alpha, rho, invalid="mask")
    for a, one in enumerate(alpha.split(",")):
        for r, other in enumerate(rho.split(",")):
            try:
                cost = net.cost(one, other)
            except mnetcost.SpecError:
                assert grid.mult_adds.mask[a, r]
                continue
            assert (grid.params[a, r], grid.mult_adds[a, r]) == (cost.params, cost.mult_adds)


def test_edges_of_rounding_and_odd_sides():
    net = mnetcost.load(
        mnetcost.load("mobilenet_v1").graph.origin.text.replace("out: 512", "out: 200")
    )
    grid = mnetcost.sweep(net, ALPHAS, RHOS, input="160x97")
    for a, alpha in enumerate(ALPHAS.split(",")):
        for r, rho in enumerate(RHOS.split(",")):
            cost = net.cost(alpha, rho, input="160x97")
            assert grid.mult_adds[a, r] == cost.mult_adds
            assert grid.params[a, r] == cost.params


def test_layers_on_request():
    net = mnetcost.load(DENSE)
    grid = mnetcost.sweep(net, "1,0.5", "1,0.31")
    cost = net.cost("0.5", "0.31")
    layers = grid.layers()
    assert list(layers) == [layer.name for layer in cost.layers]
    for layer in cost.layers:
        found = grid.layer(layer.name)
        for one in (found, layers[layer.name]):
            assert (one.params[1, 1], one.mult_adds[1, 1]) == (layer.params, layer.mult_adds)
    for wrong in (lambda: grid.layer(3), lambda: grid.share(None), lambda: grid.share("conv", 3)):
        with pytest.raises(mnetcost.UsageError, match=r"'(3|None)'"):
            wrong()
    with pytest.raises(mnetcost.UsageError, match="did you mean 'wide'"):
        grid.layer("wid")


def test_equal_columns_are_counted_once():
    # 0.1 to 1 of at most 8 channels, and 0.5 to 1 of 9 and 14 px
    net = mnetcost.load(
        "input: {height: 9, width: 14, channels: 3}\nwidth: {round: floor, min: 1}\n"
        "layers:\n  - conv: {out: 8, kernel: 3}\n"
    )
    grid = mnetcost.sweep(net, np.linspace(0.1, 1, 500), np.linspace(0.5, 1, 400))
    assert grid.shape == (500, 400)
    assert grid.values.axes.distinct[0] == 8
    assert len(grid.cost.mult_adds.terms) == 1
    assert grid.mult_adds[-1, -1] == 9 * 3 * 8 * 9 * 14


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"invalid": "skip"}, "one of refuse, mask"),
        ({"engine": "gpu"}, "one of numpy, dask"),
        ({"dtype": "float32"}, "one of integer, float64"),
        ({"set": {"depth": 2}}, "depth"),
        ({"set": {"depth": []}}, "no value"),
        ({"alpha": np.linspace(0, 1, 5)}, "not above zero"),
        ({"rho": np.array([1.0, np.nan])}, "not a number"),
    ],
)
def test_wrong_options(options, words):
    with pytest.raises(mnetcost.UsageError, match=words):
        mnetcost.sweep("mobilenet_v1", **options)


def test_a_grid_may_have_as_many_points_as_the_limit():
    graph = mnetcost.load("mobilenet_v1_layer").graph
    assert CountSweep.of(graph, "1,0.5", "1,6/7,0.5", limit=6).shape == (2, 3)
    with pytest.raises(mnetcost.UsageError, match="a grid of 6 points; 5 at most"):
        CountSweep.of(graph, "1,0.5", "1,6/7,0.5", limit=5)


def test_bounds_on_points():
    fine = np.linspace(0.01, 1, 50_000)
    with pytest.raises(mnetcost.UsageError, match="2,500,000,000 points; 2,000,000,000 at most"):
        mnetcost.sweep("mobilenet_v1_layer", fine, fine)
    grid = mnetcost.sweep("mobilenet_v1_layer", fine, fine[:10_000])
    with pytest.raises(mnetcost.UsageError, match="100,000,000 at most"):
        _ = grid.mult_adds
    with pytest.raises(mnetcost.UsageError, match="100,000,000 at most"):
        grid.to_pandas()
    assert grid.count() == 500_000_000


def test_points_by_their_multipliers():
    grid = mnetcost.sweep("mobilenet_v1")
    point = grid.at(alpha=0.75, rho="6/7")
    assert point == Point(Fraction(3, 4), Fraction(6, 7), (192, 192, 3), 2_568_144, 239_273_472)
    assert mnetcost.sweep("mobilenet_v1", "0.75", "1,6/7").at(rho="6/7") == point
    with pytest.raises(mnetcost.UsageError, match=r"0.7 is not on the grid; the nearest is 0.75"):
        grid.at("0.7", 1)
    with pytest.raises(mnetcost.UsageError, match="one of the 4"):
        grid.at("0.75")
    floats = mnetcost.sweep("mobilenet_v1", np.array([0.1 + 0.2, 1 / 3]), "1/30000001")
    with pytest.raises(mnetcost.UsageError, match=r"the nearest is 0.30000000000000004$"):
        floats.at(0.3)
    with pytest.raises(mnetcost.UsageError, match=r"the nearest is 1/30000001$"):
        floats.at(1 / 3, 1)


def test_floats_on_request_and_never_where_they_are_not_exact():
    whole = mnetcost.sweep("mobilenet_v1", ALPHAS, RHOS)
    floats = mnetcost.sweep("mobilenet_v1", ALPHAS, RHOS, dtype="float64")
    assert floats.mult_adds.dtype == floats.params.dtype == np.float64
    assert (floats.mult_adds == whole.mult_adds).all()
    assert not whole.mult_adds.flags.writeable
    # 2**24 · 2**24 weights, used 32 times, are 2**53; 31 times are less
    for height, exact in ((31, True), (32, False)):
        net = mnetcost.load(
            f"input: {{height: {height}, width: 1, channels: 16777216}}\n"
            "layers:\n  - conv: {out: 16777216}\n"
        )
        grid = mnetcost.sweep(net, 1, 1, dtype="float64")
        if exact:
            assert int(grid.mult_adds[0, 0]) == height * 2**48
        else:
            with pytest.raises(mnetcost.UsageError, match="2\\^53"):
                _ = grid.mult_adds
        assert mnetcost.sweep(net, 1, 1).mult_adds.tolist() == [[height * 2**48]]


def test_between_float_and_int64_every_digit_is_kept():
    # odd widths and sides above 2**53, where floats would lose the last bits
    net = mnetcost.load(
        "input: {height: 65535, width: 65533, channels: 7}\nwidth: {round: floor, min: 1}\n"
        "layers:\n  - conv: {out: 99991, kernel: 3}\n  - conv: {out: 3}\n"
    )
    grid = mnetcost.sweep(net, "1,0.99", "1,0.999")
    for a, alpha in enumerate(("1", "0.99")):
        for r, rho in enumerate(("1", "0.999")):
            assert 2**53 < grid.mult_adds[a, r] == net.cost(alpha, rho).mult_adds < INT64_MAX
    assert grid.mult_adds.dtype == np.int64


@pytest.mark.parametrize("basis", BASES, ids=str)
def test_shared_weights_and_branches_in_training_alone(basis):
    net = mnetcost.load(AUXILIARY)
    grid = mnetcost.sweep(net, "1,0.145", "1,0.31", **basis)
    assert_is_its_points(grid, net, "1,0.145", "1,0.31", **basis)
    for layer in net.cost("0.145", "0.31", **basis).layers:
        found = grid.layer(layer.name)
        assert (found.params[1, 1], found.mult_adds[1, 1]) == (layer.params, layer.mult_adds)
