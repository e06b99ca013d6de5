"""`mnetcost sweep` into files: options, and how far it is."""

import os
import subprocess
import sys

import pandas
import pytest
from commands import process
from rows import AXES, assert_rows

import mnetcost
from mnetcost import cli

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
