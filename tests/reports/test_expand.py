"""`mnetcost expand`: the flat graph, by hand."""

import csv
import io
from pathlib import Path

import pytest

import mnetcost
from mnetcost import cli
from mnetcost.reports.expand import expand_report

SPEC = """\
name: Branches
input: {height: 8, width: 8, channels: 4}
layers:
  - conv: {name: stem, out: 4, kernel: 3, stride: 2}
  - branches:
      - - depthwise: {name: left}
      - []
    merge: add
    name: sum
  - global_avg_pool: {from: sum}
"""
NODES = [
    ("stem", "conv", ["input"], [8, 8, 4], [4, 4, 4], "3×3"),
    ("left", "depthwise", ["stem"], [4, 4, 4], [4, 4, 4], "3×3"),
    ("sum", "add", ["left", "stem"], [4, 4, 4], [4, 4, 4], ""),
    ("global_avg_pool_1", "global_avg_pool", ["sum"], [4, 4, 4], [1, 1, 4], ""),
]


def test_the_nodes() -> None:
    report = expand_report(mnetcost.load(SPEC).cost())
    assert [tuple(node.values()) for node in report.document["nodes"]] == NODES
    assert [row[2] for row in report.flat.rows] == ["input", "stem", "left, stem", "sum"]


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(SPEC, encoding="utf-8")
    assert cli.run(["expand", str(path), "--format", "csv"]) == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert [row[0] for row in rows[1:]] == [node[0] for node in NODES]
