"""Measured accuracies against cost: which of the trained networks a budget buys."""

import csv
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from mnetcost.analysis.compare.pareto import Priced, fronts
from mnetcost.analysis.warnings.unknown import demand_known
from mnetcost.cost import FORWARD, Basis, Count
from mnetcost.exact import parse_ratio, record_text
from mnetcost.graph import Graph
from mnetcost.multipliers import Setting, make_setting
from mnetcost.printed import Budget
from mnetcost.problems import TOP, Collector, Mark, SpecError, Stop, UsageError
from mnetcost.spec import find_scores, own_scores, resized
from mnetcost.text import MAX_LISTED, SENTENCE, clip, counted, did_you_mean

if TYPE_CHECKING:
    from mnetcost.analysis.fit.fit import Fit

MAX_SCORES = 1_000
VALUES = ("accuracy", "score")
PLACES = ("rho", "resolution")
COLUMNS = ("alpha", *PLACES, *VALUES)

Row = dict[str, str]


class Scored(NamedTuple):
    """A measured network: its setting, its score (larger is better), and what it costs.

    Costs are as the ranking's basis counts them, the most of a range.
    """

    setting: Setting
    score: Fraction
    params: int
    mult_adds: int

    def __repr__(self) -> str:
        return record_text(self)


@dataclass(frozen=True, eq=False, repr=False)
class Ranking:
    """Measured networks in a budget, in the order of their file.

    `best` is the one of the highest score that fits, of several the cheapest; None where none
    does.
    """

    graph: Graph
    budget: Budget
    basis: Basis
    label: str
    scored: tuple[Scored, ...]

    @property
    def fitting(self) -> tuple[Scored, ...]:
        """Those within the budget."""
        return tuple(one for one in self.scored if self.budget.holds(one))

    @property
    def best(self) -> Scored | None:
        """The one that buys the most."""
        return max(self.fitting, key=lambda one: (one.score, -one.mult_adds), default=None)

    @cached_property
    def front(self) -> dict[Scored, tuple[str, ...]]:
        """Those that fit and that none of these beats, with the costs against which they are on
        the front of scores: mult_adds, params, both."""
        priced = [Priced(one.score, one.mult_adds, one.params) for one in self.fitting]
        return {one: names for one, names in zip(self.fitting, fronts(priced)) if names}

    def __repr__(self) -> str:
        return f"Ranking({self.graph.name!r}, {len(self.scored)} scores, best={self.best})"


def rank(
    graph: Graph,
    scores: str | os.PathLike[str],
    budget: Budget,
    size: Any = None,
    basis: Basis = FORWARD,
) -> Ranking:
    """Count every measured network of a CSV, and see which a budget buys.

    `scores` is a path, a text, or the name of a shipped file. Its columns are alpha, rho or
    resolution (px of the longer side), and accuracy or score; others are passed over, as are lines
    that begin with #. `size` replaces the spec's input sides, px, and with a third number its
    channels; `basis` says what the budget is of.

    Raises SpecError with every wrong line, or where the work of a layer is not known, UsageError
    for a budget of what is not counted.
    """
    basis.limiting(budget)
    graph, size = resized(graph, size)
    demand_known(graph)
    origin = find_scores(scores)
    collector = Collector(origin)
    scored: list[Scored] = []
    try:
        places: dict[tuple[Any, ...], int] = {}
        for mark, row in _rows(collector):
            one = _scored(graph, (size, basis), mark, row, collector)
            if one is None:
                continue
            place = one.setting.alpha, one.setting.height, one.setting.width
            if place in places:
                message = f"this α and input stand in line {places[place]} already"
                collector.add(mark, "scores", message)
            places.setdefault(place, mark.line)
            scored.append(one)
        if not scored and not collector.problems:
            expected = "a line for each network, such as 0.75,224,68.4"
            collector.add(TOP, "scores", "no scores", expected=expected)
    except Stop:
        pass
    collector.raise_if_any()
    return Ranking(graph, budget, basis, origin.label, tuple(scored))


def shipped_with(graph: Graph, budget: Budget, basis: Basis = FORWARD) -> Ranking | None:
    """The trained networks that are shipped with a spec; None where there are none.

    With another knob a network is none of them.
    """
    name = None if graph.given else own_scores(graph.origin)
    return None if name is None else replace(rank(graph, name, budget, basis=basis), label=name)


def trained(fit: "Fit") -> Ranking | None:
    """Of the trained networks that are shipped with a spec those that a search tried, if any."""
    ranking = shipped_with(fit.graph, fit.budget, fit.basis)
    scored = tuple(one for one in ranking.scored if fit.tried(one.setting)) if ranking else ()
    return replace(ranking, scored=scored) if ranking and scored else None


class _Lines:
    """The lines of a CSV without its comments, and the number of the one read last."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines, self.at = lines, 1

    def __iter__(self) -> Iterator[str]:
        for number, line in enumerate(self.lines, 1):
            if line.strip() and not line.startswith("#"):
                self.at = number
                yield line


def _rows(collector: Collector) -> Iterator[tuple[Mark, Row]]:
    """Each row with its place; what is wrong with the form is reported."""
    lines = _Lines(collector.origin.lines())
    cells = csv.reader(lines, strict=True)
    try:
        names = [name.strip().lower() for name in next(cells, ())]
        if not _is_head(names, Mark(lines.at, 1), collector):
            return
        for count, row in enumerate(cells):
            mark = Mark(lines.at, 1)
            if count == MAX_SCORES:
                collector.add(mark, "too-large", f"over {MAX_SCORES:,} scores")
                return
            if len(row) == len(names):
                yield mark, dict(zip(names, map(str.strip, row)))
            else:
                message = f"{counted(len(row), 'value')} under {counted(len(names), 'column')}"
                collector.add(mark, "scores", message)
    except csv.Error as error:
        collector.add(Mark(lines.at, 1), "scores", f"not CSV: {error}")


def _is_head(names: Sequence[str], mark: Mark, collector: Collector) -> bool:
    """Whether the columns say what is needed, each once; else it is reported."""
    good = True
    for options in (("alpha",), PLACES, VALUES):
        count = sum(names.count(one) for one in options)
        if count != 1:
            words = " or ".join(options)
            near = next((one for one in map(_meant, names[:MAX_LISTED]) if one in options), None)
            message = f"{'no column' if count == 0 else f'{count} columns'} {words}"
            expected = "a first line such as alpha,resolution,accuracy"
            collector.add(mark, "scores", message, expected=expected, suggestion=near)
            good = False
    return good


def _meant(name: str) -> str | None:
    return did_you_mean(name, COLUMNS)


def _scored(
    graph: Graph, given: tuple[Any, Basis], mark: Mark, row: Row, collector: Collector
) -> Scored | None:
    """The network of one row, at a size and on a basis; what is wrong with it is reported."""
    size, basis = given
    name = next(one for one in VALUES if one in row)
    place = next(one for one in PLACES if one in row)
    try:
        score = parse_ratio(row[name].removesuffix("%").strip(), name)
        where = {place: row[place]}
        setting = make_setting(graph.base, row["alpha"], size=size, **where)
        cost = Count.of(graph, setting, basis)
    except UsageError as error:
        collector.add(mark, "scores", str(error))
    except SpecError as error:
        collector.add(mark, "scores", clip(error.problems[0].message, SENTENCE))
    else:
        figures = {"mult_adds": cost.mult_adds, **cost.figures}
        return Scored(setting, score, figures["params"], figures["mult_adds"])
    return None
