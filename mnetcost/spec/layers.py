"""The `layers:` list to graph nodes: records, names, repeats."""

from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from typing import Any, NamedTuple, TypeAlias

from mnetcost.graph import INPUT, Node
from mnetcost.layers import LAYERS
from mnetcost.layers.base import UNKNOWN, Compound, Layer, Map, Width
from mnetcost.layers.fields import MAX_CHANNELS, Integer, fields_of
from mnetcost.layers.structural import Free
from mnetcost.problems import Mark, clip, did_you_mean
from mnetcost.spec.convert import Converter
from mnetcost.spec.nodes import Entries, Items, Scalar, Unreadable
from mnetcost.spec.nodes import Node as YamlNode

MAX_NODES = 10_000

_NAME = "letters, digits and `_ . / : + - ( )`, at most 100, beginning with a letter or digit"
_STATED = Integer(1, MAX_CHANNELS, "channels")
COMMON = {"name": "the layer's name", "in": "its input channels, only checked"}


class Written(NamedTuple):
    """A layer as written once, with its name."""

    name: str
    record: Layer | Compound
    mark: Mark
    states: Any

    def expand(self) -> Iterator[tuple[str, Layer]]:
        """The layers it stands for, each with its name."""
        if isinstance(self.record, Layer):
            yield self.name, self.record
        else:
            for suffix, layer in self.record.expand():
                yield f"{self.name}/{suffix}" if suffix else self.name, layer


class Repeat(NamedTuple):
    """Layers that recur."""

    times: int
    items: "list[Item]"
    mark: Mark


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
        self.names: dict[str, Mark] = {}

    def read(self, node: YamlNode) -> list[Item]:
        """The items of a list of layers."""
        if not isinstance(node, Items):
            self.convert.refuse(node, "a list of layers, each on a line that begins with `- `")
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
        return Written("?", Unknown(), mark, None)

    def _repeat(self, node: Entries) -> Repeat:
        known = {"repeat": None, "layers": None}
        entries = self.convert.entries(node, known, "repeat")
        for name in known.keys() - entries.keys():
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
        mark = entries["repeat"][1].mark if "repeat" in entries else node.mark
        return Repeat(1 if isnan(times) else times, items, mark)

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
        known = {**fields_of(record), **COMMON}
        entries = {} if value is None else self.convert.entries(value, known, key.text)
        defaults = self.defaults.get(key.text, {})
        instance = self.convert.fill(record, entries, key.mark, defaults)
        states = self.convert.integer(entries["in"][1], _STATED) if "in" in entries else None
        return Written(self._name(key, entries), instance, key.mark, states)

    def _name(self, key: Scalar, entries: Mapping[str, tuple[Scalar, YamlNode]]) -> str:
        number = self.counts[key.text] = self.counts.get(key.text, 0) + 1
        name, mark = f"{key.text}_{number}", key.mark
        if "name" in entries:
            node = entries["name"][1]
            mark = node.mark
            written = self.convert.text(node, "name")
            if written is not None and not _is_name(written):
                self.convert.refuse(node, _NAME, "name")
            elif written is not None:
                name = written
        if name in self.names:
            message = f"the name `{name}` is taken; first in line {self.names[name].line}"
            self.convert.collector.add(mark, "duplicate-name", message)
        self.names.setdefault(name, mark)
        return name


def _is_name(text: str) -> bool:
    rest = text.translate(dict.fromkeys(map(ord, "_./:+-() ")))
    return len(text) <= 100 and text[0].isalnum() and (rest.isalnum() or not rest)


def read_defaults(convert: Converter, node: YamlNode) -> dict[str, dict[str, Any]]:
    """`defaults:` by written key, converted once."""
    if not isinstance(node, Entries):
        convert.refuse(node, "a mapping from layers to keys, such as {conv: {norm: batch}}")
        return {}
    defaults = {}
    for key, value in convert.entries(node, LAYERS, "defaults").values():
        known = fields_of(LAYERS[key.text])
        entries = convert.entries(value, known, f"{key.text} in defaults")
        defaults[key.text] = {
            name: convert.field(item, known[name]) for name, (_, item) in entries.items()
        }
    return defaults


def count_nodes(items: Sequence[Item]) -> int:
    """How many nodes the items expand to, without expanding them."""
    return sum(
        item.times * count_nodes(item.items)
        if isinstance(item, Repeat)
        else sum(1 for _ in item.expand())
        for item in items
    )


def flatten(items: Sequence[Item], suffix: str = "") -> Iterator[tuple[str, Layer, Written]]:
    """Every layer in order with its full name; repeats append .1, .2 to the written name."""
    for item in items:
        if isinstance(item, Repeat):
            for turn in range(1, item.times + 1):
                yield from flatten(item.items, f"{suffix}.{turn}")
        else:
            named = Written(item.name + suffix, item.record, item.mark, item.states)
            for name, layer in named.expand():
                yield name, layer, item


def chain(items: Sequence[Item]) -> list[Node]:
    """The nodes, each reading the one before it."""
    return [
        Node(name, layer, number - 1 if number else INPUT, written.mark, states=written.states)
        for number, (name, layer, written) in enumerate(flatten(items))
    ]
