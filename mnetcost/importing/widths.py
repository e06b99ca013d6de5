"""Which widths of a model follow α, and which are the task's own."""

from collections.abc import Container, Sequence
from typing import Any

from mnetcost.importing.values import Entry


def with_kept_ends(entries: Sequence[Entry], ends: Container[str]) -> list[Entry]:
    """The layers, those with the last written width before an output without α.

    They tell classes, or places of boxes: as many as the task has. One that other layers read
    too, on a way to further widths, is a width of the network.
    """
    readers: dict[str, list[str]] = {}
    for entry in entries:
        for name in entry.reads:
            readers.setdefault(name, []).append(entry.name)
    passing: set[str] = set()  # layers after which no width is written
    found: list[Entry] = []
    for entry in reversed(entries):
        after = readers.get(entry.name, [])
        if (after or entry.name in ends) and all(one in passing for one in after):
            layer: Any = entry.layer
            if hasattr(layer, "out") and hasattr(layer, "scale"):
                entry = entry._replace(layer=layer._replace(scale=False))
            else:
                passing.add(entry.name)
        found.append(entry)
    return found[::-1]
