"""The graph of layers as a list of items: layers, and forks whose branches meet again."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from mnetcost.importing.values import Entry, owners_of, readers_of
from mnetcost.layers.joins import Add

LARGEST = 60  # layers of a fork; a larger one is no part of a block, but has some


class Leaf(NamedTuple):
    """One layer."""

    entry: Entry


class Fork(NamedTuple):
    """Branches that begin at one map and end in one layer; an empty one hands the map on."""

    join: Entry
    branches: tuple[tuple["Item", ...], ...]


Item: TypeAlias = Leaf | Fork


class Placed(NamedTuple):
    """An item in the network: what it reads, what its map is called, whether others read it too.

    It is `linked` where it alone reads the item before it in the list.
    """

    item: Item
    reads: tuple[str, ...]
    name: str
    linked: bool = False


def last(item: Item) -> Entry:
    """The layer whose map an item gives."""
    return item.entry if isinstance(item, Leaf) else item.join


def layers_of(items: Sequence[Item]) -> Iterator[Entry]:
    """The layers of items in order, those of branches before their join."""
    for item in items:
        if isinstance(item, Leaf):
            yield item.entry
        else:
            for branch in item.branches:
                yield from layers_of(branch)
            yield item.join


def placed(entries: Sequence[Entry]) -> list[Placed]:
    """The layers as items in order."""
    readers = readers_of(entries)
    shared = owners_of(entries)
    found: dict[str, Placed] = {}
    for entry in entries:
        one = Placed(Leaf(entry), entry.reads, entry.name)
        if len(entry.reads) > 1 and not (entry.weights or entry.name in shared):
            one = _joined(entry, found, readers)
        found[entry.name] = one
    return list(_linked(list(found.values()), readers))


def _joined(entry: Entry, found: dict[str, Placed], readers: Counter[str]) -> Placed:
    """A layer that reads several maps, with what leads from one map to all of them."""
    branches = [_branch(name, found, readers) for name in entry.reads]
    starts = {start for start, _ in branches}
    size = sum(1 for _, branch in branches for one in branch for _ in layers_of([one.item]))
    if len(starts) > 1 or size > LARGEST:
        return Placed(Leaf(entry), entry.reads, entry.name)
    for _, branch in branches:
        for one in branch:
            del found[one.name]
    (start,) = starts
    readers[start] -= len(branches) - 1
    items = tuple(tuple(one.item for one in branch) for _, branch in branches)
    if isinstance(entry.layer, Add):  # whose order is nothing but the file's
        items = tuple(sorted(items, key=len, reverse=True))
    return Placed(Fork(entry, items), (start,), entry.name)


def _branch(name: str, found: dict[str, Placed], readers: Counter[str]) -> tuple[str, list[Placed]]:
    """The items that lead to a map one after the other, and the map that they begin at."""
    branch: list[Placed] = []
    while readers[name] == 1 and name in found and len(found[name].reads) == 1:
        branch.append(found[name])
        (name,) = found[name].reads
    return name, branch[::-1]


def _linked(items: Sequence[Placed], readers: Counter[str]) -> Iterator[Placed]:
    before = ""
    for one in items:
        yield one._replace(linked=one.reads == (before,) and readers[before] == 1)
        before = one.name
