"""Series over two axes in signs, for terminals and pipes."""

import string
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise, repeat
from math import log10
from typing import Any, NamedTuple

from mnetcost.picture import Axis, Chart, Mark, Place, Role, Scale, Series
from mnetcost.problems import missing_extra
from mnetcost.render.painted import colour, paint

LINES = 20
BESIDE = 13  # columns for the numbers beside the plot
MARGIN = BESIDE + 3  # with the head of the arrow
APART = 2  # columns between what is written along an axis
NARROWEST, WIDEST = 40, 100
SIGNS = "123456789" + string.ascii_letters
OTHER = "+"  # beyond them
EMPTY = "\u2800"  # the braille sign of no dot


class Signed(NamedTuple):
    """A sign, where it stands, and what it means."""

    series: int  # its number
    sign: str
    places: tuple[Place, ...]
    name: str


def chart_lines(
    picture: Chart, columns: int, coloured: bool = False
) -> tuple[list[str], list[tuple[str, str]]]:
    """The lines of the chart, no wider than `columns`, and its key: signs and what they mean.

    Raises UsageError where plotille is not installed.
    """
    try:
        from plotille import Figure
    except ImportError:
        raise missing_extra("a chart in the terminal needs plotille", "plot") from None
    figure = Figure()
    figure.width = max(NARROWEST, min(columns, WIDEST)) - MARGIN
    figure.height = LINES
    figure.with_colors = coloured
    figure.origin = False
    figure.with_x_axis = False
    figure.y_label = ""
    x, y = AxisText(picture.x), AxisText(picture.y)
    figure.set_x_limits(*x.ends)
    figure.set_y_limits(*y.ends)
    figure.y_ticks_fkt = y.tick
    across, up = figure.width, LINES
    for number, one in enumerate(picture.series):
        if one.mark is not Mark.POINTS:
            for start, end in pairwise(_corners(one, 2 * across)):
                xs, ys = zip(start, end)
                at, up_to = list(map(x.place, xs)), list(map(y.place, ys))
                figure.plot(at, up_to, lc=colour(number))
    signed = list(_signed(picture.series))
    for mark in sorted(signed, key=lambda found: found.sign.endswith("*")):  # the best upon others
        for place in mark.places:
            spot = [x.inside(place.x, across)], [y.inside(place.y, up)]
            figure.text(*spot, [mark.sign], lc=colour(mark.series))
    head = f"{y.words('up')} against {x.words('across')}"
    drawn = figure.show().replace(EMPTY, " ").replace("()", "  ").split("\n")
    return [head, *drawn, *x.ruler(across)], [
        (paint(f"{mark.sign:2}", mark.series, coloured), mark.name) for mark in signed
    ]


def _corners(series: Series, most: int) -> Iterator[tuple[Any, Any]]:
    """The corners of a line, of about so many places; of steps the value holds up to the next."""
    last: Place | None = None
    for place in (*series.places[:: len(series.places) // most + 1], *series.places[-1:]):
        if last is not None and series.mark is Mark.STEPS:
            yield place.x, last.y
        yield place.x, place.y
        last = place


def _signed(series: Sequence[Series]) -> Iterator[Signed]:
    """A sign for each named point, or for a series, at its points or on its line."""
    signs: Iterator[str] = chain(SIGNS, repeat(OTHER))
    lines = [one for one in series if one.mark is not Mark.POINTS]
    for number, one in enumerate(series):
        star = "*" * (one.role is Role.BEST)
        named = [place for place in one.places if place.name]
        if named and one.name:
            yield Signed(number, "", (), f"{one.name}:")
        for place in named:
            yield Signed(number, next(signs) + star, (place,), place.name)
        if one.name and not named and one.places:
            places = one.places
            if one.mark is not Mark.POINTS:  # each a little before the one above it
                back = lines.index(one) * len(places) // (len(lines) + 1)
                places = (places[len(places) - 1 - back],)
            yield Signed(number, next(signs) + star, places, one.name)


class AxisText:
    """How the values of an axis stand on it, and how they are written."""

    def __init__(self, axis: Axis) -> None:
        self.axis, self.logarithmic = axis, axis.scale is Scale.LOG
        low, high = map(self.place, axis.ends)
        self.ends = low, high
        self.ticks = [(self.place(value), text) for value, text in axis.marks(LINES // 2)]

    def words(self, way: str) -> str:
        """What is on it, which way it goes, and whether equal steps are equal ratios."""
        return f"{self.axis.words} ({way}{', log' if self.logarithmic else ''})"

    def place(self, value: Any) -> float:
        """Where a value stands."""
        return log10(value) if self.logarithmic else float(value)

    def inside(self, value: Any, signs: int) -> float:
        """Where a sign of two letters stands that is all on the axis, so many signs long."""
        low, high = self.ends
        return max(low, min(self.place(value), high - (high - low) * 2 / signs))

    def tick(self, place: float, end: float) -> str:
        """What is written for the line from one place to another, the largest number."""
        return next((text for at, text in reversed(self.ticks) if place <= at < end), "")

    def ruler(self, columns: int) -> list[str]:
        """The axis under a plot of so many columns, each mark over the middle of its number.

        Where there is no room for all numbers, powers of ten go before others.
        """
        low, high = self.ends
        line, under = ["-"] * columns, [" "] * (columns + MARGIN - BESIDE)
        for place, text in sorted(self.ticks, key=lambda tick: not tick[1].startswith("1")):
            at = int((place - low) / (high - low) * columns)
            start = max(min(at - len(text) // 2, len(under) - len(text)), 0)
            room = under[max(start - APART, 0) : start + len(text) + APART]
            if 0 <= at < columns and not "".join(room).strip():
                line[at] = "|"
                under[start : start + len(text)] = text
        before = "|-".rjust(BESIDE, "-")
        return [f"{before}{''.join(line)}->", f"{'| ':>{BESIDE}}{''.join(under)}"]
