"""Reductions of a grid are what plain loops over its points find, ties and all."""

from fractions import Fraction
from math import lcm

import numpy as np
import pytest
from grids import DENSE, GROUPED

import mnetcost
from mnetcost.analysis.sweep import front, reducing


def brute(grid, **limits):
    """Every point of a grid within the budgets, as (mult-adds, params, -a, -r)."""
    names = {"max_mult_adds": "mult_adds", "max_params": "params"}
    found = []
    for a, r in np.ndindex(grid.shape):
        point = grid.point(a, r)
        if point.params is not None and all(
            getattr(point, names[name]) <= limit for name, limit in limits.items()
        ):
            found.append((point.mult_adds, point.params, -a, -r))
    return found


def brute_front(grid, cost):
    """Every point against every other, in plain loops."""
    points = [grid.point(a, r) for a, r in np.ndindex(grid.shape)]
    points = [point for point in points if point.params is not None]
    kept = []
    for place, one in enumerate(points):
        mine = one.alpha * one.rho, -getattr(one, cost)
        beaten = any(
            (other.alpha * other.rho, -getattr(other, cost)) != mine
            and other.alpha * other.rho >= mine[0]
            and -getattr(other, cost) >= mine[1]
            for other in points
        )
        equal = any(
            (other.alpha * other.rho, -getattr(other, cost)) == mine for other in points[:place]
        )
        if not beaten and not equal:
            kept.append(one)
    return tuple(sorted(kept, key=lambda one: getattr(one, cost)))


# mult-adds that follow ρ alone, and parameters that follow α: as much work, other parameters
TRAINED = """
input: {height: 6, width: 9, channels: 3}
width: {round: floor, min: 1}
layers:
  - conv: {out: 4, scale: false}
  - branches:
      - training_only: true
        layers:
          - conv: {out: 40}
"""
# work and capacity are both as α·ρ: (0.5, 1) and (1, 0.5) cost the same and hold the same
LINEAR = """
input: {height: 1, width: 64, channels: 3}
width: {round: floor, min: 1}
layers:
  - conv: {out: 64}
"""

GRIDS = [
    (TRAINED, "0.25:1:0.05", "1,0.5,0.8"),
    (LINEAR, "1,0.25,0.75,0.5,2", "0.25,0.5,1,0.75,2,4"),
    (LINEAR, "0.25,0.5,1,2", "4,2,1,0.5"),
    # as much work and capacity for 0.2525 · 1 and 0.505 · 0.5; 0.505 has the channels of 0.5
    (LINEAR, "0.5,0.2525,0.505", "0.5,1"),
    (LINEAR, "0.5000000000001,0.25,1", "1,0.5,0.2500000000001"),  # products beyond int64
    ("mobilenet_v1", "0.1:1:0.05,0.9,0.901", "0.3:1.2:0.07"),
    (DENSE, "0.3:1.2:0.05", "0.3:1.3:0.1"),
    (GROUPED + "  - conv: {out: 8, groups: 4}\n", "0.25:2:0.05", "1,0.5,0.51"),
    (GROUPED + "  - conv: {out: 8}\n  - flatten\n  - split: {into: 6}\n", "0.3:2:0.1", "0.3:2:0.1"),
]


@pytest.mark.parametrize("tile", [(128, 1024), (3, 2)])
@pytest.mark.parametrize(("text", "alpha", "rho"), GRIDS, ids=lambda text: text[-20:])
@pytest.mark.parametrize("objects", [False, True])
def test_reductions_are_those_of_plain_loops(  # noqa: PLR0917 - each its own axis
    text, alpha, rho, tile, objects, monkeypatch
):
    monkeypatch.setattr(reducing, "HEIGHT", tile[0])
    monkeypatch.setattr(reducing, "WIDTH", tile[1])
    monkeypatch.setattr(front, "STEPS", tile[1] * 8)
    if objects:
        monkeypatch.setattr("mnetcost.analysis.sweep.quantities.LARGEST", -1)
        monkeypatch.setattr("mnetcost.analysis.sweep.quantities.EXACT_FLOAT", -1)
        monkeypatch.setattr(front, "SMALL", 0)
        monkeypatch.setattr(front, "LONGEST", 0)
    grid = mnetcost.sweep(text, alpha, rho, invalid="mask")
    values = sorted({one[0] for one in brute(grid)})
    params = sorted({one[1] for one in brute(grid)})
    middle = values[len(values) // 2], params[len(params) // 2]
    for limits in (
        {},
        {"max_mult_adds": middle[0]},
        {"max_mult_adds": middle[0] - 1},
        {"max_params": middle[1]},
        {"max_mult_adds": middle[0], "max_params": middle[1]},
        {"max_mult_adds": 1},
    ):
        found = brute(grid, **limits)
        assert grid.count(**limits) == len(found)
        best = grid.best(**limits)
        assert best == (grid.point(-max(found)[2], -max(found)[3]) if found else None)
    for cost in ("mult_adds", "params"):
        assert grid.front(cost) == brute_front(grid, cost)


def test_a_budget_at_a_breakpoint():
    # 0.5 gives 256 of 512 channels, and a hair less gives 255
    net = mnetcost.load(
        "input: {height: 7, width: 5, channels: 4}\nwidth: {round: floor, min: 1}\n"
        "layers:\n  - conv: {out: 512}\n"
    )
    grid = mnetcost.sweep(net, "0.499999,0.5,0.500001,0.501953125", 1)
    assert grid.count(max_params=4 * 256 - 1) == 1
    assert grid.count(max_params=4 * 256) == 3
    assert grid.best(max_params=4 * 256).alpha == Fraction(1, 2)
    assert grid.best(max_mult_adds=35 * 4 * 256 - 1).params == 4 * 255
    assert grid.count(max_params="1.024K") == grid.count(max_params=1024.0) == 3
    for wrong in (-1, "many", True, [1]):
        with pytest.raises(mnetcost.UsageError, match="max-params"):
            grid.count(max_params=wrong)


def test_a_billion_points_are_reduced_without_being_held():
    grid = mnetcost.sweep(
        "mobilenet_v1", np.linspace(0.1, 1, 40_000), np.linspace(0.2, 1.2, 25_000)
    )
    limit = 150_000_000
    assert 0 < grid.count(max_mult_adds=limit) < 1_000_000_000
    assert grid.best(max_mult_adds=limit).mult_adds <= limit


@pytest.mark.parametrize("long", [False, True])
def test_a_front_of_long_denominators(long):
    primes = [one for one in range(10_000, 11_000) if all(one % two for two in range(2, 105))]
    alpha = [Fraction(1, one) for one in primes]
    if long:  # too long to be brought to one denominator
        alpha = [Fraction(10**16, one * 10**16 + 1) for one in primes]
    wide = LINEAR.replace("out: 64", "out: 16777216")
    grid = mnetcost.sweep(wide, alpha, [Fraction(one, 97) for one in (90, 49, 1)])
    assert grid.values.axes.distinct == (83, 3)
    assert (lcm(*(one.denominator for one in alpha)) > front.LONGEST) == long
    assert grid.front() == brute_front(grid, "mult_adds")
