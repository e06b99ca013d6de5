"""A whole spec: text to located nodes, to checked values, to a graph."""

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from mnetcost.expressions import names_in, value_text
from mnetcost.graph import Graph, Input, link
from mnetcost.graph import Node as GraphNode
from mnetcost.layers.base import UNKNOWN
from mnetcost.layers.fields import MAX_CHANNELS, MAX_SIDE, Integer
from mnetcost.multipliers import Rounding, read_size
from mnetcost.norm_folding import with_folds
from mnetcost.printed import Budget, Expectation
from mnetcost.problems import TOP, Collector, Origin, UsageError
from mnetcost.spec.blocks import REQUIRED, RESERVED, read_blocks, read_values
from mnetcost.spec.builder import Builder
from mnetcost.spec.convert import Converter
from mnetcost.spec.entries import RecordReader, read_defaults
from mnetcost.spec.expectations import FigureReader
from mnetcost.spec.nodes import Entries, Node, Scalar, Unreadable, read_mapping
from mnetcost.spec.places import keys_of
from mnetcost.spec.rounding import read_width
from mnetcost.spec.scope import Evaluator, Scope
from mnetcost.spec.sources import locate, stem
from mnetcost.spec.surroundings import MAX_NODES, TooLarge
from mnetcost.spec.uses import called, called_knobs
from mnetcost.spec.variants import Variants, read_knob
from mnetcost.spec.words import wanted
from mnetcost.text import clip, listed

VERSION = 1

TOP_KEYS = (
    *("mnetcost", "name", "source", "input", "width", "knobs", "variants", "defaults", "blocks"),
    *("layers", "expect", "budget"),
)
FIGURE_SECTIONS = ("expect", "budget")
SIDES = {
    "height": Integer(1, MAX_SIDE, "px"),
    "width": Integer(1, MAX_SIDE, "px"),
    "channels": Integer(1, MAX_CHANNELS, "channels"),
}
INPUT_KEYS = (*SIDES, "scale")
Section = Mapping[str, tuple[Scalar, Node]]


def load_graph(
    spec: str | os.PathLike[str], variant: str = "", given: Mapping[str, Any] | None = None
) -> Graph:
    """The graph of a shipped name, a path or a text. Raises SpecError with every problem in it."""
    origin, named = locate(spec)
    return read_graph(origin, variant or named, given)


def read_graph(origin: Origin, variant: str = "", given: Mapping[str, Any] | None = None) -> Graph:
    """The graph of a spec's text. Raises SpecError with every problem in it."""
    collector = Collector(origin)
    graph = None
    with collector.reading():
        root = read_mapping(collector, "the spec", _OUTLINE)
        if root is not None:
            reader = _Reader(collector)
            said = reader.said(root)
            graph = reader.graph(said, variant, given or {})
            if graph and "knobs" in said.sections:
                reader.unused("knob", said.sections["knobs"], called_knobs(root))
    assert graph is not None  # a spec without a graph has a problem
    return graph


class Spec:
    """A text that is right as a spec, read once for the graphs of many variants and knobs.

    They have no figures and no budgets.
    """

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        collector = Collector(origin)
        with collector.reading():
            root = read_mapping(collector, "the spec", _OUTLINE)
            assert root is not None  # it has been read before
            for name in FIGURE_SECTIONS:
                root.nodes.pop(name, None)
            self._said = _Reader(collector).said(root)

    def graph(self, variant: str, given: Mapping[str, Any]) -> Graph:
        """One of its graphs. Raises SpecError with every problem in it, UsageError for a knob."""
        collector = Collector(self.origin)
        graph = None
        with collector.reading():
            graph = _Reader(collector).graph(self._said, variant, given)
        assert graph is not None  # a spec without a graph has a problem
        return graph


class _Said(NamedTuple):
    """What a text says, as whichever variant it is read."""

    sections: Section
    knobs: Mapping[str, Any]
    variants: Variants
    expectations: tuple[Expectation, ...]
    budgets: tuple[Budget, ...]


class _Reader:
    """Reads the sections of one spec."""

    def __init__(self, collector: Collector) -> None:
        self.collector = collector
        self.convert = Converter(collector)
        self.evaluate = Evaluator(collector)

    def said(self, root: Entries) -> _Said:
        """What holds for all of its variants."""
        sections = self.convert.entries(root, TOP_KEYS, "a spec") or {}
        self._version(sections)
        knobs = self._knobs(sections)
        variants = Variants(self.convert, sections.get("variants"), knobs)
        figures = FigureReader(self.convert, variants.entries.keys(), knobs)
        expect, budget = (sections.get(name) for name in FIGURE_SECTIONS)
        return _Said(
            sections=sections,
            knobs=knobs,
            variants=variants,
            expectations=figures.expectations(expect[1]) if expect else (),
            budgets=figures.budgets(budget[1]) if budget else (),
        )

    def graph(self, said: _Said, variant: str, given: Mapping[str, Any]) -> Graph | None:
        """The graph of a variant, or None where a problem leaves none."""
        said.variants.demand(variant)
        knobs = {**said.knobs, **said.variants.knobs.get(variant, {}), **_set(given, said.knobs)}
        chosen = said.variants.chosen(said.sections, variant)
        name, source = self._text(chosen, "name"), self._text(chosen, "source")
        input_ = self._input(chosen, knobs)
        rounding = Rounding()
        if "width" in chosen:
            rounding = read_width(self.convert, chosen["width"])
        nodes = self._nodes(said.sections, input_, rounding, knobs)
        if "blocks" in said.sections:
            self._unused_in_blocks(said.sections)
        if nodes is None:
            return None
        linked = link(with_folds(nodes), input_, rounding, self.collector)
        return Graph(
            name=name or stem(self.collector.origin.label),
            source=source or "",
            origin=self.collector.origin,
            input=input_,
            rounding=rounding,
            nodes=tuple(node for node, _ in linked),
            at_base=tuple(placed for _, placed in linked),
            expectations=said.expectations,
            budgets=said.budgets,
            variant=variant,
            variants=said.variants.names,
            knobs=knobs,
            given=dict(given),
        )

    def _nodes(
        self, sections: Section, input_: Input, rounding: Rounding, knobs: dict[str, Any]
    ) -> list[GraphNode] | None:
        defaults, blocks = {}, {}
        if "defaults" in sections:
            defaults = read_defaults(self.convert, sections["defaults"][1])
        if "blocks" in sections:
            blocks = read_blocks(self.convert, sections["blocks"][1], knobs)
        if "layers" not in sections:
            self.collector.add(TOP, "missing-key", "a spec needs `layers`", expected=_OUTLINE)
            return None
        key, node = sections["layers"]
        self.collector.section = key.mark
        records = RecordReader(self.convert, self.evaluate, defaults, rounding)
        try:
            nodes = Builder(self.convert, records, blocks, input_).build(node, knobs)
        except TooLarge:
            message = f"the layers expand to more than {MAX_NODES:,} nodes"
            self.collector.uses.clear()
            self.collector.add(key.mark, "too-large", message)
            return None
        if not nodes and not self.collector.problems:
            message = "no layer is left of them: every `when` is false, every repeat of nothing"
            self.collector.add(key.mark, "empty", message, expected="a layer at least")
        return nodes

    def _knobs(self, sections: Section) -> dict[str, Any]:
        """The knobs as the spec itself sets them."""
        if "knobs" not in sections:
            return {}
        node = sections["knobs"][1]
        knobs = read_values(self.convert, node, "knobs")
        for name, value in knobs.items():
            if value is REQUIRED:
                self.convert.refuse(node, f"{name}: a default value", "missing-key")
                knobs[name] = Unreadable(node.mark)
        return knobs

    def _called(self, sections: Section) -> set[str]:
        """The names that the spec's list of layers and those of its blocks call."""
        bodies = [sections["layers"][1]] if "layers" in sections else []
        for body in keys_of(sections["blocks"][1]).values():
            bodies += [node for name, node in keys_of(body).items() if name == "layers"]
        return called(bodies)

    def _unused_in_blocks(self, sections: Section) -> None:
        """Report the blocks, and parameters of blocks, that nothing uses."""
        self.unused("block", sections["blocks"], self._called(sections))
        for body in keys_of(sections["blocks"][1]).values():
            if isinstance(body, Entries) and "takes" in body.nodes:
                self.unused("parameter", body.nodes["takes"], called_knobs(body))

    def unused(self, what: str, defined: tuple[Scalar, Node], used: set[str]) -> None:
        """Report what is defined and never used, unless it was meant by what is misspelt."""
        names = defined[1].nodes if isinstance(defined[1], Entries) else {}
        for name, (key, _) in names.items():
            meant = self.collector.suggests(name) or self.collector.suggests(f"${name}")
            if name not in used and not meant:
                mark, message = key.mark, f"the {what} `{clip(name)}` is never used"
                self.collector.add(mark, "unused", message)

    def _version(self, sections: Section) -> None:
        if "mnetcost" in sections:
            node = sections["mnetcost"][1]
            self.convert.integer(node, Integer(VERSION, VERSION, "the spec language's version"))

    def _text(self, sections: Section, key: str) -> str | None:
        return self.convert.text(sections[key][1], key) if key in sections else None

    def _input(self, sections: Section, knobs: Mapping[str, Any]) -> Input:
        if "input" not in sections:
            message = "a spec needs `input`"
            expected = "input: {height: 224, width: 224, channels: 3}"
            self.collector.add(TOP, "missing-key", message, expected=expected)
            return _UNKNOWN_INPUT
        key, node = sections["input"]
        meant = None
        if not isinstance(node, Entries):
            from mnetcost.spec.corrections import input_meant  # only once something is wrong

            meant = input_meant(node)
        such = "{height: 224, width: 224, channels: 3}"
        entries = self.convert.entries(node, INPUT_KEYS, "input", such=such, meant=meant)
        if entries is None:
            return _UNKNOWN_INPUT
        values: dict[str, Any] = {}
        written = {name: self._with_knobs(value, knobs) for name, (_, value) in entries.items()}
        for name, bound in SIDES.items():
            values[name] = UNKNOWN
            if name in entries:
                values[name] = self.convert.value(written[name], bound)
            else:
                message, expected = f"input needs `{name}`", f"{name}: {wanted(bound)}"
                self.collector.add(key.mark, "missing-key", message, expected=expected)
        scale = "scale" in entries and self.convert.flag(written["scale"])
        knob = _only_knob(entries["channels"][1]) if "channels" in entries else ""
        return Input(**values, scale=scale, mark=key.mark, knob=knob)

    def _with_knobs(self, node: Node, knobs: Mapping[str, Any]) -> Node:
        """The node with its expressions worked out, which can speak of knobs alone."""
        if not isinstance(node, Scalar):
            return node  # which is refused
        if set(names_in(node.text)) & set(RESERVED):
            message = f"`{clip(node.text)}`: nothing comes into the input"
            self.collector.add(node.mark, "expression", message, expected="a number, or a knob")
            return Unreadable(node.mark)
        return self.evaluate.substitute(node, Scope(values=knobs, names={}), None, None)


def _only_knob(node: Node) -> str:
    """The knob that is all of a value, or an empty text."""
    text = node.text.strip() if isinstance(node, Scalar) else ""
    return next((name for name in names_in(text) if text in (f"${name}", f"${{{name}}}")), "")


def resized(graph: Graph, size: Any) -> tuple[Graph, tuple[int, int] | None]:
    """The network with as many input channels as a `size` says, and its sides, px.

    A size is "96x96x1" or (height, width, channels); without channels, as without a size, the
    network stays. Raises UsageError for channels that the spec does not let go.
    """
    if size is None:
        return graph, None
    height, width, *channels = read_size(size)
    if not channels or channels[0] == graph.input.channels:
        return graph, (height, width)
    knob, found = graph.input.knob, f"input: channels are {channels[0]:,}"
    if not knob:
        raise UsageError(
            f"{found}, but the spec's are {graph.input.channels:,}; make them a knob of it: "
            f"knobs: {{channels: {graph.input.channels}}} and input: {{..., channels: $channels}}"
        )
    if knob in graph.given:
        value = value_text(graph.given[knob])
        raise UsageError(f"{found}, but the knob {knob} is set to {value}; give one of them")
    given = {**graph.given, knob: channels[0]}
    return read_graph(graph.origin, graph.variant, given), (height, width)


def _set(given: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """The knobs that are set. Raises UsageError for one that the spec has not."""
    for name in given:
        if name not in known:
            words = listed(known) or "none"
            raise UsageError(f"set: there is no knob {clip(name)!r}; the spec has {words}")
    return {name: read_knob(value, name) for name, value in given.items()}


_UNKNOWN: Any = UNKNOWN
_UNKNOWN_INPUT = Input(_UNKNOWN, _UNKNOWN, _UNKNOWN, False, TOP)
_OUTLINE = "input: {height: 224, width: 224, channels: 3} and a list of layers: [...]"
