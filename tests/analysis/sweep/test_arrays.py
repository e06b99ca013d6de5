"""Python ints, int64 arrays and arrays of exact objects agree bit for bit.

The same lines of the layers run on all three. Random networks of random layers are swept over
random multipliers, and every grid point is compared with `cost()` at that point; where a point is
impossible, the sweep must name the first one in α-major order. Beyond 2**63 the counts stay exact.
"""

import numpy as np
import pytest
from grids import INT64_MAX, axes, exact_objects, load_if_possible, specs
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


@settings(max_examples=150)
@given(specs(), axes, axes)
def test_random_networks(text, alpha, rho):
    net = load_if_possible(text)
    if net is not None:
        assert_three_agree(net, alpha, rho)


@pytest.mark.parametrize("size", ["", "160x256", "97x31"])
@pytest.mark.parametrize("name", ["mobilenet_v1", "mobilenet_v1_full", "mobilenet_v1_layer"])
def test_shipped_networks(name, size):
    text = mnetcost.load(name).graph.origin.text
    if size:
        height, width = size.split("x")
        text = text.replace("height: 224", f"height: {height}").replace("height: 14", "height: 31")
        text = text.replace("width: 224", f"width: {width}")
    assert_three_agree(mnetcost.load(text), "1,0.75,0.35,0.145,4/3", "1,6/7,0.3,5/4")


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
