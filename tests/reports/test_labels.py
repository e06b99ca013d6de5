"""In a narrow window a row is whole, and says what it is of."""

import re
from pathlib import Path

import pytest
from commands import run

import mnetcost
from mnetcost.reports.conventions import comparison_report, conventions_report

SPEC = """\
input: {height: 9, width: 7, channels: 4}
layers:
  - conv: {out: 10, kernel: [3, 5], norm: batch}
  - separable: {out: 10, kernel: [1, 3]}
expect: [{params: 704, source: by hand}]
budget: [{params: 1k}]
"""


@pytest.mark.parametrize("width", [60, 80])
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
def test_rows_are_whole_in_a_narrow_window(
    words: list[str], headers: list[str], width: int, tmp_path: Path
) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(SPEC, encoding="utf-8")
    narrow = {"FORCE_COLOR": "1", "NO_COLOR": "1", "TERM": "xterm", "COLUMNS": str(width)}
    ran = run(*(str(path) if word == "NET" else word for word in words), env=narrow)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", ran.out).splitlines()
    assert not [line for line in lines if len(line) > width]
    shown = [" ".join(line.split()) for line in lines]
    for header in headers:
        assert any(f"{line} ".startswith(f"{header} ") for line in shown), ran.out


def test_every_table_of_conventions_begins_with_what_a_row_is_of() -> None:
    for report in (comparison_report(mnetcost.load(SPEC).cost()), conventions_report()):
        for table in report.tables:
            assert not table.columns[0].leaves, table.title
