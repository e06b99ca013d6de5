"""Which widths of a model follow α, and which are the task's own."""

from collections.abc import Collection, Container, Sequence
from typing import Any

from mnetcost.importing.values import Entry
from mnetcost.problems import UsageError
from mnetcost.text import clip, did_you_mean


def with_kept(entries: Sequence[Entry], names: Collection[str]) -> list[Entry]:
    """The layers, those of these names without α. Raises UsageError for a name without a width."""
    known = [one.name for one in entries if _has_width(one.layer)]
    for name in names:
        if name not in known:
            near = did_you_mean(name, known)
            hint = f"; did you mean {near!r}?" if near else ""
            raise UsageError(f"no layer called {clip(name)!r} has a width of its own{hint}")
    return [_kept(one) if one.name in names else one for one in entries]


def _has_width(layer: Any) -> bool:
    return hasattr(layer, "out") and hasattr(layer, "scale")


def _kept(entry: Entry) -> Entry:
    layer: Any = entry.layer
    return entry._replace(layer=layer._replace(scale=False))


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
            if _has_width(entry.layer):
                entry = _kept(entry)
            else:
                passing.add(entry.name)
        found.append(entry)
    return found[::-1]
