"""Reports as lines of styled text. Where a table is too wide it is split, never cut."""

import re
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any, NamedTuple, Self, TypeAlias

from mnetcost.render.cells import NUMERIC, SHADES, bar_text, cell_text, shade
from mnetcost.tabular import Column, Kind, Page, Table
from mnetcost.text import printable

GAP = 2
BAR = 12
NARROWEST = 20  # what a text needs at least to go on below itself
PLAIN, BOLD, TITLE = "", "bold", "bold cyan"
HEAT_STYLES = ("dim", "green", "yellow", "dark_orange", "red")
SIGN_STYLES = {
    "added": "bold green",
    "removed": "bold red",
    "changed": "bold yellow",
    "same": PLAIN,
}

_NARROW = re.compile("[\x20-\x7e\xa0-\xff–→αβγρ█▉▊▋▌▍▎▏▓▒░…“”]*")

Span: TypeAlias = tuple[str, str]  # a text and its rich style
Line: TypeAlias = list[Span]


def cell_len(text: str) -> int:
    """How many columns of a terminal the text takes."""
    if _NARROW.fullmatch(text):
        return len(text)
    from rich.cells import cell_len  # only for signs that may be wide

    return cell_len(text)


def report_lines(report: Page, width: int | None) -> Iterator[Line]:
    """Every line of the report, its tables fitted into `width` columns; None for no bound."""
    yield [(printable(report.title), BOLD)]
    for table in report.tables:
        yield []
        for title in table.title.split("\n"):
            yield [(title, TITLE)]
        yield from _table_lines(table, width)
    yield []
    for label, words in report.notes:
        yield [(f"{label}: ", BOLD), (printable(words), PLAIN)]


class _Whole(NamedTuple):
    """What every column of a table needs of the others, worked out once."""

    totals: tuple[Any, ...] | None
    height: int  # lines of the header
    first: int  # the column that says "Total"
    largest: dict[Kind, Any]

    @classmethod
    def of(cls, table: Table) -> Self:
        """The facts of a table."""
        totals = table.totals()
        return cls(
            totals,
            max(one.header.count("\n") for one in table.columns) + 1,
            next(at for at, one in enumerate(table.columns) if one.kind is not Kind.SIGN),
            {kind: table.largest(kind) for kind in (Kind.BAR, Kind.HEAT)},
        )


def _table_lines(table: Table, width: int | None) -> Iterator[Line]:
    """The table, or where it is too wide several parts that repeat its labels."""
    whole = _Whole.of(table)
    columns = [_spans(table, place, whole) for place in range(len(table.columns))]
    sizes = [max(cell_len(text) for text, _ in spans) for spans in columns]
    for number, places in enumerate(_fit(table, sizes, width)):
        if number:
            yield []
        rows = list(zip(*(_padded(table, columns, sizes, place) for place in places)))
        if whole.totals and all(whole.totals[place] is None for place in places):
            rows.pop()  # a part without totals needs no line for them
        before = sum(sizes[place] + GAP for place in places[:-1])
        for row in rows:
            yield from _row(row, before, width)
    if not table.rows:
        yield [("(none)", PLAIN)]


def _row(cells: Sequence[Span], before: int, width: int | None) -> Iterator[Line]:
    """A row on one line; a last cell that is too long goes on below its own beginning."""
    *others, (text, style) = cells
    start = [span for cell in others for span in (cell, (" " * GAP, PLAIN))]
    text = text.rstrip()
    room = (width or 0) - before
    if width is None or room < NARROWEST or cell_len(text) <= room:
        yield [*start, (text, style)]
        return
    first, *rest = wrap(text, room, break_on_hyphens=False)
    yield [*start, (first, style)]
    for line in rest:
        yield [(" " * before, PLAIN), (line, style)]


def _padded(
    table: Table, columns: Sequence[Line], sizes: Sequence[int], place: int
) -> Iterator[Span]:
    """The cells of a column, all of one size, numbers to the right."""
    right = table.columns[place].kind in NUMERIC
    for text, style in columns[place]:
        space = " " * (sizes[place] - cell_len(text))
        yield (space + text if right else text + space), style


def _fit(table: Table, sizes: Sequence[int], width: int | None) -> list[list[int]]:
    """Places of the columns in one block, if need be without bars, else in several."""
    every = list(range(len(table.columns)))
    plain = [place for place in every if table.columns[place].kind is not Kind.BAR]
    for places in (every, plain):
        if width is None or sum(sizes[place] + GAP for place in places) - GAP <= width:
            return [places]
    return split(table.columns, sizes, width or 0)


def split(columns: Sequence[Column], sizes: Sequence[int], width: int) -> list[list[int]]:
    """Places of the columns in blocks of at most `width`, the labels in each."""
    labels = [place for place, column in enumerate(columns) if column.label]
    room = width - sum(sizes[place] + GAP for place in labels) + GAP
    blocks: list[list[int]] = []
    left = 0
    for group in _groups(columns, sizes, room):
        needs = sum(sizes[place] + GAP for place in group)
        if needs > left or not blocks:
            blocks.append(list(labels))
            left = room
        blocks[-1].extend(group)
        left -= needs
    return blocks


def _groups(columns: Sequence[Column], sizes: Sequence[int], room: int) -> list[list[int]]:
    """Columns that belong together, as far as together they fit into `room`."""
    groups: list[list[int]] = []
    for group in _joined(columns):
        fits = sum(sizes[place] + GAP for place in group) <= room
        groups.extend([group] if fits else [[place] for place in group])
    return groups


def _joined(columns: Sequence[Column]) -> list[list[int]]:
    """Places of the columns that are no labels, those that belong together as one group."""
    groups: list[list[int]] = []
    for place, column in enumerate(columns):
        if column.joined and groups:
            groups[-1].append(place)
        elif not column.label:
            groups.append([place])
    return groups


def _spans(table: Table, place: int, whole: _Whole) -> Line:
    """One column from top to bottom: header, rows, and the total where there is one."""
    column = table.columns[place]
    header = column.header.split("\n")
    spans = [(text, BOLD) for text in [""] * (whole.height - len(header)) + header]
    spans += _values(column, [row[place] for row in table.rows], whole.largest.get(column.kind))
    if whole.totals is not None:
        total = whole.totals[place]
        words = "Total" if place == whole.first else ""
        spans.append((words if total is None else cell_text(total, column.kind), BOLD))
    return spans


def _values(column: Column, values: Sequence[Any], largest: Any) -> Line:
    """The cells of a column; `largest` is the largest value of its kind in the table."""
    if column.kind is Kind.SIGN:
        return [(cell_text(value, column.kind), SIGN_STYLES[value]) for value in values]
    if column.kind is Kind.HEAT:
        return [_heat(value, largest) for value in values]
    if column.kind is Kind.BAR:
        return [(bar_text(value / largest if largest else value, BAR), "cyan") for value in values]
    return [(printable(cell_text(value, column.kind)), PLAIN) for value in values]


def _heat(value: int, largest: int) -> Span:
    level = shade(value, largest)
    return f"{cell_text(value, Kind.HEAT)} {SHADES[level]}", HEAT_STYLES[level]
