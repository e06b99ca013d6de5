"""Where α matters: the plateaus on which every scaled width, and so every cost, is the same.

Each rounding rule is a step function of α, so its steps follow from the rule itself: no grid of α
is searched. Most rules step *at* an α, and a plateau is [from, to). `divisible` steps on *past* an
α too, once a multiple falls below 0.9 of the width, and `none` has an answer at single α alone, so
each end of a plateau says whether it belongs to it.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor, gcd, lcm
from typing import Any, NamedTuple, Self

from mnetcost.exact import record_text
from mnetcost.graph import Graph, infer
from mnetcost.multipliers import LEAST_PART, Rounding, Ruled, Widths
from mnetcost.problems import UsageError

MAX_STEPS = 50_000
MAX_ROUNDED = 2_000_000  # widths, each at every step


class Edge(NamedTuple):
    """A place on the axis of α: at `alpha` itself or, with `past`, just beyond it."""

    alpha: Fraction
    past: bool

    def __repr__(self) -> str:
        return record_text(self)


class Plateau(NamedTuple):
    """All α from one edge to before the next. They give the same network."""

    start: Edge
    end: Edge

    @classmethod
    def at(cls, alpha: Fraction) -> Self:
        """The one of this α alone."""
        return cls(Edge(alpha, False), Edge(alpha, True))

    @property
    def is_point(self) -> bool:
        """Whether it is one α alone."""
        return self.start.alpha == self.end.alpha

    def __contains__(self, alpha: object) -> bool:
        return isinstance(alpha, Fraction) and self.start <= (alpha, False) < self.end

    def __repr__(self) -> str:
        return (
            f"Plateau({float(self.start.alpha):.4g} to {float(self.end.alpha):.4g}, exactly {self})"
        )

    def __str__(self) -> str:
        """As an interval: "[3/4, 193/256)"."""
        opening, closing = "(" if self.start.past else "[", "]" if self.end.past else ")"
        return f"{opening}{self.start.alpha}, {self.end.alpha}{closing}"

    @property
    def alpha(self) -> Fraction:
        """The shortest decimal on it, which people can type, of several the smallest; of a single α
        that one."""
        power = 1
        while not self.is_point:
            least = ceil(self.start.alpha * power)
            for tops in (least, least + 1):  # its left end may not belong to it
                if (found := Fraction(tops, power)) in self:
                    return found
            power *= 10
        return self.start.alpha


def plateaus(graph: Graph, low: Fraction | None, high: Fraction) -> tuple[Plateau, ...]:
    """Every plateau from `low` (above 0 for None) to `high`, ascending, where all widths have
    channels. Whether the network is possible there at some input is not asked.

    Raises UsageError where over MAX_STEPS steps lie between, or fewer of very many widths.
    """
    start = Edge(Fraction(0), True) if low is None else Edge(low, False)
    end = Edge(high, True)
    written = scaled_widths(graph)
    steps = _steps(written, graph.rounding, start.alpha, high)
    edges = {start, end, *(one for one in steps if start < one < end)}
    found: list[Plateau] = []
    before: tuple[int, ...] | None = None
    for ends in pairwise(sorted(edges)):
        one = Plateau(*ends)
        widths = Widths(graph.rounding, _inside(one))
        channels = tuple(int(widths(width, True)) for width in written)
        if 0 in channels:
            continue
        if channels == before:
            found[-1] = Plateau(found[-1].start, one.end)
        else:
            found.append(one)
        before = channels
    return tuple(found)


def _inside(one: Plateau) -> Fraction:
    """An α on it that is found at once: its start, or the simplest fraction where that is not."""
    if not one.start.past:
        return one.start.alpha
    return simplest_between(one.start.alpha, one.end.alpha)


def scaled_widths(graph: Graph) -> tuple[Any, ...]:
    """The distinct written widths under α, each with its own rule where it has one."""
    widths = Widths(graph.rounding, Fraction(1))
    x = graph.input.at(*graph.base, widths)
    for _ in infer(graph.nodes, x, widths, graph.input.channels, lambda node, check: None):
        pass
    return widths.scaled


def whole_step(graph: Graph) -> Fraction | None:
    """All α at which the widths that nothing rounds are whole are its multiples.

    None where every width is rounded.
    """
    whole = _unrounded(_ruled(scaled_widths(graph), graph.rounding))
    return 1 / _common(whole) if whole else None


def _ruled(written: Sequence[Any], rounding: Rounding) -> list[Ruled]:
    """Widths with their rules: a rule of their own, else the network's."""
    return [one if isinstance(one, Ruled) else Ruled(one, rounding) for one in written]


def _unrounded(ruled: Sequence[Ruled]) -> list[Fraction]:
    """What α multiplies in the widths that nothing rounds."""
    return [one.written * one.rounding.multiplier for one in ruled if one.rounding.rule == "none"]


def _steps(
    written: Sequence[Any], rounding: Rounding, low: Fraction, high: Fraction
) -> Iterator[Edge]:
    """All edges from `low` to `high` where a width may change."""
    ruled = _ruled(written, rounding)
    whole = _unrounded(ruled)
    rules = [(one.rounding, one.written * one.rounding.multiplier) for one in ruled]
    if whole:  # possible at the α where all of these are whole, and nowhere else
        _bound((high - low) * _common(whole), len(ruled))
        for alpha in _multiples(1 / _common(whole), Fraction(0), low, high):
            yield Edge(alpha, False)
            yield Edge(alpha, True)
        rules = []
    _bound(sum((high - low) * width / rule.divisor for rule, width in rules), len(ruled))
    for rule, width in rules:
        yield from _rule_steps(rule, width, low, high)


def _rule_steps(rule: Rounding, width: Fraction, low: Fraction, high: Fraction) -> Iterator[Edge]:
    """The edges of one width: where width · α passes what its rule tells apart."""
    step = rule.divisor / width
    middle = Fraction(0) if rule.rule == "floor" else step / 2
    for alpha in _multiples(step, middle, low, high):
        yield Edge(alpha, False)
    if rule.rule == "divisible":
        # The next multiple past 10/9 of one: from the fifth on, rounding is there before.
        part, whole = LEAST_PART
        least = rule.minimum or rule.divisor
        for channels in (least, *(turn * rule.divisor for turn in range(1, 5))):
            yield Edge(Fraction(whole * channels, part) / width, True)


def _multiples(
    step: Fraction, offset: Fraction, low: Fraction, high: Fraction
) -> Iterator[Fraction]:
    """offset + n · step from `low` to `high`, for whole n."""
    first, last = ceil((low - offset) / step), floor((high - offset) / step)
    return (offset + turn * step for turn in range(first, last + 1))


def _common(widths: Sequence[Fraction]) -> Fraction:
    """The largest fraction that goes into all of them."""
    tops = gcd(*(width.numerator for width in widths))
    return Fraction(tops, lcm(*(width.denominator for width in widths)))


def _bound(steps: Fraction | int, widths: int) -> None:
    most = min(MAX_STEPS, MAX_ROUNDED // max(1, widths))
    if steps > most:
        raise UsageError(
            f"α has about {floor(steps):,} steps here, {most:,} at most; "
            "narrow them (--min-alpha, --max-alpha)"
        )


def simplest_between(low: Fraction, high: Fraction) -> Fraction:
    """The fraction of the smallest denominator strictly between two others, 0 <= low < high."""
    whole = floor(low)
    if whole + 1 < high:
        return Fraction(whole + 1)
    if low == whole:
        return whole + Fraction(1, floor(1 / (high - whole)) + 1)
    return whole + 1 / simplest_between(1 / (high - whole), 1 / (low - whole))
