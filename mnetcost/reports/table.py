"""The tables of one network at one setting: layers, types, pairs."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mnetcost.analysis.separable.reduction import Reduction, reductions
from mnetcost.cost import Count, LayerCost, TypeCost
from mnetcost.layers.convolution import Conv
from mnetcost.printed import short_text
from mnetcost.reports.choices import ALGORITHMS, ENGINE, LAYER_VIEWS, MEMORY, Shown
from mnetcost.reports.layer_columns import every_column, layer_table, shown_measures
from mnetcost.reports.measures import (
    LEARNED,
    Measure,
    apart_line,
    cells,
    columns_of,
    measures,
)
from mnetcost.reports.notes import cost_notes, fold_notes, setting_line, warning_texts
from mnetcost.reports.pairs import pairs_table, reduction_notes, reduction_table
from mnetcost.reports.settings import is_another
from mnetcost.reports.table_document import table_document
from mnetcost.reports.tree import Row, Tree, listed, tree
from mnetcost.tabular import Column, Kind, Report, Table
from mnetcost.text import counted

if TYPE_CHECKING:
    from mnetcost.devices.needs import Needs
    from mnetcost.reports.layer_views import LayerView

PLAIN = Shown()
# The names of the paper's Table 2, for a network of that paper.
PAPER = "1704.04861"
PAPER_NAMES = {
    "pointwise": "Conv 1×1",
    "depthwise": "Conv DW",
    "conv": "Conv",
    "dense": "Fully Connected",
}


def table_report(count: Count, shown: Shown = PLAIN) -> Report:
    """The layers, the types and the pairs of a counted network, or one view of them.

    Raises UsageError for a network that is too large for the view, or a column that is not counted.
    """
    pairs = reductions(count)
    if shown.view in LAYER_VIEWS:
        return _layer_report(count, pairs, shown)
    needs, said, noted = _bytes(count, shown)
    document = table_document(count, shown, pairs, needs=needs)
    found = shown_measures(count, shown, needs)
    made = _made(count, found, shown)
    tables = _tables(count, found, shown, made, pairs)
    return Report(
        title=count.graph.name,
        setting=setting_line(count),
        answer=(*_totals(count, shown), *said),
        tables=tables,
        notes=(
            *_with_left_out(cost_notes(count), made),
            *(reduction_notes(count, pairs) if shown.view == "reduction" else ()),
            *(fold_notes(count) if shown.fold_norms else ()),
            *noted,
        ),
        warnings=warning_texts(document),
        document=document,
        flat=_flat(count, found, shown, pairs),
    )


def _bytes(
    count: Count, shown: Shown
) -> "tuple[Needs | None, tuple[str, ...], tuple[tuple[str, str], ...]]":
    """The bytes, where they are shown, what stands above the tables of them, and the notes."""
    if not shown.asks_bytes:
        return None, (), ()
    from mnetcost.reports.layer_bytes import (
        byte_notes,
        bytes_said,
        needs_shown,
    )  # others do without

    needs = needs_shown(count, shown)
    return needs, tuple(bytes_said(needs, count)), byte_notes(needs, count)


def _tables(
    count: Count,
    found: Sequence[Measure],
    shown: Shown,
    made: Tree,
    pairs: Sequence[Reduction],
) -> tuple[Table, ...]:
    """The table of the view, or all; with `columns` of the layers that alone."""
    if shown.view == "types":
        return (types_table(count, found, shown.every),)
    if shown.view == "reduction":
        return (reduction_table(pairs, shown.every),)
    layers = layer_table(count, made.rows, found, _title(shown), shown.columns)
    if shown.view or shown.columns:
        return (layers,)
    types = types_table(count, found, shown.every).without_totals()
    return (layers, types, pairs_table(pairs)) if len(pairs) > 1 else (layers, types)


def _layer_report(count: Count, pairs: Sequence[Reduction], shown: Shown) -> Report:
    """What is worked out only when asked for; see `layer_views` and `layer_algorithms`."""
    found = _layer_view(count, shown)
    document = {**table_document(count, shown, pairs, found.documents, found.needs), **found.whole}
    return Report(
        title=count.graph.name,
        setting=setting_line(count),
        answer=found.answer,
        tables=found.tables,
        notes=found.notes,
        warnings=warning_texts(document),
        document=document,
        flat=found.flat,
    )


def _layer_view(count: Count, shown: Shown) -> "LayerView":
    if shown.view == MEMORY:
        from mnetcost.reports.layer_memory import memory_view  # other tables do without

        return memory_view(count, shown)
    if shown.view == ALGORITHMS:
        from mnetcost.reports.layer_algorithms import algorithms_view  # other tables do without

        return algorithms_view(count, ENGINE if shown.engine is None else shown.engine)
    from mnetcost.reports.layer_views import layer_view  # other tables do without

    return layer_view(count, str(shown.view))


def _depth(shown: Shown) -> int | None:
    return shown.depth or (1 if shown.view == "blocks" else None)


def _title(shown: Shown) -> str:
    title = "Layers" if _depth(shown) is None else "Blocks"
    return title + apart_line() if shown.apart else title


def _made(count: Count, found: Sequence[Measure], shown: Shown) -> Tree:
    """The rows of the layers: a tree, or a list with the largest first."""
    if shown.sort or shown.top:
        return Tree(_largest(count, found, shown), free=0, levels=1, whole=True)
    return tree(count.layers, found, _depth(shown), shown.every)


def _largest(count: Count, found: Sequence[Measure], shown: Shown) -> Sequence[Row]:
    """The rows in order, the largest first, and what is cut as one row, so that columns add up."""
    rows = listed(count.layers, _depth(shown), shown.sort or "mult_adds", found)
    rest = rows[shown.top :] if shown.top else []
    if not rest:
        return rows
    layers = tuple(layer for row in rest for layer in row.layers)
    return [*rows[: shown.top], Row(f"({len(rest):,} more)", 0, layers, block=True, rest=True)]


def _with_left_out(notes: Sequence[tuple[str, str]], made: Tree) -> Iterator[tuple[str, str]]:
    """The notes with the layers that no row stands for, and blocks that are closed."""
    free = f"{counted(made.free, 'layer')} (--all)" if made.free else ""
    for label, words in notes:
        yield label, f"{words}; {free}" if free and label == "Left out" else words
    if free and "Left out" not in dict(notes):
        yield "Left out", f"what costs nothing here: {free}"
    if not made.whole:
        words = (
            f"one of a kind is open, the next ones are closed (--depth {made.levels} opens all);"
            " of these stand the kernels but for 1×1"
        )
        yield "Blocks", words


def _flat(
    count: Count, found: Sequence[Measure], shown: Shown, pairs: Sequence[Reduction]
) -> Table:
    """What a format of one table writes: every layer, or what the options chose."""
    if shown.view == "types":
        return types_table(count, found, every=True, named=True)
    if shown.view == "reduction":
        return reduction_table(pairs, every=True)
    chosen = shown.sort or shown.top
    rows = _largest(count, found, shown) if chosen else listed(count.layers, _depth(shown))
    return layer_table(count, rows, found, _title(shown), shown.columns or every_column(found))


def _totals(count: Count, shown: Shown) -> list[str]:
    """The totals, exactly and as people say them, a line each."""
    if shown.apart:
        return []
    found = measures(count, fold_norms=shown.fold_norms)
    values = [sum(map(one.of, count.layers)) for one in found]
    exact = [f"{value:,}" for value in values]
    short = ["" if short_text(one) == str(one) else short_text(one) for one in values]
    words = [one.header.replace("\n", " ") for one in found]
    sizes = [max(map(len, texts)) for texts in (words, exact, short)]
    lines = [
        f"{word:{sizes[0]}}  {value:>{sizes[1]}}  {text:>{sizes[2]}}".rstrip()
        for word, value, text in zip(words, exact, short)
    ]
    kinds = [word for kind, word in LEARNED.items() if getattr(count.parameters, kind)]
    if kinds and not is_another(count.basis):
        learned = sum(count.parameters) - count.parameters.norm_statistics
        lines[0] += f"  ({learned:,} with {', '.join(kinds)})"
    return lines


def types_table(
    count: Count, found: Sequence[Measure], every: bool = False, named: bool = False
) -> Table:
    """One row a layer type that costs anything, as in the paper's Table 2; or `every` type.

    The paper's words stand beside the types of its own networks, or where they are `named` so.
    """
    of_paper = named or PAPER in count.graph.source
    columns = (
        Column("type", "Type", Kind.TEXT),
        Column("paper_name", "As in Table 2", Kind.TEXT, leaves=6)
        if of_paper
        else Column("kernels", "Kernels", Kind.TEXT, leaves=6),
        *columns_of(found),
    )
    kinds = count.by_type()
    sums = {name: [one.of_all(cost.layers) for one in found] for name, cost in kinds.items()}
    totals = [one.of_all(count.layers) for one in found]
    rows = tuple(
        (
            name,
            paper_name(name, cost) if of_paper else kernels_text(cost),
            *cells(found, sums[name], totals),
        )
        for name, cost in kinds.items()
        if every or cost.at_least or any(sums[name])
    )
    return Table("types", "By layer type", columns, rows, headed=True)


def paper_name(name: str, cost: TypeCost) -> str:
    """ "Conv DW 3×3" for depthwise convolutions that all have this kernel; "" where it has none."""
    words = PAPER_NAMES.get(name, "")
    return f"{words} {kernels_text(cost)}" if name in ("depthwise", "conv") else words


def kernels_text(cost: TypeCost) -> str:
    """The kernels of a type, those in groups apart: "3×3, grouped 3×3"."""
    return ", ".join(dict.fromkeys(_grouped(one) + one.kernel for one in cost.layers if one.kernel))


def _grouped(layer: LayerCost) -> str:
    """What stands before the kernel of a grouped convolution, which Table 2 knows none of."""
    kernel = layer.node.layer
    grouped = isinstance(kernel, Conv) and kernel.groups_on(layer.input) > 1
    return "grouped " if grouped and layer.type != "depthwise" else ""
