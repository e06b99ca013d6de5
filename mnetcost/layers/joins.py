"""Layers that read several maps: the merges, and the ends of a detector."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import accumulate
from typing import Annotated, Self

from mnetcost.layers.arithmetic import Quantity, differs, maximum
from mnetcost.layers.base import (
    HERE,
    JOINED,
    KNOWN,
    MOVED,
    OVER,
    WHOLE,
    Amount,
    Check,
    Join,
    Map,
    Part,
    Reaches,
    Tie,
    Width,
    channel_for_channel,
    layer,
)
from mnetcost.layers.fields import MAX_CHANNELS, CalledAs, Choice, Groups, Integer
from mnetcost.text import counted

MAX_SHOWN = 20  # maps that a message lists
Axis = Annotated[str, Choice(("channels", "height", "width"))]
Transposed = Annotated[str, Choice(("none", "first", "second"))]
Priors = Annotated[Quantity, Integer(1, MAX_CHANNELS, "prior boxes a position")]
Keep = Annotated[Quantity, Integer(1, MAX_CHANNELS, "detections")]


def shown(maps: Sequence[Map]) -> str:
    """The maps as a message names them: "3×4×8 and 3×4×6"."""
    texts = [f"{one.h}×{one.w}×{one.c}" for one in maps[:MAX_SHOWN]]
    return " and ".join([*texts, "…"] if len(maps) > MAX_SHOWN else texts)


LISTS = "it lists boxes"


class Merge(Join):
    """Several maps to one; the builder says how many in `inputs`."""

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

    storage = OVER

    called_as: CalledAs = "module"

    def merged(self, maps: Sequence[Map]) -> Map:
        return maps[0]

    def agreement(self, maps: Sequence[Map]) -> Iterable[Check]:
        first = maps[0]
        for one in maps[1:]:
            yield Check(
                differs(one.h, first.h) | differs(one.w, first.w) | differs(one.c, first.c),
                "shapes",
                lambda: f"adds maps of {shown(maps)}",
            )


class Elementwise(Merge):
    """An operation on the values of maps; a side of 1 is spread over the others."""

    storage = OVER

    called_as: CalledAs = "module"

    def merged(self, maps: Sequence[Map]) -> Map:
        return Map(*(reduce(maximum, side) for side in zip(*maps)))

    def agreement(self, maps: Sequence[Map]) -> Iterable[Check]:
        whole = self.merged(maps)
        for one in maps:
            bad = False
            for side, most in zip(one, whole):
                bad = bad | (differs(side, most) & differs(side, 1))
            yield Check(bad, "shapes", lambda: f"{self.written}: maps of {shown(maps)}")


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

    storage = JOINED

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
            yield Check(bad, "shapes", lambda: f"joins maps of {shown(maps)} along {self.axis}")


class Product(Join):
    """A product of activations; its field `maps` holds those that it reads."""

    @abstractmethod
    def operands(self, first: Map) -> Sequence[Map]:
        """The maps that it multiplies, of which the first map is read."""

    def merged(self, maps: Sequence[Map]) -> Map:
        return maps[0]

    def joined(self, maps: Sequence[Map]) -> Self:
        return self._replace(maps=tuple(maps))


class OfMatrices(Product):
    """A product of matrices of positions × channels, one of them transposed perhaps."""

    transpose: Transposed = "none"
    heads: Groups = 1
    called_as: CalledAs = "functional"
    maps: tuple[Map, ...] = ()

    def operands(self, first: Map) -> tuple[Map, Map]:
        """A and B, of which the first map is read."""
        both = self.maps or (first,)
        return both[0], both[-1]

    def sees_each(self, maps: Sequence[Map], y: Map) -> Sequence[Reaches]:
        first = WHOLE if self.transpose == "first" else HERE
        return (first, first), (WHOLE, WHOLE)

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        a, b = self.operands(maps[0])
        if self.transpose == "second":
            summed = [y.c + one % (a.c // self.heads) for one in range(a.c)]
            rows = "they are positions of its second map"
            return Tie(range(a.c), summed), Tie(range(b.c), summed, fixed_outputs=rows)
        becomes = "rows of its output" if self.transpose == "first" else "rows of its second map"
        return Tie(fixed=f"they are {becomes}"), channel_for_channel(b.c)

    def equal_parts(self, x: Map) -> tuple[int, int]:
        return 1, self.heads

    def narrowed(self, maps: Sequence[Map], to: Sequence[Map], y: Map) -> Self:
        return self.joined(to)


@layer(
    "matmul",
    example="pointwise: {name: key, out: 16}\nmatmul: {from: [input, key], transpose: second}",
)
class Matmul(OfMatrices):
    """The product of two maps, matrices A and B of positions × channels, without weights.

    A·B contracts A's channels with B's positions, `transpose: second` (A·Bᵀ) the channels of both,
    `transpose: first` (Aᵀ·B) the positions of both. With `heads` the channels are as many groups,
    each multiplied by itself.
    """

    def output(self, x: Map, width: Width) -> Map:
        a, b = self.operands(x)
        if self.transpose == "first":
            return Map(a.c // self.heads, 1, b.c)
        return a._replace(c=self.heads * b.h * b.w if self.transpose == "second" else b.c)

    def agreement(self, maps: Sequence[Map]) -> Iterable[Check]:
        yield Check(len(maps) != 2, "shapes", lambda: f"a product of two maps, not {len(maps)}")

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        a, b = self.operands(x)
        rows = b.h * b.w
        alike = {"none": (a.c, self.heads * rows), "first": (a.h * a.w, rows), "second": (a.c, b.c)}
        yield Check(
            differs(*alike[self.transpose]),
            "shapes",
            lambda: (
                f"multiplies {shown((a, b))} in {counted(self.heads, 'head')}, "
                f"transposed: {self.transpose}"
            ),
        )
        yield Check(
            (a.c % self.heads > 0) | (b.c % self.heads > 0),
            "groups",
            lambda: f"the channels of {shown((a, b))} do not divide into {self.heads} heads",
            final=True,
        )

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        return ()

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        a, b = self.operands(x)
        if self.transpose == "first":
            yield Part("attention_product", a.c // self.heads * b.c, a.h * a.w)
        else:
            contracted = a.c if self.transpose == "second" else b.c
            yield Part("attention_product", b.h * b.w * contracted, a.h * a.w)

    def product_gradients(self, x: Map, y: Map, needed: Sequence[bool]) -> Quantity:
        # A's is dO with B, B's is A with dO: each takes as much as the product
        return sum([each * at * sum(needed) for _, each, at in self.work(x, y)])


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

    sides_alone = True
    storage = KNOWN

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        return [Tie() for _ in maps]

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
