"""Why a number is what it is: each quantity's formula, the same with its numbers, the result."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from fractions import Fraction
from typing import Any, NamedTuple

from mnetcost.analysis.explain.formulas import Formula, Symbols, sympy
from mnetcost.analysis.explain.widths import derived, scaled
from mnetcost.conventions import PARAMETERS, WORK
from mnetcost.cost import (
    PASSES,
    Count,
    Gradients,
    LayerCost,
    amounts,
    count_under,
    multiply_adds,
    operations,
    passes,
)
from mnetcost.exact import divide_half_up, record_text
from mnetcost.expressions import INCOMING, Derived
from mnetcost.graph import INPUT, Node
from mnetcost.layers.base import Layer, Map, Pair
from mnetcost.layers.joins import Product
from mnetcost.layers.window import ONE, SAME, PaddingPair, Same
from mnetcost.multipliers import Rounding, Ruled, sides
from mnetcost.norm_folding import folded_values
from mnetcost.problems import UsageError
from mnetcost.text import clip, did_you_mean

# Fields of a layer that are whole numbers of their own, and their symbols.
FIELDS = {
    "groups": "G",
    "group_width": "g",
    "multiplier": "m",
    "squeeze": "s",
    "heads": "h",
    "key_value_heads": "h_k",
    "layers": "L",
    "cells": "C",
    "experts": "E",
    "offset_groups": "G_o",
    "size": "k",
}
# And those that are sides.
PAIRS = {"kernel": "D_K", "stride": "S", "dilation": "δ", "window": "D_W", "patch": "D_P"}
PRODUCTS = ("multiply_accumulate", "attention_product")
MAX_PATTERN = 200


class Line(NamedTuple):
    """One quantity: its formula, the same with the numbers in place, and the result."""

    quantity: str
    formula: Formula
    numbers: Formula
    result: int | Fraction

    def __repr__(self) -> str:
        return record_text(self)


class Explained(NamedTuple):
    """One layer: its row of the count, its symbols by name, and a line a quantity."""

    cost: LayerCost
    symbols: dict[str, int | Fraction]
    lines: tuple[Line, ...]


class Model(NamedTuple):
    """A layer on symbols: what stands for its maps and for itself."""

    symbols: Symbols
    node: Node
    x: Map
    y: Map
    sides: Map  # the output map as the layer gives it, before its sides get symbols


def select(count: Count, layer: str) -> frozenset[str]:
    """The names of the layers that `layer` means: all of them where it is empty.

    It is a name, the first parts of names (a block, a separable pair), or a pattern with * or ?.
    Raises UsageError where it means none.
    """
    if not isinstance(layer, str):
        raise UsageError(f"LAYER: the name of a layer, not {clip(repr(layer))}")
    names = [one.name for one in count.layers]
    if layer in names:
        return frozenset((layer,))
    found = frozenset(name for name in names if not layer or name.startswith(f"{layer}/"))
    found = found or frozenset(name for name in names if name.startswith(f"{layer}."))
    if not found and len(layer) <= MAX_PATTERN:
        found = frozenset(name for name in names if fnmatchcase(name, layer))
    if not found:
        near = did_you_mean(layer, [*names, *(name.rpartition("/")[0] for name in names)])
        hint = f"; did you mean {near!r}?" if near else ""
        raise UsageError(f"LAYER: {count.graph.name} has no layer {clip(layer)!r}{hint}")
    return found


def explain(count: Count, layer: str = "") -> Iterator[Explained]:
    """Each layer that `layer` means (see `select`), with every quantity that it has.

    Raises UsageError for a layer that is not there, or where SymPy is not installed.
    """
    wanted = select(count, layer)
    gradients = Gradients()
    for place, cost in enumerate(count.layers):
        if cost.name in wanted:
            yield _explained(count, place, gradients.needed(cost.node))
        gradients.add(cost.node, {name: n for name, n in cost.parameters._asdict().items() if n})


def _explained(count: Count, place: int, needed: Sequence[bool]) -> Explained:
    cost = count.layers[place]
    found = model(cost)
    lines = (
        *_input_lines(count, cost, found.symbols),
        *_incoming_lines(count, cost, found.symbols),
        *_side_lines(cost, found),
        *_width_lines(count, place, found),
        *_parameter_lines(cost, found),
        *_work_lines(count, cost, found, needed),
    )
    return Explained(cost, found.symbols.named(), lines)


def model(cost: LayerCost) -> Model:
    """The layer with symbols for its kernel, its channels and the sides of its maps."""
    symbols = Symbols()
    layer = cost.node.layer
    values = _window(symbols, layer)
    x = Map(*_sides(symbols, "D_F", cost.input), symbols.new("M", cost.input.c))
    for field, name in FIELDS.items():
        value = getattr(layer, field, None)
        if isinstance(value, int) and value > 1:
            values[field] = symbols.new(name, value)
    layer = _with(layer, values)
    if isinstance(layer, Product):
        layer = layer.joined(_maps_read(symbols, x, cost))
    if cost.node.like:  # the sides of its output are those of the map that it is like
        layer = layer.fitted(x, Map(*_sides(symbols, "D_L", cost.output), x.c))
    width = cost.output.c // _channels_each(cost)
    given = layer.output(x, lambda written, scale: symbols.new("N", width))
    height, width = given.h, given.w
    if (height, width) != (x.h, x.w):
        height, width = _sides(symbols, "D_O", cost.output)
    node = cost.node._replace(layer=layer)
    return Model(symbols, node, x, Map(height, width, given.c), given)


def _maps_read(symbols: Symbols, first: Map, cost: LayerCost) -> list[Map]:
    """The maps that a product reads: what one has in common with one before has one symbol."""
    found = [first]
    read: tuple[Map, ...] = getattr(cost.node.layer, "maps", ())
    for place, one in enumerate(read[1:], 1):
        alike = [found[at] for at in range(place) if read[at][:2] == one[:2]]
        height, width = alike[0][:2] if alike else _sides(symbols, f"D_{place + 1}", one)
        alike = [found[at] for at in range(place) if read[at].c == one.c]
        channels = alike[0].c if alike else symbols.new(f"M_{place + 1}", one.c)
        found.append(Map(height, width, channels))
    return found


def _channels_each(cost: LayerCost) -> int:
    """The output channels for one of its width: 2 where it is bidirectional."""
    return int(cost.node.layer.output(cost.input, lambda written, scale: 1).c)


def _sides(symbols: Symbols, name: str, of: Map) -> tuple[Any, Any]:
    """Symbols for the sides of a map, the numbers of one that is 1×1."""
    return (1, 1) if of.h == of.w == 1 else symbols.pair(name, Pair(of.h, of.w))


def _window(symbols: Symbols, layer: Layer) -> dict[str, Any]:
    """Symbols for its pairs of sides and its padding, where they are not plain."""
    values: dict[str, Any] = {}
    for field, name in PAIRS.items():
        found = getattr(layer, field, None)
        if isinstance(found, Pair) and found != ONE:
            values[field] = Pair(*symbols.pair(name, found))
    padding: Any = getattr(layer, "padding", SAME)
    if not any(isinstance(one, Same) for one in padding):
        pads = symbols.pair("P", Pair(*(one.pad for one in padding)))
        both = zip(padding, pads)
        values["padding"] = PaddingPair(*(one._replace(pad=pad) for one, pad in both))
    return values


def _with(layer: Layer, values: dict[str, Any]) -> Layer:
    """The layer with these values; one without fields is itself."""
    kept = {name: value for name, value in values.items() if name in type(layer)._fields}
    return layer._replace(**kept) if kept else layer


def line(quantity: str, symbols: Symbols, expression: Any, result: int | Fraction) -> Line:
    """A quantity with its formula in symbols and in numbers."""
    return Line(quantity, symbols.formula(expression), symbols.numbers(expression), result)


def _input_lines(count: Count, cost: LayerCost, symbols: Symbols) -> Iterator[Line]:
    """The sides of the network's input under ρ, for a layer that reads it."""
    rho = count.setting.rho
    scaled = sides(*count.graph.base, rho)
    if rho == 1 or INPUT not in cost.node.reads or scaled != cost.input[:2]:
        return  # where another input was given, ρ is of that
    square = cost.input.h == cost.input.w
    symbol = symbols.new("ρ", rho)
    for name, side, value in zip(
        ("D_F",) if square else ("D_Fh", "D_Fw"), count.graph.base, scaled
    ):
        if side != 1:
            whole = divide_half_up(side * symbol, 1)
            least = whole if symbols.value(whole) else sympy().Max(1, whole)
            yield line(f"input side {name}", symbols, least, value)


def _incoming_lines(count: Count, cost: LayerCost, symbols: Symbols) -> Iterator[Line]:
    """The input channels under α (αM of eq. 6), where one layer's written width gives them."""
    place = _source(count, cost)
    if place is None:
        return
    source, alpha = count.layers[place], count.setting.alpha
    words = f"input channels M, of {source.name}"
    if (width := _written(count, source)) and alpha != 1:
        yield line(words, symbols, scaled(symbols, *width, alpha), cost.input.c)
    out = getattr(count.graph.nodes[place].layer, "out", None)
    if isinstance(out, Derived) and not out.expression.names & INCOMING:
        yield Line(words, *derived(symbols, out, {}, count.graph.rounding, alpha), cost.input.c)


def _source(count: Count, cost: LayerCost) -> int | None:
    """The place of the layer that says how many channels come in, through those that keep them."""
    channels = cost.input.c
    while len(cost.node.sources) == 1 and cost.node.sources[0] != INPUT:
        (place,) = cost.node.sources
        cost = count.layers[place]
        if cost.output.c != channels:
            return None
        if hasattr(cost.node.layer, "out"):
            return place if _channels_each(cost) == 1 else None
    return None


def _written(count: Count, cost: LayerCost) -> tuple[int, Rounding] | None:
    """The width that a spec writes for a layer, to be scaled by α, and how it is rounded."""
    width, rounding = getattr(cost.node.layer, "out", None), count.graph.rounding
    if isinstance(width, Ruled):
        width, rounding = width
    scales = getattr(cost.node.layer, "scale", False)
    return (width, rounding) if isinstance(width, int) and scales else None


def _side_lines(cost: LayerCost, found: Model) -> Iterator[Line]:
    """The sides of the output, where they are not the input's."""
    names = ("D_O", "D_O") if cost.output.h == cost.output.w else ("D_Oh", "D_Ow")
    both = zip(names, found.sides, cost.output)
    if found.sides[:2] != found.x[:2]:
        for name, side, value in dict.fromkeys(both):
            if value > 0:  # what only training runs may have no room at inference
                yield line(f"output side {name}", found.symbols, side, value)


def _channels(count: Count, place: int) -> int:
    """The channels of a layer's output, or of the network's input."""
    return int(count.input.c if place == INPUT else count.layers[place].output.c)


def _width_lines(count: Count, place: int, found: Model) -> Iterator[Line]:
    """The channels of the output: α times what is written, what follows from the input's."""
    cost, node = count.layers[place], count.graph.nodes[place]
    symbols, alpha = found.symbols, count.setting.alpha
    for key in node.derived:
        value = getattr(node.layer, key)
        here = cost.input.c if node.entry is None else _channels(count, node.entry)
        incoming = {"in": _channels(count, node.block), "here": here}
        words = "output channels N" if key == "out" else f"`{key}` of the spec"
        formulas = derived(symbols, value, incoming, count.graph.rounding, alpha)
        yield Line(words, *formulas, getattr(cost.node.layer, key))
    if width := _written(count, cost):
        channels = cost.output.c // _channels_each(cost)
        if alpha != 1 or channels != width[0]:
            expression = scaled(symbols, *width, alpha)
            yield line(f"output channels N ({width[1]})", symbols, expression, channels)
    elif getattr(cost.node.layer, "out", None) is None and found.sides.c != found.x.c:
        yield line("output channels", symbols, found.sides.c, cost.output.c)


def _parameter_lines(cost: LayerCost, found: Model) -> Iterator[Line]:
    symbols, values = found.symbols, amounts(found.node, found.x, found.y, PARAMETERS)
    for kind, amount in values.items():
        if value := getattr(cost.parameters, kind):
            yield line(PARAMETERS[kind], symbols, symbols.exact(amount), value)
    if cost.folded and (cost.node.folds or cost.parameters.norm_statistics):
        left = folded_values(found.node.folds * found.y.c, values)
        yield line("parameters, norm folded", symbols, symbols.exact(left), cost.folded)


def _work_lines(
    count: Count, cost: LayerCost, found: Model, needed: Sequence[bool]
) -> Iterator[Line]:
    """The work of the forward pass by kind, the gradients, and the convention's number."""
    node, x, y, symbols = found.node, found.x, found.y, found.symbols
    batch = symbols.new("B", cost.batch) if cost.batch > 1 else 1
    one_image = operations(node, x, y, WORK)
    work = {kind: symbols.exact(amount * batch) for kind, amount in one_image.items()}
    if cost.passes is not None:
        computed = passes(node, x, y, one_image, needed)
        for name in PASSES[count.basis.pass_]:
            if value := getattr(cost.passes, name):
                words = f"mult-adds, {name.replace('_', ' ')}"
                yield line(words, symbols, symbols.exact(getattr(computed, name) * batch), value)
    elif cost.mult_adds:
        yield line("mult-adds", symbols, multiply_adds(work), cost.mult_adds)
    for kind, amount in work.items():
        if kind not in PRODUCTS and cost.work.get(kind):
            yield line(WORK[kind], symbols, amount, cost.work[kind])
    yield from _counted_lines(count, cost, found, batch)


def _counted_lines(count: Count, cost: LayerCost, found: Model, batch: Any) -> Iterator[Line]:
    """The number of the convention asked for; both bounds where it depends on unknown calls."""
    convention, symbols = count.basis.convention, found.symbols
    if convention is None or not convention.counts_work or cost.passes is not None:
        return
    products = multiply_adds(operations(found.node, found.x, found.y, WORK)) * batch
    if cost.node.training_only:
        products = 0
    of = count.basis._replace(batch=batch)
    bounds = count_under(found.node, found.x, found.y, of, products)
    ranged = cost.counted.low != cost.counted.high
    bound_words = (", at least", ", at most") if ranged else ("",)
    for words, amount, value in zip(bound_words, bounds, cost.counted):
        quantity = f"{convention.unit}s as {convention.name} counts{words}"
        yield line(quantity, symbols, symbols.exact(amount), value)
