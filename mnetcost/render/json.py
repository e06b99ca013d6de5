"""The report's document as JSON: exact integers, no rounding."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mnetcost.tabular import Report


def render_json(report: "Report") -> str:
    """The whole document, whatever the view."""
    return document_text(report.document)


def document_text(document: Mapping[str, Any]) -> str:
    """A document for programs."""
    return json.dumps(document, indent=2) + "\n"
