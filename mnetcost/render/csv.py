"""One table as CSV, raw values: exact integers, one column a dimension, no totals."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from mnetcost.exact import ratio_text
from mnetcost.tabular import Column, Kind, Report
from mnetcost.text import inert, printable

DIMENSIONS = {Kind.MAP: ("height", "width", "channels"), Kind.SIDES: ("height", "width")}


def render_csv(report: Report) -> str:
    """The report's flat table."""
    table = report.flat.without(Kind.BAR)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([name for column in table.columns for name in names(column)])
    for row in table.rows:
        values = zip(table.columns, row)
        writer.writerow([cell for column, value in values for cell in _cells(column, value)])
    return buffer.getvalue()


def names(column: Column) -> Iterator[str]:
    """What the column is called, once a dimension."""
    dimensions = DIMENSIONS.get(column.kind)
    return (f"{column.key}_{one}" for one in dimensions) if dimensions else iter((column.key,))


def _cells(column: Column, value: Any) -> Iterator[Any]:
    if column.kind in DIMENSIONS:
        return iter(value if value is not None else [""] * len(DIMENSIONS[column.kind]))
    return iter((_raw(column.kind, value),))


def _raw(kind: Kind, value: Any) -> Any:
    if value is None:
        return ""
    if kind in (Kind.SHARE, Kind.RATIO, Kind.RATE, Kind.MILLISECONDS):
        return float(value)
    if kind is Kind.NUMBER:
        return ratio_text(value)  # 0.75, or 6/7 where no decimal is exact
    if kind is Kind.FLAG:
        return "true" if value else "false"
    if kind is Kind.FORMULA:
        return value.text
    return inert(printable(value)) if kind is Kind.TEXT else value
