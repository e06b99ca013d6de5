"""The flat graph of a network: what every node is, reads and gives."""

from typing import Any

from mnetcost.cost import Count, LayerCost
from mnetcost.graph import INPUT
from mnetcost.reports.notes import source_notes
from mnetcost.reports.tree import Row, tree
from mnetcost.tabular import Column, Kind, Report, Table

NETWORK = "input"  # as what is read by the first nodes
COLUMNS = (
    Column("name", "Node", Kind.TEXT),
    Column("type", "Type", Kind.TEXT),
    Column("reads", "Reads", Kind.TEXT),
    Column("input", "Input", Kind.MAP, leaves=7),
    Column("output", "→ Output", Kind.MAP),
    Column("kernel", "Kernel", Kind.TEXT, leaves=6),
)


def expand_report(count: Count) -> Report:
    """One row a node below its block, in the order in which they are computed; CSV has a list."""
    made = tree(count.layers, (), every=True).rows
    table = Table(
        *("nodes", "Nodes", COLUMNS),
        tuple(_row(count, one) for one in made),
        tuple(one.depth for one in made),
        headed=True,
    )
    return Report(
        title=count.graph.name,
        tables=(table,),
        notes=source_notes(count.graph),
        document={
            "model": count.graph.name,
            "input": list(count.input),
            "nodes": [_node(count, layer) for layer in count.layers],
        },
        flat=Table("nodes", "Nodes", COLUMNS, tuple(_cells(count, one) for one in count.layers)),
    )


def _row(count: Count, row: Row) -> tuple[Any, ...]:
    """A node, or a block. What it reads stands as paths do: of its own block the name alone."""
    first, last = row.layers[0], row.layers[-1]
    if row.block:
        return row.name, "", "", first.read, last.output, ""
    block = first.name.removesuffix(row.name)
    _, type_, _, *others = _cells(count, first)
    names = reads(count, first)
    return row.name, type_, ", ".join(_path(one, block) for one in names), *others


def _path(name: str, block: str) -> str:
    """The name as it is known in a block, whose own begins all names in it and ends in a slash."""
    if not block or name == NETWORK:
        return name
    return name.removeprefix(block) if name.startswith(block) else f"/{name}"


def _cells(count: Count, layer: LayerCost) -> tuple[Any, ...]:
    named = ", ".join(reads(count, layer))
    return layer.name, layer.type, named, layer.read, layer.output, layer.kernel


def reads(count: Count, layer: LayerCost) -> list[str]:
    """The names of what a node reads; `input` is the network's own."""
    return [
        NETWORK if index == INPUT else count.graph.nodes[index].name for index in layer.node.reads
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
