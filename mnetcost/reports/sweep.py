"""The grid of a sweep and every point of it, as tables; of a long one both ends."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import chain
from math import isqrt
from typing import Any, NamedTuple, Self

from mnetcost.analysis.sweep.sweep import CostGrid, CountSweep
from mnetcost.conventions.tally import Bounds
from mnetcost.cost import Count, share
from mnetcost.exact import ratio_text
from mnetcost.multipliers import make_setting
from mnetcost.reports.measures import (
    PASS_WORDS,
    cost_headers,
    own_cells,
    own_columns,
    unit_line,
)
from mnetcost.reports.notes import basis_notes, convention_notes, rounding_text, source_notes
from mnetcost.reports.settings import knobs_text
from mnetcost.tabular import Column, Kind, Page, Table

MAX_REPORTED = 100_000  # points; mnetcost.sweep takes more
MAX_SHOWN = 2_000  # points of tables; who reads more has a program do it
ALL_POINTS = "--format csv and json have every one, -o FILE.parquet too"

Index = tuple[int, int]
Grid = list[list[int | None]]  # None where the network is impossible


class _Grids(NamedTuple):
    """The numbers of a network or a type at every point, as Python ints; at one point without."""

    params: Any
    mult_adds: Any
    counted: Bounds
    counted_params: Any

    @classmethod
    def of(cls, grid: CostGrid) -> Self:
        """The numbers of a sweep, or of one of its types."""
        counted = Bounds(*(one.tolist() for one in grid.counted))
        return cls(
            grid.params.tolist(), grid.mult_adds.tolist(), counted, grid.counted_params.tolist()
        )

    def at(self, index: Index) -> "_Grids":
        """The numbers at a point, each None where it is impossible."""
        a, r = index
        counted = Bounds(*(one[a][r] for one in self.counted))
        return _Grids(self.params[a][r], self.mult_adds[a][r], counted, self.counted_params[a][r])


class _Counts(NamedTuple):
    """Every number of a sweep that is printed; whether the convention's is a range anywhere."""

    whole: _Grids
    types: dict[str, _Grids]
    ranged: bool

    @classmethod
    def of(cls, sweep: CountSweep) -> Self:
        """The numbers of a sweep."""
        whole = _Grids.of(sweep)
        types = {name: _Grids.of(one) for name, one in sweep.types.items()}
        return cls(whole, types, bool(whole.counted.low != whole.counted.high))


def sweep_report(sweep: CountSweep, shape: tuple[int, int] | None = None) -> Page:
    """The grids and the points of a sweep, which shows the ends of one of `shape`."""
    counts, part = _Counts.of(sweep), _left_out(sweep, shape or sweep.shape)
    tables = (*_tables(sweep, counts), _points(sweep, counts))
    every = (("All points", ALL_POINTS),) if part else ()
    return Page(
        title=f"{sweep.graph.name}: α × ρ",
        tables=tuple(one._replace(title=f"{one.title}{part}") for one in tables),
        notes=(
            *every,
            *source_notes(sweep.graph),
            *convention_notes(sweep.basis, Count.of(sweep.graph, make_setting(sweep.graph.base))),
            *basis_notes(sweep.basis),
            ("Width", rounding_text(sweep.graph)),
        ),
    )


def _indices(sweep: CountSweep) -> Iterator[Index]:
    """Every grid point, α-major."""
    alphas, rhos = sweep.shape
    return ((a, r) for a in range(alphas) for r in range(rhos))


def _tables(sweep: CountSweep, counts: _Counts) -> tuple[Table, ...]:
    """Work by α and ρ; parameters beside it, or as a grid where they depend on ρ."""
    header, columns = cost_headers(sweep.basis)["params"], _columns(sweep)
    beside = [
        sorted({one for one in row if one is not None}) for row in counts.whole.counted_params
    ]
    if any(len(found) > 1 for found in beside):
        title = f"{header} by α and input".replace("\n", " ")
        params = _grid(title, sweep, columns, counts.whole.counted_params)
        return (
            *(_grid(title, sweep, columns, work) for title, work in _work(sweep, counts)),
            params,
        )
    columns = (Column("params", header, Kind.INTEGER), *columns)
    return tuple(
        _grid(
            title, sweep, columns, [(*(found or [None]), *row) for found, row in zip(beside, work)]
        )
        for title, work in _work(sweep, counts)
    )


def _work(sweep: CountSweep, counts: _Counts) -> Iterator[tuple[str, Grid]]:
    """What the grids show, titled: mult-adds, or the convention's number or both its bounds."""
    convention, by = sweep.basis.convention, " by α and input"
    if convention is None or not convention.counts_work:
        yield f"Mult-adds{by}{unit_line(sweep.basis)}", counts.whole.mult_adds
    elif not counts.ranged:
        yield f"{convention.unit}s{by}{unit_line(sweep.basis)}", counts.whole.counted.low
    else:
        for words, work in zip((", at least", ", at most"), counts.whole.counted):
            yield f"{convention.unit}s{by}{words}{unit_line(sweep.basis)}", work


def _grid(
    title: str, sweep: CountSweep, columns: Sequence[Column], rows: Sequence[Sequence[int | None]]
) -> Table:
    return Table(
        "grid",
        title,
        (Column("alpha", "α", Kind.NUMBER, label=True), *columns),
        tuple((alpha, *row) for alpha, row in zip(sweep.alpha, rows)),
    )


def _columns(sweep: CountSweep) -> tuple[Column, ...]:
    """One column a ρ, headed by the input's sides."""
    return tuple(
        Column(f"{height}x{width}", f"{height}×{width}\nρ = {ratio_text(rho)}", Kind.HEAT)
        for rho, (height, width) in zip(sweep.rho, sweep.sides)
    )


def _points(sweep: CountSweep, counts: _Counts) -> Table:
    """One row a point: its cost, and the share of the mult-adds in each type that has any."""
    largest = max((one for one in chain.from_iterable(counts.whole.mult_adds) if one), default=0)
    types = {
        name: one.mult_adds for name, one in counts.types.items() if any(map(any, one.mult_adds))
    }
    columns = (
        *_places(),
        Column("params", "Parameters", Kind.INTEGER),
        Column("mult_adds", PASS_WORDS[sweep.basis.pass_], Kind.INTEGER),
        Column("bar", "", Kind.BAR, joined=True),
        *own_columns(sweep.basis, counts.ranged),
        *(Column(name, f"{name}\n%", Kind.SHARE) for name in types),
    )
    rows = []
    for a, r in _indices(sweep):
        one = counts.whole.at((a, r))
        bar = share(one.mult_adds or 0, largest)
        shares: Iterable[Any] = (share(work[a][r], one.mult_adds) for work in types.values())
        if one.mult_adds is None:
            shares = (None,) * len(types)
        own = own_cells(sweep.basis, counts.ranged, one.counted_params, one.counted)
        rows.append((*_place(sweep, (a, r)), one.params, one.mult_adds, bar, *own, *shares))
    title = "Every point, with each type's share of mult-adds" + unit_line(sweep.basis)
    return Table("points", title, columns, tuple(rows))


def _places() -> tuple[Column, ...]:
    return (
        Column("alpha", "α", Kind.NUMBER, label=True),
        Column("rho", "ρ", Kind.NUMBER, label=True),
        Column("input", "Input", Kind.MAP),
    )


def _place(sweep: CountSweep, index: Index) -> tuple[Any, ...]:
    a, r = index
    return sweep.alpha[a], sweep.rho[r], sweep.input(a, r)


def ends(sweep: CountSweep, points: int) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]]:
    """The α and the ρ at both ends of the axes, of about so many points together."""
    alphas, rhos = sweep.shape
    across = min(rhos, max(isqrt(points), points // alphas))
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


def joined(pages: Sequence[tuple[Mapping[str, Any], Page]], warnings: Iterable[str] = ()) -> Page:
    """One page: every table under its knobs, and the warnings about all grids."""
    tables = [
        one._replace(title=f"{knobs_text(knobs)}: {one.title}") if knobs else one
        for knobs, page in pages
        for one in page.tables
    ]
    notes = (*pages[0][1].notes, *(("Warning", text) for text in warnings))
    return pages[0][1]._replace(tables=tuple(tables), notes=notes)
