"""What `compare` puts in its rows."""

import json
from fractions import Fraction

import pytest
from commands import run
from networks import STEPS

import mnetcost
from mnetcost.reports.compare import compare_report


def test_the_bar_is_of_the_work() -> None:
    thin, wide = (mnetcost.load(STEPS).cost(alpha, rho) for alpha, rho in ((1, "1/2"), ("1/2", 1)))
    table = compare_report(mnetcost.compare([thin, wide])).tables[0]
    bar = [column.key for column in table.columns].index("bar")
    # 360·6 mult-adds on the 2×3 map against 180·24
    assert [row[bar] for row in table.rows] == [0.5, 1]


@pytest.mark.parametrize(("alpha", "shown"), [("1", False), ("1/2", True)])
def test_alpha_is_a_column_where_one_is_not_1(alpha: str, shown: bool) -> None:
    net = mnetcost.load(STEPS)
    table = compare_report(mnetcost.compare([net.cost(1), net.cost(alpha)])).tables[0]
    keys = [column.key for column in table.columns]
    assert ("alpha" in keys) == shown
    assert keys[0] == "name"
    assert all(len(row) == len(keys) for row in table.rows)
    if shown:
        assert [row[1] for row in table.rows] == [1, Fraction(1, 2)]


@pytest.mark.parametrize(
    ("targets", "words", "answer"),
    [
        # Sandler et al. 2018: 300 M and 3.4 M; Howard et al. 2017: 569 M and 4.2 M
        (
            ["mobilenet_v1", "mobilenet_v2"],
            [],
            "mobilenet_v2: the fewest weights (3,469,760) and the fewest mult-adds (300,774,272).",
        ),
        (
            ["mobilenet_v1", "squeezenet1_0"],
            [],
            "squeezenet1_0: the fewest weights (1,244,448); mobilenet_v1: the fewest mult-adds "
            "(568,740,352).",
        ),
        (
            ["mobilenet_v1", "mobilenet_v1@rho=6/7"],
            ["--convention", "keras"],
            "mobilenet_v1 and mobilenet_v1@rho=6/7: the fewest parameters (keras) (4,253,864).",
        ),
        (["mobilenet_v1"], [], ""),
    ],
)
def test_the_answer_comes_first(targets: list[str], words: list[str], answer: str) -> None:
    ran = run("compare", *targets, *words)
    assert ran.out.splitlines()[1] == answer
    found = json.loads(run("compare", *targets, *words, "--format", "json").out)
    assert found["answer"] == answer
