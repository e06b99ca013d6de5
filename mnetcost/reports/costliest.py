"""The layers behind what fails: what costs most over a budget, what grew most over another."""

from collections.abc import Iterator, Mapping
from typing import Any

from mnetcost.tabular import Column, Kind, Report, Table

PLACE = (
    Column("spec", "Spec", Kind.TEXT),
    Column("setting", "Setting", Kind.TEXT),
    Column("kind", "Figure", Kind.TEXT),
    Column("layer", "Layer", Kind.TEXT),
)


def with_costliest(report: Report) -> Report:
    """The report of a check with the layers that its messages name, as tables: for summaries."""
    largest = Table(
        "largest",
        "What costs most where a budget is broken",
        (*PLACE, Column("value", "Cost", Kind.INTEGER)),
        tuple(
            (*_place(row), part["name"], part["value"])
            for row in report.document["budgets"]
            for part in row["largest"]
        ),
    )
    grown = Table(
        "grown",
        "What grew most where an increase is too large",
        (
            *PLACE,
            Column("here", "Here", Kind.INTEGER),
            Column("there", "There", Kind.INTEGER),
            Column("growth", "Growth", Kind.CHANGE),
        ),
        tuple(_grown(report)),
    )
    more = (table for table in (largest, grown) if table.rows)
    return report._replace(tables=(*report.tables, *more))


def _grown(report: Report) -> Iterator[tuple[Any, ...]]:
    for row in report.document.get("increases", ()):
        for one in row["grown"]:
            here, there = one["here"], one["there"]
            yield (*_place(row), one["name"], here, there, here - there)


def _place(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["spec"], row["setting"], row["figure"]
