"""A rewritten spec, which shows itself as the table of what it saves."""

from mnetcost.analysis.rewrite import rewrite
from mnetcost.notebook.shown import Framed
from mnetcost.reports.rewrite import rewrite_report
from mnetcost.tabular import Report


class Rewriting(Framed, rewrite.Rewriting):
    """A rewritten spec: its `text`, and what the change brings.

    `savings` holds the replaced layers, and the network last; `kept` what was asked for and stays.
    """

    def _page(self) -> Report:
        return rewrite_report(self)
