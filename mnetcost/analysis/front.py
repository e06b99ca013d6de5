"""The points of a grid that no other beats: the most capacity α·ρ for their cost."""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import NamedTuple, Self

import numpy as np

from mnetcost.analysis.factors import (
    Array,
    Number,
    Products,
    column,
    dtype_for,
    products,
    row,
)
from mnetcost.analysis.grid import Axis
from mnetcost.analysis.reductions import HEIGHT, WIDTH, Tile, extremes, tiles
from mnetcost.analysis.values import Values
from mnetcost.problems import UsageError

STEPS = 14  # bits of the number of steps that the costs of a tile are sorted into: a cache's worth
WAITING = 2**16  # points that are sorted into the front at once
LARGEST_COMMON = 10**1000  # denominator of the values of an axis
ERROR = 1e-14  # relative, beyond that of a product of two floats and their conversion


class _Front(NamedTuple):
    """Rising cost and rising capacity, and the distinct α and ρ of each point.

    `near` is the capacity in floats.
    """

    cost: Array
    capacity: Array
    near: Array
    alphas: Array
    rhos: Array

    def most(self, cost: Array) -> Array:
        """The largest capacity for no more than these costs; -1 where there is none."""
        return self._of(self.capacity, cost)

    def nearly(self, cost: Array) -> Array:
        """The same in floats."""
        return self._of(self.near, cost)

    def _of(self, held: Array, cost: Array) -> Array:
        places = np.searchsorted(self.cost, cost, side="right")
        return np.concatenate(([-1], held))[places]


def front(values: Values, cost: Number) -> list[tuple[int, int]]:
    """The places on both axes of the points that no other beats, cheapest first."""
    alphas, rhos = values.axes
    if not all(values.axes.distinct):
        return []
    tops = _largest(alphas), _largest(rhos)
    grid = _Grid.of(values, cost, tops)
    found = _Front(*(np.empty(0, dtype=np.int64) for _ in _Front._fields))
    found = _joined(found, grid.unbeaten(_sample(values), found))
    waiting: list[_Front] = []
    for tile in _promising(values, cost, grid.capacity):
        if not _hopeless(found, tile):
            waiting.append(grid.unbeaten(tile.tile, found))
        if sum(len(one.cost) for one in waiting) > WAITING:
            found, waiting = _joined(found, _together(waiting)), []
    found = _joined(found, _together([found, *waiting]))
    return [(int(tops[0][a]), int(tops[1][r])) for a, r in zip(found.alphas, found.rhos)]


class _Grid(NamedTuple):
    """What the points of a grid cost and hold; `near` is what they hold in floats, A · R."""

    values: Values
    cost: Number
    capacity: Products
    near: tuple[Array, Array]

    @classmethod
    def of(cls, values: Values, cost: Number, tops: tuple[Array, Array]) -> Self:
        """The grid of a cost, with the α and ρ at these places."""
        shape, axes = values.axes.distinct, values.axes
        whole = [_whole(axis, places) for axis, places in zip(axes, tops)]
        down, across = (
            np.array([float(axis.values[place]) for place in places])
            for axis, places in zip(axes, tops)
        )
        capacity = products(column(whole[0], shape) * row(whole[1], shape), shape)
        return cls(values, cost, capacity, (down[:, None], across[None]))

    def unbeaten(self, tile: Tile, found: _Front) -> _Front:
        """The possible points of a tile that a first look does not show to be beaten."""
        costs = self.values.tile(self.cost, tile.alphas, tile.rhos)
        there = self._hopeful(costs, tile, found)
        for one in self.values.bad:
            there &= ~one.tile(tile.alphas, tile.rhos)
        rows, columns = np.nonzero(there)
        alphas, rhos = tile.alphas[rows], tile.rhos[columns]
        ((down, across),) = self.capacity.terms.values()
        dtype = dtype_for(self.capacity.peak)
        capacities = down.values[alphas].astype(dtype) * across.values[rhos].astype(dtype)
        near = self.near[0][alphas, 0] * self.near[1][0, rhos]
        return _Front(costs[rows, columns], capacities, near, alphas, rhos)

    def _hopeful(self, costs: Array, tile: Tile, found: _Front) -> Array:
        """Where no point of the front that costs no more holds more, by a step of the costs.

        Costs are sorted into steps of equal height; what the front holds at the foot of a step
        beats whatever is on it and holds less. Floats decide only what is beyond their error.
        """
        if not len(found.cost) or costs.dtype == object:
            return np.ones(costs.shape, dtype=bool)
        low, high = int(costs.min()), int(costs.max())
        shift = max(0, (high - low).bit_length() - STEPS)
        feet = low + (np.arange(((high - low) >> shift) + 1, dtype=np.int64) << shift)
        held = found.nearly(feet.astype(costs.dtype)) * (1 - ERROR)
        steps = (costs - low).astype(np.int64, copy=False) >> shift
        capacities = self.near[0][tile.alphas] * self.near[1][:, tile.rhos]
        return np.asarray(capacities >= held.take(steps))


def _sample(values: Values) -> Tile:
    """Lines that are spread over both axes, their ends among them: a front to begin with."""
    sizes = zip(values.axes.distinct, (HEIGHT, WIDTH))
    alphas, rhos = (
        np.unique(np.linspace(0, size - 1, min(size, most)).astype(int)) for size, most in sizes
    )
    return Tile(alphas, rhos, (0, 0))


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
    """The values at these places over their common denominator. Raises UsageError for none."""
    values: Sequence[Fraction] = [axis.values[place] for place in places]
    common = 1
    for one in values:
        common = lcm(common, one.denominator)
        if common > LARGEST_COMMON:
            raise UsageError("front: α·ρ of so many denominators are too long to compare")
    return [one.numerator * (common // one.denominator) for one in values]


def _promising(values: Values, cost: Number, capacity: Number) -> list[_Bounded]:
    """The tiles, those with the most capacity for their cost first."""
    costs, capacities = extremes(values, cost), extremes(values, capacity)
    assert capacities is not None  # a product of columns and rows above zero
    found = [
        _Bounded(tile, None if costs is None else costs.low[tile.at], capacities.high[tile.at])
        for tile in tiles(values)
    ]
    return sorted(
        found, key=lambda one: Fraction(int(one.capacity), int(one.cost or 0) + 1), reverse=True
    )


def _hopeless(found: _Front, tile: _Bounded) -> bool:
    """Whether a point of the front beats everything that the tile may hold."""
    return tile.cost is not None and bool(found.most(np.array([tile.cost]))[0] > tile.capacity)


def _together(fronts: Sequence[_Front]) -> _Front:
    return _Front(*(np.concatenate(parts) for parts in zip(*fronts)))


def _joined(one: _Front, other: _Front) -> _Front:
    """The front of both: of equal cost the largest capacity, then the first place."""
    kept = other.capacity > one.most(other.cost - 1)
    both = _Front(*(np.concatenate((mine, theirs[kept])) for mine, theirs in zip(one, other)))
    order = np.lexsort((both.rhos, both.alphas, -both.capacity, both.cost))
    capacity = both.capacity[order]
    before = np.maximum.accumulate(np.concatenate(([-1], capacity[:-1])))
    order = order[capacity > before]
    return _Front(*(part[order] for part in both))
