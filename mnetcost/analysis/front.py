"""The points of a grid that no other beats: the most capacity α·ρ for their cost."""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import NamedTuple

import numpy as np

from mnetcost.analysis.factors import Array, Number, column, row
from mnetcost.analysis.grid import Axis
from mnetcost.analysis.reductions import Tile, extremes, tiles
from mnetcost.analysis.values import Values


class _Front(NamedTuple):
    """Rising cost and rising capacity, and the distinct α and ρ of each point."""

    cost: Array
    capacity: Array
    alphas: Array
    rhos: Array

    def most(self, cost: Array) -> Array:
        """The largest capacity for no more than these costs; -1 where there is none."""
        places = np.searchsorted(self.cost, cost, side="right")
        return np.concatenate(([-1], self.capacity))[places]


def front(values: Values, cost: Number) -> list[tuple[int, int]]:
    """The places on both axes of the points that no other beats, cheapest first."""
    alphas, rhos = values.axes
    if not all(values.axes.distinct):
        return []
    tops = _largest(alphas), _largest(rhos)
    shape = values.axes.distinct
    capacity = column(_whole(alphas, tops[0]), shape) * row(_whole(rhos, tops[1]), shape)
    found = _Front(*(np.empty(0, dtype=np.int64) for _ in _Front._fields))
    for tile in _promising(values, cost, capacity):
        if not _hopeless(found, tile):
            found = _joined(found, _of_tile(values, cost, capacity, tile.tile))
    return [(int(tops[0][a]), int(tops[1][r])) for a, r in zip(found.alphas, found.rhos)]


class _Bounded(NamedTuple):
    """A tile with the least cost and the largest capacity that it may have."""

    tile: Tile
    cost: int | None
    capacity: int


def _largest(axis: Axis) -> Array:
    """The place of the largest value that each distinct one stands for: it costs no more."""
    found = axis.first.copy()
    for place, one in enumerate(axis.places):
        if one >= 0 and axis.values[place] > axis.values[found[one]]:
            found[one] = place
    return found


def _whole(axis: Axis, places: Array) -> list[int]:
    """The values at these places over their common denominator."""
    values: Sequence[Fraction] = [axis.values[place] for place in places]
    common = lcm(*(one.denominator for one in values))
    return [one.numerator * (common // one.denominator) for one in values]


def _promising(values: Values, cost: Number, capacity: Number) -> list[_Bounded]:
    """The tiles, those with the most capacity for their cost first."""
    costs, capacities = extremes(values, cost), extremes(values, capacity)
    assert capacities is not None  # a product of columns and rows above zero
    found = [
        _Bounded(tile, None if costs is None else costs.low[tile.at], capacities.high[tile.at])
        for tile in tiles(values)
    ]
    return sorted(found, key=lambda one: one.capacity / ((one.cost or 0) + 1), reverse=True)


def _hopeless(found: _Front, tile: _Bounded) -> bool:
    """Whether a point of the front beats everything that the tile may hold."""
    return tile.cost is not None and bool(found.most(np.array([tile.cost]))[0] > tile.capacity)


def _of_tile(values: Values, cost: Number, capacity: Number, tile: Tile) -> _Front:
    """The possible points of a tile."""
    there = np.ones((len(tile.alphas), len(tile.rhos)), dtype=bool)
    for one in values.bad:
        there &= ~one.tile(tile.alphas, tile.rhos)
    rows, columns = np.nonzero(there)
    costs, capacities = (
        values.tile(one, tile.alphas, tile.rhos)[rows, columns] for one in (cost, capacity)
    )
    return _Front(costs, capacities, tile.alphas[rows], tile.rhos[columns])


def _joined(one: _Front, other: _Front) -> _Front:
    """The front of both: of equal cost the largest capacity, then the first place."""
    kept = other.capacity > one.most(other.cost - 1)
    both = _Front(*(np.concatenate((mine, theirs[kept])) for mine, theirs in zip(one, other)))
    order = np.lexsort((both.rhos, both.alphas, -both.capacity, both.cost))
    capacity = both.capacity[order]
    before = np.maximum.accumulate(np.concatenate(([-1], capacity[:-1])))
    order = order[capacity > before]
    return _Front(*(part[order] for part in both))
