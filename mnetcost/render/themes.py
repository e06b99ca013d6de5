"""The colours of pictures: told apart by people who see no red or no green, on light and dark.

Okabe and Ito 2008, "Color Universal Design"; what is in an order has viridis' colours.
"""

from typing import NamedTuple


class Theme(NamedTuple):
    """The colours of a picture; `each` are for what has no order, `span` the part of viridis."""

    paper: str
    ink: str
    quiet: str  # notes, and what is not in the foreground
    grid: str
    best: str
    each: tuple[str, ...]
    span: tuple[float, float]


THEMES = {
    "light": Theme(
        paper="#ffffff",
        ink="#1a1a1a",
        quiet="#666666",
        grid="#dddddd",
        best="#d55e00",
        each=("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#999999"),
        span=(0.0, 0.85),
    ),
    "dark": Theme(
        paper="#111111",
        ink="#eeeeee",
        quiet="#a6a6a6",
        grid="#3a3a3a",
        best="#ff8c42",
        each=("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#d55e00", "#999999"),
        span=(0.3, 1.0),
    ),
}
