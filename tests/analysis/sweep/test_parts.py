"""Large sweeps in parts that survive being killed."""

import json
import os
import signal
import subprocess
import sys
import time

import pandas
import pytest
from commands import process
from pyarrow import parquet

import mnetcost
from mnetcost import cli

# --- parts


LAYER = "mobilenet_v1_layer"  # the fewest columns
PARTS = ["--alpha", "0.001:1:0.001", "--rho", "0.001:2.2:0.001"]  # 2.2 million points


def test_parts_of_one_sweep(tmp_path, capsys):
    folder = tmp_path / "parts"
    assert cli.run(["sweep", LAYER, *PARTS, "--parts", str(folder)]) == 0
    assert capsys.readouterr().out == "points: 2,200,000; parts: 3, of them 0 there before\n"
    frame = pandas.read_parquet(folder)
    grid = mnetcost.sweep(LAYER, PARTS[1], PARTS[3])
    assert (frame["mult_adds"].to_numpy() == grid.mult_adds.ravel()).all()
    assert (frame["params"].to_numpy() == grid.params.ravel()).all()
    manifest = json.loads((folder / "_manifest.json").read_text("utf-8"))
    assert (manifest["spec"], manifest["points"], manifest["parts"]) == (
        "One separable layer of MobileNet v1",
        2_200_000,
        3,
    )
    for other in (
        [LAYER, *PARTS[:3], "0.001:2.2:0.002"],
        [LAYER, *PARTS, "--batch", "2"],
        [LAYER, *PARTS, "--convention", "fvcore"],
        [LAYER, *PARTS, "--pass", "training"],
        [LAYER, *PARTS, "--input", "224x223"],
        ["mobilenet_v1", *PARTS],
    ):
        assert cli.run(["sweep", *other, "--parts", str(folder)]) == 2
        assert "other settings" in capsys.readouterr().err
    for broken in (b"{", b"[1]", b"\xff", b"[" * 100_000, b""):
        (folder / "_manifest.json").write_bytes(broken)
        assert cli.run(["sweep", LAYER, *PARTS, "--parts", str(folder)]) == 2
        assert "_manifest.json is broken" in capsys.readouterr().err


def whole(folder):
    """The parts that are done, each with when it was written."""
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("part-*.parquet")}


def test_a_killed_sweep_goes_on_where_it_stopped(tmp_path):
    folder = tmp_path / "parts"
    words = ["--alpha", "0.0002:1:0.0002", "--rho", "0.002:2:0.002", "--parts", str(folder)]
    command = [sys.executable, "-m", "mnetcost", "sweep", "mobilenet_v1_layer", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as killed:
        deadline = time.monotonic() + 50
        while len(whole(folder)) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        killed.send_signal(signal.SIGKILL)
        assert killed.wait() == -signal.SIGKILL
    before = whole(folder)
    assert 2 <= len(before) < 5
    for name in before:  # none is half-written
        assert parquet.read_metadata(folder / name).num_rows == 1_000_000
    (folder / ".part-000004.parquet.half").write_text("half", encoding="utf-8")
    ran = process("sweep", "mobilenet_v1_layer", *words)
    assert ran.out == f"points: 5,000,000; parts: 5, of them {len(before)} there before\n"
    assert (ran.code, ran.err) == (0, "")
    after = whole(folder)
    assert len(after) == 5
    assert {name: after[name] for name in before} == before
    assert len(os.listdir(folder)) == 6
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
    from mnetcost.analysis.sweep.parts import write_parts
    from mnetcost.analysis.sweep.rows import Rows

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
