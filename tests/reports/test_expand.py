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


BLOCK = """\
input: {height: 6, width: 4, channels: 2}
blocks:
  unit:
    layers:
      - conv: {out: 3}
      - branches: [[conv: {out: 2}], []]
        merge: concat
layers:
  - unit
  - conv: {out: 2, kernel: [1, 5]}
  - unit
"""


def test_a_node_stands_below_its_block_and_names_what_is_outside_as_a_path() -> None:
    """A name of its own block may be that of another node outside of it."""
    report = expand_report(mnetcost.load(BLOCK).cost())
    (table,) = report.tables
    assert table.depths == (0, 1, 1, 1, 0, 0, 1, 1, 1)
    assert [(row[0], row[2], row[4]) for row in table.rows] == [
        ("unit_1", "", (6, 4, 5)),
        ("conv_1", "input", (6, 4, 3)),
        ("conv_2", "conv_1", (6, 4, 2)),
        ("concat_1", "conv_2, conv_1", (6, 4, 5)),
        ("conv_1", "unit_1/concat_1", (6, 4, 2)),
        ("unit_2", "", (6, 4, 5)),
        ("conv_1", "/conv_1", (6, 4, 3)),
        ("conv_2", "conv_1", (6, 4, 2)),
        ("concat_1", "conv_2, conv_1", (6, 4, 5)),
    ]
    assert report.flat.rows[5][2] == "unit_2/conv_1"


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(SPEC, encoding="utf-8")
    assert cli.run(["expand", str(path), "--format", "csv"]) == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert [row[0] for row in rows[1:]] == [node[0] for node in NODES]
