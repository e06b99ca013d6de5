"""Normalisation, and learned factors and slopes, with their values a channel or a position."""

from math import prod

from mnetcost.importing.axes import (
    CHANNELS,
    HEIGHT,
    WIDTH,
    is_images,
    joined,
    shape_of,
    size_of,
    whole,
)
from mnetcost.importing.rules.pointwise import by_channel, kept, of_two, sides_of
from mnetcost.importing.translation import Operands, agree, has, learned
from mnetcost.importing.values import Stored, Unsaid, Value, within
from mnetcost.layers.activation import LeakyReLU, PReLU
from mnetcost.layers.normalization import (
    BatchNorm,
    GroupNorm,
    InstanceNorm,
    L2Norm,
    LayerNorm,
    LayerScale,
    LocalResponseNorm,
)


def batch_norm(o: Operands) -> Value:
    """By fixed statistics of each channel."""
    x = by_channel(o, o.number("axis", 1))
    for word in ("mean", "variance"):
        o.given(word)
    return kept(o, BatchNorm(affine=_affine(o, x.map.c)), x)


def prelu(o: Operands) -> Value:
    """PReLU with its slopes stored; where these are no learned ones it is a leaky ReLU."""
    x, slopes = o.value(), o.learned("slopes")
    if slopes is None:
        return kept(o, LeakyReLU(), x)
    if o.translation.is_computed(slopes):
        raise Unsaid("its slopes are computed")
    return _sloped(o, x, slopes.shape, slopes)


def written_prelu(o: Operands) -> Value:
    """PReLU whose arguments say how many slopes it has, or along which axes they are in common."""
    x = o.value()
    sizes = o.places("count")
    if not sizes:
        shared = {within(one, len(x.axes)) for one in o.places("shared_axes")}
        sides = enumerate(shape_of(x.axes[1:]), 1)
        sizes = tuple(1 if at in shared else side for at, side in sides)
    return _sloped(o, x, sizes, learned(o))


def _sloped(o: Operands, x: Value, sizes: tuple[int, ...], owner: Stored | None) -> Value:
    """PReLU with slopes of these sizes, spread to the last axes: one, one a channel or a value."""
    rank = len(x.axes)
    if o.flag("by_channel"):  # they are spread to the axis behind the images
        sizes = (*sizes, *(1,) * (rank - 1 - len(sizes)))
    spread = (*(1,) * (rank - len(sizes)), *sizes)
    wide = [at for at, size in enumerate(spread) if size != 1]
    if len(spread) != rank or any(spread[at] != size_of(x.axes[at]) for at in wide):
        raise Unsaid(f"it has slopes of {list(sizes)} on axes of {list(shape_of(x.axes))}")
    if len(wide) == 1:
        x = by_channel(o, wide[0], x)
    elif wide and prod(sizes) != prod(x.map):
        raise Unsaid("its slopes are in common along some of the sides")
    record = PReLU(slopes=("one", "channel", "value")[min(len(wide), 2)])
    return o.translation.layer(o.call, record, [x], owner)._replace(axes=x.axes)


def _affine(o: Operands, values: int) -> bool | str:
    """Whether a norm has so many γ and β, or one of them: stored, or as its arguments say."""
    found = {word: has(o, word) for word in ("gamma", "beta")}
    for word, is_there in found.items():
        stored = o.given(word) if is_there else None
        if isinstance(stored, Stored) and prod(stored.shape) != values:
            raise Unsaid(f"it has {prod(stored.shape)} values of {word}, not {values}")
    if all(found.values()):
        return True
    return next((word for word, is_there in found.items() if is_there), False)


def scale(o: Operands) -> Value:
    """A factor a channel, and a summand perhaps: those of the batch normalisation before it."""
    x = by_channel(o, 1)
    if o.axis("axis", 1, len(x.axes)) != 1 or o.number("axes", 1) != 1:
        raise Unsaid("its factors are not one a channel")
    before = o.translation.unread(x)
    if isinstance(before, BatchNorm) and not before.affine:
        o.translation.change(x, before._replace(affine=True))
        return x
    if has(o, "bias"):
        raise Unsaid("it scales and shifts what no batch normalisation gives")
    return kept(o, LayerScale(), x)


def scaled(o: Operands) -> Value:
    """A map times another value's own factors, from an axis of it on, and a map added perhaps."""
    x, y = o.value(), o.value("y")
    if has(o, "bias"):
        raise Unsaid("it shifts what it scales by another value")
    rank = len(x.axes)
    before = o.axis("axis", 1, rank)
    behind = max(0, rank - before - len(y.axes))
    y = y._replace(axes=(*((),) * before, *y.axes, *((),) * behind))
    found = of_two(o, "multiply", x, y)
    return found if o.given("added") is None else of_two(o, "add", found, o.value("added"))


def layer_scale(o: Operands) -> Value:
    """A learned factor for each of the channels, which are the last axis."""
    x = by_channel(o, -1)
    agree(o, x.map.c)
    return kept(o, LayerScale(), x)


def layer_norm(o: Operands) -> Value:
    """Over the last axis, or over all of a map."""
    axes = max(len(o.numbers(word)) for word in ("normalized", "axis"))
    if axes > 1:
        x = o.value()
        if axes != sides_of(x.axes):
            raise Unsaid(f"it is over {axes} of the axes of a map")
        return kept(o, LayerNorm(over="all", affine=_affine(o, prod(x.map))), x)
    x = by_channel(o, o.number("axis", -1))
    if o.number("width", x.map.c) != x.map.c:
        raise Unsaid(f"it is over {o.number('width')} values, and its last axis has {x.map.c}")
    return kept(o, LayerNorm(affine=_affine(o, x.map.c)), x)


def group_norm(o: Operands) -> Value:
    """Of groups of channels; one group is a layer norm of maps."""
    x = by_channel(o, o.number("axis", 1))
    return kept(o, GroupNorm(groups=o.count("groups"), affine=_affine(o, x.map.c)), x)


def instance_norm(o: Operands) -> Value:
    """Of each channel alone; where channels of a group lie on its positions' axis, of the group."""
    value = o.value()
    if len(value.axes) == 3 and 1 <= size_of(value.axes[1]) < value.map.c:
        return _of_groups(o, value)
    x = by_channel(o, 1)
    return kept(o, InstanceNorm(affine=_affine(o, x.map.c)), x)


def _of_groups(o: Operands, value: Value) -> Value:
    """A group norm, as exporters write it that have none: of groups, each one channel."""
    images, groups, rest = value.axes
    sides = zip((CHANNELS, HEIGHT, WIDTH), (value.map.c, value.map.h, value.map.w))
    all_of_it = joined(atom for side, size in sides for atom in whole(side, size))
    if not is_images(images) or joined((*groups, *rest)) != all_of_it:
        raise Unsaid("its groups are not of channels")
    for word, plain in (("gamma", 1), ("beta", 0)):
        stored = o.given(word)
        if isinstance(stored, Stored) and set(stored.values or ()) != {plain}:
            raise Unsaid(f"its {word} are of groups")
    record = GroupNorm(groups=size_of(groups), affine=False)
    return o.translation.layer(o.call, record, [value])._replace(axes=value.axes)


def local_response_norm(o: Operands) -> Value:
    """Over neighbouring channels."""
    return kept(o, LocalResponseNorm(size=o.count("size", 5)), o.value())


def l2_norm(o: Operands) -> Value:
    """Over the channels of each position, with a learned scale a channel."""
    if o.flag("over_all") or o.flag("one_scale"):
        raise Unsaid("it is over all positions, or has one scale for all channels")
    return kept(o, L2Norm(), by_channel(o, 1))
