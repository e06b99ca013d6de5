"""A grid of width and resolution multipliers, counted by the layers' own formulas."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import compress
from typing import Any, NamedTuple, Self

from mnetcost.analysis.sweep import reducing
from mnetcost.analysis.sweep.cluster import OnCluster
from mnetcost.analysis.sweep.counting import Cost, Failures, count_layers, together
from mnetcost.analysis.sweep.front import front as front_of
from mnetcost.analysis.sweep.grid import axes_of, read_alphas, read_settings
from mnetcost.analysis.sweep.values import DTYPES, HERE, Engine, Values
from mnetcost.analysis.warnings.rounding import lost_widths
from mnetcost.analysis.warnings.unknown import demand_known
from mnetcost.analysis.warnings.warnings import warnings
from mnetcost.conventions.tally import Bounds
from mnetcost.cost import FORWARD, Basis, in_order
from mnetcost.exact import ratio_text, read_ratio, record_text
from mnetcost.graph import Graph
from mnetcost.layers.base import Map
from mnetcost.literal_sides import demand_said
from mnetcost.multipliers import Setting, Widths, make_setting
from mnetcost.problems import UsageError
from mnetcost.spec import resized
from mnetcost.text import clip, did_you_mean

MAX_POINTS = 2_000_000_000
INVALID = ("refuse", "mask")
ENGINES: dict[str, Engine] = {"numpy": HERE, "dask": OnCluster()}


class Point(NamedTuple):
    """One point of a grid; `params` and `mult_adds` are None where it is masked."""

    alpha: Fraction
    rho: Fraction
    input: Map
    params: int | None
    mult_adds: int | None

    def __repr__(self) -> str:
        return record_text(self)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CostGrid:
    """A cost over the grid, each array of shape [A, R]; nothing is worked out until it is asked.

    `params` and `mult_adds` are the paper's count; `counted` holds both bounds of the number under
    the convention of the basis, `counted_params` the parameters as it counts them. Arrays are
    int64, exact Python ints where int64 could wrap, or float64 on request; they are kept, and
    read-only. Each raises UsageError for over 100,000,000 points, except as Dask arrays.
    """

    cost: Cost
    values: Values

    def __repr__(self) -> str:
        alphas, rhos = self.values.shape
        return f"{type(self).__name__}({alphas} α by {rhos} ρ)"

    @property
    def params(self) -> Any:
        """Parameters."""
        return self.values.array(self.cost.params)

    @property
    def mult_adds(self) -> Any:
        """Mult-adds, of the pass and the batch asked for."""
        return self.values.array(self.cost.mult_adds)

    @property
    def counted(self) -> Bounds:
        """Both bounds of the convention's number."""
        return Bounds(*(self.values.array(one) for one in self.cost.counted))

    @property
    def counted_params(self) -> Any:
        """Parameters as the convention counts them."""
        return self.values.array(self.cost.counted_params)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CountSweep(CostGrid):
    """A network over a grid of A width by R resolution multipliers.

    `sides` are the input's (height, width), px, by R, and `base` those at ρ = 1; `types` each layer
    type's own cost.
    """

    graph: Graph
    basis: Basis
    base: tuple[int, int]
    sides: tuple[tuple[int, int], ...]
    types: dict[str, CostGrid]

    @classmethod
    def of(  # noqa: PLR0913 - the axes, and how much of them
        cls,
        graph: Graph,
        alpha: Any = None,
        rho: Any = None,
        resolution: Any = None,
        size: Any = None,
        *,
        basis: Basis = FORWARD,
        limit: int = MAX_POINTS,
        invalid: str = "refuse",
        engine: str = "numpy",
        dtype: str = "integer",
    ) -> Self:
        """Count `graph` at every pair of `alpha` and `rho` (or longer-side `resolution`, px).

        Each axis is a number, a list, an array, or a text such as "1,0.75" or "0.25:1:0.25"; the
        defaults are the paper's four by four. `size` replaces the spec's input (height, width), px,
        with a third number its channels; `basis` says how many images, which pass, and by whom.

        Raises UsageError for a wrong axis or option or for over `limit` points, SpecError for the
        first point where the network is impossible, unless `invalid` is "mask".
        """
        basis.checked()
        _check_words(invalid=(invalid, INVALID), engine=(engine, ENGINES), dtype=(dtype, DTYPES))
        graph, size = resized(graph, size)
        alphas, settings = read_alphas(alpha), read_settings(graph, rho, resolution, size)
        if (points := len(alphas) * len(settings)) > limit:
            raise UsageError(f"a grid of {points:,} points; {limit:,} at most")
        demand_said(graph, settings, alphas)
        axes = axes_of(graph, alphas, settings)
        failures = Failures(axes)
        types = _count_types(graph, basis, failures)
        if invalid == "refuse" and (first := failures.first()) is not None:
            a, r = first
            graph.shapes(settings[r]._replace(alpha=alphas[a]), trained=basis.pass_ != "forward")
        if failures.alpha.any() or failures.rho.any():
            failures = Failures(failures.without_lines())
            types = _count_types(graph, basis, failures)
        bad, masked = tuple(failures.points), invalid == "mask"
        values = Values(failures.axes, bad, masked, dtype=dtype, engine=ENGINES[engine])
        return cls(
            cost=together(tuple(types.values())),
            values=values,
            graph=graph,
            basis=basis,
            base=make_setting(graph.base, size=size)[2:],
            sides=tuple((one.height, one.width) for one in settings),
            types={name: CostGrid(types[name], values) for name in in_order(types)},
        )

    @property
    def alpha(self) -> tuple[Fraction, ...]:
        """The width multipliers."""
        return self.values.axes.alpha.values

    @property
    def rho(self) -> tuple[Fraction, ...]:
        """The resolution multipliers."""
        return self.values.axes.rho.values

    @property
    def shape(self) -> tuple[int, int]:
        """(A, R)."""
        return self.values.shape

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is likely a mistake at settings that are not the spec's own: a layer once.

        And where half of the α are impossible, for nothing rounds.
        """
        possible = self.values.axes.rho.places >= 0
        inputs = compress(zip(self.rho, self.sides), possible)
        settings = [Setting(Fraction(1), rho, *sides) for rho, sides in inputs]
        alphas = (Setting(alpha, Fraction(1), *self.graph.base) for alpha in self.alpha)
        found = warnings(self.graph, (*settings, *alphas))
        return (*lost_widths(self.graph, self.alpha), *found)

    def __repr__(self) -> str:
        alphas, rhos = self.shape
        return f"{type(self).__name__}({self.graph.name!r}, {alphas} α by {rhos} ρ)"

    def input(self, a: int, r: int) -> Map:
        """The input map at grid point [a, r]."""
        return self.graph.input.at(*self.sides[r], Widths(self.graph.rounding, self.alpha[a]))

    def point(self, a: int, r: int) -> Point:
        """The grid point [a, r]."""
        params, mult_adds = (self.values.at(one, a, r) for one in self.cost[:2])
        return Point(self.alpha[a], self.rho[r], self.input(a, r), params, mult_adds)

    def at(self, alpha: Any = None, rho: Any = None) -> Point:
        """The point at this α and ρ, exact ratios such as 0.75 or "6/7".

        An axis of one value need not be named. Raises UsageError for what is not on the grid.
        """
        return self.point(_place(self.alpha, alpha, "α"), _place(self.rho, rho, "ρ"))

    def share(self, type_: str, of: str = "mult_adds") -> Any:
        """The part of the mult-adds (or of the "params") in a layer type, float64 [A, R], of 1."""
        if of not in ("mult_adds", "params"):
            raise UsageError(f"share: of 'mult_adds' or 'params', not {clip(str(of))!r}")
        one: CostGrid = _found(self.types, type_, "layer type")
        part, whole = getattr(one, of), getattr(self, of)
        return (part / (whole + (whole == 0))).astype(float)

    def layer(self, name: str) -> CostGrid:
        """The cost of one layer, by its full name. Raises UsageError for one that is not there."""
        found = {node.name: node for node in self.graph.nodes}
        wanted = _found(found, name, "layer").name
        return dict(self._layers(wanted))[wanted]

    def layers(self) -> dict[str, CostGrid]:
        """The cost of every layer, by its full name, in order."""
        return dict(self._layers())

    def _layers(self, wanted: str | None = None) -> Iterator[tuple[str, CostGrid]]:
        axes = self.values.axes
        for node, cost in count_layers(self.graph, axes, self.basis, Failures(axes)):
            if wanted in (None, node.name):
                yield node.name, CostGrid(cost, self.values)

    def count(self, max_mult_adds: Any = None, max_params: Any = None) -> int:
        """How many points are within the budgets, numbers or "150M". The grid is never held.

        Raises SpecError for a budget of a network with a layer whose work is not known.
        """
        self._demand_known(max_mult_adds, max_params)
        return reducing.count(self.values, self.cost, max_mult_adds, max_params)

    def best(self, max_mult_adds: Any = None, max_params: Any = None) -> Point | None:
        """The point with the most mult-adds within the budgets, None where nothing fits.

        Of equals it is the one with the most parameters, then the first in α-major order.
        The grid is never held. Raises SpecError as `count` does.
        """
        self._demand_known(max_mult_adds, max_params)
        found = reducing.best(self.values, self.cost, max_mult_adds, max_params)
        return found and self.point(*found)

    def _demand_known(self, *limits: Any) -> None:
        """Raise SpecError where a limit is given, and nobody could say that it holds."""
        if limits != (None, None):
            demand_known(self.graph)

    def front(self, cost: str = "mult_adds") -> tuple[Point, ...]:
        """The points that no other beats, cheapest first: more α·ρ for no more cost, or as much
        for less; `cost` is "mult_adds" or "params".

        Of equals the first in α-major order. The grid is never held.
        """
        if cost not in ("mult_adds", "params"):
            raise UsageError(f"front: by 'mult_adds' or 'params', not {clip(str(cost))!r}")
        found = front_of(self.values, getattr(self.cost, cost))
        return tuple(self.point(a, r) for a, r in found)

    def computed(self) -> Self:
        """The same with every array worked out by the engine, and held."""
        costs = [self.cost, *(grid.cost for grid in self.types.values())]
        numbers = [
            one
            for cost in costs
            for one in (cost.params, cost.mult_adds, *cost.counted, cost.counted_params)
        ]
        found = self.values.parts(numbers, slice(0, len(self.alpha)))
        values = self.values.holding(list(zip(numbers, found)))
        types = {name: replace(grid, values=values) for name, grid in self.types.items()}
        return replace(self, values=values, types=types)


def _place(values: tuple[Fraction, ...], value: Any, what: str) -> int:
    if value is None and len(values) == 1:
        return 0
    if value is None:
        raise UsageError(f"{what}: one of the {len(values):,} on the grid")
    wanted = read_ratio(value, what)
    if wanted not in values:
        near = min(values, key=lambda one: abs(one - wanted))
        raise UsageError(
            f"{what}: {_written(wanted)} is not on the grid; the nearest is {_written(near)}"
        )
    return values.index(wanted)


def _written(ratio: Fraction) -> str:
    """A ratio as it can be written again: that of a float is the float, such as 0.1 + 0.2."""
    text = repr(float(ratio))
    return text if ratio.denominator > 10**6 and Fraction(text) == ratio else ratio_text(ratio)


def _found(known: dict[str, Any], name: str, what: str) -> Any:
    if name not in known:
        near = did_you_mean(str(name), known)
        hint = f"; did you mean {near!r}?" if near else ""
        raise UsageError(f"there is no {what} {clip(str(name))!r}{hint}")
    return known[name]


def _check_words(**given: tuple[str, Collection[str]]) -> None:
    for name, (value, known) in given.items():
        if value not in known:
            raise UsageError(f"{name}: one of {', '.join(known)}, not {clip(str(value))!r}")


def _count_types(graph: Graph, basis: Basis, failures: Failures) -> dict[str, Cost]:
    """Each type's cost over the distinct points."""
    costs: dict[str, list[Cost]] = {node.type: [] for node in graph.nodes}
    for node, cost in count_layers(graph, failures.axes, basis, failures):
        costs[node.type].append(cost)
    return {name: together(found) for name, found in costs.items()}
