"""The network: its nodes in order, what each reads, and the shapes that follow."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from typing import Any, NamedTuple, Self, TypeAlias

from mnetcost.expressions import Derived
from mnetcost.layers.arithmetic import Quantity, differs, maximum
from mnetcost.layers.base import UNKNOWN, Check, Join, Layer, Map, Width
from mnetcost.layers.fields import MAX_CHANNELS, MAX_SIDE
from mnetcost.multipliers import Rounding, Setting, Widths
from mnetcost.printed import Budget, Expectation
from mnetcost.problems import TOP, Collector, Mark, Origin, Problem, SpecError, Stop, Use
from mnetcost.record import Record
from mnetcost.text import counted, has_word

# codes that leave no output map
IMPOSSIBLE = {"no-channels", "too-large", "kernel-too-large", "shapes", "opaque"}
NORM_VALUES = {"norm_affine", "norm_statistics"}  # parameters of normalisation
INPUT = -1  # the index that stands for the network's input


class Input(Record, kw_only=False):
    """The input map at α = ρ = 1: sides in px, channels; `scale` puts the channels under α.

    `knob` is the one that its channels are, where they are one.
    """

    height: int
    width: int
    channels: int
    scale: bool
    mark: Mark
    knob: str = ""

    def at(self, height: Quantity, width: Quantity, widths: Widths) -> Map:
        """The input map with these sides."""
        return Map(height, width, widths(self.channels, self.scale))


class Node(NamedTuple):
    """One layer in its place. `reads` are the indices of the nodes that it reads, or INPUT.

    `link` fills in the type, `norm_folding` what folding gives it.
    """

    name: str
    layer: Layer
    reads: tuple[int, ...]
    mark: Mark
    type: str = ""
    riders: tuple[Layer, ...] = ()
    folds: int = 0  # values a channel
    states: Any = None  # the input channels that the spec states, a number or derived
    derived: tuple[str, ...] = ()  # the layer's keys that follow from incoming channels
    block: int = INPUT  # what the block around it reads: the `$in` of derived keys
    entry: int | None = None  # of a second half, what the first reads: `$here` of derived keys
    shares: int | None = None  # the node whose weights it uses
    own_norm: bool = False  # of what shares: whether its γ, β and statistics are its own
    training_only: bool = False  # its parameters count, its work does not
    uses: tuple[Use, ...] = ()  # the block calls around it, outermost first
    like: bool = False  # the last map that it reads gives it nothing but its sides
    doubtful: bool = False  # some of its keys could not be read

    @property
    def sources(self) -> tuple[int, ...]:
        """The nodes whose values it reads."""
        return self.reads[:-1] if self.like else self.reads

    def has(self, kind: str) -> bool:
        """Whether parameters of this kind are its own, and not those of what it shares with."""
        return self.shares is None or (self.own_norm and kind in NORM_VALUES)

    def derive(self, here: Map, block: Map, width: Width) -> dict[str, Quantity]:
        """Its derived keys worked out for these maps; 0 where one has no value."""
        return {key: getattr(self.layer, key).value(block.c, here.c, width) for key in self.derived}

    def joining(self, maps: Sequence[Map]) -> "tuple[Node, Map]":
        """The node with what its layer knows of the maps that it reads, and its input map."""
        if not isinstance(self.layer, Join):
            return self, maps[0]
        joined = self.layer.joined(maps)
        node = self if joined is self.layer else self._replace(layer=joined)
        return node, joined.merged(maps)

    def on(self, derived: Mapping[str, Quantity], here: Map, last: Map) -> "Node":
        """The node with these derived keys, and the sides of the last map, worked out.

        A derived key is 1 at least: what has no value is a check's to say.
        """
        layer = self.layer
        if derived:
            values: dict[str, Any] = {key: maximum(value, 1) for key, value in derived.items()}
            if layer.widths & values.keys():
                values["scale"] = False
            layer = layer._replace(**values)
        return self._replace(layer=layer.fitted(here, last) if self.like else layer)

    def under(self, widths: Widths) -> "Node":
        """The node with the widths beside `out` that its layer has worked out under α."""
        layer = self.layer.under(widths)
        return self if layer is self.layer else self._replace(layer=layer)


Placed: TypeAlias = tuple[Node, Map, Map]  # a node with its input and output map


class Graph(Record):
    """A checked network. Its types are decided on the map at α = ρ = 1."""

    name: str
    source: str
    origin: Origin
    input: Input
    rounding: Rounding
    nodes: tuple[Node, ...]
    at_base: tuple[Placed, ...] = ()  # the nodes and their maps at α = ρ = 1, where they are known
    expectations: tuple[Expectation, ...] = ()
    budgets: tuple[Budget, ...] = ()
    variant: str = ""
    variants: tuple[str, ...] = ()
    knobs: Mapping[str, Any] = {}
    given: Mapping[str, Any] = {}  # the knobs that were set
    # of the same model file at another input height and width, where it can be read so
    elsewhere: Callable[[int, int], "Graph"] | None = None
    ledger: Mapping[str, Any] | None = None  # what was read of its model file, if it is of one

    def __repr__(self) -> str:
        return f"Graph({self.name!r}, {len(self.nodes)} nodes)"

    @property
    def base(self) -> tuple[int, int]:
        """Height and width of the spec's own input, px."""
        return self.input.height, self.input.width

    @property
    def at_least(self) -> bool:
        """Whether the work of a layer is not known: what is counted is the least."""
        return any(node.layer.is_unknown for node in self.nodes)

    def shapes(self, setting: Setting, trained: bool = False) -> list[Placed]:
        """Each node with its input and output map.

        Raises SpecError where `setting` is impossible; for inference a map may be too small for
        what only training runs.
        """
        collector = Collector(self.origin)
        found = self.placed(setting, collector, trained)
        collector.raise_if_any()
        return found

    def placed(self, setting: Setting, collector: Collector, trained: bool = False) -> list[Placed]:
        """The same, of the nodes that have a map; what is wrong with the others is collected."""
        if self.at_base and self.is_own(setting):
            return list(self.at_base)
        widths = Widths(self.rounding, setting.alpha)
        x = self.input.at(setting.height, setting.width, widths)
        where = "" if self.is_own(setting) else f" {setting.place}"
        return check_shapes(
            self.nodes, self.input, x, widths, collector, where=where, trained=trained
        )

    def with_nodes(self, nodes: Sequence[Node]) -> Self:
        """The network of other nodes, which are checked at whichever setting it is counted."""
        return self._replace(nodes=tuple(nodes), at_base=())

    def refusal(self, code: str, message: str) -> SpecError:
        """The error that says what is wrong with the network as a whole."""
        return SpecError([Problem(self.origin.label, TOP, code, message)])

    def is_own(self, setting: Setting) -> bool:
        """Whether it is the spec's own: α = 1 at its own input."""
        return setting.alpha == 1 and (setting.height, setting.width) == self.base


class _NoMap(Exception):
    """A layer has no output map."""


Report: TypeAlias = Callable[[Node | None, Check], None]


def infer(
    nodes: Sequence[Node], x: Map, widths: Widths, written: Quantity, report: Report
) -> Iterator[Placed]:
    """Each node with its input and output map; every check goes to `report` before its node.

    The same lines run on ints, arrays and symbols. `written` is the input's width before α. A node
    without an output map is left out, and so is all that reads it.
    """
    placed: list[Placed | None] = []
    maps: list[Map | None] = []
    with suppress(_NoMap):
        for check in _bounds(x, written, widths):
            report(None, check)
        for node in nodes:
            try:
                found = _apply(node, x, maps, widths, report)
            except _NoMap:
                found = None
            placed.append(found)
            maps.append(found and found[2])
            if found:
                owner = None if node.shares is None else placed[node.shares]
                if owner and not owner[0].doubtful:
                    report(found[0], _sharing(found, owner))
                yield found


def inference(report: Report) -> Report:
    """The report without windows that do not fit where only training runs them."""

    def spared(node: Node | None, check: Check) -> None:
        if node is None or not node.training_only or check.code != "kernel-too-large":
            report(node, check)

    return spared


def _apply(
    node: Node, x: Map, maps: Sequence[Map | None], widths: Widths, report: Report
) -> Placed | None:
    """The node with its input and output map; None where it reads what has no map."""
    inputs = [x if index == INPUT else maps[index] for index in node.reads]
    block = x if node.block == INPUT else maps[node.block]
    entry = None if node.entry is None else x if node.entry == INPUT else maps[node.entry]
    if block is None or None in inputs:
        return None
    ends: Any = inputs or [x]
    if isinstance(node.layer, Join):
        for check in node.layer.agreement(ends):
            report(node, check)
    node, before = node.joining(ends)
    if node.derived or node.like:
        here = entry or before
        derived = node.derive(here, block, widths)
        written, node = node, node.on(derived, before, ends[-1])
        for key, value in derived.items():
            report(node, _whole(written, value, key, here, block, widths))
    if node.states is not None:
        report(node, _stated(node.states, before, block, widths))
    node = node.under(widths)
    after = node.layer.output(before, widths)
    for check in _checks(node, before, after):
        report(node, check)
    for check in _bounds(after, getattr(node.layer, "out", before.c), widths):
        report(node, check)
    if node.training_only:  # spared a check, it may have less than nothing
        after = Map(maximum(after.h, 0), maximum(after.w, 0), after.c)
    return node, before, after


def _checks(node: Node, x: Map, y: Map) -> Iterator[Check]:
    """Those of the layer, and of what rides on it."""
    yield from node.layer.checks(x, y)
    for rider in node.riders:
        yield from rider.checks(y, y)


def _stated(states: Any, here: Map, block: Map, widths: Widths) -> Check:
    stated = states.value(block.c, here.c, widths) if isinstance(states, Derived) else states
    return Check(
        differs(here.c, stated),
        "input-channels",
        lambda: f"`in: {stated}`, but {counted(here.c, 'channel', 'come')} in",
    )


def _sharing(user: Placed, owner: Placed) -> Check:
    """Weights in common have one shape, and what rides on both has as many values."""
    (used, riding), (own, own_riding) = _learned(*user), _learned(*owner)
    riding = {kind: count for kind, count in riding.items() if not user[0].has(kind)}
    axes, own_axes = (one.layer.shape(x, y) for one, x, y in (user, owner))
    alike = used.keys() == own.keys() and len(axes) == len(own_axes)
    bad: Quantity = not (used and alike and riding.keys() <= own_riding.keys())
    if not bad:
        counts = [(used[kind], own[kind]) for kind in used]
        counts += [(riding[kind], own_riding[kind]) for kind in riding]
        for one, other in (*counts, *zip(axes, own_axes)):
            bad = bad | differs(one, other)
    return Check(bad, "shared-weights", lambda: _unlike(user, owner))


def _learned(node: Node, x: Map, y: Map) -> tuple[dict[str, Quantity], dict[str, Quantity]]:
    """How many values of each kind the layer has, and those of what rides on it."""
    riding = [amount for rider in node.riders for amount in rider.parameters(y, y)]
    return dict(node.layer.parameters(x, y)), dict(riding)


def _unlike(user: Placed, owner: Placed) -> str:
    """Why the user's weights cannot be the owner's."""
    name = owner[0].name
    shapes = [
        f"{'×'.join(map(str, axes))} ({x.c}→{y.c} channels)" if axes else ""
        for axes, x, y in ((node.layer.shape(x, y), x, y) for node, x, y in (user, owner))
    ]
    if shapes[0] != shapes[1] and all(shapes):
        return f"its weights are {shapes[0]}, those of {name} {shapes[1]}"
    amounts = [
        ", ".join(_said(kind, count) for one in both for kind, count in one.items())
        for both in (_learned(*user), _learned(*owner))
    ]
    mine, other = (one or "nothing that is learned" for one in amounts)
    return f"it has {mine}, {name} has {other}"


def _said(kind: str, count: Quantity) -> str:
    words = {"weights": "weight", "biases": "bias"}.get(kind, kind) if count == 1 else kind
    return f"{count} {words.replace('_', ' ')}"


def _whole(  # noqa: PLR0913, PLR0917 - a derived key, and where it stands
    node: Node, value: Quantity, key: str, here: Map, block: Map, widths: Widths
) -> Check:
    def words() -> str:
        of = getattr(node.layer, key)
        scaled = [(one, widths(one, True)) for one in of.widths]
        if none := next((one for one, channels in scaled if channels < 1), None):
            return f"`{key}`: {widths.refusal(none)}"
        terms = "".join(f", {one.text} is {n}" for one, (_, n) in zip(of.expression.widths, scaled))
        return (
            f"`{key}` is no whole number from 1 to {of.maximum:,} "
            f"where {counted(here.c, 'channel', 'come')} in "
            f"($here) and {block.c} into the block ($in){terms}"
        )

    return Check(value < 1, "no-channels", words)


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
) -> list[Placed]:
    """The shapes from input map `x`, with the first failed check of each node as a problem."""

    seen: set[tuple[Mark, str]] = set()
    faulty: set[str] = set()  # what else is wrong with these may follow from the first

    def report(node: Node | None, check: Check) -> None:
        if check.bad:
            mark = source.mark if node is None else node.mark
            name = "the input" if node is None else node.name
            # what follows from another problem is not said; the turns of a repeat say it once
            follows = name in faulty or (node is not None and node.doubtful)
            if collector.problems and not follows:
                follows = has_word(check.message(), str(UNKNOWN))
            if not follows and (mark, check.code) not in seen:
                seen.add((mark, check.code))
                message, uses = f"{name}{where}: {check.message()}", node.uses if node else ()
                collector.add(mark, check.code, message, uses=uses)
            faulty.add(name)
            if check.final or check.code in IMPOSSIBLE:
                raise _NoMap

    found: list[Placed] = []
    with suppress(Stop):
        checked = report if trained else inference(report)
        found.extend(infer(nodes, x, widths, source.channels, checked))
    return found


def link(
    nodes: Sequence[Node], source: Input, rounding: Rounding, collector: Collector
) -> list[tuple[Node, Placed]]:
    """The nodes with their types, and in their places at α = ρ = 1, where all is checked."""
    widths = Widths(rounding, Fraction(1))
    x = source.at(source.height, source.width, widths)
    shapes = check_shapes(nodes, source, x, widths, collector)
    if len(shapes) < len(nodes):
        return []  # a problem was reported
    linked = []
    for node, (on, before, after) in zip(nodes, shapes):
        typed = node._replace(type=on.layer.type_on(before))
        placed = typed if on is node else on._replace(type=typed.type)
        linked.append((typed, (placed, before, after)))
    return linked
