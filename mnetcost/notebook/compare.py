"""Several networks side by side, which show themselves as a table and as a picture."""

from typing import TYPE_CHECKING

from mnetcost.analysis.compare.compare import CountComparison
from mnetcost.notebook.shown import Shown
from mnetcost.render.figure import draw
from mnetcost.reports.compare import compare_report, scatter_of
from mnetcost.tabular import Report

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Comparison(CountComparison, Shown):
    """Several networks side by side: `names`, `counts`, and which are on the `pareto` front."""

    def __repr__(self) -> str:
        return f"Comparison({', '.join(map(repr, self.names))})"

    def _page(self) -> Report:
        return compare_report(self)

    def plot(self) -> "Figure":
        """A matplotlib figure: mult-adds against parameters, the Pareto front marked.

        Raises UsageError where matplotlib is not installed (the extra `plot`), and under a
        convention that counts no work.
        """
        return draw(scatter_of(self))
