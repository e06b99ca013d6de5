"""`mnetcost fit`: documents, tables, what does not fit, wrong options."""

import csv
import io
import json
import re
from fractions import Fraction
from pathlib import Path

import pytest
from commands import run
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
    assert "0.591  [605/1024, 303/512)" in printed
    assert re.search("the 2 of 4,3[0-9][0-9] with the greatest capacity", printed)


@pytest.mark.parametrize(
    "words",
    [
        ["mobilenet_v1", "--max-mult-adds", "150M"],
        ["mobilenet_v2", "--max-mult-adds", "170M"],  # (from, to]
        ["mobilenet_v1_keras", "--max-params", "1M", "--min-alpha", "0.3"],
        ["mobilenet_v1", "--max-mult-adds", "150M", "--alpha", "1,3/7,0.5"],
    ],
)
def test_a_row_agrees_with_itself(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """α·ρ is the α that is printed times the ρ that is, on the screen and in every file."""
    assert cli.run(["fit", *words, "--top", "40"]) == 0
    printed = capsys.readouterr().out
    # ρ, the input, α, then the interval where there is one, and α·ρ with its five decimals
    found = re.findall(
        r"^ *([0-9./]+)  \d+×\d+×3 +([0-9./]+) .*  (0\.\d{5}|1)(?=  |$)", printed, re.MULTILINE
    )
    assert len(found) >= 10
    for rho, alpha, capacity in found:
        assert abs(Fraction(alpha) * Fraction(rho) - Fraction(capacity)) <= Fraction(1, 2 * 10**5)
    assert cli.run(["fit", *words, "--format", "csv", "--view", "front"]) == 0
    for row in csv.DictReader(io.StringIO(capsys.readouterr().out)):
        assert Fraction(row["alpha"]) * Fraction(row["rho"]) == Fraction(row["capacity"])
        assert row["decimal"] == row["alpha"]
    assert cli.run(["fit", *words, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    for one in (document["best"], *document["largest"], *document["front"]):
        assert Fraction(one["alpha"]) * Fraction(one["rho"]) == Fraction(one["capacity"])
        assert Fraction(one["decimal"]) == Fraction(one["alpha"])


ANSWERS = [
    "The largest α·ρ that fits: α = 0.591, ρ = 6/7 (input 192×192), with 149,653,568 mult-adds "
    "(99.8 % of the budget) and 1,725,351 weights (86.3 % of the budget).",
    # the authors' checkpoints, tensorflow/models; the paper's Table 9 has 149 M and 1.3 M
    "The best of the 16 trained networks (--scores mobilenet_v1): α = 0.5, ρ = 1 (input 224×224), "
    "with accuracy 63.3, 149,497,088 mult-adds (99.7 % of the budget) and 1,319,648 weights "
    "(66 % of the budget).",
]


def test_the_answer_comes_first(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["fit", "--max-mult-adds", "150M", "--max-params", "2M"]
    assert cli.run(words) == 0
    assert capsys.readouterr().out.splitlines()[1:3] == ANSWERS
    assert cli.run([*words, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["answer"] == " ".join(ANSWERS)
    assert found["trained"]["score"] == "633/10"
    assert (found["best"]["alpha"], found["best"]["decimal"]) == ("591/1000", "0.591")
    for format_ in ("markdown", "latex", "html"):
        assert cli.run([*words, "--format", format_]) == 0
        assert "149,653,568 mult-adds" in capsys.readouterr().out.split("100,000,000")[0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--rho", "4/7"], "The best of the 4 trained networks"),
        (["--min-alpha", "0.6", "--rho", "6/7"], "None of the 2 trained networks"),
        (["--alpha", "0.3,0.25", "--rho", "1"], "The best of the 1 trained"),
        (["--resolution", "100"], ""),
        (["--set", "classes=10"], ""),  # another network
    ],
)
def test_trained_networks_are_those_that_are_tried(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["fit", "--max-params", "1.8M", *words]) == 0
    line = capsys.readouterr().out.splitlines()[2]
    assert line.startswith(said) if said else not line
    spec = mnetcost.load("mobilenet_v1").graph.origin.text  # of the same network in another file
    found = mnetcost.fit(spec, max_params="1.8M", rho="1")._page()
    assert len(found.answer) == 1


def test_a_choice_among_given_widths(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--alpha", "0.25:1:0.25", "--alpha", "1", "--resolution", "224,160", "--input", "224"]
    assert cli.run(["fit", "--max-mult-adds", "300M", *words, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["alpha"] == {"min": "1/4", "max": "1", "values": ["1/4", "1/2", "3/4", "1"]}
    # the paper's Tables 6 and 7: 325 M at α = 3/4 is over, 149 M at 1/2 not; 290 M at 160 px
    assert [(one["alpha"], one["mult_adds"]) for one in found["largest"]] == [
        ("1/2", 149_497_088),
        ("1", 290_675_200),
    ]
    assert found["best"]["rho"] == "5/7"
    assert cli.run(["fit", "--max-mult-adds", "300M", *words]) == 0
    assert "Any α in" not in capsys.readouterr().out


def test_a_choice_among_widths_that_nothing_rounds() -> None:
    text = STEPS.replace("{round: floor}", "{round: none}")
    found = mnetcost.fit(text, max_params="1M", alpha="1,0.3", rho=1)
    assert [one.setting.alpha for one in found.fitting] == [1]
    assert "1 of 2 α are impossible" in found.warnings[0]


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
    assert "at α = 0.001, ρ = 1/7 (input 32×32)" in err  # of α in (0, 9/1024)


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
        (["--max-params", "1M", "--alpha", "1", "--min-alpha", "0.5"], "alpha: not beside"),
        (["--max-params", "1M", "--alpha", "0"], "α: 0 is not above zero"),
        (["--max-params", "1M", "--alpha", "1", "--scores", "mobilenet_v1"], "--alpha beside"),
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


def test_where_nothing_fits_a_missing_rounding_is_said(tmp_path: Path) -> None:
    """3 and 9 channels are whole at thirds alone: the smallest has 1·9·3 + 9·3·1 + 3 weights."""
    path = tmp_path / "net.yaml"
    path.write_text(
        "input: {height: 8, width: 6, channels: 3}\n"
        "layers:\n"
        "  - conv: {out: 3, kernel: 3}\n"
        "  - conv: {out: 9, kernel: 3}\n"
        "  - global_avg_pool\n"
        "  - dense: {out: 1, scale: false}\n",
        encoding="utf-8",
    )
    ran = run("fit", str(path), "--max-params", "20")
    assert "57 weights, at α = 1/3" in ran.err
    assert "without rounding all channels are whole at multiples of 1/3 alone" in ran.err
