"""Axes moved and regrouped, channels taken apart and joined, means over axes."""

from collections.abc import Sequence
from math import prod
from typing import Any

from mnetcost.importing.axes import (
    CHANNELS,
    HEIGHT,
    IMAGE,
    SIDES,
    WIDTH,
    Axis,
    is_images,
    is_whole,
    joined,
    regrouped,
    shape_of,
    size_of,
    whole,
)
from mnetcost.importing.rules.constants import gather
from mnetcost.importing.rules.pointwise import by_channel
from mnetcost.importing.translation import Known, Numbers, Operands, Parts, Stored, Unsaid, Value
from mnetcost.layers.channels import ChannelShuffle, Slice, Split
from mnetcost.layers.joins import Concat, DetectionOutput, PriorBox
from mnetcost.layers.pooling import GlobalAvgPool
from mnetcost.layers.structural import Crop, Learned


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
    order = o.numbers("order")

    def moved(axes: Any) -> Any:
        places = order or range(len(axes))[::-1]
        if sorted(one % len(axes) for one in places) != list(range(len(axes))):
            raise Unsaid(f"its order {list(order)} is not of {len(axes)} axes")
        return tuple(axes[one] for one in places)

    return _moved(o, moved)


def swapped(o: Operands) -> Known:
    """Two axes in each other's place."""
    one, other = o.number("first"), o.number("second")

    def moved(axes: Any) -> Any:
        places = list(axes)
        places[one], places[other] = places[other], places[one]
        return tuple(places)

    return _moved(o, moved)


def squeeze(o: Operands) -> Known:
    """Without axes of 1: those that are named, or all of them."""
    named = o.numbers("axes")

    def moved(axes: Any) -> Any:
        gone = {one % len(axes) for one in named} if named else set(range(len(axes)))
        return tuple(axis for at, axis in enumerate(axes) if axis or at not in gone)

    return _moved(o, moved)


def unsqueeze(o: Operands) -> Known:
    """With new axes of 1 at these places of the result."""
    named = o.numbers("axes")

    def moved(axes: Any) -> Any:
        rank = len(axes) + len(named)
        new = {one % rank for one in named}
        old = iter(axes)
        return tuple(() if at in new else next(old) for at in range(rank))

    return _moved(o, moved)


def reshape(o: Operands) -> Known:
    """The values row-major on axes of these sizes; -1 is the rest, 0 the size that was there."""
    known, sizes = o.given("x"), list(o.numbers("sizes"))
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
    first, last = o.number("first", 0), o.number("last", -1)
    first, last = first % rank if first < rank else first, last % rank
    inside = joined(atom for axis in known.axes[first : last + 1] for atom in axis)
    return known._replace(axes=(*known.axes[:first], inside, *known.axes[last + 1 :]))


def flatten_in_two(o: Operands) -> Known:
    """Two axes: those before one of them, and the others."""
    known = o.given("x")
    if not isinstance(known, Value):
        raise Unsaid("it has no values")
    axis = o.number("axis", 1) % (len(known.axes) + 1)
    halves = known.axes[:axis], known.axes[axis:]
    return known._replace(axes=tuple(joined(a for one in half for a in one) for half in halves))


def mean(o: Operands) -> Value:
    """The mean over axes: a global pool where they are all positions of a map."""
    x = o.value()
    rank = len(x.axes)
    named = {one % rank for one in o.numbers("axes") or range(rank)}
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


def concat(o: Operands) -> Known:
    """Values one behind the other along an axis."""
    values = _listed(o)
    if not any(isinstance(one, Value) for one in values):
        return _joined_numbers(values)
    rank = max(len(one.axes) for one in values if isinstance(one, Value))
    axis = o.number("axis", 0) % rank
    values = [_plain(o, _computed(o, one, rank), axis) for one in values]
    first = next(one for one in values if len(one.axes) == rank)
    side = _side_of([one.axes[axis] for one in values], first, axis)
    if side != CHANNELS:
        values = [_column(o, one, axis, side) for one in values]
    y = o.translation.layer(o.call, Concat(axis=side, inputs=len(values)), values)
    sizes = dict(zip(SIDES, y.map))
    axes = list(values[0].axes)
    axes[axis] = whole(side, sizes[side])
    return y._replace(axes=tuple(axes))


def copies(o: Operands) -> Parts:
    """The same value for each of the call's outputs."""
    return Parts((o.given("x"),) * len(o.call.outputs))


def shuffle(o: Operands) -> Value:
    """The channels of groups interleaved."""
    x = by_channel(o, 1)
    groups = o.number("groups", 1)
    return o.translation.layer(o.call, ChannelShuffle(groups=groups), [x])._replace(axes=x.axes)


def prior_box(o: Operands) -> Value:
    """The boxes of a detector's map: two rows, of their places and of their variances."""
    x = o.value()
    y = o.translation.layer(o.call, PriorBox(priors=o.number("priors")), [x])
    return y._replace(axes=((), whole(HEIGHT, y.map.h), whole(CHANNELS, y.map.c)))


def detections(o: Operands) -> Value:
    """What a detector finds, of its places, classes and boxes."""
    values = [one for one in _listed(o) if isinstance(one, Value)]
    record = DetectionOutput(keep=o.number("keep", 100), inputs=len(values))
    y = o.translation.layer(o.call, record, values)
    return y._replace(axes=((), whole(HEIGHT, y.map.h), whole(CHANNELS, y.map.c)))


def ends(o: Operands) -> Known:
    """What only reads a network's outputs: the first of them stands for it."""
    return _listed(o)[0]  # type: ignore[no-any-return]


def route(o: Operands) -> Known:
    """Values one behind the other by channels, or of one value a part of its channels."""
    groups = o.number("groups", 1)
    known = concat(o) if len(_listed(o)) > 1 else _listed(o)[0]
    if groups == 1:
        return known
    if not isinstance(known, Value) or known.map.c % groups:
        raise Unsaid(f"its channels are not {groups} equal parts")
    return _part(o, known, 1, o.number("part", 0), [known.map.c // groups] * groups)


def _listed(o: Operands) -> list[Any]:
    translation = o.translation
    found = [translation.known[name] for name in o.call.inputs if name]
    spread: list[Any] = []
    for one in found:
        spread.extend(one.values if isinstance(one, Parts) else (one,))
    return spread


def _joined_numbers(values: Sequence[Any]) -> Known:
    if all(isinstance(one, Numbers) for one in values):
        numbers = tuple(number for one in values for number in one.values)
        return Numbers((len(numbers),), numbers)
    if all(isinstance(one, Stored) for one in values):
        largest: Known = max(values, key=lambda one: prod(one.shape))
        return largest
    raise Unsaid("what it joins is not known")


def _computed(o: Operands, known: Any, rank: int) -> Value:
    """A value that follows from the image, or stored ones as a map of learned values."""
    if isinstance(known, Value):
        if len(known.axes) != rank:
            raise Unsaid("what it joins has other axes")
        return known
    if not isinstance(known, Stored) or len(known.shape) not in (rank, rank - 1):
        raise Unsaid("what it joins is not known")
    shape = (1,) * (rank - len(known.shape)) + known.shape
    if rank != 3:
        raise Unsaid("a stored value is joined to a map")
    _, positions, channels = shape
    record = Learned(out=channels, height=positions)
    y = o.translation.layer(o.call._replace(name=known.name), record, [])
    return y._replace(axes=((), whole(HEIGHT, positions), whole(CHANNELS, channels)))


def _plain(o: Operands, value: Value, axis: int) -> Value:
    """The value; one whose axis goes through several sides is written as a map of channels."""
    if len({atom.side for atom in value.axes[axis]}) < 2 or len(value.axes) > 3:
        return value
    roles = [IMAGE if is_images(one) else HEIGHT for one in value.axes]
    roles[axis] = CHANNELS
    return o.translation.as_map(o.call, value, roles)


def _side_of(axes: Sequence[Axis], first: Value, place: int) -> str:
    """Along which side of their maps values are joined."""
    sides = {atom.side for axis in axes for atom in axis}
    if sides == {CHANNELS}:
        return CHANNELS
    if not sides and place == 1:
        return CHANNELS  # maps of one channel, channels first
    if CHANNELS in sides or IMAGE in sides:
        raise Unsaid("it joins along parts of several sides")
    if len(first.axes) == 3:
        return HEIGHT
    if sides in ({HEIGHT}, {WIDTH}):
        return sides.pop()
    raise Unsaid("it joins along parts of several sides")


def _column(o: Operands, value: Value, axis: int, side: str) -> Value:
    """A value whose axis is a whole side of its map."""
    sizes = dict(zip(SIDES, value.map))
    if is_whole(value.axes[axis], side, sizes[side]) and _alone(value, axis, side):
        return value
    if len(value.axes) != 3:
        raise Unsaid("it joins along parts of a side")
    roles = [IMAGE if is_images(one) else CHANNELS for one in value.axes]
    roles[axis] = HEIGHT
    roles[3 - axis if axis else 2] = CHANNELS
    return o.translation.as_map(o.call, value, roles)


def _alone(value: Value, axis: int, side: str) -> bool:
    others = [one for at, one in enumerate(value.axes) if at != axis]
    return all(atom.side != side for one in others for atom in one)


def split(o: Operands) -> Parts:
    """Parts along an axis, by their sizes or by how many there are."""
    known = o.given("x")
    if isinstance(known, Numbers):
        return Parts(tuple(Numbers((), (one,)) for one in known.values))
    x = o.value()
    axis = o.number("axis", 0) % len(x.axes)
    total = size_of(x.axes[axis])
    sizes = _parts(o, total)
    return Parts(tuple(_part(o, x, axis, place, sizes) for place in range(len(sizes))))


def _parts(o: Operands, total: int) -> list[int]:
    """The sizes of the parts of an axis; those of -1 share the rest."""
    sizes = list(o.numbers("sizes"))
    if -1 in sizes:
        left, uneven = divmod(total - sum(one for one in sizes if one > 0), sizes.count(-1))
        if uneven:
            raise Unsaid(f"parts of {sizes} are not {total}")
        sizes = [left if one == -1 else one for one in sizes]
    if len(sizes) == 1 and o.flag("one_size"):
        size = sizes[0]
        sizes = [size] * (total // size) + [total % size] * (total % size > 0)
    if not sizes:
        count = o.number("count", None) or len(o.call.outputs)
        size = -(-total // count)
        sizes = [size] * (total // size) + [total % size] * (total % size > 0)
    if sum(sizes) != total:
        raise Unsaid(f"parts of {sizes} are not {total}")
    return sizes


def _part(o: Operands, x: Value, axis: int, place: int, sizes: Sequence[int]) -> Value:
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
    axis = o.number("axis", 0) % len(x.axes)
    count = size_of(x.axes[axis])
    parts = (_part(o, x, axis, place, [1] * count) for place in range(count))
    return Parts(tuple(_without(one, axis) for one in parts))


def _without(x: Value, axis: int) -> Value:
    return x._replace(axes=(*x.axes[:axis], *x.axes[axis + 1 :]))


def select(o: Operands) -> Known:
    """One of an axis, without the axis."""
    known = o.given("x")
    if isinstance(known, Numbers):
        return Numbers((), (known.values[o.number("index")],))
    return _selected(o, o.value(), o.number("axis", 0), o.number("index"))


def _selected(o: Operands, x: Value, axis: int, index: int) -> Value:
    axis %= len(x.axes)
    count = size_of(x.axes[axis])
    if count == 1:
        return _without(x, axis)
    atoms = x.axes[axis]
    if all(atom.side == CHANNELS for atom in atoms):
        return _without(_part(o, x, axis, index % count, [1] * count), axis)
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


def expand(o: Operands) -> Known:
    """Axes of 1 repeated; only stored values, and those that are not, may be."""
    known, sizes = o.given("x"), o.numbers("sizes")
    if isinstance(known, (Stored, Numbers)):
        return known
    x = o.value()
    before = (1,) * (len(sizes) - len(x.axes)) + shape_of(x.axes)
    if any(size not in (1, -1, one) for size, one in zip(sizes[-len(before) :], before)):
        raise Unsaid("it repeats values")
    return x


def _cropped(o: Operands, x: Value, axis: int, size: int) -> Value:
    """So many positions of an axis that is a side of the map."""
    for side, whole_size in zip(SIDES[:2], x.map[:2]):
        if is_whole(x.axes[axis], side, whole_size) and _alone(x, axis, side):
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
    starts, ends = o.numbers("starts"), o.numbers("ends")
    axes = o.numbers("axes") or tuple(range(len(starts)))
    steps = o.numbers("steps") or (1,) * len(starts)
    if isinstance(known, Numbers):
        found = known.values[slice(starts[0], ends[0], steps[0])]
        return Numbers((len(found),), found)
    x = o.value()
    for axis, start, end, step in zip(axes, starts, ends, steps):
        x = _cut(o, x, axis, (start, end, step))
    return x


def _cut(o: Operands, x: Value, axis: int, of: tuple[Any, Any, Any]) -> Value:
    axis %= len(x.axes)
    total = size_of(x.axes[axis])
    first, last, every = slice(*of).indices(total)
    size = len(range(first, last, every))
    if size == total:
        return x
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
