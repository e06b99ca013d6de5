"""The layers as rows: a tree of blocks with equal neighbours as one, or a list."""

from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from mnetcost.cost import LayerCost
from mnetcost.reports.choices import SORTS
from mnetcost.reports.measures import Measure
from mnetcost.reports.runs import runs, span

MOST_ROWS = 60  # of a tree that nobody asked to open
HALVES = ["depthwise", "pointwise"]  # of a `separable`, whose sum stands in the table of pairs


class Row(NamedTuple):
    """A layer or a block, at its depth of the tree, or as many equal ones as `times` says.

    `layers` are all that it stands for; of the `rest` of a list nothing else is said. Below a
    block that is `closed` stands none of its layers.
    """

    name: str
    depth: int
    layers: tuple[LayerCost, ...]
    times: int = 1
    block: bool = False
    rest: bool = False
    closed: bool = False

    @property
    def label(self) -> str:
        """Its name, and how many it stands for."""
        return f"{self.name} ×{self.times:,}" if self.times > 1 else self.name


class Tree(NamedTuple):
    """The rows of a tree, what was left out, and whether all blocks are open."""

    rows: Sequence[Row]
    free: int
    levels: int
    whole: bool


class _Part(NamedTuple):
    """A layer, or a block with its parts. Equal `likes` cost the same, in the same shapes."""

    name: str
    layers: tuple[LayerCost, ...]
    likes: Any
    kind: Any
    parts: tuple["_Part", ...] = ()
    times: int = 1


def tree(
    layers: Sequence[LayerCost],
    found: Sequence[Measure],
    depth: int | None = None,
    every: bool = False,
) -> Tree:
    """The layers that cost anything in what is `found`, as a tree, equal neighbours folded.

    It is opened `depth` levels deep. Without one it is opened whole where it then is no longer than
    a screen or two, else one block of each kind is, down to the deepest level that is short enough.
    `every` leaves nothing out, and folds nothing.
    """
    kept = {one.name for one in layers if every or one.at_least or any(by.of(one) for by in found)}
    parts = _parts(layers, found, None if every else kept)
    levels = max((name.count("/") + 1 for name in kept), default=1)
    free = len(layers) - len(kept)
    whole = list(_rows(parts, depth or levels))
    if depth or every or len(whole) <= MOST_ROWS:
        return Tree(whole, free, levels, True)
    for level in range(levels, 0, -1):
        rows = list(_rows(parts, level, opened=set()))
        if len(rows) <= MOST_ROWS:
            break
    return Tree(rows, free, levels, len(rows) == len(whole))


def listed(
    layers: Sequence[LayerCost],
    depth: int | None = None,
    sort: str | None = None,
    found: Sequence[Measure] = (),
) -> list[Row]:
    """The layers, those of a block `depth` parts of its name deep as one row.

    By `sort` the largest stand first, in what of the `found` it names.
    """
    rows = []
    for name, run in groupby(layers, lambda one: "/".join(one.name.split("/")[:depth])):
        of = tuple(run)
        rows.append(Row(name, 0, of, block=len(of) > 1, closed=len(of) > 1))
    if sort is not None:
        shared = [one for one in found if one.shared]
        by = shared[min(SORTS.index(sort), len(shared) - 1)] if shared else found[0]
        rows.sort(key=lambda row: -sum(map(by.of, row.layers)))  # stable: equal ones stay in order
    return rows


def _parts(
    layers: Iterable[LayerCost],
    found: Sequence[Measure],
    kept: Container[str] | None,
    level: int = 0,
) -> tuple[_Part, ...]:
    """The parts of a block whose own name has `level` parts, those without a layer that is `kept`
    left out and equal ones folded; every one as it is where that is None."""

    def place(one: LayerCost) -> tuple[str, bool]:
        names = one.name.split("/")
        return names[level], len(names) == level + 1

    made = []
    for (name, alone), run in groupby(layers, place):
        of = tuple(run)
        if kept is None or any(one.name in kept for one in of):
            made.append(
                _leaf(name, of[0], found) if alone else _block(name, of, found, kept, level)
            )
    return tuple(made) if kept is None else tuple(_folded(made))


def _neighbour(part: _Part) -> tuple[str, Any]:
    """What equal neighbours have in common: a name but for its number, and all that they do."""
    return part.name.rstrip("0123456789."), part.likes


def _folded(parts: Sequence[_Part]) -> Iterator[_Part]:
    """Equal parts that follow each other as one, and so runs of several: conv, pool, conv, pool."""
    keys = [_neighbour(part) for part in parts]
    place = 0
    while place < len(parts):
        for run in runs(keys, place):
            # what one of them makes, the next one reads
            if parts[place].layers[0].read == parts[place + run.step - 1].layers[-1].output:
                firsts = range(place, place + run.step)
                yield from (_together(parts[at : run.stop : run.step]) for at in firsts)
                place = run.stop
                break
        else:
            yield parts[place]
            place += 1


def _leaf(name: str, one: LayerCost, found: Sequence[Measure]) -> _Part:
    costs = tuple(by.of(one) for by in found)
    likes = (one.node.layer, one.node.riders, one.read, one.output, costs)
    return _Part(name, (one,), likes, (one.type, one.kernel))


def _block(
    name: str,
    layers: tuple[LayerCost, ...],
    found: Sequence[Measure],
    kept: Container[str] | None,
    level: int,
) -> _Part:
    parts = _parts(layers, found, kept, level + 1)
    likes = (
        layers[0].read,
        layers[-1].output,
        *((part.name, part.times, part.likes) for part in parts),
    )
    return _Part(name, layers, likes, tuple((part.kind, part.times) for part in parts), parts)


def _together(run: Sequence[_Part]) -> _Part:
    """Equal parts as one, which holds the layers of all."""
    first = run[0]
    return first._replace(
        name=span(first.name, run[-1].name),
        layers=tuple(layer for part in run for layer in part.layers),
        parts=tuple(_of_all(column) for column in zip(*(part.parts for part in run))),
        times=sum(part.times for part in run),
    )


def _of_all(column: Sequence[_Part]) -> _Part:
    """The same part of each of several equal blocks."""
    return _together(column)._replace(name=column[0].name)


def _rows(
    parts: Iterable[_Part], levels: int, depth: int = 0, opened: set[Any] | None = None
) -> Iterator[Row]:
    """The rows of a tree of so many levels; with `opened` kinds a block of none of them is open."""
    for part in map(_without_levels_of_one, parts):
        row = Row(part.name, depth, part.layers, part.times, bool(part.parts))
        if not part.parts or levels == 1 or (opened is not None and part.kind in opened):
            yield row._replace(closed=row.block)
        elif [one.name for one in part.parts] == HALVES:
            for half in part.parts:
                yield Row(f"{part.name}/{half.name}", depth, half.layers, half.times)
        else:
            if opened is not None:
                opened.add(part.kind)
            yield row
            yield from _rows(part.parts, levels - 1, depth + 1, opened)


def _without_levels_of_one(part: _Part) -> _Part:
    """The part, or where a block is no more than the one in it, that one with both their names."""
    while len(part.parts) == 1 and _ends(part) == _ends(part.parts[0]):
        [only] = part.parts
        part = only._replace(name=f"{part.name}/{only.name}")
    return part


def _ends(part: _Part) -> tuple[Any, Any]:
    """The maps that it reads and makes."""
    return part.layers[0].read, part.layers[-1].output
