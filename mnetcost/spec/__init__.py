"""YAML text to located nodes, to a checked spec, to a graph."""

from mnetcost.spec.reader import load_graph, read_graph
from mnetcost.spec.sources import (
    find,
    find_scores,
    is_path,
    locate,
    read_stream,
    shipped,
    shipped_variants,
)

__all__ = [
    "find",
    "find_scores",
    "is_path",
    "load_graph",
    "locate",
    "read_graph",
    "read_stream",
    "shipped",
    "shipped_variants",
]
