"""The receptive field of every layer of a network: how much of the input its output depends on.

Of padding as of px: a window at the edge is as large as one in the middle. Araujo et al. 2019,
doi:10.23915/distill.00021.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from mnetcost.analysis.receptive_fields.seen import (
    NOTHING,
    Seen,
    Side,
    Stretches,
    behind,
    pixels,
    together,
)
from mnetcost.cost import Count, LayerCost
from mnetcost.graph import INPUT
from mnetcost.layers.base import Map, Pair, Reach
from mnetcost.problems import UsageError
from mnetcost.steps import Exhausted, Steps

Sides: TypeAlias = tuple[Seen, Seen]


class ReceptiveField(NamedTuple):
    """What a position of a layer's output depends on, of height and width (px of the input).

    Position i of a side sees `size` px from `offset` + i·`jump` on, which may begin in the padding;
    where a jump is no whole number, the largest window's, and begun to a px. Of a side of which
    each position sees `whole`, all that the network sees of it, `size` and `offset` are of that,
    and `windows` is the size through windows alone, without gates, attention and statistics. So it
    is of a side whose positions see `apart` what is at their place in all patches: `size` is the
    largest then. What is None is unknown for the reason in `unknown`, or moves no window.
    """

    name: str
    size: Pair
    windows: Pair
    jump: Pair
    offset: Pair
    whole: Pair
    apart: Pair
    unknown: str


def receptive_fields(count: Count) -> tuple[ReceptiveField, ...]:
    """The receptive field of every layer, in order. Raises UsageError where it takes too long."""
    source = (pixels(count.input.h), pixels(count.input.w))
    maps = {INPUT: count.input} | {at: one.output for at, one in enumerate(count.layers)}
    steps, found = Steps(), {INPUT: source}
    stretches = Stretches(steps)
    try:
        for place, row in enumerate(count.layers):
            node = row.node
            inputs = [(maps[one], found[one]) for one in node.sources]
            steps.take(1 + len(inputs))
            found[place] = _of(row, inputs, stretches)
    except Exhausted:
        raise UsageError(
            f"{node.name}: up to here maps are too large to follow receptive fields through, or "
            "too many windows differ: sides that share a factor, as 7 and 14 px do, have few"
        ) from None
    return tuple(_field(row.name, found[place]) for place, row in enumerate(count.layers))


def _of(row: LayerCost, inputs: Sequence[tuple[Map, Sides]], stretches: Stretches) -> Sides:
    """What both sides of a layer's output see, behind what rides on it."""
    name, layer, y = row.name, row.node.layer, row.output
    reached = zip(inputs, layer.sees_each([x for x, _ in inputs], y))
    read = [_read(name, x, y, zip(seen, reach), stretches) for (x, seen), reach in reached]
    if not read:
        return NOTHING, NOTHING
    both = zip(zip(*read), y[:2])
    h, w = (together(seen, Side(name, side, side, False), stretches) for seen, side in both)
    for rider in row.node.riders:
        h, w = _read(name, y, y, zip((h, w), rider.sees(y, y)), stretches)
    return h, w


def _read(
    name: str, x: Map, y: Map, sides: Iterable[tuple[Seen, Reach | str]], stretches: Stretches
) -> Sides:
    """What both sides of a layer see of the one map `x` that it reads so, which sees that."""
    single = x.h * x.w == 1
    h, w = (
        behind(seen, reach, Side(name, inside, outside, single), stretches)
        for (seen, reach), inside, outside in zip(sides, x[:2], y[:2])
    )
    return h, w


def _field(name: str, sides: Iterable[Seen]) -> ReceptiveField:
    h, w = sides
    moving = [one.windows for one in (h, w)]
    jumps: list[Fraction | None] = [one.jump if one else None for one in moving]
    return ReceptiveField(
        name=name,
        size=Pair(h.size, w.size),
        windows=Pair(*(one.size if one else None for one in moving)),
        jump=Pair(*jumps),
        offset=Pair(h.offset, w.offset),
        whole=Pair(*(one.whole and one != NOTHING for one in (h, w))),
        apart=Pair(h.apart, w.apart),
        unknown=h.unknown or w.unknown,
    )
