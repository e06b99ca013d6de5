"""Which widths of a model stay: the task's own, and those that are asked for by name or by role."""

from collections.abc import Container, Iterable, Sequence
from typing import Any

from mnetcost.importing.translation import INPUT
from mnetcost.importing.values import Entry
from mnetcost.importing.widths.chain import Chain
from mnetcost.importing.widths.families import HEAD, ROLES, STEM
from mnetcost.layers.pooling import GlobalAvgPool
from mnetcost.problems import UsageError
from mnetcost.text import clip, did_you_mean


def has_width(entry: Entry) -> bool:
    """Whether a layer has a width of its own, which α may scale: not one that is said otherwise."""
    layer: Any = entry.layer
    return hasattr(layer, "out") and hasattr(layer, "scale") and "out" not in entry.said


def is_kept(entry: Entry) -> bool:
    """Whether a layer has a width that α does not scale."""
    layer: Any = entry.layer
    return has_width(entry) and not layer.scale


def under_alpha(entry: Entry, scale: bool) -> Entry:
    """The layer with or without α on its width."""
    layer: Any = entry.layer
    return entry._replace(layer=layer._replace(scale=scale))


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
            if has_width(entry):
                entry = under_alpha(entry, False)
            else:
                passing.add(entry.name)
        found.append(entry)
    return found[::-1]


def layers_called(chain: Chain, names: Iterable[str]) -> list[str]:
    """The layers with a width that these names stand for: their own, or roles that they have.

    Raises UsageError for a name of none.
    """
    known = [one.name for one in chain.entries.values() if has_width(one)]
    found: dict[str, None] = {}
    for name in names:
        layers = [name] if name in known else layers_of(chain, name) if name in ROLES else []
        if not layers:
            near = did_you_mean(name, [*known, *ROLES])
            hint = f"; did you mean {near!r}?" if near else ""
            raise UsageError(f"no layer called {clip(name)!r} has a width of its own{hint}")
        found |= dict.fromkeys(layers)
    return list(found)


def layers_of(chain: Chain, role: str) -> list[str]:
    """The layers of a role, which several have where their maps are added."""
    tasks = [one.name for one in chain.entries.values() if is_kept(one)]
    if role == STEM:
        return _first_widths(chain)
    if role == HEAD:
        return _last_widths(chain, [name for one in tasks for name in chain.entries[one].reads])
    return _last_widths(chain, _pools_before(chain, tasks or chain.ends))


def _first_widths(chain: Chain) -> list[str]:
    """The layers with a width that read the input, or what layers without a width make of it."""
    passing, found = {INPUT}, []
    for entry in chain.entries.values():
        if passing.intersection(entry.reads):
            if has_width(entry):
                found.append(entry.name)
            else:
                passing.add(entry.name)
    return found


def _last_widths(chain: Chain, names: Iterable[str]) -> list[str]:
    """The layers whose widths are those of these maps, past layers without a width."""
    wanted, found = set(names), []
    for entry in reversed(chain.entries.values()):
        if entry.name in wanted:
            if has_width(entry):
                found.append(entry.name)
            else:
                wanted.update(entry.reads)
    return found[::-1]


def _pools_before(chain: Chain, names: Iterable[str]) -> list[str]:
    """The last pools over a whole map that are on the ways to these layers."""
    wanted, found = set(names), []
    for entry in reversed(chain.entries.values()):
        if entry.name in wanted:
            if isinstance(entry.layer, GlobalAvgPool):
                found.append(entry.name)
            else:
                wanted.update(entry.reads)
    return found
