"""Sizes of a file's values at its own input and at another: which of its numbers follow the input.

A file writes numbers where its program computed them: a reshape to 196 positions was one to
height·width. Sizes are kept in pairs here, one of each input, and a number follows where exactly
one of them explains it.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import gcd, prod
from typing import NamedTuple, TypeAlias

from mnetcost.importing.axes import HEIGHT, WIDTH, Axes, shape_of
from mnetcost.importing.values import Unsaid


class Size(NamedTuple):
    """A part of an axis: what it is at the file's own input, and at the other one."""

    own: int
    new: int  # 0 where that shows later, by what it meets
    side: str = ""  # of the map that it walks through, where it is known


Run: TypeAlias = tuple[Size, ...]  # an axis: its parts, the slowest first; none for an axis of 1
Runs: TypeAlias = tuple[Run, ...]


ONE = Size(1, 1)


def fixed(size: int) -> Run:
    """An axis that does not follow the input."""
    return (Size(size, size),) if size != 1 else ()


def whole(run: Run) -> Size:
    """All of an axis as one part."""
    side = run[0].side if len(run) == 1 else ""
    return Size(prod(one.own for one in run), prod(one.new for one in run), side)


def own_shape(runs: Runs) -> tuple[int, ...]:
    """The sizes at the file's own input."""
    return tuple(whole(run).own for run in runs)


def new_shape(runs: Runs) -> tuple[int, ...]:
    """The sizes at the other input."""
    return tuple(whole(run).new for run in runs)


def of_parts(own: int, new: int, side: str = "") -> Run:
    """An axis of one part."""
    return () if own == new == 1 else (Size(own, new, side),)


def is_open(runs: Runs) -> bool:
    """Whether it is not known yet what an axis is at the other input."""
    return any(part.new == 0 < part.own for run in runs for part in run)


def open_run(size: int) -> Run:
    """An axis of a size that is written, and that may be a side."""
    return (Size(size, 0),) if size > 1 else fixed(size)


def side_by_side(own: Axes, new: Axes) -> Runs:
    """The axes of a value at both inputs; an axis of other parts is one part."""
    runs = []
    for one, other, sizes in zip(own, new, zip(shape_of(own), shape_of(new)), strict=True):
        if [atom.side for atom in one] == [atom.side for atom in other]:
            runs.append(tuple(Size(a.size, b.size, a.side) for a, b in zip(one, other)))
        else:
            runs.append(of_parts(*sizes))
    return tuple(runs)


class Sides:
    """The heights and widths of all maps so far, at both inputs."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, int], set[tuple[int, int]]] = {}
        # What a side is that windows are filled of: by the side, its own size and the filled one.
        self.filled: dict[tuple[str, int, int], int] = {}
        # Where what was joined meets, by how long it is together: places at both inputs.
        self.seams: dict[tuple[int, int], set[tuple[int, int]]] = {}

    def note(self, runs: Runs) -> None:
        """Note the height and the width of a map that lie next to each other."""
        for one, other in pairwise(map(whole, runs)):
            if (one.side, other.side) == (HEIGHT, WIDTH):
                found = self._found.setdefault((one.own, other.own), set())
                found.add((one.new, other.new))

    def pairs(self, height: int, width: int) -> set[tuple[int, int]]:
        """What maps of this height and width have at the other input."""
        return self._found.get((height, width), set())

    def of(self, side: str, own: int) -> set[int]:
        """What a height, or a width, is at the other input."""
        place = (HEIGHT, WIDTH).index(side)
        return {
            new[place] for one, found in self._found.items() if one[place] == own for new in found
        }

    def positions(self, own: int) -> set[int]:
        """What so many positions of a map are at the other input."""
        return {
            prod(new) for one, found in self._found.items() if prod(one) == own for new in found
        }


def cut(part: Size, sizes: Sequence[int], sides: Sides) -> list[Size]:
    """The parts into which a part is cut, which are of these sizes at the file's own input.

    Positions become the height and the width of a map that there is. A side is cut into patches
    or windows, whose size stays. Raises Unsaid where that leaves a rest.
    """
    first, *inner = sizes
    kept = [Size(size, size) for size in inner]
    if part.own == part.new:
        return [Size(first, first, part.side), *kept]
    if len(sizes) == 2:
        found = {one for one in sides.pairs(*sizes) if prod(one) == part.new}
        if len(found) == 1:
            height, width = found.pop()
            return [Size(sizes[0], height, HEIGHT), Size(sizes[1], width, WIDTH)]
    count, rest = divmod(part.new, prod(inner))
    if rest or part.side not in (HEIGHT, WIDTH):
        raise Unsaid(f"{part.own} are {list(sizes)} in its file, and {part.new} may be anything")
    return [Size(first, count, part.side), *kept]


def settled(runs: Runs, sides: Sides) -> Runs:
    """The axes, those that are open and next to each other as the height and width of a map."""
    parts = [part for run in runs for part in run]
    for place, both in enumerate(pairwise(parts)):
        if is_open((both,)):
            maps = {
                new
                for new in sides.pairs(both[0].own, both[1].own)
                if all(part.new in (0, one) for part, one in zip(both, new))
            }
            if len(maps) == 1:
                height, width = maps.pop()
                parts[place] = Size(both[0].own, height, HEIGHT)
                parts[place + 1] = Size(both[1].own, width, WIDTH)
    left = iter(parts)
    return tuple(tuple(next(left) for _ in run) for run in runs)


def regrouped(runs: Runs, sizes: Sequence[int], sides: Sides) -> Runs:
    """The same values row-major on axes that are of these sizes at the file's own input."""
    _demand_no_new_axis(runs, sizes)
    left = [part for run in runs for part in run or (ONE,)][::-1]
    found: list[Run] = []
    waiting = 0  # axes of 1 since the last other one
    for place, need in enumerate(sizes):
        if need == 1:
            waiting += 1
            continue
        ones, taken = _shared(left, waiting, need, sides)
        found += ones
        waiting = 0
        while need > 1 and left:
            part = left.pop()
            if part.own > need:  # it goes on in the axes after this one
                pieces = _pieces(part.own, (need, *sizes[place + 1 :]))
                left += reversed(cut(part, pieces, sides))
                part = left.pop()
            need, uneven = divmod(need, part.own)
            if uneven:
                break
            taken += (part,) if part != ONE else ()
        if need != 1:
            break
        found.append(taken)
    else:
        ones, taken = _shared(left, waiting, 1, sides)
        found += ones
    if len(found) < len(sizes) or left or (taken and waiting):
        raise Unsaid(f"{list(own_shape(runs))} does not fill {list(sizes)}")
    return tuple(found)


def _shared(left: list[Size], axes: int, need: int, sides: Sides) -> tuple[list[Run], Run]:
    """What so many axes of 1 are of the parts of 1 that come next, and what the axis after them.

    A part of 1 is more at the other input where it counts windows, of which a map was one.
    """
    parts = []
    while left and left[-1].own == 1:
        parts.append(left.pop())
    if all(part == ONE for part in parts):
        return [()] * axes, ()
    parts = [ONE] * (axes - len(parts)) + parts
    *_, last = parts
    behind: Run = ()
    if len(parts) == axes + 1 and (last.side, need, need * last.new) in sides.filled:
        behind, parts = (parts.pop(),), parts
    if len(parts) > axes:
        if not axes:
            raise Unsaid("a side of 1 px is a larger one at this input, and may be any of its axes")
        parts, rest = parts[: axes - 1], parts[axes - 1 :]
        return [*map(_of, parts), tuple(one for one in rest if one != ONE)], behind
    return list(map(_of, parts)), behind


def _of(part: Size) -> Run:
    return () if part == ONE else (part,)


def _demand_no_new_axis(runs: Runs, sizes: Sequence[int]) -> None:
    """Refuse an axis of 1 put before a side that follows: of windows, there may be more there."""
    before = {whole(run): ones for run, ones in zip(runs, _ones(own_shape(runs)))}
    new = dict(zip(sizes, _ones(sizes)))
    for size, ones in before.items():
        if size.own != size.new and size.side and new.get(size.own, 0) > ones:
            raise Unsaid(f"its side of {size.own} may be one window of several at this input")


def _ones(sizes: Sequence[int]) -> list[int]:
    """How many axes of 1 stand right before each axis."""
    found, ones = [], 0
    for size in sizes:
        found.append(ones)
        ones = ones + 1 if size == 1 else 0
    return found


def _pieces(own: int, sizes: Sequence[int]) -> list[int]:
    """In which pieces a part fills the first of these sizes and goes on in those after it."""
    found = []
    for size in sizes:
        piece = gcd(own, size)
        if piece > 1:
            found.append(piece)
            own //= piece
        if own == 1 or piece < size:
            break
    if own > 1:
        raise Unsaid(f"{own} do not fill {list(sizes)}")
    return found
