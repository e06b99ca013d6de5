"""Pooling: no parameters, one operation per element of each window."""

from collections.abc import Iterable, Sequence
from typing import Annotated

from mnetcost.layers.base import (
    WHOLE,
    Amount,
    Check,
    Layer,
    Map,
    Pair,
    Part,
    Reaches,
    Tie,
    Width,
    channel_for_channel,
    layer,
)
from mnetcost.layers.fields import MAX_SIDE, Called, Integer, OptionalSize, Size, Switch
from mnetcost.layers.window import ONE, SAME, Padding, Window, rounded_up, spread, values_read

Side = Annotated[int | None, Integer(1, MAX_SIDE, "px", fixed=True)]


class Pool(Called, Layer):
    """A window over each channel; its stride is the kernel unless written."""

    kernel: Size
    stride: OptionalSize = None
    padding: Padding = SAME
    dilation: Size = ONE
    ceil: Switch = False
    clip: Switch = False

    def idle(self) -> Iterable[tuple[str, str]]:
        if self.padding == SAME:
            yield "ceil", "beside a padding of `same`, which is rounded up always"
        if self.padding == SAME or not self.ceil:
            yield "clip", "without `ceil: true` and a padding in px or `valid`"

    def window(self) -> Window:
        """The sliding window."""
        padding = rounded_up(self.padding, self.clip) if self.ceil else self.padding
        return Window(self.kernel, self.stride or self.kernel, padding, self.dilation)

    def output(self, x: Map, width: Width) -> Map:
        sides = self.window().output(x)
        return Map(sides.h, sides.w, x.c)

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        return self.window().checks(x)

    def sees(self, x: Map, y: Map) -> Reaches:
        return self.window().reach(x)

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        return (channel_for_channel(y.c),)

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        return ()

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        return (Part("pooling", self.kernel.h * self.kernel.w * y.c, y.h * y.w),)

    def window_sides(self) -> tuple[Pair, Pair]:
        return self.window()[:2]


@layer("max_pool", example="max_pool: {kernel: 3, stride: 2}")
class MaxPool(Pool):
    """The largest value of each window."""


@layer("avg_pool", example="avg_pool: {kernel: 2}")
class AvgPool(Pool):
    """The mean of each window."""

    def measures(self, x: Map, y: Map) -> Iterable[Part]:
        yield Part("pooling_inside", y.c, self.window().values_inside(x))


class GlobalPool(Called, Layer):
    """One window over the whole map, whatever its size."""

    def output(self, x: Map, width: Width) -> Map:
        return Map(1, 1, x.c)

    def sees(self, x: Map, y: Map) -> Reaches:
        return WHOLE, WHOLE

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        return (channel_for_channel(y.c),)

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        return ()

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        return (Part("pooling", y.c, x.h * x.w),)


@layer("global_avg_pool")
class GlobalAvgPool(GlobalPool):
    """The mean of each channel. Lin et al. 2013, arXiv:1312.4400."""


@layer("global_max_pool")
class GlobalMaxPool(GlobalPool):
    """The largest value of each channel."""


class AdaptivePool(Called, Layer):
    """As many windows as the output has values, spread over the map, whatever its size.

    A side that is not written stays.
    """

    size: OptionalSize = None
    height: Side = None
    width: Side = None

    @classmethod
    def ways(cls) -> tuple[tuple[str, ...], ...]:
        return ("size",), ("height", "width")

    def output(self, x: Map, width: Width) -> Map:
        if self.size is not None:
            return Map(self.size.h, self.size.w, x.c)
        height, across = self.height, self.width
        return Map(x.h if height is None else height, x.w if across is None else across, x.c)

    def sees(self, x: Map, y: Map) -> Reaches:
        return spread(x.h, y.h), spread(x.w, y.w)

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        return (channel_for_channel(y.c),)

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        return ()

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        return (Part("pooling", y.c, values_read(x.h, y.h) * values_read(x.w, y.w)),)

    def measures(self, x: Map, y: Map) -> Iterable[Part]:
        if ONE in (self.size, (self.height, self.width)):  # counters take it for the global pool
            yield Part("global_outputs", y.c, 1)


@layer("adaptive_avg_pool", example="adaptive_avg_pool: {size: [6, 7]}")
class AdaptiveAvgPool(AdaptivePool):
    """The mean of each window."""


@layer("adaptive_max_pool", example="adaptive_max_pool: {size: [6, 7]}")
class AdaptiveMaxPool(AdaptivePool):
    """The largest value of each window."""
