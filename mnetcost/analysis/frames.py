"""The points of a sweep as rows: data frames, CSV and Parquet. A long one is never held whole."""

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mnetcost.analysis.factors import Array, Number
from mnetcost.analysis.sweep import Sweep
from mnetcost.analysis.values import blocks
from mnetcost.conventions.presets import paper
from mnetcost.cost import is_plain
from mnetcost.files import replacing
from mnetcost.problems import UsageError

if TYPE_CHECKING:
    import pandas
    import pyarrow

WIDEST = 76  # digits that Parquet's decimals hold


class Quantity(NamedTuple):
    """A column of costs: its name, and the number over the grid."""

    name: str
    number: Number


def needs(extra: str, package: str) -> UsageError:
    """The error for a package that is not installed."""
    return UsageError(f"this needs {package}: pip install 'mnetcost[{extra}]'")


def quantities(sweep: Sweep) -> list[Quantity]:
    """The costs of a row: totals, the convention's number, and each layer type's."""
    found = [
        Quantity("params", sweep.cost.params),
        Quantity("mult_adds", sweep.cost.mult_adds),
    ]
    convention = sweep.basis.convention
    if not is_plain(sweep.basis) and convention and convention.name != paper().name:
        low, high = sweep.cost.counted
        found += (
            [Quantity("count", low)]
            if low is high
            else [Quantity("count_low", low), Quantity("count_high", high)]
        )
    for name, grid in sweep.types.items():
        found.append(Quantity(f"{name}_params", grid.cost.params))
        found.append(Quantity(f"{name}_mult_adds", grid.cost.mult_adds))
    return found


def rows(sweep: Sweep, alphas: slice) -> dict[str, Array]:
    """The columns of the points at these α, α-major: multipliers, input sides (px), costs."""
    height, across = len(sweep.alpha[alphas]), len(sweep.rho)
    rhos = slice(0, across)
    spread: dict[str, Array] = {"alpha": _floats(sweep.alpha[alphas]).repeat(across)}
    spread["rho"] = np.tile(_floats(sweep.rho), height)
    for place, name in enumerate(("height", "width")):
        spread[name] = np.tile(np.array([one[place] for one in sweep.sides]), height)
    for name, number in quantities(sweep):
        spread[name] = sweep.values.part(number, alphas, rhos).ravel()
    return spread


def _floats(values: Sequence[Fraction]) -> Array:
    return np.array([float(one) for one in values])


def pieces(sweep: Sweep) -> Iterator[slice]:
    """The α of a sweep, some at a time: so many that their points are no burden."""
    return blocks(*sweep.shape)


def to_pandas(sweep: Sweep) -> "pandas.DataFrame":
    """All points as a data frame. Raises UsageError where pandas is not installed."""
    try:
        import pandas
    except ImportError:
        raise needs("pandas", "pandas") from None
    sweep.values.bounded()
    found = rows(sweep, slice(0, len(sweep.alpha)))
    return pandas.DataFrame({name: _nullable(values) for name, values in found.items()})


def _nullable(values: Array) -> Any:
    """What pandas holds: masked integers as its own, with a missing value."""
    import pandas

    if not isinstance(values, np.ma.MaskedArray):
        return values
    if values.dtype == np.int64:
        return pandas.arrays.IntegerArray(np.array(values.data), np.ma.getmaskarray(values))
    return values.astype(object).filled(None)


def to_csv(sweep: Sweep, path: str | os.PathLike[str]) -> None:
    """All points as CSV, some rows at a time; an impossible one has no costs."""
    with replacing(path) as name, open(name, "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        for turn, alphas in enumerate(pieces(sweep)):
            found = rows(sweep, alphas)
            if turn == 0:
                writer.writerow(found)
            writer.writerows(zip(*(values.tolist() for values in found.values())))


def to_parquet(sweep: Sweep, path: str | os.PathLike[str]) -> None:
    """All points as one Parquet file, some rows at a time."""
    write_parquet(path, (arrow_table(rows(sweep, alphas)) for alphas in pieces(sweep)))


def write_parquet(path: str | os.PathLike[str], tables: Iterator["pyarrow.Table"]) -> None:
    """Tables of one schema as a Parquet file. Raises UsageError where pyarrow is not installed."""
    try:
        from pyarrow import parquet
    except ImportError:
        raise needs("parquet", "pyarrow") from None
    first = next(tables)
    with replacing(path) as name, parquet.ParquetWriter(name, first.schema) as writer:
        for table in chain((first,), tables):
            writer.write_table(table)


def arrow_table(columns: Mapping[str, Array]) -> "pyarrow.Table":
    """Columns as Arrow holds them; integers beyond int64 as exact decimals."""
    try:
        import pyarrow
    except ImportError:
        raise needs("parquet", "pyarrow") from None
    return pyarrow.table({name: _arrow(values) for name, values in columns.items()})


def _arrow(values: Array) -> Any:
    import pyarrow

    mask = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else None
    plain = np.ma.getdata(values)
    if plain.dtype == object:
        return pyarrow.array(plain.tolist(), pyarrow.decimal256(WIDEST, 0), mask=mask)
    return pyarrow.array(plain, mask=mask)
