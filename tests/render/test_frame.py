"""Tables as data frames: plain numeric columns, exact where they are whole."""

from fractions import Fraction

import numpy as np
import pytest

from mnetcost.render.frame import table_frame
from mnetcost.tabular import Column, Kind, Table


def frame(kind: Kind, *values: object):
    return table_frame(Table("t", "T", (Column("x", "X", kind),), tuple((one,) for one in values)))


@pytest.mark.parametrize("kind", [Kind.INTEGER, Kind.AMOUNT, Kind.HEAT, Kind.CHANGE])
@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ((1, -2), "int64"),
        ((2**63 - 1, -(2**63)), "int64"),
        ((1, 2**63), "object"),
        ((1, None), "Int64"),
        ((2**53 + 1, None), "Int64"),
        ((2**64, None), "object"),
        ((), "int64"),
    ],
)
def test_whole_numbers(kind: Kind, values: tuple[int | None, ...], dtype: str) -> None:
    found = frame(kind, *values)["x"]
    assert str(found.dtype) == dtype
    known = [one for one in values if one is not None]
    assert [int(one) for one in found.dropna()] == known
    assert found.isna().sum() == len(values) - len(known)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [((True, False), "bool"), ((), "bool"), ((True, None), "boolean")],
)
def test_flags(values: tuple[bool | None, ...], dtype: str) -> None:
    found = frame(Kind.FLAG, *values)["x"]
    assert str(found.dtype) == dtype
    assert found.dropna().tolist() == [one for one in values if one is not None]


@pytest.mark.parametrize("kind", [Kind.NUMBER, Kind.SHARE, Kind.RATIO])
def test_ratios_are_the_nearest_floats(kind: Kind) -> None:
    found = frame(kind, Fraction(6, 7), None)["x"]
    assert found.dtype == np.float64
    assert found[0] == 6 / 7
    assert np.isnan(found[1])


def test_a_map_has_a_column_a_dimension() -> None:
    columns = Column("input", "Input", Kind.MAP), Column("k", "K", Kind.SIDES)
    found = table_frame(Table("t", "T", columns, (((192, 160, 3), (3, 5)), (None, (1, 1)))))
    assert list(found.columns) == [
        *("input_height", "input_width", "input_channels", "k_height", "k_width"),
    ]
    assert found.loc[0].tolist() == [192, 160, 3, 3, 5]
    assert found["input_width"].isna().tolist() == [False, True]


def test_texts_stay_texts_and_bars_are_left_out() -> None:
    columns = Column("name", "Name", Kind.TEXT), Column("bar", "", Kind.BAR)
    found = table_frame(Table("t", "T", columns, (("=a", Fraction(1)), (None, Fraction(0)))))
    assert list(found.columns) == ["name"]
    assert found["name"][0] == "=a"
