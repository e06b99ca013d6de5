"""The JSON document of `mnetcost table`. Programs read it, and wait for none of the tables."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import repeat
from typing import Any

from mnetcost.analysis.separable.reduction import Reduction, reductions
from mnetcost.cost import Count
from mnetcost.layers.base import Pair
from mnetcost.reports.documents import (
    beside,
    count_header,
    layer_document,
    totals_document,
    types_document,
)


def table_document(
    count: Count,
    rows: Sequence[Reduction] | None = None,
    apart: bool = False,
    columns: Sequence[str] = (),
    more: Sequence[Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """The JSON contract of `mnetcost table`: exact integers, shares of 1.

    `rows` are the reductions, where they are known already; `more` stands beside each layer, of
    which `columns` are all that is said where any are given. Raises UsageError for one of them that
    is not counted.
    """
    layers: Sequence[dict[str, Any]]
    if columns:
        from mnetcost.reports.layer_columns import chosen_documents  # with the tables

        layers = chosen_documents(count, columns, apart)
    else:
        layers = [layer_document(count, layer, apart) for layer in count.layers]
    kinds = count.by_type()
    costs = {name: (cost.params, cost.mult_adds) for name, cost in kinds.items()}
    return {
        **count_header(count),
        "totals": totals_document(count, apart),
        "layers": [{**one, **beside_it} for one, beside_it in zip(layers, more or repeat({}))],
        "types": [
            {**one, **beside(count, cost, apart)}
            for one, cost in zip(types_document(costs), kinds.values())
        ],
        **({} if count.graph.ledger is None else {"ledger": count.graph.ledger}),
        "reductions": [_reduction(row) for row in (reductions(count) if rows is None else rows)],
    }


def _reduction(row: Reduction) -> dict[str, Any]:
    return {
        "name": row.name,
        "m": row.m,
        "n": row.n,
        "multiplier": row.multiplier,
        "d_k": _side(row.d_k),
        "d_f": _side(row.d_f),
        "d_o": _side(row.d_o),
        "standard": {"params": row.standard.params, "mult_adds": row.standard.mult_adds},
        "separable": {"params": row.separable.params, "mult_adds": row.separable.mult_adds},
        "ratio": _number(row.ratio),
        "ratio_exact": _exact(row.ratio),
        "params_ratio": _number(row.params_ratio),
        "params_ratio_exact": _exact(row.params_ratio),
        "formula": row.formula,
    }


def _side(pair: Pair | None) -> int | list[int] | None:
    """One number for a square, [height, width] otherwise."""
    if pair is None:
        return None
    return int(pair.h) if pair.h == pair.w else list(pair)


def _number(ratio: Fraction | None) -> float | None:
    return None if ratio is None else float(ratio)


def _exact(ratio: Fraction | None) -> str | None:
    return None if ratio is None else str(ratio)
