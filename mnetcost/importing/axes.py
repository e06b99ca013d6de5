"""Which axes of a file's value are which of a map: as views, transposes and windows leave them.

A map is height × width × channels; a file's value has any number of axes, in any order. Each of
them is a run of atoms, of which each walks through a part of one side of the map. So a reshape
regroups atoms, a transpose moves them, and no layer need be written before one asks for a map.
"""

from collections.abc import Iterable, Sequence
from math import prod
from typing import NamedTuple, TypeAlias

from mnetcost.layers.base import Map

IMAGE, HEIGHT, WIDTH, CHANNELS = "image", "height", "width", "channels"
SIDES = (HEIGHT, WIDTH, CHANNELS)  # of a map, in its order


FIRST = {  # channels first, by how many axes there are
    2: (IMAGE, CHANNELS),
    3: (IMAGE, CHANNELS, WIDTH),
    4: (IMAGE, CHANNELS, HEIGHT, WIDTH),
}
LAST = {**FIRST, 3: (IMAGE, WIDTH, CHANNELS), 4: (IMAGE, HEIGHT, WIDTH, CHANNELS)}
ORDERS = {"keras": LAST, "tflite": LAST}  # of formats; the others have channels first


class Atom(NamedTuple):
    """`size` steps of `stride` along one side of a map."""

    side: str
    size: int
    stride: int = 1


Axis: TypeAlias = tuple[Atom, ...]  # the slowest first; none for an axis of 1
Axes: TypeAlias = tuple[Axis, ...]


def whole(side: str, size: int) -> Axis:
    """The axis that is all of a side."""
    return (Atom(side, size),) if size > 1 else ()


def size_of(axis: Axis) -> int:
    """How many values an axis has."""
    return prod(atom.size for atom in axis)


def shape_of(axes: Axes) -> tuple[int, ...]:
    """The sizes of all axes, as the file has them."""
    return tuple(map(size_of, axes))


def joined(atoms: Iterable[Atom]) -> Axis:
    """The same axis with neighbours as one atom where one is what the other steps over."""
    found: list[Atom] = []
    for atom in atoms:
        if found and found[-1].side == atom.side and found[-1].stride == atom.stride * atom.size:
            atom = Atom(atom.side, found.pop().size * atom.size, atom.stride)
        if atom.size > 1:
            found.append(atom)
    return tuple(found)


def regrouped(axes: Axes, sizes: Sequence[int]) -> Axes | None:
    """The same values, row-major, with axes of these sizes; None where that cuts an atom in two."""
    left = [atom for axis in reversed(axes) for atom in reversed(axis)]
    found: list[Axis] = []
    for size in sizes:
        taken: list[Atom] = []
        while size > 1:
            if not left:
                return None
            atom = left.pop()
            if atom.size > size:  # a part of it is this axis
                rest, uneven = divmod(atom.size, size)
                if uneven:
                    return None
                left.append(Atom(atom.side, rest, atom.stride))
                atom = Atom(atom.side, size, atom.stride * rest)
            size, uneven = divmod(size, atom.size)
            if uneven:
                return None
            taken.append(atom)
        found.append(joined(taken))
    return None if left else tuple(found)


def is_whole(axis: Axis, side: str, size: int) -> bool:
    """Whether an axis is all of a side of this size, in its order."""
    return axis == whole(side, size)


def is_images(axis: Axis) -> bool:
    """Whether an axis is of images alone, or of one."""
    return all(atom.side == IMAGE for atom in axis)


def orders_of(axes: Axes, x: Map) -> list[tuple[str, ...]]:
    """What the axes stand for where they are all of map `x`, with its channels first or last."""
    sizes = dict(zip(SIDES, x))
    return [
        order[len(axes)]
        for order in (FIRST, LAST)
        if len(axes) in order
        and all(
            is_images(axis) if role == IMAGE else is_whole(axis, role, sizes[role])
            for role, axis in zip(order[len(axes)], axes)
        )
    ]
