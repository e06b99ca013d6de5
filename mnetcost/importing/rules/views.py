"""Axes moved and regrouped, channels taken apart and joined, means over axes."""

from collections.abc import Sequence
from math import prod
from typing import Any

from mnetcost.importing.axes import (
    CHANNELS,
    HEIGHT,
    IMAGE,
    WIDTH,
    joined,
    regrouped,
    shape_of,
)
from mnetcost.importing.rules.constants import permuted
from mnetcost.importing.rules.pointwise import by_channel, free
from mnetcost.importing.translation import Operands
from mnetcost.importing.values import Known, Numbers, Stored, Unsaid, Value, within
from mnetcost.layers.channels import ChannelShuffle
from mnetcost.layers.pooling import GlobalAvgPool


def _moved(o: Operands, axes: Any) -> Known:
    """The same value with other axes; of what is stored, another shape."""
    known = o.given("x")
    if isinstance(known, Value):
        return known._replace(axes=axes(known.axes))
    if isinstance(known, (Stored, Numbers)):
        shape = axes(tuple(() if one == 1 else (_Side(one),) for one in known.shape))
        sizes = tuple(prod(one.size for one in axis) for axis in shape)
        return known._replace(shape=sizes)
    raise Unsaid("it has no values")


class _Side(tuple[int]):
    """Stands for an axis of a stored value where axes are moved."""

    def __new__(cls, size: int) -> "_Side":
        return super().__new__(cls, (size,))

    @property
    def size(self) -> int:
        """How many values it has."""
        return self[0]


def permute(o: Operands) -> Known:
    """The axes in another order."""
    known, order = o.given("x"), o.places("order")
    if isinstance(known, Numbers) and sorted(order) == list(range(len(known.shape))):
        return permuted(known, order)

    def moved(axes: Any) -> Any:
        places = order or range(len(axes))[::-1]
        if sorted(one % len(axes) for one in places) != list(range(len(axes))):
            raise Unsaid(f"its order {list(order)} is not of {len(axes)} axes")
        return tuple(axes[one] for one in places)

    return _moved(o, moved)


def ordered(o: Operands) -> Known:
    """The axes in the order that a table has for so many of them."""
    x = o.value()
    orders = o.given("orders").get(len(x.axes))
    if orders is None:
        raise Unsaid(f"no order of {len(x.axes)} axes is known")
    order = orders[o.number("kind", 0)]
    return x._replace(axes=tuple(x.axes[at] for at in order))


def swapped(o: Operands) -> Known:
    """Two axes in each other's place."""

    def moved(axes: Any) -> Any:
        one, other = (o.axis(word, 0, len(axes)) for word in ("first", "second"))
        places = list(axes)
        places[one], places[other] = places[other], places[one]
        return tuple(places)

    return _moved(o, moved)


def squeeze(o: Operands) -> Known:
    """Without axes of 1: those that are named, or all of them."""
    named = o.places("axes")

    def moved(axes: Any) -> Any:
        gone = {within(one, len(axes)) for one in named} if named else set(range(len(axes)))
        return tuple(axis for at, axis in enumerate(axes) if axis or at not in gone)

    return _moved(o, moved)


def unsqueeze(o: Operands) -> Known:
    """With new axes of 1 at these places of the result."""
    named = o.places("axes")

    def moved(axes: Any) -> Any:
        rank = len(axes) + len(named)
        new = {within(one, rank) for one in named}
        if len(new) < len(named):
            raise Unsaid(f"its axes {list(named)} are there once each")
        old = iter(axes)
        return tuple(() if at in new else next(old) for at in range(rank))

    return _moved(o, moved)


def reshape(o: Operands) -> Known:
    """The values row-major on axes of these sizes; -1 is the rest, 0 the size that was there."""
    known, sizes = o.given("x"), list(o.places("sizes"))
    if isinstance(known, Value):
        before = shape_of(known.axes)
        sizes = _sizes(before, sizes, keeps=not o.flag("zero_is_none"))
        axes = regrouped(known.axes, sizes)
        if axes is None:
            raise Unsaid(f"it cuts axes of {list(before)} to {sizes}")
        return known._replace(axes=axes)
    if isinstance(known, (Stored, Numbers)):
        return known._replace(shape=tuple(_sizes(known.shape, sizes)))
    raise Unsaid("it has no values")


def _sizes(before: Sequence[int], sizes: list[int], keeps: bool = True) -> list[int]:
    if None in sizes:
        raise Unsaid("its sizes are not known")
    if keeps:
        sizes = [
            before[at] if one == 0 and at < len(before) else one for at, one in enumerate(sizes)
        ]
    known = prod(one for one in sizes if one != -1)
    if sizes.count(-1) > 1 or known < 1 or prod(before) % known:
        raise Unsaid(f"{list(before)} does not fill {sizes}")
    return [prod(before) // known if one == -1 else one for one in sizes]


def flatten(o: Operands) -> Known:
    """Axes from one to another as one axis."""
    known = o.given("x")
    if not isinstance(known, Value):
        raise Unsaid("it has no values")
    rank = len(known.axes)
    first, last = o.axis("first", 0, max(rank, 1)), o.axis("last", -1, rank)
    inside = joined(atom for axis in known.axes[first : last + 1] for atom in axis)
    return known._replace(axes=(*known.axes[:first], inside, *known.axes[last + 1 :]))


def flatten_in_two(o: Operands) -> Known:
    """Two axes: those before one of them, and the others."""
    known = o.given("x")
    if not isinstance(known, Value):
        raise Unsaid("it has no values")
    axis = o.axis("axis", 1, len(known.axes) + 1)
    halves = known.axes[:axis], known.axes[axis:]
    return known._replace(axes=tuple(joined(a for one in half for a in one) for half in halves))


def mean(o: Operands) -> Value:
    """The mean over axes: a global pool where they are all positions of a map."""
    x = o.value()
    rank = len(x.axes)
    named = {within(one, rank) for one in o.places("axes") or range(rank)}
    gone = [x.axes[at] for at in named]
    left = [axis for at, axis in enumerate(x.axes) if at not in named]
    if any(atom.side in (CHANNELS, IMAGE) for axis in gone for atom in axis) or any(
        atom.side in (HEIGHT, WIDTH) for axis in left for atom in axis
    ):
        raise Unsaid("it is over other axes than all positions")
    y = o.translation.layer(o.call, GlobalAvgPool(), [x])
    keep = o.flag("keep", default=False)
    axes = [() if at in named else axis for at, axis in enumerate(x.axes)]
    kept = [axis for at, axis in enumerate(axes) if keep or at not in named]
    return y._replace(axes=tuple(kept))


def shuffle(o: Operands) -> Value:
    """The channels of groups interleaved."""
    x = by_channel(o, 1)
    groups = o.count("groups", 1)
    return o.translation.layer(o.call, ChannelShuffle(groups=groups), [x])._replace(axes=x.axes)


def expand(o: Operands) -> Known:
    """Axes of 1 repeated; only stored values, and those that are not, may be."""
    known, sizes = o.given("x"), o.places("sizes")
    if isinstance(known, (Stored, Numbers)):
        return known
    x = o.value()
    before = (1,) * (len(sizes) - len(x.axes)) + shape_of(x.axes)
    if any(size not in (1, -1, one) for size, one in zip(sizes[-len(before) :], before)):
        raise Unsaid("it repeats values")
    return x


def repeated(o: Operands) -> Known:
    """Axes repeated so often each; once, it is the value itself."""
    if set(o.places("times")) - {1}:
        raise Unsaid("it repeats values")
    return free(o)


def unsaid(o: Operands) -> Known:
    """What no layer does, and what costs nothing that is counted."""
    raise Unsaid("the language has no layer for it")
