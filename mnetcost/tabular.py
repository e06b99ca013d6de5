"""Tables of raw exact values, pages and reports: no network and no format in here."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from mnetcost.record import Record


class Kind(Enum):
    """What a column holds, so that each format can write it in its own way."""

    TEXT = "text"
    NUMBER = "number"  # an exact ratio such as α, written in lowest terms
    INTEGER = "integer"
    SIDES = "sides"  # height and width, px
    MAP = "map"  # height, width, channels
    SHARE = "share"  # a part of 1
    RATIO = "ratio"  # a fraction, shown to five decimals
    BAR = "bar"  # a share drawn as a bar; formats for programs leave it out
    FORMULA = "formula"  # with a `text` and a `latex`
    HEAT = "heat"  # an integer shaded by its size within the table
    CHANGE = "change"  # an integer written with its sign
    SIGN = "sign"  # added, removed, changed or same, shown as a sign


class Column(Record, kw_only=False):
    """One column.

    When a table is split, `label` columns stand in every part and `joined` ones beside the column
    before them.
    """

    key: str
    header: str
    kind: Kind
    total: bool = False
    joined: bool = False
    label: bool = False


class Table(Record, kw_only=False):
    """Rows of raw values. `key` names its view; totals are the sums of the rows."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]

    def totals(self) -> tuple[Any, ...] | None:
        """The sums of the columns that have one, None elsewhere; None for a table without any."""
        if not any(column.total for column in self.columns):
            return None
        values = zip(*self.rows) if self.rows else ((),) * len(self.columns)
        return tuple(
            sum(column_values) if column.total else None
            for column, column_values in zip(self.columns, values)
        )

    def largest(self, kind: Kind) -> Any:
        """The largest value in all columns of this kind; 0 where there is none."""
        places = [place for place, column in enumerate(self.columns) if column.kind is kind]
        values = (row[place] for row in self.rows for place in places)
        return max((one for one in values if one is not None), default=0)

    def without(self, *kinds: Kind) -> "Table":
        """The table without the columns of these kinds."""
        kept = [place for place, column in enumerate(self.columns) if column.kind not in kinds]
        return self.only(kept)

    def only(self, places: Sequence[int]) -> "Table":
        """The table with the columns at these places."""
        return Table(
            self.key,
            self.title,
            tuple(self.columns[place] for place in places),
            tuple(tuple(row[place] for place in places) for row in self.rows),
        )


class Page(Record, kw_only=False):
    """What people read: titled tables, and notes under them."""

    title: str
    tables: tuple[Table, ...]
    notes: tuple[tuple[str, str], ...]


class Report(Page, kw_only=False):
    """What a command prints: a page, and a document for programs.

    `flat` is the table that a format of one table (CSV) writes.
    """

    document: Mapping[str, Any]
    flat: Table

    def view(self, key: str | None) -> "Report":
        """The report with the table `key` alone; all of them for None."""
        if key is None:
            return self
        tables = tuple(table for table in self.tables if table.key == key)
        return Report(self.title, tables, self.notes, self.document, tables[0])
