"""Attention: over channels (squeeze and excitation) and over positions (heads)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from mnetcost.layers.activation import Act
from mnetcost.layers.base import Amount, Check, Layer, Map, Part, Quantity, Width, layer
from mnetcost.layers.fields import MAX_CHANNELS, Channels, Integer, Switch

Heads = Annotated[Quantity, Integer(1, MAX_CHANNELS, "heads")]


@layer("squeeze_excitation")
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SqueezeExcitation(Layer):
    """A gate a channel, from a bottleneck over the pooled map. Hu et al. 2018, arXiv:1709.01507."""

    squeeze: Channels
    bias: Switch = True
    act: Act = "relu"
    gate: Act = "sigmoid"

    def output(self, x: Map, width: Width) -> Map:
        return x

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        yield Amount("weights", 2 * x.c * self.squeeze)
        if self.bias:
            yield Amount("biases", x.c + self.squeeze)

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        yield Part("pooling", x.c, x.h * x.w)
        yield Part("multiply_accumulate", 2 * x.c * self.squeeze, 1)
        if self.bias:
            yield Part("bias", x.c + self.squeeze, 1)
        if self.act != "none":
            yield Part("activation", self.squeeze, 1)
        if self.gate != "none":
            yield Part("activation", x.c, 1)
        yield Part("elementwise", x.c, x.h * x.w)


@layer("attention")
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Attention(Layer):
    """Multi-head self-attention over the n positions of a map. Vaswani et al. 2017, section 3.2.

    Query, key, value and output projections hold c² weights each; the products of queries with
    keys and of their softmax with values take n²·c multiply-accumulates each.
    """

    heads: Heads
    bias: Switch = True

    def output(self, x: Map, width: Width) -> Map:
        return x

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
        yield Part("multiply_accumulate", 2 * x.c * positions, positions)
        if self.bias:
            yield Part("bias", 4 * x.c, positions)
        yield Part("softmax", self.heads * positions, positions)
