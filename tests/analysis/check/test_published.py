"""`mnetcost check`: published figures against hand-counted networks."""

import json
from pathlib import Path
from typing import Any

import pytest

import mnetcost
from mnetcost import cli
from mnetcost.printed import FIGURES
from mnetcost.reports.check import check_report, complaints

# 3·8 weights at 4×4 positions: 24 params, 384 mult-adds; 24 + 8 biases + 16 affine = 48 learned,
# and 16 running statistics more are 64 stored.
SPEC = """\
name: Small
input: {height: 4, width: 4, channels: 3}
knobs: {width: 8}
variants:
  small_wide: {knobs: {width: 16}}
layers:
  - conv: {out: $width, bias: true, norm: batch}
expect:
"""
RIGHT = "  - {params: 24, mult_adds: 384, learned: 48, stored: 64, source: by hand}\n"


def verdicts(*entries: str) -> list[tuple[str, int, str]]:
    rows = document(*entries)
    return [(row["kind"], row["computed"], row["verdict"]) for row in rows]


def document(*entries: str) -> Any:
    return check_report([mnetcost.load(SPEC + "".join(entries))]).document["checks"]


def test_the_kinds_of_figures() -> None:
    assert list(FIGURES) == ["params", "mult_adds", "learned", "stored"]
    assert verdicts(RIGHT) == [
        ("params", 24, "agrees"),
        ("mult_adds", 384, "agrees"),
        ("learned", 48, "agrees"),
        ("stored", 64, "agrees"),
    ]


def test_settings() -> None:
    assert verdicts(
        "  - {alpha: 0.5, params: 12}\n",
        "  - {resolution: 8, mult_adds: 1536}\n",
        "  - {variant: small_wide, params: 48}\n",
        "  - {set: {width: 4}, params: 12}\n",
    ) == [(kind, exact, "agrees") for kind, exact in
          (("params", 12), ("mult_adds", 1536), ("params", 48), ("params", 12))]  # fmt: skip


def test_a_document_row_says_everything() -> None:
    (row,) = document("  - {set: {width: 4}, resolution: 8, params: 13, source: T, erratum: off}\n")
    assert row == {
        "key": "expect",
        "file": "<text>",
        "line": 9,
        "column": 38,
        "setting": "α = 1, 8 px, width = 4",
        "failed": False,
        "message": "off",
        "spec": "<text>",
        "variant": None,
        "set": {"width": 4},
        "alpha": "1",
        "rho": "2",
        "kind": "params",
        "figure": "params",
        "printed": "13",
        "computed": 12,
        "verdict": "erratum",
        "source": "T",
        "erratum": "off",
    }


def test_only_a_difference_that_is_no_erratum_is_a_miss() -> None:
    assert verdicts("  - {params: 25}\n", "  - {params: 25, erratum: a misprint}\n") == [
        ("params", 24, "differs"),
        ("params", 24, "erratum"),
    ]
    network = mnetcost.load(SPEC + "  - {params: 25}\n  - {params: 25, erratum: a misprint}\n")
    (line,) = complaints(check_report([network]))
    assert line == "<text>:9:6: expect: params 24 does not agree with 25, at α = 1, ρ = 1"


def test_a_variant_checks_its_own_entries() -> None:
    text = SPEC + "  - {params: 1}\n  - {variant: small_wide, params: 48}\n"
    report = check_report([mnetcost.load(text, "small_wide")])
    assert [row["variant"] for row in report.document["checks"]] == ["small_wide"]


@pytest.mark.parametrize(("entry", "code"), [(RIGHT, 0), ("  - {params: 25}\n", 1)])
def test_the_command(
    entry: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SPEC + entry, encoding="utf-8")
    assert cli.run(["check", str(path), "--format", "json"]) == code
    (row, *_) = json.loads(capsys.readouterr().out)["checks"]
    assert (row["spec"], row["computed"]) == ("small", 24)


def test_every_shipped_figure_agrees(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check"]) == 0
    assert "0 differ" in capsys.readouterr().out
