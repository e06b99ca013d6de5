"""Transposed convolution: a convolution run backwards."""

from collections.abc import Iterable, Sequence
from typing import Self

from mnetcost.layers.arithmetic import Quantity
from mnetcost.layers.base import Check, Map, Pair, Part, Reaches, Tie, Width, layer, undivided
from mnetcost.layers.convolution import Convolution, equal_groups, filters_a_channel
from mnetcost.layers.fields import Channels, Edges, Groups, Switch
from mnetcost.layers.window import Same, backwards

NONE = Pair(0, 0)


@layer("conv_transpose", example="conv_transpose: {out: 8, kernel: 4, stride: 2, padding: 1}")
class ConvTranspose(Convolution):
    """D_K²·M·N weights, each used once per *input* position. Dumoulin and Visin 2016, ch. 4."""

    out: Channels
    groups: Groups = 1
    output_padding: Edges = NONE  # px more at the bottom and at the right
    scale: Switch = True

    def output(self, x: Map, width: Width) -> Map:
        extent = self.window().extent()
        sides = (
            _side(x.h, extent.h, self.stride.h, self.padding.h, self.output_padding.h),
            _side(x.w, extent.w, self.stride.w, self.padding.w, self.output_padding.w),
        )
        return Map(*sides, width(self.out, self.scale))

    def sees(self, x: Map, y: Map) -> Reaches:
        return backwards(self.window())

    def groups_on(self, x: Map) -> Quantity:
        return self.groups

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        return filters_a_channel(self.groups, maps[0], y)

    def equal_parts(self, x: Map) -> tuple[int, int]:
        return equal_groups(self.groups, x)

    def narrowed(self, maps: Sequence[Map], to: Sequence[Map], y: Map) -> Self:
        return self._replace(groups=to[0].c) if 1 < self.groups == maps[0].c else self

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        yield from _extra_checks(self)
        yield Check(
            (y.h < 1) | (y.w < 1),
            "kernel-too-large",
            lambda: f"the padding leaves a map of {y.h}×{y.w} px",
        )
        yield undivided(self.groups, "groups", x.c, y.c)

    def shape(self, x: Map, y: Map) -> tuple[Quantity, ...]:
        """D_K × D_K × (N / groups) × M: that of the convolution which it runs backwards."""
        return (*self.kernel, y.c // self.groups, x.c)

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        yield Part("multiply_accumulate", self.weights(x, y), x.h * x.w)
        if self.bias:
            yield Part("bias", y.c, y.h * y.w)

    def measures(self, x: Map, y: Map) -> Iterable[Part]:
        """The kernel as counters take it that mistake the layer for a plain convolution."""
        window, filters = self.kernel.h * self.kernel.w, y.c // self.groups
        same = x.c == y.c
        yield Part("kernel_per_output", self.weights(x, y), y.h * y.w)
        yield Part("kernel_per_output_swapped", window * filters * y.c, y.h * y.w)
        guessed = x.c + (filters - x.c) * same
        yield Part("kernel_per_output_guessed", window * guessed * y.c, y.h * y.w)


def _extra_checks(layer: ConvTranspose) -> Iterable[Check]:
    """An output padding has its room, below a step of the kernel, where sides are not `same`."""
    extra, same = layer.output_padding, Same() in layer.padding
    yield Check(
        same and (extra.h > 0 or extra.w > 0),
        "shapes",
        lambda: "`output_padding` beside a padding of `same`, which gives input · stride",
    )
    steps = Pair(*map(max, layer.stride, layer.dilation))
    yield Check(
        (extra.h > 0 and extra.h >= steps.h) or (extra.w > 0 and extra.w >= steps.w),
        "shapes",
        lambda: f"an output padding of {extra.h}×{extra.w} px, not below the stride or dilation",
    )


def _side(
    side: Quantity, extent: Quantity, stride: Quantity, pad: object, extra: Quantity
) -> Quantity:
    """Output px: side·stride for `same`, else (side - 1)·stride - 2·pad + extent + extra."""
    if isinstance(pad, Same):
        return side * stride
    return (side - 1) * stride - 2 * getattr(pad, "pad", 0) + extent + extra
