"""The shipped networks, with their cost."""

from mnetcost.cost import FORWARD, Basis, Count
from mnetcost.multipliers import make_setting
from mnetcost.reports.measures import PASS_WORDS, bound_cells, bound_columns, count_document
from mnetcost.reports.notes import basis_notes, convention_notes
from mnetcost.spec import load_graph, shipped_variants
from mnetcost.tables import Column, Kind, Report, Table


def specs_report(basis: Basis = FORWARD) -> Report:
    """One row a shipped network, at α = ρ = 1: each variant of a family, else the spec itself."""
    counts = {}
    files = {}
    for file, variants in shipped_variants().items():
        for name in variants or (file,):
            graph = load_graph(file, name if variants else "")
            counts[name] = Count.of(graph, make_setting(graph.base), basis)
            files[name] = file
    ranged = any(count.counted.low != count.counted.high for count in counts.values())
    columns = (
        Column("name", "Name", Kind.TEXT, label=True),
        Column("spec", "Spec", Kind.TEXT),
        Column("model", "Network", Kind.TEXT),
        Column("input", "Input", Kind.MAP),
        Column("params", "Parameters", Kind.INTEGER),
        Column("mult_adds", PASS_WORDS[basis.pass_], Kind.INTEGER),
        *bound_columns(basis, ranged),
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
            *bound_cells(basis, ranged, count.counted),
            count.graph.source,
        )
        for name, count in counts.items()
    )
    table = Table("specs", "Print one with `mnetcost show NAME`", columns, rows)
    return Report(
        title="Shipped networks",
        tables=(table,),
        notes=(*convention_notes(basis, *counts.values()), *basis_notes(basis)),
        document={
            "specs": [
                {
                    **dict(zip(("name", "spec", "model", "input", "params", "mult_adds"), row)),
                    **count_document(count.basis, count),
                    "source": row[-1],
                }
                for row, count in zip(rows, counts.values())
            ]
        },
        flat=table,
    )
