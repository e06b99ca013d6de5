"""Tables of formulas as the mathematics that a notebook shows (MathJax or KaTeX)."""

import re
from typing import Any

from mnetcost.render.cells import cell_text
from mnetcost.tabular import Kind, Report, Table
from mnetcost.text import printable

# What a text in mathematics may not hold as it is, with the command that shows it.
_COMMANDS = {
    "\\": r"\backslash ",
    "^": r"\wedge ",
    "~": r"\sim ",
    "→": r"\to ",
    "×": r"\times ",
    "≈": r"\approx ",
    "α": r"\alpha ",
    "ρ": r"\rho ",
    "γ": r"\gamma ",
    "β": r"\beta ",
    **{sign: f"\\{sign}" for sign in "_{}$&#%"},
}
_SPECIAL = re.compile(f"([{re.escape(''.join(_COMMANDS))}])")


def text(words: str) -> str:
    """`words` so that mathematics only shows them."""
    pieces = _SPECIAL.split(printable(words.replace("\n", " ")))
    return "".join(_COMMANDS.get(one) or rf"\text{{{one}}}" for one in pieces if one)


def render_mathematics(report: Report) -> str:
    """Every table of the report as one displayed array, its title above it, and the notes."""
    notes = [rf"{text(f'{label}: {words}')} \\" for label, words in report.notes]
    arrays = [_array(table) for table in report.tables]
    return "\n\n".join([*arrays, _displayed("\n".join(notes))]) + "\n"


def _displayed(lines: str) -> str:
    return f"$$\n\\begin{{array}}{{l}}\n{lines}\n\\end{{array}}\n$$"


def _array(table: Table) -> str:
    headers = " & ".join(text(column.header) for column in table.columns)
    lines = [
        *(rf"{text(title)} \\" for title in table.title.split("\n")),
        rf"\begin{{array}}{{{'l' * len(table.columns)}}} \hline",
        rf"{headers} \\ \hline",
        *(_row(table, row) for row in table.rows),
        r"\end{array}",
    ]
    return _displayed("\n".join(lines))


def _row(table: Table, row: tuple[Any, ...]) -> str:
    cells = (
        value.latex if column.kind is Kind.FORMULA else text(cell_text(value, column.kind))
        for value, column in zip(row, table.columns)
    )
    return " & ".join(cells) + r" \\[0.2em]"
