"""The `layers:` list to graph nodes: blocks, rows, repeats and branches are unrolled, bounded."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from mnetcost.graph import INPUT, Node
from mnetcost.layers import LAYERS
from mnetcost.layers.base import Join, Layer
from mnetcost.layers.fields import fields_of
from mnetcost.layers.joins import Merge
from mnetcost.problems import Mark, Use
from mnetcost.spec.blocks import Block
from mnetcost.spec.entries import Unknown, Written
from mnetcost.spec.nodes import Entries, Items, Scalar, Unreadable
from mnetcost.spec.nodes import Node as YamlNode
from mnetcost.spec.scope import Scope
from mnetcost.spec.surroundings import Surroundings
from mnetcost.text import SENTENCE, clip, listed

MAX_CALLS = 20  # blocks inside blocks
MAX_LISTS = 50  # lists of layers inside lists
ENTRY, BRANCH = 8, 4  # steps of each

MERGES = ("add", "concat", "multiply")
BRANCH_KEYS = ("layers", "training_only", "when", "from")
BRANCHES_KEYS = ("branches", "merge", "axis", "name", "when", "from")
REPEAT_KEYS = ("repeat", "layers", "when")
CALL_KEYS = ("repeat", "name", "when", "from")
ROWS_KEYS = ("rows", "columns", "first", "values", "with", "when")


class Builder(Surroundings):
    """Unrolls the layers of one spec into nodes."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.calls: list[str] = []
        self.halves: dict[int, tuple[int, ...]] = {}  # of a pair, by the index of its second half
        self.depth = 0

    def build(self, node: YamlNode, knobs: Mapping[str, Any]) -> list[Node]:
        """The nodes of `layers:`. Raises TooLarge."""
        self.layers(node, INPUT, Scope(values=knobs, names={"input": INPUT}))
        return self.nodes

    # lists and entries

    def layers(self, node: YamlNode, at: int, scope: Scope) -> int:
        """Unroll a list of layers that begins at node `at`; the node it ends at."""
        if not isinstance(node, Items):
            self.convert.refuse(node, "a list of layers, each on a line that begins with `- `")
            return self._unknown(node.mark, at, scope)
        if not node.nodes:
            self.collector.add(node.mark, "empty", "found no layers")
            return self._unknown(node.mark, at, scope)
        if self.depth >= MAX_LISTS:
            message = f"lists of layers inside each other, over {MAX_LISTS} deep"
            self.collector.add(node.mark, "too-deep", message)
            return self._unknown(node.mark, at, scope)
        self.depth += 1
        for entry in node.nodes:
            at = self._entry(entry, at, scope)
        self.depth -= 1
        return at

    def _entry(self, node: YamlNode, at: int, scope: Scope) -> int:  # noqa: PLR0911 - a form each
        self.steps.take(ENTRY)
        match node:
            case Unreadable():
                return self._unknown(node.mark, at, scope)
            case Scalar() if not node.is_null:
                return self._named(node, node, None, at, scope)
            case Entries() if "branches" in node.nodes:
                return self._branches(node, at, scope)
            case Entries() if "rows" in node.nodes:
                return self._rows(node, at, scope)
            case Entries() if "repeat" in node.nodes or "layers" in node.nodes:
                return self._repeat(node, at, scope)
            case Entries() if len(node.nodes) == 1:
                key, value = next(iter(node.nodes.values()))
                return self._named(node, key, value, at, scope)
            case Entries() if node.nodes:
                return self._several(node, at, scope)
        self.convert.refuse(node, "a layer, such as `conv: {out: 32, kernel: 3}`")
        return self._unknown(node.mark, at, scope)

    def _several(self, node: Entries, at: int, scope: Scope) -> int:
        (first, _), (second, _) = list(node.nodes.values())[:2]
        message = f"`{clip(second.text)}` stands beside `{clip(first.text)}`"
        expected = f"one layer an entry; put its keys in {{}} or indent them under `{first.text}:`"
        if second.text in LAYERS or second.text in self.blocks:
            expected = f"one layer an entry; begin a new line with `- {second.text}`"
        self.collector.add(second.mark, "wrong-type", message, expected=clip(expected, SENTENCE))
        return self._unknown(node.mark, at, scope)

    def _named(
        self, node: YamlNode, key: Scalar, value: YamlNode | None, at: int, scope: Scope
    ) -> int:
        """A layer or a block call."""
        number = self.number(node, key.text, scope)
        if key.text in self.blocks:
            return self._call(key, value, f"{key.text}_{number}", at, scope)
        if key.text in LAYERS:
            return self._layer(key, value, f"{key.text}_{number}", at, scope)
        known = chain(LAYERS, ("repeat", "rows", "branches"), self.blocks)
        self.collector.add(
            key.mark,
            "unknown-layer",
            f"there is no layer{' or block' if self.blocks else ''} `{clip(key.text)}`",
            expected=lambda: (
                f"one of {listed(sorted({*LAYERS, *self.blocks}))}, or repeat, rows, branches"
            ),
            suggestion=lambda: self.collector.guess(key.text, known),
        )
        return self._unknown(key.mark, at, scope)

    # layers

    def _layer(
        self, key: Scalar, value: YamlNode | None, automatic: str, at: int, scope: Scope
    ) -> int:
        if not self.wanted(value, at, scope):
            return at
        here = self.channels(at)
        reads = self.reads(value, at, scope)
        if reads is not None:
            here = self.channels(reads[0])
        written = self.records.read(key, value, scope, self.channels(scope.block), here)
        sides = None if written.like is None else self.tensor(written.like, scope)
        if written.like is not None and sides is None:
            written = written._replace(record=Unknown(), like=None)
        name, name_mark = self.records.name(key, value, automatic, scope)
        reads = (at,) if reads is None else reads
        if written.is_source:
            reads = ()
        expanded = list(written.expand(name))
        if written.known:
            self.own({name, *(one for one, _ in expanded)}, name_mark)
        if len(reads) > 1 and not isinstance(written.record, Join):
            message = f"`{key.text}` reads one tensor, not {len(reads)}"
            self.collector.add(key.mark, "conflict", message)
            reads = reads[:1]
        if sides is not None:
            reads = (*reads, sides)
        at = self._place(expanded, written, reads, scope)
        scope.names[self.records.tensor_name(value, automatic, scope)] = at
        self.places[name] = at  # a pair is known by its own full name, not by its halves' alone
        return at

    def _place(
        self,
        expanded: Sequence[tuple[str, Layer]],
        written: Written,
        reads: tuple[int, ...],
        scope: Scope,
    ) -> int:
        owner = None if written.weights is None else self._owner(written.weights, scope)
        halves: Sequence[int | None] = () if owner is None else self.halves.get(owner, ())
        if len(halves) != len(expanded):  # else each half takes the weights of its own like
            halves = (owner,) * len(expanded)
        first = len(self.nodes)
        for (name, record), shares in zip(expanded, halves):
            layer = record
            if isinstance(layer, Merge):
                layer = layer._replace(inputs=len(reads))
            derived = tuple(one for one in written.derived if hasattr(layer, one))
            self.add(
                Node(
                    name,
                    layer,
                    reads,
                    written.key.mark,
                    states=written.states,
                    derived=derived,
                    block=scope.block,
                    shares=shares,
                    training_only=scope.training_only,
                    uses=tuple(self.collector.uses),
                    like=written.like is not None,
                )
            )
            reads = (len(self.nodes) - 1,)
        last = len(self.nodes) - 1
        if last > first:
            self.halves[last] = tuple(range(first, last + 1))
        return last

    def _owner(self, node: YamlNode, scope: Scope) -> int | None:
        """The node whose weights are named; the input's, which has none, are reported."""
        owner = self.tensor(node, scope)
        if owner == INPUT:
            self.collector.add(node.mark, "shared-weights", "the input has no weights")
            return None
        return owner

    def _unknown(self, mark: Mark, at: int, scope: Scope) -> int:
        return self.add(Node("?", Unknown(), (at,), mark, block=scope.block))

    # repeats and blocks

    def _repeat(self, node: Entries, at: int, scope: Scope) -> int:
        entries = self.convert.entries(node, REPEAT_KEYS, "repeat") or {}
        for name in {"repeat", "layers"} - entries.keys():
            present = next(iter(entries.values()))[0] if entries else Scalar("", True, node.mark)
            message = f"a repeat needs `{name}`"
            self.collector.add(present.mark, "missing-key", message)
            if name == "layers":
                return self._unknown(node.mark, at, scope)
        if not self.wanted(node, at, scope):
            return at
        times = self.times(entries["repeat"][1], at, scope) if "repeat" in entries else 1
        for turn in range(1, times + 1):
            at = self.layers(entries["layers"][1], at, scope.in_turn(turn))
        return at

    def _call(
        self, key: Scalar, value: YamlNode | None, automatic: str, at: int, scope: Scope
    ) -> int:
        """A use of a block, with its repeats."""
        block = self.blocks[key.text]
        if not self.wanted(value, at, scope):
            return at
        known = dict.fromkeys((*block.takes, *CALL_KEYS))
        entries = {} if value is None else self.convert.entries(value, known, key.text)
        if entries is None:
            return self._unknown(key.mark, at, scope)
        reads = self.reads(value, at, scope)
        at = at if reads is None else reads[0]
        name, mark = self.records.name(key, value, automatic, scope)
        self.own({name}, mark)
        times = self.times(entries["repeat"][1], at, scope) if "repeat" in entries else None
        given = {one: pair for one, pair in entries.items() if one not in CALL_KEYS}
        first = getattr(value, "first", ())
        for turn in range(1, 2 if times is None else times + 1):
            full = name if times is None else f"{name}.{turn}"
            if turn == 2 and first:
                given = {one: pair for one, pair in given.items() if one not in first}
            at = self._enter(block, key, given, full, at, scope, turn if times else scope.turn)
        scope.names[self.records.tensor_name(value, automatic, scope)] = at
        return at

    def _enter(  # noqa: PLR0913, PLR0917 - a call, and where it stands
        self,
        block: Block,
        key: Scalar,
        given: Mapping[str, tuple[Scalar, YamlNode]],
        name: str,
        at: int,
        scope: Scope,
        turn: int,
    ) -> int:
        """One turn of a block."""
        if block.name in self.calls or len(self.calls) >= MAX_CALLS:
            path = " → ".join([*self.calls, block.name])
            self.collector.add(
                key.mark, "recursive", f"blocks use each other: {clip(path, SENTENCE)}"
            )
            return self._unknown(key.mark, at, scope)
        values = block.arguments(key, given, scope, self.evaluate, self.collector)
        inside = Scope(
            values=values,
            knobs=block.knobs,
            body=id(block),
            block=at,
            prefix=f"{name}/",
            turn=turn,
            training_only=scope.training_only,
            names={},
            outer=scope,
        )
        self.calls.append(block.name)
        self.collector.uses.append(Use(block.name, key.mark))
        end = self.layers(block.layers, at, inside)
        if block.residual is not None and self.condition(block.residual, end, inside):
            end = self._merge("add", [end, at], f"{name}/residual", block.mark, inside)
        self.collector.uses.pop()
        self.calls.pop()
        return end

    def _rows(self, node: Entries, at: int, scope: Scope) -> int:
        entries = self.convert.entries(node, ROWS_KEYS, "rows") or {}
        if not self.wanted(node, at, scope):
            return at
        for row, key in self.records.rows(entries, node, self.blocks):
            number = self.number(row, key.text, scope)
            automatic = f"{key.text}_{number}"
            if key.text in self.blocks:
                at = self._call(key, row, automatic, at, scope)
            else:
                at = self._row_layer(key, row, automatic, at, scope)
        return at

    def _row_layer(self, key: Scalar, row: Entries, automatic: str, at: int, scope: Scope) -> int:
        """A row of a layer's keys, with its repeats."""
        if "repeat" not in row.nodes:
            return self._layer(key, row, automatic, at, scope)
        times = self.times(row.nodes["repeat"][1], at, scope)
        for turn in range(1, times + 1):
            once = self.records.turn(row, turn, ("repeat",))
            at = self._layer(key, once, automatic, at, scope.in_turn(turn))
        return at

    # branches

    def _branches(self, node: Entries, at: int, scope: Scope) -> int:
        entries = self.convert.entries(node, BRANCHES_KEYS, "branches") or {}
        if not self.wanted(node, at, scope):
            return at
        reads = self.reads(node, at, scope)
        start = at if reads is None else reads[0]
        items = entries["branches"][1]
        if not isinstance(items, Items):
            self.convert.refuse(items, "a list of branches, each a list of layers")
            return self._unknown(node.mark, at, scope)
        ends = [self._branch(item, start, scope) for item in items.nodes]
        merged = [end for end in ends if end is not None]
        if "merge" not in entries:
            return start
        word = self.convert.word(entries["merge"][1], MERGES) or "add"
        automatic = f"{word}_{self.number(node, word, scope)}"
        key = entries["merge"][0]
        name, mark = self.records.name(key, node, automatic, scope)
        self.own({name}, mark)
        if "axis" in entries and word != "concat":
            self.collector.add(entries["axis"][0].mark, "conflict", f"`axis` beside merge: {word}")
        axis = entries["axis"][1] if "axis" in entries and word == "concat" else None
        end = self._merge(word, merged or [start], name, key.mark, scope, axis)
        scope.names[self.records.tensor_name(node, automatic, scope)] = end
        return end

    def _branch(self, node: YamlNode, start: int, scope: Scope) -> int | None:
        """Where one branch ends, or None where it takes no part in the merge."""
        self.steps.take(BRANCH)
        inside = scope
        if isinstance(node, Entries) and "layers" in node.nodes and "repeat" not in node.nodes:
            entries = self.convert.entries(node, BRANCH_KEYS, "a branch") or {}
            if not self.wanted(node, start, scope):
                return None
            reads = self.reads(node, start, scope)
            start = start if reads is None else reads[0]
            layers = entries["layers"][1]
            if "training_only" in entries:
                training = self.condition(entries["training_only"][1], start, scope)
                inside = scope._replace(training_only=training or scope.training_only)
        else:
            layers = node
        if isinstance(layers, Items) and not layers.nodes:
            return start
        end = self.layers(layers, start, inside)
        return None if inside.training_only and not scope.training_only else end

    def _merge(  # noqa: PLR0913, PLR0917 - what is merged, and where it stands
        self,
        word: str,
        ends: Sequence[int],
        name: str,
        mark: Mark,
        scope: Scope,
        axis: YamlNode | None = None,
    ) -> int:
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
