"""Numbers that do not depend on the image: chains of shapes, worked out as they are at the base."""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any

from mnetcost.importing.axes import shape_of
from mnetcost.importing.model import MAX_VALUES
from mnetcost.importing.translation import Operands
from mnetcost.importing.values import Known, Numbers, Stored, Unsaid, Value, spread, within


def shape(o: Operands) -> Numbers:
    """The sizes of all axes of a value."""
    known = o.given("x")
    if isinstance(known, Value):
        sizes = shape_of(known.axes)
    elif isinstance(known, (Stored, Numbers)):
        sizes = known.shape
    else:
        raise Unsaid("its value has no shape")
    return Numbers((len(sizes),), sizes)


def gather(o: Operands) -> Known:
    """Some of the numbers, by their places."""
    known, places = o.given("x"), o.given("places")
    if not isinstance(known, Numbers) or not isinstance(places, Numbers):
        raise Unsaid("it takes what is not known before it runs")
    count = len(known.values)
    found = tuple(known.values[within(int(one), count)] for one in places.values)
    return Numbers(places.shape, found)


def taken_along(known: Numbers, axis: int, of: tuple[Any, Any, Any]) -> Numbers:
    """From one to before another along an axis, every so many."""
    axis = within(axis, len(known.shape))
    places = range(*slice(*of).indices(known.shape[axis]))
    shape = (*known.shape[:axis], len(places), *known.shape[axis + 1 :])
    sides = [places if at == axis else range(size) for at, size in enumerate(known.shape)]
    return Numbers(shape, tuple(known.values[_at(known.shape, one)] for one in product(*sides)))


def permuted(known: Numbers, order: Sequence[int]) -> Numbers:
    """The axes in another order, and the numbers with them."""
    places = product(*(range(known.shape[one]) for one in order))
    back = [order.index(axis) for axis in range(len(order))]
    shape = tuple(known.shape[one] for one in order)
    found = (_at(known.shape, [place[one] for one in back]) for place in places)
    return Numbers(shape, tuple(known.values[one] for one in found))


def _over(known: Numbers, shape: Sequence[int]) -> Iterator[int | float]:
    """The numbers spread over a shape along axes of 1."""
    own = (1,) * (len(shape) - len(known.shape)) + known.shape
    for place in product(*map(range, shape)):
        yield known.values[_at(own, [min(one, size - 1) for one, size in zip(place, own)])]


def _at(shape: Sequence[int], place: Sequence[int]) -> int:
    """Where the number at a place of all axes stands, row-major."""
    found = 0
    for size, one in zip(shape, place):
        found = found * size + one
    return found


def arithmetic(of: Callable[[Any, Any], Any], otherwise: Callable[[Operands], Known]) -> Any:
    """The rule of an operation on numbers; on anything else it is `otherwise`."""

    def rule(o: Operands) -> Known:
        a, b = o.given("x"), o.given("y")
        if not isinstance(a, Numbers) or not isinstance(b, Numbers):
            return otherwise(o)
        if 0 in (len(a.values), len(b.values)):
            raise Unsaid("it has no numbers")
        shape = spread(a.shape, b.shape)
        if math.prod(shape) > MAX_VALUES:
            return Stored("", shape, False)
        pairs = zip(_over(a, shape), _over(b, shape))
        try:
            return Numbers(shape, tuple(of(one, other) for one, other in pairs))
        except (ArithmeticError, ValueError):
            raise Unsaid("its numbers have no result") from None

    return rule


def quotient(a: Any, b: Any) -> Any:
    """a / b; of whole numbers rounded towards zero, as ONNX has it."""
    if not (isinstance(a, int) and isinstance(b, int)):
        return a / b
    size = abs(a) // abs(b)
    return size if (a < 0) == (b < 0) else -size


def chosen(o: Operands) -> Numbers:
    """One or the other of two numbers, where a third is not 0."""
    found = [o.given(word) for word in ("where", "x", "y")]
    if not all(isinstance(one, Numbers) and one.values for one in found):
        raise Unsaid("it chooses between what is not known before it runs")
    shape = spread(*(one.shape for one in found))
    if math.prod(shape) > MAX_VALUES:
        raise Unsaid("it chooses between too many")
    rows = zip(*(_over(one, shape) for one in found))
    return Numbers(shape, tuple(a if where else b for where, a, b in rows))


def cast(o: Operands) -> Known:
    """The same numbers as another type: whole ones for integers."""
    known = o.given("x")
    if isinstance(known, Numbers) and o.number("to") in (6, 7):
        return Numbers(known.shape, tuple(int(one) for one in known.values))
    if known is None:
        raise Unsaid("it has no value")
    return known  # type: ignore[no-any-return]


def filled(o: Operands) -> Known:
    """One number, as often as a shape says."""
    sizes = o.numbers("shape")
    count = math.prod(int(one) for one in sizes)
    if count > MAX_VALUES:
        return Stored("", tuple(sizes), False)
    return Numbers(tuple(sizes), (o.number("value", 0),) * count)


def counted(o: Operands) -> Known:
    """Numbers from one to before another."""
    start, limit, step = o.number("start", 0), o.number("limit"), o.number("step", 1)
    if not step or len(range(int(start), int(limit), int(step))) > MAX_VALUES:
        raise Unsaid("it counts too far")
    found = tuple(range(int(start), int(limit), int(step)))
    return Numbers((len(found),), found)
