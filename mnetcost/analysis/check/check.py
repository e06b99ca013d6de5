"""Published figures and budgets against the count, each with its verdict."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from mnetcost.cost import FORWARD, Basis, Count
from mnetcost.exact import read_ratio, read_whole
from mnetcost.graph import Graph
from mnetcost.multipliers import BOTH, read_size
from mnetcost.printed import DIFFERS, FIGURES, OVER, Budget, Expectation, Printed, read_budget
from mnetcost.problems import Mark, UsageError
from mnetcost.spec.sources import stem

FAILED = {DIFFERS, OVER}


class Checkable(Protocol):
    """A network that can take another variant and other knobs, and be costed."""

    @property
    def graph(self) -> Graph: ...

    @property
    def variant(self) -> str: ...

    def configured(self, variant: str | None, knobs: Mapping[str, Any], /) -> "Checkable": ...

    def counted(
        self, basis: Basis, alpha: Any, rho: Any, resolution: Any, size: Any, /
    ) -> Count: ...


class Check(NamedTuple):
    """One figure, of an expectation or a budget, against the count."""

    origin: str
    entry: Expectation | Budget
    cost: Count
    kind: str
    printed: Printed
    spec: str  # its file without folder and suffix, or all of it where another is called so too

    @property
    def computed(self) -> int:
        """The count's own figure of this kind, as its basis counts."""
        figures = self.cost.figures
        return figures[self.kind] if self.kind in figures else FIGURES[self.kind](self.cost)

    @property
    def verdict(self) -> str:
        """agrees, differs or erratum of an expectation; fits or over of a budget."""
        return self.entry.verdict(self.printed, self.computed)

    @property
    def failed(self) -> bool:
        """Whether the verdict is a failure: a figure that differs, a limit that is passed."""
        return self.verdict in FAILED

    @property
    def mark(self) -> Mark | None:
        """Where it stands in the spec; None for the budget of an option."""
        return self.entry.marks.get(self.kind)


def held_budget(  # noqa: PLR0913 - the limits, and what they hold for
    *,
    max_mult_adds: Any,
    max_params: Any,
    alpha: Any,
    rho: Any,
    resolution: Any,
    input: Any,  # noqa: A002 - the CLI's own word
    basis: Basis = FORWARD,
) -> Budget | None:
    """The budget of the options, and what it holds for; None without a limit.

    Raises UsageError for what cannot be read, for ρ with a resolution, and for a limit of work
    under a convention that counts none.
    """
    budget = read_budget(max_mult_adds, max_params)
    if not budget.most:
        return None
    basis.limiting(budget)
    if rho is not None and resolution is not None:
        raise UsageError(BOTH)
    return budget._replace(
        alpha=read_ratio(alpha, "α"),
        rho=None if rho is None else read_ratio(rho, "ρ"),
        resolution=None if resolution is None else read_whole(resolution, "resolution"),
        size=None if input is None else read_size(input),
    )


def checks(
    networks: Iterable[Checkable], budget: Budget | None = None, basis: Basis = FORWARD
) -> Iterator[Check]:
    """Every figure that the networks' specs expect, and all of their budgets; of a variant, only
    its own. Then that of `budget`, which holds for each network as `basis` counts it."""
    networks = tuple(networks)
    files = {network.graph.origin.label for network in networks}
    called = Counter(map(stem, files))
    names = {file: stem(file) if called[stem(file)] == 1 else file for file in files}
    for network in networks:
        name = names[network.graph.origin.label]
        entries: tuple[Expectation | Budget, ...] = network.graph.expectations
        for one in entries + network.graph.budgets:
            if network.variant in ("", one.variant):
                yield from _figures(name, network.configured(one.variant, one.set), one)
        if budget is not None:
            own = budget._replace(variant=network.variant or None, set=network.graph.given)
            yield from _figures(name, network, own, basis)


def _figures(
    name: str, network: Checkable, entry: Expectation | Budget, basis: Basis = FORWARD
) -> Iterator[Check]:
    cost = network.counted(basis, entry.alpha, entry.rho, entry.resolution, entry.size)
    for kind, printed in entry.figures():
        yield Check(network.graph.origin.label, entry, cost, kind, printed, name)
