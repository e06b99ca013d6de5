"""The points of a grid that no other beats: the most capacity α·ρ for their cost.

Capacities are compared in rough first, by their logarithms: what costs no less than a point that
surely has more is beaten. Only what is left after the last tile is compared exactly.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import lcm, log
from typing import NamedTuple, Self

import numpy as np

from mnetcost.analysis.sweep import reducing
from mnetcost.analysis.sweep.grid import Axis
from mnetcost.analysis.sweep.quantities import Array, Number, array_of, peak
from mnetcost.analysis.sweep.reducing import Tile, each, extremes, tiles
from mnetcost.analysis.sweep.values import Values

WAVE = 32  # tiles that are looked into together
STEPS = 2**16  # from the least capacity to the most
LONGEST = 10**1000  # common denominator that ratios are brought to
SMALL = 2**31  # a product of two below it is an int64
SURE = 1e-9  # a logarithm larger by so much is of a larger number, whatever was rounded


class _Points(NamedTuple):
    """Distinct α and ρ of some points, and what each costs."""

    cost: Array
    alphas: Array
    rhos: Array


@dataclass(frozen=True, slots=True)
class _Capacity:
    """The logarithm of α·ρ, above the least, as a sum of one for each α and one for each ρ."""

    alphas: Array
    rhos: Array

    @classmethod
    def of(cls, alphas: Sequence[Fraction], rhos: Sequence[Fraction]) -> Self:
        """The capacities of a grid."""
        logs = [
            np.array([log(one.numerator) - log(one.denominator) for one in values])
            for values in (alphas, rhos)
        ]
        return cls(*(one - one.min() for one in logs))

    @property
    def step(self) -> float:
        """The width of a step: at least what is sure."""
        return max(float(self.alphas.max() + self.rhos.max()) / STEPS, SURE)

    def most(self, tile: Tile) -> float:
        """No point of the tile has more."""
        return float(self.alphas[tile.alphas].max() + self.rhos[tile.rhos].max())


class _Bounded(NamedTuple):
    """A tile with the least cost and the largest capacity that it may have."""

    tile: Tile
    cost: int
    capacity: float


def front(values: Values, cost: Number) -> list[tuple[int, int]]:
    """The places on both axes of the points that no other beats, cheapest first."""
    if not all(values.axes.distinct):
        return []
    tops = [_largest(axis) for axis in values.axes]
    ratios = [[axis.values[place] for place in top] for axis, top in zip(values.axes, tops)]
    capacity = _Capacity.of(*ratios)
    nothing = np.empty(0, dtype=np.int64)
    found = _Points(nothing, nothing, nothing)
    unlimited = _ceiling(found, capacity, peak(cost))
    found = _thinned([_of_tile(values, cost, capacity, unlimited, _sample(values))], capacity)
    for wave in _waves(_promising(values, cost, capacity)):
        ceiling = _ceiling(found, capacity, peak(cost))
        opened = [one.tile for one in wave if one.cost < ceiling[int(one.capacity / capacity.step)]]
        look = partial(_of_tile, values, cost, capacity, ceiling)
        found = _thinned([found, *each(look, opened)], capacity)
    best = _unbeaten(found, ratios[0], ratios[1], tops[0])
    return [(int(tops[0][a]), int(tops[1][r])) for a, r in zip(best.alphas, best.rhos)]


def _largest(axis: Axis) -> Array:
    """The place of the largest value that each distinct one stands for: it costs no more."""
    found = axis.first.copy()
    for place, one in enumerate(axis.places):
        if one >= 0 and axis.values[place] > axis.values[found[one]]:
            found[one] = place
    return found


def _promising(values: Values, cost: Number, capacity: _Capacity) -> list[_Bounded]:
    """The tiles, those with the most capacity for their cost first."""
    costs = extremes(values, cost)
    found = [
        _Bounded(tile, 0 if costs is None else costs.low[tile.at], capacity.most(tile))
        for tile in tiles(values)
    ]
    return sorted(found, key=lambda one: one.capacity - log(one.cost + 1), reverse=True)


def _sample(values: Values) -> Tile:
    """Lines spread over both axes, their ends among them: most of a front to begin with."""
    alphas, rhos = (
        np.unique(np.linspace(0, size - 1, min(size, most)).astype(int))
        for size, most in zip(values.axes.distinct, (reducing.HEIGHT, reducing.WIDTH))
    )
    return Tile(alphas, rhos, (0, 0))


def _waves(found: Sequence[_Bounded]) -> Iterator[Sequence[_Bounded]]:
    """The first tile alone, then more and more: the first ones say most of the front."""
    place, size = 0, 1
    while place < len(found):
        yield found[place : place + size]
        place, size = place + size, min(2 * size, WAVE)


def _ceiling(found: _Points, capacity: _Capacity, largest: int) -> Array:
    """For each step of capacity, the least cost of a point that surely has more."""
    logs = capacity.alphas[found.alphas] + capacity.rhos[found.rhos]
    reached = np.maximum.accumulate((logs / capacity.step).astype(np.int64))
    steps = np.arange(STEPS + 1)  # two more steps are more than one step more
    costs = np.concatenate((found.cost, array_of([largest + 1])))
    ceiling: Array = costs[np.searchsorted(reached, steps + 2)]
    return ceiling


def _of_tile(
    values: Values, cost: Number, capacity: _Capacity, ceiling: Array, tile: Tile
) -> _Points:
    """The possible points of a tile below the ceiling."""
    costs = values.tile(cost, tile.alphas, tile.rhos)
    left, right = capacity.alphas[tile.alphas] / capacity.step, capacity.rhos[tile.rhos]
    steps = (left[:, None] + right[None] / capacity.step).astype(np.int32)
    there = costs < ceiling.take(steps, mode="clip")
    for one in values.bad if there.any() else ():
        there &= ~one.tile(tile.alphas, tile.rhos)
    rows, columns = np.nonzero(there)
    return _Points(costs[rows, columns], tile.alphas[rows], tile.rhos[columns])


def _thinned(some: Sequence[_Points], capacity: _Capacity) -> _Points:
    """The points, cheapest first, without those that surely have less than one before."""
    all_ = _Points(*(np.concatenate(parts) for parts in zip(*some)))
    logs = capacity.alphas[all_.alphas] + capacity.rhos[all_.rhos]
    order = np.lexsort((-logs, all_.cost))
    logs = logs[order]
    order = order[logs + SURE > np.maximum.accumulate(logs)]
    return _Points(*(part[order] for part in all_))


def _unbeaten(
    found: _Points, alphas: Sequence[Fraction], rhos: Sequence[Fraction], first: Array
) -> _Points:
    """Those that no other beats: of equal cost the largest capacity, then the first α.

    `first` is the place of each distinct α among all. Of equal capacity and α there is one ρ.
    """
    capacity = _exact(alphas)[found.alphas] * _exact(rhos)[found.rhos]
    order = np.lexsort((first[found.alphas], -capacity, found.cost))
    capacity = capacity[order]
    before = np.maximum.accumulate(np.concatenate(([-1], capacity[:-1])))
    order = order[capacity > before]
    return _Points(*(part[order] for part in found))


def _exact(values: Sequence[Fraction]) -> Array:
    """The values over their common denominator, as they are where that is too long."""
    common = 1
    for one in values:
        common = lcm(common, one.denominator)
        if common > LONGEST:
            return np.array(values, dtype=object)
    whole = [one.numerator * (common // one.denominator) for one in values]
    return np.array(whole, dtype=np.int64 if max(whole) < SMALL else object)
