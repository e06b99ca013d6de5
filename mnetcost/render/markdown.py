"""Reports as Markdown tables."""

import re
from itertools import repeat
from typing import Any

from mnetcost.render.cells import NUMERIC, cell_text, total_texts
from mnetcost.tabular import Kind, Page, Table
from mnetcost.text import printable

INDENT = "&nbsp;&nbsp;"  # of a row below another
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~$])")


def escape(text: str) -> str:
    """`text` so that Markdown and HTML only show it."""
    flat = printable(text.replace("\n", " "))
    return _SPECIAL.sub(r"\\\1", flat.replace("&", "&amp;").replace("<", "&lt;"))


def render_markdown(report: Page) -> str:
    """Headings, tables and notes."""
    parts = [f"# {escape(report.title)}"]
    parts += ["\n".join(f"- {escape(line)}" for line in said)] if (said := report.said()) else []
    for table in report.tables:
        parts += [f"## {escape(table.title)}", _table(table.without(Kind.BAR))]
    parts.append("\n".join(f"- **{label}**: {escape(words)}" for label, words in report.notes))
    return "\n\n".join(parts) + "\n"


def _table(table: Table) -> str:
    rules = ["---:" if column.kind in NUMERIC else "---" for column in table.columns]
    rows = [[escape(column.header) for column in table.columns], rules]
    for row, depth in zip(table.rows, table.depths or repeat(0)):
        cells = [_cell(value, one.kind, table.unit) for value, one in zip(row, table.columns)]
        cells[table.label] = INDENT * depth + cells[table.label]
        rows.append(cells)
    if texts := total_texts(table):
        rows.append([f"**{text}**" if text else "" for text in texts])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(value: Any, kind: Kind, unit: str) -> str:
    return f"${value.latex}$" if kind is Kind.FORMULA else escape(cell_text(value, kind, unit))
