"""Windows over windows, along one side: what each position reads of the input, exact.

A layer reads for position i of its output the positions from unit·⌊(step·i + first) / per⌋ + begin
on, and of those each has a window of its own. Where `per` is above 1, as behind a resize, windows
differ from position to position, and come again every `period` positions, `shift` px further.
"""

from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple

from mnetcost.layers.base import Reach
from mnetcost.steps import Steps


class Windows(NamedTuple):
    """The first and the last px of the input for positions 0 to period - 1; may lie outside it."""

    period: int
    shift: int
    firsts: tuple[int, ...]
    lasts: tuple[int, ...]

    def first(self, position: int) -> int:
        """The first px that this position reads."""
        turns, place = divmod(position, self.period)
        return self.firsts[place] + turns * self.shift

    def last(self, position: int) -> int:
        """The last px that this position reads."""
        turns, place = divmod(position, self.period)
        return self.lasts[place] + turns * self.shift

    @property
    def ordered(self) -> bool:
        """Whether none begins or ends before the one before it."""
        places = range(self.period)
        return all(
            self.first(one) <= self.first(one + 1) and self.last(one) <= self.last(one + 1)
            for one in places
        )

    def hull(self, first: int, last: int) -> tuple[int, int]:
        """The first and the last px that any of these positions reads."""
        if last < first:  # they read nothing
            return self.first(first), self.last(last)
        most = self.period - 1  # as many more only move
        begin = min(map(self.first, range(first, min(last, first + most) + 1)))
        return begin, max(map(self.last, range(max(first, last - most), last + 1)))

    @property
    def size(self) -> int:
        """The px of the largest window."""
        return max(last - first for first, last in zip(self.firsts, self.lasts)) + 1

    @property
    def jump(self) -> Fraction:
        """The px from one position's window to the next one's."""
        return Fraction(self.shift, self.period)


PIXELS = Windows(1, 1, (0,), (0,))  # of the input itself


def through(windows: Windows, reach: Reach, steps: Steps) -> Windows:
    """The windows of a layer with this reach over a map with those: Araujo et al. 2019, eq. 2.

    They come again when the positions that it reads do: after as many as make step / per times them
    whole, and unit times that a multiple of the map's own period. Raises Exhausted.
    """
    inner = reach.per * (windows.period // gcd(reach.unit, windows.period))
    common = gcd(reach.step, inner)
    period = inner // common
    steps.take(2 * period)
    shift = reach.step * period // reach.per * reach.unit // windows.period * windows.shift
    ends = [(first_read(reach, place), last_read(reach, place)) for place in range(period)]
    if not windows.ordered:
        steps.take(sum(min(last - first, windows.period) for first, last in ends))
        ends = [windows.hull(first, last) for first, last in ends]
        firsts, lasts = zip(*ends)
        return Windows(period, shift, firsts, lasts)
    firsts = tuple(windows.first(first) for first, _ in ends)
    return Windows(period, shift, firsts, tuple(windows.last(last) for _, last in ends))


def first_read(reach: Reach, position: int) -> int:
    """The first position of its input that a layer reads for one of its output."""
    place = (reach.step * position + reach.first) // reach.per
    return reach.unit * place + reach.begin - _beyond(reach, position)


def last_read(reach: Reach, position: int) -> int:
    """The last one."""
    place = (reach.step * position + reach.last) // reach.per
    return reach.unit * (place + 1) - 1 + reach.begin + _beyond(reach, position)


def _beyond(reach: Reach, position: int) -> int:
    """How many more it reads at both ends: none where it reads one alone."""
    moved = reach.step * position
    between = (moved + reach.first) // reach.per < (moved + reach.last) // reach.per
    return reach.beyond if between else 0


def union(one: Windows, other: Windows, steps: Steps) -> Windows:
    """The windows of a position of two maps whose jumps are the same. Raises Exhausted."""
    if one == other:
        return one
    period = lcm(one.period, other.period)
    steps.take(2 * period)
    return Windows(
        period,
        period // one.period * one.shift,
        tuple(min(one.first(place), other.first(place)) for place in range(period)),
        tuple(max(one.last(place), other.last(place)) for place in range(period)),
    )
