"""Reports as HTML: what a notebook shows, and a page of its own."""

import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from html import escape
from itertools import pairwise
from typing import Any, NamedTuple, Self

from mnetcost.exact import decimals
from mnetcost.render.cells import NUMERIC, cell_text, shade, tone, total_texts
from mnetcost.render.mathematics import mathml
from mnetcost.render.style import FRAGMENT, PAGE, STEPS
from mnetcost.tabular import Kind, Page, Table
from mnetcost.text import printable

LONG = 40  # rows of a table from which a notebook folds it, or lets it scroll
FIRST = 6  # tables that a notebook shows unfolded
WIDE = 40  # characters of a text from which on it takes several lines
MOST = 13  # em that such a column takes at least
INDENT = 1.2  # em of a row below another
BAR = 8  # em of the longest bar
SIGN, PADDING = 0.6, 1.4  # em that a sign of a cell takes, and the room around the cell

# An option of the command line stands in brackets, where a page says nothing of it.
_OPTION = re.compile(r" \(--[^)]*\)")
_COLUMNS = re.compile(" {2,}")  # what keeps the answers of a terminal below each other


def render_fragment(report: Page) -> str:
    """The report as a piece of HTML for a notebook: long tables are folded, or scroll."""
    tables = []
    for place, table in enumerate(report.tables):
        is_long = len(table.rows) > LONG
        is_open = len(report.tables) == 1 or (place < FIRST and not is_long)
        tables.append(_folding(table, is_open=is_open, scrolls=is_long))
    return _whole(report, f"<style>{FRAGMENT}</style>", "p", tables)


def render_html(report: Page) -> str:
    """The report as a page, which fits any window, theme and sheet of paper."""
    body = _whole(report, "", "h1", map(_folding, report.tables))
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{_text(report.title)}</title><style>{FRAGMENT}\n{PAGE}</style></head>"
        f"<body>{body}</body></html>\n"
    )


def _whole(report: Page, style: str, heading: str, tables: Iterable[str]) -> str:
    """Title, answer, tables, notes, and warnings: a notebook has no place beside it for them."""
    lines = (_COLUMNS.sub("&emsp;", _said(line)) for line in report.said())
    said = "".join(f'<p class="said">{line}</p>' for line in lines)
    labelled = (*(("Warning", text) for text in report.warnings), *report.notes)
    notes = "".join(_note(*note) for note in labelled)
    return (
        f'<div class="mnetcost">{style}'
        f'<{heading} class="title">{_text(report.title)}</{heading}>{said}{"".join(tables)}'
        f'<div class="notes">{notes}</div></div>'
    )


def _note(label: str, words: str) -> str:
    mark = ' class="warn"' if label == "Warning" else ""
    return f"<p><strong{mark}>{_text(label)}:</strong> {_said(words)}</p>"


def _text(text: str) -> str:
    return escape("\n".join(printable(line) for line in text.split("\n")))


def _said(text: str) -> str:
    """What a report says, without options of the command line."""
    return _text(_OPTION.sub("", text))


def _folding(table: Table, is_open: bool = True, scrolls: bool = False) -> str:
    """A table below its title, which folds and unfolds it."""
    title, _, more = table.title.partition("\n")
    small = f"<small>{_text(more)}</small>" if more else ""
    rows = "" if is_open else f" ({len(table.rows):,} rows)"
    return (
        f"<details{' open' if is_open else ''}><summary>{_said(title + rows)}{small}</summary>"
        f'<div class="box{" long" if scrolls else ""}" role="region" aria-label="{_said(title)}" '
        f'tabindex="0">{_table(table)}</div></details>'
    )


class _Form(NamedTuple):
    """How a table looks: the classes and the style of each column's cells, and what fills bars.

    `levels` say for each `leaves` below which width of the window, em, these columns leave.
    """

    classes: tuple[tuple[str, ...], ...]
    styles: tuple[str, ...]
    largest: dict[Kind, Any]
    levels: dict[int, int]

    @classmethod
    def of(cls, table: Table) -> Self:
        """The form of a table, from the lengths of its texts."""
        columns = table.columns
        lengths = [_length(table, place) for place in range(len(columns))]
        room = {
            place: min(size // 3, MOST)
            for place, (size, one) in enumerate(zip(lengths, columns))
            if one.kind is Kind.TEXT and size > WIDE
        }
        widths = [room.get(place, size * SIGN) + PADDING for place, size in enumerate(lengths)]
        widths[table.label] += INDENT * max(table.depths, default=0)
        levels = {
            level: _step(sum(em for em, one in zip(widths, columns) if one.leaves <= level))
            for level in sorted({one.leaves for one in columns if one.leaves}, reverse=True)
        }
        classes = []
        for place, one in enumerate(columns):
            own = ["n"] * (one.kind in NUMERIC) + ["w"] * (place in room)
            classes.append((*own, *([f"u{levels[one.leaves]}"] if one.leaves else [])))
        styles = (f"min-width:{room[at]}em" if at in room else "" for at in range(len(columns)))
        largest = {kind: table.largest(kind) for kind in (Kind.BAR, Kind.HEAT)}
        return cls(tuple(classes), tuple(styles), largest, levels)


def _length(table: Table, place: int) -> int:
    """How many signs the longest text of a column has."""
    column = table.columns[place]
    if column.kind is Kind.BAR:
        return round(BAR / SIGN)
    cells = (cell_text(row[place], column.kind, table.unit) for row in table.rows)
    return max(map(len, (*column.header.split("\n"), *cells)))


def _step(em: float) -> int:
    """The width, of those that the style sheet knows, that has room for so much."""
    return min((step for step in STEPS if step >= em), default=STEPS[-1])


def _leaving(table: Table, form: _Form) -> str:
    """What says which columns a wider window has: each as soon as it has left."""
    left = [
        (form.levels[one.leaves], " ".join(one.header.split()))
        for one in sorted(table.columns, key=lambda one: -one.leaves)
        if one.leaves and one.header
    ]
    if not left:
        return ""
    names = (f'<span class="v{em}">{_said(name)}</span>' for em, name in dict.fromkeys(left))
    return f'<small class="v{left[0][0]}">Wider windows show: {"".join(names)}</small>'


def _table(table: Table) -> str:
    form = _Form.of(table)
    heads = "".join(
        f"<th{_attributes(classes)}>{_said(column.header)}</th>"
        for column, classes in zip(table.columns, form.classes)
    )
    body = "".join(_rows(table, form))
    shown = (
        f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody>{_foot(table, form)}</table>"
    )
    return shown + ("" if table.rows else "<small>(none)</small>") + _leaving(table, form)


def _rows(table: Table, form: _Form) -> Iterator[str]:
    depths = table.depths or (0,) * len(table.rows)
    for row, (depth, below) in zip(table.rows, pairwise((*depths, 0))):
        indent = f"padding-left:{0.7 + INDENT * depth:.1f}em" if depth else ""
        cells = "".join(
            _cell(value, place, table, form, indent if place == table.label else "")
            for place, value in enumerate(row)
        )
        signs = [value for value, one in zip(row, table.columns) if one.kind is Kind.SIGN]
        yield f"<tr{_attributes((*signs, *(['h'] if below > depth else [])))}>{cells}</tr>"


def _attributes(classes: Sequence[str], style: str = "") -> str:
    """The class and the style of an element, where it has any."""
    words = f' class="{" ".join(classes)}"' if classes else ""
    return words + (f' style="{style}"' if style else "")


def _cell(value: Any, place: int, table: Table, form: _Form, indent: str) -> str:
    kind, classes = table.columns[place].kind, form.classes[place]
    style = ";".join(filter(None, (indent, form.styles[place])))
    if kind is Kind.HEAT:
        classes = (*classes, f"b{shade(value, form.largest[Kind.HEAT])}")
    return f"<td{_attributes(classes, style)}>{_content(value, kind, table.unit, form)}</td>"


def _content(value: Any, kind: Kind, unit: str, form: _Form) -> str:
    if kind is Kind.BAR:
        return "" if value is None else _bar(value, form.largest[Kind.BAR])
    if kind is Kind.FORMULA:
        return mathml(value.latex)
    text = _text(cell_text(value, kind, unit))
    if kind is Kind.VERDICT:
        return f"<span{_attributes(list(filter(None, [tone(value)])))}>{text}</span>"
    return text


def _bar(value: Any, largest: Any) -> str:
    width = decimals(Fraction(BAR * value, largest or 1), 2)
    return f'<div class="b" style="width:{width}em"></div>'


def _foot(table: Table, form: _Form) -> str:
    texts = total_texts(table)
    if not texts:
        return ""
    cells = "".join(
        f"<td{_attributes(classes)}>{_text(text)}</td>"
        for text, classes in zip(texts, form.classes)
    )
    return f"<tfoot><tr>{cells}</tr></tfoot>"
