"""The network: its nodes in order, what each reads, and the shapes that follow."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

from mnetcost.exact import ratio_text
from mnetcost.layers.base import Check, Join, Layer, Map, Quantity, maximum
from mnetcost.layers.fields import MAX_CHANNELS, MAX_SIDE
from mnetcost.multipliers import Rounding, Setting, Widths
from mnetcost.printed import Budget, Expectation
from mnetcost.problems import TOP, Collector, Mark, Origin, Problem, SpecError, Stop, Use
from mnetcost.record import Record

# codes that leave no output map
IMPOSSIBLE = {"no-channels", "too-large", "kernel-too-large", "shapes"}
INPUT = -1  # the index that stands for the network's input


class Input(Record, kw_only=False):
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
    """One layer in its place. `reads` are the indices of the nodes that it reads, or INPUT.

    `link` fills in the type, and what rides on the layer.
    """

    name: str
    layer: Layer
    reads: tuple[int, ...]
    mark: Mark
    type: str = ""
    riders: tuple[Layer, ...] = ()
    states: Quantity = None  # the input channels that the spec states, if it does
    derived: tuple[str, ...] = ()  # the layer's keys that follow from incoming channels
    block: int = INPUT  # what the block around it reads: the `$in` of derived keys
    shares: int | None = None  # the node whose weights it uses
    training_only: bool = False  # its parameters count, its work does not
    uses: tuple[Use, ...] = ()  # the block calls around it, outermost first
    like: bool = False  # the last map that it reads gives it nothing but its sides

    @property
    def sources(self) -> tuple[int, ...]:
        """The nodes whose values it reads."""
        return self.reads[:-1] if self.like else self.reads

    def derive(self, here: Map, block: Map) -> dict[str, Quantity]:
        """Its derived keys worked out for these maps; 0 where one has no value."""
        return {key: getattr(self.layer, key).value(block.c, here.c) for key in self.derived}

    def on(self, derived: Mapping[str, Quantity], here: Map, last: Map) -> "Node":
        """The node with these derived keys, and the sides of the last map, worked out.

        A derived key is 1 at least: what has no value is a check's to say.
        """
        layer = self.layer
        if derived:
            values: dict[str, Any] = {key: maximum(value, 1) for key, value in derived.items()}
            if "out" in values:
                values["scale"] = False
            layer = layer._replace(**values)
        return self._replace(layer=layer.fitted(here, last) if self.like else layer)


class Graph(Record):
    """A checked network. Its types are decided on the map at α = ρ = 1."""

    name: str
    source: str
    origin: Origin
    input: Input
    rounding: Rounding
    nodes: tuple[Node, ...]
    expectations: tuple[Expectation, ...] = ()
    budgets: tuple[Budget, ...] = ()
    variant: str = ""
    variants: tuple[str, ...] = ()
    knobs: Mapping[str, Any] = {}
    given: Mapping[str, Any] = {}  # the knobs that were set

    def __repr__(self) -> str:
        return f"Graph({self.name!r}, {len(self.nodes)} nodes)"

    @property
    def base(self) -> tuple[int, int]:
        """Height and width of the spec's own input, px."""
        return self.input.height, self.input.width

    def shapes(self, setting: Setting, trained: bool = False) -> list[tuple[Node, Map, Map]]:
        """Each node with its input and output map.

        Raises SpecError where `setting` is impossible; for inference a map may be too small for
        what only training runs.
        """
        collector = Collector(self.origin)
        widths = Widths(self.rounding, setting.alpha)
        x = self.input.at(setting.height, setting.width, widths)
        where = "" if self._is_base(setting) else f" {_place(setting)}"
        found = check_shapes(
            self.nodes, self.input, x, widths, collector, where=where, trained=trained
        )
        collector.raise_if_any()
        return found

    def refusal(self, code: str, message: str) -> SpecError:
        """The error that says what is wrong with the network as a whole."""
        return SpecError([Problem(self.origin.label, TOP, code, message)])

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

    The same lines run on ints, arrays and symbols. `written` is the input's width before α. A node
    without an output map is left out, and so is all that reads it.
    """
    maps: list[Map | None] = []
    with suppress(_NoMap):
        for check in _bounds(x, written, widths):
            report(None, check)
        for node in nodes:
            try:
                found = _apply(node, x, maps, widths, report)
            except _NoMap:
                found = None
            maps.append(found and found[2])
            if found:
                yield found


def inference(report: Report) -> Report:
    """The report without windows that do not fit where only training runs them."""

    def spared(node: Node | None, check: Check) -> None:
        if node is None or not node.training_only or check.code != "kernel-too-large":
            report(node, check)

    return spared


def _apply(
    node: Node, x: Map, maps: Sequence[Map | None], widths: Widths, report: Report
) -> tuple[Node, Map, Map] | None:
    """The node with its input and output map; None where it reads what has no map."""
    inputs = [x if index == INPUT else maps[index] for index in node.reads]
    block = x if node.block == INPUT else maps[node.block]
    if block is None or None in inputs:
        return None
    ends: Any = inputs or [x]
    before = ends[0]
    if isinstance(node.layer, Join):
        for check in node.layer.agreement(inputs):  # type: ignore[arg-type]
            report(node, check)
        before = node.layer.merged(inputs)  # type: ignore[arg-type]
    if node.derived or node.like:
        derived = node.derive(before, block)
        node = node.on(derived, before, ends[-1])
        for key, value in derived.items():
            report(node, _whole(value, key, before, block))
    layer = node.layer
    after = layer.output(before, widths)
    for check in layer.checks(before, after):
        report(node, check)
    for check in _bounds(after, getattr(layer, "out", before.c), widths):
        report(node, check)
    if node.training_only:  # spared a check, it may have less than nothing
        after = Map(maximum(after.h, 0), maximum(after.w, 0), after.c)
    return node, before, after


def _whole(value: Quantity, key: str, here: Map, block: Map) -> Check:
    return Check(
        value < 1,
        "no-channels",
        lambda: (
            f"`{key}` is no whole number above zero where {here.c} channels come in "
            f"($here) and {block.c} into the block ($in)"
        ),
    )


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
    trained: bool = True,
) -> list[tuple[Node, Map, Map]]:
    """The shapes from input map `x`, with every failed check collected as a problem."""

    seen: set[tuple[Mark, str]] = set()

    def report(node: Node | None, check: Check) -> None:
        if check.bad:
            mark = source.mark if node is None else node.mark
            name = "the input" if node is None else node.name
            if (mark, check.code) not in seen:  # the turns of a repeat say it once
                seen.add((mark, check.code))
                message, uses = f"{name}{where}: {check.message()}", node.uses if node else ()
                collector.add(mark, check.code, message, uses=uses)
            if check.code in IMPOSSIBLE:
                raise _NoMap

    found: list[tuple[Node, Map, Map]] = []
    with suppress(Stop):
        checked = report if trained else inference(report)
        found.extend(infer(nodes, x, widths, source.channels, checked))
    return found


def link(
    nodes: Sequence[Node], source: Input, rounding: Rounding, collector: Collector
) -> tuple[Node, ...]:
    """The nodes with their types, checked at α = ρ = 1."""
    widths = Widths(rounding, Fraction(1))
    x = source.at(source.height, source.width, widths)
    shapes = check_shapes(nodes, source, x, widths, collector)
    for node, before, after in shapes:
        # a difference with an unknown is NaN, and above nothing
        if node.states is not None and abs(node.states - before.c) > 0:
            message = f"{node.name}: `in: {node.states}`, but {before.c} channels come in"
            collector.add(node.mark, "input-channels", message, uses=node.uses)
        if node.shares is not None and len(shapes) == len(nodes):
            _check_shared(node, shapes[node.shares], (node, before, after), collector)
    if len(shapes) < len(nodes):
        return ()  # a problem was reported
    return tuple(
        node._replace(type=on.layer.type_on(before), riders=tuple(on.layer.riders()))
        for node, (on, before, _) in zip(nodes, shapes)
    )


def _check_shared(
    node: Node,
    owner: tuple[Node, Map, Map],
    user: tuple[Node, Map, Map],
    collector: Collector,
) -> None:
    """Shared weights must be the same amounts on both sides."""
    amounts = [sorted(one.layer.parameters(x, y)) for one, x, y in (owner, user)]
    if amounts[0] != amounts[1] or not amounts[0]:
        message = f"{node.name}: its weights are not of the shape of {owner[0].name}'s"
        collector.add(node.mark, "shared-weights", message, uses=node.uses)
