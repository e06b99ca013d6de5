"""YAML text to located nodes, from a stream of events: no recursion, every size bounded."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

import yaml

from mnetcost.problems import TOP, Collector, Mark
from mnetcost.text import SENTENCE, clip, first_line

MAX_DEPTH = 50
MAX_EVENTS = 150_000
EVENT, STRIDE = 2, 1_000  # steps of a value, taken for so many at once
MAX_ITEMS = 10_000  # of a list: no network has more layers

_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DIRECTIVE = "(?m)^%TAG"  # many of them are more than libyaml can take
_NULLS = {"", "~", "null", "Null", "NULL"}


class Scalar(NamedTuple):
    """A text as written; `plain` when it has no quotes."""

    text: str
    plain: bool
    mark: Mark

    @property
    def is_null(self) -> bool:
        """Whether nothing is written here."""
        return self.plain and self.text in _NULLS


class Items:
    """A list."""

    __slots__ = ("mark", "nodes")

    def __init__(self, mark: Mark) -> None:
        self.mark = mark
        self.nodes: list[Node] = []


class Entries:
    """A mapping: its keys, each once, with their values."""

    __slots__ = ("first", "mark", "nodes")

    def __init__(self, mark: Mark) -> None:
        self.mark = mark
        self.first: frozenset[str] = frozenset()  # keys that only the first repeat of a row has
        self.nodes: dict[str, tuple[Scalar, Node]] = {}


class Unreadable(NamedTuple):
    """Stands where a problem was already reported: nothing more is said about it."""

    mark: Mark


Node: TypeAlias = Scalar | Items | Entries | Unreadable


def items_of(node: Node | None) -> Sequence[Node]:
    """What is written as a list, alone, or not at all."""
    if node is None:
        return ()
    return node.nodes if isinstance(node, Items) else [node]


def describe(node: Node) -> str:
    """What was found, in words."""
    match node:
        case Scalar() if node.is_null:
            return "nothing"
        case Scalar():
            return f"`{clip(node.text)}`" if node.plain else f"the text {clip(node.text)!r}"
        case Items():
            return "a list"
        case _:
            return "a mapping"


_NO_KEY = Scalar("", False, TOP)  # stands for a key that was already reported


class _Cut(Exception):
    """The text is not worth reading on."""


def read_nodes(collector: Collector) -> Node | None:
    """The root node of the collector's text, or None where it is empty or cannot be read."""
    builder = _Builder(collector)
    text = collector.origin.text
    if "%TAG" in text and (found := re.search(_DIRECTIVE, text)):
        mark = collector.origin.mark(found.start())
        collector.add(mark, "tag", "a %TAG directive; plain values only")
        return None
    if found := yaml.reader.Reader.NON_PRINTABLE.search(text):
        sign = f"U+{ord(found.group()):04X}"
        mark = collector.origin.mark(found.start())
        collector.add(mark, "not-yaml", f"the character {sign}, which YAML does not allow")
        return None
    try:
        _build(builder, collector)
    except _Cut:
        return None
    empty = isinstance(builder.root, Scalar) and builder.root.is_null
    return None if empty else builder.root


def read_mapping(collector: Collector, what: str, outline: str) -> Entries | None:
    """The mapping that the collector's text is; None where it is none, which is then reported.

    `what` is what a problem calls it, `outline` what it should hold.
    """
    root = read_nodes(collector)
    if root is None and not collector.problems:
        collector.add(TOP, "empty", f"{what} is empty", expected=outline)
    elif isinstance(root, Scalar | Items):
        collector.add(TOP, "wrong-type", f"{what} is not a mapping", expected=outline)
    return root if isinstance(root, Entries) else None


def events(text: str) -> Iterator[yaml.Event]:
    """The events of a YAML text. Raises YAMLError."""
    return iter(_Loader(text).get_event, None)


def _build(builder: "_Builder", collector: Collector) -> None:
    try:
        for number, event in enumerate(events(collector.origin.text)):
            if number > MAX_EVENTS:
                message = f"over {MAX_EVENTS:,} values; no spec or preset has so many"
                collector.add(_mark(event), "too-large", message)
                raise _Cut
            if number % STRIDE == 0:
                collector.steps.take(EVENT * STRIDE)
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        _report_syntax(error, collector)
        raise _Cut from None
    except yaml.YAMLError as error:
        collector.add(TOP, "not-yaml", first_line(error))
        raise _Cut from None


def _report_syntax(error: yaml.MarkedYAMLError, collector: Collector) -> None:
    place = error.problem_mark or error.context_mark
    mark = Mark(place.line + 1, place.column + 1) if place else TOP
    words = " ".join(part for part in (error.context, error.problem) if part)
    before = collector.line(mark.line)[: mark.column]
    if ("\t" in before and not before.strip()) or "\\t" in words or "tab character" in words:
        expected = "spaces: YAML does not indent with tabs"
        collector.add(mark, "tab", "a tab where YAML wants spaces", expected=expected)
    elif "nesting depth" in words:  # libyaml 0.2.6 has a bound of its own, found before ours
        collector.add(mark, "too-deep", f"nested deeper than {MAX_DEPTH} levels")
    else:
        message, expected = f"not YAML: {clip(words, SENTENCE)}", None
        if error.context_mark and error.context_mark.line < mark.line - 1:
            expected = f"what goes on from line {error.context_mark.line + 1}, as far in as that"
            if collector.line(mark.line)[mark.column - 1 :].startswith("- "):
                expected += "; a list inside an entry has a key of its own, such as `layers:`"
        collector.add(mark, "not-yaml", message, expected=expected)


def keys_under(text: str, section: str) -> tuple[str, ...]:
    """The keys of the mapping under `section` in a text's own, read no further than that.

    Of a text that is wrong before it, those so far: whoever reads it whole says so.
    """
    found: list[str] = []
    seen: list[int] = []  # nodes in each collection that is open
    inside = False
    with suppress(yaml.YAMLError):
        for event in islice(events(text), MAX_EVENTS):
            if isinstance(event, yaml.CollectionEndEvent):
                seen.pop()
            elif isinstance(event, yaml.NodeEvent):
                value = getattr(event, "value", None)
                is_key = seen[-1:] != [] and seen[-1] % 2 == 0
                seen[-1:] = [count + 1 for count in seen[-1:]]
                if isinstance(event, yaml.CollectionStartEvent):
                    seen.append(0)
                if is_key and len(seen) == 1:
                    inside = value == section
                    continue
                if is_key and inside and len(seen) == 2 and value:
                    found.append(value)
                elif inside and len(seen) == 2 and isinstance(event, yaml.SequenceStartEvent):
                    break
            if inside and len(seen) == 1:  # behind what stands under it
                break
    return tuple(found)


def read_ends(text: str) -> dict[tuple[type, int, int], tuple[int, int]]:
    """Where every value of a text ends: by its kind, line and column, the line and column after it.

    A collection on lines of its own ends with the last value in it. The text has been read before.
    """
    found: dict[tuple[type, int, int], tuple[int, int]] = {}
    opened: list[tuple[type, int, int]] = []
    last = (1, 1)
    for event in events(text):
        start, stop = event.start_mark, event.end_mark
        if start is None or stop is None:
            continue
        begins, end = (start.line + 1, start.column + 1), (stop.line + 1, stop.column + 1)
        match event:
            case yaml.ScalarEvent():
                found[Scalar, *begins] = last = end
            case yaml.SequenceStartEvent():
                opened.append((Items, *begins))
            case yaml.MappingStartEvent():
                opened.append((Entries, *begins))
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                last = last if end == begins else end
                found[opened.pop()] = last
    return found


def _mark(event: yaml.Event) -> Mark:
    start, end = event.start_mark, event.end_mark
    if start is None or end is None:
        return TOP
    line, column = start.line, start.column
    return Mark(line + 1, column + 1, (end.line == line and end.column - column) or 1)


class _Builder:
    """Builds nodes from events, with a stack instead of recursion."""

    def __init__(self, collector: Collector) -> None:
        self.collector = collector
        self.root: Node | None = None
        self.parent: Items | Entries | None = None  # the innermost that is open
        self.key: Scalar | None = None  # what waits for its value in it
        self.outer: list[tuple[Items | Entries | None, Scalar | None]] = []
        self.takes: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.SequenceStartEvent: self._start_items,
            yaml.MappingStartEvent: self._start_entries,
            yaml.SequenceEndEvent: self._end,
            yaml.MappingEndEvent: self._end,
            yaml.DocumentStartEvent: self._document,
        }

    def take(self, event: yaml.Event) -> None:
        """Take the next event."""
        taken = self.takes.get(type(event))
        if taken:
            taken(event)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if event.anchor or event.tag:
            self._refuse_extras(event)
        self._place(Scalar(event.value, not event.style, _mark(event)))

    def _alias(self, event: yaml.AliasEvent) -> None:
        self._refuse_reference(event, "alias", f"*{event.anchor}")
        self._place(Unreadable(_mark(event)))

    def _start_items(self, event: yaml.SequenceStartEvent) -> None:
        self._start(event, Items(_mark(event)))

    def _start_entries(self, event: yaml.MappingStartEvent) -> None:
        self._start(event, Entries(_mark(event)))

    def _start(self, event: yaml.NodeEvent, node: Items | Entries) -> None:
        if event.anchor or event.tag:  # type: ignore[attr-defined]
            self._refuse_extras(event)
        self._place(node)
        if len(self.outer) >= MAX_DEPTH:
            self.collector.add(node.mark, "too-deep", f"nested deeper than {MAX_DEPTH} levels")
            raise _Cut
        self.outer.append((self.parent, self.key))
        self.parent, self.key = node, None

    def _end(self, event: yaml.Event) -> None:
        self.parent, self.key = self.outer.pop()

    def _document(self, event: yaml.Event) -> None:
        if self.root is not None:
            message = "a second YAML document; a file holds one"
            self.collector.add(_mark(event), "documents", message)
            raise _Cut

    def _place(self, node: Node) -> None:
        parent = self.parent
        if isinstance(parent, Items):
            parent.nodes.append(node)
            if len(parent.nodes) > MAX_ITEMS:
                message = f"a list of over {MAX_ITEMS:,} entries; no spec or preset has so many"
                self.collector.add(parent.mark, "too-large", message)
                raise _Cut
        elif parent is None:
            self.root = node
        elif self.key is None:
            self.key = node if isinstance(node, Scalar) else self._key(node)
        else:
            self._pair(parent, self.key, node)
            self.key = None

    def _key(self, node: Node) -> Scalar:
        if not isinstance(node, Unreadable):
            self.collector.add(node.mark, "wrong-type", f"{describe(node)} as a key")
        return _NO_KEY

    def _pair(self, parent: Entries, key: Scalar, value: Node) -> None:
        if key.text == "<<" and key.plain:
            self._refuse_reference_at(key.mark, "merge-key", "`<<`")
        elif key.text in parent.nodes:
            first = parent.nodes[key.text][0].mark
            message = f"`{clip(key.text)}` is written twice; first in line {first.line}"
            self.collector.add(key.mark, "duplicate-key", message)
        elif key is not _NO_KEY:
            parent.nodes[key.text] = (key, value)

    def _refuse_extras(self, event: yaml.NodeEvent) -> None:
        if event.anchor:
            self._refuse_reference(event, "anchor", f"&{event.anchor}")
        tag = getattr(event, "tag", None)
        if tag:
            message = f"the tag {clip(tag)}; plain values only"
            self.collector.add(_mark(event), "tag", message)

    def _refuse_reference(self, event: yaml.NodeEvent, code: str, text: str) -> None:
        self._refuse_reference_at(_mark(event), code, f"`{clip(text)}`")

    def _refuse_reference_at(self, mark: Mark, code: str, text: str) -> None:
        expected = "`blocks:` or `repeat:` for layers that recur, `defaults:` for keys that do"
        message = f"{text}: no anchors, aliases or merge keys are read"
        self.collector.add(mark, code, message, expected=expected)
