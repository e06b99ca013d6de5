"""The shipped networks, with their cost."""

from mnetcost.cost import Count
from mnetcost.multipliers import make_setting
from mnetcost.reports.notes import convention_notes
from mnetcost.spec import load_graph, shipped_variants
from mnetcost.tables import Column, Kind, Report, Table


def specs_report() -> Report:
    """One row a shipped network, at α = ρ = 1: each variant of a family, else the spec itself."""
    counts = {}
    files = {}
    for file, variants in shipped_variants().items():
        for name in variants or (file,):
            graph = load_graph(file, name if variants else "")
            counts[name] = Count.of(graph, make_setting(graph.base))
            files[name] = file
    columns = (
        Column("name", "Name", Kind.TEXT, label=True),
        Column("spec", "Spec", Kind.TEXT),
        Column("model", "Network", Kind.TEXT),
        Column("input", "Input", Kind.MAP),
        Column("params", "Parameters", Kind.INTEGER),
        Column("mult_adds", "Mult-adds", Kind.INTEGER),
        Column("source", "Source", Kind.TEXT),
    )
    rows = tuple(
        (
            name,
            files[name],
            count.graph.name,
            count.input,
            count.params,
            count.mult_adds,
            count.graph.source,
        )
        for name, count in counts.items()
    )
    table = Table("specs", "Print one with `mnetcost show NAME`", columns, rows)
    return Report(
        title="Shipped networks",
        tables=(table,),
        notes=convention_notes(),
        document={
            "specs": [
                dict(zip(("name", "spec", "model", "input", "params", "mult_adds", "source"), row))
                for row in rows
            ]
        },
        flat=table,
    )
