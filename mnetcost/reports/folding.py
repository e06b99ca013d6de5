"""Deep networks folded: the layers of a block as one row, sorted, or only the largest."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from mnetcost.cost import Count, LayerCost
from mnetcost.reports.choices import SORTS
from mnetcost.reports.measures import Measure, cells, columns_of, measures, unit_line
from mnetcost.tabular import Column, Kind, Table

SHAPE = 4  # columns before the numbers: name, type, input, output


def fold(
    layers: Sequence[LayerCost], depth: int, found: Sequence[Measure]
) -> list[tuple[Any, ...]]:
    """(name, type, input, output, and each measure) of each run of layers of one block.

    Names are cut after `depth` parts; a block's type is "block", unless it is one layer.
    """
    rows = []
    for name, run in groupby(layers, lambda layer: "/".join(layer.name.split("/")[:depth])):
        of = list(run)
        kind = of[0].type if len(of) == 1 else f"block of {len(of)}"
        costs = (sum(measure.of(one) for one in of) for measure in found)
        rows.append((name, kind, of[0].read, of[-1].output, *costs))
    return rows


def folded_table(  # noqa: PLR0913 - what to show of it
    count: Count,
    depth: int | None = None,
    sort: str | None = None,
    top: int | None = None,
    *,
    apart: bool = False,
    fold_norms: bool = False,
) -> Table:
    """The layers, folded to `depth` parts of their names, by `sort`, the first `top` alone.

    What `top` leaves out is one row, so that the columns add up. `apart` keeps the operations
    apart, `fold_norms` shows the parameters after folding their batch normalisation.
    """
    found = measures(count, apart, fold_norms)
    whole = max(layer.name.count("/") + 1 for layer in count.layers)
    rows = fold(count.layers, depth or whole, found)
    totals = [sum(row[SHAPE + place] for row in rows) for place in range(len(found))]
    if sort is not None:
        orders = [place for place, one in enumerate(found) if one.shared or apart]
        place = SHAPE + orders[0 if apart else min(SORTS.index(sort), len(orders) - 1)]
        rows.sort(key=lambda row: -row[place])  # a stable sort: equal ones stay in order
    if top is not None and top < len(rows):
        rest = rows[top:]
        sums = (sum(row[SHAPE + place] for row in rest) for place in range(len(found)))
        rows = [*rows[:top], (f"({len(rest)} more)", "", None, None, *sums)]
    columns = (
        Column("name", "Layer", Kind.TEXT),
        Column("type", "Type", Kind.TEXT),
        Column("input", "Input", Kind.MAP, leaves=7),
        Column("output", "→ Output", Kind.MAP),
        *columns_of(found),
    )
    filled = tuple((*row[:SHAPE], *cells(found, row[SHAPE:], totals)) for row in rows)
    title = ("Layers" if depth is None else "Blocks") + unit_line(count.basis, apart)
    return Table("layers" if depth is None else "blocks", title, columns, filled)
