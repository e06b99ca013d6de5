"""`mnetcost fit`: documents, tables, what does not fit, wrong options."""

import csv
import io
import json
from fractions import Fraction
from pathlib import Path

import pytest
from networks import STEPS

import mnetcost
from mnetcost import cli

# --- the command

FIT = ["fit", "mobilenet_v2", "--max-mult-adds", "100M", "--max-params", "2M"]


def test_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([*FIT, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["budget"] == {"mult_adds": 100_000_000, "params": 2_000_000}
    assert found["alpha"] == {"min": None, "max": "1"}
    assert found["inputs"][0] == [224, 224, 3]
    assert len(found["largest"]) == 7
    best = found["best"]
    cost = mnetcost.load("mobilenet_v2").cost(best["alpha"], best["rho"])
    assert (best["params"], best["mult_adds"]) == (cost.params, cost.mult_adds)
    assert best["fills"]["params"] == cost.params / 2_000_000
    assert best in found["largest"]
    assert best in found["front"]
    assert found["smallest"]["params"]["params"] <= min(one["params"] for one in found["front"])


@pytest.mark.parametrize("format_", ["text", "csv", "markdown", "latex", "html"])
@pytest.mark.parametrize("more", [[], ["--view", "front", "--top", "3"]])
def test_every_format(format_: str, more: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([*FIT, *more, "--format", format_]) == 0
    printed = capsys.readouterr().out
    assert "1,963,216" in printed or "1963216" in printed


@pytest.mark.parametrize("view", ["largest", "front"])
def test_csv_has_both_ends_apart(view: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([*FIT, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert cli.run([*FIT, "--format", "csv", "--view", view]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == len(document[view])
    for row, one in zip(rows, document[view]):
        assert Fraction(row["from"]) == Fraction(one["from"]["alpha"])
        assert (row["to_included"] == "true") == one["to"]["included"]
        assert (int(row["params"]), int(row["mult_adds"])) == (one["params"], one["mult_adds"])
        assert row["front"].split() == one["front"]


def test_csv_calls_what_a_convention_counts_by_no_other_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = [
        "fit",
        "mobilenet_v1",
        "--max-mult-adds",
        "1.2G",
        "--rho",
        "1",
        "--convention",
        "flops",
    ]
    assert cli.run([*words, "--format", "csv"]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert int(row["count"]) == 2 * 568_740_352
    assert "count_share" in row
    assert "mult_adds" not in row


def test_the_plain_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["fit", "--max-mult-adds", "150M", "--max-params", "2M", "--top", "2"]) == 0
    printed = capsys.readouterr().out
    assert "[605/1024, 303/512)  ≈ 0.590820" in printed
    assert "the 2 of 4,317 with the greatest capacity" in printed


def test_nothing_fits(capsys: pytest.CaptureFixture[str]) -> None:
    """MobileNet v1 with 8 channels everywhere, at 32 px, by hand: 216·256 in the first convolution,
    (72 + 64) a position in 13 pairs, whose maps have 256, 64·2, 16·2, 4·6 and 1·2 positions, and
    8·1000 in the classifier."""
    pairs = 72 * (256 + 64 * 2 + 16 * 2 + 4 * 6 + 1 * 2) + 64 * (256 + 64 * 2 + 16 * 2 + 4 * 6 + 2)
    assert cli.run(["fit", "--max-mult-adds", "100k"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "nothing fits at most 100,000 mult-adds" in err
    assert f"{216 * 256 + pairs + 8000:,} mult-adds and 9,984 weights" in err
    assert "at α in (0, 9/1024), ρ = 1/7 (input 32×32)" in err


def test_no_possible_network(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(STEPS.replace("{round: floor}", "{round: none}"), encoding="utf-8")
    words = ["fit", str(path), "--max-params", "1M", "--min-alpha", "0.51", "--max-alpha", "0.6"]
    assert cli.run(words) == 1
    assert "impossible at every α and ρ that was tried" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "give a budget"),
        (["--max-params", "2 dozen"], "max-params: '2 dozen' is not a figure; write 569M"),
        (["--max-mult-adds", "1,00"], "max-mult-adds: '1,00' is not a figure"),
        (["--max-mult-adds", "-5"], "is not a figure"),
        (["--max-mult-adds", "9" * 400], "is not a figure"),
        (["--max-params", "1M", "--min-alpha", "2"], "min-alpha: 2 is above max-alpha, 1"),
        (["--max-params", "1M", "--max-alpha", "0"], "max-alpha: 0 is not above zero"),
        (["--max-params", "1M", "--rho", "1", "--resolution", "2"], "not both"),
        (["--max-params", "1M", "--rho", "1", "--resolution-multiple", "8"], "not beside"),
        (["--max-params", "1M", "--resolution-multiple", "0"], "is not above zero"),
        (["--max-params", "1M", "--max-params", "2M"], "more than once"),
        (["--max-params", "1M", "--resolution-multiple", "1"], "are too many"),
        (["--max-params", "1M", "--max-alpha", "100"], "steps here"),
        (["--max-params", "1M", "--scores", "mobilenet_v1", "--rho", "1"], "--rho beside --scores"),
    ],
)
def test_wrong_options(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["fit", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in " ".join(err.split())


def test_json_under_a_convention(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--max-mult-adds", "300M", "--rho", "1", "--convention", "flops", "--format", "json"]
    assert cli.run(["fit", "mobilenet_v1", *words]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["convention"] == "flops"
    kinds = mnetcost.load("mobilenet_v1").cost(alpha=found["best"]["alpha"]).parameters
    learned = sum(kinds) - kinds.norm_statistics
    assert found["best"]["count"] == {"value": 2 * 149_561_298, "unit": "FLOP", "params": learned}
    assert "mult_adds" not in found["best"]
