"""Sliding windows: how kernel, stride, padding and dilation give the output sides."""

import math
from collections.abc import Iterable
from typing import Annotated, NamedTuple

from mnetcost.layers.base import Check, Map, Pair, Quantity, ceil_div, maximum, minimum
from mnetcost.layers.fields import MAX_SIDE, Integer, WindowPadding
from mnetcost.record import Record


class Same(Record, kw_only=False):
    """Padded so that only the stride shrinks the map: ceil(side / stride)."""

    def output(self, side: Quantity, extent: Quantity, stride: Quantity) -> Quantity:
        return ceil_div(side, stride)

    def room(self, side: Quantity, extent: Quantity) -> Quantity:
        return side  # a window always fits: the padding grows with it


class Sides(Record, kw_only=False):
    """`pad` px at both ends: floor((side + 2·pad - extent) / stride) + 1."""

    pad: Quantity

    def output(self, side: Quantity, extent: Quantity, stride: Quantity) -> Quantity:
        return self.room(side, extent) // stride + 1

    def room(self, side: Quantity, extent: Quantity) -> Quantity:
        return side + 2 * self.pad - extent


class Ceiled(Record, kw_only=False):
    """`pad` px at both ends, the last window may reach beyond them: rounded up, not down."""

    pad: Quantity

    def output(self, side: Quantity, extent: Quantity, stride: Quantity) -> Quantity:
        return ceil_div(self.room(side, extent), stride) + 1

    def room(self, side: Quantity, extent: Quantity) -> Quantity:
        return side + 2 * self.pad - extent


class Clipped(Record, kw_only=False):
    """Rounded up, but windows that begin past the map and its first padding are dropped.

    As Caffe's pooling_layer.cpp and torch's ceil_mode do.
    """

    pad: Quantity

    def output(self, side: Quantity, extent: Quantity, stride: Quantity) -> Quantity:
        count = ceil_div(self.room(side, extent), stride) + 1
        return minimum(count, ceil_div(side + self.pad, stride))

    def room(self, side: Quantity, extent: Quantity) -> Quantity:
        return side + 2 * self.pad - extent


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
    if isinstance(padding, Same | Sides):
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

    def __str__(self) -> str:
        return f"{self.kernel.h}×{self.kernel.w}"


def values_read(inside: Quantity, outside: Quantity) -> Quantity:
    """How many values windows spread over one side read together: n + m - gcd(n, m)."""
    if hasattr(inside, "shape"):
        import numpy as np  # only arrays need it

        return inside + outside - np.gcd(inside, outside)
    if isinstance(inside, int):
        return inside + outside - math.gcd(inside, outside)
    from sympy import Function  # whose own gcd is that of polynomials

    return inside + outside - Function("gcd")(inside, outside)
