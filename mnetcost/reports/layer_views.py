"""The views of a table that are worked out only when asked for: what each layer sees, and what one
of its channels costs. Both as a table, and as what stands beside each layer for programs."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from mnetcost.analysis.channels.channels import (
    ChannelCost,
    ChannelGroup,
    ChannelKind,
    ChannelSaving,
    channel_costs,
)
from mnetcost.analysis.receptive_fields.receptive_fields import ReceptiveField, receptive_fields
from mnetcost.cost import Count
from mnetcost.tabular import Column, Kind, Table

if TYPE_CHECKING:
    from mnetcost.devices.needs import Needs

FIELDS = """\
Receptive fields
(px of the input; position i of a side sees a field from offset + i·jump on)"""
CHANNELS = """\
Output channels
(MACs of one image; what goes at once, with those of others, and its readers)"""


PATCHES = ("patches of rows", "patches of columns", "patches")


class LayerView(NamedTuple):
    """Tables for people with the `answer` above them; what a format of one table writes; and what
    stands beside each layer, and beside all of them, for programs."""

    tables: tuple[Table, ...]
    flat: Table
    documents: Sequence[dict[str, Any]]
    whole: Mapping[str, Any]
    answer: tuple[str, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    needs: "Needs | None" = None


def layer_view(count: Count, view: str) -> LayerView:
    """The view "fields" or "channels". Raises UsageError for a network that is too large for it."""
    if view == "fields":
        fields = receptive_fields(count)
        table = _fields_table(count, fields)
        return LayerView((table,), table, list(map(_field_document, fields)), {})
    channels = channel_costs(count)
    groups = {id(kind.group): kind.group for one in channels for kind in one.kinds}
    number = {group: place for place, group in enumerate(groups)}
    known = {
        one.name: [_kind_document(kind, number[id(kind.group)]) for kind in one.kinds]
        for one in channels
    }
    documents = [{"channels": known.get(layer.name, [])} for layer in count.layers]
    whole = {"channel_groups": list(map(_group_document, groups.values()))}
    table = _channels_table(channels)
    return LayerView((table,), table, documents, whole)


def _fields_table(count: Count, fields: Sequence[ReceptiveField]) -> Table:
    columns = (
        Column("name", "Layer", Kind.TEXT),
        Column("output", "Output", Kind.MAP),
        Column("field", "Field", Kind.SIDES),
        Column("windows", "Windows", Kind.SIDES, leaves=4),
        Column("jump", "Jump", Kind.SIDES),
        Column("offset", "Offset", Kind.SIDES, leaves=5),
        Column("sees", "Sees", Kind.TEXT, leaves=3),
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
    whole, apart = ("", "all rows", "all columns", "all"), ("", *PATCHES)
    texts = [words[h + 2 * w] for words, (h, w) in ((whole, field.whole), (apart, field.apart))]
    return ", ".join(filter(None, texts))


def _field_document(field: ReceptiveField) -> dict[str, Any]:
    jump = [None if one is None else str(one) for one in field.jump]
    return {
        "receptive_field": {
            "size": list(field.size),
            "windows": list(field.windows),
            "jump": jump,
            "offset": list(field.offset),
            "whole": list(field.whole),
            "apart": list(field.apart),
            "unknown": field.unknown,
        }
    }


def _channels_table(channels: Sequence[ChannelCost]) -> Table:
    columns = (
        Column("name", "Layer", Kind.TEXT),
        Column("number", "Channels", Kind.INTEGER),
        Column("params", "One costs\nparameters", Kind.AMOUNT),
        Column("mult_adds", "\nmult-adds", Kind.AMOUNT),
        Column("together", "At\nonce", Kind.INTEGER),
        Column("saved_params", "They save\nparameters", Kind.AMOUNT),
        Column("saved_mult_adds", "\nmult-adds", Kind.AMOUNT),
        Column("with", "With channels of", Kind.TEXT, leaves=4),
    )
    rows = tuple(_kind_row(one.name, kind) for one in channels for kind in one.kinds)
    return Table("channels", CHANNELS, columns, rows)


def _kind_row(name: str, kind: ChannelKind) -> tuple[Any, ...]:
    group = kind.group
    own, saved = ((None, None) if one is None else one[:2] for one in (kind.own, group.saved))
    return (name, kind.number, *own, kind.together, *saved, _with(name, group))


def _with(name: str, group: ChannelGroup) -> str:
    """The layers that lose channels too, or why none of these can."""
    layers = group.layers
    if group.fixed or len(layers) < 2:
        return group.fixed
    first = layers[layers[0] == name]
    return f"{first} and {len(layers) - 2} more" if len(layers) > 2 else first


def _kind_document(kind: ChannelKind, group: int) -> dict[str, Any]:
    return {
        "number": kind.number,
        "together": kind.together,
        "own": None if kind.own is None else _saving(kind.own),
        "group": group,
    }


def _group_document(group: ChannelGroup) -> dict[str, Any]:
    return {
        "layers": list(group.layers),
        "readers": list(group.readers),
        "saved": None if group.saved is None else _saving(group.saved),
        "fixed": group.fixed,
    }


def _saving(saving: ChannelSaving) -> dict[str, Any]:
    return {**saving._asdict(), "parameters": saving.parameters._asdict()}
