"""Convolutions. Howard et al. 2017, arXiv:1704.04861, section 3.1."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from math import prod
from typing import Annotated, Self

from mnetcost.layers.activation import Act, OptionalAct, activation, unheard
from mnetcost.layers.arithmetic import Quantity, maximum
from mnetcost.layers.base import (
    Amount,
    Check,
    Compound,
    Layer,
    Map,
    Pair,
    Part,
    Reaches,
    Tie,
    Width,
    copied,
    layer,
    undivided,
)
from mnetcost.layers.fields import (
    Called,
    Channels,
    Groups,
    Multiplier,
    Nested,
    OptionalChannels,
    OptionalSwitch,
    Size,
    Switch,
)
from mnetcost.layers.normalization import NORMS, Norm, OptionalNorm
from mnetcost.layers.window import ONE, SAME, Padding, Window
from mnetcost.record import Record

THREE = Pair(3, 3)

# (depthwise + pointwise) / standard, for a square and for any kernel. Howard et al. 2017, sec. 3.1.
SEPARABLE_RATIO = "1/N + 1/D_K**2"
SEPARABLE_RATIO_ANY_KERNEL = "1/N + 1/(D_Kh*D_Kw)"


def riding(norm: str, act: str, called_as: str) -> tuple[Layer, ...]:
    """The layers behind `norm:`, a module always, and `act:`, called as written."""
    norms = () if norm == "none" else (NORMS[norm],)
    return norms if act == "none" else (*norms, activation(act, called_as))


def kernel_work(weights: Quantity, bias: bool, y: Map) -> Iterator[Part]:
    """One multiply-accumulate per weight and one addition per bias, at every output position."""
    yield Part("multiply_accumulate", weights, y.h * y.w)
    if bias:
        yield Part("bias", y.c, y.h * y.w)


def kernel_parameters(weights: Quantity, bias: bool, y: Map) -> Iterator[Amount]:
    """The weights, and one bias per output channel."""
    yield Amount("weights", weights)
    if bias:
        yield Amount("biases", y.c)


def filters_a_channel(groups: int, x: Map, y: Map) -> Sequence[Tie]:
    """The ties of a convolution in groups: a group for each channel of `x` filters it alone."""
    return (copied(x.c, y.c // x.c),) if 1 < groups == x.c else ()


def equal_groups(groups: int, x: Map) -> tuple[int, int]:
    """The groups of channels that must stay equal; those of a channel each go with it."""
    number = 1 if groups == x.c else groups
    return number, number


class Convolution(Called, Layer):
    """What every convolution shares: a window of weights over the map, bias, norm and act."""

    kernel: Size = ONE  # D_K
    stride: Size = ONE
    padding: Padding = SAME
    dilation: Size = ONE
    bias: Switch = False
    norm: Norm = "none"
    act: Act = "none"

    @abstractmethod
    def shape(self, x: Map, y: Map) -> tuple[Quantity, ...]:
        """The axes of the kernel: height, width, channels of a group, filters."""

    def weights(self, x: Map, y: Map) -> Quantity:
        """How many weights the kernel holds; each is used once per output position."""
        return prod(self.shape(x, y))

    def window(self) -> Window:
        """The sliding window."""
        return Window(self.kernel, self.stride, self.padding, self.dilation)

    def idle(self) -> Iterable[tuple[str, str]]:
        return unheard(self.act)

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        return self.window().checks(x)

    def sees(self, x: Map, y: Map) -> Reaches:
        return self.window().reach(x)

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        return kernel_parameters(self.weights(x, y), self.bias, y)

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        return kernel_work(self.weights(x, y), self.bias, y)

    def measures(self, x: Map, y: Map) -> Iterable[Part]:
        if self.window().padded_unevenly():
            weights = self.weights(x, y)
            lost = y.h * y.w - self.window().floored(x)
            yield Part("uneven_padding", weights, y.h * y.w)
            yield Part("uneven_padding_lost", weights, lost)
            if self.bias:
                yield Part("uneven_padding_lost_bias", y.c, lost)

    def window_sides(self) -> tuple[Pair, Pair]:
        return self.window()[:2]

    @abstractmethod
    def groups_on(self, x: Map) -> Quantity:
        """The number of groups for input map `x`."""

    def riders(self) -> Iterable[Layer]:
        return riding(self.norm, self.act, self.called_as)


class GroupedConvolution(Convolution):
    """A convolution whose filters read all channels, or those of their group."""

    out: Channels  # N, scaled by α
    groups: Groups = 1
    group_width: OptionalChannels = None  # input channels of a group, instead of their number
    scale: Switch = True

    def output(self, x: Map, width: Width) -> Map:
        sides = self.window().output(x)
        return Map(sides.h, sides.w, width(self.out, self.scale))

    @classmethod
    def ways(cls) -> tuple[tuple[str, ...], ...]:
        return (), ("groups",), ("group_width",)

    def groups_on(self, x: Map) -> Quantity:
        return self.groups if self.group_width is None else x.c // self.group_width

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        return filters_a_channel(self.groups_on(maps[0]), maps[0], y)

    def equal_parts(self, x: Map) -> tuple[int, int]:
        return equal_groups(self.groups_on(x), x)

    def narrowed(self, maps: Sequence[Map], to: Sequence[Map], y: Map) -> Self:
        groups, whole = self.groups_on(maps[0]), maps[0].c
        return self._replace(groups=to[0].c if 1 < groups == whole else groups, group_width=None)

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        yield from self.window().checks(x)
        if self.group_width is not None:
            yield undivided(self.group_width, "channels a group", x.c)
        groups = maximum(self.groups_on(x), 1)
        yield undivided(groups, "groups", x.c, y.c)

    def shape(self, x: Map, y: Map) -> tuple[Quantity, ...]:
        """D_K × D_K × (M / groups) × N."""
        inputs = x.c // self.groups if self.group_width is None else self.group_width
        return (*self.kernel, inputs, y.c)


@layer("conv", example="conv: {out: 64, kernel: 3, stride: 2, norm: batch, act: relu}")
class Conv(GroupedConvolution):
    """Standard or grouped convolution: D_K²·M·N weights, each used D_O² times. Eq. 2."""

    def type_on(self, x: Map) -> str:
        groups = self.groups_on(x)
        if self.kernel == ONE and groups == 1:
            return "pointwise"
        return "depthwise" if groups == x.c and groups > 1 else "conv"


@layer("depthwise", example="depthwise: {stride: 2, norm: batch, act: relu}")
class Depthwise(Convolution):
    """One D_K × D_K filter per input channel: D_K²·M weights, each used D_O² times. Eq. 4."""

    kernel: Size = THREE
    multiplier: Multiplier = 1  # output channels per input channel

    def output(self, x: Map, width: Width) -> Map:
        sides = self.window().output(x)
        return Map(sides.h, sides.w, x.c * self.multiplier)

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        return (copied(maps[0].c, self.multiplier),)

    def shape(self, x: Map, y: Map) -> tuple[Quantity, ...]:
        """D_K × D_K × 1 × M, times the channel multiplier."""
        return (*self.kernel, 1, y.c)

    def groups_on(self, x: Map) -> Quantity:
        return x.c


@layer("pointwise", example="pointwise: {out: 64, bias: true}")
class Pointwise(Called, Compound):
    """A 1×1 convolution: M·N weights. Eq. 5's second term."""

    out: Channels
    stride: Size = ONE
    groups: Groups = 1
    bias: Switch = False
    scale: Switch = True
    norm: Norm = "none"
    act: Act = "none"

    def expand(self) -> Iterator[tuple[str, Layer]]:
        yield (
            "",
            Conv(
                out=self.out,
                stride=self.stride,
                groups=self.groups,
                bias=self.bias,
                scale=self.scale,
                norm=self.norm,
                act=self.act,
                called_as=self.called_as,
            ),
        )


class Inner(Record):
    """What the depthwise half of a separable convolution has for itself."""

    bias: OptionalSwitch = None
    norm: OptionalNorm = None
    act: OptionalAct = None


@layer("separable", example="separable: {out: 64, stride: 2, norm: batch, act: relu}")
class Separable(Called, Compound):
    """Depthwise, then pointwise: 1/N + 1/D_K² of the standard convolution. Eq. 5 and after.

    A `multiplier` of m filters a channel costs m times as much of it: D_K²·M·m + M·m·N weights.
    """

    out: Channels
    kernel: Size = THREE
    stride: Size = ONE
    padding: Padding = SAME
    dilation: Size = ONE
    multiplier: Multiplier = 1  # filters of the depthwise half per input channel
    bias: Switch = False
    scale: Switch = True
    norm: Norm = "none"
    act: Act = "none"
    inner: Annotated[Inner | None, Nested(Inner)] = None

    def expand(self) -> Iterator[tuple[str, Layer]]:
        inner = self.inner or Inner()
        depthwise = Depthwise(
            kernel=self.kernel,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            multiplier=self.multiplier,
            bias=self.bias if inner.bias is None else inner.bias,
            norm=self.norm if inner.norm is None else inner.norm,
            act=self.act if inner.act is None else inner.act,
            called_as=self.called_as,
        )
        yield "depthwise", depthwise
        pointwise = Conv(
            out=self.out,
            bias=self.bias,
            scale=self.scale,
            norm=self.norm,
            act=self.act,
            called_as=self.called_as,
        )
        yield "pointwise", pointwise
