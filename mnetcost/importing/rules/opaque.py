"""A call that the language has no layer for: its numbers by the shapes that the file states.

They are exact at the file's own input, and an `opaque` layer is refused at any other map. Where
what a call costs is not known, its layer says that.
"""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from mnetcost.importing.axes import (
    CHANNELS,
    FIRST,
    HEIGHT,
    ORDERS,
    WIDTH,
    Axes,
    Axis,
    shape_of,
    size_of,
    whole,
)
from mnetcost.importing.model import Call, Shape
from mnetcost.importing.rules.recorded import Recorded, Work
from mnetcost.importing.translation import NONSENSE, Operands, Translation
from mnetcost.importing.values import (
    Known,
    Numbers,
    Parts,
    Scores,
    Stored,
    Unsaid,
    Value,
    computed,
    empty,
)
from mnetcost.layers.base import Map
from mnetcost.layers.opaque import Opaque

NO_LAYER = "the language has no layer for it"


def opaque(o: Operands, recorded: Recorded | None) -> dict[str, Known]:
    """The outputs of a call that others read, where the file states their shapes.

    The first output that follows from the image has the call's cost and its learned values. Raises
    Unsaid where a shape is not known, or what computing a stored value costs.
    """
    names = [name for name in o.call.outputs if name in o.translation.wanted]
    shapes = {name: _stated(o.translation, name) for name in names}
    read = {name: _computed(o, name) for name in o.call.inputs if name}
    values = [one for one in read.values() if isinstance(one, Value)]
    stored = [one for one in read.values() if isinstance(one, Stored)]
    if not values:
        work = _work(o, read, recorded)
        if work is None:
            raise Unsaid(f"{NO_LAYER}, and what it costs is not known")
        done = ((names[0], work.amount),) if work.amount else ()
        constant = Stored("", (), False, work=done)
        return {name: computed([*stored, constant], shape) for name, shape in shapes.items()}
    found: dict[str, Known] = {name: empty(one) for name, one in shapes.items() if 0 in one}
    shapes = {name: shape for name, shape in shapes.items() if name not in found}
    numbers = _numbers(o, read, recorded) if shapes else {}
    for name, shape in shapes.items():
        found[name] = _written(o, values, shape, numbers)
        numbers = {}
    return found


def is_stated(translation: Translation, call: Call) -> bool:
    """Whether the file states the shapes of all that a call writes and others read."""
    stated = translation.source.shapes
    shapes = [stated.get(name) for name in call.outputs if name in translation.wanted]
    return all(shape is not None and None not in shape for shape in shapes)


def _stated(translation: Translation, name: str) -> tuple[int, ...]:
    shape = translation.source.shapes.get(name, translation.outlined.get(name))
    if shape is None or None in shape:
        raise Unsaid(f"{NO_LAYER}, and the file does not state its shape")
    return tuple(int(one or 0) for one in shape)


def _computed(o: Operands, name: str) -> Known:
    """A value that a layer can read: scores are written first."""
    known = o.translation.of(name)
    if isinstance(known, Parts):
        raise Unsaid("it reads a list of values")
    return realized(o, known) if isinstance(known, Scores) else known


def realized(o: Operands, scores: Scores) -> Value:
    """The products of all queries with all keys as a layer of its own."""
    translation = o.translation
    if scores.name in translation.attended:
        raise Unsaid("it reads what an attention has read too")
    if scores.name in translation.realized:
        return translation.realized[scores.name]
    shape = shape_of(scores.axes)
    numbers = {"products": prod(shape) * size_of(scores.queries.axes[-1])}
    value = _written(o, [scores.queries, scores.keys], shape, numbers)
    translation.realized[scores.name] = value
    return value


def _numbers(o: Operands, read: Mapping[str, Known], recorded: Recorded | None) -> dict[str, Any]:
    """The multiply-accumulates of a call, and the learned values that no layer has yet."""
    work, translation = _work(o, read, recorded), o.translation
    kernel = read.get(work.kernel) if work else None
    numbers: dict[str, Any] = {}
    if work is None:
        numbers["unknown"] = True
    elif work.amount:
        numbers["mult_adds" if isinstance(kernel, Stored) else "products"] = work.amount
    for one in read.values():
        if isinstance(one, Stored):
            if one.learned and one.name not in translation.used:
                key = "kernel_weights" if one is kernel else "other"
                numbers[key] = numbers.get(key, 0) + translation.size(one.name)
                translation.use_apart([one.name])
            translation.ask(one)
    return numbers


def _work(o: Operands, read: Mapping[str, Known], recorded: Recorded | None) -> Work | None:
    """The multiply-accumulates of a call; None where they are not known."""
    if recorded is None:
        return None

    def shape(name: str) -> Sequence[int]:
        known = read.get(name)
        if isinstance(known, Value):
            return shape_of(known.axes)
        if isinstance(known, (Stored, Numbers)) and name not in o.translation.source.shapes:
            return known.shape
        return _stated(o.translation, name)

    try:
        return recorded(o.call, shape)
    except NONSENSE:
        return None


def with_others(o: Operands, value: Value) -> Value:
    """The value behind the learned values that a call's stored operands were computed of.

    No layer of the language has them; what computing them costs is theirs too.
    """
    translation = o.translation
    names = [one for one in translation.beside if one not in translation.used]
    work = [amount for name, amount in translation.work.items() if name not in translation.used]
    numbers: dict[str, Any] = {"other": sum(map(translation.size, names)), "mult_adds": sum(work)}
    numbers = {kind: number for kind, number in numbers.items() if number}
    if not numbers:
        return value
    translation.use_apart([*names, *translation.work])
    translation.work.clear()
    record: Any = Opaque(of=tuple(map(int, value.map)), **numbers)
    call = o.call._replace(name=f"{o.call.name}/computed")
    return translation.layer(call, record, [value])._replace(axes=value.axes)


def _written(
    o: Operands, values: Sequence[Value], shape: tuple[int, ...], numbers: dict[str, Any]
) -> Value:
    y, axes = _map_of(shape, ORDERS.get(o.translation.source.format, FIRST)[4])
    own = {"height": y.h, "width": y.w, "channels": y.c}
    first = dict(zip(own, values[0].map))
    kept = {side: size for side, size in own.items() if size != first[side]}
    of = tuple(int(side) for one in values for side in one.map)
    record: Any = Opaque(of=of, **kept, **numbers)
    return o.translation.layer(o.call, record, values)._replace(axes=axes)


def _map_of(shape: Shape, order: Sequence[str]) -> tuple[Map, Axes]:
    """A map for a value of this shape: its last axis is the channels, but four have their order."""
    sizes = [int(one or 1) for one in shape]
    if len(sizes) == 4 and sizes[0] == 1:
        sides = dict(zip(order[1:], sizes[1:]))
        found = Map(sides[HEIGHT], sides[WIDTH], sides[CHANNELS])
        return found, ((), *(whole(role, size) for role, size in sides.items()))
    *before, c = sizes or [1]
    cut = min(range(len(before) + 1), key=lambda n: max(prod(before[:n]), prod(before[n:])))
    rows, columns = before[:cut], before[cut:]
    axes = (*_steps(HEIGHT, rows), *_steps(WIDTH, columns), whole(CHANNELS, c))
    return Map(prod(rows), prod(columns), c), axes


def _steps(side: str, sizes: Sequence[int]) -> list[Axis]:
    """The axes of a side that goes through these sizes, row-major."""
    stride, found = prod(sizes), []
    for size in sizes:
        stride //= size
        found.append(tuple(one._replace(stride=stride) for one in whole(side, size)))
    return found
