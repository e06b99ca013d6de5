"""Values joined along an axis, and the ends of detectors, which list what they read."""

from collections.abc import Sequence
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
    whole,
)
from mnetcost.importing.rules.parts import is_alone, part
from mnetcost.importing.rules.pointwise import acted, of_two
from mnetcost.importing.rules.sliding import axes_like
from mnetcost.importing.translation import Operands
from mnetcost.importing.values import Known, Numbers, Parts, Stored, Unsaid, Value, is_empty
from mnetcost.layers.base import Map, Pair
from mnetcost.layers.channels import Slice
from mnetcost.layers.joins import Concat, DetectionOutput, PriorBox
from mnetcost.layers.pooling import MaxPool
from mnetcost.layers.structural import Learned
from mnetcost.layers.window import VALID


def concat(o: Operands) -> Known:
    """Values one behind the other along an axis."""
    values = [one for one in _listed(o) if not is_empty(one)]
    if len(values) == 1 and isinstance(values[0], Value):
        return values[0]
    if not any(isinstance(one, Value) for one in values):
        return _joined_numbers(values)
    rank = max(len(one.axes) for one in values if isinstance(one, Value))
    axis = o.axis("axis", 0, rank)
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


def _listed(o: Operands) -> list[Any]:
    translation = o.translation
    found = [translation.of(name) for name in o.call.inputs if name]
    spread: list[Any] = []
    for one in found:
        spread.extend(one.values if isinstance(one, Parts) else (one,))
    return spread


def _joined_numbers(values: Sequence[Any]) -> Known:
    if all(isinstance(one, Numbers) for one in values):
        numbers = tuple(number for one in values for number in one.values)
        return Numbers((len(numbers),), numbers)
    raise Unsaid("what it joins is not known")


def _computed(o: Operands, known: Any, rank: int) -> Value:
    """A value that follows from the image, or stored ones as a map of learned values."""
    if isinstance(known, Value):
        if len(known.axes) != rank:
            raise Unsaid("what it joins has other axes")
        return known
    if not isinstance(known, Stored) or o.translation.is_computed(known):
        raise Unsaid("what it joins is not known")
    if len(known.shape) not in (rank, rank - 1) or known.name in o.translation.used:
        raise Unsaid("what it joins is not known")
    shape = (1,) * (rank - len(known.shape)) + known.shape
    if rank != 3:
        raise Unsaid("a stored value is joined to a map")
    _, positions, channels = shape
    record = Learned(out=channels, height=positions)
    o.translation.asked.add(known.name)
    y = o.translation.layer(o.call._replace(name=known.name), record, [])
    return y._replace(axes=((), whole(HEIGHT, positions), whole(CHANNELS, channels)))


def _plain(o: Operands, value: Value, axis: int) -> Value:
    """The value; one whose axis goes through several sides is written as a map of channels."""
    sides = {atom.side for atom in value.axes[axis]}
    if len(sides) < 2 or CHANNELS not in sides or len(value.axes) > 3:
        return value
    roles = [IMAGE if is_images(one) else HEIGHT for one in value.axes]
    roles[axis] = CHANNELS
    return o.translation.as_map(o.call, value, roles)


def _side_of(axes: Sequence[Axis], first: Value, place: int) -> str:
    """Along which side of their maps values are joined."""
    sides = {atom.side for axis in axes for atom in axis}
    if sides == {CHANNELS}:
        return CHANNELS
    if not sides and place == 1 and first.map.c == 1:
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
    if is_whole(value.axes[axis], side, sizes[side]) and is_alone(value, axis, side):
        return value
    if len(value.axes) != 3:
        raise Unsaid("it joins along parts of a side")
    roles = [IMAGE if is_images(one) else CHANNELS for one in value.axes]
    roles[axis] = HEIGHT
    roles[3 - axis if axis else 2] = CHANNELS
    return o.translation.as_map(o.call, value, roles)


def copies(o: Operands) -> Parts:
    """The same value for each of the call's outputs."""
    return Parts((o.given("x"),) * len(o.call.outputs))


def prior_box(o: Operands) -> Value:
    """The boxes of a detector's map: two rows, of their places and of their variances."""
    x = o.value()
    y = o.translation.layer(o.call, PriorBox(priors=o.count("priors")), [x])
    return y._replace(axes=((), whole(HEIGHT, y.map.h), whole(CHANNELS, y.map.c)))


def detections(o: Operands) -> Value:
    """What a detector finds, of its places, classes and boxes."""
    values = [one for one in _listed(o) if isinstance(one, Value)]
    record = DetectionOutput(keep=o.count("keep", 100), inputs=len(values))
    y = o.translation.layer(o.call, record, values)
    return y._replace(axes=((), whole(HEIGHT, y.map.h), whole(CHANNELS, y.map.c)))


def ends(o: Operands) -> Known:
    """What only reads a network's outputs: the first of them stands for it."""
    read = _listed(o)
    if not read:
        raise Unsaid("it reads nothing")
    return read[0]  # type: ignore[no-any-return]


def route(o: Operands) -> Known:
    """Values one behind the other by channels, or of one value a part of its channels."""
    groups = o.count("groups", 1)
    known = concat(o) if len(_listed(o)) > 1 else ends(o)
    if groups == 1:
        return known
    if not isinstance(known, Value) or known.map.c % groups:
        raise Unsaid(f"its channels are not {groups} equal parts")
    return part(o, known, 1, o.number("part", 0), [known.map.c // groups] * groups)


def shortcut(o: Operands) -> Value:
    """What the last layer gives, and others added to it where they meet, as Darknet adds maps.

    Of a larger map every so many positions are read, and of more channels the first. Channels of
    the last layer that the other has not stay as they are. Source: darknet, blas.c, shortcut_cpu.
    """
    first, *others = [one for one in _listed(o) if isinstance(one, Value)]
    for other in others:
        first = _met(o, first, _every_so_many(o, first.map, other))
    return acted(o, first)


def _every_so_many(o: Operands, x: Map, other: Value) -> Value:
    """The positions of another map that meet those of map `x`."""
    step = other.map.h // x.h
    if step < 2 or other.map[:2] != (step * x.h, step * x.w):
        return other
    record = MaxPool(kernel=Pair(1, 1), stride=Pair(step, step), padding=VALID)
    y = o.translation.layer(o.call, record, [other])
    return y._replace(axes=axes_like(other, y.map))


def _met(o: Operands, first: Value, other: Value) -> Value:
    """The sum in those channels that both have, and the rest of the first one's."""
    own, more = first.map.c, other.map.c
    if own == more:
        return of_two(o, "add", first, other)
    if own < more:
        return of_two(o, "add", first, _sliced(o, other, Slice(first=own)))
    added = of_two(o, "add", _sliced(o, first, Slice(first=more)), other)
    rest = _sliced(o, first, Slice(last=own - more))
    y = o.translation.layer(o.call, Concat(inputs=2), [added, rest])
    return y._replace(axes=axes_like(first, y.map))


def _sliced(o: Operands, value: Value, record: Slice) -> Value:
    y = o.translation.layer(o.call, record, [value])
    return y._replace(axes=axes_like(value, y.map))
