"""The notebook's API for budgets: what fills one, and which trained network it buys."""

import os
from typing import TYPE_CHECKING, Any

from mnetcost.graph import Graph
from mnetcost.network import Network, make_basis
from mnetcost.printed import read_budget
from mnetcost.spec import load_graph

if TYPE_CHECKING:  # a search needs NumPy
    from mnetcost.analysis.fit import Fit
    from mnetcost.analysis.scores import Ranking


def fit(  # noqa: PLR0913 - the budget, and where to look
    network: Network | str | os.PathLike[str],
    max_mult_adds: Any = None,
    max_params: Any = None,
    *,
    min_alpha: Any = None,
    max_alpha: Any = 1,
    rho: Any = None,
    resolution: Any = None,
    resolution_multiple: Any = None,
    input: Any = None,  # noqa: A002 - the CLI's own word
    convention: str | os.PathLike[str] | None = None,
    batch: int = 1,
    pass_: str = "forward",
) -> "Fit":
    """The width and resolution multipliers that fill a budget best, exactly.

    The limits are whole numbers or texts such as "150M". All α from `min_alpha` (above 0 for None)
    to `max_alpha` are searched, at every `rho` or `resolution` (px of the longer side); without
    them at the network's own input and every multiple of `resolution_multiple` px (32) below it.
    `.best`, `.largest` and `.front` hold plateaus of α, each with its exact ends and its cost.
    Limits and costs are of what `convention`, `batch` and `pass_` count, as for `Network.cost`.

    Raises UsageError for a wrong or missing limit or axis, or where there is too much to search.
    """
    from mnetcost.analysis.fit import fit as fit_graph

    return fit_graph(
        _graph(network),
        max_mult_adds=max_mult_adds,
        max_params=max_params,
        min_alpha=min_alpha,
        max_alpha=max_alpha,
        rho=rho,
        resolution=resolution,
        resolution_multiple=resolution_multiple,
        size=input,
        basis=make_basis(convention, batch, pass_),
    )


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
    from mnetcost.analysis.scores import rank as rank_graph

    budget, basis = read_budget(max_mult_adds, max_params), make_basis(convention, batch, pass_)
    return rank_graph(_graph(network), scores, budget, input, basis)


def _graph(network: Network | str | os.PathLike[str]) -> Graph:
    return network.graph if isinstance(network, Network) else load_graph(network)
