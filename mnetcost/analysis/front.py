"""The points of a grid that no other beats: the most capacity α·ρ for their cost.

Each wave of tiles is held against the front of those before. Capacities are compared in rough
first, by their logarithms: what costs no less than a point of the front that surely has more is
beaten, and only the few others are compared exactly.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm, log
from typing import NamedTuple, Self

import numpy as np

from mnetcost.analysis.factors import Array, Number, array_of, column, dtype_for, peak, row
from mnetcost.analysis.grid import Axis
from mnetcost.analysis.reductions import Tile, each, extremes, tiles
from mnetcost.analysis.values import Values

WAVE = 32  # tiles that are looked into together
STEPS = 2**16  # of rough capacity, from the least to the most
FINEST = 1e-9  # a step at least: far more than logarithms are off by


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


@dataclass(frozen=True, slots=True)
class _Capacity:
    """α·ρ of every distinct point: the exact factors, and the rough ones, in steps from 0."""

    alphas: Array
    rhos: Array
    rough_alphas: Array
    rough_rhos: Array

    @classmethod
    def of(cls, alphas: Sequence[Fraction], rhos: Sequence[Fraction]) -> Self:
        """The capacities of a grid."""
        exact = [_whole(alphas), _whole(rhos)]
        dtype = dtype_for(max(exact[0]) * max(exact[1]))
        logs = [np.array([_log(one) for one in values]) for values in (alphas, rhos)]
        step = max(sum(float(np.ptp(one)) for one in logs) / STEPS, FINEST)
        return cls(
            *(np.array(one, dtype=dtype) for one in exact),
            *((one - one.min()) / step for one in logs),
        )

    def product(self) -> Number:
        """All of them as a column times a row."""
        shape = len(self.alphas), len(self.rhos)
        return column(self.alphas.tolist(), shape) * row(self.rhos.tolist(), shape)

    def steps(self, alphas: Array, rhos: Array) -> Array:
        """The rough ones at these rows and columns, or points."""
        steps: Array = (self.rough_alphas[alphas] + self.rough_rhos[rhos]).astype(np.int64)
        return steps


def front(values: Values, cost: Number) -> list[tuple[int, int]]:
    """The places on both axes of the points that no other beats, cheapest first."""
    if not all(values.axes.distinct):
        return []
    tops = [_largest(axis) for axis in values.axes]
    capacity = _Capacity.of(
        *([axis.values[place] for place in found] for axis, found in zip(values.axes, tops))
    )
    found = _Front(*(np.empty(0, dtype=np.int64) for _ in _Front._fields))
    for wave in _waves(_promising(values, cost, capacity.product())):
        ceiling = _ceiling(found, capacity, peak(cost))
        opened = [one.tile for one in wave if not _hopeless(found, one)]
        points = each(lambda tile: _of_tile(values, cost, capacity, ceiling, tile), opened)  # noqa: B023 - used at once
        found = _joined(found, list(points))
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


def _whole(values: Sequence[Fraction]) -> list[int]:
    """The values over their common denominator."""
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


def _log(value: Fraction) -> float:
    return log(value.numerator) - log(value.denominator)


def _waves(found: Sequence[_Bounded]) -> Iterator[Sequence[_Bounded]]:
    """The first tile alone, then more and more: the first ones say most of the front."""
    place, size = 0, 1
    while place < len(found):
        yield found[place : place + size]
        place, size = place + size, min(2 * size, WAVE)


def _ceiling(found: _Front, capacity: _Capacity, largest: int) -> Array:
    """For each step of capacity, the least cost of a point of the front that surely has more."""
    reached = capacity.steps(found.alphas, found.rhos)
    steps = np.arange(int(capacity.rough_alphas.max() + capacity.rough_rhos.max()) + 1)
    # two steps up is more than one step of difference, whatever was rounded
    return np.concatenate((found.cost, array_of([largest + 1])))[
        np.searchsorted(reached, steps + 2)
    ]


def _of_tile(
    values: Values, cost: Number, capacity: _Capacity, ceiling: Array, tile: Tile
) -> _Front:
    """The possible points of a tile that may be on the front, in no order."""
    costs = values.tile(cost, tile.alphas, tile.rhos)
    there = costs < ceiling[capacity.steps(tile.alphas[:, None], tile.rhos[None])]
    for one in values.bad if there.any() else ():
        there &= ~one.tile(tile.alphas, tile.rhos)
    rows, columns = np.nonzero(there)
    alphas, rhos = tile.alphas[rows], tile.rhos[columns]
    exact = capacity.alphas[alphas] * capacity.rhos[rhos]
    return _Front(costs[rows, columns], exact, alphas, rhos)


def _joined(found: _Front, others: Sequence[_Front]) -> _Front:
    """The front of all: of equal cost the largest capacity, then the first place."""
    if not any(len(one.cost) for one in others):
        return found
    other = _Front(*(np.concatenate(parts) for parts in zip(*others)))
    kept = other.capacity > found.most(other.cost - 1)
    both = _Front(*(np.concatenate((mine, theirs[kept])) for mine, theirs in zip(found, other)))
    order = np.lexsort((both.rhos, both.alphas, -both.capacity, both.cost))
    capacity = both.capacity[order]
    before = np.maximum.accumulate(np.concatenate(([-1], capacity[:-1])))
    order = order[capacity > before]
    return _Front(*(part[order] for part in both))
