"""A sweep as rows: data frames, CSV and Parquet."""

import os
import sys
from decimal import Decimal

import numpy as np
import pandas
import pytest
from grids import GROUPED
from pyarrow import parquet
from rows import AXES, assert_rows

import mnetcost
from mnetcost import cli
from mnetcost.analysis.sweep.rows import Rows


@pytest.fixture
def grid():
    return mnetcost.sweep("mobilenet_v1", *AXES, input="160x97")


def test_a_data_frame(grid):
    frame = grid.to_pandas()
    assert_rows(frame, grid)
    assert frame["mult_adds"].dtype == np.int64
    places = ["alpha", "rho", "input_height", "input_width", "input_channels"]
    assert list(frame)[:7] == [*places, "params", "mult_adds"]
    assert frame["alpha"].dtype == frame["rho"].dtype == np.float64


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_files_hold_the_same_rows(grid, suffix, tmp_path):
    path = tmp_path / f"grid.{suffix}"
    getattr(grid, f"to_{suffix}")(path)
    frame = getattr(pandas, f"read_{suffix}")(path)
    assert_rows(frame, grid)
    assert os.listdir(tmp_path) == [path.name]


def test_impossible_points_have_no_costs(tmp_path):
    layers = "  - conv: {out: 8, groups: 4}\n"
    grid = mnetcost.sweep(GROUPED + layers, "1,0.9", "1,0.5", invalid="mask")
    grid.to_csv(tmp_path / "grid.csv")
    grid.to_parquet(tmp_path / "grid.parquet")
    for frame in (
        grid.to_pandas(),
        pandas.read_csv(tmp_path / "grid.csv"),
        pandas.read_parquet(tmp_path / "grid.parquet"),
    ):
        assert frame["params"].isna().tolist() == [False, False, True, True]
        assert frame["params"][0] == 8


def test_counts_beyond_int64_stay_exact_in_files(tmp_path):
    net = mnetcost.load(
        "input: {height: 65536, width: 65535, channels: 16777216}\n"
        "layers:\n  - conv: {out: 16777215, kernel: [3, 1]}\n"
    )
    exact = net.cost().mult_adds
    assert exact == 3 * 2**24 * (2**24 - 1) * 2**16 * (2**16 - 1)
    grid = mnetcost.sweep(net, 1, 1)
    assert grid.to_pandas()["mult_adds"].tolist() == [exact]
    grid.to_parquet(tmp_path / "grid.parquet")
    assert parquet.read_table(tmp_path / "grid.parquet")["mult_adds"][0].as_py() == Decimal(exact)
    grid.to_csv(tmp_path / "grid.csv")
    assert str(exact) in (tmp_path / "grid.csv").read_text("utf-8")


def test_a_convention_has_its_own_columns():
    frame = mnetcost.sweep("mobilenet_v1", 1, 1, convention="fvcore").to_pandas()
    assert frame["count"][0] == 578_875_904
    assert "count_low" not in frame


def test_what_is_not_installed_is_said(grid, monkeypatch, tmp_path, capsys):
    for name in ("pandas", "pyarrow", "distributed", "dask"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(mnetcost.UsageError, match=r"mnetcost\[pandas\]"):
        grid.to_pandas()
    with pytest.raises(mnetcost.UsageError, match=r"mnetcost\[parquet\]"):
        grid.to_parquet(tmp_path / "grid.parquet")
    with pytest.raises(mnetcost.UsageError, match=r"mnetcost\[dask\]"):
        _ = mnetcost.sweep("mobilenet_v1", engine="dask").params
    assert cli.run(["sweep", "--parts", str(tmp_path / "parts")]) == 2
    assert os.listdir(tmp_path) == []
    assert cli.run(["sweep", "--engine", "dask"]) == 2
    assert "pip install" in capsys.readouterr().err


def test_a_frame_holds_as_many_rows_as_are_allowed(monkeypatch):
    grid = mnetcost.sweep("mobilenet_v1_layer", "1,0.5,0.25", "1,6/7")
    monkeypatch.setattr("mnetcost.analysis.sweep.rows.MAX_HELD", 6)
    assert len(grid.to_pandas()) == 6
    monkeypatch.setattr("mnetcost.analysis.sweep.rows.MAX_HELD", 5)
    with pytest.raises(mnetcost.UsageError, match="a data frame of 6 rows; 5 at most"):
        grid.to_pandas()


@pytest.mark.parametrize(("points", "pieces"), [(1, 6), (4, 3), (5, 3), (6, 2), (8, 2), (12, 1)])
def test_pieces_make_up_the_rows(points, pieces, monkeypatch, tmp_path):
    """Six α at two ρ, in pieces of whole α; the header stands once."""
    grid = mnetcost.sweep("mobilenet_v1_layer", "1:0.5:-0.1", "1,6/7")
    grid.to_csv(tmp_path / "whole.csv")
    made = Rows([({}, grid)]).pieces(points)
    assert len(made) == pieces
    monkeypatch.setattr(Rows, "pieces", lambda rows, points=None: made)
    grid.to_csv(tmp_path / "pieces.csv")
    grid.to_parquet(tmp_path / "pieces.parquet")
    assert (tmp_path / "pieces.csv").read_text() == (tmp_path / "whole.csv").read_text()
    assert_rows(pandas.read_parquet(tmp_path / "pieces.parquet"), grid)
