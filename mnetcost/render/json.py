"""The report's document as JSON: exact integers, no rounding."""

import json

from mnetcost.tabular import Report


def render_json(report: Report) -> str:
    """The whole document, whatever the view."""
    return json.dumps(report.document, indent=2) + "\n"
