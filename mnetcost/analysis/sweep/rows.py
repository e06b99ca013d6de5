"""The points of a sweep as rows: data frames, CSV and Parquet. A long one is never held whole."""

import csv
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mnetcost.analysis.sweep.budgets import within
from mnetcost.analysis.sweep.counting import NOTHING
from mnetcost.analysis.sweep.grid import blocks, input_channels
from mnetcost.analysis.sweep.quantities import Array, Number
from mnetcost.analysis.sweep.sweep import CountSweep
from mnetcost.analysis.sweep.values import MAX_HELD
from mnetcost.conventions.presets import paper
from mnetcost.conventions.tally import are_one
from mnetcost.cost import in_order
from mnetcost.exact import ratio_text
from mnetcost.expressions import value_text
from mnetcost.files import replacing
from mnetcost.printed import Budget
from mnetcost.problems import UsageError, missing_extra
from mnetcost.text import inert, printable

if TYPE_CHECKING:
    import pandas
    import pyarrow

PLACES = ("alpha", "rho", "input_height", "input_width", "input_channels")
FITS = "fits"
PIECE = 1_000_000  # points
LINES = 50_000  # of CSV that are made at once
WIDEST = 76  # digits that Parquet's decimals hold


class Piece(NamedTuple):
    """Some α of one of the sweeps."""

    sweep: int
    alphas: slice


class Rows:
    """The points of sweeps with other knobs, a row each, α-major.

    A row says the knobs, the multipliers, the input's sides (px) and channels, and the costs:
    totals, the numbers of another convention, and those of each layer type. Where the network is
    impossible it has no costs. With a `budget` a row says whether it fits.
    """

    def __init__(
        self, sweeps: Sequence[tuple[Mapping[str, Any], CountSweep]], budget: Budget | None = None
    ) -> None:
        self.sweeps, self.budget = sweeps, budget
        self.words = {name: _holder([knobs[name] for knobs, _ in sweeps]) for name in sweeps[0][0]}
        self.types = in_order(chain.from_iterable(one.types for _, one in sweeps))
        self.ranged = not all(are_one(*one.cost.counted) for _, one in sweeps)
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
            if convention.counts_work and self.ranged:
                found["count_low"], found["count_high"] = sweep.cost.counted
            elif convention.counts_work:
                found["count"] = sweep.cost.counted.low
        for name in self.types:
            cost = sweep.types[name].cost if name in sweep.types else NOTHING
            found[f"{name}_params"], found[f"{name}_mult_adds"] = cost.params, cost.mult_adds
        return found

    def label(self, knob: str) -> str:
        """The column of a knob, which may be called as another column is."""
        return f"set_{knob}" if knob in (*PLACES, *self.numbers[0], FITS) else knob

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

    def of(self, piece: Piece, exact: bool = False) -> dict[str, Array]:
        """The columns of a piece.

        α and ρ are the nearest floats, and a knob is what its column holds; as they are written,
        texts, where they are to be `exact`.
        """
        knobs, sweep = self.sweeps[piece.sweep]
        alphas, across = sweep.alpha[piece.alphas], len(sweep.rho)
        found = {
            self.label(name): np.full(
                len(alphas) * across, _written(one) if exact else self.words[name](one)
            )
            for name, one in knobs.items()
        }
        number: Any = ratio_text if exact else float
        places = (
            np.repeat([number(one) for one in alphas], across),
            np.tile([number(one) for one in sweep.rho], len(alphas)),
            *(np.tile(one, len(alphas)) for one in zip(*sweep.sides)),
            np.repeat(input_channels(sweep.graph, alphas), across),
        )
        found.update(zip(PLACES, places))
        numbers = self.numbers[piece.sweep]
        for name, values in zip(numbers, sweep.values.parts(numbers.values(), piece.alphas)):
            found[name] = values.ravel().astype(object if name in self.exact else values.dtype)
        if self.budget is not None:
            held = within(self.budget, *(found[name] for name in self._counted()))
            found[FITS] = np.where(held, "true", "false") if exact else held
        return found

    def _counted(self) -> tuple[str, str]:
        """The columns of the parameters and of the work that a budget is of."""
        known = self.numbers[0]
        work = (one for one in ("count_high", "count", "mult_adds") if one in known)
        return ("count_params" if "count_params" in known else "params"), next(work)


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


def csv_texts(rows: Rows, sort: str | None = None) -> Iterator[str]:
    """All rows as CSV, some lines at a time: α, ρ and knobs exact, as they are written.

    They are α-major, or those with the most of the column `sort` first, and then held.
    """
    pieces = (rows.of(piece, exact=True) for piece in rows.pieces(LINES))
    first = next(pieces)
    yield _lines([tuple(first)])
    lines: Iterator[list[tuple[Any, ...]]] = (
        list(zip(*(values.tolist() for values in found.values())))
        for found in chain([first], pieces)
    )
    if sort is not None:
        place = tuple(first).index(sort)
        lines = iter([sorted(chain.from_iterable(lines), key=lambda row: _last(row[place]))])
    yield from map(_lines, lines)


def _last(value: int | None) -> tuple[bool, int]:
    """What sorts the largest first, and an empty cell behind all."""
    return value is None, -(value or 0)


def _lines(rows: Iterable[Sequence[Any]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def _written(value: Any) -> str:
    """A knob in a cell; only a text could be run as a formula."""
    if isinstance(value, str):
        return inert(printable(value))
    return ratio_text(value) if isinstance(value, Fraction) else value_text(value)


def to_csv(rows: Rows, path: str | os.PathLike[str]) -> None:
    """All rows as CSV, written whole or not at all."""
    with replacing(path) as name, open(name, "w", newline="", encoding="utf-8") as stream:
        stream.writelines(csv_texts(rows))


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
    """Pieces as one Parquet file, whole or not at all; yields the points of each that is done.

    Raises UsageError where pyarrow is not installed.
    """
    pyarrow_parquet()
    with replacing(path) as name:
        yield from fill_parquet(rows, pieces, name)


def fill_parquet(rows: Rows, pieces: Sequence[Piece], name: str) -> Iterator[int]:
    """The same into a file that is there already."""
    table = arrow_table(rows.of(pieces[0]))
    with pyarrow_parquet().ParquetWriter(name, table.schema) as writer:
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
