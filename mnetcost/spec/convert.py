"""Located nodes to values, each by the description of its key. Every problem keeps its position."""

import re
from collections.abc import Callable, Collection, Mapping
from fractions import Fraction
from functools import partial
from typing import Any

from mnetcost.exact import MAX_LENGTH, parse_ratio, plain, read_ratio
from mnetcost.expressions import MAX_EXPRESSION
from mnetcost.layers.base import UNKNOWN, Pair
from mnetcost.layers.fields import (
    Choice,
    Field,
    Flag,
    Fractional,
    Integer,
    Kind,
    LengthPadding,
    ListOf,
    Name,
    Nested,
    PairOf,
    Ratio,
    WindowPadding,
    fields_of,
)
from mnetcost.layers.window import SAME, VALID, PaddingPair, Same, Sides
from mnetcost.problems import Collector, UsageError
from mnetcost.spec.nodes import Entries, Items, Node, Scalar, Unreadable, describe
from mnetcost.spec.words import NAME, wanted
from mnetcost.text import SENTENCE, clip, is_almost, listed, remark

MAX_TEXT = 300
NO_DEPTH = "a map has height and width, and no depth; 3-D layers are not supported"
KEY = 2  # steps of a mapping's key

_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)", re.ASCII)

# Other words for true and false, which YAML 1.1 knows and specs do not.
_MEANT = dict.fromkeys(("true", "yes", "on"), "true")
_MEANT |= dict.fromkeys(("false", "no", "off"), "false")

# What stands for a value that could not be read; None is replaced by the key's default.
UNKNOWNS: dict[type, Any] = {
    Integer: UNKNOWN,
    Ratio: UNKNOWN,
    PairOf: Pair(UNKNOWN, UNKNOWN),
    Choice: None,
    Flag: False,
    Fractional: UNKNOWN,
    WindowPadding: None,
    LengthPadding: None,
    Name: None,
    ListOf: (UNKNOWN,),
    Nested: None,
}


class Converter:
    """Turns nodes into values. What cannot be read is reported once and becomes unknown."""

    def __init__(self, collector: Collector) -> None:
        self.collector = collector
        self._reads: dict[type, Callable[[Node, Any], Any]] = {
            Integer: self.integer,
            Ratio: lambda node, _: self._scale(node),
            PairOf: lambda node, kind: self._pair(node, kind.side, "[height, width]"),
            Choice: lambda node, kind: self.word(node, kind.options),
            Flag: lambda node, kind: self._switch(node, kind.words),
            Fractional: lambda node, _: self._fraction(node),
            WindowPadding: lambda node, kind: self._padding(node, kind.side),
            LengthPadding: self._length_padding,
            Name: lambda node, _: self.name(node),
            ListOf: self._list,
            Nested: lambda node, kind: self.record(kind.record, node),
        }

    def value(self, node: Node, kind: Kind) -> Any:
        """The value of `node`, or what stands for an unknown one of its kind."""
        if isinstance(node, Unreadable):
            return UNKNOWNS[type(kind)]
        return self._reads[type(kind)](node, kind)

    def _scale(self, node: Node) -> Any:
        found = self.multiplier(node, "scale")
        return UNKNOWN if found is None else plain(found)

    def refuse(
        self,
        node: Node,
        expected: str | Callable[[], str],
        code: str = "wrong-type",
        *,
        suggestion: str | Callable[[], str | None] | None = None,
        more: str = "",
    ) -> None:
        """Report that `node` is not what was expected; `more` are words behind what was found."""
        if not isinstance(node, Unreadable):
            message = f"found {describe(node)}{more}"
            self.collector.add(node.mark, code, message, expected=expected, suggestion=suggestion)

    def _arithmetic(self, node: Node, of: type) -> tuple[str, str | None]:
        """Words for an expression that is none here, and what to write; nothing of others."""
        if not isinstance(node, Scalar) or len(node.text) > MAX_EXPRESSION:
            return "", None
        from mnetcost.spec.corrections import arithmetic  # only once something is wrong

        self.collector.steps.take(len(node.text))
        return arithmetic(node.text, of)

    def integer(self, node: Node, kind: Integer, other: str = "") -> Any:
        """A whole number in plain digits, within the bounds of `kind`.

        `other` names what else the key could hold, for the message.
        """
        if kind.word and isinstance(node, Scalar) and node.text == kind.word:
            return None
        whole = isinstance(node, Scalar) and node.plain and _WHOLE.fullmatch(node.text)
        if whole and len(whole[0]) <= MAX_LENGTH and kind.minimum <= int(whole[0]) <= kind.maximum:
            return int(whole[0])
        self._refuse_integer(node, wanted(kind) + (other and f", or {other}"))
        return UNKNOWN

    def _refuse_integer(self, node: Node, expected: str) -> None:
        if not isinstance(node, Scalar) or not node.plain or node.is_null:
            more, instead = self._arithmetic(node, int)
            self.refuse(node, expected, suggestion=instead, more=more)
        elif len(node.text) > MAX_LENGTH and node.text.lstrip("-").isdecimal():
            message = f"a number of {len(node.text):,} digits"
            self.collector.add(node.mark, "out-of-range", message, expected=expected)
        elif not _WHOLE.fullmatch(node.text):
            from mnetcost.spec.corrections import (
                wrong_number,
            )  # only needed once something is wrong

            code, message = wrong_number(node)
            more, instead = self._arithmetic(node, int) if code == "wrong-type" else ("", None)
            self.collector.add(
                node.mark, code, message + more, expected=expected, suggestion=instead
            )
        else:
            self.collector.add(node.mark, "out-of-range", f"found {node.text}", expected=expected)

    def _pair(self, node: Node, side: Integer | Ratio, other: str) -> Any:
        number = "a whole number" if isinstance(side, Integer) else wanted(side)
        expected = f"{number}, or {other}"
        if isinstance(node, Items):
            if len(node.nodes) == 2:
                return Pair(*(self.value(item, side) for item in node.nodes))
            message = f"a list of {len(node.nodes)}"
            if len(node.nodes) == 3:
                message += f": {NO_DEPTH}"
            self.collector.add(node.mark, "wrong-type", message, expected=expected)
        elif isinstance(node, Entries):
            self.refuse(node, expected)
        else:
            if isinstance(side, Integer):
                both = self.integer(node, side, other)
            else:
                both = self.value(node, side)
            return Pair(both, both)
        return Pair(UNKNOWN, UNKNOWN)

    def _padding(self, node: Node, side: Integer) -> PaddingPair:
        words = {"same": SAME, "valid": VALID}
        if isinstance(node, Scalar) and node.text in words:
            return words[node.text]
        other = "same, valid, or px at both ends of each side as [height, width]"
        expected = f"a whole number, or {other}"
        if isinstance(node, Scalar) and node.text.isalpha() and not node.is_null:
            self._unknown_word(node, tuple(words), expected)
            return PaddingPair(Sides(UNKNOWN), Sides(UNKNOWN))
        return PaddingPair(*map(Sides, self._pair(node, side, other)))

    def _length_padding(self, node: Node, kind: LengthPadding) -> PaddingPair:
        """That of a map of one row: its height is never padded."""
        if isinstance(node, (Items, Entries)):
            self.refuse(node, wanted(kind))
            return PaddingPair(Sides(0), Sides(UNKNOWN))
        along = self._padding(node, kind.side).w
        return PaddingPair(along if isinstance(along, Same) else Sides(0), along)

    def _list(self, node: Node, kind: ListOf) -> Any:
        if not isinstance(node, Items):
            self.refuse(node, wanted(kind))
            return UNKNOWNS[ListOf]
        if not 1 <= len(node.nodes) <= kind.most:
            message = f"a list of {len(node.nodes)}"
            self.collector.add(node.mark, "wrong-type", message, expected=wanted(kind))
            return UNKNOWNS[ListOf]
        return tuple(self.value(one, kind.item) for one in node.nodes)

    def name(self, node: Node) -> str | None:
        """A name that layers can have, or None."""
        found = self.text(node, "name")
        if found is None or is_name(found):
            return found
        self.refuse(node, NAME, "name")
        return None

    def word(self, node: Node, options: tuple[str, ...]) -> str | None:
        """One of `options`, or None."""
        if not isinstance(node, Scalar) or node.is_null:
            self.refuse(node, f"one of {listed(options)}")
        elif node.text not in options:
            self._unknown_word(node, options, f"one of {listed(options)}")
        else:
            return node.text
        return None

    def _unknown_word(self, node: Scalar, options: tuple[str, ...], expected: str) -> None:
        near = partial(self.collector.guess, node.text, options)
        self.refuse(node, expected, "unknown-word", suggestion=near)

    def _switch(self, node: Node, words: tuple[str, ...]) -> bool | str:
        if isinstance(node, Scalar) and node.text in words:
            return node.text
        return self.flag(node, words)

    def flag(self, node: Node, words: tuple[str, ...] = ()) -> bool:
        """true or false, written so, where one of `words` could stand too."""
        if isinstance(node, Scalar) and node.plain and node.text in ("true", "false"):
            return node.text == "true"
        more, meant = self._arithmetic(node, bool)
        if isinstance(node, Scalar) and node.plain:
            meant = _MEANT.get(node.text.lower(), meant)
        self.refuse(node, wanted(Flag(words)), suggestion=meant, more=more)
        return False

    def text(self, node: Node, what: str) -> str | None:
        """A short printable text, or None."""
        code = "wrong-type"
        if isinstance(node, Scalar) and not node.is_null:
            if len(node.text) <= MAX_TEXT and node.text.isprintable() and node.text.strip():
                return node.text
            code = "text"
        self.refuse(node, f"{what}: a text of at most {MAX_TEXT} printable characters", code)
        return None

    def ratio(self, node: Node, what: str) -> Fraction | None:
        """An exact number such as 0.75 or 6/7, zero included, or None."""
        if isinstance(node, Scalar) and not node.is_null:
            try:
                return parse_ratio(node.text, what)
            except UsageError as error:
                more, instead = self._arithmetic(node, Fraction)
                self.collector.add(node.mark, "wrong-type", f"{error}{more}", suggestion=instead)
        else:
            self.refuse(node, f"{what}: a number such as 0.75 or 6/7")
        return None

    def multiplier(self, node: Node, key: str) -> Fraction | None:
        """An exact number above zero, or None."""
        ratio = self.ratio(node, key)
        try:
            return None if ratio is None else read_ratio(ratio, key)
        except UsageError as error:
            expected = f"{key}: a number above zero, of at most {MAX_LENGTH} digits"
            self.collector.add(node.mark, "out-of-range", str(error), expected=expected)
            return None

    def _fraction(self, node: Node) -> Any:
        found = self.ratio(node, "rate")
        if found is not None and not 0 <= found < 1:
            self.refuse(node, wanted(Fractional()), "out-of-range")
        return found

    def entries(
        self,
        node: Node,
        known: Collection[str],
        what: str,
        *,
        such: str = "{key: value}",
        meant: str | None = None,
    ) -> dict[str, tuple[Scalar, Node]] | None:
        """The entries of a mapping whose keys are in `known`; others are reported.

        What is meant by another key stands there, unreadable unless the key is almost it. None for
        what is no mapping, which is reported too, with what it should be `such` as; nothing written
        is an empty mapping.
        """
        if isinstance(node, Scalar) and node.is_null:
            return {}
        if not isinstance(node, Entries):
            self.refuse(node, f"{what}: a mapping, such as {such}", suggestion=meant)
            return None
        self.collector.steps.take(KEY * len(node.nodes))
        found: dict[str, tuple[Scalar, Node]] = {}
        for text, (key, value) in list(node.nodes.items()):
            if text in known:
                found[text] = key, value
            elif (name := self.unknown_key(key, known, what)) and name not in node.nodes:
                found[name] = key._replace(text=name), Unreadable(key.mark)
                if is_almost(text, name) and not getattr(value, "is_null", False):
                    found[name] = node.nodes[name] = key._replace(text=name), value
        return found

    def unknown_key(self, key: Scalar, known: Collection[str], what: str) -> str | None:
        """Report a key that does not exist; the one that was meant."""
        expression = "$" in key.text or key.text.count(")") > key.text.count("(")
        if expression or key.text[:1].isdigit():
            message = f"{what} has no key `{clip(key.text)}`: the comma before it ends a value"
            expected = 'quotes around an expression with a comma, such as "max(8, $here / 4)"'
            if not expression:
                expected = 'quotes around a number with commas, such as "3,000,000"'
            return self.collector.add(key.mark, "unknown-key", message, expected=expected)
        message = f"{what} has no key `{clip(key.text)}`"
        if what == "input" and key.text in ("depth", "frames"):
            message += f": {NO_DEPTH}"
        elif more := remark(key.text):
            message += f": {more}"
        return self.collector.add(
            key.mark,
            "unknown-key",
            message,
            expected=lambda: "one of " + listed(known) if known else "no keys",
            suggestion=partial(self.collector.guess, key.text, known),
        )

    def record(self, record: Any, node: Node) -> Any:
        """A record from a mapping; keys that it lacks come from the record's own defaults."""
        owner = Scalar(record.__name__.lower(), True, node.mark)
        entries = self.entries(node, fields_of(record), owner.text)
        return None if entries is None else self.fill(record, entries, owner, {})

    def fill(
        self,
        record: Any,
        entries: Mapping[str, tuple[Scalar, Node]],
        owner: Scalar,
        defaults: Mapping[str, Any],
    ) -> Any:
        """A record from entries whose keys are known; missing ones are reported at its key."""
        values, fields = dict(defaults), fields_of(record)
        for name, field in fields.items():
            if name in entries:
                node = entries[name][1]
                if isinstance(node, Items) and isinstance(field.kind, Integer):
                    self._refuse_list(node, field.kind, fields)
                    values[name] = UNKNOWN
                else:
                    values[name] = self.field(node, field)
            elif field.required and name not in values:
                message = f"{clip(owner.text)} needs `{name}`"
                expected = f"{name}: {wanted(field.kind)}"
                self.collector.add(owner.mark, "missing-key", message, expected=expected)
                values[name] = UNKNOWNS[type(field.kind)]
        return record(**values)

    def _refuse_list(self, node: Items, kind: Integer, fields: Mapping[str, Field]) -> None:
        """Refuse a list where a whole number stands, and say which key takes one, if one does."""
        numbers = [one.text for one in node.nodes if isinstance(one, Scalar) and one.text.isdigit()]
        instead = None
        for name, field in fields.items():
            takes = isinstance(field.kind, ListOf) and isinstance(field.kind.item, Integer)
            if takes and 1 <= len(numbers) == len(node.nodes):
                instead = clip(f"{name}: [{', '.join(numbers)}]", SENTENCE)
        self.refuse(node, wanted(kind), suggestion=instead)

    def field(self, node: Node, field: Field) -> Any:
        """The value of one key; an unreadable word falls back to the key's default."""
        value = self.value(node, field.kind)
        return field.default if value is None and not field.required else value


def is_name(text: str) -> bool:
    """Whether a layer may be called so."""
    rest = text.translate(dict.fromkeys(map(ord, "_./:+-() ")))
    return len(text) <= 100 and text[0].isalnum() and (rest.isalnum() or not rest)
