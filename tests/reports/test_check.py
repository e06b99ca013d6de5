"""What `check` says of figures and budgets."""

from pathlib import Path

import pytest
from checked import SPEC
from commands import run

import mnetcost
from mnetcost import cli
from mnetcost.problems import plain
from mnetcost.reports.check import check_report, complaints

LINES = [
    'my.yaml:11:6: expect: params 24 does not agree with 25 (<a> & "b"), at α = 1, ρ = 1',
    "my.yaml:14:22: budget: params 24 is over 23 by 1, at α = 1, ρ = 1",
    "my.yaml:15:5: budget: mult_adds 1,152 is over 500 by 652, at small_wide, α = 1, ρ = 1",
]


@pytest.mark.parametrize("format_", ["text", "json", "csv", "markdown", "latex", "html", "junit"])
def test_one_line_for_each_failure(
    format_: str, failing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["check", failing, "--format", format_]) == 1
    out, err = capsys.readouterr()
    assert err.splitlines() == LINES
    assert "1,152" in out or "1152" in out


def test_the_table(failing: str, capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["check", failing])
    out = capsys.readouterr().out
    # 1,152 is 2.304 of 500
    assert "my    small_wide, α = 1, ρ = 1  mult_adds  500         1,152  over by 652" in out
    assert (
        "2 limits are broken, 1 figure differs, 1 limit holds, 1 figure agrees, "
        "1 figure is a known misprint\n"
    ) in out


def test_complaints_say_the_unit_as_it_is_written() -> None:
    report = check_report([mnetcost.load(f"{SPEC}budget: {{mult_adds: 0.5k}}")])
    assert plain(complaints(report)) == (
        "<text>:9:10: budget: mult_adds 576 is over 500 (0.5k) by 76, at α = 1, ρ = 1"
    )


def test_the_least_headroom_is_said_in_numbers(tmp_path: Path) -> None:
    """3·2·4·8 = 192 weights at 5·7 positions: 6,720 mult-adds; of 7,000 they leave less."""
    path = tmp_path / "net.yaml"
    path.write_text(
        "input: {height: 5, width: 7, channels: 4}\nlayers: [conv: {out: 8, kernel: [3, 2]}]\n"
        "budget: {params: 240, mult_adds: 7000}\n",
        encoding="utf-8",
    )
    assert run("check", str(path)).out.splitlines()[2] == (
        "Least headroom: 280 mult_adds left: net has 6,720 of 7,000 (4 % left), at α = 1, ρ = 1"
    )
