"""`variants:`: named bundles of knobs, input and width; and the knobs that a user sets."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from mnetcost.exact import read_ratio
from mnetcost.expressions import literal, plain
from mnetcost.problems import TOP, Problem, SpecError, UsageError
from mnetcost.spec.blocks import REQUIRED, read_values
from mnetcost.spec.convert import Converter
from mnetcost.spec.nodes import Entries, Node, Scalar, Unreadable
from mnetcost.text import clip, did_you_mean, listed

VARIANT_KEYS = ("name", "source", "input", "width", "knobs")
MERGED = ("input", "width")  # a variant gives only the keys that differ

Section = Mapping[str, tuple[Scalar, Node]]


class Variants:
    """The variants of one spec, and the one that is read."""

    def __init__(self, convert: Converter, section: tuple[Scalar, Node] | None, asked: str) -> None:
        self.convert = convert
        self.entries: dict[str, Section] = {}
        if section is not None:
            self._read(section[1])
        self.own: Section = self.entries.get(asked, {})
        if asked and asked not in self.entries:
            origin = convert.collector.origin
            raise SpecError(
                [
                    Problem(
                        label=origin.label,
                        mark=TOP,
                        code="unknown-spec",
                        message=f"the spec has no variant {clip(asked)!r}",
                        expected="one of " + listed(self.entries) if self.entries else "none",
                        suggestion=did_you_mean(asked, self.entries),
                    )
                ]
            )

    @property
    def names(self) -> tuple[str, ...]:
        """The variants in written order."""
        return tuple(self.entries)

    def _read(self, node: Node) -> None:
        if not isinstance(node, Entries):
            self.convert.refuse(node, "variants: a mapping from names to what differs")
            return
        for name, (key, value) in node.nodes.items():
            if not all(part.isalnum() for part in name.split("_")) or not name.isascii():
                self.convert.refuse(key, "a name of letters, digits and _", "name")
                continue
            found = self.convert.entries(value, VARIANT_KEYS, f"variant {name}")
            self.entries[name] = found or {}

    def chosen(self, sections: Section) -> dict[str, tuple[Scalar, Node]]:
        """The sections of the spec with those of the variant put over them."""
        chosen = dict(sections)
        for name, (key, node) in self.own.items():
            base = chosen.get(name)
            if name in MERGED and base:
                chosen[name] = (key, _over(base[1], node))
            elif name != "knobs":
                chosen[name] = (key, node)
        return chosen

    def knobs(self, known: Mapping[str, Any]) -> dict[str, Any]:
        """The knobs of the variant. Every variant's are checked."""
        found: dict[str, Any] = {}
        for entries in self.entries.values():
            if "knobs" not in entries:
                continue
            node = entries["knobs"][1]
            values = read_values(self.convert, node, "knobs")
            for name, value in values.items():
                if name not in known and isinstance(node, Entries):
                    self.convert.unknown_key(node.nodes[name][0], known, "knobs")
                elif value is REQUIRED:
                    self.convert.refuse(node, f"{name}: a value")
                    values[name] = Unreadable(node.mark)
            if entries is self.own:
                found = {name: value for name, value in values.items() if name in known}
        return found


def _over(base: Node, node: Node) -> Node:
    """The keys of `node` over those of `base`."""
    if not isinstance(base, Entries) or not isinstance(node, Entries):
        return node
    merged = Entries(node.mark)
    merged.nodes = {**base.nodes, **node.nodes}
    return merged


def read_knob(value: Any, name: str) -> Any:
    """A knob's value from what a user set: a number, a boolean or a text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        if len(value) > 100 or not value.strip().isprintable():
            raise UsageError(f"set: {clip(name)}: a short text or a number")
        return literal(value.strip())
    if value == 0:
        return 0
    return plain(Fraction(read_ratio(value, name)))


def read_set(words: Iterable[str]) -> dict[str, Any]:
    """One value a knob, from texts such as "depth=1.1". Raises UsageError."""
    found: dict[str, Any] = {}
    for word in words:
        name, value = split_knob(word)
        if name in found:
            raise UsageError(f"set: {clip(name)} is given twice; `sweep` and `fit` take several")
        found[name] = read_knob(value, name)
    return found


def split_knob(word: str) -> tuple[str, str]:
    """The name and the value in "depth=1.1". Raises UsageError."""
    name, equals, value = word.partition("=")
    if not equals or not name.strip() or not value.strip():
        raise UsageError(f"set: {clip(word)!r}: write KNOB=VALUE, such as depth=1.1")
    return name.strip(), value
