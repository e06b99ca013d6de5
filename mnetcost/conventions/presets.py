"""Preset files: a convention by its shipped name, or from a file of the user's own.

A file names a layer type in one of three places: under `work` or `per_image`, with weights of its
own; in `as_every`, where what `every` weighs is the whole answer, as it is for the kernels of a
convention that counts their multiply-accumulates; or in `free`, behind the reason why it weighs
nothing. `every` by itself names none. A complete file names every registered type that is not made
of others, once; the tests demand it of all shipped files, so that a new type is nowhere a zero that
nobody meant. A file that counts no work at all has nothing to name, and a user's own need not be
complete.
"""

import os
from collections.abc import Collection, Mapping
from functools import cache
from itertools import chain
from typing import Any

from mnetcost.conventions import EVERY, PARAMETERS, PARTS, Convention, Remark, Rules, Weights
from mnetcost.layers import LAYERS
from mnetcost.layers.base import Layer
from mnetcost.layers.fields import CALLS, Flag, Integer
from mnetcost.problems import TOP, Collector, Origin, UsageError
from mnetcost.spec.convert import Converter
from mnetcost.spec.nodes import Entries, Items, Node, read_mapping
from mnetcost.spec.sources import SUFFIX, is_path, read_file, stem
from mnetcost.text import clip, did_you_mean

KEYS = (
    *("like", "words", "tool", "measured", "unit", "multiply_add", "work", "per_image"),
    *("as_every", "free", "parameters", "training_only", "notes", "defects", "doubled"),
)
# what a file that is `like` another adds to it; all other keys it says anew
MERGED = ("work", "per_image", "as_every", "free", "notes", "defects")
UNITS = ("MAC", "FLOP")
TIMES = Integer(-1_000_000, 1_000_000, "operations")
EACH = Integer(1, 2, "operations of a multiply-add")
_FOLDER = os.path.dirname(os.path.realpath(__file__))

# Tools as they counted once: what many tables print.
OLDER = ("ptflops-0.6", "thop-0.0.31")
# In the order of the tables: those defined in words, then the tools.
NAMES = (
    *("paper", "macs", "flops", "torch", "fvcore", "thop", "ultralytics-thop"),
    *("ptflops", "ptflops-aten", "torchinfo", "torchprofile"),
    *("deepspeed-flops", "deepspeed-macs", "darknet", "keras"),
    *("onnx-tool", "onnx-tool-17", "onnx-tool-13"),
    *OLDER,
)
COLUMNS = ("multiplications", "additions", "comparisons", "divisions", "exponentials")


def convention(name: str | os.PathLike[str]) -> Convention:
    """A preset by its name, or by the path of a preset file (with a separator, or .yaml).

    Raises UsageError for an unknown name, SpecError with every problem in a file.
    """
    if not isinstance(name, str | os.PathLike):
        raise UsageError(
            f"convention is a name or the path of a preset file, not {clip(repr(name))}"
        )
    if not isinstance(name, str) or is_path(name):
        own = read_convention(read_file(os.fspath(name)))
        return own._replace(name=f"{own.name} (own)") if own.name in NAMES else own
    if name not in NAMES:
        near = did_you_mean(name, NAMES)
        hint = f"; did you mean {near!r}?" if near else ""
        raise UsageError(
            f"no convention is called {clip(name)!r}{hint}. "
            f"Known: {', '.join(NAMES)}, or the path of a preset file"
        )
    return _shipped("presets", name)


def paper() -> Convention:
    """The default: what `params` and `mult_adds` mean."""
    return _shipped("presets", "paper")


def kernels(values: Mapping[str, Any]) -> Any:
    """The parameters among these that the default counts: the kernels' weights."""
    return sum([values.get(kind, 0) for kind in paper().parameters[EVERY]])


def columns() -> tuple[Convention, ...]:
    """The operations kept apart, each as a convention that counts it alone."""
    return tuple(_shipped("operations", name) for name in COLUMNS)


@cache
def _shipped(folder: str, name: str) -> Convention:
    return read_convention(read_file(os.path.join(_FOLDER, folder, name + SUFFIX)))


def weighable() -> tuple[str, ...]:
    """The registered layer types that are weighed themselves, not as the layers they stand for."""
    return tuple(
        name
        for name, record in LAYERS.items()
        if issubclass(record, Layer) and record.stages is Layer.stages
    )


def read_convention(origin: Origin, *, complete: bool = False) -> Convention:
    """The convention of a preset's text. Raises SpecError with every problem in it.

    With `complete` a layer type that the text does not name is one.
    """
    collector = Collector(origin)
    found = None
    with collector.reading():
        root = read_mapping(collector, "the preset", _OUTLINE)
        if root is not None:
            found = _Reader(collector).convention(root)
            if complete:
                _demand_all(found, collector)
    assert found is not None  # a preset that gives none has a problem
    return found


def _demand_all(found: Convention, collector: Collector) -> None:
    """Report every layer type that a convention does not name."""
    named = {*found.as_every, *chain(*found.free.values())}
    for name, parts in (*found.work.items(), *found.per_image.items()):
        if any(any(by_call.values()) for by_call in parts.values()):
            named.add(name)
    for name in weighable() if found.counts_work else ():
        if name not in named:
            message = f"nothing is said of {name}, which weighs 0"
            expected = f"{name} under `work` or `per_image`, in `as_every` or in `free`"
            collector.add(TOP, "missing-key", message, expected=expected)


def _over(known: Convention, own: Convention, written: Collection[str]) -> Convention:
    """What a file says that is `like` a known convention: a layer type that it names is its own."""
    named = {*own.work, *own.per_image, *own.as_every, *chain(*own.free.values())}

    def rest(rules: Mapping[str, Any]) -> dict[str, Any]:
        return {name: one for name, one in rules.items() if name not in named}

    free = {
        why: tuple(one for one in types if one not in named) for why, types in known.free.items()
    }
    for why, types in own.free.items():
        free[why] = (*free.get(why, ()), *types)
    return known._replace(
        name=own.name,
        **{key: getattr(own, key) for key in written if key not in MERGED},
        work={**rest(known.work), **own.work},
        per_image={**rest(known.per_image), **own.per_image},
        as_every=tuple(rest(dict.fromkeys(known.as_every))) + own.as_every,
        free={why: types for why, types in free.items() if types},
        notes=known.notes + own.notes,
        defects=known.defects + own.defects,
    )


class _Reader:
    """Reads one preset."""

    def __init__(self, collector: Collector) -> None:
        self.collector = collector
        self.convert = Converter(collector)
        self.types = weighable()
        self.named: dict[str, str] = {}  # where a layer type stands, in words

    def convention(self, root: Entries) -> Convention:
        entries = self.convert.entries(root, KEYS, "a convention") or {}
        nodes = {name: node for name, (_, node) in entries.items()}
        known = self.convert.word(nodes.pop("like"), NAMES) if "like" in nodes else None
        for key in ("words", "unit", "work"):
            if key not in entries and known is None:
                message = f"a convention needs `{key}`"
                self.collector.add(TOP, "missing-key", message, expected=_OUTLINE)
        if known is None:
            return self._own(nodes)
        whole = _shipped("presets", known)
        self.named = dict.fromkeys({EVERY} & whole.work.keys(), f"weighed in {known}")
        return _over(whole, self._own(nodes), nodes.keys())

    def _own(self, nodes: Mapping[str, Node]) -> Convention:
        """What the file itself says."""
        unit = self.convert.word(nodes["unit"], UNITS) if "unit" in nodes else None
        each = 1
        if "multiply_add" in nodes:
            each = self.convert.integer(nodes["multiply_add"], EACH)
        if (unit, each) == ("MAC", 2):
            message = "a multiply-add is one MAC, not 2"
            expected = "multiply_add: 1, or unit: FLOP"
            self.collector.add(nodes["multiply_add"].mark, "conflict", message, expected=expected)
        elif unit == "FLOP" and "multiply_add" not in nodes:
            message = "how many FLOPs is a multiply-add?"
            expected = "multiply_add: 2, or 1"
            self.collector.add(nodes["unit"].mark, "missing-key", message, expected=expected)
        work, per_image = (
            self._rules(nodes.get(key), PARTS, "work") for key in ("work", "per_image")
        )
        self.named |= dict.fromkeys((*work, *per_image), "weighed")
        return Convention(
            name=stem(self.collector.origin.label),
            words=self._text(nodes, "words"),
            tool=self._text(nodes, "tool"),
            measured=self._versions(nodes.get("measured")),
            unit=unit or "MAC",
            doubled=self._text(nodes, "doubled"),
            multiply_add=each,
            work=work,
            per_image=per_image,
            as_every=self._as_every(nodes.get("as_every")),
            free=self._free(nodes.get("free")),
            parameters=self._parameters(nodes.get("parameters")),
            training_only=self._flag(nodes.get("training_only")),
            notes=self._remarks(nodes, "notes"),
            defects=self._remarks(nodes, "defects"),
        )

    def _text(self, nodes: Mapping[str, Node], key: str) -> str:
        return (self.convert.text(nodes[key], key) or "") if key in nodes else ""

    def _remarks(self, nodes: Mapping[str, Node], key: str) -> tuple[Remark, ...]:
        """Texts, or a text behind the layer type or the part that it is about."""
        found: list[Remark] = []
        for node in self._list(nodes[key]) if key in nodes else ():
            if isinstance(node, Entries):
                entries = self.convert.entries(node, (*self.types, *PARTS), f"an entry of {key}")
                pairs = [(about.text, text) for about, text in (entries or {}).values()]
            else:
                pairs = [("", node)]
            texts = ((about, self.convert.text(text, key)) for about, text in pairs)
            found += [Remark(about, text) for about, text in texts if text]
        return tuple(found)

    def _list(self, node: Node, example: str = "[weights, biases]") -> list[Node]:
        if isinstance(node, Items):
            return list(node.nodes)
        self.convert.refuse(node, f"a list, such as {example}")
        return []

    def _as_every(self, node: Node | None) -> tuple[str, ...]:
        if node is not None and EVERY not in self.named:
            message = "`as_every`, and `every` weighs nothing"
            self.collector.add(node.mark, "conflict", message, expected="free: {reason: [...]}")
        return () if node is None else self._types(node, "in `as_every`")

    def _free(self, node: Node | None) -> Mapping[str, tuple[str, ...]]:
        """Layer types by the reason why they weigh nothing."""
        if not isinstance(node, Entries):
            if node is not None:
                self.convert.refuse(node, "layer types behind a reason: {it only moves: [flatten]}")
            return {}
        return {
            self.convert.text(key, "a reason") or "": self._types(value, "in `free`")
            for key, value in node.nodes.values()
        }

    def _types(self, node: Node, place: str) -> tuple[str, ...]:
        """Layer types that the file names nowhere else."""
        found: list[str] = []
        for one in self._list(node, "[relu, softmax]"):
            name = self.convert.word(one, self.types)
            if name in self.named:
                message = f"{name} is {self.named[name]} already"
                self.collector.add(one.mark, "conflict", message, expected="each type once")
            elif name:
                self.named[name] = place
                found.append(name)
        return tuple(found)

    def _flag(self, node: Node | None) -> bool:
        return True if node is None else bool(self.convert.value(node, Flag()))

    def _versions(self, node: Node | None) -> Mapping[str, str]:
        """Names, each with its version."""
        if not isinstance(node, Entries):
            if node is not None:
                self.convert.refuse(node, "names with versions, such as {torch: 2.13.0, opset: 20}")
            return {}
        read = self.convert.text
        pairs = [(read(key, "a name"), read(one, "a version")) for key, one in node.nodes.values()]
        return {name: version for name, version in pairs if name and version}

    def _parameters(self, node: Node | None) -> Rules:
        """The same for every layer type, as a list, or rules as those of the work."""
        if node is None or isinstance(node, Entries):
            return self._rules(node, PARAMETERS, "parameters")
        words = [self.convert.word(one, tuple(PARAMETERS)) for one in self._list(node)]
        return {EVERY: {word: dict.fromkeys(CALLS, 1) for word in words if word}}

    def _rules(self, node: Node | None, known: Collection[str], what: str) -> Rules:
        if node is None:
            return {}
        selectors = (EVERY, *self.types)
        return {
            key.text: self._parts(value, known, f"the {what} of {key.text}")
            for key, value in (self.convert.entries(node, selectors, what) or {}).values()
        }

    def _parts(self, node: Node, known: Collection[str], what: str) -> Mapping[str, Weights]:
        entries = self.convert.entries(node, known, what) or {}
        return {key.text: self._weights(value) for key, value in entries.values()}

    def _weights(self, node: Node) -> Weights:
        if not isinstance(node, Entries):
            return dict.fromkeys(CALLS, self._times(node))
        entries = self.convert.entries(node, CALLS, "a weight by call") or {}
        return {key.text: self._times(value) for key, value in entries.values()}

    def _times(self, node: Node) -> Any:
        return self.convert.integer(node, TIMES)


_OUTLINE = "words: ..., unit: MAC or FLOP, and work: {every: {multiply_accumulate: 1}}"
