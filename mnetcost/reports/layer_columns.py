"""The columns of the table of layers: what each says of a row, and which are shown."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mnetcost.cost import Count, Parameters, share
from mnetcost.problems import UsageError
from mnetcost.reports.choices import Shown
from mnetcost.reports.documents import groups_of, layer_document
from mnetcost.reports.measures import FOLDED, OPERATIONS, Measure, measures
from mnetcost.reports.tree import Row, listed
from mnetcost.tabular import Column, Kind, Table

if TYPE_CHECKING:
    from mnetcost.devices.needs import Needs

Values = list[Any]  # of one column, a row each


def _type(row: Row) -> str:
    if row.rest:
        return ""
    each = len(row.layers) // row.times
    return row.layers[0].type if not row.block else f"block of {each:,}"


def _kernel(row: Row) -> str:
    """The kernel of a layer; of a block that is closed, those of its weights but for 1×1."""
    if not row.closed:
        return "" if row.block else row.layers[0].kernel
    kernels = dict.fromkeys(one.kernel for one in row.layers if one.parameters.weights)
    wide = [one for one in kernels if one and one != POINT]
    return ", ".join(wide or [POINT][: POINT in kernels])


def _stride(row: Row) -> tuple[int, int] | None:
    sides = None if row.block else row.layers[0].node.layer.window_sides()
    return sides and sides[1]


def _groups(row: Row) -> int | None:
    return None if row.block else groups_of(row.layers[0])


# What a row says of its shape, in the order of the table.
SHAPES: tuple[tuple[Column, Callable[[Row], Any]], ...] = (
    (Column("name", "Layer", Kind.TEXT), lambda row: row.label),
    (Column("type", "Type", Kind.TEXT, leaves=6), _type),
    (Column("kernel", "Kernel", Kind.TEXT, leaves=3), _kernel),
    (Column("stride", "Stride", Kind.SIDES, leaves=4), _stride),
    (Column("groups", "Groups", Kind.INTEGER, leaves=5), _groups),
    (
        Column("input", "Input", Kind.MAP, leaves=7),
        lambda row: None if row.rest else row.layers[0].read,
    ),
    (
        Column("output", "→ Output", Kind.MAP),
        lambda row: None if row.rest else row.layers[-1].output,
    ),
)
POINT = "1×1"  # the kernel of a pointwise layer
# Columns that stand only where some row has more than is usual, and whether a value is.
WINDOW: Mapping[str, Callable[[Any], bool]] = {
    "kernel": bool,
    "stride": bool,
    "groups": lambda groups: groups is not None and groups > 1,
}


def _parameters(kind: str) -> Measure:
    header = kind.replace("_", "\n").capitalize()
    return Measure(kind, header, lambda layer: int(getattr(layer.parameters, kind)))


# Numbers of a layer that stand in the table where somebody asks for them.
MORE: Mapping[str, Measure] = {
    one.key: one for one in (*map(_parameters, Parameters._fields), FOLDED, *OPERATIONS)
}


def layer_table(
    count: Count,
    rows: Sequence[Row],
    found: Sequence[Measure],
    title: str,
    chosen: Sequence[str] = (),
) -> Table:
    """The rows with the columns that are `chosen`, or those that any row has.

    Raises UsageError for a column that the convention does not count.
    """
    known = _columns(count, rows, found, chosen)
    if chosen:
        shown = [known[key] for key in chosen if key in known or _refuse(key, known)]
    else:
        shown = [
            one for key, one in known.items() if key not in WINDOW or any(map(WINDOW[key], one[1]))
        ]
    cells = tuple(zip(*(values for _, values in shown))) if rows else ()
    depths = tuple(row.depth for row in rows)
    key = "blocks" if title == "Blocks" else "layers"
    columns = tuple(column for column, _ in shown)
    return Table(key, title, columns, cells, depths, headed="\n" not in title)


def every_column(found: Sequence[Measure]) -> list[str]:
    """The columns of a table for programs, whatever the network has; what is newer stands last."""
    numbers = [(one.key, f"{one.key}_share")[: 1 + one.shared] for one in found]
    shapes = [column.key for column, _ in SHAPES if column.key not in WINDOW]
    return [*shapes, *(key for keys in numbers for key in keys), *WINDOW]


def shown_measures(count: Count, shown: Shown, needs: "Needs | None") -> tuple[Measure, ...]:
    """What a row says; bytes, where they are shown, stand before the work, of which the bar is."""
    found = measures(count, shown.apart, shown.fold_norms)
    if needs is None:
        return found
    from mnetcost.reports.layer_bytes import byte_measures  # other tables do without

    *others, last = found
    return (*others, *byte_measures(count, needs), last)


def chosen_documents(count: Count, shown: Shown, needs: "Needs | None") -> list[dict[str, Any]]:
    """The chosen columns of every layer for programs. Raises UsageError as `layer_table` does."""
    found, chosen = shown_measures(count, shown, needs), shown.columns
    table = layer_table(count, listed(count.layers), found, "Layers", chosen).without(Kind.BAR)
    keys = [column.key for column in table.columns]
    documents = (layer_document(count, layer) for layer in count.layers)
    return [
        {key: document[key] if key in document else _plain(value) for key, value in zip(keys, row)}
        for document, row in zip(documents, table.rows)
    ]


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Fraction) else value


def _columns(
    count: Count, rows: Sequence[Row], found: Sequence[Measure], chosen: Sequence[str]
) -> dict[str, tuple[Column, Values]]:
    """Every column by its key, with its values; of numbers beside the measures the chosen."""
    known = {column.key: (column, [of(row) for row in rows]) for column, of in SHAPES}
    for one in found:
        values = [one.of_all(row.layers) for row in rows]
        known[one.key] = one.column(), values
        if one.shared:
            total = one.of_all(count.layers)
            shares = [share(value, total) for value in values]
            key = f"{one.key}_share"
            known[key] = Column(key, "%", Kind.SHARE, leaves=8), shares
            bars = [None if row.rest else part for row, part in zip(rows, shares)]
    if found[-1].shared:
        known["bar"] = Column("bar", "", Kind.BAR, leaves=9), bars
    for key in chosen:
        if key in MORE and key not in known:
            one = MORE[key]
            known[key] = one.column(), [one.of_all(row.layers) for row in rows]
    return known


def _refuse(key: str, known: Mapping[str, Any]) -> bool:
    names = ", ".join(dict.fromkeys((*known, *MORE)))
    raise UsageError(f"--columns {key}: not counted here; there are {names}")
