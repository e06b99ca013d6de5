"""From numbers over the distinct points of a grid to arrays over all of its points."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np

from mnetcost.analysis.sweep.grid import Axes, blocks
from mnetcost.analysis.sweep.quantities import (
    EXACT_FLOAT,
    Array,
    Number,
    Products,
    dtype_for,
    products,
)
from mnetcost.problems import UsageError

MAX_HELD = 100_000_000  # points of one array: 800 MB

DTYPES = ("integer", "float64")


class Engine(Protocol):
    """What works the numbers out."""

    def array(self, values: "Values", number: Number, /) -> Any:
        """The values at every point, [A, R]."""

    def parts(
        self, values: "Values", numbers: Iterable[Number], alphas: slice, /
    ) -> Sequence[Array]:
        """The values of several numbers at these α and every ρ."""


class Here:
    """NumPy, in this process."""

    def array(self, values: "Values", number: Number) -> Any:
        """The values at every point, read-only. Raises UsageError for more than may be held."""
        alphas, rhos = values.shape
        if alphas * rhos > MAX_HELD:
            raise UsageError(
                f"an array of {alphas * rhos:,} points; {MAX_HELD:,} at most. "
                "count(), best(), front() and to_parquet() hold none"
            )
        return values.part(number, slice(0, alphas), slice(0, rhos))

    def parts(self, values: "Values", numbers: Iterable[Number], alphas: slice) -> Sequence[Array]:
        """The values of several numbers at these α."""
        return [values.part(one, alphas, slice(0, values.shape[1])) for one in numbers]


HERE = Here()


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """Arrays over a grid: exact integers or proven float64, masked where it is impossible.

    `bad` are truths over the distinct points, any of which makes a point impossible.
    """

    axes: Axes
    bad: tuple[Number, ...] = ()
    masked: bool = False
    dtype: str = "integer"
    engine: Engine = HERE
    _held: dict[int, tuple[Number, Any]] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, int]:
        """(A, R)."""
        return len(self.axes.alpha.places), len(self.axes.rho.places)

    def alone(self) -> "Values":
        """The same without what is held, and without what only people read: to send away."""
        bare = Axes(*(one._replace(values=(), numbers={}) for one in self.axes))
        return replace(self, axes=bare, engine=HERE, _held={})

    def holding(self, found: Sequence[tuple[Number, Array]]) -> "Values":
        """The same with these arrays worked out."""
        held = {id(number): (number, values) for number, values in found}
        return replace(self, engine=HERE, _held=held)

    def dtype_of(self, number: Number) -> Any:
        """What holds these values exactly. Raises UsageError where float64 does not."""
        peak = products(number, self.axes.distinct).peak if isinstance(number, int) else number.peak
        if self.dtype == "integer":
            return dtype_for(peak)
        if peak >= EXACT_FLOAT:
            raise UsageError("dtype: float64 is not exact from 2^53 on; use dtype='integer'")
        return np.float64

    def array(self, number: Number) -> Any:
        """The values at every point, [A, R], by the engine; once made they are held.

        Raises UsageError for more points than the engine's arrays may hold.
        """
        if id(number) not in self._held:
            self._held[id(number)] = number, self.engine.array(self, number)
        return self._held[id(number)][1]

    def parts(self, numbers: Iterable[Number], alphas: slice) -> Sequence[Array]:
        """The values of several numbers at these α, by the engine."""
        return self.engine.parts(self, numbers, alphas)

    def part(self, number: Number, alphas: slice, rhos: slice) -> Array:
        """The values at these α and these ρ."""
        rows, columns = self.axes.alpha.places[alphas], self.axes.rho.places[rhos]
        dtype = self.dtype_of(number)
        if not self._possible():
            nothing: Array = np.ma.MaskedArray(np.zeros((len(rows), len(columns)), dtype), True)
            return nothing
        found = np.empty((len(rows), len(columns)), dtype=dtype)
        self._fill(found, self._evaluation(number), rows, columns)
        if self.masked:
            return np.ma.masked_array(found, self.mask(rows, columns))
        found.flags.writeable = False
        return found

    def mask(self, rows: Array, columns: Array) -> Array:
        """Where these distinct points are impossible, whole."""
        found = (rows < 0)[:, None] | (columns < 0)[None]
        for one in self.bad:
            there = np.empty(found.shape, dtype=bool)
            self._fill(there, one.tile, rows, columns)
            found |= there
        return found

    def _possible(self) -> bool:
        return all(self.axes.distinct)

    def _evaluation(self, number: Number) -> Callable[[Array, Array], Array]:
        if isinstance(number, int):
            number = products(number, self.axes.distinct)
        # what float64 holds exactly needs no detour to integers
        return number.product if isinstance(number, Products) else number.tile

    def _fill(
        self, found: Array, tile: Callable[[Array, Array], Array], rows: Array, columns: Array
    ) -> None:
        """Block by block, each distinct point of a block worked out once."""
        across, spread = _distinct(columns)
        for block in blocks(len(rows), len(columns)):
            down, repeated = _distinct(rows[block])
            values = np.broadcast_to(tile(down, across), (len(down), len(across)))
            if spread is not None:
                values = values.take(spread, axis=1)
            if repeated is None:
                found[block] = values
            else:
                # in place: a block with few distinct rows is mostly copying
                kept = values.astype(found.dtype, copy=False)
                kept.take(repeated, 0, out=found[block], mode="clip")

    def tile(self, number: Number, alphas: Array, rhos: Array) -> Array:
        """The values at distinct points, to reduce."""
        values = self._evaluation(number)(alphas, rhos)
        return np.broadcast_to(values, (len(alphas), len(rhos)))

    def at(self, number: Number, a: int, r: int) -> int | None:
        """The exact value at one point; None where it is impossible."""
        row, column = self.axes.alpha.places[[a]], self.axes.rho.places[[r]]
        if self.masked and self.mask(row, column)[0, 0]:
            return None
        return int(self.tile(number, row, column)[0, 0])


def _distinct(index: Array) -> tuple[Array, Array | None]:
    """The distinct places, and which of them each is; None where they are as they stand."""
    index = np.maximum(index, 0)  # what is impossible is masked afterwards
    if len(index) < 2 or (np.diff(index) > 0).all():
        return index, None
    found, inverse = np.unique(index, return_inverse=True)
    return found, inverse
