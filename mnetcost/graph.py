"""The network: its nodes in order, what each reads, and the shapes that follow."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from mnetcost.exact import ratio_text
from mnetcost.layers.base import Check, Layer, Map, Quantity
from mnetcost.layers.fields import MAX_CHANNELS, MAX_SIDE
from mnetcost.multipliers import Rounding, Setting, Widths
from mnetcost.printed import Expectation
from mnetcost.problems import Collector, Mark, Origin, Stop

IMPOSSIBLE = {"no-channels", "too-large", "kernel-too-large"}  # codes that leave no output map
INPUT = -1  # the index that stands for the network's input


class Input(NamedTuple):
    """The input map at α = ρ = 1: sides in px, channels; `scale` puts the channels under α."""

    height: int
    width: int
    channels: int
    scale: bool
    mark: Mark

    def at(self, height: Quantity, width: Quantity, widths: Widths) -> Map:
        """The input map with these sides."""
        return Map(height, width, widths(self.channels, self.scale))


class Node(NamedTuple):
    """One layer in its place. `reads` is the index of the node before it, or INPUT.

    `link` fills in the type, and what rides on the layer.
    """

    name: str
    layer: Layer
    reads: int
    mark: Mark
    type: str = ""
    riders: tuple[Layer, ...] = ()
    states: Quantity = None  # the input channels that the spec states, if it does


@dataclass(frozen=True, slots=True, repr=False)
class Graph:
    """A checked network. Its types are decided on the map at α = ρ = 1."""

    name: str
    source: str
    origin: Origin
    input: Input
    rounding: Rounding
    nodes: tuple[Node, ...]
    expectations: tuple[Expectation, ...] = ()

    def __repr__(self) -> str:
        return f"Graph({self.name!r}, {len(self.nodes)} nodes)"

    @property
    def base(self) -> tuple[int, int]:
        """Height and width of the spec's own input, px."""
        return self.input.height, self.input.width

    def shapes(self, setting: Setting) -> list[tuple[Node, Map, Map]]:
        """Each node with its input and output map.

        Raises SpecError where `setting` is impossible.
        """
        collector = Collector(self.origin)
        widths = Widths(self.rounding, setting.alpha)
        x = self.input.at(setting.height, setting.width, widths)
        where = "" if self._is_base(setting) else f" {_place(setting)}"
        found = check_shapes(self.nodes, self.input, x, widths, collector, where=where)
        collector.raise_if_any()
        return found

    def _is_base(self, setting: Setting) -> bool:
        return setting.alpha == 1 and (setting.height, setting.width) == self.base


def _place(setting: Setting) -> str:
    return (
        f"at α = {ratio_text(setting.alpha)}, ρ = {ratio_text(setting.rho)} "
        f"(input {setting.height}×{setting.width})"
    )


class _NoMap(Exception):
    """A layer has no output map."""


Report: TypeAlias = Callable[[Node | None, Check], None]


def infer(
    nodes: Sequence[Node], x: Map, widths: Widths, written: Quantity, report: Report
) -> Iterator[tuple[Node, Map, Map]]:
    """Each node with its input and output map; every check goes to `report` before its node.

    The same lines run on ints, arrays and symbols. `written` is the input's width before α.
    """
    for check in _bounds(x, written, widths):
        report(None, check)
    maps: list[Map] = []
    for node in nodes:
        before = x if node.reads == INPUT else maps[node.reads]
        after = node.layer.output(before, widths)
        for check in node.layer.checks(before, after):
            report(node, check)
        for check in _bounds(after, getattr(node.layer, "out", before.c), widths):
            report(node, check)
        maps.append(after)
        yield node, before, after


def _bounds(y: Map, written: Quantity, widths: Widths) -> tuple[Check, Check]:
    return (
        Check(y.c < 1, "no-channels", lambda: widths.refusal(written)),
        Check(
            (y.c > MAX_CHANNELS) | (y.h > MAX_SIDE) | (y.w > MAX_SIDE),
            "too-large",
            lambda: (
                f"a map of {y.h}×{y.w}×{y.c}; the bounds are {MAX_SIDE:,} px a side "
                f"and {MAX_CHANNELS:,} channels"
            ),
        ),
    )


def check_shapes(  # noqa: PLR0913 - the shape rule's inputs, and where problems go
    nodes: Sequence[Node],
    source: Input,
    x: Map,
    widths: Widths,
    collector: Collector,
    *,
    where: str = "",
) -> list[tuple[Node, Map, Map]]:
    """The shapes from input map `x`, with every failed check collected as a problem."""

    seen: set[tuple[Mark, str]] = set()

    def report(node: Node | None, check: Check) -> None:
        if check.bad:
            mark = source.mark if node is None else node.mark
            name = "the input" if node is None else node.name
            if (mark, check.code) not in seen:  # the turns of a repeat say it once
                seen.add((mark, check.code))
                collector.add(mark, check.code, f"{name}{where}: {check.message()}")
            if check.code in IMPOSSIBLE:
                raise _NoMap

    found: list[tuple[Node, Map, Map]] = []
    with suppress(_NoMap, Stop):  # every layer after it would only repeat the problem
        found.extend(infer(nodes, x, widths, source.channels, report))
    return found


def link(
    nodes: Sequence[Node], source: Input, rounding: Rounding, collector: Collector
) -> tuple[Node, ...]:
    """The nodes with their types, checked at α = ρ = 1."""
    widths = Widths(rounding, Fraction(1))
    x = source.at(source.height, source.width, widths)
    shapes = check_shapes(nodes, source, x, widths, collector)
    for node, before, _ in shapes:
        # a difference with an unknown is NaN, and above nothing
        if node.states is not None and abs(node.states - before.c) > 0:
            message = f"{node.name}: `in: {node.states}`, but {before.c} channels come in"
            collector.add(node.mark, "input-channels", message)
    return tuple(
        node._replace(type=node.layer.type_on(before), riders=tuple(node.layer.riders()))
        for node, before, _ in shapes
    )
