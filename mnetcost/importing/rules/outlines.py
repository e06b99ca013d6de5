"""The shapes of what a call writes, of operators that only move, cut, join or reduce values.

They are asked for where no layer says what a call does, and its file does not state them.
"""

from collections.abc import Sequence
from math import prod
from typing import Any

from mnetcost.importing.axes import shape_of
from mnetcost.importing.rules.parts import sizes_of_parts
from mnetcost.importing.translation import Operands
from mnetcost.importing.values import Numbers, Scores, Stored, Unsaid, Value, spread, within


def _shape(known: Any) -> tuple[int, ...]:
    """The sizes of all axes of a value of any kind."""
    if isinstance(known, (Value, Scores)):
        return shape_of(known.axes)
    if isinstance(known, (Stored, Numbers)):
        return known.shape
    raise Unsaid("its value has no shape")


def kept(o: Operands) -> Sequence[tuple[int, ...]]:
    """That of its input."""
    return [_shape(o.given("x"))]


def split(o: Operands) -> Sequence[tuple[int, ...]]:
    """Those of parts along an axis."""
    x = _shape(o.given("x"))
    axis = o.axis("axis", 0, len(x))
    return [(*x[:axis], size, *x[axis + 1 :]) for size in sizes_of_parts(o, x[axis])]


def cut_each(o: Operands) -> Sequence[tuple[int, ...]]:
    """From one to before another along several axes."""
    x = list(_shape(o.given("x")))
    starts, ends = o.places("starts"), o.places("ends")
    axes = o.places("axes") or range(len(starts))
    steps = o.places("steps") or (1,) * len(starts)
    for axis, *of in zip(axes, starts, ends, steps):
        place = within(axis, len(x))
        x[place] = len(range(*slice(*of).indices(x[place])))
    return [tuple(x)]


def taken(o: Operands) -> Sequence[tuple[int, ...]]:
    """Places along an axis, as many as their own value has axes of."""
    x, places = _shape(o.given("x")), _shape(o.given("places"))
    axis = o.axis("axis", 0, len(x))
    return [(*x[:axis], *places, *x[axis + 1 :])]


def reduced(o: Operands) -> Sequence[tuple[int, ...]]:
    """Without axes, or with 1 in their place."""
    x, keep = _shape(o.given("x")), o.flag("keep", default=True)
    named = {within(one, len(x)) for one in o.places("axes")} or set(range(len(x)))
    return [tuple(1 if at in named else n for at, n in enumerate(x) if keep or at not in named)]


def padded(o: Operands) -> Sequence[tuple[int, ...]]:
    """More at both ends of each axis."""
    x, pads = _shape(o.given("x")), o.places("pads")
    return [tuple(a + n + b for a, n, b in zip(pads[: len(x)], x, pads[len(x) :], strict=True))]


def permuted(o: Operands) -> Sequence[tuple[int, ...]]:
    """The axes in another order."""
    x = _shape(o.given("x"))
    return [tuple(x[within(one, len(x))] for one in o.places("order") or range(len(x))[::-1])]


def joined(o: Operands) -> Sequence[tuple[int, ...]]:
    """One behind the other along an axis."""
    shapes = [_shape(o.translation.of(name)) for name in o.call.inputs if name]
    axis = o.axis("axis", 0, len(shapes[0]))
    others = {(*one[:axis], *one[axis + 1 :]) for one in shapes}
    if len(others) > 1:
        raise Unsaid("it joins values of other sizes")
    return [(*shapes[0][:axis], sum(one[axis] for one in shapes), *shapes[0][axis + 1 :])]


def fitted(o: Operands) -> Sequence[tuple[int, ...]]:
    """That over which all inputs are spread."""
    return [spread(*(_shape(o.translation.of(name)) for name in o.call.inputs if name))]


def expanded(o: Operands) -> Sequence[tuple[int, ...]]:
    """Axes of 1 spread over the sizes that are given."""
    return [spread(_shape(o.given("x")), o.places("sizes"))]


def tiled(o: Operands) -> Sequence[tuple[int, ...]]:
    """Each axis so often as it is given."""
    pairs = zip(_shape(o.given("x")), o.places("times"), strict=True)
    return [tuple(map(prod, pairs))]


def product(o: Operands) -> Sequence[tuple[int, ...]]:
    """A product of matrices: the last two axes of both."""
    a, b = _shape(o.given("x")), _shape(o.given("weight"))
    if min(len(a), len(b)) < 2 or a[-1] != b[-2]:
        raise Unsaid(f"it multiplies {list(a)} with {list(b)}")
    return [(*spread(a[:-2], b[:-2]), a[-2], b[-1])] if len(a) + len(b) > 4 else [(a[-2], b[-1])]


def convolved(o: Operands) -> Sequence[tuple[int, ...]]:
    """As many channels as there are filters, and a position for each window."""
    (images, c, *sides), weight = _shape(o.given("x")), o.stored("weight")
    if weight is None or weight.shape[1] * o.count("groups", 1) != c:
        raise Unsaid("its kernel is of other channels")
    filters, _, *kernel = weight.shape
    count = len(sides)
    pads = o.places("padding") or (0,) * (2 * count)
    strides, dilations = (o.places(word) or (1,) * count for word in ("stride", "dilation"))
    if len(pads) != 2 * count or o.given("padding_word") not in (None, "NOTSET"):
        raise Unsaid("how it is padded is not known")
    rows = zip(sides, kernel, strides, dilations, pads[:count], pads[count:], strict=True)
    found = [(n + a + b - d * (k - 1) - 1) // s + 1 for n, k, s, d, a, b in rows]
    if min(found) < 1:
        raise Unsaid("no window fits into its input")
    return [(images, filters, *found)]


def regrouped(o: Operands) -> Sequence[tuple[int, ...]]:
    """The values on axes of the sizes that are given: -1 is the rest, 0 the size that was there."""
    x, sizes = _shape(o.given("x")), o.places("sizes")
    if not o.flag("zero_is_none"):
        sizes = tuple(x[at] if n == 0 and at < len(x) else n for at, n in enumerate(sizes))
    known = prod(one for one in sizes if one != -1)
    if sizes.count(-1) > 1 or known < 1 or prod(x) % known:
        raise Unsaid(f"{list(x)} does not fill {list(sizes)}")
    return [tuple(prod(x) // known if one == -1 else one for one in sizes)]
