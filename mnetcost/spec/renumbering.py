"""Layers that are read by their numbers, such as `from: conv_3`, where numbers change."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from mnetcost.problems import Collector, Origin
from mnetcost.spec.edits import Edits
from mnetcost.spec.nodes import Entries, Items, Node, Scalar, read_nodes
from mnetcost.spec.places import Place, bodies, keys_of

READERS = ("from", "like", "outputs", "weights")  # the keys that name other layers
_NUMBERED = re.compile(r"(?=.*[/.])(.*/)?[a-z0-9_]+_[0-9]+(\.[0-9]+)*(/.*)?")

Names: TypeAlias = Mapping[str, Mapping[str, str]]  # body -> automatic name -> the new one


def new_names(every: Mapping[str, Sequence[Place]], words: Mapping[int, str]) -> Names:
    """The automatic names that change, by body.

    `words` says, by the id of a place, what it is written as from now on; nothing for one that is
    gone.
    """
    return {body: dict(_changes(found, words)) for body, found in every.items()}


def _changes(found: Sequence[Place], words: Mapping[int, str]) -> Iterator[tuple[str, str]]:
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for place in found:
        word = words.get(id(place), place.word)
        for _ in place.marks:
            before[place.word] += 1
            after[word] += 1
            old, new = f"{place.word}_{before[place.word]}", f"{word}_{after[word]}"
            if word and old != new and "name" not in place.keys:
                yield old, new


def renumbered(origin: Origin, names: Names) -> Origin:
    """The spec with every reference by a number that changed brought up to date."""
    root = read_nodes(Collector(origin))
    if not isinstance(root, Entries):
        return origin  # said when it is read again
    edits = Edits(origin)
    for body, node in bodies(root).items():
        taken = {one.text for one in _values(node, ("name",))}
        known = {**names[""], **names[body]}
        for one in _values(node, READERS):
            if one.text in known and one.text not in taken:
                edits.replace_value(one, known[one.text])
    return Origin(origin.label, edits.apply())


def numbered(root: Entries) -> list[Scalar]:
    """The references by a number from outside of a block or repeat, such as `unit_1/conv_2`."""
    return [one for one in _values(root, READERS) if _NUMBERED.fullmatch(one.text)]


def _values(node: Node, keys: Sequence[str]) -> Iterator[Scalar]:
    """The texts under these keys, alone or in a list, wherever they stand in a node."""
    if isinstance(node, Items):
        for one in node.nodes:
            yield from _values(one, keys)
    for name, value in keys_of(node).items():
        if name in keys:
            named = value.nodes if isinstance(value, Items) else [value]
            yield from (one for one in named if isinstance(one, Scalar))
        yield from _values(value, keys)
