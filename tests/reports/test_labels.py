"""The columns that say what a row is of stand in every part of a table that is split."""

import re
from pathlib import Path

import pytest
from commands import run

import mnetcost
from mnetcost.reports.conventions import comparison_report, conventions_report

SPEC = """\
input: {height: 9, width: 7, channels: 4}
layers:
  - conv: {out: 10, kernel: [3, 5], norm: batch, act: relu}
  - separable: {out: 10, kernel: [1, 3]}
expect: [{params: 704, source: by hand}]
budget: [{params: 1k}]
"""
NARROW = {"FORCE_COLOR": "1", "NO_COLOR": "1", "TERM": "xterm", "COLUMNS": "24"}


@pytest.mark.parametrize(
    ("words", "headers"),
    [
        (["table", "NET", "--view", "layers"], ["Layer"]),
        (["table", "NET", "--view", "types"], ["Type"]),
        (["table", "NET", "--view", "reduction"], ["Pair"]),
        (["sweep", "NET", "--alpha", "1,2", "--rho", "1,2"], ["α", "α ρ"]),
        (
            ["sweep", "efficientnet_b0", "--set", "depth=1,2", "--alpha", "1", "--rho", "1"],
            ["depth"],
        ),
        (["check", "NET"], ["Spec"]),
        (["expand", "NET"], ["Node"]),
        (["conventions"], ["Name", "Part"]),
        (["conventions", "NET"], ["Convention", "Convention Layers", "Definition"]),
        (["reconcile", "NET", "--from", "thop", "--to", "flops"], ["Layers"]),
        (["reconcile", "NET", "--printed", "704"], ["Scope"]),
        (["explain", "NET", "separable_1"], ["Quantity"]),
        (["explain", "NET"], ["Pair"]),
        (["diff", "NET", "NET", "--all"], ["Layer"]),
        (["compare", "NET", "mobilenet_v1"], ["Network"]),
        (["fit", "NET", "--max-params", "900", "--rho", "1"], ["ρ"]),
        (["fit", "NET", "--max-params", "900", "--rho", "1", "--view", "front"], ["ρ"]),
        (["fit", "--scores", "mobilenet_v1", "--max-params", "2M"], ["α ρ"]),
        (["rewrite", "NET", "--to", "separable", "--report", "-"], ["Layer"]),
        (["rewrite", "NET", "--to", "standard", "--layers", "conv_1", "--report", "-"], ["Layer"]),
    ],
    ids=lambda one: " ".join(one),
)
def test_labels_are_repeated(words: list[str], headers: list[str], tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(SPEC, encoding="utf-8")
    ran = run(*(str(path) if word == "NET" else word for word in words), env=NARROW)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", ran.out)
    lines = [" ".join(line.split()) for line in plain.split("\n")]
    for header in headers:
        assert sum(f"{line} ".startswith(f"{header} ") for line in lines) > 1, plain


def test_every_table_of_conventions_begins_with_a_label() -> None:
    for report in (comparison_report(mnetcost.load(SPEC).cost()), conventions_report()):
        for table in report.tables:
            assert table.columns[0].label, table.title
            assert not table.columns[-1].label, table.title


def test_the_sign_of_a_change_is_repeated(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(SPEC, encoding="utf-8")
    out = run("diff", str(path), f"{path}@rho=2", env=NARROW).out
    lines = re.sub(r"\x1b\[[0-9;]*m", "", out).split("\n")
    assert sum(line.startswith("~") and "conv_1" in line for line in lines) > 1
