"""What depthwise separation saves: every pair against its standard convolution, and the whole.

Howard et al. 2017, arXiv:1704.04861, section 3.1 and Table 4.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple, cast

from mnetcost.cost import Count, LayerCost
from mnetcost.graph import INPUT, Graph, Node
from mnetcost.layers.base import Pair
from mnetcost.layers.convolution import (
    SEPARABLE_RATIO,
    SEPARABLE_RATIO_ANY_KERNEL,
    Conv,
    Convolution,
    Depthwise,
)
from mnetcost.layers.window import ONE, SAME, VALID

NETWORK = "network"  # the name of the last row: the whole against its full-convolution twin


class PairCost(NamedTuple):
    """Parameters and mult-adds of one side of a comparison."""

    params: int
    mult_adds: int


class Reduction(NamedTuple):
    """One comparison. M, N, D_K, D_F (input) and D_O (output) are None for the whole network."""

    name: str
    m: int | None
    n: int | None
    d_k: Pair | None
    d_f: Pair | None
    d_o: Pair | None
    standard: PairCost
    separable: PairCost
    formula: str | None

    @property
    def ratio(self) -> Fraction | None:
        """Separable mult-adds / standard mult-adds, exact; None of nothing."""
        return _ratio(self.separable.mult_adds, self.standard.mult_adds)

    @property
    def params_ratio(self) -> Fraction | None:
        """Separable parameters / standard parameters, exact; None of nothing."""
        return _ratio(self.separable.params, self.standard.params)

    @property
    def formula_text(self) -> str | None:
        """The formula with the numbers put in: "1/64 + 1/9"."""
        if self.n is None or self.d_k is None:
            return None
        return f"1/{self.n} + 1/{self.d_k.h * self.d_k.w}"

    @property
    def formula_value(self) -> Fraction | None:
        """What the formula gives, exact."""
        if self.n is None or self.d_k is None:
            return None
        return Fraction(1, self.n) + Fraction(1, self.d_k.h * self.d_k.w)


def _ratio(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def find_pairs(graph: Graph) -> Iterator[tuple[int, int]]:
    """Indices of each depthwise convolution and the plain 1×1 convolution that alone reads it."""
    readers: dict[int, list[int]] = {}
    for index, node in enumerate(graph.nodes):
        readers.setdefault(node.reads, []).append(index)
    for index, node in enumerate(graph.nodes):
        after = readers.get(index, [])
        if len(after) == 1 and _filters_alone(node) and _mixes_alone(graph.nodes[after[0]]):
            yield index, after[0]


def _filters_alone(node: Node) -> bool:
    layer = node.layer
    if isinstance(layer, Depthwise):
        return bool(layer.multiplier == 1)
    return isinstance(layer, Conv) and node.type == "depthwise" and bool(layer.out == layer.groups)


def _mixes_alone(node: Node) -> bool:
    layer = node.layer
    if not isinstance(layer, Conv) or node.type != "pointwise":
        return False
    return layer.stride == ONE and layer.padding in (SAME, VALID)


def full_convolution(graph: Graph) -> Graph:
    """The twin of a network: each depthwise-separable pair is one standard convolution."""
    joined = {second: first for first, second in find_pairs(graph)}
    nodes: list[Node] = []
    place = {INPUT: INPUT}  # where each old node's output comes from now
    for index, node in enumerate(graph.nodes):
        if index in joined.values():
            continue
        reads = node.reads
        if index in joined:
            first = graph.nodes[joined[index]]
            reads, node = first.reads, _standard(first, node)
        place[index] = len(nodes)
        nodes.append(node._replace(reads=place[reads]))
    return replace(graph, nodes=tuple(nodes))


def _standard(depthwise: Node, pointwise: Node) -> Node:
    """The standard convolution that does in one step what the pair does in two. Eq. 2."""
    layer = replace(
        cast(Conv, pointwise.layer),
        **{
            name: getattr(depthwise.layer, name)
            for name in ("kernel", "stride", "padding", "dilation")
        },
    )
    return pointwise._replace(name=_pair_name(depthwise.name, pointwise.name), layer=layer)


def _pair_name(depthwise: str, pointwise: str) -> str:
    """The name that both halves of a `separable` begin with, else both names."""
    owner = depthwise.removesuffix("/depthwise")
    return owner if pointwise == f"{owner}/pointwise" else f"{depthwise} + {pointwise}"


def reductions(count: Count) -> tuple[Reduction, ...]:
    """Every pair against its standard convolution, in order, and last the whole network."""
    twin = type(count).of(full_convolution(count.graph), count.setting)
    standard = {layer.name: layer for layer in twin.layers}
    rows = []
    for first, second in find_pairs(count.graph):
        depthwise, pointwise = count.layers[first], count.layers[second]
        rows.append(_compare(depthwise, pointwise, standard))
    whole = Reduction(
        name=NETWORK,
        m=None,
        n=None,
        d_k=None,
        d_f=None,
        d_o=None,
        standard=PairCost(twin.params, twin.mult_adds),
        separable=PairCost(count.params, count.mult_adds),
        formula=None,
    )
    return (*rows, whole)


def _compare(
    depthwise: LayerCost, pointwise: LayerCost, standard: Mapping[str, LayerCost]
) -> Reduction:
    name = _pair_name(depthwise.name, pointwise.name)
    kernel: Pair = cast(Convolution, depthwise.node.layer).kernel
    return Reduction(
        name=name,
        m=depthwise.input.c,
        n=pointwise.output.c,
        d_k=kernel,
        d_f=Pair(depthwise.input.h, depthwise.input.w),
        d_o=Pair(pointwise.output.h, pointwise.output.w),
        standard=PairCost(standard[name].params, standard[name].mult_adds),
        separable=PairCost(
            depthwise.params + pointwise.params, depthwise.mult_adds + pointwise.mult_adds
        ),
        formula=SEPARABLE_RATIO if kernel.h == kernel.w else SEPARABLE_RATIO_ANY_KERNEL,
    )
