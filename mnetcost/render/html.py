"""Reports as HTML: what a notebook shows, and a page of its own."""

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from html import escape
from itertools import pairwise
from typing import Any, NamedTuple, Self

from mnetcost.render.cells import NUMERIC, cell_text, decimals, shade, tone
from mnetcost.render.mathematics import mathml
from mnetcost.render.style import FRAGMENT, PAGE
from mnetcost.tabular import Column, Kind, Page, Table
from mnetcost.text import printable

LONG = 40  # rows of a table from which a notebook folds it, or lets it scroll
FIRST = 6  # tables that a notebook shows unfolded
WIDE = 40  # characters of a text from which on it takes several lines
MOST = 28  # em that such a column takes at least
INDENT = 1.2  # em of a row below another

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
    lines = (_COLUMNS.sub("&emsp;", _text(line)) for line in report.said())
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
    return f"<p><strong{mark}>{label}:</strong> {_text(words)}</p>"


def _text(text: str) -> str:
    return escape("\n".join(printable(line) for line in text.split("\n")))


def _folding(table: Table, is_open: bool = True, scrolls: bool = False) -> str:
    """A table below its title, which folds and unfolds it."""
    title, _, more = table.title.partition("\n")
    small = f"<small>{_text(more)}</small>" if more else ""
    rows = "" if is_open else f" ({len(table.rows):,} rows)"
    return (
        f"<details{' open' if is_open else ''}><summary>{_text(title + rows)}{small}</summary>"
        f'<div class="box{" long" if scrolls else ""}" role="region" aria-label="{_text(title)}" '
        f'tabindex="0">{_table(table)}</div></details>'
    )


class _Whole(NamedTuple):
    """What a cell needs of its whole table."""

    unit: str
    largest: dict[Kind, Any]
    room: dict[int, int]  # em that a column of long texts takes at least

    @classmethod
    def of(cls, table: Table) -> Self:
        """The facts of a table."""
        texts = [place for place, one in enumerate(table.columns) if one.kind is Kind.TEXT]
        longest = {p: max((len(row[p] or "") for row in table.rows), default=0) for p in texts}
        room = {place: min(size // 3, MOST) for place, size in longest.items() if size > WIDE}
        largest = {kind: table.largest(kind) for kind in (Kind.BAR, Kind.HEAT)}
        return cls(table.unit, largest, room)


def _table(table: Table) -> str:
    heads = "".join(
        f"<th{_class('n' if column.kind in NUMERIC else '')}>{_text(column.header)}</th>"
        for column in table.columns
    )
    body = "".join(_rows(table))
    shown = f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody>{_foot(table)}</table>"
    return shown if table.rows else f"{shown}<small>(none)</small>"


def _rows(table: Table) -> Iterator[str]:
    whole = _Whole.of(table)
    depths = table.depths or (0,) * len(table.rows)
    for row, (depth, below) in zip(table.rows, pairwise((*depths, 0))):
        first, *others = (
            _cell(value, column, place, whole)
            for place, (value, column) in enumerate(zip(row, table.columns))
        )
        if depth:
            first = first.replace(
                "<td", f'<td style="padding-left:{0.7 + INDENT * depth:.1f}em"', 1
            )
        signs = (value for value, column in zip(row, table.columns) if column.kind is Kind.SIGN)
        classes = " ".join([*signs, *(["h"] if below > depth else [])])
        yield f"<tr{_class(classes)}>{first}{''.join(others)}</tr>"


def _class(words: str) -> str:
    return f' class="{words}"' if words else ""


def _cell(value: Any, column: Column, place: int, whole: _Whole) -> str:
    if column.kind is Kind.BAR:
        return _bar(value, whole.largest[Kind.BAR])
    if column.kind is Kind.FORMULA:
        return f"<td>{mathml(value.latex)}</td>"
    text = _text(cell_text(value, column.kind, whole.unit))
    if column.kind is Kind.HEAT:
        return f'<td class="n b{shade(value, whole.largest[Kind.HEAT])}">{text}</td>'
    if column.kind is Kind.VERDICT:
        return f"<td><span{_class(tone(value))}>{text}</span></td>"
    if place in whole.room:
        return f'<td class="w" style="min-width:{whole.room[place]}em">{text}</td>'
    return f"<td{_class('n' if column.kind in NUMERIC else '')}>{text}</td>"


def _bar(value: Any, largest: Any) -> str:
    """A bar; none of what stands for several rows."""
    if value is None:
        return "<td></td>"
    width = decimals(Fraction(8 * value, largest or 1), 2)
    return f'<td><div class="b" style="width:{width}em"></div></td>'


def _foot(table: Table) -> str:
    totals = table.totals()
    if not totals:
        return ""
    cells = "".join(
        "<td></td>"
        if value is None
        else f'<td class="n">{cell_text(value, one.kind, table.unit)}</td>'
        for value, one in zip(totals[1:], table.columns[1:])
    )
    over = _class("o" if table.columns[0].kind is Kind.SIGN else "")
    return f"<tfoot><tr><td{over}>Total</td>{cells}</tr></tfoot>"
