"""Layers that read several maps: the merges, and the ends of a detector."""

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import accumulate
from typing import Annotated

from mnetcost.layers.base import (
    HERE,
    MOVED,
    WHOLE,
    Amount,
    Check,
    Join,
    Map,
    Part,
    Quantity,
    Reaches,
    Tie,
    Width,
    channel_for_channel,
    differs,
    layer,
    maximum,
)
from mnetcost.layers.fields import MAX_CHANNELS, CalledAs, Choice, Integer

MAX_SHOWN = 20  # maps that a message lists
Axis = Annotated[str, Choice(("channels", "height", "width"))]
Priors = Annotated[Quantity, Integer(1, MAX_CHANNELS, "prior boxes a position")]
Keep = Annotated[Quantity, Integer(1, MAX_CHANNELS, "detections")]


def _sides(maps: Sequence[Map]) -> str:
    shown = [f"{one.h}×{one.w}×{one.c}" for one in maps[:MAX_SHOWN]]
    return " and ".join([*shown, "…"] if len(maps) > MAX_SHOWN else shown)


LISTS = "it lists boxes"


class Merge(Join):
    """Several maps to one."""

    inputs: int = 2

    def output(self, x: Map, width: Width) -> Map:
        return x

    def sees(self, x: Map, y: Map) -> Reaches:
        # a side of 1 is spread over those of the others
        h, w = (HERE if one == other else WHOLE for one, other in zip(x[:2], y[:2]))
        return h, w

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        return [channel_for_channel(one.c if one.c == y.c else 0) for one in maps]

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        return ()

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        return (Part("elementwise", (self.inputs - 1) * y.c, y.h * y.w),)


@layer("add", example="pointwise: {name: branch, out: 16}\nadd: {from: [input, branch]}")
class Add(Merge):
    """The sum of maps of one shape; a residual. He et al. 2016, arXiv:1512.03385."""

    called_as: CalledAs = "module"

    def merged(self, maps: Sequence[Map]) -> Map:
        return maps[0]

    def agreement(self, maps: Sequence[Map]) -> Iterable[Check]:
        first = maps[0]
        for one in maps[1:]:
            yield Check(
                differs(one.h, first.h) | differs(one.w, first.w) | differs(one.c, first.c),
                "shapes",
                lambda: f"adds maps of {_sides(maps)}",
            )


class Elementwise(Merge):
    """An operation on the values of maps; a side of 1 is spread over the others."""

    called_as: CalledAs = "module"

    def merged(self, maps: Sequence[Map]) -> Map:
        return Map(*(reduce(maximum, side) for side in zip(*maps)))

    def agreement(self, maps: Sequence[Map]) -> Iterable[Check]:
        whole = self.merged(maps)
        for one in maps:
            bad = False
            for side, most in zip(one, whole):
                bad = bad | (differs(side, most) & differs(side, 1))
            yield Check(bad, "shapes", lambda: f"{self.written}: maps of {_sides(maps)}")


@layer("multiply", example="global_avg_pool: {name: gate}\nmultiply: {from: [input, gate]}")
class Multiply(Elementwise):
    """The product of maps; a side of 1 is spread over the others."""


@layer("maximum", example="relu: {name: other}\nmaximum: {from: [input, other]}")
class Maximum(Elementwise):
    """The larger of the values of maps; a side of 1 is spread over the others."""


@layer("minimum", example="relu: {name: other}\nminimum: {from: [input, other]}")
class Minimum(Elementwise):
    """The smaller of the values of maps; a side of 1 is spread over the others."""


class OfTwo(Elementwise):
    """An operation that takes two maps, the first one by the second."""

    def agreement(self, maps: Sequence[Map]) -> Iterable[Check]:
        yield from super().agreement(maps)
        yield Check(
            len(maps) != 2, "shapes", lambda: f"{self.written} takes two maps, not {len(maps)}"
        )


@layer("subtract", example="global_avg_pool: {name: mean}\nsubtract: {from: [input, mean]}")
class Subtract(OfTwo):
    """The first map less the second; a side of 1 is spread over the other."""


@layer("divide", example="l2_norm: {name: other}\ndivide: {from: [input, other]}")
class Divide(OfTwo):
    """The first map by the second; a side of 1 is spread over the other."""


@layer("concat", example="pointwise: {name: branch, out: 8}\nconcat: {from: [input, branch]}")
class Concat(Merge):
    """Maps side by side along an axis."""

    axis: Axis = "channels"

    def sees(self, x: Map, y: Map) -> Reaches:
        return MOVED if self.axis == "height" else HERE, MOVED if self.axis == "width" else HERE

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        if self.axis != "channels":
            return super().ties(maps, y)
        begins = accumulate((one.c for one in maps), initial=0)
        return [channel_for_channel(one.c, begin) for one, begin in zip(maps, begins)]

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        return ()

    def merged(self, maps: Sequence[Map]) -> Map:
        key = self.axis[0]
        return maps[0]._replace(**{key: sum(getattr(one, key) for one in maps)})

    def agreement(self, maps: Sequence[Map]) -> Iterable[Check]:
        first = maps[0]
        others = [key for key in Map._fields if key != self.axis[0]]
        for one in maps[1:]:
            bad = False
            for key in others:
                bad = bad | differs(getattr(one, key), getattr(first, key))
            yield Check(bad, "shapes", lambda: f"joins maps of {_sides(maps)} along {self.axis}")


class Output(Merge):
    """A list of boxes from maps: listed, and counted as nothing."""

    def merged(self, maps: Sequence[Map]) -> Map:
        return maps[0]

    def sees(self, x: Map, y: Map) -> Reaches:
        return LISTS, LISTS

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        return LISTS

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        return ()


@layer(
    "prior_box",
    example="max_pool: {name: head, kernel: 2}\nprior_box: {priors: 6, from: [head, input]}",
)
class PriorBox(Output):
    """Boxes and variances, 2×1×(4 · priors · positions). Liu et al. 2016, arXiv:1512.02325."""

    priors: Priors

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        return [Tie() for _ in maps]  # it reads their sides alone

    def output(self, x: Map, width: Width) -> Map:
        return Map(2, 1, x.h * x.w * self.priors * 4)


@layer(
    "detection_output",
    example="flatten: {name: boxes}\ndetection_output: {keep: 200, from: [boxes, boxes]}",
)
class DetectionOutput(Output):
    """The detections that are kept, seven values each. Liu et al. 2016, arXiv:1512.02325."""

    keep: Keep = 100

    def output(self, x: Map, width: Width) -> Map:
        return Map(self.keep, 1, 7)
