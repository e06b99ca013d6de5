"""A sweep as pictures: a heat map with what is within budgets, or a line a resolution."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from mnetcost.analysis.sweep.sweep import CountSweep
from mnetcost.exact import ratio_text
from mnetcost.picture import (
    Axis,
    Chart,
    Contour,
    Heat,
    Mark,
    Picture,
    Place,
    Role,
    Scale,
    Series,
    logarithmic,
)
from mnetcost.printed import Budget
from mnetcost.problems import UsageError
from mnetcost.reports.choices import SWEEP_PLOTS
from mnetcost.reports.measures import cost_headers
from mnetcost.reports.plot import (
    alike_text,
    apart_text,
    check_words,
    limit_text,
    no_work,
    notes_of,
    sides_text,
    unit_words,
)

MAX_CELLS = 100_000  # more than a picture has pixels for
MAX_LINES = 8  # that an eye tells apart
EACH = 24  # values of an axis beyond which a line has no points of its own

Values: TypeAlias = tuple[tuple[int | None, ...], ...]


def sweep_picture(
    sweep: CountSweep, kind: str, of: str = "mult_adds", budgets: Sequence[Budget] = ()
) -> Picture:
    """The heat map ("heat") or the lines ("lines") of the "mult_adds" or the "params".

    Raises UsageError for another kind, for more points than a picture shows, for mult-adds under a
    convention that counts none, and where the network is impossible at every point.
    """
    check_words(kind, SWEEP_PLOTS, of)
    grid = _grid(sweep, of, budgets)
    return _heat(grid, budgets) if kind == "heat" else _lines([("", grid)], budgets)


def sweeps_picture(
    pairs: Sequence[tuple[Mapping[str, Any], CountSweep]],
    of: str = "mult_adds",
    budgets: Sequence[Budget] = (),
) -> Picture:
    """The lines of a sweep of each combination of knobs. Raises UsageError as `sweep_picture`."""
    check_words("lines", SWEEP_PLOTS, of)
    sets = [knobs for knobs, _ in pairs]
    named = [(apart_text(knobs, sets), _grid(sweep, of, budgets)) for knobs, sweep in pairs]
    return _lines(named, budgets)


def _grid(sweep: CountSweep, of: str, budgets: Sequence[Budget]) -> "Grid":
    """The values of a sweep, where they can be drawn, and held against the budgets."""
    alphas, rhos = sweep.shape
    if alphas * rhos > MAX_CELLS:
        raise UsageError(f"a picture of {alphas * rhos:,} points; {MAX_CELLS:,} at most")
    convention, kinds = sweep.basis.convention, {of, *(kind for kind, _ in _limits(budgets))}
    if convention is not None and not convention.counts_work and "mult_adds" in kinds:
        raise no_work(sweep.basis)
    for budget in budgets:
        sweep.basis.limiting(budget)
    return Grid(sweep.computed(), of)


class Grid:
    """The values of a sweep, both axes ascending, each value of them once."""

    def __init__(self, sweep: CountSweep, of: str) -> None:
        self.sweep, self.of = sweep, of
        self.rows, self.columns = _ascending(sweep.alpha), _ascending(sweep.rho)
        self.alphas = [sweep.alpha[place] for place in self.rows]
        self.values = self.costs(of)
        self.known = [one for row in self.values for one in row if one is not None]
        if not self.known:
            raise UsageError(f"{sweep.graph.name} is impossible at every point")
        header = cost_headers(sweep.basis)[of]
        least = ", at least" if sweep.graph.at_least else ""
        self.axis = logarithmic(f"{unit_words(header, sweep.basis)}{least}", self.known)

    def costs(self, kind: str) -> Values:
        """The "mult_adds" or the "params" as the basis counts them, of a range the most."""
        sweep = self.sweep
        found = sweep.counted_params if kind == "params" else sweep.counted.high
        costs: list[list[int | None]] = found.tolist()
        return tuple(tuple(costs[a][r] for r in self.columns) for a in self.rows)

    def sides(self) -> list[str]:
        """The input of each column, px."""
        return [sides_text(*self.sweep.sides[place]) for place in self.columns]


def _head(grids: Sequence[Grid]) -> tuple[str, tuple[str, ...]]:
    """The title and the notes: of knobs those that were set alike in all."""
    graphs = [one.sweep.graph for one in grids]
    return graphs[0].name, notes_of(grids[0].sweep.basis, alike_text(graphs))


def _ascending(values: Sequence[Fraction]) -> list[int]:
    """The places of the values, the smallest first, of equal ones the first alone."""
    first = {value: place for place, value in reversed(list(enumerate(values)))}
    return [first[value] for value in sorted(first)]


def _heat(grid: Grid, budgets: Sequence[Budget]) -> Picture:
    rhos = [grid.sweep.rho[place] for place in grid.columns]
    return Heat(
        "heat",
        *_head([grid]),
        "ρ, and sides of the input in px",
        "α",
        tuple(f"{ratio_text(rho)}\n{side}" for rho, side in zip(rhos, grid.sides())),
        tuple(map(ratio_text, grid.alphas)),
        grid.axis._replace(ends=(min(grid.known), max(grid.known))),
        grid.values,
        tuple(_contour(grid, kind, limit) for kind, limit in _limits(budgets)),
    )


def _limits(budgets: Iterable[Budget]) -> Iterator[tuple[str, int]]:
    """Each limit with its kind."""
    for budget in budgets:
        yield from budget.limits().items()


def _contour(grid: Grid, kind: str, limit: int) -> Contour:
    """Where the limit parts the cells, and how many are within it."""
    costs = grid.costs(kind)
    within = tuple(tuple(one is not None and one <= limit for one in row) for row in costs)
    count, points = sum(map(sum, within)), len(within) * len(within[0])
    words = f"{limit_text(kind, limit, grid.sweep.basis)}: {count:,} of {points:,} points"
    return Contour(words, tuple(_edges(within)), within)


def _edges(within: Values | Any) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """The edges between a cell that is within and a neighbour that is not."""
    for y, row in enumerate(within):
        for x, one in enumerate(row):
            if x and one != row[x - 1]:
                yield (x, y), (x, y + 1)
            if y and one != within[y - 1][x]:
                yield (x, y), (x + 1, y)


def _lines(named: Sequence[tuple[str, Grid]], budgets: Sequence[Budget]) -> Picture:
    """A line an input of each grid, of some where they are many."""
    shown = [named[place] for place in _spread(len(named), MAX_LINES)]
    part = f"{len(shown)} of {len(named)} combinations" if len(shown) < len(named) else ""
    grid = named[0][1]
    low, high = grid.alphas[0], grid.alphas[-1]
    room = (high - low) / 20 or high / 20
    ends = max(low - room, Fraction(0)), high + room
    title, notes = _head([one for _, one in shown])
    series, parts = [], [part]
    for name, one in reversed(shown):  # the key reads as the lines lie
        lines, words = _grid_lines(one, name, MAX_LINES // len(shown))
        series += lines
        parts.append(words)
    limits = [(kind, limit) for kind, limit in _limits(budgets) if kind == grid.of]
    for kind, limit in limits:
        words = limit_text(kind, limit, grid.sweep.basis)
        line = (Place(ends[0], limit), Place(ends[1], limit))
        series.append(Series(words, Mark.LIMIT, Role.REST, line))
    known = [value for _, one in shown for value in one.known]
    axis = logarithmic(grid.axis.words, [*known, *(limit for _, limit in limits)])
    ticks = tuple((alpha, ratio_text(alpha)) for alpha in grid.alphas) if low != high else ()
    x = Axis("α", Scale.LINEAR, ends, ticks if len(ticks) <= 6 else ())
    said = (*notes, *dict.fromkeys(filter(None, parts)))
    return Chart("lines", title, said, x, axis, tuple(series))


def _grid_lines(grid: Grid, name: str, most: int) -> tuple[list[Series], str]:
    """A line an input, of some where they are over `most`, and how many these are.

    Of a cost that ρ does not change it is one line.
    """
    columns = list(zip(*grid.values))
    sides = [f"{side} px" for side in grid.sides()]
    if len(set(columns)) == 1:
        sides = [f"{sides[0]} to {sides[-1]}"] if len(sides) > 1 else sides
        columns = columns[:1]
    shown = _spread(len(columns), most)
    series = []
    for place in reversed(shown):
        pairs = zip(grid.alphas, columns[place])
        places = tuple(Place(alpha, value) for alpha, value in pairs if value is not None)
        words = ", ".join(filter(None, (name, sides[place])))
        series.append(Series(words, Mark.LINE, Role.ORDERED, places))
    part = f"{len(shown)} of {len(columns)} inputs" if len(shown) < len(columns) else ""
    return series, part


def _spread(count: int, most: int) -> list[int]:
    """At most so many places, evenly from the first to the last; of one alone the last."""
    if count <= most:
        return list(range(count))
    if most == 1:
        return [count - 1]
    return [place * (count - 1) // (most - 1) for place in range(most)]
