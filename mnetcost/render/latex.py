"""Reports as LaTeX tables (needs the packages booktabs and graphicx; pdfLaTeX is enough)."""

import re
from itertools import repeat
from typing import Any

from mnetcost.render.cells import NUMERIC, cell_text, total_texts
from mnetcost.tabular import Column, Kind, Page, Table
from mnetcost.text import printable

_WRITTEN = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "×": r"$\times$",
    "→": r"$\to$",
    "α": r"$\alpha$",
    "β": r"$\beta$",
    "γ": r"$\gamma$",
    "ρ": r"$\rho$",
    "²": r"\textsuperscript{2}",
    "≈": r"$\approx$",
    "–": "--",
    "“": "``",
    "”": "''",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "[": "{[}",
    "]": "{]}",
}
_SPECIAL = re.compile("|".join(map(re.escape, _WRITTEN)))


def escape(text: str) -> str:
    """`text` so that LaTeX only shows it."""
    return _SPECIAL.sub(lambda found: _WRITTEN[found.group()], printable(text.replace("\n", " ")))


def render_latex(report: Page) -> str:
    """One table environment a table, and the notes as a list."""
    parts = [f"% {printable(report.title)}", r"% \usepackage{booktabs,graphicx}"]
    parts += [rf"\noindent {escape(line)}" for line in report.said()]
    parts += [_table(report.title, table.without(Kind.BAR)) for table in report.tables]
    notes = [rf"  \item[{escape(label)}] {escape(words)}" for label, words in report.notes]
    parts.append("\n".join([r"\begin{description}", *notes, r"\end{description}"]))
    return "\n\n".join(parts) + "\n"


def _header(column: Column) -> str:
    lines = [escape(line) for line in column.header.split("\n")]
    if len(lines) == 1:
        return lines[0]
    side = "r" if column.kind in NUMERIC else "l"
    stack = r" \\ ".join(lines)
    return rf"\shortstack[{side}]{{{stack}}}"


def _cell(value: Any, kind: Kind, unit: str) -> str:
    return f"${value.latex}$" if kind is Kind.FORMULA else escape(cell_text(value, kind, unit))


def _table(title: str, table: Table) -> str:
    align = "".join("r" if column.kind in NUMERIC else "l" for column in table.columns)
    header = " & ".join(map(_header, table.columns))
    lines = [
        r"\begin{table}",
        r"  \centering",
        rf"  \caption{{{escape(title)}: {escape(table.title)}}}",
        r"  \resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%",
        rf"  \begin{{tabular}}{{{align}}}",
        r"    \toprule",
        rf"    {header} \\",
        r"    \midrule",
    ]
    for row, depth in zip(table.rows, table.depths or repeat(0)):
        cells = [_cell(value, one.kind, table.unit) for value, one in zip(row, table.columns)]
        cells[table.label] = r"\quad " * depth + cells[table.label]
        lines.append(f"    {' & '.join(cells)} \\\\")
    if texts := total_texts(table):
        lines += [r"    \midrule", f"    {' & '.join(map(escape, texts))} \\\\"]
    lines += [r"    \bottomrule", r"  \end{tabular}}", r"\end{table}"]
    return "\n".join(lines)
