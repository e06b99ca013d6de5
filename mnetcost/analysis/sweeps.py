"""Several sweeps of one spec, each with other knobs: structure loops outside, α and ρ inside."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from mnetcost.analysis.sweep import Sweep

if TYPE_CHECKING:
    import pandas


class Sweeps(Sequence[Sweep]):
    """A sweep for each combination of knobs in `sets`, in order."""

    def __init__(self, sets: Sequence[Mapping[str, Any]], sweeps: Sequence[Sweep]) -> None:
        self.sets, self._sweeps = tuple(sets), tuple(sweeps)

    @overload
    def __getitem__(self, place: int) -> Sweep: ...
    @overload
    def __getitem__(self, place: slice) -> "Sweeps": ...
    def __getitem__(self, place: int | slice) -> "Sweep | Sweeps":
        if isinstance(place, slice):
            return Sweeps(self.sets[place], self._sweeps[place])
        return self._sweeps[place]

    def __len__(self) -> int:
        return len(self._sweeps)

    def __repr__(self) -> str:
        return f"Sweeps({len(self)} of {self._sweeps[0]!r})"

    def pairs(self) -> list[tuple[Mapping[str, Any], Sweep]]:
        """Each combination of knobs with its sweep."""
        return list(zip(self.sets, self._sweeps))

    def to_pandas(self) -> "pandas.DataFrame":
        """All points as one data frame: a column a knob, then those of a sweep's own."""
        from mnetcost.analysis.frames import Rows, to_pandas

        return to_pandas(Rows(self.pairs()))

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """The same rows as CSV, written whole or not at all."""
        from mnetcost.analysis.frames import Rows, to_csv

        to_csv(Rows(self.pairs()), path)

    def to_parquet(self, path: str | os.PathLike[str]) -> None:
        """The same rows as Parquet, written whole or not at all."""
        from mnetcost.analysis.frames import Rows, to_parquet

        to_parquet(Rows(self.pairs()), path)

    def to_parts(self, folder: str | os.PathLike[str]) -> None:
        """The same rows as a folder of Parquet files; one that was cut short is finished."""
        from mnetcost.analysis.frames import Rows
        from mnetcost.analysis.parts import to_parts

        to_parts(Rows(self.pairs()), folder)
