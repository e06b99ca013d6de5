"""What fits into a budget, and which measured network it buys, which show themselves as tables."""

from dataclasses import fields
from typing import Any

from mnetcost.analysis.fit import fit as search
from mnetcost.analysis.fit import knobs, scores
from mnetcost.notebook.shown import Shown
from mnetcost.reports.fit import fit_report, nothing_fits
from mnetcost.reports.fit_knobs import knobs_report, none_of_knobs
from mnetcost.reports.fit_scores import none_fits, ranking_report
from mnetcost.tabular import Report


class Fit(Shown, search.Fit):
    """What fits into a budget.

    `best` is the choice of the greatest capacity α·ρ, None where nothing fits; `largest` has the
    largest α at each ρ, `front` what no other choice beats, `fitting` all that fit.
    """

    def _page(self) -> Report:
        report = fit_report(self)
        return report if self.best else _nothing(report, nothing_fits(self))


class Fits(Shown, knobs.Fits):
    """A search for each combination of knobs in `sets`, and what they found together.

    `largest` has what fits of every combination, the fullest budget first, and `best` the first.
    """

    def _page(self) -> Report:
        report = knobs_report(self)
        return report if self.best else _nothing(report, none_of_knobs(self))


class Ranking(Shown, scores.Ranking):
    """Measured networks against their cost, in the order of their file.

    `best` is the one of the highest score that fits, of several the cheapest; None where none does.
    """

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
    """The report with why it is empty, before all else that it notes."""
    return report._replace(notes=(("Nothing fits", words), *report.notes))
