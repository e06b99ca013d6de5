"""`variants:`: named bundles of knobs, input and width; and the knobs that a user sets."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from mnetcost.exact import literal, plain, read_ratio
from mnetcost.problems import TOP, Problem, SpecError, UsageError
from mnetcost.spec.blocks import REQUIRED, read_values
from mnetcost.spec.convert import Converter
from mnetcost.spec.nodes import Entries, Node, Scalar, Unreadable
from mnetcost.text import clip, did_you_mean, listed

VARIANT_KEYS = ("name", "source", "input", "width", "knobs")
MERGED = ("input", "width")  # a variant gives only the keys that differ

Section = Mapping[str, tuple[Scalar, Node]]


class Variants:
    """The variants of one spec. Every one of them is checked, whichever is read."""

    def __init__(
        self, convert: Converter, section: tuple[Scalar, Node] | None, known: Mapping[str, Any]
    ) -> None:
        self.origin = convert.collector.origin
        self.entries: dict[str, Section] = {}
        self.knobs: dict[str, dict[str, Any]] = {}  # those of each variant that has any
        if section is not None:
            self._read(convert, section[1], known)
        self.names = tuple(self.entries)  # in written order

    def _read(self, convert: Converter, node: Node, known: Mapping[str, Any]) -> None:
        if not isinstance(node, Entries):
            convert.refuse(node, "variants: a mapping from names to what differs")
            return
        for name, (key, value) in node.nodes.items():
            if not all(part.isalnum() for part in name.split("_")) or not name.isascii():
                convert.refuse(key, "a name of letters, digits and _", "name")
                continue
            found = convert.entries(value, VARIANT_KEYS, f"variant {name}") or {}
            self.entries[name] = found
            if "knobs" in found:
                self.knobs[name] = _knobs(convert, found["knobs"][1], known)

    def demand(self, asked: str) -> None:
        """Raise SpecError where there is no variant of this name."""
        if asked and asked not in self.entries:
            raise SpecError(
                [
                    Problem(
                        label=self.origin.label,
                        mark=TOP,
                        code="unknown-spec",
                        message=f"the spec has no variant {clip(asked)!r}",
                        expected="one of " + listed(self.entries) if self.entries else "none",
                        suggestion=did_you_mean(asked, self.entries),
                    )
                ]
            )

    def chosen(self, sections: Section, name: str) -> dict[str, tuple[Scalar, Node]]:
        """The sections of the spec with those of a variant put over them."""
        chosen = dict(sections)
        for section, (key, node) in self.entries.get(name, {}).items():
            base = chosen.get(section)
            if section in MERGED and base:
                chosen[section] = (key, _over(base[1], node))
            elif section != "knobs":
                chosen[section] = (key, node)
        return chosen


def _knobs(convert: Converter, node: Node, known: Mapping[str, Any]) -> dict[str, Any]:
    """The knobs of a variant, of those that the spec has."""
    values = read_values(convert, node, "knobs")
    for name, value in values.items():
        if name not in known and isinstance(node, Entries):
            convert.unknown_key(node.nodes[name][0], known, "knobs")
        elif value is REQUIRED:
            convert.refuse(node, f"{name}: a value")
            values[name] = Unreadable(node.mark)
    return {name: value for name, value in values.items() if name in known}


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
