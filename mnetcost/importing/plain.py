"""Layers as people write them, who call fewer of them than files do."""

from collections.abc import Container, Sequence

from mnetcost.importing.gates import with_excitations, with_products
from mnetcost.importing.riders import riding
from mnetcost.importing.translation import Entry
from mnetcost.importing.widths import with_kept_ends


def as_people_write(entries: Sequence[Entry], ends: Container[str]) -> list[Entry]:
    """The layers with their parts put together; those of `ends` keep their names and maps."""
    found = riding(with_products(entries, ends), ends)
    return with_kept_ends(with_excitations(found, ends), ends)
