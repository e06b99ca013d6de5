"""Layers of sequences by their usual names: those of maps, on a map of one row, 1×L×C."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from mnetcost.layers.activation import Act
from mnetcost.layers.base import Check, Compound, Layer, Map, Pair, layer
from mnetcost.layers.convolution import Conv, Depthwise
from mnetcost.layers.fields import (
    MAX_SIDE,
    Called,
    Channels,
    Groups,
    Integer,
    LengthPadding,
    Multiplier,
    Switch,
)
from mnetcost.layers.normalization import Norm
from mnetcost.layers.pooling import AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, MaxPool
from mnetcost.layers.transposed import ConvTranspose
from mnetcost.layers.window import SAME, PaddingPair

Length = Annotated[int, Integer(1, MAX_SIDE, "positions", fixed=True)]
OptionalLength = Annotated[int | None, Integer(1, MAX_SIDE, "positions", fixed=True)]
More = Annotated[int, Integer(0, MAX_SIDE, "positions", fixed=True)]
Ends = Annotated[PaddingPair, LengthPadding(Integer(0, MAX_SIDE, "positions"))]


class Row(Layer):
    """A layer of maps that is meant for one row alone."""

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        yield Check(
            x.h > 1,
            "shapes",
            lambda: f"a layer of sequences, 1×L, on a {x.h}×{x.w} map: make one row of it first",
        )
        yield from super().checks(x, y)


class RowConv(Row, Conv):
    """A convolution along one row."""


class RowDepthwise(Row, Depthwise):
    """A depthwise convolution along one row."""


class RowConvTranspose(Row, ConvTranspose):
    """A transposed convolution along one row."""


class RowMaxPool(Row, MaxPool):
    """A max pool along one row."""


class RowAvgPool(Row, AvgPool):
    """An average pool along one row."""


class RowAdaptiveAvgPool(Row, AdaptiveAvgPool):
    """An adaptive average pool along one row."""


class RowAdaptiveMaxPool(Row, AdaptiveMaxPool):
    """An adaptive max pool along one row."""


class SequenceLayer(Called, Compound):
    """A layer of sequences, which is one of maps."""

    def of(self, record: type[Layer]) -> Iterator[tuple[str, Layer]]:
        """That layer of maps, with these keys; lengths are widths."""
        keys: dict[str, Any] = self._asdict()
        for name in keys.keys() & {"kernel", "stride", "dilation", "size"}:
            keys[name] = keys[name] and Pair(1, keys[name])
        if "output_padding" in keys:
            keys["output_padding"] = Pair(0, keys["output_padding"])
        yield "", record(**keys)


class SequenceConv(SequenceLayer):
    """What convolutions of sequences share."""

    kernel: Length = 1
    stride: Length = 1
    padding: Ends = SAME
    dilation: Length = 1
    bias: Switch = False
    norm: Norm = "none"
    act: Act = "none"


@layer("conv1d", example="reshape: {height: 1, channels: 16}\nconv1d: {out: 8, kernel: 3}")
class Conv1d(SequenceConv):
    """A convolution along a sequence: k·M·N weights, each used once a position.

    A causal one is padded at one end alone, and costs as much as `same`.
    """

    out: Channels
    groups: Groups = 1
    scale: Switch = True

    def expand(self) -> Iterator[tuple[str, Layer]]:
        return self.of(RowConv)


@layer("depthwise1d", example="reshape: {height: 1, channels: 16}\ndepthwise1d: {kernel: 5}")
class Depthwise1d(SequenceConv):
    """A filter of k weights a channel, along a sequence."""

    kernel: Length = 3
    multiplier: Multiplier = 1

    def expand(self) -> Iterator[tuple[str, Layer]]:
        return self.of(RowDepthwise)


@layer(
    "conv_transpose1d",
    example="reshape: {height: 1, channels: 16}\n"
    "conv_transpose1d: {out: 8, kernel: 4, stride: 2, padding: 1}",
)
class ConvTranspose1d(SequenceConv):
    """A transposed convolution along a sequence."""

    out: Channels
    groups: Groups = 1
    output_padding: More = 0
    scale: Switch = True

    def expand(self) -> Iterator[tuple[str, Layer]]:
        return self.of(RowConvTranspose)


class SequencePool(SequenceLayer):
    """What pools of sequences share; the stride is the kernel unless written."""

    kernel: Length
    stride: OptionalLength = None
    padding: Ends = SAME
    dilation: Length = 1
    ceil: Switch = False
    clip: Switch = False


@layer("max_pool1d", example="reshape: {height: 1, channels: 16}\nmax_pool1d: {kernel: 2}")
class MaxPool1d(SequencePool):
    """The largest value of each window of a sequence."""

    def expand(self) -> Iterator[tuple[str, Layer]]:
        return self.of(RowMaxPool)


@layer("avg_pool1d", example="reshape: {height: 1, channels: 16}\navg_pool1d: {kernel: 2}")
class AvgPool1d(SequencePool):
    """The mean of each window of a sequence."""

    def expand(self) -> Iterator[tuple[str, Layer]]:
        return self.of(RowAvgPool)


class SequenceAdaptivePool(SequenceLayer):
    """As many windows as are written, spread over a sequence."""

    size: Length


@layer(
    "adaptive_avg_pool1d",
    example="reshape: {height: 1, channels: 16}\nadaptive_avg_pool1d: {size: 7}",
)
class AdaptiveAvgPool1d(SequenceAdaptivePool):
    """The mean of each of so many windows of a sequence."""

    def expand(self) -> Iterator[tuple[str, Layer]]:
        return self.of(RowAdaptiveAvgPool)


@layer(
    "adaptive_max_pool1d",
    example="reshape: {height: 1, channels: 16}\nadaptive_max_pool1d: {size: 7}",
)
class AdaptiveMaxPool1d(SequenceAdaptivePool):
    """The largest value of each of so many windows of a sequence."""

    def expand(self) -> Iterator[tuple[str, Layer]]:
        return self.of(RowAdaptiveMaxPool)
