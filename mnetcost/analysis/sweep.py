"""A grid of width and resolution multipliers, counted as arrays by the layers' own formulas."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mnetcost.analysis.axes import read_axis, whole
from mnetcost.conventions import MULTIPLY_ADDS, PARAMETERS
from mnetcost.conventions.presets import paper
from mnetcost.conventions.tally import Bounds
from mnetcost.cost import (
    FORWARD,
    Basis,
    Gradients,
    amounts,
    count_under,
    in_order,
    is_plain,
    multiply_adds,
    operations,
    passes,
)
from mnetcost.graph import Graph, Node, Report, infer, inference
from mnetcost.layers.base import Check, Map
from mnetcost.multipliers import BOTH, Rounding, Setting, Widths, make_setting
from mnetcost.problems import UsageError

# The paper's four by four: Howard et al. 2017, Tables 6 and 7.
ALPHAS = ("1", "0.75", "0.5", "0.25")
RHOS = ("1", "6/7", "5/7", "4/7")

MAX_POINTS = 20_000_000  # about a gigabyte for MobileNet v1's four types

Grid: TypeAlias = NDArray[Any]  # int64, or exact Python ints where int64 could wrap
Sums: TypeAlias = list[Any]  # parameters, mult-adds; both bounds of the count where it differs


@dataclass(frozen=True, slots=True, eq=False)
class TypeGrid:
    """One layer type's cost over the grid, shape [A, R]."""

    params: Grid
    mult_adds: Grid
    counted: Bounds


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Sweep:
    """Exact integers over a grid of A width by R resolution multipliers.

    `params` and `mult_adds` have shape [A, R], and so have both bounds of `counted`, the number
    under the convention of the basis; `sides` are the input's (height, width), px, by R.
    """

    graph: Graph
    basis: Basis
    alpha: tuple[Fraction, ...]
    rho: tuple[Fraction, ...]
    sides: tuple[tuple[int, int], ...]
    params: Grid
    mult_adds: Grid
    counted: Bounds
    types: dict[str, TypeGrid]

    @property
    def shape(self) -> tuple[int, int]:
        """(A, R)."""
        return len(self.alpha), len(self.rho)

    def __repr__(self) -> str:
        alphas, rhos = self.shape
        return f"Sweep({self.graph.name!r}, {alphas} α by {rhos} ρ)"

    def input(self, a: int, r: int) -> Map:
        """The input map at grid point [a, r]."""
        return self.graph.input.at(*self.sides[r], Widths(self.graph.rounding, self.alpha[a]))


class _Columns(Widths):
    """Channels of a written width as a column, a row an α, each rounded once in Python ints."""

    def __init__(self, rounding: Rounding, alphas: Sequence[Fraction], dtype: Any) -> None:
        super().__init__(rounding, alphas[0])
        self.alphas, self.dtype = alphas, dtype

    def _round(self, written: Any) -> Grid:
        column = [self.rounded(written, alpha) for alpha in self.alphas]
        return np.array(column, dtype=self.dtype)[:, None]


def sweep(  # noqa: PLR0913 - the axes, and how much of them
    graph: Graph,
    alpha: Any = None,
    rho: Any = None,
    resolution: Any = None,
    size: Any = None,
    *,
    basis: Basis = FORWARD,
    limit: int = MAX_POINTS,
) -> Sweep:
    """Count `graph` at every pair of `alpha` and `rho` (or longer-side `resolution`, px).

    Each axis is a number, a list, or a text such as "1,0.75" or "0.25:1:0.25"; the defaults are
    the paper's four by four. `size` replaces the spec's input sides (height, width), px; `basis`
    says how many images, which pass, and by which convention.

    Raises UsageError for a wrong axis or for over `limit` points, SpecError for the first point
    where the network is impossible.
    """
    basis.checked()
    alphas = read_axis(ALPHAS if alpha is None else alpha, "α")
    settings = _settings(graph, rho, resolution, size)
    if (points := len(alphas) * len(settings)) > limit:
        raise UsageError(f"a grid of {points:,} points; {limit:,} at most")
    dtype = _exact_dtype(graph, alphas, settings, basis)
    bad = np.zeros((len(alphas), len(settings)), dtype=bool)
    widths = _Columns(graph.rounding, alphas, dtype)

    def report(node: Node | None, check: Check) -> None:
        np.logical_or(bad, check.bad, out=bad)

    types = _count_types(graph, _input(graph, settings, widths), widths, report, basis)
    _refuse(graph, alphas, settings, bad)

    totals = _grids([sum(values) for values in zip(*types.values())], bad.shape, dtype)
    return Sweep(
        graph=graph,
        basis=basis,
        alpha=alphas,
        rho=tuple(one.rho for one in settings),
        sides=tuple((one.height, one.width) for one in settings),
        params=totals.params,
        mult_adds=totals.mult_adds,
        counted=totals.counted,
        types={name: _grids(types[name], bad.shape, dtype) for name in in_order(types)},
    )


def _grids(sums: Sums, shape: tuple[int, ...], dtype: Any) -> TypeGrid:
    """Sums over the whole grid; what depends on one axis alone is spread along the other."""
    params, mult_adds, *counted = (
        np.broadcast_to(np.asarray(value, dtype=dtype), shape) for value in sums
    )
    return TypeGrid(params, mult_adds, Bounds(*(counted or (mult_adds, mult_adds))))


def _input(graph: Graph, settings: Sequence[Setting], widths: _Columns) -> Map:
    """The input map with its sides as rows, a column a setting."""
    height = np.array([[one.height for one in settings]], dtype=widths.dtype)
    width = np.array([[one.width for one in settings]], dtype=widths.dtype)
    return graph.input.at(height, width, widths)


def _count_types(
    graph: Graph, x: Map, widths: Widths, report: Report, basis: Basis
) -> dict[str, Sums]:
    """Each type's parameters, mult-adds and both bounds of its count, on ints or arrays."""
    plain = is_plain(basis)
    types: dict[str, Sums] = {node.type: [0, 0] if plain else [0] * 4 for node in graph.nodes}
    gradients = Gradients()
    checked = report if basis.pass_ != "forward" else inference(report)
    for node, before, after in infer(graph.nodes, x, widths, graph.input.channels, checked):
        values = amounts(node, before, after, PARAMETERS)
        work = operations(node, before, after, MULTIPLY_ADDS)
        if basis.pass_ == "forward":
            mult_adds = 0 if node.training_only else multiply_adds(work)
        else:
            flows = gradients.flow(node)
            mult_adds = passes(node, before, after, work, flows).of(basis.pass_)
        gradients.add(node, values)
        mult_adds = mult_adds * basis.batch
        counted = () if plain else count_under(node, before, after, basis, mult_adds)
        sums = types[node.type]
        for place, value in enumerate((paper().params(values), mult_adds, *counted)):
            sums[place] = sums[place] + value
    return types


def _settings(graph: Graph, rho: Any, resolution: Any, size: Any) -> list[Setting]:
    """One setting at α = 1 for each value of the resolution axis."""
    if rho is not None and resolution is not None:
        raise UsageError(BOTH)
    if resolution is not None:
        pixels = whole(read_axis(resolution, "resolution"), "resolution")
        return [make_setting(graph.base, resolution=one, size=size) for one in pixels]
    ratios = read_axis(RHOS if rho is None else rho, "ρ")
    return [make_setting(graph.base, rho=one, size=size) for one in ratios]


class _Largest(Widths):
    """The most channels that a written width has at any α.

    Not always at the largest: `divisible` with `min` may round a smaller width further up.
    """

    def __init__(self, rounding: Rounding, alphas: Sequence[Fraction]) -> None:
        super().__init__(rounding, alphas[0])
        self.alphas = alphas

    def _round(self, written: Any) -> int:
        return int(max(self.rounded(written, alpha) for alpha in self.alphas))


def _exact_dtype(
    graph: Graph, alphas: Sequence[Fraction], settings: Sequence[Setting], basis: Basis
) -> Any:
    """int64 where no count can wrap, else exact Python ints.

    Every count grows with the channels and with each side, so their largest values bound the grid.
    """
    if basis.convention:  # a weight below nothing could hide how large the terms are
        basis = basis._replace(convention=basis.convention.bounding())
    # A derived width may be largest at any α, so there all of them are tried.
    derived = any(node.derived for node in graph.nodes)
    widths = (
        _Columns(graph.rounding, alphas, object) if derived else _Largest(graph.rounding, alphas)
    )
    height, width = (max(sides) for sides in zip(*((one.height, one.width) for one in settings)))
    x = graph.input.at(height, width, widths)
    failed: list[Any] = []

    def report(node: Node | None, check: Check) -> None:
        failed.append(np.any(check.bad))

    counts = _count_types(graph, x, widths, report, basis)
    largest = max(np.max(sum(values)) for values in zip(*counts.values()))
    # An impossible map may be of any size; its point is named once the grid is known.
    fits = largest <= np.iinfo(np.int64).max and not any(failed)
    return np.int64 if fits else object


def _refuse(
    graph: Graph, alphas: Sequence[Fraction], settings: Sequence[Setting], bad: Grid
) -> None:
    """Raise the SpecError of the first bad point in α-major order, if there is one."""
    if bad.any():
        a, r = divmod(int(bad.argmax()), len(settings))
        graph.shapes(settings[r]._replace(alpha=alphas[a]))
