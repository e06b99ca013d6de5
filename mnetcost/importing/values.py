"""What is known of a value of a file: a layer and its map, numbers, or what is stored."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any, NamedTuple, TypeAlias

from mnetcost.importing.axes import Axes
from mnetcost.layers.base import Join, Layer, Map


class Unsaid(Exception):
    """The language has no layer for what a call does; the words say why."""


class Contradiction(Unsaid):
    """A file says two things of a call that cannot both be so: no count of it would be right."""


class Value(NamedTuple):
    """What a call has computed: the map of a layer, and which axes of it the file has."""

    layer: str
    map: Map
    axes: Axes


class Entry(NamedTuple):
    """A written layer: its name, its record, the layers that it reads, whose weights it uses.

    `said` are the texts that a spec has for keys of the layer instead of the record's own values,
    as YAML: `{"out": "", "expand": "6"}`. An empty one leaves its key out.
    """

    name: str
    layer: Layer
    reads: tuple[str, ...]
    weights: str = ""
    said: Mapping[str, str] = {}


def readers_of(entries: Iterable[Entry]) -> Counter[str]:
    """How often the map of each layer is read."""
    return Counter(name for entry in entries for name in entry.reads)


def owners_of(entries: Iterable[Entry]) -> set[str]:
    """The layers whose weights others use."""
    return {entry.weights for entry in entries} - {""}


class Numbers(NamedTuple):
    """Few numbers that do not depend on the image: sides, axes, scales."""

    shape: tuple[int, ...]
    values: tuple[int | float, ...]


class Stored(NamedTuple):
    """What the file holds, or what is computed of that alone: no layer writes it."""

    name: str
    shape: tuple[int, ...]
    learned: bool
    values: tuple[int | float, ...] | None = None  # where they are few
    others: tuple[str, ...] = ()  # learned values that it is computed of beside the named one
    work: tuple[tuple[str, int], ...] = ()  # multiply-accumulates of what it is computed of


def empty(shape: Sequence[int]) -> Stored:
    """What has an axis of 0, whatever it is of."""
    return Stored("", tuple(shape), False)


def is_empty(known: "Known") -> bool:
    """Whether it has no values."""
    return isinstance(known, Stored) and 0 in known.shape


class Parts(NamedTuple):
    """Several values in one, as a list of tensors is."""

    values: tuple["Known", ...]


class Scores(NamedTuple):
    """The products of all queries with all keys, which no map can say: values are next."""

    name: str  # of the value that the product gave, whatever was added since
    queries: Value
    keys: Value
    axes: Axes


Known: TypeAlias = Value | Numbers | Stored | Parts | Scores


def computed(operands: Sequence[Stored], shape: tuple[int, ...]) -> Stored:
    """What is computed of stored values alone: as the largest learned one, beside the others."""
    learned = sorted((one for one in operands if one.learned), key=lambda one: -prod(one.shape))
    others = {name for one in learned for name in (one.name, *one.others)}
    first = learned[0] if learned else Stored("", shape, False)
    return Stored(
        first.name,
        shape,
        first.learned,
        None,
        tuple(sorted(others - {first.name})),
        tuple(sorted({pair for one in operands for pair in one.work})),
    )


def spread(*shapes: Sequence[int]) -> tuple[int, ...]:
    """The shape over which all of these are spread along axes of 1. Raises Unsaid for none."""
    rank = max(map(len, shapes))
    found = []
    for sizes in zip(*((1,) * (rank - len(one)) + tuple(one) for one in shapes)):
        others = set(sizes) - {1} or {1}
        if len(others) > 1:
            raise Unsaid(f"its values are {' and '.join(map(str, map(list, shapes)))}")
        found.append(others.pop())
    return tuple(found)


def within(axis: int, rank: int) -> int:
    """An axis of so many, from the first. Raises Unsaid where there is none."""
    if not -rank <= axis < rank:
        raise Unsaid(f"it has no axis {axis}: {rank} are there")
    return axis % rank


def maps_of(layer: Layer, maps: Sequence[Map]) -> tuple[Map, Map]:
    """The map that stands for all that a layer reads, and the map that it gives, before α."""
    x = maps[0] if maps else Map(1, 1, 1)
    if isinstance(layer, Join):
        x = layer.merged(maps)
    return x, Map(*map(int, layer.output(x, _written)))


def _written(channels: Any, scale: bool) -> Any:
    return channels
