"""One written layer to its record: keys, defaults, derived widths, its name."""

from collections.abc import Container, Iterable, Iterator, Mapping, Set
from typing import Any

from mnetcost.expressions import (
    MAX_EXPRESSION,
    SCALED,
    Derived,
    ExpressionError,
    is_expression,
    is_template,
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
from mnetcost.spec.nodes import Entries, Scalar, Unreadable
from mnetcost.spec.nodes import Node as YamlNode
from mnetcost.spec.rounding import read_rounding
from mnetcost.spec.scope import Evaluator, Scope

_STATED = Integer(1, MAX_CHANNELS, "channels")
OR_NONE = "no such key, or what it speaks of"
COMMON = ("name", "in", "from", "weights", "when")  # keys that every layer takes
TEMPLATE = 20  # steps, and characters that are one
SHORT = {"expand": "out", "ratio": "squeeze"}  # short for a multiple of the incoming channels


class Written(Record, kw_only=False):
    """A layer as written: its record, its key, and what its common keys say."""

    record: Layer | Compound
    key: Scalar
    states: Any = None
    derived: tuple[str, ...] = ()
    weights: YamlNode | None = None
    like: YamlNode | None = None
    doubtful: bool = False  # some of its keys could not be read

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
        told = self.convert.collector.told
        entries = {} if value is None else self._entries(key, value, known)
        if entries is None:
            return Written(Unknown(), key)
        _refuse_second_ways(self.convert, ways, entries)
        is_source = getattr(LAYERS[key.text], "source", False)
        if is_source:
            _refuse_incoming(self.convert, key, entries)
        values = self._one_way(key, ways, entries.keys())
        if values is None:
            return Written(Unknown(), key)
        self._refuse_following(fields, entries)
        rounding = None
        if "round" in entries:
            rounding = read_rounding(self.convert, entries["round"], self.multiplier)
        derived = self._derive(fields, entries, short, scope, rounding)
        plain = _unread(short, entries, derived) | {
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
        self._refuse_idle(record, fields, entries)
        states = None
        if "in" in entries and not is_source:
            states = self._stated(entries["in"][1], scope, block, here)
        named = {one: entries[one][1] for one in ("weights", "like") if one in entries}
        doubtful = self.convert.collector.told > told
        return Written(record, key, states, tuple(derived), doubtful=doubtful, **named)

    def _entries(
        self, key: Scalar, value: YamlNode, known: tuple[str, ...]
    ) -> dict[str, tuple[Scalar, YamlNode]] | None:
        """The keys of a layer; of a number in their place it says which key it may be of."""
        if isinstance(value, Entries):
            return self.convert.entries(value, known, key.text)
        needed = next((one for one, of in fields_of(LAYERS[key.text]).items() if of.required), None)
        such, meant = "{name: first}", None
        if needed:
            such = f"{{{needed}: 32}}"
            if isinstance(value, Scalar) and value.text.isdecimal():
                meant = f"{key.text}: {{{needed}: {value.text}}}"
        return self.convert.entries(value, known, key.text, such=such, meant=meant)

    def _refuse_following(
        self, fields: Mapping[str, Field], entries: Mapping[str, tuple[Scalar, YamlNode]]
    ) -> None:
        """Report lists that speak of incoming channels."""
        for name, (_, node) in entries.items():
            if name in fields and isinstance(fields[name].kind, ListOf):
                self.evaluate.refuse_incoming(node, name)

    def _refuse_idle(
        self,
        record: Any,
        fields: Mapping[str, Field],
        entries: Mapping[str, tuple[Scalar, YamlNode]],
    ) -> None:
        """Report the keys that say something and mean nothing beside the others."""
        for name, why in _idle(record).items():
            if name in entries and getattr(record, name) != fields[name].default:
                mark = entries[name][0].mark
                self.convert.collector.add(mark, "conflict", f"`{name}` {why}", expected=OR_NONE)

        if getattr(record, "scale", None) is False:
            self._refuse_unscaled(record, entries)

    def _refuse_unscaled(self, record: Any, entries: Mapping[str, tuple[Scalar, YamlNode]]) -> None:
        """Report rules for α beside a width that is not under it."""
        for name in getattr(record, "widths", Layer.widths) & set(record._fields):
            width = getattr(record, name)
            if isinstance(width, Ruled):
                message, at = "`round` beside `scale: false`", entries["round"][0]
            elif isinstance(width, Derived) and width.widths and "scale" in entries:
                message, at = f"`scale: false` beside `{SCALED}()`", entries["scale"][0]
            else:
                continue
            self.convert.collector.add(at.mark, "conflict", message, expected="one of both")

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
        absolute = is_template(getattr(node, "text", ""))
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
        if not isinstance(node, Scalar) or not is_template(node.text):
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


def ways_of(written: str) -> tuple[tuple[str, ...], ...]:
    """The groups of keys of which a layer type, by the name that specs write, has one written."""
    record = LAYERS[written]
    return record.ways() if issubclass(record, Layer) else ()


def _unread(
    short: Iterable[str], entries: Mapping[str, tuple[Scalar, YamlNode]], derived: Container[str]
) -> dict[str, tuple[Scalar, YamlNode]]:
    """The widths that a multiple says which could not be read, and was reported."""
    return {
        SHORT[name]: (entries[name][0], Unreadable(entries[name][0].mark))
        for name in short
        if name in entries and SHORT[name] not in derived
    }


def _idle(record: Layer | Compound) -> dict[str, str]:
    """What means nothing in a layer, or in all that it stands for."""
    if isinstance(record, Layer):
        return dict(record.idle())
    first, *others = (dict(layer.idle()) for _, layer in record.expand())
    return {name: why for name, why in first.items() if all(name in one for one in others)}


def _refuse_incoming(
    convert: Converter, key: Scalar, entries: Mapping[str, tuple[Scalar, YamlNode]]
) -> None:
    """Report what speaks of the map before a layer that reads no values.

    `from` may say whose sides it has, where no `like` does.
    """
    sided = ("like",) in ways_of(key.text) and "like" not in entries
    for name, (one, node) in entries.items():
        spoken = name in ("in", "expand") or (name == "from" and not sided)
        if spoken or "here" in names_in(getattr(node, "text", "")):
            message = f"`{name}` speaks of what comes in, and `{key.text}` reads nothing"
            number = "a number, or what follows from $in or a parameter"
            expected = f"no `{name}`" if name in COMMON else number
            convert.collector.add(one.mark, "conflict", message, expected=expected)


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
