"""Depthwise-separable pairs against standard convolutions, and the network against its twin."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from mnetcost.analysis.separable.reduction import Reduction, ratio_of
from mnetcost.cost import Count
from mnetcost.reports.runs import span
from mnetcost.tabular import Column, Kind, Table

TITLE = "Depthwise separable against standard convolution"
SYMBOLS = "(M, N: channels in and out; D_K kernel, D_F input, D_O output side, px"
MULTIPLIER = "; m: output channels of the depthwise half per input channel)"
ONE, SEVERAL = "1/N + 1/D_K²", "m·(1/N + 1/D_K²)"


def pairs_table(rows: Sequence[Reduction]) -> Table:
    """Neighbours of one N, D_K and m as one row with the ratio of each, the whole network last."""
    *pairs, network = rows
    found, names = [], _short_names([row.name for row in pairs])
    for _, run in groupby(pairs, lambda row: (row.n, row.d_k, row.multiplier, row.ratio)):
        of = list(run)
        name = span(names[of[0].name], names[of[-1].name])
        found.append((f"{name} ×{len(of)}" if len(of) > 1 else name, of))
    columns = (
        Column("name", "Pair (mult-adds)", Kind.TEXT),
        Column("n", "N", Kind.INTEGER, leaves=3),
        Column("d_k", "D_K", Kind.SIDES, leaves=4),
        Column("standard_mult_adds", "Standard", Kind.AMOUNT, leaves=1),
        Column("separable_mult_adds", "Separable", Kind.AMOUNT),
        Column("formula", SEVERAL if _several(rows) else ONE, Kind.TEXT, leaves=2),
        Column("ratio", "Ratio", Kind.RATIO),
    )
    shown = (_pairs_row(name, of) for name, of in (*found, (network.name, [network])))
    return Table("reduction", TITLE, columns, tuple(shown), headed=True)


def _short_names(names: Sequence[str]) -> dict[str, str]:
    """Each pair by the block that holds both its halves and no other pair, where there is one."""
    blocks = {name: {half.rpartition("/")[0] for half in name.split(" + ")} for name in names}
    alone = Counter(block for of in blocks.values() for block in of)
    return {
        name: "".join(of) if len(of) == 1 and alone[min(of)] == 1 and " + " in name else name
        for name, of in blocks.items()
    }


def _pairs_row(name: str, of: Sequence[Reduction]) -> tuple[Any, ...]:
    first = of[0]
    standard = sum(row.standard.mult_adds for row in of)
    separable = sum(row.separable.mult_adds for row in of)
    ratio = ratio_of(separable, standard)
    return name, first.n, first.d_k, standard, separable, first.formula_text, ratio


def reduction_table(rows: Sequence[Reduction], every: bool = False) -> Table:
    """One row a depthwise-separable pair, and the whole network last.

    A ratio stands there once: that of parameters, and the formula's value, only where one of them
    is another than that of mult-adds in any pair, or for `every` number.
    """
    several = _several(rows)
    columns = (
        (Column("name", "Pair", Kind.TEXT), lambda row: row.name),
        (Column("m", "M", Kind.INTEGER, leaves=5), lambda row: row.m),
        (Column("n", "N", Kind.INTEGER, leaves=4), lambda row: row.n),
        *([(Column("multiplier", "m", Kind.INTEGER), lambda row: row.multiplier)] * several),
        (Column("d_k", "D_K", Kind.SIDES, leaves=4), lambda row: row.d_k),
        (Column("d_f", "D_F", Kind.SIDES, leaves=7), lambda row: row.d_f),
        (Column("d_o", "D_O", Kind.SIDES, leaves=6), lambda row: row.d_o),
        *_cost_columns("standard", "Standard"),
        *_cost_columns("separable", "Separable"),
        (Column("params_ratio", "Ratio of\nparameters", Kind.RATIO), lambda row: row.params_ratio),
        (Column("ratio", "Ratio of\nmult-adds", Kind.RATIO), lambda row: row.ratio),
        (
            Column("formula", SEVERAL if several else ONE, Kind.TEXT, leaves=2),
            lambda row: row.formula_text,
        ),
        (Column("formula_value", "", Kind.RATIO), lambda row: row.formula_value),
    )
    kept = [one for one in columns if every or one[0].key not in _repeated(rows)]
    cells = tuple(tuple(of(row) for _, of in kept) for row in rows)
    title = f"{TITLE}\n{SYMBOLS}{MULTIPLIER if several else ')'}"
    return Table("reduction", title, tuple(column for column, _ in kept), cells)


def _cost_columns(of: str, header: str) -> tuple[tuple[Column, Any], ...]:
    """What one side of the comparison costs."""
    return (
        (
            Column(f"{of}_params", f"{header}\nweights", Kind.AMOUNT, leaves=8),
            lambda row: getattr(row, of).params,
        ),
        (
            Column(f"{of}_mult_adds", f"{header}\nmult-adds", Kind.AMOUNT),
            lambda row: getattr(row, of).mult_adds,
        ),
    )


def _repeated(rows: Sequence[Reduction]) -> set[str]:
    """The columns of ratios that say of every pair what another says."""
    others = ("params_ratio", "formula_value")
    return {key for key in others if all(getattr(row, key) == row.ratio for row in rows[:-1])}


def reduction_notes(count: Count, rows: Sequence[Reduction]) -> Iterator[tuple[str, str]]:
    """What the network saves against its full-convolution twin, and what both have."""
    *pairs, network = rows
    depthwise = sum(layer.type == "depthwise" for layer in count.layers)
    if not depthwise:
        yield "Network", "no depthwise-separable pair: the network is its own twin"
    elif network.params_ratio is not None:
        words = f"with standard convolutions {network.standard.params:,} weights"
        yield "Network", f"{words}; it has {float(network.params_ratio):.5f} of them"
    if alone := depthwise - len(pairs):
        yield "Network", f"depthwise layers in no pair, and so in the twin too: {alone:,}"


def _several(rows: Sequence[Reduction]) -> bool:
    return any(row.multiplier not in (None, 1) for row in rows)
