"""Several networks side by side, which show themselves as a table and as a picture."""

from typing import TYPE_CHECKING

from mnetcost.analysis.compare.compare import CountComparison
from mnetcost.notebook.shown import Framed
from mnetcost.render.figure import draw
from mnetcost.reports.compare import compare_report
from mnetcost.reports.plot_fronts import comparison_picture
from mnetcost.tabular import Report

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Comparison(CountComparison, Framed):
    """Several networks side by side: `names`, `counts`, and which are on the `pareto` front."""

    def __repr__(self) -> str:
        return f"Comparison({', '.join(map(repr, self.names))})"

    def _page(self) -> Report:
        return compare_report(self)

    def plot(self, theme: str = "light", width: float | None = None) -> "Figure":
        """A matplotlib figure: mult-adds against parameters, the Pareto front marked.

        `theme` is "light" or "dark", `width` in inches: 3.3 is a column of a paper, None a page.
        Raises UsageError where matplotlib is not installed (the extra `plot`), and under a
        convention that counts no work.
        """
        return draw(comparison_picture(self), theme, width)
