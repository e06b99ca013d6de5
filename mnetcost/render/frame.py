"""One table as a data frame: the rows of CSV, with plain numeric columns."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from mnetcost.problems import missing_extra
from mnetcost.render.csv import DIMENSIONS, names
from mnetcost.tabular import Column, Kind, Table

if TYPE_CHECKING:
    import pandas

RATIOS = {Kind.NUMBER, Kind.SHARE, Kind.RATIO, Kind.RATE, Kind.MILLISECONDS}
WHOLE = {Kind.INTEGER, Kind.AMOUNT, Kind.HEAT, Kind.CHANGE, *DIMENSIONS}
INT64 = 2**63


def table_frame(table: Table) -> "pandas.DataFrame":
    """A row a row and a column a number, under the names of CSV; bars are left out.

    Raises UsageError where pandas is not installed.
    """
    try:
        from pandas import DataFrame
    except ImportError:
        raise missing_extra("a data frame needs pandas", "pandas") from None
    shown = table.without(Kind.BAR)
    values = zip(*shown.rows) if shown.rows else ((),) * len(shown.columns)
    return DataFrame(
        {
            name: _series(column.kind, numbers)
            for column, found in zip(shown.columns, values)
            for name, numbers in _numbers(column, found)
        }
    )


def _numbers(column: Column, values: Sequence[Any]) -> Iterator[tuple[str, Sequence[Any]]]:
    """The columns that one column of a table becomes: a map has one a dimension."""
    dimensions = DIMENSIONS.get(column.kind)
    if dimensions is None:
        yield column.key, values
        return
    for place, name in enumerate(names(column)):
        yield name, [None if one is None else one[place] for one in values]


def _series(kind: Kind, values: Sequence[Any]) -> "pandas.Series[Any]":
    """The values as pandas holds them best."""
    from pandas import Series

    if kind in RATIOS:
        return Series([None if one is None else float(one) for one in values], dtype="float64")
    if kind is Kind.FLAG:
        return Series(values, dtype="boolean" if None in values else "bool")
    if kind in WHOLE:
        return Series(values, dtype=_whole_dtype(values))
    return Series([one.text if kind is Kind.FORMULA and one else one for one in values])


def _whole_dtype(values: Sequence[int | None]) -> str:
    """What holds whole numbers exactly, with a gap where there is none."""
    known = [one for one in values if one is not None]
    if not all(-INT64 <= one < INT64 for one in known):
        return "object"
    return "int64" if len(known) == len(values) else "Int64"
