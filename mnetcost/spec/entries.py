"""One written layer to its record: keys, defaults, derived widths, its name; and rows to calls."""

from collections.abc import Container, Iterator, Mapping, Set
from typing import Any

from mnetcost.expressions import (
    MAX_EXPRESSION,
    Derived,
    ExpressionError,
    is_expression,
    names_in,
    template,
)
from mnetcost.layers import LAYERS
from mnetcost.layers.base import UNKNOWN, Compound, Layer, Map, Width
from mnetcost.layers.channels import Split
from mnetcost.layers.fields import MAX_CHANNELS, Field, Integer, ListOf, fields_of
from mnetcost.layers.structural import Constant, Free
from mnetcost.multipliers import Rounding, Ruled
from mnetcost.problems import Mark
from mnetcost.record import Record
from mnetcost.spec.convert import Converter
from mnetcost.spec.nodes import Entries, Items, Scalar, Unreadable
from mnetcost.spec.nodes import Node as YamlNode
from mnetcost.spec.rounding import read_rounding
from mnetcost.spec.scope import Evaluator, Scope
from mnetcost.text import clip

_STATED = Integer(1, MAX_CHANNELS, "channels")
COMMON = ("name", "in", "from", "weights", "when")  # keys that every layer takes
TEMPLATE = 20  # steps, and characters that are one
COLUMN = 3  # steps of a value in a row
SHORT = {"expand": "out", "ratio": "squeeze"}  # short for a multiple of the incoming channels


class Written(Record, kw_only=False):
    """A layer as written: its record, its key, and what its common keys say."""

    record: Layer | Compound
    key: Scalar
    states: Any = None
    derived: tuple[str, ...] = ()
    weights: YamlNode | None = None
    like: YamlNode | None = None

    @property
    def known(self) -> bool:
        """Whether it could be read."""
        return not isinstance(self.record, Unknown)

    @property
    def parts(self) -> list[tuple[str, Layer]]:
        """The parts of the channels that have names of their own; others could not be read."""
        found = self.record.parts() if isinstance(self.record, Split) else ()
        return [(name, part) for name, part in found if isinstance(name, str)]

    @property
    def is_source(self) -> bool:
        """Whether it reads no values."""
        return isinstance(self.record, Layer) and self.record.source

    @property
    def is_like(self) -> bool:
        """Whether it takes the sides of a map: that of `like:`, or a source the one before it."""
        return self.like is not None or isinstance(self.record, Constant)

    def expand(self, name: str) -> Iterator[tuple[str, Layer]]:
        """The layers it stands for, each with its name; `name` is its own in full."""
        if isinstance(self.record, Layer):
            yield name, self.record
        else:
            for suffix, layer in self.record.expand():
                yield f"{name}/{suffix}" if suffix else name, layer


class Unknown(Free):
    """Stands for a layer that could not be read: nothing is known of its output."""

    def output(self, x: Map, width: Width) -> Map:
        return Map(UNKNOWN, UNKNOWN, UNKNOWN)


class RecordReader:
    """Reads layers, each that sees the same values once, with the `defaults:` already converted."""

    def __init__(
        self,
        convert: Converter,
        evaluate: Evaluator,
        defaults: Mapping[str, Mapping[str, Any]],
        rounding: Rounding,
    ) -> None:
        self.convert, self.evaluate, self.defaults = convert, evaluate, defaults
        self.multiplier = rounding.multiplier
        self._known: dict[tuple[int, tuple[Any, ...]], tuple[YamlNode, Written, int]] = {}
        self._rows: dict[int, list[tuple[Entries, Scalar]]] = {}

    def read(
        self, key: Scalar, value: YamlNode | None, scope: Scope, block: Any, here: Any
    ) -> Written:
        """The layer of a key and its mapping; `block` and `here` are channels before α."""
        if value is None:
            return self._read(key, None, scope, block, here)
        place = id(value), self.evaluate.seen(value, scope, block, here)
        steps = self.convert.collector.steps
        if place in self._known:
            _, written, taken = self._known[place]
            steps.take(taken)  # its expressions are worked out in the graph all the same
            return written
        left = steps.left
        written = self._read(key, value, scope, block, here)
        # the node is kept too: an id may come again once its owner is gone
        self._known[place] = value, written, left - steps.left
        return written

    def _read(
        self, key: Scalar, value: YamlNode | None, scope: Scope, block: Any, here: Any
    ) -> Written:
        fields = fields_of(LAYERS[key.text])
        ways = ways_of(key.text)
        short = [one for one, meant in SHORT.items() if meant in fields]
        ruled = ["round"] if {"out", "squeeze"} & fields.keys() else []
        like = ["like"] if ("like",) in ways else []
        known = (*fields, *short, *ruled, *like, *COMMON)
        entries = {} if value is None else self.convert.entries(value, known, key.text)
        if entries is None:
            return Written(Unknown(), key)
        _refuse_second_ways(self.convert, ways, entries)
        values = self._one_way(key, ways, entries.keys())
        if values is None:
            return Written(Unknown(), key)
        for name, (_, node) in entries.items():
            if name in fields and isinstance(fields[name].kind, ListOf):
                self.evaluate.refuse_incoming(node, name)
        rounding = None
        if "round" in entries:
            rounding = read_rounding(self.convert, entries["round"], self.multiplier)
        derived = self._derive(fields, entries, short, scope, rounding)
        plain = {
            name: (one, self.evaluate.substitute(node, scope, block, here))
            for name, (one, node) in entries.items()
            if name in fields and name not in derived
        }
        record = self.convert.fill(LAYERS[key.text], plain, key, {**values, **derived})
        if rounding is not None and "out" in plain:
            record = record._replace(out=Ruled(record.out, rounding))
        elif rounding is not None and not derived:
            mark = entries["round"][0].mark
            self.convert.collector.add(mark, "conflict", "`round` without a width that it rounds")
        states = None
        if "in" in entries:
            states = self._stated(entries["in"][1], scope, block, here)
        named = {one: entries[one][1] for one in ("weights", "like") if one in entries}
        return Written(record, key, states, tuple(derived), **named)

    def _stated(self, node: YamlNode, scope: Scope, block: Any, here: Any) -> Any:
        """The input channels that a layer states: a number, or what follows from the block's."""
        if isinstance(node, Scalar) and is_expression(node.text):
            derived = self.evaluate.derived(node, scope, _STATED.maximum)
            if derived is not None:
                return derived
        return self.convert.value(self.evaluate.substitute(node, scope, block, here), _STATED)

    def _one_way(
        self, key: Scalar, ways: tuple[tuple[str, ...], ...], written: Set[str]
    ) -> dict[str, Any] | None:
        """The defaults of a layer, without those of other ways than the one that is written.

        None where one is needed and there is none, which is reported.
        """
        values = dict(self.defaults.get(key.text, {}))
        if any(written & set(way) for way in ways):
            others = {name for way in ways if not written & set(way) for name in way}
            return {name: value for name, value in values.items() if name not in others}
        if getattr(LAYERS[key.text], "source", False):  # the map before it is a way
            return values
        names = [name for way in ways for name in way]
        fields = LAYERS[key.text]._field_defaults
        optional = () in ways or {*map(fields.get, names)} != {None}
        if names and not optional and not values.keys() & set(names):
            needed = " or ".join(", ".join(f"`{name}`" for name in names).rsplit(", ", 1))
            self.convert.collector.add(key.mark, "missing-key", f"{key.text} needs {needed}")
            return None
        return values

    def _derive(
        self,
        fields: Mapping[str, Field],
        entries: Mapping[str, tuple[Scalar, YamlNode]],
        short: list[str],
        scope: Scope,
        rounding: Rounding | None,
    ) -> dict[str, Derived]:
        """The keys that follow from incoming channels."""
        derived: dict[str, Derived] = {}
        for name, (key, node) in entries.items():
            if name in short:
                if SHORT[name] in entries:
                    message = f"`{name}` beside `{SHORT[name]}`; give one of them"
                    self.convert.collector.add(key.mark, "conflict", message)
                    continue
                found = self._multiple(node, scope, rounding)
                if found is not None:
                    derived[SHORT[name]] = found
            elif isinstance(node, Scalar) and is_expression(node.text):
                kind = fields[name].kind if name in fields else None
                if isinstance(kind, Integer) and not kind.fixed:
                    found = self.evaluate.derived(node, scope, kind.maximum, rounding)
                    if found is not None:
                        derived[name] = found
        return derived

    def _multiple(self, node: YamlNode, scope: Scope, rounding: Rounding | None) -> Derived | None:
        """`expand: 6` as `$here * (6)`."""
        if not isinstance(node, Scalar) or node.is_null:
            self.convert.refuse(node, "a number that multiplies the incoming channels, such as 6")
            return None
        text = f"$here * ({node.text})"
        written = Scalar(text, True, node.mark)
        try:
            self.evaluate.parsed(text)
        except ExpressionError as error:
            self.evaluate.refuse(node, error, scope)
            return None
        found = self.evaluate.derived(written, scope, MAX_CHANNELS, rounding)
        if found is None:
            self.evaluate.value(written, scope, 1, 1)  # says which name is unknown
        return found

    # names

    def name(
        self, key: Scalar, value: YamlNode | None, automatic: str, scope: Scope
    ) -> tuple[str, Mark]:
        """The full name, written or automatic, and where it stands."""
        node = self._name_node(value)
        if node is None:
            return f"{scope.prefix}{automatic}{scope.suffix}", key.mark
        absolute = is_expression(getattr(node, "text", ""))
        written = self.convert.name(self.template(node, scope))
        if written is None:
            return f"{scope.prefix}{automatic}{scope.suffix}", key.mark
        if absolute:
            return written, node.mark
        return f"{scope.prefix}{written}{scope.suffix}", node.mark

    def tensor_name(self, value: YamlNode | None, automatic: str, scope: Scope) -> str:
        """The name that `from:` knows it by: as written, without prefix and suffix."""
        node = self._name_node(value)
        if node is None:
            return automatic
        return getattr(self.template(node, scope), "text", automatic)

    @staticmethod
    def _name_node(value: YamlNode | None) -> YamlNode | None:
        if isinstance(value, Entries) and "name" in value.nodes:
            return value.nodes["name"][1]
        return None

    def template(self, node: YamlNode, scope: Scope) -> YamlNode:
        """A text with its parameters put in."""
        if not isinstance(node, Scalar) or not is_expression(node.text):
            return node
        is_short = len(node.text) <= MAX_EXPRESSION  # a longer text is refused
        known = scope.parameters(names_in(node.text)) if is_short else {}
        try:
            text = template(node.text, known)
        except ExpressionError as error:
            if not any(isinstance(value, Unreadable) for value in known.values()):
                self.evaluate.refuse(node, error, scope)
            return Unreadable(node.mark)
        self.evaluate.steps.take(TEMPLATE + len(text) // TEMPLATE)
        return Scalar(text, True, node.mark)

    # rows

    def rows(
        self,
        entries: Mapping[str, tuple[Scalar, YamlNode]],
        node: Entries,
        known: Container[str],
    ) -> list[tuple[Entries, Scalar]]:
        """Each row of a `rows:` entry as the mapping of a call, read once from the text."""
        if id(node) not in self._rows:
            self._rows[id(node)] = list(self._read_rows(entries, node, known))
        return self._rows[id(node)]

    def _read_rows(
        self,
        entries: Mapping[str, tuple[Scalar, YamlNode]],
        node: Entries,
        known: Container[str],
    ) -> Iterator[tuple[Entries, Scalar]]:
        collector = self.convert.collector
        for name in ("columns", "values"):
            if name not in entries:
                message = f"rows need `{name}`"
                collector.add(entries["rows"][0].mark, "missing-key", message)
                return
        called = entries["rows"][1]
        if not isinstance(called, Scalar) or (
            called.text not in known and called.text not in LAYERS
        ):
            self.convert.refuse(called, "the name of a block or of a layer", "unknown-layer")
            return
        columns = self._columns(entries["columns"][1])
        only_first: frozenset[str] = frozenset()
        if "first" in entries:
            only_first = self._first(entries["first"][1], {one.text for one in columns})
        common = self._common(entries["with"][1]) if "with" in entries else {}
        values = entries["values"][1]
        if not isinstance(values, Items) or not values.nodes:
            self.convert.refuse(values, "a list of rows, such as [[6, 24, 2, 2]]")
            return
        for row in values.nodes:
            if not isinstance(row, Items) or len(row.nodes) != len(columns):
                count = len(row.nodes) if isinstance(row, Items) else 1
                message = f"a row of {count} values under {len(columns)} columns"
                collector.add(row.mark, "wrong-type", message)
                continue
            self.evaluate.steps.take(COLUMN * (len(columns) + len(common)))
            call = Entries(row.mark)
            call.nodes = {one.text: (one, value) for one, value in zip(columns, row.nodes)}
            call.nodes |= {name: pair for name, pair in common.items() if name not in call.nodes}
            call.first = only_first
            yield call, called._replace(mark=row.mark)

    def _columns(self, node: YamlNode) -> list[Scalar]:
        columns, names = self._words(node), set()
        for column in columns:
            if column.text in names:
                message = f"the column `{clip(column.text)}` is written twice"
                self.convert.collector.add(column.mark, "duplicate-key", message)
            names.add(column.text)
        return columns

    def _first(self, node: YamlNode, columns: Container[str]) -> frozenset[str]:
        first = self._words(node)
        for column in first:
            if column.text not in columns:
                self.convert.refuse(column, "one of the columns", "unknown-word")
        return frozenset(one.text for one in first)

    def _common(self, node: YamlNode) -> Mapping[str, tuple[Scalar, YamlNode]]:
        if isinstance(node, Entries):
            return node.nodes
        if not (isinstance(node, Scalar) and node.is_null):
            self.convert.refuse(node, "with: a mapping of keys that all rows share")
        return {}

    def turn(self, row: Entries, turn: int, without: Container[str]) -> Entries:
        """A row as its turn number `turn` sees it."""
        self.evaluate.steps.take(len(row.nodes))
        once = Entries(row.mark)
        once.nodes = {
            name: pair
            for name, pair in row.nodes.items()
            if name not in without and (turn == 1 or name not in row.first)
        }
        return once

    def _words(self, node: YamlNode) -> list[Scalar]:
        if isinstance(node, Items):
            found = [one for one in node.nodes if isinstance(one, Scalar)]
            if len(found) == len(node.nodes):
                return found
        self.convert.refuse(node, "a list of names, such as [out, repeat, stride]")
        return []


def ways_of(written: str) -> tuple[tuple[str, ...], ...]:
    """The groups of keys of which a layer type, by the name that specs write, has one written."""
    record = LAYERS[written]
    return record.ways() if issubclass(record, Layer) else ()


def _refuse_second_ways(
    convert: Converter,
    ways: tuple[tuple[str, ...], ...],
    entries: Mapping[str, tuple[Scalar, YamlNode]],
) -> None:
    """Report the keys beside those that say the same in another way."""
    first, *others = [way for way in ways if entries.keys() & set(way)] or [()]
    for name in (name for way in others for name in way if name in entries):
        one = next(one for one in first if one in entries)
        convert.collector.add(entries[name][0].mark, "conflict", f"`{name}` beside `{one}`")


def read_defaults(convert: Converter, node: YamlNode) -> dict[str, dict[str, Any]]:
    """`defaults:` by written key, converted once."""
    defaults = {}
    for key, value in (convert.entries(node, LAYERS, "defaults") or {}).values():
        known = fields_of(LAYERS[key.text])
        entries = convert.entries(value, known, f"{key.text} in defaults") or {}
        _refuse_second_ways(convert, ways_of(key.text), entries)
        defaults[key.text] = {
            name: convert.field(item, known[name]) for name, (_, item) in entries.items()
        }
    return defaults
