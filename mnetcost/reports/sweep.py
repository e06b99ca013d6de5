"""The grid of a sweep and every point of it, as tables; of a long one both ends."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from mnetcost.analysis.sweep.budgets import Fitting, fits
from mnetcost.analysis.sweep.sweep import CostGrid, CountSweep, Point
from mnetcost.conventions.tally import Bounds
from mnetcost.cost import Basis, share
from mnetcost.exact import ratio_text
from mnetcost.multipliers import Setting
from mnetcost.printed import Budget
from mnetcost.reports.fit_parts import budget_text, costs_text, setting_text
from mnetcost.reports.measures import (
    PASS_WORDS,
    cost_headers,
    knob_cells,
    knob_columns,
    own_cells,
    own_columns,
)
from mnetcost.reports.notes import (
    basis_notes,
    convention_notes,
    file_width_notes,
    own_counts,
    rounding_text,
    source_notes,
)
from mnetcost.reports.settings import knobs_text
from mnetcost.tabular import Column, Kind, Page, Table

MAX_REPORTED = 100_000  # points; mnetcost.sweep takes more
MAX_SHOWN = 2_000  # points of tables; who reads more has a program do it
ALL_POINTS = "CSV, JSON and Parquet have every one (--format csv or json, -o FILE.parquet)"

NONE = (None,)
Grid = list[list[int | None]]  # None where the network is impossible
Knobbed: TypeAlias = tuple[Mapping[str, Any], CountSweep]


def sweep_report(  # noqa: PLR0913 - what to show of it
    sweeps: Sequence[Knobbed],
    shape: tuple[int, int] | None = None,
    sort: str | None = None,
    warnings: Iterable[str] = (),
    *,
    elsewhere: str = ALL_POINTS,
    fitting: Fitting | None = None,
) -> Page:
    """The grids and the points of a sweep, or the points of several as one table with their knobs.

    Points are α-major, or those with the most of `sort` first, and then no grid is shown. Of
    sweeps of this `shape` the ends are shown, and `elsewhere` says what has the rest. `fitting`
    says what of all points fits a budget.
    """
    knobs, sweep = sweeps[0]
    several, points = len(sweeps) > 1, sum(math.prod(one.shape) for _, one in sweeps)
    part = _left_out(sweep, shape or sweep.shape)
    if sort is not None and points > MAX_SHOWN:
        part = f"\n(only the {MAX_SHOWN:,} largest of {points:,})"
    grids = () if several or sort is not None else _tables(sweep)
    head = f"{knobs_text(knobs)}: " if knobs and not several else ""
    return Page(
        title=f"{sweep.graph.name}: " + ", ".join(["α × ρ", *(knobs if several else ())]),
        answer=() if fitting is None else (fitting_text(fitting, sweep.basis),),
        tables=tuple(
            one._replace(title=f"{head}{one.title}{part}")
            for one in (*grids, _points(sweeps, sort, fitting and fitting.budget))
        ),
        notes=(
            *((("All points", elsewhere),) if part else ()),
            *source_notes(sweep.graph),
            *convention_notes(sweep.basis, own_counts(one.graph for _, one in sweeps)),
            *basis_notes(sweep.basis),
            ("Width", rounding_text(sweep.graph)),
            *file_width_notes(sweep.graph),
        ),
        warnings=tuple(warnings),
    )


def fitting_text(fitting: Fitting, basis: Basis) -> str:
    """How many points fit, and the largest of them, in a sentence."""
    budget = budget_text(fitting.budget, basis)
    if fitting.best is None:
        return f"None of the {fitting.points:,} points fits {budget}."
    knobs, point = fitting.best
    place = ", ".join(filter(None, (knobs_text(knobs), _place(point))))
    verb = "fits" if fitting.held == 1 else "fit"
    return (
        f"{fitting.held:,} of {fitting.points:,} points {verb} {budget}; the largest α·ρ of them: "
        f"{place}, with {costs_text(point, basis)}."
    )


def budget_document(fitting: Fitting | None, basis: Basis) -> dict[str, Any]:
    """What the head of the document says of a budget, where there is one."""
    if fitting is None:
        return {}
    return {"budget": fitting.budget.limits(), "answer": fitting_text(fitting, basis)}


def _place(point: Point) -> str:
    return setting_text(Setting(point.alpha, point.rho, point.input.h, point.input.w))


def _tables(sweep: CountSweep) -> tuple[Table, ...]:
    """Work by α and ρ; parameters beside it, or as a grid where they depend on ρ."""
    header, columns = cost_headers(sweep.basis)["params"], _columns(sweep)
    counted: Grid = sweep.counted_params.tolist()
    beside = [sorted({one for one in row if one is not None}) for row in counted]
    if any(len(found) > 1 for found in beside):
        title = f"{header} by α and input{_least(sweep)}".replace("\n", " ")
        params = _grid(title, sweep, columns, counted)
        return (*(_grid(title, sweep, columns, work) for title, work in _work(sweep)), params)
    columns = (Column("params", header, Kind.AMOUNT), *columns)
    return tuple(
        _grid(title, sweep, columns, [(*(found or NONE), *row) for found, row in zip(beside, work)])
        for title, work in _work(sweep)
    )


def _work(sweep: CountSweep) -> Iterator[tuple[str, Grid]]:
    """What the grids show, titled: mult-adds, or the convention's number or both its bounds."""
    convention, by = sweep.basis.convention, f" by α and input{_least(sweep)}"
    if convention is None or not convention.counts_work:
        yield f"Mult-adds{by}", sweep.mult_adds.tolist()
        return
    low, high = (one.tolist() for one in sweep.counted)
    if low == high or sweep.graph.at_least:  # whose most nobody knows
        yield f"{convention.unit}s{by}", low
        return
    for words, work in ((", at least", low), (", at most", high)):
        yield f"{convention.unit}s{by}{words}", work


def _least(sweep: CountSweep) -> str:
    return ", at least" if sweep.graph.at_least else ""


def _grid(
    title: str, sweep: CountSweep, columns: Sequence[Column], rows: Sequence[Sequence[int | None]]
) -> Table:
    return Table(
        "grid",
        title,
        (Column("alpha", "α", Kind.NUMBER), *columns),
        tuple((alpha, *row) for alpha, row in zip(sweep.alpha, rows)),
    )


def _columns(sweep: CountSweep) -> tuple[Column, ...]:
    """One column a ρ, headed by the input's sides."""
    return tuple(
        Column(f"{height}x{width}", f"{height}×{width}\nρ = {ratio_text(rho)}", Kind.HEAT)
        for rho, (height, width) in zip(sweep.rho, sweep.sides)
    )


def _points(sweeps: Sequence[Knobbed], sort: str | None, budget: Budget | None) -> Table:
    """One row a point: its cost, and of one sweep the share of the mult-adds in each type."""
    _, first = sweeps[0]
    several = len(sweeps) > 1
    types = {} if several else {k: one for k, one in first.types.items() if one.mult_adds.any()}
    ranged = any((one.counted.low != one.counted.high).any() for _, one in sweeps)
    order = _order(sweeps, sort)
    labels = knob_columns([one for one, _ in sweeps]) if several else ()
    rows: dict[int, tuple[Any, ...]] = {}
    start = 0
    for own, sweep in sweeps:
        end = start + math.prod(sweep.shape)
        places = order[(start <= order) & (order < end)]
        label = knob_cells(own, labels)
        found = _rows(sweep, places - start, types, ranged, budget)
        rows.update(zip(places.tolist(), (label + row for row in found)))
        start = end
    columns = (
        *labels,
        Column("alpha", "α", Kind.NUMBER),
        Column("rho", "ρ", Kind.NUMBER),
        Column("input", "Input", Kind.MAP, leaves=7),
        Column("params", "Weights", Kind.AMOUNT),
        Column("mult_adds", PASS_WORDS[first.basis.pass_], Kind.AMOUNT),
        *((Column("fits", "Fits", Kind.FLAG),) if budget else ()),
        Column("bar", "", Kind.BAR, leaves=9),
        *own_columns(first.basis, ranged),
        *(Column(name, f"{name}\n%", Kind.SHARE, leaves=8) for name in types),
    )
    words = "" if several else ", with each type's share of mult-adds"
    title = f"Every point{words}{_least(first)}"
    return Table("points", title, columns, tuple(rows[number] for number in order.tolist()))


def _order(sweeps: Sequence[Knobbed], sort: str | None) -> Any:
    """Which points are shown, each by its number in all sweeps together."""
    if sort is None:
        return np.arange(sum(math.prod(one.shape) for _, one in sweeps))
    costs = [np.ma.filled(getattr(one, sort), -1).ravel() for _, one in sweeps]
    return np.argsort(-np.concatenate(costs), kind="stable")[:MAX_SHOWN]


def _rows(
    sweep: CountSweep,
    places: Any,
    types: Mapping[str, CostGrid],
    ranged: bool,
    budget: Budget | None,
) -> Iterator[tuple[Any, ...]]:
    """The rows of points, each by its number α-major: all but the knobs."""
    arrays = (sweep.params, sweep.mult_adds, *sweep.counted, sweep.counted_params)
    numbers = [_at(one, places) for one in arrays]
    each = [_at(one.mult_adds, places) for one in types.values()]
    across = sweep.shape[1]
    held = fits(sweep, budget).ravel() if budget else None
    for place, (params, work, low, high, own), *parts in zip(places.tolist(), zip(*numbers), *each):
        a, r = divmod(place, across)
        none = work is None
        yield (
            *(sweep.alpha[a], sweep.rho[r], sweep.input(a, r), params, work),
            *(() if held is None else (bool(held[place]),)),
            Fraction(work or 0),
            *own_cells(sweep.basis, ranged, own, Bounds(low, high)),
            *(None if none else share(one, work) for one in parts),
        )


def _at(numbers: Any, places: Any) -> list[int | None]:
    """The numbers at these points, as Python has them; None where the network is impossible."""
    found: list[int | None] = numbers.ravel()[places].tolist()
    return found


def ends(sweep: CountSweep, points: int) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]]:
    """The α and the ρ at both ends of the axes, of about so many points together."""
    alphas, rhos = sweep.shape
    across = min(rhos, max(math.isqrt(points), points // alphas))
    return _ends(sweep.alpha, points // across), _ends(sweep.rho, across)


def _ends(values: tuple[Fraction, ...], most: int) -> tuple[Fraction, ...]:
    if len(values) <= most:
        return values
    return values[: most - most // 2] + values[len(values) - most // 2 :]


def _left_out(shown: CountSweep, shape: tuple[int, int]) -> str:
    """Which part of a grid of this shape the tables show, if not all of it."""
    parts = [
        f"the first {few - few // 2:,} and the last {few // 2:,} of {every:,} {sign}"
        for few, every, sign in zip(shown.shape, shape, "αρ")
        if few < every
    ]
    return f"\n(only {', '.join(parts)})" if parts else ""
