"""Tables of raw exact values, pages and reports: no network and no format in here."""

from collections.abc import Mapping, Sequence
from enum import Enum
from itertools import repeat
from typing import Any, Self

from mnetcost.printed import EXACT
from mnetcost.record import Record


class Kind(Enum):
    """What a column holds, so that each format can write it in its own way."""

    TEXT = "text"
    FLAG = "flag"  # whether something is so
    NUMBER = "number"  # an exact ratio such as α, written in lowest terms
    INTEGER = "integer"
    AMOUNT = "amount"  # an integer of parameters or operations, which a unit may shorten
    SIDES = "sides"  # height and width, px
    MAP = "map"  # height, width, channels
    SHARE = "share"  # a part of 1
    RATIO = "ratio"  # a fraction, shown to five decimals
    RATE = "rate"  # a fraction, shown to two decimals
    MILLISECONDS = "milliseconds"  # exact, shown to three decimals
    BAR = "bar"  # a share drawn as a bar; formats for programs leave it out
    FORMULA = "formula"  # with a `text` and a `latex`
    HEAT = "heat"  # an integer shaded by its size within the table
    CHANGE = "change"  # an integer written with its sign
    SIGN = "sign"  # added, removed, changed or same, shown as a sign
    VERDICT = "verdict"  # what a check says of a figure, coloured by whether it holds


class Whole(int):
    """A number that no unit shortens, in a column of amounts: how many layers there are."""


class Column(Record, kw_only=False):
    """One column. Where a window is too narrow for all, the largest `leaves` go first; 0 stays."""

    key: str
    header: str
    kind: Kind
    total: bool = False
    leaves: int = 0


class Table(Record, kw_only=False):
    """Rows of raw values. `key` names its view.

    `depths` say how deep each row of a tree stands, none of a flat table. Totals are the sums of
    the rows at its top, which hold those below them. Amounts are shown in the `unit`.
    Where it is `headed`, the headers say what the title does, which a terminal then leaves out.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    depths: tuple[int, ...] = ()
    unit: str = EXACT
    headed: bool = False

    @property
    def label(self) -> int:
        """The place of the column that says what a row is of: the first text."""
        return next((at for at, one in enumerate(self.columns) if one.kind is Kind.TEXT), 0)

    def totals(self) -> tuple[Any, ...] | None:
        """The sums of the columns that have one, None elsewhere; None for a table without any."""
        if not any(column.total for column in self.columns):
            return None
        top = [row for row, depth in zip(self.rows, self.depths or repeat(0)) if not depth]
        values = zip(*top) if top else ((),) * len(self.columns)
        return tuple(
            sum(column_values) if column.total else None
            for column, column_values in zip(self.columns, values)
        )

    def without_totals(self) -> "Table":
        """The same table without a line of sums."""
        columns = tuple(column._replace(total=False) for column in self.columns)
        return self._replace(columns=columns)

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
        return self._replace(
            columns=tuple(self.columns[place] for place in places),
            rows=tuple(tuple(row[place] for place in places) for row in self.rows),
        )


class Page(Record, kw_only=False):
    """What people read: what it is of, the answer in a few lines, titled tables, and notes.

    `warnings` are for whoever asked, and no part of what is kept.
    """

    title: str
    tables: tuple[Table, ...]
    notes: tuple[tuple[str, str], ...]
    setting: str = ""
    answer: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def said(self) -> tuple[str, ...]:
        """What stands between the title and the tables."""
        return (self.setting, *self.answer) if self.setting else self.answer

    def in_unit(self, unit: str) -> Self:
        """The page with its amounts shown in a unit: exact, auto, K, M or G."""
        return self._replace(tables=tuple(one._replace(unit=unit) for one in self.tables))


class Report(Page):
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
        return self._replace(tables=tables, flat=tables[0])
