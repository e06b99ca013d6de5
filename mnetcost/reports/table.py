"""The three tables of one network at one setting, and their JSON document."""

from collections.abc import Sequence

from mnetcost.analysis.separable.reduction import Reduction, reductions
from mnetcost.cost import FORWARD, Count, LayerCost, TypeCost
from mnetcost.layers.convolution import Conv
from mnetcost.reports.choices import LAYER_VIEWS
from mnetcost.reports.folding import folded_table
from mnetcost.reports.measures import cells, columns_of, measures, unit_line
from mnetcost.reports.notes import cost_notes, fold_notes, warning_texts
from mnetcost.reports.table_document import table_document
from mnetcost.tabular import Column, Kind, Report, Table

# The names of the paper's Table 2.
PAPER_NAMES = {
    "pointwise": "Conv 1×1",
    "depthwise": "Conv DW",
    "conv": "Conv",
    "dense": "Fully Connected",
}


def table_report(  # noqa: PLR0913 - what to show of it
    count: Count,
    view: str | None = None,
    *,
    depth: int | None = None,
    sort: str | None = None,
    top: int | None = None,
    apart: bool = False,
    fold_norms: bool = False,
) -> Report:
    """The layers, the types and the reductions of a counted network, or one `view` of them.

    `depth` folds the layers to so many parts of their names, `sort` ("params" or "mult_adds")
    orders them, and `top` shows so many alone. `apart` keeps multiplications, additions,
    comparisons, divisions and exponentials apart, `fold_norms` shows the parameters after folding.
    Raises UsageError for a network that is too large for the view.
    """
    rows = reductions(count)
    if view in LAYER_VIEWS:
        return _layer_report(count, rows, str(view))
    whole = 1 if view == "blocks" and not depth else depth
    layers = folded_table(count, whole, sort, top, apart=apart, fold_norms=fold_norms)
    shown = {
        "layers": layers,
        "types": types_table(count, apart, fold_norms),
        "reduction": reduction_table(count, rows),
    }
    tables = tuple(shown.values()) if view is None else (shown.get(view, layers),)
    document = table_document(count, rows, apart)
    return Report(
        title=count.graph.name,
        tables=tables,
        notes=(
            *cost_notes(count),
            *(fold_notes(count) if fold_norms else ()),
        ),
        warnings=warning_texts(document),
        document=document,
        flat=layers if view is None else tables[0],
    )


def _layer_report(count: Count, rows: Sequence[Reduction], view: str) -> Report:
    """What each layer sees, or what one of its channels costs."""
    from mnetcost.reports.layer_views import layer_view  # other tables do without

    found = layer_view(count, view)
    document = {**table_document(count, rows, more=found.documents), **found.whole}
    return Report(
        title=count.graph.name,
        tables=(found.table,),
        notes=(),
        warnings=warning_texts(document),
        document=document,
        flat=found.table,
    )


def _alone(count: Count, rows: Sequence[Reduction]) -> str:
    """A line on the depthwise layers that stand as they are in the full-convolution twin."""
    depthwise = sum(layer.type == "depthwise" for layer in count.layers)
    if depthwise == 0:
        return "\n(no depthwise-separable pair: the network is its own twin)"
    alone = depthwise - (len(rows) - 1)
    return f"\n(depthwise layers in no pair, and so in the twin too: {alone})" if alone else ""


def types_table(count: Count, apart: bool = False, fold_norms: bool = False) -> Table:
    """One row a layer type, as in the paper's Table 2."""
    found = measures(count, apart, fold_norms)
    columns = (
        Column("type", "Type", Kind.TEXT),
        Column("paper_name", "As in Table 2", Kind.TEXT),
        *columns_of(found),
    )
    kinds = count.by_type()
    sums = {name: [sum(map(one.of, cost.layers)) for one in found] for name, cost in kinds.items()}
    totals = [sum(values) for values in zip(*sums.values())]
    rows = tuple(
        (name, paper_name(name, cost), *cells(found, sums[name], totals))
        for name, cost in kinds.items()
    )
    return Table("types", "By layer type" + unit_line(count.basis, apart), columns, rows)


def paper_name(name: str, cost: TypeCost) -> str:
    """ "Conv DW 3×3" for depthwise convolutions that all have this kernel; "" where it has none."""
    words = PAPER_NAMES.get(name, "")
    if name == "depthwise":
        return f"{words} {', '.join(cost.kernels)}"
    if name == "conv":
        kernels = dict.fromkeys(_grouped(one) + one.kernel for one in cost.layers)
        return f"{words} {', '.join(kernels)}"
    return words


def _grouped(layer: LayerCost) -> str:
    """What stands before the kernel of a grouped convolution, which Table 2 knows none of."""
    kernel = layer.node.layer
    grouped = isinstance(kernel, Conv) and kernel.groups_on(layer.input) > 1
    return "grouped " if grouped else ""


def reduction_table(count: Count, rows: Sequence[Reduction]) -> Table:
    """One row a depthwise-separable pair, and the whole network last."""
    title = "Depthwise separable against standard convolution" + unit_line(FORWARD)
    title += "\n(M, N: channels in and out; D_K kernel, D_F input, D_O output side, px"
    several = any(row.multiplier not in (None, 1) for row in rows)
    title += "; m: output channels of the depthwise half per input channel)" if several else ")"
    formula = "m·(1/N + 1/D_K²)" if several else "1/N + 1/D_K²"
    columns = (
        Column("name", "Pair", Kind.TEXT),
        Column("m", "M", Kind.INTEGER),
        Column("n", "N", Kind.INTEGER),
        *([Column("multiplier", "m", Kind.INTEGER)] if several else []),
        Column("d_k", "D_K", Kind.SIDES),
        Column("d_f", "D_F", Kind.SIDES),
        Column("d_o", "D_O", Kind.SIDES),
        Column("standard_params", "Standard\nparameters", Kind.INTEGER),
        Column("standard_mult_adds", "Standard\nmult-adds", Kind.INTEGER),
        Column("separable_params", "Separable\nparameters", Kind.INTEGER),
        Column("separable_mult_adds", "Separable\nmult-adds", Kind.INTEGER),
        Column("params_ratio", "Ratio of\nparameters", Kind.RATIO),
        Column("ratio", "Ratio of\nmult-adds", Kind.RATIO),
        Column("formula", formula, Kind.TEXT),
        Column("formula_value", "", Kind.RATIO),
    )
    return Table(
        "reduction",
        title + _alone(count, rows),
        columns,
        tuple(
            (
                *(row.name, row.m, row.n, *([row.multiplier] if several else [])),
                *(row.d_k, row.d_f, row.d_o),
                *(row.standard.params, row.standard.mult_adds),
                *(row.separable.params, row.separable.mult_adds),
                *(row.params_ratio, row.ratio, row.formula_text, row.formula_value),
            )
            for row in rows
        ),
    )
