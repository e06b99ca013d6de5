"""Convolutions that adapt to what they read: where they sample it, or by which kernel."""

from collections.abc import Iterable, Sequence
from math import lcm
from typing import Annotated

from mnetcost.layers.arithmetic import Quantity, differs
from mnetcost.layers.base import (
    HERE_AND_ALL,
    Amount,
    Check,
    Join,
    Map,
    Part,
    Reaches,
    Tie,
    layer,
    undivided,
)
from mnetcost.layers.convolution import GroupedConvolution, kernel_work
from mnetcost.layers.fields import MAX_CHANNELS, Groups, Integer, Switch
from mnetcost.layers.joins import shown
from mnetcost.text import counted

Experts = Annotated[Quantity, Integer(1, MAX_CHANNELS, "experts")]


class Sampling(GroupedConvolution, Join):
    """A convolution that reads a map at the places that a second map says."""

    offset_groups: Groups = 1

    def sees(self, x: Map, y: Map) -> Reaches:
        return "its places are learned", "its places are learned"

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        offsets = Tie(fixed="they are the offsets of all places of its kernel")
        return (*(super().ties(maps, y) or (Tie(),)), offsets)

    def equal_parts(self, x: Map) -> tuple[int, int]:
        before, behind = super().equal_parts(x)
        return lcm(before, self.offset_groups), behind

    def merged(self, maps: Sequence[Map]) -> Map:
        return maps[0]


@layer(
    "deform_conv",
    example="conv: {name: offsets, out: 18, kernel: 3}\n"
    "deform_conv: {out: 32, kernel: 3, from: [input, offsets]}",
)
class DeformConv(Sampling):
    """A convolution that samples a map where another says. Dai et al. 2017, arXiv:1703.06211.

    The second map that it reads holds two offsets for each value of the kernel, and with `mask` a
    factor too (Zhu et al. 2019, arXiv:1811.11168), for each of `offset_groups` groups of channels.
    """

    mask: Switch = False

    def agreement(self, maps: Sequence[Map]) -> Iterable[Check]:
        yield Check(
            len(maps) != 2,
            "shapes",
            lambda: f"reads a map and its offsets, not {counted(len(maps), 'map')}",
        )
        x, offsets = maps[0], maps[-1]
        each = (3 if self.mask else 2) * self.kernel.h * self.kernel.w * self.offset_groups
        sides = self.window().output(x)
        yield Check(
            differs(offsets.c, each) | differs(offsets.h, sides.h) | differs(offsets.w, sides.w),
            "shapes",
            lambda: f"its offsets are {shown((offsets,))}, not {sides.h}×{sides.w}×{each}",
        )

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        yield from super().checks(x, y)
        yield undivided(self.offset_groups, "groups of offsets", x.c)

    def measures(self, x: Map, y: Map) -> Iterable[Part]:
        places = self.kernel.h * self.kernel.w
        yield Part("sampled_places", places, y.h * y.w)
        if self.mask:
            yield Part("masked_places", places, y.h * y.w)

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        yield from kernel_work(self.weights(x, y), self.bias, y)
        sampled = self.kernel.h * self.kernel.w * x.c
        yield Part("sampling", sampled, y.h * y.w)
        if self.mask:
            yield Part("elementwise", sampled, y.h * y.w)


@layer("cond_conv", example="cond_conv: {out: 64, kernel: 3, experts: 8}")
class CondConv(GroupedConvolution):
    """Expert kernels mixed for each image, and one convolution. Yang et al. 2019, arXiv:1904.04971.

    The mean of each channel, a dense layer and a sigmoid give the factor of each expert (eq. 1).
    """

    experts: Experts
    routing_bias: Switch = False

    def sees(self, x: Map, y: Map) -> Reaches:
        return HERE_AND_ALL, HERE_AND_ALL  # the factors are of the whole map

    def weights(self, x: Map, y: Map) -> Quantity:
        """Those of all experts."""
        return self.experts * super().weights(x, y)

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        yield Amount("weights", self.weights(x, y) + x.c * self.experts)
        if self.bias or self.routing_bias:
            yield Amount("biases", self.experts * (y.c * int(self.bias) + int(self.routing_bias)))

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        yield from kernel_work(super().weights(x, y), self.bias, y)
        yield Part("multiply_accumulate", self._mixed(x, y) + x.c * self.experts, 1)
        if self.routing_bias:
            yield Part("bias", self.experts, 1)
        yield Part("pooling", x.c, x.h * x.w)
        yield Part("activation", self.experts, 1)

    def measures(self, x: Map, y: Map) -> Iterable[Part]:
        yield Part("mixing", self._mixed(x, y), 1)
        yield Part("routing", x.c * self.experts, 1)
        yield Part("routing_inputs", x.c, 1)
        if self.routing_bias:
            yield Part("routing_bias", self.experts, 1)
        # what gives a gradient to the input: the factors of the experts have one always
        yield Part("input_projections", super().weights(x, y) * (y.h * y.w) + x.c * self.experts, 1)

    def _mixed(self, x: Map, y: Map) -> Quantity:
        """The values of kernels and biases that are mixed, one multiply-accumulate each."""
        return self.weights(x, y) + self.experts * y.c * int(self.bias)
