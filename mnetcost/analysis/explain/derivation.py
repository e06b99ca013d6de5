"""How m·(1/N + 1/D_K²) follows for a separable pair, step by step.

Howard et al. 2017, section 3.1; there m, the filters of a channel, is 1.
"""

from collections.abc import Collection, Iterator
from fractions import Fraction
from typing import Any, NamedTuple, cast

from mnetcost.analysis.explain.explain import Line, line, model
from mnetcost.analysis.explain.formulas import Symbols, added, divided
from mnetcost.analysis.separable.pairs import WINDOW, find_pairs, multiplier, pair_name
from mnetcost.conventions import MULTIPLY_ADDS
from mnetcost.cost import Count, LayerCost, amounts, multiply_adds, operations
from mnetcost.graph import Node
from mnetcost.layers.base import Map
from mnetcost.layers.convolution import Conv, Depthwise


class Derivation(NamedTuple):
    """How the ratio of one pair follows, for `what` ("mult-adds", "parameters").

    Equations are those of Howard et al. 2017; both halves together are its eq. 5.
    """

    name: str
    what: str
    symbols: dict[str, int | Fraction]
    steps: tuple[Line, ...]


def derivations(count: Count, layers: Collection[str]) -> Iterator[Derivation]:
    """The ratio of each depthwise-separable pair with one of these layers, for both costs."""
    for start, run in find_pairs(count).items():
        halves = count.layers[start], count.layers[run[-1]]
        if any(half.name in layers for half in halves):
            for what in ("mult-adds", "parameters"):
                yield _derived(what, *halves)


def _derived(what: str, depthwise: LayerCost, pointwise: LayerCost) -> Derivation:
    """The steps from both costs to their ratio."""
    window = {name: getattr(depthwise.node.layer, name) for name in WINDOW}
    filters = Depthwise(**window, multiplier=multiplier(depthwise))  # however it was written
    own = depthwise.node._replace(layer=filters, shares=None)  # as if no other had its weights
    found = model(depthwise._replace(node=own))
    symbols = found.symbols
    n = symbols.new("N", pointwise.output.c)
    after = found.y._replace(c=n)
    kernel = cast(Depthwise, found.node.layer).kernel
    standard = found.node._replace(layer=Conv(out=n, kernel=kernel))
    mixing = found.node._replace(layer=Conv(out=n))
    parts = [
        _cost(what, found.node, found.x, found.y),
        _cost(what, mixing, found.y, after),
    ]
    whole = _cost(what, standard, found.x, after)
    steps = (
        _step("standard convolution (eq. 2)", symbols, whole),
        _step("depthwise convolution (eq. 4)", symbols, parts[0]),
        _step("pointwise convolution", symbols, parts[1]),
        *_ratios(symbols, parts, whole),
    )
    name = pair_name(depthwise.name, pointwise.name)
    return Derivation(name, what, symbols.named(), steps)


def _cost(what: str, node: Node, x: Map, y: Map) -> Any:
    """Mult-adds, or weights, of a layer on symbols."""
    if what == "mult-adds":
        return multiply_adds(operations(node, x, y, MULTIPLY_ADDS))
    return amounts(node, x, y, ("weights",))["weights"]


def _ratios(symbols: Symbols, parts: list[Any], whole: Any) -> Iterator[Line]:
    """Both parts over the whole: as one quotient, term by term, and cancelled by SymPy."""
    ratios = [part / whole for part in parts]
    ratio = sum((symbols.value(one) for one in ratios), Fraction(0))
    written = [
        ([write(part) for part in parts], write(whole), [write(one) for one in ratios])
        for write in (symbols.formula, symbols.numbers)
    ]
    both = sum((symbols.value(part) for part in parts), Fraction(0))
    formula, numbers = (added(above) for above, _, _ in written)
    yield Line("both halves (eq. 5)", formula, numbers, int(both))
    formula, numbers = (divided(added(above), below) for above, below, _ in written)
    yield Line("both halves over it", formula, numbers, ratio)
    formula, numbers = (
        added([divided(term, below) for term in above]) for above, below, _ in written
    )
    yield Line("term by term", formula, numbers, ratio)
    formula, numbers = (added(cancelled) for _, _, cancelled in written)
    yield Line("cancelled", formula, numbers, ratio)


def _step(words: str, symbols: Symbols, expression: Any) -> Line:
    exact = symbols.exact(expression)
    return line(words, symbols, exact, int(symbols.value(exact)))
