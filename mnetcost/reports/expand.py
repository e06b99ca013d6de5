"""The flat graph of a network: what every node is, reads and gives."""

from typing import Any

from mnetcost.cost import Count, LayerCost
from mnetcost.graph import INPUT
from mnetcost.reports.notes import source_notes
from mnetcost.tabular import Column, Kind, Report, Table


def expand_report(count: Count) -> Report:
    """One row a node, in the order in which they are computed."""
    columns = (
        Column("name", "Node", Kind.TEXT),
        Column("type", "Type", Kind.TEXT),
        Column("reads", "Reads", Kind.TEXT),
        Column("input", "Input", Kind.MAP, leaves=7),
        Column("output", "→ Output", Kind.MAP),
        Column("kernel", "Kernel", Kind.TEXT),
    )
    rows = tuple(
        (
            *(layer.name, layer.type, ", ".join(reads(count, layer))),
            *(layer.read, layer.output, layer.kernel),
        )
        for layer in count.layers
    )
    table = Table("nodes", "Nodes", columns, rows)
    return Report(
        title=count.graph.name,
        tables=(table,),
        notes=source_notes(count.graph),
        document={
            "model": count.graph.name,
            "input": list(count.input),
            "nodes": [_node(count, layer) for layer in count.layers],
        },
        flat=table,
    )


def reads(count: Count, layer: LayerCost) -> list[str]:
    """The names of what a node reads; `input` is the network's own."""
    return [
        "input" if index == INPUT else count.graph.nodes[index].name for index in layer.node.reads
    ]


def _node(count: Count, layer: LayerCost) -> dict[str, Any]:
    return {
        "name": layer.name,
        "type": layer.type,
        "reads": reads(count, layer),
        "input": layer.read and list(layer.read),
        "output": list(layer.output),
        "kernel": layer.kernel,
    }
