"""Reports as HTML: what a notebook shows, and a page of its own."""

from fractions import Fraction
from html import escape
from typing import Any

from mnetcost.render.cells import NUMERIC, cell_text, decimals, shade
from mnetcost.render.mathematics import mathml
from mnetcost.tabular import Column, Kind, Page, Table
from mnetcost.text import printable

_STYLE = """\
.mnetcost table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:.5em 0 1em}
.mnetcost th,.mnetcost td{padding:.15em .6em;text-align:left;white-space:nowrap}
.mnetcost th{white-space:pre;vertical-align:bottom}
.mnetcost .n{text-align:right}
.mnetcost thead th,.mnetcost tfoot td{border-bottom:1px solid #8888;font-weight:600}
.mnetcost tfoot td{border-top:1px solid #8888;border-bottom:0}
.mnetcost caption{text-align:left;font-weight:600;padding:.2em .6em;white-space:pre-line}
.mnetcost .b{background:#4a90d9;height:.7em;min-width:0}
.mnetcost .b1{background:#4caf5030}.mnetcost .b2{background:#f0c03060}
.mnetcost .b3{background:#f0803080}.mnetcost .b4{background:#e04040a0}
.mnetcost dt{font-weight:600;float:left;margin-right:.5em}.mnetcost dd{margin:0 0 .2em}"""


def render_fragment(report: Page) -> str:
    """The report as a piece of HTML, with its warnings: a notebook has no place beside it."""
    labelled = (*report.notes, *(("Warning", text) for text in report.warnings))
    notes = "".join(f"<dt>{label}</dt><dd>{_text(words)}</dd>" for label, words in labelled)
    said = "".join(f"<div>{_text(line)}</div>" for line in report.said())
    tables = "".join(map(_table, report.tables))
    return (
        f'<div class="mnetcost"><style>{_STYLE}</style>'
        f"<h3>{_text(report.title)}</h3>{said}{tables}<dl>{notes}</dl></div>"
    )


def render_html(report: Page) -> str:
    """The report as a page."""
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{_text(report.title)}</title></head>"
        f'<body style="font-family:system-ui,sans-serif">{render_fragment(report)}</body></html>\n'
    )


def _text(text: str) -> str:
    return escape("\n".join(printable(line) for line in text.split("\n")))


def _table(table: Table) -> str:
    heads = "".join(
        f'<th class="n">{_text(column.header)}</th>'
        if column.kind in NUMERIC
        else f"<th>{_text(column.header)}</th>"
        for column in table.columns
    )
    largest = {kind: table.largest(kind) for kind in (Kind.BAR, Kind.HEAT)}
    body = "".join(
        f"<tr>{''.join(_cell(*pair, largest) for pair in zip(row, table.columns))}</tr>"
        for row in table.rows
    )
    return (
        f"<table><caption>{_text(table.title)}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{body}</tbody>{_foot(table)}</table>"
    )


def _cell(value: Any, column: Column, largest: dict[Kind, Any]) -> str:
    if column.kind is Kind.BAR:
        width = decimals(Fraction(8 * value, largest[Kind.BAR] or 1), 2)
        return f'<td><div class="b" style="width:{width}em"></div></td>'
    if column.kind is Kind.FORMULA:
        return f"<td>{mathml(value.latex)}</td>"
    text = _text(cell_text(value, column.kind))
    if column.kind is Kind.HEAT:
        return f'<td class="n b{shade(value, largest[Kind.HEAT])}">{text}</td>'
    return f'<td class="n">{text}</td>' if column.kind in NUMERIC else f"<td>{text}</td>"


def _foot(table: Table) -> str:
    totals = table.totals()
    if not totals:
        return ""
    cells = "".join(
        "<td></td>" if value is None else f'<td class="n">{cell_text(value, column.kind)}</td>'
        for value, column in zip(totals[1:], table.columns[1:])
    )
    return f"<tfoot><tr><td>Total</td>{cells}</tr></tfoot>"
