"""YAML text to located nodes, to a checked spec, to a graph.

Read: `sources` (where a text comes from), `nodes` (YAML to located nodes, bounded), `words` and
`convert` (a node to a value, each problem with its place), `corrections` (what to write instead),
`scope` and `surroundings` (what a layer sees where it stands), `entries` (one written layer to its
record), `rows` (to calls), `rounding`, `blocks`, `sharing` (nodes, and whose weights they use),
`builder` (the list of layers to nodes of the graph), `variants`, `expectations`, `uses`, then
`reader`, which does all of it.

Beside them: `schema` (the language for editors), and what writes specs: `places` (where each layer
is written), `edits`, `respelling`, `renumbering`, `settling`, `roundtrip` and `fmt` (the canonical
form).
"""

from mnetcost.spec.reader import Spec, load_graph, read_graph, resized
from mnetcost.spec.sources import (
    STREAM,
    find,
    find_scores,
    is_path,
    locate,
    own_scores,
    read_stream,
    shipped,
    shipped_variants,
)

__all__ = [
    "STREAM",
    "Spec",
    "find",
    "find_scores",
    "is_path",
    "load_graph",
    "locate",
    "own_scores",
    "read_graph",
    "read_stream",
    "resized",
    "shipped",
    "shipped_variants",
]
