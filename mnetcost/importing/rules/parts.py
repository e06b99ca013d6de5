"""Parts of an axis taken out."""

from collections.abc import Sequence
from typing import Any

from mnetcost.importing.axes import (
    CHANNELS,
    HEIGHT,
    SIDES,
    WIDTH,
    is_whole,
    joined,
    size_of,
    whole,
)
from mnetcost.importing.rules.constants import gather, taken_along
from mnetcost.importing.rules.pointwise import by_channel
from mnetcost.importing.rules.sliding import axes_like, image
from mnetcost.importing.translation import Operands
from mnetcost.importing.values import Known, Numbers, Parts, Unsaid, Value
from mnetcost.layers.channels import Slice, Split
from mnetcost.layers.structural import Crop


def is_alone(value: Value, axis: int, side: str) -> bool:
    """Whether no other axis of a value has anything of a side."""
    others = [one for at, one in enumerate(value.axes) if at != axis]
    return all(atom.side != side for one in others for atom in one)


def split(o: Operands) -> Parts:
    """Parts along an axis, by their sizes or by how many there are."""
    known = o.given("x")
    if isinstance(known, Numbers):
        return Parts(tuple(Numbers((), (one,)) for one in known.values))
    x = o.value()
    axis = o.axis("axis", 0, len(x.axes))
    total = size_of(x.axes[axis])
    sizes = sizes_of_parts(o, total)
    return Parts(tuple(part(o, x, axis, place, sizes) for place in range(len(sizes))))


def sizes_of_parts(o: Operands, total: int) -> list[int]:
    """The sizes of the parts of an axis; those of -1 share the rest."""
    sizes = list(o.places("sizes"))
    if -1 in sizes:
        left, uneven = divmod(total - sum(one for one in sizes if one > 0), sizes.count(-1))
        if uneven:
            raise Unsaid(f"parts of {sizes} are not {total}")
        sizes = [left if one == -1 else one for one in sizes]
    if len(sizes) == 1 and o.flag("one_size"):
        size = sizes[0]
        sizes = [size] * (total // size) + [total % size] * (total % size > 0)
    if not sizes:
        count = o.count("count", len(o.call.outputs))
        size = -(-total // count)
        sizes = [size] * (total // size) + [total % size] * (total % size > 0)
    if sum(sizes) != total:
        raise Unsaid(f"parts of {sizes} are not {total}")
    return sizes


def part(o: Operands, x: Value, axis: int, place: int, sizes: Sequence[int]) -> Value:
    """One part of an axis: of all channels, or the parts that are strides of them."""
    size = sizes[place]
    atoms = x.axes[axis]
    if len(sizes) == 1:
        return x
    if len(set(sizes)) == 1 and atoms and atoms[0].side == CHANNELS:
        leading = atoms[0]
        if leading.stride * leading.size == x.map.c and leading.size % len(sizes) == 0:
            return _chunk(o, x, axis, place, len(sizes))
    if not is_whole(atoms, CHANNELS, x.map.c):
        raise Unsaid("it takes parts of a side that is not its channels")
    x = by_channel(o, axis, x)
    y = o.translation.layer(o.call, Split(sizes=tuple(sizes), take=place + 1), [x])
    axes = list(x.axes)
    axes[axis] = whole(CHANNELS, size)
    return y._replace(axes=tuple(axes))


def _chunk(o: Operands, x: Value, axis: int, place: int, count: int) -> Value:
    """One of equal parts of the channels, whatever their strides further down."""
    y = o.translation.layer(o.call, Split(into=count, take=place + 1), [x])
    atoms = list(x.axes[axis])
    left = atoms[0].size // count
    atoms[0] = atoms[0]._replace(size=left)
    axes = list(x.axes)
    axes[axis] = joined(atoms)
    return y._replace(axes=tuple(axes))


def unbind(o: Operands) -> Parts:
    """Each of an axis, without the axis."""
    x = o.value()
    axis = o.axis("axis", 0, len(x.axes))
    count = size_of(x.axes[axis])
    parts = (part(o, x, axis, place, [1] * count) for place in range(count))
    return Parts(tuple(_without(one, axis) for one in parts))


def _without(x: Value, axis: int) -> Value:
    return x._replace(axes=(*x.axes[:axis], *x.axes[axis + 1 :]))


def select(o: Operands) -> Known:
    """One of an axis, without the axis."""
    known = o.given("x")
    if isinstance(known, Numbers):
        return Numbers((), (known.values[o.axis("index", 0, len(known.values))],))
    return _selected(o, o.value(), o.number("axis", 0), o.number("index"))


def _selected(o: Operands, x: Value, axis: int, index: int) -> Value:
    axis %= len(x.axes)
    count = size_of(x.axes[axis])
    if count == 1:
        return _without(x, axis)
    atoms = x.axes[axis]
    if all(atom.side == CHANNELS for atom in atoms):
        return _without(part(o, x, axis, index % count, [1] * count), axis)
    return _without(_cropped(o, x, axis, 1), axis)


def taken(o: Operands) -> Known:
    """One of an axis by its place, or numbers by theirs."""
    known, places = o.given("x"), o.given("places")
    if isinstance(known, Numbers):
        return gather(o)
    if not isinstance(places, Numbers) or len(places.values) != 1:
        raise Unsaid("it takes by places that are not one number")
    one = _selected(o, o.value(), o.number("axis", 0), int(places.values[0]))
    return one if not places.shape else _with(one, o.number("axis", 0))


def _with(x: Value, axis: int) -> Value:
    axis %= len(x.axes) + 1
    return x._replace(axes=(*x.axes[:axis], (), *x.axes[axis:]))


def _cropped(o: Operands, x: Value, axis: int, size: int) -> Value:
    """So many positions of an axis that is a side of the map."""
    for side, whole_size in zip(SIDES[:2], x.map[:2]):
        if is_whole(x.axes[axis], side, whole_size) and is_alone(x, axis, side):
            sides = {HEIGHT: x.map.h, WIDTH: x.map.w, side: size}
            record = Crop(height=sides[HEIGHT], width=sides[WIDTH])
            y = o.translation.layer(o.call, record, [x])
            axes = list(x.axes)
            axes[axis] = whole(side, size)
            return y._replace(axes=tuple(axes))
    raise Unsaid("it takes positions out of the map")


def cut(o: Operands) -> Known:
    """From one to before another of an axis, every so many."""
    known = o.given("x")
    start, end, step = o.number("start", 0) or 0, o.number("end"), o.number("step", 1) or 1
    if isinstance(known, Numbers):
        found = known.values[slice(start, end, step)]
        return Numbers((len(found),), found)
    return _cut(o, o.value(), o.number("axis", 0), (start, end, step))


def cut_each(o: Operands) -> Known:
    """The same along several axes, each with its start, end and step."""
    known = o.given("x")
    starts, ends = o.places("starts"), o.places("ends")
    axes = o.places("axes") or tuple(range(len(starts)))
    steps = o.places("steps") or (1,) * len(starts)
    if isinstance(known, Numbers):
        for axis, *of in zip(axes, starts, ends, steps):
            known = taken_along(known, axis, (of[0], of[1], of[2]))
        return known
    x = o.value()
    for axis, start, end, step in zip(axes, starts, ends, steps):
        x = _cut(o, x, axis, (start, end, step))
    return x


def indexed(o: Operands) -> Known:
    """What stands between brackets behind a value: a place or a slice of each axis, or "..."."""
    x, items = o.value(), o.given("items")
    items = items if isinstance(items, tuple) and items[:1] != ("slice",) else (items,)
    if "..." in items:
        at = items.index("...")
        left = len(x.axes) - len(items) + 1
        items = (*items[:at], *(("slice", None, None, None),) * left, *items[at + 1 :])
    for axis, item in reversed([*enumerate(items)]):  # a place takes its axis away
        if type(item) is int:
            x = _selected(o, x, axis, item)
        elif isinstance(item, tuple) and item[:1] == ("slice",):
            x = _cut(o, x, axis, item[1:])
        else:
            raise Unsaid("it takes what is no place and no slice")
    return x


def cropped(o: Operands) -> Value:
    """A map without so many px at the top, the bottom, the left and the right."""
    x = image(o)
    top, bottom, left, right = o.places("ends")
    record = Crop(height=x.map.h - top - bottom, width=x.map.w - left - right)
    y = o.translation.layer(o.call, record, [x])
    return y._replace(axes=axes_like(x, y.map))


def cropped_like(o: Operands) -> Value:
    """A map with the sides of another, from an axis on."""
    x, like = image(o), image(o, "like")
    axis = o.axis("axis", 2, len(x.axes))
    if axis < 2 and like.map.c != x.map.c:
        raise Unsaid("it cuts channels")
    record = Crop(height=x.map.h if axis > 2 else like.map.h, width=like.map.w)
    y = o.translation.layer(o.call, record, [x])
    return y._replace(axes=axes_like(x, y.map))


def middle(o: Operands) -> Value:
    """The middle of a map, of sides that are given."""
    x = image(o)
    record = Crop(height=o.count("height"), width=o.count("width"))
    y = o.translation.layer(o.call, record, [x])
    return y._replace(axes=axes_like(x, y.map))


def _cut(o: Operands, x: Value, axis: int, of: tuple[Any, Any, Any]) -> Value:
    axis %= len(x.axes)
    total = size_of(x.axes[axis])
    first, last, every = slice(*of).indices(total)
    size = len(range(first, last, every))
    if size == total:
        return x
    if not size:
        raise Unsaid("it takes nothing")
    if not is_whole(x.axes[axis], CHANNELS, x.map.c):
        if every != 1:
            raise Unsaid("it takes every other position")
        return _cropped(o, x, axis, size)
    if every != 1:
        record: Any = Slice(every=every, offset=first)
    elif last == total:
        record = Slice(last=size)
    elif first == 0:
        record = Slice(first=size)
    else:
        record = Split(sizes=(first, size, total - last), take=2)
    y = o.translation.layer(o.call, record, [x])
    axes = list(x.axes)
    axes[axis] = whole(CHANNELS, size)
    return y._replace(axes=tuple(axes))
