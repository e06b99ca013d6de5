"""Why a cost is what it is, which shows itself as mathematics."""

from typing import Self

from mnetcost.analysis.explain.computation import Ways, ways
from mnetcost.analysis.explain.derivation import Derivation, derivations
from mnetcost.analysis.explain.explain import Explained, explain, select
from mnetcost.cost import Count
from mnetcost.notebook.shown import Framed
from mnetcost.record import Record
from mnetcost.render.terminal import render_plain
from mnetcost.reports.explain import explain_report
from mnetcost.tabular import Report


class Explanation(Record, Framed):
    """Why a cost is what it is. Prints as text; a notebook shows it as mathematics.

    `layers` hold a layer's `symbols` with their values and its `lines`: quantity, formula, numbers
    (both with `text` and `latex`), result. `derivations` hold the `steps` of each pair's ratios,
    `ways` how each convolution can be computed, where that is asked for.
    """

    cost: Count
    layers: tuple[Explained, ...]
    derivations: tuple[Derivation, ...]
    whole: bool
    ways: tuple[Ways, ...] = ()

    @classmethod
    def of(cls, cost: Count, layer: str = "", algorithms: bool = False) -> Self:
        """The explanation of the layers that `layer` names; of all for an empty text."""
        chosen = select(cost, layer)
        return cls(
            cost=cost,
            layers=tuple(explain(cost, layer)),
            derivations=tuple(derivations(cost, chosen)),
            whole=not layer,
            ways=tuple(ways(cost, chosen)) if algorithms else (),
        )

    def report(self) -> Report:
        """The tables that the command line prints."""
        return explain_report(self.cost, self.layers, self.derivations, self.whole, self.ways)

    def _page(self) -> Report:
        return self.report()

    def __repr__(self) -> str:
        return render_plain(self.report())
