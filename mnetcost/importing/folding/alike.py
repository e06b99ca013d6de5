"""Which parts of a network are alike, and their layers beside each other."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple, TypeAlias

from mnetcost.importing.folding.items import Fork, Item, Leaf
from mnetcost.importing.values import Entry
from mnetcost.layers.base import Layer
from mnetcost.layers.fields import fields_of
from mnetcost.layers.window import ONE

LONGEST = 100  # items of a chain
FEW = 2  # items of a branch that other parts do without, such as a projection
Chain: TypeAlias = tuple[Item, ...]


class Unlike(Exception):
    """Parts that looked alike are not."""


class Row(NamedTuple):
    """One layer of several parts that are alike; None in a part without it."""

    layers: tuple[Entry | None, ...]


class Split(NamedTuple):
    """A fork of several parts, with the layers of its branches beside each other."""

    joins: tuple[Entry | None, ...]
    branches: tuple[tuple["Aligned", ...], ...]


Aligned: TypeAlias = Row | Split


def kind(item: Item) -> tuple[Any, ...]:
    """What must be the same of two items for them to be the same layer of a block."""
    if isinstance(item, Fork):
        return ("fork", item.join.layer.written, len(item.branches), *_given(item.join.layer))
    layer: Any = item.entry.layer
    point = getattr(layer, "kernel", None) == ONE
    bare = getattr(layer, "act", "none") == "none"
    return (layer.written, point, bare, *_given(layer), *sorted(item.entry.said))


def _given(layer: Layer) -> list[str]:
    """The keys that a layer has and another of its type need not have: they have no value then."""
    chosen = [key for key, field in fields_of(type(layer)).items() if field.default is None]
    return [key for key in chosen if getattr(layer, key) is not None]


def fits(one: Item, other: Item) -> bool:
    """Whether one item has what the other has, or less in its branches."""
    if kind(one) != kind(other):
        return False
    if isinstance(one, Fork) and isinstance(other, Fork):
        return all(map(_within_or_around, one.branches, other.branches))
    return True


def _within_or_around(one: Chain, other: Chain) -> bool:
    """Whether one branch is most of the other; beside none at all there may be a projection."""
    short, long = sorted((one, other), key=len)
    less = len(long) - len(short)
    return less <= max(FEW, len(short) // 4 if short else 0) and places(short, long) is not None


def places(short: Chain, long: Chain) -> list[int] | None:
    """Where the items of one chain stand in a longer one; None where one of them does not."""
    found: list[int] = []
    at = 0
    for item in short:
        while at < len(long) and not fits(item, long[at]):
            at += 1
        if at == len(long):
            return None
        found.append(at)
        at += 1
    return found


def aligned(chains: Sequence[Chain | None]) -> tuple[Aligned, ...]:
    """The layers of several chains beside each other, in an order that all of them have.

    Raises Unlike for chains that are too long to be laid beside each other.
    """
    columns: list[list[Item | None]] = []
    order = sorted(range(len(chains)), key=lambda number: -len(chains[number] or ()))
    for number in order:
        chain = chains[number] or ()
        if len(chain) > LONGEST:
            raise Unlike
        columns = _beside(columns, chain, number, len(chains))
    return tuple(_column(column) for column in columns)


def _beside(
    columns: list[list[Item | None]], chain: Chain, number: int, count: int
) -> list[list[Item | None]]:
    """The columns with one more chain in them, and columns of their own for what is new in it."""
    kinds = [next(kind(one) for one in column if one is not None) for column in columns]
    matcher = SequenceMatcher(None, kinds, [kind(one) for one in chain], autojunk=False)
    found: list[list[Item | None]] = []
    for tag, start, stop, first, last in matcher.get_opcodes():
        found += columns[start:stop]
        if tag == "equal":
            for column, item in zip(columns[start:stop], chain[first:last]):
                column[number] = item
        else:
            found += [_alone(item, number, count) for item in chain[first:last]]
    return found


def _alone(item: Item, number: int, count: int) -> list[Item | None]:
    return [item if one == number else None for one in range(count)]


def _column(items: Sequence[Item | None]) -> Aligned:
    first = next(one for one in items if one is not None)
    if isinstance(first, Leaf):
        return Row(tuple(one.entry if isinstance(one, Leaf) else None for one in items))
    forks = [one if isinstance(one, Fork) else None for one in items]
    return Split(
        tuple(one.join if one else None for one in forks),
        tuple(
            aligned([one.branches[number] if one else None for one in forks])
            for number in range(len(first.branches))
        ),
    )
