"""How long a network takes on devices, layer by layer, and how sure that is."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from mnetcost.cost import LayerCost, share
from mnetcost.devices.profiles import Profile
from mnetcost.devices.timing import LayerTime, Timing
from mnetcost.devices.units import BANDWIDTH, RATE, quantity_text
from mnetcost.exact import percent_text
from mnetcost.reports.documents import count_header
from mnetcost.reports.measures import Measure
from mnetcost.reports.notes import setting_line, source_notes, warning_texts
from mnetcost.reports.tree import Row, listed, tree
from mnetcost.tabular import Column, Kind, Report, Table

COLUMNS = (
    Column("name", "Layer", Kind.TEXT),
    Column("type", "Type", Kind.TEXT, leaves=5),
    Column("algorithm", "Algorithm", Kind.TEXT, leaves=2),
    Column("output", "→ Output", Kind.MAP, leaves=1),
    Column("products", "Products", Kind.AMOUNT, total=True, leaves=4),
    Column("bytes", "Bytes\nmoved", Kind.AMOUNT, total=True, leaves=3),
    Column("ms", "ms", Kind.MILLISECONDS, total=True),
    Column("share", "%", Kind.SHARE, leaves=6),
    Column("bar", "", Kind.BAR, leaves=9),
    Column("bound", "Bound by", Kind.TEXT),
)
MILLISECONDS = 1000  # of a second


def time_report(found: Sequence[Timing], every: bool = False) -> Report:
    """The layers of a network with their times on a device, or a row each of several devices.

    `every` layer has a row of its own on demand, and always in files.
    """
    first = found[0]
    flat = _devices(found) if len(found) > 1 else _layers(first, listed(first.cost.layers))
    shown = flat if len(found) > 1 else _layers(first, _rows(first, every), tree_=True)
    documents = [_document(one) for one in found]
    header = count_header(first.cost)
    return Report(
        title=first.cost.graph.name,
        setting=setting_line(first.cost),
        answer=tuple(map(_answer, found)) if len(found) == 1 else (),
        tables=(shown,),
        notes=(*source_notes(first.cost.graph), *_notes(found)),
        warnings=warning_texts(header),
        document={**header, **(documents[0] if len(found) == 1 else {"devices": documents})},
        flat=flat,
    )


def milliseconds_text(seconds: Fraction) -> str:
    """Three digits of a time: "104 ms", "8.24 ms", "1.04 s"."""
    thousandths = float(seconds * MILLISECONDS)
    if thousandths >= MILLISECONDS:
        return f"{thousandths / MILLISECONDS:.3g} s"
    return f"{thousandths:.0f} ms" if thousandths >= 100 else f"{thousandths:.3g} ms"


def _answer(one: Timing) -> str:
    low, high = map(milliseconds_text, one.interval)
    least = "at least " if one.at_least else ""
    return (
        f"{least}{milliseconds_text(one.seconds)} on {one.profile.words}; "
        f"four of five networks take {low} to {high} where this is told."
    )


def _rows(one: Timing, every: bool) -> Sequence[Row]:
    times = {layer.work.layer.name: layer for layer in one.layers}
    work = Measure("ns", "ns", lambda layer: _nanoseconds(times[layer.name]))
    return tree(one.cost.layers, (work,), every=every).rows


def _nanoseconds(one: LayerTime) -> int:
    return int(one.seconds * 10**9)


def _layers(one: Timing, rows: Sequence[Row], tree_: bool = False) -> Table:
    times, whole = {layer.work.layer.name: layer for layer in one.layers}, one.seconds
    cells = tuple(_cells(row, [times[layer.name] for layer in row.layers], whole) for row in rows)
    depths = tuple(row.depth for row in rows) if tree_ else ()
    return Table("layers", "Layers", COLUMNS, cells, depths, headed=True)


def _together(found: Sequence[LayerTime]) -> LayerTime:
    """The times of layers as if they were one."""
    computing = sum((one.computing for one in found), Fraction(0))
    moving = sum((one.moving for one in found), Fraction(0))
    return LayerTime(found[0].work, computing, moving)


def _cells(row: Row, found: Sequence[LayerTime], whole: Fraction) -> tuple[Any, ...]:
    both = _together(found)
    part = share(both.seconds, whole)
    layer: LayerCost = row.layers[0]
    ways = dict.fromkeys(str(one.work.algorithm) for one in found if one.work.products)
    return (
        *(row.label, "" if row.block else layer.type, "" if row.block else ", ".join(ways)),
        row.layers[-1].output,
        *(sum(one.work.products for one in found), sum(one.work.moved for one in found)),
        *(both.seconds * MILLISECONDS, part, part, both.bound),
    )


def _devices(found: Sequence[Timing]) -> Table:
    columns = (
        Column("device", "Device", Kind.TEXT),
        Column("words", "What it is", Kind.TEXT, leaves=2),
        Column("ms", "ms", Kind.MILLISECONDS),
        Column("low", "from", Kind.MILLISECONDS),
        Column("high", "to", Kind.MILLISECONDS),
        Column("bound", "Bound by", Kind.TEXT, leaves=1),
    )
    rows = tuple(
        (
            *(one.profile.name, one.profile.words),
            *(time * MILLISECONDS for time in (one.seconds, *one.interval)),
            _together(one.layers).bound,
        )
        for one in found
    )
    return Table("devices", "Devices", columns, rows, headed=True)


def _notes(found: Sequence[Timing]) -> list[tuple[str, str]]:
    notes = [(one.profile.name, profile_words(one.profile)) for one in found]
    engines = {one.profile.engine.name: one.profile.engine for one in found}
    notes += [("Engine", f"{name}: {one.words}") for name, one in engines.items()]
    words = "multiply-accumulates as the engine does them, and what its functions take beside"
    return [*notes, ("Products", words)]


def profile_words(one: Profile) -> str:
    """What a profile stands on, in a sentence."""
    if one.rate is None or one.bandwidth is None:
        return f"{one.words}, of a data sheet"
    words = [
        f"{one.engine.name}, {one.dtypes}, {one.threads} thread{'s' * (one.threads > 1)}",
        f"{quantity_text(one.rate, RATE)} and {quantity_text(one.bandwidth, BANDWIDTH)}",
        f"fitted on {one.networks} networks",
    ]
    if one.left_out is not None:
        alone = (
            "" if one.macs_alone is None else f" (time ∝ mult-adds {percent_text(one.macs_alone)})"
        )
        words.append(f"of each left out {percent_text(one.left_out)} off on average{alone}")
    return "; ".join([*words, *([one.source] if one.source else [])])


def _document(one: Timing) -> dict[str, Any]:
    return {
        "device": one.profile.name,
        "engine": one.profile.engine.name,
        "dtype": str(one.profile.dtypes),
        "total_ms": float(one.seconds * MILLISECONDS),
        "interval_ms": [float(time * MILLISECONDS) for time in one.interval],
        "layers": [
            {
                "name": layer.work.layer.name,
                "type": layer.work.layer.type,
                "algorithm": str(layer.work.algorithm),
                "products": layer.work.products,
                "bytes": layer.work.moved,
                "ms": float(layer.seconds * MILLISECONDS),
                "bound": layer.bound or None,
            }
            for layer in one.layers
        ],
    }
