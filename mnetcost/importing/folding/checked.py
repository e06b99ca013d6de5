"""A spec with blocks, held against the list of layers that it was made of."""

from collections import Counter
from fractions import Fraction
from typing import Any

from mnetcost.cost import Count
from mnetcost.graph import Graph
from mnetcost.importing.folding.folded import folded
from mnetcost.importing.spelling import Listing, head
from mnetcost.importing.translation import INPUT
from mnetcost.layers.structural import Identity
from mnetcost.multipliers import Setting, sides
from mnetcost.problems import Origin, SpecError
from mnetcost.spec import read_graph

BLOCKS = (16, 8, 4, 2, 1)  # at most so many are tried, until the spec holds
ONE = Fraction(1)
# α and ρ at which both must cost the same, layer by layer, or both be impossible.
SETTINGS = ((ONE, ONE), (Fraction(2), ONE), (Fraction(1, 2), ONE), (ONE, Fraction(3, 4)))


def with_blocks(listing: Listing, flat: Graph, label: str) -> str | None:
    """The spec of a network with blocks and rows; None where none is shorter and costs the same.

    `flat` is the graph of the spec with a line a layer.
    """
    flat = flat._replace(elsewhere=None, ledger=None)  # both are specs, at every setting
    channels = {INPUT: listing.x.c}
    for node, _, y in flat.shapes(Setting(ONE, ONE, *flat.base)):
        channels[node.name] = int(y.c)
    wanted = [_costs(flat, alpha, rho) for alpha, rho in SETTINGS]
    before: list[str] = []
    for most in BLOCKS:
        lines = folded(listing.entries, channels, most)
        if lines == before or len(lines) > len(listing.entries):
            continue
        before = lines
        text = "\n".join([*head(listing), *lines]) + "\n"
        try:
            graph = read_graph(Origin(label, text))
        except SpecError:
            continue
        if [_costs(graph, alpha, rho) for alpha, rho in SETTINGS] == wanted:
            return text
    return None


def _costs(graph: Graph, alpha: Fraction, rho: Fraction) -> Counter[Any] | None:
    """What the layers of a network cost, in any order; None where it is impossible."""
    try:
        count = Count.of(graph, Setting(alpha, rho, *sides(*graph.base, rho)))
    except SpecError:
        return None
    return Counter(
        (one.type, one.input, one.output, one.parameters, one.mult_adds)
        for one in count.layers
        if not isinstance(one.node.layer, Identity)
    )
