"""The shipped networks, with their cost."""

from mnetcost.cost import FORWARD, Basis, Count
from mnetcost.multipliers import make_setting
from mnetcost.reports.documents import basis_document, count_document
from mnetcost.reports.measures import (
    PASS_WORDS,
    own_cells,
    own_columns,
    unit_line,
)
from mnetcost.reports.notes import basis_notes, convention_notes
from mnetcost.spec import load_graph, shipped_variants
from mnetcost.tabular import Column, Kind, Report, Table


def specs_report(basis: Basis = FORWARD) -> Report:
    """One row a shipped network, at α = ρ = 1: each variant of a family, else the spec itself."""
    files = _files()
    counts = {name: _count(*place, basis) for name, place in files.items()}
    ranged = any(count.counted.low != count.counted.high for count in counts.values())
    columns = (
        Column("name", "Name", Kind.TEXT, label=True),
        Column("spec", "Spec", Kind.TEXT),
        Column("model", "Network", Kind.TEXT),
        Column("input", "Input", Kind.MAP),
        Column("params", "Parameters", Kind.INTEGER),
        Column("mult_adds", PASS_WORDS[basis.pass_], Kind.INTEGER),
        *own_columns(basis, ranged),
        Column("source", "Source", Kind.TEXT),
    )
    rows = tuple(
        (
            name,
            files[name][0],
            count.graph.name,
            count.input,
            count.params,
            count.mult_adds,
            *own_cells(basis, ranged, count.figures["params"], count.counted),
            count.graph.source,
        )
        for name, count in counts.items()
    )
    title = "Print one with `mnetcost show NAME`" + unit_line(basis)
    table = Table("specs", title, columns, rows)
    return Report(
        title="Shipped networks",
        tables=(table,),
        notes=(*convention_notes(basis, *counts.values()), *basis_notes(basis)),
        document={
            **basis_document(basis),
            "specs": [
                {
                    **dict(zip(("name", "spec", "model", "input", "params", "mult_adds"), row)),
                    **count_document(count.basis, count),
                    "source": row[-1],
                }
                for row, count in zip(rows, counts.values())
            ],
        },
        flat=table,
    )


def _files() -> dict[str, tuple[str, str]]:
    """The file and the variant of each name; a file without variants has its own."""
    return {
        name: (file, name if names else "")
        for file, names in shipped_variants().items()
        for name in names or (file,)
    }


def _count(file: str, variant: str, basis: Basis) -> Count:
    graph = load_graph(file, variant)
    return Count.of(graph, make_setting(graph.base), basis)
