"""The devices whose profiles come with mnetcost."""

from collections.abc import Sequence
from typing import Any

from mnetcost.devices.profiles import QUANTITIES, Profile
from mnetcost.devices.units import BANDWIDTH, RATE, quantity_text
from mnetcost.exact import percent_text
from mnetcost.tabular import Column, Kind, Report, Table

COLUMNS = (
    Column("name", "Device", Kind.TEXT),
    Column("words", "What it is", Kind.TEXT, leaves=1),
    Column("engine", "Engine", Kind.TEXT, leaves=4),
    Column("dtype", "Dtype", Kind.TEXT, leaves=3),
    Column("rate", "Products", Kind.TEXT),
    Column("bandwidth", "Bytes", Kind.TEXT),
    Column("left_out", "Error", Kind.TEXT),
    Column("macs_alone", "of MACs\nalone", Kind.TEXT, leaves=2),
    Column("half_width", "Interval", Kind.TEXT),
    Column("source", "Source", Kind.TEXT, leaves=9),
)


def devices_report(found: Sequence[Profile]) -> Report:
    """One row a device: its two numbers, and how far off they are."""
    table = Table("devices", "Devices", COLUMNS, tuple(map(_row, found)), headed=True)
    words = (
        "of a network that was not fitted, on average; beside it that of time ∝ mult-adds; the"
        " interval holds four of five networks"
    )
    return Report(
        title="Devices with a profile",
        tables=(table,),
        notes=(("Error", words),),
        document={"devices": [_document(one) for one in found]},
        flat=table,
    )


def _row(one: Profile) -> tuple[Any, ...]:
    parts = (one.left_out, one.macs_alone)
    return (
        *(one.name, one.words, one.engine.name, str(one.dtypes)),
        "" if one.rate is None else quantity_text(one.rate, RATE),
        "" if one.bandwidth is None else quantity_text(one.bandwidth, BANDWIDTH),
        *("" if part is None else percent_text(part) for part in parts),
        "" if one.half_width is None else f"±{percent_text(one.half_width)}",
        one.source,
    )


def _document(one: Profile) -> dict[str, Any]:
    numbers = {key: getattr(one, key) for key in QUANTITIES}
    return {
        "name": one.name,
        "words": one.words,
        "cores": one.cores,
        "threads": one.threads,
        "engine": one.engine.name,
        "dtype": str(one.dtypes),
        **{key: None if value is None else float(value) for key, value in numbers.items()},
        "networks": one.networks,
        "source": one.source,
    }
