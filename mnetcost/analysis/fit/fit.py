"""The inverse of counting: which width and resolution multipliers fill a budget best."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from mnetcost.analysis.compare.pareto import Priced, fronts
from mnetcost.analysis.fit.plateaus import Plateau, plateaus
from mnetcost.analysis.sweep.axes import read_axis
from mnetcost.analysis.sweep.grid import read_settings
from mnetcost.analysis.sweep.sweep import CountSweep
from mnetcost.analysis.warnings.rounding import few_widths, lost_widths
from mnetcost.analysis.warnings.unknown import demand_known
from mnetcost.analysis.warnings.warnings import warnings
from mnetcost.cost import FORWARD, Basis, share
from mnetcost.exact import read_ratio, read_whole, record_text
from mnetcost.graph import Graph
from mnetcost.literal_sides import demand_said
from mnetcost.multipliers import Setting, make_setting
from mnetcost.printed import Budget, read_budget
from mnetcost.problems import UsageError
from mnetcost.spec import resized

MULTIPLE = 32  # px: what a network of stride 32 divides
MAX_CONFIGURATIONS = 200_000
MAX_LAYERS = 100_000_000  # of all configurations together


class Choice(NamedTuple):
    """One network: the plateau of α that gives it, one setting on it, and what it costs.

    The α of the setting is the shortest decimal of the plateau. Costs are as the search's basis
    counts them, the most of a range.
    """

    plateau: Plateau
    setting: Setting
    params: int
    mult_adds: int

    def __repr__(self) -> str:
        return record_text(self, "plateau", "setting", "params", "mult_adds", "capacity")

    @property
    def capacity(self) -> Fraction:
        """α·ρ, at the α of its setting."""
        return self.setting.alpha * self.setting.rho


@dataclass(frozen=True, eq=False, repr=False)
class Fit:
    """What fits into a budget.

    `largest` has the largest α that fits at each ρ where any does. `best` is the one of the
    greatest capacity α·ρ, of several the one with the most mult-adds; None where nothing fits.
    `smallest` are the possible configurations of the fewest mult-adds and of the fewest
    parameters, whether they fit or not. `impossible` are the settings where no α is possible.
    `alphas` are those it was to choose from, none where all from `low` to `high` were searched.
    """

    graph: Graph
    budget: Budget
    basis: Basis
    low: Fraction | None
    high: Fraction
    settings: tuple[Setting, ...]
    impossible: tuple[Setting, ...]
    fitting: tuple[Choice, ...]
    largest: tuple[Choice, ...]
    smallest: tuple[Choice, ...]
    alphas: tuple[Fraction, ...] = ()

    def tried(self, setting: Setting) -> bool:
        """Whether a setting, at whatever ρ is called so, is one of those searched."""
        alpha = setting.alpha
        inside = (self.low is None or self.low <= alpha) and alpha <= self.high
        sides = {(one.height, one.width) for one in self.settings}
        return (
            inside
            and (not self.alphas or alpha in self.alphas)
            and (setting.height, setting.width) in sides
        )

    @property
    def best(self) -> Choice | None:
        """The configuration that fills the budget best."""
        return max(self.largest, key=lambda one: (one.capacity, one.mult_adds), default=None)

    @cached_property
    def front(self) -> tuple[tuple[Choice, tuple[str, ...]], ...]:
        """The fitting configurations that no other beats, the greatest capacity first.

        Each with the costs against which it is on the front of capacity: mult_adds, params, both.
        """
        priced = [Priced(one.capacity, one.mult_adds, one.params) for one in self.fitting]
        kept = [pair for pair in zip(self.fitting, fronts(priced)) if pair[1]]
        return tuple(sorted(kept, key=lambda pair: pair[0].capacity, reverse=True))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is likely a mistake: in what it searched, and in the largest that fit."""
        found = lost_widths(self.graph, self.alphas) if self.alphas else ()
        if not self.alphas and self.low != self.high:
            found = few_widths(self.graph)
        return (*found, *warnings(self.graph, [one.setting for one in self.largest]))

    def fills(self, choice: Choice) -> dict[str, Fraction]:
        """How much of each limit of the budget a configuration fills, of 1."""
        return {
            kind: share(getattr(choice, kind), limit)
            for kind, limit in self.budget.limits().items()
        }

    def __repr__(self) -> str:
        return f"Fit({self.graph.name!r}, {self.budget}, best={self.best})"


def fit(  # noqa: PLR0913 - the budget, and where to look
    graph: Graph,
    *,
    max_mult_adds: Any = None,
    max_params: Any = None,
    alpha: Any = None,
    min_alpha: Any = None,
    max_alpha: Any = None,
    rho: Any = None,
    resolution: Any = None,
    resolution_multiple: Any = None,
    size: Any = None,
    basis: Basis = FORWARD,
    searches: int = 1,
) -> Fit:
    """Search all α from `min_alpha` (above 0 for None) to `max_alpha` (1), exactly, at each ρ.

    With `alpha`, an axis as for a sweep, those alone. The budget's limits are whole numbers or
    texts such as "150M". `rho` or `resolution` (px of the longer side) are axes as for a sweep;
    without them the spec's own input and every multiple of `resolution_multiple` px (32) below it
    are tried. `size` replaces the spec's input sides, px, and with a third number its channels.
    `basis` says what the limits are of: how many images, which pass, by which convention.

    Raises UsageError for a wrong or missing limit, a wrong axis, or too many configurations, of
    which so many `searches` share the most; SpecError where the work of a layer is not known.
    """
    budget = _budget(max_mult_adds, max_params, basis)
    alphas = () if alpha is None else _given(alpha, min_alpha, max_alpha)
    low, high = (alphas[0], alphas[-1]) if alphas else _widths(min_alpha, max_alpha)
    graph, size = resized(graph, size)
    demand_known(graph)
    settings = _settings(graph, rho, resolution, resolution_multiple, size)
    demand_said(graph, settings, alphas or [high if low == high else high / 2])
    levels = tuple(map(Plateau.at, alphas)) or plateaus(graph, low, high)
    _bound(levels, graph, len(settings), searches)
    columns = _count(graph, levels, settings, size, basis) if levels else [[] for _ in settings]
    fitting = [[one for one in column if budget.holds(one)] for column in columns]
    return Fit(
        graph=graph,
        budget=budget,
        basis=basis,
        low=low,
        high=high,
        settings=tuple(settings),
        impossible=tuple(one for one, column in zip(settings, columns) if not column),
        fitting=tuple(one for column in fitting for one in column),
        largest=tuple(column[-1] for column in fitting if column),
        smallest=_smallest([one for column in columns for one in column]),
        alphas=alphas,
    )


def _budget(max_mult_adds: Any, max_params: Any, basis: Basis) -> Budget:
    """One limit at least."""
    budget = read_budget(max_mult_adds, max_params)
    if not budget.limits():
        raise UsageError("give a budget: --max-mult-adds, --max-params, or both")
    basis.limiting(budget)
    return budget


def _given(alpha: Any, low: Any, high: Any) -> tuple[Fraction, ...]:
    """The α to choose from, each once, the smallest first."""
    if low is not None or high is not None:
        raise UsageError("alpha: not beside min-alpha or max-alpha, between which all are tried")
    return tuple(sorted(set(read_axis(alpha, "α"))))


def _widths(min_alpha: Any, max_alpha: Any) -> tuple[Fraction | None, Fraction]:
    """The least α, None for all above 0, and the largest."""
    low = None if min_alpha is None else read_ratio(min_alpha, "min-alpha")
    high = read_ratio(1 if max_alpha is None else max_alpha, "max-alpha")
    if low is not None and low > high:
        raise UsageError(f"min-alpha: {low} is above max-alpha, {high}")
    return low, high


def _bound(levels: Sequence[Plateau], graph: Graph, settings: int, searches: int) -> None:
    """Raise UsageError where these are too many plateaus to search at so many settings."""
    most = min(MAX_CONFIGURATIONS, MAX_LAYERS // max(1, len(graph.nodes))) // searches
    if len(levels) * settings > most:
        raise UsageError(
            f"{len(levels):,} widths at {settings:,} resolutions are too many, "
            f"{most:,} at most; narrow them (--min-alpha, --resolution)"
        )


def _smallest(choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """Those of the fewest mult-adds and of the fewest parameters; none of none."""
    return tuple(min(choices, key=kind) for kind in (_mult_adds, _params)) if choices else ()


def _mult_adds(choice: Choice) -> tuple[int, int]:
    return choice.mult_adds, choice.params


def _params(choice: Choice) -> tuple[int, int]:
    return choice.params, choice.mult_adds


def _settings(graph: Graph, rho: Any, resolution: Any, multiple: Any, size: Any) -> list[Setting]:
    """The settings at α = 1 to search, each once."""
    if multiple is not None and (rho is not None or resolution is not None):
        raise UsageError("resolution-multiple: not beside ρ or resolutions, which say it all")
    if rho is None and resolution is None:
        longer = max(make_setting(graph.base, size=size)[2:])
        step = read_whole(MULTIPLE if multiple is None else multiple, "resolution-multiple")
        resolution = [longer, *range((longer - 1) // step * step, 0, -step)]
    return list(dict.fromkeys(read_settings(graph, rho, resolution, size)))


def _count(
    graph: Graph, levels: Sequence[Plateau], settings: Sequence[Setting], size: Any, basis: Basis
) -> list[list[Choice]]:
    """The possible configurations at each setting, by ascending α."""
    alphas = [level.alpha for level in levels]
    rhos = [setting.rho for setting in settings]
    grid = CountSweep.of(graph, alphas, rhos, size=size, invalid="mask", basis=basis)
    counts_work = basis.convention is None or basis.convention.counts_work
    work = grid.counted.high if counts_work else grid.mult_adds
    possible = ~np.ma.getmaskarray(work)
    params, mult_adds = np.ma.getdata(grid.counted_params), np.ma.getdata(work)
    found: list[list[Choice]] = []
    for column, setting in enumerate(settings):
        rows = np.flatnonzero(possible[:, column]).tolist()
        totals = zip(params[rows, column].tolist(), mult_adds[rows, column].tolist())
        found.append(
            [
                Choice(levels[row], setting._replace(alpha=alphas[row]), *total)
                for row, total in zip(rows, totals)
            ]
        )
    return found
