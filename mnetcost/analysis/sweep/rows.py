"""The points of a sweep as rows: data frames, CSV and Parquet. A long one is never held whole."""

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mnetcost.analysis.sweep.counting import NOTHING
from mnetcost.analysis.sweep.quantities import Array, Number
from mnetcost.analysis.sweep.sweep import CountSweep
from mnetcost.analysis.sweep.values import MAX_HELD, blocks
from mnetcost.conventions.presets import paper
from mnetcost.cost import in_order
from mnetcost.files import replacing
from mnetcost.problems import UsageError, missing_extra
from mnetcost.text import inert

if TYPE_CHECKING:
    import pandas
    import pyarrow

PLACES = ("alpha", "rho", "height", "width")
PIECE = 1_000_000  # points
WIDEST = 76  # digits that Parquet's decimals hold


class Piece(NamedTuple):
    """Some α of one of the sweeps."""

    sweep: int
    alphas: slice


class Rows:
    """The points of sweeps with other knobs, a row each, α-major.

    A row says the knobs, the multipliers, the input's sides (px), and the costs: totals, the
    numbers of another convention, and those of each layer type. Where the network is impossible
    it has no costs.
    """

    def __init__(self, sweeps: Sequence[tuple[Mapping[str, Any], CountSweep]]) -> None:
        self.sweeps = sweeps
        self.words = {name: _holder([knobs[name] for knobs, _ in sweeps]) for name in sweeps[0][0]}
        self.types = in_order(chain.from_iterable(one.types for _, one in sweeps))
        self.numbers = [self._numbers(one) for _, one in sweeps]
        holders = [
            {name: one.values.dtype_of(number) for name, number in numbers.items()}
            for (_, one), numbers in zip(sweeps, self.numbers)
        ]
        self.exact = {name for one in holders for name, dtype in one.items() if dtype is object}

    def _numbers(self, sweep: CountSweep) -> dict[str, Number]:
        """The costs of a row by name; a layer type that a sweep has not costs nothing."""
        found: dict[str, Number] = {
            "params": sweep.cost.params,
            "mult_adds": sweep.cost.mult_adds,
        }
        convention = sweep.basis.convention
        if convention is not None and convention.name != paper().name:
            found["count_params"] = sweep.cost.counted_params
            if convention.counts_work:
                found["count_low"], found["count_high"] = sweep.cost.counted
        for name in self.types:
            cost = sweep.types[name].cost if name in sweep.types else NOTHING
            found[f"{name}_params"], found[f"{name}_mult_adds"] = cost.params, cost.mult_adds
        return found

    def label(self, knob: str) -> str:
        """The column of a knob, which may be called as another column is."""
        return f"set_{knob}" if knob in (*PLACES, *self.numbers[0]) else knob

    @property
    def points(self) -> int:
        """How many rows there are."""
        return sum(len(one.alpha) * len(one.rho) for _, one in self.sweeps)

    def pieces(self, points: int = PIECE) -> list[Piece]:
        """All rows, about so many points at a time."""
        return [
            Piece(place, alphas)
            for place, (_, one) in enumerate(self.sweeps)
            for alphas in blocks(*one.shape, points)
        ]

    def of(self, piece: Piece) -> dict[str, Array]:
        """The columns of a piece."""
        knobs, sweep = self.sweeps[piece.sweep]
        alphas, across = sweep.alpha[piece.alphas], len(sweep.rho)
        found = {
            self.label(name): np.full(len(alphas) * across, self.words[name](one))
            for name, one in knobs.items()
        }
        found["alpha"] = np.repeat([float(one) for one in alphas], across)
        found["rho"] = np.tile([float(one) for one in sweep.rho], len(alphas))
        for place, name in enumerate(PLACES[2:]):
            found[name] = np.tile([one[place] for one in sweep.sides], len(alphas))
        numbers = self.numbers[piece.sweep]
        for name, values in zip(numbers, sweep.values.parts(numbers.values(), piece.alphas)):
            found[name] = values.ravel().astype(object if name in self.exact else values.dtype)
        return found


def _holder(values: Sequence[Any]) -> type[bool | int | float | str]:
    """What one column holds the values of a knob as."""
    kinds = {type(one) for one in values}
    if len(kinds) == 1 and kinds <= {bool, int}:
        return kinds.pop()
    return float if kinds <= {int, Fraction} else str


def to_pandas(rows: Rows) -> "pandas.DataFrame":
    """All rows as a data frame. Raises UsageError without pandas, or for over 100,000,000."""
    try:
        import pandas
    except ImportError:
        raise missing_extra("this needs pandas", "pandas") from None
    if rows.points > MAX_HELD:
        raise UsageError(f"a data frame of {rows.points:,} rows; {MAX_HELD:,} at most")
    return pandas.concat(
        [
            pandas.DataFrame({name: _nullable(values) for name, values in rows.of(one).items()})
            for one in rows.pieces(MAX_HELD)
        ],
        ignore_index=True,
    )


def _nullable(values: Array) -> Any:
    """What pandas holds: masked integers as its own, with a missing value."""
    import pandas

    if not isinstance(values, np.ma.MaskedArray):
        return values
    if values.dtype == np.int64:
        return pandas.arrays.IntegerArray(np.array(values.data), np.ma.getmaskarray(values))
    return np.ma.MaskedArray(values.data.astype(object), values.mask).filled(None)


def to_csv(rows: Rows, path: str | os.PathLike[str]) -> None:
    """All rows as CSV, written whole or not at all."""
    with replacing(path) as name, open(name, "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        for turn, piece in enumerate(rows.pieces()):
            found = rows.of(piece)
            if turn == 0:
                writer.writerow(found)
            writer.writerows(zip(*map(_cells, found.values())))


def _cells(values: Array) -> list[Any]:
    cells: list[Any] = values.tolist()
    return [inert(one) for one in cells] if values.dtype.kind == "U" else cells


def to_parquet(rows: Rows, path: str | os.PathLike[str]) -> None:
    """All rows as one Parquet file, written whole or not at all."""
    for _ in write_parquet(rows, rows.pieces(), path):
        pass


def pyarrow_parquet() -> Any:
    """What reads and writes Parquet. Raises UsageError where it is not installed."""
    try:
        from pyarrow import parquet
    except ImportError:
        raise missing_extra("this needs pyarrow", "parquet") from None
    return parquet


def write_parquet(
    rows: Rows, pieces: Sequence[Piece], path: str | os.PathLike[str]
) -> Iterator[int]:
    """Pieces as one Parquet file; yields the points of each piece that is done.

    Raises UsageError where pyarrow is not installed.
    """
    parquet = pyarrow_parquet()
    table = arrow_table(rows.of(pieces[0]))
    with replacing(path) as name, parquet.ParquetWriter(name, table.schema) as writer:
        for turn, piece in enumerate(pieces):
            table = arrow_table(rows.of(piece)) if turn else table
            writer.write_table(table)
            yield table.num_rows


def arrow_table(columns: Mapping[str, Array]) -> "pyarrow.Table":
    """Columns as Arrow holds them; integers beyond int64 as exact decimals."""
    import pyarrow

    return pyarrow.table({name: _arrow(values) for name, values in columns.items()})


def _arrow(values: Array) -> Any:
    import pyarrow

    mask = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else None
    plain = np.ma.getdata(values)
    if plain.dtype == object:
        return pyarrow.array(plain.tolist(), pyarrow.decimal256(WIDEST, 0), mask=mask)
    return pyarrow.array(plain, mask=mask)
