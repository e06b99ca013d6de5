"""What a layer finds where it stands: the nodes before it, names, conditions, tensors."""

from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any

from mnetcost.expressions import MAX_VALUE
from mnetcost.graph import INPUT, Input, Node
from mnetcost.layers import LAYERS
from mnetcost.layers.base import UNKNOWN, Join, Layer, Map
from mnetcost.layers.fields import Integer, fields_of
from mnetcost.multipliers import Ruled
from mnetcost.problems import Collector, Mark
from mnetcost.spec.blocks import BLOCK_INPUT, Block, meant_by
from mnetcost.spec.convert import NO_DEPTH, Converter
from mnetcost.spec.entries import RecordReader, Unknown, Written
from mnetcost.spec.nodes import MAX_ITEMS, Entries, Items, Scalar, items_of
from mnetcost.spec.nodes import Node as YamlNode
from mnetcost.spec.scope import Evaluator, Named, Outputs, Scope
from mnetcost.text import MAX_GUESSED, clip, listed, remark

MAX_NODES = MAX_ITEMS  # of a network: one list may hold them all

TIMES, MAPS = Integer(0, MAX_NODES, "times"), Integer(1, MAX_NODES, "maps")

# Steps: of a layer, and of a name that is looked up; and characters of a name that are a step.
NODE, TENSOR, CHARACTERS = 20, 4, 16


# What is listed first where a layer is unknown.
COMMONEST = (
    *("conv", "depthwise", "pointwise", "separable", "dense", "max_pool", "avg_pool"),
    *("global_avg_pool", "batch_norm", "relu", "add", "concat", "flatten", "dropout"),
    *("repeat", "rows", "branches"),
)

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
        self.places: dict[str, Named] = {}  # by full name
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
        layer, x = self._unrolled(node)
        place = len(self.nodes)
        self.places[node.name] = Named((place,), range(place, place + 1))
        self.nodes.append(node)
        y = layer.output(x, _as_written)
        self.maps.append(_NO_MAP if max(y) > MAX_VALUE else y)  # no number says it, nor a float
        return place

    def _unrolled(self, node: Node) -> tuple[Layer, Map]:
        """The layer of a node with its widths worked out, and its input map, before α."""
        inputs = [self.source if index == INPUT else self.maps[index] for index in node.reads]
        block = self.source if node.block == INPUT else self.maps[node.block]
        ends = inputs or [self.source]
        unrolled, x = node.joining(ends)
        if node.derived or node.like:
            entry = node.entry
            here = x if entry is None else self.source if entry == INPUT else self.maps[entry]
            unrolled = unrolled.on(node.derive(here, block, _as_written), x, ends[-1])
        return unrolled.layer, x

    def number(self, node: YamlNode, word: str, scope: Scope) -> int:
        """The number of this entry among those of its type in its list, from 1."""
        place = (scope.body, id(node))
        if place not in self.numbers:
            count = self.counts.get((scope.body, word), 0) + 1
            self.numbers[place] = self.counts[scope.body, word] = count
        return self.numbers[place]

    def own(self, names: set[str], mark: Mark) -> None:
        """Take full names; those that are taken are reported, once a place."""
        for name in names:
            if name not in self.owners:
                self.owners[name] = mark
            else:
                self._taken(name, f"taken; first in line {self.owners[name].line}", mark)

    def give(
        self, short: str, full: str, names: Mapping[str, Named], mark: Mark, scope: Scope
    ) -> None:
        """Let an entry of the list be read by its name here, and by its full one everywhere.

        `names` are it and its parts by the ends of their names. One that another entry gave, an
        input or the language, is reported, and is this one's then, so that no second error follows.
        """
        for ending, found in self.settle(full, names).items():
            name = f"{short}{ending}"
            known, meant = scope.names.get(name), meant_by(name)
            first = known.mark if known else mark
            scope.names[name] = found._replace(mark=first)
            if meant:
                self._taken(name, meant, mark)
            elif first is not None and first != mark:
                self._taken(name, f"taken; first in line {first.line}", mark)

    def settle(self, full: str, names: Mapping[str, Named]) -> dict[str, Named]:
        """Let what ends in `names` be read by its full name; what each of them stands for."""
        self.steps.take(len(names) * (1 + len(full) // CHARACTERS))
        found = {}
        for ending, one in names.items():
            name = f"{full}{ending}"
            is_number = ending[1:].isdecimal()  # a layer of that name goes before it
            found[ending] = self.places[name] = self.places.get(name, one) if is_number else one
        return found

    def _taken(self, name: str, why: str, mark: Mark) -> None:
        if mark not in self.reported:
            self.reported.add(mark)
            free = (f"{name}_{number}" for number in range(2, MAX_GUESSED))
            self.collector.add(
                mark,
                "duplicate-name",
                f"the name `{clip(name)}` is {why}",
                expected="a `name` that no other layer has, nor an input or output of a block",
                suggestion=lambda: next((one for one in free if one not in self.owners), None),
            )

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
        found = [self.tensor(item, scope) for item in items_of(value.nodes["from"][1])]
        return self.ends(found, at)

    def inputs(
        self, written: Written, reads: tuple[int, ...], sides: int | None
    ) -> tuple[int, ...]:
        """The nodes that a layer reads, and behind them the one whose sides it takes."""
        if len(reads) > 1 and not isinstance(written.record, Join):
            message = f"`{written.key.text}` reads one tensor, not {len(reads)}"
            self.collector.add(written.key.mark, "conflict", message)
            reads = reads[:1]
        values = () if written.is_source else reads
        if not written.is_like:
            return values
        return (*values, reads[0] if sides is None else sides)

    def ends(self, found: Sequence[Named | None], at: int) -> tuple[int, ...]:
        """The nodes of several names; `at` stands for an unknown one, and for none at all."""
        ends = tuple(end for one in found for end in (one.ends if one else (at,)))
        self.steps.take(len(ends))
        return ends or (at,)

    def start(self, value: YamlNode | None, key: Scalar, at: int, scope: Scope) -> int:
        """The one node that an entry begins at."""
        reads = self.reads(value, at, scope) or (at,)
        if len(reads) > 1:
            message = f"`{clip(key.text)}` reads one tensor, not {len(reads)}"
            expected = "one name here, and the others in the `from` of the entries that read them"
            self.collector.add(key.mark, "conflict", message, expected=expected)
        return reads[0]

    def one(self, node: YamlNode, scope: Scope) -> int | None:
        """The node of a name that stands for one map."""
        found = self.tensor(node, scope)
        if found is not None and len(found.ends) > 1:
            message = f"`{clip(getattr(node, 'text', ''))}` is {len(found.ends)} maps"
            self.collector.add(node.mark, "conflict", message, expected="one of them by its name")
        return found and found.ends[0]

    def tensor(self, node: YamlNode, scope: Scope) -> Named | None:
        """What the name of a tensor stands for; an unknown one is reported."""
        self.steps.take(TENSOR + len(scope.prefix) // CHARACTERS)
        block = self.channels(scope.block)
        if isinstance(node, Scalar) and "${" in node.text:
            node = self.records.template(node, scope)
        elif self.evaluate.names(node):
            node = self.evaluate.substitute(node, scope, block, block)
        name = self.convert.text(node, "the name of an earlier layer")
        if name is None:
            return None
        found = scope.tensor(name, self.places)
        if found is None and (whole := scope.tensor(name.rpartition("/")[0], self.places)):
            # nobody knows what is in a call that could not be read
            found = whole if any(self.nodes[one].doubtful for one in whole.nodes) else None
        if found is None:
            known = scope.every_tensor(reversed(self.places))
            self.collector.add(
                node.mark,
                "unknown-tensor",
                f"there is no earlier layer named `{clip(name)}` here",
                suggestion=lambda: self.collector.guess(name, known),
            )
        return found

    # the maps of a block

    def name_inputs(self, block: Block, key: Scalar, reads: tuple[int, ...], inside: Scope) -> bool:
        """Let the layers of a block read what comes in; another number of maps is reported."""
        names: Sequence[YamlNode | None] = (None,)
        if isinstance(block.inputs, Items):
            names = block.inputs.nodes
        elif block.inputs is not None:
            names = (None,) * self.times(block.inputs, reads[0], inside, MAPS)
        for ending, found in Named(reads).numbered().items():
            inside.names[f"{BLOCK_INPUT}{ending}"] = found
        for node, end in zip(names, reads):
            if isinstance(node, Scalar):
                inside.names[node.text] = Named((end,), mark=node.mark)
        if len(names) != len(reads):
            many = "one map" if len(names) == 1 else f"{len(names)} maps"
            message = f"`{clip(block.name)}` reads {many}, not {len(reads)}"
            expected = f"from: the names of {many}"
            self.collector.add(key.mark, "conflict", message, expected=expected)
        return len(names) == len(reads)

    def outputs(self, node: YamlNode, end: int, inside: Scope) -> Outputs:
        """What a block gives, by the names of its own layers."""
        items = items_of(node)
        found = [self.tensor(item, inside) for item in items]
        named = {
            item.text: one
            for item, one in zip(items, found)
            if one and isinstance(item, Scalar) and len(one.ends) == 1
        }
        return Outputs(self.ends(found, end), named)

    def times(self, node: YamlNode, at: int, scope: Scope, of: Integer = TIMES) -> int:
        """How often something is repeated, or how many there are of something else."""
        block, here = self.channels(scope.block), self.channels(at)
        node = self.evaluate.substitute(node, scope, block, here)
        times: Any = self.convert.value(node, of)
        return 1 if isnan(times) else int(times)

    # nodes that are added

    def unknown(self, mark: Mark, at: int, scope: Scope) -> int:
        """Add what stands for a layer that could not be read."""
        return self.add(Node("?", Unknown(), (at,), mark, block=scope.block, doubtful=True))

    def lost(self, key: Scalar, value: YamlNode | None, word: str, at: int, scope: Scope) -> int:
        """The same, by the name that the layer would have if its key were `word`."""
        end = self.unknown(key.mark, at, scope)
        automatic = f"{word}_{self.number(key, word, scope)}"
        name, mark = self.records.name(key, value, automatic, scope)
        short = self.records.tensor_name(value, automatic, scope)
        self.give(short, name, {"": Named((end,), range(end, end + 1))}, mark, scope)
        return end

    def unknown_layer(self, key: Scalar, value: YamlNode | None, at: int, scope: Scope) -> int:
        """Report a word that no layer or block is called, and add what stands for it."""
        known = list(dict.fromkeys([*self.blocks, *COMMONEST, *LAYERS]))
        depth = NO_DEPTH if key.text.lower().endswith("3d") else ""
        said = depth or remark(key.text)
        more = f": {said}" if said else ""
        meant = self.collector.add(
            key.mark,
            "unknown-layer",
            f"there is no layer{' or block' if self.blocks else ''} `{clip(key.text)}`{more}",
            expected=lambda: f"one of {listed(known, 'mnetcost help layers')}",
            suggestion=lambda: None if depth else self.collector.guess(key.text, known),
        )
        return self.lost(key, value, meant or key.text, at, scope)

    def merge(  # noqa: PLR0913, PLR0917 - what is merged, and where it stands
        self,
        word: str,
        ends: Sequence[int],
        name: str,
        mark: Mark,
        scope: Scope,
        axis: YamlNode | None = None,
    ) -> int:
        """Add what makes one map of several, and nothing of one."""
        if len(ends) == 1:
            return ends[0]
        record: Any = LAYERS[word]
        values = {}
        if axis is not None:
            values["axis"] = self.convert.field(axis, fields_of(record)["axis"])
        node = Node(
            name,
            record(inputs=len(ends), **values),
            tuple(ends),
            mark,
            block=scope.block,
            training_only=scope.training_only,
            uses=tuple(self.collector.uses),
        )
        return self.add(node)
