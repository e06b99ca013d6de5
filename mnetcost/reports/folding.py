"""Deep networks folded: the layers of a block as one row, sorted, or only the largest."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from mnetcost.cost import Count, LayerCost, share
from mnetcost.tables import Column, Kind, Table

KEYS = ("params", "mult_adds")

COSTS = (  # the columns that say what a row costs
    Column("params", "Parameters", Kind.INTEGER, total=True),
    Column("params_share", "%", Kind.SHARE, joined=True),
    Column("mult_adds", "Mult-adds", Kind.INTEGER, total=True),
    Column("mult_adds_share", "%", Kind.SHARE, joined=True),
    Column("bar", "", Kind.BAR, joined=True),
)


def fold(layers: Sequence[LayerCost], depth: int) -> list[tuple[Any, ...]]:
    """(name, type, input, output, params, mult_adds) of each run of layers of one block.

    Names are cut after `depth` parts; a block's type is "block", unless it is one layer.
    """
    rows = []
    for name, run in groupby(layers, lambda layer: "/".join(layer.name.split("/")[:depth])):
        of = list(run)
        kind = of[0].type if len(of) == 1 else f"block of {len(of)}"
        costs = (sum(getattr(one, key) for one in of) for key in KEYS)
        rows.append((name, kind, of[0].input, of[-1].output, *costs))
    return rows


def folded_table(
    count: Count,
    depth: int | None = None,
    sort: str | None = None,
    top: int | None = None,
) -> Table:
    """The layers, folded to `depth` parts of their names, by `sort`, the first `top` alone.

    What `top` leaves out is one row, so that the columns add up.
    """
    rows = fold(count.layers, depth or max(layer.name.count("/") + 1 for layer in count.layers))
    if sort is not None:
        place = len(rows[0]) - len(KEYS) + KEYS.index(sort)
        rows.sort(key=lambda row: -row[place])  # a stable sort: equal ones stay in order
    if top is not None and top < len(rows):
        rest = rows[top:]
        sums = (sum(row[place] for row in rest) for place in (-2, -1))
        rows = [*rows[:top], (f"({len(rest)} more)", "", None, None, *sums)]
    columns = (
        Column("name", "Layer", Kind.TEXT, label=True),
        Column("type", "Type", Kind.TEXT),
        Column("input", "Input", Kind.MAP),
        Column("output", "→ Output", Kind.MAP, joined=True),
        *COSTS,
    )
    filled = []
    for *shape, params, mult_adds in rows:
        shares = share(params, count.params), share(mult_adds, count.mult_adds)
        filled.append((*shape, params, shares[0], mult_adds, shares[1], shares[1]))
    title = "Layers" if depth is None else "Blocks"
    return Table("layers" if depth is None else "blocks", title, columns, tuple(filled))
