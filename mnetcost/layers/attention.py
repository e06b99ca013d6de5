"""Attention: over channels (squeeze and excitation) and over positions (heads)."""

from collections.abc import Iterable
from typing import Annotated

from mnetcost.layers.activation import Act, activation
from mnetcost.layers.base import (
    HERE_AND_ALL,
    Amount,
    Check,
    Kept,
    Map,
    Part,
    Quantity,
    Reaches,
    Stage,
    layer,
)
from mnetcost.layers.convolution import Conv
from mnetcost.layers.fields import MAX_CHANNELS, Channels, Integer, Switch
from mnetcost.layers.joins import Multiply
from mnetcost.layers.pooling import GlobalAvgPool

# The 1×1 convolutions of a gate, by whether they have a bias; their widths come from the maps.
_KERNELS = {bias: Conv(out=1, bias=bias) for bias in (False, True)}
_GATED = Multiply()

Heads = Annotated[Quantity, Integer(1, MAX_CHANNELS, "heads")]


@layer("squeeze_excitation", example="squeeze_excitation: {squeeze: 4}")
class SqueezeExcitation(Kept):
    """A gate a channel, from a bottleneck over the pooled map. Hu et al. 2018, arXiv:1709.01507."""

    squeeze: Channels
    bias: Switch = True
    act: Act = "relu"
    gate: Act = "sigmoid"

    def sees(self, x: Map, y: Map) -> Reaches:
        return HERE_AND_ALL, HERE_AND_ALL

    def shape(self, x: Map, y: Map) -> tuple[Quantity, ...]:
        return (x.c, self.squeeze)

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        for stage in self.stages(x, y):
            yield from stage.layer.parameters(stage.x, stage.y)

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        for stage in self.stages(x, y):
            yield from stage.layer.work(stage.x, stage.y)

    def stages(self, x: Map, y: Map) -> Iterable[Stage]:
        pooled, squeezed = Map(1, 1, x.c), Map(1, 1, self.squeeze)
        yield Stage(GlobalAvgPool(), x, pooled)
        yield Stage(_KERNELS[self.bias], pooled, squeezed)
        if self.act != "none":
            yield Stage(activation(self.act), squeezed, squeezed)
        yield Stage(_KERNELS[self.bias], squeezed, pooled)
        if self.gate != "none":
            yield Stage(activation(self.gate), pooled, pooled)
        yield Stage(_GATED, x, y)

    def measures(self, x: Map, y: Map) -> Iterable[Part]:
        yield Part("input_projections", x.c * self.squeeze, 1)


@layer("attention", example="attention: {heads: 4}")
class Attention(Kept):
    """Multi-head self-attention over the n positions of a map. Vaswani et al. 2017, section 3.2.

    Query, key, value and output projections hold c² weights each; the products of queries with
    keys and of their softmax with values take n²·c multiply-accumulates each.
    """

    heads: Heads
    bias: Switch = True

    def sees(self, x: Map, y: Map) -> Reaches:
        return HERE_AND_ALL, HERE_AND_ALL

    def equal_parts(self, x: Map) -> tuple[int, int]:
        return self.heads, self.heads

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        yield Check(
            x.c % self.heads > 0,
            "groups",
            lambda: f"{self.heads} heads do not divide {x.c} channels",
        )

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        yield Amount("weights", 4 * x.c * x.c)
        if self.bias:
            yield Amount("biases", 4 * x.c)

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        positions = x.h * x.w
        yield Part("multiply_accumulate", 4 * x.c * x.c, positions)
        yield Part("attention_product", 2 * x.c * positions, positions)
        if self.bias:
            yield Part("bias", 4 * x.c, positions)
        yield Part("softmax", self.heads * positions, positions)

    def measures(self, x: Map, y: Map) -> Iterable[Part]:
        yield Part("input_projections", 3 * x.c * x.c, x.h * x.w)
        yield Part("softmax_rows", self.heads, x.h * x.w)
        if self.bias:
            yield Part("input_bias", 3 * x.c, x.h * x.w)
