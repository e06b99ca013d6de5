"""The grid of a sweep, every point of it, and its JSON document."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Self

from mnetcost.analysis.sweep import Sweep
from mnetcost.conventions.tally import Bounds
from mnetcost.cost import Count, share
from mnetcost.exact import ratio_text
from mnetcost.multipliers import make_setting
from mnetcost.reports.cost import header, types_document
from mnetcost.reports.measures import (
    PASS_WORDS,
    bound_cells,
    bound_columns,
    counted_document,
    unit_line,
)
from mnetcost.reports.notes import basis_notes, convention_notes, rounding_text, source_notes
from mnetcost.tables import Column, Kind, Report, Table

MAX_REPORTED = 100_000  # points; mnetcost.sweep takes more

Index = tuple[int, int]
Grid = list[list[int]]


class _Counts(NamedTuple):
    """Every number of a sweep that is printed, as Python ints."""

    params: Grid
    mult_adds: Grid
    counted: Bounds
    types: dict[str, tuple[Grid, Grid]]

    @classmethod
    def of(cls, sweep: Sweep) -> Self:
        """The numbers of a sweep."""
        types = {
            name: (one.params.tolist(), one.mult_adds.tolist()) for name, one in sweep.types.items()
        }
        counted = Bounds(*(one.tolist() for one in sweep.counted))
        return cls(sweep.params.tolist(), sweep.mult_adds.tolist(), counted, types)

    def bounds(self, index: Index) -> Bounds:
        """Both bounds of the convention's number at a point."""
        a, r = index
        return Bounds(self.counted.low[a][r], self.counted.high[a][r])

    def by_type(self, index: Index) -> dict[str, tuple[int, int]]:
        """(params, mult_adds) of each type at a point."""
        a, r = index
        return {
            name: (params[a][r], mult_adds[a][r])
            for name, (params, mult_adds) in self.types.items()
        }


def sweep_report(sweep: Sweep) -> Report:
    """The grids, the points and the types of a sweep."""
    counts = _Counts.of(sweep)
    return Report(
        title=f"{sweep.graph.name}: α × ρ",
        tables=(*_grids(sweep, counts), _points(sweep, counts)),
        notes=(
            *source_notes(sweep.graph),
            *convention_notes(sweep.basis, Count.of(sweep.graph, make_setting(sweep.graph.base))),
            *basis_notes(sweep.basis),
            ("Width", rounding_text(sweep.graph)),
        ),
        document={
            **header(sweep.graph, sweep.basis),
            "points": [_point(sweep, counts, index) for index in _indices(sweep)],
        },
        flat=_values(sweep, counts),
    )


def _indices(sweep: Sweep) -> Iterator[Index]:
    """Every grid point, α-major."""
    alphas, rhos = sweep.shape
    return ((a, r) for a in range(alphas) for r in range(rhos))


def _grids(sweep: Sweep, counts: _Counts) -> tuple[Table, ...]:
    """Mult-adds by α and ρ; parameters beside them, or as a grid where they depend on ρ."""
    convention = sweep.basis.convention
    by = " by α and input" + unit_line(sweep.basis)
    what = f"{convention.unit}s" if convention and convention.counts_work else "Mult-adds"
    mult_adds = _work(sweep, counts)
    if all(len(set(row)) == 1 for row in counts.params):
        beside = Column("params", "Parameters", Kind.INTEGER)
        rows = [(row[0], *others) for row, others in zip(counts.params, mult_adds)]
        return (_grid(what + by, sweep, (beside, *_columns(sweep)), rows),)
    return (
        _grid(what + by, sweep, _columns(sweep), mult_adds),
        _grid("Parameters by α and input", sweep, _columns(sweep), counts.params),
    )


def _grid(
    title: str, sweep: Sweep, columns: Sequence[Column], rows: Sequence[Sequence[int]]
) -> Table:
    return Table(
        "grid",
        title,
        (Column("alpha", "α", Kind.NUMBER, label=True), *columns),
        tuple((alpha, *row) for alpha, row in zip(sweep.alpha, rows)),
    )


def _columns(sweep: Sweep) -> tuple[Column, ...]:
    """One column a ρ, headed by the input's sides."""
    return tuple(
        Column(f"{height}x{width}", f"{height}×{width}\nρ = {ratio_text(rho)}", Kind.HEAT)
        for rho, (height, width) in zip(sweep.rho, sweep.sides)
    )


def _work(sweep: Sweep, counts: _Counts) -> Grid:
    """What the grid shows: mult-adds, or the number of the convention (the most, of a range)."""
    convention = sweep.basis.convention
    return counts.counted.high if convention and convention.counts_work else counts.mult_adds


def _ranged(counts: _Counts) -> bool:
    return bool(counts.counted.low != counts.counted.high)


def _points(sweep: Sweep, counts: _Counts) -> Table:
    """One row a point: its cost, and the share of the mult-adds in each type that has any."""
    largest, ranged = max(map(max, counts.mult_adds)), _ranged(counts)
    types = [name for name, (_, work) in counts.types.items() if any(map(any, work))]
    columns = (
        Column("alpha", "α", Kind.NUMBER, label=True),
        Column("rho", "ρ", Kind.NUMBER, label=True),
        Column("input", "Input", Kind.MAP),
        Column("params", "Parameters", Kind.INTEGER),
        Column("mult_adds", PASS_WORDS[sweep.basis.pass_], Kind.INTEGER),
        Column("bar", "", Kind.BAR, joined=True),
        *bound_columns(sweep.basis, ranged),
        *(Column(name, f"{name}\n%", Kind.SHARE) for name in types),
    )
    rows = []
    for a, r in _indices(sweep):
        params, mult_adds = counts.params[a][r], counts.mult_adds[a][r]
        shares = (share(counts.types[name][1][a][r], mult_adds) for name in types)
        row = (sweep.alpha[a], sweep.rho[r], sweep.input(a, r), params, mult_adds)
        counted = bound_cells(sweep.basis, ranged, counts.bounds((a, r)))
        rows.append((*row, share(mult_adds, largest), *counted, *shares))
    return Table("points", "Every point, with each type's share of mult-adds", columns, tuple(rows))


def _values(sweep: Sweep, counts: _Counts) -> Table:
    """One row a point, with each type's parameters and mult-adds: for CSV."""
    ranged = _ranged(counts)
    columns = [
        Column("alpha", "α", Kind.NUMBER, label=True),
        Column("rho", "ρ", Kind.NUMBER, label=True),
        Column("input", "Input", Kind.MAP),
        Column("params", "Parameters", Kind.INTEGER),
        Column("mult_adds", "Mult-adds", Kind.INTEGER),
        *bound_columns(sweep.basis, ranged),
    ]
    for name in sweep.types:
        columns.append(Column(f"{name}_params", name, Kind.INTEGER))
        columns.append(Column(f"{name}_mult_adds", name, Kind.INTEGER))
    rows = []
    for a, r in _indices(sweep):
        costs = (cost for pair in counts.by_type((a, r)).values() for cost in pair)
        totals = counts.params[a][r], counts.mult_adds[a][r]
        counted = bound_cells(sweep.basis, ranged, counts.bounds((a, r)))
        rows.append((sweep.alpha[a], sweep.rho[r], sweep.input(a, r), *totals, *counted, *costs))
    return Table("values", "Every point", tuple(columns), tuple(rows))


def _point(sweep: Sweep, counts: _Counts, index: Index) -> dict[str, Any]:
    a, r = index
    return {
        "alpha": str(sweep.alpha[a]),
        "rho": str(sweep.rho[r]),
        "input": list(sweep.input(a, r)),
        "params": counts.params[a][r],
        "mult_adds": counts.mult_adds[a][r],
        **counted_document(sweep.basis, None, counts.bounds(index)),
        "types": types_document(counts.by_type(index)),
    }
