"""A whole spec: text to located nodes, to checked values, to a graph."""

import os
from collections.abc import Mapping
from math import isnan
from typing import Any

from mnetcost.exact import MAX_LENGTH, parse_ratio, read_ratio
from mnetcost.graph import Graph, Input, link
from mnetcost.layers.base import UNKNOWN
from mnetcost.layers.fields import MAX_CHANNELS, MAX_SIDE, Integer
from mnetcost.multipliers import ROUNDINGS, Rounding
from mnetcost.printed import Expectation, Printed
from mnetcost.problems import TOP, Collector, Origin, Stop, UsageError
from mnetcost.spec.convert import Converter, wanted
from mnetcost.spec.layers import MAX_NODES, LayerReader, chain, count_nodes, read_defaults
from mnetcost.spec.nodes import Entries, Node, Scalar, Unreadable, read_nodes
from mnetcost.spec.sources import find, stem
from mnetcost.text import clip

VERSION = 1

TOP_KEYS = ("mnetcost", "name", "source", "input", "width", "defaults", "layers", "expect")
SIDES = {
    "height": Integer(1, MAX_SIDE, "px"),
    "width": Integer(1, MAX_SIDE, "px"),
    "channels": Integer(1, MAX_CHANNELS, "channels"),
}
INPUT_KEYS = (*SIDES, "scale")
WIDTH_KEYS = ("round", "min", "divisible")
EXPECT_KEYS = ("params", "mult_adds", "alpha", "rho", "resolution", "printed", "source")

Section = Mapping[str, tuple[Scalar, Node]]


def load_graph(spec: str | os.PathLike[str]) -> Graph:
    """The graph of a shipped name, a path or a text. Raises SpecError with every problem in it."""
    return read_graph(find(spec))


def read_graph(origin: Origin) -> Graph:
    """The graph of a spec's text. Raises SpecError with every problem in it."""
    collector = Collector(origin)
    graph = None
    try:
        root = read_nodes(collector)
        if root is not None:
            graph = _Reader(collector).graph(root)
    except Stop:
        pass
    collector.raise_if_any()
    assert graph is not None  # a spec without a graph has a problem
    return graph


class _Reader:
    """Reads the sections of one spec."""

    def __init__(self, collector: Collector) -> None:
        self.collector = collector
        self.convert = Converter(collector)

    def graph(self, root: Node) -> Graph | None:
        """The graph, or None where a problem leaves none."""
        if isinstance(root, Unreadable):
            return None
        if not isinstance(root, Entries):
            self.collector.add(TOP, "wrong-type", "the spec is not a mapping", expected=_OUTLINE)
            return None
        sections = self.convert.entries(root, TOP_KEYS, "a spec") or {}
        self._version(sections)
        name, source = self._text(sections, "name"), self._text(sections, "source")
        input_ = self._input(sections)
        rounding = self._rounding(sections)
        expectations = self._expectations(sections)
        defaults = {}
        if "defaults" in sections:
            defaults = read_defaults(self.convert, sections["defaults"][1])
        if "layers" not in sections:
            self.collector.add(TOP, "missing-key", "a spec needs `layers`", expected=_OUTLINE)
            return None
        key, node = sections["layers"]
        items = LayerReader(self.convert, defaults).read(node)
        if (count := count_nodes(items)) > MAX_NODES:
            message = f"the layers expand to {clip(f'{count:,}', 30)} nodes; {MAX_NODES:,} at most"
            self.collector.add(key.mark, "too-large", message)
            return None
        nodes = link(chain(items, self.collector), input_, rounding, self.collector)
        return Graph(
            name=name or stem(self.collector.origin.label),
            source=source or "",
            origin=self.collector.origin,
            input=input_,
            rounding=rounding,
            nodes=nodes,
            expectations=expectations,
        )

    def _version(self, sections: Section) -> None:
        if "mnetcost" in sections:
            node = sections["mnetcost"][1]
            self.convert.integer(node, Integer(VERSION, VERSION, "the spec language's version"))

    def _text(self, sections: Section, key: str) -> str | None:
        return self.convert.text(sections[key][1], key) if key in sections else None

    def _input(self, sections: Section) -> Input:
        if "input" not in sections:
            message = "a spec needs `input`"
            expected = "input: {height: 224, width: 224, channels: 3}"
            self.collector.add(TOP, "missing-key", message, expected=expected)
            return _UNKNOWN_INPUT
        key, node = sections["input"]
        entries = self.convert.entries(node, INPUT_KEYS, "input")
        if entries is None:
            return _UNKNOWN_INPUT
        values: dict[str, Any] = {}
        for name, bound in SIDES.items():
            values[name] = UNKNOWN
            if name in entries:
                values[name] = self.convert.integer(entries[name][1], bound)
            else:
                message, expected = f"input needs `{name}`", f"{name}: {wanted(bound)}"
                self.collector.add(key.mark, "missing-key", message, expected=expected)
        scale = "scale" in entries and self.convert.flag(entries["scale"][1])
        return Input(**values, scale=scale, mark=key.mark)

    def _rounding(self, sections: Section) -> Rounding:
        if "width" not in sections:
            return Rounding()
        key, node = sections["width"]
        entries = self.convert.entries(node, WIDTH_KEYS, "width")
        if entries is None or len(entries) < len(getattr(node, "nodes", ())):
            return Rounding()  # already reported
        divisible = "divisible" in entries
        rule: str | None = "divisible" if divisible else "none"
        if "round" in entries:
            rule = self.convert.word(entries["round"][1], tuple(ROUNDINGS))
        numbers = {"min": 0, "divisible": 1}
        for name in numbers.keys() & entries.keys():
            bound = Integer(1, MAX_CHANNELS, "channels")
            numbers[name] = self.convert.integer(entries[name][1], bound)
        if rule == "divisible" and not divisible:
            message = "width needs `divisible`, such as {divisible: 8}"
            self.collector.add(key.mark, "missing-key", message)
        for name, rules in (("min", ("none",)), ("divisible", ("none", "floor", "nearest"))):
            if name in entries and rule in rules:
                message = f"`{name}` without a rule that uses it (round: {rule})"
                expected = "round: floor, nearest or divisible" if name == "min" else None
                mark = entries[name][0].mark
                self.collector.add(mark, "conflict", message, expected=expected)
        unreadable = rule is None or any(map(isnan, numbers.values()))
        return Rounding() if unreadable else Rounding(rule or "", *numbers.values())

    def _expectations(self, sections: Section) -> tuple[Expectation, ...]:
        if "expect" not in sections:
            return ()
        node = sections["expect"][1]
        items = getattr(node, "nodes", None)
        if not isinstance(items, list):
            self.convert.refuse(node, "a list of figures, such as {mult_adds: 569M, source: ...}")
            return ()
        found = [
            (item, self.convert.entries(item, EXPECT_KEYS, "an expectation")) for item in items
        ]
        return tuple(
            self._expectation(item, entries) for item, entries in found if entries is not None
        )

    def _expectation(self, node: Node, entries: Section) -> Expectation:
        truncated = False
        if "printed" in entries:
            word = self.convert.word(entries["printed"][1], ("rounded", "truncated"))
            truncated = word == "truncated"
        if not {"params", "mult_adds"} & entries.keys():
            message = "an expectation needs `params` or `mult_adds`"
            self.collector.add(node.mark, "missing-key", message)
        if {"rho", "resolution"} <= entries.keys():
            message = "`rho` beside `resolution`; give one of them"
            self.collector.add(entries["resolution"][0].mark, "conflict", message)
        resolution = None
        if "resolution" in entries:
            side = Integer(1, MAX_SIDE, "px")
            resolution = self.convert.integer(entries["resolution"][1], side)
        return Expectation(
            source=self._text(entries, "source") or "",
            params=self._printed(entries, "params", truncated),
            mult_adds=self._printed(entries, "mult_adds", truncated),
            alpha=self._multiplier(entries, "alpha") or parse_ratio("1", "alpha"),
            rho=self._multiplier(entries, "rho"),
            resolution=resolution,
        )

    def _printed(self, entries: Section, key: str, truncated: bool) -> Printed | None:
        text = self._text(entries, key)
        try:
            return None if text is None else Printed.read(text, truncated)
        except ValueError:
            node = entries[key][1]
            self.convert.refuse(node, "a figure as printed, such as 569M or 4.2 M")
            return None

    def _multiplier(self, entries: Section, key: str) -> Any:
        if key not in entries:
            return None
        node = entries[key][1]
        ratio = self.convert.ratio(node, key)
        try:
            return None if ratio is None else read_ratio(ratio, key)
        except UsageError as error:
            expected = f"{key}: a number above zero, of at most {MAX_LENGTH} digits"
            self.collector.add(node.mark, "out-of-range", str(error), expected=expected)
            return None


_UNKNOWN: Any = UNKNOWN
_UNKNOWN_INPUT = Input(_UNKNOWN, _UNKNOWN, _UNKNOWN, False, TOP)
_OUTLINE = "input: {height: 224, width: 224, channels: 3} and a list of layers: [...]"
