"""Sliding windows: how kernel, stride, padding and dilation give the output sides."""

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Annotated, NamedTuple

from mnetcost.layers.arithmetic import Quantity, ceil_div, maximum, minimum
from mnetcost.layers.base import HERE, WHOLE, Check, Map, Pair, Reach, Reaches
from mnetcost.layers.fields import MAX_SIDE, Integer, WindowPadding
from mnetcost.record import Record


class Same(Record, kw_only=False):
    """Padded so that only the stride shrinks the map: ceil(side / stride)."""

    def output(self, side: Quantity, extent: Quantity, stride: Quantity) -> Quantity:
        return ceil_div(side, stride)

    def room(self, side: Quantity, extent: Quantity) -> Quantity:
        return side  # a window always fits: the padding grows with it

    def before(self, side: Quantity, extent: Quantity, stride: Quantity) -> Quantity:
        missing = (self.output(side, extent, stride) - 1) * stride + extent - side
        return maximum(missing, 0) // 2  # of an odd number the last px is behind the map


class Sides(Record, kw_only=False):
    """`pad` px at both ends: floor((side + 2·pad - extent) / stride) + 1."""

    pad: Quantity

    def output(self, side: Quantity, extent: Quantity, stride: Quantity) -> Quantity:
        return self.room(side, extent) // stride + 1

    def room(self, side: Quantity, extent: Quantity) -> Quantity:
        return side + 2 * self.pad - extent

    def before(self, side: Quantity, extent: Quantity, stride: Quantity) -> Quantity:
        return self.pad


class Ceiled(Sides, kw_only=False):
    """`pad` px at both ends, the last window may reach beyond them: rounded up, not down."""

    def output(self, side: Quantity, extent: Quantity, stride: Quantity) -> Quantity:
        return ceil_div(self.room(side, extent), stride) + 1


class Clipped(Ceiled, kw_only=False):
    """Rounded up, but windows that begin past the map and its first padding are dropped.

    As Caffe's pooling_layer.cpp and torch's ceil_mode do.
    """

    def output(self, side: Quantity, extent: Quantity, stride: Quantity) -> Quantity:
        count = super().output(side, extent, stride)
        return minimum(count, ceil_div(side + self.pad, stride))


class PaddingPair(NamedTuple):
    """The padding of both axes."""

    h: Same | Sides | Ceiled | Clipped
    w: Same | Sides | Ceiled | Clipped


def _beyond(
    padding: Same | Sides | Ceiled | Clipped,
    side: Quantity,
    count: Quantity,
    extent: Quantity,
    stride: Quantity,
) -> Quantity:
    """The px that the last of `count` windows reaches past the padding, where rounded up."""
    if not isinstance(padding, Ceiled):
        return 0
    return maximum((count - 1) * stride - padding.room(side, extent), 0)


ONE = Pair(1, 1)
SAME = PaddingPair(Same(), Same())
VALID = PaddingPair(Sides(0), Sides(0))


def rounded_up(padding: PaddingPair, clip: bool) -> PaddingPair:
    """The padding whose output is rounded up; `same` is already."""
    kind = Clipped if clip else Ceiled
    return PaddingPair(*(one if isinstance(one, Same) else kind(one.pad) for one in padding))


Padding = Annotated[PaddingPair, WindowPadding(Integer(0, MAX_SIDE, "px"))]


class Window(NamedTuple):
    """A kernel with its stride, padding and dilation (px)."""

    kernel: Pair
    stride: Pair
    padding: PaddingPair
    dilation: Pair

    def extent(self) -> Pair:
        """The px a dilated kernel spans."""
        return Pair(
            self.dilation.h * (self.kernel.h - 1) + 1, self.dilation.w * (self.kernel.w - 1) + 1
        )

    def output(self, x: Map) -> Pair:
        """The output sides for input map `x`."""
        extent = self.extent()
        return Pair(
            self.padding.h.output(x.h, extent.h, self.stride.h),
            self.padding.w.output(x.w, extent.w, self.stride.w),
        )

    def reach(self, x: Map) -> Reaches:
        """What each position reads of input map `x`, its padding included."""
        h, w = map(_slid, self.padding, x[:2], self.extent(), self.stride)
        return h, w

    def checks(self, x: Map) -> Iterable[Check]:
        """The window must fit into the padded map."""
        extent = self.extent()
        outside = (self.padding.h.room(x.h, extent.h) < 0) | (
            self.padding.w.room(x.w, extent.w) < 0
        )
        yield Check(
            outside,
            "kernel-too-large",
            lambda: f"a window of {extent.h}×{extent.w} px does not fit into the {x.h}×{x.w} map",
        )

    def padded_unevenly(self) -> bool:
        """Whether `same` pads one end more than the other at stride 1: torch's padding="same"."""
        extent = self.extent()
        uneven = extent.h % 2 == 0 or extent.w % 2 == 0
        return self.padding == SAME and self.stride == ONE and uneven

    def values_inside(self, x: Map) -> Quantity:
        """The values that all positions read within the map and its padding, of one channel."""
        extent, out = self.extent(), self.output(x)
        rows = out.h * self.kernel.h - _beyond(self.padding.h, x.h, out.h, extent.h, self.stride.h)
        columns = out.w * self.kernel.w - _beyond(
            self.padding.w, x.w, out.w, extent.w, self.stride.w
        )
        return rows * columns

    def floored(self, x: Map) -> Quantity:
        """The positions that a padding of floor((extent - 1) / 2) px at both ends would give."""
        extent = self.extent()
        return (x.h - 1 + extent.h % 2) * (x.w - 1 + extent.w % 2)


def _slid(padding: Same | Sides, side: Quantity, extent: Quantity, stride: Quantity) -> Reach:
    before = padding.before(side, extent, stride)
    return Reach(-before, extent - 1 - before, stride)


def backwards(window: Window) -> Reaches:
    """What each position of a transposed convolution reads: those that the window, run backwards,
    lays over it."""
    h, w = map(_laid, window.padding, window.extent(), window.stride, window.dilation)
    return h, w


def _laid(
    padding: Same | Sides, extent: Quantity, stride: Quantity, dilation: Quantity
) -> Reach | str:
    if stride > 1 < dilation:
        return "dilated and strided, it passes over some positions between others"
    cut = maximum(extent - stride, 0) // 2 if isinstance(padding, Same) else padding.pad
    return Reach(cut - extent + stride, cut, per=stride)


def spread(inside: int, outside: int) -> Reach:
    """What windows read that are spread over a side of `inside` px, `outside` of them."""
    if inside == outside:
        return HERE
    return Reach(0, inside - 1, step=inside, per=outside) if outside > 1 else WHOLE


def nearby(mode: str, inside: int, outside: int, scale: Quantity) -> Reach:
    """What a side of `outside` px reads of one of `inside` px, `scale` times as long.

    Pixels are squares, as torch's interpolate takes them: pixel i of the output lies at (i + 1/2) /
    scale - 1/2, between the px that it is interpolated from; `nearest` reads ⌊i / scale⌋ alone.
    """
    if mode == "area":
        return spread(inside, outside)
    top, bottom = Fraction(scale).numerator, Fraction(scale).denominator
    if mode == "nearest":
        return Reach(step=bottom, per=top)
    # a pixel that lies on one of the input is that one, in both modes
    beyond = 1 if mode == "bicubic" else 0
    return Reach(bottom - top, bottom + top - 1, step=2 * bottom, per=2 * top, beyond=beyond)


def values_read(inside: Quantity, outside: Quantity) -> Quantity:
    """How many values windows spread over one side read together: n + m - gcd(n, m)."""
    if hasattr(inside, "shape"):
        import numpy as np  # only arrays need it

        return inside + outside - np.gcd(inside, outside)
    if isinstance(inside, int):
        return inside + outside - math.gcd(inside, outside)
    from sympy import Function  # whose own gcd is that of polynomials

    return inside + outside - Function("gcd")(inside, outside)
