"""Layers as people write them, who call fewer of them than files do."""

from collections.abc import Iterable, Sequence

from mnetcost.importing.gates import with_excitations, with_products
from mnetcost.importing.riders import riding
from mnetcost.importing.values import Entry
from mnetcost.importing.widths.ends import with_kept_ends


def as_people_write(entries: Sequence[Entry], ends: Iterable[str]) -> list[Entry]:
    """The layers with their parts put together; the maps of `ends` stay."""
    ends = set(ends)
    found = riding(with_products(entries, ends), ends)
    return with_kept_ends(with_excitations(found, ends), ends)
