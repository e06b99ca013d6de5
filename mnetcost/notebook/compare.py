"""Several networks side by side, which show themselves as a table and as a picture."""

from typing import TYPE_CHECKING, overload

from mnetcost.analysis.compare.compare import CountComparison
from mnetcost.notebook.shown import Framed
from mnetcost.render.figure import draw
from mnetcost.reports.compare import compare_report
from mnetcost.reports.plot_fronts import comparison_picture
from mnetcost.tabular import Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Comparison(CountComparison, Framed):
    """Several networks side by side: `names`, `counts`, and which are on the `pareto` front."""

    def __repr__(self) -> str:
        return f"Comparison({', '.join(map(repr, self.names))})"

    def _page(self) -> Report:
        return compare_report(self)

    @overload
    def plot(self, *, theme: str = ..., width: float | None = ..., ax: None = ...) -> "Figure": ...
    @overload
    def plot(self, *, theme: str = ..., ax: "Axes") -> "Axes": ...
    def plot(
        self, *, theme: str = "light", width: float | None = None, ax: "Axes | None" = None
    ) -> "Figure | Axes":
        """A matplotlib figure: mult-adds against parameters, the Pareto front marked.

        `theme`, `width` and `ax` are those of `Cost.plot`. Raises UsageError where matplotlib is
        not installed (the extra `plot`), and under a convention that counts no work.
        """
        return draw(comparison_picture(self), theme, width, ax)
