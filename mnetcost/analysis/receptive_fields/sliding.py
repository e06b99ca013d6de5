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
    turns = reach.step * period // reach.per * reach.unit
    return Windows(
        period,
        turns // windows.period * windows.shift,
        tuple(windows.first(first_read(reach, place)) for place in range(period)),
        tuple(windows.last(last_read(reach, place)) for place in range(period)),
    )


def first_read(reach: Reach, position: int) -> int:
    """The first position of its input that a layer reads for one of its output."""
    return reach.unit * ((reach.step * position + reach.first) // reach.per) + reach.begin


def last_read(reach: Reach, position: int) -> int:
    """The last one."""
    return reach.unit * ((reach.step * position + reach.last) // reach.per + 1) - 1 + reach.begin


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
