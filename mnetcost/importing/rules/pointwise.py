"""Dense layers, functions of values and of two values."""

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from mnetcost.importing.axes import (
    CHANNELS,
    HEIGHT,
    IMAGE,
    SIDES,
    WIDTH,
    is_images,
    is_whole,
    joined,
    orders_of,
    regrouped,
    shape_of,
    size_of,
    whole,
)
from mnetcost.importing.rules.opaque import with_others
from mnetcost.importing.translation import Operands, agree, finished, has, kernel_of, learned
from mnetcost.importing.values import (
    Known,
    Numbers,
    Scores,
    Stored,
    Unsaid,
    Value,
    computed,
    spread,
    within,
)
from mnetcost.layers.activation import ACTIVATIONS, HardTanh, ReLU, ReLU6
from mnetcost.layers.dense import Dense
from mnetcost.layers.joins import Add, Divide, Maximum, Minimum, Multiply, Subtract
from mnetcost.layers.normalization import (
    LayerScale,
)
from mnetcost.layers.structural import PositionEmbedding


def by_channel(o: Operands, axis: int, value: Value | None = None) -> Value:
    """A value whose axis is all channels of its map, and no other axis has any."""
    value = value or o.value()
    rank = len(value.axes)
    place = within(axis, rank)
    others = [one for at, one in enumerate(value.axes) if at != place]
    kept = all(atom.side != CHANNELS for one in others for atom in one)
    if kept and is_whole(value.axes[place], CHANNELS, value.map.c):
        return value
    free = iter([HEIGHT, WIDTH] if sides_of(others) > 1 else [HEIGHT])
    roles = []
    for at, one in enumerate(value.axes):
        if at == place:
            roles.append(CHANNELS)
        elif is_images(one):
            roles.append(IMAGE)
        else:
            roles.append(next(free, ""))
    if roles.count(IMAGE) > 1 or "" in roles:
        raise Unsaid("its positions have more than two axes")
    return o.translation.as_map(o.call, value, roles)


def sides_of(axes: Sequence[Any]) -> int:
    """How many axes are not of images alone."""
    return sum(not is_images(one) for one in axes)


def dense(o: Operands) -> Value:
    """A dense layer by a stored kernel over the last axis, at every position there is."""
    kernel = kernel_of(o)
    if kernel is None or len(kernel.shape) != 2 or o.flag("turned"):
        raise Unsaid("it is no product with a stored matrix")
    out, channels = kernel.shape if o.flag("transposed", True) else reversed(kernel.shape)
    value = o.value()
    if o.flag("flat") and value.axes and size_of(value.axes[-1]) != channels:
        value = _flat(value)
    x = by_channel(o, -1, value)
    if channels != x.map.c:
        raise Unsaid(f"a kernel of {channels} channels reads {x.map.c}")
    return finished(o, dense_of(o, x, out, has(o, "bias"), kernel))


def written_dense(o: Operands) -> Value:
    """A dense layer whose width is said by an argument, over the last axis or over all."""
    value = o.value()
    first, last = o.axis("first", -1, len(value.axes)), len(value.axes) - 1
    flat = o.flag("flat") or (o.given("first") is not None and first == 1)
    if not flat and first != last:
        raise Unsaid("it reads several axes, and not all")
    x = by_channel(o, -1, _flat(value) if flat else value)
    y = dense_of(o, x, o.count("filters"), has(o, "bias"), learned(o))
    if o.flag("spread"):  # over the positions of whatever map it meets
        y = y._replace(axes=(*y.axes, (), ()))
    return finished(o, y)


def dense_of_rows(o: Operands) -> Value:
    """A dense layer over the last axis of rows where it states so many weights, else over all."""
    x = o.value()
    if len(x.axes) != 3 or o.number("weights_stated") != size_of(x.axes[-1]) * o.count("filters"):
        return written_dense(o)
    return dense_of(o, by_channel(o, -1), o.count("filters"), has(o, "bias"), learned(o))


def _flat(value: Value) -> Value:
    """A value with all of an image on one axis."""
    images = tuple(atom for axis in value.axes if is_images(axis) for atom in axis)
    rest = tuple(atom for axis in value.axes if not is_images(axis) for atom in axis)
    return value._replace(axes=(images, joined(rest)))


def dense_of(o: Operands, x: Value, out: int, bias: bool, kernel: Stored | None) -> Value:
    """A dense layer at every position of a map, and what rides on it."""
    many = x.map.h * x.map.w > 1
    riding = {word: found for word in ("norm", "act") if (found := o.given(word))}
    record = Dense(out=out, bias=bias, per_position=many, **riding)
    y = o.translation.layer(o.call, record, [x], kernel)
    agree(o, record.weights(x.map, y.map))
    return y._replace(axes=(*x.axes[:-1], whole(CHANNELS, y.map.c)))


def kept(o: Operands, record: Any, x: Value) -> Value:
    """A layer that keeps map and axes; with learned values, those may be in common."""
    return o.translation.layer(o.call, record, [x], learned(o))._replace(axes=x.axes)


def same(record: Callable[[], Any]) -> Any:
    """The rule of a function of each value, which keeps all axes."""

    def rule(o: Operands) -> Known:
        known = o.given("x")
        if not isinstance(known, Value):
            return free(o)
        return kept(o, record(), known)

    return rule


def by_flag(so: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
    """The rule of one function where the call's `flag` is not 0, and of another where it is."""
    return chosen(same(so), same(otherwise))


def chosen(so: Any, otherwise: Any) -> Any:
    """One rule where the call's `flag` is not 0, and another where it is."""
    return lambda o: so(o) if o.flag("flag") else otherwise(o)


def refused(o: Operands) -> Known:
    """What no layer does, for a reason that the table knows."""
    raise Unsaid(str(o.given("reason")))


def free(o: Operands) -> Known:
    """What changes no value, or none that is counted: its result is its input."""
    known = o.given("x")
    if known is None:
        raise Unsaid("it has no input")
    return known  # type: ignore[no-any-return]


def named(o: Operands) -> Known:
    """Its input by another name, and so what is stored: exporters keep equal values once."""
    known, translation = free(o), o.translation
    before, name = o.call.inputs[0], o.call.outputs[0]
    if not isinstance(known, Stored) or before not in translation.sizes:
        return known
    translation.sizes[name] = translation.size(before)
    if known.learned:
        translation.ledger.name(name, before)
    return known._replace(name=name)


BINARY: dict[str, Any] = {
    "add": Add,
    "multiply": Multiply,
    "subtract": Subtract,
    "divide": Divide,
    "maximum": Maximum,
    "minimum": Minimum,
}


def binary(word: str) -> Any:
    """The rule of an operation on two values, of which one may be stored or a number."""

    def rule(o: Operands) -> Known:
        a, b = o.given("x"), o.given("y")
        if isinstance(a, Scores) or isinstance(b, Scores):  # scaled, masked, or with a bias
            return _biased(o, a, b)
        if isinstance(a, Value) and isinstance(b, Value):
            return acted(o, of_two(o, word, a, b))
        if not isinstance(a, Value) and not isinstance(b, Value):
            return _of_stored(a, b)
        x, other = (a, b) if isinstance(a, Value) else (b, a)
        # by a number: no tool counts what none can see
        return _by_stored(o, word, x, other) if isinstance(other, Stored) else x

    return rule


def _biased(o: Operands, a: Any, b: Any) -> Known:
    """The scores; what is learned of a table or a scale stands before their queries."""
    scores, other = (a, b) if isinstance(a, Scores) else (b, a)
    if not isinstance(other, (Stored, Numbers, int, float)):
        raise Unsaid("it is of scores and of what follows from the input")
    if isinstance(other, Stored) and other.learned:
        o.translation.beside.add(other.name)
    return scores._replace(queries=with_others(o, scores.queries))


def _of_stored(a: Any, b: Any) -> Known:
    """What is computed of stored values alone, of the shape over which both are spread."""
    found = [one for one in (a, b) if isinstance(one, Stored)]
    known = [one for one in (a, b) if isinstance(one, (Stored, Numbers, int, float))]
    if not found or len(known) < 2:
        raise Unsaid("its numbers are not known")
    shapes = (one.shape for one in (a, b) if isinstance(one, (Stored, Numbers)))
    return computed(found, spread(*shapes))


def of_two(o: Operands, word: str, a: Value, b: Value) -> Value:
    """An operation on two values that follow from the input, with their axes in one order."""
    rank = max(len(a.axes), len(b.axes))
    a, b = (one._replace(axes=((),) * (rank - len(one.axes)) + one.axes) for one in (a, b))
    if not _fit(word, a, b):
        a, b = _aligned(o, word, a, b)
    y = o.translation.layer(o.call, BINARY[word](), [a, b])
    return y._replace(axes=tuple(one or other for one, other in zip(a.axes, b.axes)))


def _fit(word: str, a: Value, b: Value) -> bool:
    """Whether each axis of both is the same part of a map, or of 1; an `add` is of equal maps."""
    alike = all(one == other or not one or not other for one, other in zip(a.axes, b.axes))
    return alike and (word != "add" or a.map == b.map)


def _aligned(o: Operands, word: str, a: Value, b: Value) -> tuple[Value, Value]:
    """Both values, the one whose axes are no map's arranged as the other."""
    alike = shape_of(a.axes) == shape_of(b.axes)
    for one, other in ((a, b), (b, a)):
        found = [_by_sides(o, one, other)] if alike else []
        if not alike and word != "add":
            orders = orders_of(one.axes, one.map)
            found = [o.translation.as_map(o.call, other, roles) for roles in orders]
        for arranged in found:
            if arranged and _fit(word, one, arranged):
                return (one, arranged) if one is a else (arranged, one)
    if word == "add" and a.map != b.map:  # spread, as a bias is: the language adds equal maps
        raise Unsaid(f"it adds maps of {_text(a)} and {_text(b)}")
    raise Unsaid("both have their axes in another order")


def _by_sides(o: Operands, one: Value, other: Value) -> Value | None:
    """The other value of the same shape on a map as that of `one`, of which each side is whole.

    Sides of `one` may be on an axis together, as those of tokens are.
    """
    atoms = [atom for axis in one.axes for atom in axis]
    sizes = dict(zip(SIDES, one.map))
    if any((a,) != whole(a.side, sizes.get(a.side, a.size)) for a in atoms):
        return None
    axes = regrouped(other.axes, [atom.size for atom in atoms])
    if axes is None:
        return None
    arranged = o.translation.as_map(
        o.call, other._replace(axes=axes), [atom.side for atom in atoms]
    )
    return arranged._replace(axes=one.axes)


def acted(o: Operands, value: Value | None = None) -> Value:
    """The value, the call's own `x` unless given, behind the activation that the call says."""
    value = value or o.value()
    word = o.given("act") or "none"
    return value if word == "none" else kept(o, ACTIVATIONS[word](), value)


def joined_by(word: str) -> Any:
    """The rule of an operation on all inputs, and an activation of its result."""

    def rule(o: Operands) -> Value:
        values = [o.translation.of(name) for name in o.call.inputs if name]
        computed = [one for one in values if isinstance(one, Value)]
        if len(computed) < len(values) or not values:
            raise Unsaid("it joins what does not follow from the input")
        first, *others = computed
        for one in others:
            first = of_two(o, word, first, one)
        return acted(o, first)

    return rule


def _text(value: Value) -> str:
    return "×".join(map(str, value.map))


def _by_stored(o: Operands, word: str, x: Value, y: Stored) -> Value:
    """A value and a stored one: a factor a channel, a value for each position, or others."""
    if not y.learned or y.name in o.translation.used:  # a layer has it already
        return x
    if not o.translation.is_computed(y):
        values = prod(y.shape)
        before: Any = o.translation.unread(x)
        if word == "add" and values == x.map.c and not getattr(before, "bias", True):
            o.translation.change(x, before._replace(bias=True))
            return x
        if word == "multiply" and values == x.map.c:
            return kept(o, LayerScale(), x)
        if word == "add" and values == prod(x.map):
            return kept(o, PositionEmbedding(), x)
    o.translation.beside.add(y.name)
    return with_others(o, x)


def clip(o: Operands) -> Known:
    """Values held between two numbers: ReLU6 where these are 0 and 6."""
    if not isinstance(o.given("x"), Value):
        return free(o)
    low, high = o.number("low"), o.number("high")
    kinds: dict[Any, Any] = {(0, 6): ReLU6, (-1, 1): HardTanh, (0, None): ReLU}
    if (low, high) not in kinds:
        return o.value()
    return kept(o, kinds[low, high](), o.value())
