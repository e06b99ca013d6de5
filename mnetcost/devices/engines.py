"""Which way an engine computes a convolution: rules as data, by a shipped name or a file.

The first rule that fits a layer holds: all of its conditions do, and the layer can be computed so.
"""

import os
from functools import cache
from math import prod
from typing import Annotated, Any

from mnetcost.cost import LayerCost
from mnetcost.devices.algorithms import (
    DIRECT,
    GEMM,
    IM2COL,
    INDIRECT,
    OUTPUTS,
    WINOGRAD,
    Algorithm,
    Sizes,
    algorithm,
    as_it_is,
    is_convolution,
    matrix_of,
    sizes_of,
    why_not,
)
from mnetcost.layers.activation import ACTIVATIONS
from mnetcost.layers.arithmetic import ceil_div
from mnetcost.layers.fields import (
    MAX_CHANNELS,
    MAX_SIDE,
    Choice,
    Flag,
    Integer,
    ListOf,
    Nested,
    OptionalSize,
)
from mnetcost.layers.window import ONE
from mnetcost.problems import TOP, Collector, Origin, UsageError
from mnetcost.record import Record
from mnetcost.spec.convert import Converter
from mnetcost.spec.nodes import Entries, Items, Node, read_mapping
from mnetcost.spec.sources import SUFFIX, is_path, read_file, stem
from mnetcost.text import clip, did_you_mean

TEXTS = ("words", "source")
KEYS = (*TEXTS, "workspace", "panels", "fuses", "rules")
# Keys of a rule that say how it is done, each with the algorithm that it is of; the conditions.
MANNERS = {"tile": WINOGRAD, **dict.fromkeys(("columns", "align", "widened", "together"), IM2COL)}
LEAST = "least"  # as a tile: that of the fewest multiplications
TYPES = ("pointwise", "depthwise", "conv", "dense", "conv_transpose")
_FOLDER = os.path.join(os.path.dirname(os.path.realpath(__file__)), "engines")
_OUTLINE = "words: ..., source: ..., and rules: [{algorithm: im2col}], the first that fits"
_PIXELS = Integer(0, MAX_SIDE**2, "px")
_CHANNELS = Integer(0, MAX_CHANNELS, "channels")


class Channels(Record):
    """Bounds of a number of channels, and what it is a multiple of."""

    least: Annotated[int, _CHANNELS] = 0
    most: Annotated[int, _CHANNELS] = MAX_CHANNELS
    multiple: Annotated[int, Integer(1, MAX_CHANNELS, "channels")] = 1

    def holds(self, channels: int) -> bool:
        """Whether so many are within."""
        return self.least <= channels <= self.most and channels % self.multiple == 0


class Pixels(Record):
    """Bounds of a side or of an area."""

    least: Annotated[int, _PIXELS] = 0
    most: Annotated[int, _PIXELS] = MAX_SIDE**2

    def holds(self, pixels: int) -> bool:
        """Whether so many are within."""
        return self.least <= pixels <= self.most


class Rule(Record):
    """A way, and which convolutions it is for; a condition that is not there always holds.

    Channels are those of a group; `sides` are both of the positions; `reads` is the area that its
    windows cover, padding included. The other keys say how it is done: see `Algorithm`.
    """

    algorithm: Annotated[str, Choice((DIRECT, IM2COL, WINOGRAD, INDIRECT))]
    tile: Annotated[str, Choice((LEAST, *map(str, OUTPUTS)))] = LEAST
    columns: Annotated[int, Integer(0, MAX_SIDE, "columns at a time, 0 for all")] = 0
    align: Annotated[int, Integer(1, MAX_SIDE, "values that a column is a multiple of")] = 1
    widened: Annotated[int, Integer(1, 8, "bytes of a value of the workspace")] = 0
    together: Annotated[bool, Flag()] = False
    type: Annotated[str | None, Choice(TYPES)] = None
    kernel: OptionalSize = None
    stride: OptionalSize = None
    dilation: OptionalSize = None
    channels: Annotated[Channels, Nested(Channels)] = Channels()
    inputs: Annotated[Channels, Nested(Channels)] = Channels()
    outputs: Annotated[Channels, Nested(Channels)] = Channels()
    sides: Annotated[tuple[int, ...], ListOf(Integer(1, MAX_SIDE, "px"), 100)] = ()
    reads: Annotated[Pixels, Nested(Pixels)] = Pixels()

    def fits(self, layer: LayerCost, of: Sizes) -> bool:
        """Whether its conditions hold for a layer."""
        kernel: Any = layer.node.layer
        stride, dilation = getattr(kernel, "stride", ONE), getattr(kernel, "dilation", ONE)
        inputs, outputs = layer.input.c // of.groups, layer.output.c // of.groups
        sides = zip((of.h, of.w), stride, dilation, of.kernel)
        read = prod((side - 1) * step + apart * (px - 1) + 1 for side, step, apart, px in sides)
        return (
            self.type in (None, layer.type)
            and self.kernel in (None, of.kernel)
            and self.stride in (None, stride)
            and self.dilation in (None, dilation)
            and all(one.holds(inputs) for one in (self.channels, self.inputs))
            and all(one.holds(outputs) for one in (self.channels, self.outputs))
            and (not self.sides or {of.h, of.w} <= {*self.sides})
            and self.reads.holds(read)
        )


CONDITIONS = Rule._fields.keys() - {"algorithm", *MANNERS}


class Engine(Record):
    """An engine: its rules in order, the last of which fits every convolution, and their source.

    Where its workspace is not `known`, neither is what it moves beside maps and weights. With
    `panels` a product of matrices first copies its right side into panels. It computes activations
    that it `fuses` with what they follow, others in place afterwards; None are fused all.
    """

    name: str
    words: str
    source: str
    rules: tuple[Rule, ...]
    known: bool = True
    panels: bool = False
    fuses: tuple[str, ...] | None = None

    def fuses_in(self, activation: str) -> bool:
        """Whether an activation rides on the layer before it."""
        return self.fuses is None or activation in self.fuses


def chosen(layer: LayerCost, engine: Engine) -> Algorithm:
    """The way in which an engine computes a layer; the products alone of one without a kernel."""
    node = layer.node
    if node.training_only or not is_convolution(node.layer):
        return as_it_is(layer)
    of = sizes_of(node.layer, layer.input, layer.output)
    found = (_by(rule, layer, of) for rule in engine.rules)
    return next(one for one in found if one is not None).of_batch(layer.batch)


def _by(rule: Rule, layer: LayerCost, of: Sizes) -> Algorithm | None:
    """The way that a rule says; None where it does not fit."""
    if not rule.fits(layer, of):
        return None
    if rule.algorithm == WINOGRAD:
        return _winograd(rule, layer, of)
    name = rule.algorithm
    if name == IM2COL:
        name = matrix_of(layer.node.layer)
        if name == GEMM and rule.columns and layer.type != "dense":
            name = IM2COL  # copied a few columns at a time
    elif why_not(name, 0, layer.node.layer):
        return None
    found = algorithm(name, of)
    if name != IM2COL:
        return found
    return found._replace(workspace=_kept(rule, of), widened=rule.widened)


def _kept(rule: Rule, of: Sizes) -> int:
    """The values of the columns that a rule keeps at a time: all, or so many whole ones."""
    column: int = of.kernel.h * of.kernel.w * of.inputs * (of.groups if rule.together else 1)
    return int((rule.columns or of.h * of.w) * rule.align * ceil_div(column, rule.align))


def _winograd(rule: Rule, layer: LayerCost, of: Sizes) -> Algorithm | None:
    tiles = OUTPUTS if rule.tile == LEAST else (int(rule.tile),)
    fitting = [
        algorithm(WINOGRAD, of, tile=tile)
        for tile in tiles
        if not why_not(WINOGRAD, tile, layer.node.layer)
    ]
    return min(fitting, key=lambda one: int(one.multiplies), default=None)


def names() -> tuple[str, ...]:
    """The names of the engines that come with mnetcost."""
    return tuple(sorted(map(stem, os.listdir(_FOLDER))))


def engine(name: str | os.PathLike[str]) -> Engine:
    """An engine by its name, or by the path of a file (with a separator, or .yaml).

    Raises UsageError for an unknown name, SpecError with every problem in a file.
    """
    if not isinstance(name, str) or is_path(name):
        return read_engine(read_file(os.fspath(name)))
    if name not in names():
        meant = did_you_mean(name, names())
        hint = f"; did you mean {meant!r}?" if meant else ""
        raise UsageError(
            f"no engine is called {clip(name)!r}{hint}. "
            f"Known: {', '.join(names())}, or the path of a file"
        )
    return _shipped(name)


@cache
def _shipped(name: str) -> Engine:
    return read_engine(read_file(os.path.join(_FOLDER, name + SUFFIX)))


def read_engine(origin: Origin) -> Engine:
    """The engine of a file's text. Raises SpecError with every problem in it."""
    collector = Collector(origin)
    found = None
    with collector.reading():
        root = read_mapping(collector, "the engine", _OUTLINE)
        if root is not None:
            found = _engine(Converter(collector), root)
    assert found is not None  # a file that gives none has a problem
    return found


def _engine(convert: Converter, root: Entries) -> Engine:
    entries = convert.entries(root, KEYS, "an engine") or {}
    for key in ("words", "source", "rules"):
        if key not in entries:
            convert.collector.add(TOP, "missing-key", f"an engine needs `{key}`", expected=_OUTLINE)
    texts = {key: convert.text(entries[key][1], key) or "" for key in TEXTS if key in entries}
    known = "workspace" not in entries or _is_known(convert, entries["workspace"][1])
    return Engine(
        name=stem(convert.collector.origin.label),
        words=texts.get("words", ""),
        source=texts.get("source", ""),
        rules=_rules(convert, entries["rules"][1]) if "rules" in entries else (),
        known=known,
        panels="panels" in entries and _is_copied(convert, entries["panels"][1]),
        fuses=_fused(convert, entries["fuses"][1]) if "fuses" in entries else None,
    )


def _is_known(convert: Converter, node: Node) -> bool:
    return convert.word(node, ("known", "unknown")) == "known"


def _is_copied(convert: Converter, node: Node) -> bool:
    return convert.word(node, ("copied", "read")) == "copied"


def _fused(convert: Converter, node: Node) -> tuple[str, ...]:
    """The activations of a list; what could not be read is left out."""
    items = node.nodes if isinstance(node, Items) else ()
    if not items:
        convert.refuse(node, "a list of activations, such as [relu, relu6]")
    words = [convert.word(one, tuple(ACTIVATIONS)) for one in items]
    return tuple(one for one in words if one is not None)


def _rules(convert: Converter, node: Node) -> tuple[Rule, ...]:
    """The rules of a file, the last one without a condition."""
    if not isinstance(node, Items) or not node.nodes:
        convert.refuse(node, "a list of rules, such as [{algorithm: im2col}]")
        return ()
    found = tuple(_rule(convert, one) for one in node.nodes)
    last = node.nodes[-1]
    conditions = isinstance(last, Entries) and last.nodes.keys() & CONDITIONS
    if conditions or (found[-1] and found[-1].algorithm not in (DIRECT, IM2COL, None)):
        message = "the last rule does not fit every convolution"
        expected = "a last rule without conditions, such as {algorithm: direct}"
        convert.collector.add(last.mark, "missing-key", message, expected=expected)
    return tuple(one for one in found if one)


def _rule(convert: Converter, node: Node) -> Rule | None:
    """One rule; what is said of another algorithm than its own is refused."""
    found: Rule | None = convert.record(Rule, node)
    if found is None or not isinstance(node, Entries):
        return None
    for key, of in MANNERS.items():
        if key in node.nodes and found.algorithm not in (of, None):
            message = f"`{key}` is of {of}, and the algorithm is {found.algorithm}"
            mark = node.nodes[key][0].mark
            convert.collector.add(mark, "conflict", message, expected=f"{key} with {of} alone")
    return found
