"""Tables of formulas as the mathematics that a notebook shows (MathJax or KaTeX)."""

import re
from typing import Any

from mnetcost.render.cells import cell_text
from mnetcost.tables import Kind, Report, Table
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
    """Every table of the report as one displayed array, its title above it."""
    return "\n\n".join(map(_array, report.tables)) + "\n"


def _array(table: Table) -> str:
    rows = "\n".join(_row(table, row) for row in table.rows)
    lines = [
        *(rf"{text(title)} \\" for title in table.title.split("\n")),
        rf"\begin{{array}}{{{'l' * len(table.columns)}}} \hline",
        rows,
        r"\end{array}",
    ]
    inside = "\n".join(lines)
    return f"$$\n\\begin{{array}}{{l}}\n{inside}\n\\end{{array}}\n$$"


def _row(table: Table, row: tuple[Any, ...]) -> str:
    cells = (
        value.latex if column.kind is Kind.FORMULA else text(cell_text(value, column.kind))
        for value, column in zip(row, table.columns)
    )
    return " & ".join(cells) + r" \\[0.2em]"
