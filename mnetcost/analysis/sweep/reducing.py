"""What a whole grid comes to, tile by tile: how many points fit a budget, and the best of them.

No grid is held. A tile whose extremes already decide it is not looked into, and one that is fits a
processor's cache; every distinct point is worked out once, for all the points that it stands for.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from typing import Any, NamedTuple

import numpy as np

from mnetcost.analysis.sweep.counting import Cost
from mnetcost.analysis.sweep.quantities import Array, Number, Products, products
from mnetcost.analysis.sweep.values import Values
from mnetcost.cost import FORWARD
from mnetcost.printed import read_budget

HEIGHT, WIDTH = 128, 1024  # of a tile: a megabyte of values


class Tile(NamedTuple):
    """Consecutive distinct α and ρ, by their places, and the numbers of the tile."""

    alphas: Array
    rhos: Array
    at: tuple[int, int]


class Extremes(NamedTuple):
    """No value of a tile is below `low` or above `high`, each an array over the tiles."""

    low: Array
    high: Array


class Limit(NamedTuple):
    """The most that a number may be."""

    number: Number
    most: int


def limits_of(cost: Cost, max_mult_adds: Any, max_params: Any) -> list[Limit]:
    """The limits that were given: whole numbers, or texts such as "150M". Raises UsageError."""
    budget = read_budget(max_mult_adds, max_params)
    FORWARD.limiting(budget)  # a sweep's own numbers are multiply-accumulates
    return [Limit(getattr(cost, kind), limit) for kind, limit in budget.limits().items()]


def tiles(values: Values) -> list[Tile]:
    """The distinct points, cut into tiles."""
    alphas, rhos = values.axes.distinct
    return [
        Tile(
            np.arange(top, min(top + HEIGHT, alphas)),
            np.arange(left, min(left + WIDTH, rhos)),
            (top // HEIGHT, left // WIDTH),
        )
        for top in range(0, alphas, HEIGHT)
        for left in range(0, rhos, WIDTH)
    ]


def extremes(values: Values, number: Number) -> Extremes | None:
    """Bounds of each tile, from those of its columns and rows; None where there are none."""
    if isinstance(number, int):
        number = products(number, values.axes.distinct)
    if not isinstance(number, Products):
        return None
    left, right = number.factors()
    if not left.size or not right.size or left.min() < 0 or right.min() < 0:
        return None
    down, across = np.arange(0, len(left), HEIGHT), np.arange(0, right.shape[1], WIDTH)
    low, high = (
        np.matmul(one.reduceat(left, down, axis=0), one.reduceat(right, across, axis=1))
        for one in (np.minimum, np.maximum)
    )
    return Extremes(low, high)


def count(values: Values, cost: Cost, max_mult_adds: Any, max_params: Any) -> int:
    """How many points are possible and within the budgets."""
    limits = limits_of(cost, max_mult_adds, max_params)
    down, across = values.axes.alpha.weights(), values.axes.rho.weights()
    inside, opened = _sorted_out(values, limits)
    total = sum(int(down[one.alphas].sum()) * int(across[one.rhos].sum()) for one in inside)
    alone = bool((down == 1).all() and (across == 1).all())

    def counted(tile: Tile) -> int:
        there = _fitting(values, limits, tile)
        if alone:
            return int(np.count_nonzero(there))
        return int(down[tile.alphas] @ (there @ across[tile.rhos]))

    return int(total + sum(each(counted, opened)))


def best(values: Values, cost: Cost, max_mult_adds: Any, max_params: Any) -> tuple[int, int] | None:
    """The place of the most mult-adds, then parameters, within the budgets, on both axes."""
    limits = limits_of(cost, max_mult_adds, max_params)
    inside, opened = _sorted_out(values, limits)
    found: tuple[int, int, int, int] | None = None
    bounds = extremes(values, cost.mult_adds)
    candidates = [*inside, *opened]
    if bounds is not None:
        candidates.sort(key=lambda tile: -bounds.high[tile.at])
    for tile in candidates:
        if bounds is not None and found is not None and bounds.high[tile.at] < found[0]:
            break
        one = _best_of(values, cost, limits, tile)
        found = one if found is None else max(found, one or found)
    return None if found is None else (-found[2], -found[3])


def _best_of(
    values: Values, cost: Cost, limits: Sequence[Limit], tile: Tile
) -> tuple[int, int, int, int] | None:
    """The most mult-adds, the most parameters of those, and the first place of these, negated."""
    there = _fitting(values, limits, tile)
    if not there.any():
        return None
    work = values.tile(cost.mult_adds, tile.alphas, tile.rhos)
    most = work[there].max()
    rows, columns = np.nonzero(there & (work == most))
    params = values.tile(cost.params, tile.alphas, tile.rhos)[rows, columns]
    richest = np.flatnonzero(params == params.max())[0]  # in α-major order, as the tile is
    a, r = tile.alphas[rows[richest]], tile.rhos[columns[richest]]
    alphas, rhos = values.axes
    return int(most), int(params[richest]), -int(alphas.first[a]), -int(rhos.first[r])


def _sorted_out(values: Values, limits: Sequence[Limit]) -> tuple[list[Tile], list[Tile]]:
    """The tiles that fit whole, and those that must be looked into; the others do not fit."""
    inside: list[Tile] = []
    opened: list[Tile] = []
    known = [(extremes(values, one.number), one.most) for one in limits]
    for tile in tiles(values):
        if any(one is not None and one.low[tile.at] > limit for one, limit in known):
            continue
        whole = all(one is not None and one.high[tile.at] <= limit for one, limit in known)
        (inside if whole and not values.bad else opened).append(tile)
    return inside, opened


def _fitting(values: Values, limits: Sequence[Limit], tile: Tile) -> Array:
    """Where the points of a tile are possible and within the budgets."""
    there = np.ones((len(tile.alphas), len(tile.rhos)), dtype=bool)
    for number, limit in limits:
        there &= values.tile(number, tile.alphas, tile.rhos) <= limit
    for one in values.bad:
        there &= ~one.tile(tile.alphas, tile.rhos)
    return there


def each(work: Any, found: Sequence[Tile]) -> Iterator[Any]:
    """The work of every tile, on as many threads as there are processors."""
    if len(found) < 2:
        return map(work, found)
    with ThreadPoolExecutor(cpu_count()) as threads:
        return iter(list(threads.map(work, found)))
