"""The JSON document of `mnetcost sweep`, a point at a time: a long one is never held."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product, repeat
from typing import Any

from mnetcost.analysis.sweep.budgets import fits
from mnetcost.analysis.sweep.grid import blocks, input_channels
from mnetcost.analysis.sweep.quantities import Array
from mnetcost.analysis.sweep.sweep import CostGrid, CountSweep
from mnetcost.conventions.tally import Bounds
from mnetcost.cost import Basis
from mnetcost.printed import Budget
from mnetcost.reports.documents import counted_document, types_document
from mnetcost.reports.settings import is_another, knobs_document

_NONE = 1  # where an impossible point stands: behind all, whose costs are negated
AT_ONCE = 10_000  # points whose numbers are Python's


def points_documents(
    sweeps: Sequence[tuple[Mapping[str, Any], CountSweep]],
    sort: str | None = None,
    budget: Budget | None = None,
) -> Iterable[dict[str, Any]]:
    """Every point of every sweep with the knobs that are swept: α-major, or the largest first.

    With a budget each says whether it fits.
    """
    points = _every_point(sweeps, budget)
    if sort is None:
        return points
    return sorted(points, key=lambda point: _NONE if point[sort] is None else -point[sort])


def _every_point(
    sweeps: Sequence[tuple[Mapping[str, Any], CountSweep]], budget: Budget | None
) -> Iterator[dict[str, Any]]:
    for knobs, sweep in sweeps:
        beside = {"set": knobs_document(knobs)} if knobs else {}
        for alphas in blocks(*sweep.shape, AT_ONCE):
            held = repeat({}) if budget is None else _held(sweep, budget, alphas)
            for point, fit in zip(_points(sweep, alphas), held):
                yield beside | point | fit


def _held(sweep: CountSweep, budget: Budget, alphas: slice) -> Iterator[dict[str, Any]]:
    """Whether each point at these α fits."""
    return ({"fits": one} for one in fits(sweep, budget, alphas).ravel().tolist())


def _points(sweep: CountSweep, alphas: slice) -> Iterator[dict[str, Any]]:
    """The points at these α; costs are null, and there are no types, where it is impossible."""
    places = product(
        zip(
            map(str, sweep.alpha[alphas]), input_channels(sweep.graph, sweep.alpha[alphas]).tolist()
        ),
        zip(map(str, sweep.rho), sweep.sides),
    )
    grids = sweep, *sweep.types.values()
    costs = zip(*(zip(*map(_ints, (one.params[alphas], one.mult_adds[alphas]))) for one in grids))
    counts = zip(*(_counts(one, sweep.basis, alphas) for one in grids))
    for ((alpha, channels), (rho, sides)), (cost, *each), (count, *own) in zip(
        places, costs, counts
    ):
        params, mult_adds = cost
        types = [] if params is None else types_document(dict(zip(sweep.types, each)))
        yield {
            "alpha": alpha,
            "rho": rho,
            "input": [*sides, channels],
            "params": params,
            "mult_adds": mult_adds,
            **count,
            "types": [one | beside for one, beside in zip(types, own)] if count else types,
        }


def _counts(grid: CostGrid, basis: Basis, alphas: slice) -> Iterable[dict[str, Any]]:
    """What a convention counts at each point, nothing without one."""
    if not is_another(basis):
        return repeat({})
    low, high, params = (_ints(one[alphas]) for one in (*grid.counted, grid.counted_params))
    return map(counted_document, repeat(basis), params, map(Bounds, low, high))


def _ints(values: Array) -> list[int | None]:
    """The values as Python has them; None where they are masked."""
    found: list[int | None] = values.ravel().tolist()
    return found
