"""What depthwise separation saves: every pair against its standard convolution, and the whole.

Howard et al. 2017, arXiv:1704.04861, section 3.1 and Table 4.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, cast

from mnetcost.analysis.separable.pairs import NETWORK, WINDOW, find_pairs, multiplier, pair_name
from mnetcost.cost import FORWARD, Count, LayerCost
from mnetcost.exact import record_text
from mnetcost.graph import INPUT, Graph, Node
from mnetcost.layers.base import Pair
from mnetcost.layers.convolution import (
    SEPARABLE_RATIO,
    SEPARABLE_RATIO_ANY_KERNEL,
    Convolution,
)
from mnetcost.record import Record


class PairCost(NamedTuple):
    """Parameters and mult-adds of one side of a comparison."""

    params: int
    mult_adds: int

    def __repr__(self) -> str:
        return record_text(self)


class Reduction(Record, kw_only=False):
    """One comparison. For the whole network M, N, D_K, D_F (input), D_O (output), m are None."""

    name: str
    m: int | None
    n: int | None
    d_k: Pair | None
    d_f: Pair | None
    d_o: Pair | None
    standard: PairCost
    separable: PairCost
    formula: str | None
    multiplier: int | None = None  # m, filters a channel

    def __repr__(self) -> str:
        return record_text(self, "name", "standard", "separable", "ratio", "params_ratio")

    @property
    def ratio(self) -> Fraction | None:
        """Separable mult-adds / standard mult-adds, exact; None of nothing."""
        return ratio_of(self.separable.mult_adds, self.standard.mult_adds)

    @property
    def params_ratio(self) -> Fraction | None:
        """Separable parameters / standard parameters, exact; None of nothing."""
        return ratio_of(self.separable.params, self.standard.params)

    @property
    def formula_text(self) -> str | None:
        """The formula with the numbers put in: "1/64 + 1/9"."""
        if self.n is None or self.d_k is None:
            return None
        text = f"1/{self.n} + 1/{self.d_k.h * self.d_k.w}"
        return text if self.multiplier == 1 else f"{self.multiplier}·({text})"

    @property
    def formula_value(self) -> Fraction | None:
        """What the formula gives, exact."""
        if self.n is None or self.d_k is None or self.multiplier is None:
            return None
        return self.multiplier * (Fraction(1, self.n) + Fraction(1, self.d_k.h * self.d_k.w))


def ratio_of(part: int, whole: int) -> Fraction | None:
    """part / whole, exact; None of nothing."""
    return Fraction(part, whole) if whole else None


def full_convolution(
    count: Count, runs: Mapping[int, Sequence[int]]
) -> tuple[Graph, dict[int, int]]:
    """The twin of a network: each of the pairs in `runs` is one standard convolution.

    It holds at the setting of `count`. With it comes where each node of the network stands in the
    twin, by index; of a pair only the pointwise half stands anywhere.
    """
    firsts = {run[-1]: start for start, run in runs.items()}
    gone = {index for run in runs.values() for index in run[:-1]}
    nodes: list[Node] = []
    kernels: list[Any] = []  # what weights in common have in common
    place = {INPUT: INPUT}
    for index, node in enumerate(count.graph.nodes):
        if index in gone:  # a block may begin here: what it reads stands for it
            place[index] = place[node.reads[0]]
            continue
        # counted, its widths are worked out: incoming channels are others in the twin
        first, twin = index, count.layers[index].node._replace(derived=(), states=None, entry=None)
        if index in firsts:
            first = firsts[index]
            twin = _standard(count.graph.nodes[first], twin)
        place[index] = len(nodes)
        kernels.append((getattr(twin.layer, "kernel", None), count.layers[first].input.c))
        shares = None
        if node.shares is not None and node.shares not in gone:
            owner = place[node.shares]
            if kernels[owner] == kernels[-1]:  # else it has its own in the twin
                shares = owner
        moved = tuple(place[read] for read in twin.reads)
        nodes.append(twin._replace(reads=moved, block=place[node.block], shares=shares))
    return count.graph.with_nodes(nodes), place


def _standard(depthwise: Node, pointwise: Node) -> Node:
    """The standard convolution that does in one step what the pair does in two. Eq. 2."""
    layer = pointwise.layer._replace(**{name: getattr(depthwise.layer, name) for name in WINDOW})
    name = pair_name(depthwise.name, pointwise.name)
    return pointwise._replace(name=name, layer=layer, reads=depthwise.reads)


def reductions(count: Count) -> tuple[Reduction, ...]:
    """Every pair against its standard convolution, in order, and last the whole network.

    Both are counted forward, for one image, whatever the basis of `count`.
    """
    if (count.basis.batch, count.basis.pass_) != FORWARD[:2]:
        count = type(count).of(count.graph, count.setting)
    runs = find_pairs(count)
    graph, place = full_convolution(count, runs)
    twin = type(count).of(graph, count.setting)
    rows = [
        _compare(count.layers[run[0]], count.layers[run[-1]], twin.layers[place[run[-1]]])
        for run in runs.values()
    ]
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


def _compare(depthwise: LayerCost, pointwise: LayerCost, standard: LayerCost) -> Reduction:
    kernel: Pair = cast(Convolution, depthwise.node.layer).kernel
    filters = multiplier(depthwise)
    formula = SEPARABLE_RATIO if kernel.h == kernel.w else SEPARABLE_RATIO_ANY_KERNEL
    return Reduction(
        name=standard.name,
        m=depthwise.input.c,
        n=pointwise.output.c,
        d_k=kernel,
        d_f=Pair(depthwise.input.h, depthwise.input.w),
        d_o=Pair(pointwise.output.h, pointwise.output.w),
        standard=PairCost(standard.params, standard.mult_adds),
        separable=PairCost(
            depthwise.params + pointwise.params, depthwise.mult_adds + pointwise.mult_adds
        ),
        formula=formula if filters == 1 else f"m*({formula})",
        multiplier=filters,
    )
