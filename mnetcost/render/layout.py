"""Reports as lines of styled text: what is too wide for a table leaves it, or goes on below."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, Self, TypeAlias

from mnetcost.printed import AUTO, EXACT
from mnetcost.render.cells import NUMERIC, SHADES, bar_text, cell_text, shade, tone, total_texts
from mnetcost.render.fitting import GAP, broken, cell_len, fit
from mnetcost.tabular import Column, Kind, Page, Table
from mnetcost.text import printable

BAR = 12
INDENT = 2  # of a row below another
NAMED = 5  # of many columns that have no room
PLAIN, BOLD, TITLE, DIM = "", "bold", "bold cyan", "dim"
HEAT_STYLES = ("dim", "green", "yellow", "dark_orange", "red")
SIGN_STYLES = {
    "added": "bold green",
    "removed": "bold red",
    "changed": "bold yellow",
    "same": PLAIN,
}
VERDICT_STYLES = {"good": "green", "bad": "bold red", "warn": "yellow"}

Span: TypeAlias = tuple[str, str]  # a text and its rich style
Line: TypeAlias = list[Span]


def report_lines(report: Page, width: int | None) -> Iterator[Line]:
    """Every line of the report, its tables fitted into `width` columns; None for no bound."""
    setting = f": {report.setting}" if report.setting else ""
    yield from _labelled(printable(report.title), printable(setting), width)
    for line in report.answer:
        yield from _labelled("", printable(line), width)
    hidden: dict[str, str] = {}
    for table in report.tables:
        yield []
        for title in table.title.split("\n") if not table.headed else ():
            yield from ([(line, TITLE)] for line in _flowed(title, width))
        yield from _table_lines(table, width, hidden)
    yield []
    for label, words in report.notes:
        yield from _labelled(f"{label}: ", printable(words), width)
    if hidden:
        several = len(report.tables) > 1
        names = "; ".join(f"{key}: {names}" if several else names for key, names in hidden.items())
        yield from _labelled("Hidden: ", f"{names} (wider than {width} columns)", width)


def _labelled(label: str, words: str, width: int | None) -> Iterator[Line]:
    """A text behind its label, in as many lines as it needs."""
    first, *others = _flowed(label + words, width)
    yield [(first[: len(label)], BOLD), (first[len(label) :], PLAIN)]
    yield from ([(line, PLAIN)] for line in others)


def _flowed(text: str, width: int | None) -> list[str]:
    return [text] if width is None else broken(text, width)


class _Whole(NamedTuple):
    """What every column of a table needs of the others, worked out once."""

    totals: Sequence[str] | None
    largest: dict[Kind, Any]

    @classmethod
    def of(cls, table: Table) -> Self:
        """The facts of a table."""
        return cls(
            total_texts(table),
            {kind: table.largest(kind) for kind in (Kind.BAR, Kind.HEAT)},
        )


def _table_lines(table: Table, width: int | None, hidden: dict[str, str]) -> Iterator[Line]:
    """The table; the headers of columns that have no room are kept in `hidden` under its key."""
    fitted = _with_grid_leaving(table.columns)
    headers, columns, texts = _written(table)
    sizes = fit(fitted, texts, width)
    if fitted != table.columns and table.unit == EXACT and len(sizes) < len(columns):
        table = table._replace(unit=AUTO)  # rather than without some of its columns
        headers, columns, texts = _written(table)
        sizes = fit(fitted, texts, width)
    names = (" ".join(header) for at, header in enumerate(headers) if at not in sizes)
    if left := list(dict.fromkeys(filter(None, names))):  # a bar only draws what stands there
        more = [f"{len(left) - NAMED:,} more"] if len(left) > 2 * NAMED else []
        hidden[table.key] = ", ".join([*(left[:NAMED] if more else left), *more])
    yield from _header_lines(table, headers, sizes)
    if not table.rows:
        yield [("(none)", PLAIN)]
        return
    for number, cells in enumerate(zip(*(columns[place] for place in sizes))):
        indent = INDENT * table.depths[number] if number < len(table.depths) else 0
        yield from _row(table, cells, sizes, indent)


def _with_grid_leaving(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The columns, those of a grid leaving from the last one on; its first one stays."""
    grid = [at for at, column in enumerate(columns) if column.kind is Kind.HEAT]
    level = {at: number for number, at in enumerate(grid)}
    return tuple(one._replace(leaves=level.get(at, one.leaves)) for at, one in enumerate(columns))


def _written(table: Table) -> tuple[list[list[str]], list[Line], list[list[str]]]:
    """The lines of every header, the cells of every column, and both as they stand."""
    whole = _Whole.of(table)
    headers = [column.header.split("\n") for column in table.columns]
    columns = [_spans(table, place, whole) for place in range(len(table.columns))]
    texts = [
        [*header, *_indented(table, place, spans)]
        for place, (header, spans) in enumerate(zip(headers, columns))
    ]
    return headers, columns, texts


def _indented(table: Table, place: int, spans: Line) -> Iterator[str]:
    """The texts of a column as wide as they stand."""
    indents = table.depths if place == table.label else ()
    for number, (text, _) in enumerate(spans):
        yield " " * INDENT * (indents[number] if number < len(indents) else 0) + text


def _header_lines(
    table: Table, headers: Sequence[Sequence[str]], sizes: Mapping[int, int]
) -> Iterator[Line]:
    """The headers, which end on one line."""
    parts = [[part for text in headers[at] for part in broken(text, sizes[at])] for at in sizes]
    height = max(map(len, parts))
    parts = [[""] * (height - len(part)) + part for part in parts]
    style = TITLE if table.headed else BOLD
    yield from _lines(table, parts, [style] * len(parts), sizes)


def _row(
    table: Table, cells: Sequence[Span], sizes: Mapping[int, int], indent: int
) -> Iterator[Line]:
    """A row, of as many lines as its tallest cell needs; its label is indented."""
    parts = [
        broken(text, size, indent if place == table.label else 0)
        for (text, _), (place, size) in zip(cells, sizes.items())
    ]
    yield from _lines(table, parts, [style for _, style in cells], sizes)


def _lines(
    table: Table, parts: Sequence[Sequence[str]], styles: Sequence[str], sizes: Mapping[int, int]
) -> Iterator[Line]:
    """Cells of one or more lines side by side, each of its column's width, numbers to the right."""
    for line in range(max(map(len, parts))):
        row: Line = []
        for part, style, (place, size) in zip(parts, styles, sizes.items()):
            text = part[line] if line < len(part) else ""
            space = " " * (size - cell_len(text))
            right = table.columns[place].kind in NUMERIC
            row += [(" " * GAP, PLAIN), (space + text if right else text + space, style)]
        last, style = row[-1]
        yield [*row[1:-1], (last.rstrip(), style)]


def _spans(table: Table, place: int, whole: _Whole) -> Line:
    """The cells of one column from top to bottom, and the total where there is one."""
    column = table.columns[place]
    values = [row[place] for row in table.rows]
    spans = _values(column, values, whole.largest.get(column.kind), table.unit)
    if place == table.label:
        spans = [
            (text, BOLD if above else style) for (text, style), above in zip(spans, _above(table))
        ]
    if whole.totals is not None:
        spans.append((whole.totals[place], BOLD))
    return spans


def _above(table: Table) -> Iterator[bool]:
    """Whether each row has others below it in the tree."""
    depths = table.depths or (0,) * len(table.rows)
    yield from (below > own for own, below in pairwise((*depths, 0)))


def _values(column: Column, values: Sequence[Any], largest: Any, unit: str) -> Line:
    """The cells of a column; `largest` is the largest value of its kind in the table."""
    if column.kind is Kind.SIGN:
        return [(cell_text(value, column.kind), SIGN_STYLES[value]) for value in values]
    if column.kind is Kind.VERDICT:
        return [(value, VERDICT_STYLES.get(tone(value), PLAIN)) for value in values]
    if column.kind is Kind.HEAT:
        return [_heat(value, largest, unit) for value in values]
    if column.kind is Kind.BAR:
        return [_bar(value, largest) for value in values]
    return [(printable(cell_text(value, column.kind, unit)), PLAIN) for value in values]


def _bar(value: Any, largest: Any) -> Span:
    """A bar; none of what stands for several rows."""
    if value is None:
        return "", PLAIN
    return bar_text(value / largest if largest else value, BAR), "cyan"


def _heat(value: int, largest: int, unit: str) -> Span:
    level = shade(value, largest)
    return f"{cell_text(value, Kind.HEAT, unit)} {SHADES[level]}", HEAT_STYLES[level]
