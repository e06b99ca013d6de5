"""Pictures as data: what is drawn, on which axes, in which units. No network and no format here."""

from collections.abc import Sequence
from enum import Enum
from fractions import Fraction
from math import ceil, floor, log10
from typing import Any, TypeAlias

from mnetcost.exact import percent_text
from mnetcost.printed import short_text
from mnetcost.record import Record

Number: TypeAlias = int | Fraction | float
FEW = 3  # numbers on an axis
UNSAID = 10**18  # from here on a number has no prefix


class Scale(Enum):
    """How the values of an axis stand on it."""

    LINEAR = "linear"
    LOG = "log"


class Axis(Record, kw_only=False):
    """What is on an axis, with its unit. `ends` are the values where it begins and ends.

    `ticks` are places with what is written there; without any, round numbers are.
    """

    words: str
    scale: Scale
    ends: tuple[Number, Number]
    ticks: tuple[tuple[Number, str], ...] = ()

    def within(self, value: Number) -> Number:
        """The value, or the end of the axis where it lies beyond."""
        return min(value, self.ends[1])

    def marks(self, most: int) -> tuple[tuple[Number, str], ...]:
        """Its own ticks, or at most so many round numbers on it, with what is written there."""
        low, high = map(float, self.ends)
        steps = _powers(low, high, most) if self.scale is Scale.LOG else _steps(low, high, most)
        return self.ticks or tuple((one, tick_text(one)) for one in steps if low <= one <= high)


class Mark(Enum):
    """How a series is drawn."""

    POINTS = "points"
    LINE = "line"
    STEPS = "steps"  # each value holds up to the next place
    LIMIT = "limit"  # a thin line to hold the others against


class Role(Enum):
    """What a series is among the others: what its colour follows from."""

    EACH = "each"  # one of several, each of a colour of its own
    ORDERED = "ordered"  # one of several in an order, of a colour between two ends
    BEST = "best"
    REST = "rest"


class Place(Record, kw_only=False):
    """A point, and what is written beside it."""

    x: Number
    y: Number
    name: str = ""


class Series(Record, kw_only=False):
    """Points that belong together, and what they are called in the key; empty for nothing."""

    name: str
    mark: Mark
    role: Role
    places: tuple[Place, ...]


class Picture(Record, kw_only=False):
    """What every picture says: what it is of, at which setting, and how it was counted."""

    kind: str
    title: str
    notes: tuple[str, ...]


class Chart(Picture, kw_only=False):
    """Series over two axes."""

    x: Axis
    y: Axis
    series: tuple[Series, ...]


class Length(Record, kw_only=False):
    """One bar: of which group, how long, and what is written at its end."""

    group: int
    value: Number
    text: str = ""


class Bars(Picture, kw_only=False):
    """Rows of named bars, from the top, over one axis. `groups` are what the colours stand for."""

    axis: Axis
    groups: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Length, ...]], ...]


class Contour(Record, kw_only=False):
    """The border of the cells that are within a limit, as edges between their corners.

    The corners of a cell at column x and row y are (x, y) and (x + 1, y + 1); `within` says of each
    row and column whether it is.
    """

    name: str
    edges: tuple[tuple[tuple[int, int], tuple[int, int]], ...]
    within: tuple[tuple[bool, ...], ...]


class Heat(Picture, kw_only=False):
    """A grid of values, None where there is none; rows from the bottom."""

    x: str  # what the columns are
    y: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    value: Axis
    values: tuple[tuple[int | None, ...], ...]
    contours: tuple[Contour, ...] = ()


def tick_text(value: Number) -> str:
    """A round number: "20 M", "2.5 K", "0.25"; as `short_text` says it, without its last zeros."""
    if value < 1000:
        return f"{float(value):.6g}"
    if value >= UNSAID:
        return f"{float(value):.3g}"
    number, unit = short_text(round(value)).split()
    return f"{number.rstrip('0').rstrip('.') if '.' in number else number} {unit}"


def of_shares(words: str, longest: Number = 1) -> Axis:
    """An axis of parts of 1, written as per cent."""
    quarters = (Fraction(one, 4) for one in range(5))
    return Axis(
        words, Scale.LINEAR, (0, longest), tuple((one, percent_text(one)) for one in quarters)
    )


def from_zero(words: str, values: Sequence[Any], room: Fraction = Fraction(1, 20)) -> Axis:
    """An axis from zero that holds all values, with room at its end."""
    return Axis(words, Scale.LINEAR, (0, max(values, default=0) * (1 + room) or 1))


def logarithmic(words: str, values: Sequence[Any]) -> Axis:
    """A logarithmic axis that holds all values, with room; from zero where one of them is.

    It spans a factor of four at least, so that some 1, 2 or 5 is on it.
    """
    low, high = min(values), max(values)
    if low <= 0:
        return from_zero(words, values, Fraction(1, 10))
    room = max((high / low) ** 0.08, 2 * (low / high) ** 0.5)
    return Axis(words, Scale.LOG, (low / room, high * room))


def _powers(low: float, high: float, most: int) -> list[float]:
    """The 1, 2 and 5 of each power of ten, where these are few every digit.

    Of many powers 1 alone, or of every second, third, …
    """
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    found = [digit * 10.0**power for power in powers for digit in (1, 2, 5)]
    if sum(low <= one <= high for one in found) < FEW:
        found = [digit * 10.0**power for power in powers for digit in range(1, 10)]
    every = 0
    while sum(low <= one <= high for one in found) > most:
        every += 1
        found = [10.0**power for power in powers if power % every == 0]
    return found


def _steps(low: float, high: float, most: int) -> list[float]:
    """The multiples of a step of 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** floor(log10((high - low) / most))
    step = next(one * power for one in (1, 2, 2.5, 5, 10, 20) if (high - low) / one / power < most)
    return [one * step for one in range(ceil(low / step), floor(high / step) + 1)]
