"""Reports for the terminal. Where a table is too wide it is split, never cut."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console, JustifyMethod, RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from mnetcost.problems import printable
from mnetcost.render.cells import NUMERIC, SHADES, bar_text, cell_text, shade
from mnetcost.tables import Column, Kind, Report, Table

GAP = 2
UNLIMITED = 100_000  # columns of a pipe or a file
BAR = 12
HEAT_STYLES = ("dim", "green", "yellow", "dark_orange", "red")

Cells = list[list[Text]]


def render_terminal(report: Report) -> str:
    """The report as standard output shows it: coloured and fitted in a terminal, else plain."""
    target = Console()
    return _render(report, target) if target.is_terminal else render_plain(report)


def render_plain(report: Report) -> str:
    """The report without colour, as wide as it needs."""
    return _render(report, None)


def _render(report: Report, target: Console | None) -> str:
    width = target.width if target else None
    out = Console(
        file=io.StringIO(),
        width=width or UNLIMITED,
        force_terminal=target is not None,
        color_system=target.color_system if target else None,  # type: ignore[arg-type]
        no_color=target.no_color if target else True,
        legacy_windows=False,
    )
    with out.capture() as capture:
        out.print(Text(printable(report.title), style="bold"))
        for table in report.tables:
            out.print()
            out.print(Text(table.title, style="bold cyan"))
            for block in _blocks(table, width):
                out.print(block)
        out.print()
        for label, words in report.notes:
            out.print(Text.assemble((f"{label}: ", "bold"), printable(words)))
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


def _blocks(table: Table, width: int | None) -> Iterator[RenderableType]:
    """The table, or where it is too wide several that repeat its first column."""
    cells = [_cells(table, place) for place in range(len(table.columns))]
    sizes = [max(map(_size, column)) for column in cells]
    for number, places in enumerate(_fit(table, sizes, width)):
        if number:
            yield Text()
        yield _rich_table(table, cells, sizes, places, width or UNLIMITED)
    if not table.rows:
        yield Text("(none)", style="dim")


def _size(text: Text) -> int:
    return max((cell_len(line) for line in text.plain.split("\n")), default=0)


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
    for group in _joined(columns):
        needs = sum(sizes[place] + GAP for place in group)
        if needs > left or not blocks:
            blocks.append(list(labels))
            left = room
        blocks[-1].extend(group)
        left -= needs
    return blocks


def _joined(columns: Sequence[Column]) -> list[list[int]]:
    """Places of the columns that are no labels, those that belong together as one group."""
    groups: list[list[int]] = []
    for place, column in enumerate(columns):
        if column.joined and groups:
            groups[-1].append(place)
        elif not column.label:
            groups.append([place])
    return groups


def _cells(table: Table, place: int) -> list[Text]:
    """One column as texts: header, rows, and the total where there is one."""
    column = table.columns[place]
    values = [row[place] for row in table.rows]
    totals = table.totals()
    texts = [Text(column.header, style="bold")]
    texts += _bars(values) if column.kind is Kind.BAR else _values(table, column, values)
    if totals is not None:
        words = "Total" if place == 0 else ""
        total = totals[place]
        texts.append(Text(words if total is None else cell_text(total, column.kind), "bold"))
    return texts


def _bars(values: Sequence[Any]) -> list[Text]:
    largest = max(values, default=0)
    return [Text(bar_text(value / largest if largest else value, BAR), "cyan") for value in values]


def _values(table: Table, column: Column, values: Sequence[Any]) -> list[Text]:
    if column.kind is not Kind.HEAT:
        return [Text(printable(cell_text(value, column.kind))) for value in values]
    largest = _largest(table)
    return [_heat(value, largest) for value in values]


def _largest(table: Table) -> int:
    places = [place for place, one in enumerate(table.columns) if one.kind is Kind.HEAT]
    return max((row[place] for row in table.rows for place in places), default=0)


def _heat(value: int, largest: int) -> Text:
    level = shade(value, largest)
    return Text(f"{cell_text(value, Kind.HEAT)} {SHADES[level]}", HEAT_STYLES[level])


def _rich_table(
    table: Table, cells: Cells, sizes: Sequence[int], places: Sequence[int], width: int
) -> RichTable:
    rich_table = RichTable(box=None, padding=(0, GAP, 0, 0), pad_edge=False)
    for place in places:
        justify: JustifyMethod = "right" if table.columns[place].kind in NUMERIC else "left"
        rich_table.add_column(cells[place][0], width=sizes[place], justify=justify, overflow="fold")
    rows = list(zip(*(cells[place][1:] for place in places)))
    if table.totals() and not any(table.columns[place].total for place in places):
        rows.pop()  # a part without totals needs no line for them
    if sum(sizes[place] + GAP for place in places) - GAP <= width:
        # Nothing folds, so each column can be one cell of many lines: rich's time is per cell.
        rows = [tuple(Text("\n").join(column) for column in zip(*rows))] if rows else []
    for row in rows:
        rich_table.add_row(*row)
    return rich_table
