"""Python ints, int64 arrays and arrays of exact objects agree bit for bit.

The same lines of the layers run on all three. Random networks of random layers are swept over
random multipliers, and every grid point is compared with `cost()` at that point; where a point is
impossible, the sweep must name the first one in α-major order. Beyond 2**63 the counts stay exact.
"""

from fractions import Fraction

import numpy as np
import pytest
from grids import INT64_MAX, axes, exact_objects, load_if_possible, no_larger_than, specs
from hypothesis import given, settings

import mnetcost

# --- the three agree


def python_ints(net, alphas, rhos):
    """Every point by `cost()`, α-major, and the first refusal instead where there is one."""
    points = []
    for alpha in alphas:
        for rho in rhos:
            try:
                points.append(net.cost(alpha=alpha, rho=rho))
            except mnetcost.SpecError as error:
                return points, error
    return points, None


def holder(values):
    """What holds these values exactly."""
    return np.int64 if max(values) <= INT64_MAX else object


def assert_same(found, points, dtype=None):
    """Every grid is what the points say, and of `dtype`, or else of what holds its values."""
    shape = found.shape
    grids = {"params": found.params, "mult_adds": found.mult_adds}
    for name, grid in grids.items():
        assert grid.dtype == (dtype or holder([getattr(point, name) for point in points]))
        assert grid.shape == shape
        assert grid.ravel().tolist() == [getattr(point, name) for point in points]
        assert all(type(value) is int for value in grid.ravel().tolist())
    by_type = [point.by_type() for point in points]
    for name, grid in found.types.items():
        for one in ("params", "mult_adds"):
            values = [getattr(types[name], one) for types in by_type]
            assert getattr(grid, one).ravel().tolist() == values
            assert getattr(grid, one).dtype == (dtype or holder(values))
    assert all(list(types) == list(found.types) for types in by_type)
    assert [tuple(found.input(*at)) for at in np.ndindex(shape)] == [one.input for one in points]


def assert_three_agree(net, alpha, rho):
    points, refusal = python_ints(net, alpha.split(","), rho.split(","))
    if refusal is None:
        assert_same(mnetcost.sweep(net, alpha=alpha, rho=rho), points, np.int64)
        with exact_objects():
            assert_same(mnetcost.sweep(net, alpha=alpha, rho=rho), points, object)
        return
    with pytest.raises(mnetcost.SpecError) as raised:
        mnetcost.sweep(net, alpha=alpha, rho=rho)
    assert raised.value.problems == refusal.problems
    with exact_objects(), pytest.raises(mnetcost.SpecError) as raised:
        mnetcost.sweep(net, alpha=alpha, rho=rho)
    assert raised.value.problems == refusal.problems


@settings(max_examples=150, deadline=None)
@given(specs(), axes, axes)
def test_random_networks(text, alpha, rho):
    net = load_if_possible(text)
    if net is not None:
        assert_three_agree(net, alpha, rho)


@given(specs(), axes)
def test_random_reductions(text, alpha):
    # the formula that stands beside a pair is what its count gives, at any width
    net = load_if_possible(text)
    for one in alpha.split(",") if net is not None else ():
        try:
            cost = net.cost(alpha=one)
        except mnetcost.SpecError:
            continue
        *pairs, network = cost.reductions()
        assert all(pair.ratio == pair.formula_value for pair in pairs)
        assert network.separable.mult_adds == cost.mult_adds


@pytest.mark.parametrize("size", ["", "160x256", "97x31"])
@pytest.mark.parametrize("name", ["mobilenet_v1", "mobilenet_v1_full", "mobilenet_v1_layer"])
def test_shipped_networks(name, size):
    text = mnetcost.load(name).graph.origin.text
    if size:
        height, width = size.split("x")
        text = text.replace("height: 224", f"height: {height}").replace("height: 14", "height: 31")
        text = text.replace("width: 224", f"width: {width}")
    assert_three_agree(mnetcost.load(text), "1,0.75,0.35,0.145,4/3", "1,6/7,0.3,5/4")


# --- the first impossible point is named


# input, its replacement, layer, α axis, ρ axis, the α and ρ of the first refusal
IMPOSSIBLE = [
    ("9, 13, 4", None, "conv: {out: 6}", "1,0.5,0.25", "1,0.5", "α = 0.25, ρ = 1 "),
    ("9, 13, 4", None, "conv: {out: 6}", "0.75,1", "1,0.5", "α = 0.75, ρ = 1 "),
    ("9, 13, 4", None, "conv: {out: 4, groups: 4}", "1,0.5", "1,0.5", "α = 0.5, ρ = 1 "),
    ("9, 13, 4", None, "conv: {out: 4, kernel: [5, 1], padding: valid}", "1,0.5", "1,3/4,1/4",
     "α = 1, ρ = 0.25 "),
    # both axes go wrong: every point at ρ = 1/4, and every one at α = 0.5
    ("9, 13, 4", None, "conv: {out: 5, kernel: [5, 1], padding: valid}", "1,0.5", "1,1/4",
     "α = 1, ρ = 0.25 "),
    ("9, 13, 4", None, "max_pool: {kernel: [1, 5], padding: 1}", "2,1", "1,1/5,1/6",
     "α = 2, ρ = 1/6 "),
    ("1, 1, 4", (9, 10), "dense: {out: 4}", "1,0.5", "0.1,1/9,1", "α = 1, ρ = 1 "),
    ("4, 9, 4", None, "conv: {out: 16777215}", "1,2", "1,2", "α = 2, ρ = 1 "),
    ("2, 9, 4", (65536, 9), "relu", "1,2", "0.5,1,1.5,2", "α = 1, ρ = 1.5 "),
]  # fmt: skip


@pytest.mark.parametrize("case", IMPOSSIBLE, ids=lambda case: case[2] + case[3])
@pytest.mark.parametrize("largest", [INT64_MAX, -1])
def test_first_impossible_point(case, largest):
    base, size, layer, alpha, rho, place = case
    height, width, channels = base.split(", ")
    net = mnetcost.load(
        f"input: {{height: {height}, width: {width}, channels: {channels}}}\n"
        f"width: {{round: none}}\nlayers:\n  - {layer}\n"
    )
    with (
        no_larger_than(largest),
        pytest.raises(mnetcost.SpecError, match=place),
    ):
        mnetcost.sweep(net, alpha=alpha, rho=rho, input=size)


# --- beyond int64


# width of a map of 2**16 × width × 2**24, layers, mult-adds, what holds them
HUGE = [
    # 2**24 · 128 on 2**16 · 2**16 is 2**63; one px less in width fits
    (65_536, "conv: {out: 128}", 2**63, object),
    (65_535, "conv: {out: 128}", 2**63 - 2**47, np.int64),
    # two layers that fit alone, and not together
    (32_768, "conv: {out: 128}\n  - conv: {out: 16777216}", 2**63, object),
    (32_768, "conv: {out: 128, kernel: [3, 1]}", 3 * 2**62, object),
    (32_768, "conv: {out: 16777216, kernel: 9}", 81 * 2**79, object),
]


@pytest.mark.parametrize(("width", "layers", "mult_adds", "dtype"), HUGE)
def test_counts_beyond_int64_stay_exact(width, layers, mult_adds, dtype):
    net = mnetcost.load(
        f"input: {{height: 65536, width: {width}, channels: 16777216}}\n"
        f"width: {{round: floor, min: 1}}\nlayers:\n  - {layers}\n"
    )
    found = mnetcost.sweep(net, alpha="0.5,1", rho="1/3,1")
    points, refusal = python_ints(net, ("0.5", "1"), ("1/3", "1"))
    assert refusal is None
    assert_same(found, points)
    assert found.mult_adds[1, 1] == mult_adds
    assert found.mult_adds.dtype == dtype


def test_parameters_can_pass_int64():
    net = mnetcost.load(
        "input: {height: 3, width: 2, channels: 16777216}\n"
        "layers:\n  - conv: {out: 16777216, kernel: [257, 128]}\n"
    )
    found = mnetcost.sweep(net, alpha="1,0.5", rho="1")
    assert found.params.dtype == object
    assert found.params.tolist() == [[257 * 2**55], [257 * 2**54]]


def test_the_largest_count_need_not_be_at_the_largest_alpha():
    # 12 channels round to 16; 11.5 round to 8, then up to `min`, and once more as 10 < 0.9 · 11.5
    net = mnetcost.load(
        "input: {height: 65536, width: 58000, channels: 16777216}\n"
        "width: {divisible: 8, min: 10}\n"
        "layers:\n  - conv: {out: 12, kernel: 3}\n"
    )
    weights, positions = 9 * 2**24, 65_536 * 58_000
    assert weights * 16 * positions <= INT64_MAX < weights * 18 * positions
    found = mnetcost.sweep(net, alpha="1,23/24", rho="1")
    assert found.mult_adds.tolist() == [[weights * 16 * positions], [weights * 18 * positions]]


# --- axes


def test_default_axes_are_the_papers():
    found = mnetcost.sweep("mobilenet_v1")
    assert found.alpha == (1, Fraction(3, 4), Fraction(1, 2), Fraction(1, 4))
    assert found.rho == (1, Fraction(6, 7), Fraction(5, 7), Fraction(4, 7))
    assert found.sides == ((224, 224), (192, 192), (160, 160), (128, 128))
    assert found.shape == found.params.shape == found.mult_adds.shape == (4, 4)
    assert found.mult_adds[:, 0].tolist() == [568_740_352, 325_400_448, 149_497_088, 41_030_272]
    assert found.mult_adds[0].tolist() == [568_740_352, 418_121_728, 290_675_200, 186_400_768]
    assert found.params[:, 3].tolist() == [4_209_088, 2_568_144, 1_319_648, 463_600]


def test_shape_is_alphas_by_rhos():
    found = mnetcost.sweep("mobilenet_v1", alpha=[1, "0.5"], rho="1,6/7,5/7", input="160x224")
    assert found.shape == found.params.shape == found.types["dense"].params.shape == (2, 3)
    assert found.sides == ((160, 224), (137, 192), (114, 160))
    assert found.mult_adds[0, 0] == 406_535_680
    assert found.input(1, 2) == (114, 160, 3)


@pytest.mark.parametrize(
    ("axis", "values"),
    [
        ("0.25:1:0.25", ("1/4", "1/2", "3/4", "1")),
        ("0.1:1:0.3", ("1/10", "2/5", "7/10", "1")),
        ("0.1:0.3:0.1", ("1/10", "1/5", "3/10")),
        ("1/7:1:2/7", ("1/7", "3/7", "5/7", "1")),
        ("1:0.25:-0.25", ("1", "3/4", "1/2", "1/4")),
        ("0.25:0.9:0.25", ("1/4", "1/2", "3/4")),
        ("0.5:0.5:1", ("1/2",)),
        ("2,0.25:0.5:0.25,1/3", ("2", "1/4", "1/2", "1/3")),
        (["1", 0.75, Fraction(1, 3), "0.5:1:0.5"], ("1", "3/4", "1/3", "1/2", "1")),
        (np.array([0.75, 0.1]), ("3/4", "1/10")),
        (0.35, ("7/20",)),
        (1, ("1",)),
    ],
)
def test_ranges_include_their_end(axis, values):
    expected = tuple(map(Fraction, values))
    assert mnetcost.sweep("mobilenet_v1", alpha=axis, rho="1").alpha == expected
    assert mnetcost.sweep("mobilenet_v1", alpha="1", rho=axis).rho == expected


@pytest.mark.parametrize("size", [None, "112x224", "224x160"])
def test_a_resolution_axis_is_a_rho_axis(size):
    by_px = mnetcost.sweep("mobilenet_v1", resolution="224,192,160:128:-32", input=size)
    by_rho = mnetcost.sweep("mobilenet_v1", rho="1,6/7,5/7,4/7", input=size)
    assert by_px.rho == by_rho.rho
    assert by_px.sides == by_rho.sides
    assert [max(sides) for sides in by_px.sides] == [224, 192, 160, 128]
    assert by_px.mult_adds.tolist() == by_rho.mult_adds.tolist()
    assert by_px.params.tolist() == by_rho.params.tolist()


@pytest.mark.parametrize(
    "axes",
    [
        {"rho": "1", "resolution": "224"},
        {"alpha": "0"},
        {"alpha": "-1"},
        {"alpha": ""},
        {"alpha": []},
        {"alpha": "0:1:0.1"},
        {"alpha": "0.1:1:0"},
        {"alpha": "0.1:1:-0.1"},
        {"alpha": "0.1:1"},
        {"alpha": "0.000001:1:0.000001"},
        {"rho": "x"},
        {"rho": "nan"},
        {"resolution": "192.5"},
        {"resolution": "96:128:1/3"},
        {"resolution": "0"},
    ],
)
def test_wrong_axes_are_refused(axes):
    with pytest.raises(mnetcost.UsageError):
        mnetcost.sweep("mobilenet_v1", **axes)
