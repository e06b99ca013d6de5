"""Pictures as data: what is drawn, on which axes, in which units. No network and no format here."""

from collections.abc import Sequence
from enum import Enum
from fractions import Fraction
from typing import Any, TypeAlias

from mnetcost.record import Record

UNITS = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"), (1, ""))
Number: TypeAlias = int | Fraction | float


class Scale(Enum):
    """How the values of an axis stand on it."""

    LINEAR = "linear"  # from zero
    LOG = "log"
    SHARE = "share"  # a part of 1, written as per cent


class Axis(Record, kw_only=False):
    """What is on an axis, with its unit. `ends` are the values where it begins and ends.

    `ticks` are places with what is written there; without any, round numbers are.
    """

    words: str
    scale: Scale
    ends: tuple[Number, Number]
    ticks: tuple[tuple[Number, str], ...] = ()


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


def short(value: Number) -> str:
    """ "568.7 M": a number to four digits, with its unit."""
    size, unit = next(((size, unit) for size, unit in UNITS if value >= size), (1, ""))
    return f"{float(value / size):.4g} {unit}".rstrip()


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
