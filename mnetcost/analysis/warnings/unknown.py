"""Layers that cost more than their numbers say: nobody knows how much, so all totals are at least.

They are told of with every number, and no budget is said to hold.
"""

from mnetcost.graph import Graph
from mnetcost.text import listed

UNSURE = "the work of {} is not known: every total is at least what is counted"


def unknown(graph: Graph) -> tuple[str, ...]:
    """The names of the layers whose work is not known."""
    return tuple(node.name for node in graph.nodes if node.layer.is_unknown)


def unsure(graph: Graph) -> tuple[str, ...]:
    """One warning about all of them, or none."""
    names = unknown(graph)
    return (UNSURE.format(listed(names)),) if names else ()


def demand_known(graph: Graph) -> None:
    """Raise SpecError where no budget can be said to hold."""
    for words in unsure(graph):
        raise graph.refusal("unknown-work", f"{words}, so that no budget surely holds")
