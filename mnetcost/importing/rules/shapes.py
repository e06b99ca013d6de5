"""Which axes the values that a call writes have, at a file's own input and at another.

Of operators that only move, join, cut or spread values, in any number of axes; what computes on
maps is a layer, and knows that itself. The numbers that a call writes are put right on the way.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate
from math import prod
from typing import Any, TypeAlias

from mnetcost.importing.following import (
    Run,
    Runs,
    Sides,
    Size,
    fixed,
    is_open,
    new_shape,
    of_parts,
    open_run,
    own_shape,
    regrouped,
    whole,
)
from mnetcost.importing.model import Call
from mnetcost.importing.values import Unsaid, within

REST = 2**63 - 1  # the end of a slice that goes to the end


class Frame:
    """A call, the axes of what it reads, and its arguments as they are at the other input."""

    def __init__(
        self,
        call: Call,
        reads: Sequence[Runs | None],
        sides: Sides,
        readers: Sequence[Call] = (),
    ) -> None:
        self.call, self.sides, self.readers, self._reads = call, sides, readers, reads
        self.arguments: dict[str, Any] = dict(call.arguments)
        self.crops: dict[int, int] = {}  # axes of what is written that are cut to so many

    def runs(self, place: int = 0) -> Runs:
        """The axes of an input. Raises Unsaid for one of which they are not known."""
        found = self._reads[place]
        if found is None:
            raise Unsaid("the sizes of what it reads are not known at this input")
        return found

    def all(self) -> list[Runs]:
        """The axes of all inputs there are."""
        return [self.runs(at) for at, name in enumerate(self.call.inputs) if name]

    def numbers(self, word: str) -> tuple[int, ...]:
        """An argument of whole numbers."""
        found = self.arguments.get(word)
        return found if isinstance(found, tuple) else () if found is None else (found,)

    def numbers_of(self, call: Call, words: Sequence[str]) -> tuple[int, ...]:
        """The first of these arguments that another call has, of whole numbers."""
        found = next((call.arguments[one] for one in words if one in call.arguments), ())
        return found if isinstance(found, tuple) else ()  # type: ignore[return-value]

    def number(self, word: str, default: int) -> int:
        """An argument of one."""
        found = self.arguments.get(word, default)
        return default if found is None else int(found)

    def axis(self, word: str, default: int, rank: int) -> int:
        """An argument that is an axis."""
        return within(self.number(word, default), rank)


Rule: TypeAlias = Callable[[Frame], Sequence[Runs]]


def kept(f: Frame) -> Sequence[Runs]:
    """Those of its first input."""
    return [f.runs()]


def fitted(f: Frame) -> Sequence[Runs]:
    """Those of all inputs, spread along axes of 1."""
    rank = max(map(len, f.all()), default=0)
    aligned = [((),) * (rank - len(one)) + one for one in f.all()]
    found = []
    for axes in zip(*aligned):
        known = [one for one in axes if one and not is_open((one,))]
        if (
            len({whole(one)[:2] for one in known}) > 1
            or len({whole(one).own for one in axes if one}) > 1
        ):
            raise Unsaid(f"its values are {' and '.join(map(shown, f.all()))} at this input")
        found.append(next(iter(known), next(filter(None, axes), ())))
    return [tuple(found)]


def shown(runs: Runs) -> str:
    """The sizes at the other input, for people."""
    return "×".join(map(str, new_shape(runs))) or "one"


def permuted(f: Frame) -> Sequence[Runs]:
    """The axes in another order."""
    x = f.runs()
    return [tuple(x[within(one, len(x))] for one in f.numbers("dims"))]


def turned(f: Frame) -> Sequence[Runs]:
    """The axes from the last to the first."""
    return [f.runs()[::-1]]


def swapped(f: Frame) -> Sequence[Runs]:
    """Two axes in each other's place."""
    x = list(f.runs())
    one, other = (f.axis(word, 0, len(x)) for word in ("dim0", "dim1"))
    x[one], x[other] = x[other], x[one]
    return [tuple(x)]


def viewed(word: str) -> Rule:
    """The rule of values on axes of the sizes that an argument has."""

    def rule(f: Frame) -> Sequence[Runs]:
        x, sizes = f.runs(), list(f.numbers(word))
        known = prod(one for one in sizes if one != -1)
        if not known or prod(own_shape(x)) % known:
            raise Unsaid(f"{list(own_shape(x))} does not fill {sizes}")
        sizes = [prod(own_shape(x)) // known if one == -1 else one for one in sizes]
        y = regrouped(x, sizes, f.sides)
        f.arguments[word] = new_shape(y)
        return [tuple(_uncovered(f, axis, run) for axis, run in enumerate(y))]

    return rule


def _uncovered(f: Frame, axis: int, run: Run) -> Run:
    """An axis that windows are put together to, without what was added to fill them."""
    size = whole(run)
    side = run[0].side if len(run) > 1 else ""
    left = f.sides.filled.get((side, size.own, size.new))
    if left is None:
        return run
    f.crops[axis] = left
    return of_parts(size.own, left, side)


def viewed_as(f: Frame) -> Sequence[Runs]:
    """The axes of the second input."""
    return [f.runs(1)]


def flattened(f: Frame) -> Sequence[Runs]:
    """Axes from one to another as one."""
    x = f.runs()
    first = f.axis("start_dim", 0, max(len(x), 1))
    last = f.axis("end_dim", -1, max(len(x), 1))
    inside = tuple(part for run in x[first : last + 1] for part in run)
    return [(*x[:first], inside, *x[last + 1 :])]


def squeezed(f: Frame) -> Sequence[Runs]:
    """Without axes of 1."""
    x = f.runs()
    named = {within(one, len(x)) for one in f.numbers("dim")} or set(range(len(x)))
    return [tuple(run for at, run in enumerate(x) if run or at not in named)]


def unsqueezed(f: Frame) -> Sequence[Runs]:
    """With one more axis, of 1."""
    x = f.runs()
    at = f.axis("dim", 0, len(x) + 1)
    return [(*x[:at], (), *x[at:])]


def reduced(f: Frame) -> Sequence[Runs]:
    """Without some axes, or all, or with 1 in their place; perhaps in several outputs."""
    x = f.runs()
    named = {within(one, len(x)) for one in f.numbers("dim")} or set(range(len(x)))
    if f.arguments.get("keepdim"):
        y = tuple(() if at in named else run for at, run in enumerate(x))
    else:
        y = tuple(run for at, run in enumerate(x) if at not in named)
    return [y] * len(f.call.outputs)


def joined(f: Frame) -> Sequence[Runs]:
    """One behind the other along an axis."""
    values = f.all()
    axis = f.axis("dim", 0, len(values[0]))
    parts = [whole(one[axis]) for one in values]
    new = 0 if is_open((tuple(parts),)) else sum(one.new for one in parts)
    together = of_parts(sum(one.own for one in parts), new)
    if new:
        ends = zip(*(accumulate(sizes) for sizes in zip(*(one[:2] for one in parts))))
        f.sides.seams.setdefault(whole(together)[:2], set()).update(ends)
    others = {new_shape(one[:axis] + one[axis + 1 :]) for one in values}
    if len(others) > 1:
        raise Unsaid(f"it joins {' and '.join(map(shown, values))}")
    return [(*values[0][:axis], together, *values[0][axis + 1 :])]


def stacked(f: Frame) -> Sequence[Runs]:
    """Values along a new axis."""
    x, *others = f.all()
    if any(new_shape(one) != new_shape(x) for one in others):
        raise Unsaid(f"it joins {' and '.join(map(shown, f.all()))}")
    at = f.axis("dim", 0, len(x) + 1)
    return [(*x[:at], fixed(len(others) + 1), *x[at:])]


def chunked(f: Frame) -> Sequence[Runs]:
    """Equal parts of an axis, by how many there are."""
    return _cut_at(f, lambda size: -(-size // f.number("chunks", 1)))


def split(f: Frame) -> Sequence[Runs]:
    """Equal parts of an axis, by their size, or parts of sizes of their own."""
    sizes = f.numbers("split_size")
    if len(sizes) == 1 and not isinstance(f.arguments["split_size"], tuple):
        return _cut_at(f, lambda size: sizes[0])
    return split_with_sizes(f)


def _cut_at(f: Frame, step: Callable[[int], int]) -> Sequence[Runs]:
    x = f.runs()
    axis = f.axis("dim", 0, len(x))
    size = whole(x[axis])
    if size.own != size.new:
        raise Unsaid("it takes apart an axis that follows the input")
    each = step(size.own)
    starts = range(0, size.own, each)
    _demand_outputs(f, len(starts))
    return [_with(x, axis, fixed(min(each, size.own - one))) for one in starts]


def split_with_sizes(f: Frame) -> Sequence[Runs]:
    """Parts of an axis, by their sizes; of one that follows, the positions of a map do."""
    word = "split_sizes" if "split_sizes" in f.arguments else "split_size"
    x, sizes = f.runs(), f.numbers(word)
    axis = f.axis("dim", 0, len(x))
    size = whole(x[axis])
    new = list(sizes)
    if size.own != size.new:
        new = [_single(f.sides.positions(one), one) for one in sizes]
    if sum(sizes) != size.own or sum(new) != size.new:
        raise Unsaid(f"parts of {list(sizes)} are not those of {size.new} at this input")
    f.arguments[word] = tuple(new)
    return [_with(x, axis, of_parts(*pair)) for pair in zip(sizes, new)]


def _single(found: set[int], otherwise: int) -> int:
    """The one size that explains a number; itself where none does."""
    if len(found) > 1:
        raise Unsaid(f"{otherwise} is {' or '.join(map(str, sorted(found)))} at this input")
    return found.pop() if found else otherwise


def _with(x: Runs, axis: int, run: Run) -> Runs:
    return (*x[:axis], run, *x[axis + 1 :])


def _without(x: Runs, axis: int) -> Runs:
    return (*x[:axis], *x[axis + 1 :])


def unbound(f: Frame) -> Sequence[Runs]:
    """Each of an axis."""
    x = f.runs()
    axis = f.axis("dim", 0, len(x))
    if own_shape(x)[axis] != new_shape(x)[axis]:
        raise Unsaid("it takes apart an axis that follows the input")
    _demand_outputs(f, own_shape(x)[axis])
    return [_without(x, axis)] * own_shape(x)[axis]


def _demand_outputs(f: Frame, parts: int) -> None:
    """Refuse other parts than the call writes: there may be any number of them."""
    if parts != len(f.call.outputs):
        raise Unsaid(f"it writes {len(f.call.outputs)} values, and has {parts} parts")


def selected(f: Frame) -> Sequence[Runs]:
    """One of an axis."""
    x = f.runs()
    return [_without(x, f.axis("dim", 0, len(x)))]


def sliced(f: Frame) -> Sequence[Runs]:
    """From one to before another of an axis, every so many."""
    x = f.runs()
    axis = f.axis("dim", 0, len(x))
    size = whole(x[axis])
    start, end, step = f.number("start", 0), f.number("end", REST), f.number("step", 1)
    own = len(range(*slice(start, end, step).indices(size.own)))
    if is_open((x[axis],)):
        return [_with(x, axis, open_run(own))]
    if size.own != size.new:
        end = REST if end >= size.own else _place(f, size, end)
        if start > 1:
            start = _single(_explained(f, size, start), start)
        f.arguments |= {"start": start, "end": end}
    new = len(range(*slice(start, end, step).indices(size.new)))
    if (own, new) == size[:2]:
        return [x]
    return [_with(x, axis, of_parts(own, new, size.side if step == 1 else ""))]


def _place(f: Frame, size: Size, end: int) -> int:
    """Where a slice of an axis that follows ends: a number that nothing explains may follow too."""
    explained = _explained(f, size, end)
    if end > 1 and not explained:
        raise Unsaid(f"whether its end, {end} of {size.own}, follows the input is not known")
    return _single(explained, end) if end > 1 else end


def _explained(f: Frame, size: Size, number: int) -> set[int]:
    """What a place along an axis is at the other input, by the maps that there are."""
    found = f.sides.of(size.side, number) if size.side else f.sides.positions(number)
    return found | {new for own, new in f.sides.seams.get(size[:2], ()) if own == number}
