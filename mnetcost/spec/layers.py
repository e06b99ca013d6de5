"""The `layers:` list to graph nodes: records, names, repeats."""

from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from typing import Any, NamedTuple, TypeAlias

from mnetcost.graph import INPUT, Node
from mnetcost.layers import LAYERS
from mnetcost.layers.base import UNKNOWN, Compound, Layer, Map, Width
from mnetcost.layers.fields import MAX_CHANNELS, Integer, fields_of
from mnetcost.layers.structural import Free
from mnetcost.problems import Collector, Mark
from mnetcost.spec.convert import Converter
from mnetcost.spec.nodes import Entries, Items, Scalar, Unreadable
from mnetcost.spec.nodes import Node as YamlNode
from mnetcost.text import clip, did_you_mean

MAX_NODES = 10_000

_NAME = "letters, digits and `_ . / : + - ( )`, at most 100, beginning with a letter or digit"
_STATED = Integer(1, MAX_CHANNELS, "channels")
COMMON = ("name", "in")  # keys that every layer takes


class Written(NamedTuple):
    """A layer as written once: its name, where that stands, and the layer's key."""

    name: str
    record: Layer | Compound
    mark: Mark
    name_mark: Mark
    states: Any = None

    def expand(self, name: str) -> Iterator[tuple[str, Layer]]:
        """The layers it stands for, each with its name; `name` is its own in full."""
        if isinstance(self.record, Layer):
            yield name, self.record
        else:
            for suffix, layer in self.record.expand():
                yield f"{name}/{suffix}" if suffix else name, layer


class Repeat(NamedTuple):
    """Layers that recur."""

    times: int
    items: "list[Item]"


Item: TypeAlias = Written | Repeat


class Unknown(Free):
    """Stands for a layer that could not be read: nothing is known of its output."""

    __slots__ = ()

    def output(self, x: Map, width: Width) -> Map:
        return Map(UNKNOWN, UNKNOWN, UNKNOWN)


class LayerReader:
    """Reads `layers:`, with the `defaults:` already converted."""

    def __init__(self, convert: Converter, defaults: Mapping[str, Mapping[str, Any]]) -> None:
        self.convert, self.defaults = convert, defaults
        self.counts: dict[str, int] = {}

    def read(self, node: YamlNode) -> list[Item]:
        """The items of a list of layers."""
        if not isinstance(node, Items):
            self.convert.refuse(node, "a list of layers, each on a line that begins with `- `")
            return [self._unknown(node.mark)]
        if len(node.nodes) > MAX_NODES:
            message = f"a list of {len(node.nodes):,} layers; {MAX_NODES:,} at most"
            self.convert.collector.add(node.mark, "too-large", message)
            return [self._unknown(node.mark)]
        if not node.nodes:
            self.convert.collector.add(node.mark, "empty", "found no layers")
            return [self._unknown(node.mark)]
        return [item for entry in node.nodes for item in self._item(entry)]

    def _item(self, node: YamlNode) -> Iterator[Item]:
        match node:
            case Unreadable():
                yield self._unknown(node.mark)
            case Scalar() if not node.is_null:
                yield self._layer(node, None)
            case Entries() if "repeat" in node.nodes or "layers" in node.nodes:
                yield self._repeat(node)
            case Entries() if len(node.nodes) == 1:
                yield self._layer(*next(iter(node.nodes.values())))
            case Entries() if node.nodes:
                yield self._several(node)
            case _:
                self.convert.refuse(node, "a layer, such as `conv: {out: 32, kernel: 3}`")
                yield self._unknown(node.mark)

    def _several(self, node: Entries) -> Item:
        (first, _), (second, _) = list(node.nodes.values())[:2]
        message = f"`{clip(second.text)}` stands beside `{clip(first.text)}`"
        expected = f"one layer an entry; put its keys in {{}} or indent them under `{first.text}:`"
        if second.text in LAYERS:
            expected = f"one layer an entry; begin a new line with `- {second.text}`"
        self.convert.collector.add(second.mark, "wrong-type", message, expected=clip(expected, 150))
        return self._unknown(node.mark)

    def _unknown(self, mark: Mark) -> Written:
        return Written("?", Unknown(), mark, mark)

    def _repeat(self, node: Entries) -> Repeat:
        known = ("repeat", "layers")
        entries = self.convert.entries(node, known, "repeat") or {}
        for name in set(known) - entries.keys():
            present = next(iter(entries.values()))[0]
            message = f"a repeat needs `{name}`"
            self.convert.collector.add(present.mark, "missing-key", message)
        times: Any = 1
        if "repeat" in entries:
            times = self.convert.integer(entries["repeat"][1], Integer(1, MAX_NODES, "times"))
        # never none: an empty repeat could turn for ever
        items: list[Item] = [self._unknown(node.mark)]
        if "layers" in entries:
            items = self.read(entries["layers"][1])
        return Repeat(1 if isnan(times) else times, items)

    def _layer(self, key: Scalar, value: YamlNode | None) -> Written:
        record = LAYERS.get(key.text)
        if record is None:
            self.convert.collector.add(
                key.mark,
                "unknown-layer",
                f"there is no layer `{clip(key.text)}`",
                expected="one of " + ", ".join(sorted(LAYERS)) + ", or repeat",
                suggestion=did_you_mean(key.text, (*LAYERS, "repeat")),
            )
            return self._unknown(key.mark)
        known = (*fields_of(record), *COMMON)
        entries = {} if value is None else self.convert.entries(value, known, key.text)
        name, name_mark = self._name(key, entries or {})
        if entries is None:
            return self._unknown(key.mark)
        defaults = self.defaults.get(key.text, {})
        instance = self.convert.fill(record, entries, key, defaults)
        states = self.convert.integer(entries["in"][1], _STATED) if "in" in entries else None
        return Written(name, instance, key.mark, name_mark, states)

    def _name(
        self, key: Scalar, entries: Mapping[str, tuple[Scalar, YamlNode]]
    ) -> tuple[str, Mark]:
        """The written name, else the type and its number; and where it stands."""
        number = self.counts[key.text] = self.counts.get(key.text, 0) + 1
        automatic = f"{key.text}_{number}", key.mark
        if "name" not in entries:
            return automatic
        node = entries["name"][1]
        written = self.convert.text(node, "name")
        if written is None:
            return automatic
        if not _is_name(written):
            self.convert.refuse(node, _NAME, "name")
            return automatic
        return written, node.mark


def _is_name(text: str) -> bool:
    rest = text.translate(dict.fromkeys(map(ord, "_./:+-() ")))
    return len(text) <= 100 and text[0].isalnum() and (rest.isalnum() or not rest)


def read_defaults(convert: Converter, node: YamlNode) -> dict[str, dict[str, Any]]:
    """`defaults:` by written key, converted once."""
    defaults = {}
    for key, value in (convert.entries(node, LAYERS, "defaults") or {}).values():
        known = fields_of(LAYERS[key.text])
        entries = convert.entries(value, known, f"{key.text} in defaults") or {}
        defaults[key.text] = {
            name: convert.field(item, known[name]) for name, (_, item) in entries.items()
        }
    return defaults


def count_nodes(items: Sequence[Item]) -> int:
    """How many nodes the items expand to, without expanding repeats."""
    return sum(
        item.times * count_nodes(item.items)
        if isinstance(item, Repeat)
        else sum(1 for _ in item.expand(item.name))
        for item in items
    )


def flatten(items: Sequence[Item], suffix: str = "") -> Iterator[tuple[str, Written]]:
    """Every written layer in order with its full name; repeats append .1, .2 to the name."""
    for item in items:
        if isinstance(item, Repeat):
            for turn in range(1, item.times + 1):
                yield from flatten(item.items, f"{suffix}.{turn}")
        else:
            yield item.name + suffix, item


def chain(items: Sequence[Item], collector: Collector) -> list[Node]:
    """The nodes, each reading the one before it. Names that occur twice are reported."""
    nodes: list[Node] = []
    owners: dict[str, Written] = {}
    reported: set[int] = set()
    for full_name, written in flatten(items):
        expanded = list(written.expand(full_name))
        for name in {full_name, *(name for name, _ in expanded)}:
            first = owners.setdefault(name, written)
            is_named = not isinstance(written.record, Unknown)
            if first is not written and is_named and id(written) not in reported:
                reported.add(id(written))
                message = f"the name `{name}` is taken; first in line {first.name_mark.line}"
                collector.add(written.name_mark, "duplicate-name", message)
        for name, layer in expanded:
            reads = len(nodes) - 1 if nodes else INPUT
            nodes.append(Node(name, layer, reads, written.mark, states=written.states))
    return nodes
