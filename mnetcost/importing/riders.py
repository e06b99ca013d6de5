"""Batch normalisations and activations put onto the layers that they follow, as people write them.

A file calls them one by one; a row of the paper's table is a convolution with both.
"""

from collections.abc import Sequence
from typing import Any

from mnetcost.importing.values import Entry, owners_of, readers_of
from mnetcost.layers.activation import ACTIVATIONS, PReLU
from mnetcost.layers.base import Layer
from mnetcost.layers.normalization import BatchNorm


def riding(entries: Sequence[Entry], ends: set[str]) -> list[Entry]:
    """The layers with what rides on them; a network's `ends` stay as they are.

    Where one of the ends rides on a layer, that layer is an end from then on.
    """
    read = readers_of(entries)
    shared = owners_of(entries)
    found: dict[str, Entry] = {}
    stands_for: dict[str, str] = {}
    for entry in entries:
        entry = entry._replace(reads=tuple(stands_for.get(one, one) for one in entry.reads))
        below = found.get(entry.reads[0]) if len(entry.reads) == 1 else None
        carrier = None
        own = not entry.weights and entry.name not in shared
        if below and own and read[below.name] == 1 and below.name not in ends:
            fixed = below.weights or below.name in shared
            carrier = _carrying(below.layer, entry.layer, norm=not fixed)
        if below is None or carrier is None:
            found[entry.name] = entry
            continue
        found[below.name] = below._replace(layer=carrier)
        stands_for[entry.name] = below.name
        if entry.name in ends:
            ends.add(below.name)
        read[below.name] = read[entry.name]
    return list(found.values())


def _carrying(layer: Any, rider: Layer, norm: bool) -> Layer | None:
    """The layer with one more riding on it; None where that is not how the language has it."""
    fields = type(layer)._fields
    if "act" not in fields or layer.act != "none":
        return None
    if isinstance(rider, BatchNorm) and rider.affine is True and rider.act == "none":
        free = norm and getattr(layer, "norm", "") == "none"
        return layer._replace(norm="batch") if free else None
    word = type(rider).written
    if word not in ACTIVATIONS or rider != type(rider)():
        return None
    if isinstance(rider, PReLU) and not norm:
        return None
    return layer._replace(act=word)  # type: ignore[no-any-return]
