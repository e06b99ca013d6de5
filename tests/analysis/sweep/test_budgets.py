"""Which points of a sweep are within a budget: the same in every format, and the largest."""

import csv
import io
import json
from itertools import product

import pandas
import pytest
from commands import process, run

import mnetcost
from mnetcost.analysis.sweep.budgets import Fitting
from mnetcost.printed import read_budget

WORDS = ("--max-mult-adds", "300M", "--max-params", "3M")
# Howard et al. 2017, Tables 6 and 7: 569, 418, 290, 186 M at 4.2 M parameters; at α = 0.75 325 M at
# 224 px and 2.6 M, the rest of its row below 300 M; all below at 0.5 and 0.25
HELD = [False] * 4 + [False] + [True] * 11


def test_every_format_marks_the_same(tmp_path):
    document = json.loads(run("sweep", *WORDS, "--format", "json").out)
    assert [one["fits"] for one in document["points"]] == HELD
    assert document["budget"] == {"mult_adds": 300_000_000, "params": 3_000_000}
    rows = csv.DictReader(io.StringIO(run("sweep", *WORDS, "--format", "csv").out))
    assert [row["fits"] for row in rows] == [str(one).lower() for one in HELD]
    path = tmp_path / "grid.parquet"
    assert run("sweep", *WORDS, "-o", str(path)).code == 0
    assert pandas.read_parquet(path)["fits"].tolist() == HELD
    lines = run("sweep", *WORDS).out.splitlines()
    assert lines[1] == (
        "11 of 16 points fit at most 300,000,000 mult-adds and 3,000,000 weights; the largest α·ρ "
        "of them: α = 0.75, ρ = 6/7 (input 192×192), with 239,273,472 mult-adds and 2,568,144 "
        "weights."
    )
    assert lines[1] == document["answer"]
    points = [line.split() for line in lines if "×3  " in line]
    assert [one[5] for one in points] == ["yes" if one else "no" for one in HELD]


def test_without_a_budget_nothing_is_marked():
    assert "fits" not in run("sweep", "--format", "csv").out
    document = json.loads(run("sweep", "--format", "json").out)
    assert not document.keys() & {"budget", "answer"}
    assert "fits" not in document["points"][0]


# 3·3·3·8 weights, on 12·20, and 6·10 positions; an input of 1×2 is too small for the kernel
SPEC = """
input: {height: 12, width: 20, channels: 3}
width: {round: nearest}
knobs: {n: 8}
layers:
  - conv: {out: $n, kernel: 3, padding: valid}
"""


def test_what_is_impossible_does_not_fit(tmp_path):
    path = tmp_path / "net.yaml"
    path.write_text(SPEC, encoding="utf-8")
    words = ["sweep", str(path), "--alpha", "1", "--rho", "1,1/2,1/10", "--invalid", "mask"]
    found = json.loads(run(*words, "--max-params", "1k", "--format", "json").out)
    assert [one["fits"] for one in found["points"]] == [True, True, False]
    assert found["points"][2]["params"] is None


def test_the_largest_of_several_knobs(tmp_path):
    path = tmp_path / "net.yaml"
    path.write_text(SPEC, encoding="utf-8")
    words = ["--alpha", "1,1/2", "--rho", "1", "--set", "n=8,16,32", "--max-params", "432"]
    text = run("sweep", str(path), *words).out
    # 27·n·α ≤ 432: 8 and 16 at α = 1, all at 1/2; on 10·18 positions
    assert "5 of 6 points fit at most 432 weights" in text
    assert "n = 16, α = 1, ρ = 1 (input 12×20), with 77,760 mult-adds and 432 weights." in text
    none = run("sweep", str(path), *words[:-1], "9").out
    assert "None of the 6 points fits at most 9 weights." in none


@pytest.mark.parametrize("name", ["flops", "fvcore", "keras"])
def test_limits_are_of_what_the_basis_counts(name):
    limit = {"keras": {"max_params": "2.6M"}}.get(name, {"max_mult_adds": "300M"})
    net = mnetcost.load("mobilenet_v1")
    grid = mnetcost.sweep(net, convention=name)
    found = Fitting.of(
        [({}, grid)], read_budget(limit.get("max_mult_adds"), limit.get("max_params"))
    )
    held = []
    for alpha, rho in product(grid.alpha, grid.rho):
        figures = net.cost(alpha, rho, convention=name).figures
        bounds = {"max_params": "params", "max_mult_adds": "mult_adds"}
        (kind,) = limit
        held.append(figures[bounds[kind]] <= {"2.6M": 2_600_000, "300M": 300_000_000}[limit[kind]])
    assert found.held == sum(held)


def test_parts_know_their_budget(tmp_path):
    words = ["sweep", "--alpha", "1,0.5", "--rho", "1", "--parts", str(tmp_path / "parts")]
    assert process(*words, "--max-params", "2M").code == 0
    assert pandas.read_parquet(tmp_path / "parts")["fits"].tolist() == [False, True]
    other = process(*words, "--max-params", "3M")
    assert other.code == 2
    assert "budget" in other.err


def test_a_budget_of_what_nobody_knows(tmp_path):
    path = tmp_path / "net.yaml"
    text = "input: {height: 9, width: 14, channels: 3}\nlayers:\n"
    path.write_text(f"{text}  - opaque: {{of: [9, 14, 3], unknown: true}}\n", encoding="utf-8")
    ran = run("sweep", str(path), "--alpha", "1", "--rho", "1", "--max-params", "1k")
    assert ran.code == 1
    assert "unknown-work" in ran.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--max-params", "2 dozen"], "is not a figure"),
        (["--max-mult-adds", "1G", "--convention", "keras"], "keras"),
    ],
)
def test_wrong_limits(words, message):
    ran = run("sweep", *words)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
