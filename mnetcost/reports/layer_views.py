"""The views of a table that are worked out only when asked for: what each layer sees, and what one
of its channels costs. Both as a table, and as what stands beside each layer for programs."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from mnetcost.analysis.channels.channels import (
    ChannelCost,
    ChannelKind,
    ChannelSaving,
    channel_costs,
)
from mnetcost.analysis.receptive_fields.receptive_fields import ReceptiveField, receptive_fields
from mnetcost.cost import Count
from mnetcost.tabular import Column, Kind, Table

FIELDS = """\
Receptive fields
(px of the input; position i of a side sees a field from offset + i·jump on)"""
CHANNELS = """\
Output channels
(MACs of one image; what goes at once, with those of others, and its readers)"""


class LayerView(NamedTuple):
    """A table, and what stands beside each layer for programs."""

    table: Table
    documents: Sequence[dict[str, Any]]


def layer_view(count: Count, view: str) -> LayerView:
    """The view "fields" or "channels". Raises UsageError for a network that is too large for it."""
    if view == "fields":
        fields = receptive_fields(count)
        return LayerView(_fields_table(count, fields), list(map(_field_document, fields)))
    channels = channel_costs(count)
    known = {one.name: [_kind_document(kind) for kind in one.kinds] for one in channels}
    documents = [{"channels": known.get(layer.name, [])} for layer in count.layers]
    return LayerView(_channels_table(channels), documents)


def _fields_table(count: Count, fields: Sequence[ReceptiveField]) -> Table:
    columns = (
        Column("name", "Layer", Kind.TEXT, label=True),
        Column("output", "Output", Kind.MAP),
        Column("field", "Field", Kind.SIDES),
        Column("windows", "Windows", Kind.SIDES),
        Column("jump", "Jump", Kind.SIDES),
        Column("offset", "Offset", Kind.SIDES),
        Column("sees", "Sees", Kind.TEXT),
    )
    rows = tuple(
        (one.name, layer.output, one.size, one.windows, one.jump, one.offset, _sees(one))
        for one, layer in zip(fields, count.layers)
    )
    return Table("fields", FIELDS, columns, rows)


def _sees(field: ReceptiveField) -> str:
    """What a position sees beside its windows, or why it is unknown."""
    if field.unknown:
        return field.unknown
    sides = [name for name, whole in zip(("rows", "columns"), field.whole) if whole]
    return "all" if len(sides) == 2 else "".join(f"all {name}" for name in sides)


def _field_document(field: ReceptiveField) -> dict[str, Any]:
    jump = [None if one is None else str(one) for one in field.jump]
    return {
        "receptive_field": {
            "size": list(field.size),
            "windows": list(field.windows),
            "jump": jump,
            "offset": list(field.offset),
            "whole": list(field.whole),
            "unknown": field.unknown,
        }
    }


def _channels_table(channels: Sequence[ChannelCost]) -> Table:
    columns = (
        Column("name", "Layer", Kind.TEXT, label=True),
        Column("number", "Channels", Kind.INTEGER),
        Column("params", "One costs\nparameters", Kind.INTEGER),
        Column("mult_adds", "\nmult-adds", Kind.INTEGER, joined=True),
        Column("together", "At\nonce", Kind.INTEGER),
        Column("saved_params", "They save\nparameters", Kind.INTEGER),
        Column("saved_mult_adds", "\nmult-adds", Kind.INTEGER, joined=True),
        Column("with", "With channels of", Kind.TEXT),
    )
    rows = tuple((one.name, *_kind_row(kind)) for one in channels for kind in one.kinds)
    return Table("channels", CHANNELS, columns, rows)


def _kind_row(kind: ChannelKind) -> tuple[Any, ...]:
    own, saved = ((None, None) if one is None else one[:2] for one in (kind.own, kind.saved))
    return (kind.number, *own, kind.together, *saved, _with(kind))


def _with(kind: ChannelKind) -> str:
    """The layers that lose channels too, or why none of these can."""
    if kind.fixed or not kind.tied:
        return kind.fixed
    first, *more = kind.tied
    return f"{first} and {len(more)} more" if more else first


def _kind_document(kind: ChannelKind) -> dict[str, Any]:
    return {
        "number": kind.number,
        "together": kind.together,
        "own": None if kind.own is None else _saving(kind.own),
        "saved": None if kind.saved is None else _saving(kind.saved),
        "tied": list(kind.tied),
        "readers": list(kind.readers),
        "fixed": kind.fixed,
    }


def _saving(saving: ChannelSaving) -> dict[str, Any]:
    return {**saving._asdict(), "parameters": saving.parameters._asdict()}
