"""A scatter in signs, for terminals and pipes."""

import string
from collections.abc import Iterator
from itertools import chain, repeat
from math import floor, log10

from mnetcost.problems import missing_extra
from mnetcost.tabular import Scatter
from mnetcost.text import printable

LINES = 18
MARGIN = 16  # columns for the numbers beside the plot
NARROWEST, WIDEST = 40, 100
SIGNS = "123456789" + string.ascii_letters
OTHER = "+"  # beyond them
EMPTY = "\u2800"  # the braille sign of no dot
UNITS = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"), (1, ""))


def render_scatter(scatter: Scatter, columns: int = 80) -> str:
    """The scatter, one sign a point, with a key under it; no wider than `columns`.

    Its axes are logarithmic where no value is zero. Raises UsageError where plotille is not
    installed.
    """
    try:
        from plotille import Figure
    except ImportError:
        raise missing_extra("a scatter in the terminal needs plotille", "plot") from None
    figure = Figure()
    figure.width = max(NARROWEST, min(columns, WIDEST)) - MARGIN
    figure.height = LINES
    figure.with_colors = False
    figure.origin = False
    figure.x_label = figure.y_label = ""
    x, y = Scale(scatter, "x"), Scale(scatter, "y")
    figure.set_x_limits(*x.limits)
    figure.set_y_limits(*y.limits)
    figure.x_ticks_fkt = lambda value, end: short(x.value(value))
    figure.y_ticks_fkt = y.round_tick
    marks = [f"{sign}{'*' * point.best}" for sign, point in zip(_signs(), scatter.points)]
    for point, mark in sorted(zip(scatter.points, marks), key=lambda pair: pair[0].best):
        figure.text([x.place(point.x)], [y.place(point.y)], [mark])  # the best stand upon others
    drawn = figure.show().replace(EMPTY, " ").replace("()", "  ")
    title = f"{scatter.y} (up) against {scatter.x} (across); smaller is better"
    key = [f"{mark:2} {_fitted(one.name, columns - 3)}" for one, mark in zip(scatter.points, marks)]
    return "".join(f"{line.rstrip()}\n" for line in ["", title, *drawn.split("\n"), *key])


def _signs() -> Iterator[str]:
    """One sign a point; there are no more than so many."""
    return chain(SIGNS, repeat(OTHER))


def _fitted(name: str, columns: int) -> str:
    """The name, cut to so many columns of a terminal."""
    from rich.cells import cell_len, set_cell_size

    text = printable(name)
    return text if cell_len(text) <= columns else set_cell_size(text, columns - 1).rstrip() + "…"


class Scale:
    """How the values of an axis stand on it: by their logarithm where none is zero."""

    def __init__(self, scatter: Scatter, axis: str) -> None:
        span = scatter.span(axis)
        self.logarithmic = span is not None
        low, high = span or (0.0, scatter.highest(axis))
        self.limits = self.place(low), self.place(high)

    def place(self, value: float) -> float:
        """Where a value stands."""
        return log10(value) if self.logarithmic else float(value)

    def value(self, place: float) -> float:
        """The value at a place."""
        return 10**place if self.logarithmic else place

    def round_tick(self, place: float, end: float) -> str:
        """The 1, 2 or 5 times a power of ten that is between two places, or nothing."""
        low, high = self.value(place), self.value(end)
        if not self.logarithmic:
            return short(low)
        power = 10 ** floor(log10(high))
        found = [one for one in (power * 5 / 10, power, 2 * power, 5 * power) if low <= one < high]
        return short(found[-1]) if found else ""


def short(value: float) -> str:
    """ "568.7M": a number to four digits, with its unit."""
    size, unit = next(((size, unit) for size, unit in UNITS if value >= size), (1, ""))
    return f"{value / size:.4g}{unit}"
