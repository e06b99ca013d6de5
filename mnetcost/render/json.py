"""The report's document as JSON: exact integers, no rounding."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mnetcost.tabular import Report


def render_json(report: "Report") -> str:
    """The whole document, whatever the view."""
    return document_text(report.document)


def document_text(document: Mapping[str, Any]) -> str:
    """A document for programs."""
    return json.dumps(document, indent=2) + "\n"


def listing_texts(head: Mapping[str, Any], name: str, items: Iterable[Any]) -> Iterator[str]:
    """A document that ends with a list, some text at a time: an item a line, none of them held."""
    before, _, after = json.dumps({**head, name: []}, indent=2).rpartition("[]")
    yield f"{before}["
    for place, one in enumerate(items):
        yield f"{',' if place else ''}\n    {json.dumps(one)}"
    yield f"\n  ]{after}\n"
