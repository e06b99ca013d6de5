"""What a layer finds where it stands: the nodes before it, names, conditions, tensors."""

from collections.abc import Mapping
from itertools import chain
from math import isnan
from typing import Any

from mnetcost.expressions import MAX_VALUE
from mnetcost.graph import INPUT, Input, Node
from mnetcost.layers.base import UNKNOWN, Map
from mnetcost.layers.fields import Integer
from mnetcost.multipliers import Ruled
from mnetcost.problems import Collector, Mark
from mnetcost.spec.blocks import Block
from mnetcost.spec.convert import Converter
from mnetcost.spec.entries import RecordReader
from mnetcost.spec.nodes import MAX_ITEMS, Entries, Items, Scalar
from mnetcost.spec.nodes import Node as YamlNode
from mnetcost.spec.scope import Evaluator, Scope
from mnetcost.text import clip

MAX_NODES = MAX_ITEMS  # of a network: one list may hold them all

# Steps: of a layer, and of a name that is looked up; and characters of a name that are a step.
NODE, TENSOR, CHARACTERS = 20, 4, 16


_NO_MAP = Map(UNKNOWN, UNKNOWN, UNKNOWN)


class TooLarge(Exception):
    """The layers expand to more than the bounds."""


def _as_written(written: Any, scale: bool) -> Any:
    return written.written if isinstance(written, Ruled) else written


class Surroundings:
    """The nodes that were built, with their maps before α, and who has which name."""

    def __init__(
        self,
        convert: Converter,
        records: RecordReader,
        blocks: Mapping[str, Block],
        source: Input,
    ) -> None:
        self.convert, self.records, self.blocks = convert, records, blocks
        self.collector: Collector = convert.collector
        self.evaluate: Evaluator = records.evaluate
        self.steps = self.collector.steps
        self.nodes: list[Node] = []
        self.maps: list[Map] = []
        self.places: dict[str, int] = {}  # full name -> index
        self.source = Map(source.height, source.width, source.channels)
        self.numbers: dict[tuple[int, int], int] = {}
        self.counts: dict[tuple[int, str], int] = {}
        self.owners: dict[str, Mark] = {}
        self.reported: set[Mark] = set()

    def channels(self, index: int) -> Any:
        """Channels of a node's output before α."""
        return (self.source if index == INPUT else self.maps[index]).c

    def add(self, node: Node) -> int:
        """Append a node and its map before α."""
        if len(self.nodes) >= MAX_NODES:
            raise TooLarge
        self.steps.take(NODE + len(node.reads) + len(node.name) // CHARACTERS)
        inputs = [self.source if index == INPUT else self.maps[index] for index in node.reads]
        block = self.source if node.block == INPUT else self.maps[node.block]
        ends = inputs or [self.source]
        unrolled, x = node.joining(ends)
        if node.derived or node.like:
            unrolled = unrolled.on(node.derive(x, block, _as_written), x, ends[-1])
        self.places[node.name] = len(self.nodes)
        self.nodes.append(node)
        y = unrolled.layer.output(x, _as_written)
        self.maps.append(_NO_MAP if max(y) > MAX_VALUE else y)  # no number says it, nor a float
        return len(self.nodes) - 1

    def number(self, node: YamlNode, word: str, scope: Scope) -> int:
        """The number of this entry among those of its type in its list, from 1."""
        place = (scope.body, id(node))
        if place not in self.numbers:
            count = self.counts.get((scope.body, word), 0) + 1
            self.numbers[place] = self.counts[scope.body, word] = count
        return self.numbers[place]

    def own(self, names: set[str], mark: Mark) -> None:
        """Take names; those that are taken are reported, once a place."""
        for name in names:
            if name not in self.owners:
                self.owners[name] = mark
            elif mark not in self.reported:
                self.reported.add(mark)
                message = f"the name `{name}` is taken; first in line {self.owners[name].line}"
                self.collector.add(mark, "duplicate-name", message)

    def wanted(self, value: YamlNode | None, at: int, scope: Scope) -> bool:
        """Whether an entry's `when:` holds."""
        if not isinstance(value, Entries) or "when" not in value.nodes:
            return True
        return self.condition(value.nodes["when"][1], at, scope)

    def condition(self, node: YamlNode, at: int, scope: Scope) -> bool:
        """Whether a condition holds on the channels before α."""
        block, here = self.channels(scope.block), self.channels(at)
        return self.convert.flag(self.evaluate.substitute(node, scope, block, here))

    def reads(self, value: YamlNode | None, at: int, scope: Scope) -> tuple[int, ...] | None:
        """The nodes that `from:` names, or None where nothing is written."""
        if not isinstance(value, Entries) or "from" not in value.nodes:
            return None
        node = value.nodes["from"][1]
        items = node.nodes if isinstance(node, Items) else [node]
        found = [self.tensor(item, scope) for item in items]
        return tuple(at if one is None else one for one in found) or (at,)

    def tensor(self, node: YamlNode, scope: Scope) -> int | None:
        """The node of a tensor's name; an unknown one is reported."""
        self.steps.take(TENSOR)
        block = self.channels(scope.block)
        if isinstance(node, Scalar) and "${" in node.text:
            node = self.records.template(node, scope)
        elif self.evaluate.has_parameters(node):
            node = self.evaluate.substitute(node, scope, block, block)
        name = self.convert.text(node, "the name of an earlier layer")
        if name is None:
            return None
        index = scope.tensor(name)
        if index is None:  # inside a block it has its full name
            index = self.places.get(name)
        if index is None:
            known = chain(scope.every_tensor(), reversed(self.places))
            self.collector.add(
                node.mark,
                "unknown-tensor",
                f"there is no earlier layer named `{clip(name)}` here",
                suggestion=lambda: self.collector.guess(name, known),
            )
        return index

    def times(self, node: YamlNode, at: int, scope: Scope) -> int:
        """How often something is repeated."""
        block, here = self.channels(scope.block), self.channels(at)
        node = self.evaluate.substitute(node, scope, block, here)
        times: Any = self.convert.value(node, Integer(0, MAX_NODES, "times"))
        return 1 if isnan(times) else int(times)
