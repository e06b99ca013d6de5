"""Impossible points of a sweep: the first is named, or they are masked; and none overflows."""

import pytest
from grids import (
    GROUPED,
    INT64_MAX,
    no_larger_than,
)
from networks import chain, codes

import mnetcost


@pytest.mark.parametrize(
    ("layers", "axes"),
    [
        (["relu"], {"alpha": "1,1e30"}),
        (
            ["global_avg_pool", "dense: {out: 2}"],
            {"resolution": "9,1" + "0" * 30},
        ),
    ],
)
def test_a_cheap_network_of_impossible_size_is_a_problem_not_an_overflow(layers, axes):
    head = "input: {height: 9, width: 7, channels: 4, scale: true}\nwidth: {round: floor}\n"
    with pytest.raises(mnetcost.SpecError) as error:
        mnetcost.sweep(chain(*layers, head=head), **axes)
    assert codes(error) == ["too-large"]


# --- what cannot be


@pytest.mark.parametrize(
    ("layers", "alpha", "rho"),
    [
        ("  - conv: {out: 8, groups: 4}\n", "1,0.9,0.5,0.3", "1,0.5"),
        ("  - conv: {out: 8, kernel: [5, 3], padding: valid}\n", "1,0.5", "1,0.4,0.3,0.5"),
        ("  - conv: {out: 8, kernel: [5, 3], padding: valid, groups: 4}\n", "1,0.9", "1,0.4"),
        # at single points alone: the values of the map must fill another
        ("  - conv: {out: 6}\n  - reshape: {height: 3, channels: 7}\n", "1,0.5,0.34", "1,0.5,0.3"),
        ("  - conv: {out: 8}\n  - flatten\n  - split: {into: 6}\n", "1,0.5,0.4", "1,0.5,0.3"),
        ("  - conv: {out: 8, groups: 4}\n", "0.9,0.3", "1,0.5"),
    ],
)
@pytest.mark.parametrize("basis", [{}, {"pass_": "training"}], ids=str)
def test_impossible_points_are_masked(layers, alpha, rho, basis):
    net = mnetcost.load(GROUPED + layers)
    grid = mnetcost.sweep(net, alpha, rho, invalid="mask", **basis)
    first = None
    for a, one in enumerate(alpha.split(",")):
        for r, other in enumerate(rho.split(",")):
            point = grid.point(a, r)
            try:
                cost = net.cost(one, other, **basis)
            except mnetcost.SpecError as error:
                first = first or error
                assert grid.params.mask[a, r]
                assert grid.mult_adds.mask[a, r]
                assert point[3:] == (None, None)
                continue
            assert not grid.mult_adds.mask[a, r]
            assert grid.mult_adds[a, r] == point.mult_adds == cost.mult_adds
            assert grid.params[a, r] == point.params == cost.params
    assert first is not None
    assert grid.count() == grid.mult_adds.count()
    with pytest.raises(mnetcost.SpecError) as error:
        mnetcost.sweep(net, alpha, rho, **basis)
    assert error.value.problems == first.problems


def test_a_product_of_both_axes_can_be_too_large():
    # 2**24 channels after flatten are allowed, at 512 · 512 px and 64 channels
    net = mnetcost.load(
        "input: {height: 512, width: 512, channels: 3}\nwidth: {round: floor, min: 1}\n"
        "layers:\n  - conv: {out: 64}\n  - flatten\n"
    )
    grid = mnetcost.sweep(net, "1,1.02,0.5,4", "1,0.5,1.002", invalid="mask")
    assert grid.mult_adds.mask.tolist() == [
        *([False, False, True], [True, False, True]),
        *([False, False, False], [True, False, True]),
    ]
    with pytest.raises(mnetcost.SpecError, match=r"too-large.*α = 1, ρ = 1.002 "):
        mnetcost.sweep(net, "1,1.02,0.5,4", "1,0.5,1.002")


@pytest.mark.parametrize(
    ("layer", "alpha", "rho"),
    [
        ("conv: {out: 8, groups: 4}", "0.9", "1,0.5"),
        ("conv: {out: 8, kernel: [5, 3], padding: valid}", "1,0.5", "0.3"),
    ],
)
def test_a_grid_that_is_nowhere_possible(layer, alpha, rho):
    net = mnetcost.load(f"{GROUPED}  - {layer}\n")
    grid = mnetcost.sweep(net, alpha, rho, invalid="mask")
    assert grid.mult_adds.mask.all()
    assert (grid.count(), grid.best(), grid.front()) == (0, None, ())


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


def test_an_alpha_that_is_impossible_has_no_place():
    """Groups of 4 divide 8 and 4 channels, and not 7."""
    net = mnetcost.load(GROUPED + "  - conv: {out: 8, groups: 4}\n")
    alpha, rho = mnetcost.sweep(net, "1,0.9,0.5,1", "1,0.5", invalid="mask").values.axes
    assert (alpha.places.tolist(), rho.places.tolist()) == ([0, -1, 1, 0], [0, 1])
    assert (alpha.weights().tolist(), rho.weights().tolist()) == ([2, 1], [1, 1])
    assert (alpha.first.tolist(), alpha.distinct) == ([0, 2], 2)
