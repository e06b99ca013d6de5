"""`mnetcost fit --scores`."""

import json
from pathlib import Path

import pytest

from mnetcost import cli


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "measured.csv"
    path.write_text("alpha,resolution,accuracy\n1,224,70\n0.5,128,56\n", encoding="utf-8")
    words = ["fit", "--scores", str(path), "--max-mult-adds", "50M"]
    assert cli.run([*words, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["fits"] for one in found["scores"]] == [False, True]
    assert found["answer"] == (
        "The highest score that fits: α = 0.5, ρ = 4/7 (input 128×128), with score 56, 49,160,192 "
        "mult-adds (98.3 % of the budget) and 1,319,648 weights."
    )
    assert found["best"]["mult_adds"] == 49_160_192
    assert found["best"]["front"] == ["mult_adds", "params", "both"]
    for format_ in ("text", "csv", "markdown", "latex", "html"):
        assert cli.run([*words, "--format", format_]) == 0
    capsys.readouterr()
    assert cli.run(["fit", "--scores", str(path), "--max-mult-adds", "1M"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "no measured network fits at most 1,000,000 mult-adds" in err
    assert "α = 0.5, ρ = 4/7 (input 128×128), with score 56, 49,160,192 mult-adds" in err


def test_a_missing_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["fit", "--scores", "nowhere.csv"]) == 1
    assert "no-such-file" in capsys.readouterr().err
