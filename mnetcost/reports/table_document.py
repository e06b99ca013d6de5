"""The JSON document of `mnetcost table`. Programs read it, and wait for none of the tables."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import repeat
from typing import TYPE_CHECKING, Any, TypeAlias

from mnetcost.analysis.separable.reduction import Reduction, reductions
from mnetcost.cost import Count
from mnetcost.layers.base import Pair
from mnetcost.reports.choices import Shown
from mnetcost.reports.documents import (
    beside,
    count_header,
    layer_document,
    totals_document,
    types_document,
)

if TYPE_CHECKING:
    from mnetcost.devices.needs import Needs

PLAIN = Shown()


def table_document(
    count: Count,
    shown: Shown = PLAIN,
    rows: Sequence[Reduction] | None = None,
    more: Sequence[Mapping[str, Any]] | None = None,
    needs: "Needs | None" = None,
) -> dict[str, Any]:
    """The JSON contract of `mnetcost table`: exact integers, shares of 1.

    `rows` are the reductions and `needs` the bytes, where they are known already; `more` stands
    beside each layer. Of layers nothing but the columns is said where any are shown. Raises
    UsageError for one of them that is not counted.
    """
    if needs is None and shown.asks_bytes:
        from mnetcost.reports.layer_bytes import needs_shown  # others do without

        needs = needs_shown(count, shown)
    layers, totals, kinds = _cost_documents(count, shown, needs)
    return {
        **count_header(count),
        "totals": totals,
        "layers": [{**one, **beside_it} for one, beside_it in zip(layers, more or repeat({}))],
        "types": kinds,
        **({} if count.graph.ledger is None else {"ledger": count.graph.ledger}),
        "reductions": [_reduction(row) for row in (reductions(count) if rows is None else rows)],
    }


Documents: TypeAlias = list[dict[str, Any]]


def _cost_documents(
    count: Count, shown: Shown, needs: "Needs | None"
) -> tuple[Documents, dict[str, Any], Documents]:
    """The layers, the totals and the types, with their bytes where these are shown."""
    if shown.columns:
        from mnetcost.reports.layer_columns import chosen_documents  # with the tables

        layers = chosen_documents(count, shown, needs)
    else:
        layers = [layer_document(count, layer, shown.apart) for layer in count.layers]
    totals = totals_document(count, shown.apart)
    types = count.by_type()
    costs = {name: (cost.params, cost.mult_adds) for name, cost in types.items()}
    kinds = types_document(costs)
    for kind, cost in zip(kinds, types.values()):
        kind.update(beside(count, cost, shown.apart))
    if needs is not None:
        from mnetcost.reports.layer_bytes import add_bytes  # others do without

        add_bytes(count, needs, layers if not shown.columns else [], totals, kinds)
    return layers, totals, kinds


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
