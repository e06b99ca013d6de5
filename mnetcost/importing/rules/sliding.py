"""Convolutions and pools: windows that slide over a map."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from mnetcost.importing.axes import (
    CHANNELS,
    FIRST,
    HEIGHT,
    IMAGE,
    LAST,
    WIDTH,
    Axes,
    orders_of,
    whole,
)
from mnetcost.importing.translation import Operands, agree, finished, has, kernel_of, learned
from mnetcost.importing.values import Contradiction, Stored, Unsaid, Value
from mnetcost.layers.base import Map, Pair
from mnetcost.layers.convolution import Conv, Depthwise
from mnetcost.layers.pooling import (
    AdaptiveAvgPool,
    AdaptiveMaxPool,
    AvgPool,
    GlobalAvgPool,
    GlobalMaxPool,
    MaxPool,
)
from mnetcost.layers.structural import Pad
from mnetcost.layers.transposed import ConvTranspose
from mnetcost.layers.window import ONE, SAME, VALID, PaddingPair, Sides, Window
from mnetcost.text import clip

MapRule: TypeAlias = Callable[[Operands], Value]
Ends: TypeAlias = tuple[int, int, int, int]  # px at the top, bottom, left and right


def image(o: Operands, word: str = "x") -> Value:
    """A value as a map, with its axes in the format's order."""
    value = o.value(word)
    roles = (LAST if o.flag("channels_last") else FIRST).get(len(value.axes))
    if roles is None:
        raise Unsaid(f"its input has {len(value.axes)} axes; a map has 3 or 4 with the images")
    return o.translation.as_map(o.call, value, roles)


def axes_like(value: Value, x: Map) -> Axes:
    """The axes of another map whose value has its axes in the same order."""
    sides = {CHANNELS: x.c, HEIGHT: x.h, WIDTH: x.w}
    roles = roles_of(value)
    return tuple(
        axis if role == IMAGE else whole(role, sides[role]) for role, axis in zip(roles, value.axes)
    )


def mapped(o: Operands, record: Any, x: Value, kernel: Stored | None = None) -> Value:
    """What a layer makes of a whole map, with its axes in the same order."""
    y = o.translation.layer(o.call, record, [x], kernel)
    return y._replace(axes=axes_like(x, y.map))


def _weighted(o: Operands, record: Any, x: Value, kernel: Stored | None) -> Value:
    """The same of a layer with a kernel, of as many weights as the file states."""
    y = mapped(o, record, x, kernel)
    if not isinstance(record, Depthwise):
        o.translation.say(y, _by_channel(record.groups, x.map.c, y.map.c))
    agree(o, record.weights(x.map, y.map))
    return finished(o, y)


def _by_channel(groups: int, channels: int, filters: int) -> dict[str, str]:
    """The keys of a convolution with a group for each channel that it reads or gives.

    Its width is no number of its own: at any α it has as many filters for each channel.
    """
    if groups == 1 or groups not in (channels, filters):
        return {}
    texts = {
        "out": f"$here * {filters // channels}" if filters > channels else "$here",
        "groups": "$here",
    }
    if filters < channels:
        texts = dict.fromkeys(texts, f"$here / {channels // filters}")
    return texts


def roles_of(value: Value) -> Sequence[str]:
    """What each axis of a value that is a whole map stands for."""
    found = orders_of(value.axes, value.map)
    if not found:
        raise Unsaid("its input is no whole map")
    return found[0]


def convolution(o: Operands) -> Value:
    """A convolution by a stored kernel of [filters, channels of a group, height, width]."""
    x, kernel = image(o), _kernel(o)
    filters, channels, *sides = _ordered(o, kernel)
    if len(sides) > 2:
        raise Unsaid(f"its kernel has {len(sides)} sides: a map has two")
    groups = x.map.c if o.flag("depthwise") else o.count("groups", 1)
    if channels * groups != x.map.c:
        raise Unsaid(f"a kernel of {channels} channels in {groups} groups reads {x.map.c}")
    _demand_sides(o, sides)
    x, window = _window(o, x, Pair(([1, *sides])[-2], sides[-1]))
    return _convolved(o, x, window, filters, groups, kernel)


def _kernel(o: Operands) -> Stored:
    """A learned kernel; one that is constant, as of a blur, the language has not."""
    kernel = kernel_of(o)
    if kernel is None or not kernel.learned:
        raise Unsaid("its kernel is no learned value that is stored")
    return kernel


def _ordered(o: Operands, kernel: Stored) -> list[int]:
    """The axes of a kernel as PyTorch has them: filters, channels of a group, sides."""
    rank = len(kernel.shape)
    order = o.places("order") or range(rank)
    if rank < 3 or sorted(order) != list(range(rank)):
        raise Unsaid(f"its kernel has {rank} axes")
    return [kernel.shape[one] for one in order]


def _demand_sides(o: Operands, sides: list[int]) -> None:
    """Refuse a kernel of other sides than the call itself says, where it says them."""
    said = o.places("kernel")
    if said and list(said) != sides:
        raise Contradiction(f"it says a kernel of {list(said)}, and the stored one is {sides}")


def separable(o: Operands) -> Value:
    """A depthwise convolution and a 1×1 one of what it gives, in one call."""
    x = image(o)
    multiplier = o.count("multiplier", 1)
    x, window = _window(o, x, o.pair("kernel", 1))
    point = Conv(out=o.count("filters"), bias=has(o, "bias"), act=o.given("act") or "none")
    halves: dict[str, Any] = {
        "depthwise": Depthwise(multiplier=multiplier, **window),
        "pointwise": point,
    }
    owner, y = learned(o), x
    for half, record in halves.items():
        call = o.call._replace(name=f"{o.call.name}/{half}")
        kernel = owner and owner._replace(name=f"{owner.name}/{half}")
        y = o.translation.layer(call, record, [y], kernel)
    return finished(o, y._replace(axes=axes_like(x, y.map)))


def written_convolution(o: Operands) -> Value:
    """A convolution whose kernel is said by arguments: filters, or how many a channel."""
    x = image(o)
    groups = o.count("groups", 1)
    multiplier = o.count("multiplier", 1)
    if o.given("multiplier") is None:
        filters = o.count("filters")
    else:
        groups, filters = x.map.c, multiplier * x.map.c
    x, window = _window(o, x, _pair(o, "kernel", len(x.axes) - 2))
    return _convolved(o, x, window, filters, groups, learned(o))


def _convolved(  # noqa: PLR0913, PLR0917 - a convolution, and what it is of
    o: Operands, x: Value, window: dict[str, Any], filters: int, groups: int, kernel: Stored | None
) -> Value:
    window["bias"] = has(o, "bias")
    window |= {word: found for word in ("norm", "act") if (found := o.given(word))}
    if 1 < groups == x.map.c and filters % groups == 0:
        record: Any = Depthwise(multiplier=filters // groups, **window)
    else:
        record = Conv(out=filters, groups=groups, **window)
    return _weighted(o, record, x, kernel)


def transposed(o: Operands) -> Value:
    """A transposed convolution by a stored kernel of [channels, filters of a group, sides]."""
    x, kernel = image(o), _kernel(o)
    _, filters, *sides = _ordered(o, kernel)
    _demand_sides(o, sides)
    groups = o.count("groups", 1)
    return _transposed(o, x, filters * groups, groups, Pair(([1, *sides])[-2], sides[-1]), kernel)


def written_transposed(o: Operands) -> Value:
    """A transposed convolution whose kernel is said by arguments."""
    groups = o.count("groups", 1)
    return _transposed(o, image(o), o.count("filters"), groups, o.pair("kernel", 1), learned(o))


def _transposed(  # noqa: PLR0913, PLR0917 - a convolution, and what it is of
    o: Operands, x: Value, filters: int, groups: int, kernel: Pair, owner: Stored | None
) -> Value:
    sides = len(x.axes) - 2
    ends = _ends(o, sides)
    if o.given("output_shape") is not None:
        raise Unsaid("its output's sides are given")
    if ends is not None and (ends[0] != ends[1] or ends[2] != ends[3]):
        raise Unsaid("its padding is not the same at both ends")
    padding = SAME if ends is None else PaddingPair(Sides(ends[0]), Sides(ends[2]))
    record = ConvTranspose(
        out=filters,
        kernel=kernel,
        stride=_pair(o, "stride", sides),
        padding=padding,
        dilation=_pair(o, "dilation", sides),
        output_padding=_pair(o, "output_padding", sides, 0),
        groups=groups,
        bias=has(o, "bias"),
        act=o.given("act") or "none",
    )
    return _weighted(o, record, x, owner)


def _window(
    o: Operands, x: Value, kernel: Pair, stride: Pair | None = None
) -> tuple[Value, dict[str, Any]]:
    """The input, padded where its ends differ, and the keys of a window over it."""
    sides = len(x.axes) - 2
    window = {
        "kernel": kernel,
        "stride": stride or _pair(o, "stride", sides),
        "dilation": _pair(o, "dilation", sides),
    }
    ends = _ends(o, sides)
    if ends is None:
        return x, {**window, "padding": SAME}
    top, bottom, left, right = ends
    if (top, left) == (bottom, right):
        return x, {**window, "padding": _padding(Window(padding=SAME, **window), top, left)}
    return padded(o, x, ends), {**window, "padding": VALID}


def _padding(window: Window, top: int, left: int) -> PaddingPair:
    """The padding by its plainest word: what keeps every map at stride 1 is `same`."""
    extent = window.extent()
    kept = (2 * top, 2 * left) == (extent.h - 1, extent.w - 1) and window.stride == ONE
    if kept or (extent == ONE and top == left == 0):
        return SAME
    return PaddingPair(Sides(top), Sides(left))


def padded(o: Operands, x: Value, ends: Ends) -> Value:
    """The map with so many px more at each end; the value itself for none."""
    if not any(ends):
        return x
    top, bottom, left, right = ends
    record = Pad(top=top, bottom=bottom, left=left, right=right)
    return mapped(o, record, x)


def _pair(o: Operands, word: str, sides: int, default: int = 1) -> Pair:
    found = o.pair(word, default, default)
    return Pair(default, found.w) if sides == 1 else found


def _ends(o: Operands, sides: int) -> Ends | None:
    """The padding at all ends; None for as much as leaves a map that only the stride shrinks.

    It is a word, one number, one a side, or those where the sides begin, then where they end.
    """
    word = str(o.given("padding_word") or o.given("padding")).upper()
    if word.startswith("SAME") or "'SAME'" in word:
        return None
    if word == "VALID":
        return (0, 0, 0, 0)
    ends = o.places("padding") or (0,)
    if min(ends) < 0 or len(ends) not in (1, sides, 2 * sides):
        raise Unsaid(f"its padding is {list(ends)}")
    begins, behind = (ends[:sides], ends[sides:]) if len(ends) == 2 * sides else (ends, ends)
    if sides == 1:  # a sequence is a map of one row
        return 0, 0, begins[0], behind[0]
    return begins[0], behind[0], begins[-1], behind[-1]


def pool(kind: type[MaxPool | AvgPool]) -> MapRule:
    """The rule of a pool with a window."""

    def rule(o: Operands) -> Value:
        x = image(o)
        if o.flag("global"):
            return global_pool(GLOBAL[kind])(o)
        if o.flag("adaptive"):
            return adaptive_pool(GLOBAL[kind])(o)
        sides = len(x.axes) - 2
        kernel = o.pair("kernel", 1)
        kernel = Pair(1, kernel.w) if sides == 1 else kernel
        stride = kernel if o.given("stride_is_one") is None else ONE
        if o.numbers("stride"):
            stride = _pair(o, "stride", sides)
        x, window = _window(o, x, kernel, stride)
        up = o.flag("ceil") and window["padding"] != SAME
        record = kind(**window, ceil=up, clip=up)
        return mapped(o, record, x)

    return rule


GLOBAL: dict[Any, Any] = {MaxPool: GlobalMaxPool, AvgPool: GlobalAvgPool}
ADAPTIVE = {GlobalMaxPool: AdaptiveMaxPool, GlobalAvgPool: AdaptiveAvgPool}


def global_pool(kind: type[GlobalAvgPool | GlobalMaxPool]) -> MapRule:
    """The rule of a pool of whole maps, whose axes are kept as 1, or left out."""

    def rule(o: Operands) -> Value:
        x = image(o)
        y = o.translation.layer(o.call, kind(), [x])
        axes = axes_like(x, y.map)
        if o.number("keep", True):
            return y._replace(axes=axes)
        return y._replace(
            axes=tuple(a for a, r in zip(axes, roles_of(x)) if r in (IMAGE, CHANNELS))
        )

    return rule


def adaptive_pool(kind: type[GlobalAvgPool | GlobalMaxPool]) -> MapRule:
    """The rule of a pool to sides that are given; to 1×1 it is the global one."""

    def rule(o: Operands) -> Value:
        sizes = o.given("size")
        sizes = sizes if isinstance(sizes, tuple) else (sizes,)
        if not sizes or not all(one is None or (type(one) is int and one > 0) for one in sizes):
            raise Unsaid(f"its sizes are {clip(str(sizes))}")
        if set(sizes) == {1}:
            return global_pool(kind)(o)
        x = image(o)
        height, across = (1 if len(x.axes) == 3 else sizes[0]), sizes[-1]
        if height is None or across is None:
            record: Any = ADAPTIVE[kind](height=height, width=across)
        else:
            record = ADAPTIVE[kind](size=Pair(height, across))
        return mapped(o, record, x)

    return rule
