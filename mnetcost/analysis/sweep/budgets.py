"""Which points of a sweep are within a budget, and the largest of them."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any, NamedTuple, Self

import numpy as np

from mnetcost.analysis.sweep.quantities import Array
from mnetcost.analysis.sweep.sweep import CountSweep, Point
from mnetcost.printed import Budget


def within(budget: Budget, params: Any, mult_adds: Any) -> Array:
    """Where both arrays are within the limits; what is impossible is not.

    They are what the basis of the sweep counts, of a range the most.
    """
    counted = {"params": params, "mult_adds": mult_adds}
    found = np.ones(np.shape(params), dtype=bool)
    for kind, limit in budget.limits().items():
        found &= np.ma.filled(np.ma.less_equal(counted[kind], limit), False).astype(bool)
    return found


def fits(sweep: CountSweep, budget: Budget, alphas: slice = slice(None)) -> Array:
    """The same of the points at these α."""
    return within(budget, sweep.counted_params[alphas], _work(sweep)[alphas])


def _work(sweep: CountSweep) -> Any:
    """What the basis counts as work, of a range the most; mult-adds where it counts none."""
    convention = sweep.basis.convention
    return sweep.counted.high if convention is None or convention.counts_work else sweep.mult_adds


class Fitting(NamedTuple):
    """How many points of sweeps with other knobs are `held`, within a budget, and the largest.

    `best` is the one of the greatest α·ρ, of several the one with the most mult-adds, with its
    knobs and what its parameters and its work are counted as; None where nothing fits.
    """

    budget: Budget
    points: int
    held: int
    best: tuple[Mapping[str, Any], Point] | None

    @classmethod
    def of(cls, sweeps: Sequence[tuple[Mapping[str, Any], CountSweep]], budget: Budget) -> Self:
        """What of these is within the budget."""
        points = count = 0
        best: tuple[tuple[Fraction, int], Mapping[str, Any], Point] | None = None
        for knobs, sweep in sweeps:
            there = fits(sweep, budget)
            points, count = points + there.size, count + int(there.sum())
            for a, r in _largest(sweep, there):
                work = int(_work(sweep)[a, r])
                order = sweep.alpha[a] * sweep.rho[r], work
                if best is None or order > best[0]:
                    point = sweep.point(a, r)
                    params = int(sweep.counted_params[a, r])
                    best = order, knobs, point._replace(params=params, mult_adds=work)
        return cls(budget, points, count, best and best[1:])


def _largest(sweep: CountSweep, held: Array) -> Sequence[tuple[int, int]]:
    """The places that fit with the greatest α·ρ."""
    most, found = Fraction(0), list[tuple[int, int]]()
    for a, r in product(*map(range, held.shape)):
        capacity = sweep.alpha[a] * sweep.rho[r] if held[a, r] else most
        if capacity > most:
            most, found = capacity, []
        if held[a, r] and capacity == most:
            found.append((a, r))
    return found
