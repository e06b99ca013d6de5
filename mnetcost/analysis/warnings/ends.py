"""Layers that a network ends with, and that α scales: ten classes are ten at every width."""

from collections.abc import Iterable, Iterator

from mnetcost.exact import ratio_text
from mnetcost.graph import INPUT, Graph, Node
from mnetcost.layers.activation import Softmax
from mnetcost.layers.base import Join
from mnetcost.layers.dense import Dense
from mnetcost.literal_sides import first_of, placed_by_name
from mnetcost.multipliers import Setting, make_setting

SCALED = "the last layer is scaled by α: {}; `scale: false` in it keeps them"


def scaled_ends(graph: Graph, settings: Iterable[Setting]) -> tuple[str, ...]:
    """One warning about the layers that say how many classes there are, where α changes that.

    It is told at the smallest of the α.
    """
    alpha = min((one.alpha for one in settings if one.alpha != 1), default=None)
    names = dict.fromkeys(_classifiers(graph))
    if alpha is None or not names:
        return ()
    here, own = (placed_by_name(graph, make_setting(graph.base, one)) for one in (alpha, 1))
    found = [
        f"`{name}` has {here[name][2].c:,} outputs at α = {ratio_text(alpha)}, "
        f"{own[name][2].c:,} at α = 1"
        for name in names
        if name in here and name in own and here[name][2].c != own[name][2].c
    ]
    return (SCALED.format(first_of(found)),) if found else ()


def _classifiers(graph: Graph) -> Iterator[str]:
    """The layers whose channels come out of the network as classes, if α may scale them.

    These are the dense ones, and any before a softmax: a convolution at the end of others may be
    the features of what comes behind.
    """
    read = {place for node in graph.nodes for place in node.sources}
    for place, node in enumerate(graph.nodes):
        if place in read or node.training_only:
            continue
        softmax = False
        while not (_is_wide(node) or isinstance(node.layer, Join) or _begins(node)):
            softmax |= isinstance(node.layer, Softmax)
            node = graph.nodes[node.sources[0]]
        if _is_wide(node) and (softmax or isinstance(node.layer, Dense)):
            yield node.name


def _is_wide(node: Node) -> bool:
    """Whether its channels are a width of its own."""
    return "out" in type(node.layer)._fields


def _begins(node: Node) -> bool:
    """Whether it reads the network's input, or as a constant nothing."""
    return min(node.sources, default=INPUT) == INPUT
