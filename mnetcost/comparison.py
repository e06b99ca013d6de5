"""The notebook's API for several networks: what changed from one to another, and side by side."""

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from mnetcost.analysis.compare import CountComparison
from mnetcost.analysis.diff import CountDiff
from mnetcost.analysis.targets import Target, each, read_target
from mnetcost.cost import Basis
from mnetcost.exact import ratio_text
from mnetcost.multipliers import sides
from mnetcost.network import Cost, Network, load, make_basis

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Comparable: TypeAlias = str | os.PathLike[str] | Network | Cost


class Diff(CountDiff):
    """What changed from one network to another.

    `changes` holds every layer of both in order: `kind` ("added", "removed", "changed", "same"),
    `before` and `after` (records as in `cost.layers`, or None), `differences` and the changes of
    `params` and `mult_adds`. `same`, `params` and `mult_adds` are those of the whole.
    """

    def __repr__(self) -> str:
        return (
            f"Diff({self.names[0]!r}, {self.names[1]!r}, "
            f"params={self.params:+,}, mult_adds={self.mult_adds:+,})"
        )

    def _repr_html_(self) -> str:
        from mnetcost.render.html import render_fragment
        from mnetcost.reports.diff import diff_report

        return render_fragment(diff_report(self))


class Comparison(CountComparison):
    """Several networks side by side: `names`, `counts`, and which are on the `pareto` front."""

    def __repr__(self) -> str:
        return f"Comparison({', '.join(map(repr, self.names))})"

    def _repr_html_(self) -> str:
        from mnetcost.render.html import render_fragment
        from mnetcost.reports.compare import compare_report

        return render_fragment(compare_report(self))

    def plot(self) -> "Figure":
        """A matplotlib figure: mult-adds against parameters, the Pareto front marked.

        Raises UsageError where matplotlib is not installed (the extra `plot`), and under a
        convention that counts no work.
        """
        from mnetcost.render.figure import draw
        from mnetcost.reports.compare import scatter_of

        return draw(scatter_of(self))


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
    one, other = each([before, after], lambda given: _counted(given, basis))
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
    found = each(list(networks), lambda given: _counted(given, basis))
    return Comparison.of([cost for _, cost in found], [name for name, _ in found])


def counted(
    target: Target, basis: Basis, others: Mapping[str, Any], open_: Callable[[str], Network] = load
) -> Cost:
    """The cost of a target, with the setting of `others` where it has none of its own.

    `open_` gives the network of its spec. Raises UsageError, naming the target, for a knob that the
    spec has not, SpecError for what is wrong with the spec.
    """
    network = open_(target.spec)
    target.check_knobs(network.graph.knobs)
    if target.knobs:
        network = network.set(**target.knobs)
    return network.counted(basis, **target.setting_over(others))


def _counted(given: Comparable, basis: Basis) -> tuple[str, Cost]:
    """What a network is called in the table, and its cost."""
    if isinstance(given, Network):
        return given.name, given.counted(basis)
    if isinstance(given, Cost):
        return _name(given), Cost.of(given.graph, given.setting, basis)
    if isinstance(given, str) and "\n" not in given:
        return given, counted(read_target(given), basis, {})
    network = load(given)
    return network.name, network.counted(basis)


def _name(cost: Cost) -> str:
    """The network's name, and its setting as a target would say it."""
    alpha, rho, height, width = cost.setting
    words = [f"alpha={ratio_text(alpha)}"] if alpha != 1 else []
    if sides(*cost.graph.base, rho) != (height, width):
        words.append(f"input={height}x{width}")
    elif rho != 1:
        words.append(f"rho={ratio_text(rho)}")
    return cost.graph.name + ("@" + ",".join(words) if words else "")
