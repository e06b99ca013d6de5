"""What changed from one network to another, which shows itself as a table."""

from mnetcost.analysis.diff.diff import CountDiff
from mnetcost.notebook.shown import Framed
from mnetcost.reports.diff import diff_report
from mnetcost.tabular import Report


class Diff(CountDiff, Framed):
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

    def _page(self) -> Report:
        return diff_report(self)
