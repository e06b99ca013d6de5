"""What fits into a budget, and which measured network it buys, which show themselves as tables."""

from dataclasses import fields
from typing import TYPE_CHECKING, Any, overload

from mnetcost.analysis.fit import fit as search
from mnetcost.analysis.fit import knobs, scores
from mnetcost.notebook.shown import Framed
from mnetcost.render.figure import draw
from mnetcost.reports.fit import fit_report, nothing_fits
from mnetcost.reports.fit_knobs import knobs_report, none_of_knobs
from mnetcost.reports.fit_scores import none_fits, ranking_report
from mnetcost.reports.plot_fronts import fit_picture, fits_picture, ranking_picture
from mnetcost.tabular import Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Fit(Framed, search.Fit):
    """What fits into a budget.

    `best` is the choice of the greatest capacity α·ρ, None where nothing fits; `largest` has the
    largest α at each ρ, `front` what no other choice beats, `fitting` all that fit.
    """

    @overload
    def plot(
        self, of: str | None = ..., *, theme: str = ..., width: float | None = ..., ax: None = ...
    ) -> "Figure": ...
    @overload
    def plot(self, of: str | None = ..., *, theme: str = ..., ax: "Axes") -> "Axes": ...
    def plot(
        self,
        of: str | None = None,
        *,
        theme: str = "light",
        width: float | None = None,
        ax: "Axes | None" = None,
    ) -> "Figure | Axes":
        """A matplotlib figure, which a notebook shows: the front of α·ρ against a cost.

        `of` is "mult_adds" or "params", by default what the budget limits. `theme`, `width` and
        `ax` are those of `Cost.plot`. Raises UsageError where nothing fits, and where matplotlib
        is not installed (the extra `plot`).
        """
        return draw(fit_picture(self, of), theme, width, ax)

    def _page(self) -> Report:
        report = fit_report(self)
        return report if self.best else _nothing(report, nothing_fits(self))


class Fits(Framed, knobs.Fits):
    """A search for each combination of knobs in `sets`, and what they found together.

    `largest` has what fits of every combination, the fullest budget first, and `best` the first.
    """

    @overload
    def plot(self, *, theme: str = ..., width: float | None = ..., ax: None = ...) -> "Figure": ...
    @overload
    def plot(self, *, theme: str = ..., ax: "Axes") -> "Axes": ...
    def plot(
        self, *, theme: str = "light", width: float | None = None, ax: "Axes | None" = None
    ) -> "Figure | Axes":
        """A matplotlib figure: how much of the budget each configuration fills, the fullest first.

        `theme`, `width` and `ax` are those of `Cost.plot`. Raises UsageError where nothing fits,
        and where matplotlib is not installed (the extra `plot`).
        """
        return draw(fits_picture(self), theme, width, ax)

    def _page(self) -> Report:
        report = knobs_report(self)
        return report if self.best else _nothing(report, none_of_knobs(self))


class Ranking(Framed, scores.Ranking):
    """Measured networks against their cost, in the order of their file.

    `best` is the one of the highest score that fits, of several the cheapest; None where none does.
    """

    @overload
    def plot(
        self, of: str | None = ..., *, theme: str = ..., width: float | None = ..., ax: None = ...
    ) -> "Figure": ...
    @overload
    def plot(self, of: str | None = ..., *, theme: str = ..., ax: "Axes") -> "Axes": ...
    def plot(
        self,
        of: str | None = None,
        *,
        theme: str = "light",
        width: float | None = None,
        ax: "Axes | None" = None,
    ) -> "Figure | Axes":
        """A matplotlib figure, which a notebook shows: every score against a cost, and the front.

        The arguments are those of `Fit.plot`. Raises UsageError where matplotlib is not installed.
        """
        return draw(ranking_picture(self, of), theme, width, ax)

    def _page(self) -> Report:
        report = ranking_report(self)
        return report if self.best else _nothing(report, none_fits(self))


def fitted(found: search.Fit | knobs.Fits) -> Fit | Fits:
    """A search, or one with each combination of knobs, as a notebook holds it."""
    if isinstance(found, knobs.Fits):
        return Fits(found.sets, [Fit(**_values(one)) for one in found])
    return Fit(**_values(found))


def ranked(found: scores.Ranking) -> Ranking:
    """A ranking as a notebook holds it."""
    return Ranking(**_values(found))


def _values(record: Any) -> dict[str, Any]:
    return {one.name: getattr(record, one.name) for one in fields(record)}


def _nothing(report: Report, words: str) -> Report:
    """The report with why there is nothing, in the place of its tables."""
    return report._replace(tables=(), answer=(words,))
