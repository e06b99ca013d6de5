"""What a notebook can do, from top to bottom: load, then sweep, fit, rank, diff, compare.

`load` gives a `Network`, whose `cost`, `set` and `rewrite` do the rest.
"""

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, overload

from mnetcost.analysis.sweep.knobs import combinations, of_each, points_each
from mnetcost.graph import Graph
from mnetcost.importing.opening import open_graph
from mnetcost.importing.widths.options import Widths
from mnetcost.notebook.compare import Comparison
from mnetcost.notebook.cost import Cost
from mnetcost.notebook.diff import Diff
from mnetcost.notebook.network import Network, from_torch, load, make_basis
from mnetcost.notebook.targets import Comparable, counted_as_given
from mnetcost.printed import read_budget
from mnetcost.targets import each

if TYPE_CHECKING:  # these need NumPy
    from mnetcost.notebook.fit import Fit, Fits, Ranking
    from mnetcost.notebook.sweep import Sweep, Sweeps

__all__ = [
    "Comparison",
    "Cost",
    "Diff",
    "Network",
    "Widths",
    "compare",
    "diff",
    "fit",
    "from_torch",
    "load",
    "rank",
    "sweep",
]


@overload
def sweep(
    network: Network | str | os.PathLike[str],
    alpha: Any = ...,
    rho: Any = ...,
    resolution: Any = ...,
    input: Any = ...,
    *,
    set: None = ...,
    invalid: str = ...,
    engine: str = ...,
    dtype: str = ...,
    convention: "str | os.PathLike[str] | None" = ...,
    batch: int = ...,
    pass_: str = ...,
) -> "Sweep":
    """Without knobs, one sweep."""


@overload
def sweep(
    network: Network | str | os.PathLike[str],
    alpha: Any = ...,
    rho: Any = ...,
    resolution: Any = ...,
    input: Any = ...,
    *,
    set: Mapping[str, Any],
    invalid: str = ...,
    engine: str = ...,
    dtype: str = ...,
    convention: "str | os.PathLike[str] | None" = ...,
    batch: int = ...,
    pass_: str = ...,
) -> "Sweep | Sweeps":
    """With knobs, a sweep for each combination of their values."""


def sweep(  # noqa: PLR0913 - the axes, and what is counted
    network: Network | str | os.PathLike[str],
    alpha: Any = None,
    rho: Any = None,
    resolution: Any = None,
    input: Any = None,  # noqa: A002 - the CLI's own word
    *,
    set: Mapping[str, Any] | None = None,  # noqa: A002 - the CLI's own word
    invalid: str = "refuse",
    engine: str = "numpy",
    dtype: str = "integer",
    convention: "str | os.PathLike[str] | None" = None,
    batch: int = 1,
    pass_: str = "forward",
) -> "Sweep | Sweeps":
    """Count a network over a grid: integer arrays `.params` and `.mult_adds` of shape [A, R].

    `alpha` and `rho` (or `resolution`, px) are numbers, lists, arrays, or texts such as "1,0.75" or
    "0.25:1:0.25" (the end is included); the defaults are the paper's four by four. `convention`,
    `batch` and `pass_` are those of `Network.cost`; `.counted` are the bounds of the convention's
    number. `set` sets knobs; several values give a sequence, a sweep for each combination.

    With `invalid="mask"` impossible points are masked (numpy.ma) instead of refused;
    `engine="dask"` gives Dask arrays; `dtype="float64"` gives floats, where they are exact. Nothing
    is worked out until it is asked for: `count`, `best` and `front` never hold a grid.

    Raises UsageError for a wrong axis, option or knob, or for over 2,000,000,000 points; SpecError
    naming the first impossible point.
    """
    from mnetcost.analysis.sweep.sweep import MAX_POINTS
    from mnetcost.notebook.sweep import Sweep, Sweeps

    sets = combinations(set or {})

    def counted(graph: Graph) -> Sweep:
        return Sweep.of(
            *(graph, alpha, rho, resolution, input),
            basis=make_basis(convention, batch, pass_),
            limit=points_each(MAX_POINTS, sets),
            invalid=invalid,
            engine=engine,
            dtype=dtype,
        )

    found = [one for _, one in of_each(_graph(network), sets, counted)]
    return found[0] if len(found) == 1 else Sweeps(sets, found)


@overload
def fit(
    network: Network | str | os.PathLike[str],
    max_mult_adds: Any = ...,
    max_params: Any = ...,
    *,
    set: None = ...,
    alpha: Any = ...,
    min_alpha: Any = ...,
    max_alpha: Any = ...,
    rho: Any = ...,
    resolution: Any = ...,
    resolution_multiple: Any = ...,
    input: Any = ...,
    convention: str | os.PathLike[str] | None = ...,
    batch: int = ...,
    pass_: str = ...,
) -> "Fit":
    """Without knobs, one search."""


@overload
def fit(
    network: Network | str | os.PathLike[str],
    max_mult_adds: Any = ...,
    max_params: Any = ...,
    *,
    set: Mapping[str, Any],
    alpha: Any = ...,
    min_alpha: Any = ...,
    max_alpha: Any = ...,
    rho: Any = ...,
    resolution: Any = ...,
    resolution_multiple: Any = ...,
    input: Any = ...,
    convention: str | os.PathLike[str] | None = ...,
    batch: int = ...,
    pass_: str = ...,
) -> "Fit | Fits":
    """With knobs, a search for each combination of their values."""


def fit(  # noqa: PLR0913 - the budget, and where to look
    network: Network | str | os.PathLike[str],
    max_mult_adds: Any = None,
    max_params: Any = None,
    *,
    set: Mapping[str, Any] | None = None,  # noqa: A002 - the CLI's own word
    alpha: Any = None,
    min_alpha: Any = None,
    max_alpha: Any = None,
    rho: Any = None,
    resolution: Any = None,
    resolution_multiple: Any = None,
    input: Any = None,  # noqa: A002 - the CLI's own word
    convention: str | os.PathLike[str] | None = None,
    batch: int = 1,
    pass_: str = "forward",
) -> "Fit | Fits":
    """The width and resolution multipliers that fill a budget best, exactly.

    The limits are whole numbers or texts such as "150M". All α from `min_alpha` (above 0 for None)
    to `max_alpha` (1) are searched, or those of `alpha` alone, at every `rho` or `resolution` (px
    of the longer side); without them at the network's own input and every multiple of
    `resolution_multiple` px (32) below it. `.best`, `.largest` and `.front` hold plateaus of α,
    each with its exact ends and its cost.
    Limits and costs are of what `convention`, `batch` and `pass_` count, as for `Network.cost`.

    `set` sets knobs; several values give a sequence, a search for each combination, whose
    `.largest` is one list, the fullest budget first. α and ρ are then 1 where none is given.

    Raises UsageError for a wrong or missing limit or axis, or where there is too much to search.
    """
    from mnetcost.analysis.fit.knobs import fit_each
    from mnetcost.notebook.fit import fitted

    found = fit_each(
        _graph(network),
        combinations(set or {}),
        max_mult_adds=max_mult_adds,
        max_params=max_params,
        alpha=alpha,
        min_alpha=min_alpha,
        max_alpha=max_alpha,
        rho=rho,
        resolution=resolution,
        resolution_multiple=resolution_multiple,
        size=input,
        basis=make_basis(convention, batch, pass_),
    )
    return fitted(found)


def rank(  # noqa: PLR0913 - the scores, the budget, and what is counted
    network: Network | str | os.PathLike[str],
    scores: str | os.PathLike[str],
    max_mult_adds: Any = None,
    max_params: Any = None,
    *,
    input: Any = None,  # noqa: A002 - the CLI's own word
    convention: str | os.PathLike[str] | None = None,
    batch: int = 1,
    pass_: str = "forward",
) -> "Ranking":
    """Measured accuracies against cost: `.front`, and the `.best` within a budget.

    `scores` is a CSV, as a path, a text or a shipped name ("mobilenet_v1"), with the columns alpha,
    rho or resolution (px of the longer side), and accuracy or score. Limits and costs are of what
    `convention`, `batch` and `pass_` count, as for `Network.cost`. Raises UsageError for a wrong
    limit, SpecError with every wrong line of the CSV.
    """
    from mnetcost.analysis.fit.scores import rank as rank_graph
    from mnetcost.notebook.fit import ranked

    budget, basis = read_budget(max_mult_adds, max_params), make_basis(convention, batch, pass_)
    return ranked(rank_graph(_graph(network), scores, budget, input, basis))


def diff(
    before: Comparable,
    after: Comparable,
    *,
    convention: "str | os.PathLike[str] | None" = None,
    batch: int = 1,
    pass_: str = "forward",
) -> Diff:
    """What changed from one network to another, layer by layer, in structure and in cost.

    Each is a target ("mobilenet_v1@alpha=0.75"), a path, a Network (at α = ρ = 1) or a Cost (at its
    setting). `convention`, `batch` and `pass_` are those of `Network.cost`, for both. Raises
    UsageError or SpecError with what is wrong with either.
    """
    basis = make_basis(convention, batch, pass_)
    one, other = each([before, after], lambda given: counted_as_given(given, basis))
    return Diff.of(one[1], other[1], (one[0], other[0]))


def compare(
    networks: Iterable[Comparable],
    *,
    convention: "str | os.PathLike[str] | None" = None,
    batch: int = 1,
    pass_: str = "forward",
) -> Comparison:
    """Several networks side by side; each is given as in `diff`.

    Raises UsageError or SpecError with what is wrong with any of them, and UsageError for none.
    """
    if isinstance(networks, (str, os.PathLike, Network, Cost)):
        networks = (networks,)
    basis = make_basis(convention, batch, pass_)
    found = each(list(networks), lambda given: counted_as_given(given, basis))
    return Comparison.of([cost for _, cost in found], [name for name, _ in found])


def _graph(network: Network | str | os.PathLike[str]) -> Graph:
    return network.graph if isinstance(network, Network) else open_graph(network)
