"""The `layers:` list to graph nodes: blocks, rows, repeats and branches are unrolled, bounded."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mnetcost.graph import INPUT, Node
from mnetcost.layers import LAYERS
from mnetcost.problems import Use
from mnetcost.spec.blocks import CALL_KEYS, NETWORK_INPUT, Block
from mnetcost.spec.entries import Unknown, Written
from mnetcost.spec.nodes import Entries, Items, Scalar, Unreadable, items_of
from mnetcost.spec.nodes import Node as YamlNode
from mnetcost.spec.rows import RowReader
from mnetcost.spec.scope import Named, Outputs, Owner, Scope
from mnetcost.spec.sharing import Sharing
from mnetcost.text import SENTENCE, clip, is_almost

MAX_CALLS = 20  # blocks inside blocks
MAX_LISTS = 50  # lists of layers inside lists
ENTRY, BRANCH = 8, 4  # steps of each

MERGES = ("add", "concat", "multiply", "maximum", "minimum", "subtract", "divide")
BRANCH_KEYS = ("repeat", "layers", "training_only", "when", "from")
BRANCHES_KEYS = ("branches", "merge", "axis", "name", "when", "from")
REPEAT_KEYS = ("repeat", "layers", "when")
ROWS_KEYS = ("rows", "columns", "first", "values", "with", "when")


class Builder(Sharing):
    """Unrolls the layers of one spec into nodes."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.rows = RowReader(self.convert)
        self.calls: list[str] = []
        self.depth = 0

    def build(self, node: YamlNode, knobs: Mapping[str, Any]) -> list[Node]:
        """The nodes of `layers:`. Raises TooLarge."""
        self.layers(node, INPUT, Scope(values=knobs, names={NETWORK_INPUT: Named((INPUT,))}))
        return self.nodes

    # lists and entries

    def layers(self, node: YamlNode, at: int, scope: Scope) -> int:
        """Unroll a list of layers that begins at node `at`; the node it ends at."""
        if not isinstance(node, Items):
            word = self._word(node)
            meant = f"- {word}" if word else None
            expected = "a list of layers, each on a line that begins with `- `"
            self.convert.refuse(node, expected, suggestion=meant)
            return self.unknown(node.mark, at, scope)
        if not node.nodes:
            self.collector.add(node.mark, "empty", "found no layers")
            return self.unknown(node.mark, at, scope)
        if self.depth >= MAX_LISTS:
            message = f"lists of layers inside each other, over {MAX_LISTS} deep"
            self.collector.add(node.mark, "too-deep", message)
            return self.unknown(node.mark, at, scope)
        self.depth += 1
        for entry in node.nodes:
            at = self._entry(entry, at, scope)
        self.depth -= 1
        return at

    def _entry(self, node: YamlNode, at: int, scope: Scope) -> int:  # noqa: PLR0911 - a form each
        self.steps.take(ENTRY)
        match node:
            case Unreadable():
                return self.unknown(node.mark, at, scope)
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
        return self.unknown(node.mark, at, scope)

    def _word(self, node: YamlNode) -> str:
        """The layer, or block, that is written where a list of them belongs; else empty."""
        keys = list(node.nodes) if isinstance(node, Entries) else [getattr(node, "text", "")]
        return next((one for one in keys[:1] if one in LAYERS or one in self.blocks), "")

    def _several(self, node: Entries, at: int, scope: Scope) -> int:
        (first, value), (second, _) = list(node.nodes.values())[:2]
        if any(is_almost(first.text, word) for word in ("branches", "repeat", "rows")):
            return self.unknown_layer(first, node, at, scope)
        message = f"`{clip(second.text)}` stands beside `{clip(first.text)}`"
        expected = f"one layer an entry; put its keys in {{}} or indent them under `{first.text}:`"
        if second.text in LAYERS or second.text in self.blocks:
            expected = f"one layer an entry; begin a new line with `- {second.text}`"
        self.collector.add(second.mark, "wrong-type", message, expected=clip(expected, SENTENCE))
        return self.lost(first, value, first.text, at, scope)

    def _named(
        self, node: YamlNode, key: Scalar, value: YamlNode | None, at: int, scope: Scope
    ) -> int:
        """A layer or a block call."""
        if key.text in self.blocks:
            number = self.number(node, key.text, scope)
            return self._call(key, value, f"{key.text}_{number}", at, scope)
        if key.text in LAYERS:
            number = self.number(node, key.text, scope)
            return self._layer(key, value, f"{key.text}_{number}", at, scope)
        return self.unknown_layer(key, value, at, scope)

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
        sides = None if written.like is None else self.one(written.like, scope)
        if written.like is not None and sides is None:
            written = written._replace(record=Unknown(), like=None)
        name, name_mark = self.records.name(key, value, automatic, scope)
        reads = self.inputs(written, (at,) if reads is None else reads, sides)
        short = self.records.tensor_name(value, automatic, scope)
        owner = None
        if written.weights is not None:
            owner = self.owner(written.weights, short if scope.suffix else "", scope)
        if written.parts:
            if name_mark != key.mark:
                self.collector.add(name_mark, "conflict", "`name` beside `names`")
            return self._parts(written, reads, owner, scope)
        expanded = list(written.expand(name))
        if written.known:
            self.own({name, *(one for one, _ in expanded)}, name_mark)
        found = self.place(expanded, written, reads, owner, scope)
        self.give(short, name, {"": found}, name_mark, scope)
        return found.ends[0]

    def _parts(
        self, written: Written, reads: tuple[int, ...], owner: Owner | None, scope: Scope
    ) -> int:
        """A node for each named part of one map; the last one, which what follows reads."""
        last, parts = reads[0], written.parts
        for part, record in parts:
            self.steps.take(len(parts))
            name = f"{scope.prefix}{part}{scope.suffix}"
            self.own({name}, written.key.mark)
            found = self.place([(name, record)], written, reads, owner, scope)
            self.give(part, name, {"": found}, written.key.mark, scope)
            last = found.ends[0]
        return last

    # repeats and blocks

    def _repeat(self, node: Entries, at: int, scope: Scope) -> int:
        entries = self.convert.entries(node, REPEAT_KEYS, "repeat") or {}
        for name in {"repeat", "layers"} - entries.keys():
            present = next(iter(entries.values()))[0] if entries else Scalar("", True, node.mark)
            message = f"a repeat needs `{name}`"
            expected = "repeat: n, and beside it layers: [...]"
            self.collector.add(present.mark, "missing-key", message, expected=expected)
            if name == "layers":
                return self.unknown(node.mark, at, scope)
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
            return self.unknown(key.mark, at, scope)
        ends = self.reads(value, at, scope) or (at,)
        name, mark = self.records.name(key, value, automatic, scope)
        self.own({name}, mark)
        times = self.times(entries["repeat"][1], at, scope) if "repeat" in entries else None
        given = {one: pair for one, pair in entries.items() if one not in CALL_KEYS}
        first = getattr(value, "first", ())
        short = self.records.tensor_name(value, automatic, scope)
        outputs = block.untaken(Named(ends))
        start = len(self.nodes)
        turns: dict[str, Outputs] = {}
        for turn in range(1, 2 if times is None else times + 1):
            full = name if times is None else f"{name}.{turn}"
            if turn == 2 and first:
                given = {one: pair for one, pair in given.items() if one not in first}
            begun = len(self.nodes)
            inside = self._inside(block, key, given, full, outputs.ends[0], scope)
            if times:
                inside = inside._replace(turn=turn)
            outputs = self._enter(block, key, outputs.ends, inside)
            outputs = outputs._replace(nodes=range(begun, len(self.nodes)))
            turns[full] = outputs
        if "weights" in entries and turns:
            own = short if times or scope.suffix else ""
            self._share(entries["weights"][1], own, [one.nodes for one in turns.values()], scope)
        for full, one in turns.items():  # not before: a call has no weights of its own
            self.settle(full, one.named())
        every = outputs._replace(nodes=range(start, len(self.nodes)))
        self.give(short, name, every.named(), mark, scope)
        return outputs.ends[0]

    def _share(self, node: YamlNode, name: str, turns: Sequence[range], scope: Scope) -> None:
        """Let the turns of a call use the weights that `weights:` names, or those of the first."""
        owner = self.owner(node, name, scope)
        every = range(turns[0].start, turns[-1].stop)
        if owner and owner.of and self.alike(owner, every, scope):
            self.share(owner, every, owner.of.nodes)
        elif owner and not owner.of:
            for turn in turns[1:]:
                self.share(owner, turn, turns[0])

    def _inside(  # noqa: PLR0913, PLR0917 - a call, and where it stands
        self,
        block: Block,
        key: Scalar,
        given: Mapping[str, tuple[Scalar, YamlNode]],
        name: str,
        at: int,
        scope: Scope,
    ) -> Scope:
        """The surroundings of a block's own layers."""
        return Scope(
            values=block.arguments(key, given, scope, self.evaluate, self.collector),
            knobs=block.knobs,
            body=id(block),
            block=at,
            prefix=f"{name}/",
            turn=scope.turn,
            training_only=scope.training_only,
            names={},
            outer=scope,
        )

    def _enter(self, block: Block, key: Scalar, reads: tuple[int, ...], inside: Scope) -> Outputs:
        """One turn of a block."""
        at = reads[0]
        if block.name in self.calls or len(self.calls) >= MAX_CALLS:
            path = " → ".join([*self.calls, block.name])
            self.collector.add(
                key.mark, "recursive", f"blocks use each other: {clip(path, SENTENCE)}"
            )
            return Outputs((self.unknown(key.mark, at, inside),))
        if not self.name_inputs(block, key, reads, inside):
            unknown = self.unknown(key.mark, at, inside)
            ends = (unknown,) * max(1, len(items_of(block.outputs)))
            return block.untaken(Named(ends, range(unknown, unknown + 1)))
        self.calls.append(block.name)
        self.collector.uses.append(Use(block.name, key.mark))
        end = self.layers(block.layers, at, inside)
        if block.residual is not None and self.condition(block.residual, end, inside):
            name = f"{inside.prefix}residual"
            self.own({name}, block.mark)
            end = self.merge("add", [end, at], name, block.mark, inside)
        outputs = Outputs((end,))
        if block.outputs is not None:
            outputs = self.outputs(block.outputs, end, inside)
        self.collector.uses.pop()
        self.calls.pop()
        return outputs

    def _rows(self, node: Entries, at: int, scope: Scope) -> int:
        entries = self.convert.entries(node, ROWS_KEYS, "rows") or {}
        if not self.wanted(node, at, scope):
            return at
        for row, key in self.rows.read(entries, node, self.blocks):
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
            once = self.rows.turn(row, turn, ("repeat",))
            at = self._layer(key, once, automatic, at, scope.in_turn(turn))
        return at

    # branches

    def _branches(self, node: Entries, at: int, scope: Scope) -> int:
        entries = self.convert.entries(node, BRANCHES_KEYS, "branches") or {}
        if not self.wanted(node, at, scope):
            return at
        key, items = entries["branches"]
        start, begun = self.start(node, key, at, scope), len(self.nodes)
        if not isinstance(items, Items):
            expected = "a list of branches, each a list of layers: `- - conv: {out: 32}`"
            self.convert.refuse(items, expected)
            return self.unknown(node.mark, at, scope)
        merged = [end for item in items.nodes for end in self._branch(item, start, scope)]
        if "merge" not in entries:
            if "axis" in entries:
                self.collector.add(entries["axis"][0].mark, "conflict", "`axis` without a `merge`")
            if "name" in entries:
                name, mark = self.records.name(key, node, "", scope)
                self.own({name}, mark)
                found = Named(tuple(merged) or (start,), range(begun, len(self.nodes)))
                short = self.records.tensor_name(node, "", scope)
                self.give(short, name, found.numbered(), mark, scope)
            return start
        known = self.convert.word(entries["merge"][1], MERGES)
        word = known or "add"
        automatic = f"{word}_{self.number(node, word, scope)}"
        key = entries["merge"][0]
        name, mark = self.records.name(key, node, automatic, scope)
        self.own({name}, mark)
        if "axis" in entries and word != "concat":
            self.collector.add(entries["axis"][0].mark, "conflict", f"`axis` beside merge: {word}")
        axis = entries["axis"][1] if "axis" in entries and word == "concat" else None
        if known:
            end = self.merge(word, merged or [start], name, key.mark, scope, axis)
        else:
            end = self.unknown(key.mark, start, scope)
        found = Named((end,), range(begun, len(self.nodes)))
        short = self.records.tensor_name(node, automatic, scope)
        self.give(short, name, {"": found}, mark, scope)
        return end

    def _branch(self, node: YamlNode, start: int, scope: Scope) -> Iterator[int]:
        """Where a branch ends, each turn of a repeated one; nothing of what is not merged."""
        if not isinstance(node, Entries) or "layers" not in node.nodes:
            if word := self._word(node):
                message = f"`{word}` alone where a branch is a list of layers"
                expected = "a dash for the branch, and one for each of its layers"
                meant = f"- - {word}"
                self.collector.add(
                    node.mark, "wrong-type", message, expected=expected, suggestion=meant
                )
                yield self._entry(node, start, scope)
            else:
                yield from self._branch_end(node, start, scope)
            return
        entries = self.convert.entries(node, BRANCH_KEYS, "a branch") or {}
        if "repeat" not in entries:
            yield from self._branch_turn(node, entries, start, scope)
            return
        for turn in range(1, self.times(entries["repeat"][1], start, scope) + 1):
            yield from self._branch_turn(node, entries, start, scope.in_turn(turn))

    def _branch_turn(
        self,
        node: Entries,
        entries: Mapping[str, tuple[Scalar, YamlNode]],
        start: int,
        scope: Scope,
    ) -> Iterator[int]:
        self.steps.take(BRANCH)
        if self.wanted(node, start, scope):
            key, layers = entries["layers"]
            start = self.start(node, key, start, scope)
            training = "training_only" in entries and self.condition(
                entries["training_only"][1], start, scope
            )
            inside = scope._replace(training_only=training or scope.training_only)
            for end in self._branch_end(layers, start, inside):
                if inside.training_only == scope.training_only:
                    yield end

    def _branch_end(self, layers: YamlNode, start: int, scope: Scope) -> Iterator[int]:
        self.steps.take(BRANCH)
        empty = isinstance(layers, Items) and not layers.nodes
        yield start if empty else self.layers(layers, start, scope)
