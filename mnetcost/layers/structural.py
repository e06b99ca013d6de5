"""Layers that only rearrange, or do nothing at inference; and learned values without a kernel."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import permutations
from typing import Annotated, Self

from mnetcost.layers.arithmetic import Quantity, ceil_div, differs, times
from mnetcost.layers.base import (
    HERE,
    KNOWN,
    MOVED,
    OVER,
    UNKNOWN,
    VIEW,
    WHOLE,
    Amount,
    Check,
    Kept,
    Layer,
    Map,
    Part,
    Reach,
    Reaches,
    Tie,
    Width,
    channel_for_channel,
    copied,
    layer,
)
from mnetcost.layers.fields import (
    MAX_CHANNELS,
    MAX_SIDE,
    CalledAs,
    Channels,
    Choice,
    Edge,
    Integer,
    Mode,
    OptionalPixels,
    OptionalScale,
    OptionalSize,
    Pixels,
    Rate,
    Switch,
)
from mnetcost.layers.window import ONE, nearby, values_read

Into = Annotated[str, Choice(("channels", "height"))]
Order = Annotated[str, Choice(tuple("".join(one) for one in permutations("hwc")))]
PixelsOrRest = Annotated[Quantity | None, Integer(1, MAX_SIDE, "px", "rest")]
ChannelsOrRest = Annotated[Quantity | None, Integer(1, MAX_CHANNELS, "channels", "rest")]


REARRANGED = "it makes channels of positions, or positions of channels"


class Free(Layer):
    """No parameters and no work."""

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        return ()

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        return ()


@layer("identity")
class Identity(Free, Kept):
    """Nothing: a place to name."""

    storage = VIEW


@layer("flatten")
class Flatten(Free):
    """Every value becomes a channel of a 1×1 map; into height, every position one of a column."""

    into: Into = "channels"

    storage = VIEW

    def output(self, x: Map, width: Width) -> Map:
        if self.into == "height":
            return Map(x.h * x.w, 1, x.c)
        return Map(1, 1, x.h * x.w * x.c)

    def sees(self, x: Map, y: Map) -> Reaches:
        reach = MOVED if self.into == "height" else WHOLE
        return reach, reach

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        return (copied(maps[0].c, y.c // maps[0].c),)


@layer("dropout", example="dropout: {rate: 0.2}")
class Dropout(Free, Kept):
    """Nothing at inference; `rate` is read and changes no cost."""

    rate: Rate = 0

    storage = VIEW


@layer("pad", example="pad: {top: 1, left: 2}")
class Pad(Free):
    """More px at the sides, or as many as it takes `like:` another map, or for a `multiple`.

    For these they come at the bottom and at the right.
    """

    top: Edge = 0
    bottom: Edge = 0
    left: Edge = 0
    right: Edge = 0
    multiple: OptionalSize = None

    @classmethod
    def ways(cls) -> tuple[tuple[str, ...], ...]:
        return ("like",), ("top", "bottom", "left", "right"), ("multiple",)

    def fitted(self, x: Map, to: Map) -> Self:
        return self._replace(top=0, bottom=to.h - x.h, left=0, right=to.w - x.w)

    def output(self, x: Map, width: Width) -> Map:
        if self.multiple is not None:
            height, across = self.multiple
            return Map(ceil_div(x.h, height) * height, ceil_div(x.w, across) * across, x.c)
        return Map(x.h + self.top + self.bottom, x.w + self.left + self.right, x.c)

    def sees(self, x: Map, y: Map) -> Reaches:
        return Reach(-self.top, -self.top), Reach(-self.left, -self.left)

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        return (channel_for_channel(y.c),)

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        yield Check(
            (y.h < x.h) | (y.w < x.w),
            "shapes",
            lambda: f"a {x.h}×{x.w} map cannot be padded to {y.h}×{y.w} px",
        )


class Sized(Free):
    """Its sides are times `scale`, rounded down, or `height` and `width`, or `like:` another map's.

    `scale` and `like:` follow the resolution, sides in px do not.
    """

    scale: OptionalScale = None
    height: OptionalPixels = None
    width: OptionalPixels = None

    @classmethod
    def ways(cls) -> tuple[tuple[str, ...], ...]:
        return ("like",), ("scale",), ("height", "width")

    def fitted(self, x: Map, to: Map) -> Self:
        return self._replace(height=to.h, width=to.w)

    def output(self, x: Map, width: Width) -> Map:
        scale = self.scale or ONE
        height = times(x.h, scale.h) if self.height is None else self.height
        return Map(height, times(x.w, scale.w) if self.width is None else self.width, x.c)

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        return (channel_for_channel(y.c),)

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        yield Check(
            (y.h < 1) | (y.w < 1),
            "shapes",
            lambda: f"the scale leaves {y.h}×{y.w} px of a {x.h}×{x.w} map",
        )


@layer("crop", example="crop: {height: 20, width: 30}")
class Crop(Sized):
    """The middle of the map; of a side that is not written, all of it."""

    def sees(self, x: Map, y: Map) -> Reaches:
        before = (x.h - y.h) // 2, (x.w - y.w) // 2
        return Reach(before[0], before[0]), Reach(before[1], before[1])

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        yield from super().checks(x, y)
        yield Check(
            (y.h > x.h) | (y.w > x.w),
            "kernel-too-large",
            lambda: f"{y.h}×{y.w} px cannot be cut from a {x.h}×{x.w} map",
        )


@layer("permute", example="permute: {order: chw}")
class Permute(Free):
    """The axes in another order: what becomes height, width and channels."""

    order: Order

    def output(self, x: Map, width: Width) -> Map:
        # an order that could not be read is None
        return Map(*(getattr(x, axis) for axis in self.order or "hwc"))

    def sees(self, x: Map, y: Map) -> Reaches:
        reach = HERE if self.order == "hwc" else MOVED
        return reach, reach

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        return (channel_for_channel(y.c),) if self.order.endswith("c") else REARRANGED


@layer("reshape", example="reshape: {height: 12, width: 64}")
class Reshape(Free):
    """The same values on other axes: the sides times `scale`, or two axes in numbers.

    With `scale` the channels follow: 2 makes 2H×2W×C of H×W×4C, at every resolution. Of axes in
    numbers the third is the rest of the values, and may be written `rest`.
    """

    scale: OptionalScale = None
    height: PixelsOrRest = None
    width: PixelsOrRest = None
    channels: ChannelsOrRest = None

    storage = VIEW

    @classmethod
    def ways(cls) -> tuple[tuple[str, ...], ...]:
        return ("scale",), ("height", "width", "channels")

    def output(self, x: Map, width: Width) -> Map:
        if self.scale is not None:
            channels = times(x.c, Fraction(1) / (self.scale.h * self.scale.w))
            return Map(times(x.h, self.scale.h), times(x.w, self.scale.w), channels)
        values = x.h * x.w * x.c
        given = [self.height, self.width, self.channels]
        known: Quantity = 1
        for one in given:
            known = known * (1 if one is None else one)
        return Map(*(values // known if one is None else one for one in given))

    def sees(self, x: Map, y: Map) -> Reaches:
        reach = HERE if x == y else MOVED
        return reach, reach

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        return (channel_for_channel(y.c),) if maps[0].c == y.c else REARRANGED

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        axes = (self.height, self.width, self.channels)
        yield Check(
            self.scale is None and sum(one is None for one in axes) > 1,
            "shapes",
            lambda: (
                "one axis alone can be the rest: height, width and channels are "
                + ", ".join("rest" if one is None else str(one) for one in axes)
            ),
        )
        yield Check(
            differs(x.h * x.w * x.c, y.h * y.w * y.c),
            "shapes",
            lambda: f"{x.h}×{x.w}×{x.c} values do not fill a {y.h}×{y.w}×{y.c} map",
        )


@layer("resize", example="resize: {scale: 2, mode: bilinear}")
class Resize(Sized):
    """The map at other sides, its values those nearby; a side that is not written stays."""

    mode: Mode = "nearest"
    called_as: CalledAs = "module"

    def sees(self, x: Map, y: Map) -> Reaches:
        scale: tuple[Quantity, Quantity] = self.scale or (Fraction(y.h, x.h), Fraction(y.w, x.w))
        return nearby(self.mode, x.h, y.h, scale[0]), nearby(self.mode, x.w, y.w, scale[1])

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        return (Part("resize", y.c, y.h * y.w),)

    def measures(self, x: Map, y: Map) -> Iterable[Part]:
        yield Part(f"{self.mode}_outputs", y.c, y.h * y.w)
        if self.mode == "area":
            yield Part("area_inputs", x.c, x.h * x.w)
            yield Part("area_values", y.c, values_read(x.h, y.h) * values_read(x.w, y.w))
        if self.scale is None:
            yield Part("sized_outputs", y.c, y.h * y.w)
            yield Part("sized_positions", 1, y.h * y.w)


@layer("learned", example="learned: {out: 16}")
class Learned(Free):
    """A map of learned values that reads nothing, such as a class token."""

    out: Channels
    height: Pixels = 1
    width: Pixels = 1
    scale: Switch = True

    source = True
    storage = KNOWN

    def output(self, x: Map, width: Width) -> Map:
        return Map(self.height, self.width, width(self.out, self.scale))

    def sees(self, x: Map, y: Map) -> Reaches:
        return "it reads nothing", "it reads nothing"

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        return ()

    def shape(self, x: Map, y: Map) -> tuple[Quantity, ...]:
        return y

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        return (Amount("other", y.h * y.w * y.c),)


@layer("constant", example="constant: {channels: 2}")
class Constant(Free):
    """A map of fixed values, such as coordinates. Liu et al. 2018, arXiv:1807.03247.

    It has the sides of the map where it stands, or of `like:`; α leaves its channels as they are.
    """

    channels: Channels
    height: Quantity = UNKNOWN  # set by `fitted`
    width: Quantity = UNKNOWN

    source = True
    storage = KNOWN

    @classmethod
    def ways(cls) -> tuple[tuple[str, ...], ...]:
        return (("like",),)

    def fitted(self, x: Map, to: Map) -> Self:
        return self._replace(height=to.h, width=to.w)

    def output(self, x: Map, width: Width) -> Map:
        return Map(self.height, self.width, self.channels)

    def sees(self, x: Map, y: Map) -> Reaches:
        return "it reads nothing", "it reads nothing"

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        return ()


@layer("position_embedding")
class PositionEmbedding(Free, Kept):
    """A learned value added to each value of the map. Dosovitskiy et al. 2021, arXiv:2010.11929."""

    storage = OVER

    def shape(self, x: Map, y: Map) -> tuple[Quantity, ...]:
        return y

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        return (Amount("other", y.h * y.w * y.c),)

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        return (Part("elementwise", y.c, y.h * y.w),)
