"""The shipped networks, with their cost."""

from collections.abc import Iterator

from mnetcost.cost import FORWARD, Basis, Count
from mnetcost.multipliers import make_setting
from mnetcost.reports.documents import basis_document, count_document
from mnetcost.reports.measures import (
    PASS_WORDS,
    own_cells,
    own_columns,
)
from mnetcost.reports.notes import basis_notes, convention_notes
from mnetcost.reports.settings import knobs_document, knobs_text
from mnetcost.spec import Spec, find, shipped_variants
from mnetcost.tabular import Column, Kind, Report, Table


def specs_report(basis: Basis = FORWARD) -> Report:
    """One row a shipped network, at α = ρ = 1: each variant of a family, else the spec itself."""
    found = list(_counted(basis))
    counts = [count for *_, count in found]
    ranged = any(count.counted.low != count.counted.high for count in counts)
    columns = (
        Column("name", "Name", Kind.TEXT),
        Column("spec", "Spec", Kind.TEXT, leaves=8),
        Column("model", "Network", Kind.TEXT, leaves=4),
        Column("input", "Input", Kind.MAP, leaves=7),
        Column("params", "Weights", Kind.INTEGER),
        Column("mult_adds", PASS_WORDS[basis.pass_], Kind.INTEGER),
        *own_columns(basis, ranged),
        Column("source", "Source", Kind.TEXT, leaves=5),
        Column("knobs", "Knobs (--set)", Kind.TEXT, leaves=9),
    )
    rows = tuple(
        (
            name,
            file,
            count.graph.name,
            count.input,
            count.params,
            count.mult_adds,
            *own_cells(basis, ranged, count.figures["params"], count.counted),
            count.graph.source,
            knobs_text(count.graph.knobs),
        )
        for file, name, count in found
    )
    title = "Print one with `mnetcost show NAME`"
    table = Table("specs", title, columns, rows)
    return Report(
        title="Shipped networks",
        tables=(table,),
        notes=(*convention_notes(basis, counts), *basis_notes(basis)),
        document={
            **basis_document(basis),
            "specs": [
                {
                    **dict(zip(("name", "spec", "model", "input", "params", "mult_adds"), row)),
                    **count_document(count.basis, count),
                    "source": count.graph.source,
                    "knobs": knobs_document(count.graph.knobs),
                }
                for row, count in zip(rows, counts)
            ],
        },
        flat=table,
    )


def _counted(basis: Basis) -> Iterator[tuple[str, str, Count]]:
    """Each file, which is read once, and its variants by name; one without any has the file's."""
    for file, names in shipped_variants().items():
        spec = Spec(find(file))
        for name in names or (file,):
            graph = spec.graph(name if names else "", {})
            yield file, name, Count.of(graph, make_setting(graph.base), basis)
