"""Where the layers of a spec are written: each with its keys and the list that it stands in."""

from collections.abc import Iterator

from mnetcost.layers import LAYERS
from mnetcost.problems import Mark
from mnetcost.record import Record
from mnetcost.spec.nodes import Entries, Items, Node, Scalar


class Place(Record, kw_only=False):
    """One written layer, or one `rows:` entry of a layer.

    `marks` are those that its graph nodes carry: the key's, or each row's. `keys` are its own, of
    rows those under `with:`.
    """

    word: str
    marks: tuple[Mark, ...]
    entry: Node
    keys: dict[str, Node]
    siblings: Items
    at: int  # its index in that list
    rows: Entries | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The keys that every row gives; none where it is not written in rows."""
        node = self.rows.nodes["columns"][1] if self.rows else None
        items = node.nodes if isinstance(node, Items) else []
        return tuple(one.text for one in items if isinstance(one, Scalar))


def bodies(root: Entries) -> dict[str, Node]:
    """What numbers its layers by itself: every block by its name, and as "" the spec's own list."""
    blocks = keys_of(root.nodes["blocks"][1]) if "blocks" in root.nodes else {}
    return {**blocks, "": root.nodes["layers"][1]}


def places(root: Entries) -> dict[str, list[Place]]:
    """Every written layer of a spec that loads, by its body, in order."""
    return {name: list(_branch(node)) for name, node in bodies(root).items()}


def _branch(node: Node) -> Iterator[Place]:
    """The layers of a list, or of what has `layers`."""
    if isinstance(node, Entries) and "layers" in node.nodes:
        node = node.nodes["layers"][1]
    if isinstance(node, Items):
        for index, entry in enumerate(node.nodes):
            yield from _entry(entry, node, index)


def _entry(entry: Node, siblings: Items, index: int) -> Iterator[Place]:
    match entry:
        case Scalar() if entry.text in LAYERS:
            yield Place(entry.text, (entry.mark,), entry, {}, siblings, index)
        case Entries() if "branches" in entry.nodes:
            for branch in getattr(entry.nodes["branches"][1], "nodes", ()):
                yield from _branch(branch)
        case Entries() if "rows" in entry.nodes:
            yield from _rows(entry, siblings, index)
        case Entries() if "layers" in entry.nodes:
            yield from _branch(entry)
        case Entries() if len(entry.nodes) == 1:
            key, value = next(iter(entry.nodes.values()))
            if key.text in LAYERS:
                keys = keys_of(value)
                yield Place(key.text, (key.mark,), entry, keys, siblings, index)


def _rows(entry: Entries, siblings: Items, index: int) -> Iterator[Place]:
    called, values = entry.nodes["rows"][1], entry.nodes["values"][1]
    if isinstance(called, Scalar) and called.text in LAYERS and isinstance(values, Items):
        marks = tuple(row.mark for row in values.nodes)
        common = keys_of(entry.nodes["with"][1]) if "with" in entry.nodes else {}
        yield Place(called.text, marks, entry, common, siblings, index, entry)


def keys_of(node: Node) -> dict[str, Node]:
    """The keys of a mapping with their values; of nothing written, none."""
    nodes = node.nodes if isinstance(node, Entries) else {}
    return {name: value for name, (_, value) in nodes.items()}
