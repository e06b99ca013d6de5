"""The layers of a file as a chain: what reads what, and how many channels there are before α."""

from collections.abc import Collection, Sequence

from mnetcost.importing.translation import INPUT
from mnetcost.importing.values import Entry, maps_of, owners_of
from mnetcost.layers.base import Kept, Map
from mnetcost.layers.pooling import Pool
from mnetcost.layers.structural import Pad


class Chain:
    """Layers by name, what each gives at the file's own widths, and who reads it."""

    def __init__(self, x: Map, entries: Sequence[Entry], ends: Collection[str]) -> None:
        self.entries = {entry.name: entry for entry in entries}
        self.ends = ends
        self._maps = {INPUT: x}
        self._readers: dict[str, list[str]] = {}
        self._before = {INPUT: INPUT}
        self._shared = owners_of(entries)
        for entry in entries:
            maps = [self._maps[name] for name in entry.reads]
            _, self._maps[entry.name] = maps_of(entry.layer, maps)
            for name in entry.reads:
                self._readers.setdefault(name, []).append(entry.name)
            own = not entry.reads or not leaves_channels(entry)
            self._before[entry.name] = entry.name if own else self._before[entry.reads[0]]

    def change(self, entry: Entry) -> None:
        """Put another layer in the place of that of its name."""
        self.entries[entry.name] = entry

    def incoming(self, entry: Entry) -> int:
        """How many channels come in before α."""
        return int(self._maps[entry.reads[0]].c) if entry.reads else 0

    def has_own_weights(self, entry: Entry) -> bool:
        """Whether no other layer uses its weights, nor it another's."""
        return not entry.weights and entry.name not in self._shared

    def before(self, name: str) -> Entry | None:
        """The layer whose channels a map has one for one; None for the input."""
        return self.entries.get(self._before[name])

    def after(self, name: str) -> Entry | None:
        """The layer that alone reads a map, past those that leave its channels as they are."""
        while name not in self.ends and len(self._readers.get(name, ())) == 1:
            entry = self.entries[self._readers[name][0]]
            if not leaves_channels(entry):
                return entry
            name = entry.name
        return None


def leaves_channels(entry: Entry) -> bool:
    """Whether a layer leaves the channels that come in as they are, and has no width."""
    return isinstance(entry.layer, (Kept, Pad, Pool))
