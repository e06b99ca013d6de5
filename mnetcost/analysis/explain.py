"""Why a number is what it is: each quantity's formula, the same with its numbers, the result."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from fnmatch import fnmatchcase
from fractions import Fraction
from typing import Any, NamedTuple

from mnetcost.analysis.formulas import Formula, Symbols, sympy
from mnetcost.conventions import PARAMETERS, WORK
from mnetcost.cost import (
    PASSES,
    Count,
    Gradients,
    LayerCost,
    amounts,
    count_under,
    is_plain,
    multiply_adds,
    operations,
    passes,
)
from mnetcost.exact import divide_half_up
from mnetcost.graph import INPUT, Node
from mnetcost.layers.base import Layer, Map, Pair
from mnetcost.layers.window import PaddingPair, Same
from mnetcost.multipliers import Rounding, Ruled
from mnetcost.problems import UsageError
from mnetcost.text import clip, did_you_mean

# Fields of a layer that are whole numbers of their own, and their symbols.
FIELDS = {"groups": "G", "multiplier": "m", "squeeze": "s", "heads": "h", "size": "k"}
PRODUCTS = ("multiply_accumulate", "attention_product")
MAX_PATTERN = 200


class Line(NamedTuple):
    """One quantity: its formula, the same with the numbers in place, and the result."""

    quantity: str
    formula: Formula
    numbers: Formula
    result: int | Fraction


class Explained(NamedTuple):
    """One layer: its row of the count, its symbols by name, and a line a quantity."""

    cost: LayerCost
    symbols: dict[str, int | Fraction]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Model:
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
    for cost in count.layers:
        if cost.name in wanted:
            yield _explained(count, cost, gradients.flow(cost.node))
        gradients.add(cost.node, {name: n for name, n in cost.parameters._asdict().items() if n})


def _explained(count: Count, cost: LayerCost, flows: bool) -> Explained:
    found = model(cost)
    lines = (
        *_input_lines(count, cost, found.symbols),
        *_shape_lines(count, cost, found),
        *_parameter_lines(cost, found),
        *_work_lines(count, cost, found, flows),
    )
    return Explained(cost, found.symbols.named(), lines)


def model(cost: LayerCost) -> Model:
    """The layer with symbols for its kernel, its channels and the sides of its maps."""
    symbols = Symbols()
    kernel = getattr(cost.node.layer, "kernel", None)
    values: dict[str, Any] = {}
    if isinstance(kernel, Pair):
        values["kernel"] = Pair(*_sides(symbols, "D_K", kernel))
    channels = symbols.new("M", cost.input.c)
    x = Map(*_sides(symbols, "D_F", cost.input), channels)
    layer = _with(cost.node.layer, values | _own(symbols, cost.node.layer))
    given = layer.output(x, lambda written, scale: symbols.new("N", cost.output.c))
    height, width = given.h, given.w
    if (height, width) != (x.h, x.w):
        height, width = _sides(symbols, "D_O", cost.output)
    node = cost.node._replace(layer=layer)
    return Model(symbols, node, x, Map(height, width, given.c), given)


def _sides(symbols: Symbols, name: str, of: Any) -> tuple[Any, Any]:
    """One symbol for both sides of a square, or one for each."""
    if of.h == of.w:
        side = symbols.new(name, of.h)
        return side, side
    return symbols.new(f"{name}h", of.h), symbols.new(f"{name}w", of.w)


def _own(symbols: Symbols, layer: Layer) -> dict[str, Any]:
    """Symbols for the layer's own numbers: stride, padding, groups and the like."""
    values: dict[str, Any] = {}
    stride, padding = getattr(layer, "stride", None), getattr(layer, "padding", None)
    if isinstance(stride, Pair) and stride.h == stride.w:
        side = symbols.new("S", stride.h)
        values["stride"] = Pair(side, side)
    if isinstance(padding, PaddingPair) and padding.h == padding.w:
        one: Any = padding.h
        if not isinstance(one, Same) and one.pad > 0:
            pad = one._replace(pad=symbols.new("P", one.pad))
            values["padding"] = PaddingPair(pad, pad)
    for field, name in FIELDS.items():
        value = getattr(layer, field, None)
        if isinstance(value, int):
            values[field] = symbols.new(name, value)
    return values


def _with(layer: Layer, values: dict[str, Any]) -> Layer:
    """The layer with these values; one without fields is itself."""
    known = {one.name for one in fields(layer)} if values else set()  # type: ignore[arg-type]
    kept = {name: value for name, value in values.items() if name in known}
    return replace(layer, **kept) if kept else layer  # type: ignore[type-var]


def line(quantity: str, symbols: Symbols, expression: Any, result: int | Fraction) -> Line:
    """A quantity with its formula in symbols and in numbers."""
    exact = symbols.exact(expression)
    return Line(quantity, symbols.formula(exact), symbols.numbers(exact), result)


def _input_lines(count: Count, cost: LayerCost, symbols: Symbols) -> Iterator[Line]:
    """The sides of the network's input under ρ, for a layer that reads it."""
    setting = count.setting
    if setting.rho == 1 or INPUT not in cost.node.reads:
        return
    rho = symbols.new("ρ", setting.rho)
    square = cost.input.h == cost.input.w
    for name, side, value in zip(
        ("D_F",) if square else ("D_Fh", "D_Fw"), count.graph.base, cost.input
    ):
        scaled = divide_half_up(side * rho, 1)
        if symbols.value(scaled) == value:  # not where another input was given
            yield line(f"input side {name}", symbols, scaled, value)


def _shape_lines(count: Count, cost: LayerCost, found: Model) -> Iterator[Line]:
    """The sides and channels of the output, where they are not the input's."""
    names = ("D_O", "D_O") if cost.output.h == cost.output.w else ("D_Oh", "D_Ow")
    sides = zip(names, (found.sides.h, found.sides.w), (cost.output.h, cost.output.w))
    if found.sides[:2] != found.x[:2]:
        for name, side, value in dict.fromkeys(sides):
            yield line(f"output side {name}", found.symbols, side, value)
    written, rounding = getattr(cost.node.layer, "out", None), count.graph.rounding
    if isinstance(written, Ruled):
        written, rounding = written
    if count.setting.alpha != 1 and isinstance(written, int) and cost.node.layer.scale:  # type: ignore[attr-defined]
        alpha = found.symbols.new("α", count.setting.alpha)
        width = _width(found.symbols, written * alpha * _rational(rounding.multiplier), rounding)
        words = f"output channels N ({rounding})"
        yield Line(words, found.symbols.formula(width), found.symbols.numbers(width), cost.output.c)


def _rational(ratio: Fraction) -> Any:
    return sympy().Rational(ratio.numerator, ratio.denominator)


def _width(symbols: Symbols, exact: Any, rounding: Rounding) -> Any:
    """The rounded width: the rule's own lines on symbols, or `round` for a rule with cases."""
    core = sympy()
    if rounding.rule == "divisible":
        return core.Function("round")(exact)
    rounded = exact if rounding.rule == "none" else symbols.exact(rounding.step(exact, 1))
    least = rounding.minimum
    return core.Max(least, rounded) if symbols.value(rounded) < least else rounded


def _parameter_lines(cost: LayerCost, found: Model) -> Iterator[Line]:
    for kind, amount in amounts(found.node, found.x, found.y, PARAMETERS).items():
        if value := getattr(cost.parameters, kind):
            yield line(PARAMETERS[kind], found.symbols, amount, value)


def _work_lines(count: Count, cost: LayerCost, found: Model, flows: bool) -> Iterator[Line]:
    """The work of the forward pass by kind, the gradients, and the convention's number."""
    node, x, y, symbols = found.node, found.x, found.y, found.symbols
    batch = symbols.new("B", cost.batch)
    work = operations(node, x, y, WORK)
    if count.basis.pass_ != "forward" and cost.passes is not None:
        computed = passes(node, x, y, work, flows)
        for name in PASSES[count.basis.pass_]:
            if value := getattr(cost.passes, name):
                words = f"mult-adds, {name.replace('_', ' ')}"
                yield line(words, symbols, getattr(computed, name) * batch, value)
    elif cost.mult_adds:
        yield line("mult-adds", symbols, multiply_adds(work) * batch, cost.mult_adds)
    for kind, amount in work.items():
        if kind not in PRODUCTS and cost.work.get(kind):
            yield line(WORK[kind], symbols, amount * batch, cost.work[kind])
    yield from _counted_lines(count, cost, found, multiply_adds(work) * batch)


def _counted_lines(count: Count, cost: LayerCost, found: Model, products: Any) -> Iterator[Line]:
    """The number of the convention asked for; both bounds where it depends on unknown calls."""
    basis = count.basis
    convention = basis.convention
    if is_plain(basis) or convention is None or basis.pass_ != "forward":
        return
    batch = found.symbols.new("B", cost.batch)
    of = basis._replace(batch=batch)
    bounds = count_under(found.node, found.x, found.y, of, products)
    ranged = cost.counted.low != cost.counted.high
    bound_words = (", at least", ", at most") if ranged else ("",)
    for words, amount, value in zip(bound_words, bounds, cost.counted):
        if value:
            quantity = f"{convention.unit}s as {convention.name} counts{words}"
            yield line(quantity, found.symbols, amount, value)
