"""The two axes of a grid: every value as it was asked for, each distinct column counted once.

Many α share all of their channels, and many ρ the input's sides: a billion points may be a few
hundred thousand distinct ones.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, Self

import numpy as np

from mnetcost.analysis.sweep.axes import read_axis, whole
from mnetcost.analysis.sweep.quantities import (
    COLUMN,
    ROW,
    Array,
    Line,
    array_of,
    dtype_for,
    narrowed,
    peak,
)
from mnetcost.graph import Graph, infer
from mnetcost.layers.base import Map
from mnetcost.multipliers import BOTH, Ruled, Setting, Widths, make_setting, ratio_of, side
from mnetcost.problems import UsageError

# The paper's four by four: Howard et al. 2017, Tables 6 and 7.
ALPHAS = ("1", "0.75", "0.5", "0.25")
RHOS = ("1", "6/7", "5/7", "4/7")
BLOCK = 2**20  # points that are worked out at once: 8 MB


class Axis(NamedTuple):
    """The distinct values of an axis, in the order of their first appearance.

    `places` says which distinct one each value is, -1 for one where the network is impossible;
    `first` is the first value of each distinct one; `numbers` holds what the network takes from
    it, by name: the channels of a written width, or the height and width of the input (px).
    """

    values: tuple[Fraction, ...]
    places: Array
    first: Array
    numbers: dict[Any, Array]

    @property
    def distinct(self) -> int:
        """How many distinct ones there are."""
        return len(self.first)

    def weights(self) -> Array:
        """How many values each distinct one stands for."""
        return np.bincount(self.places[self.places >= 0], minlength=self.distinct)

    def without(self, bad: Array) -> "Axis":
        """The axis without the distinct ones where `bad` holds."""
        moved = np.where(bad, -1, np.cumsum(~bad) - 1)
        numbers = {name: values[~bad] for name, values in self.numbers.items()}
        return Axis(self.values, moved[self.places], self.first[~bad], numbers)


class Axes(NamedTuple):
    """α and ρ."""

    alpha: Axis
    rho: Axis

    @property
    def distinct(self) -> tuple[int, int]:
        """The distinct α and ρ: the shape of what is counted."""
        return self.alpha.distinct, self.rho.distinct

    def input(self, graph: Graph) -> tuple[Map, Widths]:
        """The input map, and the widths, over the distinct points."""
        widths = _Columns(graph, self)
        height, width = (
            Line(self.rho.numbers[name], ROW, self.distinct) for name in ("height", "width")
        )
        return graph.input.at(height, width, widths), widths


class _Columns(Widths):
    """Channels of a written width as a column, one number for each distinct α."""

    def __init__(self, graph: Graph, axes: Axes) -> None:
        super().__init__(graph.rounding, Fraction(1))
        self.axes = axes

    def _round(self, written: Any) -> Line:
        return Line(self.axes.alpha.numbers[written], COLUMN, self.axes.distinct)


class _Noted(Widths):
    """Remembers which written widths are under α."""

    def widths(self) -> tuple[Any, ...]:
        return tuple(self._known)


def axes_of(graph: Graph, alphas: Sequence[Fraction], settings: Sequence[Setting]) -> Axes:
    """Both axes. Each distinct width is rounded once for each α."""
    noted = _Noted(graph.rounding, Fraction(1))
    source = graph.input.at(*graph.base, noted)
    for _ in infer(graph.nodes, source, noted, graph.input.channels, lambda node, check: None):
        pass
    ratios = Ratios.of(alphas)
    channels = {written: rounded(graph, written, ratios) for written in noted.widths()}
    pixels = {
        "height": array_of([one.height for one in settings]),
        "width": array_of([one.width for one in settings]),
    }
    return Axes(_axis(alphas, channels), _axis([one.rho for one in settings], pixels))


class Ratios(NamedTuple):
    """Ratios as arrays of their numerators and denominators, in lowest terms."""

    tops: Array
    bottoms: Array

    @classmethod
    def of(cls, values: Sequence[Fraction]) -> Self:
        """The ratios of an axis."""
        parts = [one.numerator for one in values], [one.denominator for one in values]
        return cls(*map(array_of, parts))

    def times(self, top: int, bottom: int = 1, room: int = 1) -> "Ratios":
        """The ratios times top / bottom, not reduced: exact objects where int64 could wrap.

        What is done with them may make numbers up to `room` times as large.
        """
        dtype = dtype_for(room * max(peak(self.tops) * top, peak(self.bottoms) * bottom))
        tops, bottoms = (one.astype(dtype, copy=False) for one in self)
        return Ratios(tops * top, bottoms * bottom)


def rounded(graph: Graph, written: Any, alphas: Ratios) -> Array:
    """The channels of a written width at each α."""
    rule = graph.rounding
    if isinstance(written, Ruled):
        written, rule = written
    # a rule works on 10 times a width, or 10 times the least one over the same denominator
    room = 20 * (1 + rule.divisor) * (1 + rule.minimum)
    width = Fraction(written) * rule.multiplier
    tops, bottoms = alphas.times(width.numerator, width.denominator, room)
    return narrowed(rule.channels(tops, bottoms))


def input_channels(graph: Graph, alphas: Sequence[Fraction]) -> Array:
    """The input's channels at each α."""
    if graph.input.scale:
        return rounded(graph, graph.input.channels, Ratios.of(alphas))
    return np.full(len(alphas), graph.input.channels)


def _sides(written: int, rhos: Ratios) -> list[int]:
    """A side of the input at each ρ, px."""
    found: list[int] = side(written, *rhos.times(1, room=4 * written)).tolist()
    return found


def _axis(values: Sequence[Fraction], numbers: dict[Any, Array]) -> Axis:
    seen: dict[Hashable, int] = {}
    keys: Iterable[Hashable] = ((),) * len(values)
    if numbers:
        keys = zip(*(found.tolist() for found in numbers.values()))
    index = np.array([seen.setdefault(key, len(seen)) for key in keys])
    first = np.unique(index, return_index=True)[1]
    return Axis(tuple(values), index, first, {name: one[first] for name, one in numbers.items()})


def read_alphas(alpha: Any) -> tuple[Fraction, ...]:
    """The α of a sweep, by default the paper's. Raises UsageError."""
    return read_axis(ALPHAS if alpha is None else alpha, "α")


def read_settings(graph: Graph, rho: Any, resolution: Any, size: Any) -> list[Setting]:
    """A setting at α = 1 for each ρ or longer side, px. Raises UsageError."""
    if rho is not None and resolution is not None:
        raise UsageError(BOTH)
    base = make_setting(graph.base, size=size)
    if resolution is None:
        ratios = read_axis(RHOS if rho is None else rho, "ρ")
    else:
        pixels = whole(read_axis(resolution, "resolution"), "resolution")
        ratios = tuple(ratio_of(one, base.height, base.width) for one in pixels)
    places = Ratios.of(ratios)
    pairs = zip(_sides(base.height, places), _sides(base.width, places))
    return [Setting(base.alpha, one, *pair) for one, pair in zip(ratios, pairs)]


def blocks(rows: int, columns: int, points: int = BLOCK) -> Iterator[slice]:
    """Consecutive rows, so many that a block has about so many points."""
    height = max(1, points // max(1, columns))
    return (slice(start, min(start + height, rows)) for start in range(0, rows, height))
