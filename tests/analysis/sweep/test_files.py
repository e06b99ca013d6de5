"""A sweep as rows: data frames, CSV, Parquet, and parts that survive being killed."""

import json
import os
import signal
import subprocess
import sys
import time
from decimal import Decimal

import numpy as np
import pandas
import pytest
from commands import process
from grids import GROUPED
from pyarrow import parquet

import mnetcost
from mnetcost import cli

AXES = ("1,0.75,0.145", "1,6/7,0.31,5/4")


@pytest.fixture
def grid():
    return mnetcost.sweep("mobilenet_v1", *AXES, input="160x97")


def assert_rows(frame, grid):
    """One row a point, α-major, with the exact counts."""
    alphas, rhos = grid.shape
    assert len(frame) == alphas * rhos
    for place, (a, r) in enumerate(np.ndindex(grid.shape)):
        row, point = frame.iloc[place], grid.point(a, r)
        assert (row["alpha"], row["rho"]) == (float(point.alpha), float(point.rho))
        assert (row["height"], row["width"]) == point.input[:2]
        assert (row["params"], row["mult_adds"]) == (point.params, point.mult_adds)
        for name, of_type in grid.types.items():
            assert row[f"{name}_params"] == of_type.params[a, r]
            assert row[f"{name}_mult_adds"] == of_type.mult_adds[a, r]


def test_a_data_frame(grid):
    frame = grid.to_pandas()
    assert_rows(frame, grid)
    assert frame["mult_adds"].dtype == np.int64
    assert list(frame)[:6] == ["alpha", "rho", "height", "width", "params", "mult_adds"]


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
    assert (frame["count_low"][0], frame["count_high"][0]) == (578_875_904, 578_875_904)


def test_knobs_are_columns_of_one_frame(tmp_path):
    grids = mnetcost.sweep("efficientnet", "1,0.5", 1, set={"depth": [1, "1.2"], "classes": 10})
    grids.to_parquet(tmp_path / "grid.parquet")
    for frame in (grids.to_pandas(), pandas.read_parquet(tmp_path / "grid.parquet")):
        assert frame["depth"].tolist() == [1, 1, 1.2, 1.2]
        assert frame["alpha"].tolist() == [1, 0.5, 1, 0.5]
        expected = [grid.mult_adds[a, 0] for grid in grids for a in (0, 1)]
        assert frame["mult_adds"].tolist() == expected


def test_knobs_called_as_columns_are_and_words_that_are_formulas(tmp_path):
    spec = (
        "input: {height: 3, width: 2, channels: 1}\nknobs: {width: 4, act: relu}\n"
        "layers:\n  - conv: {out: $width, when: $act != none}\n  - conv: {out: 1}\n"
    )
    grids = mnetcost.sweep(spec, 1, 1, set={"width": [4, 5], "act": ["relu", "=1+1"]})
    frame = grids.to_pandas()
    assert frame["set_width"].tolist() == [4, 4, 5, 5]
    assert frame["width"].tolist() == [2, 2, 2, 2]
    assert frame["params"].tolist() == [8, 8, 10, 10]
    grids.to_csv(tmp_path / "grid.csv")
    lines = (tmp_path / "grid.csv").read_text("utf-8").splitlines()
    assert [line.split(",")[1] for line in lines] == ["act", "relu", "'=1+1", "relu", "'=1+1"]


def test_what_is_not_installed_is_said(grid, monkeypatch, tmp_path, capsys):
    for name in ("pandas", "pyarrow", "distributed", "dask"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(mnetcost.UsageError, match=r"mnetcost\[pandas\]"):
        grid.to_pandas()
    with pytest.raises(mnetcost.UsageError, match=r"mnetcost\[parquet\]"):
        grid.to_parquet(tmp_path / "grid.parquet")
    with pytest.raises(mnetcost.UsageError, match=r"mnetcost\[dask\]"):
        _ = mnetcost.sweep("mobilenet_v1", engine="dask").params
    assert os.listdir(tmp_path) == []
    assert cli.run(["sweep", "--parts", str(tmp_path / "parts")]) == 2
    assert cli.run(["sweep", "--engine", "dask"]) == 2
    assert "pip install" in capsys.readouterr().err


# --- the command line


def test_one_file_from_the_command_line(tmp_path):
    path = tmp_path / "grid.parquet"
    words = ["sweep", "--alpha", AXES[0], "--rho", AXES[1], "--input", "160x97"]
    for extra in (["-o", str(path)], ["--format", "parquet", "-o", str(path)]):
        assert cli.run([*words, *extra]) == 0
        assert_rows(
            pandas.read_parquet(path), mnetcost.sweep("mobilenet_v1", *AXES, input="160x97")
        )
        path.unlink()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--format", "parquet"], "needs --output"),
        (["--parts", "{0}", "-o", "x.csv"], "no --format or --output"),
        (["--parts", "{0}", "--format", "csv"], "no --format or --output"),
        (["--scheduler", "tcp://127.0.0.1:1"], "needs --engine dask"),
        (["-o", "{0}/nowhere/grid.parquet"], "cannot write"),
        (["--parts", "{0}/file/parts"], "parts: "),
        (["--parts", "{0}/file"], "parts: "),
        (["--parts", "{0}"], "is not empty"),
        (["--alpha", "0.00002:1:0.00002", "--rho", "0.00002:1:0.00002", "--parts", "{0}/new"],
         "2,500,000,000 points"),
    ],
)  # fmt: skip
def test_wrong_usage(words, message, tmp_path, capsys):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    assert cli.run(["sweep", *(word.format(tmp_path) for word in words)]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.out == ""
    assert os.listdir(tmp_path) == ["file"]


def test_nobody_at_the_address():
    ran = process("sweep", "--engine", "dask", "--scheduler", "nonsense://127.0.0.1:1")
    assert (ran.code, ran.out) == (2, "")
    assert "no scheduler" in ran.err


# --- parts


PARTS = ["--alpha", "0.001:1:0.001", "--rho", "0.001:2.2:0.001"]  # 2.2 million points


def test_parts_of_one_sweep(tmp_path, capsys):
    folder = tmp_path / "parts"
    assert cli.run(["sweep", *PARTS, "--parts", str(folder)]) == 0
    assert capsys.readouterr().out == "points: 2,200,000; parts: 3, of them 0 there before\n"
    frame = pandas.read_parquet(folder)
    grid = mnetcost.sweep("mobilenet_v1", PARTS[1], PARTS[3])
    assert (frame["mult_adds"].to_numpy() == grid.mult_adds.ravel()).all()
    assert (frame["params"].to_numpy() == grid.params.ravel()).all()
    manifest = json.loads((folder / "_manifest.json").read_text("utf-8"))
    assert (manifest["spec"], manifest["points"], manifest["parts"]) == (
        "MobileNet v1",
        2_200_000,
        3,
    )
    for other in (
        [*PARTS[:3], "0.001:2.2:0.002"],
        [*PARTS, "--batch", "2"],
        [*PARTS, "--convention", "fvcore"],
        [*PARTS, "--pass", "training"],
        [*PARTS, "--input", "224x223"],
        ["mobilenet_v2", *PARTS],
    ):
        assert cli.run(["sweep", *other, "--parts", str(folder)]) == 2
        assert "other settings" in capsys.readouterr().err
    for broken in (b"{", b"[1]", b"\xff", b"[" * 100_000, b""):
        (folder / "_manifest.json").write_bytes(broken)
        assert cli.run(["sweep", *PARTS, "--parts", str(folder)]) == 2
        assert "_manifest.json is broken" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="terminals")
def test_a_terminal_shows_how_far_it_is(tmp_path):
    import pty

    words = ["sweep", "mobilenet_v1_layer", "--alpha", "1", "--rho", "1"]
    for extra in (["--parts", str(tmp_path / "parts")], ["-o", str(tmp_path / "grid.parquet")]):
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "mnetcost", *words, *extra]
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=theirs, check=True, timeout=60
        )
        os.close(theirs)
        shown = os.read(ours, 100_000).decode()
        assert "1/1" in shown
        assert "points" in shown
        os.close(ours)
        assert done.stdout in (b"", b"points: 1; parts: 1, of them 0 there before\n")


def whole(folder):
    """The parts that are done, each with when it was written."""
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("part-*.parquet")}


def test_a_killed_sweep_goes_on_where_it_stopped(tmp_path):
    folder = tmp_path / "parts"
    words = ["--alpha", "0.0001:1:0.0001", "--rho", "0.002:2:0.002", "--parts", str(folder)]
    command = [sys.executable, "-m", "mnetcost", "sweep", "mobilenet_v1_layer", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as killed:
        deadline = time.monotonic() + 50
        while len(whole(folder)) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        killed.send_signal(signal.SIGKILL)
        assert killed.wait() == -signal.SIGKILL
    before = whole(folder)
    assert 2 <= len(before) < 10
    for name in before:  # none is half-written
        assert parquet.read_metadata(folder / name).num_rows == 1_000_000
    (folder / ".part-000009.parquet.half").write_text("half", encoding="utf-8")
    ran = process("sweep", "mobilenet_v1_layer", *words)
    assert ran.out == f"points: 10,000,000; parts: 10, of them {len(before)} there before\n"
    assert (ran.code, ran.err) == (0, "")
    after = whole(folder)
    assert len(after) == 10
    assert {name: after[name] for name in before} == before
    assert len(os.listdir(folder)) == 11
    grid = mnetcost.sweep("mobilenet_v1_layer", words[1], words[3])
    table = parquet.read_table(folder, columns=["mult_adds"])
    assert (table["mult_adds"].to_numpy() == grid.mult_adds.ravel()).all()


def test_parts_from_python_and_mended(tmp_path):
    folder = tmp_path / "parts"
    sets = {"depth": [1, "1.2"]}
    grids = mnetcost.sweep("efficientnet", "1,0.5", "0.7,0.5,0.3", set=sets)
    grids.to_parts(folder)
    frame = pandas.read_parquet(folder)
    assert frame.equals(grids.to_pandas())
    whole_one = (folder / "part-000001.parquet").read_bytes()
    for broken in (b"", b"PAR1", whole_one[: len(whole_one) // 2], whole_one[:-1]):
        (folder / "part-000001.parquet").write_bytes(broken)
        grids.to_parts(folder)
        assert pandas.read_parquet(folder).equals(frame)
    mnetcost.sweep("mobilenet_v1", "1", "1").to_parquet(folder / "part-000000.parquet")
    grids.to_parts(folder)
    assert len(pandas.read_parquet(folder / "part-000000.parquet")) == 6
    grids[0].to_parts(tmp_path / "one")
    assert len(pandas.read_parquet(tmp_path / "one")) == 6
    with pytest.raises(mnetcost.UsageError, match="other settings"):
        grids[0].to_parts(folder)


@pytest.mark.skipif(os.name != "posix", reason="the system's own lock")
def test_two_runs_into_one_folder(tmp_path):
    from mnetcost.analysis.frames import Rows
    from mnetcost.analysis.parts import write_parts

    folder, words = tmp_path / "parts", ["--alpha", "1,0.5", "--rho", "1"]
    grid = mnetcost.sweep("mobilenet_v1", words[1], words[3])
    first = write_parts(Rows([({}, grid)]), folder)
    next(first)
    ran = process("sweep", *words, "--parts", str(folder))
    assert (ran.code, ran.out) == (2, "")
    assert "another run writes into" in ran.err
    first.close()
    ran = process("sweep", *words, "--parts", str(folder))
    assert ran.out == "points: 2; parts: 1, of them 1 there before\n"
